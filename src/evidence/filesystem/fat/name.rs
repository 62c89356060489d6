//! Names: the short ones in the code page of the host, of which CP437 is assumed, and the long ones in UTF-16.

use crate::base::wide;
use oem_cp::code_table::DECODING_TABLE_CP437;

/// UTF-16 units in one piece of a long name.
pub(super) const UNITS: usize = 13;
/// Pieces of the longest name, of 255 units.
const MOST_PIECES: usize = 20;

/// A piece of a long name, as its slot in the directory holds it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    /// Its number, counted from the end of the name; [`LAST`] marks the end of the name, which comes first.
    pub(super) order: u8,
    /// The checksum of the short name that it belongs to.
    pub(super) checksum: u8,
    pub(super) units: [u16; UNITS],
}

const LAST: u8 = 0x40;
/// What the first byte of a deleted slot is.
pub(super) const DELETED: u8 = 0xe5;

impl Piece {
    /// Whether the name ends in this piece, short of its last unit.
    fn is_padded(&self) -> bool {
        self.units.iter().any(|unit| matches!(unit, 0 | 0xffff))
    }
}

/// The long name in the pieces before a short one, where they belong to it.
pub(super) fn long(pieces: &[Piece], short: &[u8; 11]) -> Option<Vec<u8>> {
    let checksum = checksum(short);
    let ordered = pieces.iter().rev().zip(1u8..).all(|(piece, number)| piece.order & !LAST == number);
    let marked = pieces.iter().enumerate().all(|(at, piece)| (piece.order & LAST != 0) == (at == 0));
    let fits = (1..=MOST_PIECES).contains(&pieces.len()) && pieces.iter().all(|piece| piece.checksum == checksum);
    (ordered && marked && fits).then(|| join(pieces.iter().rev()))
}

/// The long name in the pieces before a deleted entry, and the first byte of its short name. The pieces have lost their
/// numbers, but the checksum in them tells the byte that deletion wrote over: they are taken if that is one that a name may
/// begin with.
pub(super) fn long_of_deleted(pieces: &[Piece], short: &[u8; 11]) -> Option<(Vec<u8>, u8)> {
    let last = pieces.last()?;
    let first = (0u8..=255).find(|first| {
        let mut whole = *short;
        if let Some(byte) = whole.first_mut() {
            *byte = *first;
        }
        checksum(&whole) == last.checksum
    })?;
    let mut taken: Vec<&Piece> = Vec::new();
    for piece in pieces.iter().rev().take(MOST_PIECES) {
        if piece.order != DELETED || piece.checksum != last.checksum {
            break;
        }
        taken.push(piece);
        if piece.is_padded() {
            break;
        }
    }
    let name = join(taken.into_iter());
    let initial = name.iter().find(|byte| !matches!(byte, b'.' | b' ')).copied().unwrap_or(0);
    let agrees = !initial.is_ascii_alphanumeric() || initial.to_ascii_uppercase() == first;
    (is_legal(first) && agrees && !name.is_empty()).then_some((name, first))
}

fn join<'p>(pieces: impl Iterator<Item = &'p Piece>) -> Vec<u8> {
    let units = pieces.flat_map(|piece| piece.units).take_while(|unit| !matches!(unit, 0 | 0xffff));
    wide::utf8(units)
}

fn checksum(short: &[u8; 11]) -> u8 {
    short.iter().fold(0u8, |sum, byte| sum.rotate_right(1).wrapping_add(*byte))
}

/// Whether a short name may have a byte in it; lower case it may not, but other systems than DOS wrote that too.
pub(super) fn is_legal(byte: u8) -> bool {
    byte >= 0x20 && !b"\"*+,./:;<=>?[\\]|\x7f".contains(&byte)
}

