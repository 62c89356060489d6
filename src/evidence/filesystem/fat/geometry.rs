//! Where on a volume its tables and clusters lie, by its boot sector.

use super::name;
use crate::base::anomaly::Cause;
use crate::base::bytes::{ReadAt, read_full};
use crate::base::fields::Fields;
use crate::base::number::to_u32;
use crate::evidence::mounted::NotedCause;

/// Which of the four.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Variant {
    Fat12,
    Fat16,
    Fat32,
    ExFat,
}

impl Variant {
    /// The word of the report.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Fat12 => "fat12",
            Self::Fat16 => "fat16",
            Self::Fat32 => "fat32",
            Self::ExFat => "exfat",
        }
    }

    /// Bits of an entry of the table.
    fn width(self) -> u64 {
        match self {
            Self::Fat12 => 12,
            Self::Fat16 => 16,
            Self::Fat32 | Self::ExFat => 32,
        }
    }
}

/// Where the root directory is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Root {
    /// In a place of its own, so many bytes.
    Fixed { offset: u64, length: u64 },
    /// In clusters, as any directory.
    Cluster(u32),
}

/// A volume as its boot sector describes it, with no more clusters than its table has entries for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Geometry {
    pub(super) variant: Variant,
    /// Bytes of a cluster, a power of two.
    pub(super) cluster: u64,
    /// Number of clusters; the first is number 2.
    pub(super) clusters: u32,
    /// Offset of cluster 2.
    pub(super) heap: u64,
    /// Offset of the table in use.
    pub(super) table: u64,
    /// Bytes of the table.
    pub(super) table_length: u64,
    pub(super) root: Root,
}

impl Geometry {
    /// Reads the boot sector, and says what of it is not as it should be.
    pub(super) fn read(volume: &dyn ReadAt) -> Result<(Self, Vec<NotedCause>), Cause> {
        let mut boot = [0u8; 512];
        if read_full(volume, 0, &mut boot)? < boot.len() {
            return Err(Cause::Corrupt { what: "a boot sector that is cut off".to_owned(), offset: 0 });
        }
        let fields = Fields(&boot);
        let mut geometry =
            if fields.bytes(3, 8) == b"EXFAT   " { Self::of_exfat(fields)? } else { Self::of_fat(fields)? };
        let mut damage = Vec::new();
        let entries = geometry.table_length.saturating_mul(8).checked_div(geometry.variant.width()).unwrap_or(0);
        let described = to_u32(entries.saturating_sub(2));
        if described < geometry.clusters {
            let told = format!("{} clusters, but a table of {described}", geometry.clusters);
            damage.push(NotedCause::Corrupt(told, 0));
            geometry.clusters = described;
        }
        let end = geometry.heap.saturating_add(geometry.cluster.saturating_mul(u64::from(geometry.clusters)));
        if end > volume.len() {
            let told = format!("a volume of {end} bytes, of which {} are there", volume.len());
            damage.push(NotedCause::Corrupt(told, 0));
        }
        if geometry.variant == Variant::ExFat && !exfat_checksum_holds(volume, fields) {
            damage.push(NotedCause::Corrupt("a boot region whose checksum is wrong".to_owned(), 0));
        }
        Ok((geometry, damage))
    }

    fn of_fat(fields: Fields<'_>) -> Result<Self, Cause> {
        let (sector, per_cluster) = (u64::from(fields.u16(11)), u64::from(fields.u8(13)));
        let (reserved, tables) = (u64::from(fields.u16(14)), u64::from(fields.u8(16)));
        if !matches!(sector, 512 | 1024 | 2048 | 4096) {
            return Err(wrong(format!("sectors of {sector} bytes"), 11));
        }
        if !per_cluster.is_power_of_two() {
            return Err(wrong(format!("clusters of {per_cluster} sectors"), 13));
        }
        if reserved == 0 || tables == 0 {
            return Err(wrong("a volume without a table".to_owned(), 14));
        }
        let short = u64::from(fields.u16(22));
        let per_table = if short == 0 { u64::from(fields.u32(36)) } else { short };
        let total = Some(u64::from(fields.u16(19))).filter(|total| *total > 0).unwrap_or(u64::from(fields.u32(32)));
        let root_length = u64::from(fields.u16(17)).saturating_mul(32);
        let root = reserved.saturating_add(tables.saturating_mul(per_table));
        let heap = root.saturating_add(root_length.div_ceil(sector));
        let clusters = total.saturating_sub(heap).checked_div(per_cluster).unwrap_or(0);
        if clusters == 0 || per_table == 0 {
            return Err(wrong("a volume without clusters".to_owned(), 19));
        }
        // A table whose length has 32 bits is FAT32's even where there are fewer clusters than it should have: `mkfs.fat`
        // makes such volumes, and the kernels that wrote to them went by this.
        let variant = match clusters {
            _ if short == 0 => Variant::Fat32,
            ..=4084 => Variant::Fat12,
            _ => Variant::Fat16,
        };
        let flags = fields.u16(40);
        // Without mirroring, one table alone is kept.
        let active = if variant == Variant::Fat32 && flags & 0x80 != 0 { u64::from(flags & 0x0f) } else { 0 };
        let active = if active < tables { active } else { 0 };
        let table = reserved.saturating_add(active.saturating_mul(per_table));
        Ok(Self {
            variant,
            cluster: sector.saturating_mul(per_cluster),
            clusters: to_u32(clusters).min(MOST_CLUSTERS),
            heap: heap.saturating_mul(sector),
            table: table.saturating_mul(sector),
            table_length: per_table.saturating_mul(sector),
            root: if variant == Variant::Fat32 {
                Root::Cluster(fields.u32(44))
            } else {
                Root::Fixed { offset: root.saturating_mul(sector), length: root_length }
            },
        })
    }

