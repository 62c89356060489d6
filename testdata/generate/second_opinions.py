#!/usr/bin/env python3
"""What two other verifiers say of the files of testdata/signed, beside what we expect.

usage: second_opinions.py [FILE...]      needs osslsigncode, and signify for Python

Prints a line for each signature that is told apart: file, what testdata/signed/expected.tsv says, osslsigncode, signify. Both
trust root.pem only. A line that differs from the expectation is marked, and has to be explained in testdata/signed/README.md;
the exit code is 1 where it is not.
"""
import pathlib
import re
import subprocess
import sys

folder = pathlib.Path(__file__).resolve().parents[1] / "signed"
ROOT = folder / "root.pem"

# Our verdicts that one of signify's may stand beside; it has one word for several of ours.
SAME = {
    "OK": {"valid"},
    "INVALID_DIGEST": {"digest-mismatch"},
    "NOT_SIGNED": {"unsigned"},
    "PARSE_ERROR": {"malformed"},
    "CERTIFICATE_ERROR": {"chain-untrusted", "expired"},
    "VERIFY_ERROR": {"chain-untrusted", "expired", "signature-invalid"},
    "COUNTERSIGNER_ERROR": {"chain-untrusted", "expired", "signature-invalid"},
    "INVALID_ADDITIONAL_HASH": {"digest-mismatch"},
    "INCONSISTENT_DIGEST_ALGORITHM": {"malformed", "signature-invalid"},
}


def import_signify():
    """signify, also where OpenSSL's version has two digits at its end: oscrypto's expression takes only one."""
    search = re.search
    re.search = lambda pattern, *rest, **more: search(
        pattern.replace(r"\d\.\d\.\d[a-z]*", r"\d\.\d\.\d+[a-z]*") if isinstance(pattern, str) else pattern, *rest, **more)
    try:
        import signify.authenticode
    finally:
        re.search = search
    return signify.authenticode


def signify_says(authenticode, path, **more):
    """signify's verdict by its name, the reason it gives, and the signer's organisation where it tells one."""
    with open(path, "rb") as file:
        signer = None
        try:
            read = authenticode.AuthenticodeFile.from_stream(file)
            signature = next(iter(read.embedded_signatures), None)
            for certificate in signature.certificates if signature else ():
                if certificate.serial_number == signature.signer_info.serial_number:
                    found = dict((str(key), value) for key, value in certificate.subject.rdns)
                    signer = found.get("O") or found.get("CN") or certificate.subject.dn
        except Exception as error:  # what it cannot read is a verdict too
            return "PARSE_ERROR", str(error), signer
        try:
            result, error = read.explain_verify(**more)
        except Exception as error:
            return "CRASH", repr(error), signer
        return result.name, str(error or ""), signer


def osslsigncode_says(path):
    """osslsigncode's verdict on each signature, in our words, and the reasons it gives."""
    done = subprocess.run(["osslsigncode", "verify", "-CAfile", ROOT, "-TSA-CAfile", ROOT, "-ignore-cdp", "-in", path],
                          capture_output=True, text=True, errors="replace")
    told = done.stdout + done.stderr
    verdicts, reasons = [], []
    for part in told.split("Signature Index: ")[1:]:
        errors = re.findall(r"Error: ([^\n]*)", part)
        reasons += errors
        if "MISMATCH" in part:
            verdicts.append("digest-mismatch")
        elif re.search(r"^Signature verification: ok", part, re.MULTILINE):
            verdicts.append("valid")
        elif any("has expired" in error or "not yet valid" in error for error in errors):
            verdicts.append("expired")
        else:
            verdicts.append("chain-untrusted" if errors else "signature-invalid")
    return verdicts or ["malformed" if done.returncode else "valid"], reasons


def cryptography_says_of_pss(path):
    """RSASSA-PSS is beyond both: the signature and the signer's certificate, verified with `cryptography`."""
    from asn1crypto import cms
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding
    data = path.read_bytes()
    table = int.from_bytes(data[0x80 + 24 + 144:][:4], "little")
    signed = cms.ContentInfo.load(data[table + 8:])["content"]
    signer = signed["signer_infos"][0]
    digest = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384()}[signer["digest_algorithm"]["algorithm"].native]
    leaf, authority = (x509.load_der_x509_certificate(one.chosen.dump()) for one in signed["certificates"])
    try:
        leaf.verify_directly_issued_by(authority)
        scheme = padding.PSS(padding.MGF1(digest), digest.digest_size)
        leaf.public_key().verify(signer["signature"].native, b"\x31" + signer["signed_attrs"].dump()[1:], scheme, digest)
    except InvalidSignature:
        return "signature-invalid (cryptography)"
    return "valid (cryptography)"


def expectations():
    for line in (folder / "expected.tsv").read_text().splitlines():
        if line and not line.startswith("#"):
            name, rooted, *_ = line.split("\t")
            yield name, rooted


def main():
    authenticode = import_signify()
    from signify.x509 import Certificate, CertificateStore
    from asn1crypto import pem, x509
    roots = [Certificate(x509.Certificate.load(der)) for _, _, der in pem.unarmor(ROOT.read_bytes(), multiple=True)]
    store = CertificateStore(roots, trusted=True)
    explained = (folder / "README.md").read_text()
    chosen, unexplained = set(sys.argv[1:]), 0
    for name, rooted in expectations():
        if chosen and name not in chosen:
            continue
        verdicts, reasons = osslsigncode_says(folder / name)
        if name.startswith("pss-"):
            verdicts.append(cryptography_says_of_pss(folder / name))
        theirs, why, _ = signify_says(authenticode, folder / name, multi_verify_mode="first", trusted_certificate_store=store)
        verdict = verdicts[0]
        differs = [who for who, same in (("osslsigncode", verdict == rooted), ("signify", rooted in SAME.get(theirs, ()))) if not same]
        mark = "  " if not differs else "* " if f"`{name}`" in explained else "!!"
        unexplained += mark == "!!"
        print(f"{mark} {name:38} {rooted:18} {','.join(verdicts):34} {theirs}")
        if differs:
            print(f"        {'; '.join(reasons)[:150]} | {why[:250]}")
    print(f"{unexplained} differences that are not explained")
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
