//! The checkpoint storage: a card a checkpoint.

use super::Moment;
use super::cast::RoleKind;
use crate::base::{CheckpointId, OperatorIndex, SimDuration, SimTime};
use crate::engine::{CheckpointStats, CheckpointStatus, Spoiled};
use crate::scenario::{FileSystem, StorageTrouble};
use crate::trace::AbortReason;

/// The storage.
#[derive(Clone, PartialEq, Debug)]
pub struct StorageView {
    /// Its directory; none = the JobManager's heap.
    pub directory: Option<String>,
    /// What keeps it.
    pub file_system: FileSystem,
    /// What is wrong with it.
    pub troubles: Vec<StorageTrouble>,
    /// Cards, oldest first, at most as many as there are places.
    pub cards: Vec<CardView>,
    /// Older ones that have no place.
    pub older: usize,
}

/// A checkpoint's card.
#[derive(Clone, PartialEq, Debug)]
pub struct CardView {
    /// Which.
    pub id: CheckpointId,
    /// Its place among the layout's cards.
    pub place: usize,
    /// How it stands.
    pub status: CardStatus,
    /// When it was triggered.
    pub triggered_at: SimTime,
    /// From trigger to end, or until now.
    pub duration: SimDuration,
    /// Bytes so far.
    pub bytes: u64,
    /// Acknowledged subtasks, and all of them.
    pub acknowledged: (u32, u32),
    /// What it holds of each operator that keeps something.
    pub contents: Vec<ContentView>,
    /// A restart would restore from it.
    pub in_force: bool,
    /// Its files are gone or damaged.
    pub spoiled: Option<Spoiled>,
    /// The running attempts were restored from it.
    pub restored: bool,
    /// How fresh its state is.
    pub fresh: f64,
}

/// How a checkpoint's card stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CardStatus {
    /// Pending.
    Pending,
    /// Completed, and its files are there.
    Completed,
    /// Completed, and its files are gone.
    Discarded,
    /// Given up.
    Failed(AbortReason),
}

/// What a checkpoint holds of an operator.
#[derive(Clone, PartialEq, Debug)]
pub struct ContentView {
    /// Which operator.
    pub operator: OperatorIndex,
    /// Its name.
    pub name: String,
    /// Source: the positions of its subtasks and partitions, in order.
    pub offsets: Vec<u64>,
    /// Values of Flink state.
    pub values: usize,
}

pub(super) fn view(moment: &Moment) -> StorageView {
    let chosen = chosen(moment);
    let history = &moment.engine.coordinator().history;
    let older = history.len() - chosen.len();
    let cards = chosen.iter().enumerate().map(|(place, stats)| card(moment, place, stats)).collect();
    let storage = moment.engine.storage();
    StorageView {
        directory: storage.directory().map(str::to_owned),
        file_system: moment.engine.input().scenario.cluster.file_system,
        troubles: storage.troubles.iter().copied().collect(),
        cards,
        older,
    }
}

/// The checkpoints that have a place: those that matter, and the newest of the others.
fn chosen<'a>(moment: &Moment<'a>) -> Vec<&'a CheckpointStats> {
    let places = moment.layout.cards.len();
    let coordinator = moment.engine.coordinator();
    let latest = coordinator.latest().map(|latest| latest.id);
    let history = &coordinator.history;
    let first = history.len().saturating_sub(places);
    let mut chosen: Vec<&CheckpointStats> = history[first..].iter().collect();
    let missing = history[..first].iter().rev().find(|stats| Some(stats.id) == latest);
    if let (Some(missing), false) = (missing, chosen.is_empty()) {
        // The one in force keeps its place at the front.
        chosen[0] = missing;
    }
    chosen
}

/// The card of a checkpoint, if it has a place at this moment.
pub(super) fn place_of(moment: &Moment, id: CheckpointId) -> Option<usize> {
    chosen(moment).iter().position(|stats| stats.id == id)
}

fn card(moment: &Moment, place: usize, stats: &CheckpointStats) -> CardView {
    let coordinator = moment.engine.coordinator();
    let stored = coordinator.completed.iter().any(|completed| completed.id == stats.id);
    let status = match stats.status {
        CheckpointStatus::InProgress => CardStatus::Pending,
        CheckpointStatus::Failed(reason) => CardStatus::Failed(reason),
        CheckpointStatus::Completed if stats.discarded || !stored => CardStatus::Discarded,
        CheckpointStatus::Completed => CardStatus::Completed,
    };
    let over = stats.duration.filter(|_| status != CardStatus::Pending);
    let duration = over.unwrap_or_else(|| moment.at().since(stats.triggered_at));
    let changed = if status == CardStatus::Pending { stats.triggered_at } else { stats.triggered_at + duration };
    let subtasks = moment.engine.graph().subtasks.len() as u32;
    let restored = (0..subtasks).any(|id| {
        let subtask = moment.engine.subtask(crate::base::SubtaskId(id));
        subtask.restored_from == Some(stats.id) && !subtask.state.is_terminal()
    });
    CardView {
        id: stats.id,
        place,
        status,
        triggered_at: stats.triggered_at,
        duration,
        bytes: stats.bytes,
        acknowledged: (stats.acknowledged, stats.subtasks),
        contents: contents(moment, stats),
        spoiled: moment.engine.storage().spoiled.get(&stats.id).copied(),
        in_force: coordinator.latest().is_some_and(|latest| latest.id == stats.id),
        restored,
        fresh: moment.glow(changed),
    }
}

fn contents(moment: &Moment, stats: &CheckpointStats) -> Vec<ContentView> {
    let graph = moment.engine.graph();
    let operators = moment.backdrop.cast.operators.iter().enumerate();
    operators
        .filter(|(_, role)| !matches!(role.kind, RoleKind::Print))
        .map(|(at, role)| {
            let node = &graph.operators[at];
            let parts = stats.parts.iter().filter(|(id, _)| graph.subtasks[id.index()].task == node.task);
            let parts = parts.filter_map(|(_, part)| part.operators.get(node.position));
            let mut view = ContentView {
                operator: OperatorIndex(at as u16),
                name: role.name.clone(),
                offsets: Vec::new(),
                values: 0,
            };
            for part in parts {
                view.offsets.extend(part.offsets.iter().flatten());
                view.values += part.state.len();
            }
            view
        })
        .filter(|view| !view.offsets.is_empty() || view.values > 0)
        .collect()
}
