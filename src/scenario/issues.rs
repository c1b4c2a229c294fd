//! What is wrong with a scenario: a list, never a panic. The words are in `i18n`; here is which field, what, and how to
//! mend it. The checks themselves are in `check`.

use serde::{Deserialize, Serialize};

use super::{CsvError, Fold, PathNature, SourceKind};
use crate::base::ValueType;

/// How bad an issue is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The scenario can't run.
    Error,
    /// It runs, but perhaps not as meant.
    Warning,
}

/// One thing that is wrong, and where.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Issue {
    /// Path of the field as in the scenario's JSON: `checkpointing.interval_ms`, `operators[1].kind.function.class`. What
    /// somebody does during the run begins with `commands`.
    pub field: String,
    /// What is wrong.
    pub kind: IssueKind,
}

/// What can be wrong. Numbers carry what was set and what is allowed, names carry the known ones, so that a sentence and a
/// way to mend it need nothing else.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IssueKind {
    /// A whole number outside its range; Flink's own range where Flink has one.
    OutOfRange {
        /// What was set.
        value: u64,
        /// Lowest allowed.
        low: u64,
        /// Highest allowed.
        high: u64,
    },
    /// A size that must be a power of two.
    NotAPowerOfTwo {
        /// What was set.
        value: u64,
        /// The next power of two.
        next: u64,
    },
    /// An initial backoff above the maximum backoff (RS-7).
    BackoffAboveMaximum {
        /// Initial backoff in milliseconds.
        initial_ms: u64,
        /// Maximum backoff in milliseconds.
        max_ms: u64,
    },
    /// A transaction timeout that the broker refuses (EO-5).
    TransactionTimeoutAboveBroker {
        /// What the broker allows, in milliseconds.
        most_ms: u64,
    },
    /// More than one checkpoint at a time with unaligned checkpoints: Flink refuses the job (BR-11).
    UnalignedConcurrent,
    /// Unaligned checkpoints with at-least-once: Flink switches them off with a warning (BR-11).
    UnalignedAtLeastOnce,
    /// A number that is infinite or none at all, in a row or a constant.
    NotFinite,
    /// A name or a path that is empty.
    Empty,
    /// A text that is too long.
    TooLong {
        /// Its length in bytes.
        length: u64,
        /// The most allowed.
        limit: u64,
    },
    /// Too many of something.
    TooMany {
        /// Of what.
        what: Counted,
        /// How many there are.
        count: u64,
        /// The most allowed.
        limit: u64,
    },
    /// Statements, expressions or values nested too deeply.
    TooDeep {
        /// The most allowed.
        limit: u64,
    },
    /// A class, field or state whose name no program could have.
    NotAName {
        /// The name.
        name: String,
    },
    /// Two things with one name.
    Duplicate {
        /// Which things.
        what: Named,
        /// Their name.
        name: String,
    },
    /// A name that nothing has.
    Unknown {
        /// What was looked for.
        what: Named,
        /// Its name.
        name: String,
        /// The names that exist.
        known: Vec<String>,
    },
    /// An operator of another kind than needed here.
    WrongRole {
        /// The operator's uid.
        operator: String,
        /// What it must be.
        needed: Role,
        /// The operators that are so.
        known: Vec<String>,
    },
    /// A scenario of a format that this build does not write.
    WrongVersion {
        /// The scenario's.
        version: u32,
        /// This build's.
        supported: u32,
    },
    /// No operators at all.
    NoOperators,
    /// No source: nothing ever happens.
    NoSource,
    /// No sink: nothing is ever printed.
    NoSink,
    /// The operators do not stand in the order in which a record meets them.
    NotInOrder {
        /// uid of the producer, which stands later.
        from: String,
        /// uid of the consumer, which stands earlier.
        to: String,
        /// All uids in a right order.
        order: Vec<String>,
    },
    /// Records would go round.
    Cycle {
        /// The uids in it, ascending.
        operators: Vec<String>,
    },
    /// An edge into a source.
    IntoSource {
        /// The source's uid.
        operator: String,
    },
    /// An edge out of a sink.
    OutOfSink {
        /// The sink's uid.
        operator: String,
    },
    /// A function or sink that nothing feeds.
    WithoutInput {
        /// Its uid.
        operator: String,
    },
    /// A source or function whose records go nowhere.
    WithoutOutput {
        /// Its uid.
        operator: String,
    },
    /// Two edges between the same operators.
    DuplicateEdge {
        /// uid of the producer.
        from: String,
        /// uid of the consumer.
        to: String,
    },
    /// A forward edge between unequal parallelisms: it becomes a rebalance.
    ForwardBecomesRebalance {
        /// The producer's parallelism.
        from: u32,
        /// The consumer's.
        to: u32,
    },
    /// A column that the records on this edge do not have.
    NoSuchColumn {
        /// Which, from 0.
        column: u64,
        /// How many columns there are; 1 also for a lone value.
        columns: u64,
    },
    /// Keyed state in a function that some edge reaches without a key.
    StateWithoutKey {
        /// The state's name.
        state: String,
    },
    /// Operator state in a PyFlink job: PyFlink has no API for it, so the printed code is Java for this class.
    OperatorStateInPython {
        /// The state's name.
        state: String,
    },
    /// A timer in a function that is not a process function after a keyBy.
    TimerWithoutKey,
    /// A map asks for what only a process function's context knows.
    ContextOfMap,
    /// A state used as if it were of another kind.
    StateOfOtherKind {
        /// The state's name.
        state: String,
        /// The kind that it would have to be.
        wanted: String,
    },
    /// A reduce function whose result is of another type than its values.
    ReduceChangesType {
        /// The function.
        fold: Fold,
    },
    /// A window or a running result without a keyBy before it.
    OperatorWithoutKey {
        /// Its uid.
        operator: String,
    },
    /// A window whose records have no timestamps: Flink throws at the first of them.
    WithoutWatermarks {
        /// Its uid.
        operator: String,
    },
    /// A timestamp column that holds no whole numbers.
    TimestampNotANumber {
        /// What it holds.
        found: ValueType,
    },
    /// Sliding windows so close that each record would be copied into very many.
    TooManyWindows {
        /// Windows a record.
        windows: u64,
        /// The shortest slide that is allowed.
        slide_ms: u64,
    },
    /// A map emits to a side output, which only process functions can.
    SideOutputOfMap,
    /// A parallelism for a source that is never parallel.
    SourceNotParallel {
        /// What was set.
        parallelism: u32,
    },
    /// Partitions for a source that has none.
    PartitionsUnused,
    /// A source of the other language's API.
    SourceOfOtherApi {
        /// The source.
        source: SourceKind,
        /// The one that behaves as this API's own.
        usual: SourceKind,
    },
    /// Fewer slots than the widest operator needs (RS-13).
    NotEnoughSlots {
        /// Slots that the job needs.
        needed: u32,
        /// Slots that the cluster has.
        available: u32,
        /// TaskManagers with which it would have enough.
        task_managers: u32,
    },
    /// A CSV text that can't be read.
    Csv(CsvError),
    /// A dataset without rows.
    NoRows,
    /// A row with another number of columns than its dataset declares.
    RowWidth {
        /// Number of values in the row.
        found: u64,
        /// Number of declared columns.
        columns: u64,
    },
    /// A value of another type than declared.
    WrongType {
        /// The declared type.
        expected: ValueType,
    },
    /// As many partitions as rows are needed, or none.
    PartitionsCount {
        /// Partitions given.
        partitions: u64,
        /// Rows.
        rows: u64,
    },
    /// A checkpoint directory without scheme: the client refuses the job (CS-5).
    DirWithoutScheme {
        /// The same directory with a scheme, where it is an absolute path.
        with_scheme: Option<String>,
    },
    /// The root of a file system as checkpoint directory: the job does not start (CS-5).
    DirIsRoot,
    /// A scheme for which no file system is installed: the job does not start (CS-5).
    DirSchemeUnsupported {
        /// The scheme.
        scheme: String,
    },
    /// A directory that can't be made or written from the start: the job does not start (CS-5).
    DirNotWritable {
        /// The special path that covers it.
        path: String,
        /// What is there.
        nature: PathNature,
    },
    /// Flink refuses a heartbeat timeout that is not longer than the interval (HA-1).
    HeartbeatTimeoutTooShort {
        /// `heartbeat.interval`.
        interval_ms: u64,
        /// `heartbeat.timeout`.
        timeout_ms: u64,
    },
    /// A path of the world that is not absolute.
    PathNotAbsolute {
        /// The same path made absolute.
        absolute: String,
    },
    /// A command releases a source that is not gated.
    NotGated {
        /// The source's uid.
        source: String,
    },
    /// A savepoint for which nobody has named a directory: it is refused (SP-1).
    NoSavepointDirectory,
    /// A gated source that no command releases: it never emits anything.
    NeverReleased {
        /// The source's uid.
        source: String,
    },
}

