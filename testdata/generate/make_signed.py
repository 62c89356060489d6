#!/usr/bin/env python3
"""Makes testdata/signed: one small program, signed in several ways and then damaged in several ways.

usage: make_signed.py          needs openssl and osslsigncode; keys are new every time, so the bytes are too

The certificates are our own, name nobody, and are worth nothing: the key is thrown away.
"""
import pathlib
import subprocess
import tempfile

from make_host import make_pe

out = pathlib.Path(__file__).resolve().parents[1] / "signed"


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def main():
    out.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        key, certificate, program = work / "key.pem", work / "certificate.pem", work / "program.exe"
        run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "3650",
            "-subj", "/O=Example Tools/CN=Example Signer", "-addext", "extendedKeyUsage=codeSigning")
        program.write_bytes(make_pe(b"signed for tests", function=b"GetVersion"))
        sign = ["osslsigncode", "sign", "-certs", certificate, "-key", key]
        run(*sign, "-h", "sha256", "-n", "Example tool", "-i", "https://tools.example/", "-in", program, "-out", work / "a.exe")
        run(*sign, "-h", "sha1", "-in", program, "-out", work / "one.exe")
        run(*sign, "-h", "sha256", "-nest", "-in", work / "one.exe", "-out", work / "two.exe")
        signed = (work / "a.exe").read_bytes()
        (out / "sha256.exe").write_bytes(signed)
        (out / "nested.exe").write_bytes((work / "two.exe").read_bytes())
    changed = bytearray(signed)
    changed[0x400] ^= 0xFF  # the first byte of the code
    (out / "tampered.exe").write_bytes(changed)
    (out / "appended.exe").write_bytes(signed + b"cargo behind the certificate table")
    (out / "cut.exe").write_bytes(signed[:-400])
    garbled = bytearray(signed)
    table = int.from_bytes(signed[0x80 + 24 + 144:][:4], "little")
    garbled[table + 8:table + 40] = bytes(32)
    (out / "garbled.exe").write_bytes(garbled)


if __name__ == "__main__":
    main()
