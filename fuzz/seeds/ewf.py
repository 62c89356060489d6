#!/usr/bin/env python3
"""Makes the seeds of the fuzz target ewf: small Expert Witness sets, segments one behind another. usage: ewf.py (from anywhere)"""
import pathlib
import struct
import zlib

here = pathlib.Path(__file__).resolve().parent / "ewf"
DISK = b"".join(bytes((n * i >> 3) & 0x3F if n % 3 else 0 for i in range(512)) for n in range(24))
CHUNK = 2048


def summed(data):
    return data + struct.pack("<I", zlib.adler32(data))


def section(at, kind, data=b""):
    size = 76 + len(data)
    following = at if kind in (b"next", b"done") else at + size
    return summed(struct.pack("<16sQQ40x", kind, following, size)) + data


def version1(chunks_each=99, deflated=True):
    chunks = [DISK[at:at + CHUNK] for at in range(0, len(DISK), CHUNK)]
    head = struct.pack("<IIIIQ40s", 1, len(chunks), CHUNK // 512, 512, len(DISK) // 512, bytes(40))
    volume = summed((head + bytes(16 * [7])).ljust(1048, b"\0"))
    parts = [chunks[at:at + chunks_each] for at in range(0, len(chunks), chunks_each)]
    out = b""
    for number, part in enumerate(parts, 1):
        file = b"EVF\x09\x0d\x0a\xff\x00" + struct.pack("<BHH", 1, number, 0)
        file += section(len(file), b"volume" if number == 1 else b"data", volume)
        base, data, entries = len(file) + 76, b"", b""
        for chunk in part:
            entries += struct.pack("<I", len(data) | (1 << 31 if deflated else 0))
            data += zlib.compress(chunk, 1) if deflated else summed(chunk)
        file += section(len(file), b"sectors", data)
        table = summed(struct.pack("<I4xQ4x", len(part), base)) + summed(entries)
        file += section(len(file), b"table", table)
        file += section(len(file), b"table2", table)
        if number == len(parts):
            file += section(len(file), b"error2", summed(struct.pack("<I512x", 1)) + summed(struct.pack("<II", 3, 2)))
            file += section(len(file), b"digest", summed(bytes(range(36)) + bytes(40)))
            file += section(len(file), b"xhash", zlib.compress(b"<xhash><md5>" + b"0a" * 16 + b"</md5></xhash>"))
            file += section(len(file), b"hash", summed(bytes(range(16)) + bytes(16)))
        file += section(len(file), b"done" if number == len(parts) else b"next")
        out += file
    return out


def version2():
    file, previous = b"EVF2\x0d\x0a\x81\x00" + struct.pack("<BBHI16s", 2, 1, 1, 1, bytes(16 * [9])), 0

    def add(kind, data=b""):
        nonlocal file, previous
        padding = -len(data) % 16
        file += data + bytes(padding)
        at = len(file)
        file += summed(struct.pack("<IIQQII28x", kind, 0, previous, len(data) + padding, 64, padding))
        previous = at

    text = lambda text: zlib.compress(b"\xff\xfe" + text.encode("utf-16-le"))
    add(1, text(f"1\nmain\nsn\tts\tbp\n\t{len(DISK) // 512}\t512\n\n"))
    add(2, text(f"1\nmain\nnm\tsb\nx\t{CHUNK // 512}\n\n"))
    data, entries, start = b"", b"", len(file)
    for number, at in enumerate(range(0, len(DISK), CHUNK)):
        stored, flags = (zlib.compress(DISK[at:at + CHUNK]), 1) if number % 3 else (summed(DISK[at:at + CHUNK]), 2)
        if number == 4:
            entries += struct.pack("<8sII", b"pattern!", 0, 5)
            continue
        entries += struct.pack("<QII", start + len(data), len(stored), flags)
        data += stored + bytes(-len(stored) % 16)
    add(3, data)
    add(4, summed(struct.pack("<QI4x", 0, len(entries) // 16)) + bytes(12) + summed(entries))
    add(5, summed(struct.pack("<I12x", 1)) + bytes(12) + summed(struct.pack("<QI4x", 3, 2)))
    add(8, summed(bytes(range(16))))
    add(9, summed(bytes(range(20))))
    add(15)
    return file


here.mkdir(exist_ok=True)
for name, content in {"one": version1(), "two": version1(3), "stored": version1(99, False), "version2": version2()}.items():
    (here / name).write_bytes(content)
