//! A line of text, told as it is typed.

use web_sys::HtmlInputElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct TextInputProps {
    pub id: AttrValue,
    pub value: AttrValue,
    #[prop_or_default]
    pub mono: bool,
    #[prop_or_default]
    pub invalid: bool,
    /// Id of the element that says more.
    #[prop_or_default]
    pub described_by: Option<AttrValue>,
    pub onset: Callback<String>,
    #[prop_or_default]
    pub onleave: Callback<()>,
}

/// A field for a line of text.
#[component]
pub fn TextInput(props: &TextInputProps) -> Html {
    let oninput = props.onset.reform(|event: InputEvent| event.target_unchecked_into::<HtmlInputElement>().value());
    let onblur = props.onleave.reform(|_: FocusEvent| ());
    html! {
        <input type="text" autocomplete="off" spellcheck="false" class={classes!("text-input", props.mono.then_some("mono"))}
            id={props.id.clone()} value={props.value.clone()} aria-invalid={props.invalid.then_some("true")}
            aria-describedby={props.described_by.clone()} {oninput} {onblur} />
    }
}
