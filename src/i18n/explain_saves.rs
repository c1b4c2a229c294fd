//! Why something happened around savepoints and starts from a snapshot.

use super::{Language, Names};
use crate::trace::Fact;

/// The sentence for one of these facts.
pub(super) fn sentence(t: Language, fact: &Fact, _: &Names) -> String {
    match fact {
        Fact::StartedFromSnapshot { checkpoint, path, kind, .. } if kind.is_savepoint() => {
            t.started_from_savepoint(checkpoint.0, path)
        }
        Fact::StartedFromSnapshot { checkpoint, path, .. } => t.started_from_checkpoint(checkpoint.0, path),
        Fact::SnapshotStateSkipped { operator, stateful: true } => t.snapshot_state_skipped(&operator.to_string()),
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
        _ => &[],
    }
}
