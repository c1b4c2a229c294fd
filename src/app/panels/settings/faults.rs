//! Fail points: where, when, how often.

use checkpoint_lab::scenario::{FaultAt, FaultPhase, FaultPoint, OperatorKind, Scenario};
use yew::prelude::*;

use super::form::{Field, Form, Number, Unit};
use crate::app::parts::Picture;

/// The group's fields.
pub fn fields(form: &Form) -> Html {
    let t = form.t;
    let faults = form.scenario.faults.iter().enumerate();
    let message = t.fault_message_default();
    html! {
        <>
            if form.scenario.faults.is_empty() { <p class="help">{ t.faults_none() }</p> }
            { for faults.map(|(at, fault)| fault_fields(form, at, fault)) }
            <div class="buttons">
                { form.button("faults", Picture::Add, t.fault_add(), move |scenario| {
                    let is_function = |kind: &OperatorKind| matches!(kind, OperatorKind::Function(_));
                    let operator = scenario.operators.iter().find(|operator| is_function(&operator.kind));
                    let Some(operator) = operator.or(scenario.operators.first()) else { return };
                    scenario.faults.push(FaultPoint {
                        operator: operator.uid.clone(),
                        subtask: None,
                        at: FaultAt::RecordOfAttempt(3),
                        times: Some(1),
                        message: message.into(),
                    });
                }) }
            </div>
        </>
    }
}

fn fault_fields(form: &Form, at: usize, fault: &FaultPoint) -> Html {
    let t = form.t;
    let path = |part: &str| format!("faults[{at}].{part}");
    let uids: Vec<String> = form.scenario.operators.iter().map(|operator| operator.uid.clone()).collect();
    let names: Vec<AttrValue> = form.scenario.operators.iter().map(|operator| operator.name.clone().into()).collect();
    let chosen = uids.iter().position(|uid| *uid == fault.operator).unwrap_or_default();
    let width = form.scenario.operators.get(chosen).map_or(1, |operator| form.scenario.parallelism_of(operator));
    let mut subtasks = vec![AttrValue::from(t.fault_any())];
    subtasks.extend((1..=width).map(|index| AttrValue::from(format!("{index}/{width}"))));
    let times = Field::of(path("times"), "fault.times", t.fault_times()).help(t.fault_times_help());
    html! {
        <fieldset class="setting-entry" key={at}>
            <legend>{ t.fault_number(at + 1) }</legend>
            { form.choice(Field::of(path("operator"), "fault.operator", t.fault_operator()), &names, chosen, move |scenario, index| {
                scenario.faults[at].operator = uids[index].clone();
            }) }
            if width > 1 {
                { form.choice(Field::of(path("subtask"), "fault.subtask", t.fault_subtask()), &subtasks,
                    fault.subtask.map_or(0, |index| index as usize + 1),
                    move |scenario, index| scenario.faults[at].subtask = index.checked_sub(1).map(|index| index as u32)) }
            }
            { when(form, at, &fault.at) }
            { form.maybe(times, Number::optional(fault.times.map(u64::from), Unit::Plain), move |scenario, n| {
                scenario.faults[at].times = n.map(|n| u32::try_from(n).unwrap_or(u32::MAX));
            }) }
            { form.text(Field::of(path("message"), "fault.message", t.fault_message()), &fault.message, move |scenario, text| {
                scenario.faults[at].message = text;
            }) }
            { form.button("faults", Picture::Remove, t.fault_remove(), move |scenario| {
                scenario.faults.remove(at);
            }) }
        </fieldset>
    }
}

