//! The checkpoint storage: a card a checkpoint.

use checkpoint_lab::engine::Spoiled;
use checkpoint_lab::i18n::{Language, bytes, duration, seconds};
use checkpoint_lab::scenario::{FileSystem, Mishap};
use checkpoint_lab::scene::Layout;
use checkpoint_lab::scene::geometry::Rect;
use checkpoint_lab::scene::storage::{CardStatus, CardView, StorageView};
use yew::prelude::*;

use super::icons::{Shape, shape};
use super::{Pressed, Same, text};

/// What the storage shows.
#[derive(Properties, PartialEq)]
pub struct StorageProps {
    /// Where it stands.
    pub layout: Same<Layout>,
    /// What it holds.
    pub view: StorageView,
    /// In which words.
    pub language: Language,
    /// Told what was pressed.
    pub on_press: Callback<Pressed>,
}

/// The storage.
#[component]
pub fn Storage(props: &StorageProps) -> Html {
    let (layout, view, t) = (&props.layout, &props.view, props.language);
    let directory = view.directory.clone().unwrap_or_else(|| t.stage_storage_on_heap().to_owned());
    let cards = view.cards.iter().map(|card| {
        let place = layout.cards.get(card.place).copied().unwrap_or(layout.storage);
        let at = Rect { x: place.x - layout.storage.x, y: place.y - layout.storage.y, ..place };
        html! { <Card key={card.id.0} {at} view={card.clone()} language={t} on_press={props.on_press.clone()} /> }
    });
    html! {
        <section class="card storage" style={text::at(layout.storage)} aria-label={t.stage_storage_heading()}>
            <header>
                <h3>{ t.stage_storage_heading() }</h3>
                <span class="faint mono cut" title={directory.clone()}>{ directory.clone() }</span>
                if view.directory.is_some() && view.file_system != FileSystem::Local {
                    <span class="faint">{ t.file_system_name(view.file_system) }</span>
                }
                { for view.troubles.iter().map(|trouble| html! {
                    <span class="state storage-trouble" data-tone="fail">{ t.mishap_name(&Mishap::Storage(*trouble)) }</span>
                }) }
                if view.older > 0 { <span class="faint">{ t.stage_older_checkpoints(view.older) }</span> }
            </header>
            if view.cards.is_empty() { <p class="faint empty">{ t.stage_no_checkpoint_yet() }</p> }
            { for cards }
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct CardProps {
    at: Rect,
    view: CardView,
    language: Language,
    on_press: Callback<Pressed>,
}

#[component]
fn Card(props: &CardProps) -> Html {
    let (view, t) = (&props.view, props.language);
    let (status, mark, words) = match view.status {
        CardStatus::Completed if view.spoiled == Some(Spoiled::Lost) => ("failed", Shape::Cross, t.card_lost()),
        CardStatus::Completed if view.spoiled.is_some() => ("failed", Shape::Cross, t.card_damaged()),
        CardStatus::Pending => ("pending", Shape::Half, t.stage_card_pending()),
        CardStatus::Completed => ("completed", Shape::Check, t.stage_card_completed()),
        CardStatus::Discarded => ("discarded", Shape::Slashed, t.stage_card_discarded()),
        CardStatus::Failed(_) => ("failed", Shape::Cross, t.stage_card_failed()),
    };
    let id = view.id;
    let onclick = props.on_press.reform(move |_| Pressed::Checkpoint(id));
    html! {
        <article class={classes!("chk", text::cp(id))} data-status={status} style={format!("{};{}", text::at(props.at), text::part("fresh", view.fresh))}>
            <button type="button" class="operator-open" {onclick} aria-label={t.stage_open_checkpoint(id.0)} />
            <div class="chk-head"><b class="mono">{ format!("chk-{id}") }</b>{ shape(mark) }</div>
            <p class="chk-status">{ words }</p>
            { details(t, view) }
            if view.in_force { <span class="in-force">{ shape(Shape::Flag) }{ t.stage_card_in_force() }</span> }
        </article>
    }
}

fn details(t: Language, view: &CardView) -> Html {
    let offsets: Vec<String> = view.contents.iter().flat_map(|content| &content.offsets).map(u64::to_string).collect();
    let values: usize = view.contents.iter().map(|content| content.values).sum();
    let triggered = html! { <p class="faint cut">{ t.stage_triggered_at(&seconds(view.triggered_at)) }</p> };
    let contents = html! {
        <>
            if !offsets.is_empty() { <p class="holds mono cut">{ format!("offset {}", offsets.join(" · ")) }</p> }
            if values > 0 { <p class="holds mono cut">{ t.stage_card_values(values) }</p> }
            if offsets.is_empty() && values == 0 { <p class="faint cut">{ t.stage_card_nothing() }</p> }
        </>
    };
    match view.status {
        CardStatus::Pending => {
            let (done, of) = view.acknowledged;
            html! {
                <>
                    { triggered }
                    <p class="spread"><span class="cp-text mono">{ format!("ack {done}/{of}") }</span><span class="faint">{ text::running(view.duration) }</span></p>
                    <span class="bar" style={text::part("part", f64::from(done) / f64::from(of.max(1)))} aria-hidden="true" />
                </>
            }
        }
        CardStatus::Failed(reason) => html! { <>{ triggered }<p class="why">{ text::reason(t, reason) }</p></> },
        CardStatus::Completed | CardStatus::Discarded => html! {
            <><p class="mono cut">{ format!("{} · {}", bytes(view.bytes), duration(t, view.duration)) }</p>{ contents }</>
        },
    }
}
