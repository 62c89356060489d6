//! The tree of directories: type, then name, then language (PE specification, *The .rsrc Section*).

use super::{ICON, Resource, language};
use crate::base::escape::lossless;
use crate::base::fields::Fields;
use crate::base::limits::Limits;
use crate::base::number::{to_u64, to_usize};
use crate::base::wide;
use crate::payload::entropy;
use crate::payload::filetype::{self, Family};
use crate::payload::oddity::Oddities;
use crate::payload::pe::image::Image;
use std::collections::BTreeSet;

/// A number or a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Identity {
    Number(u32),
    Name(String),
}

impl Identity {
    pub(super) fn is(&self, number: u32) -> bool {
        *self == Self::Number(number)
    }

    fn text(&self) -> String {
        match self {
            Self::Number(number) => format!("#{number}"),
            Self::Name(name) => name.clone(),
        }
    }
}

/// A resource.
pub(super) struct Leaf {
    pub(super) kind: Identity,
    pub(super) name: Identity,
    language: u32,
    /// Address of its bytes.
    address: u32,
    pub(super) size: u32,
}

impl Leaf {
    /// Its bytes, as many as the file has.
    pub(super) fn bytes<'a>(&self, image: &Image<'a>) -> Option<&'a [u8]> {
        let rest = image.bytes.get(image.offset(self.address)?..)?;
        let size = to_usize(self.size);
        Some(rest.get(..size).unwrap_or(rest)).filter(|bytes| !bytes.is_empty())
    }
}

/// The leaves of a tree.
pub(super) struct Tree {
    pub(super) leaves: Vec<Leaf>,
    /// Whether there are more than the limits allow.
    pub(super) capped: bool,
}

const SUBDIRECTORY: u32 = 0x8000_0000;
/// Levels that mean something; deeper ones are followed this far, for what is hidden there.
const LEVELS: usize = 3;
const DEEPEST: usize = 8;
/// Entries looked at in all, however many a directory claims.
const ENTRIES: usize = 1 << 16;
/// UTF-16 units of a name.
const LONGEST_NAME: usize = 512;

/// A directory that is to be read.
struct Pending {
    offset: u32,
    path: Vec<Identity>,
}

/// Walks all directories, each once, without recursion.
pub(super) fn walk(image: &Image<'_>, root: u32, limits: &Limits, oddities: &mut Oddities) -> Tree {
    let mut tree = Tree { leaves: Vec::new(), capped: false };
    let mut visited = BTreeSet::new();
    let mut left = ENTRIES;
    let mut pending = vec![Pending { offset: 0, path: Vec::new() }];
    while let Some(directory) = pending.pop() {
        if !visited.insert(directory.offset) {
            oddities.add("resource-loop", format!("a resource directory at {:#x} is met again", directory.offset));
            continue;
        }
        let Some(header) = root.checked_add(directory.offset).and_then(|at| image.at(at, 16)) else {
            oddities.add("resource-cut", format!("there is no resource directory at {:#x}", directory.offset));
            continue;
        };
        let fields = Fields(header);
        let count = u32::from(fields.u16(12)).saturating_add(u32::from(fields.u16(14)));
        let first = pending.len();
        for index in 0..count {
            if left == 0 || tree.leaves.len() >= limits.pe_resources || pending.len() > limits.pe_resources {
                tree.capped = true;
                return tree;
            }
            left = left.saturating_sub(1);
            let at = root.saturating_add(directory.offset).saturating_add(16).saturating_add(index.saturating_mul(8));
            let Some(entry) = image.at(at, 8) else {
                oddities.add("resource-cut", format!("a resource directory has {index} of {count} entries"));
                break;
            };
            let (identity, target) = (Fields(entry).u32(0), Fields(entry).u32(4));
            let mut path = directory.path.clone();
            path.push(name(image, root, identity));
            match target.checked_sub(SUBDIRECTORY) {
                Some(offset) if path.len() < DEEPEST => pending.push(Pending { offset, path }),
                Some(_) => oddities.add("resource-depth", format!("resource directories are more than {DEEPEST} deep")),
                None => tree.leaves.extend(leaf(image, root, target, path, oddities)),
            }
        }
        // They come off the stack in the order of the table.
        pending.get_mut(first..).unwrap_or_default().reverse();
    }
    tree
}