    fn of_exfat(fields: Fields<'_>) -> Result<Self, Cause> {
        let (sector, per_cluster) = (fields.u8(108), fields.u8(109));
        if !(9..=12).contains(&sector) {
            return Err(wrong(format!("sectors of 2^{sector} bytes"), 108));
        }
        if sector.saturating_add(per_cluster) > 25 {
            return Err(wrong(format!("clusters of 2^{per_cluster} sectors"), 109));
        }
        let sector = 1u64 << sector;
        let (offset, length) = (u64::from(fields.u32(80)), u64::from(fields.u32(84)));
        // The second table is in use where the volume's flags say so and there is one.
        let active = u64::from(fields.u16(106) & 1).min(u64::from(fields.u8(110)).saturating_sub(1));
        let clusters = fields.u32(92);
        if clusters == 0 || length == 0 || offset == 0 {
            return Err(wrong("a volume without clusters".to_owned(), 80));
        }
        Ok(Self {
            variant: Variant::ExFat,
            cluster: sector << per_cluster,
            clusters: clusters.min(u32::MAX.saturating_sub(10)),
            heap: u64::from(fields.u32(88)).saturating_mul(sector),
            table: offset.saturating_add(active.saturating_mul(length)).saturating_mul(sector),
            table_length: length.saturating_mul(sector),
            root: Root::Cluster(fields.u32(96)),
        })
    }

    /// One more than the last cluster.
    pub(super) fn end(&self) -> u32 {
        self.clusters.saturating_add(2)
    }

    /// Whether there is such a cluster.
    pub(super) fn holds(&self, cluster: u32) -> bool {
        (2..self.end()).contains(&cluster)
    }

    /// Where a cluster begins.
    pub(super) fn offset(&self, cluster: u32) -> u64 {
        self.heap.saturating_add(u64::from(cluster.saturating_sub(2)).saturating_mul(self.cluster))
    }

    /// How many clusters so many bytes take.
    pub(super) fn clusters_of(&self, bytes: u64) -> u32 {
        to_u32(bytes.div_ceil(self.cluster.max(1)))
    }

    /// The label in the boot sector, for volumes that have none in their root directory.
    pub(super) fn label(&self, volume: &dyn ReadAt) -> Option<String> {
        let mut boot = [0u8; 512];
        let at: usize = match self.variant {
            Variant::Fat12 | Variant::Fat16 => 43,
            Variant::Fat32 => 71,
            Variant::ExFat => return None,
        };
        read_full(volume, 0, &mut boot).ok()?;
        let fields = Fields(&boot);
        // The byte before the serial number tells that serial number, label and type are there.
        let told = matches!(fields.u8(at.saturating_sub(5)), 0x28 | 0x29);
        let label = name::label(fields.bytes(at, 11))?;
        (told && label != "NO NAME").then_some(label)
    }
}

/// FAT32 has 28 bits for the number of a cluster, of which the last few mean other things.
const MOST_CLUSTERS: u32 = 0x0fff_fff5;

fn wrong(what: String, offset: u64) -> Cause {
    Cause::Corrupt { what, offset }
}

/// Whether the twelfth sector repeats the checksum of the eleven before it. exFAT specification, 3.4.
fn exfat_checksum_holds(volume: &dyn ReadAt, fields: Fields<'_>) -> bool {
    let size = 1usize << fields.u8(108).min(12);
    let mut region = vec![0u8; size.saturating_mul(12)];
    if read_full(volume, 0, &mut region).ok() != Some(region.len()) {
        return false;
    }
    let (body, stored) = region.split_at(size.saturating_mul(11));
    let sum = body
        .iter()
        .enumerate()
        // Flags and the percentage in use change without the checksum.
        .filter(|(at, _)| !matches!(at, 106 | 107 | 112))
        .fold(0u32, |sum, (_, byte)| sum.rotate_right(1).wrapping_add(u32::from(*byte)));
    stored.chunks_exact(4).all(|word| word == sum.to_le_bytes())
}
