//! In how many ways a scenario differs from a lesson's, counted as a person would: what follows from another change is not
//! one of its own.

use crate::scenario::{Function, OperatorKind, Partitioner, RunInput, Scenario, Source, SourceKind};

/// Something that was changed. The seed is none: every real run has its own luck.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Change {
    /// The rows, or which of them are read.
    Data,
    /// The Flink release.
    Flink,
    /// Java or Python.
    Api,
    /// Bundles or execution mode of Python functions.
    Python,
    /// The kind of source, its pace or its partitions.
    Source,
    /// A user function, with the key that it needs.
    Function,
    /// The operators and the edges between them.
    Graph,
    /// Parallelism or chaining.
    Parallelism,
    /// The checkpoint interval.
    Interval,
    /// Any other checkpoint setting.
    Checkpointing,
    /// The restart strategy.
    Restart,
    /// The cluster.
    Cluster,
    /// Fault points.
    Faults,
    /// Something done to the running job.
    Commands,
}

/// What was changed from `base` to `now`, each once.
pub fn changes(base: &RunInput, now: &RunInput) -> Vec<Change> {
    let (old, new) = (&base.scenario, &now.scenario);
    let mut found = Vec::new();
    let mut note = |differs: bool, change: Change| {
        if differs {
            found.push(change);
        }
    };
    let language = std::mem::discriminant(&old.api) != std::mem::discriminant(&new.api);
    note(old.data != new.data || datasets(old) != datasets(new), Change::Data);
    note(old.flink != new.flink, Change::Flink);
    note(language, Change::Api);
    note(!language && old.api != new.api, Change::Python);
    note(sources(old, language) != sources(new, language), Change::Source);
    let function = functions(old) != functions(new);
    note(function, Change::Function);
    note(graph(old) != graph(new) || keys(old) != keys(new) && !(function && needs_key(new)), Change::Graph);
    note(parallelism(old) != parallelism(new), Change::Parallelism);
    note(old.checkpointing.interval_ms != new.checkpointing.interval_ms, Change::Interval);
    let same_interval = |scenario: &Scenario| {
        let mut checkpointing = scenario.checkpointing.clone();
        checkpointing.interval_ms = None;
        checkpointing
    };
    note(same_interval(old) != same_interval(new), Change::Checkpointing);
    note(old.restart != new.restart, Change::Restart);
    note(old.cluster != new.cluster, Change::Cluster);
    note(old.faults != new.faults, Change::Faults);
    note(base.commands != now.commands, Change::Commands);
    found
}

fn datasets(scenario: &Scenario) -> Vec<&str> {
    source_settings(scenario).map(|source| source.dataset.as_str()).collect()
}

fn source_settings(scenario: &Scenario) -> impl Iterator<Item = &Source> {
    scenario.operators.iter().filter_map(|operator| match &operator.kind {
        OperatorKind::Source(source) => Some(source),
        _ => None,
    })
}

/// The sources without their data. With another language a collection stays a collection.
fn sources(scenario: &Scenario, language: bool) -> Vec<(SourceKind, bool, bool, u64, u32)> {
    let kind = |kind: SourceKind| match kind {
        SourceKind::JavaCollection if language => SourceKind::PythonCollection,
        kind => kind,
    };
    source_settings(scenario)
        .map(|source| (kind(source.kind), source.bounded, source.gated, source.every_ms, source.partitions))
        .collect()
}

fn functions(scenario: &Scenario) -> Vec<&Function> {
    let functions = scenario.operators.iter().filter_map(|operator| match &operator.kind {
        OperatorKind::Function(function) => Some(function),
        _ => None,
    });
    functions.collect()
}

fn needs_key(scenario: &Scenario) -> bool {
    functions(scenario).iter().flat_map(|function| &function.states).any(|state| state.kind.is_keyed())
}

/// Operators with their kinds, and who is connected to whom.
type Shape<'a> = (Vec<(&'a str, u8)>, Vec<(&'a str, &'a str)>);

/// Which operators there are, and which are connected. Names are only names.
fn graph(scenario: &Scenario) -> Shape<'_> {
    let kind = |kind: &OperatorKind| match kind {
        OperatorKind::Source(_) => 0,
        OperatorKind::Function(_) => 1,
        OperatorKind::PrintSink => 2,
        OperatorKind::Watermarks(_) => 3,
        OperatorKind::Window(_) => 4,
        OperatorKind::Reduce(_) => 5,
        OperatorKind::Sink(_) => 6,
    };
    let operators = scenario.operators.iter().map(|operator| (operator.uid.as_str(), kind(&operator.kind)));
    let edges = scenario.edges.iter().map(|edge| (edge.from.as_str(), edge.to.as_str()));
    (operators.collect(), edges.collect())
}

/// Which edges give their records which key. Forward and rebalance are told apart by the parallelism alone.
fn keys(scenario: &Scenario) -> Vec<Option<Partitioner>> {
    scenario.edges.iter().map(|edge| edge.partitioner.is_keyed().then_some(edge.partitioner)).collect()
}

fn parallelism(scenario: &Scenario) -> impl PartialEq + use<> {
    let own = scenario.operators.iter().map(|operator| (operator.parallelism, operator.disable_chaining));
    (scenario.parallelism, scenario.max_parallelism, scenario.chaining, own.collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::presets;

    fn against_handout(preset: &str) -> Vec<Change> {
        changes(&presets::run("handout").expect("a preset"), &presets::run(preset).expect("a preset"))
    }

    #[test]
    fn presets_differ_from_the_handout_in_what_they_are_named_after() {
        assert_eq!(against_handout("handout"), []);
        assert_eq!(against_handout("handout-fails-once"), [Change::Function]);
        assert_eq!(against_handout("handout-recovers"), [Change::Python, Change::Source, Change::Function]);
        assert_eq!(against_handout("java-handout"), [Change::Api]);
        assert_eq!(against_handout("handout-2x"), [Change::Flink]);
    }

    #[test]
    fn a_function_with_keyed_state_brings_its_key() {
        let base = presets::run("handout").expect("a preset");
        let mut now = base.clone();
        (super::super::switch::COUNTER_IN_STATE.apply)(&mut now.scenario);
        assert_eq!(changes(&base, &now), [Change::Function]);
    }
}
