//! The network: filling, sending and delivering buffers (BP-1). Flink: `ResultPartition`, `PartitionRequestQueue`,
//! `RemoteInputChannel`.

use super::channel::{Element, MAX_BUFFERS_PER_CHANNEL, Put};
use super::event::Event;
use super::fixed::FixedChannel;
use super::resume_order::resume_order;
use super::{Activity, Engine};
use crate::base::{ChannelId, EventTime, RecordId, Row, SimDuration, SubtaskId};
use crate::trace::Fact;

/// A watermark in a buffer: its length, its tag, its timestamp.
pub(super) const SIGNAL_BYTES: u64 = 13;

impl Engine {
    /// Puts a record into a channel; gives it back when a buffer is needed and none is free.
    pub(super) fn try_put_record(
        &mut self,
        channel: ChannelId,
        record: RecordId,
        row: Row,
        time: EventTime,
    ) -> Result<(), Row> {
        let bytes = row.size() + 4;
        if !self.reserve_buffer(channel, bytes) {
            return Err(row);
        }
        self.record(|| Fact::RecordSent { channel, record });
        self.put_data(channel, Element::Record(record, row, time), bytes);
        Ok(())
    }

    /// Puts a watermark or a status among the records; false when a buffer is needed and none is free.
    pub(super) fn try_put_signal(&mut self, channel: ChannelId, signal: Element) -> bool {
        let reserved = self.reserve_buffer(channel, SIGNAL_BYTES);
        if reserved {
            self.put_data(channel, signal, SIGNAL_BYTES);
        }
        reserved
    }

    /// How large a channel's next buffer may be: a segment, or what the receiver has asked for (BP-3).
    #[inline(always)]
    fn buffer_size(&self, channel: ChannelId) -> u64 {
        u64::from(self.scenario().cluster.segment_size.min(self.channels[channel.index()].desired_buffer))
    }

    #[inline(always)]
    fn reserve_buffer(&mut self, channel: ChannelId, bytes: u64) -> bool {
        let segment = self.buffer_size(channel);
        if self.channels[channel.index()].needs_buffer(bytes, segment) {
            if !self.has_free_buffer(channel) {
                return false;
            }
            let FixedChannel { from, output, .. } = self.fixed.channels[channel.index()];
            self.subtasks[from.index()].pools[output] += 1;
        }
        true
    }

    #[inline(always)]
    fn put_data(&mut self, channel: ChannelId, element: Element, bytes: u64) {
        let (segment, timeout) = (self.buffer_size(channel), self.scenario().cluster.buffer_timeout_ms);
        let now = self.now;
        let put = self.channels[channel.index()].put_data(element, bytes, segment, now);
        match (put, timeout) {
            (_, 0) => {
                self.channels[channel.index()].flush_all();
                self.send_ready(channel);
            }
            (Put::Opened(buffer), timeout) => {
                let epoch = self.channels[channel.index()].epoch;
                // The full buffer before it, if there was one, is closed by now.
                self.send_ready(channel);
                self.schedule(SimDuration::from_millis(timeout), Event::Flush { channel, epoch, buffer });
            }
            (Put::Full, _) => self.send_ready(channel),
            (Put::Joined, _) => {}
        }
    }

    /// Puts a barrier or another event: it closes the buffer before it and leaves as soon as its turn comes.
    pub(super) fn put_event(&mut self, channel: ChannelId, element: Element) {
        let now = self.now;
        self.channels[channel.index()].put_event(element, now);
        self.send_ready(channel);
    }

    /// Whether the sender may take another buffer for this channel: its pool has 2 a channel and 8 more, and a channel
    /// holds at most 10.
    fn has_free_buffer(&self, channel: ChannelId) -> bool {
        let FixedChannel { from, output, pool, .. } = self.fixed.channels[channel.index()];
        self.subtasks[from.index()].pools[output] < pool
            && self.channels[channel.index()].sender_buffers < MAX_BUFFERS_PER_CHANNEL
    }

    /// The first channel of a subtask for which no buffer is free: the task does not begin another record then.
    #[inline(always)]
    pub(super) fn exhausted_output(&self, subtask: SubtaskId) -> Option<ChannelId> {
        for used in &self.subtasks[subtask.index()].pools {
            // A pool has at least so many, and no channel of this output can have as many.
            if *used >= MAX_BUFFERS_PER_CHANNEL {
                return self.find_exhausted(subtask);
            }
        }
        None
    }

    fn find_exhausted(&self, subtask: SubtaskId) -> Option<ChannelId> {
        let outputs = &self.fixed.subtasks[subtask.index()].outputs;
        outputs.iter().flatten().copied().find(|channel| {
            // Flink keeps the last buffer back, so that a thread that waits between records can still let a barrier overtake.
            let segment = u64::from(self.scenario().cluster.segment_size);
            let full = self.fixed.unaligned || self.channels[channel.index()].needs_buffer(1, segment);
            full && !self.has_free_buffer(*channel)
        })
    }

