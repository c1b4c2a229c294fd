//! The world outside the job: what sources read, and the rows that became visible.

use checkpoint_lab::i18n::{Language, count};
use checkpoint_lab::scenario::SourceKind;
use checkpoint_lab::scene::Layout;
use checkpoint_lab::scene::outside::{CellView, InputView, LineView, OutputView, is_crowded};
use yew::prelude::*;

use super::icons::{Shape, shape};
use super::{Same, stores, text};

/// What the input shows.
#[derive(Properties, PartialEq)]
pub struct InputProps {
    /// Where it stands.
    pub layout: Same<Layout>,
    /// Its partitions.
    pub views: Vec<InputView>,
    /// In which words.
    pub language: Language,
}

/// The input.
#[component]
pub fn Input(props: &InputProps) -> Html {
    let t = props.language;
    let kind = match props.views.first().map(|view| view.kind) {
        Some(SourceKind::Log) => t.stage_input_log(),
        _ => t.stage_input_collection(),
    };
    let mut names: Vec<&str> = props.views.iter().map(|view| view.dataset.as_str()).collect();
    names.dedup();
    let name = names.join(" · ");
    let several = names.len() > 1;
    html! {
        <section class="card world" data-several={(props.views.len() > 1).to_string()}
            data-crowded={is_crowded(props.layout.input.h, props.views.len()).to_string()} style={text::at(props.layout.input)}
            aria-label={t.stage_input_world()}>
            <header><h3>{ t.stage_input_world() }</h3></header>
            <p class="faint cut dataset">{ format!("{name} · {kind}") }</p>
            { for props.views.iter().map(|view| html! { <Partition view={view.clone()} {several} language={t} /> }) }
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct PartitionProps {
    view: InputView,
    /// There are other sources beside its own.
    several: bool,
    language: Language,
}

/// A partition: in most frames nothing happens in most of them.
#[component]
fn Partition(props: &PartitionProps) -> Html {
    let (view, several, t) = (&props.view, props.several, props.language);
    let next = view.position.unwrap_or(view.restart_at);
    let running = view.position.is_some();
    let cells = view.cells.iter().map(|cell| cell_of(cell, next, running, view.restart_at));
    let again = match (view.kind.keeps_position(), view.restart_at) {
        _ if several || view.partitions > 1 => t.stage_restart_brief(view.restart_at),
        (false, _) | (true, 0) => t.stage_restart_reads_from_start().to_owned(),
        (true, offset) => t.stage_restart_reads_from(offset),
    };
    let name = match (view.partitions > 1, several) {
        (true, _) => Some(t.stage_partition_number(view.partition)),
        (false, true) => Some(view.dataset.clone()),
        (false, false) => None,
    };
    html! {
        <div class="partition">
            <div class="cells" aria-hidden="true">{ cells.collect::<Html>() }</div>
            <p class="again">
                { for name.map(|name| html! { <b>{ name }</b> }) }
                { shape(Shape::Again) }<span>{ again }</span>
            </p>
        </div>
    }
}

fn cell_of(cell: &CellView, next: u64, running: bool, restart_at: u64) -> Html {
    let place = match cell.offset {
        offset if offset < next => "read",
        offset if offset == next && running => "next",
        _ => "unread",
    };
    let key = format!("key-{}", cell.hue);
    let back = (cell.offset == restart_at).to_string();
    html! {
        <i key={cell.offset} class={classes!("cell", key)} data-place={place} data-back={back} data-seen={(cell.times > 0).to_string()}
            title={format!("{} · {}", cell.offset, cell.label)} />
    }
}

/// What the output shows.
#[derive(Properties, PartialEq)]
pub struct OutputProps {
    /// Where it stands.
    pub layout: Same<Layout>,
    /// Its rows.
    pub view: OutputView,
    /// In which words.
    pub language: Language,
}

/// The output.
#[component]
pub fn Output(props: &OutputProps) -> Html {
    let (t, view) = (props.language, &props.view);
    const HEAD: f64 = 54.0;
    const LINE: f64 = 18.0;
    let room = (((props.layout.output.h - HEAD - 6.0) / LINE).floor() as usize).max(1);
    let shown = if room > 5 * view.stores.len().max(1) { 2 } else { 0 };
    let fits = room.saturating_sub(stores::lines(&view.stores, shown)).max(1);
    let hidden =
        view.lines.len().saturating_sub(if view.earlier > 0 || view.lines.len() > fits { fits - 1 } else { fits });
    let earlier = view.earlier + hidden;
    let sum = match view.duplicates {
        0 => t.stage_rows_only(view.rows),
        duplicates => t.stage_rows_and_duplicates(view.rows, duplicates),
    };
    html! {
        <section class="card world" style={text::at(props.layout.output)} aria-label={t.stage_output_world()}>
            <header>
                <h3>{ t.stage_output_world() }</h3>
            </header>
            <p class="dataset sum cut" data-duplicates={(view.duplicates > 0).to_string()}>{ sum }</p>
            { stores::stores(t, &view.stores, shown) }
            <ol class="rows mono">
                if view.rows == 0 && view.stores.is_empty() { <li class="faint plain">{ t.stage_nothing_printed() }</li> }
                if earlier > 0 { <li class="faint plain">{ t.stage_earlier_rows(earlier) }</li> }
                { view.lines.iter().skip(hidden).map(row).collect::<Html>() }
            </ol>
        </section>
    }
}

fn row(line: &LineView) -> Html {
    let again =
        (line.times > 1).then(|| html! { <b class="times">{ format!("×{}", count(u64::from(line.times))) }</b> });
    html! {
        <li key={line.first} class={format!("key-{}", line.hue)} style={text::part("fresh", line.fresh)} data-again={(line.times > 1).to_string()}>
            <i class="dot" /><span class="cut">{ line.text.to_string() }</span>{ for again }
        </li>
    }
}
