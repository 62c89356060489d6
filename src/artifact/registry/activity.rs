//! Programs that ran, as the background and desktop activity moderators keep them for each user: the last week, and only
//! programs that are still there.
//!
//! Source: the shape of `bam\State\UserSettings\SID`: a value for each program, named by its path from the device on, with
//! the time of its last run in the first eight bytes. Windows 10 from 1709 on; before 1809 without `State`.

use super::Reading;
use crate::artifact::event::{Event, Process, Runs};
use crate::base::fields::Fields;
use crate::base::time::Timestamp;

const KEYS: &[(&str, &str)] = &[
    ("bam", "Services\\bam\\State\\UserSettings"),
    ("bam", "Services\\bam\\UserSettings"),
    ("dam", "Services\\dam\\State\\UserSettings"),
    ("dam", "Services\\dam\\UserSettings"),
];

pub(super) fn read(reading: &mut Reading<'_>) {
    let Some(set) = reading.control_set() else { return };
    for (source, path) in KEYS {
        let Some(users) = reading.place(&format!("{set}\\{path}")) else { continue };
        for place in reading.below(&users) {
            let sid = reading.hive.name(place.key);
            for value in reading.hive.values(place.key) {
                let time = Timestamp::from_filetime(Fields(&value.data).u64(0));
                // Besides, there are numbers: `Version`, `SequenceNumber`.
                if value.kind != 3 || value.data.len() < 8 || value.name.is_empty() {
                    continue;
                }
                let mut event = reading.event(source, &place, Some(&value));
                if let Some(registry) = event.registry.as_mut() {
                    registry.data = None;
                }
                let process = Process { executable: Some(value.name.clone()), ..Process::default() };
                let runs = Runs { last: time.into_iter().collect(), ..Runs::default() };
                reading.hand(Event {
                    time,
                    time_quality: None,
                    user: Some(sid.clone()),
                    process: Some(process),
                    runs: Some(runs),
                    ..event
                });
            }
        }
    }
}
