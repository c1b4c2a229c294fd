//! Channels: in-band, first in first out, with credit-based flow control (BP-1, BR-3, BR-5).
//!
//! One queue spans both ends: its front part lies at the receiver, the next part is on the wire, the rest waits at the
//! sender. Elements are grouped in buffers of one memory segment; a buffer leaves when it is full or flushed and when there
//! is a credit for it. Left out: a record larger than a segment still takes one buffer; a buffer flushed half-full is not
//! filled up later; credits come back without a message of their own.
//!
//! A barrier of an unaligned checkpoint is not in the queue: it overtakes everything in it (BR-9) and travels beside it.
//!
//! Invariant: nothing in the queue overtakes. `received + on_wire <= queue.len()`.

use std::collections::VecDeque;

use super::watermark::Signal;
use crate::base::{ChannelId, CheckpointId, EventTime, RecordId, Row, SimTime};
use crate::trace::StopMode;

/// Buffers that a channel owns at its receiver: its initial credit.
pub const EXCLUSIVE_BUFFERS: u32 = 2;
/// The same inside a TaskManager: the receiver has no buffers of its own, it reads the sender's one by one.
pub const LOCAL_BUFFERS: u32 = 1;
/// Buffers that the channels of a gate share.
pub const FLOATING_BUFFERS: u32 = 8;
/// Buffers that may wait in one subpartition at the sender.
pub const MAX_BUFFERS_PER_CHANNEL: u32 = 10;

/// The buffer number of restored in-flight data; buffers count from 1.
const RESTORED: u32 = 0;

/// What travels in a channel.
#[derive(Clone, PartialEq, Debug)]
pub enum Element {
    /// A record with its timestamp.
    Record(RecordId, Row, EventTime),
    /// A watermark or a channel's status (SR-10).
    Signal(Signal),
    /// A checkpoint barrier.
    Barrier(CheckpointId),
    /// A cancel marker (BR-6).
    CancelMarker(CheckpointId),
    /// No more records; state may still be checkpointed (CP-33).
    EndOfData(StopMode),
    /// The sender is gone.
    EndOfPartition,
}

impl Element {
    /// Whether it lies in buffers, which cost credits, and so is part of an unaligned checkpoint (BR-9); all else is an
    /// event.
    #[inline(always)]
    pub const fn is_data(&self) -> bool {
        matches!(self, Element::Record(..) | Element::Signal(_))
    }

    /// What it takes of a buffer.
    pub(in crate::engine) fn size(&self) -> u64 {
        match self {
            Element::Record(_, row, _) => row.size() + 4,
            Element::Signal(_) => super::network::SIGNAL_BYTES,
            _ => 0,
        }
    }
}

/// A barrier that has overtaken what was in its channel (BR-9).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Overtaking {
    /// Of which checkpoint.
    pub checkpoint: CheckpointId,
    /// Buffers with a lower number had left the sender before it.
    pub(super) before: u32,
    /// It lies at the receiver; else it is on the wire.
    pub arrived: bool,
    /// Since when it has been there.
    pub since: SimTime,
}

/// An element in its place.
#[derive(Clone, PartialEq, Debug)]
pub struct Slot {
    /// What.
    pub element: Element,
    /// Number of the buffer it is in.
    pub buffer: u32,
    /// Since when it has been in its part of the queue: at the sender, on the wire or at the receiver.
    pub since: SimTime,
}

/// One channel.
#[derive(Clone, PartialEq, Debug)]
pub struct Channel {
    /// Oldest first.
    pub queue: VecDeque<Slot>,
    /// How many elements lie at the receiver.
    pub received: usize,
    /// How many are on the wire.
    pub on_wire: usize,
    /// Barriers that have overtaken the queue and are not handled yet, in their order.
    pub overtaking: Vec<Overtaking>,
    /// The checkpoint for which the receiver does not read on (BR-5).
    pub blocked: Option<CheckpointId>,
    /// Buffers at the sender, data only.
    pub sender_buffers: u32,
    /// Both ends are in one TaskManager, and that makes a difference.
    local: bool,
    /// Exclusive buffers free at the receiver.
    pub credits: u32,
    /// Floating buffers of the gate that this channel holds.
    pub floating: u32,
    /// How large its buffers should be at most (BP-3); those that are begun from now on are.
    pub desired_buffer: u32,
    /// Bytes of records that were ever put into it.
    pub bytes: u64,
    /// Buffers that were ever begun.
    pub buffers: u64,
    /// Raised when the channel is made anew: older deliveries are dropped.
    pub(super) epoch: u32,
    open: Option<OpenBuffer>,
    /// A flush was asked for while the channel was blocked: what is open leaves when it is not any more.
    flush_requested: bool,
    next_buffer: u32,
}

#[derive(Clone, Copy, PartialEq, Debug)]
struct OpenBuffer {
    number: u32,
    bytes: u64,
}

/// What the engine has to do after a record was put.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Put {
    /// It opened a buffer, which the flusher has to close.
    Opened(u32),
    /// It filled its buffer, which can leave.
    Full,
    /// It joined an open buffer.
    Joined,
}

