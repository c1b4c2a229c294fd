//! Where everything of a job stands on the stage: a function of the execution graph and the room there is.
//!
//! Wide, data flows to the right: operators are columns, slots are rows. Tall, for a phone, it flows down and slots stand
//! side by side. The JobManager is on top, the world outside and the checkpoint storage are below. A task is a frame around
//! its chained operators; a TaskManager is a frame around its slots. Subtask i sits in slot i, as in Flink's default slot
//! sharing, so a row (or column) is a slot.
//!
//! Left out: branches side by side; operators stand one behind the other in topological order.

use super::geometry::{Path, Point, Rect};
use crate::base::{ChannelId, OperatorIndex, SubtaskId};
use crate::graph::ExecutionGraph;
use crate::scenario::{Api, ExecutionMode, OperatorKind, Scenario};

/// Below this width the stage is tall.
const TALL_BELOW: f64 = 620.0;
/// Around everything.
const MARGIN: f64 = 14.0;
/// Between a TaskManager's frame and its tasks, wide enough for a line to pass.
const GUTTER: f64 = 16.0;
/// The line of a frame that carries its name.
const HEAD: f64 = 26.0;
/// Between a task's frame and its operators.
const PAD: f64 = 8.0;
/// Between two chained operators.
const LINK: f64 = 26.0;
/// Shortest and most comfortable channel.
const TUBE: (f64, f64) = (84.0, 150.0);
/// Between the JobManager and the tasks, where messages pass.
const AIR: f64 = 34.0;
/// Between the tasks and what is below.
const AIR_BELOW: f64 = 30.0;

/// The stage's furniture.
#[derive(Clone, PartialEq, Debug)]
pub struct Layout {
    /// The room that it was made for: width and height.
    pub room: (f64, f64),
    /// Whether data flows down.
    pub tall: bool,
    /// The stage's own size; it may be larger than the room there is.
    pub width: f64,
    /// Its height.
    pub height: f64,
    /// The JobManager's card.
    pub job_manager: Rect,
    /// In it, the checkpoint coordinator.
    pub coordinator: Rect,
    /// In it, the restart strategy.
    pub restart: Rect,
    /// TaskManagers, in order.
    pub task_managers: Vec<TaskManagerFrame>,
    /// Subtasks, by id.
    pub subtasks: Vec<SubtaskFrame>,
    /// Channels, by id.
    pub channels: Vec<Tube>,
    /// The world that sources read.
    pub input: Rect,
    /// The checkpoint storage.
    pub storage: Rect,
    /// In it, the places of cards, left to right.
    pub cards: Vec<Rect>,
    /// The world that sinks write to.
    pub output: Rect,
}

/// A TaskManager.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct TaskManagerFrame {
    /// Its number, from 0.
    pub index: u32,
    /// Its frame.
    pub rect: Rect,
    /// How many of its slots are in use.
    pub used: u32,
    /// How many slots it has.
    pub slots: u32,
}

/// A subtask: a frame with its operators.
#[derive(Clone, PartialEq, Debug)]
pub struct SubtaskFrame {
    /// Which.
    pub id: SubtaskId,
    /// Its frame.
    pub rect: Rect,
    /// Its operators, head first.
    pub panels: Vec<Panel>,
    /// Between chained operators: from the one before to the one behind, by position of the latter minus one.
    pub links: Vec<Path>,
    /// From the coordinator to the task.
    pub trigger: Path,
    /// From the task to the coordinator.
    pub ack: Path,
    /// From the task to the edge of the storage; a card's path goes on from here.
    pub to_storage: Path,
    /// Sources: from the world outside. Sinks: to it.
    pub outside: Vec<Path>,
}

/// An operator of a subtask.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Panel {
    /// Which operator.
    pub operator: OperatorIndex,
    /// Its place.
    pub rect: Rect,
    /// Where the record in hand is shown.
    pub hand: Point,
    /// PyFlink functions in process mode: the worker beside the task.
    pub worker: Option<Worker>,
}

/// The places of a Python worker.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Worker {
    /// Its frame.
    pub rect: Rect,
    /// Records of the bundle that wait.
    pub queue: Rect,
    /// The record in hand.
    pub hand: Point,
    /// Results.
    pub results: Rect,
}

