//! FAT and exFAT volumes for tests, made in memory.

use super::geometry::Variant;

/// A volume with sectors and clusters of 512 bytes.
pub(super) struct Made {
    pub(super) bytes: Vec<u8>,
    variant: Variant,
    table: usize,
    heap: usize,
    /// Offset of the root directory.
    pub(super) root: usize,
}

impl Made {
    /// An empty volume of that many clusters; on FAT32 cluster 2 is the root directory, on exFAT cluster 3 is, and cluster
    /// 2 the bitmap.
    pub(super) fn new(variant: Variant, clusters: u32) -> Self {
        if variant == Variant::ExFat { Self::exfat(clusters) } else { Self::fat(variant, clusters) }
    }

    fn fat(variant: Variant, clusters: u32) -> Self {
        let width = match variant {
            Variant::Fat12 => 12,
            Variant::Fat16 => 16,
            _ => 32,
        };
        let wide = variant == Variant::Fat32;
        let per_table = ((clusters as usize + 2) * width).div_ceil(8 * 512);
        let root = (1 + 2 * per_table) * 512;
        let heap = if wide { root } else { root + 64 * 32 };
        let mut bytes = vec![0u8; heap + clusters as usize * 512];
        bytes[..3].copy_from_slice(b"\xeb\x3c\x90");
        bytes[3..11].copy_from_slice(b"MSDOS5.0");
        bytes[11..17].copy_from_slice(&[0, 2, 1, 1, 0, 2]);
        bytes[17] = if wide { 0 } else { 64 };
        bytes[21] = 0xf8;
        let total = (bytes.len() / 512) as u32;
        bytes[32..36].copy_from_slice(&total.to_le_bytes());
        if wide {
            bytes[36..40].copy_from_slice(&(per_table as u32).to_le_bytes());
            bytes[44] = 2;
        } else {
            bytes[22..24].copy_from_slice(&(per_table as u16).to_le_bytes());
        }
        bytes[510..512].copy_from_slice(b"\x55\xaa");
        let mut made = Self { bytes, variant, table: 512, heap, root };
        if wide {
            made.chain(&[2]);
        }
        made
    }

    fn exfat(clusters: u32) -> Self {
        let heap = 64 * 512;
        let mut bytes = vec![0u8; heap + clusters as usize * 512];
        bytes[..11].copy_from_slice(b"\xeb\x76\x90EXFAT   ");
        let total = (bytes.len() / 512) as u64;
        bytes[72..80].copy_from_slice(&total.to_le_bytes());
        for (at, value) in [(80, 24u32), (84, 32), (88, 64), (92, clusters), (96, 3), (100, 0x1234)] {
            bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
        }
        bytes[104..112].copy_from_slice(&[0, 1, 0, 0, 9, 0, 1, 0x80]);
        bytes[510..512].copy_from_slice(b"\x55\xaa");
        let mut made = Self { bytes, variant: Variant::ExFat, table: 24 * 512, heap, root: heap + 512 };
        made.chain(&[2]);
        made.chain(&[3]);
        let mut bitmap = [0u8; 32];
        (bitmap[0], bitmap[20], bitmap[24]) = (0x81, 2, clusters.div_ceil(8) as u8);
        made.slots(made.root, &[bitmap]);
        made.seal();
        made
    }

    /// Writes the checksum of an exFAT boot region.
    fn seal(&mut self) {
        let sum = self.bytes[..11 * 512].iter().enumerate().filter(|(at, _)| !matches!(at, 106 | 107 | 112));
        let sum = sum.fold(0u32, |sum, (_, byte)| sum.rotate_right(1).wrapping_add(u32::from(*byte)));
        self.bytes[11 * 512..12 * 512].as_chunks_mut::<4>().0.fill(sum.to_le_bytes());
    }

    /// Sets an entry of the table.
    pub(super) fn link(&mut self, cluster: u32, value: u32) {
        let at = cluster as usize;
        match self.variant {
            Variant::Fat12 => {
                let at = self.table + at + at / 2;
                let old = u16::from_le_bytes([self.bytes[at], self.bytes[at + 1]]);
                let value = (value & 0xfff) as u16;
                let new = if cluster & 1 == 1 { old & 0x000f | value << 4 } else { old & 0xf000 | value };
                self.bytes[at..at + 2].copy_from_slice(&new.to_le_bytes());
            }
            Variant::Fat16 => {
                self.bytes[self.table + at * 2..][..2].copy_from_slice(&(value as u16).to_le_bytes());
            }
            Variant::Fat32 | Variant::ExFat => {
                self.bytes[self.table + at * 4..][..4].copy_from_slice(&value.to_le_bytes());
            }
        }
    }

    /// Makes a chain of clusters, and on exFAT marks them as used.
    pub(super) fn chain(&mut self, clusters: &[u32]) {
        for (number, cluster) in clusters.iter().enumerate() {
            self.link(*cluster, clusters.get(number + 1).copied().unwrap_or(u32::MAX));
            self.take(*cluster);
        }
    }

    /// Marks a cluster as used in the bitmap of exFAT.
    pub(super) fn take(&mut self, cluster: u32) {
        if self.variant == Variant::ExFat {
            self.bytes[self.heap + (cluster as usize - 2) / 8] |= 1 << ((cluster - 2) % 8);
        }
    }

