//! A lesson's words, fetched from beside the page when they are wanted.

use std::rc::Rc;

use checkpoint_lab::i18n::Language;
use checkpoint_lab::lessons::text::Texts;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{RequestCache, RequestInit, Response};
use yew::prelude::*;

/// The words of a lesson, as far as they are there.
#[derive(Clone, PartialEq)]
pub enum Loaded {
    /// On their way.
    Loading,
    /// There.
    Words(Rc<Texts>),
    /// They could not be loaded.
    Failed,
}

/// The words of a lesson in a language, and a way to try again. While another language is on its way, the words of the last
/// one stay.
#[hook]
pub fn use_words(lesson: &'static str, language: Language) -> (Loaded, Callback<()>) {
    let loaded = use_state(|| Loaded::Loading);
    let shelf = use_mut_ref(|| [None::<Rc<Texts>>, None]);
    let attempt = use_state(|| 0_u32);
    {
        let loaded = loaded.clone();
        use_effect_with((lesson, language, *attempt), move |(lesson, language, _)| {
            let wanted = Rc::new(std::cell::Cell::new(true));
            let (lesson, language, still) = (*lesson, *language, wanted.clone());
            let place = usize::from(language == Language::English);
            if let Some(words) = shelf.borrow()[place].clone() {
                loaded.set(Loaded::Words(words));
            } else {
                let shelf = shelf.clone();
                spawn_local(async move {
                    let words = fetch(lesson, language).await.map(|text| Rc::new(Texts::parse(&text)));
                    shelf.borrow_mut()[place].clone_from(&words);
                    if still.get() {
                        loaded.set(words.map_or(Loaded::Failed, Loaded::Words));
                    }
                });
            }
            move || wanted.set(false)
        });
    }
    let again = {
        let (loaded, attempt) = (loaded.clone(), attempt.clone());
        Callback::from(move |()| {
            loaded.set(Loaded::Loading);
            attempt.set(*attempt + 1);
        })
    };
    ((*loaded).clone(), again)
}

/// The text of a lesson's file. The address is relative to the page, which may lie in any folder.
async fn fetch(lesson: &str, language: Language) -> Option<String> {
    let options = RequestInit::new();
    // The file has no hash in its name: the server is asked whether it is still the same.
    options.set_cache(RequestCache::NoCache);
    let path = format!("lessons/{}/{lesson}.md", language.code());
    let response = JsFuture::from(web_sys::window()?.fetch_with_str_and_init(&path, &options)).await.ok()?;
    let response: Response = response.dyn_into().ok()?;
    if !response.ok() {
        return None;
    }
    JsFuture::from(response.text().ok()?).await.ok()?.as_string()
}