fn when(form: &Form, at: usize, when: &FaultAt) -> Html {
    let t = form.t;
    let kinds: [AttrValue; 8] = [
        t.fault_record_of_attempt().into(),
        t.fault_record().into(),
        t.fault_moment().into(),
        t.fault_sync().into(),
        t.fault_async().into(),
        t.fault_notify().into(),
        t.fault_commit().into(),
        t.fault_commit_done().into(),
    ];
    let chosen = match when {
        FaultAt::RecordOfAttempt(_) => 0,
        FaultAt::Record { .. } => 1,
        FaultAt::Moment(_) => 2,
        FaultAt::Checkpoint { phase: FaultPhase::Sync, .. } => 3,
        FaultAt::Checkpoint { phase: FaultPhase::Async, .. } => 4,
        FaultAt::Checkpoint { phase: FaultPhase::Notify, .. } => 5,
        FaultAt::Checkpoint { phase: FaultPhase::Commit, .. } => 6,
        FaultAt::Checkpoint { phase: FaultPhase::CommitDone, .. } => 7,
    };
    let field = Field::of(format!("faults[{at}].kind"), "fault.kind", t.fault_when());
    html! {
        <>
            { form.choice(field, &kinds, chosen, move |scenario, index| set_kind(scenario, at, index)) }
            { details(form, at, when) }
        </>
    }
}

fn set_kind(scenario: &mut Scenario, at: usize, index: usize) {
    let dataset = scenario.data.first().map_or_else(String::new, |dataset| dataset.name.clone());
    let during = |phase| FaultAt::Checkpoint { phase, id: None, slow_ms: None };
    scenario.faults[at].at = match index {
        0 => FaultAt::RecordOfAttempt(3),
        1 => FaultAt::Record { dataset, row: 4 },
        2 => FaultAt::Moment(8_000),
        3 => during(FaultPhase::Sync),
        4 => during(FaultPhase::Async),
        5 => during(FaultPhase::Notify),
        6 => during(FaultPhase::Commit),
        _ => during(FaultPhase::CommitDone),
    };
}

fn details(form: &Form, at: usize, when: &FaultAt) -> Html {
    let t = form.t;
    let path = |part: &str| format!("faults[{at}].at.{part}");
    match when {
        FaultAt::RecordOfAttempt(n) => {
            let field = Field::of(path("record_of_attempt"), "fault.n", t.fault_n());
            form.number(field, Number::plain(*n), move |scenario, n| {
                scenario.faults[at].at = FaultAt::RecordOfAttempt(n)
            })
        }
        FaultAt::Record { row, .. } => {
            let names: Vec<String> = form.scenario.data.iter().map(|dataset| dataset.name.clone()).collect();
            let labels: Vec<AttrValue> = names.iter().map(|name| name.clone().into()).collect();
            let FaultAt::Record { dataset, .. } = when else { return html! {} };
            let chosen = names.iter().position(|name| name == dataset).unwrap_or_default();
            let of = Field::of(path("record.dataset"), "fault.dataset", t.fault_dataset());
            let field = Field::of(path("record.row"), "fault.row", t.fault_row());
            html! {
                <>
                    if names.len() > 1 {
                        { form.choice(of, &labels, chosen, move |scenario, index| {
                            if let FaultAt::Record { dataset, .. } = &mut scenario.faults[at].at { dataset.clone_from(&names[index]); }
                        }) }
                    }
                    { form.number(field, Number::plain(u64::from(*row)), move |scenario, n| {
                        if let FaultAt::Record { row, .. } = &mut scenario.faults[at].at { *row = u32::try_from(n).unwrap_or(u32::MAX); }
                    }) }
                </>
            }
        }
        FaultAt::Moment(ms) => {
            let field = Field::of(path("moment"), "fault.moment", t.fault_at());
            form.number(field, Number::millis(*ms), move |scenario, ms| scenario.faults[at].at = FaultAt::Moment(ms))
        }
        FaultAt::Checkpoint { id, slow_ms, .. } => {
            let which = Field::of(path("checkpoint.id"), "fault.checkpoint", t.fault_checkpoint())
                .help(t.fault_checkpoint_help());
            let slow = Field::of(path("checkpoint.slow_ms"), "fault.slow", t.fault_slow()).help(t.fault_slow_help());
            html! {
                <>
                    { form.maybe(which, Number::optional(*id, Unit::Plain), move |scenario, n| {
                        if let FaultAt::Checkpoint { id, .. } = &mut scenario.faults[at].at { *id = n; }
                    }) }
                    { form.maybe(slow, Number::optional(*slow_ms, Unit::Millis), move |scenario, ms| {
                        if let FaultAt::Checkpoint { slow_ms, .. } = &mut scenario.faults[at].at { *slow_ms = ms; }
                    }) }
                </>
            }
        }
    }
}
