//! `SignedData` of PKCS #7 as Authenticode uses it.

use super::CounterSignature;
use super::DigestAlgorithm;
use super::certificate::{self, Signer};
use super::tlv::{self, Element};
use crate::base::escape::hex;
use crate::base::time::Timestamp;

/// What one signature says.
#[derive(Debug, Default)]
pub(super) struct Signed {
    pub(super) digest_algorithm: Option<DigestAlgorithm>,
    pub(super) digest: Option<String>,
    pub(super) signer: Option<Signer>,
    pub(super) program_name: Option<String>,
    pub(super) url: Option<String>,
    pub(super) signed_at: Option<Timestamp>,
    pub(super) timestamp_authority: Option<String>,
    pub(super) counter_signature: CounterSignature,
}

// Object identifiers by their content octets.
const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
const SIGNING_TIME: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x05];
const COUNTER_SIGNATURE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x06];
const INDIRECT_DATA: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x01, 0x04];
const OPUS_INFO: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x01, 0x0c];
const NESTED: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x04, 0x01];
const TIME_STAMP: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x03, 0x03, 0x01];

/// Nested signatures are held by signatures: at most so many deep.
const DEPTH: usize = 8;
/// Certificates of one signature that are looked at.
const CERTIFICATES: usize = 64;

/// Reads the signatures of one entry of the certificate table, nested ones after their holder, until there are `most`.
pub(super) fn signatures(entry: &[u8], most: usize, found: &mut Vec<Signed>) {
    let mut rest = entry;
    if let Some(content) = tlv::take(&mut rest) {
        add(content, most, DEPTH, found);
    }
}

fn add(content_info: Element<'_>, most: usize, depth: usize, found: &mut Vec<Signed>) {
    let Some(data) = signed_data(content_info).filter(|_| found.len() < most && depth > 0) else { return };
    let (digest_algorithm, digest) = data.content.and_then(indirect_data).unwrap_or_default();
    for info in data.signers.iter().take(most) {
        let mut signed = Signed { digest_algorithm, digest: digest.clone(), ..Signed::default() };
        signed.signer = info.certificate(&data.certificates).and_then(certificate::signer);
        if let Some((name, url)) = info.signed_attribute(OPUS_INFO).map(opus) {
            (signed.program_name, signed.url) = (name, url);
        }
        signed.signed_at = info.signed_attribute(SIGNING_TIME).and_then(time);
        counter_sign(*info, &data.certificates, &mut signed);
        if found.len() < most {
            found.push(signed);
        }
        for nested in info.unsigned_attributes(NESTED) {
            add(nested, most, depth.saturating_sub(1), found);
        }
    }
}

/// The parts of a `SignedData` that are read.
struct SignedData<'a> {
    /// What is signed, with its identifier.
    content: Option<Element<'a>>,
    certificates: Vec<Element<'a>>,
    signers: Vec<SignerInfo<'a>>,
}

fn signed_data(content_info: Element<'_>) -> Option<SignedData<'_>> {
    let mut parts = content_info.with(tlv::SEQUENCE)?.children();
    let kind = parts.next()?.with(tlv::OBJECT_IDENTIFIER)?;
    let data = parts.next()?.with(tlv::context(0))?.first()?.with(tlv::SEQUENCE)?;
    if kind.content != SIGNED_DATA {
        return None;
    }
    // version, digestAlgorithms, encapContentInfo, certificates [0], crls [1], signerInfos.
    let parts: Vec<Element<'_>> = data.children().take(8).collect();
    let bag = parts.iter().find(|part| part.tag == tlv::context(0));
    let signers = parts.iter().rev().find(|part| part.tag == tlv::SET);
    Some(SignedData {
        content: parts.iter().copied().find(|part| part.tag == tlv::SEQUENCE),
        certificates: bag.map(|bag| bag.children().take(CERTIFICATES).collect()).unwrap_or_default(),
        signers: signers
            .map(|set| set.children().take(CERTIFICATES).filter_map(SignerInfo::read).collect())
            .unwrap_or_default(),
    })
}

/// One signer.
#[derive(Clone, Copy)]
struct SignerInfo<'a> {
    issuer_and_serial: Element<'a>,
    signed: Option<Element<'a>>,
    unsigned: Option<Element<'a>>,
}

impl<'a> SignerInfo<'a> {
    fn read(info: Element<'a>) -> Option<Self> {
        let mut parts = info.with(tlv::SEQUENCE)?.children();
        parts.next()?.with(tlv::INTEGER)?;
        let issuer_and_serial = parts.next()?;
        let rest: Vec<Element<'a>> = parts.take(6).collect();
        let tagged = |number| rest.iter().copied().find(|part| part.tag == tlv::context(number));
        Some(Self { issuer_and_serial, signed: tagged(0), unsigned: tagged(1) })
    }

