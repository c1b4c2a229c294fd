//! How large an element is, now and whenever that changes.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, ResizeObserver};
use yew::prelude::*;

/// Calls back with the inner width and height of the element in `node`, at first and after each change.
#[hook]
pub fn use_room(node: &NodeRef, on_room: &Callback<(f64, f64)>) {
    let node = node.clone();
    use_effect_with(on_room.clone(), move |on_room| {
        let watch = node.cast::<Element>().and_then(|element| Watch::new(element, on_room.clone()));
        move || drop(watch)
    });
}

/// An observer; dropping it ends it.
struct Watch {
    observer: ResizeObserver,
    _call: Closure<dyn FnMut()>,
}

impl Watch {
    fn new(element: Element, on_room: Callback<(f64, f64)>) -> Option<Watch> {
        let measured = element.clone();
        let call = Closure::<dyn FnMut()>::new(move || {
            on_room.emit((f64::from(measured.client_width()), f64::from(measured.client_height())));
        });
        let observer = ResizeObserver::new(call.as_ref().unchecked_ref()).ok()?;
        observer.observe(&element);
        Some(Watch { observer, _call: call })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
