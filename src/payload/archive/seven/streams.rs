//! How the data of a 7z archive is packed: pack streams, folders of coders, and the members in each folder.

use super::super::cursor::Cursor;
use super::id;

pub(super) const COPY: u64 = 0;
pub(super) const LZMA: u64 = 0x03_0101;
pub(super) const LZMA2: u64 = 0x21;
const AES: u64 = 0x06f1_0701;

/// Folders, coders of a folder and streams of a coder that are believed.
const FOLDERS: u64 = 1 << 20;
const CODERS: u64 = 32;

/// How the data is packed.
#[derive(Debug, Default)]
pub(super) struct Streams {
    /// Offset of the packed data, from the end of the signature header.
    pub(super) packed_at: u64,
    /// Sizes of the pack streams.
    pub(super) packed: Vec<u64>,
    pub(super) folders: Vec<Folder>,
}

/// Data that is compressed as one.
#[derive(Debug, Default)]
pub(super) struct Folder {
    pub(super) coders: Vec<Coder>,
    /// Pack streams that it takes.
    pub(super) packed_streams: usize,
    /// Sizes of what comes out of each coder, and which of them is the folder's.
    sizes: Vec<u64>,
    outputs: usize,
    main: usize,
    pub(super) crc: Option<u32>,
    pub(super) members: Vec<SubStream>,
}

/// A coder: compression, filter or cipher.
#[derive(Debug, Default)]
pub(super) struct Coder {
    pub(super) method: u64,
    pub(super) properties: Vec<u8>,
}

/// The data of a member.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct SubStream {
    pub(super) size: u64,
    pub(super) crc: Option<u32>,
}

impl Folder {
    pub(super) fn unpacked_size(&self) -> u64 {
        self.sizes.get(self.main).copied().unwrap_or(0)
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.coders.iter().any(|coder| coder.method >> 16 == 0x06f1)
    }

    pub(super) fn cipher(&self) -> &'static str {
        if self.coders.iter().any(|coder| coder.method == AES) { "AES-256" } else { "unknown cipher" }
    }

    /// The coders, as 7-Zip writes them.
    pub(super) fn method_name(&self) -> String {
        let names: Vec<String> = self.coders.iter().rev().map(|coder| coder_name(coder.method)).collect();
        names.join(" ")
    }
}

/// Names of `DOC/Methods.txt`.
fn coder_name(method: u64) -> String {
    let known = match method {
        COPY => "stored",
        LZMA => "LZMA",
        LZMA2 => "LZMA2",
        AES => "AES-256",
        0x03 => "delta",
        0x04 | 0x0303_0103 => "BCJ",
        0x0303_011b => "BCJ2",
        0x0a => "ARM64",
        0x03_0401 => "PPMd",
        0x04_0108 => "deflate",
        0x04_0109 => "deflate64",
        0x04_0202 => "bzip2",
        0x04f7_1101 => "zstd",
        _ => return format!("method {method:x}"),
    };
    known.to_owned()
}

/// Reads the information on streams. Nothing where it is damaged.
pub(super) fn read(cursor: &mut Cursor<'_>) -> Option<Streams> {
    let mut streams = Streams::default();
    let mut divided = false;
    loop {
        match cursor.number()? {
            id::PACK_INFO => pack_info(cursor, &mut streams)?,
            id::UNPACK_INFO => unpack_info(cursor, &mut streams)?,
            id::SUB_STREAMS => {
                sub_streams(cursor, &mut streams)?;
                divided = true;
            }
            id::END => break,
            _ => return None,
        }
    }
    if !divided {
        for folder in &mut streams.folders {
            folder.members = vec![SubStream { size: folder.unpacked_size(), crc: folder.crc }];
        }
    }
    Some(streams)
}

/// A count of things that take at least one byte each of what is left.
fn count(cursor: &mut Cursor<'_>) -> Option<usize> {
    let count = usize::try_from(cursor.number()?).ok()?;
    (count <= cursor.rest().len()).then_some(count)
}

fn pack_info(cursor: &mut Cursor<'_>, streams: &mut Streams) -> Option<()> {
    streams.packed_at = cursor.number()?;
    let streams_packed = count(cursor)?;
    loop {
        match cursor.number()? {
            id::SIZE => {
                streams.packed = (0..streams_packed).map(|_| cursor.number()).collect::<Option<_>>()?;
            }
            id::CRC => drop(digests(cursor, streams_packed)?),
            id::END => return Some(()),
            _ => return None,
        }
    }
}

fn unpack_info(cursor: &mut Cursor<'_>, streams: &mut Streams) -> Option<()> {
    loop {
        match cursor.number()? {
            id::FOLDER => {
                let folders = count(cursor)?;
                if cursor.u8()? != 0 || u64::try_from(folders).ok()? > FOLDERS {
                    return None;
                }
                streams.folders = (0..folders).map(|_| folder(cursor)).collect::<Option<_>>()?;
            }
            id::UNPACK_SIZE => {
                for folder in &mut streams.folders {
                    folder.sizes = (0..folder.outputs).map(|_| cursor.number()).collect::<Option<_>>()?;
                }
            }
            id::CRC => {
                let digests = digests(cursor, streams.folders.len())?;
                for (folder, crc) in streams.folders.iter_mut().zip(digests) {
                    folder.crc = crc;
                }
            }
            id::END => return Some(()),
            _ => return None,
        }
    }
}

