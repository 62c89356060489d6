//! A hive as its logs complete it: pages that lie in a log take the place of those in the hive, without a copy of either.

use super::BINS;
use crate::base::bytes::{ReadAt, read_by_parts, read_full};
use crate::base::number::{to_u64, to_usize};
use std::collections::BTreeMap;
use std::io;

/// Bytes of the smallest page.
pub(super) const PAGE: u32 = 512;
/// The same, as a part of an offset.
const WIDE_PAGE: u64 = 512;
/// Pages that are mapped: 128 MiB of them.
pub(super) const PAGES: usize = 262_144;

/// A hive and the pages laid over it.
pub(super) struct Overlay<'a> {
    hive: &'a dyn ReadAt,
    logs: Vec<&'a dyn ReadAt>,
    /// Page number from the first bin on: the log that holds it, and where.
    pages: BTreeMap<u32, (u32, u32)>,
}

impl<'a> Overlay<'a> {
    pub(super) fn new(hive: &'a dyn ReadAt, logs: &[&'a dyn ReadAt]) -> Self {
        Self { hive, logs: logs.to_vec(), pages: BTreeMap::new() }
    }

    /// Lays a page over the hive; says whether there was room for it.
    pub(super) fn lay(&mut self, page: u32, log: u32, offset: u32) -> bool {
        if self.pages.len() >= PAGES && !self.pages.contains_key(&page) {
            return false;
        }
        self.pages.insert(page, (log, offset));
        true
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pages.is_empty()
    }

    pub(super) fn pages(&self) -> u64 {
        to_u64(self.pages.len())
    }

    /// Bytes that there are, whatever the offsets are that they are mapped to.
    pub(super) fn stored(&self) -> u64 {
        self.hive.len().saturating_add(self.pages().saturating_mul(WIDE_PAGE))
    }

    /// Reads a piece that lies in one page.
    fn piece(&self, offset: u64, target: &mut [u8]) -> io::Result<()> {
        let page = offset.checked_sub(BINS).map(|within| within / WIDE_PAGE);
        let held = page.and_then(|page| u32::try_from(page).ok()).and_then(|page| self.pages.get(&page));
        let in_log = held.and_then(|(log, at)| Some((*self.logs.get(usize::try_from(*log).ok()?)?, *at)));
        let count = match in_log {
            Some((log, at)) => {
                let within = offset.saturating_sub(BINS) % WIDE_PAGE;
                read_full(log, u64::from(at).saturating_add(within), target)?
            }
            None => read_full(self.hive, offset, target)?,
        };
        // What a log adds behind the end of the hive may leave a hole before it.
        target.get_mut(count..).unwrap_or_default().fill(0);
        Ok(())
    }
}

impl ReadAt for Overlay<'_> {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = to_usize(self.len().saturating_sub(offset));
        let wanted = buffer.len().min(rest);
        read_by_parts(offset, buffer.get_mut(..wanted).unwrap_or_default(), |at, rest| {
            let to_end = WIDE_PAGE.saturating_sub(at % WIDE_PAGE);
            let length = usize::try_from(to_end).unwrap_or(1).min(rest.len());
            self.piece(at, rest.get_mut(..length).unwrap_or_default())?;
            Ok(length)
        })
    }

    fn len(&self) -> u64 {
        let end = self.pages.last_key_value().map_or(0, |(page, _)| u64::from(*page).saturating_add(1));
        BINS.saturating_add(end.saturating_mul(WIDE_PAGE)).max(self.hive.len())
    }
}
