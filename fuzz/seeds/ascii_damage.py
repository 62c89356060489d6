#!/usr/bin/env python3
"""Makes the seeds of the target ascii_damage: small binaries of several formats, whole and damaged. usage: ascii_damage.py"""
import gzip
import io
import lzma
import pathlib
import random
import re
import struct
import tarfile
import zipfile
import zlib

here = pathlib.Path(__file__).resolve().parent / "ascii_damage"
random.seed(1)
noise = bytes(random.randrange(256) for _ in range(1500))
noise = noise[:500] + b"\r\n" + noise[500:] + b"one\r\ntwo\r\nthree\n"


def png():
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", noise) + chunk(b"IEND", b"")


def archive(method):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name in ("a.bin", "b.bin"):
            file.writestr(zipfile.ZipInfo(name), noise * 2, method)
    return out.getvalue()


def tar():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as file:
        info = tarfile.TarInfo("a.bin")
        info.size = len(noise)
        file.addfile(info, io.BytesIO(noise))
    return out.getvalue()[:4096]


def executable():
    file = bytearray(0x400)
    file[:2], file[0x3C:0x40] = b"MZ", struct.pack("<I", 0x80)
    file[0x4E:0x79] = b"This program cannot be run in DOS mode.\r\r\n$"
    file[0x80:0x98] = b"PE\0\0" + struct.pack("<HHIIIHH", 0x14C, 1, 0, 0, 0, 0xE0, 0x102)
    file[0x98:0x9A] = b"\x0b\x01"
    file[0xD0:0xD8] = struct.pack("<II", 0x4000, 0x400)
    file[0xF4] = 16
    file[0x178:0x1A0] = struct.pack("<8sIIII16x", b".text", len(noise), 0x1000, 2048, 0x400)
    return bytes(file) + noise.ljust(2048, b"\0")


FILES = {
    "png": png(),
    "stored": archive(zipfile.ZIP_STORED),
    "deflated": archive(zipfile.ZIP_DEFLATED),
    "gzip": gzip.compress(noise, mtime=0),
    "xz": lzma.compress(noise),
    "tar": tar(),
    "pe": executable(),
    "riff": b"RIFF" + struct.pack("<I", len(noise) + 12) + b"WAVEdata" + struct.pack("<I", len(noise)) + noise,
    "7z": b"7z\xbc\xaf\x27\x1c\0\x04" + bytes(24) + noise,
    "jpeg": b"\xff\xd8\xff\xe0\0\x04ab\xff\xda\0\x02" + noise + b"\xff\xd9",
    "pdf": b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\nxref\n0 2\n0000000000 65535 f \n0000000009 00000 n \ntrailer\n<<>>\nstartxref\n30\n%%EOF\n",
}
here.mkdir(exist_ok=True)
for name, data in FILES.items():
    (here / name).write_bytes(data)
    (here / f"{name}-lone").write_bytes(re.sub(rb"(?<!\r)\n", b"\r\n", data))
    (here / f"{name}-lost").write_bytes(data.replace(b"\r\n", b"\n"))