    pub(super) fn on_flush(&mut self, channel: ChannelId, epoch: u32, buffer: u32) {
        let end = &mut self.channels[channel.index()];
        if end.epoch == epoch && end.flush(buffer) {
            self.send_ready(channel);
        }
    }

    /// A failing task closes its partial buffers, and they can be read until the consumer is cancelled: a record that had
    /// passed the failing operator still reaches the next task, as in the recorded runs n3 and n4.
    pub(super) fn close_outputs(&mut self, subtask: SubtaskId) {
        let fixed = self.fixed.clone();
        for channel in fixed.subtasks[subtask.index()].outputs.iter().flatten() {
            self.channels[channel.index()].flush_all();
            self.send_ready(*channel);
        }
    }

    /// Sends what can leave: events always, records as far as there are credits.
    pub(super) fn send_ready(&mut self, channel: ChannelId) {
        let FixedChannel { from, output, to, .. } = self.fixed.channels[channel.index()];
        while let Some((buffer, data)) = self.channels[channel.index()].ready_to_send() {
            if data && !self.take_credit(channel, to) {
                return;
            }
            if !data && self.subtasks[from.index()].capture.is_some() {
                self.event_leaves(channel, from);
            }
            let now = self.now;
            let end = &mut self.channels[channel.index()];
            end.send(buffer, now);
            let epoch = end.epoch;
            if data {
                end.sender_buffers -= 1;
                self.subtasks[from.index()].pools[output] -= 1;
                if matches!(self.subtasks[from.index()].activity, Activity::BackPressured(_)) {
                    self.woken.push(from);
                }
            }
            let wire = SimDuration::from_micros(self.latencies().network_us);
            self.schedule(wire, Event::Deliver { channel, epoch, buffer });
        }
    }

    fn take_credit(&mut self, channel: ChannelId, to: SubtaskId) -> bool {
        let end = &mut self.channels[channel.index()];
        if end.credits > 0 {
            end.credits -= 1;
            return true;
        }
        let gate = &mut self.subtasks[to.index()].gate;
        if gate.floating > 0 && !self.fixed.channels[channel.index()].local {
            gate.floating -= 1;
            end.floating += 1;
            return true;
        }
        false
    }

    /// A buffer has been read: its credit goes back, floating ones first, to whichever channel of the gate waits.
    pub(super) fn return_credit(&mut self, channel: ChannelId, to: SubtaskId) {
        let end = &mut self.channels[channel.index()];
        if end.floating > 0 {
            end.floating -= 1;
            self.subtasks[to.index()].gate.floating += 1;
            for other in 0..self.fixed.graph.subtasks[to.index()].inputs.len() {
                let other = self.fixed.graph.subtasks[to.index()].inputs[other];
                self.send_ready(other);
            }
        } else {
            end.credits += 1;
            self.send_ready(channel);
        }
    }

    pub(super) fn on_deliver(&mut self, channel: ChannelId, epoch: u32, buffer: u32) {
        let now = self.now;
        let end = &mut self.channels[channel.index()];
        if end.epoch != epoch {
            return;
        }
        end.deliver(buffer, now);
        let free = end.blocked.is_none();
        let to = self.fixed.channels[channel.index()].to;
        if self.fixed.unaligned {
            self.deliver_unaligned(channel, to, buffer);
        }
        if free && !self.subtasks[to.index()].recovering {
            self.subtasks[to.index()].gate.enqueue(channel);
            self.woken.push(to);
        }
    }

    pub(super) fn block(&mut self, channel: ChannelId, checkpoint: crate::base::CheckpointId) {
        self.channels[channel.index()].blocked = Some(checkpoint);
        self.record(|| Fact::ChannelBlocked { checkpoint, channel });
    }

    /// Lets the channels of a subtask flow again, one after the other as Flink does: what waited in the first is read first.
    pub(super) fn unblock_all(&mut self, subtask: SubtaskId) {
        let fixed = self.fixed.clone();
        let blocked = |channel: &ChannelId| self.channels[channel.index()].blocked.is_some();
        for channel in resume_order(&fixed.graph, subtask, blocked) {
            let Some(checkpoint) = self.channels[channel.index()].unblock() else { continue };
            self.record(|| Fact::ChannelUnblocked { checkpoint, channel });
            if self.channels[channel.index()].received > 0 {
                self.subtasks[subtask.index()].gate.enqueue(channel);
            }
            self.send_ready(channel);
        }
    }
}
