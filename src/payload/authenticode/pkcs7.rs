//! `SignedData` of PKCS #7 and CMS (RFC 2315, RFC 5652), read element by element: what cannot be read costs only itself,
//! and what is signed keeps its octets.

use super::algorithm::DigestAlgorithm;
use super::certificate::Certificate;
use super::oid;
use super::tlv::{self, Element};
use crate::base::time::Timestamp;
use std::borrow::Cow;

/// Certificates, signers, attributes and values that are looked at, of each.
const MOST: usize = 64;

/// Content with its signers, whatever the content is.
#[derive(Debug, Clone)]
pub(in crate::payload) struct SignedData<'a> {
    /// Identifier of the kind of content, its content octets.
    pub(in crate::payload) content_type: &'a [u8],
    /// The content: any element in PKCS #7, an octet string in CMS; absent where it is detached.
    pub(in crate::payload) content: Option<Element<'a>>,
    /// The certificates that can be read.
    pub(in crate::payload) certificates: Vec<Certificate<'a>>,
    /// The signers that can be read.
    pub(in crate::payload) signers: Vec<SignerInfo<'a>>,
}

impl<'a> SignedData<'a> {
    /// Reads a `ContentInfo` of the kind `signedData`.
    pub(in crate::payload) fn read(content_info: Element<'a>) -> Option<Self> {
        let mut parts = content_info.with(tlv::SEQUENCE)?.children();
        let kind = parts.next()?.with(tlv::OBJECT_IDENTIFIER)?;
        let data = parts.next()?.with(tlv::context(0))?.first()?.with(tlv::SEQUENCE)?;
        if kind.content != oid::SIGNED_DATA {
            return None;
        }
        // version, digestAlgorithms, encapContentInfo, certificates [0], crls [1], signerInfos.
        let parts: Vec<Element<'a>> = data.children().take(8).collect();
        let content = parts.iter().find(|part| part.tag == tlv::SEQUENCE)?;
        let bag = parts.iter().find(|part| part.tag == tlv::context(0));
        // The algorithms are a set as well: the signers are the last.
        let signers = parts.iter().skip(2).rfind(|part| part.tag == tlv::SET);
        Some(Self {
            content_type: content.first()?.with(tlv::OBJECT_IDENTIFIER)?.content,
            content: content.child(tlv::context(0)).and_then(Element::first),
            certificates: bag
                .map(|bag| bag.children().take(MOST).filter_map(Certificate::read).collect())
                .unwrap_or_default(),
            signers: signers
                .map(|set| set.children().take(MOST).filter_map(SignerInfo::read).collect())
                .unwrap_or_default(),
        })
    }

    /// Reads one from its DER; bytes behind it are padding.
    pub(in crate::payload) fn from_der(bytes: &'a [u8]) -> Option<Self> {
        tlv::take(&mut &*bytes).and_then(Self::read)
    }

    /// The octets that the message digest covers: those inside the content's tag and length (RFC 2315, 9.3).
    pub(in crate::payload) fn octets(&self) -> Option<Cow<'a, [u8]>> {
        /// A constructed octet string: its pieces make the string (X.690, 8.7.3).
        const PIECES: u8 = tlv::OCTET_STRING | 0x20;
        let content = self.content?;
        Some(if content.tag == PIECES {
            Cow::Owned(content.children().flat_map(|piece| piece.content).copied().collect())
        } else {
            Cow::Borrowed(content.content)
        })
    }
}

/// One signer.
#[derive(Debug, Clone, Copy)]
pub(in crate::payload) struct SignerInfo<'a> {
    /// Issuer and serial number of the signer's certificate, or its key identifier [0].
    identifier: Element<'a>,
    /// The digest algorithm that the signer names, its content octets.
    pub(super) digest_name: &'a [u8],
    /// `AlgorithmIdentifier` of the signature.
    pub(super) algorithm: Element<'a>,
    /// The signature's octets.
    pub(in crate::payload) signature: &'a [u8],
    /// Signed attributes [0].
    pub(super) signed: Option<Element<'a>>,
    unsigned: Option<Element<'a>>,
}

impl<'a> SignerInfo<'a> {
    /// Reads one; a countersignature is one too.
    pub(in crate::payload) fn read(info: Element<'a>) -> Option<Self> {
        let mut parts = info.with(tlv::SEQUENCE)?.children();
        parts.next()?.with(tlv::INTEGER)?;
        let identifier = parts.next()?;
        let digest_name = parts.next()?.first()?.content;
        let mut next = parts.next()?;
        let signed = next.with(tlv::context(0));
        if signed.is_some() {
            next = parts.next()?;
        }
        let signature = parts.next()?.with(tlv::OCTET_STRING)?.content;
        let unsigned = parts.next().and_then(|part| part.with(tlv::context(1)));
        Some(Self { identifier, digest_name, algorithm: next.with(tlv::SEQUENCE)?, signature, signed, unsigned })
    }

    /// The algorithm of the message digest.
    pub(in crate::payload) fn digest_algorithm(&self) -> Option<DigestAlgorithm> {
        DigestAlgorithm::of(self.digest_name)
    }

    /// The certificate that it names, of those at hand.
    pub(in crate::payload) fn certificate<'c>(&self, at_hand: &'c [Certificate<'a>]) -> Option<&'c Certificate<'a>> {
        if self.identifier.tag != tlv::SEQUENCE {
            // [0], and as found also [0] around an octet string.
            let id = self.identifier.child(tlv::OCTET_STRING).unwrap_or(self.identifier).content;
            return at_hand.iter().find(|certificate| certificate.extensions.subject_key_id == Some(id));
        }
        let mut parts = self.identifier.children();
        let (issuer, serial) = (parts.next()?, parts.next()?);
        at_hand.iter().find(|certificate| certificate.serial == serial.content && certificate.issuer == issuer.whole)
    }

