#!/usr/bin/env python3
"""Makes the seeds of the target catalog: the catalogs of testdata, lists of roots, and a certificate of a registry.

usage: catalog.py
"""
import base64
import pathlib
import struct
import sys

here = pathlib.Path(__file__).resolve().parent
root = here.parents[1]
sys.path.insert(0, str(root / "testdata" / "generate"))
from make_catalog import MICROSOFT, algorithm, attribute, element, identifier, octets, sequence, set_of  # noqa: E402

out = here / "catalog"
catalogs = root / "testdata" / "signed" / "catalog"


def trust_list(usage, subjects, by):
    fields = sequence(sequence(identifier(MICROSOFT + usage)), element(0x02, b"\x01"), element(0x17, b"260102030405Z"),
                      sequence(by), sequence(*subjects))
    content = sequence(identifier(MICROSOFT + "10.1"), element(0xA0, fields))
    data = sequence(element(0x02, b"\x01"), set_of(algorithm("sha256")), content, set_of())
    return sequence(identifier("1.2.840.113549.1.7.2"), element(0xA0, data))


def property_of(number, content):
    return struct.pack("<III", number, 1, len(content)) + content


def main():
    out.mkdir(exist_ok=True)
    for name in ("vouching.cat", "old.cat"):
        (out / name).write_bytes((catalogs / name).read_bytes())
    name = attribute(MICROSOFT + "10.11.11", octets("Example Root\0".encode("utf-16-le")))
    usage = attribute(MICROSOFT + "10.11.9", octets(sequence(identifier("1.3.6.1.5.5.7.3.3"))))
    since = attribute(MICROSOFT + "10.11.104", octets(struct.pack("<Q", 132380352000000000)))
    whole = attribute(MICROSOFT + "10.11.98", octets(bytes(32)))
    subject = sequence(octets(bytes(20)), set_of(name, usage, since, whole))
    (out / "roots").write_bytes(trust_list("10.3.9", [subject], identifier("1.3.14.3.2.26")))
    (out / "disallowed").write_bytes(
        trust_list("10.3.30", [sequence(octets(bytes(16)))], identifier(MICROSOFT + "10.11.15")))
    lines = (catalogs / "root.pem").read_text().split("-----")[2]
    blob = property_of(3, bytes(20)) + property_of(11, "Root\0".encode("utf-16-le"))
    (out / "blob").write_bytes(blob + property_of(32, base64.b64decode(lines)))


if __name__ == "__main__":
    main()
