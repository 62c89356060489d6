//! Registry hives: what starts without its user, what ran, what was typed, and what the host is set to record.
//!
//! Sources are named where each subject is read. A key has one time, that of its last write; its values have none. Where an
//! event is of a value, its time is therefore no more than the key's, and `time_quality` says so.

mod activity;
mod amcache;
mod audit_policy;
mod certificates;
mod classes;
mod deleted;
mod host;
mod image_options;
mod kind;
mod logon;
mod run_keys;
mod services;
mod shimcache;
mod task_actions;
mod task_cache;
mod typed;
mod user_assist;

#[cfg(test)]
mod tests;

use super::event::{Event, Registry, Starts};
use crate::base::anomaly::Cause;
use crate::base::hive::{Hive, Key, Value};
use crate::base::limits::Limits;
use crate::base::number::to_u64;

pub use self::certificates::certificates;
pub use self::host::HostFacts;
pub use self::kind::HiveKind;
pub use crate::base::hive::is_hive;

/// What the time of a value's event is.
const KEY_TIME: &str = "last write of the key";

/// Hands out what a hive says, and tells what it says of the host. `note` is told what was damaged, left out or not
/// understood, and what became of the transaction logs.
pub fn read(
    kind: HiveKind,
    hive: &Hive<'_>,
    limits: &Limits,
    visit: &mut dyn FnMut(Event),
    note: &mut dyn FnMut(Cause),
) -> HostFacts {
    for why in &hive.recovery().refused {
        note(Cause::Unsupported(format!("registry hive: {why}")));
    }
    if hive.is_dirty() {
        note(Cause::Unsupported(
            "registry hive: it was not written to its end, what changed last is missing".to_owned(),
        ));
    }
    let mut facts = HostFacts::default();
    let mut anomalies;
    {
        let (user, left) = (kind.user(hive), limits.registry_events);
        let mut reading =
            Reading { kind, hive, user, left, limit: limits.registry_events, deleted: false, visit, note };
        match kind {
            HiveKind::Software => {
                run_keys::read(&mut reading);
                logon::read(&mut reading);
                image_options::read(&mut reading);
                task_cache::read(&mut reading);
                host::software(&reading, &mut facts);
            }
            HiveKind::System => {
                services::read(&mut reading);
                logon::read(&mut reading);
                activity::read(&mut reading);
                shimcache::read(&mut reading);
                host::system(&reading, &mut facts);
            }
            HiveKind::NtUser => {
                run_keys::read(&mut reading);
                logon::read(&mut reading);
                typed::read(&mut reading);
                user_assist::read(&mut reading);
            }
            HiveKind::Amcache => amcache::read(&mut reading),
            HiveKind::Security => host::security(&reading, &mut facts),
            HiveKind::UsrClass => classes::read(&mut reading),
            HiveKind::Sam | HiveKind::Other => {}
        }
        // What a deleted key points to is gone as often as not, and that is no damage.
        anomalies = hive.anomalies();
        if matches!(kind, HiveKind::Software | HiveKind::System | HiveKind::NtUser) && !hive.is_exhausted() {
            deleted::read(&mut reading);
            let limits = hive.anomalies().into_iter().filter(|cause| matches!(cause, Cause::LimitReached { .. }));
            anomalies.extend(limits);
        }
    }
    anomalies.into_iter().for_each(note);
    facts
}

/// What a hive says of the host, and nothing else.
#[must_use]
pub fn host_facts(kind: HiveKind, hive: &Hive<'_>, limits: &Limits) -> HostFacts {
    let limit = limits.registry_events;
    let (visit, note) = (&mut |_| {}, &mut |_| {});
    let reading = Reading { kind, hive, user: None, left: limit, limit, deleted: false, visit, note };
    let mut facts = HostFacts::default();
    match kind {
        HiveKind::Software => host::software(&reading, &mut facts),
        HiveKind::System => host::system(&reading, &mut facts),
        HiveKind::Security => host::security(&reading, &mut facts),
        _ => {}
    }
    facts
}

