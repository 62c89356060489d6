#!/usr/bin/env python3
"""Makes testdata/signed: one small program, signed in many ways and then damaged in many ways, and the roots to trust.

usage: make_signed.py          needs osslsigncode, and `cryptography` for Python

Everything that cannot be had from osslsigncode is put together by hand in signed/. The certificates are our own, name
nobody, and their keys come out of this program: whoever trusts them trusts everybody. The bytes are the same each time,
but for the time stamp of osslsigncode (its serial number).
"""
import base64
import pathlib
import subprocess
import tempfile
import textwrap

from signed import files
from signed.authenticode import page_hashes, places
from signed.certificate import CODE, certificate

out = pathlib.Path(__file__).resolve().parents[1] / "signed"
MOMENT = "1577880000"  # 2020-01-01T12:00:00Z


def pem(*certificates):
    text = ""
    for one in certificates:
        lines = textwrap.wrap(base64.b64encode(one.encoded).decode(), 64)
        text += "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""])
    return text.encode()


def tool(work, program, name, signer, *arguments, others=(), key=None):
    """What osslsigncode makes of a program with these arguments."""
    source, target = work / "in.exe", work / f"{name}.exe"
    certificates, secret = work / "certificates.pem", work / "key.pem"
    source.write_bytes(program)
    certificates.write_bytes(pem(signer, *others))
    secret.write_bytes((key or signer.key).pem())
    subprocess.run(["osslsigncode", "sign", "-certs", certificates, "-key", secret, "-time", MOMENT, *arguments, "-in", source,
                    "-out", target], check=True, stdout=subprocess.DEVNULL)
    return target.read_bytes()


def damaged(work):
    """A signer whom nobody vouches for, and what became of its signature."""
    signer = certificate("Example Signer", files.rsa("example"), purposes=(CODE,))
    signed = tool(work, files.PROGRAM, "a", signer, "-h", "sha256", "-n", "Example tool", "-i", "https://tools.example/")
    yield "sha256.exe", signed
    one = tool(work, files.PROGRAM, "one", signer, "-h", "sha1")
    yield "nested.exe", tool(work, one, "two", signer, "-h", "sha256", "-nest")
    changed = bytearray(signed)
    changed[0x400] ^= 0xFF  # the first byte of the code
    yield "tampered.exe", changed
    yield "appended.exe", signed + b"cargo behind the certificate table"
    yield "cut.exe", signed[:-400]
    garbled = bytearray(signed)
    table = int.from_bytes(signed[places(signed)[1]:][:4], "little")
    garbled[table + 8:table + 40] = bytes(32)
    yield "garbled.exe", garbled


def by_tool(work):
    """Signatures of a trusted signer, made by osslsigncode."""
    chain = {"others": (files.ca,)}
    with_pages = tool(work, files.PROGRAM, "pages", files.leaf, "-h", "sha256", "-ph", **chain)
    assert page_hashes(files.PROGRAM, "sha256") in with_pages  # ours are as the tool's
    yield "page-hashes.exe", with_pages
    yield "page-hashes-sha1.exe", tool(work, files.PROGRAM, "pages1", files.leaf, "-h", "sha1", "-ph", **chain)
    stamper, secret = work / "tsa.pem", work / "tsa.key"
    stamper.write_bytes(pem(files.tsa, files.tsa_ca))
    secret.write_bytes(files.tsa.key.pem())
    time = str(int(files.der.moment(files.INSIDE).timestamp()))
    yield "timestamp-tool.exe", tool(work, files.PROGRAM, "stamped", files.expired, "-h", "sha256", "-TSA-certs", stamper,
                                     "-TSA-key", secret, "-TSA-time", time, **chain)


def main():
    out.mkdir(exist_ok=True)
    (out / "root.pem").write_bytes(pem(*files.TRUSTED))
    (out / "unknown.pem").write_bytes(pem(files.other_root))
    with tempfile.TemporaryDirectory() as folder:
        for name, data in (*damaged(pathlib.Path(folder)), *by_tool(pathlib.Path(folder)), *files.files()):
            (out / name).write_bytes(data)


if __name__ == "__main__":
    main()
