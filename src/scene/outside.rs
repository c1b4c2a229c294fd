//! The world outside the job: what sources read, and the rows that became visible. It does not roll back; whether something
//! is exactly once is judged here.

use std::sync::Arc;

use super::Moment;
use super::cast::RoleKind;
use crate::base::{OperatorIndex, RecordId, SubtaskId};
use crate::engine::{Store, TransactionState};
use crate::scenario::{Sink, SinkStyle, SourceKind};

/// A partition of a source's input; a collection is one partition.
#[derive(Clone, PartialEq, Debug)]
pub struct InputView {
    /// Which source.
    pub operator: OperatorIndex,
    /// Who reads it.
    pub subtask: SubtaskId,
    /// Its number.
    pub partition: usize,
    /// How many the source has.
    pub partitions: usize,
    /// Name of the dataset.
    pub dataset: String,
    /// Which kind of source reads it.
    pub kind: SourceKind,
    /// The next record to be read; none while no attempt runs.
    pub position: Option<u64>,
    /// From where a restart would read on.
    pub restart_at: u64,
    /// All records.
    pub total: u64,
    /// A window of them.
    pub cells: Vec<CellView>,
}

/// A record of the input.
#[derive(Clone, PartialEq, Debug)]
pub struct CellView {
    /// Which.
    pub record: RecordId,
    /// Its offset in the partition.
    pub offset: u64,
    /// Its label.
    pub label: Arc<str>,
    /// Its colour.
    pub hue: u8,
    /// How often a row of it is visible outside.
    pub times: u32,
}

/// What became visible.
#[derive(Clone, PartialEq, Debug)]
pub struct OutputView {
    /// Rows in all.
    pub rows: u64,
    /// Rows that were there before.
    pub duplicates: u64,
    /// The last ones, oldest first; a row that came again stands where it stood.
    pub lines: Vec<LineView>,
    /// Different rows that are not among them.
    pub earlier: usize,
    /// Stores of sinks that have one.
    pub stores: Vec<StoreView>,
}

/// A sink's store.
#[derive(Clone, PartialEq, Debug)]
pub struct StoreView {
    /// Which sink writes into it.
    pub operator: OperatorIndex,
    /// That sink's name.
    pub name: String,
    /// Which kind of store.
    pub sink: Sink,
    /// Whether it has transactions.
    pub transactional: bool,
    /// Rows that a reader of committed rows sees.
    pub committed: u64,
    /// Rows that a reader sees that takes whatever is there.
    pub uncommitted: u64,
    /// Rows in open transactions.
    pub open: u64,
    /// Rows in prepared ones.
    pub prepared: u64,
    /// Rows that are left behind.
    pub orphaned: u64,
    /// Rows that were counted on and are lost.
    pub lost: u64,
    /// The latest transactions, oldest first.
    pub latest: Vec<TransactionView>,
}

/// A transaction on the card.
#[derive(Clone, PartialEq, Debug)]
pub struct TransactionView {
    /// Its name.
    pub name: Arc<str>,
    /// Where it stands.
    pub state: TransactionState,
    /// How many rows it has.
    pub rows: usize,
}

/// Transactions shown of each store.
const LATEST: usize = 3;

fn store(moment: &Moment, operator: OperatorIndex, store: &Store) -> StoreView {
    let rows = |state| store.tally(state).1;
    let shown = store.transactions.iter().filter(|one| !one.rows.is_empty() || one.state == TransactionState::Open);
    let latest = shown.rev().take(LATEST).map(|one| TransactionView {
        name: one.name.clone(),
        state: one.state,
        rows: one.rows.len(),
    });
    let mut latest: Vec<TransactionView> = latest.collect();
    latest.reverse();
    StoreView {
        operator,
        name: moment.backdrop.cast.operators[operator.index()].name.clone(),
        sink: store.sink.clone(),
        transactional: store.sink.style() != SinkStyle::Direct,
        committed: store.read_committed().len() as u64,
        uncommitted: store.read_uncommitted().len() as u64,
        open: rows(TransactionState::Open),
        prepared: rows(TransactionState::Prepared),
        orphaned: rows(TransactionState::Orphaned),
        lost: store.lost().len() as u64,
        latest,
    }
}

/// A visible row.
#[derive(Clone, PartialEq, Debug)]
pub struct LineView {
    /// The same for the same row from moment to moment: the place among all rows of its first time.
    pub first: usize,
    /// Of which record.
    pub record: RecordId,
    /// Its text.
    pub text: Arc<str>,
    /// Its colour.
    pub hue: u8,
    /// How often it is there.
    pub times: u32,
    /// How fresh the last of them is.
    pub fresh: f64,
}

