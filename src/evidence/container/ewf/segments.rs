//! The segments of a set: the files beside each other whose names count on (`.E01` … `.E99`, `.EAA` … `.ZZZ`; `.Ex01` …).

use super::super::Siblings;
use super::{Version, signature};
use crate::base::anomaly::Cause;
use crate::base::bytes::{ReadAt, read_full};
use crate::base::number::{to_u64, to_usize};
use crate::base::source::Source;
use std::collections::BTreeMap;
use std::ops::Range;
use zlib_rs::adler32::adler32;

/// One file of a set.
pub(super) struct Segment {
    /// From 1.
    pub(super) number: u32,
    /// Its name in the folder.
    pub(super) name: String,
    /// Its bytes.
    pub(super) source: Source,
}

impl Segment {
    /// The first bytes of a section's data; fewer where there are fewer.
    pub(super) fn head<'b>(&self, data: &Range<u64>, buffer: &'b mut [u8]) -> &'b [u8] {
        let length = to_usize(data.end.saturating_sub(data.start)).min(buffer.len());
        let count = buffer.get_mut(..length).and_then(|part| read_full(&self.source, data.start, part).ok());
        buffer.get(..count.unwrap_or(0)).unwrap_or_default()
    }

    /// The Adler-32 of so many bytes, each block of which `part` sees; nothing where they cannot all be read.
    pub(super) fn sum(&self, from: u64, length: u64, mut part: impl FnMut(&[u8])) -> Option<u32> {
        let mut buffer = [0u8; 4096];
        let (mut sum, mut at, mut left) = (1u32, from, length);
        while left > 0 {
            let block = buffer.get_mut(..to_usize(left).min(4096))?;
            if read_full(&self.source, at, block).ok()? < block.len() {
                return None;
            }
            sum = adler32(sum, block);
            part(block);
            let read = to_u64(block.len());
            (at, left) = (at.saturating_add(read), left.saturating_sub(read));
        }
        Some(sum)
    }

    /// Whether a checksum is stored at an offset.
    pub(super) fn holds(&self, at: u64, sum: u32) -> bool {
        let mut stored = [0u8; 4];
        read_full(&self.source, at, &mut stored).is_ok() && u32::from_le_bytes(stored) == sum
    }
}

/// The segments that are there.
pub(super) struct Segments {
    /// In the order of their numbers.
    pub(super) found: Vec<Segment>,
    /// Those that are missing.
    pub(super) damage: Vec<Cause>,
    stem: String,
    extension: String,
    version: Version,
}

/// Missing segments that are named one by one.
const NAMED: usize = 64;

impl Segments {
    /// The set that a file belongs to; a file whose name does not count is a set of its own.
    pub(super) fn beside(source: Source, siblings: &dyn Siblings, version: Version) -> Self {
        let own = siblings.own_name();
        let (stem, extension) = own.rsplit_once('.').unwrap_or((own, ""));
        let (stem, extension) = (stem.to_owned(), extension.to_owned());
        let Some(own_number) = number_of(&extension, version) else {
            let found = vec![Segment { number: 1, name: own.to_owned(), source }];
            return Self { found, damage: Vec::new(), stem, extension, version };
        };
        let mut names = BTreeMap::new();
        for name in siblings.names() {
            let Some((its_stem, its_extension)) = name.rsplit_once('.') else { continue };
            let Some(number) = number_of(its_extension, version).filter(|_| its_stem.eq_ignore_ascii_case(&stem))
            else {
                continue;
            };
            // Where names differ in case alone, the one that is written like the evidence belongs to it.
            let alike = its_stem == stem && is_lower(its_extension) == is_lower(&extension);
            if alike || !names.contains_key(&number) {
                names.insert(number, name);
            }
        }
        names.remove(&own_number);
        // Other files have such names too (`.img`, `.raw`): one that is no segment of that number inside is none.
        let open = |(number, name): (u32, String)| {
            let source = siblings.open(&name).filter(|source| belongs(source, number, version))?;
            Some((number, (name, source)))
        };
        let mut found: BTreeMap<u32, (String, Source)> = names.into_iter().filter_map(open).collect();
        found.insert(own_number, (own.to_owned(), source));
        let mut set = Self { found: Vec::new(), damage: Vec::new(), stem, extension, version };
        let mut expected = 1;
        for (number, (name, source)) in found {
            set.miss(expected..number);
            expected = number.saturating_add(1);
            set.found.push(Segment { number, name, source });
        }
        set
    }

