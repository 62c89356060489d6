//! Every login of a case with all its uses.

use crate::base::secret::Secret;
use crate::case::{CredentialUse, Script};
use std::collections::{BTreeMap, BTreeSet};

/// What makes two uses the same login.
type Login = (Option<String>, Option<Secret>, Option<String>, Option<u16>);

/// Collects the logins of all active sessions in order of their first use.
pub(super) fn collect(scripts: &[Script]) -> Vec<CredentialUse> {
    let mut uses: Vec<CredentialUse> = Vec::new();
    let mut index: BTreeMap<Login, usize> = BTreeMap::new();
    for script in scripts {
        for session in script.sessions.iter().filter(|session| session.active) {
            for credential in &session.credentials {
                let login =
                    (credential.username.clone(), credential.password.clone(), session.host.clone(), session.port);
                let at = *index.entry(login).or_insert_with(|| {
                    uses.push(CredentialUse {
                        username: credential.username.clone(),
                        password: credential.password.clone(),
                        protected: Default::default(),
                        host: session.host.clone(),
                        port: session.port,
                        scripts: Vec::new(),
                        sessions: Vec::new(),
                        reused: false,
                    });
                    uses.len().saturating_sub(1)
                });
                if let Some(known) = uses.get_mut(at) {
                    push_new(&mut known.scripts, &script.id);
                    push_new(&mut known.sessions, &session.id);
                }
            }
        }
    }
    mark_reused(&mut uses);
    uses
}

/// The same user name and password for more than one host.
fn mark_reused(uses: &mut [CredentialUse]) {
    let mut hosts: BTreeMap<(Option<String>, Option<Secret>), BTreeSet<Option<String>>> = BTreeMap::new();
    let login = |known: &CredentialUse| (known.username.clone(), known.password.clone());
    for known in uses.iter().filter(|known| known.username.as_deref() != Some("anonymous")) {
        hosts.entry(login(known)).or_default().insert(known.host.clone());
    }
    for known in uses {
        known.reused = hosts.get(&login(known)).is_some_and(|hosts| hosts.len() > 1);
    }
}

fn push_new(ids: &mut Vec<String>, id: &str) {
    if !ids.iter().any(|known| known == id) {
        ids.push(id.to_owned());
    }
}
