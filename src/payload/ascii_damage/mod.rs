//! The damage that FTP's ASCII mode does to binary files: told, undone, and the undoing proven.
//!
//! `ftp.exe` transfers in ASCII mode unless told otherwise, and servers then send each LF as CRLF. In a binary about one byte
//! of 256 is an LF, and one LF of 256 stands behind a CR; a binary of some size without a single lone LF has been
//! converted. Nothing is called damaged for such counts alone: the file must contradict itself as it is, or bear line ends
//! in the midst of control characters, where no text has any.
//!
//! # What is restorable
//! Where every LF became CRLF, whatever stood before it, the undoing is exact for any bytes; the file's own checksums, or sizes
//! that hold to the byte, then prove that it was that. Where bytes were swallowed (CRLF to LF, CR NUL to CR, or a CRLF that
//! cannot be told from one that was made), the file must tell how many are missing between two landmarks, and a checksum must
//! tell the right one of the places; all lines of one text ended alike. `m` is what is missing of one part:
//!
//! | format | parts and their checksum | restored and proven |
//! |---|---|---|
//! | ZIP, Office, JAR | members, CRC-32 | deflated: `m` up to about 3, of CR NUL 1; stored: choices of `m` below 2^28; comment: all lines |
//! | gzip | all, CRC-32 and size | `m` up to about 3, of CR NUL 1 |
//! | PNG | chunks, CRC-32 | choices of `m` up to 4 places below 2^28, whole texts |
//! | PDF | zlib streams, Adler-32; lines, by the table | as gzip; lines where all ended in CRLF |
//! | CAB | data blocks, 32 bits | choices of `m` up to 4 places whose bytes are below 2^28 |
//! | PE, signed | all, Authenticode digest | where up to 64 choices have the right checksum |
//! | PE with a checksum | all, one choice of 257 holds by chance | where one choice holds and all were tried; else up to 8 candidates |
//! | PE without | none | no; candidates where landmarks leave up to 8 |
//! | ELF, 7z | none over places that are missing | no: how many are missing is told |
//! | JPEG, GIF, RIFF, SQLite, OLE, RAR, xz, tar, hives, event logs | none that is searched | no: that the file is damaged is told |
//!
//! Where every CR is gone, or became LF, there are as many choices as bytes: that is told, and only small files that had no CR
//! but in CRLF come back. The digest that a log gives of the undamaged file proves a candidate whatever the format
//! ([`AsciiDamage::prove_by_hashes`]). [`crate::base::limits::Limits::ascii_search_bytes`] bounds every search.

mod candidate;
mod census;
mod conversion;
mod foreign;
mod growth;
mod loss;
mod proof;
mod search;
#[cfg(test)]
mod tests;
mod view;

pub use candidate::{Candidate, Recorded};
pub use census::Census;
pub use conversion::Conversion;
pub use proof::Proof;

use crate::base::anomaly::Cause;
use crate::base::bytes::ReadAt;
use crate::base::limits::Limits;
use crate::payload::filetype::{self, Family, FileType};
use candidate::Undo;
use proof::Format;
use schemars::JsonSchema;
use serde::Serialize;
use std::io;
use view::Rule;

/// A binary file that a transfer in ASCII mode has changed.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct AsciiDamage {
    /// What was done to the bytes.
    pub conversion: Conversion,
    /// How sure that is.
    pub verdict: Verdict,
    /// What the verdict rests on.
    pub evidence: Evidence,
    /// The type before the damage, where it shows only in the restored bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original_type: Option<FileType>,
    /// Bytes that may be those before the damage, the best first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<Candidate>,
    /// Why the bytes before the damage cannot be had, or not for certain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unrestorable: Option<String>,
}

impl AsciiDamage {
    /// The candidate that is proven.
    #[must_use]
    pub fn proven(&self) -> Option<&Candidate> {
        self.candidates.iter().find(|candidate| !candidate.proofs.is_empty())
    }

    /// Looks for a candidate among digests that records give, puts it first, says which records it were and makes the verdict
    /// certain.
    pub fn prove_by_hashes(&mut self, records: &[Recorded]) -> bool {
        let hit = self.candidates.iter_mut().position(|candidate| candidate.prove_by_hashes(records));
        if let Some(rest) = hit.and_then(|at| self.candidates.get_mut(..=at)) {
            rest.rotate_right(1);
            self.verdict = Verdict::Certain;
            self.unrestorable = None;
        }
        hit.is_some()
    }
}

