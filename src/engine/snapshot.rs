//! A checkpoint inside a task: barriers in, barrier out, synchronous and asynchronous part, notifications (BR-1, BR-4 to
//! BR-8, BR-13, BR-14, CP-22, CP-28). Flink: `SubtaskCheckpointCoordinatorImpl`, `StreamTask`, `AsyncCheckpointRunnable`.

use super::Engine;
use super::barrier::{Abort, BarrierAction};
use super::channel::Element;
use super::event::Event;
use super::exception::java_exception;
use super::storage::snapshot_bytes;
use super::task::{Ending, Frame, Mail, OperatorSnapshot, SnapshotStage, SnapshotTiming, SubtaskSnapshot};
use super::thread::Progress;
use crate::base::{AttemptNumber, ChannelId, CheckpointId, SimDuration, SubtaskId};
use crate::scenario::{CheckpointingMode, FaultAt, FaultPhase, OperatorKind};
use crate::trace::{AbortReason, Cause, Fact, FailurePhase, StopMode};

impl Engine {
    // ---- it begins: by message at sources, by barriers elsewhere

    pub(super) fn on_trigger_arrives(&mut self, checkpoint: CheckpointId, subtask: SubtaskId, attempt: AttemptNumber) {
        if self.is_current(subtask, attempt) && self.subtasks[subtask.index()].alive {
            self.record(|| Fact::TriggerArrived { checkpoint, subtask });
            self.post(subtask, attempt, Mail::Trigger(checkpoint));
        } else {
            // The task has gone meanwhile: the TaskManager does not know it any more and says so.
            let reason = AbortReason::TaskCheckpointFailure;
            self.schedule(self.rpc(), Event::Decline { checkpoint, subtask, attempt, reason });
        }
    }

    pub(super) fn begin_triggered(&mut self, id: SubtaskId, checkpoint: CheckpointId) {
        let now = self.now;
        let unaligned = self.overtakes_at_once(id, checkpoint);
        let task = &mut self.subtasks[id.index()];
        task.barriers.on_trigger_message(checkpoint);
        (task.barriers.first_at, task.barriers.unaligned) = (now, unaligned);
        let goes_on = task.ending == Ending::No;
        self.begin_checkpoint(id, checkpoint);
        // SP-4: the source ends before the savepoint is taken.
        if let Some(mode) = self.stop_mode(checkpoint).filter(|_| goes_on && self.fixed.graph.is_source(id)) {
            self.push(id, Frame::Ending(mode));
            if mode == StopMode::Drain {
                self.advance_to_end_of_event_time(id);
            }
        }
    }

    fn begin_checkpoint(&mut self, id: SubtaskId, checkpoint: CheckpointId) {
        let now = self.now;
        let task = &mut self.subtasks[id.index()];
        if checkpoint <= task.last_checkpoint {
            self.drop_capture(id, checkpoint);
            return;
        }
        task.last_checkpoint = checkpoint;
        task.checkpoint_began = now;
        self.push(id, Frame::Checkpoint { checkpoint, stage: SnapshotStage::FIRST });
    }

    pub(super) fn on_barrier(&mut self, id: SubtaskId, channel: ChannelId, checkpoint: CheckpointId) {
        let now = self.now;
        let at = self.input_position(id, channel);
        let task = &mut self.subtasks[id.index()];
        let actions = task.barriers.on_barrier(checkpoint, at, now);
        let open = task.barriers.open_channels() as u32;
        self.record(|| Fact::BarrierReceived { checkpoint, channel, open });
        self.carry_out_barrier_actions(id, &actions, checkpoint);
    }

    pub(super) fn on_cancel_marker(&mut self, id: SubtaskId, channel: ChannelId, checkpoint: CheckpointId) {
        self.record(|| Fact::CancelMarkerReceived { checkpoint, channel });
        let actions = self.subtasks[id.index()].barriers.on_cancel_marker(checkpoint);
        self.carry_out_barrier_actions(id, &actions, checkpoint);
    }

