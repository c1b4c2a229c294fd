//! What is wrong with a scenario: a list, never a panic. The words are in `i18n`; here is which field, what, and how to
//! mend it.

use serde::{Deserialize, Serialize};

use super::Scenario;

/// How bad an issue is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The scenario can't run.
    Error,
    /// It runs, but most likely not as meant.
    Warning,
}

/// One thing that is wrong, and where.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Issue {
    /// Path of the field within the scenario, as in its JSON: `checkpointing.interval_ms`.
    pub field: String,
    /// What is wrong.
    pub kind: IssueKind,
}

/// What can be wrong.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IssueKind {
    /// A whole number outside its range.
    OutOfRange {
        /// What was set.
        value: u64,
        /// Lowest allowed.
        low: u64,
        /// Highest allowed.
        high: u64,
    },
    /// Free text from a lower layer, already a sentence (a CSV or a function that does not compile).
    Because(String),
}

/// How a page can offer to mend an issue.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mend {
    /// Set the number to this.
    Set(u64),
}

impl Scenario {
    /// Everything that is wrong with the scenario; it can run when none is an error.
    pub fn issues(&self) -> Vec<Issue> {
        Vec::new()
    }
}