/// How sure a judgement is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The counts speak for it, and nothing against it.
    Possible,
    /// The file contradicts itself, or its line ends stand where no intact file of its kind has them.
    Likely,
    /// The file contradicts itself as it is, and not as restored; or its signature bears the marks.
    Certain,
}

/// What a judgement rests on.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Evidence {
    /// LF without a CR before them.
    pub lone_lf: u64,
    /// How many of these a binary of such density is expected to have: one byte in 256, of bytes that are spread as here.
    pub expected_lone_lf: u64,
    /// CRLF.
    pub crlf: u64,
    /// CRLF next to control characters, where text has none.
    pub crlf_in_data: u64,
    /// CR without an LF behind them.
    pub lone_cr: u64,
    /// CR before a NUL.
    pub cr_nul: u64,
    /// How the file contradicts itself as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contradiction: Option<String>,
    /// Bytes that the file should have by its own word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declared_size: Option<u64>,
    /// The damage shows in the signature at the start of the file.
    pub signature_damaged: bool,
}

/// What is asked about: the bytes, and what one pass over them has left.
pub(super) struct Subject<'a> {
    pub(super) stream: &'a dyn ReadAt,
    /// The first bytes, some tens of kilobytes.
    pub(super) head: &'a [u8],
    pub(super) census: &'a Census,
    /// How often each byte occurs.
    pub(super) counts: &'a [u64; 256],
    pub(super) limits: &'a Limits,
}

impl Subject<'_> {
    fn evidence(&self) -> Evidence {
        let total = self.counts.iter().sum::<u64>();
        // Bytes that make up more than a tenth of all (padding, mostly) say nothing of the others.
        let dense: u64 = self.counts.iter().filter(|count| count.saturating_mul(10) < total).sum();
        Evidence {
            lone_lf: self.census.lone_lf(),
            expected_lone_lf: dense / 256,
            crlf: self.census.crlf,
            crlf_in_data: self.census.in_data,
            lone_cr: self.census.lone_cr(),
            cr_nul: self.census.cr_nul,
            contradiction: None,
            declared_size: None,
            signature_damaged: false,
        }
    }

    fn count(&self, byte: u8) -> u64 {
        self.counts.get(usize::from(byte)).copied().unwrap_or_default()
    }
}

/// Judges a file that was read whole. `head` is its first bytes, `counts` how often each byte occurs in it.
pub fn judge(
    stream: &dyn ReadAt,
    head: &[u8],
    census: &Census,
    counts: &[u64; 256],
    limits: &Limits,
    note: &mut dyn FnMut(Cause),
) -> Option<AsciiDamage> {
    let subject = Subject { stream, head, census, counts, limits };
    let judged = growth::judge(&subject, note)
        .and_then(|damage| match damage {
            Some(damage) => Ok(Some(damage)),
            None => loss::judge(&subject, note),
        })
        .map(|damage| damage.or_else(|| foreign::judge(&subject)));
    judged.unwrap_or_else(|error| {
        note(error.into());
        None
    })
}

/// Undoes a conversion whose undoing is exact, whatever the bytes are, and hands what comes out to `work`; nothing for the
/// other conversions.
///
/// # Errors
/// What the stream says of a read.
pub fn undo<T>(
    conversion: Conversion,
    stream: &dyn ReadAt,
    work: impl FnOnce(&dyn ReadAt) -> T,
) -> io::Result<Option<T>> {
    let rules = match conversion {
        Conversion::LfToCrlf => vec![Rule::Lf],
        Conversion::LfToCrlfTwice => vec![Rule::Lf, Rule::Lf],
        Conversion::Nvt => vec![Rule::Nvt],
        _ => return Ok(None),
    };
    Undo { rules, inserted: Vec::new() }.with(stream, &mut |_| {}, work).map(Some)
}

/// The format of a head and whether it is a binary one at all; `None` for text and scripts.
fn binary(head: &[u8], size: u64) -> Option<(Format, FileType)> {
    let file_type = filetype::detect(head, size);
    if let Some(format) = Format::of(head) {
        return Some((format, file_type));
    }
    match file_type.family {
        Family::Script | Family::Text | Family::Empty => None,
        _ => Some((Format::Other, file_type)),
    }
}
