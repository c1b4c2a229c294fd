//! Buffer debloating (BP-3): the receiver makes its senders' buffers smaller until what is in flight lasts about a second.
//! Flink: `BufferDebloater`, `BufferSizeEMA`, `ThroughputCalculator`, `StreamTask.debloat`.
//!
//! One debloater a task, for each has one gate here. Time in which nothing was to read does not count for the throughput. A
//! new size holds for buffers that are begun after it; it reaches the senders without a message of its own.

use super::Engine;
use super::event::Event;
use crate::base::{AttemptNumber, SimDuration, SubtaskId};
use crate::scenario::BufferDebloat;
use crate::trace::Fact;

/// The smallest buffer.
const LEAST: u64 = 256;

/// What a task's debloater remembers.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Debloater {
    /// Bytes read since the last look.
    pub(super) read: u64,
    /// Time spent with something to read, up to the last look.
    active: SimDuration,
    /// The average, before it is announced.
    average: u64,
    /// The size that the senders know; none before the first announcement.
    pub announced: Option<u64>,
    /// How long what is in flight would last, in milliseconds, at the last look.
    pub time_to_consume_ms: u64,
}

impl Debloater {
    /// One look: the size to announce, if it has changed enough.
    fn look(&mut self, set: &BufferDebloat, segment: u64, throughput: u64, in_use: u64) -> Option<u64> {
        let last = if self.average == 0 { segment } else { self.average };
        let in_use = in_use.max(1);
        let wanted = (throughput.saturating_mul(set.target_ms) / 1_000 / in_use).min(2 * last);
        // last + 2 / (samples + 1) * (wanted - last), in whole bytes.
        let part = |distance: u64| 2 * distance / (u64::from(set.samples) + 1);
        let average = if wanted >= last { last + part(wanted - last) } else { last - part(last - wanted) };
        self.average = average.clamp(LEAST.min(segment), segment);
        self.time_to_consume_ms = (self.average * in_use).saturating_mul(1_000) / throughput.max(1);
        let known = self.announced.unwrap_or(segment);
        let at_edge = self.average == segment || self.average == LEAST;
        let far = self.average.abs_diff(known) * 100 >= known * u64::from(set.threshold_percent);
        if self.average == known || !(at_edge || far) {
            return None;
        }
        self.announced = Some(self.average);
        self.announced
    }
}

impl Engine {
    /// A task runs: it looks at its buffers from now on.
    pub(super) fn start_debloating(&mut self, id: SubtaskId) {
        if let Some(set) = self.scenario().cluster.buffer_debloat
            && !self.fixed.subtasks[id.index()].is_source
        {
            let attempt = self.subtasks[id.index()].attempt;
            self.subtasks[id.index()].debloater = Some(Box::default());
            self.schedule(SimDuration::from_millis(set.period_ms), Event::DebloatLook { subtask: id, attempt });
        }
    }

    pub(super) fn on_debloat_look(&mut self, id: SubtaskId, attempt: AttemptNumber) {
        let task = &self.subtasks[id.index()];
        let (Some(set), true) = (self.scenario().cluster.buffer_debloat, self.is_current(id, attempt) && task.alive)
        else {
            return;
        };
        let times = task.times(self.now);
        self.schedule(SimDuration::from_millis(set.period_ms), Event::DebloatLook { subtask: id, attempt });
        let active = times.busy + times.soft + times.hard;
        let fixed = self.fixed.clone();
        let inputs = &fixed.graph.subtasks[id.index()].inputs;
        let in_use = inputs.iter().map(|channel| self.channels[channel.index()].buffers_in_use()).sum();
        let segment = u64::from(self.scenario().cluster.segment_size);
        let Some(debloater) = &mut self.subtasks[id.index()].debloater else { return };
        let worked = active.micros().saturating_sub(debloater.active.micros());
        let read = std::mem::take(&mut debloater.read);
        debloater.active = active;
        if worked == 0 || read == 0 {
            return;
        }
        let throughput = read.saturating_mul(1_000_000) / worked;
        let Some(bytes) = debloater.look(&set, segment, throughput, in_use) else { return };
        for channel in inputs {
            self.channels[channel.index()].desired_buffer = bytes as u32;
        }
        self.record(|| Fact::BufferSizeChanged { subtask: id, bytes });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 100 KB/s through ten buffers: 10 KB each would do, and the size falls towards it by 2/21 of the distance a look.
    #[test]
    fn the_size_falls_towards_what_lasts_a_second() {
        let set = BufferDebloat::default();
        let mut debloater = Debloater::default();
        let mut announced = Vec::new();
        for _ in 0..200 {
            announced.extend(debloater.look(&set, 32_768, 100_000, 10));
        }
        assert!(announced.windows(2).all(|pair| pair[1] * 4 <= pair[0] * 3), "{announced:?}");
        assert!((9_500..=13_500).contains(announced.last().expect("it fell")), "{announced:?}");
        assert_eq!(debloater.average / 100, 100);
        assert!((900..=1_100).contains(&debloater.time_to_consume_ms));
    }

    /// It never leaves its bounds, and at most doubles its aim.
    #[test]
    fn the_size_stays_within_its_bounds() {
        let set = BufferDebloat { samples: 1, ..BufferDebloat::default() };
        let mut debloater = Debloater::default();
        assert_eq!(debloater.look(&set, 32_768, 10, 10), Some(LEAST));
        assert_eq!(debloater.look(&set, 32_768, u64::MAX / 2_000, 1), Some(2 * LEAST));
        for _ in 0..10 {
            debloater.look(&set, 32_768, u64::MAX / 2_000, 1);
        }
        assert_eq!(debloater.announced, Some(32_768));
    }
}
