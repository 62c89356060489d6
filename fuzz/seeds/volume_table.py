#!/usr/bin/env python3
"""Makes the seeds of the fuzz target volume_table: small disks. usage: volume_table.py (from anywhere)"""
import pathlib
import struct
import zlib

folder = pathlib.Path(__file__).resolve().parent / "volume_table"
folder.mkdir(exist_ok=True)


def entry(kind, start, count):
    return struct.pack("<BxxxBxxxII", 0, kind, start, count)


def record(*entries):
    return b"".join(entries).ljust(64, b"\0") + b"\x55\xaa"


def put(disk, at, content):
    disk[at : at + len(content)] = content


def master():
    disk = bytearray(20 * 512)
    put(disk, 440, b"\1\2\3\4")
    put(disk, 446, record(entry(7, 2, 2), entry(5, 8, 20)))
    put(disk, 8 * 512 + 446, record(entry(0x83, 1, 2), entry(5, 8, 8)))
    put(disk, 16 * 512 + 446, record(entry(0x0B, 1, 2)))
    return disk


def header(own, other, entries, table, sector):
    fields = struct.pack("<8sIIIIQQQQ16sQIII", b"EFI PART", 0x10000, 92, 0, 0, own, other, 4, 20, b"\2" * 16, entries, 8, 128, zlib.crc32(table))
    return fields[:16] + struct.pack("<I", zlib.crc32(fields)) + fields[20:]


def guid(sector):
    disk = bytearray(32 * sector)
    basic = bytes.fromhex("a2a0d0ebe5b9334487c068b6b72699c7")
    table = b"".join(
        struct.pack("<16s16sQQQ72s", basic, bytes([number]) * 16, first, last, 0, "Basic".encode("utf-16-le"))
        for number, first, last in [(1, 6, 9), (2, 12, 15)]
    ).ljust(8 * 128, b"\0")
    put(disk, 446, record(entry(0xEE, 1, 31)))
    put(disk, sector, header(1, 31, 2, table, sector))
    put(disk, 2 * sector, table)
    put(disk, 29 * sector, table)
    put(disk, 31 * sector, header(31, 1, 29, table, sector))
    return disk


(folder / "mbr").write_bytes(master())
(folder / "gpt").write_bytes(guid(512))
