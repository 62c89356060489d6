//! The master file table, read once from its first record to its last: names, times and streams of every file.

use super::attribute::{Attribute, Attributes, Body, FileName, Times, kind, standard_times};
use super::deleted::Judge;
use super::field::{Reference, push_text};
use super::locate::read_record;
use super::notes::Notes;
use super::record::{Header, Integrity, restore};
use super::reparse;
use crate::base::bytes::{AlignedBuffer, ReadAt, read_full};
use crate::base::fields::u32_at;
use crate::base::number::{to_u64, to_usize};
use crate::evidence::entry::{EntryKind, Recovery};
use crate::evidence::mounted::NotedCause;
use std::collections::BTreeMap;
use std::ops::Range;

/// Bytes of the table that are read at a time.
const BLOCK: usize = 512 << 10;

/// Names of one file; Windows makes at most 1,024 hard links.
const NAMES: u32 = 1024;

/// Named streams of one file that are listed.
pub(super) const STREAMS: u32 = 5000;

/// Records that continue one file; its attribute list cannot name more.
pub(super) const EXTENSIONS: usize = 8192;

/// The record of `$BadClus`.
pub(super) const BAD_CLUSTERS: u32 = 8;

/// No place: the end of a chain, or a record without a file.
pub(super) const NONE: u32 = u32::MAX;

/// What a file may have only so many of.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cap {
    /// Names.
    Names,
    /// Streams.
    Streams,
    /// Records.
    Records,
}

impl Cap {
    /// In words, and how many.
    pub(super) fn told(self) -> NotedCause {
        match self {
            Self::Names => NotedCause::LimitReached("names of one file", u64::from(NAMES)),
            Self::Streams => NotedCause::LimitReached("streams of one file", u64::from(STREAMS)),
            Self::Records => NotedCause::LimitReached("records of one file", to_u64(EXTENSIONS)),
        }
    }
}

/// What the records of one file say of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct File {
    /// Its base record.
    pub record: u32,
    /// That record's sequence.
    pub sequence: u16,
    /// Whether it is there, not deleted.
    pub in_use: bool,
    /// What it is.
    pub kind: EntryKind,
    /// Its times.
    pub times: Times,
    /// Where they come from: the attribute of that type, or none.
    timed: u32,
    /// First of its names.
    pub names: u32,
    /// How many names.
    pub name_count: u32,
    /// The last of its streams that was met.
    pub streams: u32,
    /// How many streams.
    pub stream_count: u32,
    /// How many of them have names.
    named: u32,
    /// What there is more of than is kept.
    pub capped: Option<Cap>,
}

/// One name of a file.
#[derive(Debug, Clone)]
pub(super) struct Name {
    /// The directory that it is in.
    pub parent: Reference,
    /// Where its text is.
    pub text: Range<u32>,
    /// Whether it is the short name beside a long one.
    pub short: bool,
    /// The file's next name.
    pub next: u32,
}

/// One stream of a file.
#[derive(Debug, Clone)]
pub(super) struct Stream {
    /// Where its name is; empty for the file's content.
    pub name: Range<u32>,
    /// Bytes.
    pub size: u64,
    /// How much of it can be had, if the file is deleted.
    pub recovery: Recovery,
    /// Which of the file's named streams; zero is the file's content.
    pub number: u32,
    /// The file's next stream.
    pub next: u32,
    /// Clusters of a deleted file's stream that are accounted for.
    mapped: u64,
}

/// The table.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// For every record the place of its file, or [`NONE`].
    slots: Vec<u32>,
    /// The files, in the order of their base records.
    pub files: Vec<File>,
    /// The names of all files.
    pub names: Vec<Name>,
    /// The streams of all files.
    pub streams: Vec<Stream>,
    /// The text of names, in WTF-8.
    text: Vec<u8>,
    /// The records that continue others, by base record.
    pub extensions: BTreeMap<u32, Vec<u32>>,
    /// The volume's name.
    pub label: Option<String>,
}

/// A part of a file in a record other than its base record.
struct Extension {
    record: u32,
    base: Reference,
    in_use: bool,
}

