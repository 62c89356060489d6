//! Registry hives: the values of a key that is known by its path.
//!
//! Source: libyal, "Windows NT Registry File (REGF) format". Cells are read where they lie when they are asked for; a hive
//! that was not closed properly is read as it is, and its transaction logs are not applied. What a path asks for is looked
//! up name by name, so that no loop of keys can be followed, and the number of cells read is capped.

use crate::base::bytes::{ReadAt, read_full};
use crate::base::fields::Fields;
use std::cell::Cell;

/// Where the cells begin.
const BINS: u64 = 4096;
/// Cells that are read in one hive.
const CELLS: u32 = 200_000;
/// Bytes of a value that are read; larger ones are cut.
const VALUE: usize = 65_536;
/// Lists of lists of keys are that deep at most; two levels are in use.
const NESTED: u32 = 4;
/// The offset of nothing.
const NONE: u32 = u32::MAX;

/// A hive.
pub struct Hive<'a> {
    stream: &'a dyn ReadAt,
    root: u32,
    dirty: bool,
    left: Cell<u32>,
}

/// A key of a hive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    cell: u32,
}

/// A value of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// Its name; empty for the key's own value.
    pub name: String,
    /// Its type, `REG_BINARY` is 3.
    pub kind: u32,
    /// Its bytes.
    pub data: Vec<u8>,
}

impl<'a> Hive<'a> {
    /// Opens a hive; nothing where there is none.
    #[must_use]
    pub fn open(stream: &'a dyn ReadAt) -> Option<Self> {
        let mut header = [0u8; 48];
        let whole = read_full(stream, 0, &mut header).ok()? == header.len();
        let fields = Fields(&header);
        let (root, dirty) = (fields.u32(36), fields.u32(4) != fields.u32(8));
        let hive = Self { stream, root, dirty, left: Cell::new(CELLS) };
        (whole && fields.array(0) == *b"regf" && hive.is_key(hive.root)).then_some(hive)
    }

    /// The key at a path below the root, whatever the case of its names.
    #[must_use]
    pub fn key(&self, path: &[&str]) -> Option<Key> {
        let root = Key { cell: self.root };
        path.iter().try_fold(root, |key, name| self.child(key, name))
    }

    /// The values of a key.
    #[must_use]
    pub fn values(&self, key: Key) -> Vec<Value> {
        let Some(node) = self.cell(key.cell, 76) else { return Vec::new() };
        let (count, list) = (Fields(&node).u32(36), Fields(&node).u32(40));
        let offsets = self.numbers(list, 0, count, 4);
        offsets.into_iter().filter_map(|offset| self.value(offset)).collect()
    }

    /// Whether the hive was not written to its end: what changed last may be in its transaction logs alone.
    #[must_use]
    pub fn is_dirty(&self) -> bool {
        self.dirty
    }

    /// Whether cells were left unread because there were too many.
    #[must_use]
    pub fn is_exhausted(&self) -> bool {
        self.left.get() == 0
    }

    fn is_key(&self, cell: u32) -> bool {
        self.cell(cell, 76).is_some_and(|node| node.starts_with(b"nk"))
    }

    fn child(&self, key: Key, name: &str) -> Option<Key> {
        let node = self.cell(key.cell, 76)?;
        let list = Fields(&node).u32(28);
        self.child_in(list, name, NESTED)
    }

    fn child_in(&self, list: u32, name: &str, nested: u32) -> Option<Key> {
        let head = self.cell(list, 4)?;
        let count = u32::from(Fields(&head).u16(2));
        let step = match head.get(..2)? {
            b"lf" | b"lh" => 8,
            b"li" => 4,
            b"ri" if nested > 0 => {
                let lists = self.numbers(list, 4, count, 4);
                return lists.into_iter().find_map(|list| self.child_in(list, name, nested.saturating_sub(1)));
            }
            _ => return None,
        };
        let keys = self.numbers(list, 4, count, step).into_iter();
        keys.map(|cell| Key { cell }).find(|key| self.is_named(*key, name))
    }

    fn is_named(&self, key: Key, name: &str) -> bool {
        let Some(node) = self.cell(key.cell, 76).filter(|node| node.starts_with(b"nk")) else { return false };
        let fields = Fields(&node);
        let length = usize::from(fields.u16(72));
        // A name in Latin-1 has as many bytes as characters, one in UTF-16 twice as many.
        if length > name.len().saturating_mul(2) {
            return false;
        }
        let Some(whole) = self.cell(key.cell, 76usize.saturating_add(length)) else { return false };
        let told = text(whole.get(76..).unwrap_or_default(), fields.u16(2) & 0x20 != 0);
        told == name || told.to_lowercase() == name.to_lowercase()
    }

