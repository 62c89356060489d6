//! What the segments of a set say together: the size of the disk, where its chunks are, what was noted of it.

use super::super::StoredDigests;
use super::super::unread::zeros;
use super::table::Table;
use crate::base::anomaly::Cause;
use crate::base::number::{to_u32, to_u64};

/// How a disk is cut into chunks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Geometry {
    /// Bytes of a chunk.
    pub(super) chunk: u64,
    /// Bytes of the disk.
    pub(super) length: u64,
    /// Bytes of a sector.
    pub(super) sector: u64,
}

/// Bytes of the largest chunk that is read: 32,768 sectors, the most that the tools write.
const CHUNK: u64 = 16 << 20;
/// Sections that are looked at in one set.
const SECTIONS: u32 = 1 << 20;
/// Tables of one set: enough for 64 TiB in chunks of 32 KiB.
const TABLES: usize = 1 << 18;
/// Damage that is told of one set.
const TOLD: usize = 1 << 12;
/// Bytes that a deflated byte can stand for at most (RFC 1951), rounded up.
const RATIO: u64 = 1100;

impl Geometry {
    /// Checks the numbers of a header; `sectors` may be 0 where it was not noted.
    pub(super) fn of(sector: u64, per_chunk: u64, sectors: u64) -> Result<Self, Cause> {
        let chunk = sector.saturating_mul(per_chunk);
        if sector == 0 || !(512..=CHUNK).contains(&chunk) {
            return Err(Cause::Unsupported(format!("chunks of {per_chunk} sectors of {sector} bytes")));
        }
        Ok(Self { chunk, length: sector.saturating_mul(sectors), sector })
    }
}

/// A set in the making; segments are added in their order.
pub(super) struct Set {
    pub(super) geometry: Option<Geometry>,
    /// The identity that all segments of a set share; zeros where it is not noted.
    pub(super) identity: [u8; 16],
    pub(super) stored: StoredDigests,
    /// Whether the last segment that was read ends the set.
    pub(super) is_done: bool,
    tables: Vec<Table>,
    /// The number of the next chunk, where it is known: tables of version 1 only count on.
    next: Option<u64>,
    /// The first table whose place is not known.
    adrift: usize,
    sections: u32,
    /// First sectors and counts.
    bad: Vec<(u64, u64)>,
    damage: Vec<Cause>,
}

impl Set {
    pub(super) fn new(damage: Vec<Cause>) -> Self {
        Self {
            geometry: None,
            identity: [0; 16],
            stored: StoredDigests::default(),
            is_done: false,
            tables: Vec::new(),
            next: Some(0),
            adrift: 0,
            sections: 0,
            bad: Vec::new(),
            damage,
        }
    }

    /// Tells of damage at an offset in a segment.
    pub(super) fn tell(&mut self, what: String, offset: u64) {
        if self.damage.len() < TOLD {
            self.damage.push(Cause::Corrupt { what, offset });
        } else if self.damage.len() == TOLD {
            let limit = to_u64(TOLD);
            self.damage.push(Cause::LimitReached { what: "damages of one image", limit });
        }
    }

    /// Counts a section.
    pub(super) fn count(&mut self) -> Result<(), Cause> {
        self.sections = self.sections.saturating_add(1);
        if self.sections > SECTIONS {
            return Err(Cause::LimitReached { what: "sections of one image", limit: u64::from(SECTIONS) });
        }
        Ok(())
    }

    /// Something was lost that held an unknown number of chunks.
    pub(super) fn lose_place(&mut self) {
        self.next = None;
        self.adrift = self.tables.len();
    }

    /// Adds a table; `first` is the number of its first chunk where it says so.
    pub(super) fn add(&mut self, table: Table, first: Option<u64>) -> Result<(), Cause> {
        if self.tables.len() >= TABLES {
            let limit = to_u64(TABLES);
            return Err(Cause::LimitReached { what: "tables of one image", limit });
        }
        let first = first.or(self.next);
        self.next = first.map(|first| first.saturating_add(u64::from(table.count)));
        self.tables.push(Table { first, ..table });
        if first.is_some() {
            self.adrift = self.tables.len();
        }
        Ok(())
    }

    /// Puts the copy of a table in the place of the last one.
    pub(super) fn replace(&mut self, copy: Table) {
        if let Some(last) = self.tables.last_mut() {
            *last = Table { first: last.first, ..copy };
            self.next = last.first.map(|first| first.saturating_add(u64::from(copy.count)));
        }
    }

