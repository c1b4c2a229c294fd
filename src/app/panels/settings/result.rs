//! The result of the run, and what the last change changed about it.

use checkpoint_lab::i18n::{clock, count};
use checkpoint_lab::session::Summary;
use checkpoint_lab::trace::JobStatus;
use yew::prelude::*;

use crate::app::context::use_language;

#[derive(Properties, PartialEq)]
pub struct RunResultProps {
    pub summary: Summary,
    pub before: Option<Summary>,
}

/// Six figures; those that the last change changed show what they were.
#[component]
pub fn RunResult(props: &RunResultProps) -> Html {
    let t = use_language();
    let (now, before) = (&props.summary, props.before.as_ref());
    let figure = |label: &'static str, of: &dyn Fn(&Summary) -> String, class: &'static str| {
        let (value, was) = (of(now), before.map(of));
        let changed = was.filter(|was| *was != value);
        html! {
            <div class={classes!("figure", changed.is_some().then_some("changed"))}>
                <dt>{ label }</dt>
                <dd {class}>{ value }</dd>
                if let Some(was) = changed { <dd class="was">{ t.was(&was) }</dd> }
            </div>
        }
    };
    let number = |of: fn(&Summary) -> u32| move |summary: &Summary| count(u64::from(of(summary)));
    let length = |summary: &Summary| summary.length.map_or_else(|| t.never_ends().into(), clock);
    html! {
        <dl class="result" aria-label={t.run_summary()}>
            { figure(t.sum_status(), &|summary| summary.status.name().into(), status_class(now.status)) }
            { figure(t.sum_length(), &length, "") }
            { figure(t.sum_restarts(), &number(|summary| summary.restarts), "") }
            { figure(t.sum_completed(), &number(|summary| summary.completed), "") }
            { figure(t.sum_printed(), &number(|summary| summary.printed), "") }
            { figure(t.sum_duplicates(), &number(|summary| summary.duplicates), if now.duplicates > 0 { "is-warn" } else { "" }) }
        </dl>
    }
}

/// The colour of a job state.
pub fn status_class(status: JobStatus) -> &'static str {
    match status {
        JobStatus::Failed | JobStatus::Failing => "is-fail",
        JobStatus::Finished | JobStatus::Running => "is-ok",
        JobStatus::Restarting => "is-warn",
        _ => "",
    }
}
