//! Where the master file table lies: by the boot sector, by its mirror, or by the signatures of its records.

use super::attribute::{Attributes, Body, kind, listed};
use super::boot::Boot;
use super::record::{Header, own_number, restore};
use super::runs::{CAP, Content, Run, decode, ordered};
use super::table::EXTENSIONS;
use crate::base::bytes::{AlignedBuffer, ReadAt, read_full};
use crate::base::number::to_u64;
use crate::base::source::Source;
use std::collections::BTreeSet;

/// Bytes of a `$ATTRIBUTE_LIST` that are read; the format allows 256 KiB.
const LIST: u64 = 1 << 20;

/// Entries of a `$ATTRIBUTE_LIST` that are looked at.
const ENTRIES: usize = 65_536;

/// Bytes that are searched at a time.
const BLOCK: usize = 1 << 20;

/// A volume, in the measures of its boot sector.
#[derive(Clone)]
pub(super) struct Volume {
    /// Its bytes.
    pub source: Source,
    /// What its boot sector says.
    pub boot: Boot,
}

impl Volume {
    /// Number of clusters: those that the boot sector speaks of or, if more, that there are.
    pub(super) fn clusters(&self) -> u64 {
        self.boot.length.max(self.source.len()).checked_div(self.boot.cluster).unwrap_or(0)
    }

    /// Number of clusters that the evidence holds.
    pub(super) fn present(&self) -> u64 {
        self.source.len().checked_div(self.boot.cluster).unwrap_or(0)
    }

    /// The restored record at an offset.
    fn record(&self, offset: u64) -> Option<Vec<u8>> {
        read_record(&self.source, offset, self.boot.record)
    }

    /// The unnamed `$DATA` that a base record holds or begins. The records that its attribute list names are read from
    /// `table` or, for the table itself, from as much of it as is known.
    pub(super) fn data(&self, number: u64, base: &[u8], table: Option<&dyn ReadAt>) -> Option<Content> {
        let header = Header::of(base)?;
        let mut content = Content {
            volume: self.source.clone(),
            cluster: self.boot.cluster,
            runs: Vec::new(),
            size: 0,
            initialised: 0,
        };
        let mut begun = false;
        for attribute in Attributes::new(base, &header) {
            if let (kind::DATA, Body::Extents(extents)) = (attribute.kind, attribute.body)
                && attribute.name.is_empty()
                && extents.first == 0
                && !begun
            {
                begun = true;
                (content.size, content.initialised) = (extents.size, extents.initialised);
                let _ = decode(extents.runs, 0, self.clusters(), &mut content.runs);
            }
        }
        let list = self.list(base, &header);
        let mut pending: Vec<_> = listed(&list)
            .take(ENTRIES)
            .filter(|entry| entry.kind == kind::DATA && !entry.named && entry.record.record != number)
            .collect();
        pending.sort_by_key(|entry| (entry.first, entry.record.record));
        pending.dedup();
        // A part of the table may be described in another part: each is taken once, in the order of the clusters.
        for entry in pending {
            let offset = entry.record.record.saturating_mul(to_u64(self.boot.record));
            let known: &dyn ReadAt = table.unwrap_or(&content);
            let Some(record) = read_record(known, offset, self.boot.record) else { continue };
            let Some(header) = Header::of(&record).filter(|header| header.base.record == number) else { continue };
            let mut more = Vec::new();
            for attribute in Attributes::new(&record, &header) {
                if let (kind::DATA, Body::Extents(extents)) = (attribute.kind, attribute.body)
                    && attribute.name.is_empty()
                    && extents.first > 0
                    && content.runs.len().saturating_add(more.len()) < CAP
                {
                    let _ = decode(extents.runs, extents.first, self.clusters(), &mut more);
                }
            }
            content.runs.append(&mut more);
            content.runs = ordered(content.runs);
        }
        begun.then_some(content)
    }

    /// The `$ATTRIBUTE_LIST` of a base record, as far as it can be read; empty where there is none.
    fn list(&self, base: &[u8], header: &Header) -> Vec<u8> {
        for attribute in Attributes::new(base, header).filter(|attribute| attribute.kind == kind::ATTRIBUTE_LIST) {
            match attribute.body {
                Body::Resident(value) => return value.to_vec(),
                Body::Extents(extents) if extents.first == 0 && extents.size <= LIST => {
                    let mut runs = Vec::new();
                    let _ = decode(extents.runs, 0, self.clusters(), &mut runs);
                    let (volume, cluster) = (self.source.clone(), self.boot.cluster);
                    let value = Content { volume, cluster, runs, size: extents.size, initialised: extents.initialised };
                    let mut list = vec![0; usize::try_from(value.size).unwrap_or(0)];
                    let read = read_full(&value, 0, &mut list).unwrap_or(0);
                    list.truncate(read);
                    return list;
                }
                Body::Extents(_) => {}
            }
        }
        Vec::new()
    }

