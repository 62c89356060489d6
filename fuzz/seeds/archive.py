#!/usr/bin/env python3
"""Makes the seeds of the fuzz target `archive`. usage: archive.py (from anywhere; zstd is used where it is installed)"""
import gzip
import io
import pathlib
import shutil
import subprocess
import tarfile
import zipfile

here = pathlib.Path(__file__).resolve().parent / "archive"
here.mkdir(exist_ok=True)
FILES = {
    "a.txt": b"open 192.0.2.1\r\nuser bob pw\r\nput c:\\out.zip\r\nbye\r\n",
    "uploads/auto/C%3A/b.bin": bytes(range(256)) * 8,
    "d/" + "long-name/" * 12 + "c": b"x" * 700,
}
TIME = (2024, 7, 5, 12, 0, 0)


def zipped(method, stream=False):
    raw = io.BytesIO()
    target = raw
    if stream:
        target = type("Pipe", (io.RawIOBase,), {"write": lambda self, data: raw.write(data), "writable": lambda self: True})()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in FILES.items():
            archive.writestr(zipfile.ZipInfo(name, TIME), content, method)
    return raw.getvalue()


def tarred(form):
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=form) as archive:
        for name, content in FILES.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(content), 1_700_000_000.5 if form == tarfile.PAX_FORMAT else 1_700_000_000
            archive.addfile(info, io.BytesIO(content))
        for kind, name in ((tarfile.SYMTYPE, "soft"), (tarfile.LNKTYPE, "hard"), (tarfile.FIFOTYPE, "pipe")):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "a.txt"
            archive.addfile(info)
    return raw.getvalue()


gnu = tarred(tarfile.GNU_FORMAT)
seeds = {
    "stored.zip": zipped(zipfile.ZIP_STORED),
    "deflated.zip": zipped(zipfile.ZIP_DEFLATED),
    "streamed.zip": zipped(zipfile.ZIP_DEFLATED, stream=True),
    "cut.zip": zipped(zipfile.ZIP_DEFLATED, stream=True)[:-120],
    "gnu.tar": gnu,
    "pax.tar": tarred(tarfile.PAX_FORMAT),
    "gnu.tar.gz": gzip.compress(gnu, mtime=0),
    "a.gz": gzip.compress(FILES["a.txt"], mtime=0) * 2,
}
if shutil.which("zstd"):
    seeds["gnu.tar.zst"] = subprocess.run(["zstd", "-q", "-c"], input=gnu, stdout=subprocess.PIPE, check=True).stdout
for name, content in seeds.items():
    (here / name).write_bytes(content)
