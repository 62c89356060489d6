//! How the sessions of runs began: the logon (Security 4624) whose identity the process names.

use super::processes::host_key;
use super::run::Runs;
use crate::artifact::event::{Event, Logon};
use crate::base::time::Timestamp;
use crate::case::run::RunLogon;
use std::collections::BTreeMap;

/// A host and a session of it.
type Key = (String, String);

/// Whether a session is one that Windows has from its start: its services', the network's, that of IIS.
pub(super) fn is_of_system(id: &str) -> bool {
    matches!(id, "0x3e7" | "0x3e4" | "0x3e5" | "0x3e3" | "0x0")
}

/// Ties to each run the last logon before it that has its session's identity; identities are given again after a restart.
pub(super) fn tie(events: &[(&Event, &str, &str)], runs: &mut Runs) {
    let mut logons: BTreeMap<Key, Vec<(Option<Timestamp>, &Logon, &str)>> = BTreeMap::new();
    for (event, id, _) in events {
        if let Some(logon) = event.logon.as_ref().filter(|logon| !is_of_system(&logon.id)) {
            let key = (host_key(event.host.as_deref()), logon.id.clone());
            logons.entry(key).or_default().push((event.time, logon, id));
        }
    }
    logons.values_mut().for_each(|of_session| of_session.sort_by_key(|(time, ..)| *time));
    for draft in &mut runs.drafts {
        let run = &mut draft.run;
        let Some(session) = &run.logon_id else { continue };
        let Some(found) = logons.get(&(host_key(run.host.as_deref()), session.clone())) else { continue };
        let to = found.partition_point(|(time, ..)| run.started.is_none() || *time <= run.started);
        let Some((time, logon, event)) = to.checked_sub(1).and_then(|at| found.get(at)) else { continue };
        let source = logon.source.as_ref();
        let from = source.and_then(|end| end.ip.clone().or_else(|| end.domain.clone()));
        run.events.insert((*event).to_owned());
        run.logon = Some(RunLogon {
            event: (*event).to_owned(),
            time: *time,
            kind: logon.kind.map(word),
            from: from.filter(|from| from != "-"),
        });
    }
}

/// Windows' numbers for the ways to log on (`SECURITY_LOGON_TYPE`).
fn word(kind: u32) -> String {
    let word = match kind {
        2 => "console",
        3 => "network",
        4 => "batch",
        5 => "service",
        7 => "unlock",
        8 => "network-cleartext",
        9 => "new-credentials",
        10 => "remote-desktop",
        11 => "cached",
        other => return other.to_string(),
    };
    word.to_owned()
}
