//! Sinks that write into a store of the world outside, besides `print()`: how they write, and what the store does with it
//! (EO-2 to EO-6). Flink counterparts: `TwoPhaseCommitSinkFunction`, Sink V2 (`SupportsCommitter`), `FileSink`, `KafkaSink`,
//! `JdbcSink`.

use serde::{Deserialize, Serialize};

/// A sink and its store.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Sink {
    /// A `TwoPhaseCommitSinkFunction` over a store with transactions (EO-2).
    TwoPhaseCommit,
    /// A Sink V2 with a committer (EO-3).
    Committer(CommitterSink),
    /// `FileSink` with row format, which begins a new file at every checkpoint.
    File,
    /// `KafkaSink`.
    Kafka(KafkaSink),
    /// PostgreSQL through JDBC: `INSERT … ON CONFLICT (key) DO UPDATE`, each row at once.
    Upsert(UpsertSink),
    /// PostgreSQL through JDBC with prepared transactions (XA).
    Xa,
}

/// A Sink V2 with a committer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CommitterSink {
    /// Whether the store sees that a batch has been committed before; if not, it takes it twice.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub idempotent: bool,
}

/// A Kafka topic with one partition, and its producer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct KafkaSink {
    /// `setDeliveryGuarantee`.
    pub guarantee: DeliveryGuarantee,
    /// The producer's `transaction.timeout.ms`. The sink's default is an hour.
    pub transaction_timeout_ms: u64,
    /// The broker's `transaction.max.timeout.ms`, 15 minutes unless somebody raises it.
    pub broker_max_timeout_ms: u64,
}

impl Default for KafkaSink {
    fn default() -> Self {
        KafkaSink {
            guarantee: DeliveryGuarantee::ExactlyOnce,
            transaction_timeout_ms: 900_000,
            broker_max_timeout_ms: 900_000,
        }
    }
}

/// `DeliveryGuarantee`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeliveryGuarantee {
    /// Rows are visible as soon as they are sent.
    AtLeastOnce,
    /// Rows are sent in transactions that are committed with checkpoints.
    ExactlyOnce,
}

/// A table with a primary key.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct UpsertSink {
    /// Index of the key column.
    pub key: usize,
}

/// How a sink writes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SinkStyle {
    /// Each row at once, without transactions.
    Direct,
    /// One transaction a checkpoint, in the sink function's own state (EO-2).
    Function,
    /// A writer that hands committables to a committer (EO-3).
    Committer,
}

impl Sink {
    /// How it writes.
    pub const fn style(&self) -> SinkStyle {
        match self {
            Sink::TwoPhaseCommit | Sink::Xa => SinkStyle::Function,
            Sink::Committer(_) | Sink::File => SinkStyle::Committer,
            Sink::Kafka(KafkaSink { guarantee: DeliveryGuarantee::ExactlyOnce, .. }) => SinkStyle::Committer,
            Sink::Kafka(_) | Sink::Upsert(_) => SinkStyle::Direct,
        }
    }

    /// Whether it is a Sink V2, whose writer can't be chained to a legacy source (EO-3).
    pub const fn is_v2(&self) -> bool {
        matches!(self, Sink::Committer(_) | Sink::File | Sink::Kafka(_))
    }

    /// Its name in the scenario's JSON.
    pub const fn tag(&self) -> &'static str {
        match self {
            Sink::TwoPhaseCommit => "two_phase_commit",
            Sink::Committer(_) => "committer",
            Sink::File => "file",
            Sink::Kafka(_) => "kafka",
            Sink::Upsert(_) => "upsert",
            Sink::Xa => "xa",
        }
    }
}