    /// Where a cluster begins.
    pub(super) fn offset(&self, cluster: u32) -> usize {
        self.heap + (cluster as usize - 2) * 512
    }

    pub(super) fn write(&mut self, cluster: u32, content: &[u8]) {
        let at = self.offset(cluster);
        self.bytes[at..at + content.len()].copy_from_slice(content);
    }

    /// Appends slots to a directory that begins at an offset.
    pub(super) fn slots(&mut self, directory: usize, slots: &[[u8; 32]]) {
        let at = (0..).map(|number| directory + number * 32).find(|at| self.bytes[*at] == 0).unwrap();
        for (number, slot) in slots.iter().enumerate() {
            self.bytes[at + number * 32..][..32].copy_from_slice(slot);
        }
    }

    /// Begins a FAT directory in a cluster.
    pub(super) fn directory(&mut self, cluster: u32) -> usize {
        let at = self.offset(cluster);
        self.slots(at, &[short(b".          ", 0x10, cluster, 0), short(b"..         ", 0x10, 0, 0)]);
        at
    }
}

/// A slot of a FAT directory; its times are 2025-03-25 12:34:58 and more.
pub(super) fn short(name: &[u8; 11], attributes: u8, first: u32, size: u32) -> [u8; 32] {
    let mut slot = [0u8; 32];
    slot[..11].copy_from_slice(name);
    slot[11] = attributes;
    slot[13..20].copy_from_slice(&[150, 0x5d, 0x64, 0x79, 0x5a, 0x79, 0x5a]);
    slot[20..22].copy_from_slice(&((first >> 16) as u16).to_le_bytes());
    slot[22..26].copy_from_slice(&[0x5d, 0x64, 0x79, 0x5a]);
    slot[26..28].copy_from_slice(&(first as u16).to_le_bytes());
    slot[28..].copy_from_slice(&size.to_le_bytes());
    slot
}

/// The slots of a long name, with the short one after them.
pub(super) fn long(name: &str, entry: [u8; 32]) -> Vec<[u8; 32]> {
    let checksum = entry[..11].iter().fold(0u8, |sum, byte| sum.rotate_right(1).wrapping_add(*byte));
    let mut units: Vec<u16> = name.encode_utf16().collect();
    let count = units.len().div_ceil(13);
    units.push(0);
    units.resize(count * 13 + 1, 0xffff);
    let mut slots = Vec::new();
    for number in (0..count).rev() {
        let mut slot = [0u8; 32];
        slot[0] = (number as u8 + 1) | if number + 1 == count { 0x40 } else { 0 };
        (slot[11], slot[13]) = (0x0f, checksum);
        for (at, unit) in [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30].into_iter().zip(&units[number * 13..]) {
            slot[at..at + 2].copy_from_slice(&unit.to_le_bytes());
        }
        slots.push(slot);
    }
    slots.push(entry);
    slots
}

/// Slots as deletion leaves them on FAT.
pub(super) fn gone(slots: &[[u8; 32]]) -> Vec<[u8; 32]> {
    let mut slots = slots.to_vec();
    slots.iter_mut().for_each(|slot| slot[0] = 0xe5);
    slots
}

/// The stream of an exFAT file.
#[derive(Clone, Copy)]
pub(super) struct Stream {
    pub(super) first: u32,
    pub(super) length: u64,
    pub(super) valid: u64,
    pub(super) contiguous: bool,
}

/// The set of slots of an exFAT file, an hour east of UTC.
pub(super) fn set(name: &str, attributes: u8, stream: Stream) -> Vec<[u8; 32]> {
    let units: Vec<u16> = name.encode_utf16().collect();
    let mut slots = vec![[0u8; 32]; 2 + units.len().div_ceil(15)];
    let count = slots.len() as u8 - 1;
    let file = &mut slots[0];
    (file[0], file[1], file[4]) = (0x85, count, attributes);
    for at in [8, 12, 16] {
        file[at..at + 4].copy_from_slice(&0x5a79_645du32.to_le_bytes());
    }
    (file[20], file[22], file[23], file[24]) = (150, 0x84, 0x84, 0x84);
    let slot = &mut slots[1];
    (slot[0], slot[1], slot[3]) = (0xc0, if stream.contiguous { 3 } else { 1 }, units.len() as u8);
    slot[8..16].copy_from_slice(&stream.valid.to_le_bytes());
    slot[20..24].copy_from_slice(&stream.first.to_le_bytes());
    slot[24..].copy_from_slice(&stream.length.to_le_bytes());
    for (slot, units) in slots[2..].iter_mut().zip(units.chunks(15)) {
        slot[0] = 0xc1;
        for (at, unit) in units.iter().enumerate() {
            slot[2 + at * 2..][..2].copy_from_slice(&unit.to_le_bytes());
        }
    }
    let bytes = slots.as_flattened().iter().enumerate().filter(|(at, _)| !matches!(at, 2 | 3));
    let sum = bytes.fold(0u16, |sum, (_, byte)| sum.rotate_right(1).wrapping_add(u16::from(*byte)));
    slots[0][2..4].copy_from_slice(&sum.to_le_bytes());
    slots
}

/// Slots as deletion leaves them on exFAT.
pub(super) fn unused(slots: &[[u8; 32]]) -> Vec<[u8; 32]> {
    let mut slots = slots.to_vec();
    slots.iter_mut().for_each(|slot| slot[0] &= 0x7f);
    slots
}
