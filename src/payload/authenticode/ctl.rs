//! Certificate trust lists: the structure that security catalogs and lists of root certificates share.
//!
//! Source: *Certificate Autoenrollment Structure and Objects* \[MS-CAESO\]; the structures `CTL_INFO` and `CTL_ENTRY` of
//! `wincrypt.h`. The list is the content of a PKCS #7 `SignedData`.

use super::list_oid as oid;
use super::pkcs7;
use super::tlv::{self, Element};
use crate::base::time::Timestamp;

/// What a list is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A security catalog: digests of files (`.cat`).
    Catalog,
    /// Root certificates (`authroot.stl`).
    Roots,
    /// Certificates that are not trusted (`disallowedcert.stl`).
    Disallowed,
    /// Something else.
    Other,
}

/// Bytes of a file's head that tell whether it is a list.
pub const HEAD: usize = 256;

/// Whether a file is a list and for what, by its head, [`HEAD`] bytes of which are enough.
#[must_use]
pub fn kind(head: &[u8]) -> Option<Kind> {
    let head = head.get(..HEAD).unwrap_or(head);
    if head.first() != Some(&tlv::SEQUENCE) {
        return None;
    }
    let rest = after(head, 12, oid::SIGNED_DATA)?;
    let rest = after(rest, 160, oid::TRUST_LIST)?;
    let named = |identifier| after(rest, 40, identifier).is_some();
    Some(if named(oid::CATALOG) {
        Kind::Catalog
    } else if named(oid::ROOT_LIST) {
        Kind::Roots
    } else if named(oid::DISALLOWED_LIST) {
        Kind::Disallowed
    } else {
        Kind::Other
    })
}

/// What stands behind an identifier that starts within so many bytes.
fn after<'a>(bytes: &'a [u8], within: usize, identifier: &[u8]) -> Option<&'a [u8]> {
    let window = bytes.get(..within.saturating_add(identifier.len())).unwrap_or(bytes);
    let at = memchr::memmem::find(window, identifier)?;
    bytes.get(at.checked_add(identifier.len())?..)
}

/// A list.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ctl<'a> {
    pub(super) kind: Kind,
    /// When it was made (`ctlThisUpdate`).
    pub(super) listed_at: Option<Timestamp>,
    subjects: Option<Element<'a>>,
    extensions: Option<Element<'a>>,
}

/// One subject of a list.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject<'a> {
    /// Its name, mostly a digest.
    pub(super) identifier: &'a [u8],
    attributes: Option<Element<'a>>,
}

/// The list that is the content of a `SignedData`.
pub(super) fn read(bytes: &[u8]) -> Option<Ctl<'_>> {
    let mut rest = bytes;
    let content_info = tlv::take(&mut rest)?.with(tlv::SEQUENCE)?;
    let mut parts = content_info.children();
    let kind = parts.next()?.with(tlv::OBJECT_IDENTIFIER)?;
    let data = parts.next()?.with(tlv::context(0))?.first()?.with(tlv::SEQUENCE)?;
    if kind.content != oid::SIGNED_DATA {
        return None;
    }
    let content = data.child(tlv::SEQUENCE)?;
    let mut parts = content.children();
    if parts.next()?.content != oid::TRUST_LIST {
        return None;
    }
    let inner = parts.next()?.with(tlv::context(0))?.first()?;
    // Tools that write the newer CMS wrap the list in an OCTET STRING; PKCS #7 has it as it is.
    let list = if inner.tag == tlv::OCTET_STRING { inner.first()? } else { inner };
    list.with(tlv::SEQUENCE).map(fields)
}

