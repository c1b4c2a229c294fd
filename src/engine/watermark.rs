//! How watermarks come about and how those of several channels become one (SR-8, SR-10). Flink: `StatusWatermarkValve`,
//! `TimestampsAndWatermarksOperator`, `BoundedOutOfOrdernessWatermarks`, `WatermarksWithIdleness`.
//!
//! Neither is in a checkpoint: a new attempt begins with [`EventTime::MIN`] everywhere.

use crate::base::{EventTime, SimDuration, SimTime};
use crate::scenario::WatermarkStrategy;

/// What travels between records besides barriers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Signal {
    /// No record with a timestamp up to this one is expected any more.
    Watermark(EventTime),
    /// The sender has become idle (true) or active again: an idle one does not hold the watermark back.
    Idle(bool),
}

/// The channels of one input.
#[derive(Clone, PartialEq, Debug)]
pub struct WatermarkValve {
    channels: Vec<ChannelStatus>,
    /// The watermark of the input.
    pub watermark: EventTime,
    /// Whether all its channels are idle.
    pub idle: bool,
}

/// One channel of an input.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ChannelStatus {
    /// Its last watermark.
    pub watermark: EventTime,
    /// Whether its sender is idle.
    pub idle: bool,
    /// Idle channels fall behind and count again once they have caught up.
    aligned: bool,
}

impl WatermarkValve {
    pub(super) fn new(channels: usize) -> WatermarkValve {
        let channel = ChannelStatus { watermark: EventTime::MIN, idle: false, aligned: true };
        WatermarkValve { channels: vec![channel; channels], watermark: EventTime::MIN, idle: false }
    }

    /// The channels, in the order of the task's inputs.
    pub fn channels(&self) -> &[ChannelStatus] {
        &self.channels
    }

    /// What becomes of a signal from a channel.
    pub(super) fn take(&mut self, at: usize, signal: Signal) -> Vec<Signal> {
        match signal {
            Signal::Watermark(watermark) => self.on_watermark(at, watermark).into_iter().collect(),
            Signal::Idle(idle) => self.on_status(at, idle),
        }
    }

    fn on_watermark(&mut self, at: usize, watermark: EventTime) -> Option<Signal> {
        let channel = &mut self.channels[at];
        if self.idle || channel.idle || watermark <= channel.watermark {
            return None;
        }
        channel.watermark = watermark;
        channel.aligned |= watermark >= self.watermark;
        self.smallest()
    }

    fn on_status(&mut self, at: usize, idle: bool) -> Vec<Signal> {
        let mut out = Vec::new();
        let channel = &mut self.channels[at];
        if channel.idle == idle {
            return out;
        }
        channel.idle = idle;
        let own = channel.watermark;
        if !idle {
            channel.aligned = own >= self.watermark;
            if self.idle {
                self.idle = false;
                out.push(Signal::Idle(false));
            }
            return out;
        }
        channel.aligned = false;
        if self.channels.iter().all(|channel| channel.idle) {
            // All are idle: nothing holds back any more, so the furthest counts.
            if own == self.watermark {
                out.extend(self.raise(self.channels.iter().map(|channel| channel.watermark).max()));
            }
            self.idle = true;
            out.push(Signal::Idle(true));
        } else if own == self.watermark {
            out.extend(self.smallest());
        }
        out
    }

    fn smallest(&mut self) -> Option<Signal> {
        let aligned = self.channels.iter().filter(|channel| channel.aligned);
        let smallest = aligned.map(|channel| channel.watermark).min();
        self.raise(smallest)
    }

    fn raise(&mut self, to: Option<EventTime>) -> Option<Signal> {
        let to = to.filter(|to| *to > self.watermark)?;
        self.watermark = to;
        Some(Signal::Watermark(to))
    }
}

/// A watermark generator at work.
#[derive(Clone, PartialEq, Debug)]
pub struct WatermarkGenerator {
    /// The greatest timestamp so far.
    pub greatest: EventTime,
    /// The last watermark that it gave.
    pub watermark: EventTime,
    /// Whether it has said that it is idle.
    pub idle: bool,
    /// Since when it has been asked so often.
    opened: SimTime,
    records: u64,
    records_seen: u64,
    quiet_since: Option<SimTime>,
    /// A question is on its way.
    pub(super) asked: bool,
}

impl WatermarkGenerator {
    pub(super) fn new(now: SimTime) -> WatermarkGenerator {
        WatermarkGenerator {
            greatest: EventTime::MIN,
            watermark: EventTime::MIN,
            idle: false,
            opened: now,
            records: 0,
            records_seen: 0,
            quiet_since: None,
            asked: false,
        }
    }

