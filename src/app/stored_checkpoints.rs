//! What is really in the browser's database: the checkpoints of the job in view, as they were read back.

use checkpoint_lab::i18n::{Language, bytes, duration_us};
use checkpoint_lab::store::record::{OperatorRecord, StoredValue, SubtaskRecord};
use checkpoint_lab::store::{CheckpointRecord, Kept, StoreError};
use yew::prelude::*;

use super::context::use_language;

#[derive(Properties, PartialEq)]
pub struct StoredCheckpointsProps {
    /// What the page knows of its store.
    pub kept: Kept,
    /// Erases all that is stored; without it nobody is offered to.
    #[prop_or_default]
    pub onerase: Option<Callback<()>>,
}

/// The stored checkpoints.
#[component]
pub fn StoredCheckpoints(props: &StoredCheckpointsProps) -> Html {
    let t = use_language();
    let kept = &props.kept;
    let erase = props.onerase.as_ref().map(|erase| {
        let onclick = erase.reform(|_: MouseEvent| ());
        html! { <button type="button" class="button button-quiet button-small" {onclick}>{ t.stored_erase() }</button> }
    });
    html! {
        <div class="stored-checkpoints">
            <p class="help">{ if kept.in_browser { t.stored_where() } else { t.stored_in_memory() } }</p>
            if let Some(error) = &kept.error { <p class="stored-error" role="alert">{ words_of(t, error) }</p> }
            if kept.listing.checkpoints.is_empty() { <p class="stored-none">{ t.stored_none() }</p> }
            <ul class="stored-list">{ for kept.listing.checkpoints.iter().map(|record| checkpoint(t, record)) }</ul>
            if kept.listing.unreadable > 0 { <p class="stored-error">{ t.stored_unreadable(kept.listing.unreadable) }</p> }
            if kept.in_browser {
                <p class="help">{ t.stored_private() }</p>
                { for erase }
            }
        </div>
    }
}

/// What went wrong, in plain words.
pub fn words_of(t: Language, error: &StoreError) -> String {
    match error {
        StoreError::Refused => t.store_refused().into(),
        StoreError::NoAnswer => t.store_no_answer().into(),
        StoreError::Full => t.store_full().into(),
        StoreError::Closed => t.store_closed().into(),
        StoreError::Damaged => t.store_damaged().into(),
        StoreError::TooNew { .. } => t.store_too_new().into(),
        StoreError::Other(message) => t.store_other(message),
    }
}

fn checkpoint(t: Language, record: &CheckpointRecord) -> Html {
    html! {
        <li key={record.checkpoint} class="stored-checkpoint">
            <details>
                <summary>
                    <b class="mono">{ format!("chk-{}", record.checkpoint) }</b>
                    <span>{ format!("{} · {}", bytes(record.bytes), duration_us(t, record.duration_us)) }</span>
                </summary>
                <p class="path mono">{ record.path.clone().unwrap_or_else(|| t.stored_heap().to_owned()) }</p>
                <ul>{ for record.subtasks.iter().map(|part| subtask(t, part)) }</ul>
            </details>
        </li>
    }
}

fn subtask(t: Language, part: &SubtaskRecord) -> Html {
    html! {
        <li class="stored-subtask">
            <p><span class="mono">{ part.name.clone() }</span>{ format!(" · {}", bytes(part.bytes)) }</p>
            if part.finished { <p class="help">{ t.stored_finished() }</p> }
            if part.operators.is_empty() && !part.finished { <p class="help">{ t.stored_empty() }</p> }
            { for part.operators.iter().map(|operator| self::operator(t, operator)) }
        </li>
    }
}

fn operator(t: Language, operator: &OperatorRecord) -> Html {
    let keyed = operator.keyed.iter().map(|entry| {
        html! { <li class="mono">{ format!("{}[{}] = {}", entry.state, shown(&entry.key), shown(&entry.value)) }</li> }
    });
    let lists = operator.lists.iter().map(|list| {
        let items: Vec<String> = list.items.iter().map(shown).collect();
        html! { <li class="mono">{ format!("{} = [{}]", list.state, items.join(", ")) }</li> }
    });
    let offsets = operator.offsets.iter().map(|offsets| {
        let offsets: Vec<String> = offsets.iter().map(u64::to_string).collect();
        html! { <li class="mono">{ format!("{} {}", t.stored_offsets(), offsets.join(" · ")) }</li> }
    });
    html! {
        <div class="stored-operator">
            <b class="mono">{ operator.uid.clone() }</b>
            <ul>{ for offsets }{ for keyed }{ for lists }</ul>
        </div>
    }
}

/// A stored value as Python would show it; what can't be a value is shown as it stands.
fn shown(value: &StoredValue) -> String {
    value.value().map_or_else(|| format!("{value:?}"), |value| value.python_repr())
}
