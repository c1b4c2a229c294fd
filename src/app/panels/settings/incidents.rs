//! Accidents of processes and network, and how long Flink waits before it believes them.

use checkpoint_lab::scenario::{Incident, Mishap, Scenario, StorageTrouble};
use yew::prelude::*;

use super::form::{Field, Form, Number, Unit};
use crate::app::parts::Picture;

/// The fields of all accidents.
pub fn fields(form: &Form) -> Html {
    let t = form.t;
    let incidents = &form.scenario.cluster.incidents;
    html! {
        <>
            if incidents.is_empty() { <p class="help">{ t.incidents_none() }</p> }
            { for incidents.iter().enumerate().map(|(at, incident)| entry(form, at, incident)) }
            <div class="buttons">
                { form.button("cluster.incidents", Picture::Add, t.incident_add(), |scenario| {
                    let last = scenario.cluster.task_managers.saturating_sub(1);
                    let what = Mishap::TaskManagerKilled(last);
                    scenario.cluster.incidents.push(Incident { what, from_ms: 8_000, until_ms: None });
                }) }
            </div>
        </>
    }
}

fn entry(form: &Form, at: usize, incident: &Incident) -> Html {
    let t = form.t;
    let path = |part: &str| format!("cluster.incidents[{at}].{part}");
    let what = &incident.what;
    let uids: Vec<String> = form.scenario.operators.iter().map(|operator| operator.uid.clone()).collect();
    let names: Vec<AttrValue> = form.scenario.operators.iter().map(|operator| operator.name.clone().into()).collect();
    let kinds: Vec<AttrValue> = kinds(0, "").iter().map(|kind| t.mishap_name(kind).into()).collect();
    let chosen = kinds_place(what);
    let managers: Vec<AttrValue> = (1..=form.scenario.cluster.task_managers)
        .map(|number| AttrValue::from(format!("TaskManager {number}")))
        .collect();
    let first = uids.first().cloned().unwrap_or_default();
    html! {
        <fieldset class="setting-entry" key={at}>
            <legend>{ t.incident_number(at + 1) }</legend>
            { form.choice(Field::of(path("kind"), "incident.kind", t.incident_what()), &kinds, chosen, move |scenario, index| {
                let manager = scenario.cluster.incidents[at].what.task_manager().unwrap_or(0);
                scenario.cluster.incidents[at].what = self::kinds(manager, &first)[index].clone();
            }) }
            if let Some(manager) = what.task_manager() {
                { form.choice(Field::of(path("what"), "incident.manager", t.incident_task_manager()), &managers, manager as usize,
                    move |scenario, index| set_manager(scenario, at, index as u32)) }
            }
            if let Mishap::CancelIgnored { operator } = what {
                { form.choice(Field::of(path("what"), "incident.operator", t.fault_operator()), &names,
                    uids.iter().position(|uid| uid == operator).unwrap_or_default(), move |scenario, index| {
                        scenario.cluster.incidents[at].what = Mishap::CancelIgnored { operator: uids[index].clone() };
                    }) }
            }
            { form.number(Field::of(path("from_ms"), "incident.from", t.incident_from()), Number::millis(incident.from_ms),
                move |scenario, ms| scenario.cluster.incidents[at].from_ms = ms) }
            { form.maybe(Field::of(path("until_ms"), "incident.until", t.incident_until()).help(t.incident_until_help()),
                Number::optional(incident.until_ms, Unit::Millis), move |scenario, ms| {
                    scenario.cluster.incidents[at].until_ms = ms;
                }) }
            { form.button("cluster.incidents", Picture::Remove, t.fault_remove(), move |scenario| {
                scenario.cluster.incidents.remove(at);
            }) }
        </fieldset>
    }
}

fn kinds(manager: u32, operator: &str) -> Vec<Mishap> {
    let mut kinds = vec![
        Mishap::TaskManagerKilled(manager),
        Mishap::TaskManagerHung(manager),
        Mishap::TaskManagerPartitioned(manager),
        Mishap::CancelIgnored { operator: operator.into() },
        Mishap::NotificationsLost,
        Mishap::JobManagerKilled,
        Mishap::CheckpointLost,
        Mishap::CheckpointDamaged,
    ];
    kinds.extend(StorageTrouble::ALL.map(Mishap::Storage));
    kinds
}

fn kinds_place(what: &Mishap) -> usize {
    let same = |kind: &Mishap| match (kind, what) {
        (Mishap::Storage(kind), Mishap::Storage(what)) => kind == what,
        _ => std::mem::discriminant(kind) == std::mem::discriminant(what),
    };
    kinds(0, "").iter().position(same).unwrap_or_default()
}

fn set_manager(scenario: &mut Scenario, at: usize, manager: u32) {
    match &mut scenario.cluster.incidents[at].what {
        Mishap::TaskManagerKilled(of) | Mishap::TaskManagerHung(of) | Mishap::TaskManagerPartitioned(of) => {
            *of = manager
        }
        _ => {}
    }
}

/// What belongs to TaskManagers in the cluster's group.
pub fn timeouts(form: &Form) -> Html {
    let (t, cluster) = (form.t, &form.scenario.cluster);
    let set = &cluster.timeouts;
    let spread = Field::at("cluster.spread_out_slots", t.spread_out()).key("cluster.evenly-spread-out-slots");
    let ha = Field::at("cluster.high_availability", t.high_availability())
        .key("high-availability.type")
        .help(t.high_availability_help());
    let replacement = Field::at("cluster.replacement_ms", t.replacement()).help(t.replacement_help());
    let interval =
        Field::at("cluster.timeouts.heartbeat_interval_ms", t.heartbeat_interval()).key("heartbeat.interval");
    let timeout = Field::at("cluster.timeouts.heartbeat_timeout_ms", t.heartbeat_timeout()).key("heartbeat.timeout");
    let slot = Field::at("cluster.timeouts.slot_request_ms", t.slot_request()).key("slot.request.timeout");
    let again = Field::at("cluster.timeouts.cancellation_interval_ms", t.cancellation_interval())
        .key("task.cancellation.interval");
    let cancel = Field::at("cluster.timeouts.cancellation_ms", t.cancellation_timeout())
        .key("task.cancellation.timeout")
        .help(t.cancellation_timeout_help());
    html! {
        <>
            { form.switch(ha, cluster.high_availability, |scenario, on| scenario.cluster.high_availability = on) }
            { form.switch(spread, cluster.spread_out_slots, |scenario, on| scenario.cluster.spread_out_slots = on) }
            { form.maybe(replacement, Number::optional(cluster.replacement_ms, Unit::Millis), |scenario, ms| {
                scenario.cluster.replacement_ms = ms;
            }) }
            { form.number(interval, Number::millis(set.heartbeat_interval_ms), |scenario, ms| scenario.cluster.timeouts.heartbeat_interval_ms = ms) }
            { form.number(timeout, Number::millis(set.heartbeat_timeout_ms), |scenario, ms| scenario.cluster.timeouts.heartbeat_timeout_ms = ms) }
            { form.number(slot, Number::millis(set.slot_request_ms), |scenario, ms| scenario.cluster.timeouts.slot_request_ms = ms) }
            { form.number(again, Number::millis(set.cancellation_interval_ms), |scenario, ms| scenario.cluster.timeouts.cancellation_interval_ms = ms) }
            { form.number(cancel, Number::millis(set.cancellation_ms), |scenario, ms| scenario.cluster.timeouts.cancellation_ms = ms) }
        </>
    }
}
