//! Timers: keyed state that fires (SB-6). Flink: `InternalTimerServiceImpl` over `HeapPriorityQueueSet`.
//!
//! Timers due at one moment fire in the order in which Flink's binary heap gives them out, so the heap is Flink's own: a
//! restore puts the timers in again, key group by key group, which is why keys may fire in another order after it. Left
//! out: within one key group Flink takes the order of a hash map, the model the order before the snapshot.

use std::collections::BTreeSet;

use crate::base::{EventTime, RecordId, TimeWindow, Value};
use crate::scenario::TimeDomain;

/// A timer: at most one for each key, namespace and moment.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Timer {
    /// When, in milliseconds of its clock.
    pub time: EventTime,
    /// Whose.
    pub key: Value,
    /// The window it belongs to, if it is a window's.
    pub window: Option<TimeWindow>,
}

/// The timers of an operator at one subtask.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Timers {
    /// Of event time.
    pub event: TimerQueue,
    /// Of processing time.
    pub processing: TimerQueue,
}

/// One clock's timers.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct TimerQueue {
    /// A binary heap by moment, each with the record at which it was set: that one is no part of Flink's state, it only
    /// says where a row comes from.
    heap: Vec<(Timer, RecordId)>,
    known: BTreeSet<Timer>,
}

impl Timers {
    /// The timers of a clock.
    pub const fn of(&self, domain: TimeDomain) -> &TimerQueue {
        match domain {
            TimeDomain::EventTime => &self.event,
            TimeDomain::ProcessingTime => &self.processing,
        }
    }

    pub(super) const fn of_mut(&mut self, domain: TimeDomain) -> &mut TimerQueue {
        match domain {
            TimeDomain::EventTime => &mut self.event,
            TimeDomain::ProcessingTime => &mut self.processing,
        }
    }

    /// Sets a timer of which nobody knows at which record it was set.
    pub(super) fn set(&mut self, domain: TimeDomain, timer: Timer) {
        self.of_mut(domain).register(timer, RecordId(0));
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.event.heap.len() + self.processing.heap.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The same timers as a restore puts them in: by key group.
    pub(super) fn restored(&self, key_group: impl Fn(&Value) -> u16) -> Timers {
        let queue = |queue: &TimerQueue| {
            let mut held: Vec<&(Timer, RecordId)> = queue.heap.iter().collect();
            held.sort_by_key(|(timer, _)| key_group(&timer.key));
            let mut restored = TimerQueue::default();
            for (timer, record) in held {
                restored.register(timer.clone(), *record);
            }
            restored
        };
        Timers { event: queue(&self.event), processing: queue(&self.processing) }
    }
}

impl TimerQueue {
    /// The timers, in no order that means anything.
    pub fn iter(&self) -> impl Iterator<Item = &Timer> {
        self.heap.iter().map(|(timer, _)| timer)
    }

    /// The timers by moment, then key.
    pub fn sorted(&self) -> impl Iterator<Item = &Timer> {
        self.known.iter()
    }

    /// When the next is due.
    pub fn next_time(&self) -> Option<EventTime> {
        self.heap.first().map(|(timer, _)| timer.time)
    }

    /// Sets a timer; false when it was set already.
    pub(super) fn register(&mut self, timer: Timer, record: RecordId) -> bool {
        if !self.known.insert(timer.clone()) {
            return false;
        }
        self.heap.push((timer, record));
        self.rise(self.heap.len() - 1);
        true
    }

    /// Takes a timer back; false when it was not set.
    pub(super) fn delete(&mut self, timer: &Timer) -> bool {
        if !self.known.remove(timer) {
            return false;
        }
        let at = self.heap.iter().position(|(other, _)| other == timer).expect("a known timer is in the heap");
        self.take(at);
        true
    }

    /// The next timer due at or before `until`.
    pub(super) fn pop(&mut self, until: EventTime) -> Option<(Timer, RecordId)> {
        self.next_time().filter(|time| *time <= until)?;
        let taken = self.take(0);
        self.known.remove(&taken.0);
        Some(taken)
    }

    fn take(&mut self, at: usize) -> (Timer, RecordId) {
        let taken = self.heap.swap_remove(at);
        if at < self.heap.len() {
            let moved = self.heap[at].0.clone();
            self.sink(at);
            if self.heap[at].0 == moved {
                self.rise(at);
            }
        }
        taken
    }

    fn rise(&mut self, mut at: usize) {
        while at > 0 {
            let parent = (at - 1) / 2;
            if self.heap[at].0.time >= self.heap[parent].0.time {
                return;
            }
            self.heap.swap(at, parent);
            at = parent;
        }
    }

    fn sink(&mut self, mut at: usize) {
        loop {
            let mut child = 2 * at + 1;
            if child + 1 < self.heap.len() && self.heap[child + 1].0.time < self.heap[child].0.time {
                child += 1;
            }
            if child >= self.heap.len() || self.heap[child].0.time >= self.heap[at].0.time {
                return;
            }
            self.heap.swap(at, child);
            at = child;
        }
    }
}
