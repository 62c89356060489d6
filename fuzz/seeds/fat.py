#!/usr/bin/env python3
"""Makes the seeds of the fuzz target fat: small volumes with deleted files. usage: fat.py (from anywhere)"""
import pathlib
import struct

folder = pathlib.Path(__file__).resolve().parent / "fat"
folder.mkdir(exist_ok=True)


def rotate(content, bits, skipped=()):
    total = 0
    for at, byte in enumerate(content):
        if at not in skipped:
            total = ((total >> 1) | (total & 1) << (bits - 1)) + byte & (1 << bits) - 1
    return total


def short(name, attributes, first, size):
    return struct.pack("<11sBBBHHHHHHHI", name, attributes, 0, 0, 0x645D, 0x5A79, 0x5A79, first >> 16, 0x645D, 0x5A79, first & 0xFFFF, size)


def long(name, entry):
    units = name.encode("utf-16-le")
    count = -(-len(units) // 26)
    units = (units + b"\0\0").ljust(count * 26 + 2, b"\xff")
    check = rotate(entry[:11], 8)
    slots = b""
    for number in reversed(range(count)):
        part = units[number * 26 : number * 26 + 26]
        order = number + 1 | (0x40 if number + 1 == count else 0)
        slots += bytes([order]) + part[:10] + bytes([0x0F, 0, check]) + part[10:22] + b"\0\0" + part[22:]
    return slots + entry


def gone(slots):
    return b"".join(b"\xe5" + slots[at + 1 : at + 32] for at in range(0, len(slots), 32))


def fat(wide):
    clusters, tables = 30, 1
    root = (1 + 2 * tables) * 512
    heap = root + (0 if wide else 512)
    volume = bytearray(heap + clusters * 512)
    total = len(volume) // 512
    volume[:36] = struct.pack("<3s8sHBHBHHBHHHII", b"\xeb\x3c\x90", b"MSDOS5.0", 512, 1, 1, 2, 0 if wide else 16, total, 0xF8, 0 if wide else tables, 1, 1, 0, 0)
    if wide:
        volume[36:48] = struct.pack("<IHHI", tables, 0, 0, 2)
    volume[510:512] = b"\x55\xaa"

    def link(cluster, value):
        if wide:
            struct.pack_into("<I", volume, 512 + cluster * 4, value & 0x0FFFFFFF)
            return
        at = 512 + cluster * 3 // 2
        old = struct.unpack_from("<H", volume, at)[0]
        new = old & 0x000F | (value & 0xFFF) << 4 if cluster & 1 else old & 0xF000 | value & 0xFFF
        struct.pack_into("<H", volume, at, new)

    def chain(*numbers):
        for cluster, after in zip(numbers, numbers[1:] + (-1,)):
            link(cluster, after)

    def put(at, content):
        volume[at : at + len(content)] = content

    place = lambda cluster: heap + (cluster - 2) * 512
    if wide:
        chain(2)
    slots = short(b"LABEL      ", 8, 0, 0) + long("A long name.txt", short(b"ALONGN~1TXT", 32, 10, 700))
    slots += short(b"SUB        ", 16, 12, 0) + gone(long("gone name.txt", short(b"GONENA~1TXT", 32, 20, 9)))
    slots += gone(short(b"OLD        ", 16, 22, 0))
    put(root, slots)
    chain(10, 14)
    chain(12)
    put(place(10), b"open 192.0.2.1\r\n" * 40)
    put(place(12), short(b".          ", 16, 12, 0) + short(b"..         ", 16, 0, 0) + short(b"X       TXT", 32, 0, 0))
    put(place(20), b"user bob\n")
    put(place(22), short(b".          ", 16, 22, 0) + short(b"..         ", 16, 0, 0) + gone(short(b"Y       TXT", 32, 24, 3)))
    return volume


def file(name, attributes, first, length, contiguous, used=True):
    units = name.encode("utf-16-le")
    count = -(-len(units) // 30)
    slots = bytearray(struct.pack("<BBHHHIIIBBBBB7x", 0x85, count + 1, 0, attributes, 0, *[0x5A79645D] * 3, 0, 0, 0x84, 0x84, 0x84))
    slots += struct.pack("<BBBBHHQIIQ", 0xC0, 3 if contiguous else 1, 0, len(units) // 2, 0, 0, length, 0, first, length)
    for at in range(0, len(units), 30):
        slots += struct.pack("<BB30s", 0xC1, 0, units[at : at + 30])
    struct.pack_into("<H", slots, 2, rotate(slots, 16, (2, 3)))
    for at in range(0, len(slots), 32):
        slots[at] &= 0xFF if used else 0x7F
    return bytes(slots)


def exfat():
    clusters, heap = 30, 32 * 512
    volume = bytearray(heap + clusters * 512)
    volume[:120] = struct.pack("<3s8s53xQQIIIIIIHHBBBBB7x", b"\xeb\x76\x90", b"EXFAT   ", 0, len(volume) // 512, 24, 8, 32, clusters, 3, 1, 0x100, 0, 9, 0, 1, 0x80, 0)
    volume[510:512] = b"\x55\xaa"
    volume[11 * 512 : 12 * 512] = struct.pack("<I", rotate(volume[: 11 * 512], 32, (106, 107, 112))) * 128
    for cluster, after in [(2, -1), (3, 4), (4, -1), (10, 14), (14, -1), (20, 21), (21, -1)]:
        struct.pack_into("<i", volume, 24 * 512 + cluster * 4, after)
    for cluster in [2, 3, 4, 10, 14, 16, 18]:
        volume[heap + (cluster - 2) // 8] |= 1 << (cluster - 2) % 8
    slots = struct.pack("<BB18xIQ", 0x81, 0, 2, 4) + struct.pack("<BB22s8x", 0x83, 3, "DIS".encode("utf-16-le"))
    slots += file("a name of many units.txt", 32, 10, 700, False) + file("b", 32, 16, 9, True) + file("c", 16, 18, 512, True)
    slots += file("gone", 32, 20, 700, False, False) + b"\5" * 32
    slots = slots.ljust(512, b"\5") + file("old.txt", 32, 24, 600, True, False)
    volume[heap + 512 : heap + 512 + len(slots)] = slots
    volume[heap + 16 * 512 : heap + 16 * 512 + 96] = file("d", 32, 0, 0, False)
    return volume


(folder / "fat12").write_bytes(fat(False))
(folder / "fat32").write_bytes(fat(True))
(folder / "exfat").write_bytes(exfat())
