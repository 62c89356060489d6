"""Authenticode put together by hand: what osslsigncode does, and what it does not."""
import dataclasses
import hashlib
import struct

from . import der
from .keys import digest_algorithm

DATA, SIGNED = "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.2"
CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_TIME = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4", "1.2.840.113549.1.9.5"
COUNTER_SIGNATURE, NESTED, TIME_STAMP = "1.2.840.113549.1.9.6", "1.3.6.1.4.1.311.2.4.1", "1.3.6.1.4.1.311.3.3.1"
INDIVIDUAL = "1.3.6.1.4.1.311.2.1.21"
INDIRECT_DATA, STATEMENT, PROGRAM = "1.3.6.1.4.1.311.2.1.4", "1.3.6.1.4.1.311.2.1.11", "1.3.6.1.4.1.311.2.1.12"


def places(program):
    """Offsets of the checksum and of the directory entry for the certificate table."""
    optional = struct.unpack_from("<I", program, 0x3C)[0] + 24
    magic = struct.unpack_from("<H", program, optional)[0]
    return optional + 64, optional + (144 if magic == 0x20B else 128)


def image_digest(program, digest):
    """Over a program that is not signed yet and whose size is a multiple of 8."""
    checksum, directory = places(program)
    return hashlib.new(digest, program[:checksum] + program[checksum + 4:directory] + program[directory + 8:]).digest()


def page_hashes(program, digest):
    """The hashes of the pages of a program that is not signed yet, as signtool's /ph and osslsigncode's -ph store them: of the
    headers and of each 4096 bytes of each section, filled up with zeros, after their offsets."""
    checksum, directory = places(program)
    optional = checksum - 64
    sections, = struct.unpack_from("<H", program, optional - 18)
    size_of_optional, = struct.unpack_from("<H", program, optional - 4)
    headers, = struct.unpack_from("<I", program, optional + 60)

    def page(data, size):
        return hashlib.new(digest, data + bytes(size - len(data))).digest()
    head = program[:checksum] + program[checksum + 4:directory] + program[directory + 8:headers]
    hashes = bytes(4) + page(head, 4096 - 12)
    end = headers
    for number in range(sections):
        size, start = struct.unpack_from("<II", program, optional + size_of_optional + 40 * number + 16)
        for at in range(start, start + size, 4096):
            hashes += struct.pack("<I", at) + page(program[at:min(at + 4096, start + size)], 4096)
        end = start + size
    return hashes + struct.pack("<I", end) + bytes(hashlib.new(digest).digest_size)


def serialized_hashes(hashes, digest):
    """The link of SpcPeImageData that brings page hashes."""
    type_ = {"sha1": "1.3.6.1.4.1.311.2.3.1", "sha256": "1.3.6.1.4.1.311.2.3.2"}[digest]
    moniker = der.set_of(der.sequence(der.oid(type_), der.set_of(der.octets(hashes))))
    return der.explicit(1, der.octets(bytes.fromhex("a6b586d5b4a12466ae05a217da8e60d6")), der.octets(moniker))


def indirect_data(program, digest, link=None):
    link = link or der.explicit(2, der.tlv(0x80, "<<<Obsolete>>>".encode("utf-16-be")))
    image = der.sequence(der.bits(b""), der.explicit(0, link))
    return der.sequence(der.sequence(der.oid("1.3.6.1.4.1.311.2.1.15"), image),
                        der.sequence(digest_algorithm(digest), der.octets(image_digest(program, digest))))


def attribute(type_, *values):
    return der.sequence(der.oid(type_), der.set_of(*values))


@dataclasses.dataclass
class Signer:
    """What signs: a certificate with its key, and the certificates that go into the bundle with it."""
    certificate: object
    bundle: tuple = ()
    digest: str = "sha256"

    def certificates(self):
        return [self.certificate.encoded, *(one if isinstance(one, bytes) else one.encoded for one in self.bundle)]


def signer_info(signer, content, content_type, more=(), unsigned=(), in_order=True, signature=None):
    """A SignerInfo over `content` (content octets), with its signature."""
    digest = hashlib.new(signer.digest, content).digest()
    attributes = [attribute(CONTENT_TYPE, der.oid(content_type)), *more, attribute(MESSAGE_DIGEST, der.octets(digest))]
    attributes = sorted(attributes, reverse=not in_order)
    key = signer.certificate.key
    signature = signature or key.sign(der.set_as_given(*attributes), signer.digest)
    extra = unsigned(signature) if callable(unsigned) else unsigned
    return der.sequence(
        der.integer(1), signer.certificate.issuer_and_serial(), digest_algorithm(signer.digest), der.explicit(0, *attributes),
        key.signer_algorithm(signer.digest), der.octets(signature), der.explicit(1, *extra) if extra else b"")


def signed_data(signer, content, *, file_digest=None, wrap=der.tlv, **more):
    """A ContentInfo of SignedData over SpcIndirectData. `wrap` writes the outer layers, in DER or not."""
    kind = attribute(STATEMENT, der.sequence(der.oid(INDIVIDUAL)))
    program = attribute(PROGRAM, der.sequence())
    info = signer_info(signer, der.contents(content), INDIRECT_DATA, (program, kind), **more)
    body = wrap(0x30, der.integer(1), der.set_of(digest_algorithm(file_digest or signer.digest)),
                der.sequence(der.oid(INDIRECT_DATA), der.explicit(0, content)),
                wrap(0xA0, *signer.certificates()), der.set_of(info))
    return wrap(0x30, der.oid(SIGNED), wrap(0xA0, body))


def entry(signature, padding=None):
    """One WIN_CERTIFICATE. `padding` takes the place of the zeros that fill it up to a multiple of 8."""
    padding = bytes(-(8 + len(signature)) % 8) if padding is None else padding
    return struct.pack("<IHH", 8 + len(signature) + len(padding), 0x200, 2) + signature + padding


def attach(program, *entries):
    """The program with a certificate table of these entries."""
    _, directory = places(program)
    table = b"".join(entries)
    signed = bytearray(program + table)
    struct.pack_into("<II", signed, directory, len(program), len(table))
    return with_checksum(signed)


def with_checksum(program):
    checksum, _ = places(program)
    program = bytearray(program)
    struct.pack_into("<I", program, checksum, 0)
    even = bytes(program) + bytes(len(program) % 2)
    total = sum(struct.unpack(f"<{len(even) // 2}H", even))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    struct.pack_into("<I", program, checksum, total + len(program))
    return bytes(program)


def sign(program, signer, **more):
    return attach(program, entry(signed_data(signer, indirect_data(program, signer.digest), **more)))
