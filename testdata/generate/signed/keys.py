"""Keys that come out the same each time, and signatures by them.

Each key grows from its label. Whoever reads this can make them: they are trusted by nobody, and must never be.
"""
import functools
import hashlib
import random

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from . import der

HASHES = {"md5": hashes.MD5(), "sha1": hashes.SHA1(), "sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
HASH_OIDS = {"md5": "1.2.840.113549.2.5", "sha1": "1.3.14.3.2.26", "sha256": "2.16.840.1.101.3.4.2.1",
             "sha384": "2.16.840.1.101.3.4.2.2", "sha512": "2.16.840.1.101.3.4.2.3"}
RSA_WITH = {"md5": 4, "sha1": 5, "sha256": 11, "sha384": 12, "sha512": 13}
ECDSA_WITH = {"sha1": "1.2.840.10045.4.1", "sha256": "1.2.840.10045.4.3.2", "sha384": "1.2.840.10045.4.3.3",
              "sha512": "1.2.840.10045.4.3.4"}
CURVES = {"p256": ec.SECP256R1(), "p384": ec.SECP384R1(), "p521": ec.SECP521R1()}


def digest_algorithm(name):
    return der.sequence(der.oid(HASH_OIDS[name]), der.NULL)


def prime(stream, size):
    while True:
        candidate = stream.getrandbits(size) | 3 << size - 2 | 1
        if any(candidate % small == 0 for small in (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47)):
            continue
        if (candidate - 1) % 65537 and pow(2, candidate - 1, candidate) == 1 and pow(3, candidate - 1, candidate) == 1:
            return candidate


class Rsa:
    def __init__(self, label, size=2048, exponent=65537):
        stream = random.Random(label)
        self.p, self.q = prime(stream, size // 2), prime(stream, size // 2)
        self.exponent = exponent
        self.modulus = self.p * self.q
        self.private = pow(exponent, -1, (self.p - 1) * (self.q - 1))
        self.size = size // 8
        if exponent == 65537:
            self.key = rsa.RSAPrivateNumbers(
                self.p, self.q, self.private, self.private % (self.p - 1), self.private % (self.q - 1), pow(self.q, -1, self.p),
                rsa.RSAPublicNumbers(exponent, self.modulus)).private_key()

    def public(self):
        number = der.sequence(der.integer(self.modulus), der.integer(self.exponent))
        return der.sequence(der.sequence(der.oid("1.2.840.113549.1.1.1"), der.NULL), der.bits(number))

    def algorithm(self, digest):
        """The algorithm of a signature, in a certificate."""
        return der.sequence(der.oid(f"1.2.840.113549.1.1.{RSA_WITH[digest]}"), der.NULL)

    def signer_algorithm(self, _digest):
        """The algorithm of a signature, in a SignerInfo, as Microsoft's tools write it."""
        return der.sequence(der.oid("1.2.840.113549.1.1.1"), der.NULL)

    def sign(self, data, digest):
        if self.exponent == 65537:
            return self.key.sign(data, padding.PKCS1v15(), HASHES[digest])
        info = der.sequence(digest_algorithm(digest), der.octets(hashlib.new(digest, data).digest()))
        block = b"\0\1" + b"\xff" * (self.size - 3 - len(info)) + b"\0" + info
        return pow(int.from_bytes(block, "big"), self.private, self.modulus).to_bytes(self.size, "big")

    def pem(self):
        return self.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


class Forger(Rsa):
    """No key: a modulus with the exponent 3, for which a verifier that does not look to the end of the padding is deceived."""

    def __init__(self, label, size=2048):
        self.exponent, self.size = 3, size // 8
        self.modulus = random.Random(label).getrandbits(size) | 1 << size - 1 | 1

    def sign(self, data, digest):
        info = der.sequence(digest_algorithm(digest), der.octets(hashlib.new(digest, data).digest()))
        start = b"\0\1" + b"\xff" * 8 + b"\0" + info
        least = int.from_bytes(start + bytes(self.size - len(start)), "big")
        low, high = 0, 1 << (self.size * 8 // 3 + 1)
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if middle ** 3 < least else (low, middle)
        assert (low ** 3).to_bytes(self.size, "big").startswith(start)
        return low.to_bytes(self.size, "big")


class Pss(Rsa):
    """RSASSA-PSS (RFC 8017, 8.1) with a salt as long as the digest, which grows from the data, so that signatures stay the same."""

    def algorithm(self, digest):
        hash_ = digest_algorithm(digest)
        mask = der.sequence(der.oid("1.2.840.113549.1.1.8"), hash_)
        salt = hashlib.new(digest).digest_size
        return der.sequence(der.oid("1.2.840.113549.1.1.10"), der.sequence(
            der.explicit(0, hash_), der.explicit(1, mask), der.explicit(2, der.integer(salt))))

    signer_algorithm = algorithm

    def sign(self, data, digest):
        def hash_(some):
            return hashlib.new(digest, some).digest()
        salt = hash_(b"salt" + data)
        hashed = hash_(bytes(8) + hash_(data) + salt)
        room = self.size - len(hashed) - 1
        mask = b"".join(hash_(hashed + counter.to_bytes(4, "big")) for counter in range(room // len(hashed) + 1))[:room]
        block = (b"\1" + salt).rjust(room, b"\0")
        masked = bytearray(one ^ other for one, other in zip(block, mask))
        masked[0] &= 0x7F
        encoded = int.from_bytes(bytes(masked) + hashed + b"\xbc", "big")
        return pow(encoded, self.private, self.modulus).to_bytes(self.size, "big")


class Ec:
    def __init__(self, label, curve):
        size = CURVES[curve].key_size
        secret = random.Random(label).getrandbits(size - 2) | 1
        self.key = ec.derive_private_key(secret, CURVES[curve])

    def public(self):
        return self.key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)

    def point(self):
        return self.key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)

    def algorithm(self, digest):
        return der.sequence(der.oid(ECDSA_WITH[digest]))

    signer_algorithm = algorithm

    def sign(self, data, digest):
        return self.key.sign(data, ec.ECDSA(HASHES[digest], deterministic_signing=True))


class OtherGenerator(Ec):
    """The key of CVE-2020-0601: somebody's public point on P-256, with that very point as generator and so 1 as private key."""
    P = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
    A = P - 3
    B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
    N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

    def __init__(self, victim):
        self.stolen = victim.point()

    def public(self):
        field = der.sequence(der.oid("1.2.840.10045.1.1"), der.integer(self.P))
        curve = der.sequence(der.octets(self.A.to_bytes(32, "big")), der.octets(self.B.to_bytes(32, "big")))
        parameters = der.sequence(der.integer(1), field, curve, der.octets(self.stolen), der.integer(self.N), der.integer(1))
        return der.sequence(der.sequence(der.oid("1.2.840.10045.2.1"), parameters), der.bits(self.stolen))

    def add(self, one, two):
        if one is None or two is None:
            return one or two
        (x1, y1), (x2, y2) = one, two
        if x1 == x2 and (y1 + y2) % self.P == 0:
            return None
        slope = (3 * x1 * x1 + self.A) * pow(2 * y1, -1, self.P) if one == two else (y2 - y1) * pow(x2 - x1, -1, self.P)
        x = (slope * slope - x1 - x2) % self.P
        return x, (slope * (x1 - x) - y1) % self.P

    def sign(self, data, digest):
        hashed = int.from_bytes(hashlib.new(digest, data).digest(), "big")
        nonce = random.Random(data).getrandbits(250) | 1
        base = int.from_bytes(self.stolen[1:33], "big"), int.from_bytes(self.stolen[33:], "big")
        point, rest = None, nonce
        while rest:
            if rest & 1:
                point = self.add(point, base)
            base, rest = self.add(base, base), rest >> 1
        r = point[0] % self.N
        return der.sequence(der.integer(r), der.integer(pow(nonce, -1, self.N) * (hashed + r) % self.N))


@functools.lru_cache(maxsize=None)
def rsa_key(label, size=2048):
    return Rsa(label, size)
