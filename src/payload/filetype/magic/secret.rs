//! Keys, certificates, and stores of passwords.

use super::super::FileType;
use super::super::signature::{Signature, asks, at_if, start, start_if};
use super::{be16, be32, byte, le32, other};
use memchr::memmem;

const KEEPASS: &str = "application/x-keepass2";

pub(in super::super) const SIGNATURES: &[Signature] = &[
    start(b"\x03\xd9\xa2\x9a\x65\xfb\x4b\xb5", other("kdb", "application/x-keepass", "KeePass 1 database (passwords)")),
    start(
        b"\x03\xd9\xa2\x9a\x66\xfb\x4b\xb5",
        other("kdbx", KEEPASS, "KeePass 2 database (passwords, before release)"),
    ),
    start(b"\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5", other("kdbx", KEEPASS, "KeePass 2 database (passwords)")),
    start(b"PWS3", other("psafe3", "application/x-psafe3", "Password Safe database (passwords)")),
    start_if(b"\xfe\xed\xfe\xed", other("jks", "application/x-java-keystore", "Java key store"), |head| {
        be32(head, 4) <= 2
    }),
    start_if(b"\xce\xce\xce\xce", other("jceks", "application/x-java-jce-keystore", "Java key store (JCE)"), |head| {
        be32(head, 4) <= 2
    }),
    start(b"kych\0\x01\0\0", other("keychain", "application/x-mac-keychain", "key chain of macOS (passwords)")),
    start(b"openssh-key-v1\0", other("key", "application/x-openssh-key", "OpenSSH private key (binary)")),
    start(b"KBXf", other("kbx", "application/x-gnupg-keybox", "GnuPG key box")),
    at_if(8, b"KBXf", other("kbx", "application/x-gnupg-keybox", "GnuPG key box"), |head| byte(head, 4) == 1),
    start_if(b"\x99\x01", other("gpg", "application/pgp-keys", "OpenPGP public key"), is_pgp_key),
    start_if(b"\x99\0", other("gpg", "application/pgp-keys", "OpenPGP public key"), is_pgp_key),
    start_if(b"\x99\x02", other("gpg", "application/pgp-keys", "OpenPGP public key"), is_pgp_key),
    start_if(b"\x99\x03", other("gpg", "application/pgp-keys", "OpenPGP public key"), is_pgp_key),
    start_if(b"\x99\x04", other("gpg", "application/pgp-keys", "OpenPGP public key"), is_pgp_key),
    start_if(b"\x98", other("gpg", "application/pgp-keys", "OpenPGP public key"), |head| {
        matches!(byte(head, 2), 3 | 4) && matches!(byte(head, 7), 1..=3 | 16..=22)
    }),
    start_if(b"\xc6", other("gpg", "application/pgp-keys", "OpenPGP public key"), |head| {
        matches!(byte(head, 1), 40..=223) && matches!(byte(head, 2), 4 | 6) && matches!(byte(head, 7), 1..=3 | 16..=28)
    }),
    start_if(b"\x95", other("gpg", "application/pgp-keys", "OpenPGP private key"), |head| {
        matches!(byte(head, 3), 3 | 4)
            && matches!(byte(head, 8), 1..=3 | 16..=22)
            && (100..=8000).contains(&be16(head, 1))
    }),
    start_if(b"\x85\x01", other("gpg", "application/pgp-encrypted", "OpenPGP encrypted data"), is_pgp_encrypted),
    start_if(b"\x85\x02", other("gpg", "application/pgp-encrypted", "OpenPGP encrypted data"), is_pgp_encrypted),
    start_if(b"\x84", other("gpg", "application/pgp-encrypted", "OpenPGP encrypted data"), |head| {
        byte(head, 1) >= 90 && byte(head, 2) == 3 && matches!(byte(head, 11), 18 | 25)
    }),
    start_if(
        b"\x8c\x0d\x04",
        other("gpg", "application/pgp-encrypted", "OpenPGP data encrypted with a password"),
        |head| matches!(byte(head, 3), 1..=13) && matches!(byte(head, 4), 0 | 1 | 3),
    ),
    start_if(b"\x88", other("sig", "application/pgp-signature", "OpenPGP signature"), is_pgp_signature),
    start_if(b"\x89\x01", other("sig", "application/pgp-signature", "OpenPGP signature"), |head| {
        is_pgp_signature(head.get(1..).unwrap_or_default())
    }),
    start_if(b"\x89\x02", other("sig", "application/pgp-signature", "OpenPGP signature"), |head| {
        is_pgp_signature(head.get(1..).unwrap_or_default())
    }),
    start(
        b"Salted__",
        other("enc", "application/x-openssl-encrypted", "data encrypted by openssl enc with a password"),
    ),
    start(b"age-encryption.org/v1\n", other("age", "application/x-age-encrypted", "data encrypted by age")),
    start_if(b"AES", other("aes", "application/x-aescrypt", "data encrypted by AES Crypt"), |head| {
        matches!(byte(head, 3), 1..=3) && byte(head, 4) == 0 && (byte(head, 3) == 1 || be16(head, 5) < 256)
    }),
    start_if(b"\x1e\xf1\xb5\xb0", other("pvk", "application/x-pvk", "private key of Authenticode (PVK)"), |head| {
        le32(head, 4) == 0
    }),
    start_if(b"\x07\x02\0\0", other("snk", "application/x-ms-private-key", "private key (CryptoAPI)"), |head| {
        head.get(8..12) == Some(b"RSA2")
    }),
    start_if(b"\x06\x02\0\0", other("snk", "application/x-ms-public-key", "public key (CryptoAPI)"), |head| {
        head.get(8..12) == Some(b"RSA1")
    }),
    // A DPAPI blob names its provider, {DF9D8CD0-1501-11D1-8C7A-00C04FC297EB}, behind its version.
    start(
        b"\x01\0\0\0\xd0\x8c\x9d\xdf\x01\x15\xd1\x11\x8c\x7a\0\xc0\x4f\xc2\x97\xeb",
        other("bin", "application/x-ms-dpapi", "secret protected by DPAPI"),
    ),
    start_if(
        b"\x02\0\0\0\0\0\0\0\0\0\0\0",
        other("bin", "application/x-ms-dpapi-masterkey", "DPAPI master key"),
        is_master_key,
    ),
    start_if(b"\x05\x04", other("keytab", "application/x-krb5-ccache", "Kerberos tickets"), |head| {
        be16(head, 2) == 12 && be16(head, 4) == 1
    }),
    start_if(b"\x05\x02\0\0", other("keytab", "application/x-krb5-keytab", "Kerberos keys"), is_keytab),
    start_if(
        b"\0\0\0\x01\0\0\0",
        other("bin", "application/x-ms-cert-store", "serialised certificate store"),
        |head| le32(head, 4) == 0x5452_4543,
    ),
    asks(0, b"\x30\x82", der),
    asks(0, b"\x30\x80", der),
    asks(0, b"\x30\x83", der),
    asks(0, b"\x30\x81", der),
];