    fn value(&self, cell: u32) -> Option<Value> {
        let head = self.cell(cell, 20).filter(|head| head.starts_with(b"vk"))?;
        let fields = Fields(&head);
        let length = usize::from(fields.u16(2));
        let whole = self.cell(cell, 20usize.saturating_add(length))?;
        let name = text(whole.get(20..)?, fields.u16(16) & 1 != 0);
        let size = fields.u32(4);
        // The highest bit tells that the bytes lie in place of their offset.
        let data = if size & 0x8000_0000 != 0 {
            let size = usize::try_from(size & 0x7fff_ffff).ok()?.min(4);
            fields.bytes(8, size).to_vec()
        } else {
            self.cell(fields.u32(8), usize::try_from(size).ok()?.min(VALUE)).unwrap_or_default()
        };
        Some(Value { name, kind: fields.u32(12), data })
    }

    /// Numbers at equal steps in a cell, as many as it holds.
    fn numbers(&self, cell: u32, from: usize, count: u32, step: usize) -> Vec<u32> {
        let wanted = usize::try_from(count.min(self.left.get())).unwrap_or(0).saturating_mul(step);
        let bytes = self.up_to(cell, from.saturating_add(wanted)).unwrap_or_default();
        bytes.get(from..).unwrap_or_default().chunks_exact(step).map(|number| Fields(number).u32(0)).collect()
    }

    /// So many bytes of a cell; nothing where it is shorter.
    fn cell(&self, offset: u32, length: usize) -> Option<Vec<u8>> {
        self.up_to(offset, length).filter(|bytes| bytes.len() == length)
    }

    /// At most so many bytes of a cell, in use or not: a dirty hive may say either.
    fn up_to(&self, offset: u32, length: usize) -> Option<Vec<u8>> {
        self.left.set(self.left.get().checked_sub(1)?);
        if offset == NONE {
            return None;
        }
        let at = BINS.saturating_add(u64::from(offset));
        let mut size = [0u8; 4];
        if read_full(self.stream, at, &mut size).ok()? < size.len() {
            return None;
        }
        let at = at.saturating_add(4);
        let size = u64::from(i32::from_le_bytes(size).unsigned_abs()).saturating_sub(4);
        let size = size.min(self.stream.len().saturating_sub(at));
        let length = length.min(usize::try_from(size).unwrap_or(usize::MAX));
        let mut bytes = vec![0u8; length];
        let count = read_full(self.stream, at, &mut bytes).ok()?;
        bytes.truncate(count);
        Some(bytes)
    }
}

