//! Data where a signature does not look: in a signed executable, places can be filled or changed and the signature stays
//! good. Some programs are stamped that way on purpose; CVE-2013-3900 and its like are the rest.
//!
//! Each is told as a fact, with its place. Whether Windows refuses it depends on `EnableCertPaddingCheck`.

use super::checksum;
use super::layout::{self, Layout};
use super::oid;
use super::tlv::{self, Element};
use super::unused;
use crate::base::bytes::{ReadAt, read_full};
use crate::base::fields::Fields;
use crate::base::limits::Limits;
use crate::base::number::{to_u64, to_usize};
use schemars::JsonSchema;
use serde::Serialize;
use std::ops::Range;

/// Data in one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Stuffing {
    /// Which place.
    pub place: Place,
    /// Where it starts in the file.
    pub offset: u64,
    /// How many bytes.
    pub size: u64,
    /// Whether the signature covers these bytes all the same.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub signed: bool,
    /// Whether all of them are zero.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub zeros: bool,
    /// What else is known: an object identifier, a type, both checksums.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// Places that a signature does not cover, and contradictions about them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// In an entry of the certificate table, behind the signature and beyond what alignment needs (CVE-2013-3900).
    BehindSignature,
    /// In the certificate table, behind its last entry.
    BehindEntries,
    /// An entry of the certificate table that is longer than the table.
    EntryBeyondTable,
    /// An entry whose length is not a multiple of eight.
    EntryUnaligned,
    /// An entry of another type than a PKCS #7 signature.
    EntryOfOtherType,
    /// An entry that is there twice.
    EntryTwice,
    /// An attribute of a signer that is not signed, other than time stamps and nested signatures.
    UnsignedAttribute,
    /// A certificate that comes with the signature and that none of its signers needs.
    UnusedCertificate,
    /// In the file, behind the certificate table.
    BehindTable,
    /// In the file, between the last section and the certificate table. Installers keep their files there.
    BeforeTable,
    /// The certificate table lies in a section, and is mapped with it.
    TableInSection,
    /// The certificate table lies in the headers.
    TableInHeaders,
    /// The header's checksum, which no signature covers, is not that of the file.
    Checksum,
}

/// Facts told of one file.
const MOST: usize = 64;
/// Entries of a certificate table that are looked at; real ones have one or two.
const ENTRIES: usize = 256;
/// Bytes of a certificate table that are looked at.
const TABLE_BYTES: u32 = 4 << 20;
/// Header of an entry: length, revision, type.
const ENTRY_HEADER: usize = 8;
const PKCS_SIGNED_DATA: u16 = 2;
/// Attributes that every signer's tool writes: countersignature, time stamps, nested signatures.
const KNOWN: &[&[u8]] = &[
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x06],
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x0e],
    &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x03, 0x03, 0x01],
    &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x04, 0x01],
];

/// Finds what is stuffed into a file of `size` bytes, of which `bytes` are the first. `table` is its certificate table:
/// offset in the file and length. What cannot be read is told by the reader of the signature.
#[must_use]
pub fn find(bytes: &[u8], stream: &dyn ReadAt, size: u64, table: Option<(u32, u32)>, limits: &Limits) -> Vec<Stuffing> {
    let mut found = Vec::new();
    let held: &dyn ReadAt = if ReadAt::len(bytes) == size { &Held(bytes) } else { stream };
    let Some(layout) = layout::read(held, limits) else { return found };
    if ReadAt::len(bytes) == size {
        found.extend(wrong_checksum(bytes, &layout));
    }
    let Some((offset, length)) = table.filter(|(_, length)| *length > 0) else { return found };
    let place = u64::from(offset)..u64::from(offset).saturating_add(u64::from(length)).min(size);
    if place.is_empty() {
        return found;
    }
    around(held, size, &layout, &place, &mut found);
    let length = usize::try_from(length.min(TABLE_BYTES)).unwrap_or_default();
    let mut table = vec![0u8; length.min(to_usize(size))];
    let count = read_full(held, place.start, &mut table).unwrap_or_default();
    entries(table.get(..count).unwrap_or_default(), place.start, &mut found);
    found.truncate(MOST);
    found
}

/// Bytes at hand, to be read as a stream.
struct Held<'a>(&'a [u8]);

impl ReadAt for Held<'_> {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.0.read_at(offset, buffer)
    }

    fn len(&self) -> u64 {
        ReadAt::len(self.0)
    }
}

impl Stuffing {
    fn at(place: Place, offset: u64, size: u64) -> Self {
        Self { place, offset, size, signed: false, zeros: false, detail: None }
    }

