#!/usr/bin/env python3
"""Makes the seeds of the fuzz target iso9660: small discs. usage: iso9660.py (from anywhere)"""
import pathlib
import struct

folder = pathlib.Path(__file__).resolve().parent / "iso9660"
folder.mkdir(exist_ok=True)


def both(value):
    return struct.pack("<I", value) + struct.pack(">I", value)


def record(name, flags, block, length, more=b""):
    body = both(block) + both(length) + bytes([125, 3, 25, 12, 34, 56, 4, flags, 0, 0, 1, 0, 0, 1, len(name)]) + name
    body += b"" if len(name) % 2 else b"\0"
    body += more
    body += b"\0" * (len(body) % 2)
    return bytes([len(body) + 2, 0]) + body


def dots(own, above, more=b""):
    return record(b"\0", 2, own, 2048, more) + record(b"\1", 2, above, 2048)


def disc(blocks):
    volume = bytearray((max(blocks) + 1) * 2048)
    for block, content in blocks.items():
        volume[block * 2048 : block * 2048 + len(content)] = content
    return volume


def descriptor(kind, root):
    content = bytearray(2048)
    content[:7] = bytes([kind]) + b"CD001\1"
    content[40:72] = b"DISC".ljust(32)
    content[80:84] = struct.pack("<I", 23)
    if kind == 2:
        content[40:44] = b"\0L\0o"
        content[88:91] = b"%/E"
    content[128:130] = struct.pack("<H", 2048)
    content[156:190] = record(b"\0", 2, root, 2048)
    return content


END = b"\xffCD001\1"
rock = {
    16: descriptor(1, 18),
    17: END,
    18: dots(18, 18, b"SP\7\1\xbe\xef\0")
    + record(b"A.;1", 0, 21, 5, b"NM\x08\1\1abcCE\x1c\1" + both(22) + both(10) + both(8))
    + record(b"L.;1", 0, 0, 0, b"SL\5\1\0")
    + record(b"D.;1", 0, 21, 2048, b"CL\x0c\1" + both(20))
    + record(b"M", 2, 19, 2048),
    19: dots(19, 18) + record(b"D", 2, 20, 2048, b"RE\4\1"),
    20: dots(20, 18) + record(b"B.;1", 0x80, 21, 2048) + record(b"B.;1", 0, 21, 5),
    21: b"hello",
    22: b"\0" * 10 + b"NM\x08\1\0def",
}
joliet = {
    16: descriptor(1, 19),
    17: descriptor(2, 20),
    18: END,
    19: dots(19, 19) + record(b"A.;1", 0, 22, 5),
    20: dots(20, 20) + record("Long näme;1".encode("utf-16-be"), 0, 22, 5) + record("sub".encode("utf-16-be"), 2, 21, 2048),
    21: dots(21, 20) + record("x".encode("utf-16-be"), 0, 22, 5),
    22: b"hello",
}
(folder / "rock-ridge").write_bytes(disc(rock))
(folder / "joliet").write_bytes(disc(joliet))
