#!/usr/bin/env python3
"""Makes the seeds of the target usn: change journals with records of versions 2, 3 and 4. usage: usn.py"""
import pathlib
import struct

here = pathlib.Path(__file__).resolve().parent / "usn"
TIME = 132593079670000000


def record(version, file, reason, name):
    text = name.encode("utf-16-le")
    number = (lambda n: struct.pack("<QQ", n, 0)) if version > 2 else (lambda n: struct.pack("<Q", n))
    head = number(file | 3 << 48) + number(5 | 5 << 48) + struct.pack("<Q", 77)
    if version == 4:
        body = head + struct.pack("<IIIHH", reason, 0, 0, 1, 16) + bytes(16)
    else:
        start = 8 + len(head) + 28
        body = head + struct.pack("<QIIIIHH", TIME, reason, 0, 0, 32, len(text), start) + text
    whole = (len(body) + 8 + 7) // 8 * 8
    return (struct.pack("<IHH", whole, version, 0) + body).ljust(whole, b"\0")


STORY = [(0x100, "new.txt"), (0x80000102, "new.txt"), (0x1000, "new.txt"), (0x2000, "a.txt"), (0x80002000, "a.txt"), (0x80000200, "a.txt")]
here.mkdir(exist_ok=True)
for version in (2, 3):
    (here / f"version{version}").write_bytes(b"".join(record(version, 40, *event) for event in STORY))
mixed = record(4, 40, 0x80000002, "") + record(2, 41, 0x80000100, "é.bat") + record(3, 41, 0x80000200, "é.bat")
(here / "mixed").write_bytes(mixed.ljust(4096, b"\0") + mixed)
