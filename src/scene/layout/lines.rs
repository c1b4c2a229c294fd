//! Lines: the ways of messages, state and records between the frames.

use super::plan::{AIR, HEAD, MARGIN};
use super::{Panel, TaskManagerFrame, Tube};
use crate::base::ChannelId;
use crate::graph::ExecutionGraph;
use crate::scenario::OperatorKind;
use crate::scene::geometry::{Path, Point, Rect};

/// What is known before operators and lines are filled in.
pub(super) struct Skeleton {
    pub(super) tall: bool,
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) job_manager: Rect,
    pub(super) task_managers: Vec<TaskManagerFrame>,
    pub(super) input: Rect,
    pub(super) storage: Rect,
    pub(super) output: Rect,
}

impl Skeleton {
    /// The two boxes in the JobManager's card: side by side, or one above the other.
    pub(super) fn boxes(&self) -> (Rect, Rect) {
        const TITLE: f64 = 32.0;
        let inner = self.job_manager.inset(10.0);
        let (top, h) = (self.job_manager.y + TITLE, self.job_manager.h - TITLE - 8.0);
        if self.tall {
            let each = (h - 6.0) / 2.0;
            return (Rect::new(inner.x, top, inner.w, each), Rect::new(inner.x, top + each + 6.0, inner.w, each));
        }
        let left = (inner.w - 10.0) * 0.58;
        (Rect::new(inner.x, top, left, h), Rect::new(inner.x + left + 10.0, top, inner.w - left - 10.0, h))
    }

    pub(super) fn cards(&self) -> Vec<Rect> {
        const LEAST: f64 = 112.0;
        const GAP: f64 = 8.0;
        let inner =
            Rect::new(self.storage.x + 10.0, self.storage.y + 32.0, self.storage.w - 20.0, self.storage.h - 42.0);
        let count = ((inner.w + GAP) / (LEAST + GAP)).floor().clamp(1.0, 6.0);
        let w = ((inner.w + GAP) / count - GAP).min(190.0);
        (0..count as usize).map(|at| Rect::new(inner.x + at as f64 * (w + GAP), inner.y, w, inner.h)).collect()
    }

    /// Whether a straight line along the y axis at `x` from `y` meets no frame before `rect`.
    pub(super) fn free_above(&self, rect: Rect, frames: &[Rect]) -> bool {
        !frames.iter().any(|other| other.bottom() <= rect.y && other.x < rect.right() && rect.x < other.right())
    }

    fn free_below(&self, rect: Rect, frames: &[Rect]) -> bool {
        !frames.iter().any(|other| other.y >= rect.bottom() && other.x < rect.right() && rect.x < other.right())
    }

    /// The line between an operator and the world outside: straight where no other task is in between, else along the
    /// TaskManager's edge.
    pub(super) fn outside(&self, kind: &OperatorKind, rect: Rect, frames: &[Rect]) -> Option<Path> {
        let tall = self.tall;
        let frame = self.task_managers.iter().find(|frame| frame.rect.overlaps(rect))?.rect;
        let straight = tall || self.free_below(rect, frames);
        let y = rect.bottom() - 14.0;
        let turn = frame.bottom() + 10.0;
        match kind {
            OperatorKind::Source(_) => {
                let x = rect.x + 22.0;
                if tall {
                    return Some(Path::from(Point::new(x, self.input.bottom())).line(Point::new(x, rect.y)));
                }
                let from = Point::new(x.min(self.input.right() - 20.0), self.input.y);
                let lane = frame.x + 7.0;
                Some(match straight {
                    true => Path::from(from).curve(Point::new(x, rect.bottom()), false),
                    false => Path::through(&[
                        from,
                        Point::new(from.x, turn),
                        Point::new(lane, turn),
                        Point::new(lane, y),
                        Point::new(rect.x, y),
                    ]),
                })
            }
            OperatorKind::PrintSink | OperatorKind::Sink(_) => {
                let x = rect.right() - 22.0;
                let to = Point::new(x.max(self.output.x + 20.0), self.output.y);
                let lane = frame.right() - 7.0;
                Some(match straight {
                    true => Path::from(Point::new(x, rect.bottom())).curve(to, false),
                    false => Path::through(&[
                        Point::new(rect.right(), y),
                        Point::new(lane, y),
                        Point::new(lane, turn),
                        Point::new(to.x, turn),
                        to,
                    ]),
                })
            }
            OperatorKind::Function(_)
            | OperatorKind::Watermarks(_)
            | OperatorKind::Window(_)
            | OperatorKind::Reduce(_) => None,
        }
    }

