//! TaskManagers as the JobManager counts them, and their slots: who gets one, who waits (HA-2, RS-13). Flink:
//! `DeclarativeSlotPool`, `SlotSharingExecutionSlotAllocator`, `FineGrainedSlotManager`.
//!
//! Slots are shared as by default: one slot holds a subtask of every task, those with the same index. A slot is free again
//! when all of its subtasks have ended. What is scheduled together gets all of its slots, or waits.
//!
//! Left out: resource profiles, slot sharing groups. Which of several free slots is taken is not promised by Flink: here
//! the previous one, if it is free, else that of the TaskManager with the lowest number, or with the most free slots when
//! they are to be spread. The cluster is as old as the job.

use super::Engine;
use super::event::Event;
use crate::base::{AttemptNumber, Dense, SimDuration, SimTime, SubtaskId};
use crate::scenario::Cluster;
use crate::trace::{Cause, ExecutionState, Fact};

/// What the process of a TaskManager does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Process {
    /// It runs.
    Running,
    /// It has ended.
    Dead,
    /// It stands still.
    Hung,
    /// It runs, but no message reaches or leaves it.
    Partitioned,
}

/// A TaskManager.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TaskManager {
    /// What its process does.
    pub process: Process,
    /// Whether the JobManager believes in it.
    pub registered: bool,
    /// Since when either is so.
    pub since: SimTime,
    /// Raised with every change: what was planned before it is dropped.
    pub(super) generation: u32,
}

/// The TaskManagers of the cluster and their slots.
#[derive(Clone, PartialEq, Debug)]
pub struct TaskManagers {
    /// By number.
    pub all: Dense<TaskManager>,
    /// Slots of each.
    pub slots: u32,
    /// For each slot that the job needs, the TaskManager where it lies; none while the job does not hold it.
    pub(super) places: Vec<Option<u32>>,
    /// Where it lay last.
    pub(super) homes: Vec<u32>,
    /// Scheduling rounds that wait for slots.
    pub(super) waiting: Vec<u32>,
    spread: bool,
    /// Events of TaskManagers that stand still or can't be reached; they go on when it is over.
    pub(super) held: Vec<(u32, Event)>,
    /// Some TaskManager stands still or can't be reached.
    pub(super) any_held: bool,
}

impl TaskManagers {
    pub(super) fn new(cluster: &Cluster, needed: u32) -> TaskManagers {
        let one = TaskManager { process: Process::Running, registered: true, since: SimTime::ZERO, generation: 0 };
        TaskManagers {
            all: vec![one; cluster.task_managers as usize].into(),
            slots: cluster.slots_per_task_manager,
            places: vec![None; needed as usize],
            homes: (0..needed).map(|slot| cluster.home_of_slot(slot, needed)).collect(),
            waiting: Vec::new(),
            spread: cluster.spread_out_slots,
            held: Vec::new(),
            any_held: false,
        }
    }

    /// The TaskManager that holds the slot of the subtasks with this index; none when it is not held.
    pub fn of_slot(&self, index: u32) -> Option<u32> {
        self.places[index as usize]
    }

    /// How many slots of a TaskManager the job holds.
    pub fn used(&self, manager: u32) -> u32 {
        self.places.iter().filter(|place| **place == Some(manager)).count() as u32
    }

    /// How many slots are free, as the JobManager believes.
    pub fn free(&self) -> u32 {
        (0..self.all.len() as u32).map(|manager| self.free_of(manager)).sum()
    }

    /// Whether scheduled tasks wait for slots.
    pub fn are_missing(&self) -> bool {
        !self.waiting.is_empty()
    }

    fn free_of(&self, manager: u32) -> u32 {
        match self.all[manager as usize].registered {
            true => self.slots.saturating_sub(self.used(manager)),
            false => 0,
        }
    }

