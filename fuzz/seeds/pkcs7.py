#!/usr/bin/env python3
"""Makes the seeds of the fuzz targets `pkcs7` and `x509_chain`: signed data with time stamps, and chains, of several kinds of
key. usage: pkcs7.py (from anywhere; needs openssl; keys are new every time, so the bytes are too)"""
import pathlib
import subprocess
import tempfile

here = pathlib.Path(__file__).resolve().parent
KINDS = {
    "rsa": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"],
    "p256": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "p384": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
    "p521": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"],
    "explicit": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-pkeyopt", "ec_param_enc:explicit"],
}
SETTINGS = """
[authority]
basicConstraints=critical,CA:TRUE,pathlen:1
keyUsage=critical,keyCertSign
subjectKeyIdentifier=hash
[signer]
keyUsage=critical,digitalSignature
extendedKeyUsage=codeSigning,1.3.6.1.4.1.311.10.3.13
authorityKeyIdentifier=keyid
subjectKeyIdentifier=hash
[stamper]
extendedKeyUsage=critical,timeStamping
[tsa]
default_tsa=main
[main]
serial=serial
default_policy=1.2.3
digests=sha256
signer_digest=sha256
ess_cert_id_chain=no
"""


def make(kind, work):
    def openssl(*arguments):
        done = subprocess.run(["openssl", *map(str, arguments)], cwd=work, check=True, capture_output=True)
        return done.stdout

    def certificate(name, section, issuer):
        openssl("genpkey", *KINDS[kind if section != "stamper" else "p256"], "-out", name + ".key")
        openssl("req", "-new", "-key", name + ".key", "-subj", "/CN=" + name, "-out", name + ".csr")
        signer = ["-CA", issuer + ".pem", "-CAkey", issuer + ".key", "-CAcreateserial"] if issuer else ["-signkey", name + ".key"]
        openssl("x509", "-req", "-in", name + ".csr", *signer, "-days", "9000", "-extfile", "settings", "-extensions", section,
                "-out", name + ".pem")
        return openssl("x509", "-in", name + ".pem", "-outform", "DER")

    (work / "settings").write_text(SETTINGS)
    (work / "content").write_bytes(b"signed for the fuzzer")
    (work / "serial").write_text("01")
    chain = [certificate("root", "authority", None), certificate("middle", "authority", "root"),
             certificate("signer", "signer", "middle")]
    certificate("stamper", "stamper", "root")
    (work / "bag.pem").write_text("".join((work / f"{name}.pem").read_text() for name in ("middle", "root")))
    yield "x509_chain", kind, b"".join(reversed(chain))
    sign = ["cms", "-sign", "-in", "content", "-binary", "-nodetach", "-signer", "signer.pem", "-inkey", "signer.key", "-certfile",
            "bag.pem", "-outform", "DER", "-md", "sha256"]
    yield "pkcs7", kind, openssl(*sign)
    if kind == "rsa":
        yield "pkcs7", "pss", openssl(*sign, "-keyopt", "rsa_padding_mode:pss")
        yield "pkcs7", "plain", openssl(*sign, "-noattr")
        yield "pkcs7", "by-key-id", openssl(*sign, "-keyid")
        openssl("ts", "-query", "-data", "content", "-sha256", "-cert", "-out", "query")
        yield "pkcs7", "token", openssl("ts", "-reply", "-config", "settings", "-section", "main", "-queryfile", "query", "-signer",
                                        "stamper.pem", "-inkey", "stamper.key", "-token_out")


for kind in KINDS:
    with tempfile.TemporaryDirectory() as folder:
        for target, name, content in make(kind, pathlib.Path(folder)):
            (here / target).mkdir(exist_ok=True)
            (here / target / name).write_bytes(content)
# A signature with everything that Authenticode puts into one.
for path in sorted((here / "authenticode").iterdir()):
    (here / "pkcs7" / ("authenticode-" + path.name)).write_bytes(path.read_bytes())
