//! What a job can be started from: a savepoint or a retained checkpoint as a thing of its own (SP-6 to SP-9). Flink:
//! `_metadata` and the state files beside it, `CheckpointMetadata`, `SavepointRestoreSettings`.
//!
//! State belongs to operator ids and is called by its names, never by a place in some scenario: the job that starts from it
//! may be another one. Left out: serializers, and with them state whose type has changed.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::TimeDomain;
use crate::base::{EventTime, OperatorId, TimeWindow, Value};

/// The version of the snapshot format that this build writes.
pub const SNAPSHOT_VERSION: u32 = 1;

/// A snapshot.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// Version of this format: [`SNAPSHOT_VERSION`].
    pub version: u32,
    /// What it is.
    pub kind: SnapshotKind,
    /// The id of the job that took it: 32 hexadecimal digits.
    pub job: String,
    /// Its checkpoint id.
    pub checkpoint: u64,
    /// Where it lies, as Flink says it: `file:/tmp/…/chk-3`.
    pub path: String,
    /// The operators that have a state in it or none: all of the job's.
    pub operators: Vec<SnapshotOperator>,
    /// In-flight data of an unaligned checkpoint (BR-9).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub in_flight: Vec<InFlightRecords>,
}

/// In-flight data between two subtasks, oldest first: what the receiver had not handled, then what its sender had not sent.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct InFlightRecords {
    /// The operator that sent it.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(with = "String"))]
    pub from: OperatorId,
    /// Its subtask.
    pub from_subtask: u32,
    /// The operator that it is for.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(with = "String"))]
    pub to: OperatorId,
    /// Its subtask.
    pub to_subtask: u32,
    /// The records.
    pub records: Vec<InFlightRecord>,
}

/// A record on its way.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct InFlightRecord {
    /// Which input record it comes from.
    pub record: u32,
    /// Its row.
    pub row: Value,
    /// Its timestamp in milliseconds.
    pub time: i64,
}

/// What a snapshot is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SnapshotKind {
    /// A checkpoint that outlived its job (SP-9).
    Checkpoint,
    /// A savepoint in the format of all backends (SP-2).
    CanonicalSavepoint,
    /// A savepoint in the backend's own format.
    NativeSavepoint,
}

/// The state of one operator: a part for each subtask that it had.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SnapshotOperator {
    /// Its id: all that decides which operator gets the state (SP-7).
    #[cfg_attr(not(target_arch = "wasm32"), schemars(with = "String"))]
    pub id: OperatorId,
    /// What the scenario of the job called it, for people.
    pub uid: String,
    /// The number of its key groups (KG-5).
    pub max_parallelism: u32,
    /// Its parts, by subtask.
    pub parts: Vec<SnapshotPart>,
}

/// What one subtask's instance of an operator held.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SnapshotPart {
    /// The subtask had finished (CP-32).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub finished: bool,
    /// Sources: the splits that it had, each with the offset of the next record.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub splits: Vec<SplitPosition>,
    /// Keyed state.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keyed: Vec<KeyedEntry>,
    /// Operator state, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<OperatorList>,
    /// Windows: keyed state too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub windows: Vec<WindowEntry>,
    /// Timers: keyed state too (SB-6).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub timers: Vec<TimerEntry>,
}

/// What a window keeps for a key.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct WindowEntry {
    /// The key.
    pub key: Value,
    /// The window.
    pub window: TimeWindow,
    /// Its records, or the one that they have been put together to.
    pub values: Vec<Value>,
}

/// A timer that is set.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TimerEntry {
    /// Its clock.
    pub domain: TimeDomain,
    /// Its key.
    pub key: Value,
    /// When it fires, in milliseconds of its clock.
    pub time: EventTime,
    /// The window that it belongs to, if it is a window's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<TimeWindow>,
}

/// How far a split has been read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SplitPosition {
    /// Which split: a log's partition, 0 for a collection.
    pub split: u32,
    /// The next record.
    pub offset: u64,
}

/// What a keyed state holds for a key.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct KeyedEntry {
    /// The state's name.
    pub state: String,
    /// The key.
    pub key: Value,
    /// Its value.
    pub value: Value,
}

/// An operator state: a list with a name.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OperatorList {
    /// The state's name.
    pub state: String,
    /// How it is dealt out when the parallelism changes (OS-1).
    pub mode: ListMode,
    /// Its items.
    pub items: Vec<Value>,
}

/// How operator state is dealt out (OS-1).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ListMode {
    /// Contiguous pieces (OS-2).
    SplitDistribute,
    /// Everything to everyone (OS-3).
    Union,
    /// One copy to everyone (OS-3).
    Broadcast,
}

/// `execution.state-recovery.*`: how a job starts from a snapshot.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StateRecovery {
    /// `execution.state-recovery.claim-mode` (SP-8).
    #[serde(default)]
    pub claim_mode: ClaimMode,
    /// `execution.state-recovery.ignore-unclaimed-state`, on the command line `--allowNonRestoredState` (SP-7).
    #[serde(default)]
    pub ignore_unclaimed_state: bool,
}

impl StateRecovery {
    /// Whether nothing is set, so that nothing has to be written.
    pub fn is_default(&self) -> bool {
        *self == StateRecovery::default()
    }
}

/// Who owns the snapshot that a job is started from (SP-8).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ClaimMode {
    /// Whoever it belonged to: Flink never deletes it, and depends on it no longer than to the first own checkpoint.
    #[default]
    NoClaim,
    /// The job: deleted like an own checkpoint when newer ones have taken its place.
    Claim,
    /// Nobody says; deprecated. Not deleted, but increments may go on from it.
    Legacy,
}

impl ClaimMode {
    /// As Flink spells it.
    pub const fn name(self) -> &'static str {
        match self {
            ClaimMode::NoClaim => "NO_CLAIM",
            ClaimMode::Claim => "CLAIM",
            ClaimMode::Legacy => "LEGACY",
        }
    }
}

/// A shared snapshot: inputs are cloned at every edit.
pub type SharedSnapshot = Arc<Snapshot>;

impl SnapshotPart {
    /// Whether the subtask left any state (SP-7: only that must find its operator).
    pub fn has_state(&self) -> bool {
        let SnapshotPart { finished: _, splits, keyed, lists, windows, timers } = self;
        let keyed = !keyed.is_empty() || !windows.is_empty() || !timers.is_empty();
        !splits.is_empty() || keyed || lists.iter().any(|list| !list.items.is_empty())
    }
}

impl SnapshotKind {
    /// Whether it is a savepoint.
    pub const fn is_savepoint(self) -> bool {
        !matches!(self, SnapshotKind::Checkpoint)
    }
}