/// A name in Latin-1 or UTF-16.
fn text(bytes: &[u8], latin: bool) -> String {
    if latin {
        return bytes.iter().map(|byte| char::from(*byte)).collect();
    }
    let units = bytes.chunks_exact(2).map(|unit| Fields(unit).u16(0));
    char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A hive with the values of one key.
    pub(crate) fn hive(path: &[&str], values: &[(&str, Vec<u8>)]) -> Vec<u8> {
        let mut cells = Cells(Vec::new());
        let offsets: Vec<u32> = values
            .iter()
            .map(|(name, data)| {
                let place = cells.add(data);
                let name: Vec<u8> = name.bytes().collect();
                let mut value = b"vk".to_vec();
                value.extend_from_slice(&(name.len() as u16).to_le_bytes());
                for number in [data.len() as u32, place, 3, 1] {
                    value.extend_from_slice(&number.to_le_bytes());
                }
                value.extend(name);
                cells.add(&value)
            })
            .collect();
        let list: Vec<u8> = offsets.iter().flat_map(|offset| offset.to_le_bytes()).collect();
        let list = cells.add(&list);
        let mut below = (0u32, NONE);
        let mut held = (offsets.len() as u32, list);
        for (level, name) in path.iter().rev().chain([&"ROOT"]).enumerate() {
            let mut key = vec![0u8; 76];
            key[..2].copy_from_slice(b"nk");
            key[2] = 0x20;
            for (at, number) in [(20, below.0), (28, below.1), (36, held.0), (40, held.1)] {
                key[at..at + 4].copy_from_slice(&number.to_le_bytes());
            }
            key[72..74].copy_from_slice(&(name.len() as u16).to_le_bytes());
            key.extend(name.bytes());
            let key = cells.add(&key);
            let mut list = [&b"lf"[..], b"lh", b"li"][level % 3].to_vec();
            list.extend_from_slice(&1u16.to_le_bytes());
            list.extend_from_slice(&key.to_le_bytes());
            list.extend_from_slice(b"hash");
            let plain = cells.add(&list);
            let mut nested = b"ri\x01\0".to_vec();
            nested.extend_from_slice(&plain.to_le_bytes());
            below = (1, cells.add(&nested));
            held = (0, key);
        }
        let mut file = vec![0u8; 4096];
        file[..4].copy_from_slice(b"regf");
        // Written, but not to the end.
        file[4..12].copy_from_slice(&[7, 0, 0, 0, 6, 0, 0, 0]);
        file[36..40].copy_from_slice(&held.1.to_le_bytes());
        file.extend(cells.0);
        file
    }

    struct Cells(Vec<u8>);

    impl Cells {
        fn add(&mut self, bytes: &[u8]) -> u32 {
            let offset = self.0.len() as u32;
            let size = (bytes.len() + 4).next_multiple_of(8);
            self.0.extend_from_slice(&(-(size as i32)).to_le_bytes());
            self.0.extend_from_slice(bytes);
            self.0.resize(offset as usize + size, 0);
            offset
        }
    }

    fn sample() -> Vec<u8> {
        hive(&["Select", "MountedDevices"], &[("\\DosDevices\\C:", vec![1; 12]), ("other", b"ab".to_vec())])
    }

    #[test]
    fn values_are_found_by_their_path() {
        let bytes = sample();
        let hive = Hive::open(&bytes).unwrap();
        let key = hive.key(&["select", "MOUNTEDDEVICES"]).unwrap();
        let values = hive.values(key);
        let told: Vec<_> =
            values.iter().map(|value| (value.name.as_str(), value.kind, value.data.as_slice())).collect();
        assert_eq!(told, [("\\DosDevices\\C:", 3, &[1u8; 12][..]), ("other", 3, b"ab")]);
        assert_eq!(hive.key(&["MountedDevices"]), None);
        assert!(!hive.is_exhausted() && hive.is_dirty());
        for bytes in [vec![], b"regf".to_vec(), vec![0; 8192]] {
            assert!(Hive::open(&bytes).is_none());
        }
    }

    #[test]
    fn loops_and_lies_end() {
        let bytes = sample();
        let find = |bytes: &[u8], what: &[u8]| bytes.windows(what.len()).position(|window| window == what).unwrap();
        // A list of lists that holds itself, many times over; counts and sizes that lie.
        let mut looped = bytes.clone();
        let at = find(&looped, b"ri\x01\0");
        looped[at + 4..at + 8].copy_from_slice(&((at - 4 - 4096) as u32).to_le_bytes());
        let hive = Hive::open(&looped).unwrap();
        assert_eq!(hive.key(&["Select", "MountedDevices"]), None);
        for (what, offset, lie) in
            [(&b"vk"[..], 4, &[0xff, 0xff, 0xff, 0x7f][..]), (b"vk", 2, &[0xff; 2]), (b"nk", 36, &[0xff; 4])]
        {
            let mut lying = bytes.clone();
            let at = find(&lying, what) + offset;
            lying[at..at + lie.len()].copy_from_slice(lie);
            let hive = Hive::open(&lying).unwrap();
            if let Some(key) = hive.key(&["Select", "MountedDevices"]) {
                assert!(hive.values(key).len() <= 2);
            }
        }
    }

    #[test]
    fn mutants_do_no_harm() {
        let written = sample();
        let mut random = 0x9e37_79b9_7f4a_7c15u64;
        for _ in 0..6000 {
            let mut mutant = written.clone();
            for _ in 0..3 {
                random ^= random << 13;
                random ^= random >> 7;
                random ^= random << 17;
                let place = 4096 + (random >> 32) as usize % (mutant.len() - 4096);
                mutant[place] = random as u8;
            }
            let Some(hive) = Hive::open(&mutant) else { continue };
            if let Some(key) = hive.key(&["Select", "MountedDevices"]) {
                assert!(hive.values(key).iter().all(|value| value.data.len() <= mutant.len()));
            }
        }
    }
}
