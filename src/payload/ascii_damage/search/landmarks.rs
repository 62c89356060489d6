//! Landmarks of an executable: places whose original offset is known, so that the bytes missing before them are counted.

use super::choice::Anchor;
use crate::base::fields::Fields;
use crate::base::number::to_usize;
use crate::payload::ascii_damage::proof::Layout;

/// Relocations and functions that are looked at.
const LANDMARKS: usize = 200_000;

/// All landmarks, in the order of the file.
pub(super) fn anchors(bytes: &[u8], layout: &Layout, missing: usize) -> Vec<Anchor> {
    let mut anchors = section_ends(bytes, layout, missing);
    if let Some(shift) = certificates(bytes, layout, missing) {
        let at = layout.certificates().map_or(0, |(at, _)| to_usize(at));
        anchors.push(Anchor { at: at.saturating_sub(shift), low: shift, high: shift });
    }
    anchors.extend(steady(&relocations(bytes, layout, missing)));
    anchors.extend(steady(&functions(bytes, layout, missing)));
    anchors.sort_by_key(|anchor| anchor.at);
    anchors
}

/// How many bytes are missing before the certificate table: its header is known.
pub(super) fn certificates(bytes: &[u8], layout: &Layout, missing: usize) -> Option<usize> {
    let (at, length) = layout.certificates()?;
    let at = usize::try_from(at).ok()?;
    (0..=missing).find(|shift| {
        let entry = at.checked_sub(*shift).and_then(|at| bytes.get(at..)).unwrap_or_default();
        let fields = Fields(entry);
        let size = fields.u32(0);
        matches!(fields.u16(4), 0x100 | 0x200)
            && fields.u16(6) == 2
            && entry.get(8) == Some(&0x30)
            && (8..=length).contains(&size)
    })
}

/// Section ends: what stands behind the bytes of a section is filled with zeros, and the next section begins after them.
fn section_ends(bytes: &[u8], layout: &Layout, missing: usize) -> Vec<Anchor> {
    let mut anchors = Vec::new();
    let mut sections: Vec<[u64; 4]> = layout.sections.iter().filter(|[.., raw]| *raw > 0).copied().collect();
    sections.sort_by_key(|[_, _, at, _]| *at);
    for [_, size, at, raw] in &sections {
        let padding = to_usize(raw.saturating_sub(*size));
        let end = to_usize(at.saturating_add(*raw));
        if padding <= missing || padding >= to_usize(*raw) {
            continue;
        }
        // In the midst of the filling, however many bytes are missing before it.
        let Some(inside) = end.checked_sub(missing).and_then(|at| at.checked_sub(1)) else { continue };
        if bytes.get(inside) != Some(&0) {
            continue;
        }
        let before = bytes.get(..inside).unwrap_or_default().iter().rev().take_while(|byte| **byte == 0).count();
        let behind = bytes.get(inside..).unwrap_or_default().iter().take_while(|byte| **byte == 0).count();
        let first = inside.saturating_sub(before);
        let next = inside.saturating_add(behind);
        let low = if next == bytes.len() { 0 } else { end.saturating_sub(next) };
        let high = end.saturating_sub(padding).saturating_sub(first).min(missing);
        if low <= high {
            anchors.push(Anchor { at: inside, low, high });
        }
    }
    anchors
}

/// Places with the number of bytes missing before each, of which only those count that agree with a neighbour and with the
/// order; of a run of equal ones the first and the last suffice.
fn steady(counts: &[(usize, usize)]) -> Vec<Anchor> {
    let mut runs: Vec<(usize, usize, usize, usize)> = Vec::new();
    for (at, shift) in counts {
        match runs.last_mut() {
            Some((_, last, this, count)) if this == shift => {
                *last = *at;
                *count = count.saturating_add(1);
            }
            _ => runs.push((*at, *at, *shift, 1)),
        }
    }
    runs.retain(|(.., count)| *count >= 3);
    let ordered = runs.windows(2).all(|pair| match pair {
        [(_, _, before, _), (_, _, behind, _)] => before <= behind,
        _ => true,
    });
    if !ordered {
        return Vec::new();
    }
    let ends = runs.iter().flat_map(|(first, last, shift, _)| [(*first, *shift), (*last, *shift)]);
    ends.map(|(at, shift)| Anchor { at, low: shift, high: shift }).collect()
}

