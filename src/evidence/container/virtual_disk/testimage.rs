//! Virtual disks built for tests, as small as each format allows, and a folder that holds them.
use super::vhdx;
use crate::base::bytes::{ReadAt, read_full};
use crate::base::limits::Limits;
use crate::base::number::to_u64;
use crate::base::source::Source;
use crate::evidence::container::{Medium, Siblings, open};
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

/// A folder in memory; `evidence` is the file that is opened.
#[derive(Default, Clone)]
pub(super) struct Folder {
    pub(super) evidence: String,
    pub(super) files: BTreeMap<String, Arc<Vec<u8>>>,
}

impl Folder {
    /// The first file is the evidence.
    pub(super) fn new<const N: usize>(files: [(&str, Vec<u8>); N]) -> Self {
        let evidence = files[0].0.to_owned();
        let files = files.into_iter().map(|(name, bytes)| (name.to_owned(), Arc::new(bytes))).collect();
        Self { evidence, files }
    }

    /// The evidence, opened; an error as its words.
    pub(super) fn open(&self) -> Result<Medium, String> {
        let source = Siblings::open(self, &self.evidence).ok_or("no such file")?;
        open(source, self, &Limits::default()).map_err(|cause| cause.to_string())
    }

    /// The bytes of the disk and what is told of it.
    pub(super) fn read(&self) -> (Vec<u8>, Vec<String>) {
        let medium = self.open().unwrap();
        (bytes(&medium.source), medium.damage.iter().map(ToString::to_string).collect())
    }
}

impl Siblings for Folder {
    fn open(&self, name: &str) -> Option<Source> {
        assert!(!name.contains(['/', '\\']), "a path was asked for: {name}");
        self.files.get(name).map(|bytes| bytes.clone() as Source)
    }

    fn names(&self) -> Vec<String> {
        self.files.keys().cloned().collect()
    }

    fn own_name(&self) -> &str {
        &self.evidence
    }
}

/// All bytes of a disk, read in blocks that fit no format.
pub(super) fn bytes(source: &dyn ReadAt) -> Vec<u8> {
    let mut all = vec![0u8; usize::try_from(source.len()).unwrap()];
    for (number, block) in all.chunks_mut(1000).enumerate() {
        assert_eq!(read_full(source, to_u64(number) * 1000, block).unwrap(), block.len());
    }
    all
}

/// Writes `bytes` at an offset, growing the image.
pub(super) fn put(image: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    image.resize(image.len().max(at + bytes.len()), 0);
    image[at..at + bytes.len()].copy_from_slice(bytes);
}

