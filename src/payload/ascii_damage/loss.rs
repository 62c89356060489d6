//! Conversions that leave bytes out: CRLF to LF, CR NUL to CR, every CR.

use super::candidate::Undo;
use super::conversion::Conversion;
use super::growth::{FITS, candidates};
use super::proof::{Bytes, Depth, Finding, Format, check};
use super::{AsciiDamage, Subject, Verdict, search};
use crate::base::anomaly::Cause;
use crate::base::limits::Limits;
use crate::payload::filetype;
use std::io;

/// Where each control character around CR occurs so often and CR never, that is no chance: once in a million.
const FEWEST_NEIGHBOURS: u64 = 14;
/// The same for CRLF, where so many are expected and none is there.
const FEWEST_CRLF: u64 = 10;

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
    let counts = Counts::of(subject);
    let conversion = match census.cr {
        0 if census.lf > counts.neighbours.saturating_mul(3) / 2 => Conversion::CrToLf,
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
    // Where every CR is gone, those before LF are few of many: a small file may have had no others.
    let hopeless = counts.lack_cr(subject);
    let few = Limits { ascii_search_bytes: subject.limits.ascii_search_bytes / 256, ..subject.limits.clone() };
    let limits = if hopeless { &few } else { subject.limits };
    let mut quiet = |_| {};
    let found = search::missing(format, subject.stream, limits, if hopeless { &mut quiet } else { note });
    let missing = match &found {
        search::Outcome::Counted(missing, why) => Some((*missing, *why)),
        search::Outcome::Nothing if !signature_damaged && !counts.speak(subject) => return Ok(None),
        _ => None,
    };
    damage.candidates = candidates(subject, format, &Undo::default(), found)?;
    // Where CR are gone everywhere, those before LF alone are no remedy unless a checksum says so.
    if hopeless {
        damage.candidates.retain(|candidate| !candidate.proofs.is_empty());
    }
    if let Some(first) = damage.candidates.first() {
        damage.conversion = Conversion::CrlfToLf;
        if first.proofs.is_empty() {
            damage.unrestorable = Some(FITS.to_owned());
        } else {
            damage.verdict = Verdict::Certain;
        }
        return Ok(Some(damage));
    }
    damage.unrestorable = Some(match missing {
        None => "which bytes were left out could not be found".to_owned(),
        Some((missing, why)) => format!("{missing} bytes were left out; {}", why.words()),
    });
    Ok(Some(damage))
}

/// What the counts of bytes say.
struct Counts {
    /// How often the rarest of the control characters around CR occurs: CR should occur about as often in dense data.
    neighbours: u64,
}

impl Counts {
    fn of(subject: &Subject<'_>) -> Self {
        let neighbours = [0x06, 0x0b, 0x0c, 0x0e, 0x0f, 0x11, 0x12].map(|byte| subject.count(byte));
        Self { neighbours: neighbours.into_iter().min().unwrap_or_default() }
    }

    /// Whether there is no CR where there must be many.
    fn lack_cr(&self, subject: &Subject<'_>) -> bool {
        subject.census.cr == 0 && self.neighbours >= FEWEST_NEIGHBOURS
    }

    /// Whether there is no CR, or no CRLF, where there must be many. In data whose bytes stand in no order, LF stand behind
    /// CR as often as the share of CR says.
    fn speak(&self, subject: &Subject<'_>) -> bool {
        let (census, size) = (subject.census, subject.stream.len().max(1));
        let expected = census.lf.saturating_mul(census.cr).checked_div(size).unwrap_or_default();
        self.lack_cr(subject) || census.crlf == 0 && expected >= FEWEST_CRLF && self.neighbours >= FEWEST_NEIGHBOURS
    }
}