/// What a card keeps for its heading, what a partition keeps for its words, and the size of a cell with its gap.
const HEADING: f64 = 46.0;
const WORDS: f64 = 27.0;
const CELL: (f64, f64) = (16.0, 23.0);
/// Rows shown.
const LINES: usize = 12;

pub(super) fn inputs(moment: &Moment) -> Vec<InputView> {
    let graph = moment.engine.graph();
    let mut views = Vec::new();
    let of_source = |role: &super::cast::Role| match &role.kind {
        RoleKind::Source { partitions, .. } => partitions.len(),
        _ => 0,
    };
    let room = room(moment, moment.backdrop.cast.operators.iter().map(of_source).sum());
    for (at, role) in moment.backdrop.cast.operators.iter().enumerate() {
        let RoleKind::Source { kind, dataset, partitions } = &role.kind else { continue };
        let operator = OperatorIndex(at as u16);
        let task = &graph.tasks[graph.operators[at].task.index()];
        for (partition, records) in partitions.iter().enumerate() {
            let index = partition as u32 % task.parallelism;
            let subtask = SubtaskId(task.first_subtask.0 + index);
            let nth = partition / task.parallelism as usize;
            let reader = moment.engine.subtask(subtask);
            let running = reader.alive && reader.running_since.is_some();
            let source = reader.operators.first().and_then(|operator| operator.source.as_ref()).filter(|_| running);
            let position = source.and_then(|source| source.offsets.get(nth)).copied();
            let stored = super::tasks::stored_offsets(moment, subtask, operator);
            let restart_at = stored.and_then(|offsets| offsets.get(nth)).copied().unwrap_or(0);
            views.push(InputView {
                operator,
                subtask,
                partition,
                partitions: partitions.len(),
                dataset: dataset.clone(),
                kind: *kind,
                position,
                restart_at,
                total: records.len() as u64,
                cells: cells(moment, records, position.unwrap_or(restart_at), room),
            });
        }
    }
    views
}

/// Whether partitions have no room for words.
pub fn is_crowded(height: f64, partitions: usize) -> bool {
    (height - HEADING) / (partitions.max(1) as f64) < CELL.1 + WORDS - 6.0
}

/// How many cells a partition has room for.
fn room(moment: &Moment, partitions: usize) -> u64 {
    let card = moment.layout.input;
    let each = (card.h - HEADING) / partitions.max(1) as f64;
    let words = if is_crowded(card.h, partitions) { 0.0 } else { WORDS };
    let rows = ((each - words) / CELL.1).floor().max(1.0);
    let columns = ((card.w - 22.0 + 3.0) / CELL.0).floor().max(1.0);
    (rows * columns) as u64
}

/// A window around the position: it moves on by half its length, so that it stands still for a while.
fn cells(moment: &Moment, records: &[RecordId], position: u64, room: u64) -> Vec<CellView> {
    let total = records.len() as u64;
    let half = (room / 2).max(1);
    let first = if total <= room { 0 } else { (position.saturating_sub(1) / half * half).min(total - room) };
    let shown = records.iter().enumerate().skip(first as usize).take(room as usize);
    shown
        .map(|(offset, record)| CellView {
            record: *record,
            offset: offset as u64,
            label: moment.backdrop.cast.label(*record),
            hue: moment.backdrop.cast.hue(*record),
            times: times(moment, *record),
        })
        .collect()
}

fn times(moment: &Moment, record: RecordId) -> u32 {
    let operators = moment.backdrop.cast.operators.len() as u16;
    (0..operators).map(|sink| moment.engine.outside().times_printed(OperatorIndex(sink), record)).max().unwrap_or(0)
}

pub(super) fn output(moment: &Moment) -> OutputView {
    let ticks = &moment.backdrop.strip.outputs;
    let so_far = &ticks[..ticks.partition_point(|tick| tick.at <= moment.at())];
    let distinct = so_far.last().map_or(0, |last| last.distinct);
    // The different rows among the latest ones, each at the place of its first time.
    let mut lines: Vec<LineView> = Vec::new();
    for tick in so_far.iter().rev() {
        if lines.len() == LINES {
            break;
        }
        if lines.iter().any(|line| line.first == tick.first) {
            continue;
        }
        let (text, hue) = (tick.text.clone(), moment.backdrop.cast.hue(tick.record));
        let line = LineView {
            first: tick.first,
            record: tick.record,
            text,
            hue,
            times: tick.times,
            fresh: moment.glow(tick.at),
        };
        lines.insert(lines.partition_point(|other| other.first < line.first), line);
    }
    OutputView {
        rows: so_far.len() as u64,
        duplicates: (so_far.len() - distinct) as u64,
        earlier: distinct.saturating_sub(lines.len()),
        lines,
        stores: moment.engine.outside().stores().map(|(sink, found)| store(moment, sink, found)).collect(),
    }
}
