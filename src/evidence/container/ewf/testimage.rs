//! Writes small Expert Witness sets for the tests, in both versions.

use flate2::{Compress, Compression, FlushCompress};
use std::ops::Range;
use zlib_rs::adler32::adler32;

/// What is written.
pub(super) struct Plan {
    /// Chunks in one segment.
    pub(super) per_segment: usize,
    /// Whether chunks are deflated.
    pub(super) deflated: bool,
    /// Whether a copy follows each table.
    pub(super) copies: bool,
    /// Sectors of a chunk.
    pub(super) sectors: u32,
    /// Sectors that could not be read.
    pub(super) bad: Vec<(u32, u32)>,
}

impl Default for Plan {
    fn default() -> Self {
        Self { per_segment: 1000, deflated: true, copies: true, sectors: 8, bad: Vec::new() }
    }
}

/// Bytes that deflate to a part, with runs of zeros.
pub(super) fn disk(length: usize) -> Vec<u8> {
    (0..length).map(|at| if at / 4096 % 3 == 1 { 0 } else { (at * at / 7 + at) as u8 & 0x3f }).collect()
}

pub(super) fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut stream = Compress::new(Compression::fast(), true);
    let mut packed = vec![0u8; bytes.len() + 1024];
    stream.compress(bytes, &mut packed, FlushCompress::Finish).unwrap();
    packed.truncate(stream.total_out() as usize);
    packed
}

fn summed(mut bytes: Vec<u8>) -> Vec<u8> {
    let sum = adler32(1, &bytes);
    bytes.extend(sum.to_le_bytes());
    bytes
}

/// A section of version 1: the offset of the next is behind it, or its own where it ends the segment.
pub(super) fn section(file: &mut Vec<u8>, kind: &str, data: &[u8]) -> Range<usize> {
    let at = file.len();
    let size = 76 + data.len();
    let next = if matches!(kind, "next" | "done") { at } else { at + size };
    let mut header = kind.as_bytes().to_vec();
    header.resize(16, 0);
    header.extend((next as u64).to_le_bytes());
    header.extend((size as u64).to_le_bytes());
    header.resize(72, 0);
    file.extend(summed(header));
    file.extend(data);
    at + 76..file.len()
}

/// Corrects the checksum of the section's header at a place.
pub(super) fn seal(file: &mut [u8], at: usize) {
    let sum = adler32(1, &file[at..at + 72]);
    file[at + 72..at + 76].copy_from_slice(&sum.to_le_bytes());
}

/// The place of the n-th section of that kind.
pub(super) fn find(file: &[u8], kind: &str, nth: usize) -> usize {
    let mut name = kind.as_bytes().to_vec();
    name.resize(16, 0);
    (0..file.len() - 16).filter(|at| file[*at..*at + 16] == name[..]).nth(nth).unwrap()
}

/// The segments of a set of version 1.
pub(super) fn version1(disk: &[u8], plan: &Plan, md5: Option<&[u8; 16]>) -> Vec<Vec<u8>> {
    let chunk = plan.sectors as usize * 512;
    let chunks: Vec<&[u8]> = disk.chunks(chunk).collect();
    let mut volume = vec![0u8; 1048];
    volume[4..8].copy_from_slice(&(chunks.len() as u32).to_le_bytes());
    volume[8..12].copy_from_slice(&plan.sectors.to_le_bytes());
    volume[12..16].copy_from_slice(&512u32.to_le_bytes());
    volume[16..24].copy_from_slice(&(disk.len() as u64 / 512).to_le_bytes());
    volume[64..80].fill(7);
    let volume = summed(volume);
    let parts: Vec<&[&[u8]]> = chunks.chunks(plan.per_segment).collect();
    let mut files = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        let mut file = b"EVF\x09\x0d\x0a\xff\x00\x01".to_vec();
        file.extend((index as u16 + 1).to_le_bytes());
        file.extend([0, 0]);
        section(&mut file, if index == 0 { "volume" } else { "data" }, &volume);
        let base = file.len() as u64 + 76;
        let (mut data, mut entries) = (Vec::new(), Vec::new());
        for chunk in *part {
            let mark = if plan.deflated { 0x8000_0000 } else { 0 };
            entries.extend((data.len() as u32 | mark).to_le_bytes());
            data.extend(if plan.deflated { deflate(chunk) } else { summed(chunk.to_vec()) });
        }
        section(&mut file, "sectors", &data);
        let mut table = (part.len() as u32).to_le_bytes().to_vec();
        table.resize(8, 0);
        table.extend(base.to_le_bytes());
        table.resize(20, 0);
        let mut table = summed(table);
        table.extend(summed(entries));
        section(&mut file, "table", &table);
        if plan.copies {
            section(&mut file, "table2", &table);
        }
        if index + 1 == parts.len() {
            if !plan.bad.is_empty() {
                let mut errors = (plan.bad.len() as u32).to_le_bytes().to_vec();
                errors.resize(516, 0);
                let mut errors = summed(errors);
                let pairs = plan.bad.iter().flat_map(|(first, count)| [first.to_le_bytes(), count.to_le_bytes()]);
                errors.extend(summed(pairs.flatten().collect()));
                section(&mut file, "error2", &errors);
            }
            if let Some(md5) = md5 {
                let mut hash = md5.to_vec();
                hash.resize(32, 0);
                section(&mut file, "hash", &summed(hash));
            }
            section(&mut file, "done", &[]);
        } else {
            section(&mut file, "next", &[]);
        }
        files.push(file);
    }
    files
}