    pub(super) fn on_end_of_partition(&mut self, id: SubtaskId, channel: ChannelId) {
        let at = self.input_position(id, channel);
        let finished_tasks = self.scenario().checkpointing.after_tasks_finish;
        let task = &mut self.subtasks[id.index()];
        let checkpoint = task.barriers.current;
        let actions = task.barriers.on_end_of_partition(at, finished_tasks);
        self.carry_out_barrier_actions(id, &actions, checkpoint);
    }

    pub(super) fn input_position(&self, id: SubtaskId, channel: ChannelId) -> usize {
        let inputs = &self.fixed.graph.subtasks[id.index()].inputs;
        inputs.iter().position(|input| *input == channel).expect("the channel is an input of the subtask")
    }

    pub(super) fn carry_out_barrier_actions(
        &mut self,
        id: SubtaskId,
        actions: &[BarrierAction],
        checkpoint: CheckpointId,
    ) {
        for action in actions {
            match *action {
                BarrierAction::Block(at) => {
                    let channel = self.fixed.graph.subtasks[id.index()].inputs[at];
                    if self.fixed.graph.subtasks[id.index()].inputs.len() > 1 {
                        self.block(channel, checkpoint);
                    }
                }
                BarrierAction::Trigger(checkpoint) => self.begin_checkpoint(id, checkpoint),
                BarrierAction::StartCapture(checkpoint) => self.start_capture(id, checkpoint),
                BarrierAction::EndCapture(at) => self.end_capture_of(id, checkpoint, at),
                BarrierAction::AllArrived(checkpoint) => self.all_barriers_arrived(id, checkpoint),
                BarrierAction::Abort(checkpoint, why) => self.abort_alignment(id, checkpoint, why),
                BarrierAction::Ignore => {}
            }
        }
    }

    fn abort_alignment(&mut self, id: SubtaskId, checkpoint: CheckpointId, why: Abort) {
        self.unblock_all(id);
        self.drop_capture(id, checkpoint);
        let task = &mut self.subtasks[id.index()];
        task.last_checkpoint = task.last_checkpoint.max(checkpoint);
        let attempt = task.attempt;
        let reason = match why {
            Abort::Subsumed => AbortReason::CheckpointDeclinedSubsumed,
            Abort::CancelMarker => AbortReason::CheckpointDeclinedOnCancellationBarrier,
            Abort::EndOfStream => AbortReason::CheckpointDeclinedInputEndOfStream,
        };
        self.schedule(self.rpc(), Event::Decline { checkpoint, subtask: id, attempt, reason });
        self.broadcast(id, &Element::CancelMarker(checkpoint));
    }

    // ---- step by step (BR-1)

    pub(super) fn advance_checkpoint(
        &mut self,
        id: SubtaskId,
        checkpoint: CheckpointId,
        stage: SnapshotStage,
    ) -> Progress {
        match stage {
            SnapshotStage::PreBarrier => {
                let next = match self.open_bundle(id) {
                    Some(_) => SnapshotStage::PreBarrier,
                    None => SnapshotStage::Barrier,
                };
                self.push(id, Frame::Checkpoint { checkpoint, stage: next });
                if let Some(position) = self.open_bundle(id) {
                    self.push(id, Frame::FinishBundle { position, begun: false });
                }
                Progress::More
            }
            SnapshotStage::Barrier => self.emit_barrier(id, checkpoint),
            SnapshotStage::Sync => self.end_sync(id, checkpoint),
        }
    }

    fn emit_barrier(&mut self, id: SubtaskId, checkpoint: CheckpointId) -> Progress {
        let aborted = &mut self.subtasks[id.index()].aborted;
        if let Some(at) = aborted.iter().position(|aborted| *aborted == checkpoint) {
            aborted.remove(at);
            self.broadcast(id, &Element::CancelMarker(checkpoint));
            self.unblock_all(id);
            self.drop_capture(id, checkpoint);
            return Progress::More;
        }
        self.prepare_sinks(id, checkpoint);
        self.emit_barriers(id, checkpoint);
        self.record(|| Fact::SnapshotStarted { checkpoint, subtask: id });
        let mut extra = SimDuration::ZERO;
        match self.checkpoint_fault(id, checkpoint, FaultPhase::Sync) {
            Some((position, FaultEffect::Throw(message))) => {
                // Operators snapshot from the end of the chain to its head.
                self.snapshot_sinks(id, checkpoint, position + 1);
                self.fail_in_snapshot(id, checkpoint, position, &message);
                return Progress::Wait;
            }
            Some((_, FaultEffect::Slow(more))) => extra = more,
            None => {}
        }
        self.snapshot_sinks(id, checkpoint, 0);
        let operators = self.subtasks[id.index()].operators.len() as u64;
        let took = SimDuration::from_micros(self.latencies().snapshot_sync_us * operators) + extra;
        let snapshot = self.capture(id, checkpoint, took);
        self.subtasks[id.index()].writing.insert(checkpoint, snapshot);
        self.finish_capture(id);
        self.push(id, Frame::Checkpoint { checkpoint, stage: SnapshotStage::Sync });
        self.busy(id, took)
    }

