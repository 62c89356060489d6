//! The facts of the host that a triage runs on: what tells one report of thousands from the others, and how far its clock is
//! to be trusted.
//!
//! They are read from files, on Windows from the registry as the system tells it, and never from variables of the environment,
//! which anybody sets who starts the program.

#[cfg(any(target_os = "linux", test))]
mod linux;
#[cfg(any(windows, test))]
mod windows;

use crate::base::time::Timestamp;
use crate::case::host::Host;

/// What this host says of itself.
pub(super) fn facts(clock: Timestamp) -> Host {
    #[cfg(target_os = "linux")]
    {
        linux::facts(std::path::Path::new("/"), clock)
    }
    #[cfg(windows)]
    {
        windows::facts(clock)
    }
    #[cfg(not(any(target_os = "linux", windows)))]
    {
        nothing(clock)
    }
}

/// A host that says nothing.
fn nothing(clock: Timestamp) -> Host {
    Host {
        name: None,
        machine_id: None,
        os: None,
        os_version: None,
        architecture: std::env::consts::ARCH.to_owned(),
        booted: None,
        time_zone: None,
        bias_minutes: None,
        backup_privilege: None,
        clock,
    }
}
