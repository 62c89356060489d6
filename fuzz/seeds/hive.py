#!/usr/bin/env python3
"""Makes the seeds of the target hive: registry hives with mounted devices, and dirty ones with logs behind them. usage: hive.py"""
import pathlib
import struct
import sys

here = pathlib.Path(__file__).resolve().parent / "hive"
sys.path.insert(0, str(here.parents[2] / "testdata" / "generate"))
import hive_writer


def hive(path, values, lists):
    cells = bytearray()

    def cell(content):
        at = len(cells)
        size = (len(content) + 4 + 7) // 8 * 8
        cells.extend((struct.pack("<i", -size) + content).ljust(size, b"\0"))
        return at

    offsets = []
    for name, data in values:
        inline = len(data) <= 4
        place = struct.unpack("<I", data.ljust(4, b"\0"))[0] if inline else cell(data)
        size = len(data) | (0x80000000 if inline else 0)
        offsets.append(cell(b"vk" + struct.pack("<HIIIHH", len(name), size, place, 3, 1, 0) + name))
    below, held = (0, 0xFFFFFFFF), (len(offsets), cell(struct.pack(f"<{len(offsets)}I", *offsets)))
    for number, name in enumerate(list(reversed(path)) + [b"ROOT"]):
        key = bytearray(76)
        key[:4] = b"nk\x20\0"
        key[20:24], key[28:32] = struct.pack("<I", below[0]), struct.pack("<I", below[1])
        key[36:44] = struct.pack("<II", *held)
        key[72:74] = struct.pack("<H", len(name))
        at = cell(bytes(key) + name)
        kind = lists[number % len(lists)]
        entry = struct.pack("<I", at) + (b"hash" if kind in (b"lf", b"lh") else b"")
        listed = cell((b"lf" if kind == b"ri" else kind) + b"\1\0" + entry)
        below, held = (1, cell(b"ri\1\0" + struct.pack("<I", listed)) if kind == b"ri" else listed), (0, 0xFFFFFFFF)
    head = bytearray(4096)
    head[:4] = b"regf"
    head[36:40] = struct.pack("<I", at)
    return bytes(head) + bytes(cells)


DEVICES = [(b"\\DosDevices\\C:", b"DMIO:ID:" + bytes(range(16))), (b"\\DosDevices\\D:", bytes(12)), (b"#{0}", b"ab")]
here.mkdir(exist_ok=True)
(here / "devices").write_bytes(hive([b"MountedDevices"], DEVICES, [b"lh", b"lf"]))
(here / "lists").write_bytes(hive([b"Select", b"MountedDevices"], DEVICES, [b"ri", b"li"]))

before = {"MountedDevices": {"@values": {name.decode(): data for name, data in DEVICES}}}
after = {"MountedDevices": {"@values": {"late": bytes(5000)}}, **{f"k{number}": {} for number in range(40)}}
first, second = hive_writer.hive(before), hive_writer.hive(after)
first = hive_writer.dirty(first, 8, 7)
log = hive_writer.new_log(first, [(8, second)])
(here / "new-log").write_bytes(first + log)
(here / "two-logs").write_bytes(first + log + hive_writer.new_log(second, [(9, hive_writer.hive(before))]))
(here / "old-log").write_bytes(first + hive_writer.old_log(first, second))
