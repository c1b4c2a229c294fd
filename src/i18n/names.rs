//! What the things of a run are called: operators, subtasks, records, fields, states. Made once a run, so that a sentence
//! about a fact can name what the fact only numbers.

use std::sync::Arc;

use crate::base::{ChannelId, OperatorIndex, RecordId, SubtaskId, Value};
use crate::graph::ExecutionGraph;
use crate::scenario::{CheckpointStorage, OperatorKind, RunInput};

/// Names by id.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Names {
    /// The job's name.
    pub job: String,
    /// The job's id, 32 hexadecimal digits.
    pub job_id: String,
    /// The checkpoint directory as set, empty for the JobManager's heap.
    pub directory: String,
    operators: Vec<OperatorNames>,
    subtasks: Vec<SubtaskNames>,
    channels: Vec<(SubtaskId, SubtaskId)>,
    records: Vec<Arc<str>>,
}

#[derive(Clone, PartialEq, Debug, Default)]
struct OperatorNames {
    name: String,
    fields: Vec<String>,
    states: Vec<String>,
}

#[derive(Clone, PartialEq, Debug, Default)]
struct SubtaskNames {
    /// As a sentence names it: `Map`, or `Map (1/2)` where there are several.
    short: String,
    /// As Flink's log names it: `Source: a -> b (1/1)`.
    flink: String,
    /// Its task and its index among the task's subtasks.
    place: (u16, u32),
}

impl Names {
    /// The names of a run. `job_id` is as the engine made it.
    pub fn of(input: &RunInput, graph: &ExecutionGraph, job_id: &str) -> Names {
        let scenario = &input.scenario;
        let operators: Vec<OperatorNames> = scenario.operators.iter().map(operator_names).collect();
        let subtasks = (0..graph.subtasks.len())
            .map(|i| {
                let subtask = SubtaskId(i as u32);
                let task = graph.task_of(subtask);
                let chain: Vec<&str> = task.operators.iter().map(|op| operators[op.index()].name.as_str()).collect();
                let mut short = chain.join(" → ");
                if task.parallelism > 1 {
                    short.push_str(&format!(" ({}/{})", graph.subtasks[i].index + 1, task.parallelism));
                }
                let place = (graph.subtasks[i].task.0, graph.subtasks[i].index);
                SubtaskNames { short, flink: graph.subtask_name(subtask), place }
            })
            .collect();
        Names {
            job: scenario.name.clone(),
            job_id: job_id.into(),
            directory: match &scenario.checkpointing.storage {
                CheckpointStorage::JobManager => String::new(),
                CheckpointStorage::FileSystem { dir } => dir.clone(),
            },
            operators,
            subtasks,
            channels: graph.channels.iter().map(|channel| (channel.from, channel.to)).collect(),
            records: scenario
                .data
                .iter()
                .filter_map(|dataset| dataset.table().ok())
                .flat_map(|table| table.rows)
                .map(|row| label(&row))
                .collect(),
        }
    }

    /// An operator's name.
    pub fn operator(&self, operator: OperatorIndex) -> &str {
        self.operators.get(operator.index()).map_or("?", |names| &names.name)
    }

    /// A subtask's name in a sentence.
    pub fn subtask(&self, subtask: SubtaskId) -> &str {
        self.subtasks.get(subtask.index()).map_or("?", |names| &names.short)
    }

    /// A subtask's name in Flink's log.
    pub fn subtask_in_log(&self, subtask: SubtaskId) -> &str {
        self.subtasks.get(subtask.index()).map_or("?", |names| &names.flink)
    }

    /// A subtask's task and its index in there.
    pub(super) fn task_and_index(&self, subtask: SubtaskId) -> (u16, u32) {
        self.subtasks.get(subtask.index()).map_or((0, 0), |names| names.place)
    }

    /// The two ends of a channel.
    pub fn channel(&self, channel: ChannelId) -> (&str, &str) {
        let (from, to) = self.channels.get(channel.index()).copied().unwrap_or_default();
        (self.subtask(from), self.subtask(to))
    }

    /// A record by its first column.
    pub fn record(&self, record: RecordId) -> &str {
        self.records.get(record.index()).map_or("?", |label| label)
    }

    /// A field of a function, without `self.`.
    pub fn field(&self, operator: OperatorIndex, slot: u16) -> &str {
        self.operators.get(operator.index()).and_then(|names| names.fields.get(slot as usize)).map_or("?", |name| name)
    }

    /// A declared Flink state of a function.
    pub fn state(&self, operator: OperatorIndex, slot: u16) -> &str {
        self.operators.get(operator.index()).and_then(|names| names.states.get(slot as usize)).map_or("?", |name| name)
    }
}

fn operator_names(operator: &crate::scenario::Operator) -> OperatorNames {
    let fields = match &operator.kind {
        OperatorKind::Function(function) => function.fields.iter().map(|field| field.name.clone()).collect(),
        _ => Vec::new(),
    };
    let states = operator.kind.states().iter().map(|state| state.name.clone()).collect();
    OperatorNames { name: operator.name.clone(), fields, states }
}

fn label(row: &Value) -> Arc<str> {
    match row.column(0) {
        Value::String(text) => text.clone(),
        other => Arc::from(other.python()),
    }
}
