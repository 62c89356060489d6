//! How the providers write accounts, digests, identities, times and addresses.

use crate::artifact::event::Endpoint;
use crate::artifact::log_record::LogRecord;
use crate::base::time::Timestamp;
use std::collections::BTreeMap;

/// A text of its own, where the field says something.
#[must_use]
pub(super) fn text(record: &LogRecord, name: &str) -> Option<String> {
    record.get(name).map(str::to_owned)
}

/// What version information says; Sysmon writes `?` where there is none.
#[must_use]
pub(super) fn version_text(record: &LogRecord, name: &str) -> Option<String> {
    record.get(name).filter(|text| *text != "?").map(str::to_owned)
}

/// A GUID as `{365ABB72-55F1-5CD8-0000-0010781C3300}`, with or without braces, in either case; nothing for zeros.
#[must_use]
pub(super) fn guid(text: &str) -> Option<String> {
    let bare = text.trim().trim_start_matches('{').trim_end_matches('}');
    let shape = bare.len() == 36
        && bare.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        });
    (shape && bare.bytes().any(|byte| byte != b'0' && byte != b'-'))
        .then(|| format!("{{{}}}", bare.to_ascii_uppercase()))
}

/// A logon session as `0x3e7`; nothing for zero.
#[must_use]
pub(super) fn logon_id(record: &LogRecord, name: &str) -> Option<String> {
    record.number(name).filter(|id| *id != 0).map(|id| format!("{id:#x}"))
}

/// The SHA-256 among digests, as [`hashes`] finds it.
#[must_use]
pub(in crate::artifact) fn sha256(text: &str) -> Option<&str> {
    let mut parts = text.split(',').rev().filter_map(|part| {
        let (name, digest) = part.trim().split_once('=').unwrap_or(("", part.trim()));
        let is_it = digest.len() == 64 && (name.is_empty() || name.eq_ignore_ascii_case("sha256"));
        (is_it && is_digest(digest)).then_some(digest)
    });
    parts.next()
}

fn is_digest(text: &str) -> bool {
    text.bytes().any(|byte| byte != b'0') && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Digests written as `SHA1=…,MD5=…`; a single one without its name is told by its length.
#[must_use]
pub(super) fn hashes(text: Option<&str>) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for part in text.unwrap_or_default().split(',') {
        let (name, digest) = part.trim().split_once('=').unwrap_or(("", part.trim()));
        let name = match (name, digest.len()) {
            ("", 32) => "md5".to_owned(),
            ("", 40) => "sha1".to_owned(),
            ("", 64) => "sha256".to_owned(),
            _ => name.to_ascii_lowercase(),
        };
        if is_digest(digest)
            && matches!((name.as_str(), digest.len()), ("md5" | "imphash", 32) | ("sha1", 40) | ("sha256", 64))
        {
            found.insert(name, digest.to_ascii_lowercase());
        }
    }
    found
}

/// `DOMAIN\name`; the SID where there is no name.
#[must_use]
pub(super) fn account(record: &LogRecord, domain: &str, name: &str, sid: &str) -> Option<String> {
    match (record.get(domain), record.get(name)) {
        (Some(domain), Some(name)) => Some(format!("{domain}\\{name}")),
        (None, Some(name)) => Some(name.to_owned()),
        _ => record.get(sid).filter(|sid| *sid != "S-1-0-0").map(str::to_owned),
    }
}

/// An integrity level as a word, from the word or from the SID of the mandatory label.
///
/// Source: \[MS-DTYP\] 2.4.2.4, well-known SID structures, `ML_…`.
#[must_use]
pub(super) fn integrity(text: &str) -> Option<String> {
    let word = match text {
        "S-1-16-0" => "untrusted",
        "S-1-16-4096" => "low",
        "S-1-16-8192" => "medium",
        "S-1-16-8448" => "medium-plus",
        "S-1-16-12288" => "high",
        "S-1-16-16384" => "system",
        "S-1-16-20480" => "protected",
        _ if text.starts_with("S-1-16-") => return Some(text.to_owned()),
        _ => return Some(text.to_lowercase()),
    };
    Some(word.to_owned())
}

/// An instant as Sysmon writes it, `2019-05-12 17:20:49.261` in UTC, or as others do.
#[must_use]
pub(super) fn instant(text: &str) -> Option<Timestamp> {
    if let Some(time) = Timestamp::of_digits(text) {
        return Some(time);
    }
    let text = text.trim().replacen(' ', "T", 1);
    Timestamp::parse(&text).or_else(|| Timestamp::parse(&format!("{text}Z")))
}

/// A protocol as its name in small letters, from the name or from IANA's number.
#[must_use]
pub(super) fn protocol(text: &str) -> String {
    match text {
        "1" => "icmp".to_owned(),
        "6" => "tcp".to_owned(),
        "17" => "udp".to_owned(),
        "58" => "ipv6-icmp".to_owned(),
        _ => text.to_lowercase(),
    }
}

/// One end of a connection, by the names of its fields.
#[must_use]
pub(super) fn endpoint(record: &LogRecord, ip: &str, port: &str, domain: Option<&str>) -> Option<Endpoint> {
    let end = Endpoint {
        ip: text(record, ip),
        port: record.number(port).and_then(|port| u16::try_from(port).ok()),
        domain: domain.and_then(|domain| text(record, domain)),
    };
    (end != Endpoint::default()).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guids_are_written_in_one_way() {
        let sysmon = "{365ABB72-55F1-5CD8-0000-0010781C3300}";
        for text in [sysmon, "365abb72-55f1-5cd8-0000-0010781c3300", " {365abb72-55F1-5cd8-0000-0010781C3300} "] {
            assert_eq!(guid(text).as_deref(), Some(sysmon), "{text}");
        }
        for text in ["", "{}", "{00000000-0000-0000-0000-000000000000}", "365ABB72-55F1-5CD8-0000-0010781C330é"] {
            assert_eq!(guid(text), None, "{text}");
        }
    }

    #[test]
    fn only_digests_are_digests() {
        let md5 = "AD7B9C14083B52BC532FBA5948342B98";
        let cases: &[(&str, &[&str])] = &[
            ("MD5=AD7B9C14083B52BC532FBA5948342B98,IMPHASH=CEEFB55F764020CC5C5F8F23349AB163", &["imphash", "md5"]),
            (md5, &["md5"]),
            ("MD5=AD7B9C14083B52BC532FBA5948342B98,IMPHASH=00000000000000000000000000000000", &["md5"]),
            ("Unknown", &[]),
            ("", &[]),
            ("MD5=short,SHA1=é,=,,", &[]),
        ];
        for (text, names) in cases {
            let found = hashes(Some(text));
            assert_eq!(found.keys().collect::<Vec<_>>(), *names, "{text}");
        }
        assert_eq!(hashes(Some(md5)).get("md5").map(String::as_str), Some("ad7b9c14083b52bc532fba5948342b98"));
    }

    #[test]
    fn integrity_and_times() {
        for (text, word) in [("S-1-16-12288", "high"), ("Medium", "medium"), ("S-1-16-8200", "S-1-16-8200")] {
            assert_eq!(integrity(text).as_deref(), Some(word));
        }
        let written = |text| instant(text).map(|time| time.to_string());
        for text in ["2019-05-12 17:20:49.261", "2019-05-12T17:20:49.261Z", "2019-05-12T19:20:49.261+02:00"] {
            assert_eq!(written(text).as_deref(), Some("2019-05-12T17:20:49.261Z"), "{text}");
        }
        assert_eq!(written("yesterday"), None);
    }
}
