//! Conversions that put bytes in: LF to CRLF, once or twice, and CR to CR NUL.

use super::candidate::{Candidate, Undo};
use super::conversion::Conversion;
use super::proof::{Bytes, Depth, Finding, Format, Proof, check};
use super::view::Rule;
use super::{AsciiDamage, Subject, Verdict, binary, candidate, search};
use crate::base::anomaly::Cause;
use crate::base::bytes::ReadAt;
use crate::base::digest::Hasher;
use crate::payload::filetype::{self, Family};
use std::io;

/// CRLF that a file must have, all of its LF, where nothing but their number can speak.
const FEWEST: u64 = 4;
/// CRLF next to control characters that no intact file of a known kind has without a single lone LF: each LF in dense data
/// stands behind a CR once in 256 times.
const IN_DATA: u64 = 8;
/// The same for bytes of no known format, which may be text of an unknown encoding.
const IN_DATA_UNKNOWN: u64 = 24;

/// What is said of a candidate that fits and is not proven.
pub(super) const FITS: &str = "sizes and offsets fit with the CRLF brought back where they likeliest were; no checksum tells that it was there alone";

pub(super) fn judge(subject: &Subject<'_>, note: &mut dyn FnMut(Cause)) -> io::Result<Option<AsciiDamage>> {
    let (census, size) = (subject.census, subject.stream.len());
    if census.lone_lf() > 0 || census.crlf == 0 {
        return Ok(None);
    }
    let variants = variants(subject);
    let as_is = Format::of(subject.head);
    let signature = variants.iter().find_map(|(rules, _)| {
        let head = collapsed(subject.head, rules);
        search::format(&head).filter(|_| as_is.is_none() && is_marked(&head)).map(|format| (format, head))
    });
    let signature_damaged = signature.is_some();
    let restored_head = signature.map_or_else(
        || collapsed(subject.head, variants.first().map(|(rules, _)| rules.as_slice()).unwrap_or_default()),
        |(_, head)| head,
    );
    // What is text as it is stays text, whatever its first letters are.
    if filetype_is_text(subject.head, size) && !signature_damaged {
        return Ok(None);
    }
    let Some((format, restored_type)) = as_is
        .or_else(|| search::format(&restored_head))
        .map(|format| (format, filetype::detect(if as_is.is_some() { subject.head } else { &restored_head }, size)))
        .or_else(|| binary(&restored_head, size))
    else {
        return Ok(None);
    };
    if format == Format::Other && census.crlf < FEWEST {
        return Ok(None);
    }
    let file = Bytes(subject.stream);
    let itself = if as_is == Some(format) {
        check(format, file, Depth::Quick, subject.limits)
    } else {
        Finding::broken("the signature at its start is damaged")
    };
    let itself = if format == Format::Other { Finding::default() } else { itself };
    let surplus = itself.declared.is_some_and(|declared| declared < size);
    if itself.is_sound() && !surplus {
        return Ok(None);
    }
    let mut evidence = subject.evidence();
    evidence.contradiction.clone_from(&itself.broken);
    evidence.declared_size = itself.declared.filter(|declared| *declared != size);
    evidence.signature_damaged = signature_damaged;
    let damaged = |conversion, verdict, candidates, unrestorable| {
        let original_type = Some(restored_type).filter(|restored| *restored != filetype::detect(subject.head, size));
        Ok(Some(AsciiDamage { conversion, verdict, evidence, original_type, candidates, unrestorable }))
    };
    let mut candidates = Vec::new();
    let (mut found, mut missing, mut by_checksum) = (Vec::new(), None, false);
    for (rules, conversion) in variants {
        let undo = Undo { rules, inserted: Vec::new() };
        let (mut candidate, finding) = restore(subject, format, undo.clone())?;
        // Bytes behind what the headers account for could still be others.
        let whole = finding.declared.is_none_or(|declared| declared == candidate.size) || is_proof(&finding.proofs);
        let fits = finding.is_sound() && (!itself.is_sound() || finding.declared == Some(candidate.size));
        if fits && whole {
            candidate.proofs.clone_from(&finding.proofs);
            return damaged(conversion, Verdict::Certain, vec![candidate], None);
        }
        if finding.broken.is_some() && found.is_empty() {
            let outcome = searched(subject, format, &undo, note)?;
            if let search::Outcome::Counted(count, why) = &outcome {
                missing = missing.or(Some((*count, *why)));
            }
            by_checksum = matches!(outcome, search::Outcome::Fits { by_checksum: true, .. });
            found = self::candidates(subject, format, &undo, outcome)?;
        }
        candidate.contradiction = finding.broken;
        candidates.push((candidate, conversion));
    }
    // What only fits counts against a file that contradicts itself, not against one that does not.
    let holds = |first: &&Candidate| itself.broken.is_some() || by_checksum || !first.proofs.is_empty();
    if let Some(first) = found.first().filter(holds) {
        let unproven = first.proofs.is_empty().then(|| FITS.to_owned());
        let verdict = if unproven.is_none() { Verdict::Certain } else { Verdict::Likely };
        return damaged(Conversion::LoneLfToCrlf, verdict, found, unproven);
    }
    if itself.is_sound() {
        return Ok(None);
    }
    let most = if restored_type.family == Family::Unknown { IN_DATA_UNKNOWN } else { IN_DATA };
    // A text that begins as a binary does is damaged only if that is proven.
    let text = matches!(restored_type.family, Family::Script | Family::Text);
    if (census.in_data < most || text) && !signature_damaged {
        return Ok(None);
    }
    let verdict = if restored_type.family == Family::Unknown { Verdict::Possible } else { Verdict::Likely };
    let contradicted = candidates.iter().all(|(candidate, _)| candidate.contradiction.is_some());
    let unrestorable = match missing {
        Some((count, why)) if contradicted => {
            format!("{count} bytes before or behind CR were there before the transfer; {}", why.words())
        }
        _ if contradicted => {
            "some CRLF were there before the transfer, and which they were could not be found".to_owned()
        }
        _ => "the format has no checksum or size that could prove a candidate".to_owned(),
    };
    let conversion = match candidates.first() {
        Some((_, conversion)) if !contradicted => *conversion,
        _ => Conversion::LoneLfToCrlf,
    };
    let candidates = candidates.into_iter().map(|(candidate, _)| candidate).collect();
    damaged(conversion, verdict, candidates, Some(unrestorable))
}

