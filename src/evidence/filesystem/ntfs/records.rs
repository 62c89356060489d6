//! Files of an NTFS volume by the references of their records, one by one, for a volume in use of which the system shows
//! most: nothing is kept but where the table lies, so that the size of the volume costs no memory.

use super::attribute::{Attributes, Body, FileName, kind};
use super::field::{Reference, push_text};
use super::notes::Notes;
use super::record::{Header, restore};
use super::stream::{Extensions, Reader, attributes};
use super::{find, wof};
use crate::base::anomaly::Cause;
use crate::base::bytes::{AlignedBuffer, ReadAt, read_full};
use crate::base::guard::guarded;
use crate::base::limits::Limits;
use crate::base::number::to_u64;
use crate::base::source::Source;
use crate::evidence::entry::{EntryKind, Origin, Stat};
use crate::evidence::mounted::{Guarded, Streams};
use crate::evidence::tree::Node;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// The record of the root directory.
const ROOT: u64 = 5;

/// The first records belong to the file system itself.
const OWN: u64 = 24;

/// Files whose paths are found between two questions whether to go on.
const FILES: usize = 64;

/// Bytes of the table that are read at a time.
const BLOCK: usize = 512 << 10;

/// The records of a volume.
pub struct Records {
    reader: Reader,
}

/// The files of a volume that have named streams, by their paths: names in WTF-8 joined by `/`, the root empty.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct NamedStreams {
    /// The names of each file's streams, in the order of their bytes.
    pub by_path: BTreeMap<Vec<u8>, Vec<Vec<u8>>>,
    /// What was damaged or capped.
    pub wrong: Option<String>,
}

/// A stream with a name, as the table tells it.
struct Met {
    owner: Reference,
    name: Vec<u8>,
}

/// Paths of directories by their records; nothing for those that lead nowhere.
type Folders = BTreeMap<u64, Option<Vec<u8>>>;

impl Records {
    /// Finds the table of a volume.
    ///
    /// # Errors
    /// The bytes are no NTFS volume, or its table is not to be found.
    pub fn of(source: Source) -> Result<Self, Cause> {
        let found = guarded(|| find(&source, &mut Notes::default()));
        let (volume, content) = found.unwrap_or_else(|| Err(inside()))?;
        let (table, record): (Source, usize) = (Arc::new(content), volume.boot.record);
        let (extensions, last) = (Extensions::Listed, Mutex::default());
        Ok(Self { reader: Reader { table, record, volume: Some(volume), bitmap: None, extensions, last } })
    }

    /// Opens the content of a file (an empty name), or one of its streams by its name in WTF-8. The reference is the file's
    /// number as Windows tells it: 48 bits of record, 16 of sequence.
    ///
    /// # Errors
    /// The record belongs to another file by now, there is no such stream, or its content cannot be had.
    pub fn open(&self, reference: u64, stream: &[u8]) -> Result<Box<dyn ReadAt>, Cause> {
        guarded(|| self.open_stream(reference, stream)).unwrap_or_else(|| Err(inside()))
    }

    fn open_stream(&self, reference: u64, stream: &[u8]) -> Result<Box<dyn ReadAt>, Cause> {
        let reference = Reference::at(&reference.to_le_bytes(), 0).ok_or_else(inside)?;
        let records = self.reader.records(reference.record)?;
        let header = records.first().and_then(|base| Header::of(base));
        let meant = header.filter(|header| header.in_use && reference.means(header.sequence, true));
        let Some(header) = meant.filter(|header| !header.directory || !stream.is_empty()) else {
            return Err(Cause::Unsupported(
                "its record on the volume is not, or not yet, that of this file".to_owned(),
            ));
        };
        let number = self.reader.number_of(&records, stream).ok_or_else(|| {
            let what = if stream.is_empty() { "its content is not to be found" } else { "no such stream" };
            Cause::Unsupported(what.to_owned())
        })?;
        let kind = if header.directory { EntryKind::Directory } else { EntryKind::File };
        let node = Node { kind, origin: Origin::File, id: reference.record, stream: number, stat: Stat::default() };
        Ok(Box::new(Guarded(self.reader.open(&node)?)))
    }

    /// Reads the table from its first record to its last for the named streams of the files that are there; those that keep
    /// what the Windows Overlay Filter compressed are not told. As this takes long on a large volume, it is asked all along
    /// whether to go on.
    #[must_use]
    pub fn named_streams(&self, limits: &Limits, go_on: &dyn Fn() -> bool) -> NamedStreams {
        guarded(|| self.all_named_streams(limits, go_on))
            .unwrap_or_else(|| NamedStreams { wrong: Some(inside().to_string()), ..NamedStreams::default() })
    }

