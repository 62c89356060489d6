//! Programs that were there, with their digests: `Amcache.hve`. It tells that a file was there, not that it ran.
//!
//! Source: ANSSI, "Analysis of the AmCache" (2019). `InventoryApplicationFile` since Windows 10 1607; `File\VOLUME\FILE` with
//! numbers for names before. The digest is a SHA-1 of the first 31,457,280 bytes, after `0000`.

use super::{Place, Reading};
use crate::artifact::event::{Event, File};
use crate::base::hive::Value;
use crate::base::time::Timestamp;
use std::collections::BTreeMap;

/// Bytes that the digest covers.
const HASHED: u64 = 31_457_280;

/// What a file's value is called in the later and in the earlier shape.
const PATH: [&str; 2] = ["LowerCaseLongPath", "15"];
const DIGEST: [&str; 2] = ["FileId", "101"];
const SIZE: [&str; 2] = ["Size", "6"];
const COMPANY: [&str; 2] = ["Publisher", "1"];
const PRODUCT: [&str; 2] = ["ProductName", "0"];
const LINKED: [&str; 2] = ["LinkDate", "f"];
/// In the later shape only.
const ORIGINAL: [&str; 2] = ["OriginalFileName", ""];
/// In the earlier shape only.
const MODIFIED: [&str; 2] = ["", "11"];
const CREATED: [&str; 2] = ["", "12"];

pub(super) fn read(reading: &mut Reading<'_>) {
    if let Some(place) = reading.place("Root\\InventoryApplicationFile") {
        for place in reading.below(&place) {
            file(reading, &place);
        }
    }
    if let Some(place) = reading.place("Root\\File") {
        for volume in reading.below(&place) {
            for place in reading.below(&volume) {
                file(reading, &place);
            }
        }
    }
}

fn file(reading: &mut Reading<'_>, place: &Place) {
    let values = reading.hive.values(place.key);
    let find = |names: [&str; 2]| {
        let mut all = values.iter().filter(|value| !value.name.is_empty());
        all.find(|value| names.iter().any(|name| value.name.eq_ignore_ascii_case(name)))
    };
    let text = |names| find(names).and_then(super::said);
    let Some(path) = text(PATH) else { return };
    let size = find(SIZE).and_then(number);
    let digest = text(DIGEST).map(|text| text.to_lowercase()).filter(|text| text.len() == 44);
    let digest = digest.and_then(|text| text.strip_prefix("0000").map(str::to_owned));
    let digest = digest.filter(|digest| digest.bytes().all(|digit| digit.is_ascii_hexdigit()));
    let hashed_bytes = digest.as_ref().and(size).filter(|size| *size > HASHED).map(|_| HASHED);
    let file = File {
        path,
        hashes: digest.map(|digest| BTreeMap::from([("sha1".to_owned(), digest)])).unwrap_or_default(),
        hashed_bytes,
        size,
        created: find(CREATED).and_then(|value| Timestamp::from_filetime(value.number()?)),
        modified: find(MODIFIED).and_then(|value| Timestamp::from_filetime(value.number()?)),
        linked: find(LINKED).and_then(linked),
        company: text(COMPANY),
        product: text(PRODUCT),
        original_file_name: text(ORIGINAL),
        contents: None,
        ..File::default()
    };
    let event = reading.event("amcache", place, None);
    reading.hand(Event { file: Some(file), ..event });
}

/// A number, or one that is written as hexadecimal digits after `0x`.
fn number(value: &Value) -> Option<u64> {
    value.number().or_else(|| {
        let text = value.text();
        text.strip_prefix("0x").map_or_else(|| text.parse().ok(), |digits| u64::from_str_radix(digits, 16).ok())
    })
}

/// The time in a program's header: seconds since 1970, or `MM/DD/YYYY HH:MM:SS`.
fn linked(value: &Value) -> Option<Timestamp> {
    if let Some(seconds) = value.number().filter(|seconds| *seconds != 0) {
        return Timestamp::from_unix(i64::try_from(seconds).ok()?, 0);
    }
    let text = value.text();
    let (date, time) = text.split_once(' ')?;
    let mut parts = date.split('/');
    let (month, day, year) = (parts.next()?, parts.next()?, parts.next()?);
    Timestamp::parse(&format!("{year}-{month}-{day}T{time}Z"))
}
