//! PDF files: a stream has a length, and mostly a checksum, so that each is searched alone; the lines around them ended alike.

use super::deflate::{self, Target};
use super::sites::{Site, Sites, lost_nul};
use super::{Budget, Outcome, Why, placed, whole};
use crate::base::limits::Limits;
use crate::base::number::to_u64;
use crate::payload::ascii_damage::proof::{Bytes, PdfStream, inflates, pdf_number, pdf_streams};
use memchr::memmem;

/// Bytes that may be missing of one stream.
const MOST: usize = 16;

pub(super) fn missing(file: Bytes<'_>, limits: &Limits, budget: &mut Budget) -> Option<Outcome> {
    let bytes = whole(file, limits)?;
    let (told, table) = table(&bytes)?;
    let missing = told.checked_sub(table).filter(|missing| *missing > 0 && *missing <= bytes.len() / 4)?;
    let streams = pdf_streams(&bytes, MOST);
    let nul = lost_nul(&bytes, 1);
    // Data, and the line ends right behind the word `stream`, which some writers write another way than the others.
    let (mut data, mut lines) = (Vec::new(), Vec::new());
    let mut found: Vec<(u64, u8)> = Vec::new();
    for stream in &streams {
        let Some((end, chosen)) = within(&bytes, stream, nul, budget) else {
            let why = if stream.is_zlib { Why::TooMany } else { Why::NoChecksum };
            return Some(Outcome::Counted(to_u64(missing), why));
        };
        data.push(stream.start..end);
        lines.push(stream.line_end);
        found.extend(placed(&chosen, to_u64(stream.start)));
    }
    let in_streams = found.len();
    let outside = |at: &usize| {
        let next = data.partition_point(|range| range.end <= *at);
        data.get(next).is_none_or(|range| !range.contains(at))
    };
    let ends: Vec<usize> = memchr::memchr_iter(b'\n', &bytes).filter(outside).collect();
    let before_table = |ends: &[usize]| ends.partition_point(|at| *at < table);
    let without: Vec<usize> = ends.iter().copied().filter(|at| lines.binary_search(at).is_err()).collect();
    let choices = [Vec::new(), ends, without];
    let fits = |ends: &&Vec<usize>| in_streams.saturating_add(before_table(ends)) == missing;
    let Some(chosen) = choices.iter().find(fits) else {
        return Some(Outcome::Counted(to_u64(missing), Why::NoChecksum));
    };
    found.extend(chosen.iter().map(|at| (to_u64(*at), b'\r')));
    found.sort_unstable();
    Some(Outcome::Found(found))
}

/// Where the cross-reference table should stand, and where it does.
fn table(bytes: &[u8]) -> Option<(usize, usize)> {
    let last = memmem::rfind(bytes, b"startxref")?;
    let told = usize::try_from(pdf_number(bytes.get(last.checked_add(9)?..)?)?.0).ok()?;
    let body = bytes.get(..last)?;
    let word = memmem::rfind(body, b"xref").filter(|at| {
        let line = at.checked_sub(1).and_then(|before| bytes.get(before));
        matches!(line, Some(b'\n' | b'\r'))
    });
    let stands = word.or_else(|| {
        // A cross-reference stream is an object of its own.
        let object = memmem::rfind(body.get(..memmem::rfind(body, b"/XRef")?)?, b" obj")?;
        let line = memchr::memrchr(b'\n', body.get(..object)?)?;
        line.checked_add(1)
    })?;
    Some((told, stands))
}

/// One stream: where its data ends as it is, and where it has lost bytes.
fn within(bytes: &[u8], stream: &PdfStream, nul: bool, budget: &mut Budget) -> Option<(usize, Vec<Site>)> {
    let most = MOST.min(stream.length);
    for missing in 0..=most {
        let end = stream.start.checked_add(stream.length.saturating_sub(missing))?;
        if !PdfStream::ends_at(bytes, end) {
            continue;
        }
        let data = bytes.get(stream.start..end)?;
        if !budget.read(to_u64(data.len())) {
            return None;
        }
        let mut sites = Sites::of(data, nul);
        // A CR that ends the data stood before the LF that follows it.
        if bytes.get(end) == Some(&b'\n') {
            sites.all.push((data.len(), b'\r'));
        }
        if !stream.is_zlib {
            let lines = Sites::of(data, false).all;
            if missing == 0 || missing == lines.len() {
                return Some((end, if missing == 0 { Vec::new() } else { lines }));
            }
            continue;
        }
        if missing == 0 && inflates(data, &mut budget.bytes) {
            return Some((end, Vec::new()));
        }
        if missing > 0
            && let Some(chosen) = deflate::search(data, &sites, missing, Target::Zlib, budget)
        {
            return Some((end, chosen));
        }
    }
    None
}
