//! Everything below `execution.checkpointing`, with Flink's names, units and defaults.

use serde::{Deserialize, Serialize};

/// Checkpointing settings. Milliseconds throughout, as in Flink's own setters.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Checkpointing {
    /// `execution.checkpointing.interval`; absent = checkpointing is off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval_ms: Option<u64>,
    /// `execution.checkpointing.mode`.
    pub mode: CheckpointingMode,
    /// `execution.checkpointing.timeout`.
    pub timeout_ms: u64,
    /// `execution.checkpointing.min-pause`.
    pub min_pause_ms: u64,
    /// `execution.checkpointing.max-concurrent-checkpoints`.
    pub max_concurrent: u32,
    /// `execution.checkpointing.tolerable-failed-checkpoints`.
    pub tolerable_failed: u32,
    /// `execution.checkpointing.num-retained`.
    pub num_retained: u32,
    /// `execution.checkpointing.externalized-checkpoint-retention`.
    pub retention: Retention,
    /// Where completed checkpoints are kept.
    pub storage: CheckpointStorage,
    /// `execution.checkpointing.savepoint-dir`: where savepoints go for which nobody names a directory (SP-1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub savepoint_dir: Option<String>,
    /// `execution.checkpointing.checkpoints-after-tasks-finish`.
    pub after_tasks_finish: bool,
    /// `execution.checkpointing.data-inline-threshold` (1.x: `state.storage.fs.memory-threshold`) in bytes: a smaller state
    /// lies in `_metadata` (CS-3).
    #[serde(default = "usual_inline_threshold", skip_serializing_if = "is_usual_inline_threshold")]
    pub inline_threshold: u64,
    /// `execution.checkpointing.unaligned.enabled`; absent = off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unaligned: Option<Unaligned>,
}

/// 20 kb.
const fn usual_inline_threshold() -> u64 {
    20_480
}

const fn is_usual_inline_threshold(bytes: &u64) -> bool {
    *bytes == usual_inline_threshold()
}

/// Unaligned checkpoints are on (BR-9 to BR-12).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Unaligned {
    /// `execution.checkpointing.unaligned.forced`: also with custom partitioners, of which there are none here.
    #[serde(default)]
    pub forced: bool,
    /// `execution.checkpointing.aligned-checkpoint-timeout`: a checkpoint starts aligned and turns unaligned after this
    /// long; 0 = unaligned at once.
    #[serde(default)]
    pub aligned_timeout_ms: u64,
}

impl Checkpointing {
    /// Unaligned checkpoints as they are in force: with at-least-once Flink switches them off (BR-11).
    pub fn unaligned_in_force(&self) -> Option<Unaligned> {
        self.unaligned.filter(|_| self.mode == CheckpointingMode::ExactlyOnce)
    }
}

impl Default for Checkpointing {
    fn default() -> Self {
        Checkpointing {
            interval_ms: None,
            mode: CheckpointingMode::ExactlyOnce,
            timeout_ms: 600_000,
            min_pause_ms: 0,
            max_concurrent: 1,
            tolerable_failed: 0,
            num_retained: 1,
            retention: Retention::NoExternalizedCheckpoints,
            storage: CheckpointStorage::default(),
            savepoint_dir: None,
            after_tasks_finish: true,
            inline_threshold: usual_inline_threshold(),
            unaligned: None,
        }
    }
}

/// `execution.checkpointing.mode`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CheckpointingMode {
    /// Barriers block their channel until all have arrived (BR-4).
    ExactlyOnce,
    /// Nothing is blocked (BR-8).
    AtLeastOnce,
}

/// `execution.checkpointing.externalized-checkpoint-retention` (CS-8).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Retention {
    /// Deleted whenever the job ends.
    NoExternalizedCheckpoints,
    /// Kept only when the job fails.
    DeleteOnCancellation,
    /// Kept when the job fails or is cancelled.
    RetainOnCancellation,
}

/// Where completed checkpoints are kept (CS-1).
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CheckpointStorage {
    /// On the JobManager's heap: at most 5 MiB a state, lost with the JobManager (CS-2).
    #[default]
    JobManager,
    /// In a directory that all processes see (CS-3).
    FileSystem {
        /// `execution.checkpointing.dir`, with a scheme.
        dir: String,
    },
}
