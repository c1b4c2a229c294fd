//! A task's thread: records, user functions, mail (Flink: `StreamTask`, `MailboxProcessor`, `OperatorChain`).
//!
//! [`Engine::run_thread`] runs a thread until it has to wait. One thing happens at a time: what the thread is in the middle
//! of lies on its stack; between records it serves its mailbox, then its input. A source that sits in the checkpoint lock
//! serves no mail (BR-2). Served at the next record boundary: the starving of legacy sources' triggers is left out.

use super::Engine;
use super::channel::Element;
use super::event::Event;
use super::task::{Activity, Ending, Frame, Mail, SnapshotStage};
use crate::base::{AttemptNumber, ChannelId, SimDuration, SubtaskId};
use crate::trace::{ExecutionState, Fact, StopMode};

/// What became of one move of a thread.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    /// It can go on.
    More,
    /// It waits.
    Wait,
}
impl Engine {
    pub(super) fn wake_attempt(&mut self, subtask: SubtaskId, attempt: AttemptNumber) {
        if self.is_current(subtask, attempt) {
            self.woken.push(subtask);
        }
    }

    pub(super) fn post(&mut self, subtask: SubtaskId, attempt: AttemptNumber, mail: Mail) {
        if self.is_current(subtask, attempt) && self.subtasks[subtask.index()].alive {
            self.subtasks[subtask.index()].mailbox.push_back(mail);
            self.woken.push(subtask);
        }
    }

    /// Lets a thread run until it has to wait.
    pub(super) fn run_thread(&mut self, id: SubtaskId) {
        let task = &self.subtasks[id.index()];
        let opened = !task.operators.is_empty();
        // One that is initializing has operators only while it consumes restored in-flight data.
        let may_run =
            matches!(task.state, ExecutionState::Running | ExecutionState::Canceling | ExecutionState::Initializing);
        if !task.alive || !opened || !may_run {
            return;
        }
        if matches!(task.activity, Activity::Busy { until, .. } if until > self.now) {
            return;
        }
        if self.managers.any_held && self.stands_still(id) {
            return;
        }
        self.leave_backpressure(id);
        while self.subtasks[id.index()].alive {
            if self.advance(id) == Progress::Wait {
                return;
            }
        }
    }

    #[inline(always)]
    fn leave_backpressure(&mut self, id: SubtaskId) {
        if let Activity::BackPressured(channel) = self.subtasks[id.index()].activity {
            self.record(|| Fact::BackpressureChanged { subtask: id, channel, on: false });
        }
        let task = &mut self.subtasks[id.index()];
        task.meters.leave(task.activity, self.now);
        task.activity = Activity::Idle;
    }

    pub(super) fn enter_backpressure(&mut self, id: SubtaskId, channel: ChannelId) -> Progress {
        let task = &mut self.subtasks[id.index()];
        task.activity = Activity::BackPressured(channel);
        task.meters.wait(self.now, !task.stack.is_empty());
        self.record(|| Fact::BackpressureChanged { subtask: id, channel, on: true });
        Progress::Wait
    }

    /// The thread is busy for a while.
    #[inline(always)]
    pub(super) fn busy(&mut self, id: SubtaskId, duration: SimDuration) -> Progress {
        let task = &mut self.subtasks[id.index()];
        task.activity = Activity::Busy { since: self.now, until: self.now + duration };
        let attempt = task.attempt;
        self.schedule(duration, Event::Resume { subtask: id, attempt });
        Progress::Wait
    }

