//! Programs that start in the place of another, or as it ends: `Image File Execution Options`, `SilentProcessExit`.
//!
//! Source: Microsoft, "Enable Debugging of Specific Programs"; MITRE ATT&CK T1546.012.

use super::Reading;

const OPTIONS: &str = "Microsoft\\Windows NT\\CurrentVersion\\Image File Execution Options";
const EXIT: &str = "Microsoft\\Windows NT\\CurrentVersion\\SilentProcessExit";

pub(super) fn read(reading: &mut Reading<'_>) {
    for (path, name, mechanism, trigger) in [
        (OPTIONS, "Debugger", "image-file-execution-options", "instead of"),
        (EXIT, "MonitorProcess", "silent-process-exit", "at the end of"),
    ] {
        for place in reading.software(path) {
            for program in reading.below(&place) {
                // A filter is a key below, for a program of that name in one folder.
                let filters = reading.below(&program);
                for place in std::iter::once(program).chain(filters) {
                    let Some(value) = reading.hive.value(place.key, name) else { continue };
                    let mut event = reading.starting(mechanism, &place, &value);
                    if let Some(starts) = event.starts.as_mut().filter(|starts| starts.command_line.is_some()) {
                        starts.name = place
                            .path
                            .split('\\')
                            .nth_back(usize::from(is_filter(&place.path, path)))
                            .unwrap_or("")
                            .to_owned();
                        starts.triggers = vec![format!("{trigger} {}", starts.name)];
                        reading.hand(event);
                    }
                }
            }
        }
    }
}

/// Whether a path goes two keys below another.
fn is_filter(path: &str, above: &str) -> bool {
    path.rsplit_once(above).is_some_and(|(_, below)| below.matches('\\').count() > 1)
}
