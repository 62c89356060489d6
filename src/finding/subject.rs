//! What a finding is about, as an allow list speaks of it.

use super::judge::Matter;
use crate::case::claim::Claim;
use crate::case::run::ClientRun;
use crate::case::{Payload, Script};
use std::collections::BTreeSet;

/// What a finding is about.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Subject<'a> {
    /// Hosts that have a part in it, each by all that it is called: its name, its address.
    pub hosts: BTreeSet<BTreeSet<&'a str>>,
    /// Files that it is about.
    pub paths: BTreeSet<&'a str>,
    /// Digests of those files.
    pub hashes: BTreeSet<&'a str>,
    /// Scripts that have a part in it, by their paths.
    pub scripts: BTreeSet<&'a str>,
    /// The accounts that ran it, by the host's records; nothing stands for one that no record tells.
    pub users: BTreeSet<Option<&'a str>>,
}

impl<'a> Subject<'a> {
    fn host(&mut self, host: Option<&'a String>) {
        self.hosts.extend(host.map(|host| BTreeSet::from([host.as_str()])));
    }

    fn script(&mut self, script: &'a Script) {
        self.paths.insert(&script.path);
        self.hashes.extend([script.md5.as_str(), &script.sha1, &script.sha256]);
    }

    fn part_of(&mut self, matter: &Matter<'a>, script: &'a Script) {
        self.scripts.insert(&script.path);
        self.users.extend(matter.runs_of(&script.id).iter().map(|run| run.user.as_deref()));
    }

    fn payload(&mut self, payload: &'a Payload) {
        self.paths.extend(payload.path.as_deref());
        if let Some(digests) = payload.facts.as_ref().and_then(|facts| facts.digests.as_ref()) {
            self.hashes.extend([digests.md5.as_str(), &digests.sha1, &digests.sha256]);
        }
    }

    /// Where a run went counts more than where its script wanted to go.
    fn run(&mut self, matter: &Matter<'a>, run: &'a ClientRun) {
        let program = run.program.path.as_deref().filter(|_| run.program.renamed);
        self.paths.extend(program);
        self.paths.extend(run.script.path.as_deref());
        self.hashes.extend(run.program.sha256.as_deref());
        self.ran(matter, run);
    }

    /// A file that nothing but the records of its run names.
    fn claim(&mut self, matter: &Matter<'a>, claim: &'a Claim) {
        self.paths.insert(&claim.file);
        self.hashes.extend(claim.sha256.as_deref());
        matter.index.runs(&claim.runs).into_iter().for_each(|run| self.ran(matter, run));
    }

    fn ran(&mut self, matter: &Matter<'a>, run: &'a ClientRun) {
        self.users.insert(run.user.as_deref());
        self.scripts.extend(run.script.path.as_deref());
        for destination in &run.network.destinations {
            let names = destination.names.iter().map(String::as_str);
            self.hosts.insert(names.chain([destination.address.as_str()]).collect());
        }
        if run.network.destinations.is_empty() {
            let sessions = matter.index.scripts(&run.scripts).into_iter().flat_map(|script| &script.sessions);
            sessions.for_each(|session| self.host(session.host.as_ref()));
        }
    }
}

/// The first record tells what the finding is about; a payload's hosts are those of all its transfers. A record of the host
/// alone, as one that a log was cleared, is about nothing that a list could allow.
pub(super) fn subject<'a>(matter: &Matter<'a>, refs: &[String]) -> Subject<'a> {
    let mut subject = Subject::default();
    let Some(first) = refs.first() else { return subject };
    if let Some(payload) = matter.index.payload(first) {
        subject.payload(payload);
        for (script, session, _) in matter.transfers_of(payload) {
            subject.host(session.host.as_ref());
            subject.part_of(matter, script);
        }
    } else if let Some((script, session, _)) = matter.transfer(first) {
        subject.script(script);
        subject.part_of(matter, script);
        subject.host(session.host.as_ref());
    } else if let Some((script, session)) = matter.session(first) {
        subject.script(script);
        subject.part_of(matter, script);
        subject.host(session.host.as_ref());
    } else if let Some(script) = matter.index.script(first) {
        subject.script(script);
        subject.part_of(matter, script);
        script.sessions.iter().for_each(|session| subject.host(session.host.as_ref()));
    } else if let Some(launch) = matter.index.launch(first) {
        subject.host(launch.host.as_ref());
        subject.paths.extend(launch.script_path.as_deref());
        subject.scripts.extend(launch.script_path.as_deref());
        subject.users.extend(matter.runs_of(&launch.id).iter().map(|run| run.user.as_deref()));
    } else if let Some(run) = matter.index.run(first) {
        subject.run(matter, run);
    } else if let Some(claim) = matter.claim(first) {
        subject.claim(matter, claim);
    }
    subject
}
