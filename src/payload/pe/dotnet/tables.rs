//! The stream of tables: how many rows each has, how wide they are, and single columns of single rows (ECMA-335, II.22).

use crate::base::fields::Fields;

pub(super) const MODULE: usize = 0x00;
pub(super) const MODULE_REF: usize = 0x1a;
pub(super) const ASSEMBLY: usize = 0x20;

/// What a column holds, which tells how wide it is.
#[derive(Clone, Copy)]
enum Column {
    /// A number of two bytes.
    Two,
    /// A number of four.
    Four,
    /// An offset of the heap of strings, GUIDs or blobs.
    Text,
    Guid,
    Blob,
    /// A row of a table.
    Row(usize),
    /// A row of one of several tables, which so many low bits tell apart.
    Coded(u32, &'static [usize]),
}

use Column::{Blob, Coded, Four, Guid, Row, Text, Two};

const TYPE: Column = Coded(2, &[0x02, 0x01, 0x1b]);
const METHOD: Column = Coded(1, &[0x06, 0x0a]);
const HAS_ATTRIBUTE: Column = Coded(
    5,
    &[
        0x06, 0x04, 0x01, 0x02, 0x08, 0x09, 0x0a, 0x00, 0x0e, 0x17, 0x14, 0x11, 0x1a, 0x1b, 0x20, 0x23, 0x26, 0x27,
        0x28, 0x2a, 0x2c, 0x2b,
    ],
);

/// The columns of the tables up to that of the assembly.
const SCHEMA: [&[Column]; 33] = [
    &[Two, Text, Guid, Guid, Guid],
    &[Coded(2, &[0x00, 0x1a, 0x23, 0x01]), Text, Text],
    &[Four, Text, Text, TYPE, Row(0x04), Row(0x06)],
    &[Row(0x04)],
    &[Two, Text, Blob],
    &[Row(0x06)],
    &[Four, Two, Two, Text, Blob, Row(0x08)],
    &[Row(0x08)],
    &[Two, Two, Text],
    &[Row(0x02), TYPE],
    &[Coded(3, &[0x02, 0x01, 0x1a, 0x06, 0x1b]), Text, Blob],
    &[Two, Coded(2, &[0x04, 0x08, 0x17]), Blob],
    &[HAS_ATTRIBUTE, Coded(3, &[0x06, 0x0a]), Blob],
    &[Coded(1, &[0x04, 0x08]), Blob],
    &[Two, Coded(2, &[0x02, 0x06, 0x20]), Blob],
    &[Two, Four, Row(0x02)],
    &[Four, Row(0x04)],
    &[Blob],
    &[Row(0x02), Row(0x14)],
    &[Row(0x14)],
    &[Two, Text, TYPE],
    &[Row(0x02), Row(0x17)],
    &[Row(0x17)],
    &[Two, Text, Blob],
    &[Two, Row(0x06), Coded(1, &[0x14, 0x17])],
    &[Row(0x02), METHOD, METHOD],
    &[Text],
    &[Blob],
    &[Two, Coded(1, &[0x04, 0x06]), Text, Row(0x1a)],
    &[Four, Row(0x04)],
    &[Four, Four],
    &[Four],
    &[Four, Two, Two, Two, Two, Four, Blob, Text, Text],
];

/// The tables.
pub(super) struct Tables<'a> {
    bytes: &'a [u8],
    /// Rows of each table.
    counts: [u32; 64],
    /// Bits that tell which heaps take four bytes.
    heaps: u8,
    /// Where the first table starts.
    start: usize,
}

