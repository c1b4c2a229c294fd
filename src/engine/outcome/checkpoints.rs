//! The checkpoints of a run, as Flink's own tab lists them (UI-2, UI-3, BR-14, BR-15).

use std::collections::BTreeMap;

use serde::Serialize;

use crate::base::{CheckpointId, SimTime, SubtaskId};
use crate::graph::ExecutionGraph;
use crate::trace::{Fact, RefusalReason, TraceEvent};

/// Flink's counters (UI-5).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct CheckpointCounts {
    /// Ids given plus requests refused before they got one.
    pub total: u64,
    /// Completed.
    pub completed: u64,
    /// Given up, or refused.
    pub failed: u64,
    /// Neither yet.
    pub in_progress: u64,
    /// Restores from a checkpoint.
    pub restored: u64,
}

/// One checkpoint.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct CheckpointOutcome {
    /// Its id.
    pub id: u64,
    /// `IN_PROGRESS`, `COMPLETED` or `FAILED`.
    pub status: String,
    /// Whether the periodic scheduler asked for it.
    pub periodic: bool,
    /// A savepoint's directory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub savepoint: Option<String>,
    /// When it was triggered, in milliseconds after submission.
    pub trigger_time_ms: u64,
    /// When the last subtask acknowledged it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latest_ack_time_ms: Option<u64>,
    /// From trigger to the last acknowledgement, or to the failure (BR-15).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_to_end_duration_ms: Option<u64>,
    /// Why it failed, in Flink's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_reason: Option<String>,
    /// Bytes written for it.
    pub checkpointed_size: u64,
    /// Subtasks that acknowledged.
    pub acknowledged_subtasks: u32,
    /// Subtasks that had to.
    pub subtasks: u32,
    /// Whether it completed and its files are gone.
    pub discarded: bool,
    /// Its subtasks, as far as they got.
    pub subtask_details: Vec<SubtaskCheckpoint>,
}

/// One subtask's part in a checkpoint (BR-14). Durations in milliseconds.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct SubtaskCheckpoint {
    /// `task (i/p)`.
    pub subtask: String,
    /// When its acknowledgement arrived, after submission.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ack_time_ms: Option<u64>,
    /// From trigger to acknowledgement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_to_end_duration_ms: Option<u64>,
    /// From trigger to the first barrier, or to the execution of the trigger at a source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_delay_ms: Option<u64>,
    /// From the first barrier to the last.
    pub alignment_duration_ms: u64,
    /// Synchronous part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sync_duration_ms: Option<u64>,
    /// Asynchronous part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub async_duration_ms: Option<u64>,
    /// Bytes that it wrote.
    pub checkpointed_size: u64,
    /// Bytes of in-flight data among them.
    #[serde(skip_serializing_if = "is_zero")]
    pub persisted_data: u64,
    /// Records of in-flight data.
    #[serde(skip_serializing_if = "is_zero")]
    pub persisted_records: u64,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// The moments of one subtask's part.
#[derive(Clone, Copy, Default)]
struct Part {
    first_barrier: Option<SimTime>,
    started: Option<SimTime>,
    taken: Option<SimTime>,
    stored: Option<SimTime>,
    acknowledged: Option<SimTime>,
    bytes: u64,
    persisted: (u64, u64),
    last_barrier: Option<SimTime>,
}

/// Collects the checkpoints of a trace.
#[derive(Default)]
pub(super) struct Checkpoints {
    rows: BTreeMap<CheckpointId, Row>,
    savepoint: Option<(CheckpointId, String)>,
    refused: u64,
    restored: u64,
    /// The newest completed one that a dead JobManager's statistics held.
    before: Option<CheckpointId>,
}

struct Row {
    triggered: SimTime,
    ended: Option<SimTime>,
    outcome: CheckpointOutcome,
    parts: BTreeMap<SubtaskId, Part>,
}

impl Checkpoints {
    pub(super) fn apply(&mut self, graph: &ExecutionGraph, event: &TraceEvent) {
        let at = event.at;
        match &event.fact {
            Fact::SavepointStarted { checkpoint, path, .. } => self.savepoint = Some((*checkpoint, path.to_string())),
            Fact::CheckpointTriggered { checkpoint, periodic, subtasks } => {
                let mut row = Row::new(*checkpoint, at, *periodic, *subtasks);
                row.outcome.savepoint = self.savepoint.take_if(|(id, _)| id == checkpoint).map(|(_, path)| path);
                self.rows.insert(*checkpoint, row);
            }
            Fact::TriggerRefused { reason, .. } => self.refused += u64::from(counts_as_failed(*reason)),
            Fact::RestoreAssigned { checkpoint: Some(_), .. } => self.restored += 1,
            Fact::CheckpointAcknowledged { checkpoint, subtask, bytes, .. } => {
                if let Some(row) = self.rows.get_mut(checkpoint) {
                    let part = row.parts.entry(*subtask).or_default();
                    (part.acknowledged, part.bytes) = (Some(at), *bytes);
                    row.outcome.acknowledged_subtasks += 1;
                    row.outcome.checkpointed_size += *bytes;
                    row.outcome.latest_ack_time_ms = Some(at.millis());
                }
            }
            Fact::CheckpointCompleted { checkpoint, bytes, .. } => {
                if let Some(row) = self.end(*checkpoint, at, "COMPLETED") {
                    row.outcome.checkpointed_size = *bytes;
                }
            }
            Fact::CheckpointAborted { checkpoint, reason, .. } => {
                if let Some(row) = self.end(*checkpoint, at, "FAILED") {
                    row.outcome.failure_reason = Some(reason.message().into());
                }
            }
            Fact::CheckpointDiscarded { checkpoint } => {
                if let Some(row) = self.rows.get_mut(checkpoint) {
                    row.outcome.discarded = true;
                }
            }
            Fact::BarrierReceived { checkpoint, channel, .. } => {
                let subtask = graph.channels[channel.index()].to;
                self.part(*checkpoint, subtask, |part| {
                    part.first_barrier.get_or_insert(at);
                    part.last_barrier = Some(at);
                });
            }
            Fact::InFlightPersisted { checkpoint, subtask, records, bytes } => {
                self.part(*checkpoint, *subtask, |part| part.persisted = (*bytes, u64::from(*records)));
            }
            Fact::SnapshotStarted { checkpoint, subtask } => {
                self.part(*checkpoint, *subtask, |part| part.started = Some(at));
            }
            Fact::SnapshotTaken { checkpoint, subtask, .. } => {
                self.part(*checkpoint, *subtask, |part| part.taken = Some(at));
            }
            Fact::SnapshotStored { checkpoint, subtask } => {
                self.part(*checkpoint, *subtask, |part| part.stored = Some(at));
            }
            _ => {}
        }
    }