    /// Notes a digest; one that was noted before otherwise is told.
    pub(super) fn digest(&mut self, kind: Digest, value: String, offset: u64) {
        if value.bytes().all(|byte| byte == b'0') {
            return;
        }
        let (place, name) = match kind {
            Digest::Md5 => (&mut self.stored.md5, "MD5"),
            Digest::Sha1 => (&mut self.stored.sha1, "SHA-1"),
            Digest::Sha256 => (&mut self.stored.sha256, "SHA-256"),
        };
        match place {
            Some(noted) if *noted != value => {
                let what = format!("two stored {name} that differ ({noted}, {value}), the second");
                self.tell(what, offset);
            }
            _ => *place = Some(value),
        }
    }

    /// Notes sectors that could not be read when the disk was acquired.
    pub(super) fn bad_sectors(&mut self, first: u64, count: u64) {
        if self.bad.len() < TOLD {
            self.bad.push((first, count));
        }
    }

    /// The whole; `at_hand` is the size of all segments together.
    ///
    /// # Errors
    /// Nothing says how the disk is cut into chunks.
    pub(super) fn finish(mut self, at_hand: u64) -> Result<(Geometry, Vec<Table>, StoredDigests, Vec<Cause>), Cause> {
        let Some(mut geometry) = self.geometry else {
            let what = "an Expert Witness file that does not say the size of its disk".to_owned();
            return Err(Cause::Corrupt { what, offset: 0 });
        };
        for (first, count) in std::mem::take(&mut self.bad) {
            let what = format!("{count} sectors could not be read when the image was acquired,");
            self.tell(what, first.saturating_mul(geometry.sector));
        }
        let total = geometry.length.div_ceil(geometry.chunk.max(1));
        self.place(total);
        let mut tables: Vec<Table> = std::mem::take(&mut self.tables);
        tables.retain(|table| table.first.is_some() && table.count > 0);
        tables.sort_by_key(|table| table.first);
        let covered = tables.last().map_or(0, |table| table.end_chunk()).saturating_mul(geometry.chunk);
        if geometry.length == 0 {
            geometry.length = covered;
        }
        let most = covered.max(at_hand.saturating_mul(RATIO));
        if geometry.length > most {
            let what =
                format!("the disk is said to have {} bytes, more than these segments can hold; cut", geometry.length);
            self.tell(what, most);
            geometry.length = most;
        }
        let mut next = 0u64;
        for table in tables.iter().map(|table| (table.first.unwrap_or(0), table.end_chunk())).chain([(total, total)]) {
            let (from, to) = (next.saturating_mul(geometry.chunk), table.0.saturating_mul(geometry.chunk));
            let (from, to) = (from, to.min(geometry.length));
            if from < to && self.damage.len() < TOLD {
                self.damage.push(zeros(from..to, "no table tells where this part of the disk is"));
            }
            next = next.max(table.1);
        }
        Ok((geometry, tables, self.stored, self.damage))
    }

    /// Places the tables after a loss by counting back from the end of the disk; what lies between two losses stays
    /// without a place.
    fn place(&mut self, total: u64) {
        let counted =
            self.tables.iter().skip(self.adrift).fold(0u64, |sum, table| sum.saturating_add(u64::from(table.count)));
        let mut next = total.checked_sub(counted).filter(|_| self.is_done);
        if let Some((before, at)) = self.adrift.checked_sub(1).and_then(|last| self.tables.get_mut(last)).zip(next) {
            // The count of the table before a loss may be what was lost.
            let most = at.checked_sub(before.first.unwrap_or(0));
            next = next.filter(|_| most.is_some());
            before.count = before.count.min(most.map_or(u32::MAX, to_u32));
        }
        for table in self.tables.iter_mut().skip(self.adrift) {
            table.first = next;
            next = next.map(|next| next.saturating_add(u64::from(table.count)));
        }
        let lost: u64 =
            self.tables.iter().filter(|table| table.first.is_none()).map(|table| u64::from(table.count)).sum();
        if lost > 0 {
            self.tell(format!("{lost} chunks follow what is missing, and their place on the disk is not known"), 0);
        }
    }
}

/// The kinds of digests that a set notes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Digest {
    Md5,
    Sha1,
    Sha256,
}
