//! How the model changes.

use std::sync::Arc;

use super::model::{runnable, seen};
use super::{CsvDraft, Dialog, Direction, Effect, Model, Msg, Notice, Summary, playback};
use crate::base::{SimDuration, SimTime};
use crate::lessons::{Act, Wish};
use crate::scenario::{Commands, CsvData, DatasetRows, RunInput, TimedAction};
use crate::timeline::{Landmark, Timeline};

/// Changes the model by one message and says what the edge has to do.
pub fn update(model: &mut Model, msg: Msg) -> Vec<Effect> {
    let mut effects = change(model, msg);
    if model.notebook.observe(seen(&model.timeline, model.at)) && !effects.contains(&Effect::Persist) {
        effects.push(Effect::Persist);
    }
    effects
}

fn change(model: &mut Model, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::TogglePlay => toggle(model),
        Msg::Pause => pause(model),
        Msg::Frame(elapsed_us) => frame(model, elapsed_us),
        Msg::Seek(at) => jump(model, at),
        Msg::Step(kind, direction) => step(model, kind, direction),
        Msg::ToStart => jump(model, SimTime::ZERO),
        Msg::ToEnd => jump(model, SimTime::MAX),
        Msg::SetSpeed(speed) => {
            model.speed = speed;
            vec![Effect::PersistPreferences]
        }
        Msg::Edit(field, scenario) => {
            let input = RunInput { scenario: Arc::unwrap_or_clone(scenario), ..(*model.input).clone() };
            edited(model, field, input)
        }
        Msg::SetSeed(seed) => edited(model, "seed", RunInput { seed, ..(*model.input).clone() }),
        Msg::Mended(input) => {
            model.history.close();
            edited(model, "mend", Arc::unwrap_or_clone(input))
        }
        Msg::Open(input) => {
            // Another scenario is another subject, unless it is an answer to the lesson's task.
            if model.notebook.current().is_some_and(|(lesson, _, step)| !step.task && lesson.input() != *input) {
                model.notebook.act(Act::Close, seen(&model.timeline, model.at));
            }
            open(model, input, None)
        }
        Msg::OpenAt(input, at) => open(model, input, Some(at)),
        Msg::Act(action) => {
            let mut input = (*model.input).clone();
            input.commands.at.retain(|done| done.at <= model.at);
            input.commands.at.push(TimedAction { at: model.at, action });
            model.history.close();
            edited(model, "commands", input)
        }
        Msg::ClearActions => {
            model.history.close();
            edited(model, "commands", RunInput { commands: Commands::default(), ..(*model.input).clone() })
        }
        Msg::Lesson(act) => {
            let wishes = model.notebook.act(act, seen(&model.timeline, model.at));
            for wish in wishes {
                match wish {
                    Wish::Run(input) => open(model, Arc::new(*input), None),
                    Wish::Seek(at) => jump(model, at),
                };
            }
            vec![Effect::Persist]
        }
        Msg::Undo => {
            let before = model.history.undo(&model.input);
            travel(model, before)
        }
        Msg::Redo => {
            let after = model.history.redo(&model.input);
            travel(model, after)
        }
        Msg::FieldLeft => {
            model.history.close();
            Vec::new()
        }
        Msg::SetTab(tab) => {
            model.tab = tab;
            vec![Effect::Persist]
        }
        Msg::SetLanguage(language) => {
            model.language = language;
            vec![Effect::PersistPreferences]
        }
        Msg::SetTheme(theme) => {
            model.theme = theme;
            vec![Effect::PersistPreferences]
        }
        Msg::SetDialog(dialog) => {
            if dialog.is_some() {
                model.playing = false;
            }
            model.dialog = dialog;
            Vec::new()
        }
        Msg::CsvArrived { file, text } => {
            model.playing = false;
            model.dialog = Some(Dialog::Csv(CsvDraft { file, text: text.into(), columns: None }));
            Vec::new()
        }
        Msg::CsvColumns(id, amount) => {
            if let Some(Dialog::Csv(draft)) = &mut model.dialog {
                draft.columns = Some((id, amount));
            }
            Vec::new()
        }
        Msg::CsvAccepted(data) => accept_csv(model, data),
        Msg::Copy(text) => vec![Effect::Copy(text)],
        Msg::Copied => say(model, Some(Notice::Copied)),
        Msg::StoreRefused => say(model, Some(Notice::NotKept)),
        Msg::NoticeRead => say(model, None),
    }
}

