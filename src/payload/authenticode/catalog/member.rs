//! The members of a catalog: digests of files, and what else it says of them.
//!
//! A member's tag names it: in version 1 a text, mostly the digest's hexadecimal digits; in version 2 the digest itself. What
//! counts is the digest in its `SpcIndirectDataContent`; a member of version 2 that has none is its tag.

use super::super::DigestAlgorithm;
use super::super::ctl::{Ctl, Subject};
use super::super::list_oid as oid;
use super::super::tlv::{self, Element};
use crate::base::wide;

/// One member.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Member<'a> {
    /// A file by its SHA-1.
    Sha1([u8; 20], Option<Element<'a>>),
    /// A file by its SHA-256.
    Sha256([u8; 32], Option<Element<'a>>),
    /// By nothing that is looked up here.
    Other,
}

/// The members of a catalog, in its order.
pub(super) fn of(catalog: Ctl<'_>) -> impl Iterator<Item = Member<'_>> {
    catalog.subjects().map(read)
}

fn read(subject: Subject<'_>) -> Member<'_> {
    let mut name = None;
    let mut digest = None;
    for (identifier, value) in subject.attributes() {
        if identifier == oid::INDIRECT_DATA {
            digest = digest.or_else(|| indirect(value));
        } else if identifier == oid::CATALOG_NAME_VALUE && is_named(value, "File") {
            name = name.or(Some(value));
        }
    }
    match digest {
        Some((algorithm, digest)) => by_algorithm(algorithm, digest, name),
        None => by_tag(subject.identifier, name),
    }
}

fn indirect(content: Element<'_>) -> Option<(Option<DigestAlgorithm>, &[u8])> {
    let info = content.children().nth(1)?;
    let algorithm = info.first()?.first()?.content;
    Some((DigestAlgorithm::of(algorithm), info.child(tlv::OCTET_STRING)?.content))
}

fn by_algorithm<'a>(algorithm: Option<DigestAlgorithm>, digest: &[u8], name: Option<Element<'a>>) -> Member<'a> {
    match algorithm {
        Some(DigestAlgorithm::Sha1) => digest.try_into().map_or(Member::Other, |digest| Member::Sha1(digest, name)),
        Some(DigestAlgorithm::Sha256) => digest.try_into().map_or(Member::Other, |digest| Member::Sha256(digest, name)),
        _ => Member::Other,
    }
}

/// A tag is a digest by its length.
fn by_tag<'a>(tag: &[u8], name: Option<Element<'a>>) -> Member<'a> {
    if let Ok(digest) = tag.try_into() {
        return Member::Sha1(digest, name);
    }
    if let Ok(digest) = tag.try_into() {
        return Member::Sha256(digest, name);
    }
    Member::Other
}

/// Whether a `CatNameValue` has a name.
fn is_named(value: Element<'_>, name: &str) -> bool {
    let Some(units) = value.first().map(|name| name.content.as_chunks::<2>().0) else { return false };
    let found = units.iter().map(|unit| u16::from_be_bytes(*unit)).filter(|unit| *unit != 0);
    found.eq(name.encode_utf16())
}

/// The value of a `CatNameValue`.
pub(super) fn value_of(value: Element<'_>) -> Option<String> {
    value.child(tlv::OCTET_STRING).map(|text| wide::until_nul(text.content)).filter(|text| !text.is_empty())
}

/// The systems for which a catalog was made, as its attribute `OSAttr` has them: `2:10.0`.
pub(super) fn systems(catalog: Ctl<'_>) -> Option<String> {
    let mut attributes = catalog.extensions(oid::CATALOG_NAME_VALUE).filter_map(Element::first);
    attributes.find(|attribute| is_named(*attribute, "OSAttr")).and_then(value_of)
}

#[cfg(test)]
mod tests {
    use super::super::super::ctl;
    use super::super::super::written::{
        MEMBER_2, attribute, indirect, list, name_value, octets, sequence, set, signed, wide,
    };
    use super::*;

    const SHA1: &[u8] = &[0x2b, 0x0e, 0x03, 0x02, 0x1a];
    const SHA256: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
    const MD5: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x05];

    fn seen(tag: &[u8], attributes: &[Vec<u8>]) -> (&'static str, u8, Option<String>) {
        let bytes = signed(&list(oid::CATALOG, MEMBER_2, &[sequence(&[octets(tag), set(attributes)])], &[]));
        let read = ctl::read(&bytes).unwrap();
        let member = of(read).next().unwrap();
        match member {
            Member::Sha1(digest, name) => ("sha1", digest[0], name.and_then(value_of)),
            Member::Sha256(digest, name) => ("sha256", digest[0], name.and_then(value_of)),
            Member::Other => ("other", 0, None),
        }
    }

    #[test]
    fn members_of_both_versions() {
        let data = |algorithm: &[u8], digest: &[u8]| attribute(oid::INDIRECT_DATA, indirect(algorithm, digest));
        let name = |name: &str, value: &str| attribute(oid::CATALOG_NAME_VALUE, name_value(name, value));
        let cases = [
            (wide("AB12"), vec![data(SHA1, &[5; 20])], ("sha1", 5, None)),
            (vec![6; 32], vec![data(SHA256, &[6; 32]), name("File", "ftp.exe")], ("sha256", 6, Some("ftp.exe"))),
            (vec![7; 20], vec![], ("sha1", 7, None)),
            (vec![8; 32], vec![name("OSAttr", "2:6.0")], ("sha256", 8, None)),
            // The tag does not count where there is a digest.
            (vec![7; 20], vec![data(SHA256, &[9; 32])], ("sha256", 9, None)),
            (vec![7; 20], vec![data(MD5, &[9; 16])], ("other", 0, None)),
            (vec![7; 20], vec![data(SHA256, &[9; 20])], ("other", 0, None)),
            (wide("AB12"), vec![], ("other", 0, None)),
        ];
        for (tag, attributes, (kind, first, name)) in cases {
            assert_eq!(seen(&tag, &attributes), (kind, first, name.map(str::to_owned)), "{tag:02x?}");
        }
    }
}
