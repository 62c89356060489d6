#!/usr/bin/env python3
"""Makes the seeds of the fuzz target `embedded`: one PE in every dress. usage: embedded.py (from anywhere)"""
import base64
import gzip
import pathlib
import textwrap

here = pathlib.Path(__file__).resolve().parent / "embedded"
here.mkdir(exist_ok=True)
image = bytearray(0x400)
for at, part in ((0, b"MZ"), (0x3C, b"\x80"), (0x4E, b"This program cannot be run in DOS mode."), (0x80, b"PE\0\0\x4c\x01\x01"),
                 (0x94, b"\xe0\0\2"), (0x98, b"\x0b\1"), (0x178, b".text"), (0x188, b"\0\2"), (0x18C, b"\0\2")):
    image[at:at + len(part)] = part
pe = bytes(image)
text = base64.b64encode(pe).decode()
wrap = textwrap.wrap
debug = "".join(f"e {0x100 + at:04X} {pe[at:at + 16].hex(' ').upper()}\r\n" for at in range(0, len(pe), 16))
seeds = {
    "base64": f"x {text}".encode(),
    "certificate": ("-----BEGIN CERTIFICATE-----\r\n" + "\r\n".join(wrap(text, 64)) + "\r\n-----END CERTIFICATE-----\r\n").encode(),
    "vbscript": ('s = "' + '" & _\r\n    "'.join(wrap(text, 70)) + '"\r\n').encode(),
    "echo": "".join(f"echo {line}>>x.b64\r\n" for line in wrap(text, 76)).encode(),
    "utf16": f"$b='{text}'\n".encode("utf-16"),
    "backwards": f"'{text[::-1]}'".encode(),
    "gzip": base64.b64encode(gzip.compress(pe, mtime=0)),
    "hex": pe.hex().encode(),
    "hex-spaced": pe.hex(" ").upper().encode(),
    "c": ("{" + ",".join(f"0x{byte:02x}" for byte in pe) + "}").encode(),
    "python": "".join(f"\\x{byte:02x}" for byte in pe).encode(),
    "debug": ("n x.exe\r\n" + debug + "w\r\n").encode(),
    "decimal": ",".join(str(byte) for byte in pe).encode(),
    "xor": bytes(byte ^ 0x5B for byte in pe),
    "xor-zeros": bytes(byte if byte in (0, 0x33) else byte ^ 0x33 for byte in pe),
    "xor-inside": b"\xff\xd8\xff\xe0" + bytes(200) + bytes(byte ^ 0x77 for byte in pe),
    "inside": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(200) + pe,
    "reversed": b"xx" + pe[::-1] + b"yy",
    "gif": b"GIF89a/*xx*/=1;<?php system($x); ?>",
}
for name, data in seeds.items():
    (here / name).write_bytes(data)
print(f"{len(seeds)} seeds, {sum(map(len, seeds.values())):,} bytes")
