//! Where Flink's versions differ in what a setting means or defaults to, as far as the model knows it.

use super::FlinkVersion;

/// When the first periodic checkpoint of an execution is triggered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FirstTrigger {
    /// After a delay drawn from min-pause..=interval, counted from the job's RUNNING (CP-4).
    Random,
    /// As soon as all tasks run, as recorded for 2.3.
    AtOnce,
}

/// How `version` starts its periodic scheduler.
pub const fn first_trigger(version: FlinkVersion) -> FirstTrigger {
    match version {
        FlinkVersion::V1_20 => FirstTrigger::Random,
        FlinkVersion::V2_3 => FirstTrigger::AtOnce,
    }
}

/// Whether a Python worker sends its results about once a second (1.20) or only when its bundle is finished (2.3), as
/// recorded.
pub const fn python_flushes_each_second(version: FlinkVersion) -> bool {
    matches!(version, FlinkVersion::V1_20)
}
