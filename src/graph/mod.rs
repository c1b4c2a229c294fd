//! From scenario to execution graph: chaining, subtasks, channels, key groups, pipelined regions, slots.
//!
//! Flink counterparts: `StreamingJobGraphGenerator` (chaining), `ExecutionGraph`, `KeyGroupRangeAssignment`. Left out: slot
//! sharing groups (all tasks share slots), iterations, blocking exchanges.

mod build;
mod key_group;
mod operator_id;
mod region;

pub use key_group::{
    default_max_parallelism, java_hash, key_group, key_group_range, murmur, python_key_hash, python_untyped_key_hash,
    subtask_of,
};
pub use operator_id::id_of_uid;

use crate::base::{ChannelId, OperatorId, OperatorIndex, SubtaskId, TaskIndex};
use crate::scenario::Partitioner;

/// Everything that is fixed for the life of a job.
#[derive(Clone, PartialEq, Debug)]
pub struct ExecutionGraph {
    /// Tasks in topological order.
    pub tasks: Vec<Task>,
    /// For each operator of the scenario, where it ended up.
    pub operators: Vec<OperatorNode>,
    /// All edges of the scenario, resolved.
    pub edges: Vec<EdgeNode>,
    /// All subtasks; those of one task lie side by side.
    pub subtasks: Vec<SubtaskNode>,
    /// All channels.
    pub channels: Vec<ChannelNode>,
    /// Pipelined regions (JS-9): the subtasks of each, ascending.
    pub regions: Vec<Vec<SubtaskId>>,
    /// The number of key groups (KG-5).
    pub max_parallelism: u32,
}

/// A task: one operator or a chain of them (Flink's job vertex).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Task {
    /// As Flink names it: `Source: src -> map -> Sink: print`.
    pub name: String,
    /// Its operators, head first, in the order in which a record meets them.
    pub operators: Vec<OperatorIndex>,
    /// How many subtasks.
    pub parallelism: u32,
    /// The first of its subtasks.
    pub first_subtask: SubtaskId,
}

/// Where an operator ended up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OperatorNode {
    /// Its id, by which state finds it (SP-7).
    pub id: OperatorId,
    /// Its task.
    pub task: TaskIndex,
    /// Its position in the task's chain.
    pub position: usize,
    /// Edges leaving it, as indices into [`ExecutionGraph::edges`].
    pub outputs: Vec<usize>,
    /// Edges reaching it.
    pub inputs: Vec<usize>,
}

/// A resolved edge.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EdgeNode {
    /// Producing operator.
    pub from: OperatorIndex,
    /// Consuming operator.
    pub to: OperatorIndex,
    /// In force: a forward edge between unequal parallelisms has become a rebalance, as in Flink.
    pub partitioner: Partitioner,
    /// Inside a task: a call, not a channel.
    pub chained: bool,
}

/// One parallel instance of a task.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SubtaskNode {
    /// Its task.
    pub task: TaskIndex,
    /// Its index among the task's subtasks, from 0.
    pub index: u32,
    /// The TaskManager that runs it, from 0.
    pub task_manager: u32,
    /// Its region.
    pub region: usize,
    /// Channels that it reads, grouped by input edge.
    pub inputs: Vec<ChannelId>,
    /// Channels that it writes: for each outgoing network edge, one a consumer subtask that it can reach.
    pub outputs: Vec<OutputNode>,
}

/// The writing end of an edge at one subtask (Flink's result partition).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OutputNode {
    /// Which edge.
    pub edge: usize,
    /// Its channels, by consumer subtask.
    pub channels: Vec<ChannelId>,
}

/// A channel between two subtasks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ChannelNode {
    /// Who writes.
    pub from: SubtaskId,
    /// Who reads.
    pub to: SubtaskId,
    /// The edge that it belongs to.
    pub edge: usize,
}

impl ExecutionGraph {
    /// The operator with this id.
    pub fn operator_with_id(&self, id: OperatorId) -> Option<OperatorIndex> {
        self.operators.iter().position(|operator| operator.id == id).map(|at| OperatorIndex(at as u16))
    }

    /// The task that a subtask belongs to.
    pub fn task_of(&self, subtask: SubtaskId) -> &Task {
        &self.tasks[self.subtasks[subtask.index()].task.index()]
    }

    /// The subtasks of a task.
    pub fn subtasks_of(&self, task: TaskIndex) -> impl Iterator<Item = SubtaskId> + use<> {
        let task = &self.tasks[task.index()];
        (task.first_subtask.0..task.first_subtask.0 + task.parallelism).map(SubtaskId)
    }

    /// The subtask of the operator's task with this index.
    pub fn subtask_of_operator(&self, operator: OperatorIndex, index: u32) -> SubtaskId {
        let task = &self.tasks[self.operators[operator.index()].task.index()];
        SubtaskId(task.first_subtask.0 + index)
    }

    /// `NAME (i/p)`, as Flink's log lines name a subtask.
    pub fn subtask_name(&self, subtask: SubtaskId) -> String {
        let node = &self.subtasks[subtask.index()];
        let task = &self.tasks[node.task.index()];
        format!("{} ({}/{})", task.name, node.index + 1, task.parallelism)
    }

    /// Whether a subtask has no input: checkpoints are triggered there (CP-14).
    pub fn is_source(&self, subtask: SubtaskId) -> bool {
        self.subtasks[subtask.index()].inputs.is_empty()
    }
}
