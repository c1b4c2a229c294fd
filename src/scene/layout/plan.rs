//! Columns, rows and frames.

use super::lines::{self, Skeleton};
use super::{Layout, Panel, SubtaskFrame, TaskManagerFrame, Worker};
use crate::base::{OperatorIndex, SubtaskId};
use crate::graph::ExecutionGraph;
use crate::scenario::{Api, ExecutionMode, OperatorKind, Scenario, SourceKind};
use crate::scene::geometry::{Point, Rect};

/// Around everything.
pub(super) const MARGIN: f64 = 14.0;
/// Between a TaskManager's frame and its tasks, wide enough for a line to pass.
pub(super) const GUTTER: f64 = 16.0;
/// The line of a frame that carries its name.
pub(super) const HEAD: f64 = 26.0;
/// Between a task's frame and its operators.
pub(super) const PAD: f64 = 8.0;
/// Between two chained operators.
pub(super) const LINK: f64 = 26.0;
/// Shortest and most comfortable channel.
pub(super) const TUBE: (f64, f64) = (84.0, 150.0);
/// Between the JobManager and the tasks, where messages pass.
pub(super) const AIR: f64 = 34.0;
/// Between the tasks and what is below.
pub(super) const AIR_BELOW: f64 = 30.0;
/// Between two tasks in one TaskManager.
pub(super) const BESIDE: f64 = 10.0;
/// The least and the greatest height of what is below.
pub(super) const BAND: (f64, f64) = (160.0, 220.0);

/// One stretch of an axis.
#[derive(Clone, Copy, Debug)]
struct Span {
    at: f64,
    len: f64,
}

impl Span {
    fn end(self) -> f64 {
        self.at + self.len
    }
}

/// How the job is put into rows and columns.
pub(super) struct Plan<'a> {
    graph: &'a ExecutionGraph,
    scenario: &'a Scenario,
    /// The column of each operator: its distance from the sources.
    column: Vec<usize>,
    /// The track of each task within its slot, and whether it has the slot to itself.
    track: Vec<(usize, bool)>,
    /// How many tracks a slot has.
    tracks: usize,
}

