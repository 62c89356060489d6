//! Instants as the report writes them: RFC 3339, UTC, `Z`, as precise as the source.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;
use std::time::SystemTime;

/// An instant in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(jiff::Timestamp);

impl Timestamp {
    /// Now, by the clock of the examiner's machine.
    #[must_use]
    pub fn now() -> Self {
        Self(jiff::Timestamp::now())
    }

    /// From seconds and nanoseconds since 1970; nothing if they lie outside the years −9999 to 9999.
    #[must_use]
    pub fn from_unix(seconds: i64, nanoseconds: i32) -> Option<Self> {
        jiff::Timestamp::new(seconds, nanoseconds).ok().map(Self)
    }

    /// From a FILETIME: units of 100 nanoseconds since 1601. Nothing for zero, and for what lies outside the years.
    #[must_use]
    pub fn from_filetime(ticks: u64) -> Option<Self> {
        /// Seconds from 1601 to 1970.
        const EPOCH: i64 = 11_644_473_600;
        let seconds = i64::try_from(ticks / 10_000_000).ok()?.checked_sub(EPOCH)?;
        let nanoseconds = i32::try_from(ticks % 10_000_000).ok()?.checked_mul(100)?;
        if ticks == 0 { None } else { Self::from_unix(seconds, nanoseconds) }
    }

    /// From the operating system's time.
    #[must_use]
    pub fn from_system(time: SystemTime) -> Option<Self> {
        jiff::Timestamp::try_from(time).ok().map(Self)
    }

    /// From RFC 3339 text with an offset or `Z`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }

    /// From `2019-05-12 17:20:49.261`, in UTC and of just that shape.
    #[must_use]
    pub fn of_digits(text: &str) -> Option<Self> {
        let digits: &[u8; 23] = text.as_bytes().try_into().ok()?;
        let [y, e, a, r, b'-', o, n, b'-', d, t, b' ', h, u, b':', m, i, b':', s, c, b'.', x, z, w] = *digits else {
            return None;
        };
        let number = |digits: &[u8]| {
            digits.iter().try_fold(0i16, |sum, digit| {
                let digit = i16::from(digit.checked_sub(b'0').filter(|digit| *digit < 10)?);
                sum.checked_mul(10)?.checked_add(digit)
            })
        };
        let small = |digits: &[u8]| number(digits).and_then(|number| i8::try_from(number).ok());
        let date = jiff::civil::Date::new(number(&[y, e, a, r])?, small(&[o, n])?, small(&[d, t])?).ok()?;
        let nanoseconds = i32::from(number(&[x, z, w])?).checked_mul(1_000_000)?;
        let time = jiff::civil::Time::new(small(&[h, u])?, small(&[m, i])?, small(&[s, c])?, nanoseconds).ok()?;
        jiff::tz::Offset::UTC.to_timestamp(date.to_datetime(time)).ok().map(Self)
    }

    /// Seconds from `earlier` to this instant.
    #[must_use]
    pub fn seconds_since(self, earlier: Self) -> f64 {
        self.0.duration_since(earlier.0).as_secs_f64()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl JsonSchema for Timestamp {
    fn schema_name() -> Cow<'static, str> {
        "Timestamp".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "format": "date-time", "pattern": "Z$"})
    }
}

/// The times that a file system keeps of an entry.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FileTimes {
    /// Birth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
    /// Last change of the content.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modified: Option<Timestamp>,
    /// Last read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accessed: Option<Timestamp>,
    /// Last change of the metadata.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed: Option<Timestamp>,
    /// The last change of the content is what a clock on the wall showed, whose zone is not told, given as if it were UTC.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub modified_is_local: bool,
}

impl FileTimes {
    /// The last change of the content for people: a local time has no `Z`.
    #[must_use]
    pub fn shown_modified(&self) -> Option<String> {
        let text = self.modified?.to_string();
        Some(if self.modified_is_local { text.trim_end_matches('Z').to_owned() } else { text })
    }

    /// Whether no time is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_that_no_calendar_holds_are_none() {
        assert_eq!(
            Timestamp::from_filetime(132_223_104_000_000_001).map(|at| at.to_string()).as_deref(),
            Some("2020-01-01T00:00:00.0000001Z")
        );
        assert_eq!(
            Timestamp::from_filetime(1).map(|at| at.to_string()).as_deref(),
            Some("1601-01-01T00:00:00.0000001Z")
        );
        for text in ["2019-05-12 17:20:49.261", "0001-01-01 00:00:00.000", "2024-02-29 23:59:59.999"] {
            let whole = Timestamp::parse(&format!("{}Z", text.replace(' ', "T")));
            assert_eq!(Timestamp::of_digits(text), whole, "{text}");
            assert!(whole.is_some(), "{text}");
        }
        for text in
            ["2019-05-12T17:20:49.261", "2019-05-12 17:20:49.26", "2023-02-29 00:00:00.000", "2019-13-12 17:20:49.2é"]
        {
            assert_eq!(Timestamp::of_digits(text), None, "{text}");
        }
        for raw in [0, u64::MAX, 1 << 63, 0x7fff_ffff_ffff_ffff] {
            assert_eq!(Timestamp::from_filetime(raw), None, "{raw:#x}");
        }
    }
}
