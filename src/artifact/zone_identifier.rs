//! The stream `Zone.Identifier`: which zone a file came from, and from which address, as browsers and mail programs write it.
//!
//! Source: MS-FSCC, section 5.6.1; `ReferrerUrl` and `HostUrl` are written since Windows 10. Windows' own ftp.exe writes none.

use super::event::{Event, File, Zone};

/// Bytes of the stream that are read.
const LONGEST: usize = 64 << 10;

/// Bytes of an address that are kept.
const ADDRESS: usize = 4096;

/// What the text of the stream says; nothing where it is none.
#[must_use]
pub fn parse(text: &str) -> Option<Zone> {
    let mut zone: Option<Zone> = None;
    let text = text.get(..text.floor_char_boundary(LONGEST)).unwrap_or_default();
    for line in text.split(['\r', '\n']).map(str::trim) {
        if line.starts_with('[') {
            // What other sections say is none of the zone's.
            if zone.is_some() {
                break;
            }
            zone = line.eq_ignore_ascii_case("[ZoneTransfer]").then(Zone::default);
            continue;
        }
        let (Some(zone), Some((key, value))) = (&mut zone, line.split_once('=')) else { continue };
        let value = value.trim();
        let address =
            || Some(value.get(..value.floor_char_boundary(ADDRESS))?.to_owned()).filter(|value| !value.is_empty());
        match key.trim().to_ascii_lowercase().as_str() {
            "zoneid" => zone.id = zone.id.or(value.parse().ok()),
            "referrerurl" => zone.referrer = zone.referrer.take().or_else(address),
            "hosturl" => zone.host_url = zone.host_url.take().or_else(address),
            _ => {}
        }
    }
    zone
}

/// The event of a stream: the file that it belongs to, and what it says.
#[must_use]
pub fn event(path: &str, text: &str) -> Option<Event> {
    let zone = Some(parse(text)?);
    let contents = text.get(..text.floor_char_boundary(ADDRESS)).map(str::to_owned);
    let file = Some(File { path: path.to_owned(), contents, zone, ..File::default() });
    Some(Event { source: "zone-identifier".to_owned(), file, ..Event::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams() {
        let some = |text: &str| Some(text.to_owned());
        let cases = [
            ("[ZoneTransfer]\r\nZoneId=3\r\n", Some(Zone { id: Some(3), ..Zone::default() })),
            (
                "[ZoneTransfer]\r\nZoneId=3\r\nReferrerUrl=http://h/p?a=b\r\nHostUrl=ftp://h/x.exe\r\n",
                Some(Zone { id: Some(3), referrer: some("http://h/p?a=b"), host_url: some("ftp://h/x.exe") }),
            ),
            (
                "\n[zonetransfer]\nLastWriterPackageFamilyName=x\nzoneid = 4\nHostUrl=\n[other]\nHostUrl=no",
                Some(Zone { id: Some(4), ..Zone::default() }),
            ),
            ("[ZoneTransfer]\nZoneId=99999999999\n", Some(Zone::default())),
            ("[ZoneTransfer]\nHostUrl=a\nHostUrl=b", Some(Zone { host_url: some("a"), ..Zone::default() })),
            ("ZoneId=3", None),
            ("[x]\nZoneId=3", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text), expected, "{text}");
        }
        let long = format!("[ZoneTransfer]\nHostUrl={}", "é".repeat(100_000));
        assert!(parse(&long).unwrap().host_url.is_some_and(|address| address.len() <= 4096));
        let event = event("C:\\x.exe", "[ZoneTransfer]\r\nZoneId=3").unwrap();
        assert_eq!(event.file.unwrap().contents.as_deref(), Some("[ZoneTransfer]\r\nZoneId=3"));
    }
}
