//! Operators and edges: names, roles, order, keys, slots.

use super::found::Found;
use super::{function, time};
use crate::scenario::shape::{Shape, Shapes};
use crate::scenario::{
    Api, Counted, DatasetRows, Edge, IssueKind, Named, Operator, OperatorKind, Partitioner, Scenario, Source,
    SourceKind, Table, limits,
};

pub(super) fn check(scenario: &Scenario, tables: &[Option<Table>], found: &mut Found) {
    found.count("operators", Counted::Operators, scenario.operators.len(), limits::OPERATORS);
    found.count("edges", Counted::Edges, scenario.edges.len(), limits::EDGES);
    let uids: Vec<&str> = scenario.operators.iter().map(|operator| operator.uid.as_str()).collect();
    found.distinct(Named::Operator, &uids, |at| format!("operators[{at}].uid"));
    roles(scenario, found);
    let datasets: Vec<Shape> = tables.iter().map(|table| table.as_ref().map_or(Shape::Unknown, Table::shape)).collect();
    let shapes = scenario.shapes_over(&datasets);
    for (at, operator) in scenario.operators.iter().enumerate() {
        check_operator(scenario, at, operator, &shapes, found);
    }
    classes(scenario, found);
    for (at, edge) in scenario.edges.iter().enumerate() {
        check_edge(scenario, at, edge, &uids, &shapes, found);
    }
    order(scenario, found);
    room(scenario, found);
}

/// How many subtasks an operator really gets: collection sources are never parallel.
pub(super) fn width(scenario: &Scenario, operator: &Operator) -> u32 {
    match &operator.kind {
        OperatorKind::Source(source) if source.kind != SourceKind::Log => 1,
        _ => scenario.parallelism_of(operator),
    }
}

fn roles(scenario: &Scenario, found: &mut Found) {
    let any = |is: fn(&OperatorKind) -> bool| scenario.operators.iter().any(|operator| is(&operator.kind));
    if scenario.operators.is_empty() {
        found.add("operators", IssueKind::NoOperators);
    } else if !any(|kind| matches!(kind, OperatorKind::Source(_))) {
        found.add("operators", IssueKind::NoSource);
    } else if !any(OperatorKind::is_sink) {
        found.add("operators", IssueKind::NoSink);
    }
}

fn check_operator(scenario: &Scenario, at: usize, operator: &Operator, shapes: &Shapes, found: &mut Found) {
    let field = format!("operators[{at}]");
    found.name(format!("{field}.uid"), &operator.uid);
    found.name(format!("{field}.name"), &operator.name);
    if let Some(parallelism) = operator.parallelism {
        found.range(format!("{field}.parallelism"), parallelism, &limits::PARALLELISM);
    }
    let has_input = scenario.edges.iter().any(|edge| edge.to == operator.uid);
    if !has_input && !matches!(operator.kind, OperatorKind::Source(_)) {
        found.add(&field, IssueKind::WithoutInput { operator: operator.uid.clone() });
    }
    let has_output = scenario.edges.iter().any(|edge| edge.from == operator.uid);
    if !has_output && !operator.kind.is_sink() {
        found.add(&field, IssueKind::WithoutOutput { operator: operator.uid.clone() });
    }
    match &operator.kind {
        OperatorKind::Source(source) => check_source(scenario, &field, operator, source, found),
        OperatorKind::Function(body) => {
            let field = format!("{field}.kind.function");
            let keyed = scenario.is_keyed(&operator.uid);
            for (at, state) in body.states.iter().enumerate() {
                let path = format!("{field}.states[{at}].kind");
                if state.kind.is_keyed() && !keyed {
                    found.add(path, IssueKind::StateWithoutKey { state: state.name.clone() });
                } else if !state.kind.is_keyed() && matches!(scenario.api, Api::Python(_)) {
                    found.add(path, IssueKind::OperatorStateInPython { state: state.name.clone() });
                }
            }
            function::check(&field, body, &shapes.inputs[at], keyed, found);
        }
        OperatorKind::Watermarks(strategy) => time::watermarks(&field, strategy, &shapes.inputs[at], found),
        OperatorKind::Window(window) => time::window(scenario, &field, operator, window, &shapes.inputs[at], found),
        OperatorKind::Reduce(reduce) => time::reduce(scenario, &field, operator, reduce, &shapes.inputs[at], found),
        OperatorKind::PrintSink => {}
        OperatorKind::Sink(sink) => super::sink::check(&field, sink, &shapes.inputs[at], found),
    }
}

