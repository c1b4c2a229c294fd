//! Building the graph. Flink: `StreamingJobGraphGenerator.isChainable`, `DefaultExecutionGraph.attachJobGraph`.

use super::operator_id::operator_ids;
use super::region::regions;
use super::{
    ChannelNode, EdgeNode, ExecutionGraph, OperatorNode, OutputNode, SubtaskNode, Task, default_max_parallelism,
};
use crate::base::{ChannelId, OperatorId, OperatorIndex, SubtaskId, TaskIndex};
use crate::scenario::{Api, Operator, OperatorKind, Partitioner, RunInput, Scenario, SinkStyle, SourceKind};

impl ExecutionGraph {
    /// The execution graph of a scenario without errors.
    ///
    /// # Panics
    /// When an edge names an unknown operator or the operators are not in topological order; `Scenario::issues` reports
    /// both as errors.
    pub fn new(scenario: &Scenario) -> ExecutionGraph {
        let parallelism: Vec<u32> = scenario.operators.iter().map(|operator| parallelism(scenario, operator)).collect();
        let edges = resolve_edges(scenario, &parallelism);
        let (tasks, mut operators) = chain(scenario, &parallelism, &edges);
        let ids = operator_ids(scenario, &operators, &edges);
        for (operator, id) in operators.iter_mut().zip(ids) {
            operator.id = id;
        }
        let mut subtasks = place_subtasks(scenario, &tasks);
        let channels = connect(&tasks, &operators, &edges, &mut subtasks);
        let regions = regions(&mut subtasks, &channels);
        let widest = parallelism.iter().copied().max().unwrap_or(1);
        let max_parallelism = scenario.max_parallelism.unwrap_or_else(|| default_max_parallelism(widest));
        ExecutionGraph { tasks, operators, edges, subtasks, channels, regions, max_parallelism }
    }

    /// The execution graph of a run: a job that starts from a snapshot takes over its max parallelism, unless its own is
    /// set (KG-5).
    ///
    /// # Panics
    /// As [`ExecutionGraph::new`].
    pub fn of(input: &RunInput) -> ExecutionGraph {
        let mut graph = ExecutionGraph::new(&input.scenario);
        if let Some(snapshot) = &input.snapshot
            && input.scenario.max_parallelism.is_none()
        {
            let known = |id: OperatorId| graph.operator_with_id(id).is_some();
            let adopted = snapshot.operators.iter().find(|operator| known(operator.id));
            graph.max_parallelism =
                adopted.map_or(graph.max_parallelism, |operator| operator.max_parallelism.clamp(1, 32_768));
        }
        graph
    }
}

/// Collection sources are not parallel.
fn parallelism(scenario: &Scenario, operator: &Operator) -> u32 {
    match &operator.kind {
        OperatorKind::Source(source) if source.kind != SourceKind::Log => 1,
        _ => scenario.parallelism_of(operator).max(1),
    }
}

fn resolve_edges(scenario: &Scenario, parallelism: &[u32]) -> Vec<EdgeNode> {
    let find = |uid: &str| scenario.operator(uid).expect("an edge names an operator of the scenario");
    let resolved = scenario.edges.iter().map(|edge| {
        let (from, to) = (find(&edge.from), find(&edge.to));
        assert!(from < to, "operators stand in topological order");
        let equal = parallelism[from.index()] == parallelism[to.index()];
        let partitioner = match edge.partitioner {
            Partitioner::Forward if !equal => Partitioner::Rebalance,
            set => set,
        };
        (from, to, partitioner)
    });
    let resolved: Vec<_> = resolved.collect();
    let node = |edge: &ResolvedEdge| {
        let (from, to, partitioner) = *edge;
        EdgeNode { from, to, partitioner, chained: chains(scenario, &resolved, edge) }
    };
    resolved.iter().map(node).collect()
}

type ResolvedEdge = (OperatorIndex, OperatorIndex, Partitioner);

/// Whether producer and consumer become one task. The writer of a Sink V2 yields to its mailbox, which a legacy source's
/// thread can't do: it is never chained to one.
fn chains(scenario: &Scenario, edges: &[ResolvedEdge], &(from, to, partitioner): &ResolvedEdge) -> bool {
    let may_chain = |operator: OperatorIndex| !scenario.operators[operator.index()].disable_chaining;
    let yields = matches!(&scenario.operators[to.index()].kind, OperatorKind::Sink(sink) if sink.is_v2());
    scenario.chaining
        && partitioner == Partitioner::Forward
        && edges.iter().filter(|(_, other, _)| *other == to).count() == 1
        && may_chain(from)
        && may_chain(to)
        && !(yields && begins_with_legacy_source(scenario, edges, from))
}

/// Whether the task of an operator begins with a legacy source.
fn begins_with_legacy_source(scenario: &Scenario, edges: &[ResolvedEdge], operator: OperatorIndex) -> bool {
    match edges.iter().find(|(_, to, _)| *to == operator) {
        Some(edge) => chains(scenario, edges, edge) && begins_with_legacy_source(scenario, edges, edge.0),
        None => scenario.operators[operator.index()].kind.is_legacy_source(),
    }
}

