//! Event time in a job: watermark strategies and windows. Flink: `WatermarkStrategy`, `WindowAssigner`, `WindowedStream`.
//!
//! Left out: windows over processing time, count windows, custom triggers and evictors, watermark alignment, the option
//! `pipeline.auto-watermark-interval` (always its default, 200 ms).

use serde::{Deserialize, Serialize};

/// `pipeline.auto-watermark-interval`: a periodic generator is asked so often, in milliseconds.
pub const AUTO_WATERMARK_INTERVAL_MS: u64 = 200;

/// `assignTimestampsAndWatermarks`: the timestamp is a column of the record, in milliseconds.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct WatermarkStrategy {
    /// Index of the column with the timestamp.
    pub column: usize,
    /// `forBoundedOutOfOrderness`: the watermark stays so far, and 1 ms more, behind the greatest timestamp.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub out_of_orderness_ms: u64,
    /// `withIdleness`: without records for so long, the output is idle and no longer holds the watermark back (SR-10).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle_after_ms: Option<u64>,
    /// A generator of the job's own that emits after every record, where Flink's own do every 200 ms.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub every_record: bool,
}

fn is_zero(value: &u64) -> bool {
    *value == 0
}

/// A window over a keyed stream and what is done with its records.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// Which windows a record belongs to.
    pub assigner: WindowAssigner,
    /// `allowedLateness`: a window is kept so long after the watermark has passed its end.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub lateness_ms: u64,
    /// `sideOutputLateData`: the tag of late records; without one they are dropped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_output: Option<String>,
    /// What a window keeps of its records.
    pub keeps: WindowKeeps,
    /// How records are put together.
    pub fold: Fold,
    /// Of which column.
    pub column: usize,
}

/// Which windows a record belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum WindowAssigner {
    /// `TumblingEventTimeWindows`: one after the other.
    Tumbling {
        /// Length in milliseconds.
        size_ms: u64,
    },
    /// `SlidingEventTimeWindows`: they overlap.
    Sliding {
        /// Length in milliseconds.
        size_ms: u64,
        /// From the start of one to the start of the next, in milliseconds.
        slide_ms: u64,
    },
    /// `EventTimeSessionWindows`: a window ends after so long without records; windows that meet are merged.
    Session {
        /// The gap in milliseconds.
        gap_ms: u64,
    },
}

/// What a window keeps until it fires: it decides how large the state is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum WindowKeeps {
    /// `reduce`: one record (`ReducingState`).
    Reduced,
    /// `aggregate`: one accumulator (`AggregatingState`).
    Accumulator,
    /// `process`: every record (`ListState`).
    Records,
}

/// How values are put together.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Fold {
    /// How many.
    Count,
    /// Their sum.
    Sum,
    /// The smallest.
    Min,
    /// The greatest.
    Max,
    /// Their mean.
    Average,
}

impl Fold {
    /// Whether the result is of the values' own type, as `reduce` and `ReducingState` need it.
    pub const fn keeps_type(self) -> bool {
        matches!(self, Fold::Sum | Fold::Min | Fold::Max)
    }

    /// Its name in a program.
    pub const fn name(self) -> &'static str {
        match self {
            Fold::Count => "count",
            Fold::Sum => "sum",
            Fold::Min => "min",
            Fold::Max => "max",
            Fold::Average => "average",
        }
    }
}

/// `reduce`, `sum`, `min` and `max` of a keyed stream: a running result per key.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Reduce {
    /// How records are put together: one that keeps the type.
    pub fold: Fold,
    /// Of which column.
    pub column: usize,
}

/// The two clocks of a timer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TimeDomain {
    /// The records' own: timers fire when the watermark reaches them.
    EventTime,
    /// The machine's.
    ProcessingTime,
}
