//! Flink's own log lines, as a cluster of the simulated release prints them: English in both languages.
//!
//! Left out: stack traces below an exception's first line, hosts and ports, and lines that say nothing about checkpoints
//! and recovery. Timestamps inside lines count milliseconds from the job's submission.

use super::Names;
use crate::base::{AttemptNumber, CheckpointId, RandomStream, SimTime, SortedMap, SubtaskId};
use crate::scenario::{ClaimMode, SnapshotKind};
use crate::trace::{
    AbortReason, ExecutionState, Fact, JobStatus, RefusalReason, StopMode, TaskManagerChange, TraceEvent,
};

/// Flink's log levels that occur here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    /// INFO.
    Info,
    /// WARN.
    Warn,
    /// ERROR.
    Error,
}

impl Level {
    /// As it is printed.
    pub const fn name(self) -> &'static str {
        match self {
            Level::Info => "INFO",
            Level::Warn => "WARN",
            Level::Error => "ERROR",
        }
    }
}

/// A line of a log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogLine {
    /// Its level.
    pub level: Level,
    /// The logger's class, with `org.apache.flink.` before it.
    pub logger: &'static str,
    /// The text; an exception follows on lines of its own.
    pub text: String,
}

const EXECUTION_GRAPH: &str = "runtime.executiongraph.ExecutionGraph";
const JOB_MASTER: &str = "runtime.jobmaster.JobMaster";
const COORDINATOR: &str = "runtime.checkpoint.CheckpointCoordinator";
const FAILURE_MANAGER: &str = "runtime.checkpoint.CheckpointFailureManager";
const DECIDER: &str = "runtime.checkpoint.CheckpointRequestDecider";
const STORE: &str = "runtime.checkpoint.StandaloneCompletedCheckpointStore";
const CHECKPOINTS: &str = "runtime.checkpoint.Checkpoints";
const TASK: &str = "runtime.taskmanager.Task";
const TASK_MANAGER: &str = "runtime.taskexecutor.TaskManagerRunner";
const RESOURCE_MANAGER: &str = "runtime.resourcemanager.StandaloneResourceManager";
const DISPATCHER: &str = "runtime.dispatcher.StandaloneDispatcher";

/// Writes the log of a run, fact by fact. It remembers what a later line quotes from an earlier fact.
#[derive(Clone, Debug, Default)]
pub struct LogBook {
    triggered: SortedMap<CheckpointId, SimTime>,
    thrown: SortedMap<SubtaskId, String>,
    attempts: SortedMap<SubtaskId, AttemptNumber>,
    suppressed: Option<String>,
    started_from: Option<(CheckpointId, String)>,
    has_started: bool,
    savepoint: Option<(CheckpointId, String)>,
}