    /// The records that continue a base record, by its `$ATTRIBUTE_LIST`, in the order of their numbers.
    pub(super) fn continued(&self, number: u64, base: &[u8]) -> BTreeSet<u64> {
        let Some(header) = Header::of(base) else { return BTreeSet::new() };
        let list = self.list(base, &header);
        let records = listed(&list).take(ENTRIES).map(|entry| entry.record.record);
        records.filter(|record| *record != number).take(EXTENSIONS).collect()
    }

    /// The table, and what had to be done to find it; its records are searched over the whole volume only if asked.
    ///
    /// # Errors
    /// There is not one record on the volume.
    pub(super) fn table(&self, search: bool) -> Result<(Content, Option<&'static str>), &'static str> {
        let at = |cluster: u64| {
            let base = self.record(cluster.checked_mul(self.boot.cluster)?).filter(|_| cluster > 0)?;
            let content = self.data(0, &base, None)?;
            // Its first record must be found through it again.
            let mut first = [0u8; 4];
            let found = read_full(&content, 0, &mut first).is_ok() && (&first == b"FILE" || &first == b"BAAD");
            found.then_some(content)
        };
        if let Some(content) = at(self.boot.mft) {
            return Ok((content, None));
        }
        let mirrored = self.boot.mirror.checked_mul(self.boot.cluster).and_then(|offset| self.record(offset));
        if let Some(content) = mirrored.and_then(|base| self.data(0, &base, None)).filter(|content| content.size > 0) {
            return Ok((content, Some("$MFT: not where the boot sector says; found by $MFTMirr")));
        }
        if !search {
            return Err("$MFT: neither where the boot sector says nor by $MFTMirr");
        }
        self.scan().map(|content| {
            (content, Some("$MFT: neither where the boot sector says nor by $MFTMirr; its records were searched"))
        })
    }

    /// The records of the volume, by the numbers that they have of themselves, as one content in the measure of records.
    fn scan(&self) -> Result<Content, &'static str> {
        let size = to_u64(self.boot.record);
        let mut buffer = AlignedBuffer::new(BLOCK);
        let mut found: Vec<Run> = Vec::new();
        let most = self.source.len().checked_div(size).unwrap_or(0);
        let mut offset = 0u64;
        while offset < self.source.len() {
            let count = read_full(&self.source, offset, buffer.space()).unwrap_or(0);
            let first = offset.checked_div(size).unwrap_or(0);
            for (place, record) in (first..).zip(buffer.filled(count).chunks_exact(self.boot.record)) {
                if !record.starts_with(b"FILE") {
                    continue;
                }
                let Some(number) = own_number(record).map(u64::from).filter(|number| *number < most) else { continue };
                let continued = found.last_mut().filter(|last| {
                    let next = last.start.map(|start| start.saturating_add(last.length));
                    last.end() == number && next == Some(place)
                });
                if let Some(last) = continued {
                    last.length = last.length.saturating_add(1);
                } else if found.len() < CAP {
                    found.push(Run { first: number, length: 1, start: Some(place) });
                }
            }
            offset = offset.saturating_add(to_u64(BLOCK));
        }
        // The mirror and old copies are short: of two that tell the same numbers, the longer run is the table's.
        found.sort_by_key(|run| (run.first, std::cmp::Reverse(run.length)));
        let runs = ordered(found);
        let end = runs.last().map(Run::end).ok_or("$MFT: no record found")?;
        let bytes = end.saturating_mul(size);
        Ok(Content { volume: self.source.clone(), cluster: size, runs, size: bytes, initialised: bytes })
    }
}

/// The restored record at an offset; nothing where there is none.
pub(super) fn read_record(table: &dyn ReadAt, offset: u64, size: usize) -> Option<Vec<u8>> {
    let mut record = vec![0u8; size];
    let whole = read_full(table, offset, &mut record).ok()? == size;
    restore(&mut record).filter(|_| whole)?;
    Some(record)
}
