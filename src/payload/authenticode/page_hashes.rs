//! Page hashes: digests of each page of an executable, with which Windows checks what it loads into memory. Where a file was
//! changed, they tell in which page.
//!
//! Source: `SpcPeImageData` with the attributes 1.3.6.1.4.1.311.2.3.1 (SHA-1) and .2 (SHA-256), not described in Microsoft's
//! paper; the layout is what `signtool sign /ph` and `osslsigncode sign -ph` write: pairs of an offset in the file (32 bits)
//! and the digest of the page there, filled up with zeros to a whole page; last the end of the pages with a digest of zeros.
//! The first page are the headers, without the checksum and the directory entry of the certificate table.

use super::DigestAlgorithm;
use super::layout::Layout;
use super::tlv::{self, Element};
use crate::base::bytes::{ReadAt, read_full};
use crate::base::number::{to_u64, to_usize};
use schemars::JsonSchema;
use serde::Serialize;
use sha2::Digest;
use std::collections::BTreeSet;
use std::io;
use std::ops::Range;

/// Page hashes of a signature, and whether the file's pages are those that were signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PageHashes {
    /// Digest algorithm.
    pub algorithm: DigestAlgorithm,
    /// Pages listed.
    pub pages: u64,
    /// Pages whose bytes are not those that were signed, or that are not in the file.
    pub mismatched: u64,
    /// Where these are in the file, as far as they are listed here.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mismatches: Vec<u32>,
    /// Pages that were not compared: headers of more than a page, for which no rule is known, and sections upon each other.
    #[serde(skip_serializing_if = "is_zero")]
    pub unchecked: u64,
    /// Pages of the file that the list leaves out.
    #[serde(skip_serializing_if = "is_zero")]
    pub unlisted: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// Lists of one file that are compared; each may be as much work as the file's digest.
pub(super) const LISTS: usize = 4;
/// Offsets of mismatches that are listed.
const LISTED: usize = 64;
/// The page of the processors for which Windows runs.
const PAGE: u32 = 4096;
/// The class identifier of the moniker that holds page hashes.
const CLASS: &[u8] = &[0xa6, 0xb5, 0x86, 0xd5, 0xb4, 0xa1, 0x24, 0x66, 0xae, 0x05, 0xa2, 0x17, 0xda, 0x8e, 0x60, 0xd6];
const PE_IMAGE_DATA: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x01, 0x0f];
const PAGE_HASHES_SHA1: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x03, 0x01];
const PAGE_HASHES_SHA256: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x03, 0x02];

/// The lists in an `SpcIndirectDataContent`.
pub(super) fn lists(indirect_data: Element<'_>) -> Vec<(DigestAlgorithm, &[u8])> {
    serialized(indirect_data).map_or_else(Vec::new, |mut rest| {
        let attributes = tlv::take(&mut rest).and_then(|set| set.with(tlv::SET));
        let attributes = attributes.into_iter().flat_map(Element::children).take(8);
        attributes.filter_map(list).collect()
    })
}

fn serialized(indirect_data: Element<'_>) -> Option<&[u8]> {
    let mut data = indirect_data.first()?.children();
    let is_image = data.next()?.content == PE_IMAGE_DATA;
    // SpcPeImageData: flags, file [0]; SpcLink: moniker [1]; SpcSerializedObject: class, data.
    let link = data.next()?.child(tlv::context(0)).filter(|_| is_image)?;
    let mut moniker = link.child(tlv::context(1))?.children();
    let class = moniker.next()?.with(tlv::OCTET_STRING)?.content;
    moniker.next()?.with(tlv::OCTET_STRING).map(|data| data.content).filter(|_| class == CLASS)
}

fn list(attribute: Element<'_>) -> Option<(DigestAlgorithm, &[u8])> {
    let mut parts = attribute.children();
    let algorithm = match parts.next()?.content {
        PAGE_HASHES_SHA1 => DigestAlgorithm::Sha1,
        PAGE_HASHES_SHA256 => DigestAlgorithm::Sha256,
        _ => return None,
    };
    let value = parts.next()?.first()?.with(tlv::OCTET_STRING)?;
    Some((algorithm, value.content))
}