fn check_source(scenario: &Scenario, field: &str, operator: &Operator, source: &Source, found: &mut Found) {
    let path = |name: &str| format!("{field}.kind.source.{name}");
    found.range(path("every_ms"), source.every_ms, &limits::EVERY_MS);
    found.range(path("partitions"), source.partitions, &limits::PARTITIONS);
    let dataset = scenario.data.iter().position(|dataset| dataset.name == source.dataset);
    if dataset.is_none() {
        let known = scenario.data.iter().map(|dataset| dataset.name.clone()).collect();
        found.add(path("dataset"), IssueKind::Unknown { what: Named::Dataset, name: source.dataset.clone(), known });
    }
    if source.kind == SourceKind::Log {
        return partitions(scenario, dataset, source.partitions, found);
    }
    match operator.parallelism {
        Some(parallelism) if parallelism > 1 => {
            found.add(format!("{field}.parallelism"), IssueKind::SourceNotParallel { parallelism });
        }
        _ => {}
    }
    if source.partitions > 1 {
        found.add(path("partitions"), IssueKind::PartitionsUnused);
    }
    let usual = match scenario.api {
        Api::Java => SourceKind::JavaCollection,
        Api::Python(_) => SourceKind::PythonCollection,
    };
    if source.kind != usual {
        found.add(path("kind"), IssueKind::SourceOfOtherApi { source: source.kind, usual });
    }
}

/// A dataset's own partitions must exist in the log that reads it.
fn partitions(scenario: &Scenario, dataset: Option<usize>, partitions: u32, found: &mut Found) {
    let Some(at) = dataset else { return };
    let DatasetRows::Inline { partitions: own, .. } = &scenario.data[at].rows else { return };
    for (row, partition) in own.iter().enumerate().filter(|(_, partition)| **partition >= partitions.max(1)) {
        let highest = u64::from(partitions.max(1)) - 1;
        found.range(format!("data[{at}].rows.inline.partitions[{row}]"), *partition, &(0..=highest));
    }
}

/// One class name, one function: the same function may stand in several operators.
fn classes(scenario: &Scenario, found: &mut Found) {
    let functions = scenario.operators.iter().enumerate().filter_map(|(at, operator)| match &operator.kind {
        OperatorKind::Function(function) => Some((at, function)),
        _ => None,
    });
    let functions: Vec<_> = functions.collect();
    for (n, (at, function)) in functions.iter().enumerate() {
        if functions[..n].iter().any(|(_, before)| before.class == function.class && before != function) {
            let kind = IssueKind::Duplicate { what: Named::Class, name: function.class.clone() };
            found.add(format!("operators[{at}].kind.function.class"), kind);
        }
    }
}

