//! Animation frames, asked for one by one and only while something plays.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

/// A frame that was asked for; dropping it cancels it.
pub struct Frame {
    id: i32,
    _call: Closure<dyn FnMut(f64)>,
}

impl Frame {
    /// Asks for the next frame; `then` gets its moment in milliseconds.
    pub fn request(then: impl FnOnce(f64) + 'static) -> Option<Frame> {
        let call = Closure::once(then);
        let id = web_sys::window()?.request_animation_frame(call.as_ref().unchecked_ref()).ok()?;
        Some(Frame { id, _call: call })
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        if let Some(window) = web_sys::window() {
            // Of a frame that has come already, nothing is left to cancel.
            let _ = window.cancel_animation_frame(self.id);
        }
    }
}
