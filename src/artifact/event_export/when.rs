//! Times as exports write them. What has no zone is taken as UTC, and that is told.
//!
//! Sources: ISO 8601; Sysmon's schema (`UtcTime`: `2019-05-12 17:20:49.261`); Microsoft, "Stand-alone JSON serialization"
//! (`/Date(1557681649458)/`); what PowerShell's `Export-Csv` writes under the cultures en-US and de-DE.

use crate::base::time::Timestamp;

/// A time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct When {
    pub(super) time: Timestamp,
    /// Whether the text said where it is that time.
    pub(super) zoned: bool,
}

/// Reads a time; nothing where it is none, or could be either of two days.
pub(super) fn parse(text: &str) -> Option<When> {
    let text = text.trim();
    if text.len() > 64 {
        return None;
    }
    if let Some(inner) = text.strip_prefix("/Date(").and_then(|text| text.strip_suffix(")/")) {
        // What follows a sign further on is the zone that it was shown in, and changes nothing.
        let end = inner.char_indices().skip(1).find(|(_, sign)| matches!(sign, '+' | '-')).map(|(at, _)| at);
        return epoch(inner.get(..end.unwrap_or(inner.len()))?, 1000);
    }
    if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return match text.split('.').next()?.len() {
            9..=10 => epoch(text, 1),
            12..=13 => epoch(text, 1000),
            15..=16 => epoch(text, 1_000_000),
            18 => Some(When { time: Timestamp::from_filetime(text.parse().ok()?)?, zoned: true }),
            19 => epoch(text, 1_000_000_000),
            _ => None,
        };
    }
    let mut fields = Fields(text);
    let first = fields.number()?;
    let date = match fields.sign()? {
        '-' => {
            let month = fields.number()?;
            fields.expect('-')?;
            (first, month, fields.number()?)
        }
        '.' => {
            let month = fields.number()?;
            fields.expect('.')?;
            (fields.number()?, month, first)
        }
        '/' => {
            let second = fields.number()?;
            fields.expect('/')?;
            let year = fields.number()?;
            let american = text.ends_with("AM") || text.ends_with("PM");
            match (first, second) {
                _ if american => (year, first, second),
                (1..=12, 13..) => (year, first, second),
                (13.., 1..=12) => (year, second, first),
                _ => return None,
            }
        }
        _ => return None,
    };
    matches!(fields.sign()?, 'T' | 't' | ' ').then_some(())?;
    fields.0 = fields.0.trim_start();
    let hour = fields.number()?;
    fields.expect(':')?;
    let minute = fields.number()?;
    let second = if fields.next_is(':') { fields.number()? } else { 0 };
    let fraction = if fields.next_is('.') || fields.next_is(',') { fields.digits() } else { "" };
    let (hour, zone) = match (fields.0.trim(), hour) {
        ("", _) => (hour, None),
        ("AM", 12) => (0, None),
        ("AM", 1..=11) | ("PM", 12) => (hour, None),
        ("PM", 1..=11) => (hour.saturating_add(12), None),
        ("Z" | "z" | "UTC" | "GMT", _) => (hour, Some("Z".to_owned())),
        (zone, _) => (hour, Some(offset(zone)?)),
    };
    let (year, month, day) = date;
    let fraction = fraction.get(..9).unwrap_or(fraction);
    let point = if fraction.is_empty() { "" } else { "." };
    let zoned = zone.is_some();
    let zone = zone.unwrap_or_else(|| "Z".to_owned());
    let time = Timestamp::parse(&format!(
        "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{point}{fraction}{zone}"
    ))?;
    Some(When { time, zoned })
}

/// A number of so many parts of a second since 1970, perhaps with decimals.
fn epoch(text: &str, parts: i64) -> Option<When> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let whole: i64 = whole.parse().ok()?;
    let seconds = whole.checked_div_euclid(parts)?;
    let per_part = 1_000_000_000i64.checked_div(parts)?;
    let mut nanoseconds = whole.checked_rem_euclid(parts)?.checked_mul(per_part)?;
    let mut weight = per_part / 10;
    for digit in decimals.chars() {
        nanoseconds = nanoseconds.checked_add(i64::from(digit.to_digit(10)?).checked_mul(weight)?)?;
        weight /= 10;
    }
    Some(When { time: Timestamp::from_unix(seconds, i32::try_from(nanoseconds).ok()?)?, zoned: true })
}