    /// CP-28: in a source the JobManager hears of the checkpoint too, besides the task's failure.
    fn fail_in_snapshot(&mut self, id: SubtaskId, checkpoint: CheckpointId, position: u16, message: &str) {
        let attempt = self.subtasks[id.index()].attempt;
        if self.fixed.graph.is_source(id) {
            let reason = AbortReason::TaskFailure;
            self.schedule(self.rpc(), Event::Decline { checkpoint, subtask: id, attempt, reason });
        }
        let name = self.fixed.graph.subtask_name(id);
        let cause = Cause {
            class: "java.io.IOException",
            message: format!(
                "Could not perform checkpoint {checkpoint} for operator {name}#{attempt}.{by}\
                 org.apache.flink.runtime.checkpoint.CheckpointException: Could not complete snapshot {checkpoint} for \
                 operator {name}#{attempt}. Failure reason: Checkpoint was declined.{by}java.lang.RuntimeException: \
                 {message}",
                by = Cause::CAUSED_BY
            )
            .into(),
        };
        self.throw(id, position, FailurePhase::SnapshotSync, cause, None);
    }

    pub(super) fn capture(&self, id: SubtaskId, checkpoint: CheckpointId, sync: SimDuration) -> SubtaskSnapshot {
        let task = &self.subtasks[id.index()];
        let triggered_at = self.coordinator.stats(checkpoint).map_or(self.now, |stats| stats.triggered_at);
        let operators = task.operators.iter().map(|runtime| {
            let kind = &self.scenario().operators[runtime.operator.index()].kind;
            let keeps = matches!(kind, OperatorKind::Source(source) if source.kind.keeps_position());
            let offsets = runtime.source.as_ref().filter(|_| keeps).map(|source| source.offsets.clone());
            let sinks = runtime.sink.iter().map(|sink| sink.state()).collect();
            OperatorSnapshot { offsets, state: runtime.state.clone(), sinks }
        });
        let mut snapshot = SubtaskSnapshot {
            operators: operators.collect(),
            bytes: 0,
            finished: false,
            timing: SnapshotTiming {
                start_delay: task.barriers.first_at.since(triggered_at),
                alignment: match self.fixed.graph.subtasks[id.index()].inputs.len() {
                    0 | 1 => SimDuration::ZERO,
                    _ => task.checkpoint_began.since(task.barriers.first_at),
                },
                sync,
                ..SnapshotTiming::default()
            },
            unaligned: task.barriers.unaligned && task.barriers.current == checkpoint,
            processed: task.barriers.processed,
            ..SubtaskSnapshot::default()
        };
        snapshot.bytes = snapshot_bytes(&snapshot);
        snapshot
    }

    fn end_sync(&mut self, id: SubtaskId, checkpoint: CheckpointId) -> Progress {
        let task = &mut self.subtasks[id.index()];
        let attempt = task.attempt;
        if task.ending == Ending::Finished {
            task.ending = Ending::AwaitingCompletion(checkpoint);
        }
        let bytes = task.writing.get(&checkpoint).map_or(0, |snapshot| snapshot.bytes);
        self.record(|| Fact::SnapshotTaken { checkpoint, subtask: id, bytes });
        let barriers = &self.subtasks[id.index()].barriers;
        if self.scenario().checkpointing.mode == CheckpointingMode::ExactlyOnce && !barriers.is_aligning() {
            self.unblock_all(id);
        }
        self.sync_part_ended(id, checkpoint);
        let mut took = SimDuration::from_micros(self.latencies().snapshot_async_us) + self.storage_time(bytes);
        if let Some((_, FaultEffect::Slow(more))) = self.slow_fault(id, checkpoint, FaultPhase::Async) {
            took = took + more;
        }
        if let Some(snapshot) = self.subtasks[id.index()].writing.get_mut(&checkpoint) {
            snapshot.timing.async_part = took;
        }
        self.schedule(took, Event::SnapshotWritten { checkpoint, subtask: id, attempt });
        Progress::More
    }

