//! One header of a tar: 512 bytes, in the old format, ustar or GNU's.
//!
//! Sources: POSIX.1-2017, pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format".

use crate::evidence::entry::EntryKind;

/// Bytes of a header, and what data is padded to.
pub(super) const BLOCK: usize = 512;

/// What a header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) name: Vec<u8>,
    pub(super) link: Vec<u8>,
    pub(super) size: u64,
    /// Seconds since 1970.
    pub(super) modified: i64,
    /// GNU's format keeps two more times, where they are written.
    pub(super) accessed: Option<i64>,
    pub(super) changed: Option<i64>,
    pub(super) flag: u8,
    /// Bytes of the file that GNU's sparse format describes, which are more than are stored.
    pub(super) real_size: Option<u64>,
    /// Whether another header with pieces of a sparse file follows.
    pub(super) extended: bool,
}

impl Header {
    /// Reads a header; nothing where its checksum is wrong.
    pub(super) fn read(block: &[u8]) -> Option<Self> {
        let field = |from: usize, length: usize| block.get(from..from.checked_add(length)?);
        if block.len() < BLOCK || !sum_is_right(block) {
            return None;
        }
        let gnu = field(257, 8)? == b"ustar  \0";
        let flag = *block.get(156)?;
        let mut name = text(field(0, 100)?).to_vec();
        let prefix = text(field(345, 155)?);
        if field(257, 6)? == b"ustar\0" && !prefix.is_empty() {
            name = [prefix, b"/", &name].concat();
        }
        let time = |from| gnu.then(|| number(field(from, 12)?)).flatten().filter(|time| *time != 0);
        let sparse = gnu && flag == b'S';
        Some(Self {
            name,
            link: text(field(157, 100)?).to_vec(),
            size: u64::try_from(number(field(124, 12)?)?).ok()?,
            modified: number(field(136, 12)?).unwrap_or(0),
            accessed: time(345),
            changed: time(357),
            flag,
            real_size: sparse.then(|| u64::try_from(number(field(483, 12)?)?).ok()).flatten(),
            extended: sparse && block.get(482) == Some(&1),
        })
    }

    /// What a member of that path is, which need not be the header's own; nothing for headers that say something of the
    /// next one.
    pub(super) fn kind(&self, path: &[u8]) -> Option<EntryKind> {
        Some(match self.flag {
            b'x' | b'X' | b'g' | b'L' | b'K' | b'V' | b'N' => return None,
            b'2' => EntryKind::Symlink,
            b'3' | b'4' => EntryKind::Device,
            b'5' | b'D' => EntryKind::Directory,
            b'6' => EntryKind::Fifo,
            // The old format has no flag for directories.
            b'0' | 0 if path.ends_with(b"/") => EntryKind::Directory,
            _ => EntryKind::File,
        })
    }
}

/// Whether the sum of all bytes, those of the sum taken as blanks, is what is written. Some wrote the sum of signed bytes.
fn sum_is_right(block: &[u8]) -> bool {
    let Some(told) = block.get(148..156).and_then(number) else { return false };
    let bytes = || block.iter().take(BLOCK).enumerate().filter(|(at, _)| !(148..156).contains(at));
    let unsigned = bytes().fold(256i64, |sum, (_, byte)| sum.saturating_add(i64::from(*byte)));
    let signed = bytes().fold(256i64, |sum, (_, byte)| sum.saturating_add(i64::from(byte.cast_signed())));
    told == unsigned || told == signed
}

/// Text up to the first NUL.
fn text(field: &[u8]) -> &[u8] {
    field.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// A number in octal digits, between blanks and NULs, or in base 256, big-endian, where the first bit is set.
fn number(field: &[u8]) -> Option<i64> {
    let first = *field.first()?;
    if first & 0x80 != 0 {
        // The second bit is the sign.
        let start = if first & 0x40 != 0 { -1i64 } else { 0 };
        let head = i64::from(first & 0x3f) | if start < 0 { !0x3f } else { 0 };
        return field
            .iter()
            .skip(1)
            .try_fold(head, |number, byte| number.checked_mul(256)?.checked_add(i64::from(*byte)));
    }
    let digits = field.iter().copied().skip_while(|byte| *byte == b' ' || *byte == 0);
    let mut digits = digits.take_while(|byte| *byte != b' ' && *byte != 0);
    digits.try_fold(0i64, |number, byte| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit < 8)?;
        number.checked_mul(8)?.checked_add(i64::from(digit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_octal_or_binary() {
        let cases: [(&[u8], Option<i64>); 8] = [
            (b"0000644\0", Some(0o644)),
            (b"   17 \0\0", Some(0o17)),
            (b"\0\0\0\0\0\0\0\0", Some(0)),
            (b"0000008\0", None),
            (b"\x80\0\0\0\0\0\x01\0", Some(256)),
            (b"\xff\xff\xff\xff\xff\xff\xff\xfe", Some(-2)),
            (b"\xbf\xff\xff\xff\xff\xff\xff\xff\xff\xff", None),
            (b"77777777777\0", Some(0o77_777_777_777)),
        ];
        for (field, expected) in cases {
            assert_eq!(number(field), expected, "{field:?}");
        }
    }
}
