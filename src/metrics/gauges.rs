//! The figures behind the metrics, by Flink's names (ME-1, ME-2, BP-4).

use crate::base::{SimDuration, SimTime, SubtaskId};
use crate::engine::{CheckpointStatus, Engine, Load};
use crate::scenario::{OperatorKind, SourceKind};
use crate::trace::{ExecutionState, JobStatus};

/// Metrics of a job (ME-1). Times in milliseconds.
#[derive(Clone, PartialEq, Debug)]
pub struct JobGauges {
    /// `numRestarts`, and `fullRestarts`, which is the same gauge.
    pub num_restarts: u64,
    /// `uptime`: since the job became RUNNING; 0 while it is not.
    pub uptime: i64,
    /// `downtime`: since it stopped being RUNNING; 0 while it runs, -1 once it has ended.
    pub downtime: i64,
    /// `totalNumberOfCheckpoints`.
    pub total: u64,
    /// `numberOfInProgressCheckpoints`.
    pub in_progress: u64,
    /// `numberOfCompletedCheckpoints`.
    pub completed: u64,
    /// `numberOfFailedCheckpoints`.
    pub failed: u64,
    /// `lastCheckpointDuration`, `…Size`, `…FullSize`, `…ProcessedData`, `…PersistedData`, `lastCompletedCheckpointId`; -1
    /// before the first.
    pub last: LastCheckpoint,
    /// `lastCheckpointRestoreTimestamp`, set by a start without any checkpoint too; -1 before that.
    pub last_restore: Option<SimTime>,
}

/// The newest completed checkpoint.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub struct LastCheckpoint {
    pub duration: i64,
    pub size: i64,
    pub full_size: i64,
    pub processed: i64,
    pub persisted: i64,
    pub id: i64,
}

/// Metrics of a subtask (ME-2).
#[derive(Clone, PartialEq, Debug)]
pub struct TaskGauges {
    /// Which.
    pub subtask: SubtaskId,
    /// `idleTimeMsPerSecond` and its siblings.
    pub load: Load,
    /// `busyTimeMsPerSecond` and `accumulateBusyTimeMs` are not a number for sources of the old kind.
    pub busy_is_known: bool,
    /// `accumulate…TimeMs`: busy, idle, back-pressured.
    pub accumulated: [u64; 3],
    /// `maxHardBackPressureTimeMs`.
    pub max_hard: u64,
    /// `isBackPressured`.
    pub is_back_pressured: bool,
    /// `numRecordsIn`.
    pub records_in: u64,
    /// `numRecordsOut`.
    pub records_out: u64,
    /// `numBytesIn`.
    pub bytes_in: u64,
    /// `numBytesOut`.
    pub bytes_out: u64,
    /// `numBuffersOut`.
    pub buffers_out: u64,
    /// `checkpointAlignmentTime` in nanoseconds.
    pub alignment_ns: u64,
    /// `checkpointStartDelayNanos`.
    pub start_delay_ns: u64,
    /// `initializationTime` in milliseconds; -1 before it runs.
    pub initialization: i64,
    /// `mailboxQueueSize`.
    pub mailbox: u64,
    /// `buffers.inPoolUsage` and `buffers.outPoolUsage`.
    pub pool_usage: [f64; 2],
    /// `buffers.inputQueueLength` and `buffers.outputQueueLength`: elements that wait.
    pub queued: [u64; 2],
}

impl JobGauges {
    /// At the engine's moment.
    pub fn of(engine: &Engine) -> JobGauges {
        let (job, coordinator) = (engine.job(), engine.coordinator());
        let now = engine.now();
        let counts = coordinator.counts;
        let since = |at: Option<SimTime>| at.map_or(0, |at| now.since(at).millis() as i64);
        let running = job.status == JobStatus::Running;
        let last = coordinator.history.iter().rev().find(|stats| stats.status == CheckpointStatus::Completed);
        let last = last.map_or(LastCheckpoint::NONE, |stats| LastCheckpoint {
            duration: stats.duration.map_or(-1, |took| took.millis() as i64),
            size: stats.bytes as i64,
            full_size: stats.bytes as i64,
            processed: stats.processed as i64,
            persisted: stats.persisted as i64,
            id: stats.id.0 as i64,
        });
        JobGauges {
            num_restarts: u64::from(job.restarts),
            uptime: if running { since(job.status_since) } else { 0 },
            downtime: match job.status {
                JobStatus::Running => 0,
                status if status.is_terminal() => -1,
                _ => since(job.down_since),
            },
            total: u64::from(counts.total),
            in_progress: coordinator.pending.len() as u64,
            completed: u64::from(counts.completed),
            failed: u64::from(counts.failed),
            last,
            last_restore: coordinator.last_restore.map(|(_, at)| at),
        }
    }
}

