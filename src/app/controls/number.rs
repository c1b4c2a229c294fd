//! A whole number. What is typed stays as typed until the focus leaves; every number on the way is told at once.

use web_sys::HtmlInputElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct NumberInputProps {
    pub id: AttrValue,
    /// The number; none where a setting may be absent.
    pub value: Option<u64>,
    /// Whether it may be emptied.
    #[prop_or_default]
    pub optional: bool,
    /// How far the arrow keys move it.
    #[prop_or(1)]
    pub step: u64,
    /// What is shown in an empty field.
    #[prop_or_default]
    pub placeholder: AttrValue,
    #[prop_or_default]
    pub disabled: bool,
    #[prop_or_default]
    pub invalid: bool,
    /// Id of the element that says more.
    #[prop_or_default]
    pub described_by: Option<AttrValue>,
    pub onset: Callback<Option<u64>>,
    #[prop_or_default]
    pub onleave: Callback<()>,
}

/// A field for a whole number.
#[component]
pub fn NumberInput(props: &NumberInputProps) -> Html {
    let draft = use_state(|| None::<String>);
    let oninput = {
        let (draft, onset, optional) = (draft.clone(), props.onset.clone(), props.optional);
        Callback::from(move |event: InputEvent| {
            let text = event.target_unchecked_into::<HtmlInputElement>().value();
            match text.trim().replace([',', '_'], "").parse::<u64>() {
                Ok(number) => onset.emit(Some(number)),
                Err(_) if text.trim().is_empty() && optional => onset.emit(None),
                Err(_) => {}
            }
            draft.set(Some(text));
        })
    };
    let onblur = {
        let (draft, onleave) = (draft.clone(), props.onleave.clone());
        Callback::from(move |_: FocusEvent| {
            draft.set(None);
            onleave.emit(());
        })
    };
    let onkeydown = {
        let (draft, onset, value, step) = (draft.clone(), props.onset.clone(), props.value, props.step);
        Callback::from(move |event: KeyboardEvent| {
            let Some(value) = value else { return };
            let moved = match event.key().as_str() {
                "ArrowUp" => value - value % step + step,
                "ArrowDown" => value.saturating_sub(1) / step * step,
                _ => return,
            };
            event.prevent_default();
            draft.set(None);
            onset.emit(Some(moved));
        })
    };
    let shown = match &*draft {
        Some(text) => text.clone(),
        None => props.value.map(|number| number.to_string()).unwrap_or_default(),
    };
    html! {
        <input type="text" inputmode="numeric" autocomplete="off" class="number-input" id={props.id.clone()} value={shown}
            placeholder={props.placeholder.clone()} disabled={props.disabled} aria-invalid={props.invalid.then_some("true")}
            aria-describedby={props.described_by.clone()} {oninput} {onblur} {onkeydown} />
    }
}
