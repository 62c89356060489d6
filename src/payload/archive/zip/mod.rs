//! ZIP by its central directory or, where that is gone, by the headers before the data. APPNOTE 6.3.10.
//!
//! Both kinds of header are read and compared: programs differ in which they believe, and what one shows the other may hide.

mod data;

pub(crate) use data::{content, inflate};

use super::listing::{self, Listing};
use super::{Archive, Member, Volume};
use crate::base::anomaly::Cause;
use crate::base::bytes::ReadAt;
use crate::base::escape::lossless;
use crate::base::limits::Limits;
use crate::base::number::to_u64;
use crate::base::window::Window;
use crate::base::zip::header::{ENCRYPTED, LOCAL};
use crate::base::zip::{Directory, Header, directory};
use crate::payload::filetype::{self, Family};
use memchr::memmem;
use std::io;

/// Members whose first bytes are read to tell programs that bear another name.
const LOOKED_AT: usize = 256;
/// Bytes of a member that are read for that.
const LOOK: u64 = 1024;
/// Disagreements that are told one by one.
const TOLD: u32 = 8;
/// Bytes searched for the next header where the size of a member is not known.
const SEARCHED: u64 = 256 << 20;

/// Reads the members. Nothing where neither a directory nor a local header at `start` is there.
pub(super) fn read(
    stream: &dyn ReadAt,
    directory: Option<Directory>,
    start: u64,
    limits: &Limits,
    note: &mut dyn FnMut(Cause),
) -> Option<Archive> {
    let mut listing = Listing::new(limits);
    let outcome = match &directory {
        Some(directory) => by_directory(stream, directory, &mut listing, note),
        None => {
            let what = "no central directory in a ZIP archive; its members are read by their own headers".to_owned();
            note(Cause::Corrupt { what, offset: start });
            let mut reader = Reader { stream, window: Window::new(stream), looked_at: 0, told: 0 };
            reader.recover(start, stream.len(), &mut listing)
        }
    };
    if let Err(error) = outcome {
        note(error.into());
    }
    listing.archive.format = "zip";
    if let Some(directory) = directory {
        listing.archive.offset = (directory.before != 0).then_some(directory.before);
        listing.archive.comment = listing::comment(&directory.comment);
        if directory.disk > 0 {
            let number = u64::from(directory.disk).saturating_add(1);
            listing.archive.volume = Some(Volume { number: Some(number), of: Some(number), more: Some(false) });
        }
    }
    Some(listing.finish(stream.len(), note))
}

fn by_directory(
    stream: &dyn ReadAt,
    directory: &Directory,
    listing: &mut Listing,
    note: &mut dyn FnMut(Cause),
) -> io::Result<()> {
    if directory.encrypted {
        listing.encrypted("central directory", false);
    }
    let mut reader = Reader { stream, window: Window::new(stream), looked_at: 0, told: 0 };
    let mut taken: Vec<(u64, u64)> = Vec::new();
    let mut full = false;
    let stopped = directory::read(stream, directory, &mut |header| {
        let end = if directory.disk == 0 { reader.compare(&header, note)? } else { None };
        if let Some(end) = end {
            taken.push((header.offset, end));
        }
        full = !take(reader.member(&header)?, &header, listing);
        Ok(!full)
    })?;
    if stopped < directory.end && !full && !directory.encrypted {
        note(Cause::Corrupt { what: "a damaged header in the central directory".to_owned(), offset: stopped });
    } else if listing.archive.member_count & 0xffff != directory.entries & 0xffff && !full && !directory.encrypted {
        let what = format!(
            "the central directory of a ZIP archive holds {} members, {} are announced",
            listing.archive.member_count, directory.entries
        );
        note(Cause::Corrupt { what, offset: directory.start });
    }
    reader.hidden(&mut taken, directory, note)
}

/// Reads what stands before the data of the members.
struct Reader<'s> {
    stream: &'s dyn ReadAt,
    window: Window<'s>,
    looked_at: usize,
    told: u32,
}

