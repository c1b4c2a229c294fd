//! A few exclusive choices side by side. They are radio buttons: arrows move, one of them is always chosen.

use yew::prelude::*;

/// One choice.
#[derive(Clone, PartialEq)]
pub struct Choice {
    pub label: AttrValue,
    /// The language of the label, where it is not the page's.
    pub lang: Option<&'static str>,
}

impl Choice {
    /// A choice in the page's language.
    pub fn new(label: impl Into<AttrValue>) -> Choice {
        Choice { label: label.into(), lang: None }
    }
}

/// A bar of exclusive choices. `name` is unique in the page, `label` says what is being chosen.
pub fn segmented(
    name: &'static str,
    label: &'static str,
    choices: &[Choice],
    chosen: usize,
    onchoose: &Callback<usize>,
) -> Html {
    let choice = |(index, choice): (usize, &Choice)| {
        let onchange = onchoose.reform(move |_: Event| index);
        html! {
            <label key={index} lang={choice.lang}>
                <input type="radio" {name} checked={index == chosen} {onchange} />
                <span>{ choice.label.clone() }</span>
            </label>
        }
    };
    html! {
        <div class="segmented" role="radiogroup" aria-label={label}>
            { for choices.iter().enumerate().map(choice) }
        </div>
    }
}
