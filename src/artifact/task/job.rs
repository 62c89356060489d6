//! `.job` files: tasks of Windows before Vista, and those that `at` makes.
//!
//! Source: MS-TSCH, section 2.4. Times are the host's local times. The account that the task runs as is not in the file.

use super::trigger::{self, Said};
use super::{command_line, told};
use crate::artifact::event::Starts;
use crate::base::anomaly::Cause;
use crate::base::fields::Fields;
use crate::base::number::to_u64;
use crate::base::wide;

/// Size of the part of fixed length.
const FIXED: usize = 68;

/// Where the strings begin: behind the count of running instances.
const STRINGS: usize = 70;

/// Products that write such files, from Windows NT 4.0 to Windows 10 (section 2.4.1).
const PRODUCTS: [u16; 9] = [0x0400, 0x0500, 0x0501, 0x0502, 0x0600, 0x0601, 0x0602, 0x0603, 0x0a00];

/// Triggers that are read.
const TRIGGERS: usize = 64;

/// Bytes of a trigger.
const TRIGGER: usize = 48;

const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Whether bytes begin like a `.job` file.
#[must_use]
pub fn is_job(head: &[u8]) -> bool {
    let fields = Fields(head);
    head.len() >= FIXED
        && PRODUCTS.contains(&fields.u16(0))
        && fields.u16(2) == 1
        && usize::from(fields.u16(20)) == STRINGS
}

/// What a `.job` file starts, as far as it can be read.
pub(super) fn starts(bytes: &[u8], name: &str, note: &mut dyn FnMut(Cause)) -> Starts {
    let fields = Fields(bytes);
    let flags = fields.u32(48);
    let stem = name.len().checked_sub(4).and_then(|at| name.split_at_checked(at));
    let name = stem.filter(|(_, ending)| ending.eq_ignore_ascii_case(".job")).map_or(name, |(stem, _)| stem);
    let mut starts = Starts {
        mechanism: "scheduled-task".to_owned(),
        name: name.to_owned(),
        hidden: flags & 0x200 != 0,
        disabled: flags & 0x4 != 0,
        last_start: last_start(fields),
        ..Starts::default()
    };
    let mut at = STRINGS;
    let strings: [Option<String>; 4] = std::array::from_fn(|_| string(bytes, &mut at));
    let [application, parameters, directory, author] = strings;
    if author.is_none() {
        note(corrupt("strings of a job cut off", at));
    }
    starts.command_line = told(&command_line(&application.unwrap_or_default(), &parameters.unwrap_or_default()));
    starts.working_directory = directory.as_deref().and_then(told);
    starts.author = author.as_deref().and_then(told);
    let place = usize::from(fields.u16(22));
    let count = usize::from(fields.u16(place));
    let listed = bytes.get(place.saturating_add(2)..).unwrap_or_default().chunks_exact(TRIGGER);
    starts.triggers = listed.take(count.min(TRIGGERS)).map(|trigger| words(Fields(trigger))).collect();
    if place < STRINGS || place.saturating_add(2) > bytes.len() || starts.triggers.len() < count {
        note(corrupt("triggers of a job cut off", place));
    }
    starts
}

/// A string behind the count of its characters, its NUL among them; nothing where it does not fit.
fn string(bytes: &[u8], at: &mut usize) -> Option<String> {
    let start = at.checked_add(2).filter(|start| *start <= bytes.len())?;
    let size = usize::from(Fields(bytes).u16(*at)).saturating_mul(2);
    let stored = bytes.get(start..start.saturating_add(size));
    let text = wide::until_nul(stored?);
    *at = start.saturating_add(size);
    Some(text)
}

/// When the task started last; nothing where it never did.
fn last_start(fields: Fields<'_>) -> Option<String> {
    let [year, month, _, day, hour, minute, second, milli] =
        std::array::from_fn(|slot| fields.u16(slot.saturating_mul(2).saturating_add(52)));
    let text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}");
    (year > 0).then_some(text)
}

/// A trigger, in the terms that the XML of tasks has for it.
fn words(trigger: Fields<'_>) -> String {
    let mut said = Said::new();
    let mut say = |name: &str, text: String| said.push((name.to_owned(), text));
    let date = |at: usize| {
        let [year, month, day] = [0, 2, 4].map(|field: usize| trigger.u16(at.saturating_add(field)));
        (year, format!("{year:04}-{month:02}-{day:02}"))
    };
    let (year, start) = date(4);
    if year > 0 {
        say("StartBoundary", format!("{start}T{:02}:{:02}", trigger.u16(16), trigger.u16(18)));
    }
    let flags = trigger.u32(28);
    if flags & 0x1 != 0 {
        say("EndBoundary", date(10).1);
    }
    if flags & 0x4 != 0 {
        say("Enabled", "false".to_owned());
    }
    for (at, name) in [(24, "Interval"), (20, "Duration")] {
        let minutes = trigger.u32(at);
        if minutes > 0 {
            say(name, format!("{minutes} minutes"));
        }
    }
    let listed = |bits: u32, names: &[&str]| {
        let named = names
            .iter()
            .enumerate()
            .filter(|(bit, _)| bits & 1u32.checked_shl(u32::try_from(*bit).unwrap_or(32)).unwrap_or(0) != 0);
        named.map(|(_, name)| (*name).to_owned()).collect::<Vec<_>>()
    };
    let kind = match trigger.u32(32) {
        0 => "TimeTrigger",
        1 => {
            say("DaysInterval", trigger.u16(36).to_string());
            "CalendarTrigger"
        }
        2 => {
            say("Schedule", "ScheduleByWeek".to_owned());
            say("WeeksInterval", trigger.u16(36).to_string());
            listed(trigger.u16(38).into(), &DAYS).into_iter().for_each(|day| say("DaysOfWeek", day));
            "CalendarTrigger"
        }
        3 => {
            say("Schedule", "ScheduleByMonth".to_owned());
            let bits = trigger.u32(36);
            let days = (0..31u32).filter(|day| bits.checked_shr(*day).is_some_and(|rest| rest & 1 != 0));
            days.for_each(|day| say("DaysOfMonth", day.saturating_add(1).to_string()));
            listed(trigger.u16(40).into(), &MONTHS).into_iter().for_each(|month| say("Months", month));
            "CalendarTrigger"
        }
        4 => {
            say("Schedule", "ScheduleByMonthDayOfWeek".to_owned());
            say("Weeks", trigger.u16(36).to_string());
            listed(trigger.u16(38).into(), &DAYS).into_iter().for_each(|day| say("DaysOfWeek", day));
            listed(trigger.u16(40).into(), &MONTHS).into_iter().for_each(|month| say("Months", month));
            "CalendarTrigger"
        }
        5 => "IdleTrigger",
        6 => "BootTrigger",
        7 => "LogonTrigger",
        _ => "a trigger of an unknown kind",
    };
    trigger::words(kind, &said)
}

fn corrupt(what: &str, offset: usize) -> Cause {
    Cause::Corrupt { what: what.to_owned(), offset: to_u64(offset) }
}
