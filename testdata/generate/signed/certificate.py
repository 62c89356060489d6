"""Certificates, each field as asked."""
import dataclasses
import hashlib

from . import der

CODE, SERVER, TIME, LIFETIME = "1.3.6.1.5.5.7.3.3", "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.8", "1.3.6.1.4.1.311.10.3.13"

SIGNATURES, CERTIFICATES = der.bits(b"\x80", 7), der.bits(b"\x06", 1)  # key usages


def name(common):
    def part(type_, value):
        return der.set_of(der.sequence(der.oid(type_), der.tlv(0x0C, value.encode())))
    return der.sequence(part("2.5.4.10", "Example Tools"), part("2.5.4.3", common))


@dataclasses.dataclass
class Certificate:
    subject: bytes
    issuer: bytes
    serial: int
    key: object
    encoded: bytes

    def issuer_and_serial(self):
        return der.sequence(self.issuer, der.integer(self.serial))


def extension(type_, value, critical=False):
    return der.sequence(der.oid(type_), der.boolean(True) if critical else b"", der.octets(value))


def certificate(common, key, issuer=None, start="2015-01-01", end="2045-01-01", ca=None, path=None, purposes=(), digest="sha256",
                usage=None, subject=None, serial=None, not_ca=False, more=()):
    """A certificate for `key`, by `issuer` or by itself. `ca` makes it an authority, `path` limits its depth; `not_ca` says
    outright that it is none; `usage` is its key usage where that is not the usual one; `more` are further extensions."""
    subject = subject or name(common)
    issuer_name = issuer.subject if issuer else subject
    by = issuer.key if issuer else key
    serial = serial or int.from_bytes(hashlib.sha256(f"{common} {start} {end} {purposes}".encode()).digest()[:8], "big") >> 1
    extensions = []
    if ca or not_ca:
        constraint = der.sequence(der.boolean(True) if ca else b"", der.integer(path) if path is not None else b"")
        extensions.append(extension("2.5.29.19", constraint, True))
    extensions.append(extension("2.5.29.15", usage or (CERTIFICATES if ca else SIGNATURES), True))
    if purposes:
        critical = purposes == (TIME,)
        extensions.append(extension("2.5.29.37", der.sequence(*(der.oid(one) for one in purposes)), critical))
    extensions.append(extension("2.5.29.14", der.octets(hashlib.sha1(key.public()).digest())))
    if issuer:
        extensions.append(extension("2.5.29.35", der.sequence(der.tlv(0x80, hashlib.sha1(by.public()).digest()))))
    extensions += more
    to_sign = der.sequence(
        der.explicit(0, der.integer(2)), der.integer(serial), by.algorithm(digest), issuer_name,
        der.sequence(der.utc_time(start), der.utc_time(end)), subject, key.public(), der.explicit(3, der.sequence(*extensions)))
    encoded = der.sequence(to_sign, by.algorithm(digest), der.bits(by.sign(to_sign, digest)))
    return Certificate(subject, issuer_name, serial, key, encoded)
