//! The playbooks' steps with their answers.

use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeSet;

/// One step of a playbook, answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Step {
    /// Stable identity, `1.investigation.2.a`.
    pub id: String,
    /// The playbook: 1 after an alert on a connection, 2 after one on a process.
    pub playbook: u8,
    /// Its section.
    pub section: String,
    /// The step, in the playbook's words.
    pub step: String,
    /// Whether it is answered.
    pub answer: Answer,
    /// The answer, or why there is none; a line each.
    pub text: Vec<String>,
    /// The records that it rests on.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub refs: BTreeSet<String>,
}

/// Whether a step is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// With facts.
    Answered,
    /// The sources were examined and show nothing of the kind.
    NothingFound,
    /// The sources that could answer were not there.
    NotExamined,
    /// The case has nothing that the step is about, or it is a step for people.
    NotApplicable,
}