fn say(model: &mut Model, notice: Option<Notice>) -> Vec<Effect> {
    model.notice = notice;
    Vec::new()
}

/// Play starts again from the beginning when the run is at its end.
fn toggle(model: &mut Model) -> Vec<Effect> {
    if model.playing {
        return pause(model);
    }
    if model.timeline.is_complete() && model.at >= model.timeline.end() {
        go(model, SimTime::ZERO);
    }
    model.playing = true;
    Vec::new()
}

fn pause(model: &mut Model) -> Vec<Effect> {
    if !model.playing {
        return Vec::new();
    }
    model.playing = false;
    vec![Effect::Persist]
}

fn frame(model: &mut Model, elapsed_us: u64) -> Vec<Effect> {
    if !model.playing {
        return Vec::new();
    }
    let to = model.at + model.speed.advance(elapsed_us);
    let stop = model.notebook.stop_between(model.at, to, seen(&model.timeline, model.at));
    go(model, stop.unwrap_or(to));
    if stop.is_some() || model.at < to { pause(model) } else { Vec::new() }
}

fn step(model: &mut Model, kind: Landmark, direction: Direction) -> Vec<Effect> {
    let fact = match direction {
        Direction::Next => model.timeline.next(kind, model.at),
        Direction::Previous => model.timeline.previous(kind, model.at),
    };
    let at = match (fact, direction) {
        (Some(fact), _) => model.timeline.trace()[fact].at,
        (None, Direction::Next) => model.at,
        (None, Direction::Previous) if kind == Landmark::Event => SimTime::ZERO,
        (None, Direction::Previous) => model.at,
    };
    jump(model, at)
}

/// Goes to a moment because the learner asked for it: time stops there.
fn jump(model: &mut Model, at: SimTime) -> Vec<Effect> {
    model.playing = false;
    go(model, at);
    vec![Effect::Persist]
}

/// Goes to a moment, or to the end of the run when it does not last that long. A run that never ends is simulated on, but
/// not to the end of time.
fn go(model: &mut Model, at: SimTime) {
    let end = model.timeline.end();
    let at = if at == SimTime::MAX { end } else { at };
    model.timeline.ensure(at.min(end + LOOK_AHEAD));
    model.at = at.min(model.timeline.end());
    model.timeline.seek(model.at);
}

/// How far beyond what is simulated one move can go.
const LOOK_AHEAD: SimDuration = SimDuration::from_millis(600_000);

/// Another input by an edit: it can be undone, and the moment stays.
fn edited(model: &mut Model, field: &'static str, input: RunInput) -> Vec<Effect> {
    if input == *model.input {
        return Vec::new();
    }
    model.history.edited(&model.input, field);
    replace(model, Arc::new(input));
    vec![Effect::Persist]
}

fn travel(model: &mut Model, input: Option<Arc<RunInput>>) -> Vec<Effect> {
    let Some(input) = input else { return Vec::new() };
    replace(model, input);
    vec![Effect::Persist]
}

/// Another input, whole; it can be undone too, but is opened at a moment of its own.
fn open(model: &mut Model, input: Arc<RunInput>, at: Option<SimTime>) -> Vec<Effect> {
    model.playing = false;
    model.history.close();
    if *input != *model.input {
        model.history.edited(&model.input, "input");
        model.history.close();
        replace(model, input);
        model.before = None;
    }
    let at = at.unwrap_or_else(|| playback::opening(&model.timeline));
    go(model, at);
    vec![Effect::Persist]
}

/// Runs an input in place of the present one, if it can run.
fn replace(model: &mut Model, input: Arc<RunInput>) {
    model.issues = (model.check)(&input);
    model.input = input;
    if runnable(&model.issues) && !model.is_current() {
        model.timeline = Timeline::new(model.input.clone());
        model.run += 1;
        model.before = Some(std::mem::replace(&mut model.summary, Summary::of(&model.timeline)));
        go(model, model.at);
    }
}

fn accept_csv(model: &mut Model, data: CsvData) -> Vec<Effect> {
    let mut input = (*model.input).clone();
    let (Ok(table), Some(dataset)) = (data.table(), input.scenario.data.first_mut()) else { return Vec::new() };
    model.notice = Some(Notice::CsvLoaded { file: data.file.clone(), rows: table.rows.len(), dropped: table.dropped });
    dataset.rows = DatasetRows::Csv(data);
    model.dialog = None;
    model.history.close();
    edited(model, "data", input)
}
