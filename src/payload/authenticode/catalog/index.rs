//! Digests of files and who lists them, kept so that a whole Windows' catalogs fit into a few megabytes: sorted vectors of
//! fixed entries, no allocation for each.

/// Entries that may stand unsorted behind the sorted ones before they are sorted in.
const TAIL: usize = 4096;

/// The digests of one length.
#[derive(Debug)]
pub(super) struct Index<const N: usize> {
    entries: Vec<Entry<N>>,
    /// So many of them are sorted; the rest is searched one by one.
    sorted: usize,
}

impl<const N: usize> Default for Index<N> {
    fn default() -> Self {
        Self { entries: Vec::new(), sorted: 0 }
    }
}

/// One listed digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry<const N: usize> {
    digest: [u8; N],
    /// The catalog's number.
    pub(super) catalog: u32,
    /// Where [`super::names::Names`] has the file's name.
    pub(super) name: u32,
}

impl<const N: usize> Index<N> {
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn add(&mut self, digest: [u8; N], catalog: u32, name: u32) {
        self.entries.push(Entry { digest, catalog, name });
    }

    /// Sorts what was added, if that is much or `all` is wanted. What one catalog lists twice is kept once.
    pub(super) fn sort(&mut self, all: bool) {
        let tail = self.entries.len().saturating_sub(self.sorted);
        if tail == 0 || (!all && tail < TAIL.max(self.sorted / 2)) {
            return;
        }
        self.entries.sort_unstable();
        self.entries.dedup_by_key(|entry| (entry.digest, entry.catalog));
        self.sorted = self.entries.len();
        if all {
            self.entries.shrink_to_fit();
        }
    }

    /// Every entry of a digest.
    pub(super) fn find(&self, digest: &[u8; N]) -> impl Iterator<Item = Entry<N>> {
        let (sorted, tail) = self.entries.split_at_checked(self.sorted).unwrap_or((&[], &self.entries));
        let start = sorted.partition_point(|entry| entry.digest < *digest);
        let sorted = sorted.get(start..).unwrap_or_default().iter().take_while(move |entry| entry.digest == *digest);
        let tail = tail.iter().filter(move |entry| entry.digest == *digest);
        sorted.chain(tail).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_found_before_and_after_sorting() {
        let mut index = Index::<4>::default();
        for number in 0..10_000u32 {
            index.add(number.wrapping_mul(2_654_435_761).to_be_bytes(), number % 7, number);
        }
        index.sort(false);
        for number in 10_000..10_010u32 {
            index.add(number.wrapping_mul(2_654_435_761).to_be_bytes(), number % 7, number);
        }
        index.sort(false);
        assert_eq!((index.sorted, index.len()), (10_000, 10_010));
        let check = |index: &Index<4>| {
            for number in 0..10_020u32 {
                let found: Vec<_> =
                    index.find(&number.wrapping_mul(2_654_435_761).to_be_bytes()).map(|entry| entry.name).collect();
                assert_eq!(found, if number < 10_010 { vec![number] } else { vec![] }, "{number}");
            }
        };
        check(&index);
        index.sort(true);
        assert_eq!(index.sorted, 10_010);
        check(&index);
    }

    #[test]
    fn a_catalog_lists_a_digest_once() {
        let mut index = Index::<1>::default();
        for (catalog, name) in [(3, 1), (3, 9), (2, 5)] {
            index.add([8], catalog, name);
        }
        index.sort(true);
        assert_eq!(index.find(&[8]).map(|entry| (entry.catalog, entry.name)).collect::<Vec<_>>(), [(2, 5), (3, 1)]);
    }
}
