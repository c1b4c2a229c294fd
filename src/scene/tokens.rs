//! Records and barriers in their places: in channels, in hands, in Python bundles.
//!
//! A channel shows where its elements are: packed at the sender's end while they wait for a buffer to leave, on the way
//! while they are on the wire, packed at the receiver's end until they are read. At most [`MOST_TOKENS`] are drawn; what is
//! left out is counted.

use super::Moment;
use super::geometry::{Point, Rect};
use super::layout::{Panel, Tube, Worker};
use crate::base::{
    ChannelId, CheckpointId, EventTime, OperatorIndex, RecordId, SimDuration, SimTime, SortedMap, SubtaskId,
};
use crate::engine::{Activity, Call, Channel, Element, Emission, Frame, PythonWorker, Signal};

/// Marks drawn on the stage.
pub const MOST_TOKENS: usize = 400;
/// Between two marks in a row, where there is room, and where there is none.
const STEP: (f64, f64) = (12.0, 6.0);
/// Between a channel's end and the first mark.
const LEAD: f64 = 11.0;
/// What a closed gate takes of a channel.
const GATE: f64 = 13.0;

/// A mark.
#[derive(Clone, PartialEq, Debug)]
pub struct Token {
    /// The same for the same thing from moment to moment, and no other's.
    pub key: u64,
    /// What it is.
    pub kind: TokenKind,
    /// Where it is.
    pub at: Point,
    /// The direction of its channel there, in degrees.
    pub angle: f64,
    /// A line behind it to where it came from, and how brightly that glows.
    pub trail: Option<(Point, f64)>,
}

/// What a mark stands for.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum TokenKind {
    /// A record.
    Record {
        /// Which.
        record: RecordId,
        /// Its colour.
        hue: u8,
        /// The world has seen its row before.
        replayed: bool,
        /// In a hand: how much of the present step is over.
        hand: Option<f64>,
        /// Handled: a result on its way back from a worker.
        done: bool,
    },
    /// The record on which an exception was thrown.
    Broken {
        /// Which.
        record: RecordId,
        /// Its colour.
        hue: u8,
    },
    /// A barrier.
    Barrier(CheckpointId),
    /// A cancel marker.
    CancelMarker(CheckpointId),
    /// A watermark.
    Watermark(EventTime),
    /// A sender that is idle, or active again.
    Idle(bool),
    /// The end of the input.
    End,
}

/// A channel.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct TubeView {
    /// Which.
    pub id: ChannelId,
    /// Its gate is closed for this checkpoint.
    pub blocked: Option<CheckpointId>,
    /// Its sender stands still because it is full.
    pub full: bool,
    /// Records in it.
    pub records: usize,
    /// Elements in it that are not drawn.
    pub hidden: usize,
    /// Where the receiver's gate is, and the direction there.
    pub gate: (Point, f64),
}

/// Channels, and everything that is in them and in the tasks.
pub(super) fn view(moment: &Moment) -> (Vec<TubeView>, Vec<Token>) {
    let most = MOST_TOKENS / moment.layout.channels.len().max(1);
    let mut tokens = Tokens::new(moment);
    let tubes = moment.layout.channels.iter().map(|tube| tokens.add_tube(tube, most)).collect();
    for frame in &moment.layout.subtasks {
        for (position, panel) in frame.panels.iter().enumerate() {
            tokens.add_panel(frame.id, position, panel);
        }
        tokens.add_inner_barrier(frame.id);
        tokens.add_broken(frame.id);
    }
    (tubes, tokens.done)
}

struct Tokens<'a> {
    moment: &'a Moment<'a>,
    seen: SortedMap<(u8, u64), u64>,
    done: Vec<Token>,
}