    fn all_named_streams(&self, limits: &Limits, go_on: &dyn Fn() -> bool) -> NamedStreams {
        let mut told = NamedStreams::default();
        let met = self.met(limits.host_streams, go_on, &mut told.wrong);
        let mut folders = Folders::new();
        let mut paths: (u64, Vec<Vec<u8>>) = (u64::MAX, Vec::new());
        let mut room = limits.host_streams;
        let mut files = 0usize;
        for Met { owner, name } in met {
            if paths.0 != owner.record {
                if files.checked_rem(FILES) == Some(0) && !go_on() {
                    told.wrong = Some(broken_off(owner.record));
                    break;
                }
                files = files.saturating_add(1);
                paths = (owner.record, self.paths(owner, limits, &mut folders));
            }
            // A file may have as many names as streams.
            let Some(rest) = room.checked_sub(paths.1.len()) else {
                told.wrong = Some(too_many(limits.host_streams));
                break;
            };
            room = rest;
            for path in &paths.1 {
                told.by_path.entry(path.clone()).or_default().push(name.clone());
            }
        }
        told.by_path.values_mut().for_each(|names| {
            names.sort();
            names.dedup();
        });
        told
    }

    /// The streams with names, by the records of their files.
    fn met(&self, most: usize, go_on: &dyn Fn() -> bool, wrong: &mut Option<String>) -> Vec<Met> {
        let (table, size) = (&self.reader.table, self.reader.record.max(1));
        let mut buffer = AlignedBuffer::new(BLOCK.max(size));
        let mut met: Vec<Met> = Vec::new();
        let (mut offset, mut number) = (0u64, 0u64);
        while offset < table.len() {
            if !go_on() {
                *wrong = Some(broken_off(number));
                break;
            }
            let count = match read_full(table, offset, buffer.space()) {
                Ok(count) => count,
                Err(error) => {
                    wrong.get_or_insert_with(|| format!("$MFT: a part cannot be read: {error}"));
                    buffer.space().fill(0);
                    buffer.space().len()
                }
            };
            for record in buffer.space().get_mut(..count).unwrap_or_default().chunks_exact_mut(size) {
                take(number, record, &mut met);
                number = number.saturating_add(1);
            }
            if met.len() > most {
                met.truncate(most);
                *wrong = Some(too_many(most));
                break;
            }
            if count < size {
                break;
            }
            offset = offset.saturating_add(to_u64(count));
        }
        met.sort_by_key(|met| met.owner.record);
        met
    }

    /// The paths of a file: one for each of its names.
    fn paths(&self, file: Reference, limits: &Limits, folders: &mut Folders) -> Vec<Vec<u8>> {
        if file.record == ROOT {
            return vec![Vec::new()];
        }
        let names = self.names(file).into_iter();
        names.filter_map(|(parent, name)| Some(joined(self.folder(parent, limits, folders)?, &name))).collect()
    }

    /// The path of a directory.
    fn folder(&self, directory: Reference, limits: &Limits, folders: &mut Folders) -> Option<Vec<u8>> {
        let (mut chain, mut at) = (Vec::new(), directory);
        let mut path = loop {
            if at.record == ROOT {
                break Some(Vec::new());
            }
            if let Some(known) = folders.get(&at.record) {
                break known.clone();
            }
            // A circle of directories is longer than any path.
            let above = Some(()).filter(|()| chain.len() < limits.directory_depth);
            let Some((parent, name)) = above.and_then(|()| self.names(at).into_iter().next()) else { break None };
            chain.push((at.record, name));
            at = parent;
        };
        for (record, name) in chain.into_iter().rev() {
            path = path.map(|path| joined(path, &name));
            folders.insert(record, path.clone());
        }
        path
    }

    /// The names of a file that is there, each with its directory; short ones only where there are no others.
    fn names(&self, file: Reference) -> Vec<(Reference, Vec<u8>)> {
        let Ok(records) = self.reader.records(file.record) else { return Vec::new() };
        let header = records.first().and_then(|base| Header::of(base));
        if !header.is_some_and(|header| header.in_use && file.means(header.sequence, true)) {
            return Vec::new();
        }
        let mut names: Vec<(bool, Reference, Vec<u8>)> = attributes(&records)
            .filter_map(|attribute| match (attribute.kind, attribute.body) {
                (kind::FILE_NAME, Body::Resident(value)) => FileName::parse(value),
                _ => None,
            })
            .map(|name| {
                let mut text = Vec::new();
                push_text(&mut text, name.name);
                (name.short, name.parent, text)
            })
            .collect();
        let long = names.iter().any(|(short, ..)| !short);
        names.retain(|(short, ..)| !(long && *short));
        names.into_iter().map(|(_, parent, name)| (parent, name)).collect()
    }
}

