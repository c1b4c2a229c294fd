//! Animation frames, asked for one by one and only while something plays; and things done a little later.

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

/// Something that is done a little later; dropping it forgets it.
pub struct Later {
    id: i32,
    _call: Closure<dyn FnMut()>,
}

impl Later {
    /// Does it after so many milliseconds.
    pub fn after(millis: i32, then: impl FnOnce() + 'static) -> Option<Later> {
        let call = Closure::once(then);
        let window = web_sys::window()?;
        let function = call.as_ref().unchecked_ref();
        let id = window.set_timeout_with_callback_and_timeout_and_arguments_0(function, millis).ok()?;
        Some(Later { id, _call: call })
    }
}

impl Drop for Later {
    fn drop(&mut self) {
        if let Some(window) = web_sys::window() {
            window.clear_timeout_with_handle(self.id);
        }
    }
}
