//! An operator of a subtask: what it holds, and the record in its hand.

use checkpoint_lab::i18n::{Language, count};
use checkpoint_lab::scenario::SourceKind;
use checkpoint_lab::scene::clock::ClockView;
use checkpoint_lab::scene::geometry::Rect;
use checkpoint_lab::scene::layout::Panel;
use checkpoint_lab::scene::tasks::{
    CheckpointPhase, FailureView, FieldView, HandView, OperatorContents, OperatorView, StateView, TaskView, WorkerView,
};
use yew::prelude::*;

use super::icons::{Shape, shape};
use super::{Pressed, text};

/// What an operator shows.
#[derive(Properties, PartialEq)]
pub struct OperatorProps {
    /// Its places on the stage.
    pub panel: Panel,
    /// Its place in its task.
    pub at: Rect,
    /// What it holds.
    pub view: OperatorView,
    /// The exception that it threw.
    pub failure: Option<FailureView>,
    /// Its attempt is not running.
    pub off: bool,
    /// Its part in a checkpoint under way.
    pub phase: Option<&'static str>,
    /// In which words.
    pub language: Language,
    /// Told what was pressed.
    pub on_press: Callback<Pressed>,
}

/// What the operator at a position shows of its task's checkpoint.
pub fn phase_of(task: &TaskView, position: usize) -> Option<&'static str> {
    match task.checkpoint? {
        CheckpointPhase::Sync { .. } => Some("sync"),
        CheckpointPhase::Async { .. } => Some("async"),
        CheckpointPhase::AwaitingBundle { position: at, .. } if at == position => Some("bundle"),
        CheckpointPhase::Aligning { .. } if position == 0 => Some("aligning"),
        _ => None,
    }
}

/// An operator.
#[component]
pub fn Operator(props: &OperatorProps) -> Html {
    let (view, t) = (&props.view, props.language);
    let operator = view.operator;
    let onclick = props.on_press.reform(move |_| Pressed::Operator(operator));
    let (role, body) = match &view.kind {
        OperatorContents::Source { kind, position, stored } => ("source", source(t, *kind, *position, *stored)),
        OperatorContents::Function { class, fields, states, worker, clock } => {
            let body = html! {
                <>
                    { function(t, props, class, fields, states, worker.as_ref(), clock.is_some()) }
                    { for clock.as_ref().map(|clock| clock_lines(t, clock)) }
                </>
            };
            ("function", body)
        }
        contents @ OperatorContents::Sink { .. } => ("sink", super::stores::panel(t, contents)),
        OperatorContents::Print { rows, last, fresh } => ("sink", print(t, *rows, last.as_deref(), *fresh)),
    };
    let hand = match &view.kind {
        OperatorContents::Function { worker: Some(_), .. } => None,
        _ => view.hand.as_ref().map(|hand| hand_line(t, hand)),
    };
    let failure = props.failure.as_ref().map(|failure| {
        html! {
            <p class="failure" style={text::part("fresh", failure.fresh)} title={failure.message.to_string()}>
                { shape(Shape::Cross) }
                <span>
                    { for failure.record.as_ref().map(|(_, label)| html! { <b class="mono">{ format!("{label} ") }</b> }) }
                    { failure.message.to_string() }
                </span>
            </p>
        }
    });
    html! {
        <div
            class="operator"
            data-role={role}
            data-off={props.off.to_string()}
            data-failed={props.failure.is_some().to_string()}
            data-phase={props.phase}
            data-height={height(props.at)}
            data-narrow={(props.at.w < 190.0).to_string()}
            style={text::at(props.at)}
        >
            <button type="button" class="operator-open" {onclick} aria-label={t.stage_open_state(&view.name)} />
            <h4 class="operator-name cut">{ view.name.clone() }</h4>
            { body }
            { for hand.map(|hand| html! { <div class="hand-line">{ hand }</div> }) }
            { for failure }
        </div>
    }
}

/// How much there is room for.
fn height(at: Rect) -> &'static str {
    match at.h {
        ..116.0 => "low",
        116.0..170.0 => "usual",
        _ => "roomy",
    }
}

fn source(t: Language, kind: SourceKind, position: Option<(u64, u64)>, stored: Option<u64>) -> Html {
    let (read, part) = match position {
        Some((read, all)) => (
            html! { <><b>{ count(read) }</b><span class="faint">{ format!(" / {}", count(all)) }</span></> },
            read as f64 / all.max(1) as f64,
        ),
        None => (html! { <span class="faint">{ "–" }</span> }, 0.0),
    };
    let kept = match (kind.keeps_position(), stored) {
        (false, _) => {
            html! { <span class="kept" data-kept="false">{ shape(Shape::Slashed) }<span>{ t.stage_position_not_kept() }</span></span> }
        }
        (true, Some(offset)) => {
            html! { <span class="kept" data-kept="true">{ shape(Shape::Flag) }<span>{ t.stage_position_kept(offset) }</span></span> }
        }
        (true, None) => {
            html! { <span class="kept" data-kept="none">{ shape(Shape::Ring) }<span>{ t.stage_position_kept_nowhere() }</span></span> }
        }
    };
    html! {
        <>
        <div class="facts">
            <span class="faint caption">{ t.stage_read_position() }</span>
            <span class="big mono">{ read }</span>
            <span class="bar wide" style={text::part("part", part)} aria-hidden="true" />
        </div>
        { kept }
        </>
    }
}