impl LogBook {
    /// The lines that Flink prints for `event`, in their order.
    pub fn lines(&mut self, event: &TraceEvent, names: &Names) -> Vec<LogLine> {
        let id = &names.job_id;
        match &event.fact {
            Fact::JobStatusChanged { from, to } => self.job(*from, *to, names),
            Fact::TaskStateChanged { subtask, attempt, from, to } => self.task(*subtask, *attempt, *from, *to, names),
            Fact::ExceptionThrown { subtask, message, .. } => {
                self.thrown.insert(*subtask, message.to_string());
                Vec::new()
            }
            Fact::GlobalFailure { cause } => vec![info(
                JOB_MASTER,
                format!("Trying to recover from a global failure.\n{}: {}", cause.class, cause.message),
            )],
            Fact::RestartScheduled { tasks, failed, .. } => vec![info(
                JOB_MASTER,
                match failed {
                    Some(task) => {
                        format!("{tasks} tasks will be restarted to recover the failed task {}.", self.id(*task, names))
                    }
                    None => format!("{tasks} tasks will be restarted to recover from a global failure."),
                },
            )],
            Fact::RestartSuppressed { strategy, cause } => {
                self.suppressed = Some(format!(
                    "org.apache.flink.runtime.JobException: Recovery is suppressed by {strategy}\nCaused by: {}: {}",
                    cause.class, cause.message
                ));
                Vec::new()
            }
            Fact::InitializationFailed { causes } => {
                let causes: Vec<&str> = causes.iter().map(|cause| &**cause).collect();
                vec![LogLine {
                    level: Level::Error,
                    logger: DISPATCHER,
                    text: format!("Job {id} reached terminal state FAILED.\n{}", causes.join("\nCaused by: ")),
                }]
            }
            Fact::RestoreAssigned { checkpoint: None, .. } => {
                vec![info(COORDINATOR, "No checkpoint found during restore.".into())]
            }
            Fact::StartedFromSnapshot { checkpoint, path, claim_mode, ignore_unclaimed, .. } => {
                let allowing = if *ignore_unclaimed { "allowing non restored state" } else { "" };
                let kind = if *claim_mode == ClaimMode::Claim { "Checkpoint" } else { "Savepoint" };
                self.started_from = Some((*checkpoint, format!("{kind} {checkpoint} @ 0 for {id} located at {path}")));
                vec![info(COORDINATOR, format!("Starting job {id} from savepoint {path} ({allowing})"))]
            }
            Fact::SnapshotStateSkipped { operator, stateful } => {
                let empty = if *stateful { "" } else { "empty " };
                vec![info(CHECKPOINTS, format!("Skipping {empty}savepoint state for operator {operator}."))]
            }
            Fact::RestoreAssigned { checkpoint: Some(checkpoint), .. } if self.is_start(*checkpoint) => {
                let (_, from) = self.started_from.clone().unwrap_or_default();
                let reset = format!("Reset the checkpoint ID of job {id} to {}.", checkpoint.0.saturating_add(1));
                let restoring = format!("Restoring job {id} from {from}.");
                let first = !std::mem::replace(&mut self.has_started, true);
                let reset = first.then(|| info(COORDINATOR, reset));
                reset.into_iter().chain(Some(info(COORDINATOR, restoring))).collect()
            }
            Fact::RestoreAssigned { checkpoint: Some(checkpoint), .. } => vec![info(
                COORDINATOR,
                format!(
                    "Restoring job {id} from Checkpoint {checkpoint} @ {} for {id} located at {}.",
                    self.triggered_at(*checkpoint).millis(),
                    path(names, *checkpoint)
                ),
            )],
            Fact::TaskManagerChanged { task_manager, change } => task_manager_lines(*task_manager, *change),
            Fact::CancellationStuck { subtask, stuck_for } => vec![LogLine {
                level: Level::Warn,
                logger: TASK,
                text: format!(
                    "Task '{}' did not react to cancelling signal - interrupting; it is stuck for {} seconds in method:",
                    names.subtask_in_log(*subtask),
                    stuck_for.millis() / 1_000
                ),
            }],
            _ => self.checkpoint(event, names),
        }
    }

    fn job(&mut self, from: JobStatus, to: JobStatus, names: &Names) -> Vec<LogLine> {
        let Names { job, job_id: id, .. } = names;
        let mut text = format!("Job {job} ({id}) switched from state {from} to {to}.");
        if matches!(to, JobStatus::Failing | JobStatus::Failed)
            && let Some(cause) = &self.suppressed
        {
            text.push('\n');
            text.push_str(cause);
        }
        let mut lines = vec![info(EXECUTION_GRAPH, text)];
        if to.is_terminal() {
            lines.push(info(COORDINATOR, format!("Stopping checkpoint coordinator for job {id}.")));
            lines.push(info(DISPATCHER, format!("Job {id} reached terminal state {to}.")));
        }
        lines
    }

