//! Rows and states as natural JSON.

use serde_json::{Map, Value as Json, json};

use super::replay::{Live, LiveState};
use super::{CheckpointState, OperatorState};
use crate::base::{CheckpointId, Value};
use crate::graph::ExecutionGraph;
use crate::scenario::{OperatorKind, RunInput, Scenario};

use super::replay::{Place, Replay};

/// A value as natural JSON: text, number, list. A double that JSON can't express becomes its text.
pub fn json_value(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Boolean(flag) => json!(flag),
        Value::Int(number) => json!(number),
        Value::Long(number) => json!(number),
        Value::Double(number) if number.is_finite() => json!(number),
        Value::Double(_) => json!(value.java()),
        Value::String(text) => json!(&**text),
        Value::List(values) => Json::Array(values.iter().map(json_value).collect()),
    }
}

fn json_state(state: &LiveState) -> Json {
    match state {
        LiveState::Value(None) => Json::Null,
        LiveState::Value(Some(value)) => json_value(value),
        LiveState::List(values) => Json::Array(values.iter().map(json_value).collect()),
        LiveState::Keyed(values) => {
            Json::Object(values.iter().map(|(key, value)| (key.java(), json_value(value))).collect())
        }
    }
}

/// `operator/subtask`, as the outcome names a place.
pub(super) fn place_name(scenario: &Scenario, graph: &ExecutionGraph, place: Place) -> String {
    let (operator, subtask) = place;
    format!("{}/{}", scenario.operators[operator.index()].uid, graph.subtasks[subtask.index()].index)
}

/// What an operator holds, for people.
pub(super) fn operator_state(input: &RunInput, graph: &ExecutionGraph, place: Place, live: &Live) -> OperatorState {
    let scenario = &input.scenario;
    let (mut fields, mut states) = (Map::new(), Map::new());
    if let OperatorKind::Function(function) = &scenario.operators[place.0.index()].kind {
        let named = function.fields.iter().zip(&live.fields);
        fields.extend(named.map(|(field, value)| (field.name.clone(), json_value(value))));
        let named = function.states.iter().zip(&live.states);
        states.extend(named.map(|(state, value)| (state.name.clone(), json_state(value))));
    }
    let operator = place_name(scenario, graph, place);
    OperatorState { operator, attempt: live.attempt.0, position: live.position, fields, states }
}

/// What a checkpoint holds: positions that the source keeps, and Flink state.
pub(super) fn checkpoint_state(
    input: &RunInput,
    graph: &ExecutionGraph,
    replay: &Replay<'_>,
    checkpoint: CheckpointId,
) -> Option<CheckpointState> {
    let stored = replay.snapshot(checkpoint)?.iter().filter_map(|(place, live)| {
        let mut state = operator_state(input, graph, *place, live);
        state.fields.clear();
        if !keeps_position(&input.scenario, *place) {
            state.position = None;
        }
        (state.position.is_some() || !state.states.is_empty()).then_some(state)
    });
    Some(CheckpointState { id: checkpoint.0, operators: stored.collect() })
}

fn keeps_position(scenario: &Scenario, place: Place) -> bool {
    match &scenario.operators[place.0.index()].kind {
        OperatorKind::Source(source) => source.kind.keeps_position(),
        _ => false,
    }
}
