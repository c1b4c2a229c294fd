//! What goes wrong with the processes, the network and the storage, rather than in user code: each from a moment on, and
//! until another where it ends. What Flink makes of it is the engine's.
//!
//! Left out: machines and racks (a TaskManager is a process alone), disks of TaskManagers that fail.

use serde::{Deserialize, Serialize};

/// Something that goes wrong, from when until when.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Incident {
    /// What.
    pub what: Mishap,
    /// From this moment on, in milliseconds after submission.
    pub from_ms: u64,
    /// Until this moment; absent = for ever. A process that was killed is replaced by a new one then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until_ms: Option<u64>,
}

/// What can go wrong.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Mishap {
    /// The process of a TaskManager, counted from 0, is killed (HA-1, HA-2). It ends when a new one registers.
    TaskManagerKilled(u32),
    /// A TaskManager stands still, as in an endless garbage collection: nothing of it answers or goes on (HA-1).
    TaskManagerHung(u32),
    /// A TaskManager runs, but nothing that it sends or is sent arrives (HA-1).
    TaskManagerPartitioned(u32),
    /// User code of an operator does not react to being cancelled (JS-7).
    CancelIgnored {
        /// uid of the operator.
        operator: String,
    },
    /// The process of the JobManager is killed (HA-4, HA-5). It ends when a new one is the leader.
    JobManagerKilled,
    /// The checkpoint storage does not do what it should (CS-6).
    Storage(StorageTrouble),
    /// The files of the newest completed checkpoint are gone (CP-37, HA-6).
    CheckpointLost,
    /// The files of the newest completed checkpoint can't be read any more (CP-37).
    CheckpointDamaged,
    /// Messages that say that a checkpoint is complete do not reach the tasks (CP-22).
    NotificationsLost,
}

impl Mishap {
    /// As JSON, as `serde_json` writes it; `quoted` writes a text.
    pub(super) fn json(&self, quoted: impl Fn(&str) -> String) -> String {
        match self {
            Mishap::TaskManagerKilled(manager) => format!("{{\"task_manager_killed\":{manager}}}"),
            Mishap::TaskManagerHung(manager) => format!("{{\"task_manager_hung\":{manager}}}"),
            Mishap::TaskManagerPartitioned(manager) => format!("{{\"task_manager_partitioned\":{manager}}}"),
            Mishap::CancelIgnored { operator } => {
                format!("{{\"cancel_ignored\":{{\"operator\":{}}}}}", quoted(operator))
            }
            Mishap::NotificationsLost => "\"notifications_lost\"".into(),
            Mishap::JobManagerKilled => "\"job_manager_killed\"".into(),
            Mishap::Storage(trouble) => format!("{{\"storage\":\"{}\"}}", trouble.tag()),
            Mishap::CheckpointLost => "\"checkpoint_lost\"".into(),
            Mishap::CheckpointDamaged => "\"checkpoint_damaged\"".into(),
        }
    }

    /// The TaskManager that it happens to.
    pub const fn task_manager(&self) -> Option<u32> {
        match self {
            Mishap::TaskManagerKilled(manager)
            | Mishap::TaskManagerHung(manager)
            | Mishap::TaskManagerPartitioned(manager) => Some(*manager),
            _ => None,
        }
    }
}

/// What can be wrong with a checkpoint storage.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StorageTrouble {
    /// Nobody answers.
    Unreachable,
    /// It answers, and refuses.
    NoPermission,
    /// Nothing can be written any more.
    Full,
    /// Everything takes many times as long.
    Slow,
}

impl StorageTrouble {
    /// All of them.
    pub const ALL: [StorageTrouble; 4] =
        [StorageTrouble::Unreachable, StorageTrouble::NoPermission, StorageTrouble::Full, StorageTrouble::Slow];

    /// Its name in the scenario's JSON.
    pub const fn tag(self) -> &'static str {
        match self {
            StorageTrouble::Unreachable => "unreachable",
            StorageTrouble::NoPermission => "no_permission",
            StorageTrouble::Full => "full",
            StorageTrouble::Slow => "slow",
        }
    }
}