impl<'a> Plan<'a> {
    pub(super) fn new(graph: &'a ExecutionGraph, scenario: &'a Scenario) -> Plan<'a> {
        let mut column = vec![0; graph.operators.len()];
        // Edges lead forwards in the order of operators, but need not be listed in it.
        for _ in 0..graph.operators.len() {
            for edge in &graph.edges {
                column[edge.to.index()] = column[edge.to.index()].max(column[edge.from.index()] + 1);
            }
        }
        let ends: Vec<(usize, usize)> = graph.tasks.iter().map(|task| ends(task, &column)).collect();
        let mut track: Vec<(usize, bool)> = Vec::new();
        for (at, own) in ends.iter().enumerate() {
            let rivals: Vec<usize> = (0..ends.len()).filter(|other| *other != at && meet(*own, ends[*other])).collect();
            let taken = |wanted: &usize| rivals.iter().any(|rival| *rival < at && track[*rival].0 == *wanted);
            let free = (0..).find(|wanted| !taken(wanted)).unwrap_or(0);
            track.push((free, rivals.is_empty()));
        }
        let tracks = track.iter().map(|(track, _)| track + 1).max().unwrap_or(1);
        Plan { graph, scenario, column, track, tracks }
    }

    fn kind(&self, panel: &Panel) -> &OperatorKind {
        &self.scenario.operators[panel.operator.index()].kind
    }

    fn slots(&self) -> usize {
        self.graph.tasks.iter().map(|task| task.parallelism as usize).max().unwrap_or(1)
    }

    fn task_manager_of(&self, slot: usize) -> u32 {
        self.scenario.cluster.home_of_slot(slot as u32, self.slots() as u32)
    }

    fn has_worker(&self, operator: usize) -> bool {
        let process =
            matches!(&self.scenario.api, Api::Python(python) if python.execution_mode == ExecutionMode::Process);
        process && self.scenario.operators[operator].kind.calls_user_code()
    }

    /// Whether a channel passes from the column before this one to it, or over it.
    fn tube_before(&self, column: usize) -> bool {
        let passes = |edge: &crate::graph::EdgeNode| {
            !edge.chained && self.column[edge.from.index()] < column && column <= self.column[edge.to.index()]
        };
        self.graph.edges.iter().any(passes)
    }

    /// The operators of a column.
    fn in_column(&self, column: usize) -> impl Iterator<Item = usize> + '_ {
        (0..self.column.len()).filter(move |operator| self.column[*operator] == column)
    }

    fn column_count(&self) -> usize {
        self.column.iter().max().map_or(0, |last| last + 1)
    }

    /// What a task has of its slot.
    fn share(&self, task: usize, slot: Span) -> Span {
        let (track, alone) = self.track[task];
        if alone || self.tracks == 1 {
            return slot;
        }
        let len = (slot.len - (self.tracks - 1) as f64 * BESIDE) / self.tracks as f64;
        Span { at: slot.at + track as f64 * (len + BESIDE), len }
    }

    pub(super) fn wide(&self, room: f64, height: f64) -> Layout {
        let slots = self.slots();
        let columns = self.columns(room);
        let width = columns.last().map_or(room, |last| last.end() + PAD + GUTTER + MARGIN).max(room);
        let job_manager = Rect::new(MARGIN, 12.0, width - 2.0 * MARGIN, 92.0);
        let managers = self.task_manager_of(slots - 1) as usize + 1;
        let frames_around = managers as f64 * (HEAD + GUTTER + 12.0) - 12.0 + (slots - managers) as f64 * BESIDE;
        let fixed = job_manager.bottom() + AIR + AIR_BELOW + 12.0 + frames_around;
        let python = (0..self.column.len()).any(|operator| self.has_worker(operator));
        let (least, most) = if python { (206.0, 244.0) } else { (112.0, 176.0) };
        let tracks = self.tracks as f64;
        let (least, most) = (least * tracks + BESIDE * (tracks - 1.0), most * tracks);
        let row = ((height - fixed - BAND.0) / slots as f64).clamp(least, most);
        let band = (height - fixed - row * slots as f64).clamp(BAND.0, BAND.1);
        // What is still left makes the air wider.
        let spare = (height - fixed - row * slots as f64 - band).clamp(0.0, 60.0) / 2.0;
        let mut rows = Vec::new();
        let mut y = job_manager.bottom() + AIR + spare;
        for slot in 0..slots {
            let first = slot == 0 || self.task_manager_of(slot) != self.task_manager_of(slot - 1);
            y += match (slot, first) {
                (0, _) => HEAD,
                (_, true) => GUTTER + 12.0 + HEAD,
                _ => BESIDE,
            };
            rows.push(Span { at: y, len: row });
            y += row;
        }
        let end = y + GUTTER;
        let task_managers = self.task_managers(&rows, |first, last| {
            Rect::new(MARGIN, first.at - HEAD, width - 2.0 * MARGIN, last.end() + GUTTER - first.at + HEAD)
        });
        let frames = self.subtask_rects(|task, first, last, slot| {
            let (x, row): (f64, Span) = (columns[first].at - PAD, self.share(task, rows[slot]));
            Rect::new(x, row.at, columns[last].end() + PAD - x, row.len)
        });
        let panels = |operator: usize, frame: Rect| {
            let column: Span = columns[self.column[operator]];
            Rect::new(column.at, frame.y + HEAD, column.len, frame.h - HEAD - PAD)
        };
        let band_y = end + AIR_BELOW + spare;
        let input = Rect::new(MARGIN, band_y, (width * 0.2).clamp(140.0, 260.0), band);
        let output_w = (width * 0.235).clamp(170.0, 320.0);
        let output = Rect::new(width - MARGIN - output_w, band_y, output_w, band);
        let storage = Rect::new(input.right() + 12.0, band_y, output.x - input.right() - 24.0, band);
        let bottom = band_y + band + 12.0;
        let skeleton =
            Skeleton { tall: false, width, height: bottom, job_manager, task_managers, input, storage, output };
        self.furnish(skeleton, &frames, panels)
    }

    pub(super) fn tall(&self, room: f64) -> Layout {
        let slots = self.slots();
        let inner = room - 2.0 * MARGIN - 2.0 * GUTTER;
        let least: f64 = if slots == 1 && self.tracks == 1 { 0.0 } else { 140.0 * self.tracks as f64 };
        let slot_w = ((inner - (slots - 1) as f64 * GUTTER) / slots as f64).max(least);
        let mut xs = Vec::new();
        let mut x = MARGIN + GUTTER;
        for slot in 0..slots {
            if slot > 0 && self.task_manager_of(slot) != self.task_manager_of(slot - 1) {
                x += GUTTER + 12.0;
            }
            xs.push(Span { at: x, len: slot_w });
            x += slot_w + GUTTER;
        }
        let width = (x + MARGIN).max(room);
        let job_manager = Rect::new(MARGIN, 10.0, width.min(room) - 2.0 * MARGIN, 146.0);
        let input = Rect::new(MARGIN, job_manager.bottom() + AIR, width.min(room) - 2.0 * MARGIN, self.tall_input());
        let top = input.bottom() + AIR_BELOW + HEAD;
        let mut columns = Vec::new();
        let mut y = top + HEAD;
        for column in 0..self.column_count() {
            if column > 0 {
                y += if self.tube_before(column) { PAD + TUBE.0 + HEAD } else { LINK };
            }
            let len = self.in_column(column).map(|operator| self.tall_height(operator)).fold(0.0, f64::max);
            columns.push(Span { at: y, len });
            y += len;
        }
        let end = y + PAD + GUTTER;
        let task_managers = self.task_managers(&xs, |first, last| {
            Rect::new(first.at - GUTTER, top - HEAD, last.end() + 2.0 * GUTTER - first.at, end - top + HEAD)
        });
        let frames = self.subtask_rects(|task, first, last, slot| {
            let y = columns[first].at - HEAD;
            let x = self.share(task, xs[slot]);
            Rect::new(x.at, y, x.len, columns[last].end() + PAD - y)
        });
        let panels = |operator: usize, frame: Rect| {
            let column: Span = columns[self.column[operator]];
            Rect::new(frame.x + PAD, column.at, frame.w - 2.0 * PAD, column.len)
        };
        let output = Rect::new(MARGIN, end + AIR_BELOW, width.min(room) - 2.0 * MARGIN, 136.0);
        let storage = Rect::new(MARGIN, output.bottom() + 12.0, width.min(room) - 2.0 * MARGIN, 160.0);
        let height = storage.bottom() + 12.0;
        let skeleton = Skeleton { tall: true, width, height, job_manager, task_managers, input, storage, output };
        self.furnish(skeleton, &frames, panels)
    }

    /// The input's height on a tall stage: a line of cells and one of words a partition, up to a few.
    fn tall_input(&self) -> f64 {
        let partitions = self.scenario.operators.iter().map(|operator| match &operator.kind {
            OperatorKind::Source(source) if source.kind == SourceKind::Log => source.partitions.max(1),
            OperatorKind::Source(_) => 1,
            _ => 0,
        });
        46.0 + 50.0 * partitions.sum::<u32>().clamp(1, 4) as f64
    }

    fn tall_height(&self, operator: usize) -> f64 {
        match &self.scenario.operators[operator].kind {
            kind if kind.calls_user_code() && self.has_worker(operator) => 208.0,
            kind if kind.calls_user_code() => 112.0,
            _ => 100.0,
        }
    }

    /// The columns of a wide stage: what room is left goes to the channels up to a comfortable length, then to the
    /// operators by weight.
    fn columns(&self, room: f64) -> Vec<Span> {
        let count = self.column_count();
        let of_column = |column: usize, f: fn(&Self, usize) -> f64| {
            self.in_column(column).map(|op| f(self, op)).fold(0.0, f64::max)
        };
        let least: Vec<f64> = (0..count).map(|column| of_column(column, Self::least_width)).collect();
        let weights: Vec<f64> = (0..count).map(|column| of_column(column, Self::weight)).collect();
        let tubes = (1..count).filter(|column| self.tube_before(*column)).count() as f64;
        let links = (count.max(1) - 1) as f64 - tubes;
        let edges = 2.0 * (MARGIN + GUTTER + PAD);
        let fixed = edges + links * LINK + tubes * (2.0 * PAD + TUBE.0) + least.iter().sum::<f64>();
        let spare = (room - fixed).max(0.0);
        let for_tubes = (tubes * (TUBE.1 - TUBE.0)).min(spare * 0.6);
        let tube = TUBE.0 + if tubes > 0.0 { for_tubes / tubes } else { 0.0 };
        let grow = (spare - for_tubes) / weights.iter().sum::<f64>().max(1.0);
        let mut columns = Vec::with_capacity(count);
        let mut x = MARGIN + GUTTER + PAD;
        for column in 0..count {
            if column > 0 {
                x += if self.tube_before(column) { 2.0 * PAD + tube } else { LINK };
            }
            let len = least[column] + grow * weights[column];
            columns.push(Span { at: x, len });
            x += len;
        }
        columns
    }

    fn least_width(&self, operator: usize) -> f64 {
        match &self.scenario.operators[operator].kind {
            kind if kind.calls_user_code() && self.has_worker(operator) => 220.0,
            kind if kind.calls_user_code() => 136.0,
            _ => 122.0,
        }
    }

    fn weight(&self, operator: usize) -> f64 {
        match &self.scenario.operators[operator].kind {
            kind if kind.calls_user_code() && self.has_worker(operator) => 2.0,
            kind if kind.calls_user_code() => 1.0,
            _ => 0.5,
        }
    }

    fn task_managers(&self, slots: &[Span], rect: impl Fn(Span, Span) -> Rect) -> Vec<TaskManagerFrame> {
        let homes: Vec<u32> = (0..slots.len()).map(|slot| self.task_manager_of(slot)).collect();
        let groups = homes.chunk_by(|a, b| a == b).scan(0, |first, group| {
            let slots = &slots[*first..*first + group.len()];
            *first += group.len();
            Some((group[0], slots))
        });
        groups
            .map(|(index, group)| TaskManagerFrame {
                index,
                rect: rect(group[0], group[group.len() - 1]),
                used: group.len() as u32,
                slots: self.scenario.cluster.slots_per_task_manager.max(1),
            })
            .collect()
    }

    /// The frame of each subtask, from its task, its first and last column and its slot.
    fn subtask_rects(&self, rect: impl Fn(usize, usize, usize, usize) -> Rect) -> Vec<Rect> {
        let subtasks = self.graph.subtasks.iter();
        subtasks
            .map(|subtask| {
                let (first, last) = ends(&self.graph.tasks[subtask.task.index()], &self.column);
                rect(subtask.task.index(), first, last, subtask.index as usize)
            })
            .collect()
    }

    /// Fills in operators, lines and channels.
    fn furnish(&self, skeleton: Skeleton, frames: &[Rect], panel: impl Fn(usize, Rect) -> Rect) -> Layout {
        let (coordinator, restart) = skeleton.boxes();
        let tall = skeleton.tall;
        let furnish_frame = |at: usize, rect: Rect| {
            let id = SubtaskId(at as u32);
            let operators = &self.graph.task_of(id).operators;
            let panels: Vec<Panel> =
                operators.iter().map(|operator| self.furnish_panel(*operator, panel(operator.index(), rect))).collect();
            SubtaskFrame {
                id,
                rect,
                links: panels.windows(2).map(|pair| lines::link(&pair[0], &pair[1], tall)).collect(),
                straight: skeleton.free_above(rect, frames),
                trigger: skeleton.control(coordinator, rect, -9.0, frames),
                ack: skeleton.control(coordinator, rect, 9.0, frames).reversed(),
                to_storage: skeleton.to_storage(rect, frames),
                outside: panels
                    .iter()
                    .filter_map(|panel| skeleton.outside(self.kind(panel), panel.rect, frames))
                    .collect(),
                panels,
            }
        };
        let subtasks = frames.iter().enumerate().map(|(at, rect)| furnish_frame(at, *rect)).collect();
        let channels = lines::tubes(self.graph, frames, tall);
        let cards = skeleton.cards();
        let Skeleton { width, height, job_manager, task_managers, input, storage, output, .. } = skeleton;
        Layout {
            room: (width, height),
            tall,
            width,
            height,
            job_manager,
            coordinator,
            restart,
            task_managers,
            subtasks,
            channels,
            input,
            storage,
            cards,
            output,
        }
    }

    fn furnish_panel(&self, operator: OperatorIndex, rect: Rect) -> Panel {
        let worker = self.has_worker(operator.index()).then(|| {
            let h = (rect.h * 0.52).clamp(96.0, 138.0);
            let frame = Rect::new(rect.x + 8.0, rect.bottom() - h - 8.0, rect.w - 16.0, h);
            let lane = Rect::new(frame.x + 10.0, frame.y + 26.0, frame.w - 20.0, frame.h - 26.0 - 28.0);
            let hand = Point::new(lane.x + lane.w * 0.62, lane.center().y);
            let queue = Rect::new(lane.x, lane.y, lane.w * 0.62 - 24.0, lane.h);
            let results = Rect::new(hand.x + 24.0, lane.y, lane.right() - hand.x - 24.0, lane.h);
            Worker { rect: frame, queue, hand, results }
        });
        Panel { operator, rect, hand: Point::new(rect.x + 18.0, rect.bottom() - 18.0), worker }
    }
}

/// The first and last column of a task.
fn ends(task: &crate::graph::Task, column: &[usize]) -> (usize, usize) {
    let at = task.operators.iter().map(|operator| column[operator.index()]);
    (at.clone().min().unwrap_or(0), at.max().unwrap_or(0))
}

/// Whether two stretches of columns have one in common.
fn meet(a: (usize, usize), b: (usize, usize)) -> bool {
    a.0 <= b.1 && b.0 <= a.1
}
