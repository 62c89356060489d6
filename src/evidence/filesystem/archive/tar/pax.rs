//! Extended headers of pax: records of a length, a key and a value. POSIX.1-2017, pax, "pax Extended Header".

/// What records say of the member that follows them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Records {
    pub(super) path: Option<Vec<u8>>,
    pub(super) link: Option<Vec<u8>>,
    pub(super) size: Option<u64>,
    /// Seconds since 1970 and nanoseconds.
    pub(super) modified: Option<(i64, i32)>,
    pub(super) accessed: Option<(i64, i32)>,
    pub(super) changed: Option<(i64, i32)>,
    pub(super) created: Option<(i64, i32)>,
    /// The file has holes that are not stored: GNU's sparse formats 0.0, 0.1 and 1.0.
    pub(super) sparse: bool,
    /// Its size with the holes.
    pub(super) real_size: Option<u64>,
}

impl Records {
    /// Takes records over; what they say goes before what was said. Whether all of them were well formed.
    pub(super) fn read(&mut self, mut bytes: &[u8]) -> bool {
        while !bytes.is_empty() {
            let Some((key, value, rest)) = record(bytes) else { return false };
            bytes = rest;
            match key {
                b"path" | b"GNU.sparse.name" => self.path = Some(value.to_vec()),
                b"linkpath" => self.link = Some(value.to_vec()),
                b"size" => self.size = decimal(value),
                b"mtime" => self.modified = time(value),
                b"atime" => self.accessed = time(value),
                b"ctime" => self.changed = time(value),
                b"LIBARCHIVE.creationtime" => self.created = time(value),
                b"GNU.sparse.realsize" | b"GNU.sparse.size" => (self.sparse, self.real_size) = (true, decimal(value)),
                b"GNU.sparse.major" | b"GNU.sparse.map" | b"GNU.sparse.numblocks" => self.sparse = true,
                _ => {}
            }
        }
        true
    }
}

/// `25 path=some/where\n`: the length counts all of it.
fn record(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let blank = bytes.iter().take(20).position(|byte| *byte == b' ')?;
    let length = usize::try_from(decimal(bytes.get(..blank)?)?).ok()?;
    let (record, rest) = bytes.split_at_checked(length)?;
    let body = record.get(blank.checked_add(1)?..)?.strip_suffix(b"\n")?;
    let equals = body.iter().position(|byte| *byte == b'=')?;
    let (key, value) = body.split_at_checked(equals)?;
    Some((key, value.get(1..)?, rest))
}

fn decimal(text: &[u8]) -> Option<u64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Seconds with a decimal fraction.
fn time(text: &[u8]) -> Option<(i64, i32)> {
    let text = std::str::from_utf8(text).ok()?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let seconds: i64 = whole.parse().ok()?;
    let digits: String = fraction.chars().chain("000000000".chars()).take(9).collect();
    let nanoseconds: i32 = digits.parse().ok()?;
    Some((seconds, if whole.starts_with('-') { nanoseconds.saturating_neg() } else { nanoseconds }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read_up_to_the_first_bad_one() {
        let mut records = Records::default();
        assert!(records.read(b"13 path=a/b\xff\n20 mtime=1500000.25\n19 size=9999999999\n"));
        assert_eq!(records.path.as_deref(), Some(&b"a/b\xff"[..]));
        assert_eq!((records.modified, records.size), (Some((1_500_000, 250_000_000)), Some(9_999_999_999)));
        assert!(!records.read(b"12 path=x\n") && !records.read(b"x") && !records.read(b"99999999999999999999 a=b\n"));
        assert!(records.read(b"27 GNU.sparse.realsize=123\n") && records.sparse && records.real_size == Some(123));
    }
}
