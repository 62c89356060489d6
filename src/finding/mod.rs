//! The judgement: rules over tied facts.
//!
//! A rule has a stable id, a severity and the techniques that it shows ([`rules`]); what sets it off is in [`judge`]; what the
//! examiner knows to be good is marked by [`allow`], never hidden. An explanation never holds a password.
#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss
    )
)]

pub mod allow;
mod contents;
mod executables;
mod interpreters;
pub mod judge;
mod places;
mod recorded;
pub mod rules;
mod runs;
mod scripts;
pub mod subject;

use schemars::JsonSchema;
use serde::Serialize;

/// How much a finding matters, in Sigma's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Informational,
    /// Seldom worth an alarm.
    Low,
    /// Worth a look.
    Medium,
    /// Worth a look now.
    High,
    /// Worth waking somebody.
    Critical,
}

impl Severity {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Informational => "informational",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// A technique of ATT&CK with the tactic that it serves here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Attack {
    /// Technique id, `T1105`.
    pub technique: &'static str,
    /// Tactic by its short name, `command-and-control`.
    pub tactic: &'static str,
}

/// One judgement with what it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Finding {
    /// Identity in the report, `f1`.
    pub id: String,
    /// Stable dotted id of the rule, listed by `ftpsift rules`.
    pub rule: String,
    /// The rule's title.
    pub title: String,
    /// How much it matters.
    pub severity: Severity,
    /// Techniques that it shows.
    pub attack: Vec<Attack>,
    /// Ids of the records that it rests on.
    pub evidence_refs: Vec<String>,
    /// One sentence that a reader can check.
    pub explanation: String,
    /// The entry of the allow list that marks it as known-good, `allow.toml#2`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_by: Option<String>,
    /// What that entry says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowance: Option<Allowance>,
}

/// Why something is known to be good, in the examiner's words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Allowance {
    /// The reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The ticket or the record of the change that allows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// Until when, as the entry writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
}

impl Finding {
    /// By what it is known to be good: the entry, its reason, its ticket, its end; nothing where it is not.
    #[must_use]
    pub fn allowed_words(&self) -> Option<String> {
        let mut words = self.allowed_by.clone()?;
        let Allowance { reason, ticket, expires } = self.allowance.clone().unwrap_or_default();
        if let Some(reason) = reason {
            words.push_str(&format!(": {reason}"));
        }
        let rest = [ticket.map(|ticket| format!("ticket {ticket}")), expires.map(|date| format!("until {date}"))];
        let rest: Vec<String> = rest.into_iter().flatten().collect();
        if !rest.is_empty() {
            words.push_str(&format!(" ({})", rest.join(", ")));
        }
        Some(words)
    }
}