impl Reader<'_> {
    /// Compares the local header with that of the directory, and gives the end of the data.
    fn compare(&mut self, header: &Header, note: &mut dyn FnMut(Cause)) -> io::Result<Option<u64>> {
        let (problem, end) = match self.local(header.offset)? {
            None => (Some("no header before the data of a member".to_owned()), None),
            Some(local) => {
                let end = header.offset.saturating_add(local.length).saturating_add(header.compressed);
                let problem = if end > self.stream.len() {
                    Some("the data of a member is cut off".to_owned())
                } else {
                    header.contradiction(&local).map(|what| {
                        format!("central directory and local header of a ZIP archive disagree on {what} of a member")
                    })
                };
                (problem, Some(end))
            }
        };
        if let Some(problem) = problem {
            self.told = self.told.saturating_add(1);
            if self.told <= TOLD {
                let what =
                    format!("{problem} (\"{}\")", lossless(header.best_name()).chars().take(256).collect::<String>());
                note(Cause::Corrupt { what, offset: header.offset });
            }
        }
        Ok(end)
    }

    fn local(&mut self, offset: u64) -> io::Result<Option<Header>> {
        let Some(length) = Header::local_length(self.window.get(offset, LOCAL)?) else { return Ok(None) };
        Ok(Header::local(self.window.get(offset, length)?, offset))
    }

    fn member(&mut self, header: &Header) -> io::Result<Member> {
        let folder = header.best_name().ends_with(b"/") || (header.size == 0 && header.attributes & 0x10 != 0);
        let encrypted = header.flags & ENCRYPTED != 0;
        let name = lossless(header.best_name());
        let mut content = None;
        if !folder && !encrypted && header.size >= 64 && !Listing::is_executable_name(&name) {
            self.looked_at = self.looked_at.saturating_add(1);
            if self.looked_at <= LOOKED_AT {
                let head = data::content(self.stream, header, LOOK)?;
                content = head.and_then(|(head, _)| program(&head, header.size));
            }
        }
        Ok(Member {
            name,
            size: (header.size != u64::MAX).then_some(header.size),
            compressed: Some(header.compressed),
            folder,
            encrypted,
            method: Some(header.method_name()),
            modified: header.times.modified.map(|time| time.to_string()).or_else(|| header.wall_clock.clone()),
            crc32: (!folder && header.crc != 0).then(|| format!("{:08x}", header.crc)),
            content,
        })
    }

    /// Tells local headers between the members that the directory does not name.
    fn hidden(
        &mut self,
        taken: &mut [(u64, u64)],
        directory: &Directory,
        note: &mut dyn FnMut(Cause),
    ) -> io::Result<()> {
        taken.sort_unstable();
        let mut at = directory.before;
        let mut told = 0u32;
        for (start, end) in taken.iter().copied().chain([(directory.start, directory.start)]) {
            // What stands behind the data of a streamed member takes up to 24 bytes.
            if start > at.saturating_add(30) && told < TOLD {
                let gap = start.saturating_sub(at).min(64 << 10);
                let bytes = self.window.get(at, usize::try_from(gap).unwrap_or(0))?;
                let found = memmem::find(bytes, b"PK\x03\x04").map(to_u64);
                if let Some(offset) = found.map(|found| at.saturating_add(found))
                    && let Some(local) = self.local(offset)?
                {
                    told = told.saturating_add(1);
                    let what = format!(
                        "a member of a ZIP archive is not in its central directory (\"{}\")",
                        lossless(local.best_name()).chars().take(256).collect::<String>()
                    );
                    note(Cause::Corrupt { what, offset });
                }
            }
            at = at.max(end);
        }
        Ok(())
    }

    /// Reads members by their own headers, from an offset to an end.
    fn recover(&mut self, from: u64, to: u64, listing: &mut Listing) -> io::Result<()> {
        let mut at = from;
        let mut searched = 0u64;
        while at < to && searched < SEARCHED {
            let Some(header) = self.local(at)? else {
                let block = self.window.get(at, 32 << 10)?;
                if block.len() < 4 {
                    break;
                }
                let step = match memmem::find(block.get(1..).unwrap_or_default(), b"PK\x03\x04") {
                    Some(found) => found.saturating_add(1),
                    None => block.len().saturating_sub(3),
                };
                let step = to_u64(step);
                searched = searched.saturating_add(step);
                at = at.saturating_add(step);
                continue;
            };
            if !take(self.member(&header)?, &header, listing) {
                break;
            }
            at = at.saturating_add(header.length);
            if header.compressed <= to.saturating_sub(at) {
                at = at.saturating_add(header.compressed);
            }
        }
        Ok(())
    }
}

/// Adds a member and the cipher that it is under; false where reading is to end.
fn take(member: Member, header: &Header, listing: &mut Listing) -> bool {
    if member.encrypted {
        listing.encrypted(header.cipher(), true);
    }
    listing.add(member)
}

/// What the first bytes of a member are, if those of a program.
pub(super) fn program(head: &[u8], size: u64) -> Option<&'static str> {
    if !head.starts_with(b"MZ") && !head.starts_with(b"\x7fELF") {
        return None;
    }
    let found = filetype::detect(head, size);
    matches!(found.family, Family::Pe | Family::Program).then_some(found.description)
}