/// The reading of one hive.
struct Reading<'a> {
    kind: HiveKind,
    hive: &'a Hive<'a>,
    user: Option<String>,
    left: usize,
    limit: usize,
    /// Whether what is read now lies in keys that were deleted.
    deleted: bool,
    visit: &'a mut dyn FnMut(Event),
    note: &'a mut dyn FnMut(Cause),
}

/// A key and its path in the hive, with `\` between its names.
struct Place {
    key: Key,
    path: String,
}

impl<'a> Reading<'a> {
    /// Hands out an event, as long as there are not too many.
    fn hand(&mut self, event: Event) {
        match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                (self.visit)(event);
                if left == 0 {
                    let limit = to_u64(self.limit);
                    (self.note)(Cause::LimitReached { what: "events of a registry hive", limit });
                }
            }
            None => self.left = 0,
        }
    }

    /// The key at a path.
    fn place(&self, path: &str) -> Option<Place> {
        let names: Vec<&str> = path.split('\\').filter(|name| !name.is_empty()).collect();
        Some(Place { key: self.hive.key(&names)?, path: path.to_owned() })
    }

    /// The keys right below one, whose paths are made one after the other.
    fn below(&self, place: &Place) -> impl Iterator<Item = Place> + use<'a> {
        let (hive, above) = (self.hive, place.path.clone());
        let keys = hive.subkeys(place.key).into_iter();
        keys.map(move |key| Place { key, path: format!("{above}\\{}", hive.name(key)) })
    }

    /// The keys of a path below `Software`, for programs of 64 and of 32 bits.
    fn software(&self, path: &str) -> Vec<Place> {
        let roots: &[&str] = match self.kind {
            HiveKind::NtUser => &["Software\\", "Software\\Wow6432Node\\"],
            _ => &["", "Wow6432Node\\"],
        };
        roots.iter().filter_map(|root| self.place(&format!("{root}{path}"))).collect()
    }

    /// The set of settings that Windows was started with last, and the control set of that number.
    fn control_set(&self) -> Option<String> {
        let select = self.hive.key(&["Select"]).and_then(|key| self.hive.value(key, "Current"));
        let number = select.and_then(|value| value.number()).filter(|number| (1..=999).contains(number)).unwrap_or(1);
        let name = format!("ControlSet{number:03}");
        self.hive.key(&[name.as_str()]).map(|_| name)
    }

    fn text(&self, place: &Place, name: &str) -> Option<String> {
        self.hive.value(place.key, name).and_then(|value| said(&value))
    }

    fn number(&self, place: &Place, name: &str) -> Option<u64> {
        self.hive.value(place.key, name).and_then(|value| value.number())
    }

    /// The event of a value, with the time of its key.
    fn event(&self, source: &str, place: &Place, value: Option<&Value>) -> Event {
        let time = self.hive.written(place.key);
        let registry = Registry {
            key: format!("{}{}", self.kind.prefix(), place.path),
            value: value.map(|value| value.name.clone()).unwrap_or_default(),
            data: value.and_then(said),
        };
        Event {
            time,
            time_quality: time.map(|_| KEY_TIME.to_owned()),
            source: source.to_owned(),
            action: self.deleted.then(|| "deleted".to_owned()),
            record: value.map_or(place.key.offset(), |value| value.offset),
            user: self.user.clone(),
            registry: Some(registry),
            ..Event::default()
        }
    }

    /// The event of a value that starts a program.
    fn starting(&self, mechanism: &str, place: &Place, value: &Value) -> Event {
        let starts = Starts {
            mechanism: mechanism.to_owned(),
            name: value.name.clone(),
            command_line: said(value),
            ..Starts::default()
        };
        Event { starts: Some(starts), ..self.event(mechanism, place, Some(value)) }
    }
}

/// What a value says; nothing where that is empty.
fn said(value: &Value) -> Option<String> {
    Some(value.text()).filter(|text| !text.trim().is_empty())
}