    fn with(place: Place, offset: u64, bytes: &[u8]) -> Self {
        let size = to_u64(bytes.len());
        Self { zeros: bytes.iter().all(|byte| *byte == 0), ..Self::at(place, offset, size) }
    }
}

fn wrong_checksum(bytes: &[u8], layout: &Layout) -> Option<Stuffing> {
    let computed = checksum::of(bytes, usize::try_from(layout.checksum).ok()?)?;
    let stored = layout.checksum_stored;
    // Zero is none: only drivers and what is loaded at boot need one.
    (stored != 0 && stored != computed).then(|| Stuffing {
        detail: Some(format!("{stored:#010x} is stored, {computed:#010x} computed")),
        ..Stuffing::at(Place::Checksum, layout.checksum, 4)
    })
}

/// What lies around the table in the file.
fn around(stream: &dyn ReadAt, size: u64, layout: &Layout, table: &Range<u64>, found: &mut Vec<Stuffing>) {
    let headers = 0..u64::from(layout.headers);
    let overlap = |range: &Range<u64>| {
        let (start, end) = (range.start.max(table.start), range.end.min(table.end));
        end.checked_sub(start).filter(|size| *size > 0).map(|size| (start, size))
    };
    found.extend(overlap(&headers).map(|(start, size)| Stuffing::at(Place::TableInHeaders, start, size)));
    for section in &layout.sections {
        found.extend(overlap(section).map(|(start, size)| Stuffing::at(Place::TableInSection, start, size)));
    }
    let image = layout.sections.iter().map(|section| section.end).fold(headers.end, u64::max);
    if image < table.start {
        let before = described(stream, Place::BeforeTable, image..table.start);
        // Up to seven zeros align the table.
        found.extend(Some(Stuffing { signed: true, ..before }).filter(|gap| gap.size >= 8 || !gap.zeros));
    }
    if table.end < size {
        found.push(described(stream, Place::BehindTable, table.end..size));
    }
}

/// A range of the file; whether it is all zeros is asked of short ones alone.
fn described(stream: &dyn ReadAt, place: Place, range: Range<u64>) -> Stuffing {
    let size = range.end.saturating_sub(range.start);
    let mut bytes = [0u8; 4096];
    let space = usize::try_from(size).ok().and_then(|size| bytes.get_mut(..size));
    let zeros = space.is_some_and(|space| {
        read_full(stream, range.start, space).is_ok_and(|count| count == space.len())
            && space.iter().all(|byte| *byte == 0)
    });
    Stuffing { zeros, ..Stuffing::at(place, range.start, size) }
}

/// What lies in the table.
fn entries(table: &[u8], start: u64, found: &mut Vec<Stuffing>) {
    let mut rest = table;
    let mut seen: Vec<&[u8]> = Vec::new();
    while let Some(header) = rest.get(..ENTRY_HEADER).filter(|_| found.len() < MOST && seen.len() < ENTRIES) {
        let offset = start.saturating_add(place_in(table, rest));
        let (stored, kind) = (Fields(header).u32(0), Fields(header).u16(6));
        let length = to_usize(stored);
        if length < ENTRY_HEADER {
            break;
        }
        if length > rest.len() {
            found.push(Stuffing {
                detail: Some(format!("{stored} bytes of which the table has {}", rest.len())),
                ..Stuffing::at(Place::EntryBeyondTable, offset, u64::from(stored))
            });
        } else if !length.is_multiple_of(8) {
            found.push(Stuffing::at(Place::EntryUnaligned, offset, u64::from(stored)));
        }
        let entry = rest.get(..length).unwrap_or(rest);
        let content = entry.get(ENTRY_HEADER..).unwrap_or_default();
        if seen.contains(&content) {
            found.push(Stuffing::at(Place::EntryTwice, offset, u64::from(stored)));
        } else if kind == PKCS_SIGNED_DATA {
            signature(content, table, start, found);
        } else {
            found.push(Stuffing {
                detail: Some(format!("type {kind}")),
                ..Stuffing::with(Place::EntryOfOtherType, offset, content)
            });
        }
        seen.push(content);
        rest = rest.get(length.next_multiple_of(8)..).unwrap_or_default();
    }
    if rest.len() >= ENTRY_HEADER || rest.iter().any(|byte| *byte != 0) {
        found.push(Stuffing::with(Place::BehindEntries, start.saturating_add(place_in(table, rest)), rest));
    }
}

