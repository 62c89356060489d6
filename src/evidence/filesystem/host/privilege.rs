//! The privilege to back up files of Windows: who holds it may read what is closed to him otherwise.

use std::sync::OnceLock;
use winsafe::{self as w, co};

/// Whether the privilege is held; it is used from then on.
pub fn backs_up() -> bool {
    static HELD: OnceLock<bool> = OnceLock::new();
    *HELD.get_or_init(|| enable().unwrap_or(false))
}

fn enable() -> w::SysResult<bool> {
    let access = co::TOKEN::ADJUST_PRIVILEGES | co::TOKEN::QUERY;
    let token = w::HPROCESS::GetCurrentProcess().OpenProcessToken(access)?;
    let privilege = w::LookupPrivilegeValue(None, co::SE_PRIV::BACKUP_NAME)?;
    let enabled = w::LUID_AND_ATTRIBUTES::new(privilege, co::SE_PRIV_ATTR::ENABLED);
    let privileges = w::TOKEN_PRIVILEGES::new(&[enabled])?;
    token.AdjustTokenPrivileges(w::DisabPriv::Privs(&privileges))?;
    // That none was held to be enabled is no failure of the call.
    Ok(w::GetLastError() != co::ERROR::NOT_ALL_ASSIGNED)
}
