//! Which clusters belong to no file: by the table, or on exFAT by the bitmap.

use super::chain::{Blocks, Chains, Link};
use crate::base::source::Source;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// The bitmap of an exFAT volume, where there is one.
#[derive(Default)]
pub(super) struct Space {
    bitmap: Option<Mutex<Blocks>>,
}

/// Ranges of free space that are told, so that they take no more than sixteen mebibytes.
const MOST_RANGES: usize = 1 << 20;

impl Space {
    /// By a bitmap of so many bytes.
    pub(super) fn of(bitmap: Source, length: u64) -> Self {
        Self { bitmap: Some(Mutex::new(Blocks::new(bitmap, 0, length))) }
    }

    /// Calls `work` with what tells whether a cluster is free. One of which nothing is known is not.
    fn asked<T>(&self, chains: &Chains, work: impl FnOnce(&mut dyn FnMut(u32) -> bool) -> T) -> T {
        let Some(bitmap) = &self.bitmap else {
            return chains.links(|link| work(&mut |cluster| link(cluster) == Link::Free));
        };
        let mut bitmap = bitmap.lock().unwrap_or_else(PoisonError::into_inner);
        work(&mut |cluster| {
            let bit = cluster.saturating_sub(2);
            let byte = bitmap.word::<1>(u64::from(bit >> 3)).map_or(0xff, |[byte]| byte);
            byte >> (bit & 7) & 1 == 0
        })
    }

    /// How many clusters from this one on are free, up to so many.
    pub(super) fn free_from(&self, chains: &Chains, first: u32, wanted: u32) -> u32 {
        let end = chains.geometry().end().min(first.saturating_add(wanted));
        if !chains.geometry().holds(first) {
            return 0;
        }
        let taken = self.asked(chains, |is_free| (first..end).find(|cluster| !is_free(*cluster)));
        taken.unwrap_or(end).saturating_sub(first)
    }

    /// The ranges of the volume that no file has: its free clusters, and what follows the last cluster.
    pub(super) fn ranges(&self, chains: &Chains, length: u64) -> Vec<Range<u64>> {
        let geometry = chains.geometry();
        let mut ranges: Vec<Range<u64>> = Vec::new();
        self.asked(chains, |is_free| {
            // A volume may claim more clusters than the image has room for.
            let there = (2..geometry.end()).take_while(|cluster| geometry.offset(*cluster) < length);
            for cluster in there.filter(|cluster| is_free(*cluster)) {
                let start = geometry.offset(cluster);
                if ranges.len() >= MOST_RANGES {
                    break;
                }
                let end = start.saturating_add(geometry.cluster).min(length);
                match ranges.last_mut() {
                    Some(last) if last.end == start => last.end = end,
                    _ => ranges.push(start..end),
                }
            }
        });
        let end = geometry.offset(geometry.end());
        if end < length {
            match ranges.last_mut() {
                Some(last) if last.end == end => last.end = length,
                _ => ranges.push(end..length),
            }
        }
        ranges
    }
}
