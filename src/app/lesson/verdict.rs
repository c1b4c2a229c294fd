//! What a verdict on the task says.

use checkpoint_lab::i18n::Language;
use checkpoint_lab::lessons::{Change, Verdict};

/// The verdict as a sentence.
pub fn sentence(t: Language, verdict: &Verdict) -> String {
    match verdict {
        Verdict::Untouched => t.verdict_untouched().into(),
        Verdict::OtherData => t.verdict_other_data().into(),
        Verdict::Endless { restarts } => t.verdict_endless(*restarts),
        Verdict::Ended { status, restarts, rows } => t.verdict_ended(status, *restarts, *rows),
        Verdict::TooMany(changes) => {
            let names: Vec<&str> = changes.iter().map(|change| name(t, *change)).collect();
            t.verdict_too_many(changes.len(), &names.join(", "))
        }
        Verdict::Avoided(change) => t.verdict_avoided(name(t, *change)),
        Verdict::Recovered { change, restarts, duplicates } => {
            t.verdict_recovered(name(t, *change), *restarts, *duplicates)
        }
    }
}

const fn name(t: Language, change: Change) -> &'static str {
    match change {
        Change::Data => t.change_data(),
        Change::Flink => t.change_flink(),
        Change::Api => t.change_api(),
        Change::Python => t.change_python(),
        Change::Source => t.change_source(),
        Change::Function => t.change_function(),
        Change::Graph => t.change_graph(),
        Change::Parallelism => t.change_parallelism(),
        Change::Interval => t.change_interval(),
        Change::Checkpointing => t.change_checkpointing(),
        Change::Restart => t.change_restart(),
        Change::Cluster => t.change_cluster(),
        Change::Faults => t.change_faults(),
        Change::Commands => t.change_commands(),
    }
}
