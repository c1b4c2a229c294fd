//! The page's entry: mounts the Yew app. It is compiled for wasm32 only; the library beside it knows no browser.

#[cfg(target_arch = "wasm32")]
mod page {
    use yew::prelude::*;

    #[component]
    fn App() -> Html {
        html! {
            <main>
                <h1>{ "Checkpoint Lab" }</h1>
            </main>
        }
    }

    /// Puts the app in the place of the loading line of `index.html`.
    pub fn mount() {
        let root = web_sys::window()
            .and_then(|window| window.document())
            .and_then(|document| document.get_element_by_id("app"))
            .expect("index.html has an element with the id `app`");
        yew::Renderer::<App>::with_root(root).render();
    }
}

#[cfg(target_arch = "wasm32")]
fn main() {
    page::mount();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("This program is a web page: `make serve` builds it and shows it at http://127.0.0.1:8080/.");
}