fn check_edge(scenario: &Scenario, at: usize, edge: &Edge, uids: &[&str], shapes: &Shapes, found: &mut Found) {
    let ends = [("from", &edge.from), ("to", &edge.to)].map(|(end, uid)| {
        let operator = scenario.operator(uid);
        if operator.is_none() {
            let known = uids.iter().map(|uid| (*uid).to_owned()).collect();
            let kind = IssueKind::Unknown { what: Named::Operator, name: uid.clone(), known };
            found.add(format!("edges[{at}].{end}"), kind);
        }
        operator
    });
    let alike = |before: &Edge| {
        before.from == edge.from
            && before.to == edge.to
            && before.side_output == edge.side_output
            && before.second == edge.second
    };
    if scenario.edges[..at].iter().any(alike) {
        let kind = IssueKind::DuplicateEdge { from: edge.from.clone(), to: edge.to.clone() };
        found.add(format!("edges[{at}]"), kind);
    }
    let [Some(from), Some(to)] = ends else { return };
    let (producer, consumer) = (&scenario.operators[from.index()], &scenario.operators[to.index()]);
    if matches!(consumer.kind, OperatorKind::Source(_)) {
        found.add(format!("edges[{at}]"), IssueKind::IntoSource { operator: consumer.uid.clone() });
    }
    if producer.kind.is_sink() {
        found.add(format!("edges[{at}]"), IssueKind::OutOfSink { operator: producer.uid.clone() });
    }
    if let Some(tag) = &edge.side_output {
        let known: Vec<String> = producer.kind.side_outputs().into_iter().map(String::from).collect();
        if !known.contains(tag) {
            let kind = IssueKind::Unknown { what: Named::SideOutput, name: tag.clone(), known };
            found.add(format!("edges[{at}].side_output"), kind);
        }
    }
    match edge.partitioner {
        Partitioner::Forward => {
            let (from, to) = (width(scenario, producer), width(scenario, consumer));
            if from != to {
                found.add(format!("edges[{at}].partitioner"), IssueKind::ForwardBecomesRebalance { from, to });
            }
        }
        Partitioner::KeyBy { column } => {
            let columns = scenario.shape_on(edge, shapes).width();
            function::column(format!("edges[{at}].partitioner.key_by.column"), column, columns, found);
        }
        Partitioner::Rebalance | Partitioner::KeyByConstant => {}
    }
}

/// Operators stand in topological order; where they don't, whether they could.
fn order(scenario: &Scenario, found: &mut Found) {
    let position = |uid: &str| scenario.operator(uid).map(crate::base::OperatorIndex::index);
    let edges: Vec<(usize, usize, usize)> = scenario
        .edges
        .iter()
        .enumerate()
        .filter_map(|(at, edge)| Some((at, position(&edge.from)?, position(&edge.to)?)))
        .collect();
    let uid = |operator: &usize| scenario.operators[*operator].uid.clone();
    let (sorted, rest) = sort(scenario.operators.len(), &edges);
    if !rest.is_empty() {
        found.add("edges", IssueKind::Cycle { operators: rest.iter().map(uid).collect() });
        return;
    }
    // Edges can't tell operators of one uid apart: that has to be mended first.
    if (1..scenario.operators.len()).any(|at| scenario.operators[..at].iter().any(|op| op.uid == uid(&at))) {
        return;
    }
    for (at, from, to) in edges.iter().filter(|(_, from, to)| from >= to) {
        let order = sorted.iter().map(uid).collect();
        found.add(format!("edges[{at}]"), IssueKind::NotInOrder { from: uid(from), to: uid(to), order });
    }
}

/// A topological order as near to the given one as can be, and the operators that stand in or between cycles.
fn sort(operators: usize, edges: &[(usize, usize, usize)]) -> (Vec<usize>, Vec<usize>) {
    let mut sorted: Vec<usize> = Vec::new();
    let mut rest: Vec<usize> = (0..operators).collect();
    while let Some(at) =
        rest.iter().position(|&next| !edges.iter().any(|(_, from, to)| *to == next && rest.contains(from)))
    {
        sorted.push(rest.remove(at));
    }
    // What only follows a cycle is not part of one.
    while let Some(at) =
        rest.iter().position(|&last| !edges.iter().any(|(_, from, to)| *from == last && rest.contains(to)))
    {
        rest.remove(at);
    }
    (sorted, rest)
}

/// Key groups and slots must suffice for the widest operator.
fn room(scenario: &Scenario, found: &mut Found) {
    let widest = scenario.operators.iter().map(|operator| width(scenario, operator)).max().unwrap_or(1).max(1);
    if let Some(groups) = scenario.max_parallelism {
        found.range("max_parallelism", groups, &(u64::from(widest)..=limits::MAX_PARALLELISM));
    }
    let slots = scenario.cluster.slots_per_task_manager;
    let available = scenario.cluster.task_managers.saturating_mul(slots);
    if slots > 0 && available < widest {
        let task_managers = widest.div_ceil(slots);
        found.add("cluster.task_managers", IssueKind::NotEnoughSlots { needed: widest, available, task_managers });
    }
}
