//! Names of files that catalogs list, one behind the other.

/// Bytes of names that are kept; further members are known by their digests alone.
const BYTES: usize = 16 << 20;
/// Bytes of one name that are kept.
const LONGEST: usize = 255;

/// Names by their place.
#[derive(Debug, Default)]
pub(super) struct Names {
    bytes: Vec<u8>,
}

impl Names {
    /// Keeps a name and tells where; zero is no name.
    pub(super) fn keep(&mut self, name: &str) -> u32 {
        let end = name.floor_char_boundary(LONGEST);
        let name = name.get(..end).unwrap_or_default();
        let place = u32::try_from(self.bytes.len().saturating_add(1)).unwrap_or(0);
        let Ok(length) = u8::try_from(name.len()) else { return 0 };
        if name.is_empty() || self.bytes.len().saturating_add(name.len()) >= BYTES {
            return 0;
        }
        self.bytes.push(length);
        self.bytes.extend_from_slice(name.as_bytes());
        place
    }

    pub(super) fn get(&self, place: u32) -> Option<&str> {
        let start = usize::try_from(place).ok()?.checked_sub(1)?;
        let (length, rest) = self.bytes.get(start..)?.split_first()?;
        std::str::from_utf8(rest.get(..usize::from(*length))?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_cut_where_they_are_long() {
        let mut names = Names::default();
        let long = "ä".repeat(200);
        let places = ["ftp.exe", "", &long, "b"].map(|name| names.keep(name));
        assert_eq!(places[1], 0);
        let got = places.map(|place| names.get(place));
        assert_eq!(got, [Some("ftp.exe"), None, Some(&long[..254]), Some("b")]);
        assert_eq!((names.get(0), names.get(u32::MAX)), (None, None));
    }
}
