//! What is on its way between the parts, and the glow that it leaves: messages between JobManager and tasks, state to and
//! from the storage, rows into and out of the job, rows inside a chain.
//!
//! What takes simulated time is shown on its way during it. A message takes a millisecond and a call inside a chain takes
//! none, which nobody could see; the line that it took stays lit for [`super::Backdrop::fade`].

use super::Moment;
use super::geometry::Point;
use super::storage::place_of;
use crate::base::{CheckpointId, RecordId, SimDuration, SimTime, SubtaskId};
use crate::trace::{ExecutionState, Fact};

/// Something on its way, or the glow of it.
#[derive(Clone, PartialEq, Debug)]
pub struct Signal {
    /// The same for the same thing from moment to moment.
    pub key: u64,
    /// What it is.
    pub kind: SignalKind,
    /// Which subtask is at one end.
    pub subtask: SubtaskId,
    /// The checkpoint that it is about.
    pub checkpoint: Option<CheckpointId>,
    /// The record that it is about, and its colour.
    pub record: Option<(RecordId, u8)>,
    /// Its line, as the `d` of an SVG path.
    pub d: String,
    /// Where it is.
    pub head: Point,
    /// The direction there, in degrees.
    pub angle: f64,
    /// How brightly its line glows, 0 to 1.
    pub bright: f64,
    /// It is still on its way.
    pub flying: bool,
}

/// What is on its way.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum SignalKind {
    /// The coordinator triggers a checkpoint.
    Trigger,
    /// A task acknowledges it.
    Acknowledge,
    /// A task declines it.
    Decline,
    /// The coordinator tells a task that it completed.
    NotifyComplete,
    /// The coordinator tells a task that it was given up.
    NotifyAborted,
    /// A task's failure reaches the JobManager.
    Failure,
    /// State on its way to the storage.
    Snapshot,
    /// State on its way back.
    Restore,
    /// A row inside a chain.
    Link,
    /// A record on its way into the job.
    Read,
    /// A row on its way out.
    Write,
}

/// Facts looked at behind the moment.
const MOST_FACTS: usize = 600;

pub(super) fn view(moment: &Moment) -> Vec<Signal> {
    let mut signals = Vec::new();
    messages(moment, &mut signals);
    state(moment, &mut signals);
    by_key(signals)
}

/// The signals in the order of their keys. Of several with one key the brightest speaks, the first of equally bright ones.
fn by_key(signals: Vec<Signal>) -> Vec<Signal> {
    let mut sorted: Vec<Signal> = Vec::with_capacity(signals.len());
    for signal in signals {
        match sorted.binary_search_by_key(&signal.key, |other| other.key) {
            Ok(at) if signal.bright > sorted[at].bright => sorted[at] = signal,
            Ok(_) => {}
            Err(at) => sorted.insert(at, signal),
        }
    }
    sorted
}

/// Everything that takes a message's time or none: read off the facts around the moment.
fn messages(moment: &Moment, signals: &mut Vec<Signal>) {
    let rpc = SimDuration::from_micros(moment.engine.input().scenario.cluster.latencies.rpc_us);
    let ahead =
        moment.trace[moment.position..].iter().take_while(|event| event.at <= moment.at() + rpc).take(MOST_FACTS);
    let behind = moment.trace[..moment.position].iter().rev().take(MOST_FACTS);
    let behind = behind.take_while(|event| moment.glow(event.at) > 0.0);
    for event in ahead.chain(behind) {
        message(moment, event.at, rpc, &event.fact, signals);
    }
}

fn message(moment: &Moment, at: SimTime, rpc: SimDuration, fact: &Fact, signals: &mut Vec<Signal>) {
    use SignalKind as K;
    let rpc_signal = |kind, subtask, checkpoint| Draft { kind, subtask, checkpoint, ..Draft::default() }.sent(at, rpc);
    let draft = match fact {
        Fact::TriggerArrived { checkpoint, subtask } => rpc_signal(K::Trigger, *subtask, Some(*checkpoint)),
        Fact::CheckpointAcknowledged { checkpoint, subtask, .. } => {
            rpc_signal(K::Acknowledge, *subtask, Some(*checkpoint))
        }
        Fact::CheckpointDeclined { checkpoint, subtask, .. } => rpc_signal(K::Decline, *subtask, Some(*checkpoint)),
        Fact::CompletionNotified { checkpoint, subtask } => rpc_signal(K::NotifyComplete, *subtask, Some(*checkpoint)),
        Fact::AbortNotified { checkpoint, subtask } => rpc_signal(K::NotifyAborted, *subtask, Some(*checkpoint)),
        Fact::TaskFailureHandled { subtask, .. } => rpc_signal(K::Failure, *subtask, None),
        Fact::RecordEmitted { subtask, record, .. } => Draft::hop(K::Read, *subtask, 0, *record, at),
        Fact::RowPrinted { subtask, record, .. } => Draft::hop(K::Write, *subtask, 0, *record, at),
        Fact::RowWritten { subtask, row, .. } => Draft::hop(K::Write, *subtask, 0, row.record, at),
        Fact::RecordReceived { subtask, operator, record } => {
            match moment.engine.graph().operators[operator.index()].position {
                0 => return,
                position => Draft::hop(K::Link, *subtask, position - 1, *record, at),
            }
        }
        _ => return,
    };
    signals.extend(draft.drawn(moment));
}

