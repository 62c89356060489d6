//! Places at which a byte may be missing.

/// A place: before which offset which byte may be missing.
pub(super) type Site = (usize, u8);

/// Places of a region, those in the lines of one text together.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Sites {
    /// In order.
    pub(super) all: Vec<Site>,
    /// Ranges of `all` that belong to one text of several lines.
    pub(super) texts: Vec<std::ops::Range<usize>>,
}

/// CR without NUL behind any that make it likely that NUL are missing.
pub(super) const MANY: usize = 16;

/// Whether NUL may be missing behind CR: where there are none at all among so many.
pub(super) fn lost_nul(bytes: &[u8], fewest: usize) -> bool {
    let mut returns = 0usize;
    for at in memchr::memchr_iter(b'\r', bytes) {
        match at.checked_add(1).and_then(|next| bytes.get(next)) {
            Some(0) => return false,
            Some(b'\n') | None => {}
            Some(_) => returns = returns.saturating_add(1),
        }
    }
    returns >= fewest
}

impl Sites {
    /// The places of a region; `nul` says whether NUL may be missing as well.
    pub(super) fn of(bytes: &[u8], nul: bool) -> Self {
        let mut sites = Self::default();
        let mut text = 0usize;
        let mut last = None::<usize>;
        for at in memchr::memchr2_iter(b'\r', b'\n', bytes) {
            if bytes.get(at) == Some(&b'\r') {
                if nul && bytes.get(at.saturating_add(1)) != Some(&b'\n') {
                    sites.close(text);
                    sites.all.push((at.saturating_add(1), 0));
                    (text, last) = (sites.all.len(), None);
                }
                continue;
            }
            let line = last.and_then(|last| bytes.get(last.saturating_add(1)..at));
            if !line.is_some_and(is_text) {
                sites.close(text);
                text = sites.all.len();
            }
            sites.all.push((at, b'\r'));
            last = Some(at);
        }
        sites.close(text);
        sites
    }

    /// Ends a text that began with a place; one line is none.
    fn close(&mut self, start: usize) {
        if self.all.len() > start.saturating_add(1) {
            self.texts.push(start..self.all.len());
        }
    }

    /// Whether a place belongs to a text.
    pub(super) fn in_text(&self, index: usize) -> bool {
        self.texts.iter().any(|text| text.contains(&index))
    }
}

fn is_text(line: &[u8]) -> bool {
    line.iter().all(|byte| matches!(byte, b'\t' | b' '..=b'~' | 0x80..))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_one_text_are_taken_together() {
        let sites = Sites::of(b"\x01\n\x02ab\nab\n\n\x03\n\r\x04", true);
        assert_eq!(sites.all.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [1, 5, 8, 9, 11, 13]);
        assert_eq!(sites.texts, [1..4]);
        assert_eq!(sites.all[5].1, 0);
        assert!(
            lost_nul(&b"\rx".repeat(16), MANY)
                && !lost_nul(&b"\rx".repeat(15), MANY)
                && !lost_nul(&b"\rx\r\0".repeat(16), MANY)
        );
    }
}