fn name(image: &Image<'_>, root: u32, identity: u32) -> Identity {
    let Some(offset) = identity.checked_sub(SUBDIRECTORY) else { return Identity::Number(identity) };
    let at = root.saturating_add(offset);
    let length = usize::from(image.u16_at(at).unwrap_or(0)).min(LONGEST_NAME);
    let bytes = image.at(at.saturating_add(2), length.saturating_mul(2)).unwrap_or_default();
    Identity::Name(wide::text(wide::units(bytes)))
}

fn leaf(image: &Image<'_>, root: u32, target: u32, path: Vec<Identity>, oddities: &mut Oddities) -> Option<Leaf> {
    if path.len() != LEVELS {
        oddities.add("resource-depth", format!("a resource lies {} levels deep", path.len()));
    }
    let Some(entry) = root.checked_add(target).and_then(|at| image.at(at, 16)) else {
        oddities.add("resource-cut", format!("there is no resource entry at {target:#x}"));
        return None;
    };
    let fields = Fields(entry);
    let mut path = path.into_iter();
    let missing = || Identity::Number(0);
    let leaf = Leaf {
        kind: path.next().unwrap_or_else(missing),
        name: path.next().unwrap_or_else(missing),
        language: path.next().map_or(0, |language| if let Identity::Number(number) = language { number } else { 0 }),
        address: fields.u32(0),
        size: fields.u32(4),
    };
    let there = leaf.bytes(image).map_or(0, <[u8]>::len);
    if to_u64(there) < u64::from(leaf.size) {
        let missing = u64::from(leaf.size).saturating_sub(to_u64(there));
        let (kind, name) = (kind(&leaf.kind), leaf.name.text());
        oddities.add("resource-past-end", format!("{missing} bytes of the resource {kind} {name} are not in the file"));
    }
    Some(leaf)
}

/// The leaves as the report lists them. Leaves may claim the same bytes a thousand times, so that only as many bytes as
/// the file has are looked at.
pub(super) fn describe(image: &Image<'_>, leaves: &[Leaf]) -> Vec<Resource> {
    let mut left = image.bytes.len();
    leaves
        .iter()
        .map(|leaf| {
            let bytes = leaf.bytes(image);
            let measured = bytes.filter(|bytes| bytes.len() <= left);
            left = left.saturating_sub(measured.map_or(0, <[u8]>::len));
            Resource {
                kind: kind(&leaf.kind),
                name: leaf.name.text(),
                language: language::name(leaf.language),
                offset: bytes.and(image.offset(leaf.address)).and_then(|offset| u64::try_from(offset).ok()),
                size: leaf.size,
                entropy: measured.map(entropy::of),
                content: bytes.and_then(|bytes| content(&leaf.kind, bytes, leaf.size)),
            }
        })
        .collect()
}

/// Bytes of a leaf by which its type is told.
const HEAD: usize = 4096;

/// The type by content: of raw data any that is known, of all others what does not belong there.
fn content(kind: &Identity, bytes: &[u8], size: u32) -> Option<&'static str> {
    let raw = matches!(kind, Identity::Name(_) | Identity::Number(0 | 10 | 21 | 23));
    let foreign = bytes.starts_with(b"MZ") || bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\x7fELF");
    if !raw && !foreign {
        return None;
    }
    let found = filetype::detect(bytes.get(..HEAD).unwrap_or(bytes), u64::from(size));
    let told = !matches!(found.family, Family::Unknown | Family::Empty | Family::Text) && !kind.is(ICON);
    (told || foreign).then_some(found.description)
}

