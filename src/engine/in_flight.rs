//! Unaligned checkpoints: barriers that overtake, the in-flight data that they overtake, and its way back after a restore
//! (BR-9 to BR-12). Flink: `AlternatingWaitingForFirstBarrierUnaligned`, `AlternatingCollectingBarriers`,
//! `ChannelStateWriterImpl`, `SequentialChannelStateReaderImpl`.
//!
//! A task that has begun an unaligned checkpoint holds a [`Capture`] until every input has delivered its barrier, every
//! output has let its own go, and the state is written; only then does it acknowledge. Left out: subtasks that share a file
//! of channel state wait for each other in Flink; here each has a file of its own.

use std::sync::Arc;

use super::channel::Element;
use super::event::Event;
use super::task::{Ending, Frame};
use super::thread::Progress;
use super::{Engine, SubtaskSnapshot};
use crate::base::{AttemptNumber, ChannelId, CheckpointId, SimDuration, SimTime, SubtaskId};
use crate::trace::Fact;

/// What a file of channel state holds besides data, as recorded.
const CHANNEL_STATE_HEADER: u64 = 8;

/// In-flight data in a checkpoint: by channel, oldest first.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct InFlight {
    /// What had been received and not handled.
    pub inputs: Vec<(ChannelId, Vec<Element>)>,
    /// What the subtask's own barriers overtook before it was sent.
    pub outputs: Vec<(ChannelId, Vec<Element>)>,
}

/// In-flight data on its way into a checkpoint.
#[derive(Clone, PartialEq, Debug)]
pub struct Capture {
    /// Which checkpoint.
    pub checkpoint: CheckpointId,
    /// Bytes so far.
    pub bytes: u64,
    /// Records so far.
    pub records: u32,
    data: InFlight,
    /// Inputs whose barrier has not come, by position.
    open: Vec<bool>,
    inputs_done: bool,
    /// Outputs in which the barrier waits for its turn; `None` before it is emitted.
    outputs_pending: Option<u32>,
    state_written: bool,
    sync_ended: SimTime,
    alignment: Option<SimDuration>,
}

impl Capture {
    fn new(checkpoint: CheckpointId, now: SimTime) -> Capture {
        Capture {
            checkpoint,
            bytes: 0,
            records: 0,
            data: InFlight::default(),
            open: Vec::new(),
            inputs_done: true,
            outputs_pending: None,
            state_written: false,
            sync_ended: now,
            alignment: None,
        }
    }

    fn add(&mut self, output: bool, channel: ChannelId, elements: Vec<Element>) {
        self.bytes += elements.iter().map(Element::size).sum::<u64>();
        self.records += records_in(&elements);
        let side = if output { &mut self.data.outputs } else { &mut self.data.inputs };
        match side.iter_mut().find(|(known, _)| *known == channel) {
            Some((_, known)) => known.extend(elements),
            None => side.push((channel, elements)),
        }
    }

    /// Whether everything is there that the checkpoint has to hold.
    fn is_complete(&self) -> bool {
        self.inputs_done && self.outputs_pending == Some(0)
    }
}

/// Watermarks are in flight too, and are stored with the records.
fn records_in(elements: &[Element]) -> u32 {
    elements.iter().filter(|element| matches!(element, Element::Record(..))).count() as u32
}

/// How the barriers of a checkpoint travel (BR-9, BR-10).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Alignment {
    Aligned,
    /// They may overtake from this moment on.
    UnalignedFrom(SimTime),
}

impl Engine {
    /// Savepoints are always aligned (BR-11).
    fn alignment(&self, checkpoint: CheckpointId) -> Alignment {
        match (self.scenario().checkpointing.unaligned_in_force(), self.coordinator.stats(checkpoint)) {
            (Some(unaligned), Some(stats)) if stats.savepoint.is_none() => {
                Alignment::UnalignedFrom(stats.triggered_at + SimDuration::from_millis(unaligned.aligned_timeout_ms))
            }
            _ => Alignment::Aligned,
        }
    }

    fn may_overtake_now(&self, checkpoint: CheckpointId) -> bool {
        matches!(self.alignment(checkpoint), Alignment::UnalignedFrom(from) if from <= self.now)
    }

