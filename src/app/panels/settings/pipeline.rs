//! The job graph: sources, parallelism, chaining, edges; and the user functions.

use checkpoint_lab::i18n::Language;
use checkpoint_lab::scenario::{Api, Function, OperatorKind, Partitioner, Scenario, Source, SourceKind};
use checkpoint_lab::session::recipes::{self, ReadyFunction};
use yew::prelude::*;

use super::form::{Field, Form, Number, Unit, counted};

const SOURCES: [SourceKind; 3] = [SourceKind::PythonCollection, SourceKind::JavaCollection, SourceKind::Log];

/// The group's fields.
pub fn fields(form: &Form) -> Html {
    let (t, scenario) = (form.t, form.scenario);
    let api = Field::at("api", t.api()).help(t.api_help());
    let parallelism = Field::at("parallelism", t.parallelism()).key("parallelism.default");
    let chaining =
        Field::at("chaining", t.chaining()).key("pipeline.operator-chaining.enabled").help(t.chaining_help());
    let max = Field::at("max_parallelism", t.max_parallelism())
        .key("pipeline.max-parallelism")
        .help(t.max_parallelism_help());
    let python = matches!(scenario.api, Api::Python(_));
    html! {
        <>
            { form.choice(api, &["PyFlink".into(), "Java".into()], usize::from(!python), |scenario, index| {
                recipes::set_api(scenario, index == 0);
            }) }
            { for scenario.operators.iter().enumerate().map(|(at, operator)| match &operator.kind {
                OperatorKind::Source(source) => source_fields(form, at, &operator.name, source),
                _ => html! {},
            }) }
            { super::sinks::fields(form) }
            { form.choice(parallelism, &(1..=4).map(counted).collect::<Vec<_>>(), up_to_four(scenario.parallelism) - 1,
                |scenario, index| scenario.parallelism = index as u32 + 1) }
            { for scenario.operators.iter().enumerate().map(|(at, operator)| {
                operator_parallelism(form, at, &operator.name, operator.parallelism)
            }) }
            { form.switch(chaining, scenario.chaining, |scenario, on| scenario.chaining = on) }
            { for scenario.edges.iter().enumerate().map(|(at, edge)| edge_field(form, at, &edge.from, &edge.to, edge.partitioner)) }
            { form.maybe(max, Number::optional(scenario.max_parallelism.map(u64::from), Unit::Plain), |scenario, value| {
                scenario.max_parallelism = value.map(small);
            }) }
        </>
    }
}

fn up_to_four(parallelism: u32) -> usize {
    parallelism.clamp(1, 4) as usize
}

