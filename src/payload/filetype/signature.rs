//! Signatures at fixed offsets, found by offset and first byte instead of one after the other.

use super::FileType;
use std::sync::LazyLock;

/// Bytes at an offset of the head, and what they say.
pub(super) struct Signature {
    at: usize,
    bytes: &'static [u8],
    says: Says,
}

/// What a signature says of a file.
enum Says {
    /// The type, by the bytes alone.
    Type(FileType),
    /// The type, if the rest of the head agrees: for signatures so short that other files bear them by chance.
    TypeIf(FileType, fn(&[u8]) -> bool),
    /// Whatever the rest of the head tells.
    Asks(fn(&[u8]) -> Option<FileType>),
}

/// A signature at an offset.
pub(super) const fn at(at: usize, bytes: &'static [u8], kind: FileType) -> Signature {
    Signature { at, bytes, says: Says::Type(kind) }
}

/// A signature at the start.
pub(super) const fn start(bytes: &'static [u8], kind: FileType) -> Signature {
    at(0, bytes, kind)
}

/// A signature at the start that other files bear by chance; `agrees` is asked of the whole head.
pub(super) const fn start_if(bytes: &'static [u8], kind: FileType, agrees: fn(&[u8]) -> bool) -> Signature {
    at_if(0, bytes, kind, agrees)
}

/// A signature at an offset that other files bear by chance.
pub(super) const fn at_if(at: usize, bytes: &'static [u8], kind: FileType, agrees: fn(&[u8]) -> bool) -> Signature {
    Signature { at, bytes, says: Says::TypeIf(kind, agrees) }
}

/// A signature that several types share.
pub(super) const fn asks(at: usize, bytes: &'static [u8], told: fn(&[u8]) -> Option<FileType>) -> Signature {
    Signature { at, bytes, says: Says::Asks(told) }
}

impl Signature {
    fn tells(&self, head: &[u8]) -> Option<FileType> {
        if !head.get(self.at..)?.starts_with(self.bytes) {
            return None;
        }
        match self.says {
            Says::Type(kind) => Some(kind),
            Says::TypeIf(kind, agrees) => agrees(head).then_some(kind),
            Says::Asks(told) => told(head),
        }
    }
}

/// The signatures at one offset, by their first byte; the longer ones of a byte come first.
struct Shelf {
    at: usize,
    by_byte: Vec<Vec<&'static Signature>>,
}

static SHELVES: LazyLock<Vec<Shelf>> = LazyLock::new(|| {
    let mut shelves: Vec<Shelf> = Vec::new();
    for signature in super::magic::TABLES.iter().flat_map(|table| table.iter()) {
        let place = match shelves.iter().position(|shelf| shelf.at == signature.at) {
            Some(place) => place,
            None => {
                shelves.push(Shelf { at: signature.at, by_byte: (0..256).map(|_| Vec::new()).collect() });
                shelves.len().saturating_sub(1)
            }
        };
        let first = usize::from(signature.bytes.first().copied().unwrap_or_default());
        if let Some(held) = shelves.get_mut(place).and_then(|shelf| shelf.by_byte.get_mut(first)) {
            held.push(signature);
        }
    }
    shelves.sort_by_key(|shelf| shelf.at);
    for held in shelves.iter_mut().flat_map(|shelf| shelf.by_byte.iter_mut()) {
        held.sort_by_key(|signature| std::cmp::Reverse(signature.bytes.len()));
    }
    shelves
});

/// The type that a signature of the head tells; those nearer the start count first.
pub(super) fn find(head: &[u8]) -> Option<FileType> {
    SHELVES.iter().find_map(|shelf| {
        let first = usize::from(*head.get(shelf.at)?);
        shelf.by_byte.get(first)?.iter().find_map(|signature| signature.tells(head))
    })
}
