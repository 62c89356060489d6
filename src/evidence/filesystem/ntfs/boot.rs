//! The boot sector: the sizes of sectors, clusters and records, and where the master file table begins. A copy lies in the
//! last sector of the volume.
use crate::base::bytes::{ReadAt, read_full};
use crate::base::fields::{u16_at, u64_at};

/// What the boot sector says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Boot {
    /// Bytes of a cluster.
    pub cluster: u64,
    /// Bytes of a file record.
    pub record: usize,
    /// Bytes of the volume.
    pub length: u64,
    /// First cluster of `$MFT`.
    pub mft: u64,
    /// First cluster of `$MFTMirr`.
    pub mirror: u64,
}

/// The largest cluster that Windows formats (since version 1709).
const CLUSTER: u64 = 2 << 20;

/// The smallest and the largest file record: Windows makes them of 1 KiB or 4 KiB.
const RECORD: std::ops::RangeInclusive<u64> = 512..=65_536;

impl Boot {
    /// Reads a boot sector.
    ///
    /// # Errors
    /// Which field no volume can have.
    pub(super) fn parse(sector: &[u8]) -> Result<Self, &'static str> {
        if sector.get(3..11) != Some(b"NTFS    ") {
            return Err("boot sector: no NTFS signature");
        }
        let byte = |at: usize| sector.get(at).copied().unwrap_or(0);
        let size = u64::from(u16_at(sector, 11).unwrap_or(0));
        if !matches!(size, 512 | 1024 | 2048 | 4096) {
            return Err("boot sector: size of sectors");
        }
        let sectors = byte(13);
        // Above 128 the byte is a negative exponent of two.
        let per_cluster = match sectors {
            1..=128 if sectors.is_power_of_two() => u64::from(sectors),
            0xf0..=0xff => 1u64.checked_shl(u32::from(sectors.wrapping_neg())).unwrap_or(0),
            _ => return Err("boot sector: sectors of a cluster"),
        };
        let cluster = size.saturating_mul(per_cluster);
        if cluster == 0 || cluster > CLUSTER {
            return Err("boot sector: size of clusters");
        }
        let clusters = byte(64);
        let record = match clusters {
            1..=127 => cluster.saturating_mul(u64::from(clusters)),
            _ => 1u64.checked_shl(u32::from(clusters.wrapping_neg())).unwrap_or(0),
        };
        if !RECORD.contains(&record) || !record.is_power_of_two() {
            return Err("boot sector: size of records");
        }
        let field = |at: usize| u64_at(sector, at).unwrap_or(0);
        Ok(Self {
            cluster,
            record: usize::try_from(record).map_err(|_| "boot sector: size of records")?,
            length: field(40).saturating_mul(size),
            mft: field(48),
            mirror: field(56),
        })
    }
}

/// The boot sectors of a volume: the first, then the copies where volumes of each size of sectors keep them.
pub(super) fn sectors(volume: &dyn ReadAt) -> Vec<(u64, Result<Boot, &'static str>)> {
    let backups = [512u64, 4096, 1024, 2048].into_iter().filter_map(|size| volume.len().checked_sub(size));
    std::iter::once(0)
        .chain(backups.filter(|offset| *offset > 0))
        .map(|offset| {
            let mut sector = [0u8; 512];
            let read = read_full(volume, offset, &mut sector);
            (offset, read.map_err(|_| "boot sector: cannot be read").and_then(|_| Boot::parse(&sector)))
        })
        .collect()
}

/// Whether the copy of a boot sector ends the volume, and describes one of its size: what is left where the first is gone.
pub(in crate::evidence::filesystem) fn has_backup(volume: &dyn ReadAt) -> bool {
    let spare = |boot: Boot| volume.len().checked_sub(boot.length).is_some_and(|rest| rest <= 4096);
    sectors(volume).into_iter().skip(1).any(|(_, boot)| boot.is_ok_and(spare))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sector(size: u16, cluster: u8, record: u8) -> Vec<u8> {
        let mut sector = vec![0u8; 512];
        sector[3..11].copy_from_slice(b"NTFS    ");
        sector[11..13].copy_from_slice(&size.to_le_bytes());
        sector[13] = cluster;
        sector[64] = record;
        sector[40..48].copy_from_slice(&2048u64.to_le_bytes());
        sector
    }

    #[test]
    fn every_legal_size_is_read_and_no_other() {
        let cases: [(u16, u8, u8, Option<(u64, usize)>); 20] = [
            (512, 8, 0xf6, Some((4096, 1024))),
            (512, 1, 2, Some((512, 1024))),
            (4096, 1, 1, Some((4096, 4096))),
            (1024, 128, 0xf4, Some((131_072, 4096))),
            (512, 0xf4, 0xf6, Some((2 << 20, 1024))),
            (512, 0xf9, 0xf7, Some((65_536, 512))),
            (512, 0, 0xf6, None),
            (512, 3, 0xf6, None),
            (512, 0x90, 0xf6, None),
            (4096, 0xf4, 0xf6, None),
            (0, 8, 0xf6, None),
            (3, 8, 0xf6, None),
            (256, 8, 0xf6, None),
            (65_535, 8, 0xf6, None),
            (512, 8, 0, None),
            (512, 8, 127, None),
            (512, 8, 3, None),
            (512, 8, 0xff, None),
            (512, 8, 0xe1, None),
            (512, 8, 0x80, None),
        ];
        for (size, cluster, record, expected) in cases {
            let boot = Boot::parse(&sector(size, cluster, record));
            assert_eq!(boot.ok().map(|boot| (boot.cluster, boot.record)), expected, "{size} {cluster:#x} {record:#x}");
        }
    }

    #[test]
    fn a_copy_at_the_end_tells_a_volume_of_its_size() {
        let mut volume = vec![0u8; 2049 * 512];
        assert!(!has_backup(&volume));
        volume[2048 * 512..].copy_from_slice(&sector(512, 8, 0xf6));
        assert!(has_backup(&volume));
        volume.splice(0..0, vec![0u8; 8192]);
        assert!(!has_backup(&volume) && !has_backup(&Vec::<u8>::new()));
    }
}
