//! What never changes during a run: the input, its execution graph, and beside the graph what is asked for each record,
//! so that an answer is one index away. Boxed slices: indexing a `Vec` is a call when the page is built for size.

use std::sync::Arc;

use crate::base::{ChannelId, Dense, RecordId, Row, SimDuration, SubtaskId};
use crate::graph::ExecutionGraph;
use crate::program::UserFunction;
use crate::scenario::{
    Api, ExecutionMode, Operator, OperatorKind, Partitioner, RunInput, Scenario, Sink, Source, SourceKind, Table,
    side_output_number,
};

use super::channel::FLOATING_BUFFERS;

/// The input and all that follows from it alone.
#[derive(Debug)]
pub(super) struct Fixed {
    pub input: Arc<RunInput>,
    pub graph: ExecutionGraph,
    pub operators: Dense<FixedOperator>,
    pub subtasks: Dense<FixedSubtask>,
    pub channels: Dense<FixedChannel>,
    /// Something in the job asks for watermarks: only then do they travel.
    pub event_time: bool,
    /// Keys are hashed as PyFlink does.
    pub python_keys: bool,
    /// Unaligned checkpoints are on.
    pub unaligned: bool,
}

/// An operator of the scenario.
#[derive(Debug)]
pub(super) struct FixedOperator {
    pub function: Option<UserFunction>,
    pub source: Option<SourceInput>,
    /// The partitioner by whose key its records come.
    pub key: Option<Partitioner>,
    /// It runs in a Python worker.
    pub in_worker: bool,
    /// It is a print sink.
    pub prints: bool,
    /// It is a sink with a store.
    pub sink: Option<Sink>,
    /// The edges that leave it.
    pub exits: Box<[Exit]>,
}

/// An edge, seen from where it begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exit {
    pub partitioner: Partitioner,
    /// The position of the next operator when that is in the same chain.
    pub chained_to: Option<u16>,
    /// Which of the subtask's outputs it is, when not.
    pub output: usize,
    /// What it carries: 0 is the operator's main output, others its side outputs, counted from 1.
    pub tag: u16,
}

/// A subtask.
#[derive(Debug)]
pub(super) struct FixedSubtask {
    pub is_source: bool,
    /// One of its operators has a Python worker.
    pub has_worker: bool,
    /// The partitions that it reads.
    pub partitions: Box<[usize]>,
    /// The channels of each output.
    pub outputs: Box<[Box<[ChannelId]>]>,
}

/// A channel.
#[derive(Clone, Copy, Debug)]
pub(super) struct FixedChannel {
    pub from: SubtaskId,
    /// Which of the sender's outputs it belongs to.
    pub output: usize,
    pub to: SubtaskId,
    /// Buffers in the pool of that output: 2 a channel and 8 more.
    pub pool: u32,
    /// Barriers may overtake in it (BR-11).
    pub may_overtake: bool,
    /// Both ends are in one TaskManager, and that makes a difference.
    pub local: bool,
}

/// The rows of a source, by partition.
#[derive(Debug)]
pub(super) struct SourceInput {
    pub first_record: RecordId,
    pub rows: Box<[Row]>,
    pub partitions: Box<[Box<[u32]>]>,
    pub bounded: bool,
    /// From one row to the next.
    pub every: SimDuration,
}

impl Fixed {
    pub fn new(input: Arc<RunInput>) -> Fixed {
        let scenario = &input.scenario;
        let graph = ExecutionGraph::of(&input);
        let tables: Vec<Table> =
            scenario.data.iter().map(|dataset| dataset.table().expect("the dataset can be read")).collect();
        let mut next = 0;
        let first_record: Vec<RecordId> = tables
            .iter()
            .map(|table| {
                let first = RecordId(next);
                next += table.rows.len() as u32;
                first
            })
            .collect();
        let source = |operator: &Operator| match &operator.kind {
            OperatorKind::Source(source) => {
                let found = scenario.data.iter().position(|dataset| dataset.name == source.dataset);
                let dataset = found.expect("the source names a dataset");
                Some(SourceInput::new(source, &tables[dataset], first_record[dataset]))
            }
            _ => None,
        };
        let process_mode =
            matches!(&scenario.api, Api::Python(settings) if settings.execution_mode == ExecutionMode::Process);
        let operators = scenario.operators.iter().enumerate().map(|(at, operator)| {
            let function = match &operator.kind {
                OperatorKind::Function(function) => {
                    Some(UserFunction::compile(function).expect("the function compiles"))
                }
                OperatorKind::Window(window) => Some(UserFunction::window(window)),
                OperatorKind::Reduce(reduce) => Some(UserFunction::reduce(reduce)),
                _ => None,
            };
            let mut inputs = graph.operators[at].inputs.iter().map(|input| graph.edges[*input].partitioner);
            FixedOperator {
                in_worker: process_mode && function.is_some(),
                function,
                source: source(operator),
                key: inputs.find(|partitioner| partitioner.is_keyed()),
                prints: matches!(operator.kind, OperatorKind::PrintSink),
                sink: match &operator.kind {
                    OperatorKind::Sink(sink) => Some(sink.clone()),
                    _ => None,
                },
                exits: exits(scenario, &graph, at),
            }
        });
        let operators: Dense<FixedOperator> = operators.collect();
        Fixed {
            subtasks: subtasks(&graph, &operators),
            event_time: scenario.operators.iter().any(|operator| operator.kind.uses_event_time()),
            channels: channels(&graph, scenario.cluster.local_channels),
            unaligned: scenario.checkpointing.unaligned_in_force().is_some(),
            python_keys: matches!(scenario.api, Api::Python(_)),
            operators,
            graph,
            input,
        }
    }