pub(super) fn deflate(bytes: &[u8], zlib: bool) -> Vec<u8> {
    if zlib {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        return encoder.finish().unwrap();
    }
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// What a cluster, block or grain of a built disk is.
#[derive(Clone, Copy)]
pub(super) enum Piece {
    /// Not there.
    Below,
    /// Zeros, where the format can say so.
    Zeros,
    /// Filled with one byte.
    Filled(u8),
    /// The same, compressed.
    Packed(u8),
}

pub(super) use Piece::{Below, Filled, Packed, Zeros};

/// A QCOW2 of version 3 in clusters of 512 bytes: the header, the first table, one table of 64 clusters, the data.
pub(super) fn qcow2(backing: &str, pieces: &[Piece]) -> Vec<u8> {
    let mut image = vec![0u8; 3 * 512];
    put(&mut image, 0, b"QFI\xfb\0\0\0\x03");
    if !backing.is_empty() {
        put(&mut image, 8, &200u64.to_be_bytes());
        put(&mut image, 16, &u32::try_from(backing.len()).unwrap().to_be_bytes());
        put(&mut image, 200, backing.as_bytes());
    }
    put(&mut image, 20, &9u32.to_be_bytes());
    put(&mut image, 24, &(to_u64(pieces.len()) * 512).to_be_bytes());
    put(&mut image, 36, &1u32.to_be_bytes());
    put(&mut image, 40, &512u64.to_be_bytes());
    put(&mut image, 100, &112u32.to_be_bytes());
    put(&mut image, 512, &(1024u64 | 1 << 63).to_be_bytes());
    for (number, piece) in pieces.iter().enumerate() {
        let at = to_u64(image.len());
        let entry = match piece {
            Below => 0,
            Zeros => 1,
            Filled(byte) => {
                image.extend([*byte; 512]);
                at | 1 << 63
            }
            Packed(byte) => {
                image.extend(deflate(&[*byte; 512], false));
                image.resize(image.len().next_multiple_of(512), 0);
                at | 1 << 62
            }
        };
        put(&mut image, 1024 + number * 8, &entry.to_be_bytes());
    }
    image
}

/// A QCOW of clusters of 512 bytes and tables of 64 of them.
pub(super) fn qcow(pieces: &[Piece]) -> Vec<u8> {
    let mut image = vec![0u8; 3 * 512];
    put(&mut image, 0, b"QFI\xfb\0\0\0\x01");
    put(&mut image, 24, &(to_u64(pieces.len()) * 512).to_be_bytes());
    put(&mut image, 32, &[9, 6]);
    put(&mut image, 40, &512u64.to_be_bytes());
    put(&mut image, 512, &1024u64.to_be_bytes());
    for (number, piece) in pieces.iter().enumerate() {
        let at = to_u64(image.len());
        let entry = match piece {
            Below | Zeros => 0,
            Filled(byte) => {
                image.extend([*byte; 512]);
                at
            }
            Packed(byte) => {
                let packed = deflate(&[*byte; 512], false);
                image.extend(&packed);
                image.resize(image.len().next_multiple_of(512), 0);
                at | to_u64(packed.len()) << 54 | 1 << 63
            }
        };
        put(&mut image, 1024 + number * 8, &entry.to_be_bytes());
    }
    image
}

/// The sum of a header of a VHD, put at `field` of it.
fn seal(header: &mut [u8], field: usize) {
    let sum = header.iter().fold(0u32, |sum, byte| sum.wrapping_add(u32::from(*byte)));
    header[field..field + 4].copy_from_slice(&(!sum).to_be_bytes());
}

/// A footer of a VHD; types 2 fixed, 3 dynamic, 4 differencing.
pub(super) fn vhd_footer(kind: u32, size: u64, identity: u8) -> Vec<u8> {
    let mut footer = vec![0u8; 512];
    put(&mut footer, 0, b"conectix\0\0\0\x02\0\x01\0\0");
    put(&mut footer, 16, &512u64.to_be_bytes());
    put(&mut footer, 40, &size.to_be_bytes());
    put(&mut footer, 48, &size.to_be_bytes());
    put(&mut footer, 60, &kind.to_be_bytes());
    put(&mut footer, 68, &[identity; 16]);
    seal(&mut footer, 64);
    footer
}

/// A dynamic VHD of blocks of 4 KiB, or, with a path and an identity of a parent, a differencing one, of whose blocks only
/// the sectors of even number are its own.
pub(super) fn vhd(identity: u8, parent: Option<(&str, u8)>, pieces: &[Piece]) -> Vec<u8> {
    let footer = vhd_footer(if parent.is_some() { 4 } else { 3 }, to_u64(pieces.len()) * 4096, identity);
    let mut image = footer.clone();
    let mut header = vec![0u8; 1024];
    put(&mut header, 0, b"cxsparse\xff\xff\xff\xff\xff\xff\xff\xff");
    put(&mut header, 16, &2048u64.to_be_bytes());
    put(&mut header, 28, &u32::try_from(pieces.len()).unwrap().to_be_bytes());
    put(&mut header, 32, &4096u32.to_be_bytes());
    let mut path = Vec::new();
    if let Some((name, identity)) = parent {
        put(&mut header, 40, &[identity; 16]);
        path = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        put(&mut header, 576, b"W2ru");
        put(&mut header, 584, &u32::try_from(path.len()).unwrap().to_be_bytes());
        put(&mut header, 592, &2560u64.to_be_bytes());
    }
    seal(&mut header, 36);
    put(&mut image, 512, &header);
    put(&mut image, 2048, &[0xff; 512]);
    put(&mut image, 2560, &path);
    image.resize(3072, 0);
    for (number, piece) in pieces.iter().enumerate() {
        if let Filled(byte) | Packed(byte) = piece {
            let at = image.len();
            put(&mut image, 2048 + number * 4, &u32::try_from(at / 512).unwrap().to_be_bytes());
            put(&mut image, at, &[if parent.is_some() { 0xaa } else { 0xff }; 512]);
            image.extend([*byte; 4096]);
        }
    }
    image.extend(footer);
    image
}

/// A VHDX of blocks of 1 MiB; with a path and an identity of a parent, a differencing one, of whose blocks only the sectors
/// of even number are its own.
pub(super) fn vhdx(identity: u8, parent: Option<(&str, u8)>, pieces: &[Piece]) -> Vec<u8> {
    const MIB: usize = 1 << 20;
    let mut image = vec![0u8; MIB];
    put(&mut image, 0, b"vhdxfile");
    let mut header = vec![0u8; 4096];
    put(&mut header, 0, b"head");
    put(&mut header, 8, &7u64.to_le_bytes());
    put(&mut header, 32, &[identity; 16]);
    put(&mut header, 66, &1u16.to_le_bytes());
    let sum = vhdx::sum(&header);
    put(&mut header, 4, &sum.to_le_bytes());
    put(&mut image, 64 << 10, &header);
    put(&mut image, 128 << 10, &header);
    let (metadata, blocks) = (320usize << 10, 400usize << 10);
    let mut regions = vec![0u8; 64 << 10];
    put(&mut regions, 0, b"regi\0\0\0\0\x02");
    for (number, (guid, at)) in [
        (b"\x66\x77\xc2\x2d\x23\xf6\x00\x42\x9d\x64\x11\x5e\x9b\xfd\x4a\x08", blocks),
        (b"\x06\xa2\x7c\x8b\x90\x47\x9a\x4b\xb8\xfe\x57\x5f\x05\x0f\x88\x6e", metadata),
    ]
    .into_iter()
    .enumerate()
    {
        put(&mut regions, 16 + number * 32, guid);
        put(&mut regions, 32 + number * 32, &to_u64(at).to_le_bytes());
        put(&mut regions, 40 + number * 32, &(80u32 << 10).to_le_bytes());
    }
    let sum = vhdx::sum(&regions);
    put(&mut regions, 4, &sum.to_le_bytes());
    put(&mut image, 192 << 10, &regions);
    put(&mut image, 256 << 10, &regions);
    let mut parameters = u32::try_from(MIB).unwrap().to_le_bytes().to_vec();
    parameters.extend(if parent.is_some() { 2u32 } else { 0 }.to_le_bytes());
    let mut items = vec![
        (*b"\x37\x67\xa1\xca\x36\xfa\x43\x4d\xb3\xb6\x33\xf0\xaa\x44\xe7\x6b", parameters),
        (
            *b"\x24\x42\xa5\x2f\x1b\xcd\x76\x48\xb2\x11\x5d\xbe\xd8\x3b\xf4\xb8",
            to_u64(pieces.len() * MIB).to_le_bytes().to_vec(),
        ),
        (*b"\x1d\xbf\x41\x81\x6f\xa9\x09\x47\xba\x47\xf2\x33\xa8\xfa\xab\x5f", 512u32.to_le_bytes().to_vec()),
    ];
    if let Some((path, identity)) = parent {
        let text = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
        let linkage =
            format!("{{{0}{0}{0}{0}-{0}{0}-{0}{0}-{0}{0}-{0}{0}{0}{0}{0}{0}}}", format_args!("{identity:02x}"));
        let mut locator = vec![0u8; 18];
        locator.extend(2u16.to_le_bytes());
        let pairs = [("parent_linkage", linkage.as_str()), ("relative_path", path)];
        let mut at = 20 + 2 * 12;
        let mut tail = Vec::new();
        for (key, value) in pairs {
            let (key, value) = (text(key), text(value));
            locator.extend(u32::try_from(at).unwrap().to_le_bytes());
            locator.extend(u32::try_from(at + key.len()).unwrap().to_le_bytes());
            locator.extend(u16::try_from(key.len()).unwrap().to_le_bytes());
            locator.extend(u16::try_from(value.len()).unwrap().to_le_bytes());
            at += key.len() + value.len();
            tail.extend(key);
            tail.extend(value);
        }
        locator.extend(tail);
        items.push((*b"\x2d\x5f\xd3\xa8\x0b\xb3\x4d\x45\xab\xf7\xd3\xd8\x48\x34\xab\x0c", locator));
    }
    put(&mut image, metadata, b"metadata");
    put(&mut image, metadata + 10, &u16::try_from(items.len()).unwrap().to_le_bytes());
    let mut at = 8192usize;
    for (number, (guid, item)) in items.into_iter().enumerate() {
        let entry = metadata + 32 + number * 32;
        put(&mut image, entry, &guid);
        put(&mut image, entry + 16, &u32::try_from(at).unwrap().to_le_bytes());
        put(&mut image, entry + 20, &u32::try_from(item.len()).unwrap().to_le_bytes());
        put(&mut image, metadata + at, &item);
        at += item.len();
    }
    if parent.is_some() {
        // The bitmap of the first chunk of 4096 blocks.
        let at = image.len();
        put(&mut image, blocks + 4096 * 8, &(to_u64(at) | 6).to_le_bytes());
        image.extend(vec![0x55; MIB]);
    }
    for (number, piece) in pieces.iter().enumerate() {
        let entry = match piece {
            Below => 0,
            Zeros => 2,
            Filled(byte) | Packed(byte) => {
                let at = to_u64(image.len());
                image.extend(vec![*byte; MIB]);
                at | if parent.is_some() { 7 } else { 6 }
            }
        };
        put(&mut image, blocks + number * 8, &entry.to_le_bytes());
    }
    image
}

/// A description of a VMDK.
pub(super) fn vmdk_text(id: &str, parent: Option<(&str, &str)>, extents: &[&str]) -> Vec<u8> {
    let (path, parent) = parent.unwrap_or(("", "ffffffff"));
    let hint = if path.is_empty() { String::new() } else { format!("parentFileNameHint=\"{path}\"\n") };
    let extents = extents.join("\n");
    format!(
        "# Disk DescriptorFile\nversion=1\nCID={id}\nparentCID={parent}\n{hint}# Extent description\n{extents}\n#DDB\n"
    )
    .into_bytes()
}

/// A sparse VMDK of grains of 4 KiB: header, directory, one table of 16 grains, description, grains.
pub(super) fn vmdk(text: &[u8], pieces: &[Piece]) -> Vec<u8> {
    let packed = pieces.iter().any(|piece| matches!(piece, Packed(_)));
    let mut image = vec![0u8; 8 * 512];
    put(&mut image, 0, b"KDMV\x01\0\0\0");
    put(&mut image, 8, &if packed { 0x3_0005u32 } else { 5 }.to_le_bytes());
    put(&mut image, 12, &(to_u64(pieces.len()) * 8).to_le_bytes());
    put(&mut image, 20, &8u64.to_le_bytes());
    put(&mut image, 28, &3u64.to_le_bytes());
    put(&mut image, 36, &5u64.to_le_bytes());
    put(&mut image, 44, &16u32.to_le_bytes());
    put(&mut image, 56, &1u64.to_le_bytes());
    put(&mut image, 73, b"\n \r\n");
    put(&mut image, 77, &u16::from(packed).to_le_bytes());
    put(&mut image, 512, &2u32.to_le_bytes());
    put(&mut image, 3 * 512, text);
    for (number, piece) in pieces.iter().enumerate() {
        let at = image.len();
        let entry = match piece {
            Below => 0,
            Zeros => 1,
            Filled(byte) => {
                image.extend([*byte; 4096]);
                at / 512
            }
            Packed(byte) => {
                let data = deflate(&[*byte; 4096], true);
                put(&mut image, at, &(to_u64(number) * 8).to_le_bytes());
                image.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
                image.extend(data);
                image.resize(image.len().next_multiple_of(512), 0);
                at / 512
            }
        };
        put(&mut image, 1024 + number * 4, &u32::try_from(entry).unwrap().to_le_bytes());
    }
    image
}