impl Channel {
    pub(super) fn new(local: bool) -> Channel {
        Channel {
            queue: VecDeque::new(),
            received: 0,
            on_wire: 0,
            overtaking: Vec::new(),
            blocked: None,
            sender_buffers: 0,
            local,
            credits: if local { LOCAL_BUFFERS } else { EXCLUSIVE_BUFFERS },
            floating: 0,
            desired_buffer: u32::MAX,
            bytes: 0,
            buffers: 0,
            epoch: 0,
            open: None,
            flush_requested: false,
            next_buffer: 0,
        }
    }

    /// Empties the channel for a new attempt.
    pub(super) fn reset(&mut self) {
        *self = Channel { epoch: self.epoch + 1, ..Channel::new(self.local) };
    }

    /// Whether a record of this size needs another buffer at the sender.
    #[inline(always)]
    pub(super) fn needs_buffer(&self, bytes: u64, segment: u64) -> bool {
        match self.open {
            Some(open) => open.bytes + bytes > segment,
            None => true,
        }
    }

    /// Puts a record or a watermark of this size at the sender's end. The caller has made sure that a buffer is free if one is needed.
    #[inline(always)]
    pub(super) fn put_data(&mut self, element: Element, bytes: u64, segment: u64, now: SimTime) -> Put {
        let opened = self.needs_buffer(bytes, segment);
        if opened {
            self.open = Some(OpenBuffer { number: self.take_number(), bytes: 0 });
            self.sender_buffers += 1;
            self.buffers += 1;
        }
        self.bytes += bytes;
        let open = self.open.as_mut().expect("a buffer is open");
        open.bytes += bytes;
        let (number, full) = (open.number, open.bytes >= segment);
        self.queue.push_back(Slot { element, buffer: number, since: now });
        if full {
            self.open = None;
            Put::Full
        } else if opened {
            Put::Opened(number)
        } else {
            Put::Joined
        }
    }

    /// Puts anything else: it closes the open buffer and needs neither buffer nor credit.
    pub(super) fn put_event(&mut self, element: Element, now: SimTime) {
        self.open = None;
        let buffer = self.take_number();
        self.queue.push_back(Slot { element, buffer, since: now });
    }

    /// Closes the buffer with this number if it is still open and can leave.
    pub(super) fn flush(&mut self, buffer: u32) -> bool {
        let open = self.open.is_some_and(|open| open.number == buffer);
        if open {
            self.flush_all();
        }
        open && self.open.is_none()
    }

    /// Closes whatever is open. Nothing leaves a blocked channel: its buffer is filled up meanwhile, so that all that waits
    /// in it is read in one go.
    pub(super) fn flush_all(&mut self) {
        if self.blocked.is_some() {
            self.flush_requested = true;
        } else {
            self.open = None;
        }
    }

    /// Lets the channel flow again; the checkpoint for which it was blocked.
    pub(super) fn unblock(&mut self) -> Option<CheckpointId> {
        let checkpoint = self.blocked.take()?;
        if std::mem::take(&mut self.flush_requested) {
            self.flush_all();
        }
        Some(checkpoint)
    }

    /// The first buffer that has not left, if it is closed: its number, and whether it holds records.
    pub(super) fn ready_to_send(&self) -> Option<(u32, bool)> {
        let slot = self.queue.get(self.received + self.on_wire)?;
        let closed = self.open.is_none_or(|open| open.number != slot.buffer);
        closed.then_some((slot.buffer, slot.element.is_data()))
    }

    /// Moves the buffer with this number, the first that has not left, to the wire.
    pub(super) fn send(&mut self, buffer: u32, now: SimTime) {
        self.on_wire += self.stamp(self.received + self.on_wire, buffer, now);
    }

    /// Moves the buffer with this number, the first on the wire, to the receiver.
    pub(super) fn deliver(&mut self, buffer: u32, now: SimTime) {
        let moved = self.stamp(self.received, buffer, now);
        self.received += moved;
        self.on_wire -= moved;
    }

    /// Notes on the elements of a buffer, which begins at `from`, that they have moved, and says how many they are.
    fn stamp(&mut self, from: usize, buffer: u32, now: SimTime) -> usize {
        let (front, back) = self.queue.as_mut_slices();
        let wrapped = from.saturating_sub(front.len());
        let from = from.min(front.len());
        let mut moved = 0;
        for part in [&mut front[from..], &mut back[wrapped..]] {
            for slot in part {
                if slot.buffer != buffer {
                    return moved;
                }
                slot.since = now;
                moved += 1;
            }
        }
        moved
    }

    /// Takes the oldest received element, and says whether that empties its buffer.
    pub(super) fn take(&mut self) -> Option<(Element, bool)> {
        if self.received == 0 {
            return None;
        }
        self.received -= 1;
        let slot = self.queue.pop_front()?;
        let emptied = self.received == 0 || self.queue.front().is_none_or(|next| next.buffer != slot.buffer);
        Some((slot.element, emptied))
    }

