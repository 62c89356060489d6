//! Finding the bytes that a conversion left out: which of the LF were CRLF, and which CR were CR NUL.
//!
//! How many are missing follows from offsets and sizes; which of the places it was is tried out against the checksums of
//! the format, within a budget. Lines of one text had one kind of line end and are taken together.

mod cabinet;
mod choice;
mod crc;
mod deflate;
mod executable;
mod gzip;
mod landmarks;
mod pdf;
mod png;
mod sites;
mod zip;

use super::proof::{Bytes, Depth, Format, check};
use super::view::Inserted;
use crate::base::anomaly::Cause;
use crate::base::bytes::ReadAt;
use crate::base::limits::Limits;
use crate::base::number::to_u64;

/// What a search came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Before which offsets which bytes must come back; checksums hold then.
    Found(Vec<(u64, u8)>),
    /// The size fits so, or so, and nothing proves which; `by_checksum` where a checksum holds for each of them.
    Fits { choices: Vec<Vec<(u64, u8)>>, by_checksum: bool },
    /// So many bytes are missing; where could not be found.
    Counted(u64, Why),
    /// Nothing shows that bytes are missing: the file may be damaged otherwise, or cut short.
    Nothing,
}

/// Why the places could not be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// The format has no checksum over them.
    NoChecksum,
    /// There are more choices than may be tried, or than a checksum of 16 bits tells apart.
    TooMany,
}

impl Why {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::NoChecksum => "the format has no checksum that tells where",
            Self::TooMany => "there are more possible places than could be tried or told apart",
        }
    }
}

/// Work that one search may do.
pub(super) struct Budget {
    /// Combinations left to try.
    steps: u64,
    /// Bytes left to go through.
    bytes: u64,
}

impl Budget {
    /// Takes a share; false once it is used up.
    fn step(&mut self, steps: u64) -> bool {
        self.steps = self.steps.saturating_sub(steps);
        self.steps > 0
    }

    fn read(&mut self, bytes: u64) -> bool {
        self.bytes = self.bytes.saturating_sub(bytes);
        self.bytes > 0
    }
}

/// The format by a head of which CRLF may have become LF: the signatures of PNG and of executables show that.
pub(super) fn format(head: &[u8]) -> Option<Format> {
    Format::of(head)
        .or_else(|| head.starts_with(png::SHORTENED).then_some(Format::Png))
        .or_else(|| executable::is_shortened(head).then_some(Format::Pe))
}

/// Looks for what is missing in a file of a format.
pub(super) fn missing(format: Format, stream: &dyn ReadAt, limits: &Limits, note: &mut dyn FnMut(Cause)) -> Outcome {
    let mut budget = Budget { steps: limits.ascii_search_bytes / 4, bytes: limits.ascii_search_bytes };
    let file = Bytes(stream);
    let outcome = match format {
        Format::Pe => executable::missing(file, limits, &mut budget),
        Format::Zip => zip::missing(file, limits, &mut budget),
        Format::Gzip => gzip::missing(file, limits, &mut budget),
        Format::Png => png::missing(file, limits, &mut budget),
        Format::Cabinet => cabinet::missing(file, limits, &mut budget),
        Format::Pdf => pdf::missing(file, limits, &mut budget),
        Format::Elf | Format::SevenZip => counted(format, file, limits),
        _ => None,
    };
    if budget.steps == 0 || budget.bytes == 0 {
        note(Cause::LimitReached {
            what: "bytes worked through to find what an ASCII transfer left out",
            limit: limits.ascii_search_bytes,
        });
    }
    outcome.unwrap_or(Outcome::Nothing)
}

/// Whether the table at the end of a file stands as many bytes too early as the file is too short: then they are missing
/// inside, and the file was not cut. Nothing in these formats tells where.
fn counted(format: Format, file: Bytes<'_>, limits: &Limits) -> Option<Outcome> {
    const HEADER: u64 = 64;
    let declared = check(format, file, Depth::Quick, limits).declared?;
    let missing = declared.checked_sub(file.len()).filter(|missing| (1..=file.len() / 64).contains(missing))?;
    let filling = vec![(HEADER, 0u8); usize::try_from(missing).ok()?];
    let filled = Inserted::new(file.0, &filling);
    let sound = check(format, Bytes(&filled), Depth::Quick, limits).is_sound();
    sound.then_some(Outcome::Counted(missing, Why::NoChecksum))
}

/// Bytes of a file that are searched at once: a quarter of what may be held of a payload.
fn region_bytes(limits: &Limits) -> u64 {
    limits.payload_parse_bytes / 4
}

/// All of a file, where it is small enough.
fn whole(file: Bytes<'_>, limits: &Limits) -> Option<Vec<u8>> {
    let length = Some(file.len()).filter(|length| *length <= region_bytes(limits))?;
    file.get(0, usize::try_from(length).ok()?)
}

/// Places of a region as places of the file.
fn placed(found: &[(usize, u8)], start: u64) -> impl Iterator<Item = (u64, u8)> {
    found.iter().map(move |(at, byte)| (start.saturating_add(to_u64(*at)), *byte))
}
