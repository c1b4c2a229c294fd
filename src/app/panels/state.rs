//! What the operators hold now, beside what the newest completed checkpoint would give back.

use std::rc::Rc;

use checkpoint_lab::base::{CheckpointId, Value};
use checkpoint_lab::i18n::{Language, Names, count};
use checkpoint_lab::scene::inspector::{Inspector, OperatorView, SourceView, StateView, SubtaskView, TimeView};
use checkpoint_lab::trace::ExecutionState;
use yew::prelude::*;

use crate::app::context::use_language;

#[derive(Properties)]
pub struct StateProps {
    pub inspector: Inspector,
    pub names: Rc<Names>,
}

impl PartialEq for StateProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.names, &other.names) && self.inspector == other.inspector
    }
}

/// The state tab.
#[component]
pub fn StatePanel(props: &StateProps) -> Html {
    let t = use_language();
    let Inspector { checkpoint, subtasks } = &props.inspector;
    html! {
        <div class="state-panel">
            <p class="help">{ t.state_intro() }</p>
            { for subtasks.iter().map(|view| subtask(t, &props.names, *checkpoint, view)) }
        </div>
    }
}

fn subtask(t: Language, names: &Names, checkpoint: Option<CheckpointId>, view: &SubtaskView) -> Html {
    let restored = view.restored_from.map(|id| format!(" · {}", t.restored_from(id.0)));
    html! {
        <section class="subtask" key={view.subtask.0}>
            <header>
                <h3>{ names.subtask(view.subtask).to_owned() }</h3>
                <p>
                    <span class={classes!("state-word", task_class(view.state))}>{ view.state.name() }</span>
                    { " · " }{ t.attempt(view.attempt.0) }{ restored }
                </p>
                if let Some(load) = view.load {
                    <p class="load">{ t.task_load(share(load.busy), share(load.back_pressured()), share(load.idle)) }</p>
                }
            </header>
            { for view.operators.iter().map(|view| operator(t, names, checkpoint, view)) }
        </section>
    }
}

/// Milliseconds of a second as a percentage.
fn share(millis: u64) -> String {
    format!("{} %", (millis + 5) / 10)
}

/// The colour of a task state.
fn task_class(state: ExecutionState) -> &'static str {
    match state {
        ExecutionState::Running | ExecutionState::Finished => "is-ok",
        ExecutionState::Failed => "is-fail",
        ExecutionState::Canceling | ExecutionState::Canceled => "is-warn",
        _ => "is-calm",
    }
}

fn operator(t: Language, names: &Names, checkpoint: Option<CheckpointId>, view: &OperatorView) -> Html {
    let holds = !view.fields.is_empty() || !view.states.is_empty() || view.source.is_some() || view.time.is_some();
    let saved = checkpoint.map_or_else(|| t.no_completed().to_owned(), |id| t.in_checkpoint(id.0));
    let field = |(slot, value): (usize, &Value)| {
        html! {
            <tr key={format!("f{slot}")}>
                <th scope="row"><code>{ "self." }{ names.field(view.operator, slot as u16).to_owned() }</code><small>{ t.fields() }</small></th>
                <td class="value value-field">{ value.python_repr() }</td>
                <td class="not-saved">{ t.not_saved() }</td>
            </tr>
        }
    };
    html! {
        <table class="holds-table" key={view.operator.0}>
            <caption>
                <b>{ names.operator(view.operator).to_owned() }</b>
                if let Some(records) = view.bundle { <small>{ t.bundle() }{ " · " }{ t.bundle_holds(records) }</small> }
            </caption>
            if holds {
                <thead><tr><td></td><th scope="col">{ t.now() }</th><th scope="col">{ saved }</th></tr></thead>
                <tbody>
                    { for view.fields.iter().enumerate().map(field) }
                    if let Some(source) = &view.source { { position(t, source) } }
                    { for view.states.iter().map(|state| state_rows(t, names, view, state)) }
                    if let Some(time) = &view.time { { time_rows(t, time) } }
                </tbody>
            } else {
                <tbody><tr><td class="nothing">{ t.nothing_here() }</td></tr></tbody>
            }
        </table>
    }
}

