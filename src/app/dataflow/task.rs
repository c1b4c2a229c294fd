//! A subtask: a frame around its chained operators.

use checkpoint_lab::i18n::Language;
use checkpoint_lab::scene::Layout;
use checkpoint_lab::scene::geometry::Rect;
use checkpoint_lab::scene::tasks::{CheckpointPhase, TaskView};
use checkpoint_lab::trace::ExecutionState;
use yew::prelude::*;

use super::operator::{self, Operator};
use super::{Pressed, Same, icons, text};

/// What a task shows.
#[derive(Properties, PartialEq)]
pub struct TaskProps {
    /// Where it stands.
    pub layout: Same<Layout>,
    /// What it holds.
    pub view: TaskView,
    /// In which words.
    pub language: Language,
    /// Told what was pressed.
    pub on_press: Callback<Pressed>,
}

/// A task.
#[component]
pub fn Task(props: &TaskProps) -> Html {
    let (view, t) = (&props.view, props.language);
    let frame = &props.layout.subtasks[view.id.index()];
    let off = !matches!(view.state, ExecutionState::Running | ExecutionState::Finished | ExecutionState::Canceling);
    let phase = view.checkpoint.and_then(CheckpointPhase::checkpoint).map(text::cp);
    let operators = frame.panels.iter().zip(&view.operators).enumerate().map(|(position, (panel, operator))| {
        let at = Rect { x: panel.rect.x - frame.rect.x, y: panel.rect.y - frame.rect.y, ..panel.rect };
        let failure = view.failure.as_ref().filter(|failure| failure.operator == operator.operator);
        html! {
            <Operator
                key={position}
                panel={*panel}
                {at}
                view={operator.clone()}
                failure={failure.cloned()}
                {off}
                phase={operator::phase_of(view, position)}
                language={t}
                on_press={props.on_press.clone()}
            />
        }
    });
    let links = frame.links.iter().map(|link| {
        let (from, to) = (link.start(), link.end());
        // Beside the way of the records, so that a barrier there hides nothing.
        let (x, y) = match props.layout.tall {
            true => (34.0, (from.y + to.y) / 2.0 - frame.rect.y),
            false => ((from.x + to.x) / 2.0 - frame.rect.x, 42.0),
        };
        html! { <span class="chain-link" style={format!("left:{x:.1}px;top:{y:.1}px")} aria-hidden="true" /> }
    });
    html! {
        <section
            class={classes!("task", phase)}
            style={text::at(frame.rect)}
            data-state={view.state.name()}
            data-phase={phase_name(view)}
            data-narrow={(frame.rect.w < 300.0).to_string()}
            aria-label={view.name.clone()}
        >
            <header class="task-head" data-busy={(view.checkpoint.is_some() || view.backpressured).to_string()}>
                <span class="state" data-tone={icons::task_tone(view.state)} title={view.state.name()}>
                    { icons::task_state(view.state) }<span>{ view.state.name() }</span>
                </span>
                { heading(view) }
                if let Some(manager) = view.elsewhere {
                    <span class="elsewhere" title={t.task_elsewhere(manager + 1)}>{ format!("→ TM {}", manager + 1) }</span>
                }
                { status(t, view) }
            </header>
            { for links }
            { for operators }
        </section>
    }
}

/// A chain's name; a single operator's stands in its own panel, where a number is enough here.
fn heading(view: &TaskView) -> Html {
    match (view.operators.len(), view.index) {
        (1, Some((index, of))) => html! { <h3 class="mono">{ format!("{index}/{of}") }</h3> },
        (1, None) => html! {},
        _ => html! { <h3 class="cut" title={view.name.clone()}>{ view.name.clone() }</h3> },
    }
}

fn phase_name(view: &TaskView) -> Option<&'static str> {
    Some(match view.checkpoint? {
        CheckpointPhase::Waiting { .. } => "waiting",
        CheckpointPhase::Aligning { .. } => "aligning",
        CheckpointPhase::InFlight { .. } => "async",
        CheckpointPhase::AwaitingBundle { .. } => "bundle",
        CheckpointPhase::Sync { .. } => "sync",
        CheckpointPhase::Async { .. } => "async",
    })
}

/// The right end of a task's head: what it does about a checkpoint, else what there is to know of its attempt.
fn status(t: Language, view: &TaskView) -> Html {
    if let Some(phase) = view.checkpoint {
        let (words, part) = phase_words(t, phase);
        return html! {
            <span class="phase" data-own={phase.checkpoint().is_some().to_string()} style={part.map(|part| text::part("part", part))}>
                { words }
            </span>
        };
    }
    let words = match (view.state, view.restored_from) {
        _ if view.backpressured => {
            return html! { <span class="phase" data-own="false">{ t.stage_backpressured() }</span> };
        }
        _ if view.at_end => t.stage_task_at_end().to_owned(),
        (ExecutionState::Initializing | ExecutionState::Running, Some(id)) => {
            format!("{} · {}", t.stage_attempt_number(view.attempt.0), t.stage_restored_from(id.0))
        }
        (ExecutionState::Initializing, None) if view.attempt.0 > 0 => {
            format!("{} · {}", t.stage_attempt_number(view.attempt.0), t.stage_restored_from_nothing())
        }
        _ => t.stage_attempt_number(view.attempt.0),
    };
    let bar =
        view.starting.map(|part| html! { <span class="bar" style={text::part("part", part)} aria-hidden="true" /> });
    html! { <span class="faint task-note"><span class="cut">{ words }</span>{ for bar }</span> }
}

fn phase_words(t: Language, phase: CheckpointPhase) -> (String, Option<f64>) {
    match phase {
        CheckpointPhase::Waiting { checkpoint } => (t.stage_phase_waiting(checkpoint.0), None),
        CheckpointPhase::Aligning { checkpoint, arrived, of, .. } => {
            (t.stage_phase_aligning(checkpoint.0, arrived, of), Some(arrived as f64 / of.max(1) as f64))
        }
        CheckpointPhase::InFlight { checkpoint, records, bytes } => {
            (t.stage_phase_in_flight(checkpoint.0, records, checkpoint_lab::i18n::bytes(bytes)), None)
        }
        CheckpointPhase::AwaitingBundle { checkpoint: Some(checkpoint), remaining, .. } => {
            (t.stage_phase_bundle(checkpoint.0, remaining), None)
        }
        CheckpointPhase::AwaitingBundle { checkpoint: None, remaining, .. } => {
            (t.stage_phase_bundle_alone(remaining), None)
        }
        CheckpointPhase::Sync { checkpoint, part } => (t.stage_phase_sync(checkpoint.0), Some(part)),
        CheckpointPhase::Async { checkpoint, part } => (t.stage_phase_async(checkpoint.0), Some(part)),
    }
}