fn filetype_is_text(head: &[u8], size: u64) -> bool {
    matches!(filetype::detect(head, size).family, Family::Script | Family::Text) && Format::of(head).is_none()
}

/// Which undoing the counts allow, the most special first.
fn variants(subject: &Subject<'_>) -> Vec<(Vec<Rule>, Conversion)> {
    let census = subject.census;
    let mut variants = Vec::new();
    if census.cr_nul >= 2 && census.cr_nul == census.lone_cr() {
        variants.push((vec![Rule::Nvt], Conversion::Nvt));
    }
    if census.crcrlf == census.crlf {
        variants.push((vec![Rule::Lf, Rule::Lf], Conversion::LfToCrlfTwice));
    }
    variants.push((vec![Rule::Lf], Conversion::LfToCrlf));
    variants
}

/// The head as the rules leave it.
fn collapsed(head: &[u8], rules: &[Rule]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(head.len());
    // Memory does not fail to be read.
    let undo = Undo { rules: rules.to_vec(), inserted: Vec::new() };
    let _ = undo.with(&head.to_vec(), &mut |part| bytes.extend_from_slice(part), |_| ());
    bytes
}

/// Whether a signature has a line end in it, so that its damage shows: the start of a text that only looks like one has not.
fn is_marked(head: &[u8]) -> bool {
    head.starts_with(b"\x89PNG")
        || head.starts_with(b"MZ")
        || head.get(257..).is_some_and(|at| at.starts_with(b"ustar"))
}

/// The candidate that an undoing gives, and what it says of itself.
fn restore(subject: &Subject<'_>, format: Format, undo: Undo) -> io::Result<(Candidate, Finding)> {
    let mut hasher = Hasher::default();
    let streamed = undo.inserted.is_empty() && !undo.rules.is_empty();
    let work = |view: &dyn ReadAt| {
        let digests = if streamed { Ok(None) } else { candidate::digests(view).map(Some) };
        digests.map(|digests| (view.len(), check(format, Bytes(view), Depth::Full, subject.limits), digests))
    };
    let (size, finding, digests) = undo.with(
        subject.stream,
        &mut |bytes| {
            if streamed {
                hasher.update(bytes)
            }
        },
        work,
    )??;
    let undone_by = words(&undo);
    Ok((Candidate::new(undone_by, size, digests.unwrap_or_else(|| hasher.finish()), undo), finding))
}

fn words(undo: &Undo) -> String {
    let mut words = match undo.rules.as_slice() {
        [] => String::new(),
        [Rule::Lf] => "CRLF to LF".to_owned(),
        [Rule::Nvt] => "CRLF to LF, CR NUL to CR".to_owned(),
        _ => "CR CR LF to LF".to_owned(),
    };
    if !undo.inserted.is_empty() {
        let (and, count) = (if words.is_empty() { "" } else { ", then " }, undo.inserted.len());
        words.push_str(&format!("{and}{count} CRLF and CR NUL brought back"));
    }
    words
}

/// Looks for the CRLF that were there before the transfer: all became LF by the undoing, and some must come back.
fn searched(
    subject: &Subject<'_>,
    format: Format,
    undo: &Undo,
    note: &mut dyn FnMut(Cause),
) -> io::Result<search::Outcome> {
    undo.with(subject.stream, &mut |_| {}, |view| search::missing(format, view, subject.limits, note))
}

/// The candidates of a search that hold together; a single one that is proven, or those that only fit.
pub(super) fn candidates(
    subject: &Subject<'_>,
    format: Format,
    undo: &Undo,
    found: search::Outcome,
) -> io::Result<Vec<Candidate>> {
    let (choices, proven) = match found {
        search::Outcome::Found(inserted) => (vec![inserted], true),
        search::Outcome::Fits { choices, .. } => (choices, false),
        _ => return Ok(Vec::new()),
    };
    let mut candidates = Vec::new();
    for inserted in choices {
        let (mut candidate, finding) = restore(subject, format, Undo { inserted, ..undo.clone() })?;
        if !finding.is_sound() {
            continue;
        }
        if proven && is_proof(&finding.proofs) {
            candidate.proofs = finding.proofs;
        }
        candidates.push(candidate);
    }
    Ok(candidates)
}

/// Whether proofs hold for bytes that were found by trying: a structure that fits is what was looked for.
fn is_proof(proofs: &[Proof]) -> bool {
    proofs.iter().any(|proof| *proof != Proof::Structure)
}