    /// The octets that are signed, if attributes are: their set as DER tags it (RFC 5652, 5.4), the rest as it stands, so
    /// that an order which DER forbids verifies as it does on Windows.
    pub(super) fn signed_octets(&self) -> Option<Vec<u8>> {
        let set = self.signed?;
        if set.whole.get(1) != Some(&0x80) {
            return Some([&[tlv::SET], set.whole.get(1..)?].concat());
        }
        // Of indefinite length, which DER writes out.
        let length = u32::try_from(set.content.len()).ok()?.to_be_bytes();
        let skipped = length.iter().take_while(|octet| **octet == 0).count().min(3);
        let digits = length.get(skipped..)?;
        let count = u8::try_from(digits.len()).ok()? | 0x80;
        let long = [tlv::SET, count];
        let tag: &[u8] = if matches!(digits, [0..=0x7f]) { &[tlv::SET] } else { &long };
        Some([tag, digits, set.content].concat())
    }

    /// The first value of a signed attribute.
    pub(in crate::payload) fn signed_attribute(&self, kind: &[u8]) -> Option<Element<'a>> {
        attributes(self.signed, kind).next()
    }

    /// All values of an unsigned attribute.
    pub(in crate::payload) fn unsigned_attributes(
        &self,
        kind: &'static [u8],
    ) -> impl Iterator<Item = Element<'a>> + use<'a> {
        attributes(self.unsigned, kind)
    }
}

/// The values of all attributes of a kind.
fn attributes<'a, 'k>(set: Option<Element<'a>>, kind: &'k [u8]) -> impl Iterator<Item = Element<'a>> + use<'a, 'k> {
    set.into_iter().flat_map(Element::children).take(MOST).flat_map(move |attribute| {
        let mut parts = attribute.children();
        let matches = parts.next().is_some_and(|found| found.content == kind);
        let values = parts.next().filter(|_| matches);
        values.into_iter().flat_map(Element::children).take(MOST)
    })
}

/// `UTCTime` (two digits of year: 1950 to 2049) or `GeneralizedTime`, in UTC.
pub(super) fn time(element: Element<'_>) -> Option<Timestamp> {
    let text = std::str::from_utf8(element.content).ok()?.strip_suffix('Z')?;
    let text = match element.tag {
        tlv::UTC_TIME => format!("{}{text}", if text.get(..2)? < "50" { "20" } else { "19" }),
        tlv::GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let part = |range: std::ops::Range<usize>| whole.get(range);
    let seconds = part(12..14).unwrap_or("00");
    let point = if fraction.is_empty() { "" } else { "." };
    let (year, month, day, hour, minute) = (part(0..4)?, part(4..6)?, part(6..8)?, part(8..10)?, part(10..12)?);
    Timestamp::parse(&format!("{year}-{month}-{day}T{hour}:{minute}:{seconds}{point}{fraction}Z"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_both_kinds() {
        let at = |tag: u8, text: &str| {
            let bytes = [&[tag, u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
            time(tlv::take(&mut bytes.as_slice()).unwrap()).map(|time| time.to_string())
        };
        let cases = [
            (tlv::UTC_TIME, "260915204154Z", Some("2026-09-15T20:41:54Z")),
            (tlv::UTC_TIME, "990915204154Z", Some("1999-09-15T20:41:54Z")),
            (tlv::GENERALIZED_TIME, "20260915204154.728Z", Some("2026-09-15T20:41:54.728Z")),
            (tlv::GENERALIZED_TIME, "20260915204154", None),
            (tlv::GENERALIZED_TIME, "2026Z", None),
            (tlv::INTEGER, "20260915204154Z", None),
        ];
        for (tag, text, expected) in cases {
            assert_eq!(at(tag, text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn nothing_is_read_from_nothing() {
        for bytes in [&[][..], &[0x30, 0], &[0x30, 0x80], b"plain text"] {
            assert!(SignedData::from_der(bytes).is_none());
        }
    }

    #[test]
    fn signed_attributes_are_tagged_as_a_set_and_keep_their_octets() {
        let signer = |set: &[u8]| {
            let info = [&[0x30, 0x80, 2, 1, 1, 0x30, 0, 0x30, 2, 6, 0], set, &[0x30, 0, 4, 0, 0, 0]].concat();
            SignerInfo::read(tlv::take(&mut info.as_slice()).unwrap()).unwrap().signed_octets()
        };
        let long = [&[0xa0, 0x80][..], &[4, 0x81, 130], &[7; 130], &[0, 0]].concat();
        let cases: [(&[u8], Option<Vec<u8>>); 4] = [
            (&[], None),
            (&[0xa0, 4, 4, 0, 2, 0], Some(vec![0x31, 4, 4, 0, 2, 0])),
            (&[0xa0, 0x80, 4, 0, 2, 0, 0, 0], Some(vec![0x31, 4, 4, 0, 2, 0])),
            (&long, Some([&[0x31, 0x81, 133, 4, 0x81, 130][..], &[7; 130]].concat())),
        ];
        for (set, expected) in cases {
            assert_eq!(signer(set), expected, "{set:02x?}");
        }
    }
}