/// Reads a table. `place` tells where on the volume an offset of it lies.
pub(super) fn read(
    source: &dyn ReadAt,
    size: usize,
    judge: &Judge,
    place: &dyn Fn(u64) -> u64,
    notes: &mut Notes,
) -> Table {
    let mut reading = Reading { table: Table::default(), extensions: Vec::new(), judge, notes, place, size };
    let block = BLOCK.max(size);
    let mut buffer = AlignedBuffer::new(block);
    let mut offset = 0u64;
    let (mut number, mut missing) = (0u32, 0u64);
    while offset < source.len() {
        let read = match read_full(source, offset, buffer.space()) {
            Ok(read) => read,
            Err(_) => {
                let (read, lost) = singly(source, offset, buffer.space(), size);
                missing = missing.saturating_add(lost);
                read
            }
        };
        let Some(records) = buffer.space().get_mut(..read) else { break };
        for record in records.chunks_exact_mut(size) {
            reading.record(number, record);
            let Some(next) = number.checked_add(1) else { break };
            number = next;
        }
        if read < block {
            break;
        }
        offset = offset.saturating_add(to_u64(block));
    }
    if missing > 0 {
        let what = format!("$MFT: {missing} records cannot be read");
        reading.notes.whole(NotedCause::Corrupt(what, place(0)));
    }
    reading.continue_files(source);
    reading.table
}

/// Reads a block record by record, with zeros for those that cannot be; tells how much was filled and how many are zeros.
fn singly(source: &dyn ReadAt, offset: u64, block: &mut [u8], size: usize) -> (usize, u64) {
    let rest = to_usize(source.len().saturating_sub(offset)).min(block.len());
    let (mut at, mut lost) = (offset, 0u64);
    for record in block.get_mut(..rest).unwrap_or_default().chunks_exact_mut(size) {
        if !matches!(read_full(source, at, record), Ok(count) if count == record.len()) {
            record.fill(0);
            lost = lost.saturating_add(1);
        }
        at = at.saturating_add(to_u64(size));
    }
    (rest, lost)
}

struct Reading<'a> {
    table: Table,
    extensions: Vec<Extension>,
    judge: &'a Judge,
    notes: &'a mut Notes,
    place: &'a dyn Fn(u64) -> u64,
    size: usize,
}

