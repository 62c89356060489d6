//! Opens the content of a file: its records are read again, and what its attributes say becomes a reader.

use super::attribute::{Attribute, Attributes, Body, kind};
use super::bitmap::Bitmap;
use super::chunked::Chunked;
use super::compressed::Units;
use super::field::push_text;
use super::locate::{Volume, read_record};
use super::record::Header;
use super::reparse;
use super::restored::Restored;
use super::runs::{CAP, Content, Run, decode, ordered};
use super::table::BAD_CLUSTERS;
use super::wof::{self, Overlay};
use crate::base::anomaly::Cause;
use crate::base::bytes::ReadAt;
use crate::base::fields::u32_at;
use crate::base::number::to_u64;
use crate::base::source::Source;
use crate::evidence::entry::{Origin, Recovery};
use crate::evidence::mounted::Streams;
use crate::evidence::tree::Node;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes that a stream may have if it is nothing but a hole.
const HOLE: u64 = 1 << 30;

/// Bytes of holes that a stream may have.
const HOLES: u64 = 1 << 40;

/// The largest file that NTFS can hold, in bytes (8 PiB since version 1709).
const LARGEST: u64 = 8 << 50;

/// Why a compressed file is not read of which a part is gone.
const PARTLY_REUSED: &str = "deleted and compressed: a part of its clusters belongs to other files";

/// What is kept of a volume whose names are all known.
pub(super) struct Reader {
    /// The master file table.
    pub table: Source,
    /// Bytes of a record.
    pub record: usize,
    /// The volume; nothing where the table is all there is.
    pub volume: Option<Volume>,
    /// Which clusters belong to files.
    pub bitmap: Option<Arc<Bitmap>>,
    /// The records that continue others.
    pub extensions: Extensions,
    /// The records of the file of several that was opened last: its streams are likely to be opened one after another.
    pub last: Mutex<Option<(u64, Records)>>,
}

/// How the records that continue others are known.
pub(super) enum Extensions {
    /// The whole table was read: they are known by base record.
    Known(BTreeMap<u32, Vec<u32>>),
    /// By the `$ATTRIBUTE_LIST` of each file, when it is opened.
    Listed,
}

/// The records of a file.
pub(super) type Records = Arc<Vec<Vec<u8>>>;

/// Records of one file that are kept.
const KEPT: usize = 1024;

/// The attributes of a file that make up one of its streams.
#[derive(Default)]
struct Parts {
    resident: Option<Vec<u8>>,
    flags: u16,
    unit: u8,
    size: u64,
    initialised: u64,
    runs: Vec<Run>,
    /// What is wrong with the runs, where not all could be read.
    wrong: Option<&'static str>,
}

/// Which of a file's streams.
#[derive(Clone, Copy)]
enum Which<'a> {
    Number(u32),
    Named(&'a [u8]),
}

fn unsupported(what: &str) -> Cause {
    Cause::Unsupported(what.to_owned())
}

impl Streams for Reader {
    fn open(&self, node: &Node) -> Result<Box<dyn ReadAt>, Cause> {
        let records = self.records(node.id)?;
        if node.id == u64::from(BAD_CLUSTERS) && node.stream > 0 {
            return Ok(Box::new(Vec::new()));
        }
        let parts = self.parts(&records, Which::Number(node.stream));
        let reparse =
            if node.stream == 0 { attributes(&records).find_map(|attribute| reparse_of(&attribute)) } else { None };
        match reparse.map(|value| (u32_at(value, 0).unwrap_or(0), value)) {
            Some((reparse::WOF, value)) => self.overlaid(&records, parts, value, node.origin),
            Some((reparse::DEDUPLICATED, _)) => {
                Err(unsupported("deduplicated: its content lies in the chunk store of the volume"))
            }
            Some((tag, _)) if reparse::is_cloud(tag) && parts.as_ref().is_some_and(Parts::has_holes) => {
                Err(unsupported("kept online: its content is not, or not all, on this volume"))
            }
            _ => match parts {
                Some(parts) => self.content(parts, node.origin),
                // A file without content, as several of the file system's own.
                None if node.stat.size == 0 => Ok(Box::new(Vec::new())),
                None => Err(unsupported("its content is not to be found")),
            },
        }
    }