/// What there can be too many of.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    /// Operators of a job.
    Operators,
    /// Edges of a job.
    Edges,
    /// Datasets.
    Datasets,
    /// Rows of a dataset.
    Rows,
    /// Columns of a dataset.
    Columns,
    /// Fields of a function.
    Fields,
    /// States of a function.
    States,
    /// Statements of a function.
    Statements,
    /// Fault points.
    Faults,
    /// Incidents.
    Incidents,
    /// Special paths.
    Paths,
    /// Commands of a run.
    Commands,
}

/// What a name can belong to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Named {
    /// An operator, by its uid.
    Operator,
    /// A dataset.
    Dataset,
    /// A column of a dataset.
    Column,
    /// The class of a function.
    Class,
    /// A field of a function.
    Field,
    /// A state of a function.
    State,
    /// A side output of an operator, by its tag.
    SideOutput,
}

/// What an operator is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A source.
    Source,
    /// A print sink.
    Sink,
}

/// How a page can offer to mend an issue: what happens to its field.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mend {
    /// Set the number to this.
    Set(u64),
    /// Set the text to this.
    SetText(String),
    /// Take one of these texts.
    Choose(Vec<String>),
    /// Take it away: an element out of its list, a setting back to its default.
    Remove,
    /// Bring the operators into this order of uids.
    Reorder(Vec<String>),
    /// Put this TaskManager count into the cluster.
    TaskManagers(u32),
}

