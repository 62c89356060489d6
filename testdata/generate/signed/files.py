"""The files of testdata/signed: who signs, and what is wrong with it."""
import struct

from make_host import make_pe

from . import authenticode, der, keys, timestamp
from .authenticode import Signer, attach, entry, indirect_data, places, sign, signed_data
from .certificate import CODE, LIFETIME, SERVER, SIGNATURES, TIME, certificate, extension

PROGRAM = make_pe(b"signed for tests", function=b"GetVersion")
INSIDE, OUTSIDE = "2015-06-15T12:00:00", "2018-06-15T12:00:00"  # of the validity of what has expired
PAST = {"start": "2015-01-01", "end": "2016-01-01"}

rsa = keys.rsa_key

# Trusted: root.pem. One of the roots has a key on P-256, for CVE-2020-0601.
root = certificate("Test Root", rsa("root"), ca=True)
ec_root = certificate("Test EC Root", keys.Ec("ec root", "p256"), ca=True)
TRUSTED = (root, ec_root)

ca = certificate("Test Signing CA", rsa("ca"), root, ca=True, path=0)
leaf = certificate("Test Signer", rsa("leaf"), ca, purposes=(CODE,))
expired = certificate("Test Signer of 2015", rsa("leaf"), ca, purposes=(CODE,), **PAST)
server = certificate("Test Web Server", rsa("leaf"), ca, purposes=(SERVER,))
purposeless = certificate("Test Signer without Purpose", rsa("leaf"), ca)
lifetime = certificate("Test Lifetime Signer", rsa("leaf"), ca, purposes=(CODE, LIFETIME))
lifetime_expired = certificate("Test Lifetime Signer of 2015", rsa("leaf"), ca, purposes=(CODE, LIFETIME), **PAST)
late = certificate("Test Signer since 2016", rsa("leaf"), ca, purposes=(CODE,), start="2016-01-01")
future = certificate("Test Signer of 2040", rsa("leaf"), ca, purposes=(CODE,), start="2040-01-01")
alone = certificate("Test Signer by Itself", rsa("leaf"), purposes=(CODE,))

tsa_ca = certificate("Test Time CA", rsa("tsa ca"), root, ca=True, path=0)
tsa = certificate("Test Time Stamps", rsa("tsa"), tsa_ca, purposes=(TIME,))
tsa_purposeless = certificate("Test Time Stamps without Purpose", rsa("tsa"), tsa_ca)
other_root = certificate("Unknown Root", rsa("other"), ca=True)
other_tsa = certificate("Unknown Time Stamps", rsa("tsa"), other_root, purposes=(TIME,))
other_leaf = certificate("Unknown Signer", rsa("leaf"), other_root, purposes=(CODE,))

stamper = Signer(tsa, (tsa_ca,))


def by(certificate_, *bundle, digest="sha256"):
    return Signer(certificate_, bundle or (ca,), digest)


def under(common, *, ca_key="ca 2", leaf_key=None, **of_ca):
    """A signer under an authority of its own, which is what is wrong with it."""
    authority = certificate(common, rsa(ca_key), root, **of_ca)
    signer = certificate(f"Signer under {common}", leaf_key or rsa("leaf"), authority, purposes=(CODE,))
    return Signer(signer, (authority,))


def flipped(data, find, skip=0, count=1):
    """`data` with one bit of the byte `skip` behind the only (or the `count`-th) place of `find` turned."""
    at = -1
    for _ in range(count):
        at = data.index(find, at + 1)
    changed = bytearray(data)
    changed[at + skip] ^= 1
    return bytes(changed)


def too_deep():
    second = certificate("Test CA under a CA", rsa("ca 2"), ca, ca=True)
    signer = certificate("Signer too deep", rsa("leaf"), second, purposes=(CODE,))
    return Signer(signer, (second, ca))


def unlike_curve():
    """A root that has the name and the public point of a trusted one, and explicit parameters under which anybody can sign."""
    false_root = certificate("Test EC Root", keys.OtherGenerator(ec_root.key), ca=True, subject=ec_root.subject, serial=ec_root.serial)
    false_root.key.algorithm = lambda digest: der.sequence(der.oid(keys.ECDSA_WITH[digest]))
    signer = certificate("Signer by a false Root", rsa("leaf"), false_root, purposes=(CODE,))
    return Signer(signer, (false_root,))


def in_ring():
    """Two authorities that vouch for each other, and for nobody who is trusted."""
    one = certificate("Ring One", rsa("ring 1"), ca=True)
    two = certificate("Ring Two", rsa("ring 2"), ca=True)
    first = certificate("Ring One", rsa("ring 1"), two, ca=True)
    second = certificate("Ring Two", rsa("ring 2"), one, ca=True)
    signer = certificate("Signer in a Ring", rsa("leaf"), first, purposes=(CODE,))
    return Signer(signer, (first, second))


def hostile(key):
    return Signer(certificate("Hostile Signer", key, ca, purposes=(CODE,)), (ca,))


