//! Keys: found by path, listed and walked.

use super::cells::Cells;
use super::value::text;
use super::{Hive, Value};
use crate::base::fields::Fields;
use crate::base::time::Timestamp;
use std::collections::HashSet;

/// Lists of lists of keys are that deep at most; two levels are in use.
const NESTED: u32 = 4;
/// Keys in a walk are that deep at most; Windows allows 512.
const DEPTH: usize = 512;
/// The fixed part of a key's cell.
const NODE: usize = 76;
/// Bytes of the longest name of a key: 256 characters.
const NAME: usize = 512;
/// Bytes of all values of a key together.
const VALUES: usize = 16 << 20;

/// A key of a hive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    pub(super) cell: u32,
}

impl Key {
    /// Where the key lies in its hive, in bytes.
    #[must_use]
    pub fn offset(self) -> u64 {
        Cells::place(self.cell)
    }
}

impl Hive<'_> {
    /// The key at the top.
    #[must_use]
    pub fn root(&self) -> Key {
        Key { cell: self.root }
    }

    /// The key at a path below the root, whatever the case of its names.
    #[must_use]
    pub fn key(&self, path: &[&str]) -> Option<Key> {
        self.key_below(self.root(), path)
    }

    /// The key at a path below another.
    #[must_use]
    pub fn key_below(&self, key: Key, path: &[&str]) -> Option<Key> {
        path.iter().try_fold(key, |key, name| self.child(key, name))
    }

    /// The name of a key; empty where it cannot be read.
    #[must_use]
    pub fn name(&self, key: Key) -> String {
        let named = || {
            let fields = self.cells.exactly(key.cell, NODE)?;
            let (length, latin) = (usize::from(Fields(&fields).u16(72)), Fields(&fields).u16(2) & 0x20 != 0);
            let whole = self.cells.up_to(key.cell, NODE.saturating_add(length.min(NAME)))?;
            Some(text(whole.get(NODE..)?, latin))
        };
        named().unwrap_or_default()
    }

    /// When the key was last written: a value of it set or taken away, or a key below it made or removed.
    #[must_use]
    pub fn written(&self, key: Key) -> Option<Timestamp> {
        Timestamp::from_filetime(Fields(&self.cells.exactly(key.cell, NODE)?).u64(4))
    }

    /// The keys right below a key, in the order of its list.
    #[must_use]
    pub fn subkeys(&self, key: Key) -> Vec<Key> {
        let mut keys = Vec::new();
        let mut seen = HashSet::new();
        let Some(node) = self.cells.exactly(key.cell, NODE) else { return keys };
        self.list(Fields(&node).u32(28), NESTED, &mut seen, &mut |cell| {
            if self.is_key(cell) {
                keys.push(Key { cell });
            } else {
                self.cells.miss(cell);
            }
            false
        });
        keys
    }

    /// Every key below one, and that one first, with its names from there on. `visit` says whether what is below a key is
    /// of interest.
    pub fn walk(&self, from: Key, visit: &mut dyn FnMut(&[String], Key) -> bool) {
        let mut seen = HashSet::from([from.cell]);
        let mut path: Vec<String> = Vec::new();
        if !visit(&path, from) {
            return;
        }
        let mut open = vec![self.subkeys(from).into_iter()];
        while let Some(siblings) = open.last_mut() {
            let Some(key) = siblings.next() else {
                open.pop();
                path.pop();
                continue;
            };
            if !seen.insert(key.cell) {
                continue;
            }
            path.push(self.name(key));
            if visit(&path, key) && open.len() < DEPTH {
                open.push(self.subkeys(key).into_iter());
            } else {
                path.pop();
            }
        }
    }

    /// The values of a key; those that repeat a cell are left out, and what is beyond 16 MiB.
    #[must_use]
    pub fn values(&self, key: Key) -> Vec<Value> {
        let mut values = Vec::new();
        let mut left = VALUES;
        for value in self.value_cells(key).into_iter().filter_map(|cell| self.read_value(cell, Value::USUAL)) {
            let taken = value.data.len().saturating_add(value.name.len()).saturating_add(size_of::<Value>());
            let Some(rest) = left.checked_sub(taken) else {
                self.cells.exhaust();
                break;
            };
            left = rest;
            values.push(value);
        }
        values
    }

    /// The value of a name, whatever its case; the key's own has an empty one. At most [`Value::MOST`] bytes of it are read.
    #[must_use]
    pub fn value(&self, key: Key, name: &str) -> Option<Value> {
        let cell = self.value_cells(key).into_iter().find(|cell| {
            self.value_name(*cell).is_some_and(|told| told == name || told.to_lowercase() == name.to_lowercase())
        })?;
        self.read_value(cell, Value::MOST)
    }

    fn value_cells(&self, key: Key) -> Vec<u32> {
        let Some(node) = self.cells.exactly(key.cell, NODE) else { return Vec::new() };
        let (count, list) = (Fields(&node).u32(36), Fields(&node).u32(40));
        if count == 0 {
            return Vec::new();
        }
        let mut seen = HashSet::new();
        self.numbers(list, 0, count, 4).into_iter().filter(|cell| seen.insert(*cell)).collect()
    }

    pub(super) fn is_key(&self, cell: u32) -> bool {
        self.cells.exactly(cell, NODE).is_some_and(|node| node.starts_with(b"nk"))
    }

    /// The key of a name right below one.
    #[must_use]
    pub fn child(&self, key: Key, name: &str) -> Option<Key> {
        let node = self.cells.exactly(key.cell, NODE)?;
        let mut found = None;
        self.list(Fields(&node).u32(28), NESTED, &mut HashSet::new(), &mut |cell| {
            let key = Key { cell };
            found = self.is_named(key, name).then_some(key);
            found.is_some()
        });
        found
    }

    /// The cells that a list names, until `visit` says that it is enough.
    fn list(&self, list: u32, nested: u32, seen: &mut HashSet<u32>, visit: &mut dyn FnMut(u32) -> bool) -> bool {
        if !seen.insert(list) {
            return false;
        }
        let Some(head) = self.cells.exactly(list, 4) else {
            self.cells.miss(list);
            return false;
        };
        let count = u32::from(Fields(&head).u16(2));
        let step = match head.get(..2) {
            Some(b"lf" | b"lh") => 8,
            Some(b"li") => 4,
            Some(b"ri") if nested > 0 => {
                let lists = self.numbers(list, 4, count, 4);
                return lists.into_iter().any(|list| self.list(list, nested.saturating_sub(1), seen, visit));
            }
            _ => {
                self.cells.miss(list);
                return false;
            }
        };
        self.numbers(list, 4, count, step).into_iter().any(|cell| seen.insert(cell) && visit(cell))
    }

    fn is_named(&self, key: Key, name: &str) -> bool {
        let node = self.cells.exactly(key.cell, NODE).filter(|node| node.starts_with(b"nk"));
        let Some(node) = node else { return false };
        let fields = Fields(&node);
        let length = usize::from(fields.u16(72));
        // A name in Latin-1 has as many bytes as characters, one in UTF-16 twice as many.
        if length > name.len().saturating_mul(2) {
            return false;
        }
        let whole = self.cells.exactly(key.cell, NODE.saturating_add(length));
        let Some(whole) = whole else { return false };
        let told = text(whole.get(NODE..).unwrap_or_default(), fields.u16(2) & 0x20 != 0);
        told == name || told.to_lowercase() == name.to_lowercase()
    }

    /// Numbers at equal steps in a cell, as many as it holds.
    pub(super) fn numbers(&self, cell: u32, from: usize, count: u32, step: usize) -> Vec<u32> {
        let wanted = usize::try_from(u64::from(count).min(self.cells.limit())).unwrap_or(0).saturating_mul(step);
        let Some(bytes) = self.cells.up_to(cell, from.saturating_add(wanted)) else {
            self.cells.miss(cell);
            return Vec::new();
        };
        bytes.get(from..).unwrap_or_default().chunks_exact(step).map(|number| Fields(number).u32(0)).collect()
    }
}
