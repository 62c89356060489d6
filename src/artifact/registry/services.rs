//! Services: programs that the service control manager starts.
//!
//! Source: Microsoft, "CreateServiceW"; "HKLM\SYSTEM\CurrentControlSet\Services Registry Tree". Drivers start no program and
//! are left out.

use super::{Place, Reading};
use crate::artifact::event::{Event, Starts};

/// `SERVICE_WIN32_OWN_PROCESS` and `SERVICE_WIN32_SHARE_PROCESS`.
const PROCESS: u64 = 0x30;

pub(super) fn read(reading: &mut Reading<'_>) {
    let Some(set) = reading.control_set() else { return };
    let Some(services) = reading.place(&format!("{set}\\Services")) else { return };
    for place in reading.below(&services) {
        if reading.number(&place, "Type").is_some_and(|kind| kind & PROCESS != 0) {
            service(reading, &place);
        }
    }
}

/// A service whose key was deleted.
pub(super) fn deleted(reading: &mut Reading<'_>, place: &Place) {
    let mut names = place.path.split('\\').skip(1);
    let is_service = names.next().is_some_and(|name| name.eq_ignore_ascii_case("Services")) && names.count() == 1;
    if is_service && reading.number(place, "Type").is_some_and(|kind| kind & PROCESS != 0) {
        service(reading, place);
    }
}

fn service(reading: &mut Reading<'_>, place: &Place) {
    let name = reading.hive.name(place.key);
    let start = reading.number(place, "Start");
    let delayed = reading.number(place, "DelayedAutostart").is_some_and(|delayed| delayed != 0);
    let trigger = match start {
        Some(0 | 1) => "at boot",
        Some(2) if delayed => "at start-up, delayed",
        Some(2) => "at start-up",
        Some(3) => "on demand",
        _ => "",
    };
    let starts = Starts {
        mechanism: "service".to_owned(),
        name,
        run_as: reading.text(place, "ObjectName"),
        triggers: Some(trigger).filter(|trigger| !trigger.is_empty()).map(str::to_owned).into_iter().collect(),
        disabled: start == Some(4),
        ..Starts::default()
    };
    if let Some(value) = reading.hive.value(place.key, "ImagePath") {
        let starts = Starts { command_line: super::said(&value), library: library(reading, place), ..starts.clone() };
        let event = Event { starts: Some(starts), ..reading.event("service", place, Some(&value)) };
        reading.hand(event);
    }
    if let Some(value) = reading.hive.value(place.key, "FailureCommand").filter(|value| super::said(value).is_some()) {
        let triggers = vec!["when the service fails".to_owned()];
        let starts = Starts { command_line: super::said(&value), triggers, ..starts };
        let event = Event { starts: Some(starts), ..reading.event("service", place, Some(&value)) };
        reading.hand(event);
    }
}

/// The library that `svchost.exe` loads for it.
fn library(reading: &Reading<'_>, place: &Place) -> Option<String> {
    let parameters = reading.hive.child(place.key, "Parameters");
    let dll = parameters.and_then(|key| reading.hive.value(key, "ServiceDll"));
    dll.and_then(|value| super::said(&value)).or_else(|| reading.text(place, "ServiceDll"))
}
