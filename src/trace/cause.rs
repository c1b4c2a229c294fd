//! Why something failed: where the exception came from, and its chain of causes; what becomes of TaskManagers.

use std::sync::Arc;

use serde::Serialize;

/// Where an exception came from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FailurePhase {
    /// While handling a record.
    Record,
    /// In `snapshotState` (CP-28).
    SnapshotSync,
    /// While writing state (CP-28).
    SnapshotAsync,
    /// In `notifyCheckpointComplete` (CP-22).
    Notify,
    /// While committing a transaction (EO-2).
    Commit,
    /// While restoring state (CP-37).
    Restore,
    /// A connection to another TaskManager closed (HA-1).
    Network,
}

/// What can happen to the JobManager (HA-4, HA-5).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum JobManagerChange {
    /// Its process was killed.
    Killed,
    /// The TaskManagers missed its heartbeats and stopped the job's tasks.
    Missed,
    /// A new leader takes the job over.
    Elected,
    /// A new process is up, which knows nothing of the job.
    StartedEmpty,
}

/// What can happen to a TaskManager (HA-1, HA-2).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskManagerChange {
    /// Its process was killed; nobody knows yet.
    Killed,
    /// It ended itself because a task could not be cancelled (JS-7).
    ShutDown,
    /// It stands still.
    Hung,
    /// No message reaches or leaves it.
    Partitioned,
    /// It goes on, or can be reached again.
    Healed,
    /// The JobManager gave it up: two heartbeats in a row could not be sent.
    Unreachable,
    /// The JobManager gave it up: it did not answer for the heartbeat timeout.
    HeartbeatTimedOut,
    /// The JobManager gave it up: it said that it ends.
    Disconnected,
    /// The JobManager knows it and can use its slots.
    Registered,
}

impl TaskManagerChange {
    /// Why the attempts of a TaskManager that was given up have failed.
    pub fn cause(self, id: &str) -> Cause {
        let (class, message) = match self {
            TaskManagerChange::HeartbeatTimedOut => {
                ("java.util.concurrent.TimeoutException", format!("Heartbeat of TaskManager with id {id} timed out."))
            }
            TaskManagerChange::Disconnected => {
                ("org.apache.flink.util.FlinkException", "The TaskExecutor is shutting down.".into())
            }
            _ => (
                "org.apache.flink.runtime.jobmaster.JobMasterException",
                format!("TaskManager with id {id} is no longer reachable."),
            ),
        };
        Cause { class, message: message.into() }
    }
}

/// Why something failed: exception class and message.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Cause {
    /// `java.lang.RuntimeException`.
    pub class: &'static str,
    /// The message; causes of the cause follow as Java prints them, each after [`Cause::CAUSED_BY`].
    pub message: Arc<str>,
}

impl Cause {
    /// What stands before a nested cause.
    pub const CAUSED_BY: &str = "\nCaused by: ";

    /// The chain, outermost first, each link as `class: message`.
    pub fn chain(&self) -> Vec<String> {
        let whole = format!("{}: {}", self.class, self.message);
        whole.split(Cause::CAUSED_BY).map(str::to_owned).collect()
    }
}