/// Takes the named streams that begin in a record.
fn take(number: u64, record: &mut [u8], met: &mut Vec<Met>) {
    if restore(record).is_none() {
        return;
    }
    let Some(header) = Header::of(record).filter(|header| header.in_use) else { return };
    let own = Reference { record: number, sequence: header.sequence };
    let owner = if header.is_extension() { header.base } else { own };
    if owner.record < OWN && owner.record != ROOT {
        return;
    }
    for attribute in Attributes::new(record, &header) {
        let begins = !matches!(attribute.body, Body::Extents(extents) if extents.first > 0);
        if attribute.kind == kind::DATA && !attribute.name.is_empty() && begins && attribute.name != wof::STREAM {
            let mut name = Vec::new();
            push_text(&mut name, attribute.name);
            met.push(Met { owner, name });
        }
    }
}

fn joined(mut path: Vec<u8>, name: &[u8]) -> Vec<u8> {
    if !path.is_empty() {
        path.push(b'/');
    }
    path.extend_from_slice(name);
    path
}

/// What is said where the reading was to end before a record.
fn broken_off(record: u64) -> String {
    format!("alternate data streams are listed up to record {record} of the master file table: the run was to end")
}

fn too_many(most: usize) -> String {
    let limit = to_u64(most);
    Cause::LimitReached { what: "streams of a volume in use", limit }.to_string()
}