impl Reading<'_> {
    fn note(&mut self, what: &str, number: u32) {
        let offset = u64::from(number).saturating_mul(to_u64(self.size));
        self.notes.record(what, u64::from(number), (self.place)(offset));
    }

    fn record(&mut self, number: u32, record: &mut [u8]) {
        self.table.slots.push(NONE);
        let Some(integrity) = restore(record) else {
            if record.get(..4).is_some_and(|signature| signature != [0; 4]) {
                self.note("its signature is damaged", number);
            }
            return;
        };
        let Some(header) = Header::of(record) else { return };
        // A free record that never held a file has no attributes; whether it is whole is no matter.
        if integrity == Integrity::Torn && (header.in_use || header.used > header.attributes.saturating_add(8)) {
            self.note("torn: its sectors are of different writes", number);
        }
        if header.is_extension() {
            self.extensions.push(Extension { record: number, base: header.base, in_use: header.in_use });
            return;
        }
        let place = u32::try_from(self.table.files.len()).unwrap_or(NONE);
        self.table.files.push(File {
            record: number,
            sequence: header.sequence,
            in_use: header.in_use,
            kind: if header.directory { EntryKind::Directory } else { EntryKind::File },
            times: [0; 4],
            timed: 0,
            names: NONE,
            name_count: 0,
            streams: NONE,
            stream_count: 0,
            named: 0,
            capped: None,
        });
        self.attributes(place, number, record, &header, None);
        let kept =
            self.table.files.last().is_some_and(|file| file.name_count > 0 || file.stream_count > 0 || file.in_use);
        if kept {
            if let Some(slot) = self.table.slots.last_mut() {
                *slot = place;
            }
        } else {
            self.table.files.pop();
        }
        if number == 3 {
            self.label(record, &header);
        }
    }

    /// Takes the attributes of one record of a file: all, or those that begin, or those that continue something.
    fn attributes(&mut self, place: u32, number: u32, record: &[u8], header: &Header, begins: Option<bool>) {
        let mut attributes = Attributes::new(record, header);
        for attribute in attributes.by_ref() {
            let beginning = !matches!(attribute.body, Body::Extents(extents) if extents.first > 0);
            if begins.is_none_or(|begins| begins == beginning) {
                self.attribute(place, number, &attribute, beginning);
            }
        }
        if attributes.damaged && begins != Some(false) && header.in_use {
            self.note("its attributes are damaged; those before the damage are used", number);
        }
    }

    fn attribute(&mut self, place: u32, number: u32, attribute: &Attribute<'_>, beginning: bool) {
        let index = to_usize(place);
        let Some(file) = self.table.files.get_mut(index) else { return };
        match (attribute.kind, attribute.body) {
            (kind::STANDARD_INFORMATION, Body::Resident(value)) => {
                if let Some(times) = standard_times(value) {
                    (file.times, file.timed) = (times, kind::STANDARD_INFORMATION);
                }
            }
            (kind::REPARSE_POINT, Body::Resident(value)) => {
                if let Some(tag) = u32_at(value, 0) {
                    file.kind = reparse::kind(tag).unwrap_or(file.kind);
                }
            }
            (kind::FILE_NAME, Body::Resident(value)) => {
                let Some(name) = FileName::parse(value) else { return };
                if file.timed == 0 {
                    (file.times, file.timed) = (name.times, kind::FILE_NAME);
                }
                if file.name_count >= NAMES {
                    file.capped.get_or_insert(Cap::Names);
                    return;
                }
                file.name_count = file.name_count.saturating_add(1);
                let next = std::mem::replace(&mut file.names, count_of(&self.table.names));
                let text = self.table.push(name.name);
                self.table.names.push(Name { parent: name.parent, text, short: name.short, next });
            }
            (kind::DATA, _) if beginning => self.stream(index, number, attribute),
            (kind::DATA, Body::Extents(_)) if !file.in_use => self.more(index, attribute),
            _ => {}
        }
    }

    /// Takes the beginning of a stream.
    fn stream(&mut self, index: usize, number: u32, attribute: &Attribute<'_>) {
        let Some(file) = self.table.files.get_mut(index) else { return };
        if file.stream_count > STREAMS {
            file.capped.get_or_insert(Cap::Streams);
            return;
        }
        let (size, recovery, mapped) = match attribute.body {
            Body::Resident(value) => (to_u64(value.len()), Recovery::Resident, 0),
            Body::Extents(extents) if file.in_use => (extents.size, Recovery::NameOnly, 0),
            Body::Extents(extents) => {
                let (recovery, mapped) = self.judge.part(&extents);
                (extents.size, recovery, mapped)
            }
        };
        // `$BadClus:$Bad` is as long as the volume; what it maps cannot be read.
        let size = if number == BAD_CLUSTERS && !attribute.name.is_empty() { 0 } else { size };
        file.stream_count = file.stream_count.saturating_add(1);
        // Named streams are numbered as they are met; the file's content is zero.
        file.named = file.named.saturating_add(u32::from(!attribute.name.is_empty()));
        let number = if attribute.name.is_empty() { 0 } else { file.named };
        let first = std::mem::replace(&mut file.streams, count_of(&self.table.streams));
        let name = self.table.push(attribute.name);
        self.table.streams.push(Stream { name, size, recovery, number, next: first, mapped });
    }

    /// Takes a further part of a deleted file's stream.
    fn more(&mut self, index: usize, attribute: &Attribute<'_>) {
        let Body::Extents(extents) = attribute.body else { return };
        let mut name = Vec::new();
        push_text(&mut name, attribute.name);
        let mut at = self.table.files.get(index).map_or(NONE, |file| file.streams);
        while let Some(stream) = usize::try_from(at).ok().and_then(|at| self.table.streams.get(at)) {
            let next = stream.next;
            if self.table.text(&stream.name) == name {
                let (recovery, mapped) = self.judge.part(&extents);
                if let Some(stream) = usize::try_from(at).ok().and_then(|at| self.table.streams.get_mut(at)) {
                    stream.recovery = stream.recovery.max(recovery);
                    stream.mapped = stream.mapped.saturating_add(mapped);
                }
                return;
            }
            at = next;
        }
    }

    /// Takes the attributes that lie outside their base records.
    fn continue_files(&mut self, source: &dyn ReadAt) {
        for extension in std::mem::take(&mut self.extensions) {
            let Some(place) = self.table.place(extension.base.record) else { continue };
            let file = usize::try_from(place).ok().and_then(|place| self.table.files.get_mut(place));
            let of_this =
                |file: &&mut File| file.in_use == extension.in_use && extension.base.means(file.sequence, file.in_use);
            let Some(file) = file.filter(of_this) else { continue };
            let records = self.table.extensions.entry(file.record).or_default();
            if records.len() < EXTENSIONS {
                records.push(extension.record);
            } else {
                file.capped = Some(Cap::Records);
            }
        }
        let extensions = std::mem::take(&mut self.table.extensions);
        for (base, records) in &extensions {
            let Some(place) = self.table.place(u64::from(*base)) else { continue };
            for begins in [true, false] {
                for number in records {
                    let offset = u64::from(*number).saturating_mul(to_u64(self.size));
                    let Some(record) = read_record(source, offset, self.size) else { continue };
                    let Some(header) = Header::of(&record) else { continue };
                    self.attributes(place, *number, &record, &header, Some(begins));
                }
            }
        }
        self.table.extensions = extensions;
        self.judge_whole();
    }

    /// What is missing of a deleted file's stream is not to be had.
    fn judge_whole(&mut self) {
        for stream in &mut self.table.streams {
            let needed = stream.size.div_ceil(self.judge.cluster().max(1));
            if stream.recovery == Recovery::ClustersFree && stream.mapped < needed {
                stream.recovery = Recovery::ClustersReused;
            }
        }
    }

    fn label(&mut self, record: &[u8], header: &Header) {
        for attribute in Attributes::new(record, header) {
            if let (kind::VOLUME_NAME, Body::Resident(value)) = (attribute.kind, attribute.body) {
                let mut text = Vec::new();
                push_text(&mut text, value);
                self.table.label = String::from_utf8(text).ok().filter(|label| !label.is_empty());
            }
        }
    }
}

