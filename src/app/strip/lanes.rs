//! The lanes drawn: bars, ticks, outages, axis. Drawn once a window.

use checkpoint_lab::base::{CheckpointId, SimTime};
use checkpoint_lab::i18n::{Language, duration};
use checkpoint_lab::scene::StripPicture;
use checkpoint_lab::scene::strip_picture::{Bar, BarKind, LanePicture, OutageBar, Tick};
use yew::prelude::*;

use crate::app::dataflow::Same;

/// Where rows are: checkpoints, one a subtask, output.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Rows {
    height: f64,
    gap: f64,
    tasks: usize,
}

/// What the axis takes below.
const AXIS: f64 = 18.0;
/// What few rows share, and what a row needs.
const SHARED: f64 = 78.0;
const LEAST: f64 = 15.0;

impl Rows {
    /// Few rows are high, many are low.
    pub fn of(tasks: usize) -> Rows {
        let each = (SHARED / (tasks + 2) as f64).max(LEAST);
        Rows { height: each * 0.76, gap: each * 0.24, tasks }
    }

    /// A row's upper edge and height.
    pub fn row(&self, at: usize) -> (f64, f64) {
        ((self.height + self.gap) * at as f64 + self.gap / 2.0, self.height)
    }

    /// Where the last row ends.
    pub fn lanes_end(&self) -> f64 {
        self.total() - AXIS
    }

    /// The height of all.
    pub fn total(&self) -> f64 {
        (self.height + self.gap) * (self.tasks + 2) as f64 + AXIS
    }
}

/// What the lanes show.
#[derive(Properties, PartialEq)]
pub struct LanesProps {
    /// The strip, drawn into a width.
    pub picture: Same<StripPicture>,
    /// Where rows are.
    pub rows: Rows,
    /// The width.
    pub width: f64,
    /// In which words.
    pub language: Language,
}

/// The lanes.
#[component]
pub fn Lanes(props: &LanesProps) -> Html {
    let (picture, rows, t) = (&props.picture, props.rows, props.language);
    let tasks = picture.lanes.len();
    let bottom = rows.row(tasks + 1);
    let axis_y = bottom.0 + bottom.1 + rows.gap / 2.0;
    let axis = picture.axis.iter().map(|(x, at)| {
        html! {
            <g transform={format!("translate({x:.1} 0)")}>
                <path class="axis-line" d={format!("M0 0V{axis_y:.1}")} />
                <text class="axis-words" x="3" y={format!("{:.1}", axis_y + 13.0)}>{ axis_label(*at) }</text>
            </g>
        }
    });
    let lanes = picture.lanes.iter().enumerate().map(|(at, lane)| lane_marks(lane, rows.row(at + 1)));
    let span = (rows.row(1).0, rows.row(tasks).0 + rows.row(tasks).1);
    html! {
        <svg class="lanes" width={format!("{:.0}", props.width)} height={format!("{:.0}", rows.total())} aria-hidden="true">
            <defs>
                <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                    <rect width="2.500" height="6" class="hatch-line" />
                </pattern>
            </defs>
            { for axis }
            { checkpoint_marks(picture, rows.row(0)) }
            { for lanes }
            { for picture.outages.iter().map(|outage| outage_mark(t, outage, span)) }
            { for picture.outputs.iter().map(|tick| tick_mark(tick, bottom)) }
        </svg>
    }
}

fn axis_label(at: SimTime) -> String {
    let micros = at.micros();
    match micros {
        _ if !micros.is_multiple_of(1_000_000) => format!("{} s", micros as f64 / 1e6),
        ..120_000_000 => format!("{} s", micros / 1_000_000),
        _ => format!("{}:{:02}", micros / 60_000_000, micros / 1_000_000 % 60),
    }
}

fn cp(checkpoint: CheckpointId) -> String {
    format!("cp-{}", checkpoint.0 % 4)
}

fn rect(class: Classes, x: f64, y: f64, w: f64, h: f64, title: Option<String>) -> Html {
    html! {
        <rect {class} x={format!("{x:.1}")} y={format!("{y:.1}")} width={format!("{w:.1}")} height={format!("{h:.1}")} rx={if w > 6.0 { "3" } else { "1" }}>
            { for title.map(|title| html! { <title>{ title }</title> }) }
        </rect>
    }
}

fn checkpoint_marks(picture: &StripPicture, (y, h): (f64, f64)) -> Html {
    let bars = picture.checkpoints.iter().enumerate().map(|(at, bar)| {
        let (id, how) = match bar.kind {
            BarKind::Pending(id) => (id, "pending"),
            BarKind::Completed(id) => (id, "completed"),
            BarKind::Failed(id, _) => (id, "failed"),
            _ => return Html::default(),
        };
        let next = picture.checkpoints.get(at + 1).map_or(f64::MAX, |next| next.x);
        let words = format!("{id}");
        let inside = bar.w > 9.0 * words.len() as f64 + 6.0;
        let x = if inside { bar.x + bar.w / 2.0 } else { bar.x + bar.w + 3.0 };
        let fits = inside || next - x > 8.0 * words.len() as f64 + 2.0;
        let cross = (how == "failed").then(|| {
            let (cx, cy) = (bar.x + bar.w, y + h / 2.0);
            html! { <path class="cross" d={format!("M{:.1} {:.1}l6 6m0 -6l-6 6", cx - 3.0, cy - 3.0)} /> }
        });
        let words_x = if how == "failed" && !inside { x + 4.0 } else { x };
        html! {
            <g class={classes!("chk-bar", how, cp(id))}>
                { rect(classes!("body"), bar.x, y, bar.w, h, Some(format!("chk-{id}"))) }
                { for cross }
                if fits {
                    <text class={if inside { "inside" } else { "beside" }} x={format!("{words_x:.1}")} y={format!("{:.1}", y + h / 2.0 + 4.0)}>{ words }</text>
                }
            </g>
        }
    });
    let refusals = picture.refusals.iter().map(|x| {
        html! { <path class="refusal" d={format!("M{:.1} {:.1}l5 5m0 -5l-5 5", x - 2.5, y + h / 2.0 - 2.5)} /> }
    });
    html! { <g>{ for refusals }{ for bars }</g> }
}