    fn extents(&self, node: &Node) -> Vec<(u64, u64)> {
        self.resident_place(node).into_iter().collect()
    }

    /// Where a file ends within its clusters, and what was reserved for it and never written: it reads as zeros, but the
    /// clusters hold what they held. Compressed content fills its clusters in units of its own and is left out.
    fn slack(&self, node: &Node) -> Vec<Range<u64>> {
        let Ok(records) = self.records(node.id) else { return Vec::new() };
        let parts = self.parts(&records, Which::Number(node.stream));
        let (Some(parts), Some(volume)) = (parts, &self.volume) else { return Vec::new() };
        if parts.resident.is_some() || parts.flags & (Attribute::COMPRESSED | Attribute::ENCRYPTED) != 0 {
            return Vec::new();
        }
        let from = parts.initialised.min(parts.size);
        let bytes = |clusters: u64| clusters.saturating_mul(volume.boot.cluster);
        let behind = |run: &Run| {
            let start = bytes(run.start?);
            let skipped = from.saturating_sub(bytes(run.first)).min(bytes(run.length));
            let end = start.saturating_add(bytes(run.length)).min(volume.source.len());
            Some(start.saturating_add(skipped)..end).filter(|range| range.start < range.end)
        };
        parts.runs.iter().filter_map(behind).collect()
    }

    fn record_slack(&self) -> Option<(Source, Vec<Range<u64>>)> {
        let restored =
            Restored::new(self.table.clone(), self.record, self.volume.as_ref().map(|volume| &volume.source))?;
        let ranges = restored.slack();
        Some((Arc::new(restored), ranges))
    }

    fn unallocated(&self) -> Vec<Range<u64>> {
        let (Some(bitmap), Some(volume)) = (&self.bitmap, &self.volume) else { return Vec::new() };
        let bytes = |cluster: u64| cluster.saturating_mul(volume.boot.cluster).min(volume.source.len());
        let free = bitmap.free().into_iter().map(|range| bytes(range.start)..bytes(range.end));
        free.filter(|range| !range.is_empty()).collect()
    }
}

impl Parts {
    fn has_holes(&self) -> bool {
        self.resident.is_none() && self.runs.iter().any(|run| run.start.is_none())
    }
}

fn reparse_of<'a>(attribute: &Attribute<'a>) -> Option<&'a [u8]> {
    match (attribute.kind, attribute.body) {
        (kind::REPARSE_POINT, Body::Resident(value)) => Some(value),
        _ => None,
    }
}

/// The attributes of all of a file's records: those that begin a stream in the order in which the table numbers them.
pub(super) fn attributes(records: &[Vec<u8>]) -> impl Iterator<Item = Attribute<'_>> {
    let headed = records.iter().filter_map(|record| Some((record, Header::of(record)?)));
    headed.flat_map(|(record, header)| Attributes::new(record, &header))
}

impl Reader {
    /// Where content lies that is a part of its record, and how much it is.
    fn resident_place(&self, node: &Node) -> Option<(u64, u64)> {
        let records = self.records(node.id).ok()?;
        let content = self.parts(&records, Which::Number(node.stream))?.resident.filter(|value| !value.is_empty())?;
        let more = self.continued(node.id, records.first()?);
        let numbers = std::iter::once(node.id).chain(more);
        let (number, inside) = numbers.zip(records.iter()).find_map(|(number, record)| {
            let mut held = Attributes::new(record, &Header::of(record)?);
            let value = held.find_map(|attribute| match attribute.body {
                Body::Resident(value) if attribute.kind == kind::DATA && value == content => Some(value),
                _ => None,
            })?;
            // The value is a part of the record: its address tells which.
            Some((number, value.as_ptr().addr().checked_sub(record.as_ptr().addr())?))
        })?;
        let size = u64::try_from(self.record).ok()?;
        let offset = number.checked_mul(size)?.checked_add(u64::try_from(inside).ok()?)?;
        let length = u64::try_from(content.len()).ok()?;
        let extents = self.table.extents();
        if extents.is_empty() {
            return Some((offset, length));
        }
        let mut before = 0u64;
        for (start, run) in extents {
            match offset.checked_sub(before).filter(|within| *within < run) {
                Some(within) => return Some((start.saturating_add(within), length)),
                None => before = before.saturating_add(run),
            }
        }
        None
    }