/// A channel.
#[derive(Clone, PartialEq, Debug)]
pub struct Tube {
    /// Which.
    pub id: ChannelId,
    /// From the sender to the receiver.
    pub path: Path,
    /// How thick it is.
    pub width: f64,
}

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

impl Layout {
    /// Places the job in `width` × `height` pixels.
    pub fn new(graph: &ExecutionGraph, scenario: &Scenario, width: f64, height: f64) -> Layout {
        let plan = Plan { graph, scenario };
        let layout = if width < TALL_BELOW { plan.tall(width) } else { plan.wide(width, height) };
        Layout { room: (width, height), ..layout }
    }

    /// The path from a subtask to a card of the storage.
    pub fn to_card(&self, subtask: SubtaskId, card: usize) -> Path {
        let card = self.cards.get(card).or(self.cards.last()).copied().unwrap_or(self.storage);
        let to = Point::new(card.center().x, card.y);
        self.subtasks[subtask.index()].to_storage.clone().curve(to, false)
    }

    /// The panel of an operator at a subtask.
    pub fn panel(&self, subtask: SubtaskId, operator: OperatorIndex) -> Option<&Panel> {
        self.subtasks[subtask.index()].panels.iter().find(|panel| panel.operator == operator)
    }
}

struct Plan<'a> {
    graph: &'a ExecutionGraph,
    scenario: &'a Scenario,
}

