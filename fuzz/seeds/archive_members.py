#!/usr/bin/env python3
"""Makes the seeds of the fuzz target `archive_members`. usage: archive_members.py (from anywhere; zip, 7z, gcab, tar, zstd, arj
and jlha are used where they are installed)"""
import pathlib
import struct
import subprocess
import tempfile
import zlib

here = pathlib.Path(__file__).resolve().parent / "archive_members"
here.mkdir(exist_ok=True)


def pe():
    image = bytearray(0x400)
    for at, part in ((0, b"MZ"), (0x3C, b"\x80"), (0x80, b"PE\0\0\x4c\x01\x01"), (0x94, b"\xe0\0\2"), (0x98, b"\x0b\1"),
                     (0x178, b".text"), (0x188, b"\0\2"), (0x18C, b"\0\2")):
        image[at:at + len(part)] = part
    return bytes(image)


def rar5():
    def block(body):
        sized = bytes([len(body)]) + body
        return struct.pack("<I", zlib.crc32(sized)) + sized
    file = bytes([2, 2, 3, 2, 3, 0x20]) + struct.pack("<I", 1_700_000_000) + bytes([0, 1, 5]) + b"a.txt"
    return b"Rar!\x1a\x07\x01\0" + block(b"\1\0\0") + block(file) + b"abc" + block(b"\5\0\0")


def rar4(flags=0):
    def block(kind, flags, body):
        rest = bytes([kind]) + struct.pack("<HH", flags, len(body) + 7) + body
        return struct.pack("<H", zlib.crc32(rest) & 0xFFFF) + rest
    name = b"?b?.txt\0\x04\x4b\x30b\xe5\x65\x02"
    body = struct.pack("<IIBIIBBHI", 3, 3, 2, 1, 0x58A16C32, 29, 0x30, len(name), 0) + name
    return b"Rar!\x1a\x07\0" + block(0x73, flags, bytes(6)) + block(0x74, 0x8200, body) + b"abc" + block(0x7B, 0x4000, b"")


def ace():
    body = struct.pack("<BHIIIIBBHHH", 1, 0x4001, 3, 3, 0x58A16C32, 0x20, 1, 3, 0, 0, 5)
    body = body[:29] + struct.pack("<H", 5) + b"a.exe"
    main = bytes([0]) + struct.pack("<H", 0) + b"**ACE**" + bytes(20)
    return struct.pack("<HH", 1, len(main)) + main + struct.pack("<HH", 2, len(body)) + body + b"abc"


seeds = {"rar5": rar5(), "rar4": rar4(), "rar4-hidden": rar4(0x80), "ace": ace(), "sfx-rar5": pe() + rar5()}
with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    (folder / "in/sub").mkdir(parents=True)
    (folder / "in/a.txt").write_bytes(b"hello\n" * 500)
    (folder / "in/evil.pdf").write_bytes(pe())
    (folder / "in/sub/x.ps1").write_bytes(b"ls")
    for line in ("zip -qr a.zip in", "zip -qr -P pw p.zip in", "7z a -bso0 -tzip -ppw -mem=AES256 aes.zip in", "7z a -bso0 a.7z in",
                 "7z a -bso0 -ms=off -m0=LZMA n.7z in", "7z a -bso0 -mhc=off -m0=Copy c.7z in", "7z a -bso0 -ppw p.7z in",
                 "7z a -bso0 -ppw -mhe=on h.7z in", "gcab -c -z a.cab in/a.txt in/evil.pdf", "tar cf a.tar in/sub", "tar czf a.tgz in",
                 "tar --zstd -cf a.tzst in", "arj a -r a.arj in", "jlha aq a.lzh in"):
        try:
            subprocess.run(line.split(), cwd=folder, check=True, stdout=subprocess.DEVNULL)
        except (OSError, subprocess.CalledProcessError) as error:
            print("skipped:", error)
    for file in folder.iterdir():
        if file.is_file():
            seeds[file.name] = file.read_bytes()
    seeds["sfx-7z"] = pe() + seeds.get("a.7z", b"")
    seeds["behind-png"] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(100) + seeds.get("a.zip", b"")
for name, data in seeds.items():
    (here / name).write_bytes(data)
print(f"{len(seeds)} seeds, {sum(map(len, seeds.values())):,} bytes")