    /// The line on which the coordinator talks to a task: straight down where nothing is in between, else beside the
    /// frames. `aside` keeps the two directions apart.
    pub(super) fn control(&self, coordinator: Rect, rect: Rect, aside: f64, frames: &[Rect]) -> Path {
        let x = coordinator.center().x + aside;
        let from = Point::new(x, self.job_manager.bottom());
        if self.free_above(rect, frames) {
            let to = Point::new(
                x.clamp(rect.x + 40.0 + aside, (rect.right() - 40.0 + aside).max(rect.x + 40.0 + aside)),
                rect.y,
            );
            return Path::from(from).curve(to, false);
        }
        let lane = rect.x - 8.0 + aside / 4.0;
        let y = rect.y + 16.0 + aside / 2.0;
        let turn = self.job_manager.bottom() + AIR / 2.0 + aside / 2.0;
        Path::through(&[from, Point::new(x, turn), Point::new(lane, turn), Point::new(lane, y), Point::new(rect.x, y)])
    }

    /// Where a line can go down to the right of a task: on a tall stage, beside wider tasks below it too.
    fn lane_beside(&self, rect: Rect, frames: &[Rect]) -> f64 {
        let mut lane = rect.right() + 8.0;
        while let Some(hit) = frames
            .iter()
            .find(|other| self.tall && other.y >= rect.bottom() && other.x <= lane && lane <= other.right())
        {
            lane = hit.right() + 8.0;
        }
        lane
    }

    /// From a task to just above the storage.
    pub(super) fn to_storage(&self, rect: Rect, frames: &[Rect]) -> Path {
        let managers_end = self.task_managers.iter().map(|frame| frame.rect.bottom()).fold(0.0, f64::max);
        if !self.tall && self.free_below(rect, frames) {
            let x = self.storage.center().x.clamp(rect.x + 30.0, rect.right() - 30.0);
            return Path::from(Point::new(x, rect.bottom())).line(Point::new(x, managers_end));
        }
        let lane = self.lane_beside(rect, frames);
        let y = rect.bottom() - 16.0;
        let path =
            Path::through(&[Point::new(rect.right(), y), Point::new(lane, y), Point::new(lane, managers_end + 10.0)]);
        match self.tall {
            true => path.line(Point::new(lane.min(self.width - MARGIN - 4.0), self.storage.y - 4.0)),
            false => path,
        }
    }
}

impl Path {
    /// The same way back.
    pub(super) fn reversed(&self) -> Path {
        let points: Vec<Point> = self.points().collect();
        let reversed: Vec<Point> = points.into_iter().rev().collect();
        Path::through(&reversed)
    }
}

/// The channels of a job.
pub(super) fn tubes(graph: &ExecutionGraph, frames: &[Rect], tall: bool) -> Vec<Tube> {
    let widest = graph.subtasks.iter().map(|subtask| subtask.inputs.len()).max().unwrap_or(1);
    let width = if widest > 2 { 13.0 } else { 17.0 };
    let channels = graph.channels.iter().enumerate();
    channels
        .map(|(at, channel)| {
            let id = ChannelId(at as u32);
            let outputs: Vec<ChannelId> = graph.subtasks[channel.from.index()]
                .outputs
                .iter()
                .flat_map(|output| output.channels.clone())
                .collect();
            let from = port(frames[channel.from.index()], &outputs, id, tall, true);
            let to = port(frames[channel.to.index()], &graph.subtasks[channel.to.index()].inputs, id, tall, false);
            Tube { id, path: Path::from(from).curve(to, !tall), width }
        })
        .collect()
}

/// The way of a record from one chained operator to the next.
pub(super) fn link(from: &Panel, to: &Panel, tall: bool) -> Path {
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