/// Where a directory of the image begins in bytes of which some are missing: where what must stand there does.
fn start(
    bytes: &[u8],
    layout: &Layout,
    index: usize,
    missing: usize,
    holds: impl Fn(Fields<'_>) -> bool,
) -> Option<(usize, usize)> {
    let (address, size) =
        layout.directories.get(index).copied().filter(|(address, size)| *address != 0 && *size > 8)?;
    let at = to_usize(layout.offset(address)?);
    let found = (0..=missing).rev().find_map(|shift| {
        let at = at.checked_sub(shift)?;
        holds(Fields(bytes.get(at..)?)).then_some(at)
    })?;
    Some((found, usize::try_from(size).ok()?))
}

/// What was counted before places that have one place alone where they can have been.
#[derive(Default)]
struct Counts {
    /// Where each of them is, and how many bytes are missing before it.
    found: Vec<(usize, usize)>,
    /// What three of them in a row agree on: behind them it is no less.
    lowest: usize,
}

impl Counts {
    /// Counts for the place that was at an offset, where one count alone fits.
    fn add(&mut self, offset: usize, mut fitting: impl Iterator<Item = usize>) {
        let (Some(only), None) = (fitting.next(), fitting.next()) else { return };
        self.found.push((offset.saturating_sub(only), only));
        if let [.., (_, a), (_, b), (_, c)] = self.found.as_slice()
            && a == b
            && b == c
        {
            self.lowest = *c;
        }
    }
}

/// Relocated addresses: they point into the image only where they stand right.
fn relocations(bytes: &[u8], layout: &Layout, missing: usize) -> Vec<(usize, usize)> {
    let page = |fields: Fields<'_>| {
        let (page, size) = (fields.u32(0), fields.u32(4));
        page != 0
            && page.is_multiple_of(4096)
            && u64::from(page) < layout.image
            && (12..=0x2008).contains(&size)
            && size.is_multiple_of(4)
    };
    let Some((mut at, size)) = start(bytes, layout, 5, missing, page) else { return Vec::new() };
    let end = at.saturating_add(size).min(bytes.len());
    let mut targets = Vec::new();
    while at < end && targets.len() < LANDMARKS {
        let block = Fields(bytes.get(at..end).unwrap_or_default());
        if !page(block) {
            break;
        }
        let length = to_usize(block.u32(4));
        for entry in block.bytes(8, length.saturating_sub(8)).chunks_exact(2) {
            let entry = Fields(entry).u16(0);
            let width = match entry >> 12 {
                3 => 4usize,
                10 => 8,
                _ => continue,
            };
            if let Some(offset) = layout.offset(block.u32(0).saturating_add(u32::from(entry & 0xfff))) {
                targets.push((to_usize(offset), width));
            }
        }
        at = at.saturating_add(length);
    }
    targets.sort_unstable();
    let mut counts = Counts::default();
    for (offset, width) in targets {
        let fitting = (counts.lowest..=missing).filter(|shift| {
            let at = offset.saturating_sub(*shift);
            let fields = Fields(bytes.get(at..).unwrap_or_default());
            let value = if width == 4 { u64::from(fields.u32(0)) } else { fields.u64(0) };
            value.checked_sub(layout.base).is_some_and(|address| address > 0 && address < layout.image)
        });
        counts.add(offset, fitting);
    }
    counts.found
}

/// Functions of the exception table (x64): between two of them stand interrupts (`CC`) up to a multiple of sixteen.
fn functions(bytes: &[u8], layout: &Layout, missing: usize) -> Vec<(usize, usize)> {
    let entry = |fields: Fields<'_>| {
        let (begin, end, next) = (fields.u32(0), fields.u32(4), fields.u32(12));
        begin != 0 && begin < end && end <= next && u64::from(end) < layout.image && end.saturating_sub(begin) < 1 << 20
    };
    let Some((at, size)) = start(bytes, layout, 3, missing, entry) else { return Vec::new() };
    let table = bytes.get(at..at.saturating_add(size).min(bytes.len())).unwrap_or_default();
    let mut counts = Counts::default();
    let entries: Vec<Fields<'_>> = table.chunks_exact(12).take(LANDMARKS).map(Fields).collect();
    for pair in entries.windows(2) {
        let [one, other] = pair else { continue };
        let (end, begin) = (one.u32(4), other.u32(0));
        let gap = to_usize(begin.saturating_sub(end));
        if !(2..16).contains(&gap) || !begin.is_multiple_of(16) {
            continue;
        }
        let Some(offset) = layout.offset(end).map(to_usize) else { continue };
        let fitting = (counts.lowest..=missing).filter(|shift| {
            let at = offset.saturating_sub(*shift);
            let around = bytes.get(at.saturating_sub(1)..).unwrap_or_default();
            let filling = around.get(1..gap.saturating_add(1)).unwrap_or_default();
            let behind = around.get(gap.saturating_add(1));
            filling.len() == gap
                && filling.iter().all(|byte| *byte == 0xcc)
                && around.first() != Some(&0xcc)
                && behind != Some(&0xcc)
        });
        counts.add(offset, fitting);
    }
    counts.found
}
