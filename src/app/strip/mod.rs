//! The timeline strip and the transport: where in time the page stands, and all the ways to another moment.

mod lanes;
mod track;
mod transport;

use checkpoint_lab::base::SimTime;
use checkpoint_lab::i18n::Language;
use checkpoint_lab::scene::Picture;
use checkpoint_lab::session::{Msg, Speed};
use yew::prelude::*;

/// What the strip shows.
#[derive(Properties, PartialEq)]
pub struct StripProps {
    /// The moment, with the run that it belongs to.
    pub picture: Picture,
    /// Whether time passes.
    pub playing: bool,
    /// How fast.
    pub speed: Speed,
    /// In which words.
    pub language: Language,
    /// The way back.
    pub send: Callback<Msg>,
}

/// The strip with its transport.
#[component]
pub fn Strip(props: &StripProps) -> Html {
    let at: SimTime = props.picture.scene.at;
    html! {
        <section class="strip" aria-label={props.language.strip_title()}>
            <transport::Transport
                {at}
                end={props.picture.end}
                complete={props.picture.complete}
                playing={props.playing}
                speed={props.speed}
                language={props.language}
                send={props.send.clone()}
            />
            <track::Track picture={props.picture.clone()} language={props.language} send={props.send.clone()} />
        </section>
    }
}
