//! What Windows itself, a logon, a shell or any program starts or loads, because a single value says so.
//!
//! Source: MITRE ATT&CK T1547.004 (Winlogon), T1546.010 (AppInit), T1546.009 (AppCert), T1547.014 (Active Setup), T1546.002
//! (screensaver), T1037.001 and T1037.003 (logon scripts); Microsoft, "Cmd", for `AutoRun`; "Session Manager", for `BootExecute`.

use super::{HiveKind, Place, Reading};
use crate::base::hive::Value;

/// Policies, and scripts of all of them, that are looked at.
const POLICIES: usize = 1000;

/// Whether a value names a command line or a library.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    Command,
    Library,
}
use Names::{Command, Library};

/// Keys below `Software`, values of them, what they are and when they count.
const SOFTWARE: &[(&str, &[&str], &str, Names, &str)] = &[
    (
        "Microsoft\\Windows NT\\CurrentVersion\\Winlogon",
        &["Shell", "Userinit", "Taskman", "System", "VmApplet", "AppSetup"],
        "winlogon",
        Command,
        "at logon",
    ),
    ("Microsoft\\Windows NT\\CurrentVersion\\Winlogon", &["GinaDLL", "UIHost"], "winlogon", Library, "at logon"),
    ("Microsoft\\Windows\\CurrentVersion\\Policies\\System", &["Shell"], "winlogon", Command, "at logon"),
    (
        "Microsoft\\Windows NT\\CurrentVersion\\Windows",
        &["AppInit_DLLs"],
        "appinit-dlls",
        Library,
        "in each program that loads user32.dll",
    ),
    ("Microsoft\\Command Processor", &["AutoRun"], "command-processor", Command, "as cmd.exe starts"),
];

pub(super) fn read(reading: &mut Reading<'_>) {
    match reading.kind {
        HiveKind::System => return system(reading),
        HiveKind::NtUser => {
            for (path, name, mechanism, trigger) in [
                ("Control Panel\\Desktop", "SCRNSAVE.EXE", "screensaver", "when the user is idle"),
                ("Environment", "UserInitMprLogonScript", "logon-script", "at logon"),
            ] {
                let Some(place) = reading.place(path) else { continue };
                named(reading, &place, &[name], mechanism, Command, trigger);
            }
        }
        _ => {}
    }
    for (path, names, mechanism, what, trigger) in SOFTWARE {
        for place in reading.software(path) {
            named(reading, &place, names, mechanism, *what, trigger);
        }
    }
    for place in reading.software("Microsoft\\Windows NT\\CurrentVersion\\Winlogon\\Notify") {
        for package in reading.below(&place) {
            named(reading, &package, &["DLLName"], "winlogon", Library, "at logon");
        }
    }
    for kind in ["Logon", "Logoff", "Startup", "Shutdown"] {
        group_policy(reading, kind);
    }
    for place in reading.software("Microsoft\\Active Setup\\Installed Components") {
        for component in reading.below(&place) {
            named(reading, &component, &["StubPath"], "active-setup", Command, "at the first logon of each user");
        }
    }
}

/// Scripts of group policies: for each policy a key, and below it one for each script.
fn group_policy(reading: &mut Reading<'_>, kind: &str) {
    for path in
        ["Policies\\Microsoft\\Windows\\System\\Scripts", "Microsoft\\Windows\\CurrentVersion\\Group Policy\\Scripts"]
    {
        for place in reading.software(&format!("{path}\\{kind}")) {
            let policies: Vec<Place> = reading.below(&place).take(POLICIES).collect();
            for script in policies.iter().flat_map(|policy| reading.below(policy)).take(POLICIES).collect::<Vec<_>>() {
                let Some(value) = reading.hive.value(script.key, "Script") else { continue };
                let parameters = reading.text(&script, "Parameters");
                let mut event = reading.starting("group-policy-script", &script, &value);
                let Some(starts) = event.starts.as_mut().filter(|starts| starts.command_line.is_some()) else {
                    continue;
                };
                if let (Some(line), Some(parameters)) = (starts.command_line.as_mut(), parameters) {
                    line.push(' ');
                    line.push_str(&parameters);
                }
                starts.triggers = vec![format!("at {}", kind.to_lowercase())];
                reading.hand(event);
            }
        }
    }
}

fn system(reading: &mut Reading<'_>) {
    let Some(set) = reading.control_set() else { return };
    let manager = format!("{set}\\Control\\Session Manager");
    if let Some(place) = reading.place(&manager) {
        let names = ["BootExecute", "SetupExecute", "Execute", "S0InitialCommand"];
        named(reading, &place, &names, "boot-execute", Command, "at boot");
    }
    if let Some(place) = reading.place(&format!("{manager}\\AppCertDlls")) {
        for value in reading.hive.values(place.key) {
            hand(reading, &place, &value, "appcert-dlls", Library, "in each program that starts another");
        }
    }
}

fn named(reading: &mut Reading<'_>, place: &Place, names: &[&str], mechanism: &str, what: Names, trigger: &str) {
    for name in names {
        if let Some(value) = reading.hive.value(place.key, name) {
            hand(reading, place, &value, mechanism, what, trigger);
        }
    }
}

fn hand(reading: &mut Reading<'_>, place: &Place, value: &Value, mechanism: &str, what: Names, trigger: &str) {
    // A `REG_MULTI_SZ` names one a line.
    let parts = if value.kind == 7 { value.strings() } else { super::said(value).into_iter().collect() };
    let is_off = mechanism == "appinit-dlls" && reading.number(place, "LoadAppInit_DLLs") == Some(0);
    for part in parts {
        let mut event = reading.starting(mechanism, place, value);
        if let Some(starts) = event.starts.as_mut() {
            (starts.command_line, starts.library) = match what {
                Command => (Some(part), None),
                Library => (None, Some(part)),
            };
            // What the value belongs to tells more than a value's name that is the same everywhere.
            if matches!(value.name.as_str(), "StubPath" | "DLLName" | "DllName") {
                starts.name = reading.hive.name(place.key);
            }
            starts.triggers = vec![trigger.to_owned()];
            starts.disabled = is_off;
        }
        reading.hand(event);
    }
}
