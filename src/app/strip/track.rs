//! The track: lanes over time with the playhead on them. It is the slider of the moment in view.

use checkpoint_lab::base::{SimDuration, SimTime};
use checkpoint_lab::i18n::{Language, clock};
use checkpoint_lab::scene::{Backdrop, Picture, StripPicture, Window};
use checkpoint_lab::session::Msg;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::prelude::*;

use super::lanes::{Lanes, Rows};
use crate::app::dataflow::{Same, use_room};

/// What the track shows.
#[derive(Properties, PartialEq)]
pub struct TrackProps {
    /// The moment, with the run that it belongs to.
    pub picture: Picture,
    /// In which words.
    pub language: Language,
    /// The way back.
    pub send: Callback<Msg>,
}

/// A run that goes on is shown in pages of this length.
const PAGE: SimDuration = SimDuration::from_millis(120_000);
/// A complete run up to this length is shown whole.
const WHOLE: SimDuration = SimDuration::from_millis(600_000);

/// The window that shows a moment when nobody has zoomed.
fn usual_window(at: SimTime, end: SimTime, complete: bool) -> Window {
    if complete && end.since(SimTime::ZERO) <= WHOLE {
        // A little room behind the end, so that the playhead can be seen there.
        let to = SimTime::from_micros(end.micros() + end.micros() / 60 + 1_000);
        return Window { from: SimTime::ZERO, to };
    }
    Window { from: SimTime::ZERO, to: SimTime::ZERO + PAGE }.following(at, end)
}

/// The track.
#[component]
pub fn Track(props: &TrackProps) -> Html {
    let (t, picture) = (props.language, &props.picture);
    let node = use_node_ref();
    let room = use_state_eq(|| 600.0_f64);
    let on_room = {
        let room = room.setter();
        use_callback((), move |(width, _): (f64, f64), ()| room.set(width))
    };
    use_room(&node, &on_room);
    let chosen = use_state_eq(|| None::<Window>);
    let (at, end) = (picture.scene.at, picture.end);
    let window = chosen.map_or_else(|| usual_window(at, end, picture.complete), |window| window.following(at, end));
    let width = *room;
    let drawn =
        use_memo((Same(picture.backdrop.clone()), window, width as i32, end), |(backdrop, window, width, end)| {
            Rc::new(StripPicture::draw(&backdrop.strip, *window, f64::from(*width), *end))
        });
    let rows = Rows::of(drawn.lanes.len());
    let zoom = |by: Option<f64>| {
        let chosen = chosen.setter();
        Callback::from(move |_: MouseEvent| chosen.set(by.map(|by| window.zoomed(by, at, end))))
    };
    let seek = {
        let (send, node) = (props.send.clone(), node.clone());
        Callback::from(move |client_x: f64| {
            if let Some(element) = node.cast::<Element>() {
                let at = window.at(client_x - element.get_bounding_client_rect().left(), width);
                send.emit(Msg::Seek(at.min(end)));
            }
        })
    };
    let x = window.x(at, width).clamp(0.0, width);
    html! {
        <div class="track-frame">
            <Names backdrop={Same(picture.backdrop.clone())} {rows} language={t} />
            <div
                class="track"
                ref={node}
                role="slider"
                tabindex="0"
                aria-label={t.strip_moment_slider()}
                aria-valuemin="0"
                aria-valuemax={end.millis().to_string()}
                aria-valuenow={at.millis().to_string()}
                aria-valuetext={t.strip_moment_of(&clock(at), &clock(end))}
                onpointerdown={pressed(&seek)}
                onpointermove={moved(&seek)}
                onkeydown={keyed(at, window, end, &props.send)}
            >
                <Lanes picture={Same((*drawn).clone())} {rows} {width} language={t} />
                <div class="playhead" style={format!("transform:translateX({x:.1}px);block-size:{:.0}px", rows.lanes_end())} aria-hidden="true" />
            </div>
            <div class="zoom">
                { zoom_button("M8 3v10M3 8h10", t.strip_zoom_in(), zoom(Some(0.5)), false) }
                { zoom_button("M3 8h10", t.strip_zoom_out(), zoom(Some(2.0)), false) }
                { zoom_button("M2 5V2h3M11 2h3v3M14 11v3h-3M5 14H2v-3", t.strip_zoom_fit(), zoom(None), chosen.is_none()) }
            </div>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct NamesProps {
    backdrop: Same<Backdrop>,
    rows: Rows,
    language: Language,
}

/// The names of the lanes.
#[component]
fn Names(props: &NamesProps) -> Html {
    let (rows, lanes, t) = (&props.rows, &props.backdrop.cast.lanes, props.language);
    html! {
        <div class="lane-names" aria-hidden="true">
            { name(rows, 0, t.strip_lane_checkpoints(), "checkpoints") }
            { for lanes.iter().enumerate().map(|(at, label)| name(rows, at + 1, label, "task")) }
            { name(rows, lanes.len() + 1, t.strip_lane_output(), "output") }
        </div>
    }
}

fn name(rows: &Rows, row: usize, label: &str, kind: &'static str) -> Html {
    let (y, h) = rows.row(row);
    let middle = y + h / 2.0;
    html! { <span class="cut" data-kind={kind} style={format!("top:{middle:.1}px")} title={label.to_owned()}>{ label.to_owned() }</span> }
}

fn zoom_button(d: &'static str, label: &'static str, onclick: Callback<MouseEvent>, disabled: bool) -> Html {
    html! {
        <button type="button" class="step" aria-label={label} title={label} {onclick} {disabled}>
            <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true"><path {d} /></svg>
        </button>
    }
}

/// Passes on what `choose` makes of an event, if it makes anything of it.
fn sift<E: 'static, T: 'static>(to: &Callback<T>, choose: impl Fn(E) -> Option<T> + 'static) -> Callback<E> {
    let to = to.clone();
    Callback::from(move |event| {
        if let Some(chosen) = choose(event) {
            to.emit(chosen);
        }
    })
}

fn pressed(seek: &Callback<f64>) -> Callback<PointerEvent> {
    sift(seek, |event: PointerEvent| {
        if event.button() != 0 {
            return None;
        }
        let track = event.current_target().and_then(|target| target.dyn_into::<Element>().ok());
        // Without capture the pointer has to stay on the track, which is not worse than an error.
        let _ = track.map(|track| track.set_pointer_capture(event.pointer_id()));
        Some(f64::from(event.client_x()))
    })
}

fn moved(seek: &Callback<f64>) -> Callback<PointerEvent> {
    sift(seek, |event: PointerEvent| (event.buttons() & 1 == 1).then(|| f64::from(event.client_x())))
}

/// Arrows move by a hundredth of the window, pages by a tenth.
fn keyed(at: SimTime, window: Window, end: SimTime, send: &Callback<Msg>) -> Callback<KeyboardEvent> {
    let whole = window.to.since(window.from).micros();
    sift(send, move |event: KeyboardEvent| {
        let now = at.micros();
        let (small, large) = (whole / 100, whole / 10);
        let to = match event.key().as_str() {
            "ArrowRight" | "ArrowUp" => now + small,
            "ArrowLeft" | "ArrowDown" => now.saturating_sub(small),
            "PageUp" => now + large,
            "PageDown" => now.saturating_sub(large),
            "Home" => 0,
            "End" => end.micros(),
            _ => return None,
        };
        event.prevent_default();
        Some(Msg::Seek(SimTime::from_micros(to.min(end.micros()))))
    })
}
