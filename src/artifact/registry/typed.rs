//! What a user typed: into the Run dialogue (`RunMRU`), the address bars of Explorer and Internet Explorer (`TypedPaths`,
//! `TypedURLs`). Of the latter two only what has to do with FTP.
//!
//! Source: the shape of these keys. The time of the key is that of the entry which was typed last; for `TypedURLs` there is
//! one for each, in `TypedURLsTime`.

use super::{Place, Reading};
use crate::artifact::event::{Event, Process};
use crate::base::fields::Fields;
use crate::base::hive::Value;
use crate::base::time::Timestamp;

const RUN: &str = "Microsoft\\Windows\\CurrentVersion\\Explorer\\RunMRU";
const PATHS: &str = "Microsoft\\Windows\\CurrentVersion\\Explorer\\TypedPaths";
const URLS: &str = "Microsoft\\Internet Explorer\\TypedURLs";

pub(super) fn read(reading: &mut Reading<'_>) {
    for place in reading.software(RUN) {
        run(reading, &place);
    }
    for (source, path) in [("typed-paths", PATHS), ("typed-urls", URLS)] {
        for place in reading.software(path) {
            let times = reading.place(&format!("{}Time", place.path));
            for value in reading.hive.values(place.key) {
                if value.text().to_lowercase().contains("ftp") {
                    let time = times.as_ref().and_then(|times| reading.hive.value(times.key, &value.name));
                    let time = time.and_then(|time| Timestamp::from_filetime(Fields(&time.data).u64(0)));
                    typed(reading, source, &place, &value, time, value.name == "url1");
                }
            }
        }
    }
}

fn run(reading: &mut Reading<'_>, place: &Place) {
    let order = reading.text(place, "MRUList").unwrap_or_default();
    for value in reading.hive.values(place.key) {
        let is_last = order.starts_with(&value.name);
        if value.name.len() != 1 || value.kind != 1 {
            continue;
        }
        // How the window was to be shown is written behind the command.
        let text = value.text();
        let line = text.strip_suffix("\\1").unwrap_or(&text).to_owned();
        let mut event = reading.event("run-mru", place, Some(&value));
        if !is_last {
            (event.time, event.time_quality) = (None, None);
        }
        let process = Process { command_line: Some(line), ..Process::default() };
        reading.hand(Event { process: Some(process), ..event });
    }
}

fn typed(
    reading: &mut Reading<'_>,
    source: &str,
    place: &Place,
    value: &Value,
    time: Option<Timestamp>,
    is_last: bool,
) {
    let mut event = reading.event(source, place, Some(value));
    if time.is_some() || !is_last {
        (event.time, event.time_quality) = (time, None);
    }
    reading.hand(event);
}
