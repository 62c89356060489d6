#!/usr/bin/env python3
"""Makes the seeds of the fuzz target `ntfs`: small volumes of 80 clusters of 512 bytes. usage: ntfs.py (from anywhere)"""
import pathlib
import struct

CLUSTER, CLUSTERS, TABLE, RECORDS, BITMAP, FREE = 512, 80, 2, 26, 60, 62
ROOT = 5 | 5 << 48
FILE, DIRECTORY = 1, 3


def padded(value):
    value += bytes(-len(value) % 8)
    return value[:4] + struct.pack("<I", len(value)) + value[8:]


def resident(kind, value, name=""):
    text = name.encode("utf-16-le")
    start = (24 + len(text) + 7) // 8 * 8
    head = struct.pack("<IIBBHHHIHH", kind, 0, 0, len(name), 24, 0, 0, len(value), start, 0)
    return padded((head + text).ljust(start, b"\0") + value)


def extents(kind, size, runs, name="", first=0, flags=0, unit=0):
    text = name.encode("utf-16-le")
    start = (64 + len(text) + 7) // 8 * 8
    head = struct.pack("<IIBBHHHQQHB5xQQQ", kind, 0, 1, len(name), 64, flags, 0, first, 0, start, unit, size, size, size)
    return padded((head + text).ljust(start, b"\0") + runs + b"\0")


def file_name(name, parent=ROOT, space=1):
    text = name.encode("utf-16-le")
    return resident(0x30, struct.pack("<Q", parent) + bytes(56) + bytes([len(name), space]) + text)


def record(number, sequence, flags, *attributes, base=0):
    body = b"".join(attributes) + struct.pack("<Q", 0xFFFFFFFF)
    head = struct.pack("<4sHHQHHHHIIQHHI", b"FILE", 48, 3, 0, sequence, 1, 56, flags, 56 + len(body), 1024, base, 0, 0, number)
    whole = bytearray((head.ljust(56, b"\0") + body).ljust(1024, b"\0"))
    whole[48:54] = b"\7\0" + whole[510:512] + whole[1022:1024]
    whole[510:512] = whole[1022:1024] = b"\7\0"
    return number, bytes(whole)


def volume(*records, clusters=()):
    image = bytearray(CLUSTER * CLUSTERS)
    boot = struct.pack("<3x8sHB26xQQQB", b"NTFS    ", CLUSTER, 1, CLUSTERS - 1, TABLE, 70, 2)
    image[: len(boot)] = boot
    image[-CLUSTER : -CLUSTER + len(boot)] = boot
    own = [
        record(0, 1, FILE, file_name("$MFT"), extents(0x80, RECORDS * 1024, bytes([0x11, RECORDS * 2, TABLE]))),
        record(3, 3, FILE, file_name("$Volume"), resident(0x60, "seed".encode("utf-16-le"))),
        record(5, 5, DIRECTORY, file_name(".")),
        record(6, 6, FILE, file_name("$Bitmap"), extents(0x80, CLUSTERS // 8, bytes([0x11, 1, BITMAP]))),
    ]
    for number, whole in own + list(records):
        image[TABLE * CLUSTER + number * 1024 : TABLE * CLUSTER + number * 1024 + 1024] = whole
    image[BITMAP * CLUSTER : BITMAP * CLUSTER + 8] = b"\xff" * 7 + b"\x3f"
    for cluster, content in clusters:
        image[cluster * CLUSTER : cluster * CLUSTER + len(content)] = content
    return bytes(image)


def overlay(algorithm):
    return resident(0xC0, struct.pack("<IHHIIIII", 0x80000017, 20, 0, 1, 2, 1, algorithm, 0))


def sparse(size):
    return extents(0x80, size, b"\x01\x10", flags=0x8000, unit=4)


text = resident(0x80, b"open 192.0.2.1\r\nuser bob pw\r\nbye\r\n")
repeated = bytearray(263)
for at, byte in [(48, 0x30), (49, 0x23), (128, 0x02), (143, 0x20)]:
    repeated[at] = byte
repeated[256:] = bytes.fromhex("a8dc0000ff2601")
# 850 bytes of a script, compressed by wimlib with LZX.
lzx = bytes.fromhex(
    "352000220000000030234300684eba17c1f4ea9350ea8dbc8882fe8e61fe008000001a0020008618363f5bb3dfe780900000"
    "00000000cc800780cda35f037ebff6fffc2c372df0acc49f7d972a3fcbd0126feb4da3a494f81815868c4163d8a8edb7600e"
)
SEEDS = {
    "plain": volume(
        record(24, 1, DIRECTORY, file_name("tmp"), resident(0x80, b"x", "s")),
        record(25, 1, FILE, file_name("A~1", 24 | 1 << 48, 2), file_name("a.txt", 24 | 1 << 48), text, resident(0x80, b"[Z]", "Zone")),
        record(23, 1, FILE, resident(0x20, bytes(64))),
        record(21, 1, FILE, file_name("p"), extents(0x80, 900, bytes([0x11, 1, FREE])), base=23 | 1 << 48),
        record(22, 1, FILE, extents(0x80, 0, bytes([0x11, 1, FREE + 1]), first=1), base=23 | 1 << 48),
        record(20, 1, DIRECTORY, file_name("j"), resident(0xC0, struct.pack("<IHH", 0xA0000003, 0, 0))),
    ),
    "deleted": volume(
        record(24, 2, 2, file_name("tmp")),
        record(25, 2, 0, file_name("a.txt", 24 | 1 << 48), text),
        record(23, 2, 0, file_name("b.bin"), extents(0x80, 900, bytes([0x11, 2, FREE]))),
        clusters=[(FREE, b"d" * 900)],
    ),
    "compressed": volume(
        record(24, 1, FILE, file_name("l"), extents(0x80, 6000, bytes([0x11, 1, FREE, 1, 3, 0x11, 4, 2, 1, 4]), flags=1, unit=2)),
        record(23, 1, FILE, file_name("x"), sparse(300), overlay(0), resident(0x80, bytes(repeated), "WofCompressedData")),
        record(25, 1, FILE, file_name("z"), sparse(850), overlay(1), resident(0x80, lzx, "WofCompressedData")),
        clusters=[(FREE, bytes([0x03, 0xB0, 0x02, 0x61, 0xFC, 0x07])), (FREE + 2, b"r" * 2048)],
    ),
}
SEEDS["table"] = SEEDS["plain"][TABLE * CLUSTER : TABLE * CLUSTER + RECORDS * 1024]
folder = pathlib.Path(__file__).resolve().parent / "ntfs"
folder.mkdir(exist_ok=True)
for name, content in SEEDS.items():
    (folder / name).write_bytes(content)