def bare_modulus(size):
    key = keys.Rsa.__new__(keys.Rsa)
    key.size, key.exponent, key.modulus = size // 8, 65537, 1 << size - 1 | 1
    return key


def nested(outer, inner):
    return signed_data(outer, indirect_data(PROGRAM, outer.digest),
                       unsigned=[authenticode.attribute(authenticode.NESTED, inner)])


def files():
    valid = sign(PROGRAM, by(leaf))
    stamped = sign(PROGRAM, by(expired), unsigned=timestamp.rfc3161(stamper, INSIDE))
    content = indirect_data(PROGRAM, "sha256")
    plain = signed_data(by(leaf), content)
    sha1 = by(leaf, digest="sha1")
    yield "valid.exe", valid

    # Time.
    yield "expired.exe", sign(PROGRAM, by(expired))
    yield "expired-timestamped.exe", stamped
    yield "expired-timestamped-late.exe", sign(PROGRAM, by(expired), unsigned=timestamp.rfc3161(stamper, OUTSIDE))
    yield "expired-timestamped-legacy.exe", sign(
        PROGRAM, by(expired, ca, tsa, tsa_ca), unsigned=timestamp.pkcs9(stamper, INSIDE))
    yield "early.exe", sign(PROGRAM, by(future))
    yield "early-timestamped.exe", sign(PROGRAM, by(late), unsigned=timestamp.rfc3161(stamper, INSIDE))
    yield "intermediate-expired.exe", sign(PROGRAM, under("Test CA of 2015", ca=True, **PAST))
    yield "intermediate-expired-timestamped.exe", sign(
        PROGRAM, under("Test CA of 2015", ca=True, **PAST), unsigned=timestamp.rfc3161(stamper, INSIDE))
    yield "lifetime.exe", sign(PROGRAM, by(lifetime), unsigned=timestamp.rfc3161(stamper, OUTSIDE))
    yield "lifetime-expired.exe", sign(PROGRAM, by(lifetime_expired), unsigned=timestamp.rfc3161(stamper, INSIDE))

    # Time stamps that prove nothing.
    def of_another(_):
        return b"the signature of another file"
    yield "timestamp-forged.exe", sign(PROGRAM, by(expired), unsigned=timestamp.rfc3161(stamper, INSIDE, of_another))
    yield "timestamp-forged-current.exe", sign(PROGRAM, by(leaf), unsigned=timestamp.rfc3161(stamper, INSIDE, of_another))
    yield "timestamp-forged-legacy.exe", sign(
        PROGRAM, by(expired, ca, tsa, tsa_ca), unsigned=timestamp.pkcs9(stamper, INSIDE, of_another))
    yield "timestamp-purposeless.exe", sign(
        PROGRAM, by(expired), unsigned=timestamp.rfc3161(Signer(tsa_purposeless, (tsa_ca,)), INSIDE))
    yield "timestamp-untrusted.exe", sign(
        PROGRAM, by(expired), unsigned=timestamp.rfc3161(Signer(other_tsa, (other_root,)), INSIDE))

    # Chains.
    yield "wrong-purpose.exe", sign(PROGRAM, by(server))
    yield "no-purpose.exe", sign(PROGRAM, by(purposeless))
    yield "self-signed.exe", sign(PROGRAM, Signer(alone))
    yield "unknown-root.exe", sign(PROGRAM, by(other_leaf, other_root))
    yield "broken-chain.exe", sign(PROGRAM, Signer(leaf))
    yield "no-signer.exe", attach(PROGRAM, entry(without_signer(content)))
    yield "issuer-not-ca.exe", sign(PROGRAM, under("Test CA that is none", not_ca=True))
    yield "issuer-unmarked.exe", sign(PROGRAM, under("Test CA without a Word"))
    yield "issuer-usage.exe", sign(PROGRAM, under("Test CA for Signatures only", ca=True, usage=SIGNATURES))
    yield "issuer-purpose.exe", sign(PROGRAM, under("Test CA for Web Servers", ca=True, purposes=(SERVER,)))
    unknown = extension("1.2.3.4.2", der.NULL, critical=True)
    yield "critical-extension.exe", sign(PROGRAM, by(certificate("Strange Signer", rsa("leaf"), ca, purposes=(CODE,), more=(unknown,))))
    yield "path-length.exe", sign(PROGRAM, too_deep())
    yield "ring.exe", sign(PROGRAM, in_ring())
    yield "bundle.exe", sign(PROGRAM, by(leaf, ca, other_leaf, leaf, root, other_root, ca, tsa))
    # Two certificates of one authority: the first leads nowhere, the second to the root.
    elsewhere = certificate("Test Signing CA", rsa("ca"), other_root, ca=True, path=0, serial=77)
    yield "cross-certified.exe", sign(PROGRAM, by(leaf, elsewhere, ca))
    ended = certificate("Test Signing CA", rsa("ca"), root, ca=True, path=0, **PAST)
    yield "renewed.exe", sign(PROGRAM, by(leaf, ended, ca))
    yield "explicit-curve.exe", sign(PROGRAM, unlike_curve())

    # Tampered.
    checksum, directory = places(PROGRAM)
    yield "tampered-header.exe", flipped(valid, b"PE\0\0", 8)
    yield "tampered-code.exe", flipped(valid, b"\x33\xc0\xc3")
    yield "tampered-data.exe", flipped(valid, b"signed for tests")
    with_overlay = PROGRAM + b"cargo before the table: "
    yield "overlay.exe", sign(with_overlay, by(leaf))
    yield "tampered-overlay.exe", flipped(sign(with_overlay, by(leaf)), b"cargo before")
    digest = authenticode.image_digest(PROGRAM, "sha256")
    yield "tampered-digest.exe", flipped(valid, digest)
    yield "tampered-message-digest.exe", flipped(valid, der.oid(authenticode.MESSAGE_DIGEST), 15)
    yield "tampered-attributes.exe", flipped(valid, der.oid(authenticode.INDIVIDUAL), 11)
    signature = der.octets(b"")[:1] + b"\x82\x01\x00"
    yield "tampered-signature.exe", flipped(valid, signature, 40, count=valid.count(signature))
    yield "tampered-leaf.exe", flipped(valid, b"Test Signer", 6)
    yield "tampered-intermediate.exe", flipped(valid, b"450101000000Z", 1, count=2)
    yield "tampered-timestamp.exe", flipped(stamped, b"20150615120000Z", 3)
    yield "checksum.exe", valid[:checksum] + struct.pack("<I", 0xBAD) + valid[checksum + 4:]

    hashes = bytearray(authenticode.page_hashes(PROGRAM, "sha256"))
    hashes[4] ^= 1
    wrong_page = indirect_data(PROGRAM, "sha256", authenticode.serialized_hashes(bytes(hashes), "sha256"))
    yield "page-hashes-wrong.exe", attach(PROGRAM, entry(signed_data(by(leaf), wrong_page)))

    # Several signatures.
    inner = signed_data(by(leaf), content)
    yield "nested-both.exe", attach(PROGRAM, entry(nested(sha1, inner)))
    yield "nested-bad-inner.exe", attach(PROGRAM, entry(nested(sha1, flipped(inner, digest))))
    yield "nested-bad-outer.exe", attach(PROGRAM, entry(flipped(
        nested(sha1, inner), authenticode.image_digest(PROGRAM, "sha1"))))
    yield "nested-untrusted-inner.exe", attach(PROGRAM, entry(nested(sha1, signed_data(by(other_leaf, other_root), content))))
    yield "two-entries.exe", attach(PROGRAM, entry(signed_data(sha1, indirect_data(PROGRAM, "sha1"))), entry(plain))

    # Algorithms.
    for digest_ in ("md5", "sha1", "sha384", "sha512"):
        yield f"{digest_}.exe", sign(PROGRAM, by(leaf, digest=digest_))
    pss = keys.Pss("leaf")
    for digest_ in ("sha256", "sha384"):
        yield f"pss-{digest_}.exe", sign(PROGRAM, by(certificate("Test PSS Signer", pss, ca_pss, purposes=(CODE,)), ca_pss,
                                                     digest=digest_))
    for curve, digest_ in (("p256", "sha256"), ("p384", "sha384"), ("p521", "sha512")):
        signer = certificate(f"Test Signer on {curve}", keys.Ec("leaf", curve), ec_ca, purposes=(CODE,))
        yield f"ecdsa-{curve}.exe", sign(PROGRAM, Signer(signer, (ec_ca,), digest_))
    yield "rsa-exponent.exe", sign(PROGRAM, hostile(keys.Rsa("leaf", exponent=(1 << 2047) + 12345 | 1)))
    yield "rsa-forged.exe", sign(PROGRAM, hostile(keys.Forger("forger")))
    yield "rsa-modulus.exe", sign(PROGRAM, hostile(bare_modulus(16384)), signature=bytes(2048))

    # Encodings.
    yield "attributes-unordered.exe", sign(PROGRAM, by(leaf), in_order=False)
    yield "ber.exe", sign(PROGRAM, by(leaf), wrap=der.indefinite)
    yield "padding.exe", attach(PROGRAM, entry(plain, padding(plain)))


ca_pss = certificate("Test PSS CA", keys.Pss("ca"), root, ca=True, path=0)
ec_ca = certificate("Test EC CA", keys.Ec("ca", "p384"), ec_root, ca=True, path=0, digest="sha256")


def padding(signature):
    """Cargo behind a signature inside its WIN_CERTIFICATE, as in CVE-2013-3900."""
    cargo = b"cargo in the padding of a signature"
    return cargo + bytes(-(8 + len(signature) + len(cargo)) % 8)


def without_signer(content):
    """A signature whose bundle has the authority only."""
    class Missing(Signer):
        def certificates(self):
            return [ca.encoded]
    return signed_data(Missing(leaf), content)
