//! Conversions that leave bytes out: CRLF to LF, CR NUL to CR, every CR.

use super::candidate::Undo;
use super::conversion::Conversion;
use super::growth::{FITS, candidates};
use super::proof::{Bytes, Depth, Finding, Format, check};
use super::{AsciiDamage, Subject, Verdict, search};
use crate::base::anomaly::Cause;
use crate::payload::filetype;
use std::io;

pub(super) fn judge(subject: &Subject<'_>, note: &mut dyn FnMut(Cause)) -> io::Result<Option<AsciiDamage>> {
    let (census, size) = (subject.census, subject.stream.len());
    // After CRLF became LF there is a CRLF only where there was a CR CR LF, as in the stub of every executable.
    if census.lone_lf() == 0 || census.crlf.saturating_sub(1).saturating_mul(64) > census.lf {
        return Ok(None);
    }
    let Some(format) = search::format(subject.head) else { return Ok(None) };
    let signature_damaged = Format::of(subject.head).is_none();
    let itself = if signature_damaged {
        Finding::broken("the signature at its start is damaged")
    } else if format == Format::Gzip && size > subject.limits.ascii_search_bytes / 64 {
        return Ok(None);
    } else {
        check(format, Bytes(subject.stream), Depth::Quick, subject.limits)
    };
    if itself.broken.is_none() {
        return Ok(None);
    }
    let mut evidence = subject.evidence();
    evidence.contradiction.clone_from(&itself.broken);
    evidence.declared_size = itself.declared.filter(|declared| *declared != size);
    evidence.signature_damaged = signature_damaged;
    let conversion = match census.cr {
        0 if census.lf > evidence.expected_lone_lf.saturating_mul(3) / 2 => Conversion::CrToLf,
        0 => Conversion::CrDropped,
        _ => Conversion::CrlfToLf,
    };
    let original_type = signature_damaged.then(|| match format {
        Format::Png => filetype::detect(b"\x89PNG\r\n\x1a\n", 8),
        _ => filetype::detect(subject.head, size),
    });
    let mut damage = AsciiDamage {
        conversion,
        verdict: Verdict::Likely,
        evidence,
        original_type,
        candidates: Vec::new(),
        unrestorable: None,
    };
    let found = search::missing(format, subject.stream, subject.limits, note);
    let missing = match &found {
        search::Outcome::Counted(missing) => *missing,
        search::Outcome::Nothing if !signature_damaged => return Ok(None),
        _ => 0,
    };
    damage.candidates = candidates(subject, format, &Undo::default(), found)?;
    if let Some(first) = damage.candidates.first() {
        damage.conversion = Conversion::CrlfToLf;
        if first.proofs.is_empty() {
            damage.unrestorable = Some(FITS.to_owned());
        } else {
            damage.verdict = Verdict::Certain;
        }
        return Ok(Some(damage));
    }
    damage.unrestorable = Some(if missing == 0 {
        "which bytes were left out could not be found".to_owned()
    } else {
        format!("{missing} bytes were left out, and where could not be found")
    });
    Ok(Some(damage))
}
