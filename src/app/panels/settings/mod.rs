//! The settings: all of the scenario, in groups. Every change runs the job anew at once; what changed in its result is at
//! the top.

mod checkpointing;
mod cluster;
mod data;
mod faults;
mod form;
mod incidents;
mod pipeline;
mod restart;
mod result;
mod sinks;

use std::rc::Rc;
use std::sync::Arc;

use checkpoint_lab::base::SimTime;
use checkpoint_lab::scenario::{Issue, RunInput, Scenario, Severity};
use checkpoint_lab::session::Summary;
use yew::prelude::*;

use crate::app::context::{use_language, use_send};
use form::Form;
use result::RunResult;

#[derive(Properties)]
pub struct SettingsProps {
    pub input: Arc<RunInput>,
    pub issues: Rc<Vec<Issue>>,
    pub summary: Summary,
    pub before: Option<Summary>,
    /// The moment in view: actions are taken at it.
    pub at: SimTime,
}

impl PartialEq for SettingsProps {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.input, &other.input)
            && self.issues == other.issues
            && self.summary == other.summary
            && self.before == other.before
            && (self.input.commands.at.is_empty() || self.at == other.at)
    }
}

/// The settings tab.
#[component]
pub fn SettingsPanel(props: &SettingsProps) -> Html {
    let t = use_language();
    let send = use_send();
    let scenario: Arc<Scenario> = use_memo_scenario(&props.input);
    let form = Form { t, input: &props.input, scenario: &scenario, issues: &props.issues, send: &send };
    html! {
        <div class="settings">
            <RunResult summary={props.summary} before={props.before} />
            { issues(&form) }
            { group(t.group_data(), true, data::fields(&form)) }
            { group(t.group_pipeline(), true, pipeline::fields(&form)) }
            { group(t.group_function(), true, pipeline::functions(&form)) }
            { group(t.group_checkpointing(), true, checkpointing::fields(&form)) }
            { group(t.group_storage(), false, checkpointing::storage(&form)) }
            { group(t.group_restart(), true, restart::fields(&form)) }
            { group(t.group_faults(), !scenario.faults.is_empty(), faults::fields(&form)) }
            { group(t.incidents_title(), !scenario.cluster.incidents.is_empty(), incidents::fields(&form)) }
            { group(t.group_cluster(), false, cluster::fields(&form, props.input.seed)) }
            { group(t.group_actions(), false, cluster::actions(&form, &props.input.commands)) }
        </div>
    }
}

/// The scenario of the input behind a pointer of its own, which the fields share.
#[hook]
fn use_memo_scenario(input: &Arc<RunInput>) -> Arc<Scenario> {
    let key = Arc::as_ptr(input) as usize;
    let input = input.clone();
    let memo = use_memo(key, move |_| Arc::new(input.scenario.clone()));
    Arc::clone(&memo)
}

/// A group that can be folded.
fn group(title: &'static str, open: bool, fields: Html) -> Html {
    html! {
        <details class="setting-group" {open}>
            <summary><h3>{ title }</h3></summary>
            <div class="setting-group-body">{ fields }</div>
        </details>
    }
}

/// What is wrong anywhere, so that nothing hides in a folded group.
fn issues(form: &Form) -> Html {
    let errors: Vec<&Issue> = form.issues.iter().filter(|issue| issue.severity() == Severity::Error).collect();
    if errors.is_empty() {
        return html! {};
    }
    html! {
        <section class="issues" aria-label={form.t.issues_title()}>
            { for errors.into_iter().map(|issue| html! {
                <div class="issue-place"><code>{ issue.field.clone() }</code>{ form.issue(issue) }</div>
            }) }
        </section>
    }
}