    fn part(&mut self, checkpoint: CheckpointId, subtask: SubtaskId, change: impl FnOnce(&mut Part)) {
        if let Some(row) = self.rows.get_mut(&checkpoint) {
            change(row.parts.entry(subtask).or_default());
        }
    }

    fn end(&mut self, checkpoint: CheckpointId, at: SimTime, status: &str) -> Option<&mut Row> {
        let row = self.rows.get_mut(&checkpoint)?;
        row.ended = Some(at);
        row.outcome.status = status.into();
        Some(row)
    }

    pub(super) fn counts(&self) -> CheckpointCounts {
        let with = |status: &str| self.rows.values().filter(|row| row.outcome.status == status).count() as u64;
        CheckpointCounts {
            total: self.rows.len() as u64 + self.refused,
            completed: with("COMPLETED"),
            failed: with("FAILED") + self.refused,
            in_progress: with("IN_PROGRESS"),
            restored: self.restored,
        }
    }

    /// The newest completed checkpoint.
    pub(super) fn last_completed(&self) -> Option<CheckpointId> {
        let completed =
            |(_, row): &(&CheckpointId, &Row)| row.outcome.status == "COMPLETED" && row.outcome.savepoint.is_none();
        self.rows.iter().rev().find(completed).map(|(checkpoint, _)| *checkpoint).or(self.before)
    }

    /// HA-5: a new leader's statistics begin anew.
    pub(super) fn forget(&mut self) {
        *self = Checkpoints { before: self.last_completed(), ..Checkpoints::default() };
    }

    pub(super) fn finish(self, graph: &ExecutionGraph) -> Vec<CheckpointOutcome> {
        self.rows.into_values().map(|row| row.finish(graph)).collect()
    }
}

/// Refusals that the counters don't see: the pause is not over, the queue is full (CP-15).
fn counts_as_failed(reason: RefusalReason) -> bool {
    !matches!(reason, RefusalReason::MinimumTimeBetweenCheckpoints | RefusalReason::TooManyCheckpointRequests)
}

impl Row {
    fn new(checkpoint: CheckpointId, triggered: SimTime, periodic: bool, subtasks: u32) -> Row {
        let outcome = CheckpointOutcome {
            id: checkpoint.0,
            status: "IN_PROGRESS".into(),
            periodic,
            savepoint: None,
            trigger_time_ms: triggered.millis(),
            latest_ack_time_ms: None,
            end_to_end_duration_ms: None,
            failure_reason: None,
            checkpointed_size: 0,
            acknowledged_subtasks: 0,
            subtasks,
            discarded: false,
            subtask_details: Vec::new(),
        };
        Row { triggered, ended: None, outcome, parts: BTreeMap::new() }
    }

    fn finish(self, graph: &ExecutionGraph) -> CheckpointOutcome {
        let mut outcome = self.outcome;
        let acknowledged = self.parts.values().filter_map(|part| part.acknowledged).max();
        let until = if outcome.failure_reason.is_some() { self.ended } else { acknowledged };
        outcome.end_to_end_duration_ms = until.map(|until| until.since(self.triggered).millis());
        let details = self.parts.iter().map(|(subtask, part)| part.finish(graph, *subtask, self.triggered));
        outcome.subtask_details = details.collect();
        outcome
    }
}

impl Part {
    fn finish(self, graph: &ExecutionGraph, subtask: SubtaskId, triggered: SimTime) -> SubtaskCheckpoint {
        let between = |from: Option<SimTime>, to: Option<SimTime>| Some(to?.since(from?).millis());
        SubtaskCheckpoint {
            subtask: graph.subtask_name(subtask),
            ack_time_ms: self.acknowledged.map(SimTime::millis),
            end_to_end_duration_ms: between(Some(triggered), self.acknowledged),
            start_delay_ms: between(Some(triggered), self.first_barrier.or(self.started)),
            alignment_duration_ms: between(self.first_barrier, self.started.max(self.last_barrier)).unwrap_or(0),
            persisted_data: self.persisted.0,
            persisted_records: self.persisted.1,
            sync_duration_ms: between(self.started, self.taken),
            async_duration_ms: between(self.taken, self.stored),
            checkpointed_size: self.bytes,
        }
    }
}