impl Plan<'_> {
    fn slots(&self) -> usize {
        self.graph.tasks.iter().map(|task| task.parallelism as usize).max().unwrap_or(1)
    }

    fn task_manager_of(&self, slot: usize) -> u32 {
        slot as u32 / self.scenario.cluster.slots_per_task_manager.max(1)
    }

    fn has_worker(&self, operator: usize) -> bool {
        let process = matches!(&self.scenario.api, Api::Python(python) if python.execution_mode == ExecutionMode::Process);
        process && matches!(self.scenario.operators[operator].kind, OperatorKind::Function(_))
    }

    /// Whether an operator is chained to the one that stands before it.
    fn chained_to_previous(&self, operator: usize) -> bool {
        operator > 0 && self.graph.operators[operator].task == self.graph.operators[operator - 1].task
    }

    fn wide(&self, room: f64, height: f64) -> Layout {
        let slots = self.slots();
        let columns = self.columns(room);
        let width = columns.last().map_or(room, |last| last.end() + PAD + GUTTER + MARGIN).max(room);
        let job_manager = Rect::new(MARGIN, 12.0, width - 2.0 * MARGIN, 92.0);
        let managers = self.task_manager_of(slots - 1) as usize + 1;
        let band = (height * 0.25).clamp(156.0, 210.0);
        let around = job_manager.bottom() + AIR + AIR_BELOW + band + 12.0 + managers as f64 * (HEAD + GUTTER + 12.0) - 12.0;
        let python = (0..columns.len()).any(|operator| self.has_worker(operator));
        let (least, most) = if python { (212.0, 340.0) } else { (116.0, 300.0) };
        let between = (slots - managers) as f64 * 10.0;
        let row = ((height - around - between) / slots as f64).clamp(least, most);
        let mut rows = Vec::new();
        let mut y = job_manager.bottom() + AIR;
        for slot in 0..slots {
            let first = slot == 0 || self.task_manager_of(slot) != self.task_manager_of(slot - 1);
            y += match (slot, first) {
                (0, _) => HEAD,
                (_, true) => GUTTER + 12.0 + HEAD,
                _ => 10.0,
            };
            rows.push(Span { at: y, len: row });
            y += row;
        }
        let end = y + GUTTER;
        let task_managers = self.task_managers(&rows, |first, last| {
            Rect::new(MARGIN, first.at - HEAD, width - 2.0 * MARGIN, last.end() + GUTTER - first.at + HEAD)
        });
        let frames = self.subtask_rects(|first, last, slot| {
            let (x, row): (f64, Span) = (columns[first].at - PAD, rows[slot]);
            Rect::new(x, row.at, columns[last].end() + PAD - x, row.len)
        });
        let panels = |operator: usize, slot: usize| {
            let (column, row): (Span, Span) = (columns[operator], rows[slot]);
            Rect::new(column.at, row.at + HEAD, column.len, row.len - HEAD - PAD)
        };
        let band_y = end + AIR_BELOW;
        let input = Rect::new(MARGIN, band_y, (width * 0.185).clamp(132.0, 240.0), band);
        let output_w = (width * 0.23).clamp(164.0, 300.0);
        let output = Rect::new(width - MARGIN - output_w, band_y, output_w, band);
        let storage = Rect::new(input.right() + 12.0, band_y, output.x - input.right() - 24.0, band);
        let bottom = band_y + band + 12.0;
        let skeleton = Skeleton {
            tall: false,
            width,
            height: bottom,
            job_manager,
            boxes_y: job_manager.y + 32.0,
            task_managers,
            input,
            storage,
            output,
        };
        self.furnish(skeleton, &frames, panels)
    }

    fn tall(&self, room: f64) -> Layout {
        let slots = self.slots();
        let inner = room - 2.0 * MARGIN - 2.0 * GUTTER;
        let least: f64 = if slots == 1 { 0.0 } else { 168.0 };
        let gap = GUTTER;
        let slot_w = ((inner - (slots - 1) as f64 * gap) / slots as f64).max(least);
        let mut xs = Vec::new();
        let mut x = MARGIN + GUTTER;
        for slot in 0..slots {
            if slot > 0 && self.task_manager_of(slot) != self.task_manager_of(slot - 1) {
                x += GUTTER + 12.0;
            }
            xs.push(Span { at: x, len: slot_w });
            x += slot_w + gap;
        }
        let width = (x - gap + GUTTER + MARGIN).max(room);
        let job_manager = Rect::new(MARGIN, 10.0, width - 2.0 * MARGIN, 96.0);
        let input = Rect::new(MARGIN, job_manager.bottom() + AIR, width - 2.0 * MARGIN, 84.0);
        let top = input.bottom() + AIR_BELOW + HEAD;
        let mut columns = Vec::new();
        let mut y = top + HEAD;
        for operator in 0..self.graph.operators.len() {
            if operator > 0 {
                y += if self.chained_to_previous(operator) { LINK } else { PAD + TUBE.0 + HEAD };
            }
            let len = self.tall_height(operator);
            columns.push(Span { at: y, len });
            y += len;
        }
        let end = y + PAD + GUTTER;
        let task_managers = self.task_managers(&xs, |first, last| {
            Rect::new(first.at - GUTTER, top - HEAD, last.end() + 2.0 * GUTTER - first.at, end - top + HEAD)
        });
        let frames = self.subtask_rects(|first, last, slot| {
            let y = columns[first].at - HEAD;
            Rect::new(xs[slot].at, y, xs[slot].len, columns[last].end() + PAD - y)
        });
        let panels = |operator: usize, slot: usize| {
            let (column, x): (Span, Span) = (columns[operator], xs[slot]);
            Rect::new(x.at + PAD, column.at, x.len - 2.0 * PAD, column.len)
        };
        let output = Rect::new(MARGIN, end + AIR_BELOW, width - 2.0 * MARGIN, 148.0);
        let storage = Rect::new(MARGIN, output.bottom() + 12.0, width - 2.0 * MARGIN, 164.0);
        let skeleton = Skeleton {
            tall: true,
            width,
            height: storage.bottom() + 12.0,
            job_manager,
            boxes_y: job_manager.y + 32.0,
            task_managers,
            input,
            storage,
            output,
        };
        self.furnish(skeleton, &frames, panels)
    }

    fn tall_height(&self, operator: usize) -> f64 {
        match &self.scenario.operators[operator].kind {
            OperatorKind::Function(_) if self.has_worker(operator) => 214.0,
            OperatorKind::Function(_) => 124.0,
            _ => 92.0,
        }
    }

    /// The columns of a wide stage: what room is left goes to the channels up to a comfortable length, then to the
    /// operators by weight.
    fn columns(&self, room: f64) -> Vec<Span> {
        let count = self.graph.operators.len();
        let least: Vec<f64> = (0..count).map(|operator| self.least_width(operator)).collect();
        let tubes = (1..count).filter(|operator| !self.chained_to_previous(*operator)).count() as f64;
        let links = (count.max(1) - 1) as f64 - tubes;
        let edges = 2.0 * (MARGIN + GUTTER + PAD);
        let fixed = edges + links * LINK + tubes * (2.0 * PAD + TUBE.0) + least.iter().sum::<f64>();
        let spare = (room - fixed).max(0.0);
        let for_tubes = (tubes * (TUBE.1 - TUBE.0)).min(spare / 2.0);
        let tube = TUBE.0 + if tubes > 0.0 { for_tubes / tubes } else { 0.0 };
        let weights: Vec<f64> = (0..count).map(|operator| if self.has_worker(operator) { 2.0 } else { 1.0 }).collect();
        let grow = (spare - for_tubes) / weights.iter().sum::<f64>().max(1.0);
        let mut columns = Vec::with_capacity(count);
        let mut x = MARGIN + GUTTER + PAD;
        for operator in 0..count {
            if operator > 0 {
                x += if self.chained_to_previous(operator) { LINK } else { 2.0 * PAD + tube };
            }
            let len = least[operator] + grow * weights[operator];
            columns.push(Span { at: x, len });
            x += len;
        }
        columns
    }

    fn least_width(&self, operator: usize) -> f64 {
        match &self.scenario.operators[operator].kind {
            OperatorKind::Function(_) if self.has_worker(operator) => 220.0,
            OperatorKind::Function(_) => 140.0,
            _ => 124.0,
        }
    }

    fn task_managers(&self, slots: &[Span], rect: impl Fn(Span, Span) -> Rect) -> Vec<TaskManagerFrame> {
        let per_manager = self.scenario.cluster.slots_per_task_manager.max(1);
        let groups = slots.chunks(per_manager as usize).enumerate();
        groups
            .map(|(index, group)| TaskManagerFrame {
                index: index as u32,
                rect: rect(group[0], group[group.len() - 1]),
                used: group.len() as u32,
                slots: per_manager,
            })
            .collect()
    }

    /// The frame of each subtask, from its first operator, its last one and its slot.
    fn subtask_rects(&self, rect: impl Fn(usize, usize, usize) -> Rect) -> Vec<Rect> {
        let ends = |subtask: &crate::graph::SubtaskNode| {
            let operators = &self.graph.tasks[subtask.task.index()].operators;
            let at = operators.iter().map(|operator| operator.index());
            (at.clone().min().unwrap_or(0), at.max().unwrap_or(0))
        };
        let subtasks = self.graph.subtasks.iter();
        subtasks
            .map(|subtask| {
                let (first, last) = ends(subtask);
                rect(first, last, subtask.index as usize)
            })
            .collect()
    }

    /// Fills in operators, lines and channels.
    fn furnish(&self, skeleton: Skeleton, frames: &[Rect], panel: impl Fn(usize, usize) -> Rect) -> Layout {
        let (coordinator, restart) = skeleton.boxes();
        let tall = skeleton.tall;
        let subtasks: Vec<SubtaskFrame> = frames
            .iter()
            .enumerate()
            .map(|(at, rect)| {
                let id = SubtaskId(at as u32);
                let slot = self.graph.subtasks[at].index as usize;
                let operators = &self.graph.task_of(id).operators;
                let panels: Vec<Panel> = operators
                    .iter()
                    .map(|operator| self.furnish_panel(*operator, panel(operator.index(), slot)))
                    .collect();
                let links = panels.windows(2).map(|pair| link(&pair[0], &pair[1], tall)).collect();
                SubtaskFrame {
                    id,
                    rect: *rect,
                    links,
                    trigger: skeleton.control(coordinator, *rect, -9.0, frames),
                    ack: skeleton.control(coordinator, *rect, 9.0, frames).reversed(),
                    to_storage: skeleton.to_storage(*rect, frames),
                    outside: panels.iter().filter_map(|panel| self.outside(&skeleton, panel)).collect(),
                    panels,
                }
            })
            .collect();
        let channels = self.tubes(frames, tall);
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

    fn outside(&self, skeleton: &Skeleton, panel: &Panel) -> Option<Path> {
        let (rect, tall) = (panel.rect, skeleton.tall);
        let frame = skeleton.task_managers.iter().find(|frame| frame.rect.overlaps(rect))?.rect;
        match (&self.scenario.operators[panel.operator.index()].kind, tall) {
            (OperatorKind::Source(_), false) => {
                let from = Point::new(skeleton.input.x + 26.0, skeleton.input.y);
                let lane = frame.x + 7.0;
                let y = rect.bottom() - 14.0;
                let last = rect.bottom() + 2.0 * GUTTER > frame.bottom();
                Some(match last {
                    true => Path::from(Point::new(rect.x + 22.0, skeleton.input.y)).line(Point::new(rect.x + 22.0, rect.bottom())),
                    false => Path::from(from)
                        .line(Point::new(from.x, frame.bottom() + 10.0))
                        .line(Point::new(lane, frame.bottom() + 10.0))
                        .line(Point::new(lane, y))
                        .line(Point::new(rect.x, y)),
                })
            }
            (OperatorKind::PrintSink, false) => {
                let lane = frame.right() - 7.0;
                let y = rect.bottom() - 14.0;
                let last = rect.bottom() + 2.0 * GUTTER > frame.bottom();
                let x = rect.right() - 22.0;
                Some(match last {
                    true => Path::from(Point::new(x, rect.bottom())).line(Point::new(x, skeleton.output.y)),
                    false => Path::from(Point::new(rect.right(), y))
                        .line(Point::new(lane, y))
                        .line(Point::new(lane, frame.bottom() + 10.0))
                        .line(Point::new(x, frame.bottom() + 10.0))
                        .line(Point::new(x, skeleton.output.y)),
                })
            }
            (OperatorKind::Source(_), true) => {
                let x = rect.x + 22.0;
                Some(Path::from(Point::new(x, skeleton.input.bottom())).line(Point::new(x, rect.y)))
            }
            (OperatorKind::PrintSink, true) => {
                let x = rect.right() - 22.0;
                Some(Path::from(Point::new(x, rect.bottom())).line(Point::new(x, skeleton.output.y)))
            }
            (OperatorKind::Function(_), _) => None,
        }
    }

    fn tubes(&self, frames: &[Rect], tall: bool) -> Vec<Tube> {
        let widest = self.graph.subtasks.iter().map(|subtask| subtask.inputs.len()).max().unwrap_or(1);
        let width = if widest > 2 { 13.0 } else { 17.0 };
        let channels = self.graph.channels.iter().enumerate();
        channels
            .map(|(at, channel)| {
                let id = ChannelId(at as u32);
                let outputs: Vec<ChannelId> =
                    self.graph.subtasks[channel.from.index()].outputs.iter().flat_map(|output| output.channels.clone()).collect();
                let from = port(frames[channel.from.index()], &outputs, id, tall, true);
                let to = port(frames[channel.to.index()], &self.graph.subtasks[channel.to.index()].inputs, id, tall, false);
                Tube { id, path: Path::from(from).curve(to, !tall), width }
            })
            .collect()
    }
}

