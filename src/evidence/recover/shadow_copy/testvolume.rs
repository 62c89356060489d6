//! A writer of volumes with shadow copies, for tests.

use super::chain::IDENTITY;

const BLOCK: usize = 16_384;

/// A store to be written.
#[derive(Clone, Default)]
pub(super) struct TestStore {
    /// Original offset, relative offset, offset on the volume, flags, sectors.
    pub descriptors: Vec<(u64, u64, u64, u32, u32)>,
    pub bitmap: Vec<u8>,
    pub previous: Option<Vec<u8>>,
}

impl TestStore {
    /// A block of the volume, and the block that holds its copy.
    pub(super) fn keeps(mut self, original: u64, copy: u64) -> Self {
        self.descriptors.push((original * BLOCK as u64, 0, copy * BLOCK as u64, 0, 0));
        self
    }

    /// A block that is to be had at another of the next newer state.
    pub(super) fn forwards(mut self, original: u64, to: u64) -> Self {
        self.descriptors.push((original * BLOCK as u64, to * BLOCK as u64, 0, 1, 0));
        self
    }

    /// Sectors over a block.
    pub(super) fn overlays(mut self, original: u64, copy: u64, sectors: u32) -> Self {
        self.descriptors.push((original * BLOCK as u64, 1, copy * BLOCK as u64, 2, sectors));
        self
    }
}

pub(super) fn put(volume: &mut [u8], at: usize, number: u64) {
    volume[at..at + 8].copy_from_slice(&number.to_le_bytes());
}

fn header(volume: &mut [u8], at: usize, record: u32, next: usize) {
    volume[at..at + 16].copy_from_slice(&IDENTITY);
    volume[at + 16..at + 20].copy_from_slice(&1u32.to_le_bytes());
    volume[at + 20..at + 24].copy_from_slice(&record.to_le_bytes());
    put(volume, at + 32, at as u64);
    put(volume, at + 40, next as u64);
}

/// A volume of so many blocks of data, each with its number in every sector; the stores lie behind, the oldest first.
pub(super) fn volume(blocks: usize, stores: &[TestStore]) -> Vec<u8> {
    let mut volume = vec![0u8; blocks * BLOCK];
    for (sector, bytes) in volume.chunks_exact_mut(512).enumerate() {
        let text = format!("block {} sector {} ", sector / 32, sector % 32);
        for (byte, letter) in bytes.iter_mut().zip(text.bytes().cycle()) {
            *byte = letter;
        }
    }
    volume[..8192].fill(0);
    volume[3..11].copy_from_slice(b"NTFS    ");
    volume[11..14].copy_from_slice(&[0, 2, 8]);
    volume[510..512].copy_from_slice(b"\x55\xaa");
    let catalog = volume.len();
    header(&mut volume, 0x1e00, 1, 0x1e00);
    put(&mut volume, 0x1e00 + 24, 0x1e00);
    put(&mut volume, 0x1e00 + 48, catalog as u64);
    volume.resize(catalog + BLOCK, 0);
    header(&mut volume, catalog, 2, 0);
    let mut entries = Vec::new();
    for (number, store) in stores.iter().enumerate() {
        let id = [number as u8 + 1; 16];
        let start = volume.len();
        let lists = store.descriptors.len().div_ceil(508).max(1);
        volume.resize(start + BLOCK * (lists + 4), 0);
        header(&mut volume, start, 4, 0);
        put(&mut volume, start + 48, 0x80);
        volume[start + 128 + 16..start + 128 + 32].fill(number as u8 + 0x81);
        for list in 0..lists {
            let at = start + BLOCK * (list + 1);
            header(&mut volume, at, 3, if list + 1 < lists { at + BLOCK } else { 0 });
            for (place, descriptor) in store.descriptors.iter().skip(list * 508).take(508).enumerate() {
                let at = at + 128 + 32 * place;
                let (original, relative, stored, flags, sectors) = *descriptor;
                put(&mut volume, at, original);
                put(&mut volume, at + 8, relative);
                put(&mut volume, at + 16, stored);
                put(&mut volume, at + 24, u64::from(flags) | (u64::from(sectors) << 32));
            }
        }
        let ranges = start + BLOCK * (lists + 1);
        header(&mut volume, ranges, 5, 0);
        let mut offsets = Vec::new();
        for (bits, at) in [(Some(&store.bitmap), ranges + BLOCK), (store.previous.as_ref(), ranges + 2 * BLOCK)] {
            header(&mut volume, at, 6, 0);
            offsets.push(bits.map_or(0, |_| at));
            let bits = bits.map(Vec::as_slice).unwrap_or_default();
            volume[at + 128..at + 128 + bits.len()].copy_from_slice(bits);
        }
        let (bitmap, previous) = (offsets[0], offsets[1]);
        entries.push((2u64, 0u64, id, [0, 0x40, 0x01cc_0000_0000_0000 + ((number as u64) << 32), 0, 0]));
        entries.push((
            3,
            (start + BLOCK) as u64,
            id,
            [start as u64, ranges as u64, bitmap as u64, 0x1_0000_0000_0040, BLOCK as u64],
        ));
        entries.push((0, previous as u64, id, [0; 5]));
    }
    let length = volume.len();
    put(&mut volume, 40, length as u64 / 512 - 1);
    // Stores are listed in no order; the third of each three only carries the second bitmap.
    for (place, three) in entries.chunks_exact(3).rev().enumerate() {
        for (entry, at) in three.iter().zip([catalog + 128 + 256 * place, catalog + 256 + 256 * place]) {
            put(&mut volume, at, entry.0);
            put(&mut volume, at + 8, if entry.0 == 2 { length as u64 } else { entry.1 });
            volume[at + 16..at + 32].copy_from_slice(&entry.2);
            for (field, number) in entry.3.iter().enumerate() {
                put(&mut volume, at + 32 + 8 * field, *number);
            }
            if entry.0 == 3 {
                put(&mut volume, at + 72, three[2].1);
            }
        }
    }
    volume
}

/// Where the catalog of a volume of so many blocks lies.
pub(super) fn catalog(blocks: usize) -> usize {
    blocks * BLOCK
}
