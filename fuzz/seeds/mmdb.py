#!/usr/bin/env python3
"""Makes the seeds of the target mmdb: an address and a small database of each size of record. usage: mmdb.py"""
import ipaddress
import pathlib

here = pathlib.Path(__file__).resolve().parent / "mmdb"


def head(kind, size):
    low, more = (size, b"") if size < 29 else (29, bytes([size - 29]))
    return (bytes([kind << 5 | low]) if kind < 8 else bytes([low, kind - 7])) + more


def value(item):
    if isinstance(item, str):
        return head(2, len(item.encode())) + item.encode()
    if isinstance(item, bool):
        return head(14, int(item))
    if isinstance(item, int):
        data = item.to_bytes((item.bit_length() + 7) // 8, "big")
        return head(6 if len(data) < 5 else 9, len(data)) + data
    if isinstance(item, bytes):
        return item
    if isinstance(item, list):
        return head(11, len(item)) + b"".join(map(value, item))
    return head(7, len(item)) + b"".join(value(name) + value(one) for name, one in item.items())


def node(bits, left, right):
    if bits == 28:
        return left.to_bytes(4, "big")[1:] + bytes([left >> 24 << 4 | right >> 24]) + right.to_bytes(4, "big")[1:]
    return left.to_bytes(bits // 8, "big") + right.to_bytes(bits // 8, "big")


def database(bits, version, steps, items):
    """A tree of so many steps to the left, whose last node leads to the two items."""
    data = value(items[0])
    second = len(data)
    data += value(items[1])
    tree = b"".join(node(bits, number + 1, steps) for number in range(steps - 1)) + node(bits, steps + 16, steps + 16 + second)
    own = {"binary_format_major_version": 2, "database_type": "Seed", "ip_version": version, "node_count": steps, "record_size": bits,
           "build_epoch": 1767225600, "languages": ["en"], "description": {"en": "a seed"}}
    return tree + bytes(16) + data + b"\xab\xcd\xefMaxMind.com" + value(own)


CITY = {"country": {"iso_code": "DE", "names": {"en": "Germany"}}, "city": {"names": {"en": "Berlin"}}, "traits": {"is_anycast": True}}
ASN = {"autonomous_system_number": 64500, "autonomous_system_organization": "Example"}
# The second record's organisation is a pointer to the first's name of a country.
POINTER = {"country": b"\x20\x0a", "organization": "x" * 40, "numbers": [1, 1 << 40, False]}
here.mkdir(exist_ok=True)
for bits in (24, 28, 32):
    address = ipaddress.ip_address("0.0.0.1").packed
    (here / f"four-{bits}").write_bytes(bytes(12) + address + database(bits, 4, 32, [CITY, ASN]))
    (here / f"six-{bits}").write_bytes(bytes(15) + b"\x01" + database(bits, 6, 128, [POINTER, CITY]))
