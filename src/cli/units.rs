//! Durations and sizes as people write them.

use crate::scan::bounds::MemoryCap;
use std::time::Duration;

/// A duration: `90s`, `10m`, `1h30m`, `500ms`, or a number of seconds.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "expected a duration as 90s, 10m or 1h30m".to_owned();
    if text.is_empty() {
        return Err(wrong());
    }
    let mut sum = Duration::ZERO;
    let mut rest = text;
    while !rest.is_empty() {
        let (number, after) = digits(rest).ok_or_else(wrong)?;
        let end = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(end);
        let part = match unit {
            "ms" => Duration::from_millis(number),
            "s" => Duration::from_secs(number),
            "" if rest.len() == text.len() => Duration::from_secs(number),
            "m" | "min" => Duration::from_secs(number.checked_mul(60).ok_or_else(wrong)?),
            "h" => Duration::from_secs(number.checked_mul(3600).ok_or_else(wrong)?),
            "d" => Duration::from_secs(number.checked_mul(86_400).ok_or_else(wrong)?),
            _ => return Err(wrong()),
        };
        sum = sum.checked_add(part).ok_or_else(wrong)?;
        rest = after;
    }
    Ok(sum)
}

/// A size: `96M`, `96MiB`, `1G`, or a number of bytes; the units are powers of 1024.
pub(super) fn size(text: &str) -> Result<u64, String> {
    let wrong = || "expected a size as 96M or 1G".to_owned();
    let (number, unit) = digits(text).ok_or_else(wrong)?;
    let shift = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 0,
        "k" | "kb" | "kib" => 10,
        "m" | "mb" | "mib" => 20,
        "g" | "gb" | "gib" => 30,
        _ => return Err(wrong()),
    };
    number.checked_mul(1 << shift).filter(|bytes| *bytes > 0).ok_or_else(wrong)
}

/// The memory of a run, a size: as much at least as a run can be made with.
pub(super) fn memory(text: &str) -> Result<u64, String> {
    let bytes = size(text)?;
    if bytes < MemoryCap::LEAST {
        return Err(format!("a run needs {}M at least", MemoryCap::LEAST >> 20));
    }
    Ok(bytes)
}

/// The number that a text begins with, and what follows.
fn digits(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    Some((number.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (text, ms) in [
            ("90s", 90_000),
            ("10m", 600_000),
            ("1h30m", 5_400_000),
            ("500ms", 500),
            ("7", 7_000),
            ("0s", 0),
            ("1d", 86_400_000),
        ] {
            assert_eq!(duration(text), Ok(Duration::from_millis(ms)), "{text}");
        }
        for wrong in ["", "s", "-1s", "1x", "1h30", "1.5h", "99999999999999999999s", "9999999999999999999h", "1 m"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn sizes() {
        for (text, bytes) in
            [("96M", 96 << 20), ("96MiB", 96 << 20), ("1g", 1 << 30), ("4096", 4096), ("64k", 64 << 10)]
        {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for (text, bytes) in
            [("16M", Some(16 << 20)), ("96M", Some(96 << 20)), ("16383k", None), ("1M", None), ("96", None)]
        {
            assert_eq!(memory(text).ok(), bytes, "{text}");
        }
        for wrong in ["", "M", "0", "1T5", "-1", "18446744073709551615G"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }
}