    fn task(
        &mut self,
        subtask: SubtaskId,
        attempt: AttemptNumber,
        from: ExecutionState,
        to: ExecutionState,
        names: &Names,
    ) -> Vec<LogLine> {
        self.attempts.insert(subtask, attempt);
        let (name, id) = (names.subtask_in_log(subtask), self.id(subtask, names));
        if to == ExecutionState::Created {
            self.thrown.remove(&subtask);
            return Vec::new();
        }
        if to != ExecutionState::Failed {
            return vec![info(EXECUTION_GRAPH, format!("{name} ({id}) switched from {from} to {to}."))];
        }
        let Some(cause) = self.thrown.get(&subtask) else {
            // The JobManager itself found the attempt to have failed.
            return vec![info(EXECUTION_GRAPH, format!("{name} ({id}) switched from {from} to FAILED."))];
        };
        vec![
            LogLine {
                level: Level::Warn,
                logger: TASK,
                text: format!("{name}#{attempt} ({id}) switched from {from} to FAILED with failure cause:\n{cause}"),
            },
            info(EXECUTION_GRAPH, format!("{name} ({id}) switched from {from} to FAILED on taskmanager.\n{cause}")),
        ]
    }

    fn checkpoint(&mut self, event: &TraceEvent, names: &Names) -> Vec<LogLine> {
        let id = &names.job_id;
        match &event.fact {
            Fact::TriggerRefused { reason, blocking, .. } if *reason == RefusalReason::NotAllRequiredTasksRunning => {
                vec![info(
                    FAILURE_MANAGER,
                    format!(
                        "Failed to trigger checkpoint for job {id} since Checkpoint triggering task {} of job {id} is not \
                     being executed at the moment. Aborting checkpoint. Failure reason: {}.",
                        blocking.map_or("?", |task| names.subtask_in_log(task)),
                        reason.message()
                    ),
                )]
            }
            Fact::TriggerQueued { waited } if waited.millis() > 100 => {
                vec![info(DECIDER, format!("checkpoint request time in queue: {}", waited.millis()))]
            }
            Fact::SavepointStarted { checkpoint, kind, stop, .. } => {
                let (name, action) = match stop {
                    None => ("Savepoint", "NONE"),
                    Some(StopMode::Drain) => ("Terminate Savepoint", "TERMINATE"),
                    Some(StopMode::NoDrain) => ("Suspend Savepoint", "SUSPEND"),
                };
                let format = if *kind == SnapshotKind::NativeSavepoint { "NATIVE" } else { "CANONICAL" };
                let text =
                    format!("SavepointType{{name='{name}', postCheckpointAction={action}, formatType={format}}}");
                self.savepoint = Some((*checkpoint, text));
                let what = if stop.is_some() { "stop-with-savepoint" } else { "savepoint" };
                vec![info(JOB_MASTER, format!("Triggering {what} for job {id}."))]
            }
            Fact::CheckpointTriggered { checkpoint, .. } if self.is_savepoint(*checkpoint) => {
                self.triggered.insert(*checkpoint, event.at);
                let (_, kind) = self.savepoint.clone().unwrap_or_default();
                let at = event.at.millis();
                let text = format!("Triggering checkpoint {checkpoint} (type={kind}) @ {at} for job {id}.");
                vec![info(COORDINATOR, text)]
            }
            Fact::CheckpointTriggered { checkpoint, .. } => {
                self.triggered.insert(*checkpoint, event.at);
                vec![info(
                    COORDINATOR,
                    format!(
                        "Triggering checkpoint {checkpoint} (type=CheckpointType{{name='Checkpoint', \
                         sharingFilesStrategy=FORWARD_BACKWARD}}) @ {} for job {id}.",
                        event.at.millis()
                    ),
                )]
            }
            Fact::LateAcknowledge { checkpoint, subtask } => vec![LogLine {
                level: Level::Warn,
                logger: COORDINATOR,
                text: format!(
                    "Received late message for now expired checkpoint attempt {checkpoint} from task {} of job {id}.",
                    self.id(*subtask, names)
                ),
            }],
            Fact::CheckpointDeclined { checkpoint, subtask, .. } => vec![info(
                COORDINATOR,
                format!("Decline checkpoint {checkpoint} by task {} of job {id}.", self.id(*subtask, names)),
            )],
            Fact::CheckpointCompleted { checkpoint, bytes, duration } => {
                let finalization = event.at.since(self.triggered_at(*checkpoint)) - *duration;
                vec![info(
                    COORDINATOR,
                    format!(
                        "Completed checkpoint {checkpoint} for job {id} ({bytes} bytes, checkpointDuration={} ms, \
                         finalizationTime={} ms).",
                        duration.millis(),
                        finalization.millis()
                    ),
                )]
            }
            Fact::CheckpointAborted { checkpoint, reason, failures } => aborted(*checkpoint, *reason, *failures, id),
            Fact::CheckpointRetained { checkpoint } => vec![info(
                STORE,
                format!("Checkpoint with ID {checkpoint} at '{}' not discarded.", path(names, *checkpoint)),
            )],
            _ => Vec::new(),
        }
    }

