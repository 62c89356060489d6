#!/usr/bin/env python3
"""Makes the seeds of the target shadow_copy: small volumes with one and two shadow copies. usage: shadow_copy.py"""
import pathlib
import struct

here = pathlib.Path(__file__).resolve().parent / "shadow_copy"
BLOCK = 16384
IDENTITY = bytes.fromhex("6b87083876c1484eb7ae04046e6cc752")


def header(record, at, following=0):
    return (IDENTITY + struct.pack("<IIQQQ", 1, record, 0, at, following)).ljust(128, b"\0")


def volume(stores):
    image = bytearray(2 * BLOCK)
    image[3:11] = b"NTFS    "
    image[BLOCK:BLOCK + 16] = b"as it is now ..."
    image[0x1e00:0x1e00 + 128] = header(1, 0x1e00)
    catalog = len(image)
    image[0x1e00 + 48:0x1e00 + 56] = struct.pack("<Q", catalog)
    image += bytes(BLOCK)
    entries = b""
    for number, descriptors in enumerate(stores):
        identity = bytes([number + 1]) * 16
        # The list of blocks, and a bitmap that begins in its last part: no seed need be large.
        at = len(image)
        block = bytearray(header(3, at) + b"".join(struct.pack("<QQQII", *d) for d in descriptors)).ljust(BLOCK, b"\0")
        image += block
        entries += struct.pack("<QQ16sQQQ", 2, catalog + BLOCK * 3, identity, 0, 0x40, 0x1D7_0000_0000_0000 + (number << 40)).ljust(128, b"\0")
        entries += struct.pack("<QQ16sQQQQQQ", 3, at, identity, at, 0, 0, 0, BLOCK, 0).ljust(128, b"\0")
    image[catalog:catalog + 128] = header(2, catalog)
    image[catalog + 128:catalog + 128 + len(entries)] = entries
    return bytes(image)


here.mkdir(exist_ok=True)
kept = (BLOCK, 0, 2 * BLOCK, 0, 0)
overlay = (BLOCK, 1, 3 * BLOCK, 2, 0xF0F0)
forward = (BLOCK, 0, 0, 1, 0)
unused = (0, 0, BLOCK, 4, 0)
(here / "one").write_bytes(volume([[kept, overlay, unused]]))
(here / "two").write_bytes(volume([[forward, kept], [overlay, (0, BLOCK, 0, 1, 0), kept]]))
