#!/usr/bin/env python3
"""Makes the seeds of the target resources: trees with a version, a manifest and raw data, good and bad. usage: resources.py"""
import pathlib
import struct

here = pathlib.Path(__file__).resolve().parent / "resources"
here.mkdir(exist_ok=True)


def node(key, text, value, children=()):
    body = struct.pack("<HHH", 0, len(value) // 2 if text else len(value), int(text)) + key.encode("utf-16-le") + b"\0\0"
    body = body.ljust((len(body) + 3) // 4 * 4, b"\0") + value
    for child in children:
        body = body.ljust((len(body) + 3) // 4 * 4, b"\0") + child
    return struct.pack("<H", len(body)) + body[2:]


def string(key, value):
    return node(key, True, (value + "\0").encode("utf-16-le"))


def version():
    fixed = struct.pack("<13I", 0xFEEF04BD, 0x10000, 0xA0000, 7, 1, 0, 0x3F, 1, 0x40004, 1, 0, 0, 0)
    tables = [node(language, True, b"", [string("OriginalFilename", "ftp.exe"), string("FileVersion", "10.0")]) for language in ("040904b0", "040704b0")]
    translation = node("Translation", False, struct.pack("<HH", 0x409, 0x4B0))
    return node("VS_VERSION_INFO", False, fixed, [node("StringFileInfo", True, b"", tables), node("VarFileInfo", True, b"", [translation])])


def tree(leaves):
    """One directory of types, and for each a name and a language, then the entries and the bytes."""
    count = len(leaves)
    start = 16 + 8 * count
    root = struct.pack("<12xHH", 0, count)
    levels, entries, data = b"", b"", b""
    entry_at = start + 48 * count
    data_at = entry_at + 16 * count
    for index, (kind, content) in enumerate(leaves):
        root += struct.pack("<II", kind, 0x80000000 | start + 48 * index)
        levels += struct.pack("<12xHHII", 0, 1, 1, 0x80000000 | start + 48 * index + 24)
        levels += struct.pack("<12xHHII", 0, 1, 0x409, entry_at + 16 * index)
        entries += struct.pack("<IIII", data_at + len(data), len(content), 0, 0)
        data += content.ljust((len(content) + 3) // 4 * 4, b"\0")
    return root + levels + entries + data


manifest = b"<assembly><trustInfo><requestedExecutionLevel level='requireAdministrator' uiAccess='false'/></trustInfo></assembly>"
icon = struct.pack("<HHH", 0, 1, 1) + struct.pack("<BBBBHHIH", 16, 16, 0, 0, 1, 32, 8, 1)
whole = tree([(3, bytes(8)), (10, b"MZ" + bytes(62)), (14, icon), (16, version()), (24, manifest)])
(here / "whole").write_bytes(whole)
(here / "version").write_bytes(version())
(here / "loop").write_bytes(struct.pack("<12xHHII", 0, 1, 10, 0x80000000))
(here / "counts").write_bytes(struct.pack("<12xHH", 0xFFFF, 0xFFFF) + struct.pack("<II", 1, 0x80000000) * 64)
(here / "cut").write_bytes(whole[: len(whole) // 2])
