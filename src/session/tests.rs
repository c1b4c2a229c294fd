//! The session as a learner uses it, without a page.

use std::sync::Arc;

use super::*;
use crate::base::{Language, SimDuration, SimTime};
use crate::lessons::Act;
use crate::scenario::{Action, RestartStrategy, RunInput, Scenario, presets};
use crate::timeline::Landmark;
use crate::trace::{Fact, JobStatus};

fn input(scenario: Scenario) -> RunInput {
    RunInput { scenario, seed: 1, commands: Default::default(), snapshot: None }
}

fn handout() -> Model {
    Model::new(input(presets::handout()), input(presets::handout()), Language::Korean)
}

fn edit(model: &mut Model, field: &'static str, change: impl FnOnce(&mut Scenario)) -> Vec<Effect> {
    let mut scenario = model.scenario().clone();
    change(&mut scenario);
    update(model, Msg::Edit(field, Arc::new(scenario)))
}

#[test]
fn a_run_opens_before_its_first_failure() {
    let model = handout();
    let failure = model.timeline().next(Landmark::Failure, SimTime::ZERO).expect("the handout fails");
    assert!(model.at() > SimTime::ZERO && model.at() < model.timeline().trace()[failure].at);
}

#[test]
fn playing_reaches_the_end_stops_there_and_starts_again_from_the_beginning() {
    let mut model = handout();
    update(&mut model, Msg::SetSpeed(Speed::ALL[8]));
    update(&mut model, Msg::TogglePlay);
    let mut frames = 0;
    while model.is_playing() {
        update(&mut model, Msg::Frame(16_667));
        frames += 1;
        assert!(frames < 10_000, "the run of the handout ends");
    }
    assert_eq!(model.at(), model.timeline().end());
    assert_eq!(model.engine().job().status, JobStatus::Failed);
    update(&mut model, Msg::TogglePlay);
    assert!(model.is_playing() && model.at() == SimTime::ZERO);
}

#[test]
fn stepping_forth_and_back_comes_to_the_same_moments() {
    let mut model = handout();
    update(&mut model, Msg::ToStart);
    let mut moments = vec![];
    for _ in 0..40 {
        update(&mut model, Msg::Step(Landmark::Event, Direction::Next));
        moments.push(model.at());
    }
    assert!(moments.is_sorted());
    for moment in moments.into_iter().rev().skip(1) {
        update(&mut model, Msg::Step(Landmark::Event, Direction::Previous));
        assert_eq!(model.at(), moment);
    }
}

#[test]
fn an_edit_runs_anew_and_keeps_the_moment() {
    let mut model = handout();
    update(&mut model, Msg::Seek(SimTime::from_millis(9_000)));
    let run = model.run();
    let effects = edit(&mut model, "restart", |scenario| scenario.restart = RestartStrategy::None);
    assert_eq!(effects, [Effect::Persist]);
    assert_eq!((model.at(), model.run()), (SimTime::from_millis(9_000), run + 1));
    assert!(model.is_current());

    update(&mut model, Msg::Undo);
    assert_eq!(model.scenario(), &presets::handout());
    update(&mut model, Msg::Redo);
    assert_eq!(model.scenario().restart, RestartStrategy::None);
}

#[test]
fn typing_into_one_field_is_one_step_of_undo() {
    let mut model = handout();
    for interval in [1_000, 10_000, 20_000] {
        edit(&mut model, "interval", |scenario| scenario.checkpointing.interval_ms = Some(interval));
    }
    update(&mut model, Msg::FieldLeft);
    edit(&mut model, "interval", |scenario| scenario.checkpointing.interval_ms = None);
    update(&mut model, Msg::Undo);
    assert_eq!(model.scenario().checkpointing.interval_ms, Some(20_000));
    update(&mut model, Msg::Undo);
    assert_eq!(model.scenario(), &presets::handout());
    assert!(!model.history().can_undo() && model.history().can_redo());
}

