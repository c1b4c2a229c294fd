//! The commands of a run: they name what exists, and every gated source is released at some time.

use super::faults::{operator, subtask};
use super::found::Found;
use crate::base::SimTime;
use crate::scenario::{
    Action, Condition, Counted, IssueKind, Named, OperatorKind, Role, RunInput, Scenario, Step, limits,
};

pub(super) fn check(run: &RunInput, found: &mut Found) {
    let (scenario, commands) = (&run.scenario, &run.commands);
    found.count(
        "commands",
        Counted::Commands,
        commands.at.len() + commands.when.len() + commands.script.len(),
        limits::COMMANDS,
    );
    for (at, timed) in commands.at.iter().enumerate() {
        let latest = SimTime::from_millis(*limits::MOMENT_MS.end()).micros();
        found.range(format!("commands.at[{at}].at"), timed.at.micros(), &(0..=latest));
        action(scenario, &format!("commands.at[{at}].action"), &timed.action, found);
    }
    for (at, waiting) in commands.when.iter().enumerate() {
        condition(scenario, &format!("commands.when[{at}].when"), &waiting.when, found);
        action(scenario, &format!("commands.when[{at}].action"), &waiting.action, found);
    }
    for (at, step) in commands.script.iter().enumerate() {
        match step {
            Step::Do(what) => action(scenario, &format!("commands.script[{at}].do"), what, found),
            Step::Wait(until) => condition(scenario, &format!("commands.script[{at}].wait"), until, found),
        }
    }
    never_released(run, found);
}

fn action(scenario: &Scenario, field: &str, action: &Action, found: &mut Found) {
    match action {
        Action::Permit { source: uid, subtask: index, .. } => {
            let field = format!("{field}.permit");
            if let Some(at) = source(scenario, &format!("{field}.source"), uid, true, found) {
                subtask(scenario, &field, at, *index, found);
            }
        }
        Action::PermitMore { source: uid, subtask: index, .. } => {
            let field = format!("{field}.permit_more");
            if let Some(at) = source(scenario, &format!("{field}.source"), uid, true, found) {
                subtask(scenario, &field, at, *index, found);
            }
        }
        Action::Hold { source: uid, .. } => {
            source(scenario, &format!("{field}.hold.source"), uid, false, found);
        }
        Action::Fail { operator: uid, subtask, message } => {
            let field = format!("{field}.fail");
            operator(scenario, &field, uid, *subtask, found);
            found.text(format!("{field}.message"), message);
        }
        Action::Begin(what) => super::incidents::mishap(scenario, &format!("{field}.begin"), what, found),
        Action::End(what) => super::incidents::mishap(scenario, &format!("{field}.end"), what, found),
        Action::SlowDown { operator: uid, subtask, ms } => {
            let field = format!("{field}.slow_down");
            operator(scenario, &field, uid, *subtask, found);
            found.range(format!("{field}.ms"), *ms, &limits::MOMENT_MS);
        }
        Action::TriggerSavepoint { dir, .. } => target(scenario, &format!("{field}.trigger_savepoint"), dir, found),
        Action::StopWithSavepoint { dir, .. } => target(scenario, &format!("{field}.stop_with_savepoint"), dir, found),
        Action::Rescale { parallelism, dir } => {
            let field = format!("{field}.rescale");
            found.range(format!("{field}.parallelism"), u64::from(*parallelism), &limits::PARALLELISM);
            target(scenario, &field, dir, found);
        }
        Action::TriggerCheckpoint | Action::Cancel => {}
    }
}

fn condition(scenario: &Scenario, field: &str, condition: &Condition, found: &mut Found) {
    match condition {
        Condition::Elapsed(ms) => found.range(format!("{field}.elapsed"), *ms, &limits::MOMENT_MS),
        Condition::Printed { sink, .. } => role(scenario, &format!("{field}.printed.sink"), sink, Role::Sink, found),
        Condition::PrintedText { sink, text, .. } => {
            role(scenario, &format!("{field}.printed_text.sink"), sink, Role::Sink, found);
            found.text(format!("{field}.printed_text.text"), text);
        }
        Condition::Records { operator: uid, .. } => operator(scenario, &format!("{field}.records"), uid, None, found),
        Condition::AllRunning
        | Condition::CheckpointTriggered(_)
        | Condition::CheckpointCompleted(_)
        | Condition::CheckpointFailed(_)
        | Condition::Thrown(_)
        | Condition::CheckpointDone
        | Condition::CompletedCheckpoints(_)
        | Condition::Restarted(_)
        | Condition::Ended => {}
    }
}

/// SP-1: a savepoint needs a place, and a place has a scheme.
fn target(scenario: &Scenario, field: &str, dir: &Option<String>, found: &mut Found) {
    match dir.as_ref().or(scenario.checkpointing.savepoint_dir.as_ref()) {
        None => found.add(field, IssueKind::NoSavepointDirectory),
        Some(dir) => found.text(format!("{field}.dir"), dir),
    }
}

/// The source with this uid; with `gated`, one that waits to be released.
fn source(scenario: &Scenario, field: &str, uid: &str, gated: bool, found: &mut Found) -> Option<usize> {
    role(scenario, field, uid, Role::Source, found);
    let at = scenario.operator(uid)?.index();
    match &scenario.operators[at].kind {
        OperatorKind::Source(source) => {
            if gated && !source.gated {
                found.add(field, IssueKind::NotGated { source: uid.into() });
            }
            Some(at)
        }
        _ => None,
    }
}

fn role(scenario: &Scenario, field: &str, uid: &str, needed: Role, found: &mut Found) {
    let fits = |kind: &OperatorKind| match needed {
        Role::Source => matches!(kind, OperatorKind::Source(_)),
        Role::Sink => kind.is_sink(),
    };
    let operator = scenario.operators.iter().find(|operator| operator.uid == uid);
    if operator.is_some_and(|operator| fits(&operator.kind)) {
        return;
    }
    // Where two operators share a uid, the name at hand is no way out.
    let fitting = scenario.operators.iter().filter(|operator| fits(&operator.kind) && operator.uid != uid);
    let known: Vec<String> = fitting.map(|operator| operator.uid.clone()).collect();
    found.add(
        field,
        match operator {
            None => IssueKind::Unknown { what: Named::Operator, name: uid.into(), known },
            Some(_) => IssueKind::WrongRole { operator: uid.into(), needed, known },
        },
    );
}

/// Gated sources of which no command releases a record.
fn never_released(run: &RunInput, found: &mut Found) {
    let steps = run.commands.script.iter().filter_map(|step| match step {
        Step::Do(action) => Some(action),
        Step::Wait(_) => None,
    });
    let timed = run.commands.at.iter().map(|timed| &timed.action);
    let waiting = run.commands.when.iter().map(|waiting| &waiting.action);
    let actions: Vec<&Action> = timed.chain(waiting).chain(steps).collect();
    for (at, operator) in run.scenario.operators.iter().enumerate() {
        let gated = matches!(&operator.kind, OperatorKind::Source(source) if source.gated);
        let releases = |action: &&Action| matches!(action, Action::Permit { source, .. } if *source == operator.uid);
        if gated && !actions.iter().any(releases) {
            let kind = IssueKind::NeverReleased { source: operator.uid.clone() };
            found.add(format!("operators[{at}].kind.source.gated"), kind);
        }
    }
}
