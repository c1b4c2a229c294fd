//! The Flink rules behind something, each with its gist.

use checkpoint_lab::i18n::{Language, rule};
use yew::prelude::*;

/// Rules as a list of id and gist; nothing when there are none.
pub fn rule_list(t: Language, ids: &[&str]) -> Html {
    let rules: Vec<_> = ids.iter().filter_map(|id| rule(id)).collect();
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