impl<'a> Tokens<'a> {
    fn new(moment: &'a Moment<'a>) -> Tokens<'a> {
        Tokens { moment, seen: SortedMap::new(), done: Vec::new() }
    }

    fn push(&mut self, kind: TokenKind, at: Point, angle: f64, trail: Option<(Point, f64)>) {
        // Kinds of key never meet: the space is shared by them, by what they number, and by equals counted up.
        let (space, number) = match kind {
            TokenKind::Record { record, .. } => (0, u64::from(record.0)),
            TokenKind::Broken { record, .. } => (0, u64::from(record.0) | 1 << 33),
            TokenKind::Barrier(checkpoint) => (1, checkpoint.0),
            TokenKind::CancelMarker(checkpoint) => (2, checkpoint.0),
            TokenKind::End => (3, 0),
            TokenKind::Idle(_) => (3, 1),
            TokenKind::Watermark(EventTime(time)) => (3, 1 << 36 | (time as u64 & 0xffff_ffff)),
        };
        let nth = self.seen.or_default((space, number));
        let key = (u64::from(space) << 62) | (number << 24) | *nth;
        *nth += 1;
        self.done.push(Token { key, kind, at, angle, trail });
    }

    fn record(&self, record: RecordId, hand: Option<f64>, done: bool) -> TokenKind {
        let replayed = self.moment.is_replayed(record);
        TokenKind::Record { record, hue: self.moment.backdrop.cast.hue(record), replayed, hand, done }
    }

    fn add_tube(&mut self, tube: &Tube, most: usize) -> TubeView {
        let engine = self.moment.engine;
        let channel = engine.channel(tube.id);
        let sender = engine.subtask(engine.graph().channels[tube.id.index()].from);
        let length = tube.path.length();
        let gate = if channel.blocked.is_some() { GATE } else { 0.0 };
        let places = Places::of(channel, length, gate, most);
        for (at, slot) in channel.queue.iter().enumerate() {
            let Some(place) = places.place(at, slot.since, self.moment) else { continue };
            let kind = match &slot.element {
                Element::Record(record, ..) => self.record(*record, None, false),
                Element::Signal(Signal::Watermark(watermark)) => TokenKind::Watermark(*watermark),
                Element::Signal(Signal::Idle(idle)) => TokenKind::Idle(*idle),
                Element::Barrier(checkpoint) => TokenKind::Barrier(*checkpoint),
                Element::CancelMarker(checkpoint) => TokenKind::CancelMarker(*checkpoint),
                Element::EndOfData(_) | Element::EndOfPartition => TokenKind::End,
            };
            let (point, angle) = tube.path.at(place);
            let bright = if at < channel.received { self.moment.glow(slot.since) } else { 0.0 };
            let trail = (bright > 0.0).then(|| (tube.path.at(place - 46.0 * bright).0, bright));
            self.push(kind, point, angle, trail);
        }
        // A barrier that overtakes passes beside nobody: it is drawn where it is on its way to the receiver's end.
        for barrier in &channel.overtaking {
            let wire = SimDuration::from_micros(engine.input().scenario.cluster.latencies.network_us.max(1));
            let part = if barrier.arrived { 1.0 } else { self.moment.part(barrier.since, barrier.since + wire) };
            let (point, angle) = tube.path.at(LEAD + (length - gate - 2.0 * LEAD) * part);
            self.push(TokenKind::Barrier(barrier.checkpoint), point, angle, None);
        }
        let records = channel.queue.iter().filter(|slot| matches!(slot.element, Element::Record(..))).count();
        TubeView {
            id: tube.id,
            blocked: channel.blocked,
            full: sender.activity == Activity::BackPressured(tube.id),
            records,
            hidden: channel.queue.len() - places.drawn(),
            gate: tube.path.at(length - 3.0),
        }
    }

    fn add_panel(&mut self, id: SubtaskId, position: usize, panel: &Panel) {
        let subtask = self.moment.engine.subtask(id);
        let Some(runtime) = subtask.operators.get(position).filter(|_| subtask.alive) else { return };
        match (panel.worker, runtime.worker.as_deref()) {
            (Some(places), Some(worker)) => self.add_worker(id, runtime.operator, &places, worker),
            _ => {
                let held = subtask.stack.iter().rev().find_map(|frame| match frame {
                    Frame::Call(Call { position: at, record, .. })
                    | Frame::Emission(Emission { position: at, record, .. }) => {
                        (usize::from(*at) == position).then_some(*record)
                    }
                    _ => None,
                });
                if let Some(record) = held {
                    let part = match subtask.activity {
                        Activity::Busy { since, until } => self.moment.part(since, until),
                        _ => 1.0,
                    };
                    self.push(self.record(record, Some(part), false), panel.hand, 0.0, None);
                }
            }
        }
    }

    /// A bundle: what waits, what is in hand, what is done. A record that the worker has just taken up slides to its place,
    /// and those behind it move up.
    fn add_worker(&mut self, id: SubtaskId, operator: OperatorIndex, places: &Worker, worker: &PythonWorker) {
        let most = MOST_TOKENS / self.moment.layout.subtasks.len().max(1);
        let grid = Grid::of(places.queue, worker.queue.len().min(most), true);
        let slide = self.slide(id, operator);
        for (at, item) in worker.queue.iter().enumerate().take(grid.room.min(most)) {
            let to = grid.place(at);
            let from = grid.place(at + 1);
            self.push(self.record(item.record, None, false), from.towards(to, slide), 0.0, None);
        }
        if let Some(call) = &worker.call {
            let part = worker.busy.map_or(1.0, |(from, to)| self.moment.part(from, to));
            let at = grid.place(0).towards(places.hand, slide);
            self.push(self.record(call.record, Some(part), false), at, 0.0, None);
        }
        let results: Vec<RecordId> = worker.results.iter().chain(&worker.unsent).map(|result| result.record).collect();
        let grid = Grid::of(places.results, results.len().min(most), false);
        for (at, record) in results.iter().enumerate().take(grid.room.min(most)) {
            self.push(self.record(*record, None, true), grid.place(at), 0.0, None);
        }
    }

    /// How far the present call's record has come from the queue to the hand: 1 = it is there.
    fn slide(&self, id: SubtaskId, operator: OperatorIndex) -> f64 {
        let calls = self.moment.backdrop.strip.lanes[id.index()].calls.as_slice();
        let begun = &calls[..calls.partition_point(|call| call.span.from <= self.moment.at())];
        let Some(call) = begun.iter().rev().find(|call| call.operator == operator) else { return 1.0 };
        let whole = SimDuration::from_micros(self.moment.backdrop.fade.micros() / 3);
        let part = self.moment.part(call.span.from, call.span.from + whole);
        part * (2.0 - part)
    }

    /// The record of the exception that ended an attempt stays where it was handled until the next attempt.
    fn add_broken(&mut self, id: SubtaskId) {
        let frame = &self.moment.layout.subtasks[id.index()];
        let Some(failure) = super::tasks::failure(self.moment, id) else { return };
        let panel = frame.panels.iter().find(|panel| panel.operator == failure.operator);
        if let (Some((record, _)), Some(panel)) = (failure.record, panel) {
            let at = panel.worker.map_or(panel.hand, |worker| worker.hand);
            self.push(TokenKind::Broken { record, hue: self.moment.backdrop.cast.hue(record) }, at, 0.0, None);
        }
    }

    /// A checkpoint that waits inside a chain stands as a barrier before the operator that holds it up.
    fn add_inner_barrier(&mut self, id: SubtaskId) {
        let frame = &self.moment.layout.subtasks[id.index()];
        let phase = super::phase::checkpoint_phase(self.moment, id, self.moment.engine.subtask(id));
        let (checkpoint, place) = match phase {
            Some(super::phase::CheckpointPhase::AwaitingBundle { checkpoint: Some(checkpoint), position, .. }) => {
                (checkpoint, position.checked_sub(1).and_then(|link| frame.links.get(link)))
            }
            Some(super::phase::CheckpointPhase::Waiting { checkpoint }) => (checkpoint, frame.links.first()),
            _ => return,
        };
        let (at, angle) = match place {
            Some(link) => link.at(link.length() / 2.0),
            None => (Point::new(frame.rect.x, frame.rect.center().y), 0.0),
        };
        self.push(TokenKind::Barrier(checkpoint), at, angle, None);
    }
}

