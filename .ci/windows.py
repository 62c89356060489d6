#!/usr/bin/env python3
"""The same program on Windows: its tests, and its reports against those of the program on Linux.

usage: windows.py tests                            builds the tests for Windows and runs all of them under Wine
       windows.py compare PROGRAM EXE FOLDER...    scans each folder by both; the reports must be equal
       windows.py all PROGRAM                      the tests but for the slow ones, and what was built compared over the testdata
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import wine

HERE = pathlib.Path(__file__).resolve().parents[1]
TARGET_FOLDER = HERE / "target" / "wine"

# Parts of the names of tests that work on bytes in memory alone, the same on every system, and take two thirds of the time where
# nothing is optimised.
SLOW = ["mutant", "damaged_volumes_do_no_harm", "nothing_is_read_again_and_again", "ascii_damage::tests"]

# ERROR_INTERNAL_ERROR, which Wine gives for a process that ended before it came to its first instruction. It befalls one start in
# some thousands where several start at once (seen once in 3,800 with eight threads); nothing of ours was run then.
NOT_STARTED = "Os { code: 1359,"

# What the clock and the machine put into a report.
RUN = ["started", "finished", "elapsed_s", "arguments"]


SCRIPT = b"open 192.0.2.1\r\nuser bob pw\r\nget nc.exe\r\nbye\r\n"


def odd_names(folder):
    """Names that Windows takes only where they are asked for as they stand: those of devices, with dots and blanks at
    their ends, in two cases, and a path that is longer than 260 characters."""
    deep = folder.joinpath(*[f"directory number {number}" for number in range(25)])
    for directory in (deep, folder / "aux"):
        directory.mkdir(parents=True)
        (directory / "a.txt").write_bytes(SCRIPT)
    for name in ("CON", "nul.txt", "COM1", "dots..", "blank ", "J\u00f6rg \u20ac\U0001f600.txt", "a.txt", "A.TXT"):
        (folder / name).write_bytes(SCRIPT)
    return folder


def built():
    """Builds the program and its tests for Windows: the kind of each and its path, those of the library as soon as they are there,
    the others when all is."""
    held = []
    arguments = ["test", "--no-run", "--quiet", "--message-format=json"]
    with wine.cargo(arguments, TARGET_FOLDER, cwd=HERE, stdout=subprocess.PIPE) as building:
        for line in building.stdout:
            message = json.loads(line) if line.startswith(b"{") else {}
            if message.get("reason") == "compiler-artifact" and message.get("executable"):
                kind = "test" if message["profile"]["test"] else "program"
                if kind == "test" and "lib" in message["target"]["kind"]:
                    yield kind, message["executable"]
                else:
                    held.append((kind, message["executable"]))
            elif message.get("reason") == "compiler-message":
                print(message["message"]["rendered"], flush=True)
    if building.returncode != 0:
        sys.exit("the program or its tests cannot be built for Windows")
    yield from held


def run_tests(windows, whole):
    """Builds and runs the tests; whether all passed, and the program."""
    good, program = True, None
    skipped = [] if whole else [word for name in SLOW for word in ("--skip", name)]
    for kind, test in built():
        if kind == "program":
            program = test
            continue
        passed, told = run_test(windows, test, ["--test-threads=2", *skipped])
        again = [] if passed else not_started(told)
        if again:
            print(f"  Wine could not start a process in {', '.join(again)}: once more")
            passed, told = run_test(windows, test, ["--test-threads=1", "--exact", *again])
        if not passed:
            failures = told.find("\nfailures:\n")
            print(told[failures if failures >= 0 else -4000:])
        good &= passed
    return good, program


def run_test(windows, test, arguments):
    """Runs a test program; whether all passed, and what it told."""
    done = windows.run(test, arguments, cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    told = done.stdout.decode(errors="replace").replace("\r", "")
    result = re.findall(r"^test result: .*$", told, re.M)
    print(f"{pathlib.Path(test).name}: {result[0] if result else f'ended with {done.returncode}'}", flush=True)
    return done.returncode == 0 and bool(result), told


def not_started(told):
    """The tests that failed, where each failed for a process that Wine did not start; none where any failed otherwise."""
    failures = re.findall(r"^---- (\S+) stdout ----\n(.*?)(?=^---- |^failures:$|\Z)", told, re.M | re.S)
    return [name for name, _ in failures] if all(NOT_STARTED in why for _, why in failures) else []


def plain(value, folder):
    """A report without what the machine puts in: paths of the evidence as Linux writes them, of times of files none but
    that of the last change of the content, in the steps of Windows (100 ns)."""
    if isinstance(value, dict):
        fields = {name: plain(inner, folder) for name, inner in value.items()}
        if isinstance(fields.get("times"), dict):
            fields["times"] = {"modified": step(fields["times"].get("modified"))}
        return fields
    if isinstance(value, list):
        return [plain(inner, folder) for inner in value]
    if isinstance(value, str):
        there = wine.windows_path(folder)
        if there.lower() in value.lower():
            value = re.sub(re.escape(there) + r"[^\s\"]*", lambda found: found[0][2:].replace("\\", "/"), value, flags=re.I)
        return value.replace(str(folder), "EVIDENCE")
    return value


def step(time):
    """A time in the steps of Windows, 100 ns."""
    whole, point, part = (time or "").rstrip("Z").partition(".")
    part = part[:7].rstrip("0")
    return time and whole + (f".{part}" if part else "") + "Z"


def report(command, folder):
    done = command(["scan", "--format", "json", "--quiet"])
    if done.returncode not in (0, 1, 3):
        sys.exit(f"{folder}: ended with {done.returncode}: {done.stderr.decode(errors='replace')}")
    found = plain(json.loads(done.stdout), folder)
    for name in RUN:
        found["scan"].pop(name)
    # A build for tests names no commit.
    found["tool"].pop("commit", None)
    # Of files, Windows does not tell when the rest was changed, and Wine not when they were made.
    kept = [entry for entry in found["timeline"] if entry["clock"] != "file-system" or entry["kind"].endswith("modified")]
    found["timeline"] = [{**entry, "time": step(entry["time"])} for entry in kept]
    return done.returncode, found


def differences(path, ours, theirs):
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for name in sorted(ours.keys() | theirs.keys()):
            yield from differences(f"{path}.{name}", ours.get(name), theirs.get(name))
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for number, (one, other) in enumerate(zip(ours, theirs)):
            yield from differences(f"{path}[{number}]", one, other)
    elif ours != theirs:
        yield f"{path}: {json.dumps(ours)[:600]}\n    on Windows: {json.dumps(theirs)[:600]}"


def compare(windows, program, exe, folders):
    good = True
    for folder in folders:
        folder = pathlib.Path(folder).resolve()
        quietly = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        ours = report(lambda words: subprocess.run([program, *words, str(folder)], **quietly), folder)
        theirs = report(lambda words: windows.run(exe, [*words, wine.windows_path(folder)], **quietly), folder)
        found = list(differences("report", ours[1], theirs[1]))
        if ours[0] != theirs[0]:
            found.insert(0, f"exit code {ours[0]}, on Windows {theirs[0]}")
        counts = ours[1]["scan"]["counts"]
        told = f"{counts['files']} files, {counts['scripts']} scripts, {counts['findings']} findings"
        print(f"{folder}: {told}: {'equal' if not found else f'{len(found)} differences'}", flush=True)
        for difference in found:
            print(f"  {difference}")
        good &= not found
    return good


def main():
    words = sys.argv[1:]
    if not words or words[0] not in ("tests", "compare", "all") or (words[0] == "compare" and len(words) < 4):
        sys.exit(__doc__)
    why = wine.missing()
    if why:
        print(f"skipped: no Windows to test in: {why} cannot be had here")
        return
    good = True
    with wine.Wine() as windows:
        if words[0] == "compare":
            good = compare(windows, words[1], words[2], words[3:])
        else:
            good, program = run_tests(windows, whole=words[0] == "tests")
            if words[0] == "all":
                folders = [HERE / "testdata", HERE / "testdata" / "host", HERE.parent / "shared" / "corpus" / "ftp-scripts"]
                with tempfile.TemporaryDirectory() as made:
                    folders.append(odd_names(pathlib.Path(made) / "odd"))
                    good &= compare(windows, words[1], program, [folder for folder in folders if folder.exists()])
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
