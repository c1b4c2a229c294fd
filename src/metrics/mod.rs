//! What Flink's REST interface and its metric reporters say about a job at a moment (RE, ME, UI): pure functions of the
//! engine's state. Nothing here decides anything, and nothing is counted for it that the engine does not count anyway.
//!
//! Flink: `CheckpointingStatisticsHandler` and its neighbours, `MetricRegistryImpl`, `AbstractPrometheusReporter`. Left out:
//! what the model has no counterpart of (the JVM's memory, threads, garbage collection, sockets).

mod gauges;
mod prometheus;
mod rest;

pub use gauges::{JobGauges, TaskGauges};
pub use prometheus::text as prometheus_text;
pub use rest::{EPOCH_MS, checkpoint_details, checkpoints, config, documents, subtask_details, vertex_id};
