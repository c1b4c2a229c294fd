//! How large a scenario may be, and the ranges of its numbers. Where Flink refuses a value, the range is Flink's; the
//! others keep a run within what a page can show.

use std::ops::RangeInclusive;

/// Bytes of a scenario's JSON.
pub const JSON_BYTES: usize = 32 << 20;
/// Bytes of a CSV text.
pub const CSV_BYTES: usize = 16 << 20;
/// Rows of a dataset.
pub const ROWS: usize = 100_000;
/// Columns of a dataset: as many as the widest tuple of Flink has.
pub const COLUMNS: usize = 25;
/// Datasets of a scenario.
pub const DATASETS: usize = 8;
/// Operators of a job.
pub const OPERATORS: usize = 8;
/// Edges of a job.
pub const EDGES: usize = 16;
/// Fields, and states, of a function.
pub const MEMBERS: usize = 32;
/// Statements of a function.
pub const STATEMENTS: usize = 256;
/// Nesting of statements, of expressions and of values.
pub const DEPTH: usize = 32;
/// Fault points of a scenario.
pub const FAULTS: usize = 64;
/// Bytes of state that `_metadata` takes in: Flink allows up to a mebibyte.
pub const INLINE_THRESHOLD: RangeInclusive<u64> = 0..=1_048_576;
/// Incidents of a scenario.
pub const INCIDENTS: usize = 64;
/// Special paths of the world.
pub const PATHS: usize = 64;
/// Commands of a run.
pub const COMMANDS: usize = 10_000;
/// Bytes of a name.
pub const NAME_BYTES: usize = 200;
/// Bytes of a message, a path or a constant text.
pub const TEXT_BYTES: usize = 4_000;

/// A year of milliseconds, to which Flink caps the min-pause: the longest of all times here.
const YEAR_MS: u64 = 365 * 24 * 3_600_000;
const DAY_MS: u64 = 24 * 3_600_000;
/// Flink counts in Java's `int`.
const INT_MAX: u64 = i32::MAX as u64;

/// Parallelism of a job or an operator. The page offers 1 to 4.
pub const PARALLELISM: RangeInclusive<u64> = 1..=8;
/// The highest maximum parallelism (KG-5).
pub const MAX_PARALLELISM: u64 = 32_768;
/// Event time: lateness, out-of-orderness.
pub const EVENT_MS: RangeInclusive<u64> = 0..=YEAR_MS;
/// Event time: the size of a window, a gap, an idle timeout.
pub const EVENT_SIZE_MS: RangeInclusive<u64> = 1..=YEAR_MS;
/// Windows that one record may be in.
pub const WINDOWS_A_RECORD: u64 = 100;
/// Checkpoint interval and timeout: both setters refuse less than 10 ms.
pub const CHECKPOINT_MS: RangeInclusive<u64> = 10..=YEAR_MS;
/// Min-pause between checkpoints (CP-1).
pub const MIN_PAUSE_MS: RangeInclusive<u64> = 0..=YEAR_MS;
/// Checkpoints at the same time.
pub const MAX_CONCURRENT: RangeInclusive<u64> = 1..=100;
/// Failed checkpoints in a row that do not fail the job (CP-25).
pub const TOLERABLE_FAILED: RangeInclusive<u64> = 0..=INT_MAX;
/// Completed checkpoints kept (CP-35).
pub const NUM_RETAINED: RangeInclusive<u64> = 1..=1_000;
/// Restarts of fixed-delay (RS-5): none is allowed.
pub const ATTEMPTS: RangeInclusive<u64> = 0..=INT_MAX;
/// Counts of the other strategies, which must be positive.
pub const POSITIVE: RangeInclusive<u64> = 1..=INT_MAX;
/// A restart delay.
pub const DELAY_MS: RangeInclusive<u64> = 0..=YEAR_MS;
/// Backoffs, windows and thresholds, which must be positive.
pub const POSITIVE_MS: RangeInclusive<u64> = 1..=YEAR_MS;
/// Backoff multiplier in thousandths: above 1.
pub const MULTIPLIER: RangeInclusive<u64> = 1_001..=1_000_000;
/// Jitter factor in thousandths: a share.
pub const JITTER: RangeInclusive<u64> = 0..=1_000;
/// Records in a Python bundle.
pub const BUNDLE_SIZE: RangeInclusive<u64> = 1..=1_000_000;
/// How long a Python bundle lasts.
pub const BUNDLE_MS: RangeInclusive<u64> = 1..=DAY_MS;
/// TaskManagers of the cluster.
pub const TASK_MANAGERS: RangeInclusive<u64> = 1..=16;
/// Slots of a TaskManager.
pub const SLOTS: RangeInclusive<u64> = 1..=64;
/// A network buffer: Flink's smallest page; a power of two.
pub const SEGMENT: RangeInclusive<u64> = 4_096..=1_048_576;
/// How long a network buffer waits to fill.
pub const BUFFER_TIMEOUT_MS: RangeInclusive<u64> = 0..=3_600_000;
/// `transaction.timeout.ms` and `transaction.max.timeout.ms`: an `int` of milliseconds.
pub const TRANSACTION_MS: RangeInclusive<u64> = 1..=INT_MAX;
/// Looks that a debloated buffer size is averaged over.
pub const DEBLOAT_SAMPLES: RangeInclusive<u64> = 1..=1_000;
/// A share of a hundred.
pub const PERCENT: RangeInclusive<u64> = 0..=100;
/// A latency of the model.
pub const LATENCY_US: RangeInclusive<u64> = 0..=3_600_000_000;
/// Deploying takes time, so that a job which fails at once and restarts at once still moves on in time.
pub const DEPLOY_US: RangeInclusive<u64> = 1..=3_600_000_000;
/// Time between two records of a source.
pub const EVERY_MS: RangeInclusive<u64> = 0..=DAY_MS;
/// Partitions of a log.
pub const PARTITIONS: RangeInclusive<u64> = 1..=64;
/// How long a statement sleeps or a phase of a checkpoint takes longer.
pub const SLEEP_MS: RangeInclusive<u64> = 0..=DAY_MS;
/// A moment of a run.
pub const MOMENT_MS: RangeInclusive<u64> = 0..=YEAR_MS;
/// A count that starts at 1.
pub const COUNT: RangeInclusive<u64> = 1..=u64::MAX;
