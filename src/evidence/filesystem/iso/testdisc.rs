//! Discs for tests, made in memory.

/// A record of a directory; `more` is its system use area.
pub(super) fn record(name: &[u8], flags: u8, block: u32, length: u32, more: &[u8]) -> Vec<u8> {
    let mut record = vec![0u8; 33];
    record[2..6].copy_from_slice(&block.to_le_bytes());
    record[6..10].copy_from_slice(&block.to_be_bytes());
    record[10..14].copy_from_slice(&length.to_le_bytes());
    record[18..25].copy_from_slice(&[125, 3, 25, 12, 34, 56, 4]);
    (record[25], record[32]) = (flags, name.len() as u8);
    record.extend_from_slice(name);
    if name.len().is_multiple_of(2) {
        record.push(0);
    }
    record.extend_from_slice(more);
    record.resize(record.len().next_multiple_of(2), 0);
    record[0] = record.len() as u8;
    record
}

/// The two records that every directory begins with.
pub(super) fn dots(own: u32, above: u32, more: &[u8]) -> Vec<u8> {
    [record(&[0], 2, own, 2048, more), record(&[1], 2, above, 2048, &[])].concat()
}

/// A disc of that many blocks, with its descriptors; `joliet` is the block of Joliet's root directory.
pub(super) fn disc(blocks: usize, root: u32, joliet: Option<u32>) -> Vec<u8> {
    let mut disc = vec![0u8; blocks * 2048];
    let mut descriptor = |block: usize, kind: u8, root: u32, label: &[u8]| {
        let bytes = &mut disc[block * 2048..][..2048];
        bytes[0] = kind;
        bytes[1..7].copy_from_slice(b"CD001\x01");
        bytes[40..72].fill(if kind == 1 { b' ' } else { 0 });
        bytes[40..40 + label.len()].copy_from_slice(label);
        bytes[80..84].copy_from_slice(&(blocks as u32).to_le_bytes());
        if kind == 2 {
            bytes[88..91].copy_from_slice(b"%/E");
        }
        bytes[128..130].copy_from_slice(&2048u16.to_le_bytes());
        bytes[156..190].copy_from_slice(&record(&[0], 2, root, 2048, &[]));
    };
    descriptor(16, 1, root, b"DISC");
    match joliet {
        Some(joliet) => {
            descriptor(17, 2, joliet, b"\0L\0o\0n\0g");
            descriptor(18, 255, 0, b"");
        }
        None => descriptor(17, 255, 0, b""),
    }
    disc
}

pub(super) fn put(disc: &mut [u8], block: usize, parts: &[Vec<u8>]) {
    let bytes = parts.concat();
    disc[block * 2048..][..bytes.len()].copy_from_slice(&bytes);
}

pub(super) fn wide(name: &str) -> Vec<u8> {
    name.encode_utf16().flat_map(u16::to_be_bytes).collect()
}
