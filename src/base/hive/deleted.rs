//! Keys that were deleted and whose cells were not yet given to others.
//!
//! A cell that is free keeps what was in it, also where it was joined with its neighbours. A deleted key still tells what key
//! it was below; its values are read as those of any key, and what of them was overwritten is left out.

use super::cells::Cells;
use super::{BINS, Hive, Key};
use crate::base::fields::Fields;
use std::collections::HashSet;

/// The fixed part of a key's cell.
const NODE: usize = 76;
/// Bytes of the longest name: 256 characters.
const NAME: u16 = 512;
/// Keys that are handed out.
const KEYS: usize = 100_000;
/// Bytes that are searched at once.
const PIECE: u64 = 4096;

impl Hive<'_> {
    /// Hands out the keys in free cells. The hive is read once from its start to its end.
    pub fn deleted_keys(&self, visit: &mut dyn FnMut(Key)) {
        // What logs add far behind the end leaves a hole, and there is nothing in it.
        let end = self.cells.length().min(self.cells.stored());
        let (mut at, mut left) = (BINS, KEYS);
        while at < end && left > 0 {
            let mut head = [0u8; 12];
            let size = match self.cells.read(at, &mut head) {
                Some(12) if head.starts_with(b"hbin") => u64::from(Fields(&head).u32(8)),
                _ => 0,
            };
            if size == 0 || !size.is_multiple_of(4096) {
                // A bin whose head is damaged: the next one begins at a page.
                at = at.saturating_add(4096);
                continue;
            }
            let bin = at.saturating_add(size).min(end);
            self.free_cells(at.saturating_add(32), bin, &mut left, visit);
            at = bin;
        }
    }

    fn free_cells(&self, from: u64, end: u64, left: &mut usize, visit: &mut dyn FnMut(Key)) {
        let mut at = from;
        while at < end && *left > 0 {
            let mut size = [0u8; 4];
            let size = self.cells.read(at, &mut size).filter(|count| *count == 4).map(|_| i32::from_le_bytes(size));
            let Some(size) = size.filter(|size| *size != 0 && size.unsigned_abs().is_multiple_of(8)) else { break };
            let next = at.saturating_add(u64::from(size.unsigned_abs()));
            if size > 0 {
                self.search(at, next.min(end), left, visit);
            }
            at = next;
        }
    }

    /// Searches a free cell for keys; all cells begin at eight bytes.
    fn search(&self, from: u64, end: u64, left: &mut usize, visit: &mut dyn FnMut(Key)) {
        let mut at = from;
        while at < end && *left > 0 {
            let wanted = end.saturating_sub(at).min(PIECE);
            let mut piece = vec![0u8; usize::try_from(wanted).unwrap_or(0)];
            let count = self.cells.read(at, &mut piece).unwrap_or(0);
            piece.truncate(count);
            for (cell, place) in piece.chunks(8).zip((at..).step_by(8)) {
                let Some(key) = key_at(place).filter(|_| cell.get(4..6) == Some(b"nk")) else { continue };
                if self.is_plausible(key) {
                    *left = left.saturating_sub(1);
                    visit(key);
                }
            }
            at = at.saturating_add(PIECE);
        }
    }

    fn is_plausible(&self, key: Key) -> bool {
        let node = self.cells.exactly(key.cell, NODE);
        let length = node.map_or(0, |node| Fields(&node).u16(72));
        (1..=NAME).contains(&length)
            && self.cells.exactly(key.cell, NODE.saturating_add(usize::from(length))).is_some()
            && !self.name(key).chars().any(char::is_control)
    }

    /// The names on the way to a key, from below the root on, by what it says that it is below; nothing where that leads
    /// elsewhere.
    #[must_use]
    pub fn path_of(&self, key: Key) -> Option<Vec<String>> {
        let (mut names, mut seen, mut at) = (Vec::new(), HashSet::new(), key);
        while at != self.root() {
            let node = self.cells.exactly(at.cell, NODE).filter(|node| node.starts_with(b"nk"))?;
            if !seen.insert(at) || names.len() >= 512 {
                return None;
            }
            names.push(self.name(at));
            at = Key { cell: Fields(&node).u32(16) };
        }
        names.reverse();
        Some(names)
    }
}

fn key_at(place: u64) -> Option<Key> {
    let cell = u32::try_from(place.checked_sub(Cells::place(0))?).ok()?;
    Some(Key { cell })
}
