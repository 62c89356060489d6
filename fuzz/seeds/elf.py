#!/usr/bin/env python3
"""Makes the seeds of the target elf: ELF programs of 32 and 64 bits, Mach-O alone and universal. usage: elf.py"""
import pathlib
import struct

here = pathlib.Path(__file__).resolve().parent / "elf"
here.mkdir(exist_ok=True)


def elf(bits, order):
    wide = bits == 64
    address = order + ("Q" if wide else "I")
    dynamic = b"".join(struct.pack(address[0] + address[1] * 2, *pair) for pair in [(5, 0x1200), (1, 1), (14, 11), (0, 0)])
    kinds = [(1, 0, 0x400), (2, 0x280, len(dynamic)), (3, 0x1C0, 8), (4, 0x340, 20)]
    ident = b"\x7fELF" + bytes([2 if wide else 1, 1 if order == "<" else 2, 1]) + bytes(9)
    header = struct.pack(order + "HHI", 3, 62, 1) + struct.pack(address + address[1] * 2, 0x1040, 64 if wide else 52, 0)
    header += struct.pack(order + "IHHHHHH", 0, 64 if wide else 52, 56 if wide else 32, len(kinds), 64 if wide else 40, 0, 0)
    bytes_ = bytearray(0x400)
    whole = ident + header
    for kind, offset, size in kinds:
        if wide:
            whole += struct.pack(order + "IIQQQQQQ", kind, 5, offset, 0x1000 + offset, 0, size, size, 8)
        else:
            whole += struct.pack(order + "IIIIIIII", kind, offset, 0x1000 + offset, 0, size, size, 5, 4)
    for at, part in [(0, whole), (0x1C0, b"/lib/ld\0"), (0x200, b"\0libc.so.6\0libx.so.2\0"), (0x280, dynamic)]:
        bytes_[at : at + len(part)] = part
    note = struct.pack(order + "III", 4, 4, 3) + b"GNU\0\xde\xad\xbe\xef"
    bytes_[0x340 : 0x340 + len(note)] = note
    return bytes(bytes_)


def macho():
    directory = struct.pack(">11I", 0xFADE0C02, 61, 0x20400, 2, 0, 44, 0, 0, 0, 0, 0) + b"com.example.tool\0"
    blob = struct.pack(">5I", 0xFADE0CC0, 20 + len(directory), 1, 0, 20) + directory
    library = struct.pack("<IIIIII", 0xC, 56, 24, 0, 0, 0) + b"/usr/lib/libSystem.B.dylib".ljust(32, b"\0")
    commands = library + struct.pack("<II16s", 0x1B, 24, bytes(range(16)))
    length = len(commands) + 16
    commands += struct.pack("<IIII", 0x1D, 16, 32 + length, len(blob))
    return struct.pack("<8I", 0xFEEDFACF, 0x100000C, 0, 2, 3, length, 0, 0) + commands + blob


for bits in (32, 64):
    for order, name in (("<", "little"), (">", "big")):
        (here / f"elf{bits}-{name}").write_bytes(elf(bits, order))
thin = macho()
(here / "macho").write_bytes(thin)
table = struct.pack(">II", 0xCAFEBABE, 2) + b"".join(struct.pack(">5I", 0x100000C, 0, at, len(thin), 2) for at in (64, 9999))
(here / "universal").write_bytes(table.ljust(64, b"\0") + thin)
