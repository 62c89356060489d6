//! Files of sections and entries: Internet shortcuts, `autorun.inf`, desktop entries, units of systemd.
//!
//! Source: Microsoft's reference of Autorun.inf; the Desktop Entry Specification; systemd.service(5).

use super::super::emulation::Emulation;
use super::{Container, open_address, start};
use crate::base::text::Text;
use crate::script::launch::Platform;

pub(super) fn run_file(emulation: &mut Emulation<'_>, text: &Text, container: Container) {
    if matches!(container, Container::DesktopEntry | Container::Unit) {
        emulation.platform = Platform::Unix;
    }
    let mut section = String::new();
    for line in text.lines() {
        let entry = line.text.trim();
        if let Some(name) = entry.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name.to_ascii_lowercase();
            continue;
        }
        let Some((key, value)) = entry.split_once('=') else { continue };
        let (key, value) = (key.trim().to_ascii_lowercase(), value.trim());
        emulation.line = line.number;
        match (container, key.as_str()) {
            (Container::InternetShortcut, "url") if section == "internetshortcut" => {
                open_address(emulation, value, entry);
            }
            (Container::DesktopEntry, "url") => {
                open_address(emulation, value, entry);
            }
            (Container::DesktopEntry, "exec") => start(emulation, value),
            (Container::Autorun, "open" | "shellexecute") => start(emulation, value),
            (Container::Autorun, _) if key.starts_with("shell\\") && key.ends_with("\\command") => {
                start(emulation, value)
            }
            // Signs in front of the command change how systemd runs it, not what.
            (Container::Unit, _) if section == "service" && key.starts_with("exec") => {
                start(emulation, value.trim_start_matches(['-', '@', ':', '+', '!']));
            }
            _ => {}
        }
    }
}
