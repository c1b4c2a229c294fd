//! What somebody does during a run: at a moment, or as a script whose steps wait for conditions. Recorded runs are
//! replayed as such scripts.

use serde::{Deserialize, Serialize};

use super::SnapshotKind;
use super::incidents::Mishap;
use crate::base::SimTime;

/// The command log of a run.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Commands {
    /// Actions at moments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub at: Vec<TimedAction>,
    /// Actions that wait for something, each on its own; each happens once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub when: Vec<WaitingAction>,
    /// One script: each step begins when the one before it is done.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub script: Vec<Step>,
}

/// An action at a moment.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TimedAction {
    /// When, in microseconds after submission.
    pub at: SimTime,
    /// What.
    pub action: Action,
}

/// An action that waits for something.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct WaitingAction {
    /// Until when.
    pub when: Condition,
    /// What.
    pub action: Action,
}

/// A step of a script.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Wait until the condition holds.
    Wait(Condition),
    /// Do something.
    Do(Action),
}

/// Something that a person can do to a running job.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// A gated source may emit its first `upto` records (of each partition when `subtask` is absent).
    Permit {
        /// uid of the source.
        source: String,
        /// Only this subtask.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        subtask: Option<u32>,
        /// How many records of the subtask's input in all.
        upto: u64,
    },
    /// A gated source may emit so many records more, counted from where it stands.
    PermitMore {
        /// uid of the source.
        source: String,
        /// Only this subtask.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        subtask: Option<u32>,
        /// How many more.
        records: u64,
    },
    /// A source sits inside its checkpoint lock (true) or leaves it (false): no barrier can be injected meanwhile (BR-2).
    Hold {
        /// uid of the source.
        source: String,
        /// Sit or leave.
        on: bool,
    },
    /// Trigger a checkpoint by hand (non-periodic, CP-11).
    TriggerCheckpoint,
    /// The operator throws at the next record it handles.
    Fail {
        /// uid of the operator.
        operator: String,
        /// Only this subtask.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        subtask: Option<u32>,
        /// The exception's message.
        message: String,
    },
    /// Take a savepoint (SP-1): the job runs on.
    TriggerSavepoint {
        /// Canonical or native (SP-2).
        format: SavepointFormat,
        /// The directory in which it gets one of its own; `execution.checkpointing.savepoint-dir` when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        dir: Option<String>,
    },
    /// Stop the job with a savepoint (SP-4).
    StopWithSavepoint {
        /// Canonical or native (SP-2).
        format: SavepointFormat,
        /// `--drain`: as if the data ended here.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        drain: bool,
        /// As for a savepoint.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        dir: Option<String>,
    },
    /// Stop with a savepoint and start from it with another `parallelism.default`.
    Rescale {
        /// The new parallelism.
        parallelism: u32,
        /// As for a savepoint.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        dir: Option<String>,
    },
    /// From now on the operator takes so much longer for each record; 0 = as before.
    SlowDown {
        /// uid of the operator.
        operator: String,
        /// Only this subtask.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        subtask: Option<u32>,
        /// How much longer, in milliseconds.
        ms: u64,
    },
    /// Cancel the job.
    Cancel,
    /// Something goes wrong from now on.
    Begin(Mishap),
    /// It is over; a killed process is replaced by a new one.
    End(Mishap),
}

/// The format of a savepoint (SP-2).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SavepointFormat {
    /// Readable by every state backend; Flink's default.
    #[default]
    Canonical,
    /// The backend's own.
    Native,
}

impl SavepointFormat {
    /// As Flink spells it.
    pub const fn name(self) -> &'static str {
        match self {
            SavepointFormat::Canonical => "CANONICAL",
            SavepointFormat::Native => "NATIVE",
        }
    }

    /// What such a savepoint is.
    pub const fn kind(self) -> SnapshotKind {
        match self {
            SavepointFormat::Canonical => SnapshotKind::CanonicalSavepoint,
            SavepointFormat::Native => SnapshotKind::NativeSavepoint,
        }
    }
}

