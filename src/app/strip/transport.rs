//! Play, pause, speed, and the steps to the next and previous stop of each kind.

use checkpoint_lab::base::SimTime;
use checkpoint_lab::i18n::{Language, clock};
use checkpoint_lab::session::{Direction, Msg, Speed};
use checkpoint_lab::timeline::Landmark;
use wasm_bindgen::JsCast;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

/// What the transport shows.
#[derive(Properties, PartialEq)]
pub struct TransportProps {
    /// The moment in view.
    pub at: SimTime,
    /// As far as the run is known.
    pub end: SimTime,
    /// Nothing happens after the end.
    pub complete: bool,
    /// Whether time passes.
    pub playing: bool,
    /// How fast.
    pub speed: Speed,
    /// In which words.
    pub language: Language,
    /// The way back.
    pub send: Callback<Msg>,
}

/// The transport.
#[component]
pub fn Transport(props: &TransportProps) -> Html {
    let (t, send) = (props.language, &props.send);
    let name = if props.playing { t.strip_pause() } else { t.strip_play() };
    let end = if props.complete { clock(props.end) } else { format!("{}…", clock(props.end)) };
    html! {
        <div class="transport">
            <button type="button" class="play" aria-label={name} title={format!("{name} (Space)")} onclick={send.reform(|_| Msg::TogglePlay)}>
                <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
                    <path d={if props.playing { "M5 4h3.500v12H5zM11.500 4H15v12h-3.500z" } else { "M6 3.500v13l10.500-6.500z" }} />
                </svg>
            </button>
            <output class="clock mono"><b>{ clock(props.at) }</b><span class="faint">{ format!(" / {end}") }</span></output>
            { speed(t, props.speed, send) }
            <Steps language={t} send={send.clone()} />
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct StepsProps {
    language: Language,
    send: Callback<Msg>,
}

/// The buttons, which stay the same while time passes.
#[component]
fn Steps(props: &StepsProps) -> Html {
    let (t, send) = (props.language, &props.send);
    html! {
        <div class="steps">
            { button("M4 3v10M13 3L6 8l7 5z", t.strip_to_start(), "Home", send.reform(|_| Msg::ToStart)) }
            { pair(t, Landmark::Event, t.strip_stop_event(), ("←", "→"), send) }
            { pair(t, Landmark::Barrier, t.strip_stop_barrier(), (",", "."), send) }
            { pair(t, Landmark::Checkpoint, t.strip_stop_checkpoint(), ("Shift+C", "C"), send) }
            { pair(t, Landmark::Failure, t.strip_stop_failure(), ("Shift+F", "F"), send) }
            { pair(t, Landmark::Restore, t.strip_stop_restore(), ("Shift+R", "R"), send) }
            { button("M12 3v10M3 3l7 5-7 5z", t.strip_to_end(), "End", send.reform(|_| Msg::ToEnd)) }
        </div>
    }
}

fn speed(t: Language, speed: Speed, send: &Callback<Msg>) -> Html {
    let onchange = {
        let send = send.clone();
        Callback::from(move |event: Event| {
            let select = event.target().and_then(|target| target.dyn_into::<HtmlSelectElement>().ok());
            let chosen =
                select.and_then(|select| Speed::ALL.get(usize::try_from(select.selected_index()).ok()?).copied());
            if let Some(speed) = chosen {
                send.emit(Msg::SetSpeed(speed));
            }
        })
    };
    let options = Speed::ALL.iter().map(|offered| {
        html! { <option selected={*offered == speed} value={offered.hundredths().to_string()}>{ offered.label() }</option> }
    });
    html! { <select class="speed" aria-label={t.strip_speed()} title={t.strip_speed()} {onchange}>{ for options }</select> }
}

/// Back and forth to the stops of a kind.
fn pair(t: Language, kind: Landmark, what: &str, keys: (&str, &str), send: &Callback<Msg>) -> Html {
    let step = |direction| send.reform(move |_| Msg::Step(kind, direction));
    html! {
        <span class="pair" data-kind={format!("{kind:?}").to_ascii_lowercase()}>
            { button("M10.500 3L5 8l5.500 5", &t.strip_previous_stop(what), keys.0, step(Direction::Previous)) }
            <span class="what" aria-hidden="true">{ what.to_owned() }</span>
            { button("M5.500 3L11 8l-5.500 5", &t.strip_next_stop(what), keys.1, step(Direction::Next)) }
        </span>
    }
}

fn button(d: &'static str, name: &str, key: &str, onclick: Callback<MouseEvent>) -> Html {
    html! {
        <button type="button" class="step" aria-label={name.to_owned()} title={format!("{name} ({key})")} {onclick}>
            <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path {d} /></svg>
        </button>
    }
}
