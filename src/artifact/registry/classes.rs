//! Classes and commands that a user puts before those of the host: `UsrClass.dat`.
//!
//! Source: MITRE ATT&CK T1546.015 (COM hijacking), T1548.002 (commands that programs start which need no consent); Microsoft,
//! "InprocServer32", "LocalServer32". Many programs register classes of their own here: an entry alone means nothing.

use super::{Place, Reading};

/// Keys of a class, and whether each names a library.
const SERVERS: &[(&str, bool)] = &[("InprocServer32", true), ("LocalServer32", false), ("ScriptletURL", true)];
/// Things whose command is started by programs of Windows that run with all rights.
const OPENED: &[&str] = &["ms-settings", "mscfile", "exefile", "Folder", "Launcher.SystemSettings"];

pub(super) fn read(reading: &mut Reading<'_>) {
    for path in ["CLSID", "Wow6432Node\\CLSID"] {
        let Some(classes) = reading.place(path) else { continue };
        for class in reading.below(&classes) {
            let name = reading.hive.name(class.key);
            for (server, is_library) in SERVERS {
                if let Some(key) = reading.hive.child(class.key, server) {
                    let place = Place { key, path: format!("{}\\{server}", class.path) };
                    own(reading, &place, "com-server", &name, *is_library, "when the class is used");
                }
            }
        }
    }
    for name in OPENED {
        if let Some(place) = reading.place(&format!("{name}\\shell\\open\\command")) {
            own(reading, &place, "shell-command", name, false, "when such a thing is opened");
        }
    }
}

/// The event of a key's own value.
fn own(reading: &mut Reading<'_>, place: &Place, mechanism: &str, name: &str, is_library: bool, trigger: &str) {
    let Some(value) = reading.hive.value(place.key, "") else { return };
    let mut event = reading.starting(mechanism, place, &value);
    let Some(starts) = event.starts.as_mut().filter(|starts| starts.command_line.is_some()) else { return };
    name.clone_into(&mut starts.name);
    if is_library {
        starts.library = starts.command_line.take();
    }
    starts.triggers = vec![trigger.to_owned()];
    reading.hand(event);
}
