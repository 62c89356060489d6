//! Applies the rules to a case.

use super::allow::AllowList;
use super::subject::subject;
use super::{Attack, Finding, Severity, executables, names, recorded, rules, runs, scripts};
use crate::case::claim::Claim;
use crate::case::index::Index;
use crate::case::run::ClientRun;
use crate::case::{Case, Payload, Script};
use crate::script::reading::Confidence;
use crate::script::session::Session;
use crate::script::transfer::{Direction, Transfer};
use std::collections::BTreeMap;

/// A finding in the making.
pub(super) struct Draft {
    pub(super) rule: &'static str,
    /// Another severity than the rule's.
    pub(super) severity: Option<Severity>,
    /// Other techniques than the rule's.
    pub(super) attack: Option<&'static [Attack]>,
    pub(super) refs: Vec<String>,
    pub(super) explanation: String,
}

impl Draft {
    pub(super) fn new(rule: &'static str, refs: Vec<String>, explanation: String) -> Self {
        Self { rule, severity: None, attack: None, refs, explanation }
    }
}

/// What of a case is judged: scripts that are at least likely ones, their sessions that can be reached.
pub(super) struct Matter<'a> {
    pub(super) case: &'a Case,
    pub(super) index: Index<'a>,
    by_transfer: BTreeMap<&'a str, (&'a Script, &'a Session, &'a Transfer)>,
    runs_of: BTreeMap<&'a str, Vec<&'a ClientRun>>,
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
        let mut runs_of: BTreeMap<&str, Vec<&ClientRun>> = BTreeMap::new();
        for run in &case.runs {
            for id in run.scripts.iter().chain(&run.launches) {
                runs_of.entry(id).or_default().push(run);
            }
        }
        Self { case, index: Index::of(case), by_transfer, runs_of }
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

    pub(super) fn session(&self, id: &str) -> Option<(&'a Script, &'a Session)> {
        let script = self.index.script(id.split('.').next()?).filter(|script| is_judged(script))?;
        script.sessions.iter().find(|session| session.active && session.id == id).map(|session| (script, session))
    }

    pub(super) fn transfer(&self, id: &str) -> Option<(&'a Script, &'a Session, &'a Transfer)> {
        self.by_transfer.get(id).copied()
    }

    pub(super) fn claim(&self, id: &str) -> Option<&'a Claim> {
        self.index.claim(id)
    }

    /// The sessions of a run's scripts that are judged.
    pub(super) fn sessions_of(&self, run: &ClientRun) -> impl Iterator<Item = &'a Session> {
        let scripts = self.index.scripts(&run.scripts).into_iter().filter(|script| is_judged(script));
        scripts.flat_map(|script| &script.sessions).filter(|session| session.active)
    }

    /// The runs of a script or of a launch that the host recorded.
    pub(super) fn runs_of(&self, id: &str) -> &[&'a ClientRun] {
        self.runs_of.get(id).map(Vec::as_slice).unwrap_or_default()
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
    drafts.extend(names::judge(&matter));
    drafts.extend(runs::judge(&matter));
    drafts.extend(recorded::judge(&matter));
    let mut findings: Vec<Finding> = drafts.into_iter().filter_map(finding).collect();
    // Stable: within a severity the order is that of the rules above, which follow the case.
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    for (number, finding) in (1usize..).zip(&mut findings) {
        finding.id = format!("f{number}");
        if let Some((entry, allowance)) = allow.entry_for(&subject(&matter, &finding.evidence_refs)) {
            finding.allowed_by = Some(entry);
            finding.allowance = Some(allowance);
        }
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
        attack: draft.attack.unwrap_or(rule.attack).to_vec(),
        evidence_refs: draft.refs,
        explanation: draft.explanation,
        allowed_by: None,
        allowance: None,
    })
}
