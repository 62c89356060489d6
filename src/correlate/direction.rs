//! Which technique a script or a run is: T1105 where files come in; T1041 where they go out to a server that commands this
//! host, T1048.003 where they go out to another in the clear.

use super::network::plain;
use crate::case::Case;
use crate::case::claim::{Claim, State};
use crate::case::run::{Basis, ClientRun, ScriptState, Verdict};
use crate::script::session::{Scheme, Session};
use crate::script::transfer::{Direction, Transfer};
use std::collections::{BTreeMap, BTreeSet};

/// What speaks for a server's being one that commands this host.
#[derive(Debug, Default)]
pub(super) struct Commanders {
    /// Each server's address or name, with the records.
    servers: BTreeMap<String, BTreeSet<String>>,
}

impl Commanders {
    /// Servers from which something came that was started, and addresses that what came was itself connected to.
    pub(super) fn of(case: &Case, claims: &[Claim], contacted: &[(usize, String, String)]) -> Self {
        let mut commanders = Self::default();
        let hosts: BTreeMap<&str, String> = sessions(case)
            .flat_map(|(_, session)| session.transfers.iter().map(move |transfer| (transfer, session)))
            .filter(|(transfer, _)| transfer.direction == Direction::Download)
            .filter_map(|(transfer, session)| Some((transfer.id.as_str(), plain(session.host.as_deref()?))))
            .collect();
        for claim in claims {
            let Some(executed) = claim.states.iter().find(|state| state.state == State::Executed) else { continue };
            for host in claim.transfers.iter().filter_map(|id| hosts.get(id.as_str())) {
                commanders.servers.entry(host.clone()).or_default().extend(executed.refs.iter().cloned());
            }
        }
        for (number, address, event) in contacted {
            if claims.get(*number).is_some_and(|claim| claim.directions.contains(&Direction::Download)) {
                commanders.servers.entry(plain(address)).or_default().insert(event.clone());
            }
        }
        commanders
    }

    fn find(&self, servers: &BTreeSet<String>) -> Option<(&String, &BTreeSet<String>)> {
        servers.iter().find_map(|server| self.servers.get_key_value(server))
    }
}

fn sessions(case: &Case) -> impl Iterator<Item = (&str, &Session)> {
    case.scripts.iter().flat_map(|script| {
        script.sessions.iter().filter(|session| session.active).map(move |session| (script.id.as_str(), session))
    })
}

/// The verdicts on each run, and those on scripts of which no run is known.
pub(super) fn judge(case: &Case, runs: &mut [ClientRun], commanders: &Commanders) -> Vec<Verdict> {
    let mut of_script: BTreeMap<&str, Vec<&Session>> = BTreeMap::new();
    for (script, session) in sessions(case) {
        of_script.entry(script).or_default().push(session);
    }
    let mut carried: BTreeSet<String> = BTreeSet::new();
    for run in runs.iter_mut() {
        let found: Vec<&Session> =
            run.scripts.iter().filter_map(|script| of_script.get(script.as_str())).flatten().copied().collect();
        carried.extend(run.scripts.iter().cloned());
        run.verdicts = of_run(run, &found, commanders);
    }
    let mut verdicts: Vec<Verdict> = runs.iter().flat_map(|run| run.verdicts.iter().cloned()).collect();
    for (script, sessions) in of_script.iter().filter(|(script, _)| !carried.contains(**script)) {
        let mut told = of_sessions(script, Basis::Told, sessions, &BTreeSet::new(), commanders);
        for verdict in &mut told {
            verdict.against.push("no record shows that a client ran with it".to_owned());
        }
        verdicts.extend(told);
    }
    verdicts
}

