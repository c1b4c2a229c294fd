//! What a task does about a checkpoint: waiting, aligning, storing in-flight data, finishing a bundle, snapshotting.

use super::Moment;
use crate::base::{CheckpointId, SimDuration, SubtaskId};
use crate::engine::{Activity, Frame, Mail, SnapshotStage, Subtask};

/// What a task does about a checkpoint.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum CheckpointPhase {
    /// The trigger message waits until the thread is free.
    Waiting {
        /// Which checkpoint.
        checkpoint: CheckpointId,
    },
    /// Some barriers are there, others are not.
    Aligning {
        /// Which checkpoint.
        checkpoint: CheckpointId,
        /// Channels whose barrier is there.
        arrived: usize,
        /// Channels that send one.
        of: usize,
        /// Since the first barrier.
        since: SimDuration,
    },
    /// The snapshot is taken; in-flight data is stored until the other barriers come (BR-9).
    InFlight {
        /// Which checkpoint.
        checkpoint: CheckpointId,
        /// Records stored so far.
        records: u32,
        /// Their bytes.
        bytes: u64,
    },
    /// A Python bundle has to be finished first.
    AwaitingBundle {
        /// For which checkpoint; none = for `bundle.time` or the end of the input.
        checkpoint: Option<CheckpointId>,
        /// Position of the operator in the chain.
        position: usize,
        /// Records of the bundle that are not handled.
        remaining: usize,
        /// Since when, as far as the trace says.
        since: SimDuration,
    },
    /// The synchronous part.
    Sync {
        /// Which checkpoint.
        checkpoint: CheckpointId,
        /// How much is over.
        part: f64,
    },
    /// The asynchronous part: records flow again.
    Async {
        /// Which checkpoint.
        checkpoint: CheckpointId,
        /// How much is over.
        part: f64,
    },
}

impl CheckpointPhase {
    /// Which checkpoint.
    pub fn checkpoint(self) -> Option<CheckpointId> {
        match self {
            CheckpointPhase::AwaitingBundle { checkpoint, .. } => checkpoint,
            CheckpointPhase::Waiting { checkpoint }
            | CheckpointPhase::Aligning { checkpoint, .. }
            | CheckpointPhase::InFlight { checkpoint, .. }
            | CheckpointPhase::Sync { checkpoint, .. }
            | CheckpointPhase::Async { checkpoint, .. } => Some(checkpoint),
        }
    }
}

pub(super) fn checkpoint_phase(moment: &Moment, id: SubtaskId, subtask: &Subtask) -> Option<CheckpointPhase> {
    if !subtask.alive {
        return None;
    }
    let in_hand = subtask.stack.iter().find_map(|frame| match frame {
        Frame::Checkpoint { checkpoint, stage } => Some((*checkpoint, *stage)),
        _ => None,
    });
    if let Activity::AwaitingBundle(position) = subtask.activity {
        return Some(awaiting_bundle(moment, id, subtask, in_hand.map(|(checkpoint, _)| checkpoint), position));
    }
    if let Some((checkpoint, SnapshotStage::Sync)) = in_hand
        && let Activity::Busy { since, until } = subtask.activity
    {
        return Some(CheckpointPhase::Sync { checkpoint, part: moment.part(since, until) });
    }
    if let Some(capture) = &subtask.capture {
        let (checkpoint, records, bytes) = (capture.checkpoint, capture.records, capture.bytes);
        return Some(CheckpointPhase::InFlight { checkpoint, records, bytes });
    }
    if subtask.barriers.is_aligning() && subtask.barriers.open_channels() > 1 {
        return Some(CheckpointPhase::Aligning {
            checkpoint: subtask.barriers.current,
            arrived: subtask.barriers.arrived.len(),
            of: subtask.barriers.open_channels(),
            since: moment.at().since(subtask.barriers.first_at),
        });
    }
    let waiting = subtask.mailbox.iter().find_map(|mail| match mail {
        Mail::Trigger(checkpoint) => Some(CheckpointPhase::Waiting { checkpoint: *checkpoint }),
        _ => None,
    });
    waiting.or_else(|| writing(moment, id))
}

fn awaiting_bundle(
    moment: &Moment,
    id: SubtaskId,
    subtask: &Subtask,
    checkpoint: Option<CheckpointId>,
    position: u16,
) -> CheckpointPhase {
    let worker = subtask.operators.get(usize::from(position)).and_then(|operator| operator.worker.as_ref());
    let waits = &moment.backdrop.strip.lanes[id.index()].bundle_waits;
    let since = waits.iter().rev().map(|span| span.from).find(|from| *from <= moment.at());
    // A checkpoint that came while the thread waits for another reason lies in the mailbox.
    let posted = subtask.mailbox.iter().find_map(|mail| match mail {
        Mail::Trigger(checkpoint) => Some(*checkpoint),
        _ => None,
    });
    CheckpointPhase::AwaitingBundle {
        checkpoint: checkpoint.or(posted),
        position: usize::from(position),
        remaining: worker.map_or(0, |worker| worker.queue.len() + usize::from(worker.call.is_some())),
        since: since.map_or(SimDuration::ZERO, |from| moment.at().since(from)),
    }
}

fn writing(moment: &Moment, id: SubtaskId) -> Option<CheckpointPhase> {
    let snapshots = moment.backdrop.strip.lanes[id.index()].snapshots.iter().rev();
    let begun = snapshots.filter_map(|snapshot| Some((snapshot.checkpoint, snapshot.written?)));
    let mut open = begun.skip_while(|(_, span)| span.from > moment.at());
    let (checkpoint, span) = open.next()?;
    let to = span.to.filter(|to| *to > moment.at())?;
    Some(CheckpointPhase::Async { checkpoint, part: moment.part(span.from, to) })
}
