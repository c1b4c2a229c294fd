//! The upper layer: records and barriers in their places, closed gates, and what is on its way between the parts.

use checkpoint_lab::i18n::Language;
use checkpoint_lab::scene::signals::{Signal, SignalKind};
use checkpoint_lab::scene::tokens::{Token, TokenKind, TubeView};
use checkpoint_lab::scene::{Layout, Scene};
use web_sys::Element;
use yew::prelude::*;

use super::floor::px;
use super::tokens::Tokens;
use super::{Same, text};

/// What the layer shows.
#[derive(Properties, PartialEq)]
pub struct MarksProps {
    /// Where things stand.
    pub layout: Same<Layout>,
    /// The moment.
    pub scene: Same<Scene>,
    /// In which words.
    pub language: Language,
}

/// The upper layer.
#[component]
pub fn Marks(props: &MarksProps) -> Html {
    let (layout, scene, t) = (&props.layout, &props.scene, props.language);
    let size = format!("0 0 {:.0} {:.0}", layout.width, layout.height);
    let (layer, drawn) = (use_node_ref(), use_mut_ref(Tokens::default));
    let draw = {
        let (layer, scene) = (layer.clone(), scene.clone());
        move || {
            // Elements keep their order by key, so that none has to be moved in the document.
            let mut tokens: Vec<&Token> = Vec::with_capacity(scene.tokens.len());
            for token in &scene.tokens {
                tokens.insert(tokens.partition_point(|other| other.key < token.key), token);
            }
            if let Some(layer) = layer.cast::<Element>() {
                drawn.borrow_mut().draw(&layer, &tokens);
            }
        }
    };
    // Together with everything else of the moment; the first time there is no layer yet.
    draw();
    use_effect_with((), move |()| draw());
    let mut said: Vec<(SignalKind, u64)> = Vec::new();
    let signals = scene.signals.iter().map(|signal| {
        let what = (signal.kind, signal.checkpoint.map_or(0, |checkpoint| checkpoint.0));
        let first = !said.contains(&what);
        said.push(what);
        signal_mark(t, layout, signal, first)
    });
    html! {
        <svg
            class="stage-layer marks"
            viewBox={size}
            width={px(layout.width)}
            height={px(layout.height)}
            role="img"
            aria-label={summary(t, scene)}
        >
            <g>{ scene.tubes.iter().filter_map(|tube| tube_marks(layout, tube)).collect::<Html>() }</g>
            <g>{ for signals }</g>
            <g ref={layer} />
            <g>{ scene.tubes.iter().filter(|tube| tube.hidden > 0).map(|tube| badge(layout, tube)).collect::<Html>() }</g>
        </svg>
    }
}

/// The layer in a sentence or two.
fn summary(t: Language, scene: &Scene) -> String {
    let in_tubes = scene.tubes.iter().map(|tube| tube.records).sum();
    let workers = scene.tasks.iter().flat_map(|task| &task.operators).filter_map(|operator| match &operator.kind {
        checkpoint_lab::scene::tasks::OperatorContents::Function { worker, .. } => worker.as_ref(),
        _ => None,
    });
    let waiting = workers.map(|worker| worker.waiting + usize::from(worker.hand.is_some())).sum();
    let mut barriers: Vec<String> = scene
        .tokens
        .iter()
        .filter_map(|token| match token.kind {
            TokenKind::Barrier(checkpoint) => Some(format!("chk-{checkpoint}")),
            _ => None,
        })
        .collect();
    barriers.dedup();
    let records = t.stage_picture_records(waiting, in_tubes);
    match barriers.as_slice() {
        [] => records,
        barriers => format!("{records} {}", t.stage_picture_barriers(&barriers.join(", "))),
    }
}

/// What is special about a channel now.
fn tube_marks(layout: &Layout, tube: &TubeView) -> Option<Html> {
    let path = &layout.channels[tube.id.index()];
    let width = path.width;
    let class = match (tube.blocked, tube.full) {
        (Some(checkpoint), _) => classes!("tube-tint", "blocked", text::cp(checkpoint)),
        (None, true) => classes!("tube-tint", "full"),
        (None, false) => return None,
    };
    let gate = tube.blocked.map(|checkpoint| {
        let (at, angle) = tube.gate;
        html! {
            <g class={classes!("gate", text::cp(checkpoint))} transform={format!("translate({:.1} {:.1})", at.x, at.y)}>
                <g transform={format!("rotate({angle:.0})")}>
                    <rect x="-3" y={px(-width / 2.0 - 5.0)} width="6" height={px(width + 10.0)} rx="2" />
                    <path d={format!("M-7 {0}H7M-7 {1}H7", px(-width / 2.0 - 5.0), px(width / 2.0 + 5.0))} />
                </g>
            </g>
        }
    });
    Some(html! {
        <g key={tube.id.0}>
            <path {class} d={path.path.d.clone()} style={format!("stroke-width:{:.0}px", width + 3.0)} />
            { for gate }
        </g>
    })
}