impl Issue {
    /// How bad it is.
    pub const fn severity(&self) -> Severity {
        self.kind.severity()
    }

    /// How it can be mended, where that is clear.
    pub fn mend(&self) -> Option<Mend> {
        self.kind.mend()
    }
}

impl IssueKind {
    /// How bad it is. Bad checkpoint directories are warnings: that such a job does not start is something to be seen.
    pub const fn severity(&self) -> Severity {
        match self {
            IssueKind::NoSink
            | IssueKind::UnalignedAtLeastOnce
            | IssueKind::WithoutOutput { .. }
            | IssueKind::DuplicateEdge { .. }
            | IssueKind::ForwardBecomesRebalance { .. }
            | IssueKind::OperatorStateInPython { .. }
            | IssueKind::SourceNotParallel { .. }
            | IssueKind::PartitionsUnused
            | IssueKind::SourceOfOtherApi { .. }
            | IssueKind::NoRows
            | IssueKind::DirWithoutScheme { .. }
            | IssueKind::DirIsRoot
            | IssueKind::DirSchemeUnsupported { .. }
            | IssueKind::DirNotWritable { .. }
            | IssueKind::TransactionTimeoutAboveBroker { .. }
            | IssueKind::NotGated { .. }
            | IssueKind::WithoutWatermarks { .. }
            | IssueKind::NoSavepointDirectory
            | IssueKind::NeverReleased { .. } => Severity::Warning,
            _ => Severity::Error,
        }
    }

    /// How it can be mended, where that is clear.
    pub fn mend(&self) -> Option<Mend> {
        Some(match self {
            IssueKind::OutOfRange { value, low, high } => Mend::Set(*value.clamp(low, high)),
            IssueKind::NotAPowerOfTwo { next, .. } => Mend::Set(*next),
            IssueKind::BackoffAboveMaximum { max_ms, .. } => Mend::Set(*max_ms),
            IssueKind::HeartbeatTimeoutTooShort { interval_ms, .. } => Mend::Set(interval_ms.saturating_mul(5)),
            IssueKind::TransactionTimeoutAboveBroker { most_ms } => Mend::Set(*most_ms),
            IssueKind::UnalignedConcurrent => Mend::Set(1),
            IssueKind::WrongVersion { supported, .. } => Mend::Set(u64::from(*supported)),
            IssueKind::NoSuchColumn { columns, .. } if *columns > 0 => Mend::Set(columns - 1),
            IssueKind::TooManyWindows { slide_ms, .. } => Mend::Set(*slide_ms),
            IssueKind::ReduceChangesType { .. } => {
                Mend::Choose([Fold::Sum, Fold::Min, Fold::Max].map(|fold| fold.name().to_owned()).into())
            }
            IssueKind::NotInOrder { order, .. } => Mend::Reorder(order.clone()),
            IssueKind::ForwardBecomesRebalance { .. } => Mend::Choose(vec!["rebalance".into()]),
            IssueKind::SourceOfOtherApi { usual, .. } => Mend::Choose(vec![usual.tag().into(), "log".into()]),
            IssueKind::NotEnoughSlots { task_managers, .. } => Mend::TaskManagers(*task_managers),
            IssueKind::Csv(CsvError::MissingColumn { columns, .. }) => choose(columns)?,
            IssueKind::Unknown { known, .. } | IssueKind::WrongRole { known, .. } => choose(known)?,
            IssueKind::DirWithoutScheme { with_scheme } => Mend::SetText(with_scheme.clone()?),
            IssueKind::PathNotAbsolute { absolute } => Mend::SetText(absolute.clone()),
            IssueKind::UnalignedAtLeastOnce
            | IssueKind::IntoSource { .. }
            | IssueKind::OutOfSink { .. }
            | IssueKind::DuplicateEdge { .. }
            | IssueKind::SourceNotParallel { .. }
            | IssueKind::PartitionsUnused
            | IssueKind::PartitionsCount { .. } => Mend::Remove,
            _ => return None,
        })
    }
}

fn choose(texts: &[String]) -> Option<Mend> {
    (!texts.is_empty()).then(|| Mend::Choose(texts.to_vec()))
}