fn lane_marks(lane: &LanePicture, (y, h): (f64, f64)) -> Html {
    let states = lane.states.iter().map(|bar| match bar.kind {
        BarKind::State(state) => {
            rect(classes!("lane-state", state.name().to_ascii_lowercase()), bar.x, y, bar.w, h, None)
        }
        _ => Html::default(),
    });
    let marks = lane.marks.iter().map(|bar| lane_mark(bar, y, h));
    let failures = lane.failures.iter().map(|x| {
        let r = (h / 2.0 - 1.0).min(5.0);
        html! {
            <g class="lane-failure" transform={format!("translate({x:.1} {:.1})", y + h / 2.0)}>
                <circle r={format!("{:.1}", r + 2.0)} /><path d={format!("M{0:.1} {0:.1}L{1:.1} {1:.1}M{1:.1} {0:.1}L{0:.1} {1:.1}", -r / 1.8, r / 1.8)} />
            </g>
        }
    });
    html! { <g>{ for states }{ backpressure(lane, y + h * 0.78, h * 0.22) }{ for marks }{ for failures }</g> }
}

/// Backpressure comes and goes many times a second: one shape for all of it.
fn backpressure(lane: &LanePicture, y: f64, h: f64) -> Html {
    let full = lane.marks.iter().filter(|bar| bar.kind == BarKind::Backpressure);
    let d: String =
        full.map(|bar| format!("M{:.1} {y:.1}h{w:.1}v{h:.1}h-{w:.1}z", bar.x, w = bar.w.max(0.6))).collect();
    match d.is_empty() {
        true => Html::default(),
        false => html! { <path class="lane-full" {d} /> },
    }
}

fn lane_mark(bar: &Bar, y: f64, h: f64) -> Html {
    let (class, top, height) = match bar.kind {
        BarKind::Call(_) => (classes!("lane-call"), 0.18, 0.5),
        BarKind::BundleWait => (classes!("lane-wait"), 0.8, 0.2),
        BarKind::Align(id) => (classes!("lane-align", cp(id)), 0.0, 0.24),
        BarKind::Sync(id) => (classes!("lane-sync", cp(id)), -0.1, 1.2),
        BarKind::Async(id) => (classes!("lane-async", cp(id)), 0.0, 0.3),
        _ => return Html::default(),
    };
    let x = if matches!(bar.kind, BarKind::Call(_)) && bar.w > 4.0 { bar.x + 0.6 } else { bar.x };
    rect(class, x, y + h * top, (bar.w - (x - bar.x) * 2.0).max(0.6), h * height, None)
}

fn outage_mark(t: Language, outage: &OutageBar, (top, bottom): (f64, f64)) -> Html {
    let words = match outage.delay {
        Some(delay) => t.strip_restart_after(&duration(t, delay)),
        None => t.strip_gave_up().to_owned(),
    };
    let width = |words: &str| words.chars().map(|c| if c.is_ascii() { 6.3 } else { 11.5 }).sum::<f64>() + 8.0;
    // In full where there is room, else the length alone.
    let brief = outage.delay.map(|delay| format!("↻ {}", duration(t, delay)));
    let shown =
        Some(words.clone()).filter(|words| outage.w > width(words)).or(brief.filter(|brief| outage.w > width(brief)));
    let class = if outage.delay.is_some() { "outage" } else { "outage final" };
    html! {
        <g {class}>
            { rect(classes!("body"), outage.x, top - 1.0, outage.w, bottom - top + 2.0, Some(words.clone())) }
            if outage.delay_w > 0.0 && outage.delay_w < outage.w - 1.0 {
                <path class="delay-end" d={format!("M{:.1} {:.1}V{:.1}", outage.x + outage.delay_w, top, bottom)} />
            }
            { for shown.map(|words| html! {
                <text x={format!("{:.1}", outage.x + outage.w / 2.0)} y={format!("{:.1}", (top + bottom) / 2.0 + 4.0)}>{ words }</text>
            }) }
        </g>
    }
}

/// A first row is an upright line, a duplicate a diamond below it.
fn tick_mark(tick: &Tick, (y, h): (f64, f64)) -> Html {
    let x = tick.x;
    html! {
        <>
            if tick.firsts > 0 { <rect class="tick-first" x={x.to_string()} y={format!("{y:.1}")} width="2" height={format!("{:.1}", h)} rx="1" /> }
            if tick.duplicates > 0 {
                <path class="tick-again" d={format!("M{} {:.1}l4.500 5-4.500 5-4.500-5z", x + 1, y + h / 2.0 - 5.0)} />
            }
        </>
    }
}