    /// Takes a slot for the subtasks with this index, if there is one.
    fn take(&mut self, index: u32) -> bool {
        let home = self.homes[index as usize];
        let mut managers = 0..self.all.len() as u32;
        let chosen = match ((home as usize) < self.all.len() && self.free_of(home) > 0, self.spread) {
            (true, _) => Some(home),
            (false, false) => managers.find(|manager| self.free_of(*manager) > 0),
            (false, true) => managers.max_by_key(|manager| (self.free_of(*manager), u32::MAX - manager)),
        };
        let chosen = chosen.filter(|manager| self.free_of(*manager) > 0);
        if let Some(manager) = chosen {
            self.places[index as usize] = Some(manager);
            self.homes[index as usize] = manager;
        }
        chosen.is_some()
    }
}

/// How soon a request that nobody can meet is refused.
const REFUSAL: SimDuration = SimDuration::from_millis(50);

impl Engine {
    /// Gives the subtasks of a scheduling round their slots: all of them, or none, and then says how many are missing.
    pub(super) fn allocate(&mut self, subtasks: &[(SubtaskId, AttemptNumber)]) -> Result<(), (u32, u32)> {
        let wanted = self.slots_wanted(subtasks);
        if self.managers.free() < wanted.len() as u32 {
            return Err((wanted.len() as u32, self.managers.free()));
        }
        for index in wanted {
            let found = self.managers.take(index);
            assert!(found, "a free slot was counted");
        }
        Ok(())
    }

    /// The slots that tasks need and do not hold.
    fn slots_wanted(&self, subtasks: &[(SubtaskId, AttemptNumber)]) -> Vec<u32> {
        let mut wanted: Vec<u32> = subtasks.iter().map(|(subtask, _)| self.index_of(*subtask)).collect();
        wanted.retain(|index| self.managers.places[*index as usize].is_none());
        wanted.sort_unstable();
        wanted.dedup();
        wanted
    }

    /// RS-13: the round waits for slots until a TaskManager brings them or its time is over. Where nobody starts
    /// TaskManagers, the ResourceManager has patience only while the cluster is young, and then refuses at once.
    pub(super) fn await_slots(&mut self, round: u32, needed: u32, free: u32) {
        let again = std::mem::replace(&mut self.job.rounds[round as usize].waited, true);
        self.managers.waiting.push(round);
        if again {
            return;
        }
        self.record(|| Fact::SlotsMissing { needed, free });
        let cluster = &self.scenario().cluster;
        let patience = SimDuration::from_millis(cluster.timeouts.slot_request_ms);
        let left = match cluster.replacement_ms {
            Some(_) => patience,
            None => (SimTime::ZERO + patience).since(self.now).max(REFUSAL),
        };
        self.schedule(left, Event::SlotRequestTimeout { round });
    }

    /// A subtask has ended: its slot is free again when it was the last one in it.
    pub(super) fn release_slot(&mut self, subtask: SubtaskId) {
        let index = self.index_of(subtask);
        let nodes = self.fixed.graph.subtasks.iter().zip(self.subtasks.iter());
        let over = |state: ExecutionState| state.is_terminal() || state == ExecutionState::Created;
        if nodes.into_iter().all(|(node, task)| node.index != index || over(task.state)) {
            self.managers.places[index as usize] = None;
            self.serve_waiting_rounds();
        }
    }

    pub(super) fn serve_waiting_rounds(&mut self) {
        for round in std::mem::take(&mut self.managers.waiting) {
            self.schedule(SimDuration::ZERO, Event::SlotsAllocated { round });
        }
    }

    pub(super) fn on_slot_request_timeout(&mut self, round: u32) {
        if !self.managers.waiting.contains(&round) {
            return;
        }
        self.managers.waiting.retain(|waiting| *waiting != round);
        let class = "org.apache.flink.runtime.jobmanager.scheduler.NoResourceAvailableException";
        let message = "Could not acquire the minimum required resources.";
        let tasks = self.take_round(round);
        let mut wanted = self.slots_wanted(&tasks);
        // Those that could have had a slot are only cancelled with the others.
        wanted.drain(..(self.managers.free() as usize).min(wanted.len()));
        for (subtask, attempt) in tasks {
            let waits = self.subtasks[subtask.index()].state == ExecutionState::Scheduled;
            if self.is_current(subtask, attempt) && waits && wanted.contains(&self.index_of(subtask)) {
                self.fail_at_job_manager(subtask, Cause { class, message: message.into() });
            }
        }
    }
}