    /// Whether a checkpoint is the snapshot that the job was started from.
    fn is_start(&self, checkpoint: CheckpointId) -> bool {
        self.started_from.as_ref().is_some_and(|(id, _)| *id == checkpoint)
    }

    fn is_savepoint(&self, checkpoint: CheckpointId) -> bool {
        self.savepoint.as_ref().is_some_and(|(id, _)| *id == checkpoint)
    }

    fn triggered_at(&self, checkpoint: CheckpointId) -> SimTime {
        self.triggered.get(&checkpoint).copied().unwrap_or_default()
    }

    /// `graph id _ vertex id _ subtask index _ attempt`, as Flink makes an attempt's id. The first two are made up.
    fn id(&self, subtask: SubtaskId, names: &Names) -> String {
        let attempt = self.attempts.get(&subtask).copied().unwrap_or_default();
        let seed = names.job_id.bytes().fold(0, |sum: u64, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
        let (task, index) = names.task_and_index(subtask);
        let graph = RandomStream::new(seed, 1).hex(16);
        let vertex = RandomStream::new(seed, 2 + u64::from(task)).hex(16);
        format!("{graph}_{vertex}_{index}_{attempt}")
    }
}

fn task_manager_lines(manager: u32, change: TaskManagerChange) -> Vec<LogLine> {
    let id = format!("tm-{}", manager + 1);
    let because = match change {
        TaskManagerChange::Unreachable | TaskManagerChange::HeartbeatTimedOut | TaskManagerChange::Disconnected => {
            change.cause(&id).message
        }
        TaskManagerChange::ShutDown => {
            let text = "Fatal error occurred while executing the TaskManager. Shutting it down...".into();
            return vec![LogLine { level: Level::Error, logger: TASK_MANAGER, text }];
        }
        TaskManagerChange::Registered => {
            return vec![info(
                RESOURCE_MANAGER,
                format!("Registering TaskManager with ResourceID {id} at ResourceManager"),
            )];
        }
        _ => return Vec::new(),
    };
    let mut lines = vec![info(JOB_MASTER, format!("Disconnect TaskExecutor {id} because: {because}"))];
    if change != TaskManagerChange::Disconnected {
        lines.insert(0, info(JOB_MASTER, because.to_string()));
    }
    lines
}

fn aborted(checkpoint: CheckpointId, reason: AbortReason, failures: u32, job_id: &str) -> Vec<LogLine> {
    let mut lines = Vec::new();
    if reason == AbortReason::CheckpointExpired {
        let text = format!("Checkpoint {checkpoint} of job {job_id} expired before completing.");
        lines.push(info(COORDINATOR, text));
    }
    lines.push(LogLine {
        level: Level::Warn,
        logger: FAILURE_MANAGER,
        text: format!(
            "Failed to trigger or complete checkpoint {checkpoint} for job {job_id}. ({failures} consecutive failed \
             attempts so far)\norg.apache.flink.runtime.checkpoint.CheckpointException: {}",
            reason.message()
        ),
    });
    lines
}

fn path(names: &Names, checkpoint: CheckpointId) -> String {
    match names.directory.trim_end_matches('/') {
        "" => "<checkpoint-not-externally-addressable>".into(),
        directory => format!("{directory}/{}/chk-{checkpoint}", names.job_id),
    }
}

fn info(logger: &'static str, text: String) -> LogLine {
    LogLine { level: Level::Info, logger, text }
}
