//! Programs that the loader looked at, the latest first: the cache of application compatibility.
//!
//! Source: Mandiant, "Caching Out: The Value of Shimcache for Investigators" (2015) and its ShimCacheParser; the shapes of
//! Windows XP to 11. Up to Windows 8.1 a flag tells that a program ran; later an entry tells that it was there. An entry has
//! the time of its file, not of its run; the cache is written as the host is shut down. What has another shape is not
//! guessed at.

use super::{Place, Reading};
use crate::artifact::event::{Event, File, Process};
use crate::base::anomaly::Cause;
use crate::base::fields::Fields;
use crate::base::number::{to_u64, to_usize};
use crate::base::time::Timestamp;
use crate::base::wide;

/// Entries that are read; Windows keeps 1,024.
const ENTRIES: usize = 8192;
/// Bytes of a path.
const PATH: usize = 4096;
/// Set where the program ran: by CSRSS, as a process.
const RAN: u32 = 2;

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    path: String,
    modified: Option<Timestamp>,
    /// Where the shape tells it.
    ran: Option<bool>,
    /// Windows XP keeps when the entry was last used.
    used: Option<Timestamp>,
    size: Option<u64>,
}

pub(super) fn read(reading: &mut Reading<'_>) {
    let Some(set) = reading.control_set() else { return };
    for key in ["AppCompatCache", "AppCompatibility"] {
        let Some(place) = reading.place(&format!("{set}\\Control\\Session Manager\\{key}")) else { continue };
        let Some(value) = reading.hive.value(place.key, "AppCompatCache") else { continue };
        match entries(&value.data) {
            Some(entries) => hand(reading, &place, entries),
            None => {
                let magic = Fields(&value.data).u32(0);
                let build = format!("registry hive: ShimCache of unknown layout {magic:#010x}, {} bytes", value.size);
                (reading.note)(Cause::Unsupported(build));
            }
        }
    }
}

fn hand(reading: &mut Reading<'_>, place: &Place, entries: Vec<Entry>) {
    for (number, entry) in entries.into_iter().enumerate() {
        let mut event = reading.event("shimcache", place, None);
        event.registry = None;
        (event.time, event.time_quality) = (entry.used, entry.used.map(|_| "last update of the entry".to_owned()));
        let process = Process { executable: Some(entry.path.clone()), ..Process::default() };
        let ran = entry.ran == Some(true);
        let file = File { path: entry.path, modified: entry.modified, size: entry.size, ..File::default() };
        reading.hand(Event {
            record: to_u64(number),
            action: ran.then(|| "started".to_owned()),
            process: ran.then_some(process),
            file: Some(file),
            ..event
        });
    }
}

/// The entries; nothing where the shape is not known.
fn entries(bytes: &[u8]) -> Option<Vec<Entry>> {
    let fields = Fields(bytes);
    match fields.u32(0) {
        0xdead_beef => Some(xp(bytes)),
        0xbadc_0ffe => Some(by_offset(bytes, 8, false)),
        0xbadc_0fee => Some(by_offset(bytes, 128, true)),
        // Windows 8 and 8.1 have a header of 128 bytes, later ones tell how long it is.
        128 => [b"00ts", b"10ts"]
            .into_iter()
            .find(|magic| fields.array(128) == **magic)
            .map(|magic| chained(bytes, 128, *magic, true)),
        length @ (0x30 | 0x34) => {
            let at = usize::try_from(length).ok()?;
            (bytes.len() == at || fields.array(at) == *b"10ts").then(|| chained(bytes, at, *b"10ts", false))
        }
        _ => None,
    }
}

/// Windows XP: a header of 400 bytes, then entries of 552.
fn xp(bytes: &[u8]) -> Vec<Entry> {
    let count = to_usize(Fields(bytes).u32(4)).min(96);
    let entries = bytes.get(400..).unwrap_or_default().chunks_exact(552).take(count);
    let read = |bytes: &[u8]| {
        let fields = Fields(bytes);
        let path = text(fields.bytes(0, 528));
        let [modified, used] = [528, 544].map(|at| Timestamp::from_filetime(fields.u64(at)));
        Entry { path, modified, ran: None, used, size: Some(fields.u64(536)) }
    };
    entries.map(read).filter(|entry| !entry.path.is_empty()).collect()
}

/// Windows 2003, Vista and 7: entries of equal size that tell where their paths lie, for 32 and 64 bits. `seven` have four
/// fields more.
fn by_offset(bytes: &[u8], header: usize, seven: bool) -> Vec<Entry> {
    let fields = Fields(bytes);
    let count = to_usize(fields.u32(4)).min(ENTRIES);
    // With 64 bits the upper half of the padding before the offset is zero, with 32 the offset is there.
    let is_wide = fields.u32(header.saturating_add(4)) == 0;
    let (size, at): (usize, usize) = match (seven, is_wide) {
        (false, false) => (24, 8),
        (false, true) => (32, 16),
        (true, false) => (32, 8),
        (true, true) => (48, 16),
    };
    let table = bytes.get(header..).unwrap_or_default();
    let heads: Vec<Fields<'_>> = table.chunks_exact(size).take(count).map(Fields).collect();
    // Windows 2003 keeps the size of the file where Vista keeps flags, which are small.
    let sizes = !seven && heads.iter().any(|head| head.u32(at.saturating_add(8)) > 3);
    let read = |head: &Fields<'_>| {
        let length = usize::from(head.u16(0)).min(PATH);
        let place = if is_wide { head.u64(8) } else { u64::from(head.u32(4)) };
        let path = text(fields.bytes(to_usize(place), length));
        let flags = head.u32(at.saturating_add(8));
        Entry {
            path,
            modified: Timestamp::from_filetime(head.u64(at)),
            ran: (!sizes).then_some(flags & RAN != 0),
            used: None,
            size: sizes.then_some(u64::from(flags)),
        }
    };
    heads.iter().map(read).filter(|entry| !entry.path.is_empty()).collect()
}

/// Windows 8 and later: entries one behind the other, each with its length. `eight` tells a package and flags.
fn chained(bytes: &[u8], header: usize, magic: [u8; 4], eight: bool) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut rest = bytes.get(header..).unwrap_or_default();
    while entries.len() < ENTRIES && Fields(rest).array(0) == magic {
        let length = to_usize(Fields(rest).u32(8));
        let Some((body, behind)) = rest.get(12..).and_then(|rest| rest.split_at_checked(length)) else { break };
        rest = behind;
        let fields = Fields(body);
        let path = usize::from(fields.u16(0));
        let mut at = path.saturating_add(2);
        let mut ran = None;
        if eight {
            at = at.saturating_add(2).saturating_add(usize::from(fields.u16(at)));
            ran = Some(fields.u32(at) & RAN != 0);
            at = at.saturating_add(8);
        }
        let path = text(fields.bytes(2, path.min(PATH)));
        if !path.is_empty() {
            let modified = Timestamp::from_filetime(fields.u64(at));
            entries.push(Entry { path, modified, ran, used: None, size: None });
        }
    }
    entries
}

fn text(bytes: &[u8]) -> String {
    let path = wide::until_nul(bytes);
    // How the kernel writes paths from a drive on.
    path.strip_prefix("\\??\\").map(str::to_owned).unwrap_or(path)
}
