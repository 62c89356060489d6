//! Public keys, and whether a signature is theirs: RSA and the three curves of NIST.
//!
//! The mathematics is RustCrypto's. Its limits are ours: a modulus of 512 to 16384 bits, as Windows takes them (CNG), and a
//! public exponent below 2^33. A curve counts only by its name: a key that brings its own parameters (CVE-2020-0601) is
//! refused, whatever its point.

use super::algorithm::{DigestAlgorithm, Padding, Scheme};
use super::oid;
use super::tlv::{self, Element};
use crate::base::guard::guarded;
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use rsa::{BoxedUint, Pkcs1v15Sign, Pss};

/// Why a signature does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is not this key's signature over these bytes.
    Wrong,
    /// It cannot be told: what is not read here, or not taken.
    Unreadable(String),
}

/// The sizes of modulus that are taken, in bits.
const MODULUS: std::ops::RangeInclusive<usize> = 512..=16384;

/// A public key: the parts of a `SubjectPublicKeyInfo` that matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PublicKey<'a> {
    /// Modulus and public exponent, base 256.
    Rsa(&'a [u8], &'a [u8]),
    /// Curve and point.
    Ec(Curve, &'a [u8]),
}

/// The named curves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Curve {
    P256,
    P384,
    P521,
}

impl<'a> PublicKey<'a> {
    /// Reads a `SubjectPublicKeyInfo`; else says what is not taken.
    pub(super) fn read(info: Element<'a>) -> Result<Self, String> {
        let mut parts = info.children();
        let algorithm = parts.next().ok_or("no public key")?;
        let key = parts.next().and_then(tlv::octets).ok_or("no public key")?;
        let mut algorithm = algorithm.children();
        let kind = algorithm.next().map(|kind| kind.content).unwrap_or_default();
        match kind {
            oid::RSA | oid::RSA_PSS => {
                let mut numbers = tlv::take(&mut &*key).ok_or("no RSA key")?.children();
                let mut number = || numbers.next().and_then(|number| number.with(tlv::INTEGER)).and_then(tlv::unsigned);
                let (modulus, exponent) = number().zip(number()).ok_or("no RSA key")?;
                Ok(Self::Rsa(modulus, exponent))
            }
            oid::EC_PUBLIC_KEY => {
                let parameters = algorithm.next().ok_or("a key without a curve")?;
                let curve = match (parameters.tag, parameters.content) {
                    (tlv::OBJECT_IDENTIFIER, oid::P256) => Curve::P256,
                    (tlv::OBJECT_IDENTIFIER, oid::P384) => Curve::P384,
                    (tlv::OBJECT_IDENTIFIER, oid::P521) => Curve::P521,
                    (tlv::OBJECT_IDENTIFIER, other) => return Err(format!("the curve {}", oid::dotted(other))),
                    _ => return Err("a key with curve parameters of its own (CVE-2020-0601)".to_owned()),
                };
                Ok(Self::Ec(curve, key))
            }
            other => Err(format!("a key of the kind {}", oid::dotted(other))),
        }
    }

    /// What one use of the key costs, in uses of an RSA key of 2048 bits: the arithmetic grows with the square.
    pub(super) fn cost(self) -> usize {
        match self {
            Self::Rsa(modulus, _) => modulus.len().div_ceil(256).saturating_pow(2),
            Self::Ec(Curve::P256, _) => 4,
            Self::Ec(..) => 16,
        }
    }

    /// Length of an RSA modulus in bits.
    pub(super) fn modulus_bits(self) -> Option<usize> {
        let Self::Rsa(modulus, _) = self else { return None };
        let first = modulus.first().map_or(8, |first| usize::try_from(first.leading_zeros()).unwrap_or(8));
        Some(modulus.len().saturating_mul(8).saturating_sub(first))
    }