    fn advance(&mut self, id: SubtaskId) -> Progress {
        let task = &mut self.subtasks[id.index()];
        if !task.stack.is_empty()
            && let Some(frame) = task.stack.pop()
        {
            return match frame {
                Frame::Call(call) => self.advance_call(id, call),
                Frame::Emission(emission) => self.advance_emission(id, emission),
                Frame::Busy(duration) => self.busy(id, duration),
                Frame::FinishBundle { position, begun } => self.advance_bundle(id, position, begun),
                Frame::Checkpoint { checkpoint, stage } => self.advance_checkpoint(id, checkpoint, stage),
                Frame::Ending(mode) => self.advance_ending(id, mode),
                Frame::Advance { position, watermark } => self.advance_watermark(id, position, watermark),
                Frame::Signal { position, signal, output, channel } => {
                    self.advance_signal(id, position, signal, output, channel)
                }
                Frame::Processing { position } => self.advance_processing(id, position),
                Frame::Recover(elements) => self.advance_recovery(id, elements),
            };
        }
        if task.owed != SimDuration::ZERO {
            let owed = std::mem::replace(&mut task.owed, SimDuration::ZERO);
            return self.busy(id, owed);
        }
        if task.restored_finished {
            if self.fixed.event_time && !task.event_time_ended {
                self.advance_to_end_of_event_time(id);
                return Progress::More;
            }
            self.finish_task(id);
            return Progress::Wait;
        }
        if task.doomed {
            return Progress::Wait;
        }
        if !task.mailbox.is_empty()
            && !task.is_held()
            && let Some(mail) = task.mailbox.pop_front()
        {
            self.open_mail(id, mail);
            return Progress::More;
        }
        if task.gate.overtaking > 0 && self.take_overtaking(id) {
            return Progress::More;
        }
        if self.fixed.subtasks[id.index()].has_worker
            && let Some((position, result)) = self.take_worker_result(id)
        {
            self.push(id, Frame::Emission(result.leaving(position)));
            return Progress::More;
        }
        if let Some(channel) = self.exhausted_output(id) {
            return self.enter_backpressure(id, channel);
        }
        match self.fixed.subtasks[id.index()].is_source {
            true => self.read_source(id),
            false => self.read_input(id),
        }
    }

    /// Never nothing: time must pass between two records.
    #[inline(always)]
    pub(super) fn record_cost(&self) -> SimDuration {
        SimDuration::from_micros(self.latencies().record_us.max(1))
    }

    #[inline(always)]
    pub(super) fn push(&mut self, id: SubtaskId, frame: Frame) {
        self.subtasks[id.index()].stack.push(frame);
    }

    fn open_mail(&mut self, id: SubtaskId, mail: Mail) {
        match mail {
            Mail::Trigger(checkpoint) => self.begin_triggered(id, checkpoint),
            Mail::Complete(checkpoint) => self.on_complete(id, checkpoint),
            Mail::Abort(checkpoint) => self.on_abort(id, checkpoint),
            Mail::WatermarkTick(position) => self.on_tick_mail(id, position),
            Mail::ProcessingTimers(position) => self.push(id, Frame::Processing { position }),
            Mail::AlignmentTimeout(checkpoint) => self.on_alignment_timeout(id, checkpoint),
            Mail::BundleTime(position, bundle) => {
                let worker = self.subtasks[id.index()].operators[usize::from(position)].worker.as_ref();
                if worker.is_some_and(|worker| worker.bundle == bundle && worker.bundle_records > 0) {
                    self.push(id, Frame::FinishBundle { position, begun: false });
                }
            }
        }
    }
    // ---- input

    fn read_input(&mut self, id: SubtaskId) -> Progress {
        let Some((channel, element)) = self.next_element(id) else { return self.nothing_to_read(id) };
        match element {
            Element::Record(record, row, time) => {
                if let Some(debloater) = &mut self.subtasks[id.index()].debloater {
                    debloater.read += row.size() + 4;
                }
                if self.subtasks[id.index()].barriers.is_measuring() {
                    self.subtasks[id.index()].barriers.processed += row.size() + 4;
                }
                self.subtasks[id.index()].owed = self.record_cost();
                self.hand_over(id, 0, record, row, time);
            }
            Element::Signal(signal) => self.on_signal(id, channel, signal),
            Element::Barrier(checkpoint) => self.on_barrier(id, channel, checkpoint),
            Element::CancelMarker(checkpoint) => self.on_cancel_marker(id, channel, checkpoint),
            Element::EndOfData(mode) => {
                let inputs = self.fixed.graph.subtasks[id.index()].inputs.len();
                let task = &mut self.subtasks[id.index()];
                task.ended_inputs += 1;
                // One input that has only stopped, and nothing has ended as it should.
                if mode == StopMode::NoDrain {
                    task.end_mode = mode;
                }
                if task.ended_inputs as usize == inputs {
                    let mode = task.end_mode;
                    self.push(id, Frame::Ending(mode));
                }
            }
            Element::EndOfPartition => self.on_end_of_partition(id, channel),
        }
        Progress::More
    }

