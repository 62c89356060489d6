#!/usr/bin/env python3
"""Prints what a binary is made of, as a table: its sections, and the crates whose code and data are in it.

usage: size.py BINARY        a program for Linux or for Windows with its symbols:
       CARGO_PROFILE_RELEASE_STRIP=none cargo build --release --locked --target-dir target/size

A function counts for the crate that defines it: a generic one of the standard library that was made for a type of ours counts
for the standard library. What was inlined counts for the function that it was inlined into.
"""
import collections
import re
import subprocess
import sys

import dependencies

SMALLEST = 4096


def sections(binary):
    out = subprocess.run(["size", "-A", "-d", binary], check=True, capture_output=True, text=True).stdout
    for line in out.splitlines():
        words = line.split()
        # Debugging and symbols have no address: they are not in what is given out.
        if len(words) == 3 and words[0].startswith(".") and words[2] != "0" and not words[0].startswith(".debug"):
            yield words[0], int(words[1])


def crates(binary, known):
    sizes = collections.Counter()
    for size, kind, name in symbols(binary):
        if kind in "tTrRdDwWV":
            sizes[crate(name, known)] += size
    return sizes


def symbols(binary):
    """The size, kind and name of each. Those of Windows have no sizes: each reaches to the next, and the last of a section
    counts for nothing, as what follows it may be no part of it."""
    out = subprocess.run(["nm", "-n", "-S", "-C", binary], check=True, capture_output=True, text=True).stdout
    if not is_windows(binary):
        for line in out.splitlines():
            words = line.split(None, 3)
            if len(words) == 4 and len(words[2]) == 1:
                yield int(words[1], 16), words[2], words[3]
        return
    found = [line.split(None, 2) for line in out.splitlines()]
    found = [(int(words[0], 16), words[1], words[2]) for words in found if len(words) == 3]
    for (address, kind, name), (following, next_kind, _) in zip(found, found[1:]):
        if kind.lower() == next_kind.lower():
            yield following - address, kind, name


def is_windows(binary):
    with open(binary, "rb") as file:
        return file.read(2) == b"MZ"


def crate(symbol, known):
    for name in re.findall(r"(?<![\w:])([A-Za-z_]\w*)::", symbol):
        if name in known:
            return known[name]
    return "other"


def main(binary):
    target = "x86_64-pc-windows-gnu" if is_windows(binary) else "x86_64-unknown-linux-gnu"
    meta = dependencies.metadata(target)
    packages = {package["id"]: package for package in meta["packages"]}
    known = {"core": "Rust's library", "alloc": "Rust's library", "std": "Rust's library"}
    # The library's own crates, for backtraces and tables.
    known |= dict.fromkeys(["gimli", "addr2line", "rustc_demangle", "object"], "Rust's library")
    for one in dependencies.linked(meta):
        package = packages[one]
        for target in package["targets"]:
            if "lib" in target["kind"] or "rlib" in target["kind"]:
                known[target["name"].replace("-", "_")] = package["name"]
    print("| section | KiB |\n|---|--:|")
    parts = sorted(sections(binary), key=lambda part: -part[1])
    for name, size in parts:
        if size >= SMALLEST:
            print(f"| `{name}` | {size / 1024:.0f} |")
    print(f"| all | {sum(size for _, size in parts) / 1024:.0f} |\n")
    print("| code and data of | KiB |\n|---|--:|")
    sizes = crates(binary, known)
    shown = [(name, size) for name, size in sizes.most_common() if size >= SMALLEST and name != "other"]
    for name, size in shown:
        print(f"| {name} | {size / 1024:.0f} |")
    small = len(sizes) - len(shown) - ("other" in sizes)
    rest = sum(sizes.values()) - sum(size for _, size in shown) - sizes["other"]
    print(f"| {small} smaller ones | {rest / 1024:.0f} |")
    print(f"| without a name (C library, trait objects) | {sizes['other'] / 1024:.0f} |")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
