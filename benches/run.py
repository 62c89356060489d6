#!/usr/bin/env python3
"""Times `ftpsift scan` beside the tools that an examiner would search with, and prints a table.

usage: run.py TREE [TREE …]        TREE: any folder; the figures in FIGURES.md use ../../shared/bench/gen_tree.py

Each command runs once to warm the cache and then five times; the median of its processor seconds (user and system) counts,
and the largest peak memory. Peers that are not installed are left out. None of them runs scripts or inspects payloads: they
only search for two words, which is the least that any search has to do.
"""
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys

ROUNDS = 5
here = pathlib.Path(__file__).resolve().parent
PATTERNS = [r"^\s*(open|o)\s+\S+", r"ftp(\.exe)?\s+[^|&]*-s:"]
RULES = """
rule ftp_script { strings: $a = /open [a-z0-9.-]{4,}/ nocase $b = /(get|put|mget|mput|recv|send) [^ ]{3,}/ nocase
  $c = /(bye|quit|close)/ nocase condition: all of them }
rule ftp_launch { strings: $a = /ftp(\\.exe)? [^|&]{0,60}-s:/ nocase condition: $a }
"""


def once(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def peak(command):
    script = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=-3, stderr=-3); " \
             "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    return int(subprocess.run([sys.executable, "-c", script, *command], capture_output=True, text=True).stdout) / 1024


def commands(tree):
    yield "ftpsift scan", [str(here.parent / "target/release/ftpsift"), "scan", "--format", "json", tree]
    if shutil.which("rg"):
        yield "rg, two patterns", ["rg", "-uu", "-i", "-l", "-e", PATTERNS[0], "-e", PATTERNS[1], tree]
    if shutil.which("yara"):
        rules = here.parent / "target" / "ftp.yar"
        rules.write_text(RULES)
        yield "yara, two rules", ["yara", "-r", "-w", str(rules), tree]
    try:
        import yara_x  # noqa: F401
    except ImportError:
        return
    scan = "import os, sys, yara_x\nrules = yara_x.compile(sys.argv[1])\nscanner = yara_x.Scanner(rules)\n" \
           "for folder, _, names in os.walk(sys.argv[2]):\n    for name in names:\n" \
           "        with open(os.path.join(folder, name), 'rb') as file: scanner.scan(file.read())\n"
    yield "yara-x, two rules", [sys.executable, "-c", scan, RULES, tree]


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    for tree in sys.argv[1:]:
        print(f"\n{tree}\n{'':<20}{'CPU s':>8}{'ratio':>8}{'peak MiB':>10}")
        ours = None
        for name, command in commands(tree):
            once(command)
            seconds = statistics.median(once(command) for _ in range(ROUNDS))
            ours = ours or seconds
            print(f"{name:<20}{seconds:>8.2f}{ours / seconds:>8.2f}{peak(command):>10.1f}")


if __name__ == "__main__":
    main()
