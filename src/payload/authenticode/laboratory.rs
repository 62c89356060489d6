//! What the tests sign: certificates, time stamps and a small program, made in code so that each can be wrong in one place.
//! Keys are on P-256, from a number each; they are worth nothing.

use super::oid;
use p256::ecdsa::signature::hazmat::PrehashSigner;
use p256::ecdsa::{Signature, SigningKey};
use sha2::{Digest, Sha256};

pub(super) const SHA256: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
const ECDSA_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 3, 2];

/// One element.
pub(super) fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    let length: &[u8] = match content.len() {
        0..=0x7f => &length[3..],
        0x80..=0xff => &[&[0x81], &length[3..]].concat(),
        0x100..=0xffff => &[&[0x82], &length[2..]].concat(),
        _ => &[&[0x84], &length[..]].concat(),
    };
    [&[tag], length, &content].concat()
}

pub(super) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    der(0x30, parts)
}

pub(super) fn identifier(octets: &[u8]) -> Vec<u8> {
    der(0x06, &[octets])
}

fn algorithm(octets: &[u8]) -> Vec<u8> {
    sequence(&[&identifier(octets)])
}

fn time(text: &str) -> Vec<u8> {
    der(0x18, &[text.replace(['-', ':', 'T'], "").as_bytes()])
}

/// A key, by its number.
pub(super) fn key(number: u8) -> SigningKey {
    SigningKey::from_slice(&[number; 32]).unwrap()
}

fn sign(key: &SigningKey, bytes: &[u8]) -> Vec<u8> {
    let signature: Signature = key.sign_prehash(&Sha256::digest(bytes)).unwrap();
    let (r, s) = signature.split_bytes();
    let number = |digits: &[u8]| der(0x02, &[&[0], digits]);
    sequence(&[&number(&r), &number(&s)])
}

/// A certificate to be made.
#[derive(Clone)]
pub(super) struct Spec {
    pub(super) subject: &'static str,
    pub(super) issuer: &'static str,
    /// Number of its key, and of the one that signs it.
    pub(super) key: u8,
    pub(super) signed_by: u8,
    pub(super) from: &'static str,
    pub(super) to: &'static str,
    /// Whether it may certify, and how many below it.
    pub(super) authority: Option<(bool, Option<u8>)>,
    /// The octets of `keyUsage`'s bits.
    pub(super) key_usage: Option<u8>,
    pub(super) usages: &'static [&'static [u8]],
    /// A critical extension that nobody knows.
    pub(super) strange: bool,
    /// Parameters of the curve, whole: as if it were another.
    pub(super) explicit_curve: bool,
}

/// A root, or an authority under one.
pub(super) fn authority(subject: &'static str, issuer: &'static str, key: u8, signed_by: u8) -> Spec {
    let (from, to) = ("2020-01-01T00:00:00Z", "2040-01-01T00:00:00Z");
    let (key_usage, authority) = (Some(0x06), Some((true, None)));
    let rest = (false, false);
    let (strange, explicit_curve) = rest;
    Spec { subject, issuer, key, signed_by, from, to, authority, key_usage, usages: &[], strange, explicit_curve }
}

/// One that signs.
pub(super) fn leaf(subject: &'static str, issuer: &'static str, key: u8, signed_by: u8) -> Spec {
    let usages: &[&[u8]] = &[oid::CODE_SIGNING];
    let (from, to) = ("2023-01-01T00:00:00Z", "2025-01-01T00:00:00Z");
    Spec { from, to, authority: None, key_usage: Some(0x80), usages, ..authority(subject, issuer, key, signed_by) }
}

impl Spec {
    fn name(text: &str) -> Vec<u8> {
        sequence(&[&der(0x31, &[&sequence(&[&identifier(&[0x55, 4, 3]), &der(0x0c, &[text.as_bytes()])])])])
    }

