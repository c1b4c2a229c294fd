//! Why something happened around savepoints and starts from a snapshot.

use super::{Language, Names};
use crate::trace::{Fact, StopMode};

/// The sentence for one of these facts.
pub(super) fn sentence(t: Language, fact: &Fact, _: &Names) -> String {
    match fact {
        Fact::StartedFromSnapshot { checkpoint, path, kind, .. } if kind.is_savepoint() => {
            t.started_from_savepoint(checkpoint.0, path)
        }
        Fact::StartedFromSnapshot { checkpoint, path, .. } => t.started_from_checkpoint(checkpoint.0, path),
        Fact::SnapshotStateSkipped { operator, stateful: true } => t.snapshot_state_skipped(&operator.to_string()),
        Fact::SavepointStarted { checkpoint, stop, .. } => match stop {
            None => t.savepoint_triggered(checkpoint.0),
            Some(StopMode::NoDrain) => t.stop_triggered(checkpoint.0),
            Some(StopMode::Drain) => t.drain_triggered(checkpoint.0),
        },
        Fact::SavepointCompleted { path, stop: None, .. } => t.savepoint_completed(path),
        Fact::SavepointCompleted { path, .. } => t.stop_savepoint_completed(path),
        Fact::SavepointRefused => t.savepoint_refused_directory().into(),
        Fact::StopFailed => t.stop_failed().into(),
        Fact::SnapshotStateSkipped { operator, stateful: false } => t.snapshot_empty_skipped(&operator.to_string()),
        _ => String::new(),
    }
}

/// The rules behind it.
pub(super) fn rules(fact: &Fact) -> &'static [&'static str] {
    match fact {
        Fact::StartedFromSnapshot { kind, .. } if kind.is_savepoint() => &["SP-6", "CP-16"],
        Fact::StartedFromSnapshot { .. } => &["SP-9", "SP-6"],
        Fact::SnapshotStateSkipped { .. } => &["SP-7"],
        Fact::SavepointStarted { stop: None, .. } => &["SP-1", "CP-11"],
        Fact::SavepointStarted { .. } => &["SP-4", "CP-11"],
        Fact::SavepointCompleted { stop: None, .. } => &["SP-3", "CP-20"],
        Fact::SavepointCompleted { .. } => &["SP-4", "CP-20"],
        Fact::SavepointRefused => &["SP-1"],
        Fact::StopFailed => &["SP-5", "CP-23"],
        _ => &[],
    }
}