    fn certificate(self, bag: &[Element<'a>]) -> Option<Element<'a>> {
        certificate::named(bag, self.issuer_and_serial)
    }

    fn signed_attribute(self, kind: &[u8]) -> Option<Element<'a>> {
        attributes(self.signed, kind).next()
    }

    fn unsigned_attributes(self, kind: &'static [u8]) -> impl Iterator<Item = Element<'a>> {
        attributes(self.unsigned, kind)
    }
}

/// The values of all attributes of a kind.
fn attributes<'a>(set: Option<Element<'a>>, kind: &[u8]) -> impl Iterator<Item = Element<'a>> {
    set.into_iter().flat_map(Element::children).take(CERTIFICATES).flat_map(move |attribute| {
        let mut parts = attribute.children();
        let matches = parts.next().is_some_and(|found| found.content == kind);
        let values = parts.next().filter(|_| matches);
        values.into_iter().flat_map(Element::children).take(CERTIFICATES)
    })
}

/// Algorithm and digest of the file that an `SpcIndirectDataContent` holds.
fn indirect_data(content: Element<'_>) -> Option<(Option<DigestAlgorithm>, Option<String>)> {
    let mut parts = content.children();
    if parts.next()?.content != INDIRECT_DATA {
        return None;
    }
    let digest_info = parts.next()?.first()?.children().nth(1)?;
    let algorithm = digest_info.first()?.first()?.content;
    let digest = digest_info.child(tlv::OCTET_STRING)?;
    Some((digest_algorithm(algorithm), Some(hex(digest.content))))
}

pub(super) fn digest_algorithm(identifier: &[u8]) -> Option<DigestAlgorithm> {
    Some(match identifier {
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x05] => DigestAlgorithm::Md5,
        [0x2b, 0x0e, 0x03, 0x02, 0x1a] => DigestAlgorithm::Sha1,
        [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01] => DigestAlgorithm::Sha256,
        [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02] => DigestAlgorithm::Sha384,
        [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03] => DigestAlgorithm::Sha512,
        _ => return None,
    })
}

/// Name and address of a program (`SpcSpOpusInfo`).
fn opus(info: Element<'_>) -> (Option<String>, Option<String>) {
    let name = info.child(tlv::context(0)).and_then(|name| name.first()).map(spc_string);
    let url = info.child(tlv::context(1)).and_then(|link| link.first());
    // SpcLink: url [0], moniker [1], file [2].
    let url = url.filter(|link| link.tag == 0x80).map(|link| String::from_utf8_lossy(link.content).into_owned());
    (name.filter(|name| !name.is_empty()), url.filter(|url| !url.is_empty()))
}

/// `SpcString`: UTF-16 with the high byte first [0], or ASCII [1].
fn spc_string(string: Element<'_>) -> String {
    if string.tag == 0x80 {
        let (units, _) = string.content.as_chunks::<2>();
        let units: Vec<u16> = units.iter().map(|unit| u16::from_be_bytes(*unit)).collect();
        String::from_utf16_lossy(&units)
    } else {
        String::from_utf8_lossy(string.content).into_owned()
    }
}

/// Takes over what a countersignature attests.
fn counter_sign(info: SignerInfo<'_>, certificates: &[Element<'_>], signed: &mut Signed) {
    let subject = |certificate| certificate::signer(certificate).map(|signer| signer.subject);
    if let Some(token) = info.unsigned_attributes(TIME_STAMP).next().and_then(signed_data) {
        signed.counter_signature = CounterSignature::Rfc3161;
        signed.signed_at = token.content.and_then(stamped_at).or(signed.signed_at);
        let bag = [token.certificates.as_slice(), certificates].concat();
        signed.timestamp_authority =
            token.signers.first().and_then(|info| certificate::named(&bag, info.issuer_and_serial)).and_then(subject);
    } else if let Some(counter) = info.unsigned_attributes(COUNTER_SIGNATURE).next().and_then(SignerInfo::read) {
        signed.counter_signature = CounterSignature::Pkcs9;
        signed.signed_at = counter.signed_attribute(SIGNING_TIME).and_then(time).or(signed.signed_at);
        signed.timestamp_authority = certificate::named(certificates, counter.issuer_and_serial).and_then(subject);
    }
}

/// The time of a `TSTInfo`: version, policy, imprint, serial number, time.
fn stamped_at(content: Element<'_>) -> Option<Timestamp> {
    let octets = content.child(tlv::context(0))?.first()?.with(tlv::OCTET_STRING)?;
    let mut rest = octets.content;
    let info = tlv::take(&mut rest)?;
    info.child(tlv::GENERALIZED_TIME).and_then(time)
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
            let mut found = Vec::new();
            signatures(bytes, 64, &mut found);
            assert!(found.is_empty());
        }
    }
}
