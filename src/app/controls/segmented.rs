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

#[derive(Properties, PartialEq)]
pub struct SegmentedProps {
    /// Name of the group, unique in the page.
    pub name: AttrValue,
    /// What is being chosen.
    pub label: AttrValue,
    pub choices: Vec<Choice>,
    pub chosen: usize,
    pub onchoose: Callback<usize>,
}

/// A bar of exclusive choices.
#[component]
pub fn Segmented(props: &SegmentedProps) -> Html {
    let choice = |(index, choice): (usize, &Choice)| {
        let onchange = props.onchoose.reform(move |_: Event| index);
        html! {
            <label key={index} lang={choice.lang}>
                <input type="radio" name={props.name.clone()} checked={index == props.chosen} {onchange} />
                <span>{ choice.label.clone() }</span>
            </label>
        }
    };
    html! {
        <div class="segmented" role="radiogroup" aria-label={props.label.clone()}>
            { for props.choices.iter().enumerate().map(choice) }
        </div>
    }
}