    /// The numbers of the records that continue a file's base record.
    fn continued(&self, number: u64, base: &[u8]) -> Vec<u64> {
        match &self.extensions {
            Extensions::Known(known) => {
                let known = u32::try_from(number).ok().and_then(|number| known.get(&number));
                known.into_iter().flatten().map(|number| u64::from(*number)).collect()
            }
            Extensions::Listed => {
                let listed = self.volume.as_ref().map(|volume| volume.continued(number, base));
                listed.unwrap_or_default().into_iter().collect()
            }
        }
    }

    /// The records of a file: its base record, and those that continue it.
    pub(super) fn records(&self, number: u64) -> Result<Records, Cause> {
        let last = || self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, records)) = last().as_ref().filter(|(of, _)| *of == number) {
            return Ok(records.clone());
        }
        let size = to_u64(self.record);
        let read = |number: u64| read_record(&self.table, number.saturating_mul(size), self.record);
        let base = read(number).ok_or_else(|| unsupported("its record cannot be read"))?;
        let of_this = |record: &Vec<u8>| Header::of(record).is_some_and(|header| header.base.record == number);
        let more = self.continued(number, &base).into_iter().filter_map(read).filter(of_this);
        let records = Arc::new(std::iter::once(base).chain(more).collect::<Vec<_>>());
        if (2..=KEPT).contains(&records.len()) {
            *last() = Some((number, records.clone()));
        }
        Ok(records)
    }

    /// The number of a stream by its name in WTF-8, zero for the content; nothing where there is no such stream.
    pub(super) fn number_of(&self, records: &[Vec<u8>], name: &[u8]) -> Option<u32> {
        let begins = |attribute: &Attribute<'_>| !matches!(attribute.body, Body::Extents(extents) if extents.first > 0);
        let mut beginnings = attributes(records).filter(|attribute| attribute.kind == kind::DATA && begins(attribute));
        if name.is_empty() {
            return beginnings.any(|attribute| attribute.name.is_empty()).then_some(0);
        }
        let mut text = Vec::new();
        let place = beginnings.filter(|attribute| !attribute.name.is_empty()).position(|attribute| {
            text.clear();
            push_text(&mut text, attribute.name);
            text == name
        })?;
        u32::try_from(place).ok()?.checked_add(1)
    }

    /// The parts of one stream; nothing where there is no such stream.
    fn parts(&self, records: &[Vec<u8>], which: Which<'_>) -> Option<Parts> {
        let data = || attributes(records).filter(|attribute| attribute.kind == kind::DATA);
        let begins = |attribute: &Attribute<'_>| !matches!(attribute.body, Body::Extents(extents) if extents.first > 0);
        let mut beginnings = data().filter(begins);
        let first = match which {
            Which::Number(0) => beginnings.find(|attribute| attribute.name.is_empty()),
            Which::Number(number) => {
                let skipped = usize::try_from(number.saturating_sub(1)).ok()?;
                beginnings.filter(|attribute| !attribute.name.is_empty()).nth(skipped)
            }
            Which::Named(name) => beginnings.find(|attribute| attribute.name == name),
        }?;
        let clusters = self.volume.as_ref().map_or(0, Volume::clusters);
        let mut parts = Parts { flags: first.flags, ..Parts::default() };
        match first.body {
            Body::Resident(value) => parts.resident = Some(value.to_vec()),
            Body::Extents(extents) => {
                (parts.unit, parts.size, parts.initialised) = (extents.unit, extents.size, extents.initialised);
                parts.wrong = decode(extents.runs, 0, clusters, &mut parts.runs).err();
                for attribute in data().filter(|attribute| attribute.name == first.name && !begins(attribute)) {
                    if let Body::Extents(more) = attribute.body
                        && parts.runs.len() < CAP
                    {
                        let wrong = decode(more.runs, more.first, clusters, &mut parts.runs).err();
                        parts.wrong = parts.wrong.or(wrong);
                    }
                }
                parts.runs = ordered(std::mem::take(&mut parts.runs));
            }
        }
        Some(parts)
    }

    /// A reader of one stream.
    fn content(&self, parts: Parts, origin: Origin) -> Result<Box<dyn ReadAt>, Cause> {
        if parts.flags & Attribute::ENCRYPTED != 0 {
            return Err(unsupported("encrypted (EFS): its content cannot be read without the key"));
        }
        if let Some(value) = parts.resident {
            return Ok(Box::new(value));
        }
        let Some(volume) = &self.volume else {
            return Err(unsupported("its clusters are not in this evidence"));
        };
        if parts.size > LARGEST {
            return Err(Cause::LimitReached { what: "bytes of a file", limit: LARGEST });
        }
        if let (Some(what), true) = (parts.wrong, parts.runs.is_empty()) {
            return Err(Cause::Corrupt { what: what.to_owned(), offset: 0 });
        }
        if parts.size > HOLE && parts.initialised > 0 && parts.runs.iter().all(|run| run.start.is_none()) {
            return Err(Cause::LimitReached { what: "bytes of a file that is one hole", limit: HOLE });
        }
        if parts.size.saturating_sub(volume.source.len()) > HOLES {
            return Err(Cause::LimitReached { what: "bytes of holes of a file", limit: HOLES });
        }
        let compressed = parts.flags & Attribute::COMPRESSED != 0;
        let runs = match origin {
            Origin::Deleted(Recovery::NameOnly) if parts.size > 0 => {
                return Err(unsupported("deleted: where its content lay is not known"));
            }
            Origin::Deleted(Recovery::ClustersReused) if compressed => {
                return Err(unsupported(PARTLY_REUSED));
            }
            // What belongs to other files now reads as zeros.
            Origin::Deleted(_) => match &self.bitmap {
                Some(bitmap) => parts.runs.iter().flat_map(|run| bitmap.free_parts(run)).collect(),
                None => return Err(unsupported("deleted: whether its clusters are free is not known")),
            },
            _ => parts.runs,
        };
        let content = Content {
            volume: volume.source.clone(),
            cluster: volume.boot.cluster,
            runs,
            size: parts.size,
            initialised: parts.initialised.min(parts.size),
        };
        if compressed && parts.unit > 0 {
            let (units, unit) = Units::new(content, parts.unit).map_err(unsupported)?;
            return Ok(Box::new(Chunked::new(units, parts.size, unit)));
        }
        Ok(Box::new(content))
    }

    /// A reader of a file that the Windows Overlay Filter compressed.
    fn overlaid(
        &self,
        records: &[Vec<u8>],
        parts: Option<Parts>,
        value: &[u8],
        origin: Origin,
    ) -> Result<Box<dyn ReadAt>, Cause> {
        let compression = reparse::compression(value).map_err(unsupported)?;
        let parts = parts.unwrap_or_default();
        let size = parts.resident.as_ref().map_or(parts.size, |value| to_u64(value.len()));
        let Some(data) = self.parts(records, Which::Named(wof::STREAM)) else {
            return Err(unsupported("WOF: the stream with its content is missing"));
        };
        if size > LARGEST {
            return Err(Cause::LimitReached { what: "bytes of a file", limit: LARGEST });
        }
        if origin == Origin::Deleted(Recovery::ClustersReused) {
            return Err(unsupported(PARTLY_REUSED));
        }
        let stream = self.content(data, origin)?;
        let (overlay, chunk) = Overlay::new(stream, compression, size);
        Ok(Box::new(Chunked::new(overlay, size, chunk)))
    }
}
