//! Simulated time. Unit: whole microseconds. Flink itself counts milliseconds; the finer unit only keeps the order of
//! things that happen inside one millisecond.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};

use serde::{Deserialize, Serialize};

/// A moment of a run, in microseconds since the job was submitted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct SimTime(u64);

/// A length of simulated time, in microseconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct SimDuration(u64);

/// Event time: a moment in the records' own clock, in milliseconds, as Flink's `long` timestamps. Watermarks are moments of
/// this clock too.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct EventTime(pub i64);

impl EventTime {
    /// No timestamp, and where every watermark begins (`Long.MIN_VALUE`).
    pub const MIN: EventTime = EventTime(i64::MIN);
    /// The watermark at the end of the input (`Long.MAX_VALUE`).
    pub const MAX: EventTime = EventTime(i64::MAX);

    /// So many milliseconds later; the two ends stay where they are.
    #[inline(always)]
    pub const fn plus(self, millis: i64) -> EventTime {
        EventTime(self.0.saturating_add(millis))
    }
}

/// A window of event time, from `start` up to but not with `end` (Flink: `TimeWindow`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TimeWindow {
    /// Its first moment.
    pub start: EventTime,
    /// The first moment after it.
    pub end: EventTime,
}

impl TimeWindow {
    /// The last moment that belongs to it: its timer, and the timestamp of its result.
    pub const fn max_timestamp(self) -> EventTime {
        EventTime(self.end.0 - 1)
    }
}

/// `[0, 10)`.
impl fmt::Display for TimeWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}, {})", self.start, self.end)
    }
}

/// `MIN`, `MAX` or the number of milliseconds.
impl fmt::Display for EventTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            EventTime::MIN => f.write_str("MIN"),
            EventTime::MAX => f.write_str("MAX"),
            EventTime(millis) => write!(f, "{millis}"),
        }
    }
}

impl SimTime {
    /// The moment the job is submitted.
    pub const ZERO: SimTime = SimTime(0);
    /// Later than any moment of a run.
    pub const MAX: SimTime = SimTime(u64::MAX);

    /// The moment `micros` microseconds after submission.
    #[inline(always)]
    pub const fn from_micros(micros: u64) -> Self {
        SimTime(micros)
    }

    /// The moment `millis` milliseconds after submission.
    #[inline(always)]
    pub const fn from_millis(millis: u64) -> Self {
        SimTime(millis * 1_000)
    }

    /// Microseconds since submission.
    #[inline(always)]
    pub const fn micros(self) -> u64 {
        self.0
    }

    /// Whole milliseconds since submission, rounded down.
    #[inline(always)]
    pub const fn millis(self) -> u64 {
        self.0 / 1_000
    }

    /// How long after `earlier` this is; zero when it is not after.
    #[inline(always)]
    pub const fn since(self, earlier: SimTime) -> SimDuration {
        SimDuration(self.0.saturating_sub(earlier.0))
    }
}

impl SimDuration {
    /// No time at all.
    pub const ZERO: SimDuration = SimDuration(0);

    /// `micros` microseconds.
    #[inline(always)]
    pub const fn from_micros(micros: u64) -> Self {
        SimDuration(micros)
    }

    /// `millis` milliseconds.
    #[inline(always)]
    pub const fn from_millis(millis: u64) -> Self {
        SimDuration(millis.saturating_mul(1_000))
    }

    /// In microseconds.
    #[inline(always)]
    pub const fn micros(self) -> u64 {
        self.0
    }

    /// In whole milliseconds, rounded down.
    #[inline(always)]
    pub const fn millis(self) -> u64 {
        self.0 / 1_000
    }
}

impl Add<SimDuration> for SimTime {
    type Output = SimTime;
    #[inline(always)]
    fn add(self, later: SimDuration) -> SimTime {
        SimTime(self.0.saturating_add(later.0))
    }
}

impl AddAssign<SimDuration> for SimTime {
    #[inline(always)]
    fn add_assign(&mut self, later: SimDuration) {
        *self = *self + later;
    }
}

impl Add for SimDuration {
    type Output = SimDuration;
    #[inline(always)]
    fn add(self, other: SimDuration) -> SimDuration {
        SimDuration(self.0.saturating_add(other.0))
    }
}

impl Sub for SimDuration {
    type Output = SimDuration;
    #[inline(always)]
    fn sub(self, other: SimDuration) -> SimDuration {
        SimDuration(self.0.saturating_sub(other.0))
    }
}

/// Seconds with six digits, as the trace lines print it: `12.345000`.
impl fmt::Display for SimTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:06}", self.0 / 1_000_000, self.0 % 1_000_000)
    }
}
