//! How much of a deleted file can be had: whether its clusters are still free.

use super::attribute::Extents;
use super::bitmap::Bitmap;
use super::locate::Volume;
use super::runs::decode;
use crate::evidence::entry::Recovery;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How often the whole bitmap may be gone through for deleted files; real volumes need a small part of one.
const PASSES: u64 = 64;

/// Judges the clusters of deleted files.
pub(super) struct Judge {
    clusters: Option<Clusters>,
    /// Clusters that may still be looked at.
    budget: AtomicU64,
}

struct Clusters {
    size: u64,
    count: u64,
    /// Of these, those that the evidence holds.
    present: u64,
    bitmap: Option<Arc<Bitmap>>,
}

impl Judge {
    /// Of a volume.
    pub(super) fn new(volume: &Volume, bitmap: Option<Arc<Bitmap>>) -> Self {
        let (size, count, present) = (volume.boot.cluster, volume.clusters(), volume.present());
        let budget = AtomicU64::new(present.saturating_mul(PASSES));
        Self { clusters: Some(Clusters { size, count, present, bitmap }), budget }
    }

    /// Where there are no clusters: nothing but names and what lies in records can be had.
    pub(super) fn without_clusters() -> Self {
        Self { clusters: None, budget: AtomicU64::new(0) }
    }

    /// Bytes of a cluster.
    pub(super) fn cluster(&self) -> u64 {
        self.clusters.as_ref().map_or(1, |clusters| clusters.size)
    }

    /// How much of a part of a stream can be had, and how many clusters of content the part maps.
    pub(super) fn part(&self, extents: &Extents<'_>) -> (Recovery, u64) {
        let Some(clusters) = &self.clusters else { return (Recovery::NameOnly, 0) };
        let mut runs = Vec::new();
        let decoded = decode(extents.runs, extents.first, clusters.count, &mut runs);
        let mapped: u64 = runs.iter().map(|run| run.length).fold(0, u64::saturating_add);
        if runs.is_empty() && extents.size > 0 {
            return (Recovery::NameOnly, 0);
        }
        let mut all_free = decoded.is_ok();
        for run in &runs {
            let Some(start) = run.start.filter(|_| all_free) else { continue };
            let spent = self.budget.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(run.length.min(clusters.present))
            });
            let Some(bitmap) = clusters.bitmap.as_ref().filter(|_| spent.is_ok()) else {
                all_free = false;
                break;
            };
            bitmap.pieces(start..start.saturating_add(run.length), &mut |_, free| {
                all_free &= free;
                free
            });
        }
        (if all_free { Recovery::ClustersFree } else { Recovery::ClustersReused }, mapped)
    }
}
