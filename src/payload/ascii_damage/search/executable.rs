//! Windows executables: what is missing of them follows from where the sections and the certificate table end; where, the
//! checksum of the header and the Authenticode digest tell.
//!
//! The checksum is weaker than its 16 bits. A byte put in moves all that follow it between the halves of the words that are
//! summed: two places differ by a multiple of 255 modulo 65,535, so that one choice of 257 holds by chance. It proves a
//! choice only where every other one of its kind was tried and does not hold.

use super::choice::{Choices, SINGLES as MOST_SINGLES};
use super::landmarks::{anchors, certificates};
use super::sites::{MANY, Site, Sites, lost_nul};
use super::{Budget, Outcome, Why, placed, whole};
use crate::base::fields::Fields;
use crate::base::limits::Limits;
use crate::base::number::{to_u64, to_usize};
use crate::payload::ascii_damage::proof::{Bytes, Depth, Format, Layout, Proof, check};
use crate::payload::ascii_damage::view::Inserted;
use memchr::memmem;

/// The end of the message in the DOS stub, as every Microsoft and GNU linker writes it.
const STUB: &[u8] = b"mode.\r\r\n$";
/// What becomes of it, and how many bytes that takes away: CRLF became LF; every CR dropped; every CR became LF.
const SHORTENED: [(&[u8], usize); 3] = [(b"mode.\r\n$", 1), (b"mode.\n$", 2), (b"mode.\n\n$", 1)];
/// Lines of a text that had one kind of line end: fewer may stand in any data.
const TEXT: usize = 3;
/// Choices whose checksum holds and whose signature is then computed.
const SIGNATURES: u32 = 64;

/// Where the stub has lost how many CR, if that is so and the header stands right with them put back.
fn stub(head: &[u8]) -> Option<(usize, usize)> {
    let start = head.get(..1024).filter(|start| start.starts_with(b"MZ")).unwrap_or_default();
    let pointer = usize::try_from(Fields(head).u32(0x3c)).ok()?;
    SHORTENED.into_iter().find_map(|(shortened, lost)| {
        let found = memmem::find(start, shortened)?.checked_add(STUB.len().checked_sub(lost.checked_add(2)?)?)?;
        let header = pointer.checked_sub(lost)?;
        (found < header && head.get(header..)?.starts_with(b"PE\0\0")).then_some((found, lost))
    })
}

/// Whether a head is that of an executable whose stub has lost a CR.
pub(super) fn is_shortened(head: &[u8]) -> bool {
    stub(head).is_some()
}

pub(super) fn missing(file: Bytes<'_>, limits: &Limits, budget: &mut Budget) -> Option<Outcome> {
    let mut bytes = whole(file, limits)?;
    let stub = stub(&bytes);
    let (stub_at, stub_lost) = stub.unwrap_or_default();
    // A CR that became LF stays one.
    if bytes.get(stub_at..).is_some_and(|rest| stub_lost > 0 && rest.starts_with(b"\n\n")) {
        return None;
    }
    bytes.splice(stub_at..stub_at, std::iter::repeat_n(b'\r', stub_lost));
    let layout = Layout::read(Bytes(&bytes))?;
    let declared = usize::try_from(layout.declared()).ok()?;
    let missing = declared.checked_sub(bytes.len())?;
    let lost_nul = lost_nul(&bytes, MANY);
    if missing == 0 && stub.is_none() || missing > bytes.len() / 16 || !shifted(&bytes, &layout, missing) {
        return None;
    }
    // The stub stands before all else: with it put back, offsets are those of the bytes as they were given, and one more.
    let back = |found: &[Site]| {
        let moved: Vec<Site> = found.iter().map(|(at, byte)| (at.saturating_sub(stub_lost), *byte)).collect();
        let first = std::iter::repeat_n((to_u64(stub_at), b'\r'), stub_lost);
        first.chain(placed(&moved, 0)).collect::<Vec<_>>()
    };
    if missing == 0 {
        return Some(Outcome::Found(back(&[])));
    }
    let sites = past_headers(Sites::of(&bytes, lost_nul), &layout);
    let anchors = anchors(&bytes, &layout, missing);
    let sums = Sums::new(&bytes, &sites.all, &layout);
    let wanted = sums.wanted(layout.checksum, declared);
    let signed = layout.certificates().is_some();
    let mut hits = Vec::new();
    let mut fits = Vec::new();
    let mut signatures = 0u32;
    let mut found = None;
    let mut tier = None;
    let is_text = |chosen: &[Site], singles: usize| chosen.len() >= singles.saturating_add(TEXT);
    let mut choices = Choices { sites: &sites, missing, anchors: &anchors, budget: &mut *budget };
    choices.each(&mut |chosen, singles| {
        // A likelier choice that fits is not outdone by one less likely.
        if tier.is_some_and(|tier| tier < singles) && !(signed && signatures < SIGNATURES) {
            return true;
        }
        if wanted.is_none() {
            fits.push(chosen.to_vec());
            if is_text(chosen, singles) {
                tier = Some(singles);
            }
            return fits.len() > limits.candidates;
        }
        if !sums.holds(chosen, wanted) {
            return false;
        }
        let inserted: Vec<(u64, u8)> = placed(chosen, 0).collect();
        let view = Inserted::new(&bytes, &inserted);
        let finding = check(Format::Pe, Bytes(&view), Depth::Full, limits);
        signatures = signatures.saturating_add(1);
        if finding.proofs.contains(&Proof::AuthenticodeDigest) {
            found = Some(chosen.to_vec());
            return true;
        }
        if finding.broken.is_none() && !signed {
            hits.push(chosen.to_vec());
            if is_text(chosen, singles) {
                tier = Some(singles);
            }
        }
        signatures >= SIGNATURES && signed || hits.len() > limits.candidates
    });
    let complete = budget.steps > 0 && missing <= MOST_SINGLES || tier.is_some();
    if let Some(found) = found {
        return Some(Outcome::Found(back(&found)));
    }
    // As many as there is room for are no answer.
    for list in [&mut hits, &mut fits] {
        if list.len() > limits.candidates {
            list.clear();
        }
    }
    Some(match (hits.as_slice(), fits.as_slice()) {
        ([only], _) if complete => Outcome::Found(back(only)),
        ([_, ..], _) => Outcome::Fits { choices: hits.iter().map(|hit| back(hit)).collect(), by_checksum: true },
        ([], [_, ..]) => Outcome::Fits { choices: fits.iter().map(|fit| back(fit)).collect(), by_checksum: false },
        _ => {
            let why = if wanted.is_none() && !signed { Why::NoChecksum } else { Why::TooMany };
            Outcome::Counted(to_u64(missing.saturating_add(stub_lost)), why)
        }
    })
}

