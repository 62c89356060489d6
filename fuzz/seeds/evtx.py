#!/usr/bin/env python3
"""Makes the seeds of the target evtx: logs of one chunk that end where their records end. usage: evtx.py"""
import pathlib
import struct
import sys

root = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(root / "testdata/generate"))
sys.dont_write_bytecode = True
from evtx_writer import Record, log  # noqa: E402
from make_event_logs import POWERSHELL_LOG, SECURITY_LOG, SYSMON_LOG  # noqa: E402

here = pathlib.Path(__file__).resolve().parent / "evtx"
here.mkdir(exist_ok=True)
PC = "PC1.corp.example"
CLASSIC = Record("PowerShell", 400, "2024-05-12T17:20:00Z", "Windows PowerShell", PC, ["Available", "None", "\tHostApplication=powershell\r\n"])
TASK = Record("Microsoft-Windows-TaskScheduler", 200, "2024-05-12T17:20:00Z", "Microsoft-Windows-TaskScheduler/Operational", PC,
              {"TaskName": r"\nightly", "ActionName": "ftp"})


def cut(bytes_, start=4096):
    """A log of one chunk up to the end of its records."""
    return bytes_[: start + struct.unpack_from("<I", bytes_, start + 48)[0]]


for name, records in (("sysmon", SYSMON_LOG), ("security", SECURITY_LOG), ("mixed", [CLASSIC, TASK, CLASSIC, SECURITY_LOG[0]])):
    (here / name).write_bytes(cut(log(records)))
whole = cut(log([SYSMON_LOG[8], TASK, SYSMON_LOG[8]]))
(here / "chunk").write_bytes(whole[4096:])
(here / "headless").write_bytes(whole[:4096] + bytes(512) + whole[4608:])
block = POWERSHELL_LOG[2]
(here / "block").write_bytes(cut(log([Record(**{**block.__dict__, "data": {**block.data, "ScriptBlockText": "ftp -s:a"}})])))