/// Old packet format, two bytes of length, then version 3 or 4, a time, and the algorithm.
fn is_pgp_key(head: &[u8]) -> bool {
    matches!((byte(head, 3), byte(head, 8)), (4, 1..=3 | 16..=22))
        || byte(head, 3) == 3 && matches!(byte(head, 10), 1..=3)
}

fn is_pgp_encrypted(head: &[u8]) -> bool {
    byte(head, 3) == 3 && matches!(byte(head, 12), 1 | 2 | 16 | 18)
}

/// `[length, version, type, algorithm, hash]`.
fn is_pgp_signature(head: &[u8]) -> bool {
    byte(head, 1) > 40
        && byte(head, 2) == 4
        && matches!(byte(head, 3), 0..=3 | 0x10..=0x13 | 0x18..=0x1f)
        && matches!(byte(head, 4), 1..=3 | 16..=22)
        && matches!(byte(head, 5), 1..=3 | 8..=11)
        || byte(head, 1) == 4
            && matches!(byte(head, 2), 0..=3)
            && matches!(byte(head, 3), 1..=3 | 16..=22)
            && matches!(byte(head, 4), 1..=3 | 8..=11)
}

/// The file of a master key bears its own identifier in UTF-16 behind twelve bytes.
fn is_master_key(head: &[u8]) -> bool {
    head.get(12..84).is_some_and(|name| {
        name.chunks_exact(2).all(|unit| matches!(unit, [b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F' | b'-', 0]))
    })
}

fn is_keytab(head: &[u8]) -> bool {
    (20..=1024).contains(&be32(head, 2)) && (1..=4).contains(&be16(head, 6)) && (1..=255).contains(&be16(head, 8))
}

/// A head that is shorter than this is the whole file.
const WHOLE: usize = 40 << 10;
const CERTIFICATE: FileType = other("cer", "application/pkix-cert", "certificate (X.509)");
const PRIVATE: FileType = other("key", "application/pkcs8", "private key (PKCS#8)");

/// ASN.1, told by the shape of its first elements. A whole file is at least as long as it says.
fn der(head: &[u8]) -> Option<FileType> {
    let (body, length) = element(head, 0x30)?;
    if head.len() < WHOLE && length.is_some_and(|length| length > body.len()) {
        return None;
    }
    let (inner, _) = element(body, byte(body, 0))?;
    match byte(body, 0) {
        // ContentInfo: an identifier, here of PKCS#7.
        0x06 if inner.starts_with(b"\x2a\x86\x48\x86\xf7\x0d\x01\x07") => Some(match byte(inner, 8) {
            2 if memmem::find(head, b"\x2b\x06\x01\x04\x01\x82\x37\x0a\x01").is_some() => {
                other("cat", "application/vnd.ms-pki.seccat", "security catalog or trust list of Windows")
            }
            2 => other("p7b", "application/pkcs7-mime", "signed data or certificates (PKCS#7)"),
            3 => other("p7m", "application/pkcs7-mime", "data encrypted for a certificate (PKCS#7)"),
            _ => other("p7c", "application/pkcs7-mime", "PKCS#7 data"),
        }),
        0x02 => numbered(body),
        0x30 => sequence(body, inner, head),
        _ => None,
    }
}

/// The contents of an element with this tag and, if it is definite, its length.
fn element(bytes: &[u8], tag: u8) -> Option<(&[u8], Option<usize>)> {
    if byte(bytes, 0) != tag {
        return None;
    }
    let first = *bytes.get(1)?;
    if first == 0x80 {
        return (tag & 0x20 != 0).then_some((bytes.get(2..)?, None));
    }
    let count = if first < 0x80 { 0 } else { usize::from(first & 0x7f) };
    let length = match count {
        0 => usize::from(first),
        1..=4 => bytes
            .get(2..count.checked_add(2)?)?
            .iter()
            .try_fold(0usize, |sum, byte| sum.checked_mul(256)?.checked_add(usize::from(*byte)))?,
        _ => return None,
    };
    let rest = bytes.get(count.checked_add(2)?..)?;
    Some((rest, Some(length)))
}

/// A sequence that begins with a version: keys and PKCS#12.
fn numbered(body: &[u8]) -> Option<FileType> {
    let (number, length) = element(body, 0x02)?;
    let length = length?;
    let after = number.get(length..)?;
    match (length, byte(number, 0), byte(after, 0)) {
        (1, 3, 0x30) => {
            let (content, _) = element(after, 0x30)?;
            content.starts_with(b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07").then_some(other(
                "pfx",
                "application/x-pkcs12",
                "certificate with private key (PKCS#12)",
            ))
        }
        (1, 0 | 1, 0x30) => {
            let (content, _) = element(after, 0x30)?;
            (byte(content, 0) == 0x06).then_some(PRIVATE)
        }
        (1, 0, 0x02) => {
            let (modulus, size) = element(after, 0x02)?;
            (size? > 48 && !modulus.is_empty()).then_some(other(
                "key",
                "application/x-rsa-private-key",
                "RSA private key",
            ))
        }
        (1, 1, 0x04) => Some(other("key", "application/x-ec-private-key", "private key on an elliptic curve")),
        _ => None,
    }
}

fn sequence(body: &[u8], inner: &[u8], head: &[u8]) -> Option<FileType> {
    // A version in [0], a serial number, an algorithm: a certificate. A serial number at once: version 1, or a request.
    if inner.starts_with(b"\xa0\x03\x02\x01") && byte(inner, 5) == 0x02 {
        return Some(CERTIFICATE);
    }
    if byte(inner, 0) == 0x06 {
        let (_, length) = element(body, 0x30)?;
        let start = body.len().saturating_sub(inner.len());
        return match byte(body, start.checked_add(length?)?) {
            0x03 => Some(other("pub", "application/x-spki", "public key")),
            0x04 => Some(other("key", "application/pkcs8-encrypted", "private key (PKCS#8, encrypted)")),
            _ => None,
        };
    }
    if byte(inner, 0) == 0x02 {
        let (number, length) = element(inner, 0x02)?;
        let length = length?;
        let after = number.get(length..)?;
        let (algorithm, _) = element(after, 0x30)?;
        if length == 1 && byte(number, 0) == 0 {
            return Some(other("csr", "application/pkcs10", "certificate request (PKCS#10)"));
        }
        if byte(algorithm, 0) == 0x06 {
            return Some(
                if memmem::find(head.get(..512.min(head.len()))?, b"\x17\x0d").is_some()
                    && length <= 1
                    && byte(number, 0) == 1
                {
                    other("crl", "application/pkix-crl", "list of revoked certificates")
                } else {
                    CERTIFICATE
                },
            );
        }
    }
    None
}