/// What is known before operators and lines are filled in.
struct Skeleton {
    tall: bool,
    width: f64,
    height: f64,
    job_manager: Rect,
    boxes_y: f64,
    task_managers: Vec<TaskManagerFrame>,
    input: Rect,
    storage: Rect,
    output: Rect,
}

impl Skeleton {
    /// The two boxes in the JobManager's card.
    fn boxes(&self) -> (Rect, Rect) {
        let inner = self.job_manager.inset(10.0);
        let h = self.job_manager.bottom() - 8.0 - self.boxes_y;
        let left = (inner.w - 10.0) * if self.tall { 0.54 } else { 0.58 };
        (
            Rect::new(inner.x, self.boxes_y, left, h),
            Rect::new(inner.x + left + 10.0, self.boxes_y, inner.w - left - 10.0, h),
        )
    }

    fn cards(&self) -> Vec<Rect> {
        const LEAST: f64 = 112.0;
        const GAP: f64 = 8.0;
        let inner = Rect::new(self.storage.x + 10.0, self.storage.y + 32.0, self.storage.w - 20.0, self.storage.h - 42.0);
        let count = ((inner.w + GAP) / (LEAST + GAP)).floor().clamp(1.0, 6.0);
        let w = ((inner.w + GAP) / count - GAP).min(190.0);
        (0..count as usize).map(|at| Rect::new(inner.x + at as f64 * (w + GAP), inner.y, w, inner.h)).collect()
    }

