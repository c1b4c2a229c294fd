//! The Flink rules behind something, each with its gist.

use checkpoint_lab::i18n::rule;
use yew::prelude::*;

use crate::app::context::use_language;

#[derive(Properties, PartialEq)]
pub struct RuleListProps {
    /// Ids, such as `CP-4`.
    pub ids: &'static [&'static str],
}

/// Rules as a list of id and gist; nothing when there are none.
#[component]
pub fn RuleList(props: &RuleListProps) -> Html {
    let t = use_language();
    let rules: Vec<_> = props.ids.iter().filter_map(|id| rule(id)).collect();
    if rules.is_empty() {
        return html! {};
    }
    html! {
        <ul class="rules" aria-label={t.rules()}>
            { for rules.iter().map(|rule| html! {
                <li key={rule.id}><b class="rule-id">{ rule.id }</b><span>{ rule.gist(t) }</span></li>
            }) }
        </ul>
    }
}
