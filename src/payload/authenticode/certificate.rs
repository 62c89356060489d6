//! Certificates (RFC 5280): who signed. Each is read by itself, so that one that cannot be read costs only itself; the raw
//! octets are kept, since they are what is hashed and compared.

use super::key::PublicKey;
use super::oid;
use super::pkcs7;
use super::tlv::{self, Element};
use crate::base::escape::hex;
use crate::base::time::Timestamp;
use der::Decode;
use schemars::JsonSchema;
use serde::Serialize;
use sha2::Digest;
use x509_cert::name::RdnSequence;

/// Whose key signed (RFC 5280).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Signer {
    /// Distinguished name (RFC 4514).
    pub subject: String,
    /// Who vouches for it.
    pub issuer: String,
    /// Serial number, lower-case hexadecimal.
    pub serial: String,
    /// Start of validity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
    /// End of validity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_after: Option<Timestamp>,
    /// SHA-1 of the certificate, which Windows calls its thumbprint.
    pub thumbprint_sha1: String,
    /// SHA-256 of the certificate.
    pub thumbprint_sha256: String,
    /// What the key may be used for, by name where one is known, else as an object identifier; absent where the certificate
    /// does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extended_key_usage: Option<Vec<String>>,
}

/// A certificate, as far as it is read. Two are equal if their octets are.
#[derive(Debug, Clone)]
pub(in crate::payload) struct Certificate<'a> {
    /// All octets.
    pub(super) whole: &'a [u8],
    /// `TBSCertificate`, all octets: what is signed.
    pub(super) signed: &'a [u8],
    pub(super) serial: &'a [u8],
    /// Name of the issuer, all octets.
    pub(super) issuer: &'a [u8],
    pub(super) subject: &'a [u8],
    pub(super) not_before: Option<Timestamp>,
    pub(super) not_after: Option<Timestamp>,
    /// `SubjectPublicKeyInfo`.
    pub(super) key: Element<'a>,
    /// The algorithm of the signature, which stands inside and outside of what is signed.
    pub(super) algorithms: [Element<'a>; 2],
    pub(super) signature: &'a [u8],
    pub(super) extensions: Extensions<'a>,
}

impl PartialEq for Certificate<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.whole == other.whole
    }
}

/// The extensions that matter here.
#[derive(Debug, Clone, Default)]
pub(super) struct Extensions<'a> {
    /// `basicConstraints`: whether it may certify, and how many others may stand below it.
    pub(super) authority: Option<(bool, Option<usize>)>,
    /// `keyUsage`: the first bit, `digitalSignature`, is the highest.
    pub(super) key_usage: Option<u16>,
    pub(super) extended_key_usage: Option<Vec<&'a [u8]>>,
    pub(super) subject_key_id: Option<&'a [u8]>,
    pub(super) authority_key_id: Option<&'a [u8]>,
    /// Critical ones that are not judged here, and all that are damaged or doubled.
    pub(super) refused: Vec<&'a [u8]>,
}

/// `digitalSignature` or `nonRepudiation`.
pub(super) const MAY_SIGN: u16 = 0xc000;
/// `keyCertSign`.
pub(super) const MAY_CERTIFY: u16 = 0x0400;
/// Extensions of one certificate that are looked at; usages of one extension.
const EXTENSIONS: usize = 64;

impl<'a> Certificate<'a> {
    /// Reads one.
    pub(in crate::payload) fn read(element: Element<'a>) -> Option<Self> {
        let mut parts = element.with(tlv::SEQUENCE)?.children();
        let signed = parts.next()?.with(tlv::SEQUENCE)?;
        let outer = parts.next()?;
        let signature = tlv::octets(parts.next()?)?;
        // version [0] (left out in the oldest), serial, signature, issuer, validity, subject, key, …, extensions [3].
        let mut fields = signed.children().skip_while(|field| field.tag == tlv::context(0));
        let serial = fields.next()?.with(tlv::INTEGER)?;
        let inner = fields.next()?;
        let issuer = fields.next()?.with(tlv::SEQUENCE)?;
        let mut validity = fields.next()?.children();
        let (not_before, not_after) = (validity.next()?, validity.next()?);
        let subject = fields.next()?.with(tlv::SEQUENCE)?;
        let key = fields.next()?.with(tlv::SEQUENCE)?;
        let extensions = fields.find(|field| field.tag == tlv::context(3)).and_then(Element::first);
        Some(Self {
            whole: element.whole,
            signed: signed.whole,
            serial: serial.content,
            issuer: issuer.whole,
            subject: subject.whole,
            not_before: pkcs7::time(not_before),
            not_after: pkcs7::time(not_after),
            key,
            algorithms: [inner, outer],
            signature,
            extensions: extensions.map(Extensions::read).unwrap_or_default(),
        })
    }