#[test]
fn an_input_that_cannot_run_leaves_the_last_run_in_view() {
    let mut model = handout();
    let run = model.run();
    edit(&mut model, "interval", |scenario| scenario.checkpointing.interval_ms = Some(1));
    assert!(!model.issues().is_empty() && !model.is_current());
    assert_eq!(model.run(), run);
    let issue = model.issues()[0].clone();
    let mended = model.input().mended(&issue, 0).expect("the issue has a mend");
    update(&mut model, Msg::Mended(Arc::new(mended)));
    assert!(model.issues().is_empty() && model.is_current());
    assert_eq!(model.scenario().checkpointing.interval_ms, Some(10));
}

#[test]
fn acting_cuts_what_was_done_later() {
    let mut model = handout();
    let at = SimTime::from_millis(8_000);
    update(&mut model, Msg::Seek(at + SimDuration::from_millis(2_000)));
    update(&mut model, Msg::Act(Action::Cancel));
    update(&mut model, Msg::Seek(at));
    update(&mut model, Msg::Act(Action::TriggerCheckpoint));
    assert_eq!(model.input().commands.at.len(), 1);
    assert_eq!(model.at(), at);
    let by_hand = |fact: &Fact| matches!(fact, Fact::CommandDone { .. });
    assert_eq!(model.timeline().trace().iter().filter(|event| by_hand(&event.fact)).count(), 1);
}

#[test]
fn a_csv_becomes_the_data_with_its_dropped_rows_counted() {
    let mut model = handout();
    let text = "id,amount\na,1\nb,\nc,3\n";
    update(&mut model, Msg::CsvArrived { file: "mine.csv".into(), text: text.into() });
    let Some(Dialog::Csv(draft)) = &model.dialog else { panic!("the dialog shows it") };
    let data = draft.read().outcome.expect("it can be read");
    update(&mut model, Msg::CsvAccepted(data));
    assert_eq!(model.dialog, None);
    assert_eq!(model.notice, Some(Notice::CsvLoaded { file: "mine.csv".into(), rows: 2, dropped: 1 }));
    let table = model.scenario().data[0].table().expect("it was read before");
    assert_eq!((table.rows.len(), table.dropped), (2, 1));
    update(&mut model, Msg::Undo);
    assert_eq!(model.scenario(), &presets::handout());
}

#[test]
fn a_lesson_is_opened_played_and_stops_at_its_moment() {
    let mut model = handout();
    update(&mut model, Msg::Lesson(Act::Open("handout".into())));
    let (lesson, _, _) = model.notebook().current().expect("it is open");
    assert_eq!(model.input().scenario, lesson.input().scenario);
    while let Some((_, progress, step)) = model.notebook().current().filter(|(_, _, step)| step.until.is_none()) {
        let answers: Vec<_> = step.questions.iter().map(|question| (question.id, question.choices[0])).collect();
        assert!(progress.step.is_empty() || progress.step == step.id);
        for (question, choice) in answers {
            update(&mut model, Msg::Lesson(Act::Answer(question.into(), choice.into())));
        }
        update(&mut model, Msg::Lesson(Act::Next));
    }
    update(&mut model, Msg::SetSpeed(Speed::ALL[8]));
    update(&mut model, Msg::ToStart);
    update(&mut model, Msg::TogglePlay);
    for _ in 0..10_000 {
        if !model.is_playing() {
            break;
        }
        update(&mut model, Msg::Frame(16_667));
    }
    let (_, progress, step) = model.notebook().current().expect("it is open");
    assert!(progress.reached.contains(step.id), "{} was not reached", step.id);
    assert_eq!(Some(model.at()), step.until.expect("it has a moment").of(model.timeline().trace()));
}

#[test]
fn another_scenario_closes_a_lesson_that_does_not_ask_for_one() {
    let mut model = handout();
    update(&mut model, Msg::Lesson(Act::Open("handout".into())));
    update(&mut model, Msg::Open(Arc::new(presets::run("keyed-sum").expect("it is listed"))));
    assert_eq!(model.notebook().open, None);
    assert!(model.notebook().lessons.contains_key("handout"), "what was done is kept");
}
