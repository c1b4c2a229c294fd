//! Checkpoint Lab: a deterministic simulator of how Apache Flink takes checkpoints, fails, restarts and recovers.
//!
//! The library is pure: no browser type, no clock, no randomness but its own seeded streams, no IO. A run is a pure
//! function of (scenario, seed, command log). The layers and who may name whom are drawn in `ARCHITECTURE.md` and held
//! by `tests/tidy.rs`.

pub mod base;
pub mod engine;
pub mod graph;
pub mod i18n;
pub mod lessons;
pub mod metrics;
pub mod program;
pub mod scenario;
pub mod scene;
pub mod session;
pub mod store;
pub mod timeline;
pub mod trace;