fn count_of<T>(list: &[T]) -> u32 {
    u32::try_from(list.len()).unwrap_or(NONE)
}

impl Table {
    /// The place of the file whose base record has that number.
    pub(super) fn place(&self, record: u64) -> Option<u32> {
        let slot = usize::try_from(record).ok().and_then(|record| self.slots.get(record)).copied()?;
        (slot != NONE).then_some(slot)
    }

    /// A text of the table.
    pub(super) fn text(&self, range: &Range<u32>) -> &[u8] {
        let (start, end) = (usize::try_from(range.start).unwrap_or(0), usize::try_from(range.end).unwrap_or(0));
        self.text.get(start..end).unwrap_or_default()
    }

    /// The names of a file, with their places.
    pub(super) fn chain_of_names(&self, file: &File) -> impl Iterator<Item = (u32, &Name)> {
        let mut at = file.names;
        std::iter::from_fn(move || {
            let (place, name) = (at, self.names.get(usize::try_from(at).ok()?)?);
            at = name.next;
            Some((place, name))
        })
    }

    /// The streams of a file.
    pub(super) fn chain_of_streams(&self, file: &File) -> impl Iterator<Item = &Stream> {
        let mut at = file.streams;
        std::iter::from_fn(move || {
            let stream = self.streams.get(usize::try_from(at).ok()?)?;
            at = stream.next;
            Some(stream)
        })
    }

    fn push(&mut self, utf16: &[u8]) -> Range<u32> {
        let start = count_of(&self.text);
        push_text(&mut self.text, utf16);
        start..count_of(&self.text)
    }
}
