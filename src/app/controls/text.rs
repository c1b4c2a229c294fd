//! A line of text, told as it is typed.

use web_sys::HtmlInputElement;
use yew::prelude::*;

/// A field for a line of code or a path. `described_by` is the id of the element that says more.
pub fn text_input(
    id: AttrValue,
    value: &str,
    invalid: bool,
    described_by: Option<AttrValue>,
    onset: &Callback<String>,
    onleave: &Callback<()>,
) -> Html {
    let oninput = onset.reform(|event: InputEvent| event.target_unchecked_into::<HtmlInputElement>().value());
    let onblur = onleave.reform(|_: FocusEvent| ());
    html! {
        <input type="text" autocomplete="off" spellcheck="false" class="text-input mono" {id} value={value.to_owned()}
            aria-invalid={invalid.then_some("true")} aria-describedby={described_by} {oninput} {onblur} />
    }
}