/// What lies in an entry, in and behind its signature.
fn signature(content: &[u8], table: &[u8], start: u64, found: &mut Vec<Stuffing>) {
    let mut behind = content;
    let Some(content_info) = tlv::take(&mut behind) else { return };
    // Up to seven zeros align the next entry.
    if behind.len() >= 8 || behind.iter().any(|byte| *byte != 0) {
        found.push(Stuffing::with(Place::BehindSignature, start.saturating_add(place_in(table, behind)), behind));
    }
    let Some(data) = content_info.child(tlv::context(0)).and_then(Element::first) else { return };
    for certificate in unused::certificates(data) {
        let offset = start.saturating_add(place_in(table, certificate.whole));
        found.push(Stuffing::with(Place::UnusedCertificate, offset, certificate.whole));
    }
    for signer in unused::signers_of(data) {
        let attributes = signer.children().find(|part| part.tag == tlv::context(1));
        for attribute in attributes.into_iter().flat_map(Element::children).take(MOST) {
            let Some(identifier) = attribute.first().map(|identifier| identifier.content) else { continue };
            if KNOWN.contains(&identifier) || found.len() >= MOST {
                continue;
            }
            let offset = start.saturating_add(place_in(table, attribute.whole));
            let fact = Stuffing::with(Place::UnsignedAttribute, offset, attribute.whole);
            found.push(Stuffing { detail: Some(oid::dotted(identifier)), ..fact });
        }
    }
}

/// Where a part of the table starts in it.
fn place_in(table: &[u8], part: &[u8]) -> u64 {
    let place = part.as_ptr().addr().saturating_sub(table.as_ptr().addr());
    to_u64(if part.is_empty() { table.len() } else { place })
}

#[cfg(test)]
mod tests {
    use super::super::written::{attribute, element, integer, octets, sequence, set};
    use super::*;
    use crate::base::random::Random;

    const SECTION: (u32, u32) = (0x200, 0x200);

    fn pkcs7(unsigned: &[Vec<u8>]) -> Vec<u8> {
        let signer = sequence(&[integer(1), element(0xa1, &unsigned.concat())]);
        let data = sequence(&[integer(1), set(&[]), sequence(&[]), set(&[signer])]);
        sequence(&[element(0x06, oid::SIGNED_DATA), element(0xa0, &data)])
    }

    fn entry(length: Option<u32>, kind: u16, content: &[u8]) -> Vec<u8> {
        let natural = (content.len() + 8).next_multiple_of(8);
        let length = length.unwrap_or(u32::try_from(natural).unwrap());
        let mut entry = [&length.to_le_bytes()[..], &[0, 2], &kind.to_le_bytes(), content].concat();
        entry.resize(natural, 0);
        entry
    }

    fn file(gap: &[u8], table: &[u8], behind: &[u8]) -> (Vec<u8>, Option<(u32, u32)>) {
        let place = (0x400 + u32::try_from(gap.len()).unwrap(), u32::try_from(table.len()).unwrap());
        let mut file = layout::written(&[SECTION], place);
        file.resize(0x400, 0x90);
        file.extend([gap, table, behind].concat());
        (file, Some(place))
    }

    fn told((file, table): &(Vec<u8>, Option<(u32, u32)>)) -> Vec<(Place, u64, u64, bool)> {
        let found = find(file, file, ReadAt::len(file), *table, &Limits::default());
        found.into_iter().map(|fact| (fact.place, fact.offset, fact.size, fact.zeros)).collect()
    }

    #[test]
    fn each_place_is_told() {
        let good = entry(None, 2, &pkcs7(&[]));
        let (start, length) = (0x400u64, u64::try_from(good.len()).unwrap());
        let real = u64::try_from(pkcs7(&[]).len()).unwrap();
        let stuffed = [pkcs7(&[]), b"cargo".to_vec()].concat();
        let zeros = [pkcs7(&[]), vec![0; 64]].concat();
        let cases = [
            ("nothing", file(b"", &good, b""), vec![]),
            ("aligned by zeros", file(&[0; 5], &good, b""), vec![]),
            ("before", file(b"installer", &good, b""), vec![(Place::BeforeTable, start, 9, false)]),
            ("behind", file(b"", &good, b"cargo"), vec![(Place::BehindTable, start + length, 5, false)]),
            ("zeros behind", file(b"", &good, &[0; 3]), vec![(Place::BehindTable, start + length, 3, true)]),
            (
                "other type",
                file(b"", &entry(None, 4, b"12345678"), b""),
                vec![(Place::EntryOfOtherType, start, 8, false)],
            ),
            (
                "behind entries",
                file(b"", &[&good[..], b"more"].concat(), b""),
                vec![(Place::BehindEntries, start + length, 4, false)],
            ),
            (
                "twice",
                file(b"", &[&good[..], &good].concat(), b""),
                vec![(Place::EntryTwice, start + length, length, false)],
            ),
            (
                "too long",
                file(b"", &entry(Some(0x1_0000), 2, &pkcs7(&[])), b""),
                vec![(Place::EntryBeyondTable, start, 0x1_0000, false)],
            ),
            (
                "unaligned",
                file(b"", &entry(Some(u32::try_from(real).unwrap() + 8), 2, &pkcs7(&[])), b""),
                vec![(Place::EntryUnaligned, start, real + 8, false)],
            ),
        ];
        for (name, file, expected) in cases {
            assert_eq!(told(&file), expected, "{name}");
        }
        let found = told(&file(b"", &entry(None, 2, &stuffed), b""));
        assert_eq!((found[0].0, found[0].1, found[0].3), (Place::BehindSignature, start + 8 + real, false));
        let found = told(&file(b"", &entry(None, 2, &zeros), b""));
        assert_eq!((found[0].0, found[0].3), (Place::BehindSignature, true));
        assert!(found[0].2 >= 64);
    }