fn function(
    t: Language,
    props: &OperatorProps,
    class: &str,
    fields: &[FieldView],
    states: &[StateView],
    worker: Option<&WorkerView>,
    has_clock: bool,
) -> Html {
    let fields = fields.iter().map(|field| {
        let raises =
            field.raises_at.as_ref().map(|value| html! { <span class="raises">{ t.stage_raises_at(value) }</span> });
        html! {
            <div class="fact" data-danger={field.danger.to_string()}>
                <span class="mono name">{ format!("self.{}", field.name) }</span>
                <b class="mono big-value">{ field.value.clone() }</b>
                { for raises }
            </div>
        }
    });
    let states: Html = match states {
        [] if has_clock => Html::default(),
        [] => html! { <div class="fact faint">{ shape(Shape::Slashed) }{ t.stage_no_flink_state() }</div> },
        states => states.iter().map(|state| state_line(t, state)).collect(),
    };
    let worker = props.panel.worker.map(|places| {
        let at = Rect { x: places.rect.x - props.panel.rect.x, y: places.rect.y - props.panel.rect.y, ..places.rect };
        worker_box(t, at, worker)
    });
    html! {
        <>
            <span class="class-name mono faint cut">{ class.to_owned() }</span>
            <div class="facts">{ for fields }{ states }</div>
            { for worker }
        </>
    }
}

/// The watermark, and what waits for it.
fn clock_lines(t: Language, clock: &ClockView) -> Html {
    let windows = clock.listed.iter().map(|(window, kept)| {
        html! {
            <div class="fact state-fact">
                <span class="mono name">{ window.clone() }</span>
                <b class="mono cut">{ kept.clone() }</b>
            </div>
        }
    });
    let more = clock.windows.saturating_sub(clock.listed.len());
    html! {
        <div class="facts clock-facts">
            <div class="fact state-fact">
                <span class="faint">{ t.stage_watermark() }</span>
                <b class="mono">{ clock.watermark.to_string() }</b>
                if let Some(next) = clock.next { <span class="faint">{ t.stage_timers(clock.timers, next.to_string()) }</span> }
            </div>
            { for windows }
            if more > 0 { <div class="fact faint">{ t.stage_more_windows(more) }</div> }
        </div>
    }
}

fn state_line(t: Language, state: &StateView) -> Html {
    let value = match state.values.as_slice() {
        [(None, value)] if state.count == 1 => value.clone(),
        [] => "–".to_owned(),
        values => {
            let shown = values.iter().take(3).map(|(key, value)| match key {
                Some(key) => format!("{key} {value}"),
                None => value.clone(),
            });
            let more = if state.count > 3 { " …" } else { "" };
            shown.collect::<Vec<_>>().join(" · ") + more
        }
    };
    let keyed = state.values.first().is_some_and(|(key, _)| key.is_some());
    let size = match (state.count > 3, keyed) {
        (false, _) => String::new(),
        (true, true) => t.stage_state_keys(state.count),
        (true, false) => t.stage_state_values(state.count),
    };
    html! {
        <div class="fact state-fact">
            <span class="mono name">{ state.name.clone() }</span>
            <b class="mono cut">{ value }</b>
            <span class="faint">{ size }</span>
        </div>
    }
}

fn worker_box(t: Language, at: Rect, worker: Option<&WorkerView>) -> Html {
    let head = match worker {
        Some(worker) if worker.bundle > 0 => t.stage_bundle_of(worker.bundle),
        _ => t.stage_no_bundle().to_owned(),
    };
    let line = worker.map(|worker| match (&worker.hand, worker.opening) {
        (Some(hand), _) => hand_line(t, hand),
        (None, Some(part)) => html! { <><span>{ t.stage_bundle_opening() }</span><span class="bar" style={text::part("part", part)} /></> },
        (None, None) => html! { <span class="faint">{ t.stage_idle() }</span> },
    });
    let failed = worker.is_some_and(|worker| worker.failed);
    let waiting =
        worker.map(|worker| worker.waiting).filter(|count| *count > 0).map(|count| t.stage_bundle_waiting(count));
    let unsent =
        worker.map(|worker| worker.unsent).filter(|count| *count > 0).map(|count| t.stage_results_unsent(count));
    let counts = waiting.into_iter().chain(unsent).collect::<Vec<_>>().join(" · ");
    html! {
        <div class="worker" style={text::at(at)} data-open={worker.is_some_and(|worker| worker.bundle > 0).to_string()} data-failed={failed.to_string()}>
            <div class="worker-head">
                <span>{ t.stage_python_worker() }</span>
                if !counts.is_empty() { <span class="faint cut">{ counts }</span> }
                <b>{ head }</b>
            </div>
            <div class="worker-line">{ for line }</div>
        </div>
    }
}

/// What is being done with the record in hand.
fn hand_line(t: Language, hand: &HandView) -> Html {
    match hand.sleep {
        Some((so_far, whole)) => html! {
            <>
                <span class="cut">{ t.stage_sleeping(&hand.label) }</span>
                <span class="mono">{ text::running_of(so_far, whole) }</span>
                <span class="bar" style={text::part("part", hand.part)} aria-hidden="true" />
            </>
        },
        None => html! { <span class="cut">{ t.stage_handling(&hand.label) }</span> },
    }
}

fn print(t: Language, rows: u64, last: Option<&str>, fresh: f64) -> Html {
    html! {
        <>
        <div class="facts">
            <span class="faint caption">{ t.stage_printed_rows() }</span>
            <span class="big mono"><b>{ count(rows) }</b></span>
        </div>
        { for last.map(|last| html! { <span class="last mono" style={text::part("fresh", fresh)}>{ last.to_owned() }</span> }) }
        </>
    }
}
