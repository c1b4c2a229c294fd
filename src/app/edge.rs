//! The session's effects on the browser, and what the browser tells at the start. What has to outlive the tab beyond
//! preferences is the store's.

use checkpoint_lab::i18n::Language;
use checkpoint_lab::session::{Model, Msg, Speed, Theme};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Element, File, HtmlElement, KeyboardEvent, Storage};
use yew::Callback;

use super::context::Send;

const PREFERENCES: &str = "checkpoint-lab.preferences";

/// Language, theme and speed as this browser last had them.
pub struct Preferences {
    /// The language: as chosen, else the browser's own.
    pub language: Language,
    /// The colours.
    pub theme: Theme,
    /// The speed.
    pub speed: Speed,
}

impl Preferences {
    /// What this browser remembers; a browser that remembers nothing gets the defaults.
    pub fn load() -> Preferences {
        let text = storage().and_then(|storage| storage.get_item(PREFERENCES).ok().flatten()).unwrap_or_default();
        let mut parts = text.split(' ');
        let language = match parts.next() {
            Some("ko") => Language::Korean,
            Some("en") => Language::English,
            _ => Language::of_tag(&browser_language()),
        };
        let theme = match parts.next() {
            Some("light") => Theme::Light,
            Some("dark") => Theme::Dark,
            _ => Theme::System,
        };
        let speed = parts.next().and_then(|text| text.parse().ok()).and_then(Speed::of_hundredths);
        Preferences { language, theme, speed: speed.unwrap_or(Speed::REAL) }
    }

    /// Remembers the model's. A browser that refuses loses them with the tab, which harms nobody.
    pub fn save(model: &Model) {
        let theme = theme_name(model.theme).unwrap_or("system");
        let text = format!("{} {theme} {}", model.language.code(), model.speed.hundredths());
        if let Some(storage) = storage() {
            let _ = storage.set_item(PREFERENCES, &text);
        }
    }
}

fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

fn browser_language() -> String {
    web_sys::window().and_then(|window| window.navigator().language()).unwrap_or_default()
}

const fn theme_name(theme: Theme) -> Option<&'static str> {
    match theme {
        Theme::System => None,
        Theme::Light => Some("light"),
        Theme::Dark => Some("dark"),
    }
}

/// Puts language and theme on the document, so that styles, hyphenation and screen readers know them.
pub fn dress(model: &Model) {
    let Some(document) = web_sys::window().and_then(|window| window.document()) else { return };
    document.set_title(model.language.page_title());
    let Some(root) = document.document_element() else { return };
    set(&root, "lang", Some(model.language.code()));
    set(&root, "data-theme", theme_name(model.theme));
}

fn set(element: &Element, name: &str, value: Option<&str>) {
    // Both can only fail for names that are no attribute names.
    let _ = match value {
        Some(value) => element.set_attribute(name, value),
        None => element.remove_attribute(name),
    };
}

/// Puts a text on the clipboard and says so.
pub fn copy(text: &str, send: Send) {
    let Some(window) = web_sys::window() else { return };
    let done = JsFuture::from(window.navigator().clipboard().write_text(text));
    spawn_local(async move {
        if done.await.is_ok() {
            send.emit(Msg::Copied);
        }
    });
}

/// Gives a text to the browser as a file to save.
pub fn save(name: &str, text: &str) {
    let Some(document) = web_sys::window().and_then(|window| window.document()) else { return };
    let Ok(link) = document.create_element("a") else { return };
    let encoded = String::from(js_sys::encode_uri_component(text));
    set(&link, "href", Some(&format!("data:text/plain;charset=utf-8,{encoded}")));
    set(&link, "download", Some(name));
    if let Some(link) = link.dyn_ref::<HtmlElement>() {
        link.click();
    }
}

/// Reads a file and hands its text to the session.
pub fn read_file(file: File, send: Send) {
    spawn_local(async move {
        let name = file.name();
        // A file that can't be read (it was moved or deleted meanwhile) is as good as empty: the dialog says so.
        let text = JsFuture::from(file.text()).await.ok().and_then(|text| text.as_string()).unwrap_or_default();
        send.emit(Msg::CsvArrived { file: name, text });
    });
}

/// Keys pressed anywhere in the page, until it is dropped.
pub struct KeyListener {
    call: Closure<dyn Fn(KeyboardEvent)>,
}

impl KeyListener {
    /// Listens on the window.
    pub fn on_window(told: Callback<KeyboardEvent>) -> Option<KeyListener> {
        let call = Closure::new(move |event| told.emit(event));
        let target = web_sys::window()?;
        target
            .add_event_listener_with_callback("keydown", AsRef::<wasm_bindgen::JsValue>::as_ref(&call).unchecked_ref())
            .ok()?;
        Some(KeyListener { call })
    }
}

impl Drop for KeyListener {
    fn drop(&mut self) {
        if let Some(window) = web_sys::window() {
            // Of a window that is going away, nothing is left to take off.
            let _ = window.remove_event_listener_with_callback("keydown", self.call.as_ref().unchecked_ref());
        }
    }
}