    /// The next element of the gate: channels take turns, a buffer at a time; blocked ones are passed over.
    fn next_element(&mut self, id: SubtaskId) -> Option<(ChannelId, Element)> {
        loop {
            let channel = self.subtasks[id.index()].gate.ready.front().copied()?;
            let end = &mut self.channels[channel.index()];
            if end.blocked.is_some() || end.received == 0 {
                self.subtasks[id.index()].gate.ready.pop_front();
                continue;
            }
            let (element, emptied) = end.take()?;
            if emptied {
                let more = end.received > 0;
                let task = &mut self.subtasks[id.index()];
                let recovering = task.recovering;
                task.gate.ready.pop_front();
                if more && !recovering {
                    task.gate.ready.push_back(channel);
                }
                if element.is_data() && !recovering {
                    self.return_credit(channel, id);
                }
            }
            return Some((channel, element));
        }
    }
    // ---- the end of the input (CP-33)

    /// With [`StopMode::Drain`] this is an end like any other; a job that is stopped without draining goes on later, from
    /// the savepoint that follows (SP-4).
    fn advance_ending(&mut self, id: SubtaskId, mode: StopMode) -> Progress {
        if let Some(position) = self.open_bundle(id) {
            self.push(id, Frame::Ending(mode));
            self.push(id, Frame::FinishBundle { position, begun: false });
            return Progress::More;
        }
        if !self.finish_sinks(id) {
            return Progress::Wait;
        }
        self.subtasks[id.index()].ending = Ending::Finished;
        self.record(|| Fact::EndOfData { subtask: id });
        self.broadcast(id, &Element::EndOfData(mode));
        let attempt = self.subtasks[id.index()].attempt;
        if mode == StopMode::Drain || self.reports_every_end(id) {
            self.schedule(self.rpc(), Event::EndOfDataReported { subtask: id, attempt });
        }
        let checkpointing = &self.scenario().checkpointing;
        let waits = checkpointing.interval_ms.is_some() && checkpointing.after_tasks_finish;
        if !waits && self.job.stopping.is_none() {
            self.finish_task(id);
            return Progress::Wait;
        }
        Progress::More
    }

    pub(super) fn broadcast(&mut self, id: SubtaskId, element: &Element) {
        let fixed = self.fixed.clone();
        for channel in fixed.subtasks[id.index()].outputs.iter().flatten() {
            self.put_event(*channel, element.clone());
        }
    }

    pub(super) fn finish_task(&mut self, id: SubtaskId) {
        if self.subtasks[id.index()].restored_finished {
            self.broadcast(id, &Element::EndOfData(StopMode::Drain));
            let attempt = self.subtasks[id.index()].attempt;
            self.schedule(self.rpc(), Event::EndOfDataReported { subtask: id, attempt });
        }
        self.close_sinks(id);
        self.broadcast(id, &Element::EndOfPartition);
        let task = &mut self.subtasks[id.index()];
        task.alive = false;
        task.stack.clear();
        task.owed = SimDuration::ZERO;
        let attempt = task.attempt;
        self.schedule(self.rpc(), Event::FinishReported { subtask: id, attempt });
    }
}

impl super::Subtask {
    /// Whether its source sits in the checkpoint lock.
    fn is_held(&self) -> bool {
        let source = self.operators.first().and_then(|head| head.source.as_ref());
        source.is_some_and(|source| source.held)
    }
}

/// Nothing has to be remembered about a checkpoint's stages outside the thread.
impl SnapshotStage {
    /// Where every checkpoint begins.
    pub(super) const FIRST: SnapshotStage = SnapshotStage::PreBarrier;
}
