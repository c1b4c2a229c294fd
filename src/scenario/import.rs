//! Reading a scenario or a run from JSON that somebody else may have written: bounded in size and depth, of this version or
//! an older one, and with an error that says where and what.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use serde_json::error::Category;

use super::{Commands, RunInput, SCENARIO_VERSION, Scenario, limits};

/// Why a text is not a scenario. Lines and columns are counted from 1.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportError {
    /// A text that is too long.
    TooLong {
        /// Its bytes.
        bytes: u64,
        /// The most allowed.
        limit: u64,
    },
    /// Nested too deeply.
    TooDeep,
    /// Not JSON.
    Syntax {
        /// Where.
        line: u64,
        /// Where in the line.
        column: u64,
        /// What the reader says, in English.
        message: String,
    },
    /// The text ends in the middle.
    Incomplete,
    /// JSON, but neither a scenario nor a run: it has no version.
    NotAScenario,
    /// Written by a newer build.
    TooNew {
        /// The version of its format.
        version: u64,
        /// The newest that this build reads.
        supported: u32,
    },
    /// A version that never was.
    UnknownVersion {
        /// What stands there.
        version: u64,
    },
    /// The right version, but something in it does not belong there or is missing.
    Mismatch {
        /// Where; 0 when it was migrated from an older version.
        line: u64,
        /// Where in the line.
        column: u64,
        /// What.
        what: Mismatch,
    },
}

/// What does not fit the format.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mismatch {
    /// A field that must be there.
    MissingField(String),
    /// A field that the format does not have.
    UnknownField(String),
    /// A word that is none of those allowed here.
    UnknownWord(String),
    /// A field given twice.
    TwiceGiven(String),
    /// Something else, as the reader says it in English.
    Other(String),
}

/// Reads a run, or a bare scenario as a run with seed 0 and no commands. What it reads may still have issues.
///
/// # Errors
/// Why it is neither.
pub fn from_json(text: &str) -> Result<RunInput, ImportError> {
    if text.len() > limits::JSON_BYTES {
        return Err(ImportError::TooLong { bytes: text.len() as u64, limit: limits::JSON_BYTES as u64 });
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let json: Json = serde_json::from_str(text).map_err(|error| read_error(&error))?;
    let is_run = json.get("scenario").is_some();
    let scenario = json.get("scenario").unwrap_or(&json);
    let version = scenario.get("version").and_then(Json::as_u64).ok_or(ImportError::NotAScenario)?;
    if version > u64::from(SCENARIO_VERSION) {
        return Err(ImportError::TooNew { version, supported: SCENARIO_VERSION });
    }
    if version < u64::from(SCENARIO_VERSION) {
        // Version 1 is the first. A later one migrates the JSON of its predecessors here, one step after the other.
        return Err(ImportError::UnknownVersion { version });
    }
    // Read from the text once more, because only then does an error know its line.
    let run = if is_run { serde_json::from_str(text) } else { serde_json::from_str(text).map(of_scenario) };
    run.map_err(|error| read_error(&error))
}

fn of_scenario(scenario: Scenario) -> RunInput {
    RunInput { scenario, seed: 0, commands: Commands::default(), snapshot: None }
}

impl RunInput {
    /// The run as JSON that [`from_json`] reads, indented for people.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a run is made of nothing that JSON can't hold")
    }
}

fn read_error(error: &serde_json::Error) -> ImportError {
    let (line, column) = (error.line() as u64, error.column() as u64);
    let full = error.to_string();
    let message = full.rsplit_once(" at line ").map_or(full.as_str(), |(message, _)| message);
    match error.classify() {
        Category::Eof => ImportError::Incomplete,
        Category::Data => ImportError::Mismatch { line, column, what: mismatch(message) },
        Category::Syntax | Category::Io if message.contains("recursion limit") => ImportError::TooDeep,
        Category::Syntax | Category::Io => ImportError::Syntax { line, column, message: message.into() },
    }
}

/// The reader's sentence as a kind: it puts the names that matter into backticks.
fn mismatch(message: &str) -> Mismatch {
    let name = || message.split('`').nth(1).unwrap_or("").to_owned();
    if message.starts_with("missing field") {
        Mismatch::MissingField(name())
    } else if message.starts_with("unknown field") {
        Mismatch::UnknownField(name())
    } else if message.starts_with("unknown variant") {
        Mismatch::UnknownWord(name())
    } else if message.starts_with("duplicate field") {
        Mismatch::TwiceGiven(name())
    } else {
        Mismatch::Other(message.into())
    }
}