/// How many elements of a channel are not drawn.
fn badge(layout: &Layout, tube: &TubeView) -> Html {
    let path = &layout.channels[tube.id.index()].path;
    let (at, _) = path.at(path.length() / 2.0);
    let words = format!("+{}", tube.hidden);
    let half = words.len() as f64 * 3.8 + 6.0;
    html! {
        <g key={tube.id.0} class="badge" transform={format!("translate({:.1} {:.1})", at.x, at.y)}>
            <rect x={px(-half)} y="-9" width={px(2.0 * half)} height="18" rx="9" /><text y="4">{ words }</text>
        </g>
    }
}

fn signal_mark(t: Language, layout: &Layout, signal: &Signal, first: bool) -> Html {
    let (class, label) = kind(t, signal);
    let hue = match (signal.checkpoint, signal.record) {
        (Some(checkpoint), _) => text::cp(checkpoint),
        (None, Some((_, hue))) => format!("key-{hue}"),
        (None, None) => String::new(),
    };
    let place = format!("translate({:.1} {:.1})", signal.head.x, signal.head.y);
    let head = match signal.kind {
        SignalKind::Snapshot | SignalKind::Restore => html! {
            <g class="packet" transform={place}>
                <rect x="-15" y="-11" width="30" height="22" rx="5" />
                <text y="4">{ signal.checkpoint.map(|checkpoint| checkpoint.to_string()).unwrap_or_default() }</text>
            </g>
        },
        SignalKind::Link | SignalKind::Read | SignalKind::Write => {
            html! { <circle class="hop" r="4" transform={place} /> }
        }
        SignalKind::Acknowledge => html! {
            <g class="message" transform={place}><circle r="8" /><path class="on" d="M-3.500 .300l2.600 2.700 4.800-5.600" /></g>
        },
        SignalKind::Decline | SignalKind::Failure | SignalKind::NotifyAborted => html! {
            <g class="message" transform={place}><circle r="8" /><path class="on" d="M-3-3l6 6M3-3l-6 6" /></g>
        },
        SignalKind::Trigger | SignalKind::NotifyComplete => html! {
            <g class="message" transform={place}><path d="M-7-9h14v8l-7 8-7-8z" /></g>
        },
    };
    let words = label.filter(|_| first).map(|label| {
        let left = matches!(signal.kind, SignalKind::Trigger | SignalKind::NotifyComplete | SignalKind::NotifyAborted);
        let x = layout.coordinator.center().x + if left { -22.0 } else { 22.0 };
        let y = layout.job_manager.bottom() + 21.0;
        html! { <text class="signal-words" x={px(x)} y={px(y)} text-anchor={if left { "end" } else { "start" }}>{ label }</text> }
    });
    html! {
        <g key={signal.key} class={classes!("signal", class, hue)} data-flying={signal.flying.to_string()} opacity={format!("{:.2}", signal.bright)}>
            <path class="way" d={signal.d.clone()} />
            { head }
            { for words }
        </g>
    }
}

fn kind(t: Language, signal: &Signal) -> (&'static str, Option<String>) {
    let id = signal.checkpoint.map_or(0, |checkpoint| checkpoint.0);
    match signal.kind {
        SignalKind::Trigger => ("trigger", Some(t.stage_signal_trigger(id))),
        SignalKind::Acknowledge => ("ack", Some(t.stage_signal_ack(id))),
        SignalKind::Decline => ("decline", Some(t.stage_signal_decline(id))),
        SignalKind::NotifyComplete => ("complete", Some(t.stage_signal_complete(id))),
        SignalKind::NotifyAborted => ("abort", Some(t.stage_signal_abort(id))),
        SignalKind::Failure => ("failing", Some(t.stage_signal_failure().to_owned())),
        SignalKind::Snapshot => ("snapshot", None),
        SignalKind::Restore => ("restore", None),
        SignalKind::Link => ("link", None),
        SignalKind::Read => ("read", None),
        SignalKind::Write => ("write", None),
    }
}
