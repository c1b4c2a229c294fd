//! The keyboard: one key, one message. Keys that a focused control needs for itself are left to it.

use checkpoint_lab::session::{Direction, Model, Msg, Tab};
use checkpoint_lab::timeline::Landmark;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

use checkpoint_lab::session::Dialog;

/// The message that a key means now, if any.
pub fn message(event: &KeyboardEvent, model: &Model) -> Option<Msg> {
    let focused = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let key = event.key();
    if model.dialog.is_some() || event.alt_key() || event.default_prevented() {
        return None;
    }
    if event.ctrl_key() || event.meta_key() {
        // A text field has an undo of its own.
        if is(focused.as_ref(), "input:not([type=range],[type=checkbox],[type=radio]), textarea") {
            return None;
        }
        return match (key.as_str(), event.shift_key()) {
            ("z", false) => Some(Msg::Undo),
            ("z" | "Z", true) | ("y", false) => Some(Msg::Redo),
            _ => None,
        };
    }
    if is(focused.as_ref(), "input, select, textarea") {
        return None;
    }
    match key.as_str() {
        " " if is(focused.as_ref(), "button, summary, a, [role=tab], [role=slider]") => None,
        "ArrowLeft" | "ArrowRight" | "Home" | "End"
            if is(focused.as_ref(), "[role=tab], [role=slider], [role=radio]") =>
        {
            None
        }
        key => plain(key, event.shift_key(), model),
    }
}

fn plain(key: &str, shift: bool, model: &Model) -> Option<Msg> {
    let way = |back: bool| if back { Direction::Previous } else { Direction::Next };
    let fine = if shift { Landmark::Statement } else { Landmark::Event };
    Some(match key {
        " " => Msg::TogglePlay,
        "ArrowRight" => Msg::Step(fine, Direction::Next),
        "ArrowLeft" => Msg::Step(fine, Direction::Previous),
        "." => Msg::Step(Landmark::Barrier, Direction::Next),
        "," => Msg::Step(Landmark::Barrier, Direction::Previous),
        "c" | "C" => Msg::Step(Landmark::Checkpoint, way(shift)),
        "f" | "F" => Msg::Step(Landmark::Failure, way(shift)),
        "r" | "R" => Msg::Step(Landmark::Restore, way(shift)),
        "Home" => Msg::ToStart,
        "End" => Msg::ToEnd,
        "+" | "=" => Msg::SetSpeed(model.speed.shifted(1)),
        "-" => Msg::SetSpeed(model.speed.shifted(-1)),
        "?" => Msg::SetDialog(Some(Dialog::Keys)),
        "1" | "2" | "3" | "4" | "5" => Msg::SetTab(Tab::ALL[usize::from(key.as_bytes()[0] - b'1')]),
        _ => return None,
    })
}

fn is(element: Option<&Element>, selector: &str) -> bool {
    element.is_some_and(|element| element.closest(selector).is_ok_and(|found| found.is_some()))
}
