//! The checkpoints tab: Flink's own checkpoints page, in Flink's own words (UI-1 to UI-5), which stay English.

use std::rc::Rc;
use std::sync::Arc;

use checkpoint_lab::base::{CheckpointId, SimDuration, SimTime};
use checkpoint_lab::engine::{CheckpointStats, CheckpointStatus, Engine};
use checkpoint_lab::i18n::{Language, Names, bytes, duration, duration_us};
use checkpoint_lab::metrics::{documents, prometheus_text};
use checkpoint_lab::scenario::{CheckpointStorage, CheckpointingMode, Retention, RunInput};
use checkpoint_lab::scene::checkpoints::{CheckpointsView, Spread};
use yew::prelude::*;

use super::console::jump;
use crate::app::context::{Save, Send, use_language, use_send};
use crate::app::controls::{Choice, segmented};

#[derive(Properties)]
pub struct CheckpointsProps {
    pub view: CheckpointsView,
    pub input: Arc<RunInput>,
    pub names: Rc<Names>,
    /// What is really in the browser's database.
    pub stored: Html,
    /// A file of this name is asked for.
    pub onsave: Save,
}

impl PartialEq for CheckpointsProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.names, &other.names) && self.view == other.view && self.stored == other.stored
    }
}

/// The checkpoints tab.
#[component]
pub fn CheckpointsPanel(props: &CheckpointsProps) -> Html {
    let t = use_language();
    let send = use_send();
    let page = use_state(|| 0_usize);
    let choices = [t.overview(), t.history(), t.summary(), t.configuration()].map(Choice::new).to_vec();
    let onchoose = {
        let page = page.clone();
        Callback::from(move |index: usize| page.set(index))
    };
    let off = props.input.scenario.checkpointing.interval_ms.is_none() && props.view.history.is_empty();
    let shown = match *page {
        0 => overview(t, &send, props),
        1 => history(t, &send, props),
        2 => summary(t, props),
        _ => configuration(t, props),
    };
    html! {
        <div class="checkpoints-panel">
            { segmented("checkpoints-page", t.tab_checkpoints(), &choices, *page, &onchoose) }
            if off { <p class="help">{ t.checkpoints_off() }</p> }
            { shown }
            if !props.view.files.is_empty() {
                <section>
                    <h3>{ t.checkpoint_files() }</h3>
                    <ul class="mono">
                        { for props.view.files.iter().map(|file| html! {
                            <li>
                                <span class="path">{ file.path.clone() }</span>{ " · " }{ bytes(file.bytes) }
                                if file.spoiled { <b>{ " · " }{ t.card_damaged() }</b> }
                            </li>
                        }) }
                    </ul>
                    <p class="help">{ t.checkpoint_files_note() }</p>
                </section>
            }
            <section class="downloads">
                <h3>{ t.downloads() }</h3>
                <div class="buttons">
                    { download(props, "checkpoints.json", rest_documents, t.download_rest()) }
                    { download(props, "metrics.prom", prometheus_text, t.download_metrics()) }
                </div>
                <p class="help">{ t.downloads_help() }</p>
            </section>
            <section class="stored">
                <h3>{ t.really_stored() }</h3>
                { props.stored.clone() }
            </section>
            <p class="help">{ t.checkpoints_note() }</p>
        </div>
    }
}

/// Every REST document, by its path.
fn rest_documents(engine: &Engine) -> String {
    serde_json::to_string_pretty(&documents(engine)).unwrap_or_default()
}

fn download(props: &CheckpointsProps, name: &'static str, text: fn(&Engine) -> String, label: &'static str) -> Html {
    let onclick = props.onsave.reform(move |_: MouseEvent| (name, text));
    html! { <button type="button" class="button" {onclick}>{ label }</button> }
}

