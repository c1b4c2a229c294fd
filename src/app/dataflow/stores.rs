//! Sinks' stores: what of them is on the card of the world outside, and in the sinks' own panels.

use checkpoint_lab::engine::TransactionState;
use checkpoint_lab::i18n::{Language, count};
use checkpoint_lab::scene::outside::{StoreView, TransactionView};
use checkpoint_lab::scene::tasks::OperatorContents;
use yew::prelude::*;

/// The stores of the output: a line of counts each, and their latest transactions while there is room.
pub fn stores(t: Language, views: &[StoreView], room: usize) -> Html {
    let several = views.len() > 1;
    views.iter().map(|view| store(t, view, several, room)).collect()
}

/// How many lines that takes.
pub fn lines(views: &[StoreView], room: usize) -> usize {
    views.iter().map(|view| 1 + view.latest.len().min(room)).sum()
}

fn store(t: Language, view: &StoreView, several: bool, room: usize) -> Html {
    let mut counts = vec![("committed", t.store_committed(view.committed))];
    let more = [
        ("prepared", view.prepared, t.store_prepared(view.prepared)),
        ("open", view.open, t.store_open(view.open)),
        ("orphaned", view.orphaned, t.store_orphaned(view.orphaned)),
        ("lost", view.lost, t.store_lost(view.lost)),
    ];
    counts.extend(more.into_iter().filter(|(_, rows, _)| *rows > 0).map(|(state, _, text)| (state, text)));
    let name = if several { view.name.clone() } else { t.sink_name(&view.sink).to_owned() };
    let title = t.store_dirty(view.uncommitted);
    html! {
        <div class="store" {title}>
            <p class="counts cut">
                <b>{ name }</b>
                { for counts.into_iter().map(|(state, text)| html! { <span data-state={state}>{ text }</span> }) }
            </p>
            { for view.latest.iter().rev().take(room).map(|one| transaction(t, one)) }
        </div>
    }
}

fn transaction(t: Language, view: &TransactionView) -> Html {
    html! {
        <p class="transaction cut" data-state={tag(view.state)}>
            <span class="mono">{ view.name.to_string() }</span>
            <span>{ t.transaction_state(view.state) }</span>
            <span class="mono">{ view.rows }</span>
        </p>
    }
}

const fn tag(state: TransactionState) -> &'static str {
    match state {
        TransactionState::Open => "open",
        TransactionState::Prepared => "prepared",
        TransactionState::Committed => "committed",
        TransactionState::Aborted => "aborted",
        TransactionState::Expired => "lost",
        TransactionState::Orphaned => "orphaned",
    }
}

/// What a sink with a store shows in its panel.
pub fn panel(t: Language, contents: &OperatorContents) -> Html {
    let OperatorContents::Sink { rows, open, pending, .. } = contents else { return html! {} };
    html! {
        <>
        <div class="facts">
            <span class="faint caption">{ t.stage_visible_rows() }</span>
            <span class="big mono"><b>{ count(*rows) }</b></span>
        </div>
        { for open.as_ref().map(|(name, rows)| html! {
            <span class="last transaction" data-state="open">{ t.stage_open_transaction(name, *rows) }</span>
        }) }
        { for pending.first().map(|(checkpoint, _, rows)| html! {
            <span class="last transaction" data-state="prepared">{ t.stage_pending_transaction(checkpoint.0, *rows) }</span>
        }) }
        </>
    }
}