    /// Lets a barrier that still waits at the sender overtake what is before it there; `None` when there is none. What it
    /// has overtaken is the sender's to store.
    pub(super) fn overtake_at_sender(&mut self, checkpoint: CheckpointId, now: SimTime) -> Option<Vec<Element>> {
        let start = self.received + self.on_wire;
        let waits = |slot: &Slot| slot.element == Element::Barrier(checkpoint);
        let at = start + self.queue.iter().skip(start).position(waits)?;
        let before = self.queue[start].buffer;
        self.queue.remove(at);
        self.overtaking.push(Overtaking { checkpoint, before, arrived: false, since: now });
        Some(self.data_in(start..at, u32::MAX))
    }

    /// The same at the receiver: the barrier will be handled before what is in front of it is read.
    pub(super) fn overtake_at_receiver(&mut self, checkpoint: CheckpointId, now: SimTime) -> bool {
        let waits = |slot: &Slot| slot.element == Element::Barrier(checkpoint);
        let Some(at) = self.queue.iter().take(self.received).position(waits) else { return false };
        let Some(slot) = self.queue.remove(at) else { return false };
        self.received -= 1;
        self.overtaking.push(Overtaking { checkpoint, before: slot.buffer, arrived: true, since: now });
        true
    }

    /// Received data that a snapshot taken now has to store: all before the barrier that has overtaken it, if one has.
    pub(super) fn received_before(&self, checkpoint: CheckpointId) -> Vec<Element> {
        let barrier = self.overtaking.iter().find(|barrier| barrier.arrived && barrier.checkpoint == checkpoint);
        self.data_in(0..self.received, barrier.map_or(u32::MAX, |barrier| barrier.before))
    }

    /// Data of this part of the queue in buffers below a number.
    pub(super) fn data_in(&self, part: std::ops::Range<usize>, before: u32) -> Vec<Element> {
        let slots = self.queue.iter().skip(part.start).take(part.len());
        slots.filter(|slot| slot.element.is_data() && slot.buffer < before).map(|slot| slot.element.clone()).collect()
    }

    /// Puts restored data in front, as if just received: it belongs to no buffer (BR-12).
    pub(super) fn restore(&mut self, elements: &[Element], now: SimTime) {
        for element in elements.iter().rev() {
            self.queue.push_front(Slot { element: element.clone(), buffer: RESTORED, since: now });
        }
        self.received += elements.len();
    }

    /// Bytes of records that have ever been received.
    pub fn bytes_received(&self) -> u64 {
        let under_way = self.queue.iter().skip(self.received).map(|slot| slot.element.size());
        self.bytes.saturating_sub(under_way.sum())
    }

    /// Buffers of data in it, wherever they are.
    pub(super) fn buffers_in_use(&self) -> u64 {
        let mut buffers = 0;
        let mut last = None;
        for slot in self.queue.iter().filter(|slot| slot.element.is_data()) {
            buffers += u64::from(last != Some(slot.buffer));
            last = Some(slot.buffer);
        }
        buffers
    }

    /// Buffers that lie at the receiver.
    pub fn buffers_received(&self) -> u64 {
        let mut buffers = 0;
        let mut last = None;
        for slot in self.queue.iter().take(self.received).filter(|slot| slot.element.is_data()) {
            buffers += u64::from(last != Some(slot.buffer));
            last = Some(slot.buffer);
        }
        buffers
    }

    /// Whether this barrier has not left the sender.
    pub(super) fn waits_at_sender(&self, checkpoint: CheckpointId) -> bool {
        let waiting = self.queue.iter().skip(self.received + self.on_wire);
        waiting.into_iter().any(|slot| slot.element == Element::Barrier(checkpoint))
    }

    /// The first element that has not left the sender.
    pub(super) fn next_to_send(&self) -> Option<&Element> {
        self.queue.get(self.received + self.on_wire).map(|slot| &slot.element)
    }

    /// Where the received elements of the newest buffer lie.
    pub(super) fn received_buffer(&self, buffer: u32) -> std::ops::Range<usize> {
        let others = self.queue.iter().take(self.received).rev().take_while(|slot| slot.buffer == buffer).count();
        self.received - others..self.received
    }

    fn take_number(&mut self) -> u32 {
        self.next_buffer += 1;
        self.next_buffer
    }
}

/// The channels of a subtask that hold something to read, in the order in which they will be read.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct InputGate {
    pub(super) ready: VecDeque<ChannelId>,
    /// Floating buffers that no channel holds.
    pub floating: u32,
    /// Barriers that have overtaken a queue and wait to be handled.
    pub(super) overtaking: u32,
}

impl InputGate {
    pub(super) fn new() -> InputGate {
        InputGate { ready: VecDeque::new(), floating: FLOATING_BUFFERS, overtaking: 0 }
    }

    pub(super) fn enqueue(&mut self, channel: ChannelId) {
        if !self.ready.contains(&channel) {
            self.ready.push_back(channel);
        }
    }
}
