//! Disks for tests, made in memory.

pub(super) const MIB: usize = 1 << 20;

pub(super) fn disk(mebibytes: usize) -> Vec<u8> {
    vec![0; mebibytes * MIB]
}

pub(super) fn entry(status: u8, kind: u8, start: u32, count: u32) -> [u8; 16] {
    let mut entry = [0u8; 16];
    (entry[0], entry[4]) = (status, kind);
    entry[8..12].copy_from_slice(&start.to_le_bytes());
    entry[12..].copy_from_slice(&count.to_le_bytes());
    entry
}

/// Writes a boot record with the disk signature `01020304`.
pub(super) fn mbr(sector: &mut [u8], entries: &[[u8; 16]]) {
    sector[440..444].copy_from_slice(&[1, 2, 3, 4]);
    sector[446..510].fill(0);
    for (number, entry) in entries.iter().enumerate() {
        sector[446 + number * 16..][..16].copy_from_slice(entry);
    }
    sector[510..512].copy_from_slice(b"\x55\xaa");
}

/// The boot sector of a FAT volume, as far as a probe looks at it.
pub(super) fn fat() -> [u8; 512] {
    let mut sector = [0u8; 512];
    sector[..22].copy_from_slice(b"\xeb\x3c\x90MSDOS5.0\0\x02\x04\x01\0\x02\0\x02\0\x10\xf8");
    sector
}

/// What a probe looks at of an ext2 volume.
pub(super) fn ext(volume: &mut [u8]) {
    volume[1080..1082].copy_from_slice(b"\x53\xef");
}

/// A GUID partition table of partitions by their first and last sectors.
pub(super) struct Gpt {
    partitions: Vec<(u64, u64)>,
    sector: u64,
    pub(super) count: u32,
    pub(super) size: u32,
}

impl Gpt {
    pub(super) fn of(partitions: &[(u64, u64)], sector: u64) -> Self {
        Self { partitions: partitions.to_vec(), sector, count: 128, size: 128 }
    }

    fn entries(&self) -> Vec<u8> {
        let mut entries = vec![0u8; 128 * 128];
        for (number, (first, last)) in self.partitions.iter().enumerate() {
            let entry = &mut entries[number * 128..][..128];
            entry[..16].copy_from_slice(b"\xa2\xa0\xd0\xeb\xe5\xb9\x33\x44\x87\xc0\x68\xb6\xb7\x26\x99\xc7");
            entry[16..32].fill(0x11);
            entry[16] = number as u8 + 1;
            entry[32..40].copy_from_slice(&first.to_le_bytes());
            entry[40..48].copy_from_slice(&last.to_le_bytes());
            for (at, unit) in "Basic data".encode_utf16().enumerate() {
                entry[56 + at * 2..][..2].copy_from_slice(&unit.to_le_bytes());
            }
        }
        entries
    }

    fn header(&self, own: u64, other: u64, entries: u64) -> Vec<u8> {
        let mut header = vec![0u8; 92];
        header[..16].copy_from_slice(b"EFI PART\0\0\x01\0\x5c\0\0\0");
        header[24..32].copy_from_slice(&own.to_le_bytes());
        header[32..40].copy_from_slice(&other.to_le_bytes());
        header[72..80].copy_from_slice(&entries.to_le_bytes());
        header[80..84].copy_from_slice(&self.count.to_le_bytes());
        header[84..88].copy_from_slice(&self.size.to_le_bytes());
        header[88..92].copy_from_slice(&crc32fast::hash(&self.entries()).to_le_bytes());
        let checksum = crc32fast::hash(&header);
        header[16..20].copy_from_slice(&checksum.to_le_bytes());
        header
    }

    fn place(&self, disk: &mut [u8], lba: u64, bytes: &[u8]) {
        let at = usize::try_from(lba * self.sector).unwrap();
        disk[at..][..bytes.len()].copy_from_slice(bytes);
    }

    /// Writes the protective record, the table and its copy.
    pub(super) fn write(&self, disk: &mut [u8]) {
        mbr(disk, &[entry(0, 0xee, 1, u32::MAX)]);
        let last = disk.len() as u64 / self.sector - 1;
        self.place(disk, 1, &self.header(1, last, 2));
        self.place(disk, 2, &self.entries());
        self.write_copy(disk);
    }

    pub(super) fn write_copy(&self, disk: &mut [u8]) {
        let last = disk.len() as u64 / self.sector - 1;
        let entries = last - 16384 / self.sector;
        self.place(disk, entries, &self.entries());
        self.place(disk, last, &self.header(last, 1, entries));
    }
}