impl<'a> Tables<'a> {
    /// Reads the header of the stream.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let fields = Fields(bytes);
        let valid = fields.u64(8);
        let mut counts = [0u32; 64];
        let mut at = 24usize;
        for (index, count) in counts.iter_mut().enumerate() {
            if valid & 1u64.checked_shl(u32::try_from(index).ok()?)? != 0 {
                *count = u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?);
                at = at.saturating_add(4);
            }
        }
        let heaps = fields.u8(6);
        // Edit-and-continue adds a word here.
        let start = if heaps & 0x40 != 0 { at.saturating_add(4) } else { at };
        Some(Self { bytes, counts, heaps, start })
    }

    /// How many rows a table has.
    pub(super) fn rows(&self, table: usize) -> u32 {
        self.counts.get(table).copied().unwrap_or(0)
    }

    /// One row, if the stream has it.
    pub(super) fn row(&self, table: usize, index: u32) -> Option<TableRow<'_>> {
        if index >= self.rows(table) {
            return None;
        }
        let mut at = self.start;
        for (before, columns) in SCHEMA.iter().enumerate().take(table) {
            let rows = usize::try_from(self.rows(before)).ok()?;
            at = at.checked_add(self.length(columns).checked_mul(rows)?)?;
        }
        let columns = SCHEMA.get(table)?;
        let length = self.length(columns);
        at = at.checked_add(length.checked_mul(usize::try_from(index).ok()?)?)?;
        Some(TableRow { tables: self, bytes: self.bytes.get(at..at.checked_add(length)?)?, columns })
    }

    fn length(&self, columns: &[Column]) -> usize {
        columns.iter().map(|column| self.width(*column)).sum()
    }

    fn width(&self, column: Column) -> usize {
        let wide = match column {
            Two => false,
            Four => true,
            Text => self.heaps & 1 != 0,
            Guid => self.heaps & 2 != 0,
            Blob => self.heaps & 4 != 0,
            Row(table) => self.rows(table) > 0xffff,
            Coded(bits, tables) => tables.iter().any(|table| self.rows(*table) > 0xffff >> bits),
        };
        if wide { 4 } else { 2 }
    }
}

/// A row of a table.
pub(super) struct TableRow<'a> {
    tables: &'a Tables<'a>,
    bytes: &'a [u8],
    columns: &'static [Column],
}

impl TableRow<'_> {
    /// The value of a column.
    pub(super) fn column(&self, index: usize) -> Option<u32> {
        let at = self.tables.length(self.columns.get(..index)?);
        let fields = Fields(self.bytes);
        let wide = self.tables.width(*self.columns.get(index)?) == 4;
        Some(if wide { fields.u32(at) } else { u32::from(fields.u16(at)) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stream with a module, two references to types, a native library and an assembly.
    fn stream(heaps: u8) -> Vec<u8> {
        let mut bytes = vec![0u8; 24];
        bytes[6] = heaps;
        let valid: u64 = 1 | 1 << 1 | 1 << MODULE_REF | 1 << ASSEMBLY;
        bytes[8..16].copy_from_slice(&valid.to_le_bytes());
        for count in [1u32, 2, 1, 1] {
            bytes.extend(count.to_le_bytes());
        }
        let heap = |bit: u8, value: u16| {
            let mut field = value.to_le_bytes().to_vec();
            field.resize(if heaps & bit != 0 { 4 } else { 2 }, 0);
            field
        };
        bytes.extend([vec![0, 0], heap(1, 11), heap(2, 1), heap(2, 0), heap(2, 0)].concat());
        for _ in 0..2 {
            bytes.extend([vec![9, 9], heap(1, 9), heap(1, 9)].concat());
        }
        bytes.extend(heap(1, 33));
        bytes.extend(
            [vec![4, 0x80, 0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 0, 0, 0, 0], heap(4, 0), heap(1, 77), heap(1, 0)].concat(),
        );
        bytes
    }

    #[test]
    fn rows_are_found_whatever_the_width_of_the_heaps() {
        for heaps in 0..8 {
            let bytes = stream(heaps);
            let tables = Tables::read(&bytes).unwrap();
            let column = |table, index| tables.row(table, 0).unwrap().column(index);
            assert_eq!((column(MODULE, 1), column(MODULE, 2)), (Some(11), Some(1)), "{heaps}");
            assert_eq!(column(MODULE_REF, 0), Some(33));
            assert_eq!((column(ASSEMBLY, 1), column(ASSEMBLY, 4), column(ASSEMBLY, 7)), (Some(1), Some(4), Some(77)));
            assert!(tables.row(MODULE, 1).is_none() && Tables::read(&bytes[..30]).is_none());
        }
    }

    #[test]
    fn counts_that_no_file_has_lead_nowhere() {
        let mut bytes = stream(0);
        bytes[24..40].fill(0xff);
        let tables = Tables::read(&bytes).unwrap();
        assert!(tables.row(ASSEMBLY, 0).is_none() && tables.row(ASSEMBLY, u32::MAX).is_none());
    }
}