    /// Whether a straight line along the y axis at `x` from `y` meets no frame before `rect`.
    fn free_above(&self, rect: Rect, frames: &[Rect]) -> bool {
        !frames.iter().any(|other| other.bottom() <= rect.y && other.x < rect.right() && rect.x < other.right())
    }

    fn free_below(&self, rect: Rect, frames: &[Rect]) -> bool {
        !frames.iter().any(|other| other.y >= rect.bottom() && other.x < rect.right() && rect.x < other.right())
    }

    /// The line on which the coordinator talks to a task: straight down where nothing is in between, else beside the
    /// frames. `aside` keeps the two directions apart.
    fn control(&self, coordinator: Rect, rect: Rect, aside: f64, frames: &[Rect]) -> Path {
        let x = coordinator.center().x + aside;
        let from = Point::new(x, self.job_manager.bottom());
        if self.free_above(rect, frames) {
            let to = Point::new(x.clamp(rect.x + 40.0 + aside, (rect.right() - 40.0 + aside).max(rect.x + 40.0 + aside)), rect.y);
            return Path::from(from).curve(to, false);
        }
        let lane = rect.x - 8.0 + aside / 4.0;
        let y = rect.y + 16.0 + aside / 2.0;
        let turn = self.job_manager.bottom() + AIR / 2.0 + aside / 2.0;
        Path::through(&[from, Point::new(x, turn), Point::new(lane, turn), Point::new(lane, y), Point::new(rect.x, y)])
    }