/// Compares a list with the file of `size` bytes.
///
/// # Errors
/// What the stream says of a read.
pub(super) fn verify(
    stream: &dyn ReadAt,
    size: u64,
    layout: &Layout,
    (algorithm, list): (DigestAlgorithm, &[u8]),
) -> io::Result<PageHashes> {
    match algorithm {
        DigestAlgorithm::Sha1 => compare::<sha1::Sha1>(stream, size, layout, (algorithm, list)),
        _ => compare::<sha2::Sha256>(stream, size, layout, (algorithm, list)),
    }
}

fn compare<D: Digest>(
    stream: &dyn ReadAt,
    size: u64,
    layout: &Layout,
    (algorithm, list): (DigestAlgorithm, &[u8]),
) -> io::Result<PageHashes> {
    let width = <D as Digest>::output_size().saturating_add(4);
    let pairs: Vec<(u32, &[u8])> = list
        .chunks_exact(width)
        .filter_map(|pair| pair.split_first_chunk().map(|(offset, digest)| (u32::from_le_bytes(*offset), digest)))
        .collect();
    // The last pair is the end.
    let listed = pairs.split_last().map_or(&[][..], |(_, listed)| listed);
    let pages = to_u64(listed.len());
    let page = page_size(layout, pages);
    let mut result = PageHashes { algorithm, pages, mismatched: 0, mismatches: Vec::new(), unchecked: 0, unlisted: 0 };
    let mut seen = BTreeSet::new();
    let mut buffer = vec![0u8; usize::try_from(page).unwrap_or_default()];
    // Sections that lie upon each other must not make a small file a long work.
    let mut budget = size.saturating_add(u64::from(page));
    for (offset, digest) in listed {
        let extent = extent(layout, page, *offset).filter(|extent| extent.end <= size && seen.insert(*offset));
        let good = match extent {
            Some(extent) if budget == 0 || extent.end.saturating_sub(extent.start) > u64::from(page) => {
                result.unchecked = result.unchecked.saturating_add(1);
                true
            }
            Some(extent) => {
                budget = budget.saturating_sub(extent.end.saturating_sub(extent.start));
                digest_of::<D>(stream, layout, extent, &mut buffer)?
                    .is_some_and(|computed| computed.as_slice() == *digest)
            }
            None => false,
        };
        if !good {
            result.mismatched = result.mismatched.saturating_add(1);
            if result.mismatches.len() < LISTED {
                result.mismatches.push(*offset);
            }
        }
    }
    result.unlisted = count(layout, page).saturating_sub(to_u64(seen.len()));
    Ok(result)
}

/// Pages are those of the processor; some tools take the alignment of sections for it.
fn page_size(layout: &Layout, pages: u64) -> u32 {
    let other = layout.section_alignment.clamp(512, 4 << 20);
    if count(layout, PAGE) != pages && count(layout, other) == pages { other } else { PAGE }
}

/// The pages of headers and sections.
fn count(layout: &Layout, page: u32) -> u64 {
    let pages =
        layout.sections.iter().map(|section| section.end.saturating_sub(section.start).div_ceil(u64::from(page)));
    pages.fold(1, u64::saturating_add)
}

/// The bytes of the file that the page at an offset holds.
fn extent(layout: &Layout, page: u32, offset: u32) -> Option<Range<u64>> {
    let (offset, page) = (u64::from(offset), u64::from(page));
    if offset == 0 {
        return Some(0..u64::from(layout.headers));
    }
    let starts = |section: &&Range<u64>| {
        let into = offset.checked_sub(section.start).filter(|_| offset < section.end);
        into.and_then(|into| into.checked_rem(page)) == Some(0)
    };
    let section = layout.sections.iter().find(starts)?;
    Some(offset..offset.saturating_add(page).min(section.end))
}