    #[test]
    fn ten_thousand_entries_are_not_all_looked_at() {
        let entries = (0..10_000u32).map(|number| entry(None, 2, &octets(&number.to_le_bytes())));
        let found = told(&file(b"", &entries.collect::<Vec<_>>().concat(), b""));
        assert_eq!(found, [(Place::BehindEntries, 0x400 + 256 * 16, (10_000 - 256) * 16, false)]);
    }

    #[test]
    fn unsigned_attributes_are_told_by_their_identifier() {
        let known = attribute(KNOWN[2], octets(b"a time stamp"));
        let strange = attribute(&[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0xcf, 0x29], octets(&[9; 300]));
        let (file, table) = file(b"", &entry(None, 2, &pkcs7(&[known, strange.clone()])), b"");
        let found = find(&file, &file, ReadAt::len(&file), table, &Limits::default());
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].place, found[0].detail.as_deref()), (Place::UnsignedAttribute, Some("1.3.6.1.4.1.42921")));
        let at = usize::try_from(found[0].offset).unwrap();
        assert_eq!(file[at..at + strange.len()], strange);
    }

    #[test]
    fn tables_upon_other_parts_are_told() {
        let (mut file, _) = file(b"", &[], b"");
        file[0x300..0x308].copy_from_slice(&[8, 0, 0, 0, 0, 2, 4, 0]);
        let found = told(&(file.clone(), Some((0x300, 8))));
        assert_eq!(found[0], (Place::TableInSection, 0x300, 8, false));
        assert!(told(&(file.clone(), Some((0x1f8, 0x10)))).contains(&(Place::TableInHeaders, 0x1f8, 8, false)));
        for table in [(u32::MAX, u32::MAX), (0x3fc, u32::MAX), (0x400, 8), (0, 0)] {
            let _ = told(&(file.clone(), Some(table)));
        }
    }

    #[test]
    fn a_checksum_that_is_off_is_told() {
        let (mut file, table) = file(b"", &entry(None, 2, &pkcs7(&[])), b"");
        let sum = checksum::of(&file, 0x98).unwrap();
        file[0x98..0x9c].copy_from_slice(&sum.to_le_bytes());
        assert_eq!(told(&(file.clone(), table)), []);
        file[0x98] ^= 1;
        assert_eq!(told(&(file, table)), [(Place::Checksum, 0x98, 4, false)]);
    }

    #[test]
    fn facts_of_mutants_lie_in_the_file() {
        let strange = attribute(&[0x2b, 0x06, 0x01], octets(&[9; 30]));
        let stuffed = [pkcs7(&[strange]), b"cargo".to_vec()].concat();
        let table = [entry(None, 2, &stuffed), entry(None, 4, b"12345678"), b"more".to_vec()].concat();
        let (whole, place) = file(b"installer", &table, b"cargo");
        let mut random = Random::new(0x2545_f491_4f6c_dd1d);
        let mut next = || usize::try_from(random.number() >> 33).unwrap();
        for round in 0..20_000 {
            let mut mutant = whole.clone();
            for _ in 0..=next() % 3 {
                // Headers and table are what is read.
                let at = if next() % 2 == 0 { 0x3c + next() % 0x160 } else { 0x400 + next() % (mutant.len() - 0x400) };
                mutant[at] = u8::try_from(next() % 256).unwrap();
            }
            mutant.truncate(mutant.len() - if next() % 4 == 0 { next() % 100 } else { 0 });
            let size = ReadAt::len(&mutant);
            for fact in find(&mutant, &mutant, size, place, &Limits::default()) {
                let end = if fact.place == Place::EntryBeyondTable { fact.offset } else { fact.offset + fact.size };
                assert!(end <= size, "round {round}: {fact:?} of {size}");
            }
        }
    }
}
