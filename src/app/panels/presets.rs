//! Ready scenarios: the chooser in the header, and what the chosen one is for.

use std::rc::Rc;
use std::sync::Arc;

use checkpoint_lab::scenario::{RunInput, presets};
use checkpoint_lab::session::Msg;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::app::context::{use_language, use_send};
use crate::app::parts::{Picture, icon};

#[derive(Properties)]
pub struct PresetProps {
    pub input: Arc<RunInput>,
}

impl PartialEq for PresetProps {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.input, &other.input)
    }
}

/// Which preset an input is, its seed and commands aside.
#[hook]
fn use_preset(input: &Arc<RunInput>) -> Rc<Option<&'static str>> {
    let input = input.clone();
    use_memo(Arc::as_ptr(&input) as usize, move |_| {
        presets::ALL.iter().find(|(_, preset)| preset() == input.scenario).map(|(id, _)| *id)
    })
}

/// The chooser.
#[component]
pub fn PresetPicker(props: &PresetProps) -> Html {
    let t = use_language();
    let send = use_send();
    let chosen = use_preset(&props.input);
    let onchange = Callback::from(move |event: Event| {
        let id = event.target_unchecked_into::<HtmlSelectElement>().value();
        if let Some(input) = presets::run(&id) {
            send.emit(Msg::Open(Arc::new(input)));
        }
    });
    html! {
        <label class="preset">
            <span class="sr-only">{ t.scenario() }</span>
            <span class="select">
                <select {onchange}>
                    if chosen.is_none() { <option value="" selected=true>{ t.scenario_edited() }</option> }
                    { for presets::ALL.iter().map(|(id, _)| html! {
                        <option key={*id} value={*id} selected={*chosen == Some(*id)}>{ t.preset(id).0 }</option>
                    }) }
                </select>
                { icon(Picture::Chevron) }
            </span>
        </label>
    }
}

/// What the scenario is for.
#[component]
pub fn PresetNote(props: &PresetProps) -> Html {
    let t = use_language();
    let chosen = use_preset(&props.input);
    let (title, note) = chosen.map_or((t.scenario_edited(), t.scenario_edited_note()), |id| t.preset(id));
    html! {
        <div class="preset-note">
            <h2>{ title }</h2>
            <p>{ note }</p>
        </div>
    }
}