    /// `SubjectPublicKeyInfo`.
    fn key_info(&self) -> Vec<u8> {
        let point = key(self.key).verifying_key().to_sec1_bytes();
        let curve = if self.explicit_curve { sequence(&[&der(0x02, &[&[1]])]) } else { identifier(oid::P256) };
        sequence(&[&sequence(&[&identifier(oid::EC_PUBLIC_KEY), &curve]), &der(0x03, &[&[0], &point])])
    }

    fn extensions(&self) -> Vec<u8> {
        let mut all = Vec::new();
        let mut add = |kind: &[u8], critical: bool, value: Vec<u8>| {
            let flag = if critical { der(0x01, &[&[0xff]]) } else { Vec::new() };
            all.extend(sequence(&[&identifier(kind), &flag, &der(0x04, &[&value])]));
        };
        if let Some((authority, below)) = self.authority {
            let flag = if authority { der(0x01, &[&[0xff]]) } else { Vec::new() };
            let below = below.map(|below| der(0x02, &[&[below]])).unwrap_or_default();
            add(oid::BASIC_CONSTRAINTS, true, sequence(&[&flag, &below]));
        }
        if let Some(usage) = self.key_usage {
            add(oid::KEY_USAGE, true, der(0x03, &[&[0, usage]]));
        }
        if !self.usages.is_empty() {
            let usages: Vec<u8> = self.usages.iter().flat_map(|usage| identifier(usage)).collect();
            add(oid::EXTENDED_KEY_USAGE, false, sequence(&[&usages]));
        }
        if self.strange {
            add(&[0x2a, 0x03], true, der(0x05, &[]));
        }
        all
    }

    /// The certificate.
    pub(super) fn make(&self) -> Vec<u8> {
        let extensions = self.extensions();
        let list = if extensions.is_empty() { Vec::new() } else { der(0xa3, &[&sequence(&[&extensions])]) };
        let signed = sequence(&[
            &der(0xa0, &[&[2, 1, 2]]),
            &self.serial(),
            &algorithm(ECDSA_SHA256),
            &Self::name(self.issuer),
            &sequence(&[&time(self.from), &time(self.to)]),
            &Self::name(self.subject),
            &self.key_info(),
            &list,
        ]);
        let signature = sign(&key(self.signed_by), &signed);
        sequence(&[&signed, &algorithm(ECDSA_SHA256), &der(0x03, &[&[0], &signature])])
    }

    fn serial(&self) -> Vec<u8> {
        der(0x02, &[&[1, self.key, self.signed_by]])
    }
}

/// What a signer signs, and how.
pub(super) struct Signing<'a> {
    pub(super) signer: &'a Spec,
    /// Signed attributes beside the type of content and the message digest.
    pub(super) attributes: Vec<Vec<u8>>,
    /// Whether the attributes stand in the order that DER forbids.
    pub(super) disordered: bool,
    /// Whether there are attributes at all.
    pub(super) plain: bool,
    /// Unsigned attributes, made of the signature.
    pub(super) unsigned: &'a dyn Fn(&[u8]) -> Vec<u8>,
}

/// An attribute with one value.
pub(super) fn attribute(kind: &[u8], value: &[u8]) -> Vec<u8> {
    sequence(&[&identifier(kind), &der(0x31, &[value])])
}

