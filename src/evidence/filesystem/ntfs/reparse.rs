//! Reparse points: what a tag makes of a file (MS-FSCC 2.1.2.1).
use crate::base::fields::{u16_at, u32_at};
use crate::evidence::entry::EntryKind;

/// A file compressed by the Windows Overlay Filter (CompactOS).
pub(super) const WOF: u32 = 0x8000_0017;

/// A file whose content lies in the chunk store of the Data Deduplication service.
pub(super) const DEDUPLICATED: u32 = 0x8000_0013;

/// The bit of tags that name something else in place of the file: junctions, symbolic links.
const NAME_SURROGATE: u32 = 0x2000_0000;

/// What a tag makes of a file; nothing where it stays what it is.
pub(super) fn kind(tag: u32) -> Option<EntryKind> {
    match tag {
        0x8000_0023 => Some(EntryKind::Socket),
        0x8000_0024 => Some(EntryKind::Fifo),
        0x8000_0025 | 0x8000_0026 => Some(EntryKind::Device),
        tag if tag & NAME_SURROGATE != 0 => Some(EntryKind::Symlink),
        _ => None,
    }
}

/// Whether a tag says that the content may be elsewhere, with a cloud service: any of `IO_REPARSE_TAG_CLOUD_0` to `_F`.
pub(super) fn is_cloud(tag: u32) -> bool {
    tag & 0xffff_0fff == 0x9000_001a
}

/// How the Windows Overlay Filter compressed a file (`FILE_PROVIDER_EXTERNAL_INFO_V1`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compression {
    /// XPRESS with Huffman codes, in chunks of so many bytes.
    Xpress(u64),
    /// LZX, in chunks of 32 KiB.
    Lzx,
}

/// Reads the value of a WOF reparse point.
///
/// # Errors
/// What is not read: a file of a WIM archive, or a newer version.
pub(super) fn compression(value: &[u8]) -> Result<Compression, &'static str> {
    let field = |at: usize| u32_at(value, at).unwrap_or(u32::MAX);
    match (field(8), field(12), field(16), field(20)) {
        _ if u16_at(value, 4).is_none_or(|length| length < 12) => Err("WOF: reparse point cut off"),
        (1, 2, 1, 0) => Ok(Compression::Xpress(4096)),
        (1, 2, 1, 1) => Ok(Compression::Lzx),
        (1, 2, 1, 2) => Ok(Compression::Xpress(8192)),
        (1, 2, 1, 3) => Ok(Compression::Xpress(16_384)),
        (1, 1, ..) => Err("WOF: the content lies in a WIM archive"),
        _ => Err("WOF: not a version or compression that is known"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_tell_what_a_file_is() {
        let cases = [
            (0xa000_0003, Some(EntryKind::Symlink)),
            (0xa000_000c, Some(EntryKind::Symlink)),
            (0xa000_001d, Some(EntryKind::Symlink)),
            (0x8000_0023, Some(EntryKind::Socket)),
            (WOF, None),
            (DEDUPLICATED, None),
            (0x9000_301a, None),
        ];
        for (tag, expected) in cases {
            assert_eq!(kind(tag), expected, "{tag:#x}");
        }
        assert!(is_cloud(0x9000_001a) && is_cloud(0x9000_f01a) && !is_cloud(WOF));
    }

    #[test]
    fn overlay_compression_is_told() {
        let value = |fields: [u32; 4]| {
            let header = [0x17, 0, 0, 0x80, 16, 0, 0, 0];
            header.into_iter().chain(fields.into_iter().flat_map(u32::to_le_bytes)).collect::<Vec<u8>>()
        };
        assert_eq!(compression(&value([1, 2, 1, 0])), Ok(Compression::Xpress(4096)));
        assert_eq!(compression(&value([1, 2, 1, 1])), Ok(Compression::Lzx));
        assert!(compression(&value([1, 1, 0, 0])).is_err_and(|what| what.contains("WIM")));
        assert!(compression(&value([1, 2, 1, 9])).is_err() && compression(&[0x17, 0, 0]).is_err());
    }
}