/// The digest of a page, filled up with zeros; nothing if the stream ends in it.
fn digest_of<D: Digest>(
    stream: &dyn ReadAt,
    layout: &Layout,
    extent: Range<u64>,
    buffer: &mut [u8],
) -> io::Result<Option<Vec<u8>>> {
    let length = to_usize(extent.end.saturating_sub(extent.start));
    let Some((space, padding)) = buffer.split_at_mut_checked(length) else { return Ok(None) };
    if read_full(stream, extent.start, space)? < length {
        return Ok(None);
    }
    let mut digest = D::new();
    if extent.start == 0 {
        let (checksum, entry) = (to_usize(layout.checksum), to_usize(layout.entry));
        let parts = [0..checksum, checksum.saturating_add(4)..entry, entry.saturating_add(8)..length];
        for part in parts {
            let Some(part) = space.get(part) else { return Ok(None) };
            digest.update(part);
        }
    } else {
        digest.update(&*space);
    }
    padding.fill(0);
    digest.update(&*padding);
    Ok(Some(digest.finalize().to_vec()))
}

#[cfg(test)]
mod tests {
    use super::super::layout;
    use super::super::written::{attribute, element, identifier, octets, sequence, set};
    use super::*;
    use crate::base::limits::Limits;

    /// A program with a section of a page and a half, and one of 16 bytes.
    fn program() -> Vec<u8> {
        let mut file = layout::written(&[(0x200, 0x1800), (0x1a00, 0x10)], (0x1a10, 0));
        file.extend((0..0x1810u32).map(|byte| byte.to_le_bytes()[0] ^ 0x5a));
        file
    }

    /// Its list, made with other means than those under test.
    fn listed(file: &[u8]) -> Vec<u8> {
        let page = |part: &[u8], gone: usize| {
            let padded = [part, &vec![0u8; 4096 - gone - part.len()]].concat();
            sha2::Sha256::digest(padded).to_vec()
        };
        let headers = [&file[..0x98], &file[0x9c..0xd8], &file[0xe0..0x200]].concat();
        let pairs = [
            (0u32, page(&headers, 12)),
            (0x200, page(&file[0x200..0x1200], 0)),
            (0x1200, page(&file[0x1200..0x1a00], 0)),
            (0x1a00, page(&file[0x1a00..0x1a10], 0)),
            (0x1a10, vec![0; 32]),
        ];
        pairs.iter().flat_map(|(offset, digest)| [&offset.to_le_bytes()[..], digest].concat()).collect()
    }

    fn checked(file: &Vec<u8>, list: &[u8]) -> PageHashes {
        let layout = layout::read(file, &Limits::default()).unwrap();
        verify(file, ReadAt::len(file), &layout, (DigestAlgorithm::Sha256, list)).unwrap()
    }

    #[test]
    fn changes_are_told_by_their_page() {
        let file = program();
        let list = listed(&file);
        let none: [u32; 0] = [];
        let cases = [
            (0x98, &none[..]),
            (0xd9, &none),
            (0x10, &[0][..]),
            (0x200, &[0x200]),
            (0x11ff, &[0x200]),
            (0x1200, &[0x1200]),
            (0x1a0f, &[0x1a00]),
        ];
        for (at, mismatches) in cases {
            let mut changed = file.clone();
            changed[at] ^= 1;
            let found = checked(&changed, &list);
            assert_eq!((found.pages, found.unlisted), (4, 0));
            assert_eq!(found.mismatches, mismatches, "{at:#x}");
        }
    }

    #[test]
    fn lists_that_lie_are_told() {
        let file = program();
        let list = listed(&file);
        let without_second = [&list[..36], &list[72..]].concat();
        let found = checked(&file, &without_second);
        assert_eq!((found.pages, found.mismatched, found.unlisted), (3, 0, 1));
        let mut moved = list.clone();
        moved[36] = 1;
        let twice = [&list[..72], &list[36..]].concat();
        let beyond = [&list[..144], &[0xff; 36], &list[144..]].concat();
        for (name, list, expected) in [("moved", moved, 1), ("twice", twice, 1), ("beyond", beyond, 1)] {
            assert_eq!(checked(&file, &list).mismatched, expected, "{name}");
        }
        assert_eq!(checked(&file, &[]).pages, 0);
        assert_eq!(checked(&file[..0x1300].to_vec(), &list).mismatches, [0x1200, 0x1a00]);
    }