fn inside() -> Cause {
    Cause::Unsupported("the reader of the file system failed inside".to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::testimage::{
        CLUSTER, DIRECTORY, FILE, FREE, Image, Lies, extents, file_name, reference, resident, run,
    };
    use super::*;
    use crate::base::random::Random;

    fn image() -> Image {
        let root = reference(5, 5);
        let mut image = Image::new();
        image.record(5, 5, DIRECTORY, &[file_name(root, ".", 3), resident(0x80, "of the root", b"r")]);
        image.record(30, 1, DIRECTORY, &[file_name(root, "Users", 1), resident(0x80, "note", b"on a folder")]);
        let names = [file_name(reference(30, 1), "LONGNA~1.TXT", 2), file_name(reference(30, 1), "Long name.txt", 1)];
        let data = [resident(0x80, "", b"open 192.0.2.1"), resident(0x80, "Zone.Identifier", b"[ZoneTransfer]")];
        image.record(31, 3, FILE, &[names.as_slice(), &[file_name(root, "link.txt", 0)], &data].concat());
        // A file in two records: its list leads to the second, which holds a stream of its own and the rest of the first.
        let listed = |kind: u32, name: u8, first: u64, record: u64| {
            let mut entry = [0u8; 32];
            entry[..4].copy_from_slice(&kind.to_le_bytes());
            (entry[4], entry[6], entry[7]) = (32, name, 26);
            entry[8..16].copy_from_slice(&first.to_le_bytes());
            entry[16..24].copy_from_slice(&reference(record, 1).to_le_bytes());
            entry
        };
        let list = [listed(0x80, 0, 0, 32), listed(0x80, 0, 1, 33), listed(0x80, 1, 0, 33)].concat();
        let lies = |first, at| Lies { first, size: 1000, runs: at, ..Lies::default() };
        let (here, there) = (run(1, FREE), run(1, FREE + 9));
        let begun = extents(0x80, "", &lies(0, &here));
        image.record(32, 1, FILE, &[resident(0x20, "", &list), file_name(root, "two", 1), begun]);
        let rest = extents(0x80, "", &lies(1, &there));
        image.extension(33, 1, FILE, reference(32, 1), &[rest, resident(0x80, "x", b"in the second")]);
        image.put(FREE, &[b'a'; CLUSTER]);
        image.put(FREE + 9, &[b'b'; CLUSTER]);
        let stored = resident(0x80, "WofCompressedData", b"stored");
        image.record(34, 1, FILE, &[file_name(root, "overlaid", 1), stored]);
        image.record(35, 2, 0, &[file_name(root, "deleted", 1), resident(0x80, "s", b"gone")]);
        // Directories in a circle, and a file there.
        image.record(36, 1, DIRECTORY, &[file_name(reference(37, 1), "a", 1)]);
        image.record(37, 1, DIRECTORY, &[file_name(reference(36, 1), "b", 1)]);
        image.record(38, 1, FILE, &[file_name(reference(36, 1), "lost", 1), resident(0x80, "s", b"nowhere")]);
        image
    }

    fn read(records: &Records, reference: u64, stream: &str) -> Result<Vec<u8>, String> {
        let stream = records.open(reference, stream.as_bytes()).map_err(|cause| cause.to_string())?;
        // A damaged record may speak of any size.
        let mut bytes = vec![0u8; usize::try_from(stream.len().min(1 << 16)).unwrap()];
        let count = read_full(&stream, 0, &mut bytes).map_err(|error| error.to_string())?;
        bytes.truncate(count);
        Ok(bytes)
    }

    #[test]
    fn files_are_opened_by_their_references() {
        let records = Records::of(image().source()).unwrap_or_else(|cause| panic!("{cause}"));
        let two = [vec![b'a'; 512], vec![b'b'; 488]].concat();
        let cases: [(u64, &str, &[u8]); 6] = [
            (reference(31, 3), "", b"open 192.0.2.1"),
            (reference(31, 3), "Zone.Identifier", b"[ZoneTransfer]"),
            (reference(30, 1), "note", b"on a folder"),
            (reference(32, 1), "", &two),
            (reference(32, 1), "x", b"in the second"),
            (reference(5, 5), "of the root", b"r"),
        ];
        for (file, stream, expected) in cases {
            assert_eq!(read(&records, file, stream).as_deref(), Ok(expected), "{file:x} {stream}");
        }
        let refused = [
            (reference(31, 2), "", "not, or not yet, that of this file"),
            (reference(35, 2), "", "not, or not yet, that of this file"),
            (reference(30, 1), "", "not, or not yet, that of this file"),
            (reference(31, 3), "other", "no such stream"),
            (reference(9999, 1), "", "cannot be read"),
        ];
        for (file, stream, why) in refused {
            let error = read(&records, file, stream).expect_err("is refused");
            assert!(error.contains(why), "{file:x} {stream}: {error}");
        }
    }

    #[test]
    fn named_streams_are_told_by_path() {
        let records = Records::of(image().source()).unwrap_or_else(|cause| panic!("{cause}"));
        let told = records.named_streams(&Limits::default(), &|| true);
        let shown = |bytes: &Vec<u8>| String::from_utf8(bytes.clone()).unwrap();
        let by_path: Vec<(String, Vec<String>)> =
            told.by_path.iter().map(|(path, names)| (shown(path), names.iter().map(shown).collect())).collect();
        let expected = [
            ("", "of the root"),
            ("Users", "note"),
            ("Users/Long name.txt", "Zone.Identifier"),
            ("link.txt", "Zone.Identifier"),
            ("two", "x"),
        ];
        assert_eq!(by_path, expected.map(|(path, name)| (path.to_owned(), vec![name.to_owned()])));
        assert_eq!(told.wrong, None);
        let few = records.named_streams(&Limits { host_streams: 2, ..Limits::default() }, &|| true);
        assert!(few.wrong.is_some_and(|wrong| wrong.contains("limit 2")));
        // Of four streams one has two paths.
        let fewer = records.named_streams(&Limits { host_streams: 4, ..Limits::default() }, &|| true);
        assert_eq!(fewer.by_path.values().map(Vec::len).sum::<usize>(), 4);
        assert!(fewer.wrong.is_some_and(|wrong| wrong.contains("limit 4")));
    }

    #[test]
    fn the_reading_of_the_table_ends_when_it_is_to() {
        let records = Records::of(image().source()).unwrap_or_else(|cause| panic!("{cause}"));
        let asked = std::cell::Cell::new(0);
        let upto = |most: usize| {
            asked.set(0);
            records.named_streams(&Limits::default(), &|| {
                asked.set(asked.get() + 1);
                asked.get() <= most
            })
        };
        let whole = upto(usize::MAX);
        assert!(whole.wrong.is_none());
        let questions = asked.get();
        assert!(questions > 1, "{questions}");
        for most in 0..questions {
            let part = upto(most);
            assert_eq!(asked.get(), most + 1);
            assert!(part.by_path.len() < whole.by_path.len(), "{most}");
            assert!(part.wrong.is_some_and(|wrong| wrong.contains("up to record")), "{most}");
        }
        let none = upto(0);
        assert!(none.by_path.is_empty() && none.wrong.is_some_and(|wrong| wrong.contains("record 0 ")));
    }

    /// Whatever is damaged of a volume in use costs what it concerns.
    #[test]
    fn damaged_volumes_do_no_harm() {
        let good = image();
        let mut random = Random::new(0x2545_f491_4f6c_dd1d);
        for _ in 0..3000 {
            let mut damaged = good.clone();
            for _ in 0..=random.number() % 6 {
                let at = Image::place(usize::try_from(28 + random.number() % 12).unwrap())
                    + (random.number() % 400) as usize;
                damaged.bytes[at] = random.number() as u8;
            }
            let Ok(records) = Records::of(damaged.source()) else { continue };
            let told = records.named_streams(&Limits::default(), &|| true);
            assert!(told.by_path.len() < 100);
            for number in 30..39 {
                let _ = read(&records, reference(number, 1), "");
            }
        }
    }
}
