//! Transaction logs: what was written to a hive and had not reached its file.
//!
//! Source: M. Suhanov, "Windows registry file format specification", Format of transaction log files. A log of the old
//! format (`DIRT`) is used where its sequence numbers agree and it was written at the very time of the hive; the entries of
//! one of the new format (`HvLE`) where both of their checksums are right and they follow the hive and one another without
//! a gap. Windows itself also takes entries behind a gap; here they are left out, for what lies in the gap is lost.

use super::Header;
use super::marvin::Marvin;
use super::overlay::{Overlay, PAGE};
use crate::base::bytes::{ReadAt, read_full};
use crate::base::fields::Fields;
use crate::base::number::to_u32;

/// Where what follows the base block of a log begins.
const START: u64 = 512;
/// The fixed part of an entry.
const ENTRY: u32 = 40;
/// What a reference to a page and a page take up at least.
const REFERENCED: usize = 8 + 512;
/// Logs that are looked at.
const LOGS: usize = 4;

/// What became of a hive's transaction logs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recovery {
    /// How many entries were applied; a log of the old format counts as one.
    pub entries: u32,
    /// How many pages of 512 bytes they hold.
    pub pages: u64,
    /// The sequence numbers of the first and the last of them.
    pub sequence: Option<(u32, u32)>,
    /// Why logs, or what follows in them, were not applied.
    pub refused: Vec<String>,
}

impl Recovery {
    /// Whether the hive is read as its logs complete it.
    #[must_use]
    pub fn is_applied(&self) -> bool {
        self.entries > 0
    }

    /// What was applied, in words.
    #[must_use]
    pub fn applied(&self) -> Option<String> {
        let (first, last) = self.sequence.filter(|_| self.is_applied())?;
        Some(format!("{} entries of transaction logs applied, {first} to {last}", self.entries))
    }

    pub(super) fn refused(why: &str) -> Self {
        Self { refused: vec![why.to_owned()], ..Self::default() }
    }

    fn refuse(&mut self, number: usize, why: &str) {
        self.refused.push(format!("transaction log {}: {why}", number.saturating_add(1)));
    }
}

/// What the logs make of a hive, the base block then in force, and what became of them.
pub(super) fn recover<'a>(
    hive: &'a dyn ReadAt,
    header: &Header,
    logs: &[&'a dyn ReadAt],
) -> (Option<Overlay<'a>>, Header, Recovery) {
    let mut recovery = Recovery::default();
    let logs = logs.get(..LOGS).unwrap_or(logs);
    if logs.is_empty() || !header.is_hive || !header.is_dirty() {
        return (None, header.clone(), recovery);
    }
    let mut fit: Vec<(usize, Header)> = Vec::new();
    for (number, log) in logs.iter().enumerate().filter(|(_, log)| !log.is_empty()) {
        match fitting(*log, header) {
            Ok(base) => fit.push((number, base)),
            Err(why) => recovery.refuse(number, why),
        }
    }
    let mut header = header.clone();
    // A base block that is damaged is replaced by the copy that a log holds.
    if !header.is_valid
        && let Some((_, base)) = fit.first()
    {
        header = Header { file_type: 0, ..base.clone() };
    }
    let mut overlay = Overlay::new(hive, logs);
    let mut entries: Vec<(u32, usize)> = Vec::new();
    for (number, base) in &fit {
        let Some(log) = logs.get(*number) else { continue };
        let mut magic = [0u8; 4];
        let _ = read_full(*log, START, &mut magic);
        match &magic {
            b"DIRT" if recovery.is_applied() => recovery.refuse(*number, "another one was applied"),
            b"DIRT" => match old(*log, *number, base, &header, &mut overlay) {
                Ok(()) => {
                    header = Header { file_type: 0, ..base.clone() };
                    recovery.entries = 1;
                    recovery.sequence = Some((base.sequence.0, base.sequence.0));
                }
                Err(why) => recovery.refuse(*number, why),
            },
            b"HvLE" => match first_following(*log, header.sequence.0) {
                Some(sequence) => entries.push((sequence, *number)),
                None => recovery.refuse(*number, "it holds nothing that is newer than the hive"),
            },
            _ => recovery.refuse(*number, "it is empty"),
        }
    }
    entries.sort_unstable();
    let entries = if recovery.is_applied() { Vec::new() } else { entries };
    for (_, number) in entries {
        let Some(log) = logs.get(number) else { continue };
        if let Err(why) = new(*log, number, &mut header, &mut overlay, &mut recovery) {
            recovery.refuse(number, &why);
        }
    }
    recovery.pages = overlay.pages();
    if overlay.is_empty() {
        recovery.entries = 0;
        return (None, header, recovery);
    }
    (Some(overlay), header, recovery)
}