/// A short name as it is shown. Of the case flags, bit 3 is for the name and bit 4 for what follows the dot.
pub(super) fn short(name: &[u8; 11], case: u8) -> Vec<u8> {
    let mut name = *name;
    // A name that begins with the mark of deletion begins with this instead.
    if let Some(first) = name.first_mut().filter(|first| **first == 0x05) {
        *first = DELETED;
    }
    let (base, extension) = name.split_at(8);
    let mut text = part(base, case & 0x08 != 0);
    let extension = part(extension, case & 0x10 != 0);
    if !extension.is_empty() {
        text.push('.');
        text.push_str(&extension);
    }
    text.into_bytes()
}

fn part(bytes: &[u8], lower: bool) -> String {
    let text = oem_cp::decode_string_complete_table(bytes, &DECODING_TABLE_CP437);
    let text = text.trim_end_matches(' ');
    if lower { text.to_ascii_lowercase() } else { text.to_owned() }
}

/// The label of a volume; nothing where it is blank.
pub(super) fn label(bytes: &[u8]) -> Option<String> {
    let label = part(bytes, false).trim_matches(['\0', ' ']).to_owned();
    (!label.is_empty()).then_some(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_are_shown_as_their_host_would() {
        let cases: [(&[u8; 11], u8, &str); 6] = [
            (b"README  TXT", 0, "README.TXT"),
            (b"README  TXT", 0x18, "readme.txt"),
            (b"README  TXT", 0x08, "readme.TXT"),
            (b"NOEXT      ", 0x10, "NOEXT"),
            (b"\x05BC     \x81  ", 0, "σBC.ü"),
            (b"A B     C D", 0, "A B.C D"),
        ];
        for (raw, case, expected) in cases {
            assert_eq!(String::from_utf8(short(raw, case)).unwrap(), expected);
        }
    }

    fn pieces(name: &str, short: &[u8; 11]) -> Vec<Piece> {
        let units: Vec<u16> = name.encode_utf16().collect();
        let count = units.len().div_ceil(UNITS);
        let piece = |number: usize| {
            let mut piece = Piece { order: number as u8 + 1, checksum: checksum(short), units: [0xffff; UNITS] };
            for (at, target) in piece.units.iter_mut().enumerate() {
                let from = number * UNITS + at;
                *target = if from == units.len() { 0 } else { units.get(from).copied().unwrap_or(0xffff) };
            }
            if number + 1 == count {
                piece.order |= LAST;
            }
            piece
        };
        (0..count).rev().map(piece).collect()
    }

    #[test]
    fn long_names_are_taken_only_where_they_fit() {
        let short = b"QUARTE~1TXT";
        let good = pieces("Quarterly report for all.txt", short);
        assert_eq!(long(&good, short).unwrap(), b"Quarterly report for all.txt");
        assert_eq!(long(&good, b"QUARTE~2TXT"), None);
        assert_eq!(long(&good[1..], short), None);
        let mut turned = good.clone();
        turned.reverse();
        assert_eq!(long(&turned, short), None);
        let many: Vec<Piece> = (1..=63u8).rev().map(|order| Piece { order, ..good[1] }).collect();
        assert_eq!(long(&many, short), None);
        assert_eq!(long(&[], short), None);
    }

    #[test]
    fn deleted_names_are_put_together_again() {
        let short = b"QUARTE~1TXT";
        let gone = |pieces: Vec<Piece>| -> Vec<Piece> {
            pieces.into_iter().map(|piece| Piece { order: DELETED, ..piece }).collect()
        };
        let mut left = *short;
        left[0] = DELETED;
        let mut all = gone(pieces("Other.text", b"OTHER~1 TEX"));
        all.extend(gone(pieces("Quarterly report for all.txt", short)));
        assert_eq!(long_of_deleted(&all, &left).unwrap(), (b"Quarterly report for all.txt".to_vec(), b'Q'));
        assert_eq!(long_of_deleted(&all, b"\xe5NOTHER TXT"), None);
        assert_eq!(long_of_deleted(&[], &left), None);
    }
}
