//! TaskManagers: which of them live, and how many slots of each the job holds.

use super::Moment;
use crate::base::SubtaskId;
use crate::engine::Process;

/// The TaskManagers.
#[derive(Clone, PartialEq, Debug)]
pub struct ManagersView {
    /// By number.
    pub all: Vec<ManagerView>,
    /// Scheduled tasks wait for slots.
    pub waiting: bool,
}

/// A TaskManager.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ManagerView {
    /// What its process does.
    pub process: Process,
    /// Whether the JobManager believes in it.
    pub registered: bool,
    /// Slots that the job holds.
    pub used: u32,
    /// All of its slots.
    pub slots: u32,
}

pub(super) fn view(moment: &Moment) -> ManagersView {
    let managers = moment.engine.task_managers();
    let all = managers.all.iter().enumerate().map(|(number, manager)| ManagerView {
        process: manager.process,
        registered: manager.registered,
        used: managers.used(number as u32),
        slots: managers.slots,
    });
    ManagersView { all: all.collect(), waiting: managers.are_missing() }
}

/// The TaskManager in which a subtask runs, where it is not that in whose frame it is drawn.
pub(super) fn elsewhere(moment: &Moment, subtask: SubtaskId) -> Option<u32> {
    let node = &moment.engine.graph().subtasks[subtask.index()];
    let now = moment.engine.task_managers().of_slot(node.index)?;
    (now != node.task_manager).then_some(now)
}