    /// Whether a subtask that is triggered by message begins unaligned.
    pub(super) fn overtakes_at_once(&self, id: SubtaskId, checkpoint: CheckpointId) -> bool {
        let mut outputs = self.fixed.subtasks[id.index()].outputs.iter().flatten();
        self.fixed.unaligned
            && self.subtasks[id.index()].ending == Ending::No
            && self.may_overtake_now(checkpoint)
            && outputs.any(|channel| self.fixed.channels[channel.index()].may_overtake)
    }

    /// BR-10: after the timeout whoever still waits turns unaligned.
    pub(super) fn schedule_alignment_timeouts<'a>(
        &mut self,
        checkpoint: CheckpointId,
        subtasks: impl Iterator<Item = (&'a SubtaskId, &'a AttemptNumber)>,
    ) {
        if let Alignment::UnalignedFrom(from) = self.alignment(checkpoint)
            && from > self.now
        {
            for (subtask, attempt) in subtasks {
                let event = Event::AlignmentTimeout { checkpoint, subtask: *subtask, attempt: *attempt };
                self.events.push(from, event);
            }
        }
    }

    // ---- the barrier leaves

    /// Puts the barrier into every output. At the end of its data a task's barriers are aligned, as recorded.
    pub(super) fn emit_barriers(&mut self, id: SubtaskId, checkpoint: CheckpointId) {
        let fixed = self.fixed.clone();
        let unaligned = fixed.unaligned
            && self.alignment(checkpoint) != Alignment::Aligned
            && self.subtasks[id.index()].ending == Ending::No;
        let mut pending = 0;
        if unaligned {
            self.capture_of(id, checkpoint);
        }
        for channel in fixed.graph.subtasks[id.index()].outputs.iter().flat_map(|output| &output.channels) {
            let channel = *channel;
            let may_overtake = unaligned && fixed.channels[channel.index()].may_overtake;
            if may_overtake && self.may_overtake_now(checkpoint) {
                let now = self.now;
                self.channels[channel.index()].put_event(Element::Barrier(checkpoint), now);
                self.overtake(id, channel, checkpoint);
                continue;
            }
            self.record(|| Fact::BarrierSent { checkpoint, channel });
            self.put_event(channel, Element::Barrier(checkpoint));
            let waits = self.channels[channel.index()].waits_at_sender(checkpoint);
            pending += u32::from(may_overtake && waits);
        }
        if let Some(capture) = self.capture_for(id, checkpoint) {
            capture.outputs_pending = Some(pending);
        }
    }

    /// Lets a barrier that waits at the sender overtake; what it overtakes belongs to the checkpoint.
    fn overtake(&mut self, id: SubtaskId, channel: ChannelId, checkpoint: CheckpointId) -> bool {
        let now = self.now;
        let end = &mut self.channels[channel.index()];
        let Some(overtaken) = end.overtake_at_sender(checkpoint, now) else { return false };
        let epoch = end.epoch;
        let records = records_in(&overtaken);
        self.record(|| Fact::BarrierOvertook { checkpoint, channel, records });
        if let Some(capture) = self.capture_for(id, checkpoint).filter(|_| !overtaken.is_empty()) {
            capture.add(true, channel, overtaken);
        }
        let wire = SimDuration::from_micros(self.latencies().network_us);
        self.schedule(wire, Event::OvertakingArrives { channel, epoch, checkpoint });
        self.send_ready(channel);
        true
    }

    /// An event is about to leave an output: perhaps the barrier that the capture waits for.
    #[cold]
    pub(super) fn event_leaves(&mut self, channel: ChannelId, from: SubtaskId) {
        let Some(Element::Barrier(checkpoint)) = self.channels[channel.index()].next_to_send() else { return };
        let (checkpoint, may_overtake) = (*checkpoint, self.fixed.channels[channel.index()].may_overtake);
        if let Some(capture) = self.capture_for(from, checkpoint).filter(|_| may_overtake)
            && let Some(pending) = &mut capture.outputs_pending
        {
            *pending -= 1;
            self.finish_capture(from);
        }
    }

    // ---- the barrier arrives

    pub(super) fn on_overtaking_arrives(&mut self, channel: ChannelId, epoch: u32, checkpoint: CheckpointId) {
        let now = self.now;
        let end = &mut self.channels[channel.index()];
        if end.epoch != epoch {
            return;
        }
        let barriers = &mut end.overtaking;
        if let Some(barrier) = barriers.iter_mut().find(|barrier| barrier.checkpoint == checkpoint && !barrier.arrived)
        {
            (barrier.arrived, barrier.since) = (true, now);
            self.announce(channel);
        }
    }

    fn announce(&mut self, channel: ChannelId) {
        let to = self.fixed.channels[channel.index()].to;
        self.subtasks[to.index()].gate.overtaking += 1;
        self.woken.push(to);
    }

    /// A buffer has arrived while unaligned checkpoints are on: a late barrier overtakes at once, and data before a barrier
    /// that is still to come belongs to the checkpoint.
    #[cold]
    pub(super) fn deliver_unaligned(&mut self, channel: ChannelId, to: SubtaskId, buffer: u32) {
        let end = &self.channels[channel.index()];
        let part = end.received_buffer(buffer);
        if let Some(Element::Barrier(checkpoint)) = end.queue.get(part.start).map(|slot| &slot.element) {
            let checkpoint = *checkpoint;
            let may_overtake = self.fixed.channels[channel.index()].may_overtake;
            let awaited = self.capture_for(to, checkpoint).is_some_and(|capture| !capture.inputs_done);
            if may_overtake && (awaited || self.may_overtake_now(checkpoint)) {
                self.overtake_received(channel, checkpoint);
            }
            return;
        }
        let Some(capture) = self.subtasks[to.index()].capture.as_ref() else { return };
        let checkpoint = capture.checkpoint;
        let at = self.input_position(to, channel);
        let behind = end.overtaking.iter().any(|barrier| barrier.arrived && barrier.checkpoint == checkpoint);
        if !behind && self.capture_for(to, checkpoint).is_some_and(|capture| capture.open.get(at) == Some(&true)) {
            let elements = self.channels[channel.index()].data_in(part, u32::MAX);
            self.capture_input(to, channel, checkpoint, elements);
        }
    }

    fn overtake_received(&mut self, channel: ChannelId, checkpoint: CheckpointId) {
        let now = self.now;
        if self.channels[channel.index()].overtake_at_receiver(checkpoint, now) {
            self.announce(channel);
        }
    }

    /// Handles the next barrier that has overtaken its queue; false when there is none.
    pub(super) fn take_overtaking(&mut self, id: SubtaskId) -> bool {
        let fixed = self.fixed.clone();
        let inputs = fixed.graph.subtasks[id.index()].inputs.iter().enumerate();
        let arrived = inputs.filter_map(|(at, channel)| {
            let barriers = &self.channels[channel.index()].overtaking;
            let barrier = barriers.first().filter(|barrier| barrier.arrived)?;
            Some((barrier.since, at, *channel, barrier.checkpoint))
        });
        let first = arrived.min_by_key(|(since, at, ..)| (*since, *at));
        let task = &mut self.subtasks[id.index()];
        task.gate.overtaking = task.gate.overtaking.saturating_sub(1);
        let Some((_, at, channel, checkpoint)) = first else { return false };
        let actions = self.subtasks[id.index()].barriers.on_priority_barrier(checkpoint, at, self.now);
        let open = self.subtasks[id.index()].barriers.open_channels() as u32;
        self.record(|| Fact::BarrierReceived { checkpoint, channel, open });
        self.carry_out_barrier_actions(id, &actions, checkpoint);
        self.channels[channel.index()].overtaking.remove(0);
        true
    }

    /// BR-10: what still waits turns unaligned: barriers in the outputs, barriers among the received data, and the
    /// alignment itself. Channels that are blocked stay so until the last barrier, as recorded.
    pub(super) fn on_alignment_timeout(&mut self, id: SubtaskId, checkpoint: CheckpointId) {
        let fixed = self.fixed.clone();
        for channel in fixed.subtasks[id.index()].outputs.iter().flatten() {
            let overtakes = fixed.channels[channel.index()].may_overtake && self.overtake(id, *channel, checkpoint);
            if let Some(capture) = self.capture_for(id, checkpoint).filter(|_| overtakes) {
                capture.outputs_pending = capture.outputs_pending.map(|pending| pending - 1);
            }
        }
        let inputs = &fixed.graph.subtasks[id.index()].inputs;
        if inputs.iter().any(|channel| fixed.channels[channel.index()].may_overtake) {
            for channel in inputs {
                self.overtake_received(*channel, checkpoint);
            }
            let actions = self.subtasks[id.index()].barriers.on_timeout(checkpoint);
            if !actions.is_empty() {
                self.record(|| Fact::AlignmentTimedOut { checkpoint, subtask: id });
            }
            self.carry_out_barrier_actions(id, &actions, checkpoint);
        }
        self.finish_capture(id);
    }

    // ---- what is stored

    /// The capture of this checkpoint, begun if there is none.
    fn capture_of(&mut self, id: SubtaskId, checkpoint: CheckpointId) -> &mut Capture {
        let now = self.now;
        let held = &mut self.subtasks[id.index()].capture;
        if held.as_ref().is_none_or(|held| held.checkpoint != checkpoint) {
            *held = Some(Box::new(Capture::new(checkpoint, now)));
        }
        held.as_mut().expect("it has just been made")
    }

    pub(super) fn capture_for(&mut self, id: SubtaskId, checkpoint: CheckpointId) -> Option<&mut Capture> {
        self.subtasks[id.index()].capture.as_deref_mut().filter(|capture| capture.checkpoint == checkpoint)
    }

    /// The first barrier of an unaligned checkpoint: all that is queued before the barriers belongs to it.
    pub(super) fn start_capture(&mut self, id: SubtaskId, checkpoint: CheckpointId) {
        let fixed = self.fixed.clone();
        let inputs = &fixed.graph.subtasks[id.index()].inputs;
        let awaited: Vec<bool> = (0..inputs.len()).map(|at| self.subtasks[id.index()].barriers.awaits(at)).collect();
        let capture = self.capture_of(id, checkpoint);
        capture.inputs_done = false;
        capture.open = awaited;
        for (at, channel) in inputs.iter().enumerate() {
            let end = &self.channels[channel.index()];
            let overtaken = end.overtaking.iter().any(|barrier| barrier.arrived && barrier.checkpoint == checkpoint);
            if overtaken || self.subtasks[id.index()].barriers.awaits(at) {
                let elements = end.received_before(checkpoint);
                self.capture_input(id, *channel, checkpoint, elements);
            }
        }
    }

    fn capture_input(&mut self, id: SubtaskId, channel: ChannelId, checkpoint: CheckpointId, elements: Vec<Element>) {
        if elements.is_empty() {
            return;
        }
        let records = records_in(&elements);
        self.record(|| Fact::InFlightCaptured { checkpoint, channel, records });
        if let Some(capture) = self.capture_for(id, checkpoint) {
            capture.add(false, channel, elements);
        }
    }

    pub(super) fn end_capture_of(&mut self, id: SubtaskId, checkpoint: CheckpointId, at: usize) {
        if let Some(capture) = self.capture_for(id, checkpoint)
            && let Some(open) = capture.open.get_mut(at)
        {
            *open = false;
        }
    }

    /// The last barrier of an unaligned checkpoint is there.
    pub(super) fn all_barriers_arrived(&mut self, id: SubtaskId, checkpoint: CheckpointId) {
        self.unblock_all(id);
        let alignment = self.now.since(self.subtasks[id.index()].barriers.first_at);
        if let Some(capture) = self.capture_for(id, checkpoint) {
            capture.inputs_done = true;
            capture.alignment = Some(alignment);
            self.finish_capture(id);
        }
    }

    pub(super) fn sync_part_ended(&mut self, id: SubtaskId, checkpoint: CheckpointId) {
        let now = self.now;
        if let Some(capture) = self.capture_for(id, checkpoint) {
            capture.sync_ended = now;
        }
    }

    /// The state is written: whether channel state is still to come.
    pub(super) fn awaits_channel_state(&mut self, id: SubtaskId, checkpoint: CheckpointId) -> bool {
        self.capture_for(id, checkpoint).map(|capture| capture.state_written = true).is_some()
    }

    pub(super) fn drop_capture(&mut self, id: SubtaskId, checkpoint: CheckpointId) {
        if self.capture_for(id, checkpoint).is_some() {
            self.subtasks[id.index()].capture = None;
        }
    }

    /// Puts the in-flight data into the snapshot once it is all there. If the state is written already, the snapshot is
    /// written as soon as that is.
    pub(super) fn finish_capture(&mut self, id: SubtaskId) {
        let task = &mut self.subtasks[id.index()];
        let Some(capture) = task.capture.take_if(|capture| capture.is_complete()) else { return };
        let checkpoint = capture.checkpoint;
        let (attempt, processed) = (task.attempt, task.barriers.processed);
        let Some(snapshot) = task.writing.get_mut(&checkpoint) else {
            task.capture = Some(capture);
            return;
        };
        let unaligned = snapshot.unaligned;
        snapshot.persisted = capture.bytes + if unaligned || capture.bytes > 0 { CHANNEL_STATE_HEADER } else { 0 };
        snapshot.bytes += snapshot.persisted;
        if let Some(alignment) = capture.alignment {
            snapshot.timing.alignment = alignment;
            snapshot.processed = processed;
        }
        let (bytes, records) = (snapshot.persisted, capture.records);
        if capture.bytes > 0 {
            snapshot.in_flight = Some(Arc::new(capture.data));
        }
        let (written, sync_ended) = (capture.state_written, capture.sync_ended);
        if bytes > 0 {
            self.record(|| Fact::InFlightPersisted { checkpoint, subtask: id, records, bytes });
        }
        if written {
            let more = self.storage_time(bytes);
            let async_part = (self.now + more).since(sync_ended);
            if let Some(snapshot) = self.subtasks[id.index()].writing.get_mut(&checkpoint) {
                snapshot.timing.async_part = async_part;
            }
            self.schedule(more, Event::SnapshotWritten { checkpoint, subtask: id, attempt });
        }
    }

    // ---- the way back (BR-12)

    /// Gives a subtask its in-flight data back: inputs lie in front of its channels, outputs are put into them again.
    /// Whether there is any.
    pub(super) fn recover_in_flight(&mut self, id: SubtaskId) -> bool {
        let restored_from = self.subtasks[id.index()].restored_from;
        let Some((checkpoint, data)) = restored_from.and_then(|checkpoint| {
            let snapshot: Arc<SubtaskSnapshot> = self.snapshot_for(id)?;
            Some((checkpoint, snapshot.in_flight.clone()?))
        }) else {
            return false;
        };
        let now = self.now;
        self.subtasks[id.index()].recovering = true;
        self.subtasks[id.index()].gate.ready.clear();
        let mut records = 0;
        // The last gate's channels are read first, as recorded.
        let mut inputs: Vec<&(ChannelId, Vec<Element>)> = data.inputs.iter().collect();
        let gate = |channel: &ChannelId| self.fixed.graph.channels[channel.index()].edge;
        inputs.sort_by_key(|(channel, _)| (std::cmp::Reverse(gate(channel)), *channel));
        for (channel, elements) in inputs {
            records += records_in(elements);
            self.channels[channel.index()].restore(elements, now);
            self.subtasks[id.index()].gate.enqueue(*channel);
        }
        let mut outputs: Vec<(ChannelId, Element)> = Vec::new();
        for (channel, elements) in &data.outputs {
            records += records_in(elements);
            outputs.extend(elements.iter().map(|element| (*channel, element.clone())));
        }
        outputs.reverse();
        self.push(id, Frame::Recover(outputs));
        self.record(|| Fact::InFlightRestored { checkpoint, subtask: id, records });
        true
    }

    pub(super) fn advance_recovery(&mut self, id: SubtaskId, mut elements: Vec<(ChannelId, Element)>) -> Progress {
        while let Some((channel, element)) = elements.pop() {
            match element {
                Element::Record(record, row, time) => {
                    if let Err(row) = self.try_put_record(channel, record, row, time) {
                        elements.push((channel, Element::Record(record, row, time)));
                        self.push(id, Frame::Recover(elements));
                        return self.enter_backpressure(id, channel);
                    }
                }
                signal => {
                    if !self.try_put_signal(channel, signal.clone()) {
                        elements.push((channel, signal));
                        self.push(id, Frame::Recover(elements));
                        return self.enter_backpressure(id, channel);
                    }
                }
            }
        }
        Progress::More
    }

    /// A thread has nothing to read: if that was the restored data, the task is RUNNING from now on.
    #[inline(always)]
    pub(super) fn nothing_to_read(&mut self, id: SubtaskId) -> Progress {
        if self.subtasks[id.index()].recovering { self.finish_recovery(id) } else { Progress::Wait }
    }

    fn finish_recovery(&mut self, id: SubtaskId) -> Progress {
        self.subtasks[id.index()].recovering = false;
        for at in 0..self.fixed.graph.subtasks[id.index()].inputs.len() {
            let channel = self.fixed.graph.subtasks[id.index()].inputs[at];
            if self.channels[channel.index()].received > 0 {
                self.subtasks[id.index()].gate.enqueue(channel);
            }
        }
        if self.subtasks[id.index()].state == crate::trace::ExecutionState::Initializing {
            self.enter_running(id);
        }
        Progress::More
    }
}
