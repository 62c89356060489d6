#!/usr/bin/env python3
"""Makes the seeds of the target prefetch: a Prefetch file of each layout, plain and compressed. usage: prefetch.py"""
import pathlib
import struct

here = pathlib.Path(__file__).resolve().parent / "prefetch"
RUN = 132223104000000001
PATH = "\\DEVICE\\HARDDISKVOLUME1\\WINDOWS\\SYSTEM32\\FTP.EXE"


def wide(text):
    return (text + "\0").encode("utf-16le")


def path_hash(version, path):
    value = 0 if version == 17 else 314159
    for byte in path.encode("utf-16le"):
        value = (value * 37 + byte) % 2**32
    if version > 17:
        return value
    value = value * 314159269 % 2**32
    return (2**32 - value if value > 2**31 else value) % 1000000007


def made(version, head, count, lasts, entry, own=None):
    names = wide(PATH) + wide("\\DEVICE\\HARDDISKVOLUME1\\T\\UP.TXT")
    device = "\\DEVICE\\HARDDISKVOLUME1"
    volume = struct.pack("<IIQI", entry, len(device), RUN, 0x88A08C2F).ljust(entry, b"\0") + wide(device)
    own_path = wide(PATH) if own else b""
    file = bytearray(head)
    size = head + len(names) + len(volume) + len(own_path)
    struct.pack_into("<I4sII", file, 0, version, b"SCCA", 17, size)
    file[16:32] = wide("FTP.EXE")
    struct.pack_into("<I", file, 76, path_hash(version, PATH))
    fields = (head, 0, head, 0, head, len(names), head + len(names), 1, len(volume))
    struct.pack_into("<9I", file, 84, *fields)
    for at, time in lasts:
        struct.pack_into("<Q", file, at, time)
    struct.pack_into("<I", file, count, 12)
    if own:
        struct.pack_into("<II", file, own, size - len(own_path), len(own_path))
    return bytes(file) + names + volume + own_path


def compressed(content, checksum=b""):
    """Chunks whose symbols are the bytes themselves, eight bits each."""
    data = b"MAM" + (b"\x84" if checksum else b"\x04") + struct.pack("<I", len(content)) + checksum
    for at in range(0, len(content), 65536):
        chunk = content[at : at + 65536]
        chunk += b"\0" * (len(chunk) % 2)
        swapped = bytearray(chunk)
        swapped[::2], swapped[1::2] = chunk[1::2], chunk[::2]
        data += b"\x88" * 128 + bytes(128) + bytes(swapped) + b"\0\0"
    return data


here.mkdir(exist_ok=True)
two = [(128, RUN), (136, RUN - 20000000)]
files = {
    "v17": made(17, 0x98, 144, [(120, RUN)], 40),
    "v23": made(23, 0xF0, 152, [(128, RUN)], 104),
    "v26": made(26, 0x130, 208, two, 104),
    "v30": made(30, 0x130, 208, two, 96, 220),
    "v30b": made(30, 0x128, 200, two, 96, 212),
    "v31": made(31, 0x128, 200, two, 96, 212),
}
for name, content in files.items():
    (here / name).write_bytes(content)
(here / "mam").write_bytes(compressed(files["v31"]))
(here / "mam-checksum").write_bytes(compressed(files["v30"], b"\1\2\3\4"))
# One bit for `x`, one for a repetition.
table = bytearray(256)
table[ord("x") // 2], table[128] = 0x01, 0x10
(here / "mam-repeats").write_bytes(b"MAM\x04" + struct.pack("<I", 300) + bytes(table) + bytes([0, 0x40, 0, 0, 255, 0x26, 1]))