/// Where the elements of a channel are, by their place in its queue.
struct Places {
    received: usize,
    on_wire: usize,
    waiting: usize,
    /// How many of the received and of the waiting ones are drawn.
    drawn: (usize, usize),
    step: f64,
    start: f64,
    end: f64,
    latency: Option<SimDuration>,
}

impl Places {
    fn of(channel: &Channel, length: f64, gate: f64, most: usize) -> Places {
        let (received, on_wire) = (channel.received, channel.on_wire);
        let waiting = channel.queue.len() - received - on_wire;
        let (start, end) = (LEAD, (length - LEAD - gate).max(LEAD));
        let room = end - start;
        let step = (room / channel.queue.len().max(1) as f64).clamp(STEP.1, STEP.0);
        let fits = ((room / step) as usize + 1).min(most);
        let at_receiver = received.min(fits);
        let at_sender = waiting.min(fits - at_receiver);
        Places { received, on_wire, waiting, drawn: (at_receiver, at_sender), step, start, end, latency: None }
    }

    fn drawn(&self) -> usize {
        self.drawn.0 + self.drawn.1 + self.on_wire.min(self.room_on_wire())
    }

    /// Those on the wire are on top of each other for a moment; a few are enough.
    fn room_on_wire(&self) -> usize {
        40
    }

