//! Every choice of places that puts in a given number of bytes, the likeliest first: whole texts and as few single places
//! as can be.

use super::Budget;
use super::sites::{Site, Sites};
use crate::base::number::to_u64;

/// A place up to which the number of missing bytes is known to lie between two bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Anchor {
    /// Offset in the region.
    pub(super) at: usize,
    /// At least so many are missing before it.
    pub(super) low: usize,
    /// At most so many.
    pub(super) high: usize,
}

/// Texts whose subsets are gone through.
const TEXTS: usize = 14;
/// Single places that are chosen at once.
pub(super) const SINGLES: usize = 4;

/// Goes through the choices. `accept` is told how many single places a choice has and says whether to stop.
pub(super) struct Choices<'a> {
    pub(super) sites: &'a Sites,
    pub(super) missing: usize,
    pub(super) anchors: &'a [Anchor],
    pub(super) budget: &'a mut Budget,
}

impl Choices<'_> {
    /// True if `accept` stopped; false if the choices or the budget came to an end.
    pub(super) fn each(&mut self, accept: &mut dyn FnMut(&[Site], usize) -> bool) -> bool {
        let mut texts: Vec<_> = self.sites.texts.iter().filter(|text| text.len() <= self.missing).cloned().collect();
        texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
        texts.truncate(TEXTS);
        texts.sort_by_key(|text| text.start);
        let free: Vec<usize> = (0..self.sites.all.len()).collect();
        for singles in 0..=self.missing.min(SINGLES) {
            for subset in 0u32..1u32.checked_shl(u32::try_from(texts.len()).unwrap_or(0)).unwrap_or(1) {
                let taken = texts
                    .iter()
                    .enumerate()
                    .filter(|(index, _)| u32::try_from(*index).is_ok_and(|index| subset >> index & 1 == 1));
                let chosen: Vec<usize> = taken.flat_map(|(_, text)| text.clone()).collect();
                if chosen.len().saturating_add(singles) != self.missing {
                    if !self.budget.step(1) {
                        return false;
                    }
                    continue;
                }
                // Single places inside texts count only where no text does: half a text is unlikely.
                let open: Vec<usize> = free
                    .iter()
                    .copied()
                    .filter(|index| if chosen.is_empty() { true } else { !self.sites.in_text(*index) })
                    .collect();
                let mut picked = Vec::new();
                if self.pick(&open, &chosen, singles, &mut picked, accept) {
                    return true;
                }
                if self.budget.steps == 0 {
                    return false;
                }
            }
        }
        false
    }

    /// Adds the next single place, in order.
    fn pick(
        &mut self,
        open: &[usize],
        chosen: &[usize],
        left: usize,
        picked: &mut Vec<usize>,
        accept: &mut dyn FnMut(&[Site], usize) -> bool,
    ) -> bool {
        if left == 0 {
            let mut all: Vec<usize> = chosen.iter().chain(picked.iter()).copied().collect();
            if !picked.is_empty() {
                all.sort_unstable();
            }
            let places: Vec<Site> = all.iter().filter_map(|index| self.sites.all.get(*index)).copied().collect();
            if !self.budget.step(wide_enough(places.len())) || !self.holds(&places) {
                return false;
            }
            return accept(&places, picked.len());
        }
        for (index, site) in open.iter().enumerate() {
            let Some((at, _)) = self.sites.all.get(*site) else { continue };
            // Anchors passed over can no longer be satisfied by what comes later.
            if self.starved(*at, chosen, picked) {
                break;
            }
            if self.budget.steps == 0 {
                return false;
            }
            picked.push(*site);
            let full = self.overfull(chosen, picked);
            let rest = open.get(index.saturating_add(1)..).unwrap_or_default();
            if !full && self.pick(rest, chosen, left.saturating_sub(1), picked, accept) {
                return true;
            }
            picked.pop();
        }
        false
    }

    fn before(&self, at: usize, chosen: &[usize], picked: &[usize]) -> usize {
        let counts = |list: &[usize]| {
            list.partition_point(|index| self.sites.all.get(*index).is_some_and(|(site, _)| *site < at))
        };
        counts(chosen).saturating_add(counts(picked))
    }

    fn starved(&self, at: usize, chosen: &[usize], picked: &[usize]) -> bool {
        let passed = self.anchors.iter().filter(|anchor| anchor.at <= at);
        passed.into_iter().any(|anchor| self.before(anchor.at, chosen, picked) < anchor.low)
    }

    fn overfull(&self, chosen: &[usize], picked: &[usize]) -> bool {
        self.anchors.iter().any(|anchor| self.before(anchor.at, chosen, picked) > anchor.high)
    }

    fn holds(&self, places: &[Site]) -> bool {
        self.anchors.iter().all(|anchor| {
            let count = places.partition_point(|(site, _)| *site < anchor.at);
            (anchor.low..=anchor.high).contains(&count)
        })
    }
}

fn wide_enough(count: usize) -> u64 {
    to_u64(count).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(missing: usize, anchors: &[Anchor], steps: u64) -> Vec<Vec<usize>> {
        let sites = Sites { all: (0..6).map(|at| (at * 10, b'\r')).collect(), texts: vec![2..5] };
        let mut budget = Budget { steps, bytes: 1 };
        let mut found = Vec::new();
        Choices { sites: &sites, missing, anchors, budget: &mut budget }.each(&mut |places, _| {
            found.push(places.iter().map(|(at, _)| at / 10).collect());
            false
        });
        found
    }

    #[test]
    fn whole_texts_come_first() {
        assert_eq!(all(3, &[], 1 << 20)[0], [2, 3, 4]);
        assert_eq!(all(4, &[], 1 << 20)[..3], [vec![0, 2, 3, 4], vec![1, 2, 3, 4], vec![2, 3, 4, 5]]);
        assert_eq!(all(1, &[], 1 << 20).len(), 6);
        assert_eq!(all(0, &[], 1 << 20), [Vec::<usize>::new()]);
    }

    #[test]
    fn anchors_and_the_budget_bound_the_choices() {
        let anchor = Anchor { at: 15, low: 1, high: 1 };
        assert_eq!(all(1, &[anchor], 1 << 20), [[0], [1]]);
        assert_eq!(all(2, &[anchor], 1 << 20).len(), 8);
        assert!(all(3, &[], 5).len() < 4);
    }
}