/// `+02:00` of `+02:00`, `+0200` or `+02`.
fn offset(text: &str) -> Option<String> {
    let sign = text.chars().next().filter(|sign| matches!(sign, '+' | '-'))?;
    let digits: String = text.chars().skip(1).filter(|character| *character != ':').collect();
    let (hours, minutes) = match digits.len() {
        2 => (digits.as_str(), "00"),
        4 => digits.split_at_checked(2)?,
        _ => return None,
    };
    Some(format!("{sign}{hours}:{minutes}"))
}

/// What is left of the text of a time.
struct Fields<'a>(&'a str);

impl<'a> Fields<'a> {
    fn digits(&mut self) -> &'a str {
        let end = self.0.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(self.0.len());
        let (digits, rest) = self.0.split_at_checked(end).unwrap_or((self.0, ""));
        self.0 = rest;
        digits
    }

    fn number(&mut self) -> Option<u32> {
        self.digits().parse().ok()
    }

    fn sign(&mut self) -> Option<char> {
        let mut characters = self.0.chars();
        let sign = characters.next();
        self.0 = characters.as_str();
        sign
    }

    fn expect(&mut self, sign: char) -> Option<()> {
        self.next_is(sign).then_some(())
    }

    fn next_is(&mut self, sign: char) -> bool {
        let rest = self.0.strip_prefix(sign);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        let utc = "2019-05-12T17:20:49.261Z";
        let cases = [
            ("2019-05-12 17:20:49.261", Some((utc, false))),
            ("2019-05-12T17:20:49.261Z", Some((utc, true))),
            ("2019-05-12T17:20:49.261000+00:00", Some((utc, true))),
            ("2019-05-12T19:20:49.261+0200", Some((utc, true))),
            ("2019-05-12 19:20:49.261 +02:00", Some((utc, true))),
            ("2019-05-12 17:20:49.261 UTC", Some((utc, true))),
            ("1557681649.261", Some((utc, true))),
            ("1557681649261", Some((utc, true))),
            ("/Date(1557681649261)/", Some((utc, true))),
            ("/Date(1557681649261+0200)/", Some((utc, true))),
            ("1557681649.4581131", Some(("2019-05-12T17:20:49.4581131Z", true))),
            ("2019-05-12T17:20:49.458113112345Z", Some(("2019-05-12T17:20:49.458113112Z", true))),
            ("132021552492610000", Some((utc, true))),
            ("5/12/2019 5:20:49 PM", Some(("2019-05-12T17:20:49Z", false))),
            ("5/12/2019 12:20:49 AM", Some(("2019-05-12T00:20:49Z", false))),
            ("12/05/2019 17:20:49", None),
            ("13/05/2019 17:20:49", Some(("2019-05-13T17:20:49Z", false))),
            ("12.05.2019 17:20:49", Some(("2019-05-12T17:20:49Z", false))),
            ("2019-05-12 17:20", Some(("2019-05-12T17:20:00Z", false))),
            ("2019-13-12 17:20:00", None),
            ("2019-05-12 17:20:00 CEST", None),
            ("/Date(99999999999999999999)/", None),
            ("/Date(-1)/", Some(("1969-12-31T23:59:59.999Z", true))),
            ("/Date()/", None),
            ("4294967296.99999999999999", Some(("2106-02-07T06:28:16.999999999Z", true))),
            ("yesterday", None),
            ("", None),
            ("...", None),
        ];
        for (text, expected) in cases {
            let found = parse(text).map(|when| (when.time.to_string(), when.zoned));
            let found = found.as_ref().map(|(time, zoned)| (time.as_str(), *zoned));
            assert_eq!(found, expected, "{text}");
        }
    }
}
