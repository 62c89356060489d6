//! What an intruder takes along, told by the name of a file that is no longer there: copies made to be sent are deleted.

use super::executables::{draft, path};
use super::judge::{Draft, Matter};
use crate::case::Payload;
use crate::script::transfer::Direction;

/// A rule, and the names that speak for it: whole, or by what they begin or end with (`*`).
type Names = (&'static str, &'static str, &'static [&'static str]);

/// Names that Windows, Unix and their programs give to what holds secrets, and that tools give to copies of it.
const NAMES: &[Names] = &[
    (
        "payload.credential-store",
        "a store of credentials",
        &[
            "ntds.dit",
            "sam",
            "sam.*",
            "security.hiv*",
            "security.sav*",
            "system.hiv*",
            "system.sav*",
            "shadow",
            "shadow-",
            "*.kdbx",
            "*.kdb",
            "login data",
            "logins.json",
            "key4.db",
            "wallet.dat",
            "krb5.keytab",
            "*.keytab",
            "*.kirbi",
            "*.ccache",
        ],
    ),
    (
        "payload.private-key",
        "a private key",
        &["id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "*.pfx", "*.p12", "*.ppk", "*.jks"],
    ),
    ("payload.mail-store", "a mail store", &["*.pst", "*.ost", "*.mbox"]),
    (
        "payload.memory-dump",
        "a memory dump",
        &["lsass*.dmp", "lsass*.zip", "lsass*.7z", "memory.dmp", "hiberfil.sys", "*.dmp"],
    ),
];

/// Judges uploads of files that are not on the evidence; what a file holds tells more than its name where it is there.
pub(super) fn judge(matter: &Matter<'_>) -> Vec<Draft> {
    let gone = matter.case.payloads.iter().filter(|payload| payload.facts.is_none());
    gone.filter_map(|payload| by_name(matter, payload)).collect()
}

fn by_name(matter: &Matter<'_>, payload: &Payload) -> Option<Draft> {
    let (rule, what) = told(path(payload))?;
    let uploaded = matter.transfers_of(payload).iter().any(|(_, _, transfer)| transfer.direction == Direction::Upload);
    uploaded.then(|| {
        let explanation =
            format!("{} is {what} by its name; a script sends it from the host, where it is no longer.", path(payload));
        draft(rule, payload, explanation)
    })
}

/// The rule that a name speaks for, and what it is.
fn told(path: &str) -> Option<(&'static str, &'static str)> {
    let name = path.rsplit(['\\', '/']).next().unwrap_or_default().to_lowercase();
    let fits = |pattern: &&str| match pattern.split_once('*') {
        Some((begin, end)) => {
            name.len() > begin.len().saturating_add(end.len()) && name.starts_with(begin) && name.ends_with(end)
        }
        None => name == *pattern,
    };
    NAMES.iter().find(|(_, _, patterns)| patterns.iter().any(&fits)).map(|(rule, what, _)| (*rule, *what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_tell() {
        for (path, rule) in [
            (r"C:\Windows\Temp\ntds.dit", Some("payload.credential-store")),
            (r"C:\t\SAM.save", Some("payload.credential-store")),
            ("/srv/keys/id_rsa", Some("payload.private-key")),
            ("/etc/shadow", Some("payload.credential-store")),
            (r"D:\lsass_1.dmp", Some("payload.memory-dump")),
            (r"C:\mail\a.pst", Some("payload.mail-store")),
            (r"C:\t\sample.txt", None),
            (r"C:\t\.dmp", None),
            (r"C:\t\system.log", None),
        ] {
            assert_eq!(told(path).map(|(rule, _)| rule), rule, "{path}");
        }
    }
}