/// State that travels: its beginning and end are in the strip.
fn state(moment: &Moment, signals: &mut Vec<Signal>) {
    for (at, lane) in moment.backdrop.strip.lanes.iter().enumerate() {
        let subtask = SubtaskId(at as u32);
        let begun = lane.snapshots.iter().filter_map(|snapshot| Some((snapshot.checkpoint, snapshot.written?)));
        for (checkpoint, span) in begun.filter(|(_, span)| span.from <= moment.at()) {
            let Some(to) = span.to.filter(|to| *to > moment.at() || moment.glow(*to) > 0.0) else { continue };
            let draft = Draft {
                kind: SignalKind::Snapshot,
                subtask,
                checkpoint: Some(checkpoint),
                from: span.from,
                to,
                ..Draft::default()
            };
            signals.extend(draft.drawn(moment));
        }
        let current = lane.states.iter().rev().find(|state| state.span.from <= moment.at());
        let restored = moment.engine.subtask(subtask).restored_from;
        if let (Some(current), Some(checkpoint)) = (current, restored)
            && matches!(current.state, ExecutionState::Initializing | ExecutionState::Running)
        {
            let initializing = lane
                .states
                .iter()
                .rev()
                .find(|state| state.span.from <= moment.at() && state.state == ExecutionState::Initializing);
            let Some((from, to)) = initializing.and_then(|state| Some((state.span.from, state.span.to?))) else {
                continue;
            };
            let draft = Draft {
                kind: SignalKind::Restore,
                subtask,
                checkpoint: Some(checkpoint),
                from,
                to,
                ..Draft::default()
            };
            signals.extend(draft.drawn(moment));
        }
    }
}

/// A signal before its line is known.
#[derive(Clone, Copy)]
struct Draft {
    kind: SignalKind,
    subtask: SubtaskId,
    checkpoint: Option<CheckpointId>,
    record: Option<RecordId>,
    /// Which of the subtask's lines of this kind.
    line: usize,
    from: SimTime,
    to: SimTime,
}

impl Default for Draft {
    fn default() -> Draft {
        Draft {
            kind: SignalKind::Trigger,
            subtask: SubtaskId(0),
            checkpoint: None,
            record: None,
            line: 0,
            from: SimTime::ZERO,
            to: SimTime::ZERO,
        }
    }
}

impl Draft {
    fn hop(kind: SignalKind, subtask: SubtaskId, line: usize, record: RecordId, at: SimTime) -> Draft {
        Draft { kind, subtask, record: Some(record), line, from: at, to: at, ..Draft::default() }
    }

    /// A message that arrived at `at` was sent one message's time before.
    fn sent(self, at: SimTime, rpc: SimDuration) -> Draft {
        Draft { from: SimTime::from_micros(at.micros().saturating_sub(rpc.micros())), to: at, ..self }
    }

    fn drawn(self, moment: &Moment) -> Option<Signal> {
        if moment.at() < self.from {
            return None;
        }
        let flying = moment.at() < self.to;
        let bright = if flying { 1.0 } else { moment.glow(self.to) };
        if bright <= 0.0 {
            return None;
        }
        let frame = &moment.layout.subtasks[self.subtask.index()];
        let card = |id: Option<CheckpointId>| id.and_then(|id| place_of(moment, id));
        let (path, backwards) = match self.kind {
            SignalKind::Trigger | SignalKind::NotifyComplete | SignalKind::NotifyAborted => {
                (frame.trigger.clone(), false)
            }
            SignalKind::Acknowledge | SignalKind::Decline | SignalKind::Failure => (frame.ack.clone(), false),
            SignalKind::Snapshot => (moment.layout.to_card(self.subtask, card(self.checkpoint)?), false),
            SignalKind::Restore => (moment.layout.to_card(self.subtask, card(self.checkpoint)?), true),
            SignalKind::Link => (frame.links.get(self.line)?.clone(), false),
            SignalKind::Read | SignalKind::Write => (frame.outside.get(self.outside_line(moment))?.clone(), false),
        };
        let part = moment.part(self.from, self.to);
        let distance = path.length() * if backwards { 1.0 - part } else { part };
        let (head, angle) = path.at(distance);
        let key = ((self.kind as u64) << 48) | ((self.subtask.0 as u64) << 24) | self.line as u64;
        Some(Signal {
            key: key ^ (self.state_key() << 32),
            kind: self.kind,
            subtask: self.subtask,
            checkpoint: self.checkpoint,
            record: self.record.map(|record| (record, moment.backdrop.cast.hue(record))),
            d: path.d,
            head,
            angle: if backwards { angle + 180.0 } else { angle },
            bright,
            flying,
        })
    }

    /// Snapshots of several checkpoints may be on their way at once.
    fn state_key(self) -> u64 {
        match self.kind {
            SignalKind::Snapshot => self.checkpoint.map_or(0, |checkpoint| checkpoint.0 & 0xFF) << 8,
            _ => 0,
        }
    }

    /// A chain that reads and writes has a line for each: the source's first.
    fn outside_line(self, moment: &Moment) -> usize {
        let reads = moment.engine.graph().is_source(self.subtask);
        usize::from(self.kind == SignalKind::Write && reads)
    }
}