fn folder(cursor: &mut Cursor<'_>) -> Option<Folder> {
    let mut folder = Folder::default();
    let coders = cursor.number().filter(|coders| (1..=CODERS).contains(coders))?;
    let (mut inputs, mut outputs) = (0u64, 0u64);
    for _ in 0..coders {
        let flags = cursor.u8()?;
        let number = cursor.take(usize::from(flags & 15)).filter(|number| number.len() <= 8)?;
        let method = number.iter().fold(0u64, |value, byte| (value << 8) | u64::from(*byte));
        let (takes, gives) = if flags & 0x10 != 0 { (cursor.number()?, cursor.number()?) } else { (1, 1) };
        if takes > CODERS || gives > CODERS {
            return None;
        }
        inputs = inputs.saturating_add(takes);
        outputs = outputs.saturating_add(gives);
        let properties = if flags & 0x20 != 0 {
            let size = cursor.number()?;
            cursor.take_u64(size)?
        } else {
            &[]
        };
        folder.coders.push(Coder { method, properties: properties.to_vec() });
    }
    let bound = outputs.checked_sub(1)?;
    let mut bound_outputs = Vec::new();
    for _ in 0..bound {
        cursor.number()?;
        bound_outputs.push(cursor.number()?);
    }
    let packed = inputs.checked_sub(bound)?;
    if packed > 1 {
        for _ in 0..packed {
            cursor.number()?;
        }
    }
    folder.packed_streams = usize::try_from(packed).ok()?;
    folder.outputs = usize::try_from(outputs).ok()?;
    let main = (0..outputs).find(|output| !bound_outputs.contains(output))?;
    folder.main = usize::try_from(main).ok()?;
    Some(folder)
}

fn sub_streams(cursor: &mut Cursor<'_>, streams: &mut Streams) -> Option<()> {
    let mut counts = vec![1usize; streams.folders.len()];
    let mut kind = cursor.number()?;
    if kind == id::NUM_UNPACK_STREAM {
        for members in &mut counts {
            *members = usize::try_from(cursor.number()?).ok()?;
        }
        kind = cursor.number()?;
    }
    // Each member takes more than a bit of what follows; the last size of a folder is what is left of it.
    let most = cursor.rest().len().saturating_mul(8).saturating_add(streams.folders.len());
    if counts.iter().fold(0usize, |sum, members| sum.saturating_add(*members)) > most {
        return None;
    }
    let sized = kind == id::SIZE;
    for (folder, members) in streams.folders.iter_mut().zip(&counts) {
        let mut left = folder.unpacked_size();
        for index in 1..=*members {
            let size = if index == *members {
                left
            } else if sized {
                cursor.number()?
            } else {
                0
            };
            left = left.saturating_sub(size);
            folder.members.push(SubStream { size, crc: None });
        }
        if let [single] = folder.members.as_mut_slice() {
            single.crc = folder.crc;
        }
    }
    if sized {
        kind = cursor.number()?;
    }
    loop {
        match kind {
            id::CRC => {
                let unknown = streams
                    .folders
                    .iter_mut()
                    .flat_map(|folder| &mut folder.members)
                    .filter(|member| member.crc.is_none());
                let unknown: Vec<&mut SubStream> = unknown.collect();
                let digests = digests(cursor, unknown.len())?;
                for (member, crc) in unknown.into_iter().zip(digests) {
                    member.crc = crc;
                }
            }
            id::END => return Some(()),
            _ => return None,
        }
        kind = cursor.number()?;
    }
}

fn digests(cursor: &mut Cursor<'_>, count: usize) -> Option<Vec<Option<u32>>> {
    let defined = defined(cursor, count)?;
    defined.iter().map(|defined| if *defined { cursor.u32().map(Some) } else { Some(None) }).collect()
}

/// Which of so many things are there: a byte that says all, or a bit for each.
pub(super) fn defined(cursor: &mut Cursor<'_>, count: usize) -> Option<Vec<bool>> {
    if cursor.u8()? != 0 {
        // Each has a value that takes at least a byte.
        return (count <= cursor.rest().len()).then(|| vec![true; count]);
    }
    bits(cursor, count)
}

/// A bit for each, high ones first.
pub(super) fn bits(cursor: &mut Cursor<'_>, count: usize) -> Option<Vec<bool>> {
    let bytes = cursor.take(count.div_ceil(8))?;
    let bits = bytes.iter().flat_map(|byte| (0..8u32).map(move |bit| byte & (0x80u8 >> bit) != 0));
    Some(bits.take(count).collect())
}
