#!/usr/bin/env python3
"""Writes registry hives and their transaction logs from dictionaries, for made scenes.

usage: hive_writer.py SCENE.json HIVE      (values in the JSON are texts, numbers and lists of texts)
or:    from hive_writer import hive, dirty, new_log, old_log

A key is a dictionary: its keys are names of keys below it, `\\` between names makes several, and two names are set apart:
`@values` (a dictionary) and `@written` (a FILETIME; else that of the key above). A value is a text (REG_SZ), a number
(REG_DWORD, or REG_QWORD where it is larger), bytes (REG_BINARY), a list of texts (REG_MULTI_SZ), or a pair of a type and
bytes. Source: M. Suhanov, "Windows registry file format specification". Standard library only, no clock, no chance.
"""
import json
import pathlib
import struct
import sys

NONE = 0xFFFFFFFF
NEW_YEAR_2020 = 132223104000000000
# O:BAG:SYD:(A;;KA;;;BA): administrators own it and may do everything.
SECURITY = bytes.fromhex(
    "01000480300000004000000000000000140000000200" "1c000100000000021400" "3f000f00010100000000000100000000"
    "01020000000000052000000020020000" "010100000000000512000000"
)


def utf16(text):
    return (text + "\0").encode("utf-16-le")


def typed(value):
    if isinstance(value, tuple):
        return value
    if isinstance(value, str):
        return 1, utf16(value)
    if isinstance(value, int):
        return (4, struct.pack("<I", value)) if value < 1 << 32 else (11, struct.pack("<Q", value))
    if isinstance(value, (bytes, bytearray)):
        return 3, bytes(value)
    return 7, b"".join(utf16(text) for text in value) + b"\0\0"


def expand(text):
    """A value of REG_EXPAND_SZ."""
    return 2, utf16(text)


def encoded(name):
    try:
        return name.encode("latin-1"), True
    except UnicodeEncodeError:
        return name.encode("utf-16-le"), False


def nested(tree):
    """A tree whose names hold no `\\`."""
    out = {}
    for name, below in tree.items():
        if name.startswith("@"):
            out[name] = below
            continue
        at = out
        for part in name.split("\\"):
            at = at.setdefault(part, {})
        for key, value in nested(below).items():
            if key == "@values":
                at.setdefault("@values", {}).update(value)
            elif isinstance(value, dict) and key in at:
                merge(at[key], value)
            else:
                at[key] = value
    return out


def merge(into, more):
    for key, value in more.items():
        if isinstance(value, dict) and key in into:
            into[key].update(value) if key == "@values" else merge(into[key], value)
        else:
            into[key] = value


