#!/usr/bin/env python3
"""Makes the seeds of the fuzz targets from testdata. usage: make.py (from anywhere)"""
import pathlib
import struct

here = pathlib.Path(__file__).resolve().parent
host = here.parents[1] / "testdata" / "host"
SCRIPTS = ["Users/Public/a.txt", "ProgramData/update/cfg.dat", "Users/jsmith/Desktop/ps.log"]
BATCHES = ["Users/Public/run.bat", "Users/jsmith/AppData/Local/Temp/up.cmd"]
PROGRAMS = ["Windows/Temp/nc.exe", "ProgramData/update/invoice.pdf"]


def seed(target, name, content):
    folder = here / target
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)


for number, path in enumerate(SCRIPTS + BATCHES):
    seed("decode", f"{number}", (host / path).read_bytes())
for number, path in enumerate(SCRIPTS):
    for flags in (0, 1, 2, 16):
        seed("ftp_script", f"{number}-{flags}", bytes([flags]) + (host / path).read_bytes())
for number, path in enumerate(BATCHES):
    seed("batch", f"{number}", (host / path).read_bytes())
for number, path in enumerate(PROGRAMS):
    seed("pe", f"{number}", (host / path).read_bytes())
for path in sorted((host.parent / "signed").iterdir()):
    content = path.read_bytes()
    seed("pe", path.stem, content)
    # The directory entry of the certificate table of a PE32+ file whose header stands at 0x80; an entry has eight bytes more.
    offset, length = struct.unpack_from("<II", content, 0x80 + 24 + 144)
    seed("authenticode", path.stem, content[offset + 8:offset + length])
parts = [(host / path).read_bytes() for path in
         ["Users/Public/a.txt", "Users/Public/run.bat", "Windows/Temp/nc.exe", "ProgramData/update/cfg.dat",
          "Users/jsmith/AppData/Local/Temp/up.cmd"]]
seed("pipeline", "host", b"\0\n".join(parts))
for number, path in enumerate(SCRIPTS + BATCHES):
    seed("pipeline", f"{number}", (host / path).read_bytes())
