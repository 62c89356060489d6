//! Writes small NTFS volumes for tests: 512 clusters of 512 bytes, records of 1 KiB, the table from cluster 8 on.

use crate::base::source::Source;
use std::sync::Arc;

pub(in crate::evidence::filesystem) const CLUSTER: usize = 512;
pub(in crate::evidence::filesystem) const CLUSTERS: usize = 512;
pub(in crate::evidence::filesystem) const TABLE: usize = 8;
pub(in crate::evidence::filesystem) const RECORDS: usize = 64;
const MIRROR: usize = 170;
const BITMAP: usize = 160;
/// The first cluster that tests may use.
pub(in crate::evidence::filesystem) const FREE: usize = 200;

/// In use; a directory.
pub(in crate::evidence::filesystem) const FILE: u16 = 1;
pub(in crate::evidence::filesystem) const DIRECTORY: u16 = 3;

pub(in crate::evidence::filesystem) fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn padded(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    let length = bytes.len() as u32;
    bytes[4..8].copy_from_slice(&length.to_le_bytes());
    bytes
}

/// A resident attribute.
pub(in crate::evidence::filesystem) fn resident(kind: u32, name: &str, value: &[u8]) -> Vec<u8> {
    let name = utf16(name);
    let start = (24 + name.len()).next_multiple_of(8);
    let mut bytes = vec![0u8; start];
    bytes[..4].copy_from_slice(&kind.to_le_bytes());
    bytes[9] = (name.len() / 2) as u8;
    bytes[10..12].copy_from_slice(&24u16.to_le_bytes());
    bytes[16..20].copy_from_slice(&(value.len() as u32).to_le_bytes());
    bytes[20..22].copy_from_slice(&(start as u16).to_le_bytes());
    bytes[24..24 + name.len()].copy_from_slice(&name);
    bytes.extend_from_slice(value);
    padded(bytes)
}

/// How an attribute lies in clusters.
#[derive(Default, Clone)]
pub(in crate::evidence::filesystem) struct Lies<'a> {
    pub first: u64,
    pub size: u64,
    pub initialised: Option<u64>,
    pub flags: u16,
    pub unit: u8,
    pub runs: &'a [u8],
}

/// An attribute in clusters.
pub(in crate::evidence::filesystem) fn extents(kind: u32, name: &str, lies: &Lies<'_>) -> Vec<u8> {
    let name = utf16(name);
    let start = (64 + name.len()).next_multiple_of(8);
    let mut bytes = vec![0u8; start];
    bytes[..4].copy_from_slice(&kind.to_le_bytes());
    bytes[8..12].copy_from_slice(&[1, (name.len() / 2) as u8, 64, 0]);
    bytes[12..14].copy_from_slice(&lies.flags.to_le_bytes());
    bytes[16..24].copy_from_slice(&lies.first.to_le_bytes());
    bytes[32..34].copy_from_slice(&(start as u16).to_le_bytes());
    bytes[34] = lies.unit;
    for (at, field) in [(40, lies.size), (48, lies.size), (56, lies.initialised.unwrap_or(lies.size))] {
        bytes[at..at + 8].copy_from_slice(&field.to_le_bytes());
    }
    bytes[64..64 + name.len()].copy_from_slice(&name);
    bytes.extend_from_slice(lies.runs);
    bytes.push(0);
    padded(bytes)
}

/// A run of up to 127 clusters, as the first of its attribute.
pub(in crate::evidence::filesystem) fn run(length: usize, start: usize) -> [u8; 4] {
    let [low, high] = (start as u16).to_le_bytes();
    [0x21, length as u8, low, high]
}

pub(in crate::evidence::filesystem) fn reference(record: u64, sequence: u16) -> u64 {
    record | (u64::from(sequence) << 48)
}

/// A `$FILE_NAME`.
pub(in crate::evidence::filesystem) fn file_name(parent: u64, name: &str, namespace: u8) -> Vec<u8> {
    let text = utf16(name);
    let mut value = vec![0u8; 66];
    value[..8].copy_from_slice(&parent.to_le_bytes());
    for at in [8, 16, 24, 32] {
        value[at..at + 8].copy_from_slice(&132_223_104_000_000_000u64.to_le_bytes());
    }
    (value[64], value[65]) = ((text.len() / 2) as u8, namespace);
    value.extend_from_slice(&text);
    resident(0x30, "", &value)
}

/// A volume that is being written.
#[derive(Clone)]
pub(in crate::evidence::filesystem) struct Image {
    pub bytes: Vec<u8>,
}