fn small(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

fn source_of(scenario: &mut Scenario, at: usize) -> Option<&mut Source> {
    match &mut scenario.operators.get_mut(at)?.kind {
        OperatorKind::Source(source) => Some(source),
        _ => None,
    }
}

fn source_fields(form: &Form, at: usize, name: &str, source: &Source) -> Html {
    let t = form.t;
    let path = |part: &str| format!("operators[{at}].kind.source.{part}");
    let kinds: Vec<AttrValue> = SOURCES.iter().map(|kind| t.source_kind_name(*kind).into()).collect();
    let chosen = SOURCES.iter().position(|kind| *kind == source.kind).unwrap_or_default();
    let kind =
        Field::of(path("kind"), "source.kind", format!("{} · {name}", t.source_kind())).help(t.source_kind_help());
    let partitions = Field::of(path("partitions"), "source.partitions", t.source_partitions());
    let every = Field::of(path("every_ms"), "source.every_ms", t.source_every()).help(t.source_every_help());
    let bounded = Field::of(path("bounded"), "source.bounded", t.source_bounded()).help(t.source_bounded_help());
    let set = move |change: fn(&mut Source, u64)| {
        move |scenario: &mut Scenario, value: u64| {
            if let Some(source) = source_of(scenario, at) {
                change(source, value);
            }
        }
    };
    html! {
        <>
            { form.choice(kind, &kinds, chosen, move |scenario, index| {
                if let Some(source) = source_of(scenario, at) {
                    source.kind = SOURCES[index];
                    if source.kind != SourceKind::Log {
                        source.partitions = 1;
                    }
                }
            }) }
            if source.kind == SourceKind::Log || source.partitions > 1 {
                { form.number(partitions, Number::plain(u64::from(source.partitions)), set(|source, value| source.partitions = small(value))) }
            }
            { form.number(every, Number::millis(source.every_ms), set(|source, value| source.every_ms = value)) }
            { form.switch(bounded, source.bounded, move |scenario, on| {
                if let Some(source) = source_of(scenario, at) {
                    source.bounded = on;
                }
            }) }
        </>
    }
}

fn operator_parallelism(form: &Form, at: usize, name: &str, own: Option<u32>) -> Html {
    let field =
        Field::of(format!("operators[{at}].parallelism"), "operator.parallelism", form.t.operator_parallelism(name));
    let mut choices = vec![AttrValue::from(form.t.parallelism_of_job())];
    choices.extend((1..=4).map(counted));
    form.choice(field, &choices, own.map_or(0, up_to_four), move |scenario, index| {
        scenario.operators[at].parallelism = (index > 0).then_some(index as u32);
    })
}

fn edge_field(form: &Form, at: usize, from: &str, to: &str, partitioner: Partitioner) -> Html {
    let t = form.t;
    let path = format!("edges[{at}]");
    let field = Field::of(path.clone(), "edge", t.edge_between(from, to));
    let choices: [AttrValue; 4] =
        [t.edge_forward().into(), t.edge_rebalance().into(), t.edge_key_by().into(), t.edge_key_constant().into()];
    let chosen = match partitioner {
        Partitioner::Forward => 0,
        Partitioner::Rebalance => 1,
        Partitioner::KeyBy { .. } => 2,
        Partitioner::KeyByConstant => 3,
    };
    let column = match partitioner {
        Partitioner::KeyBy { column } => {
            let field = Field::of(format!("{path}.partitioner.key_by.column"), "edge.column", t.edge_column());
            form.number(field, Number::plain(column as u64), move |scenario, value| {
                scenario.edges[at].partitioner = Partitioner::KeyBy { column: value as usize };
            })
        }
        _ => html! {},
    };
    html! {
        <>
            { form.choice(field, &choices, chosen, move |scenario, index| {
                scenario.edges[at].partitioner = match index {
                    0 => Partitioner::Forward,
                    1 => Partitioner::Rebalance,
                    2 => Partitioner::KeyBy { column: 0 },
                    _ => Partitioner::KeyByConstant,
                };
            }) }
            { column }
        </>
    }
}

/// The fields of the user functions.
pub fn functions(form: &Form) -> Html {
    let operators = form.scenario.operators.iter().enumerate();
    operators
        .filter_map(|(at, operator)| match &operator.kind {
            OperatorKind::Function(function) => Some(function_fields(form, at, function)),
            _ => None,
        })
        .collect()
}

fn function_of(scenario: &mut Scenario, at: usize) -> Option<&mut Function> {
    match &mut scenario.operators.get_mut(at)?.kind {
        OperatorKind::Function(function) => Some(function),
        _ => None,
    }
}

fn function_fields(form: &Form, at: usize, function: &Function) -> Html {
    let t = form.t;
    let path = |part: &str| format!("operators[{at}].kind.function.{part}");
    let mut choices: Vec<AttrValue> = ReadyFunction::ALL.iter().map(|ready| ready_name(t, *ready).into()).collect();
    let ready = ReadyFunction::of(function).and_then(|of| ReadyFunction::ALL.iter().position(|ready| *ready == of));
    if ready.is_none() {
        choices.push(t.function_own().into());
    }
    let variant = Field::of(
        format!("operators[{at}].kind.function"),
        "function",
        format!("{} · {}", t.function_variant(), function.class),
    );
    let fail_at = Field::of(path("fail_at"), "function.fail_at", t.function_fail_at()).help(t.function_fail_at_help());
    let sleep = Field::of(path("sleep_ms"), "function.sleep_ms", t.function_sleep()).help(t.function_sleep_help());
    html! {
        <>
            { form.choice(variant, &choices, ready.unwrap_or(choices.len() - 1), move |scenario, index| {
                if let Some(ready) = ReadyFunction::ALL.get(index) {
                    recipes::set_function(scenario, at, ready.function());
                }
            }) }
            if let Some(number) = recipes::fail_at(function) {
                { form.number(fail_at, Number::plain(number), move |scenario, number| {
                    if let Some(function) = function_of(scenario, at) {
                        recipes::set_fail_at(function, number);
                    }
                }) }
            }
            if let Some(ms) = recipes::sleep_ms(function) {
                { form.number(sleep, Number::millis(ms), move |scenario, ms| {
                    if let Some(function) = function_of(scenario, at) {
                        recipes::set_sleep_ms(function, ms);
                    }
                }) }
            }
        </>
    }
}

const fn ready_name(t: Language, ready: ReadyFunction) -> &'static str {
    match ready {
        ReadyFunction::Failing => t.function_failing(),
        ReadyFunction::FailingOnce => t.function_failing_once(),
        ReadyFunction::KeyedState => t.function_keyed_state(),
        ReadyFunction::OperatorState => t.function_operator_state(),
        ReadyFunction::KeyedSum => t.function_keyed_sum(),
        ReadyFunction::Remember => t.function_remember(),
        ReadyFunction::Slow => t.function_slow(),
    }
}
