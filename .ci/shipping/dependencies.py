"""The crates that a binary is made of, from `cargo metadata` and Cargo.lock."""
import json
import os
import pathlib
import re
import subprocess
import tomllib

root = pathlib.Path(__file__).resolve().parents[2]

# What may be given out in one file with the program. The first part of `A OR B` that is allowed is the one that is used.
ALLOWED = {"0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0",
           "ISC", "MIT", "MIT-0", "Unicode-3.0", "Unicode-DFS-2016", "Unlicense", "Zlib"}


def metadata(target):
    command = [os.environ.get("CARGO", "cargo"), "metadata", "--locked", "--format-version", "1", "--filter-platform", target]
    out = subprocess.run(command, cwd=root, check=True, stdout=subprocess.PIPE)
    return json.loads(out.stdout)


def linked(meta):
    """The ids of the packages whose code is in the binary, with those of them that each needs: no tests, no build scripts, and
    no macros, which only run in the compiler."""
    packages = {package["id"]: package for package in meta["packages"]}
    nodes = {node["id"]: node for node in meta["resolve"]["nodes"]}
    found, waiting = {}, [meta["resolve"]["root"]]
    while waiting:
        one = waiting.pop()
        if one in found:
            continue
        needed = [needed["pkg"] for needed in nodes[one]["deps"]
                  if any(kind["kind"] is None for kind in needed["dep_kinds"]) and not is_macro(packages[needed["pkg"]])]
        found[one] = sorted(set(needed))
        waiting += needed
    return found


def is_macro(package):
    return any("proc-macro" in target["kind"] for target in package["targets"])


def checksums():
    """SHA-256 of each package's archive, by name and version."""
    lock = tomllib.loads((root / "Cargo.lock").read_text())
    return {(package["name"], package["version"]): package.get("checksum") for package in lock["package"]}


def expression(package):
    """The licence as an SPDX expression; `MIT/Apache-2.0` is how it was once written."""
    return re.sub(r"\s*/\s*", " OR ", package["license"] or "")


def is_allowed(text):
    """Whether an SPDX expression leaves a way that needs allowed licences alone."""
    tokens = re.findall(r"\(|\)|[^\s()]+", text)
    try:
        verdict, rest = any_of(tokens)
    except IndexError:  # it ends in the middle
        return False
    return verdict and not rest


def any_of(tokens):
    verdict, tokens = all_of(tokens)
    while tokens[:1] == ["OR"]:
        other, tokens = all_of(tokens[1:])
        verdict = verdict or other
    return verdict, tokens


def all_of(tokens):
    verdict, tokens = one_of(tokens)
    while tokens[:1] == ["AND"]:
        other, tokens = one_of(tokens[1:])
        verdict = verdict and other
    return verdict, tokens


def one_of(tokens):
    if tokens[0] == "(":
        verdict, tokens = any_of(tokens[1:])
        return verdict and tokens[:1] == [")"], tokens[1:]
    if tokens[1:2] == ["WITH"]:
        return " ".join(tokens[:3]) in ALLOWED, tokens[3:]
    return tokens[0] in ALLOWED, tokens[1:]


def runtime(target):
    """What the compiler and the linker add: (name, version, licence, file with its text). Such a licence allows a program of
    any other: glibc's as long as the program can be linked anew, for which its source is at hand; the exception of GCC's
    allows it without more."""
    rustc = os.environ.get("RUSTC", "rustc")
    version = subprocess.run([rustc, "--version"], check=True, capture_output=True, text=True).stdout.split()[1]
    yield "rust-std", version, "MIT OR Apache-2.0", None
    if "windows-gnu" in target:
        mingw = debian_version("mingw-w64-x86-64-dev")
        yield "mingw-w64", mingw, "ZPL-2.1", "/usr/share/doc/mingw-w64-x86-64-dev/copyright"
        gcc = debian_version("gcc-mingw-w64-x86-64-win32") or debian_version("gcc-mingw-w64-x86-64-posix")
        yield "libgcc", gcc, "GPL-3.0-or-later WITH GCC-exception-3.1", "/usr/share/doc/gcc-mingw-w64-base/copyright"
    elif "linux-gnu" in target:
        yield "glibc", debian_version("libc6-dev"), "LGPL-2.1-or-later", "/usr/share/doc/libc6-dev/copyright"
        newest = next((n for n in range(30, 8, -1) if debian_version(f"libgcc-{n}-dev")), 12)
        yield ("libgcc", debian_version(f"libgcc-{newest}-dev"), "GPL-3.0-or-later WITH GCC-exception-3.1",
               f"/usr/share/doc/libgcc-{newest}-dev/copyright")


def debian_version(package):
    try:
        out = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True)
    except FileNotFoundError:
        return ""
    return out.stdout.strip()