    pub(super) fn on_snapshot_written(&mut self, checkpoint: CheckpointId, subtask: SubtaskId, attempt: AttemptNumber) {
        if !self.is_current(subtask, attempt) {
            return;
        }
        let Some(bytes) = self.subtasks[subtask.index()].writing.get(&checkpoint).map(|snapshot| snapshot.bytes) else {
            return;
        };
        if self.awaits_channel_state(subtask, checkpoint) {
            return;
        }
        let fault = self.checkpoint_fault(subtask, checkpoint, FaultPhase::Async);
        let message = match fault {
            Some((position, FaultEffect::Throw(message))) => Some((position, message)),
            _ if self.storage.too_large(bytes) => Some((
                0,
                format!(
                    "Size of the state is larger than the maximum permitted memory-backed state. Size={bytes}, \
                     maxSize={}. Consider using a different checkpoint storage, like the FileSystemCheckpointStorage.",
                    super::storage::MAX_MEMORY_STATE
                ),
            )),
            _ => self.write_failure(bytes).map(|message| (0, message)),
        };
        if let Some((position, message)) = message {
            self.subtasks[subtask.index()].writing.remove(&checkpoint);
            let operator = self.subtasks[subtask.index()].operators[usize::from(position)].operator;
            let phase = FailurePhase::SnapshotAsync;
            let text = format!("java.io.IOException: {message}").into();
            self.record(|| Fact::ExceptionThrown { subtask, operator, phase, message: text, record: None });
            let reason = AbortReason::CheckpointAsyncException;
            self.schedule(self.rpc(), Event::Decline { checkpoint, subtask, attempt, reason });
            return;
        }
        self.record(|| Fact::SnapshotStored { checkpoint, subtask });
        self.schedule(self.rpc(), Event::Acknowledge { checkpoint, subtask, attempt });
    }

    // ---- notifications (CP-22)

    pub(super) fn on_complete(&mut self, id: SubtaskId, checkpoint: CheckpointId) {
        if checkpoint <= self.subtasks[id.index()].last_notified {
            return;
        }
        self.subtasks[id.index()].last_notified = checkpoint;
        self.record(|| Fact::CompletionNotified { checkpoint, subtask: id });
        if let Some((position, FaultEffect::Throw(message))) = self.checkpoint_fault(id, checkpoint, FaultPhase::Notify)
        {
            self.throw(id, position, FailurePhase::Notify, java_exception(&message), None);
            return;
        }
        if !self.commit_sinks(id, checkpoint) {
            return;
        }
        if matches!(self.subtasks[id.index()].ending, Ending::AwaitingCompletion(awaited) if awaited <= checkpoint) {
            self.finish_task(id);
        }
    }

    pub(super) fn on_abort(&mut self, id: SubtaskId, checkpoint: CheckpointId) {
        let latest = self.coordinator.latest().map(|latest| latest.id);
        if let Some(latest) = latest.filter(|latest| *latest > self.subtasks[id.index()].last_notified) {
            let own = self.subtasks[id.index()].restored_from != Some(latest);
            if own && self.subtasks[id.index()].last_checkpoint >= latest {
                self.on_complete(id, latest);
            }
        }
        self.record(|| Fact::AbortNotified { checkpoint, subtask: id });
        if self.was_to_stop_with(id, checkpoint) {
            let class = "org.apache.flink.util.FlinkRuntimeException";
            self.fail_attempt(id, Cause { class, message: "Stop-with-savepoint failed.".into() });
            return;
        }
        let limit = self.scenario().checkpointing.max_concurrent.max(1) as usize;
        let task = &mut self.subtasks[id.index()];
        let unfinished = task.writing.remove(&checkpoint);
        if task.capture.as_ref().is_some_and(|capture| capture.checkpoint == checkpoint) {
            task.capture = None;
        }
        if checkpoint > task.last_checkpoint {
            task.aborted.push(checkpoint);
            if task.aborted.len() > limit {
                task.aborted.remove(0);
            }
        }
        let now = self.now;
        if let (Some(mut part), Some(stats)) = (unfinished, self.coordinator.stats_mut(checkpoint)) {
            part.timing.acknowledged_at = now;
            stats.bytes += part.bytes;
            stats.incomplete.insert(id, std::sync::Arc::new(part));
        }
    }