    /// Reads one from its DER; bytes behind it are not its own.
    pub(in crate::payload) fn from_der(bytes: &'a [u8]) -> Option<Self> {
        tlv::take(&mut &*bytes).and_then(Self::read)
    }

    pub(super) fn is_self_issued(&self) -> bool {
        self.issuer == self.subject
    }

    /// Whether it may certify others, by its own word.
    pub(super) fn is_authority(&self) -> bool {
        self.extensions.authority.is_some_and(|(authority, _)| authority)
    }

    /// Its key.
    pub(super) fn public_key(&self) -> Result<PublicKey<'a>, String> {
        PublicKey::read(self.key)
    }

    /// What it says of its holder.
    pub(super) fn describe(&self) -> Signer {
        let usages = self.extensions.extended_key_usage.as_ref();
        Signer {
            subject: name(self.subject),
            issuer: name(self.issuer),
            serial: hex(self.serial),
            not_before: self.not_before,
            not_after: self.not_after,
            thumbprint_sha1: hex(&sha1::Sha1::digest(self.whole)),
            thumbprint_sha256: hex(&sha2::Sha256::digest(self.whole)),
            extended_key_usage: usages.map(|usages| usages.iter().map(|usage| oid::usage(usage)).collect()),
        }
    }
}

impl<'a> Extensions<'a> {
    fn read(list: Element<'a>) -> Self {
        let mut read = Self::default();
        let mut seen: Vec<&[u8]> = Vec::new();
        for extension in list.children().take(EXTENSIONS) {
            let parts: Vec<Element<'a>> = extension.children().take(4).collect();
            let Some(kind) = parts.first().map(|kind| kind.content) else { continue };
            let critical = parts.get(1).is_some_and(|flag| flag.tag == tlv::BOOLEAN && flag.content != [0]);
            let value = parts.last().and_then(|octets| octets.with(tlv::OCTET_STRING));
            let known =
                value.and_then(|octets| tlv::take(&mut &*octets.content)).and_then(|value| read.add(kind, value));
            if seen.contains(&kind) || known.is_none() || (critical && known == Some(false)) {
                read.refused.push(kind);
            }
            seen.push(kind);
        }
        read
    }

    /// Takes an extension over: whether it is known, nothing if it is damaged.
    fn add(&mut self, kind: &[u8], value: Element<'a>) -> Option<bool> {
        match kind {
            oid::BASIC_CONSTRAINTS => {
                let fields = value.with(tlv::SEQUENCE)?;
                let authority = fields.child(tlv::BOOLEAN).is_some_and(|flag| flag.content != [0]);
                let below = fields.child(tlv::INTEGER).map(tlv::small);
                self.authority = Some((authority, if let Some(below) = below { Some(below?) } else { None }));
            }
            oid::KEY_USAGE => {
                let (_, bits) = value.with(tlv::BIT_STRING)?.content.split_first()?;
                let octet = |index: usize| bits.get(index).copied().unwrap_or(0);
                self.key_usage = Some(u16::from_be_bytes([octet(0), octet(1)]));
            }
            oid::EXTENDED_KEY_USAGE => {
                let usages = value.with(tlv::SEQUENCE)?.children().take(EXTENSIONS);
                self.extended_key_usage = Some(usages.map(|usage| usage.content).collect());
            }
            oid::SUBJECT_KEY_ID => self.subject_key_id = Some(value.with(tlv::OCTET_STRING)?.content),
            oid::AUTHORITY_KEY_ID => self.authority_key_id = value.child(0x80).map(|id| id.content),
            // Names, policies, where lists of revoked ones are, Netscape's type: nothing that is judged here depends on them.
            [0x55, 0x1d, 0x11 | 0x12 | 0x1f | 0x20 | 0x21 | 0x24 | 0x36]
            | [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, ..]
            | [0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x15, ..]
            | [0x60, 0x86, 0x48, 0x01, 0x86, 0xf8, 0x42, 0x01, 0x01] => {}
            _ => return Some(false),
        }
        Some(true)
    }
}

/// A distinguished name as text.
pub(super) fn name(octets: &[u8]) -> String {
    RdnSequence::from_der(octets).map(|name| name.to_string()).unwrap_or_else(|_| format!("#{}", hex(octets)))
}