/// One segment of version 2; every third chunk is a pattern. `flags` are the data flags of each section.
pub(super) fn version2(disk: &[u8], sectors: u32, flags: u32, md5: &[u8; 16]) -> Vec<u8> {
    let mut file = b"EVF2\x0d\x0a\x81\x00\x02\x01\x01\x00\x01\x00\x00\x00".to_vec();
    file.extend([9; 16]);
    let mut previous = 0usize;
    let mut section = |file: &mut Vec<u8>, kind: u32, mut data: Vec<u8>| {
        let padding = data.len().next_multiple_of(16) - data.len();
        data.resize(data.len() + padding, 0);
        let size = data.len() as u64;
        file.extend(data);
        let at = file.len();
        let mut descriptor = [kind, flags].iter().flat_map(|n| n.to_le_bytes()).collect::<Vec<u8>>();
        descriptor.extend((previous as u64).to_le_bytes());
        descriptor.extend(size.to_le_bytes());
        descriptor.extend(64u32.to_le_bytes());
        descriptor.extend((padding as u32).to_le_bytes());
        descriptor.resize(60, 0);
        file.extend(summed(descriptor));
        previous = at;
    };
    let text = |text: String| {
        let units: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        deflate(&units)
    };
    section(&mut file, 1, text(format!("1\nmain\nsn\tts\tbp\tph\n\t{}\t512\t1\n\n", disk.len() / 512)));
    section(&mut file, 2, text(format!("1\nmain\nnm\tsb\tgr\nx\t{sectors}\t1\n\n")));
    let (mut data, mut entries, start) = (Vec::new(), Vec::new(), file.len() as u64);
    let chunks: Vec<&[u8]> = disk.chunks(sectors as usize * 512).collect();
    for (number, chunk) in chunks.iter().enumerate() {
        let offset = start + data.len() as u64;
        let (head, stored, flags) = match number % 3 {
            0 => (offset.to_le_bytes(), deflate(chunk), 1u32),
            1 if chunk.iter().all(|byte| *byte == chunk[0]) => ([chunk[0]; 8], Vec::new(), 5),
            _ => (offset.to_le_bytes(), summed(chunk.to_vec()), 2),
        };
        entries.extend(head);
        entries.extend((stored.len() as u32).to_le_bytes());
        entries.extend(flags.to_le_bytes());
        data.extend(stored);
        data.resize(data.len().next_multiple_of(16), 0);
    }
    section(&mut file, 3, data);
    let mut table = 0u64.to_le_bytes().to_vec();
    table.extend((chunks.len() as u32).to_le_bytes());
    table.resize(16, 0);
    let mut table = summed(table);
    table.resize(32, 0);
    table.extend(summed(entries));
    section(&mut file, 4, table);
    let mut errors = 1u32.to_le_bytes().to_vec();
    errors.resize(16, 0);
    let mut errors = summed(errors);
    errors.resize(32, 0);
    errors.extend(3u64.to_le_bytes());
    errors.extend(2u64.to_le_bytes());
    section(&mut file, 5, errors);
    section(&mut file, 8, summed(md5.to_vec()));
    section(&mut file, 0x0f, Vec::new());
    file
}
