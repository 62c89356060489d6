//! Digest algorithms, and the schemes by which a digest is signed.

use super::oid;
use super::tlv::{self, Element};
use schemars::JsonSchema;
use serde::Serialize;
use sha2::Digest;

/// Algorithms that sign executables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DigestAlgorithm {
    /// MD5: forged at will since 2004.
    Md5,
    /// SHA-1: refused by Windows for new signatures.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl DigestAlgorithm {
    /// By the content octets of its identifier.
    pub(in crate::payload) fn of(identifier: &[u8]) -> Option<Self> {
        Some(match identifier {
            [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x05] => Self::Md5,
            [0x2b, 0x0e, 0x03, 0x02, 0x1a] => Self::Sha1,
            [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01] => Self::Sha256,
            [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02] => Self::Sha384,
            [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03] => Self::Sha512,
            _ => return None,
        })
    }

    /// The digest over pieces that stand one behind another.
    pub(in crate::payload) fn digest(self, pieces: &[&[u8]]) -> Vec<u8> {
        fn over<D: Digest>(pieces: &[&[u8]]) -> Vec<u8> {
            let mut digest = D::new();
            pieces.iter().for_each(|piece| digest.update(piece));
            digest.finalize().as_slice().to_vec()
        }
        match self {
            Self::Md5 => over::<md5::Md5>(pieces),
            Self::Sha1 => over::<sha1::Sha1>(pieces),
            Self::Sha256 => over::<sha2::Sha256>(pieces),
            Self::Sha384 => over::<sha2::Sha384>(pieces),
            Self::Sha512 => over::<sha2::Sha512>(pieces),
        }
    }

    /// Its name, and why it proves little, where that is so.
    pub(super) fn weakness(self) -> Option<&'static str> {
        match self {
            Self::Md5 => Some("MD5"),
            Self::Sha1 => Some("SHA-1"),
            _ => None,
        }
    }
}

/// How a digest is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Padding {
    /// RSASSA-PKCS1-v1_5 (RFC 8017).
    Pkcs1,
    /// RSASSA-PSS with MGF1 over the same digest algorithm, and the length of the salt in bytes.
    Pss(usize),
    /// ECDSA (FIPS 186-5).
    Ecdsa,
    /// As the kind of the key says: the identifier names a key, not a signature.
    OfKey,
}

/// An algorithm by which something is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scheme {
    pub(super) padding: Padding,
    pub(super) digest: DigestAlgorithm,
}

impl Scheme {
    /// By an `AlgorithmIdentifier`. `digest` is the algorithm that a signer names beside it, for identifiers that name none;
    /// where both name one, the signer's counts, as OpenSSL has it. Else: the identifier, for the reader.
    pub(super) fn of(identifier: Element<'_>, digest: Option<DigestAlgorithm>) -> Result<Self, String> {
        let mut parts = identifier.children();
        let name = parts.next().map(|name| name.content).unwrap_or_default();
        let unknown = || format!("signature algorithm {}", oid::dotted(name));
        if name == oid::RSA_PSS {
            return parts.next().and_then(pss).ok_or_else(|| format!("parameters of {}", unknown()));
        }
        let (padding, own) = match name {
            oid::RSA | oid::EC_PUBLIC_KEY => (Padding::OfKey, None),
            // pkcs-1: 4 MD5, 5 SHA-1, 11 to 13 SHA-2.
            [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, last] => (
                Padding::Pkcs1,
                Some(match last {
                    4 => DigestAlgorithm::Md5,
                    5 => DigestAlgorithm::Sha1,
                    11 => DigestAlgorithm::Sha256,
                    12 => DigestAlgorithm::Sha384,
                    13 => DigestAlgorithm::Sha512,
                    _ => return Err(unknown()),
                }),
            ),
            // The names of the Open Systems Environment Implementors' Workshop, which Microsoft's oldest tools write.
            [0x2b, 0x0e, 0x03, 0x02, 3] => (Padding::Pkcs1, Some(DigestAlgorithm::Md5)),
            [0x2b, 0x0e, 0x03, 0x02, 29] => (Padding::Pkcs1, Some(DigestAlgorithm::Sha1)),
            [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 1] => (Padding::Ecdsa, Some(DigestAlgorithm::Sha1)),
            [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 3, 2] => (Padding::Ecdsa, Some(DigestAlgorithm::Sha256)),
            [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 3, 3] => (Padding::Ecdsa, Some(DigestAlgorithm::Sha384)),
            [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 3, 4] => (Padding::Ecdsa, Some(DigestAlgorithm::Sha512)),
            _ => return Err(unknown()),
        };
        let digest = digest.or(own).ok_or_else(|| format!("{} names no digest", unknown()))?;
        Ok(Self { padding, digest })
    }
}

/// `RSASSA-PSS-params` (RFC 4055, 3.1): digest [0], mask [1], length of the salt [2], trailer [3]; absent is SHA-1 and 20.
fn pss(parameters: Element<'_>) -> Option<Scheme> {
    let field = |number| parameters.child(tlv::context(number)).map(|field| field.first());
    let named = |algorithm: Element<'_>| DigestAlgorithm::of(algorithm.first()?.content);
    let digest = field(0).map_or(Some(DigestAlgorithm::Sha1), |digest| named(digest?))?;
    let mask = field(1).map_or(Some(DigestAlgorithm::Sha1), |mask| {
        let mut mask = mask?.children();
        mask.next().filter(|name| name.content == oid::MGF1)?;
        named(mask.next()?)
    })?;
    let salt = field(2).map_or(Some(20), |salt| tlv::small(salt?.with(tlv::INTEGER)?))?;
    let trailer = field(3).map_or(Some(1), |trailer| tlv::small(trailer?.with(tlv::INTEGER)?))?;
    (mask == digest && trailer == 1).then_some(Scheme { padding: Padding::Pss(salt), digest })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scheme(bytes: &[u8], digest: Option<DigestAlgorithm>) -> Result<Scheme, String> {
        Scheme::of(tlv::take(&mut &*bytes).unwrap(), digest)
    }

    #[test]
    fn schemes_by_their_identifiers() {
        let sha256_rsa = [0x30, 11, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11];
        let rsa = [0x30, 11, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
        let md2_rsa = [0x30, 11, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 2];
        let bare_pss = [0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10, 0x30, 0];
        let trailer_2 = [0x30, 18, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10, 0x30, 5, 0xa3, 3, 2, 1, 2];
        let of = |padding, digest| Ok(Scheme { padding, digest });
        assert_eq!(scheme(&sha256_rsa, None), of(Padding::Pkcs1, DigestAlgorithm::Sha256));
        assert_eq!(scheme(&sha256_rsa, Some(DigestAlgorithm::Sha1)), of(Padding::Pkcs1, DigestAlgorithm::Sha1));
        assert_eq!(scheme(&rsa, Some(DigestAlgorithm::Md5)), of(Padding::OfKey, DigestAlgorithm::Md5));
        assert_eq!(scheme(&bare_pss, None), of(Padding::Pss(20), DigestAlgorithm::Sha1));
        assert!(scheme(&rsa, None).unwrap_err().ends_with("names no digest"));
        assert_eq!(scheme(&md2_rsa, None).unwrap_err(), "signature algorithm 1.2.840.113549.1.1.2");
        assert!(scheme(&trailer_2, None).unwrap_err().starts_with("parameters of"));
    }
}
