//! What started a program until its key was deleted: `Run` keys, services and tasks in cells that are free. What else was
//! deleted is not told.

use super::{HiveKind, Place, Reading, run_keys, services, task_cache};

/// Keys that are looked at.
const KEYS: usize = 2000;
/// Names of a path at most.
const DEPTH: usize = 16;

/// Names of which one is on the way to a key that starts something.
const ON_THE_WAY: &[&str] = &["Services", "Tasks", "CurrentVersion"];

/// Whether a key may start something: where it is now is asked only then, for that takes a search.
fn is_of_interest(names: &[String]) -> bool {
    let above = names.len().saturating_sub(4);
    names.len() <= DEPTH
        && names.iter().skip(above).any(|name| ON_THE_WAY.iter().any(|known| name.eq_ignore_ascii_case(known)))
}

pub(super) fn read(reading: &mut Reading<'_>) {
    let mut places = Vec::new();
    let hive = reading.hive;
    hive.deleted_keys(&mut |key| {
        let Some(names) = hive.path_of(key).filter(|names| places.len() < KEYS && is_of_interest(names)) else {
            return;
        };
        // A hive that was not written to its end may still use a cell that it says is free.
        let borrowed: Vec<&str> = names.iter().map(String::as_str).collect();
        if hive.key(&borrowed) != Some(key) {
            places.push(Place { key, path: names.join("\\") });
        }
    });
    reading.deleted = true;
    for place in places {
        match reading.kind {
            HiveKind::System => services::deleted(reading, &place),
            HiveKind::Software => {
                run_keys::deleted(reading, &place);
                task_cache::deleted(reading, &place);
            }
            HiveKind::NtUser => run_keys::deleted(reading, &place),
            _ => {}
        }
    }
    reading.deleted = false;
}