/// Headers hold no line ends but those of the stub, which is seen to.
fn past_headers(mut sites: Sites, layout: &Layout) -> Sites {
    let first = layout.sections.iter().map(|[_, _, at, _]| *at).filter(|at| *at > 0).min().unwrap_or(0);
    let start = usize::try_from(first / 2).unwrap_or(0);
    let skip = sites.all.partition_point(|(at, _)| *at < start);
    sites.all.drain(..skip);
    sites.texts = sites
        .texts
        .iter()
        .filter(|text| text.start >= skip)
        .map(|text| text.start.saturating_sub(skip)..text.end.saturating_sub(skip))
        .collect();
    sites
}

/// Whether bytes are missing inside rather than at the end: a table that is known to stand at the end stands earlier, or
/// the end is filled with zeros as that of a section is.
fn shifted(bytes: &[u8], layout: &Layout, missing: usize) -> bool {
    if layout.certificates().is_some() {
        return certificates(bytes, layout, missing).is_some();
    }
    missing == 0 || anchors(bytes, layout, missing).iter().any(|anchor| anchor.low > 0) || bytes.ends_with(&[0; 8])
}

/// The sums of the header's checksum, by which that of a file with bytes put in is had without going through it again.
struct Sums {
    /// The places, and the sums of the bytes at even and at odd offsets before each.
    places: Vec<(Site, [u64; 2])>,
    total: [u64; 2],
}

/// Sums of 16-bit words with the carry brought round are sums modulo this.
const MODULUS: u64 = 0xffff;

impl Sums {
    /// `layout` tells where the checksum itself stands, which does not count.
    fn new(bytes: &[u8], sites: &[Site], layout: &Layout) -> Self {
        let own = to_usize(layout.checksum_at);
        let own = own..own.saturating_add(4);
        let mut sum = [0u64; 2];
        let mut from = 0usize;
        let mut add = |range: std::ops::Range<usize>| {
            for at in range {
                let byte = bytes.get(at).filter(|_| !own.contains(&at)).copied().unwrap_or_default();
                if let Some(sum) = sum.get_mut(at & 1) {
                    *sum = sum.saturating_add(u64::from(byte));
                }
            }
            sum
        };
        let mut places = Vec::with_capacity(sites.len());
        for site in sites {
            places.push((*site, add(from..site.0)));
            from = site.0;
        }
        let total = add(from..bytes.len());
        Self { places, total }
    }

    /// What the sum must be, modulo; nothing if the header has no checksum, or one of another computation.
    fn wanted(&self, checksum: u32, size: usize) -> Option<u64> {
        let sum = u64::from(checksum).checked_sub(to_u64(size)).filter(|_| checksum != 0)?;
        (sum <= MODULUS).then_some(sum.checked_rem(MODULUS)?)
    }

    fn holds(&self, chosen: &[Site], wanted: Option<u64>) -> bool {
        let mut sum = 0u64;
        let mut done = [0u64; 2];
        let mut swapped = false;
        let mut add = |upto: [u64; 2], done: [u64; 2], swapped: bool| {
            let [even, odd] = [0, 1].map(|side: usize| {
                upto.get(side).copied().unwrap_or(0).saturating_sub(done.get(side).copied().unwrap_or(0))
            });
            let (low, high) = if swapped { (odd, even) } else { (even, odd) };
            sum = sum.saturating_add(low).saturating_add(high.saturating_mul(256));
        };
        for (at, byte) in chosen {
            let Ok(index) = self.places.binary_search_by_key(&(*at, *byte), |(site, _)| *site) else { return false };
            let Some((_, before)) = self.places.get(index) else { return false };
            add(*before, done, swapped);
            done = *before;
            // The byte put in stands on the side of the offset that it gets.
            let odd = (at & 1 == 1) != swapped;
            let byte = u64::from(*byte);
            add(if odd { [0, byte] } else { [byte, 0] }, [0, 0], false);
            swapped = !swapped;
        }
        add(self.total, done, swapped);
        sum.checked_rem(MODULUS) == wanted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stub_that_has_lost_a_cr_is_seen() {
        let mut head = vec![0u8; 1024];
        head[..2].copy_from_slice(b"MZ");
        head[0x3c] = 0x80;
        head[0x60..0x68].copy_from_slice(b"mode.\r\n$");
        head[0x7f..0x83].copy_from_slice(b"PE\0\0");
        assert_eq!(stub(&head), Some((0x66, 1)));
        head[0x7e..0x83].copy_from_slice(b"\0\0PE\0");
        assert_eq!(stub(&head), None);
        head[0x60..0x68].copy_from_slice(b"mode.\n$\0");
        head[0x7e..0x82].copy_from_slice(b"PE\0\0");
        assert_eq!(stub(&head), Some((0x65, 2)));
    }
}
