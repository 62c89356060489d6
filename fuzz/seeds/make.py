#!/usr/bin/env python3
"""Makes the seeds of the fuzz targets from testdata/host. usage: make.py (from anywhere)"""
import pathlib

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
    seed("authenticode", f"{number}", (host / path).read_bytes())
for number, path in enumerate(SCRIPTS + BATCHES + PROGRAMS):
    seed("pipeline", f"{number}", (host / path).read_bytes())
