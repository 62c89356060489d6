//! What starts a task, in words.

/// What is said of a trigger: the elements of its XML, each with its text; those of a list by the list's name.
pub(super) type Said = Vec<(String, String)>;

/// The words for a trigger of a kind that MS-TSCH 2.5.3 lists; another kind is told by its name.
pub(super) fn words(kind: &str, said: &Said) -> String {
    let get =
        |name: &str| said.iter().find(|(known, text)| known == name && !text.is_empty()).map(|(_, text)| text.as_str());
    let all = |name: &str| {
        let listed: Vec<&str> = said.iter().filter(|(known, _)| known == name).map(|(_, text)| text.as_str()).collect();
        listed.join(", ")
    };
    let whose = || get("UserId").map_or(String::new(), |user| format!(" of {user}"));
    let start = get("StartBoundary");
    let mut words = match kind {
        "BootTrigger" => "at system start".to_owned(),
        "LogonTrigger" => format!("at logon{}", if whose().is_empty() { " of anyone".to_owned() } else { whose() }),
        "IdleTrigger" => "when idle".to_owned(),
        "RegistrationTrigger" => "when registered".to_owned(),
        "TimeTrigger" => format!("once at {}", start.unwrap_or("an unknown time")),
        "CalendarTrigger" => schedule(&get, &all),
        "EventTrigger" => format!("upon an event: {}", get("Subscription").unwrap_or("unknown")),
        "SessionStateChangeTrigger" => {
            format!("upon {}{}", get("StateChange").unwrap_or("a change of session"), whose())
        }
        "WnfStateChangeTrigger" => format!("upon state {}", get("StateName").unwrap_or("unknown")),
        _ => kind.to_owned(),
    };
    let more = [
        (", from ", start.filter(|_| kind != "TimeTrigger")),
        (", until ", get("EndBoundary")),
        (", again every ", get("Interval")),
        (", for ", get("Duration")),
        (", later by ", get("Delay")),
        (", later by up to ", get("RandomDelay")),
    ];
    for (before, text) in more {
        if let Some(text) = text {
            words.push_str(before);
            words.push_str(text);
        }
    }
    if matches!(get("Enabled"), Some("false" | "0")) {
        words.push_str(" (disabled)");
    }
    words
}

fn schedule<'a>(get: &dyn Fn(&str) -> Option<&'a str>, all: &dyn Fn(&str) -> String) -> String {
    let every = |name: &str, one: &str, unit: &str| match get(name) {
        None | Some("1") => one.to_owned(),
        Some(count) => format!("every {count} {unit}"),
    };
    let on = |before: &str, list: String| if list.is_empty() { list } else { format!("{before}{list}") };
    match get("Schedule") {
        Some("ScheduleByWeek") => {
            format!("{}{}", every("WeeksInterval", "weekly", "weeks"), on(" on ", all("DaysOfWeek")))
        }
        Some("ScheduleByMonth") => {
            format!("monthly{}{}", on(" on day ", all("DaysOfMonth")), on(" of ", all("Months")))
        }
        Some("ScheduleByMonthDayOfWeek") => {
            let days = on(" on ", all("DaysOfWeek"));
            format!("monthly{days}{}{}", on(" of week ", all("Weeks")), on(" of ", all("Months")))
        }
        _ => every("DaysInterval", "daily", "days"),
    }
}