/// The base block of a log, where it belongs to the hive.
fn fitting(log: &dyn ReadAt, hive: &Header) -> Result<Header, &'static str> {
    let base = Header::read(log).filter(|base| base.is_hive && matches!(base.file_type, 1 | 2 | 6));
    let base = base.ok_or("it is no transaction log")?;
    if !base.is_valid {
        return Err("the checksum of its base block is wrong");
    }
    if base.name != hive.name {
        return Err("it belongs to another hive");
    }
    Ok(base)
}

/// A log of the old format: a bit for each page of the hive, then the pages whose bit is set.
fn old(
    log: &dyn ReadAt,
    number: usize,
    base: &Header,
    hive: &Header,
    overlay: &mut Overlay<'_>,
) -> Result<(), &'static str> {
    if base.is_dirty() {
        return Err("it was not written to its end");
    }
    if base.written != hive.written {
        return Err("it was written at another time than the hive");
    }
    let length = u64::from(base.bins_size / PAGE / 8);
    let mut bits = vec![0u8; usize::try_from(length.min(log.len())).unwrap_or(0)];
    let begin = START.saturating_add(4);
    let whole = read_full(log, begin, &mut bits).unwrap_or(0) == bits.len();
    let dirty: u64 = bits.iter().map(|byte| u64::from(byte.count_ones())).sum();
    let pages = begin.saturating_add(length).next_multiple_of(START);
    let end = pages.saturating_add(dirty.saturating_mul(u64::from(PAGE)));
    if !whole || end > log.len() {
        return Err("pages of it are missing");
    }
    let dirty_pages = (0u32..).zip(bits.iter()).flat_map(|(at, byte)| {
        (0u32..8).filter(move |bit| byte & 1u8.wrapping_shl(*bit) != 0).map(move |bit| at.saturating_mul(8) | bit)
    });
    let mut staged = Vec::new();
    for (page, offset) in dirty_pages.zip((0u64..).map(|nth| pages.saturating_add(nth.saturating_mul(512)))) {
        let mut head = [0u8; 8];
        let _ = read_full(log, offset, &mut head);
        if head.starts_with(b"hbin") && page.is_multiple_of(8) && Fields(&head).u32(4) != page.saturating_mul(PAGE) {
            return Err("a bin in it belongs elsewhere");
        }
        staged.push((page, u32::try_from(offset).map_err(|_| "it is too large")?));
        if staged.len() > super::overlay::PAGES {
            return Err("it holds too many pages");
        }
    }
    let log = to_u32(number);
    if staged.into_iter().all(|(page, offset)| overlay.lay(page, log, offset)) {
        Ok(())
    } else {
        Err("it holds too many pages")
    }
}

/// The sequence number of the first entry that is no older than the hive.
fn first_following(log: &dyn ReadAt, sequence: u32) -> Option<u32> {
    let mut at = START;
    while let Some(entry) = Entry::read(log, at) {
        if entry.sequence >= sequence {
            return Some(entry.sequence);
        }
        at = at.saturating_add(u64::from(entry.size));
    }
    None
}