/// The watermark, the windows and the timers.
fn time_rows(t: Language, time: &TimeView) -> Html {
    let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".into());
    let windows = time.windows.iter().map(|(key, window, now, saved)| {
        html! {
            <tr key={format!("w{}{window}", key.python())}>
                <th scope="row"><code>{ window.to_string() }</code><small>{ t.window() }{ " · " }{ t.key() }{ " " }{ key.python_repr() }</small></th>
                <td class={classes!("value", (now != saved).then_some("changed"))}>{ or_dash(now) }</td>
                <td class="value value-state">{ or_dash(saved) }</td>
            </tr>
        }
    });
    let mark = |set: bool| if set { "✓" } else { "–" };
    let timers = time.timers.iter().map(|(domain, key, at, set, stored)| {
        html! {
            <tr key={format!("t{}{}{at}", t.clock(*domain), key.python())}>
                <th scope="row"><code>{ at.to_string() }</code><small>{ t.timer() }{ " · " }{ t.clock(*domain) }{ " · " }{ t.key() }{ " " }{ key.python_repr() }</small></th>
                <td class={classes!("value", (set != stored).then_some("changed"))}>{ mark(*set) }</td>
                <td class="value value-state">{ mark(*stored) }</td>
            </tr>
        }
    });
    html! {
        <>
            <tr key="watermark">
                <th scope="row">{ t.stage_watermark() }</th>
                <td class="value value-field">{ time.watermark.to_string() }</td>
                <td class="not-saved">{ t.not_saved() }</td>
            </tr>
            { for windows }
            if time.more > 0 {
                <tr key="w-more"><td class="nothing" colspan="3">{ t.stage_more_windows(time.more) }</td></tr>
            }
            { for timers }
        </>
    }
}

fn position(t: Language, source: &SourceView) -> Html {
    let read: u64 = source.offsets.iter().sum();
    let saved = |at: usize| match (&source.saved, source.kept) {
        (_, false) => html! { <td class="not-saved">{ t.not_saved() }</td> },
        (Some(saved), true) => html! { <td class="value value-state">{ saved.get(at).map(u64::to_string) }</td> },
        (None, true) => html! { <td class="not-saved">{ "–" }</td> },
    };
    if source.offsets.len() <= 1 {
        return html! {
            <tr key="position">
                <th scope="row">{ t.source_position() }</th>
                <td class="value">{ t.position_of(read.to_string(), source.total.to_string()) }</td>
                { saved(0) }
            </tr>
        };
    }
    let rows = source.offsets.iter().enumerate().map(|(at, offset)| {
        html! {
            <tr key={format!("p{at}")}>
                <th scope="row">{ t.source_position() }<small>{ t.partition(at) }</small></th>
                <td class="value">{ *offset }</td>
                { saved(at) }
            </tr>
        }
    });
    rows.collect()
}

fn state_rows(t: Language, names: &Names, view: &OperatorView, state: &StateView) -> Html {
    let name = names.state(view.operator, state.slot).to_owned();
    let text = |value: &Option<Value>| value.as_ref().map_or_else(|| "–".to_owned(), Value::python_repr);
    if state.values.is_empty() {
        return html! {
            <tr key={format!("s{}", state.slot)}>
                <th scope="row"><code>{ name }</code><small>{ t.flink_state() }</small></th>
                <td class="value">{ "–" }</td>
                <td class="value value-state">{ "–" }</td>
            </tr>
        };
    }
    let rows = state.values.iter().enumerate().map(|(at, (key, now, saved))| {
        let changed = now != saved;
        html! {
            <tr key={format!("s{}-{at}", state.slot)}>
                <th scope="row">
                    <code>{ name.clone() }</code>
                    <small>{ key.as_ref().map_or_else(|| t.flink_state().to_owned(), |key| format!("{} {}", t.key(), key.python_repr())) }</small>
                </th>
                <td class={classes!("value", changed.then_some("changed"))}>{ text(now) }</td>
                <td class="value value-state">{ text(saved) }</td>
            </tr>
        }
    });
    html! {
        <>
            { for rows }
            if state.more > 0 {
                <tr key={format!("s{}-more", state.slot)}><td class="nothing" colspan="3">{ t.more_keys(count(state.more as u64)) }</td></tr>
            }
        </>
    }
}