    /// From a task to just above the storage.
    fn to_storage(&self, rect: Rect, frames: &[Rect]) -> Path {
        let managers_end = self.task_managers.iter().map(|frame| frame.rect.bottom()).fold(0.0, f64::max);
        if !self.tall && self.free_below(rect, frames) {
            let x = self.storage.center().x.clamp(rect.x + 30.0, rect.right() - 30.0);
            return Path::from(Point::new(x, rect.bottom())).line(Point::new(x, managers_end));
        }
        let lane = rect.right() + 8.0;
        let y = rect.bottom() - 16.0;
        let path = Path::through(&[Point::new(rect.right(), y), Point::new(lane, y), Point::new(lane, managers_end + 10.0)]);
        match self.tall {
            true => path.line(Point::new(lane.min(self.width - MARGIN - 4.0), self.storage.y - 4.0)),
            false => path,
        }
    }
}

impl Path {
    /// The same way back.
    fn reversed(&self) -> Path {
        let points: Vec<Point> = self.points().collect();
        let reversed: Vec<Point> = points.into_iter().rev().collect();
        Path::through(&reversed)
    }
}

/// The way of a record from one chained operator to the next.
fn link(from: &Panel, to: &Panel, tall: bool) -> Path {
    if tall {
        let x = from.rect.center().x;
        return Path::from(Point::new(x, from.rect.bottom())).line(Point::new(x, to.rect.y));
    }
    let y = from.worker.or(to.worker).map_or(from.rect.center().y, |worker| worker.hand.y);
    Path::from(Point::new(from.rect.right(), y)).line(Point::new(to.rect.x, y))
}

/// Where the channel `id` of `all` ends at a frame.
fn port(frame: Rect, all: &[ChannelId], id: ChannelId, tall: bool, leaving: bool) -> Point {
    let place = all.iter().position(|channel| *channel == id).unwrap_or(0) as f64;
    let count = all.len() as f64;
    let (start, room) = if tall { (frame.x, frame.w) } else { (frame.y + HEAD, frame.h - HEAD) };
    let step = (room / count).min(24.0);
    let along = start + room / 2.0 + (place - (count - 1.0) / 2.0) * step;
    match (tall, leaving) {
        (false, true) => Point::new(frame.right(), along),
        (false, false) => Point::new(frame.x, along),
        (true, true) => Point::new(along, frame.bottom()),
        (true, false) => Point::new(along, frame.y),
    }
}