    /// Slots that the job needs: one for each subtask of its widest task.
    pub fn slots_needed(&self) -> u32 {
        self.graph.tasks.iter().map(|task| task.parallelism).max().unwrap_or(1)
    }

    pub fn record_count(&self) -> usize {
        let sources = self.operators.iter().filter_map(|operator| operator.source.as_ref());
        sources.map(|source| source.first_record.index() + source.rows.len()).max().unwrap_or(0)
    }
}

fn exits(scenario: &Scenario, graph: &ExecutionGraph, operator: usize) -> Box<[Exit]> {
    let tags = scenario.operators[operator].kind.side_outputs();
    let first = graph.tasks[graph.operators[operator].task.index()].first_subtask;
    let outputs = &graph.subtasks[first.index()].outputs;
    let exit = |edge: &usize| {
        let node = &graph.edges[*edge];
        Exit {
            partitioner: node.partitioner,
            chained_to: node.chained.then(|| graph.operators[node.to.index()].position as u16),
            output: outputs.iter().position(|output| output.edge == *edge).unwrap_or(0),
            tag: scenario.edges[*edge].side_output.as_ref().map_or(0, |tag| side_output_number(&tags, tag)),
        }
    };
    graph.operators[operator].outputs.iter().map(exit).collect()
}

fn subtasks(graph: &ExecutionGraph, operators: &[FixedOperator]) -> Dense<FixedSubtask> {
    let subtask = |node: &crate::graph::SubtaskNode| {
        let task = &graph.tasks[node.task.index()];
        let source = operators[task.operators[0].index()].source.as_ref();
        let all = 0..source.map_or(0, |source| source.partitions.len());
        FixedSubtask {
            is_source: node.inputs.is_empty(),
            has_worker: task.operators.iter().any(|operator| operators[operator.index()].in_worker),
            partitions: all.filter(|partition| partition % task.parallelism as usize == node.index as usize).collect(),
            outputs: node.outputs.iter().map(|output| output.channels.as_slice().into()).collect(),
        }
    };
    graph.subtasks.iter().map(subtask).collect()
}

fn channels(graph: &ExecutionGraph, local: bool) -> Dense<FixedChannel> {
    let channel = |node: &crate::graph::ChannelNode| {
        let outputs = &graph.subtasks[node.from.index()].outputs;
        let output = outputs.iter().position(|output| output.edge == node.edge);
        let output = output.expect("a channel belongs to an output of its sender");
        let pool = 2 * outputs[output].channels.len() as u32 + FLOATING_BUFFERS;
        let receiver = &graph.operators[graph.edges[node.edge].to.index()];
        let may_overtake =
            receiver.inputs.iter().all(|input| graph.edges[*input].partitioner.supports_unaligned_checkpoints());
        let place = |subtask: SubtaskId| graph.subtasks[subtask.index()].task_manager;
        let local = local && place(node.from) == place(node.to);
        FixedChannel { from: node.from, output, to: node.to, pool, may_overtake, local }
    };
    graph.channels.iter().map(channel).collect()
}

impl SourceInput {
    fn new(source: &Source, table: &Table, first_record: RecordId) -> SourceInput {
        let partitions = if source.kind == SourceKind::Log { source.partitions.max(1) } else { 1 };
        let mut dealt = vec![Vec::new(); partitions as usize];
        for row in 0..table.rows.len() as u32 {
            let partition = match table.partitions.get(row as usize) {
                Some(own) => own % partitions,
                None => row % partitions,
            };
            dealt[partition as usize].push(row);
        }
        SourceInput {
            first_record,
            rows: table.rows.as_slice().into(),
            partitions: dealt.into_iter().map(Vec::into_boxed_slice).collect(),
            bounded: source.bounded,
            every: SimDuration::from_millis(source.every_ms),
        }
    }
}
