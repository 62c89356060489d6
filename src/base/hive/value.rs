//! Values: their bytes, and what they say as text.

use super::Hive;
use crate::base::fields::Fields;
use crate::base::wide;
use std::fmt::Write;

/// Bytes in one segment of a value that is too large for a cell.
const SEGMENT: usize = 16_344;
/// Bytes of data without a text that are written as hexadecimal digits.
const HEXADECIMAL: usize = 1024;

/// A value of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// Its name; empty for the key's own value.
    pub name: String,
    /// Its type, `REG_BINARY` is 3.
    pub kind: u32,
    /// Its bytes, as many as were read.
    pub data: Vec<u8>,
    /// How many bytes it says that it has.
    pub size: u32,
    /// Where it lies in its hive, in bytes.
    pub offset: u64,
}

impl Value {
    /// Bytes that are read of each of the values of a key.
    pub const USUAL: usize = 65_536;
    /// Bytes that are read of a value that was asked for by its name.
    pub const MOST: usize = 4 << 20;

    /// What it says: a text, a number in decimal digits, the texts of a `REG_MULTI_SZ` a line each, else its first bytes in
    /// hexadecimal digits.
    #[must_use]
    pub fn text(&self) -> String {
        match self.kind {
            1 | 2 | 6 => self.strings().into_iter().next().unwrap_or_default(),
            7 => self.strings().join("\n"),
            4 | 5 | 11 if self.number().is_some() => self.number().map(|number| number.to_string()).unwrap_or_default(),
            _ => hexadecimal(&self.data),
        }
    }

    /// The texts that it holds, without those that are empty; nothing but the first counts for other types than
    /// `REG_MULTI_SZ`.
    #[must_use]
    pub fn strings(&self) -> Vec<String> {
        if !matches!(self.kind, 1 | 2 | 6 | 7) {
            return Vec::new();
        }
        let whole = text(&self.data, false);
        let mut parts = whole.split('\0').filter(|part| !part.is_empty()).map(str::to_owned);
        if self.kind == 7 {
            return parts.collect();
        }
        // What follows the end of a text is what was there before.
        let first = whole.split('\0').next().filter(|first| !first.is_empty());
        first.and_then(|_| parts.next()).into_iter().collect()
    }

    /// The number that it holds: of four bytes in either order, or of eight.
    #[must_use]
    pub fn number(&self) -> Option<u64> {
        let fields = Fields(&self.data);
        match (self.kind, self.data.len()) {
            (5, 4) => Some(u64::from(fields.u32(0).swap_bytes())),
            (4, 4) => Some(u64::from(fields.u32(0))),
            (11, 8) => Some(fields.u64(0)),
            _ => None,
        }
    }
}

impl Hive<'_> {
    /// The name of the value in a cell.
    pub(super) fn value_name(&self, cell: u32) -> Option<String> {
        let head = self.cells.exactly(cell, 20).filter(|head| head.starts_with(b"vk"))?;
        let length = usize::from(Fields(&head).u16(2));
        let whole = self.cells.exactly(cell, 20usize.saturating_add(length))?;
        Some(text(whole.get(20..)?, Fields(&head).u16(16) & 1 != 0))
    }

    /// The value in a cell, and at most so many of its bytes.
    pub(super) fn read_value(&self, cell: u32, most: usize) -> Option<Value> {
        let Some(name) = self.value_name(cell) else {
            self.cells.miss(cell);
            return None;
        };
        let head = self.cells.exactly(cell, 20)?;
        let fields = Fields(&head);
        let size = fields.u32(4);
        // The highest bit tells that the bytes lie in place of their offset.
        let data = if size & 0x8000_0000 != 0 {
            let size = usize::try_from(size & 0x7fff_ffff).ok()?.min(4);
            fields.bytes(8, size).to_vec()
        } else if size == 0 {
            Vec::new()
        } else {
            self.data(fields.u32(8), usize::try_from(size).ok()?.min(most))
        };
        let offset = super::cells::Cells::place(cell);
        Some(Value { name, kind: fields.u32(12), data, size: size & 0x7fff_ffff, offset })
    }

    fn data(&self, cell: u32, size: usize) -> Vec<u8> {
        if size > SEGMENT
            && let Some(head) = self.cells.exactly(cell, 8).filter(|head| head.starts_with(b"db"))
        {
            return self.segments(&head, size);
        }
        self.cells.data(cell, size).unwrap_or_else(|| {
            self.cells.miss(cell);
            Vec::new()
        })
    }

    /// The segments of a value that is too large for a cell. Where one is missing, the value ends.
    fn segments(&self, head: &[u8], size: usize) -> Vec<u8> {
        let mut data = Vec::new();
        let count = u32::from(Fields(head).u16(2));
        for segment in self.numbers(Fields(head).u32(4), 0, count, 4) {
            let wanted = size.saturating_sub(data.len()).min(SEGMENT);
            if wanted == 0 {
                break;
            }
            let Some(bytes) = self.cells.data(segment, wanted) else {
                self.cells.miss(segment);
                break;
            };
            let short = bytes.len() < wanted;
            data.extend(bytes);
            if short {
                break;
            }
        }
        data
    }
}

/// A name or a text in Latin-1 or UTF-16.
pub(super) fn text(bytes: &[u8], latin: bool) -> String {
    if latin {
        return bytes.iter().map(|byte| char::from(*byte)).collect();
    }
    wide::text(wide::units(bytes))
}

fn hexadecimal(bytes: &[u8]) -> String {
    let mut digits = String::new();
    for byte in bytes.iter().take(HEXADECIMAL) {
        // Writing to a text cannot fail.
        let _ = write!(digits, "{byte:02x}");
    }
    if bytes.len() > HEXADECIMAL {
        digits.push('…');
    }
    digits
}