    /// Whether the task has begun a synchronous savepoint, which is given up now: its source has stopped already, so that
    /// only a restart helps (SP-5).
    fn was_to_stop_with(&self, id: SubtaskId, checkpoint: CheckpointId) -> bool {
        let order = self.coordinator.stats(checkpoint).and_then(|stats| stats.savepoint.as_ref());
        let begun = self.subtasks[id.index()].last_checkpoint == checkpoint;
        begun && order.is_some_and(|order| order.stop.is_some())
    }

    // ---- fault points in checkpoints

    /// A fault point that strikes in this phase; asking counts it.
    fn checkpoint_fault(
        &mut self,
        id: SubtaskId,
        checkpoint: CheckpointId,
        wanted: FaultPhase,
    ) -> Option<(u16, FaultEffect)> {
        let (at, position, effect) = self.find_checkpoint_fault(id, checkpoint, wanted)?;
        // A slow asynchronous part was counted when it began.
        let counted = wanted == FaultPhase::Async && matches!(effect, FaultEffect::Slow(_));
        (!counted && self.strike(at, self.index_of(id))).then_some((position, effect))
    }

    fn slow_fault(
        &mut self,
        id: SubtaskId,
        checkpoint: CheckpointId,
        wanted: FaultPhase,
    ) -> Option<(u16, FaultEffect)> {
        let (at, position, effect) = self.find_checkpoint_fault(id, checkpoint, wanted)?;
        let slow = matches!(effect, FaultEffect::Slow(_));
        (slow && self.strike(at, self.index_of(id))).then_some((position, effect))
    }

    /// The message of a fault point that strikes a sink's commit.
    pub(super) fn commit_fault(
        &mut self,
        id: SubtaskId,
        at: u16,
        checkpoint: CheckpointId,
        wanted: FaultPhase,
    ) -> Option<String> {
        if self.scenario().faults.is_empty() {
            return None;
        }
        match self.find_checkpoint_fault(id, checkpoint, wanted)? {
            (fault, position, FaultEffect::Throw(message)) if position == at => {
                self.strike(fault, self.index_of(id)).then_some(message)
            }
            _ => None,
        }
    }

    fn find_checkpoint_fault(
        &self,
        id: SubtaskId,
        checkpoint: CheckpointId,
        wanted: FaultPhase,
    ) -> Option<(usize, u16, FaultEffect)> {
        let scenario = self.scenario();
        let chain = &self.fixed.graph.task_of(id).operators;
        scenario.faults.iter().enumerate().find_map(|(at, fault)| {
            let position =
                chain.iter().position(|operator| scenario.operators[operator.index()].uid == fault.operator)?;
            let FaultAt::Checkpoint { phase, id: only, slow_ms } = &fault.at else { return None };
            let struck = self.outside.struck.get(&(at as u32)).copied().unwrap_or(0);
            let spent = fault.times.is_some_and(|times| struck >= times);
            if *phase != wanted || only.is_some_and(|only| only != checkpoint.0) || spent {
                return None;
            }
            let effect = match slow_ms {
                Some(slow) => FaultEffect::Slow(SimDuration::from_millis(*slow)),
                None => FaultEffect::Throw(fault.message.clone()),
            };
            Some((at, position as u16, effect))
        })
    }
}

/// What a fault point does to a phase of a checkpoint.
enum FaultEffect {
    Throw(String),
    Slow(SimDuration),
}
