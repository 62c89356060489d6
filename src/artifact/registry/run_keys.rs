//! Programs that a logon starts: `Run`, `RunOnce` and their like.
//!
//! Source: Microsoft, "Run and RunOnce Registry Keys"; "RunOnceEx Registry Key"; for `StartupApproved`, the state of
//! entries as the task manager switches them: the lowest bit of the first byte is set where they are off.

use super::{Place, Reading};
use std::collections::HashSet;

/// Keys below `Software` whose values are command lines.
const KEYS: &[&str] = &[
    "Microsoft\\Windows\\CurrentVersion\\Run",
    "Microsoft\\Windows\\CurrentVersion\\RunOnce",
    "Microsoft\\Windows\\CurrentVersion\\RunServices",
    "Microsoft\\Windows\\CurrentVersion\\RunServicesOnce",
    "Microsoft\\Windows\\CurrentVersion\\Policies\\Explorer\\Run",
    "Microsoft\\Windows NT\\CurrentVersion\\Terminal Server\\Install\\Software\\Microsoft\\Windows\\CurrentVersion\\Run",
    "Microsoft\\Windows NT\\CurrentVersion\\Terminal Server\\Install\\Software\\Microsoft\\Windows\\CurrentVersion\\RunOnce",
];
/// Its values lie one key deeper.
const RUN_ONCE_EX: &str = "Microsoft\\Windows\\CurrentVersion\\RunOnceEx";
/// Values of it that are no commands.
const NO_COMMANDS: &[&str] = &["", "Title", "Flags"];
/// The `[windows]` section of `win.ini`.
const WINDOWS: &str = "Microsoft\\Windows NT\\CurrentVersion\\Windows";
const APPROVED: &str = "Microsoft\\Windows\\CurrentVersion\\Explorer\\StartupApproved";

pub(super) fn read(reading: &mut Reading<'_>) {
    let off = switched_off(reading);
    for path in KEYS {
        for place in reading.software(path) {
            values(reading, &place, &off);
        }
    }
    for place in reading.software(RUN_ONCE_EX) {
        for section in reading.below(&place) {
            values(reading, &section, &off);
        }
    }
    for place in reading.software(WINDOWS) {
        for name in ["Load", "Run"] {
            let Some(value) = reading.hive.value(place.key, name) else { continue };
            if super::said(&value).is_some() {
                let event = reading.starting("run-key", &place, &value);
                reading.hand(event);
            }
        }
    }
}

/// What a deleted key held, where it was one of these.
pub(super) fn deleted(reading: &mut Reading<'_>, place: &Place) {
    let path = place.path.to_lowercase();
    if KEYS.iter().any(|known| path.ends_with(&known.to_lowercase())) {
        values(reading, place, &HashSet::new());
    }
}

fn values(reading: &mut Reading<'_>, place: &Place, off: &HashSet<String>) {
    let is_section = place.path.contains("\\RunOnceEx\\");
    for value in reading.hive.values(place.key) {
        if !matches!(value.kind, 1 | 2) || (is_section && NO_COMMANDS.contains(&value.name.as_str())) {
            continue;
        }
        let mut event = reading.starting("run-key", place, &value);
        let Some(starts) = event.starts.as_mut().filter(|starts| starts.command_line.is_some()) else { continue };
        // `||` tells that a command line follows and no library.
        let plain = starts.command_line.as_deref().map(|line| line.trim_start_matches('|').to_owned());
        starts.command_line = plain;
        starts.triggers = vec!["at logon".to_owned()];
        starts.disabled = place.path.ends_with("\\CurrentVersion\\Run") && off.contains(&value.name.to_lowercase());
        reading.hand(event);
    }
}

/// The names of entries that are switched off.
fn switched_off(reading: &Reading<'_>) -> HashSet<String> {
    let lists = reading.software(APPROVED).into_iter().flat_map(|place| reading.below(&place));
    let values = lists.filter(|list| list.path.contains("\\Run")).flat_map(|list| reading.hive.values(list.key));
    let off = values.filter(|value| value.data.first().is_some_and(|state| state & 1 == 1));
    off.map(|value| value.name.to_lowercase()).collect()
}