    /// Whether `signature` is this key's over a digest.
    pub(super) fn verify(self, scheme: Scheme, digest: &[u8], signature: &[u8]) -> Result<(), Refusal> {
        let verified = guarded(|| match (self, scheme.padding) {
            (Self::Rsa(modulus, exponent), Padding::Pkcs1 | Padding::OfKey) => {
                let key = rsa_key(modulus, exponent)?;
                // RFC 8017, 9.2, note 2: the parameters of the digest's name may be left out. VeriSign's and Symantec's
                // countersignatures leave out the whole name, under an identifier that only says RSA; Windows takes them.
                let bare = (scheme.padding == Padding::OfKey).then(|| Box::from([]));
                Ok([prefix(scheme.digest, true), prefix(scheme.digest, false)].into_iter().chain(bare).any(|prefix| {
                    let scheme = Pkcs1v15Sign { hash_len: Some(digest.len()), prefix };
                    key.verify(scheme, digest, signature).is_ok()
                }))
            }
            (Self::Rsa(modulus, exponent), Padding::Pss(salt)) => {
                let key = rsa_key(modulus, exponent)?;
                let verified = match scheme.digest {
                    DigestAlgorithm::Md5 => key.verify(Pss::<md5::Md5>::new_with_salt(salt), digest, signature),
                    DigestAlgorithm::Sha1 => key.verify(Pss::<sha1::Sha1>::new_with_salt(salt), digest, signature),
                    DigestAlgorithm::Sha256 => key.verify(Pss::<sha2::Sha256>::new_with_salt(salt), digest, signature),
                    DigestAlgorithm::Sha384 => key.verify(Pss::<sha2::Sha384>::new_with_salt(salt), digest, signature),
                    DigestAlgorithm::Sha512 => key.verify(Pss::<sha2::Sha512>::new_with_salt(salt), digest, signature),
                };
                Ok(verified.is_ok())
            }
            (Self::Ec(curve, point), Padding::Ecdsa | Padding::OfKey) => Ok(ecdsa(curve, point, digest, signature)),
            _ => Err("a signature of another kind than the key".to_owned()),
        });
        match verified {
            Some(Ok(true)) => Ok(()),
            Some(Ok(false)) => Err(Refusal::Wrong),
            Some(Err(what)) => Err(Refusal::Unreadable(what)),
            None => Err(Refusal::Unreadable("a key that the arithmetic failed on".to_owned())),
        }
    }
}

fn rsa_key(modulus: &[u8], exponent: &[u8]) -> Result<rsa::PublicKey, String> {
    let refused = |error: rsa::Error| format!("an RSA key ({error})");
    // Before any number is made of it: five octets of exponent hold what is taken.
    if modulus.len() > MODULUS.end() / 8 || exponent.len() > 5 {
        return Err("an RSA key beyond 16384 bits or an exponent beyond 2^33".to_owned());
    }
    let modulus = BoxedUint::from_be_slice_vartime(modulus);
    let exponent = BoxedUint::from_be_slice_vartime(exponent);
    rsa::PublicKey::new_with_size_limits(modulus, exponent, MODULUS).map_err(refused)
}

/// What stands before the digest in a PKCS #1 block: `DigestInfo` up to its octets, with or without the parameters `NULL`.
fn prefix(digest: DigestAlgorithm, null: bool) -> Box<[u8]> {
    let (name, length): (&[u8], u8) = match digest {
        DigestAlgorithm::Md5 => (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x05], 16),
        DigestAlgorithm::Sha1 => (&[0x2b, 0x0e, 0x03, 0x02, 0x1a], 20),
        DigestAlgorithm::Sha256 => (&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01], 32),
        DigestAlgorithm::Sha384 => (&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02], 48),
        DigestAlgorithm::Sha512 => (&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03], 64),
    };
    let parameters: &[u8] = if null { &[0x05, 0x00] } else { &[] };
    let octets = |count: usize| u8::try_from(count).unwrap_or(u8::MAX);
    let algorithm = octets(name.len()).saturating_add(2).saturating_add(octets(parameters.len()));
    let all = algorithm.saturating_add(length).saturating_add(4);
    [&[0x30, all, 0x30, algorithm, 0x06, octets(name.len())], name, parameters, &[0x04, length]].concat().into()
}

/// ECDSA over a digest. The signature is a sequence of two integers.
fn ecdsa(curve: Curve, point: &[u8], digest: &[u8], signature: &[u8]) -> bool {
    let pair = |size: usize| {
        let mut numbers = tlv::take(&mut &*signature)?.with(tlv::SEQUENCE)?.children();
        let mut number = || padded(tlv::unsigned(numbers.next()?.with(tlv::INTEGER)?)?, size);
        Some([number()?, number()?].concat())
    };
    // The digest is the number's leftmost bits; the crate refuses one that is much shorter than the curve, which leading
    // zeros do not change.
    let filled = |size: usize| padded(digest, size.max(digest.len())).unwrap_or_default();
    let verified = || -> Option<()> {
        match curve {
            Curve::P256 => {
                let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(point).ok()?;
                let signature = p256::ecdsa::Signature::from_slice(&pair(32)?).ok()?;
                key.verify_prehash(&filled(32), &signature).ok()
            }
            Curve::P384 => {
                let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(point).ok()?;
                let signature = p384::ecdsa::Signature::from_slice(&pair(48)?).ok()?;
                key.verify_prehash(&filled(48), &signature).ok()
            }
            Curve::P521 => {
                let key = p521::ecdsa::VerifyingKey::from_sec1_bytes(point).ok()?;
                let signature = p521::ecdsa::Signature::from_slice(&pair(66)?).ok()?;
                key.verify_prehash(&filled(66), &signature).ok()
            }
        }
    };
    verified().is_some()
}

/// The digits with zeros before them.
fn padded(digits: &[u8], size: usize) -> Option<Vec<u8>> {
    let zeros = size.checked_sub(digits.len())?;
    let mut all = vec![0u8; zeros];
    all.extend_from_slice(digits);
    Some(all)
}