/// A type in the words of the specification (`RT_…`).
fn kind(kind: &Identity) -> String {
    let number = match kind {
        Identity::Number(number) => number,
        Identity::Name(name) => return lossless(name.as_bytes()),
    };
    let name = match number {
        1 => "cursor",
        2 => "bitmap",
        3 => "icon",
        4 => "menu",
        5 => "dialog",
        6 => "string",
        7 => "fontdir",
        8 => "font",
        9 => "accelerator",
        10 => "rcdata",
        11 => "messagetable",
        12 => "group-cursor",
        14 => "group-icon",
        16 => "version",
        17 => "dlginclude",
        19 => "plugplay",
        20 => "vxd",
        21 => "anicursor",
        22 => "aniicon",
        23 => "html",
        24 => "manifest",
        240 => "dialog-init",
        241 => "toolbar",
        _ => return format!("#{number}"),
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A directory with entries of identity and target.
    fn directory(entries: &[(u32, u32)]) -> Vec<u8> {
        let mut bytes = vec![0u8; 14];
        bytes.extend((entries.len() as u16).to_le_bytes());
        entries.iter().for_each(|(identity, target)| {
            bytes.extend(identity.to_le_bytes());
            bytes.extend(target.to_le_bytes());
        });
        bytes
    }

    fn codes(bytes: &[u8]) -> (usize, bool, Vec<&'static str>) {
        let mut oddities = Oddities::default();
        let limits = Limits { pe_resources: 64, ..Limits::default() };
        let tree = walk(&Image::flat(bytes), 0, &limits, &mut oddities);
        (tree.leaves.len(), tree.capped, oddities.finish().iter().map(|oddity| oddity.code).collect())
    }

    #[test]
    fn trees_that_are_none_end() {
        const SUB: u32 = SUBDIRECTORY;
        let level = |identity: u32, next: u32| directory(&[(identity, next)]);
        let leaf = |address: u32, size: u32| [address.to_le_bytes(), size.to_le_bytes(), [0; 4], [0; 4]].concat();
        let good = [level(10, SUB | 24), level(1, SUB | 48), level(0x409, 72), leaf(0, 8)].concat();
        let itself = level(10, SUB);
        let chain: Vec<u8> = (1..100).flat_map(|next| level(1, SUB | (next * 24))).collect();
        let many = [vec![0; 12], vec![0xff; 4], [0u8, 0, 0, 0, 0, 0, 0, 0x80].repeat(70_000)].concat();
        let fan: Vec<u8> = directory(&(0..60_000u32).map(|n| (n, SUB | 16)).collect::<Vec<_>>());
        let past = [level(10, SUB | 24), level(1, SUB | 48), level(0x409, 72), leaf(0, u32::MAX)].concat();
        /// What it is, its bytes, leaves that are found, whether a cap was met, oddities.
        type Case = (&'static str, Vec<u8>, usize, bool, &'static [&'static str]);
        let cases: Vec<Case> = vec![
            ("good", good, 1, false, &[]),
            ("empty", vec![], 0, false, &["resource-cut"]),
            ("itself", itself, 0, false, &["resource-loop"]),
            ("deep", chain, 0, false, &["resource-depth"]),
            ("both counts at their most", many, 0, true, &[]),
            ("more directories than may wait", fan, 0, true, &[]),
            ("entry behind the end", level(10, 0x7fff_ffff), 0, false, &["resource-depth", "resource-cut"]),
            ("bytes behind the end", past, 1, false, &["resource-past-end"]),
        ];
        for (what, bytes, leaves, capped, expected) in cases {
            let found = codes(&bytes);
            assert_eq!((found.0, found.1, found.2.as_slice()), (leaves, capped, expected), "{what}");
        }
    }

    #[test]
    fn every_pair_of_changed_bytes_ends() {
        const SUB: u32 = SUBDIRECTORY;
        let level = |identity: u32, next: u32| directory(&[(identity, next), (identity ^ SUB, next ^ 8)]);
        let whole = [level(10, SUB | 32), level(1, SUB | 64), level(0x409, 96), vec![4; 32]].concat();
        for first in 0..whole.len() {
            for second in (0..whole.len()).step_by(3) {
                let mut bytes = whole.clone();
                bytes[first] = 0xff;
                bytes[second] ^= 0x81;
                assert!(codes(&bytes).0 <= 64, "{first} {second}");
            }
        }
    }

    #[test]
    fn a_program_among_the_resources_is_told_whatever_its_type_says() {
        let bytes = b"MZ\x90\0 and so on, a program as it starts on the disk";
        assert!(content(&Identity::Number(2), bytes, 48).is_some());
        assert_eq!(content(&Identity::Number(2), b"BM", 48), None);
        assert_eq!(content(&Identity::Number(10), b"PK\x03\x04\x14\0\0\0", 8).map(str::is_empty), Some(false));
    }
}