    /// A record came. What a generator that emits after every record says to it.
    pub(super) fn on_record(&mut self, strategy: &WatermarkStrategy, time: EventTime) -> Vec<Signal> {
        self.records += 1;
        let rises = time > self.greatest;
        self.greatest = self.greatest.max(time);
        if strategy.every_record && rises { self.emit(strategy) } else { Vec::new() }
    }

    /// It is asked, as it is every 200 ms.
    pub(super) fn on_tick(&mut self, strategy: &WatermarkStrategy, now: SimTime) -> Vec<Signal> {
        if self.is_quiet(strategy, now) {
            if self.idle {
                return Vec::new();
            }
            self.idle = true;
            return vec![Signal::Idle(true)];
        }
        if strategy.every_record { Vec::new() } else { self.emit(strategy) }
    }

    /// Whether there is anything to ask it for: nothing is asked in vain.
    pub(super) fn wants_tick(&self, strategy: &WatermarkStrategy) -> bool {
        let behind = !strategy.every_record && self.due(strategy) > self.watermark && self.greatest != EventTime::MIN;
        behind || (strategy.idle_after_ms.is_some() && !self.idle)
    }

    /// The next moment at which it is asked: they are an interval apart since it was opened.
    pub(super) fn next_tick(&self, now: SimTime, interval: SimDuration) -> SimTime {
        let since = now.since(self.opened).micros();
        self.opened + SimDuration::from_micros((since / interval.micros() + 1) * interval.micros())
    }

    /// The end of the input is passed on, and nothing after it.
    pub(super) fn end(&mut self) {
        self.watermark = EventTime::MAX;
    }

    fn due(&self, strategy: &WatermarkStrategy) -> EventTime {
        EventTime(self.greatest.0.saturating_sub(strategy.out_of_orderness_ms as i64 + 1))
    }

    fn emit(&mut self, strategy: &WatermarkStrategy) -> Vec<Signal> {
        let due = self.due(strategy);
        if self.greatest == EventTime::MIN || due <= self.watermark {
            return Vec::new();
        }
        self.watermark = due;
        let active = std::mem::replace(&mut self.idle, false).then_some(Signal::Idle(false));
        active.into_iter().chain([Signal::Watermark(due)]).collect()
    }

    fn is_quiet(&mut self, strategy: &WatermarkStrategy, now: SimTime) -> bool {
        let Some(limit) = strategy.idle_after_ms else { return false };
        if self.records != self.records_seen {
            self.records_seen = self.records;
            self.quiet_since = None;
            return false;
        }
        let since = *self.quiet_since.get_or_insert(now);
        now.since(since) > SimDuration::from_millis(limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watermark(time: i64) -> Signal {
        Signal::Watermark(EventTime(time))
    }

    #[test]
    fn the_slowest_active_channel_decides() {
        let mut valve = WatermarkValve::new(2);
        assert_eq!(valve.take(0, watermark(5)), []);
        assert_eq!(valve.take(1, watermark(3)), [watermark(3)]);
        assert_eq!(valve.take(1, Signal::Idle(true)), [watermark(5)]);
        assert_eq!(valve.take(0, watermark(9)), [watermark(9)]);
        // Back, but behind: it counts again once it has caught up.
        assert_eq!(valve.take(1, Signal::Idle(false)), []);
        assert_eq!(valve.take(0, watermark(12)), [watermark(12)]);
        assert_eq!(valve.take(1, watermark(12)), []);
        assert_eq!(valve.take(0, watermark(20)), []);
        assert_eq!(valve.take(1, watermark(15)), [watermark(15)]);
    }

    #[test]
    fn when_all_are_idle_the_furthest_counts() {
        let mut valve = WatermarkValve::new(2);
        valve.take(0, watermark(5));
        valve.take(1, watermark(3));
        assert_eq!(valve.take(0, Signal::Idle(true)), []);
        assert_eq!(valve.take(1, Signal::Idle(true)), [watermark(5), Signal::Idle(true)]);
        assert_eq!(valve.take(1, Signal::Idle(false)), [Signal::Idle(false)]);
    }

    #[test]
    fn a_generator_without_records_becomes_idle_and_wakes_with_its_next_watermark() {
        let strategy =
            WatermarkStrategy { column: 0, out_of_orderness_ms: 2, idle_after_ms: Some(500), every_record: false };
        let at = SimTime::from_millis;
        let mut generator = WatermarkGenerator::new(at(0));
        generator.on_record(&strategy, EventTime(10));
        assert_eq!(generator.on_tick(&strategy, at(200)), [watermark(7)]);
        for quiet in [400, 600, 800] {
            assert_eq!(generator.on_tick(&strategy, at(quiet)), []);
        }
        assert_eq!(generator.on_tick(&strategy, at(1_000)), [Signal::Idle(true)]);
        generator.on_record(&strategy, EventTime(20));
        assert_eq!(generator.on_tick(&strategy, at(1_200)), [Signal::Idle(false), watermark(17)]);
    }
}