fn of_run(run: &ClientRun, sessions: &[&Session], commanders: &Commanders) -> Vec<Verdict> {
    let is_seen = run.network.recorded > 0 || !run.files.is_empty();
    let basis = if is_seen { Basis::Seen } else { Basis::Ran };
    let reached: BTreeSet<String> = run
        .network
        .destinations
        .iter()
        .flat_map(|destination| destination.names.iter().cloned().chain([destination.address.clone()]))
        .collect();
    let mut verdicts = of_sessions(&run.id, basis, sessions, &reached, commanders);
    if !run.files.is_empty() && !verdicts.iter().any(|verdict| verdict.technique == "T1105") {
        let names: Vec<&str> = run.files.iter().take(5).map(|file| file.path.as_str()).collect();
        verdicts.push(Verdict {
            subject: run.id.clone(),
            technique: "T1105".to_owned(),
            basis: Basis::Seen,
            why: format!("the client made {}", names.join(", ")),
            against: Vec::new(),
            refs: run.files.iter().map(|file| file.event.clone()).collect(),
        });
    }
    let internal = |class: &str| matches!(class, "internal" | "loopback" | "link-local");
    let destinations = &run.network.destinations;
    for verdict in &mut verdicts {
        if !destinations.is_empty() && destinations.iter().all(|destination| internal(&destination.class)) {
            verdict.against.push("all its connections went to internal addresses".to_owned());
        }
        if !destinations.is_empty() && destinations.iter().all(|destination| destination.known == Some(true)) {
            verdict.against.push("the examiner knows all its destinations".to_owned());
        }
        if run.network.recorded > 0 && run.network.data_connections == 0 {
            verdict.against.push("connections were recorded, and none of them carried data".to_owned());
        }
        if run.switches.as_ref().is_some_and(|switches| !switches.would_run) {
            verdict.against.push("the client refuses such a command line".to_owned());
        }
        if run.script.state == ScriptState::Missing {
            verdict.against.push("its script is missing".to_owned());
        }
    }
    verdicts
}

fn of_sessions(
    subject: &str,
    basis: Basis,
    sessions: &[&Session],
    reached: &BTreeSet<String>,
    commanders: &Commanders,
) -> Vec<Verdict> {
    let of = |direction: Direction| -> Vec<(&Session, &Transfer)> {
        sessions
            .iter()
            .flat_map(|session| session.transfers.iter().map(move |transfer| (*session, transfer)))
            .filter(|(_, transfer)| transfer.direction == direction)
            .collect()
    };
    let mut verdicts = Vec::new();
    let hosts = |moved: &[(&Session, &Transfer)]| -> BTreeSet<String> {
        moved.iter().filter_map(|(session, _)| session.host.as_deref().map(plain)).collect()
    };
    let list = |hosts: &BTreeSet<String>| match hosts.is_empty() {
        true => "a host that is not named".to_owned(),
        false => hosts.iter().take(5).cloned().collect::<Vec<_>>().join(", "),
    };
    let verdict = |technique: &str, why: String, moved: &[(&Session, &Transfer)]| Verdict {
        subject: subject.to_owned(),
        technique: technique.to_owned(),
        basis,
        why,
        against: Vec::new(),
        refs: moved.iter().map(|(_, transfer)| transfer.id.clone()).take(64).collect(),
    };
    let down = of(Direction::Download);
    if !down.is_empty() {
        let why = format!("it fetches {} from {}", count(down.len()), list(&hosts(&down)));
        verdicts.push(verdict("T1105", why, &down));
    }
    let up = of(Direction::Upload);
    if !up.is_empty() {
        let hosts = hosts(&up);
        let servers: BTreeSet<String> = hosts.union(reached).cloned().collect();
        let clear = up.iter().any(|(session, _)| session.scheme == Scheme::Ftp);
        let mut judged = match commanders.find(&servers) {
            Some((server, refs)) => {
                let why = format!(
                    "it sends {} to {server}, which what was started on this host came from or speaks to",
                    count(up.len())
                );
                let mut judged = verdict("T1041", why, &up);
                judged.refs.extend(refs.iter().cloned());
                judged
            }
            None => {
                let why = format!(
                    "it sends {} to {}, and nothing shows that this host is commanded from there",
                    count(up.len()),
                    list(&hosts)
                );
                verdict(if clear { "T1048.003" } else { "T1048.002" }, why, &up)
            }
        };
        if judged.technique == "T1041" && !down.is_empty() && basis == Basis::Told {
            judged.against.push("that the host is commanded from there rests on the script alone".to_owned());
        }
        verdicts.push(judged);
    }
    verdicts
}

fn count(number: usize) -> String {
    if number == 1 { "one file".to_owned() } else { format!("{number} files") }
}