    /// The distance from the channel's start, if the element is drawn.
    fn place(&self, at: usize, since: SimTime, moment: &Moment) -> Option<f64> {
        let tail = self.end - self.drawn.0 as f64 * self.step;
        if at < self.received {
            return (at < self.drawn.0).then_some(self.end - at as f64 * self.step);
        }
        let at = at - self.received;
        let head = self.start + self.drawn.1 as f64 * self.step;
        if at < self.on_wire {
            if at >= self.room_on_wire() {
                return None;
            }
            let latency = self.latency.unwrap_or(SimDuration::from_micros(
                moment.engine.input().scenario.cluster.latencies.network_us.max(1),
            ));
            let part = moment.part(since, since + latency);
            let spread = at as f64 * self.step.min(4.0);
            return Some((head + (tail - head) * part - spread * (1.0 - part)).max(self.start));
        }
        let at = at - self.on_wire;
        debug_assert!(at < self.waiting);
        (at < self.drawn.1).then(|| self.start + (self.drawn.1 - 1 - at) as f64 * self.step)
    }
}

/// Marks in rows and columns, column by column.
struct Grid {
    rect: Rect,
    rows: usize,
    step: f64,
    /// The first one is at the right.
    from_right: bool,
    /// How many fit.
    room: usize,
}

impl Grid {
    fn of(rect: Rect, count: usize, from_right: bool) -> Grid {
        let fits = |step: f64| (((rect.w / step).floor() as usize).max(1), ((rect.h / step).floor() as usize).max(1));
        let enough = |step: &f64| fits(*step).0 * fits(*step).1 >= count;
        let one_row = |step: &f64| fits(*step).0 >= count;
        let step =
            [18.0, 16.0, 14.0].into_iter().find(one_row).or([14.0, 12.0].into_iter().find(enough)).unwrap_or(10.0);
        let (columns, most_rows) = fits(step);
        let rows = count.div_ceil(columns).clamp(1, most_rows);
        Grid { rect, rows, step, from_right, room: columns * rows }
    }

    fn place(&self, at: usize) -> Point {
        let (column, row) = (at / self.rows, at % self.rows);
        let along = (column as f64 + 0.5) * self.step;
        let x = if self.from_right { self.rect.right() - along } else { self.rect.x + along };
        let top = self.rect.center().y - (self.rows as f64 - 1.0) / 2.0 * self.step;
        Point::new(x.max(self.rect.x - self.step), top + row as f64 * self.step)
    }
}
