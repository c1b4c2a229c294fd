//! The page's entry: mounts the Yew app. It is compiled for wasm32 only; the library beside it knows no browser.

#[cfg(target_arch = "wasm32")]
mod app;

#[cfg(target_arch = "wasm32")]
fn main() {
    app::mount();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("This program is a web page: `make serve` builds it and shows it at http://127.0.0.1:8080/.");
}