impl Signing<'_> {
    /// By a signer in the usual way.
    pub(super) fn by(signer: &Spec) -> Signing<'_> {
        Signing { signer, attributes: Vec::new(), disordered: false, plain: false, unsigned: &|_| Vec::new() }
    }

    /// `SignerInfo` over the octets of a content.
    pub(super) fn info(&self, content_type: &[u8], content: &[u8]) -> Vec<u8> {
        let mut attributes = vec![
            attribute(oid::CONTENT_TYPE, &identifier(content_type)),
            attribute(oid::MESSAGE_DIGEST, &der(0x04, &[&Sha256::digest(content)])),
        ];
        attributes.extend(self.attributes.clone());
        attributes.sort();
        if self.disordered {
            attributes.reverse();
        }
        let set = attributes.concat();
        let signed = if self.plain { content.to_vec() } else { der(0x31, &[&set]) };
        let signature = sign(&key(self.signer.key), &signed);
        let unsigned = (self.unsigned)(&signature);
        sequence(&[
            &der(0x02, &[&[1]]),
            &sequence(&[&Spec::name(self.signer.issuer), &self.signer.serial()]),
            &algorithm(SHA256),
            &if self.plain { Vec::new() } else { der(0xa0, &[&set]) },
            &algorithm(ECDSA_SHA256),
            &der(0x04, &[&signature]),
            &if unsigned.is_empty() { Vec::new() } else { der(0xa1, &[&unsigned]) },
        ])
    }

    /// `ContentInfo` with `SignedData` around an element.
    pub(super) fn data(&self, content_type: &[u8], element: &[u8], octets: &[u8], bag: &[Vec<u8>]) -> Vec<u8> {
        let data = sequence(&[
            &der(0x02, &[&[1]]),
            &der(0x31, &[&algorithm(SHA256)]),
            &sequence(&[&identifier(content_type), &der(0xa0, &[element])]),
            &der(0xa0, &[&bag.concat()]),
            &der(0x31, &[&self.info(content_type, octets)]),
        ]);
        sequence(&[&identifier(oid::SIGNED_DATA), &der(0xa0, &[&data])])
    }
}

/// The unsigned attribute with an RFC 3161 token for a signature.
pub(super) fn token(stamper: &Spec, at: &str, stamped: &[u8], bag: &[Vec<u8>]) -> Vec<u8> {
    let imprint = sequence(&[&algorithm(SHA256), &der(0x04, &[&Sha256::digest(stamped)])]);
    let number = der(0x02, &[&[1]]);
    let info = sequence(&[&number, &identifier(&[0x2a, 3]), &imprint, &number, &time(at)]);
    let data = Signing::by(stamper).data(oid::TST_INFO, &der(0x04, &[&info]), &info, bag);
    attribute(oid::TIME_STAMP, &data)
}

/// The unsigned attribute with a PKCS #9 countersignature for a signature.
pub(super) fn countersignature(stamper: &Spec, at: &str, stamped: &[u8]) -> Vec<u8> {
    let attributes = vec![attribute(oid::SIGNING_TIME, &time(at))];
    let info = Signing { attributes, ..Signing::by(stamper) }.info(oid::DATA, stamped);
    attribute(oid::COUNTER_SIGNATURE, &info)
}

/// A program of some bytes with headers as the digest needs them, without its certificate table.
pub(super) fn program() -> Vec<u8> {
    let mut file: Vec<u8> = (0..0x200u32).map(|n| n.to_le_bytes()[0]).collect();
    file[0x3c..0x40].copy_from_slice(&[0x40, 0, 0, 0]);
    file[0x58..0x5a].copy_from_slice(&[0x0b, 0x01]);
    file
}

/// `SpcIndirectDataContent` with the digest of a program: all its bytes but the checksum and the table's entry.
pub(super) fn indirect_data(program: &[u8]) -> Vec<u8> {
    let bytes = [&program[..0x98], &program[0x9c..0xd8], &program[0xe0..]].concat();
    let digest = sequence(&[&algorithm(SHA256), &der(0x04, &[&Sha256::digest(&bytes)])]);
    sequence(&[&sequence(&[&identifier(&[0x2a, 3])]), &digest])
}

/// The program with a certificate table of entries, and where the table lies.
pub(super) fn with_table(program: &[u8], entries: &[Vec<u8>]) -> (Vec<u8>, (u32, u32)) {
    let mut file = program.to_vec();
    for entry in entries {
        let length = u32::try_from(entry.len() + 8).unwrap();
        file.extend([length.to_le_bytes(), [0, 2, 2, 0]].concat());
        file.extend(entry);
        file.resize(file.len().next_multiple_of(8), 0);
    }
    let at = u32::try_from(program.len()).unwrap();
    let length = u32::try_from(file.len()).unwrap() - at;
    (file, (at, length))
}