/// A log of the new format: entries, each with the pages that one flush wrote.
fn new(
    log: &dyn ReadAt,
    number: usize,
    hive: &mut Header,
    overlay: &mut Overlay<'_>,
    recovery: &mut Recovery,
) -> Result<(), String> {
    let mut at = START;
    while let Some(entry) = Entry::read(log, at) {
        let due = recovery.sequence.map_or(hive.sequence.0, |(_, last)| last.saturating_add(1));
        if entry.sequence > due {
            return Err(format!("it goes on with {}, and {due} is missing", entry.sequence));
        }
        if entry.sequence == due {
            let laid = entry.pages(log, at).is_some_and(|pages| {
                let log = to_u32(number);
                pages.into_iter().all(|(page, offset)| overlay.lay(page, log, offset))
            });
            if !laid {
                return Err(format!("entry {due} is damaged"));
            }
            hive.bins_size = entry.bins_size;
            recovery.entries = recovery.entries.saturating_add(1);
            recovery.sequence = Some((recovery.sequence.map_or(due, |(first, _)| first), due));
        }
        at = at.saturating_add(u64::from(entry.size));
    }
    Ok(())
}

/// The head of an entry.
struct Entry {
    size: u32,
    sequence: u32,
    bins_size: u32,
    count: u32,
    checksum: u64,
}

impl Entry {
    /// The entry at an offset, where its head is whole.
    fn read(log: &dyn ReadAt, at: u64) -> Option<Self> {
        let mut head = [0u8; 40];
        if read_full(log, at, &mut head).ok()? < head.len() || !head.starts_with(b"HvLE") {
            return None;
        }
        let fields = Fields(&head);
        let entry = Self {
            size: fields.u32(4),
            sequence: fields.u32(12),
            bins_size: fields.u32(16),
            count: fields.u32(20),
            checksum: fields.u64(24),
        };
        let mut sum = Marvin::new();
        sum.update(head.get(..32)?);
        let fits = entry.size > ENTRY
            && entry.size.is_multiple_of(PAGE)
            && entry.bins_size.is_multiple_of(4096)
            && at.saturating_add(u64::from(entry.size)) <= log.len()
            && sum.finish() == fields.u64(32);
        fits.then_some(entry)
    }

    /// Where each of its pages lies in the log; nothing where its content is not what its checksum says.
    fn pages(&self, log: &dyn ReadAt, at: u64) -> Option<Vec<(u32, u32)>> {
        let begin = at.saturating_add(u64::from(ENTRY));
        let length = usize::try_from(self.size.checked_sub(ENTRY)?).ok()?;
        let most = length / REFERENCED;
        let references = usize::try_from(self.count).ok().filter(|count| *count <= most)?.checked_mul(8)?;
        let mut list = vec![0u8; references];
        let mut sum = Marvin::new();
        if read_full(log, begin, &mut list).ok()? < references {
            return None;
        }
        sum.update(&list);
        let mut buffer = vec![0u8; 16_384];
        let mut done = references;
        while done < length {
            let wanted = length.saturating_sub(done).min(buffer.len());
            let piece = buffer.get_mut(..wanted)?;
            if read_full(log, begin.saturating_add(u64::try_from(done).ok()?), piece).ok()? < wanted {
                return None;
            }
            sum.update(piece);
            done = done.saturating_add(wanted);
        }
        if sum.finish() != self.checksum {
            return None;
        }
        let mut pages = Vec::new();
        let mut offset = begin.saturating_add(u64::try_from(references).ok()?);
        let end = at.saturating_add(u64::from(self.size));
        for reference in list.chunks_exact(8) {
            let (target, size) = (Fields(reference).u32(0), Fields(reference).u32(4));
            let fits = size > 0
                && size.is_multiple_of(PAGE)
                && target.is_multiple_of(PAGE)
                && target.checked_add(size)? <= self.bins_size
                && offset.checked_add(u64::from(size))? <= end;
            if !fits || pages.len() > super::overlay::PAGES {
                return None;
            }
            for nth in 0..size / PAGE {
                pages.push(((target / PAGE).saturating_add(nth), u32::try_from(offset).ok()?));
                offset = offset.saturating_add(u64::from(PAGE));
            }
        }
        Some(pages)
    }
}