fn chain(scenario: &Scenario, parallelism: &[u32], edges: &[EdgeNode]) -> (Vec<Task>, Vec<OperatorNode>) {
    let mut tasks: Vec<Task> = Vec::new();
    let mut operators: Vec<OperatorNode> = Vec::new();
    for (at, parallelism) in parallelism.iter().enumerate() {
        let operator = OperatorIndex(at as u16);
        let ends = |end: fn(&EdgeNode) -> OperatorIndex| -> Vec<usize> {
            edges.iter().enumerate().filter(|(_, edge)| end(edge) == operator).map(|(i, _)| i).collect()
        };
        let (inputs, outputs) = (ends(|edge| edge.to), ends(|edge| edge.from));
        let head = inputs.iter().find(|input| edges[**input].chained).map(|input| edges[*input].from);
        let task = match head {
            Some(producer) => operators[producer.index()].task,
            None => {
                tasks.push(Task {
                    name: String::new(),
                    operators: Vec::new(),
                    parallelism: *parallelism,
                    first_subtask: SubtaskId(0),
                });
                TaskIndex((tasks.len() - 1) as u16)
            }
        };
        let position = tasks[task.index()].operators.len();
        tasks[task.index()].operators.push(operator);
        operators.push(OperatorNode { id: OperatorId::default(), task, position, outputs, inputs });
    }
    let mut first = 0;
    for task in &mut tasks {
        task.first_subtask = SubtaskId(first);
        first += task.parallelism;
        task.name = chain_name(scenario, edges, &operators, task.operators[0]);
    }
    (tasks, operators)
}

/// `a -> b`, `a -> (b, c)`, with the prefixes that Flink gives sources and sinks. PyFlink's function operators convert
/// rows on their way, which shows as `Map, Map`.
fn chain_name(scenario: &Scenario, edges: &[EdgeNode], operators: &[OperatorNode], head: OperatorIndex) -> String {
    let operator = &scenario.operators[head.index()];
    let own = match (&operator.kind, &scenario.api) {
        (OperatorKind::Source(_), _) => format!("Source: {}", operator.name),
        (OperatorKind::PrintSink, _) => format!("Sink: {}", operator.name),
        (OperatorKind::Sink(sink), _) if sink.style() == SinkStyle::Committer => {
            format!("{0}: Writer -> {0}: Committer", operator.name)
        }
        (OperatorKind::Sink(sink), _) if sink.is_v2() => format!("{}: Writer", operator.name),
        (OperatorKind::Sink(_), _) => format!("Sink: {}", operator.name),
        (OperatorKind::Function(_), Api::Python(_)) => format!("{0}, {0}", operator.name),
        _ => operator.name.clone(),
    };
    let chained = operators[head.index()].outputs.iter().filter(|output| edges[**output].chained);
    let rest: Vec<String> = chained.map(|output| chain_name(scenario, edges, operators, edges[*output].to)).collect();
    match rest.as_slice() {
        [] => own,
        [only] => format!("{own} -> {only}"),
        several => format!("{own} -> ({})", several.join(", ")),
    }
}

/// All tasks share slots: the subtasks with index i sit in slot i.
fn place_subtasks(scenario: &Scenario, tasks: &[Task]) -> Vec<SubtaskNode> {
    let needed = tasks.iter().map(|task| task.parallelism).max().unwrap_or(1);
    let mut subtasks = Vec::new();
    for (at, task) in tasks.iter().enumerate() {
        for index in 0..task.parallelism {
            subtasks.push(SubtaskNode {
                task: TaskIndex(at as u16),
                index,
                task_manager: scenario.cluster.home_of_slot(index, needed),
                region: 0,
                inputs: Vec::new(),
                outputs: Vec::new(),
            });
        }
    }
    subtasks
}

fn connect(
    tasks: &[Task],
    operators: &[OperatorNode],
    edges: &[EdgeNode],
    subtasks: &mut [SubtaskNode],
) -> Vec<ChannelNode> {
    let mut channels = Vec::new();
    for (at, edge) in edges.iter().enumerate().filter(|(_, edge)| !edge.chained) {
        let producer = &tasks[operators[edge.from.index()].task.index()];
        let consumer = &tasks[operators[edge.to.index()].task.index()];
        for writer in 0..producer.parallelism {
            let from = SubtaskId(producer.first_subtask.0 + writer);
            let readers = match edge.partitioner {
                Partitioner::Forward => writer..writer + 1,
                Partitioner::Rebalance | Partitioner::KeyBy { .. } | Partitioner::KeyByConstant => {
                    0..consumer.parallelism
                }
            };
            let mut own = Vec::new();
            for reader in readers {
                let to = SubtaskId(consumer.first_subtask.0 + reader);
                let id = ChannelId(channels.len() as u32);
                channels.push(ChannelNode { from, to, edge: at });
                subtasks[to.index()].inputs.push(id);
                own.push(id);
            }
            subtasks[from.index()].outputs.push(OutputNode { edge: at, channels: own });
        }
    }
    channels
}
