//! Where everything of a job stands on the stage: a function of the execution graph and the room there is.
//!
//! Wide, data flows to the right: operators are columns, slots are rows. Tall, for a phone, it flows down and slots stand
//! side by side. The JobManager is on top, the world outside and the checkpoint storage are below. A task is a frame around
//! its chained operators; a TaskManager is a frame around its slots. Subtask i sits in slot i, as in Flink's default slot
//! sharing, so a row (or column) is a slot. Branches of the job graph share a slot's row, one beside the other.
//!
//! Left out: tubes do not bend around operators that they pass.

mod lines;
mod plan;

use super::geometry::{Path, Point, Rect};
use crate::base::{ChannelId, OperatorIndex, SubtaskId};
use crate::graph::ExecutionGraph;
use crate::scenario::Scenario;
use plan::Plan;

/// Below this width the stage is tall.
const TALL_BELOW: f64 = 620.0;

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
    /// Nothing stands between it and the coordinator.
    pub straight: bool,
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

impl Layout {
    /// Places the job in `width` × `height` pixels.
    pub fn new(graph: &ExecutionGraph, scenario: &Scenario, width: f64, height: f64) -> Layout {
        let plan = Plan::new(graph, scenario);
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