fn list(rows: Vec<(&'static str, Html)>) -> Html {
    html! {
        <dl class="fact-list">
            { for rows.into_iter().map(|(label, value)| html! { <div><dt>{ label }</dt><dd>{ value }</dd></div> }) }
        </dl>
    }
}

fn text(text: impl Into<AttrValue>) -> Html {
    let text: AttrValue = text.into();
    html! { { text } }
}

fn path(props: &CheckpointsProps, id: CheckpointId) -> String {
    match props.names.directory.trim_end_matches('/') {
        "" => "<checkpoint-not-externally-addressable>".into(),
        directory => format!("{directory}/{}/chk-{id}", props.names.job_id),
    }
}

fn overview(t: Language, send: &Send, props: &CheckpointsProps) -> Html {
    let view = &props.view;
    let counts = [
        ("Triggered", view.counts.total as usize),
        ("In Progress", view.in_progress),
        ("Completed", view.counts.completed as usize),
        ("Failed", view.counts.failed as usize),
        ("Restored", view.counts.restored as usize),
    ];
    html! {
        <>
            <section lang="en">
                <h3>{ "Checkpoint Counts" }</h3>
                <dl class="count-list">
                    { for counts.into_iter().map(|(label, count)| html! { <div><dt>{ label }</dt><dd>{ count }</dd></div> }) }
                </dl>
            </section>
            { latest("Latest Completed Checkpoint", view.latest_completed.as_ref().map(|stats| vec![
                ("ID", text(stats.id.to_string())),
                ("Completion Time", moment(t, send, stats.latest_ack)),
                ("End to End Duration", text(span(t, stats.duration))),
                ("Checkpointed Data Size", text(bytes(stats.bytes))),
                ("Full Checkpoint Data Size", text(bytes(stats.bytes))),
                ("Path", html! { <code class="path">{ path(props, stats.id) }</code> }),
                ("Discarded", text(stats.discarded.to_string())),
                ("Checkpoint Type", text(kind(props, stats))),
            ])) }
            { latest("Latest Failed Checkpoint", view.latest_failed.as_ref().map(|stats| vec![
                ("ID", text(stats.id.to_string())),
                ("Failure Time", moment(t, send, stats.failed_at)),
                ("Cause", text(cause(stats))),
            ])) }
            { latest("Latest Restore", view.latest_restore.map(|(id, at)| vec![
                ("ID", text(id.to_string())),
                ("Restore Time", jump(t, send, at)),
                ("Type", text("Checkpoint")),
                ("Path", html! { <code class="path">{ path(props, id) }</code> }),
            ])) }
        </>
    }
}

fn latest(title: &'static str, rows: Option<Vec<(&'static str, Html)>>) -> Html {
    html! {
        <section lang="en">
            <h3>{ title }</h3>
            { match rows {
                Some(rows) => list(rows),
                None => html! { <p class="none">{ "None" }</p> },
            } }
        </section>
    }
}

fn moment(t: Language, send: &Send, at: Option<SimTime>) -> Html {
    at.map_or_else(|| text("n/a"), |at| jump(t, send, at))
}

fn span(t: Language, length: Option<SimDuration>) -> String {
    length.map_or_else(|| "n/a".into(), |length| duration(t, length))
}

fn cause(stats: &CheckpointStats) -> &'static str {
    match stats.status {
        CheckpointStatus::Failed(reason) => reason.message(),
        _ => "",
    }
}

fn history(t: Language, send: &Send, props: &CheckpointsProps) -> Html {
    if props.view.history.is_empty() {
        return html! { <p class="none" lang="en">{ "None" }</p> };
    }
    html! { <ul class="history-list">{ for props.view.history.iter().map(|stats| entry(t, send, props, stats)) }</ul> }
}

fn entry(t: Language, send: &Send, props: &CheckpointsProps, stats: &CheckpointStats) -> Html {
    let (status, class) = match stats.status {
        CheckpointStatus::InProgress => ("IN_PROGRESS", "is-progress"),
        CheckpointStatus::Completed => ("COMPLETED", "is-ok"),
        CheckpointStatus::Failed(_) => ("FAILED", "is-fail"),
    };
    let acknowledged = format!("{}/{}", stats.acknowledged, stats.subtasks);
    html! {
        <li key={stats.id.0} data-cp={(stats.id.0 % 4).to_string()}>
            <details>
                <summary>
                    <b>{ format!("chk-{}", stats.id) }</b>
                    <span class={classes!("state-word", class)}>{ status }</span>
                    <span class="history-figures">{ format!("{acknowledged} · {} · {}", span(t, stats.duration), bytes(stats.bytes)) }</span>
                </summary>
                <div lang="en">
                    { list(vec![
                        ("Acknowledged", text(acknowledged)),
                        ("Trigger Time", jump(t, send, stats.triggered_at)),
                        ("Latest Acknowledgement", moment(t, send, stats.latest_ack)),
                        ("End to End Duration", text(span(t, stats.duration))),
                        ("Checkpointed Data Size", text(bytes(stats.bytes))),
                        ("Full Checkpoint Data Size", text(bytes(stats.bytes))),
                        ("Processed (persisted) in-flight data", text(in_flight(stats.processed, stats.persisted))),
                    ]) }
                    if let CheckpointStatus::Failed(reason) = stats.status { <p class="cause">{ reason.message() }</p> }
                </div>
                { subtasks(t, props, stats) }
            </details>
        </li>
    }
}

/// Processed data, and in brackets what was persisted of it, as Flink's page writes it.
fn in_flight(processed: u64, persisted: u64) -> String {
    format!("{} ({})", bytes(processed), bytes(persisted))
}

/// As Flink's page names the kind of a checkpoint.
fn kind(props: &CheckpointsProps, stats: &CheckpointStats) -> &'static str {
    match props.input.scenario.checkpointing.mode {
        _ if stats.unaligned => "unaligned checkpoint",
        CheckpointingMode::ExactlyOnce => "aligned checkpoint",
        CheckpointingMode::AtLeastOnce => "at-least-once checkpoint",
    }
}

