//! The JobManager's card: state of the job, checkpoint coordinator, restart strategy.

use checkpoint_lab::i18n::{Language, duration};
use checkpoint_lab::scenario::RestartStrategy;
use checkpoint_lab::scene::Layout;
use checkpoint_lab::scene::geometry::Rect;
use checkpoint_lab::scene::job::{CoordinatorView, JobView, RestartView};
use yew::prelude::*;

use super::{Same, icons, text};

/// What the card shows.
#[derive(Properties, PartialEq)]
pub struct JobManagerProps {
    /// Where it stands.
    pub layout: Same<Layout>,
    /// What it holds.
    pub view: JobView,
    /// In which words.
    pub language: Language,
}

/// The JobManager's card.
#[component]
pub fn JobManager(props: &JobManagerProps) -> Html {
    let (layout, view, t) = (&props.layout, &props.view, props.language);
    let card = layout.job_manager;
    let within = |rect: Rect| text::at(Rect { x: rect.x - card.x, y: rect.y - card.y, ..rect });
    html! {
        <section class="card jm" data-dead={view.dead.to_string()} style={text::at(card)} aria-label="JobManager">
            <header class="jm-head">
                <h3>{ "JobManager" }</h3>
                if view.dead { <span class="state" data-tone="fail">{ t.jm_label_dead() }</span> }
                <span class="faint cut">{ view.name.clone() }</span>
                <span class="state" data-tone={icons::job_tone(view.status)} style={text::part("fresh", view.fresh)}>
                    { icons::job_status(view.status) }{ view.status.name() }
                </span>
            </header>
            <div class="box" style={within(layout.coordinator)}>{ coordinator(t, &view.coordinator) }</div>
            <div class="box" style={within(layout.restart)}>{ restart(t, &view.restart) }</div>
        </section>
    }
}

fn coordinator(t: Language, view: &CoordinatorView) -> Html {
    let Some(interval) = view.interval else {
        return html! { <>{ title("Checkpoint coordinator", String::new()) }<p class="faint">{ t.stage_checkpointing_off() }</p></> };
    };
    let status = match (view.pending.last(), view.next) {
        (Some(pending), _) => {
            let words = match pending.finalizing {
                true => t.stage_checkpoint_finalizing(pending.id.0),
                false => t.stage_checkpoint_in_progress(pending.id.0),
            };
            let cells = (0..pending.of.min(24)).map(|at| html! { <i data-on={(at < pending.done).to_string()} /> });
            html! {
                <div class={classes!("jm-line", text::cp(pending.id))}>
                    <b class="cp-text">{ words }</b>
                    <span class="acks" aria-hidden="true">{ for cells }</span>
                    <span class="cp-text mono">{ t.stage_acks(pending.done, pending.of) }</span>
                </div>
            }
        }
        (None, Some((left, over))) => html! {
            <div class="jm-line">
                <span>{ t.stage_next_trigger_in(&text::running(left)) }</span>
                <span class="bar" style={text::part("part", over)} aria-hidden="true" />
            </div>
        },
        (None, None) => html! { <div class="jm-line faint">{ t.stage_scheduler_off() }</div> },
    };
    let every = t.stage_every(&duration(t, interval));
    let aside = match (view.pending.is_empty(), view.next) {
        (false, Some((left, _))) => format!("{every} · {}", t.stage_next_trigger_in(&text::running(left))),
        _ => every,
    };
    let refused = (view.refused > 0.0).then(|| {
        html! {
            <span class="refused" style={text::part("fresh", view.refused)}>{ t.stage_trigger_refused_now() }</span>
        }
    });
    html! {
        <>
            { title("Checkpoint coordinator", aside) }
            { status }
            { for refused }
        </>
    }
}

fn restart(t: Language, view: &RestartView) -> Html {
    let (name, delay) = strategy(t, &view.strategy);
    let words = match view.limit {
        Some(0) => t.stage_restarts_none().to_owned(),
        Some(limit) => t.stage_restarts_used(view.used.min(limit), limit),
        None => t.stage_restarts_used_endless(u64::from(view.restarts)),
    };
    let dots = view.limit.filter(|limit| (1..=6).contains(limit)).map(|limit| {
        let dots = (0..limit).map(|at| html! { <i data-on={(at < view.used).to_string()} /> });
        html! { <span class="dots" aria-hidden="true">{ for dots }</span> }
    });
    let line = match view.delay {
        Some((left, _, over)) => html! {
            <div class="jm-line" data-tone="warn">
                <b>{ t.stage_restart_in(&text::running(left)) }</b>
                <span class="bar running-down" style={text::part("part", 1.0 - over)} aria-hidden="true" />
                { for dots }
            </div>
        },
        None => html! { <div class="jm-line"><span>{ words }</span>{ for dots }</div> },
    };
    html! { <>{ title(&format!("Restart strategy · {name}"), delay) }{ line }</> }
}

fn title(name: &str, aside: String) -> Html {
    html! { <div class="box-title"><h4 class="cut">{ name.to_owned() }</h4><span class="faint">{ aside }</span></div> }
}

/// A strategy's name and delay.
fn strategy(t: Language, strategy: &RestartStrategy) -> (&'static str, String) {
    let delay = |ms: u64| t.stage_delay_setting(&duration(t, checkpoint_lab::base::SimDuration::from_millis(ms)));
    match strategy {
        RestartStrategy::NotSet | RestartStrategy::None => ("none", String::new()),
        RestartStrategy::FixedDelay { delay_ms, .. } => ("fixed-delay", delay(*delay_ms)),
        RestartStrategy::FailureRate { delay_ms, .. } => ("failure-rate", delay(*delay_ms)),
        RestartStrategy::ExponentialDelay { initial_backoff_ms, .. } => {
            ("exponential-delay", delay(*initial_backoff_ms))
        }
    }
}
