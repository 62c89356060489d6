#!/usr/bin/env python3
"""Prints the licences of all that is linked into the program, each text once. usage: licences.py TARGET [TARGET …]

The texts are those that the crates carry. Fails where a crate's licence is not among those that are allowed.
"""
import pathlib
import re
import sys

import dependencies

NAMES = re.compile(r"(?i)^(licen[cs]e|copying|copyright|notice|unlicense)")


def texts(package):
    folder = pathlib.Path(package["manifest_path"]).parent
    files = {one for one in folder.iterdir() if one.is_file() and NAMES.match(one.name) and one.suffix not in (".rs", ".html")}
    if package["license_file"]:
        files.add(folder / package["license_file"])
    for inner in filter(pathlib.Path.is_dir, folder.iterdir()):
        # A crate may carry the source of a library of another language in a folder of its own, with that one's licence.
        all_of_it = inner.name in ("LICENSES", "licenses")
        files |= {one for one in inner.iterdir() if one.is_file() and (all_of_it or NAMES.match(one.name))}
    return [one.read_text(encoding="utf-8", errors="replace").strip() for one in sorted(files)]


def main(targets):
    rows, groups, refused, runtimes = {}, {}, [], {}
    for target in targets:
        meta = dependencies.metadata(target)
        packages = {package["id"]: package for package in meta["packages"]}
        for one in dependencies.linked(meta):
            if one != meta["resolve"]["root"]:
                rows[(packages[one]["name"], packages[one]["version"])] = packages[one]
        for name, version, licence, file in dependencies.runtime(target):
            runtimes[(name, version)] = (licence, file)
    for (name, version), package in sorted(rows.items()):
        licence = dependencies.expression(package)
        if not dependencies.is_allowed(licence):
            refused.append(f"{name} {version}: {licence or 'no licence'}")
        for text in texts(package):
            groups.setdefault(" ".join(text.split()), (text, []))[1].append(f"{name} {version}")
    for (name, version), (licence, file) in sorted(runtimes.items()):
        if file and pathlib.Path(file).exists():
            text = pathlib.Path(file).read_text(encoding="utf-8", errors="replace").strip()
            groups.setdefault(" ".join(text.split()), (text, []))[1].append(f"{name} {version}")
    if refused:
        sys.exit("licences that are not allowed:\n" + "\n".join(refused))
    print("ftpsift is made with the works of others. These are their licences; where a work has several, the first that is\n"
          "named among MIT, Apache-2.0 and the other allowed ones is used.\n")
    for (name, version), package in sorted(rows.items()):
        print(f"{name} {version}: {dependencies.expression(package)}")
    print("\nBy compiler and linker:\n")
    for (name, version), (licence, _) in sorted(runtimes.items()):
        print(f"{name} {version}: {licence}")
    print("\nThe static Linux program holds parts of glibc (LGPL-2.1-or-later). Its own source is given out, so that it can be\n"
          "linked with another version of that library. Parts of libgcc are used under GCC's runtime library exception.")
    carried = {name for _, names in groups.values() for name in names}
    without = [f"{name} {version}: {dependencies.expression(package)}" for (name, version), package in sorted(rows.items())
               if f"{name} {version}" not in carried]
    if without:
        print("\nNo text comes with these; those of the same licences below hold:\n\n" + "\n".join(without))
    for text, names in sorted(groups.values(), key=lambda group: group[1]):
        print("\n" + "=" * 100 + "\n" + ", ".join(names) + "\n" + "-" * 100 + "\n" + text)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1:])
