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
pub mod judge;
mod places;
mod recorded;
pub mod rules;
mod scripts;

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
}