class Cells:
    def __init__(self):
        self.bytes = bytearray(32)
        self.security = None
        self.keys = 0

    def add(self, content):
        at = len(self.bytes)
        size = (len(content) + 4 + 7) // 8 * 8
        self.bytes += (struct.pack("<i", -size) + content).ljust(size, b"\0")
        return at

    def value(self, name, value):
        kind, data = typed(value)
        if len(data) <= 4:
            size, place = len(data) | 0x80000000, struct.unpack("<I", data.ljust(4, b"\0"))[0]
        elif len(data) > 16344:
            segments = [self.add(data[at : at + 16344]) for at in range(0, len(data), 16344)]
            listed = self.add(struct.pack(f"<{len(segments)}I", *segments))
            size, place = len(data), self.add(b"db" + struct.pack("<HII", len(segments), listed, 0))
        else:
            size, place = len(data), self.add(data)
        name, latin = encoded(name)
        return self.add(b"vk" + struct.pack("<HIIIHH", len(name), size, place, kind, latin, 0) + name)

    def list(self, keys, names):
        """Lists of at most 500 keys with the hashes of their names, and a list of these where there are more."""
        lists = []
        for at in range(0, len(keys), 500):
            pairs = b""
            for key, name in list(zip(keys, names))[at : at + 500]:
                total = 0
                for letter in name.upper():
                    total = (total * 37 + ord(letter)) & 0xFFFFFFFF
                pairs += struct.pack("<II", key, total)
            lists.append(self.add(b"lh" + struct.pack("<H", len(pairs) // 8) + pairs))
        if len(lists) < 2:
            return lists[0] if lists else NONE
        return self.add(b"ri" + struct.pack(f"<H{len(lists)}I", len(lists), *lists))

    def key(self, name, tree, parent, written, flags=0):
        written = tree.get("@written", written)
        raw, latin = encoded(name)
        at = self.add(bytes(76) + raw)
        self.keys += 1
        if self.security is None:
            # Readers that do not ask where the root is take the first cell for it.
            self.security = self.add(b"sk" + struct.pack("<HIIII", 0, 0, 0, 0, len(SECURITY)) + SECURITY)
        values = [self.value(*pair) for pair in tree.get("@values", {}).items()]
        names = sorted((key for key in tree if not key.startswith("@")), key=str.upper)
        below = [self.key(key, tree[key], at, written) for key in names]
        listed = self.add(struct.pack(f"<{len(values)}I", *values)) if values else NONE
        longest = max((len(key) * 2 for key in names), default=0)
        widest = max((len(key) * 2 for key in tree.get("@values", {})), default=0)
        largest = max((len(typed(value)[1]) for value in tree.get("@values", {}).values()), default=0)
        node = b"nk" + struct.pack("<HQII", flags | (0x20 if latin else 0), written, 0, parent)
        node += struct.pack("<IIII", len(below), 0, self.list(below, names), NONE)
        node += struct.pack("<IIII", len(values), listed, self.security, NONE)
        node += struct.pack("<IIIIIHH", longest, 0, widest, largest, 0, len(raw), 0)
        self.bytes[at + 4 : at + 4 + 76] = node
        return at


def sealed(block):
    total = 0
    for (word,) in struct.iter_unpack("<I", block[:508]):
        total ^= word
    total = {0: 1, NONE: NONE - 1}.get(total, total)
    return block[:508] + struct.pack("<I", total) + block[512:]


def hive(tree, name="\\SystemRoot\\System32\\Config\\MADE", root="ROOT", sequence=7):
    """The bytes of a hive that was written to its end."""
    cells = Cells()
    top = cells.key(root, nested(tree), NONE, NEW_YEAR_2020, 0xC)
    security = cells.security
    struct.pack_into("<III", cells.bytes, security + 8, security, security, cells.keys)
    size = (len(cells.bytes) + 8 + 4095) // 4096 * 4096
    free = size - len(cells.bytes)
    cells.bytes += struct.pack("<i", free) + bytes(free - 4)
    cells.bytes[:32] = b"hbin" + struct.pack("<IIIIQI", 0, size, 0, 0, NEW_YEAR_2020, 0)
    block = b"regf" + struct.pack("<IIQIIIIIII", sequence, sequence, NEW_YEAR_2020, 1, 5, 0, 1, top, size, 1)
    block += name.encode("utf-16-le")[-62:].ljust(64, b"\0")
    return sealed(block.ljust(4096, b"\0")) + bytes(cells.bytes)


def dirty(made, begun, ended):
    """A hive of which a write was begun and did not end."""
    return sealed(made[:4] + struct.pack("<II", begun, ended) + made[12:])


def marvin(data, seed=0x82EF4D887A4E55C5):
    low, high = seed & NONE, seed >> 32
    turn = lambda word, by: (word << by | word >> 32 - by) & NONE
    padded = data + b"\x80"
    padded += bytes(-len(padded) % 4 + 4)
    for (word,) in struct.iter_unpack("<I", padded):
        low = (low + word) & NONE
        high ^= low
        low = (turn(low, 20) + high) & NONE
        high = turn(high, 9) ^ low
        low = (turn(low, 27) + high) & NONE
        high = turn(high, 19)
    return struct.pack("<II", low, high)


def new_log(before, entries):
    """A log of the new format: for each entry its sequence number and the hive as it was then."""
    out = bytearray(sealed(before[:28] + struct.pack("<I", 6) + before[32:512]))
    last = before[4096:]
    for sequence, after in entries:
        after = after[4096:]
        pages = [at for at in range(0, len(after), 4096) if last[at : at + 4096] != after[at : at + 4096]]
        body = b"".join(struct.pack("<II", at, 4096) for at in pages) + b"".join(after[at : at + 4096] for at in pages)
        size = (40 + len(body) + 511) // 512 * 512
        body = body.ljust(size - 40, b"\0")
        head = b"HvLE" + struct.pack("<IIIII", size, 0, sequence, len(after), len(pages)) + marvin(body)
        out += head + marvin(head) + body
        last = after
    return bytes(out)


def old_log(before, after):
    """A log of the old format, that makes one hive of another."""
    bins = len(after) - 4096
    block = before[:28] + struct.pack("<I", 1) + before[32:40] + struct.pack("<I", bins) + before[44:512]
    block = block[:4] + before[4:8] * 2 + block[12:]
    bits, pages = bytearray(bins // 4096), bytearray()
    for number in range(bins // 512):
        at = 4096 + number * 512
        if before[at : at + 512] != after[at : at + 512]:
            bits[number // 8] |= 1 << number % 8
            pages += after[at : at + 512]
    vector = b"DIRT" + bytes(bits)
    return sealed(block) + vector + bytes(-len(vector) % 512) + bytes(pages)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    pathlib.Path(sys.argv[2]).write_bytes(hive(json.loads(pathlib.Path(sys.argv[1]).read_text())))
