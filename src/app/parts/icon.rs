//! Line icons on a grid of 16, drawn in the colour of the text beside them. They are decoration: their button has a name.

use yew::prelude::*;

/// Which icon.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Picture {
    Undo,
    Redo,
    System,
    Light,
    Dark,
    Info,
    Keyboard,
    Close,
    Copy,
    Add,
    Remove,
    Dice,
    Error,
    Warning,
    Chevron,
}

impl Picture {
    const fn path(self) -> &'static str {
        match self {
            Picture::Undo => "M3 6.5h6.5a3.5 3.5 0 0 1 0 7H6M3 6.5l3-3M3 6.5l3 3",
            Picture::Redo => "M13 6.5H6.5a3.5 3.5 0 0 0 0 7H10M13 6.5l-3-3M13 6.5l-3 3",
            Picture::System => "M2.5 3.5h11v7h-11zM6 13.5h4M8 10.5v3",
            Picture::Light => {
                "M8 5.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6zM8 1.5v1.4M8 13.1v1.4M1.5 8h1.4M13.1 8h1.4M3.4 3.4l1 1M11.6 11.6l1 \
                 1M3.4 12.6l1-1M11.6 4.4l1-1"
            }
            Picture::Dark => "M13 9.6A5.6 5.6 0 0 1 6.4 3 5.6 5.6 0 1 0 13 9.6z",
            Picture::Info => "M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8zM8 7.3v3.6M8 5v.1",
            Picture::Keyboard => "M1.8 4h12.4v8H1.8zM4.2 6.5h.1M6.7 6.5h.1M9.2 6.5h.1M11.7 6.5h.1M5 9.5h6",
            Picture::Close => "M4 4l8 8M12 4l-8 8",
            Picture::Copy => "M5.5 5.5h7.7v8.7H5.5zM10.5 5.5V1.8H2.8v8.7h2.7",
            Picture::Add => "M8 3.2v9.6M3.2 8h9.6",
            Picture::Remove => "M3 4.5h10M6.3 4.5V2.8h3.4v1.7M4.4 4.5l.6 8.7h6l.6-8.7M6.8 7v4M9.2 7v4",
            Picture::Dice => "M3 3h10v10H3zM5.7 5.7h.1M10.3 5.7h.1M8 8h.1M5.7 10.3h.1M10.3 10.3h.1",
            Picture::Error => "M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8zM8 4.8v3.8M8 11v.1",
            Picture::Warning => "M8 2.2l6.3 11.1H1.7zM8 6.4v3.2M8 11.4v.1",
            Picture::Chevron => "M6 4l4 4-4 4",
        }
    }
}

/// An icon.
pub fn icon(picture: Picture) -> Html {
    html! {
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false"><path d={picture.path()} /></svg>
    }
}