impl Image {
    /// With the files that every volume has; the bitmap says that all clusters from [`FREE`] on are free.
    pub(in crate::evidence::filesystem) fn new() -> Self {
        let mut image = Self { bytes: vec![0; CLUSTER * CLUSTERS] };
        let boot = &mut image.bytes[..512];
        boot[3..11].copy_from_slice(b"NTFS    ");
        boot[11..13].copy_from_slice(&512u16.to_le_bytes());
        boot[13] = 1;
        boot[40..48].copy_from_slice(&(CLUSTERS as u64 - 1).to_le_bytes());
        boot[48..56].copy_from_slice(&(TABLE as u64).to_le_bytes());
        boot[56..64].copy_from_slice(&(MIRROR as u64).to_le_bytes());
        boot[64] = 2;
        let copy = boot.to_vec();
        image.put(CLUSTERS - 1, &copy);
        let root = reference(5, 5);
        let table = Lies { size: RECORDS as u64 * 1024, runs: &[0x22, 128, 0, TABLE as u8, 0], ..Lies::default() };
        image.record(0, 1, FILE, &[file_name(root, "$MFT", 3), extents(0x80, "", &table)]);
        let label = resident(0x60, "", &utf16("evidence"));
        image.record(3, 3, FILE, &[file_name(root, "$Volume", 3), label]);
        image.record(5, 5, DIRECTORY, &[file_name(root, ".", 3)]);
        let bitmap = Lies { size: CLUSTERS as u64 / 8, runs: &run(1, BITMAP), ..Lies::default() };
        image.record(6, 6, FILE, &[file_name(root, "$Bitmap", 3), extents(0x80, "", &bitmap)]);
        let bad = Lies { size: 1 << 40, runs: &[0x03, 0, 0, 2], ..Lies::default() };
        image.record(
            8,
            8,
            FILE,
            &[file_name(root, "$BadClus", 3), resident(0x80, "", b""), extents(0x80, "$Bad", &bad)],
        );
        image.bytes.copy_within(TABLE * CLUSTER..(TABLE + 8) * CLUSTER, MIRROR * CLUSTER);
        image.bytes[BITMAP * CLUSTER..][..FREE / 8].fill(0xff);
        image
    }

    /// Writes bytes at a cluster.
    pub(in crate::evidence::filesystem) fn put(&mut self, cluster: usize, bytes: &[u8]) {
        self.bytes[cluster * CLUSTER..][..bytes.len()].copy_from_slice(bytes);
    }

    /// Says in the bitmap that a cluster belongs to a file.
    pub(in crate::evidence::filesystem) fn take(&mut self, cluster: usize) {
        self.bytes[BITMAP * CLUSTER + cluster / 8] |= 1 << (cluster % 8);
    }

    /// Writes a record.
    pub(in crate::evidence::filesystem) fn record(
        &mut self,
        number: usize,
        sequence: u16,
        flags: u16,
        attributes: &[Vec<u8>],
    ) {
        self.extension(number, sequence, flags, 0, attributes);
    }

    /// Writes a record that continues another.
    pub(in crate::evidence::filesystem) fn extension(
        &mut self,
        number: usize,
        sequence: u16,
        flags: u16,
        base: u64,
        attributes: &[Vec<u8>],
    ) {
        let mut record = vec![0u8; 56];
        record[..4].copy_from_slice(b"FILE");
        record[4..8].copy_from_slice(&[48, 0, 3, 0]);
        record[16..18].copy_from_slice(&sequence.to_le_bytes());
        record[20..22].copy_from_slice(&56u16.to_le_bytes());
        record[22..24].copy_from_slice(&flags.to_le_bytes());
        record[28..32].copy_from_slice(&1024u32.to_le_bytes());
        record[32..40].copy_from_slice(&base.to_le_bytes());
        record[44..48].copy_from_slice(&(number as u32).to_le_bytes());
        attributes.iter().for_each(|attribute| record.extend_from_slice(attribute));
        record.extend_from_slice(&[0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]);
        let used = record.len() as u32;
        record[24..28].copy_from_slice(&used.to_le_bytes());
        assert!(used <= 1024, "the record is too small for its attributes");
        record.resize(1024, 0);
        record[48] = 7;
        for (saved, end) in [(50, 510), (52, 1022)] {
            let (low, high) = (record[end], record[end + 1]);
            record[saved..saved + 2].copy_from_slice(&[low, high]);
            record[end..end + 2].copy_from_slice(&[7, 0]);
        }
        self.bytes[Self::place(number)..][..1024].copy_from_slice(&record);
    }

    /// Where a record lies.
    pub(in crate::evidence::filesystem) fn place(number: usize) -> usize {
        TABLE * CLUSTER + number * 1024
    }

    /// The table alone.
    pub(in crate::evidence::filesystem) fn table(&self) -> Source {
        Arc::new(self.bytes[Self::place(0)..Self::place(RECORDS)].to_vec())
    }

    /// The volume.
    pub(in crate::evidence::filesystem) fn source(&self) -> Source {
        Arc::new(self.bytes.clone())
    }
}