    #[test]
    fn headers_of_more_than_a_page_are_left_alone() {
        let mut file = program();
        let list = listed(&file);
        file[0x94..0x98].copy_from_slice(&0x1200u32.to_le_bytes());
        let found = checked(&file, &list);
        assert_eq!((found.mismatched, found.unchecked, found.unlisted), (0, 1, 0));
    }

    #[test]
    fn lists_are_found_in_the_signed_content() {
        let lists_of = |class: &[u8], name: &[u8]| {
            let hashes = set(&[attribute(name, octets(b"pairs"))]);
            let moniker = element(0xa1, &[octets(class), octets(&hashes)].concat());
            let image = sequence(&[element(0x03, &[0]), element(0xa0, &moniker)]);
            let content = sequence(&[sequence(&[identifier(PE_IMAGE_DATA), image]), sequence(&[])]);
            let found = lists(tlv::take(&mut content.as_slice()).unwrap());
            found.into_iter().map(|(algorithm, list)| (algorithm, list.to_vec())).collect::<Vec<_>>()
        };
        assert_eq!(lists_of(CLASS, PAGE_HASHES_SHA256), [(DigestAlgorithm::Sha256, b"pairs".to_vec())]);
        assert_eq!(lists_of(CLASS, PAGE_HASHES_SHA1), [(DigestAlgorithm::Sha1, b"pairs".to_vec())]);
        assert_eq!(lists_of(b"another", PAGE_HASHES_SHA1), []);
        assert_eq!(lists_of(CLASS, PE_IMAGE_DATA), []);
    }

    /// Runs a tool; whether it is there and content.
    fn run(program: &str, arguments: &[&str]) -> bool {
        std::process::Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success())
    }

    #[test]
    fn lists_of_a_real_signer_fit() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let (key, certificate) = (path("key.pem"), path("certificate.pem"));
        let made =
            ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", &key, "-out", &certificate, "-subj", "/CN=a"];
        if !run("openssl", &made) || !run("osslsigncode", &["--version"]) {
            println!("skipped: openssl or osslsigncode is not here");
            return;
        }
        let mut file = program();
        file.resize(file.len().next_multiple_of(8), 0);
        file[0xd8..0xe0].fill(0);
        file[0xb4] = 16; // NumberOfRvaAndSizes
        std::fs::write(path("program.exe"), &file).unwrap();
        for (name, algorithm) in [("sha1", DigestAlgorithm::Sha1), ("sha256", DigestAlgorithm::Sha256)] {
            let (input, output) = (path("program.exe"), path(name));
            let sign =
                ["sign", "-ph", "-h", name, "-certs", &certificate, "-key", &key, "-in", &input, "-out", &output];
            assert!(run("osslsigncode", &sign), "{name}");
            let mut signed = std::fs::read(&output).unwrap();
            let table = usize::try_from(u32::from_le_bytes(*signed[0xd8..].first_chunk().unwrap())).unwrap();
            let content_info = signed[table + 8..].to_vec();
            let content_info = tlv::take(&mut content_info.as_slice()).unwrap();
            let data = content_info.child(tlv::context(0)).and_then(Element::first).unwrap();
            let content = data.child(tlv::SEQUENCE).and_then(|content| content.child(tlv::context(0))).unwrap();
            let lists = lists(content.first().unwrap());
            assert_eq!(lists.len(), 1);
            assert_eq!(lists[0].0, algorithm);
            let check = |file: &Vec<u8>| {
                let layout = layout::read(file, &Limits::default()).unwrap();
                verify(file, ReadAt::len(file), &layout, lists[0]).unwrap()
            };
            let found = check(&signed);
            assert_eq!((found.pages, found.mismatched, found.unchecked, found.unlisted), (4, 0, 0, 0), "{name}");
            signed[0x1234] ^= 1;
            assert_eq!(check(&signed).mismatches, [0x1200]);
            let length = u32::from_le_bytes(*signed[0xdc..].first_chunk().unwrap());
            let place = Some((u32::try_from(table).unwrap(), length));
            let authorities = super::super::Authorities::default();
            let size = ReadAt::len(&signed);
            let read = super::super::read(&signed, size, place, &Limits::default(), &authorities, &mut |_| {});
            assert_eq!(read.signatures[0].page_hashes, [check(&signed)]);
        }
    }
}