    /// What the file of a number is called in this set.
    pub(super) fn name_of(&self, number: u32) -> String {
        let extension = extension_of(number, self.version);
        let extension = if is_lower(&self.extension) { extension.to_lowercase() } else { extension };
        format!("{}.{extension}", self.stem)
    }

    fn miss(&mut self, numbers: std::ops::Range<u32>) {
        for number in numbers.clone().take(NAMED) {
            let name = self.name_of(number);
            self.tell(format!("segment {name} is missing or is none (a link is not followed), its part"));
        }
        let rest = numbers.skip(NAMED).count();
        if rest > 0 {
            self.tell(format!("{rest} more segments are missing, their parts"));
        }
    }

    fn tell(&mut self, what: String) {
        self.damage.push(Cause::Corrupt { what: format!("{what} reads as zeros,"), offset: 0 });
    }
}

/// Whether a file is the segment of that number.
fn belongs(source: &dyn ReadAt, number: u32, version: Version) -> bool {
    let mut header = [0u8; 16];
    if !matches!(read_full(source, 0, &mut header), Ok(16)) {
        return false;
    }
    let [.., a, b, _, _, _, _, _] = header;
    let [.., w, x, y, z] = header;
    match version {
        Version::One => signature(source) == super::VERSION_1 && u32::from(u16::from_le_bytes([a, b])) == number,
        Version::Two => signature(source) == super::VERSION_2 && u32::from_le_bytes([w, x, y, z]) == number,
    }
}

fn is_lower(extension: &str) -> bool {
    extension.starts_with(|first: char| first.is_ascii_lowercase())
}

/// The number of a file with that extension.
fn number_of(extension: &str, version: Version) -> Option<u32> {
    let letter = |byte: u8| byte.is_ascii_lowercase().then(|| u32::from(byte.saturating_sub(b'a')));
    let digit = |byte: u8| byte.is_ascii_digit().then(|| u32::from(byte.saturating_sub(b'0')));
    let lower = extension.to_ascii_lowercase();
    let (lead, first, second, third, from) = match (version, lower.as_bytes()) {
        (Version::One, [lead, second, third]) => (*lead, b'e', *second, *third, b'e'),
        (Version::Two, [b'e', lead, second, third]) => (*lead, b'x', *second, *third, b'x'),
        _ => return None,
    };
    if let (true, Some(tens), Some(ones)) = (lead == first, digit(second), digit(third)) {
        return Some(tens.saturating_mul(10).saturating_add(ones)).filter(|number| *number > 0);
    }
    let lead = u32::from(lead.checked_sub(from).filter(|_| lead <= b'z')?);
    let (second, third) = (letter(second)?, letter(third)?);
    let counted = lead.saturating_mul(676).saturating_add(second.saturating_mul(26)).saturating_add(third);
    Some(counted.saturating_add(100))
}

/// The extension of the file of that number, in capital letters as EnCase writes them.
fn extension_of(number: u32, version: Version) -> String {
    let (prefix, first) = match version {
        Version::One => ("", 'E'),
        Version::Two => ("E", 'x'),
    };
    if number < 100 {
        return format!("{prefix}{first}{number:02}");
    }
    let counted = number.saturating_sub(100);
    let letter = |from: char, by: u32| u32::from(from).checked_add(by).and_then(char::from_u32).unwrap_or('?');
    let lead = letter(first, counted.checked_div(676).unwrap_or(0));
    let second = letter('A', counted.checked_div(26).and_then(|n| n.checked_rem(26)).unwrap_or(0));
    let third = letter('A', counted.checked_rem(26).unwrap_or(0));
    format!("{prefix}{lead}{second}{third}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_count_as_the_tools_count() {
        let cases = [
            ("E01", Version::One, Some(1)),
            ("e99", Version::One, Some(99)),
            ("EAA", Version::One, Some(100)),
            ("EAZ", Version::One, Some(125)),
            ("EBA", Version::One, Some(126)),
            ("EZZ", Version::One, Some(775)),
            ("FAA", Version::One, Some(776)),
            ("E00", Version::One, None),
            ("F01", Version::One, None),
            ("dd", Version::One, None),
            ("é1", Version::One, None),
            ("Ex01", Version::Two, Some(1)),
            ("ExAB", Version::Two, Some(101)),
            ("eyaa", Version::Two, Some(776)),
            ("E01", Version::Two, None),
        ];
        for (extension, version, number) in cases {
            assert_eq!(number_of(extension, version), number, "{extension}");
            if let Some(number) = number {
                assert!(extension_of(number, version).eq_ignore_ascii_case(extension), "{extension}");
            }
        }
    }
}