impl Action {
    /// The action as JSON. By hand, as `serde_json` writes it: a run says it in its trace, and needs no serializer for that.
    pub fn json(&self) -> String {
        let subtask = |only: &Option<u32>| only.map_or(String::new(), |only| format!(",\"subtask\":{only}"));
        let dir = |dir: &Option<String>| dir.as_ref().map_or(String::new(), |dir| format!(",\"dir\":{}", quoted(dir)));
        match self {
            Action::Permit { source, subtask: only, upto } => {
                format!("{{\"permit\":{{\"source\":{}{},\"upto\":{upto}}}}}", quoted(source), subtask(only))
            }
            Action::PermitMore { source, subtask: only, records } => {
                format!("{{\"permit_more\":{{\"source\":{}{},\"records\":{records}}}}}", quoted(source), subtask(only))
            }
            Action::Hold { source, on } => format!("{{\"hold\":{{\"source\":{},\"on\":{on}}}}}", quoted(source)),
            Action::TriggerCheckpoint => "\"trigger_checkpoint\"".into(),
            Action::Fail { operator, subtask: only, message } => {
                let (operator, message) = (quoted(operator), quoted(message));
                format!("{{\"fail\":{{\"operator\":{operator}{},\"message\":{message}}}}}", subtask(only))
            }
            Action::TriggerSavepoint { format, dir: to } => {
                format!("{{\"trigger_savepoint\":{{\"format\":\"{}\"{}}}}}", format.name(), dir(to))
            }
            Action::StopWithSavepoint { format, drain, dir: to } => {
                let drain = if *drain { ",\"drain\":true" } else { "" };
                format!("{{\"stop_with_savepoint\":{{\"format\":\"{}\"{drain}{}}}}}", format.name(), dir(to))
            }
            Action::Rescale { parallelism, dir: to } => {
                format!("{{\"rescale\":{{\"parallelism\":{parallelism}{}}}}}", dir(to))
            }
            Action::SlowDown { operator, subtask: only, ms } => {
                format!("{{\"slow_down\":{{\"operator\":{}{},\"ms\":{ms}}}}}", quoted(operator), subtask(only))
            }
            Action::Cancel => "\"cancel\"".into(),
            Action::Begin(what) => format!("{{\"begin\":{}}}", what.json(quoted)),
            Action::End(what) => format!("{{\"end\":{}}}", what.json(quoted)),
        }
    }
}

/// A text as a JSON string.
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        let escape = match c {
            '"' | '\\' => c,
            '\u{8}' => 'b',
            '\u{c}' => 'f',
            '\n' => 'n',
            '\r' => 'r',
            '\t' => 't',
            '\0'..' ' => {
                quoted.push_str(&format!("\\u{:04x}", u32::from(c)));
                continue;
            }
            _ => {
                quoted.push(c);
                continue;
            }
        };
        quoted.extend(['\\', escape]);
    }
    quoted.push('"');
    quoted
}

/// What a script's step waits for.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// So many milliseconds since the step before.
    Elapsed(u64),
    /// All tasks RUNNING (or FINISHED) and the job RUNNING.
    AllRunning,
    /// So many rows printed by the sink in all attempts.
    Printed {
        /// uid of the sink.
        sink: String,
        /// At least this many.
        count: u64,
    },
    /// A row with this text printed, by this attempt when given.
    PrintedText {
        /// uid of the sink.
        sink: String,
        /// The row's text.
        text: String,
        /// The attempt that printed it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        attempt: Option<u32>,
    },
    /// So many exceptions thrown in all.
    Thrown(u64),
    /// The last checkpoint that a script step triggered has completed or failed.
    CheckpointDone,
    /// So many checkpoints completed in all.
    CompletedCheckpoints(u64),
    /// An operator has begun with so many records, in all attempts and subtasks.
    Records {
        /// uid of the operator.
        operator: String,
        /// At least this many.
        count: u64,
    },
    /// The checkpoint or savepoint with this id has been triggered.
    CheckpointTriggered(u64),
    /// The checkpoint or savepoint with this id has completed.
    CheckpointCompleted(u64),
    /// The checkpoint or savepoint with this id has failed.
    CheckpointFailed(u64),
    /// The job is in its n-th attempt (restarts done) and all tasks run.
    Restarted(u32),
    /// The job reached a terminal state.
    Ended,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::scenario::StorageTrouble;

    proptest! {
        #[test]
        fn an_action_is_written_as_serde_writes_it(
            name in "(?s).{0,8}|[\\x00-\\x7f]{0,40}",
            message in any::<String>(),
            subtask: Option<u32>,
            number: u64,
            on: bool,
        ) {
            let actions = [
                Action::Permit { source: name.clone(), subtask, upto: number },
                Action::PermitMore { source: name.clone(), subtask, records: number },
                Action::Hold { source: name.clone(), on },
                Action::TriggerCheckpoint,
                Action::Fail { operator: name.clone(), subtask, message: message.clone() },
                Action::TriggerSavepoint { format: SavepointFormat::Native, dir: on.then(|| message.clone()) },
                Action::StopWithSavepoint { format: SavepointFormat::Canonical, drain: on, dir: Some(message.clone()) },
                Action::Rescale { parallelism: number as u32, dir: on.then_some(message) },
                Action::SlowDown { operator: name.clone(), subtask, ms: number },
                Action::Cancel,
                Action::Begin(Mishap::CancelIgnored { operator: name.clone() }),
                Action::End(Mishap::NotificationsLost),
                Action::Begin(Mishap::JobManagerKilled),
                Action::Begin(Mishap::Storage(StorageTrouble::NoPermission)),
                Action::Begin(Mishap::CheckpointLost),
                Action::End(Mishap::CheckpointDamaged),
                Action::Begin(Mishap::TaskManagerKilled(7)),
                Action::Begin(Mishap::TaskManagerHung(0)),
                Action::End(Mishap::TaskManagerPartitioned(1)),
            ];
            for action in actions {
                prop_assert_eq!(action.json(), serde_json::to_string(&action).expect("it is plain data"));
            }
        }
    }
}