impl LastCheckpoint {
    const NONE: LastCheckpoint =
        LastCheckpoint { duration: -1, size: -1, full_size: -1, processed: -1, persisted: -1, id: -1 };
}

impl TaskGauges {
    /// Of every subtask that runs.
    pub fn all(engine: &Engine) -> Vec<TaskGauges> {
        (0..engine.graph().subtasks.len() as u32).filter_map(|id| TaskGauges::of(engine, SubtaskId(id))).collect()
    }

    /// Of one subtask; none while it does not run.
    pub fn of(engine: &Engine, id: SubtaskId) -> Option<TaskGauges> {
        let task = engine.subtask(id);
        if !matches!(task.state, ExecutionState::Running | ExecutionState::Initializing | ExecutionState::Canceling) {
            return None;
        }
        let (now, graph) = (engine.now(), engine.graph());
        let node = &graph.subtasks[id.index()];
        let load = engine.load(id).unwrap_or_default();
        let times = task.times(now);
        let ran = task.running_since.map_or(SimDuration::ZERO, |since| now.since(since));
        let held = times.soft + times.hard;
        let idle = ran.micros().saturating_sub(times.busy.micros() + held.micros()) / 1_000;
        let outputs =
            || node.outputs.iter().flat_map(|output| &output.channels).map(|channel| engine.channel(*channel));
        let inputs = || node.inputs.iter().map(|channel| engine.channel(*channel));
        let heads = task.operators.first().map_or(0, |head| head.records);
        let leaving = task.operators.iter().filter(|runtime| {
            graph.operators[runtime.operator.index()].outputs.iter().any(|output| !graph.edges[*output].chained)
        });
        let timing = engine
            .coordinator()
            .history
            .iter()
            .rev()
            .find_map(|stats| stats.parts.get(&id))
            .map(|part| part.timing)
            .unwrap_or_default();
        let in_use: u64 = inputs().map(|channel| channel.buffers_received()).sum();
        let out_use: u64 = outputs().map(|channel| u64::from(channel.sender_buffers)).sum();
        let pool = |channels: usize, exclusive: u64| (channels as u64 * exclusive + 8).max(1) as f64;
        Some(TaskGauges {
            subtask: id,
            load,
            busy_is_known: !is_legacy_source(engine, id),
            accumulated: [times.busy.millis(), idle, held.millis()],
            max_hard: task.longest_hard_back_pressure().millis(),
            is_back_pressured: matches!(task.activity, crate::engine::Activity::BackPressured(_)),
            records_in: if node.inputs.is_empty() { 0 } else { heads },
            records_out: leaving.map(|runtime| runtime.emitted).sum(),
            bytes_in: inputs().map(|channel| channel.bytes_received()).sum(),
            bytes_out: outputs().map(|channel| channel.bytes).sum(),
            buffers_out: outputs().map(|channel| channel.buffers).sum(),
            alignment_ns: timing.alignment.micros() * 1_000,
            start_delay_ns: timing.start_delay.micros() * 1_000,
            initialization: task.initialization_time().map_or(-1, |took| took.millis() as i64),
            mailbox: task.mailbox.len() as u64,
            pool_usage: [in_use as f64 / pool(inputs().count(), 2), out_use as f64 / pool(outputs().count(), 2)],
            queued: [
                inputs().map(|channel| channel.received as u64).sum(),
                outputs().map(|channel| (channel.queue.len() - channel.received - channel.on_wire) as u64).sum(),
            ],
        })
    }
}

/// Sources with a thread of their own, whose task thread knows nothing of their work.
fn is_legacy_source(engine: &Engine, id: SubtaskId) -> bool {
    let head = engine.graph().task_of(id).operators[0];
    match &engine.input().scenario.operators[head.index()].kind {
        OperatorKind::Source(source) => {
            matches!(source.kind, SourceKind::JavaCollection | SourceKind::PythonCollection)
        }
        _ => false,
    }
}
