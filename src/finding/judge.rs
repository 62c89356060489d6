//! Applies the rules to a case.

use super::allow::AllowList;
use super::{Finding, Severity, executables, recorded, rules, scripts};
use crate::case::{Case, Payload, Script};
use crate::script::reading::Confidence;
use crate::script::session::Session;
use crate::script::transfer::{Direction, Transfer};
use std::collections::{BTreeMap, BTreeSet};

/// A finding in the making.
pub(super) struct Draft {
    pub(super) rule: &'static str,
    /// Another severity than the rule's.
    pub(super) severity: Option<Severity>,
    pub(super) refs: Vec<String>,
    pub(super) explanation: String,
}

impl Draft {
    pub(super) fn new(rule: &'static str, refs: Vec<String>, explanation: String) -> Self {
        Self { rule, severity: None, refs, explanation }
    }
}

/// What of a case is judged: scripts that are at least likely ones, their sessions that can be reached.
pub(super) struct Matter<'a> {
    pub(super) case: &'a Case,
    by_transfer: BTreeMap<&'a str, (&'a Script, &'a Session, &'a Transfer)>,
}

impl<'a> Matter<'a> {
    fn new(case: &'a Case) -> Self {
        let mut by_transfer = BTreeMap::new();
        for script in case.scripts.iter().filter(|script| is_judged(script)) {
            for session in script.sessions.iter().filter(|session| session.active) {
                for transfer in &session.transfers {
                    by_transfer.insert(transfer.id.as_str(), (script, session, transfer));
                }
            }
        }
        Self { case, by_transfer }
    }

    pub(super) fn scripts(&self) -> impl Iterator<Item = &'a Script> {
        self.case.scripts.iter().filter(|script| is_judged(script))
    }

    pub(super) fn sessions(&self) -> impl Iterator<Item = (&'a Script, &'a Session)> {
        self.scripts().flat_map(|script| {
            script.sessions.iter().filter(|session| session.active).map(move |session| (script, session))
        })
    }

    /// The transfers of a payload that are judged.
    pub(super) fn transfers_of(&self, payload: &Payload) -> Vec<(&'a Script, &'a Session, &'a Transfer)> {
        payload.transfers.iter().filter_map(|id| self.by_transfer.get(id.as_str()).copied()).collect()
    }

    pub(super) fn transfer(&self, id: &str) -> Option<(&'a Script, &'a Session, &'a Transfer)> {
        self.by_transfer.get(id).copied()
    }

    /// Whether a download is among a payload's transfers.
    pub(super) fn is_downloaded(&self, payload: &Payload) -> bool {
        self.transfers_of(payload).iter().any(|(_, _, transfer)| transfer.direction == Direction::Download)
    }
}

fn is_judged(script: &Script) -> bool {
    script.confidence >= Confidence::Likely
}

/// Judges a case. The findings come in order of severity, then of the records that they rest on.
#[must_use]
pub fn judge(case: &Case, allow: &AllowList) -> Vec<Finding> {
    let matter = Matter::new(case);
    let mut drafts = scripts::judge(&matter);
    drafts.extend(executables::judge(&matter));
    drafts.extend(recorded::judge(&matter));
    let mut findings: Vec<Finding> = drafts.into_iter().filter_map(finding).collect();
    // Stable: within a severity the order is that of the rules above, which follow the case.
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    for (number, finding) in (1usize..).zip(&mut findings) {
        finding.id = format!("f{number}");
        finding.allowed_by = allow.entry_for(&subject(&matter, &finding.evidence_refs));
    }
    findings
}

fn finding(draft: Draft) -> Option<Finding> {
    let rule = rules::rule(draft.rule)?;
    Some(Finding {
        id: String::new(),
        rule: rule.id.to_owned(),
        title: rule.title.to_owned(),
        severity: draft.severity.unwrap_or(rule.severity),
        attack: rule.attack.to_vec(),
        evidence_refs: draft.refs,
        explanation: draft.explanation,
        allowed_by: None,
    })
}

/// What a finding is about, as an allow list speaks of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Subject<'a> {
    /// Hosts that have a part in it.
    pub hosts: BTreeSet<&'a str>,
    /// Files that it is about.
    pub paths: BTreeSet<&'a str>,
    /// Digests of those files.
    pub hashes: BTreeSet<&'a str>,
}

impl<'a> Subject<'a> {
    fn host(&mut self, host: Option<&'a String>) {
        self.hosts.extend(host.map(String::as_str));
    }

    fn script(&mut self, script: &'a Script) {
        self.paths.insert(&script.path);
        self.hashes.extend([script.md5.as_str(), &script.sha1, &script.sha256]);
    }

    fn payload(&mut self, payload: &'a Payload) {
        self.paths.extend(payload.path.as_deref());
        if let Some(digests) = payload.facts.as_ref().and_then(|facts| facts.digests.as_ref()) {
            self.hashes.extend([digests.md5.as_str(), &digests.sha1, &digests.sha256]);
        }
    }
}

/// The first record tells what the finding is about; a payload's hosts are those of all its transfers.
fn subject<'a>(matter: &Matter<'a>, refs: &[String]) -> Subject<'a> {
    let mut subject = Subject::default();
    let Some(first) = refs.first() else { return subject };
    if let Some(payload) = matter.case.payloads.iter().find(|payload| payload.id == *first) {
        subject.payload(payload);
        matter.transfers_of(payload).iter().for_each(|(_, session, _)| subject.host(session.host.as_ref()));
    } else if let Some((script, session, _)) = matter.transfer(first) {
        subject.script(script);
        subject.host(session.host.as_ref());
    } else if let Some((script, session)) = matter.sessions().find(|(_, session)| session.id == *first) {
        subject.script(script);
        subject.host(session.host.as_ref());
    } else if let Some(script) = matter.case.scripts.iter().find(|script| script.id == *first) {
        subject.script(script);
        script.sessions.iter().for_each(|session| subject.host(session.host.as_ref()));
    } else if let Some(launch) = matter.case.launches.iter().find(|launch| launch.id == *first) {
        subject.host(launch.host.as_ref());
        subject.paths.extend(launch.script_path.as_deref());
    }
    subject
}
