#!/usr/bin/env python3
"""Makes testdata/signed/catalog: a program and a text without signatures, and catalogs that list them.

usage: make_catalog.py         needs openssl; keys are new every time, so the bytes are too

    program.exe, note.txt   what is listed: the program by its Authenticode digest, the text by that of its bytes
    vouching.cat            version 2, SHA-256; the program also by its SHA-1 alone
    old.cat                 version 1, SHA-1 of the program
    tampered.cat            vouching.cat with one changed digit in the text's digest: its signature is bad
    root.pem                who vouches for the signer; valid from 2020 to 2049, as the signer is

No tool here writes catalogs, so their structure is written out below. The certificates are our own, name nobody, and are
worth nothing: the keys are thrown away.
"""
import hashlib
import pathlib
import subprocess
import tempfile

from make_host import make_pe

out = pathlib.Path(__file__).resolve().parents[1] / "signed" / "catalog"

CONFIG = """
[ca]
default_ca = own
[own]
new_certs_dir = {work}
database = {work}/index
serial = {work}/serial
default_md = sha256
policy = any
unique_subject = no
[any]
organizationName = supplied
commonName = supplied
[req]
distinguished_name = name
[name]
[root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign
subjectKeyIdentifier = hash
[signer]
keyUsage = critical,digitalSignature
extendedKeyUsage = codeSigning
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""


def run(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


def element(tag, *parts):
    content = b"".join(parts)
    size = len(content).to_bytes((len(content).bit_length() + 7) // 8 or 1, "big")
    return bytes([tag]) + (size if len(content) < 128 else bytes([0x80 | len(size)]) + size) + content


def sequence(*parts):
    return element(0x30, *parts)


def set_of(*parts):
    return element(0x31, *sorted(parts))


def octets(content):
    return element(0x04, content)


def identifier(dotted):
    first, second, *rest = map(int, dotted.split("."))
    content = bytearray([first * 40 + second])
    for number in rest:
        digits = [number & 0x7F]
        while number := number >> 7:
            digits.append(number & 0x7F | 0x80)
        content += bytes(reversed(digits))
    return element(0x06, bytes(content))


def algorithm(name):
    return sequence(identifier({"sha1": "1.3.14.3.2.26", "sha256": "2.16.840.1.101.3.4.2.1"}[name]), element(0x05))


MICROSOFT = "1.3.6.1.4.1.311."


def attribute(name, value):
    return sequence(identifier(name), set_of(value))


def name_value(name, value):
    return sequence(element(0x1E, name.encode("utf-16-be")), element(0x02, b"\x10\x01\x00\x01"),
                    octets((value + "\0").encode("utf-16-le")))


def indirect_data(name, digest, is_program):
    # SpcPeImageData and SpcLink, both empty, as Windows writes them.
    if is_program:
        link = element(0xA2, element(0x80))
        data = sequence(identifier(MICROSOFT + "2.1.15"), sequence(element(0x03, b"\0"), element(0xA0, link)))
    else:
        data = sequence(identifier(MICROSOFT + "2.1.25"), element(0xA2, element(0x80)))
    return attribute(MICROSOFT + "2.1.4", sequence(data, sequence(algorithm(name), octets(digest))))


def listed(version, members):
    extension = sequence(identifier(MICROSOFT + "12.2.1"), octets(name_value("OSAttr", "2:10.0")))
    return [
        sequence(identifier(MICROSOFT + "12.1.1")),
        octets(bytes(range(16))),
        element(0x17, b"260102030405Z"),
        sequence(identifier(MICROSOFT + ("12.1.3" if version == 2 else "12.1.2")), element(0x05)),
        sequence(*members),
        element(0xA0, sequence(extension)),
    ]


def signed(work, fields):
    content = b"".join(fields)
    attributes = [
        attribute("1.2.840.113549.1.9.3", identifier(MICROSOFT + "10.1")),
        attribute("1.2.840.113549.1.9.4", octets(hashlib.sha256(content).digest())),
        attribute("1.2.840.113549.1.9.5", element(0x17, b"260102030405Z")),
    ]
    (work / "attributes").write_bytes(set_of(*attributes))
    signature = run("openssl", "dgst", "-sha256", "-sign", work / "signer.key", work / "attributes")
    certificates = [run("openssl", "x509", "-in", work / name, "-outform", "DER") for name in ("signer.pem", "root.pem")]
    issuer, serial = issuer_and_serial(certificates[0])
    signer = sequence(
        element(0x02, b"\x01"),
        sequence(issuer, serial),
        algorithm("sha256"),
        b"\xa0" + set_of(*attributes)[1:],
        sequence(identifier("1.2.840.113549.1.1.1"), element(0x05)),
        octets(signature),
    )
    data = sequence(
        element(0x02, b"\x01"),
        set_of(algorithm("sha256")),
        sequence(identifier(MICROSOFT + "10.1"), element(0xA0, sequence(content))),
        element(0xA0, *certificates),
        set_of(signer),
    )
    return sequence(identifier("1.2.840.113549.1.7.2"), element(0xA0, data))


def elements(content):
    """The elements of a content, whole."""
    while content:
        size, start = content[1], 2
        if size & 0x80:
            start = 2 + (size & 0x7F)
            size = int.from_bytes(content[2:start], "big")
        yield content[:start + size], content[start:start + size]
        content = content[start + size:]


def issuer_and_serial(certificate):
    (_, parts), = elements(certificate)
    (_, fields), *_ = elements(parts)
    fields = [whole for whole, _ in elements(fields)]
    return fields[3], fields[1]


def authenticode(name, program):
    """The digest of a program without a signature: without its checksum and its directory entry of one."""
    optional = int.from_bytes(program[0x3C:0x40], "little") + 24
    entry = optional + (144 if program[optional:optional + 2] == b"\x0b\x02" else 128)
    program += bytes(-len(program) % 8)
    return hashlib.new(name, program[:optional + 64] + program[optional + 68:entry] + program[entry + 8:]).digest()


def make_keys(work):
    config = work / "config"
    config.write_text(CONFIG.format(work=work))
    (work / "index").write_text("")
    (work / "serial").write_text("1000")
    for name, subject in (("root", "Example Catalog Root"), ("signer", "Example Catalog Signer")):
        request = ("-keyout", work / f"{name}.key", "-out", work / f"{name}.csr", "-subj", f"/O=Example Tools/CN={subject}")
        run("openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-config", config, *request)
        by = ("-selfsign", "-keyfile", work / "root.key") if name == "root" else \
            ("-cert", work / "root.pem", "-keyfile", work / "root.key")
        run("openssl", "ca", "-batch", "-notext", "-config", config, *by, "-extensions", name,
            "-startdate", "20200101000000Z", "-enddate", "20491231235959Z",
            "-in", work / f"{name}.csr", "-out", work / f"{name}.pem")


def main():
    out.mkdir(parents=True, exist_ok=True)
    program = make_pe(b"listed in a catalog", function=b"GetTickCount") + b"odd"
    note = b"A text that a catalog lists.\r\n"
    sha256, sha1, flat = authenticode("sha256", program), authenticode("sha1", program), hashlib.sha256(note).digest()

    def named(name):
        return attribute(MICROSOFT + "12.2.1", name_value("File", name))

    second = [
        sequence(octets(sha1), set_of(attribute(MICROSOFT + "12.2.3", element(0x82)))),
        sequence(octets(sha256), set_of(named("program.exe"), indirect_data("sha256", sha256, True))),
        sequence(octets(flat), set_of(named("note.txt"), indirect_data("sha256", flat, False))),
    ]
    tag = (sha1.hex().upper() + "\0").encode("utf-16-le")
    information = sequence(element(0x1E, "{C689AAB8-8E78-11D0-8C47-00C04FC295EE}".encode("utf-16-be")),
                           element(0x02, b"\x02\x00"))
    first = [sequence(octets(tag), set_of(indirect_data("sha1", sha1, True), attribute(MICROSOFT + "12.2.2", information)))]
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        make_keys(work)
        vouching = signed(work, listed(2, second))
        (out / "vouching.cat").write_bytes(vouching)
        (out / "old.cat").write_bytes(signed(work, listed(1, first)))
        (out / "root.pem").write_bytes((work / "root.pem").read_bytes())
    changed = bytearray(vouching)
    at = vouching.rindex(flat)  # in the member's SpcIndirectData
    changed[at] ^= 0x01
    (out / "tampered.cat").write_bytes(changed)
    (out / "program.exe").write_bytes(program)
    (out / "note.txt").write_bytes(note)


if __name__ == "__main__":
    main()