/// The figures of each subtask (BR-14).
fn subtasks(t: Language, props: &CheckpointsProps, stats: &CheckpointStats) -> Html {
    if stats.parts.is_empty() {
        return html! {};
    }
    let row = |(subtask, part): (&checkpoint_lab::base::SubtaskId, &Arc<checkpoint_lab::engine::SubtaskSnapshot>)| {
        let timing = &part.timing;
        html! {
            <tbody key={subtask.0}>
                <tr><th scope="rowgroup" colspan="7">{ props.names.subtask(*subtask).to_owned() }</th></tr>
                <tr>
                    <td>{ bytes(part.bytes) }</td>
                    <td>{ duration(t, timing.sync) }</td>
                    <td>{ duration(t, timing.async_part) }</td>
                    <td>{ duration(t, timing.alignment) }</td>
                    <td>{ duration(t, timing.start_delay) }</td>
                    <td>{ in_flight(part.processed, part.persisted) }</td>
                    <td>{ part.unaligned.to_string() }</td>
                </tr>
            </tbody>
        }
    };
    html! {
        <table class="figure-table" lang="en">
            <caption class="sr-only" lang={t.code()}>{ t.subtask_details(stats.id.0) }</caption>
            <thead>
                <tr>
                    <th scope="col">{ "Size" }</th>
                    <th scope="col">{ "Sync" }</th>
                    <th scope="col">{ "Async" }</th>
                    <th scope="col">{ "Alignment" }</th>
                    <th scope="col">{ "Start Delay" }</th>
                    <th scope="col">{ "Processed (Persisted)" }</th>
                    <th scope="col">{ "Unaligned" }</th>
                </tr>
            </thead>
            { for stats.parts.iter().map(row) }
        </table>
    }
}

fn summary(t: Language, props: &CheckpointsProps) -> Html {
    let Some(summary) = &props.view.summary else {
        return html! { <p class="none" lang="en">{ "None" }</p> };
    };
    let figures = |spread: &Spread| {
        let mut all = vec![spread.min, spread.average, spread.max];
        all.extend(spread.percentiles);
        all
    };
    let labels = [
        "Minimum",
        "Average",
        "Maximum",
        "50% percentile",
        "90% percentile",
        "95% percentile",
        "99% percentile",
        "99.9% percentile",
    ];
    let data = figures(&summary.processed).into_iter().zip(figures(&summary.persisted));
    let rows = labels.into_iter().zip(figures(&summary.duration)).zip(figures(&summary.bytes)).zip(data);
    html! {
        <table class="figure-table" lang="en">
            <thead>
                <tr><td></td><th scope="col">{ "End to End Duration" }</th><th scope="col">{ "Checkpointed Data Size" }</th><th scope="col">{ "Processed (persisted) in-flight data" }</th></tr>
            </thead>
            <tbody>
                { for rows.map(|(((label, took), size), (processed, persisted))| html! {
                    <tr>
                        <th scope="row">{ label }</th>
                        <td>{ duration_us(t, took) }</td>
                        <td>{ bytes(size) }</td>
                        <td>{ in_flight(processed, persisted) }</td>
                    </tr>
                }) }
            </tbody>
        </table>
    }
}

fn configuration(t: Language, props: &CheckpointsProps) -> Html {
    let cp = &props.input.scenario.checkpointing;
    let millis = |ms: u64| text(duration_us(t, ms.saturating_mul(1_000)));
    let externally = match cp.retention {
        Retention::NoExternalizedCheckpoints => "Disabled",
        Retention::DeleteOnCancellation => "Enabled (delete on cancellation)",
        Retention::RetainOnCancellation => "Enabled (retain on cancellation)",
    };
    html! {
        <div lang="en">
            { list(vec![
                ("Checkpointing Mode", text(if cp.mode == CheckpointingMode::ExactlyOnce { "Exactly Once" } else { "At Least Once" })),
                ("Checkpoint Storage", text(match cp.storage {
                    CheckpointStorage::JobManager => "JobManagerCheckpointStorage",
                    CheckpointStorage::FileSystem { .. } => "FileSystemCheckpointStorage",
                })),
                ("State Backend", text("HashMapStateBackend")),
                ("Interval", cp.interval_ms.map_or_else(|| text("Periodic checkpoints disabled"), millis)),
                ("Timeout", millis(cp.timeout_ms)),
                ("Minimum Pause Between Checkpoints", millis(cp.min_pause_ms)),
                ("Maximum Concurrent Checkpoints", text(cp.max_concurrent.to_string())),
                ("Unaligned Checkpoints", text(if cp.unaligned_in_force().is_some() { "Enabled" } else { "Disabled" })),
                ("Aligned checkpoint timeout", cp.unaligned_in_force().map_or_else(|| text("Disabled"), |set| millis(set.aligned_timeout_ms))),
                ("Persist Checkpoints Externally", text(externally)),
                ("Tolerable Failed Checkpoints", text(cp.tolerable_failed.to_string())),
                ("Checkpoints With Finished Tasks", text(if cp.after_tasks_finish { "Enabled" } else { "Disabled" })),
                ("State Changelog", text("Disabled")),
            ]) }
        </div>
    }
}