/// version DEFAULT, subjectUsage, listIdentifier OPTIONAL, sequenceNumber OPTIONAL, ctlThisUpdate, ctlNextUpdate OPTIONAL,
/// subjectAlgorithm, trustedSubjects OPTIONAL, ctlExtensions \[0\] OPTIONAL.
fn fields(list: Element<'_>) -> Ctl<'_> {
    let parts: Vec<Element<'_>> = list.children().take(12).collect();
    let mut sequences = parts.iter().copied().filter(|part| part.tag == tlv::SEQUENCE);
    let usage = sequences.next();
    let _algorithm = sequences.next();
    let used_for =
        |identifier| usage.is_some_and(|usage| usage.children().take(16).any(|one| one.content == identifier));
    Ctl {
        kind: if used_for(oid::CATALOG) {
            Kind::Catalog
        } else if used_for(oid::ROOT_LIST) {
            Kind::Roots
        } else if used_for(oid::DISALLOWED_LIST) {
            Kind::Disallowed
        } else {
            Kind::Other
        },
        listed_at: parts
            .iter()
            .find(|part| matches!(part.tag, tlv::UTC_TIME | tlv::GENERALIZED_TIME))
            .and_then(|time| pkcs7::time(*time)),
        subjects: sequences.next(),
        extensions: parts.iter().copied().find(|part| part.tag == tlv::context(0)),
    }
}

impl<'a> Ctl<'a> {
    /// Its subjects, as far as they can be read.
    pub(super) fn subjects(self) -> impl Iterator<Item = Subject<'a>> {
        let subjects = self.subjects.into_iter().flat_map(Element::children);
        subjects.filter_map(|subject| {
            let mut parts = subject.with(tlv::SEQUENCE)?.children();
            let identifier = parts.next()?.with(tlv::OCTET_STRING)?.content;
            Some(Subject { identifier, attributes: parts.next().and_then(|set| set.with(tlv::SET)) })
        })
    }

    /// Whether bytes are left behind the last subject that can be read.
    pub(super) fn is_cut(self) -> bool {
        let Some(subjects) = self.subjects else { return false };
        let read: usize = subjects.children().map(|subject| subject.whole.len()).sum();
        read != subjects.content.len()
    }

    /// The content octets of the extensions with an identifier.
    pub(super) fn extensions(self, identifier: &[u8]) -> impl Iterator<Item = Element<'a>> {
        let extensions = self.extensions.and_then(Element::first).into_iter().flat_map(Element::children).take(256);
        extensions.filter_map(move |extension| {
            let named = extension.first()?.content == identifier;
            extension.child(tlv::OCTET_STRING).filter(|_| named)
        })
    }
}

impl<'a> Subject<'a> {
    /// Identifiers of its attributes and their first values.
    pub(super) fn attributes(self) -> impl Iterator<Item = (&'a [u8], Element<'a>)> {
        let attributes = self.attributes.into_iter().flat_map(Element::children).take(64);
        attributes.filter_map(|attribute| {
            let mut parts = attribute.with(tlv::SEQUENCE)?.children();
            let identifier = parts.next()?.with(tlv::OBJECT_IDENTIFIER)?.content;
            Some((identifier, parts.next()?.with(tlv::SET)?.first()?))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::written::{MEMBER_2, integer, list, octets, sequence, set, signed};
    use super::*;

    #[test]
    fn heads_tell_the_kind() {
        let cases = [
            (oid::CATALOG, Kind::Catalog),
            (oid::ROOT_LIST, Kind::Roots),
            (oid::DISALLOWED_LIST, Kind::Disallowed),
            (oid::INDIRECT_DATA, Kind::Other),
        ];
        for (usage, expected) in cases {
            let bytes = signed(&list(usage, MEMBER_2, &[], &[]));
            assert_eq!(kind(&bytes), Some(expected));
            assert!(kind(&bytes[..64.min(bytes.len())]).is_some());
            assert_eq!(read(&bytes).unwrap().kind, expected);
        }
        for bytes in [&b""[..], b"0", b"MZ", &[0x30, 0x82], &signed(&sequence(&[]))] {
            let is_list = kind(bytes).is_some() && read(bytes).is_some_and(|list| list.kind != Kind::Other);
            assert!(!is_list, "{bytes:02x?}");
        }
    }

    #[test]
    fn fields_are_found_past_optional_ones() {
        let subject = sequence(&[octets(b"id"), set(&[])]);
        let bytes = signed(&list(oid::ROOT_LIST, MEMBER_2, &[subject, integer(7)], &[]));
        let read = read(&bytes).unwrap();
        assert_eq!(read.listed_at.unwrap().to_string(), "2026-01-02T03:04:05Z");
        assert_eq!(read.subjects().map(|subject| subject.identifier).collect::<Vec<_>>(), [b"id"]);
        assert!(!read.is_cut());
    }
}
