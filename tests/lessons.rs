//! Every lesson is played: its words are all there in both languages, its run is what it says, its task is unsolved at the
//! start, solved by the stored solution and by nothing that it calls unsolved.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use checkpoint_lab::base::{AttemptNumber, Language, SimTime};
use checkpoint_lab::engine::Engine;
use checkpoint_lab::engine::outcome::Outcome;
use checkpoint_lab::i18n::{self, ConsoleText, Names, Transcript};
use checkpoint_lab::lessons::text::{Block, Span, Texts, plain};
use checkpoint_lab::lessons::{self, Act, Change, Ending, Lesson, Moment, Notebook, Seen, Truth, Verdict, Wish, judge};
use checkpoint_lab::scenario::{RestartStrategy, RunInput, Severity, presets};
use checkpoint_lab::trace::{JobStatus, TraceEvent};

/// A run, as far as a lesson looks at it.
struct Run {
    input: RunInput,
    engine: Engine,
    trace: Vec<TraceEvent>,
    complete: bool,
}

impl Run {
    fn of(input: RunInput) -> Run {
        let mut engine = Engine::new(Arc::new(input.clone()));
        engine.run_until(SimTime::from_millis(600_000), 200_000);
        let complete = engine.next_event_at().is_none();
        let trace = engine.take_trace();
        Run { input, engine, trace, complete }
    }

    fn at(&self, at: SimTime) -> Seen<'_> {
        Seen { input: &self.input, graph: self.engine.graph(), trace: &self.trace, complete: self.complete, at }
    }

    fn end(&self) -> Seen<'_> {
        self.at(self.trace.last().expect("something happens").at)
    }

    fn outcome(&self) -> Outcome {
        Outcome::of(&self.input, self.engine.graph(), &self.trace)
    }

    fn verdict(&self, lesson: &Lesson) -> Verdict {
        judge(&lesson.input(), &self.input, &Ending::of(&self.trace), self.complete)
    }
}

fn file(lesson: &Lesson, language: Language) -> String {
    let path = format!("static/lessons/{}/{}.md", language.code(), lesson.id);
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn spans(block: &Block) -> Vec<&[Span]> {
    match block {
        Block::Title(spans) | Block::Paragraph(spans) => vec![spans],
        Block::List { items, .. } => items.iter().map(Vec::as_slice).collect(),
        Block::Code(_) => vec![],
    }
}

#[test]
fn an_ending_says_what_the_outcome_says() {
    for (id, _) in presets::ALL {
        let run = Run::of(presets::run(id).expect("a preset"));
        let (ending, outcome) = (Ending::of(&run.trace), run.outcome());
        assert_eq!((ending.status.name(), ending.restarts), (outcome.job_status.as_str(), outcome.restarts), "{id}");
        assert_eq!(ending.duplicates, outcome.outside.duplicates, "{id}");
        let rows = |row: &checkpoint_lab::lessons::Row| (row.text.to_string(), row.times);
        let visible = outcome.outside.rows.iter().map(|row| (row.text.clone(), row.times));
        assert_eq!(ending.rows.iter().map(rows).collect::<Vec<_>>(), visible.collect::<Vec<_>>(), "{id}");
        for attempt in &outcome.attempts {
            let first = ending.first_row(AttemptNumber(attempt.attempt));
            let places: Vec<&str> =
                attempt.printed.values().filter_map(|rows| rows.first()).map(String::as_str).collect();
            assert_eq!(first.is_none(), places.is_empty(), "{id}");
            assert!(first.is_none_or(|row| places.contains(&row)), "{id}: {first:?}");
        }
    }
}

#[test]
fn both_languages_have_all_words_and_no_others() {
    for lesson in lessons::ALL {
        let wanted: BTreeSet<String> = lesson.keys().into_iter().collect();
        for language in Language::ALL {
            let texts = Texts::parse(&file(lesson, language));
            let found: BTreeSet<String> = texts.keys().map(str::to_owned).collect();
            assert_eq!(found, wanted, "{} in {language:?}", lesson.id);
            for key in &wanted {
                assert!(!texts.get(key).is_empty(), "{key} is empty in {language:?}");
                let parts: Vec<&str> = key.split('/').collect();
                let titled = matches!(parts.as_slice(), ["lesson"] | ["step" | "question" | "switch", _]);
                assert_eq!(texts.title(key).is_some(), titled, "{key} in {language:?}: a title or none");
            }
        }
    }
}

/// The rules referred to and the code quoted, in any order: languages put them in different places.
fn marked(blocks: &[Block]) -> Vec<String> {
    let mark = |span: &Span| match span {
        Span::Rule { rule, .. } => Some(rule.clone()),
        Span::Code(code) => Some(code.clone()),
        _ => None,
    };
    let mut found: Vec<String> = blocks.iter().flat_map(spans).flatten().filter_map(mark).collect();
    found.sort();
    found
}

#[test]
fn both_languages_say_the_same_in_the_same_shape() {
    let hangul = |text: &str| text.chars().any(|c| matches!(c, '가'..='힣'));
    for lesson in lessons::ALL {
        let [korean, english] = Language::ALL.map(|language| Texts::parse(&file(lesson, language)));
        for key in lesson.keys() {
            let (ko, en) = (korean.get(&key), english.get(&key));
            let shape = |blocks: &[Block]| -> Vec<(std::mem::Discriminant<Block>, usize)> {
                blocks.iter().map(|block| (std::mem::discriminant(block), spans(block).len())).collect()
            };
            assert_eq!(shape(ko), shape(en), "{key}");
            assert_eq!(marked(ko), marked(en), "{key}: the rules referred to and the code quoted");
            for (blocks, korean) in [(ko, true), (en, false)] {
                let words = |text: &&[Span]| !text.iter().all(|span| matches!(span, Span::Code(_)));
                for text in blocks.iter().flat_map(spans).filter(words) {
                    let text = plain(text);
                    assert!(!text.contains(['*', '`']) && !text.contains("]("), "{key}: markup is left over: {text}");
                    let quoted = text.contains('“') || text.contains("실패 발생");
                    assert!(
                        hangul(&text) == korean || quoted || !text.contains(' '),
                        "{key}: the other language: {text}"
                    );
                }
            }
        }
    }
}

#[test]
fn every_rule_that_a_lesson_names_exists() {
    for lesson in lessons::ALL {
        let of_claims = lesson.steps.iter().flat_map(|step| step.claims).flat_map(|claim| claim.rules);
        let mut named: BTreeSet<String> = of_claims.map(|rule| (*rule).to_owned()).collect();
        let texts = Texts::parse(&file(lesson, Language::Korean));
        for span in lesson
            .keys()
            .iter()
            .flat_map(|key| texts.get(key).to_vec())
            .flat_map(|block| spans(&block).into_iter().flatten().cloned().collect::<Vec<Span>>())
        {
            if let Span::Rule { rule, .. } = span {
                named.insert(rule);
            }
        }
        for rule in named {
            assert!(i18n::rule(&rule).is_some(), "{rule} is no rule");
        }
    }
}

#[test]
fn the_run_has_every_moment_and_answers_every_question() {
    for lesson in lessons::ALL {
        let reference = lesson.reference();
        for step in lesson.steps {
            if let Some(moment) = step.until {
                assert!(moment.of(&reference.trace).is_some(), "{} never comes to {moment:?}", lesson.id);
            }
            for question in step.questions {
                let truth =
                    (question.truth)(&reference.ending).unwrap_or_else(|| panic!("{} has no answer", question.id));
                assert!(question.choices.contains(&truth));
            }
            for id in step.compares {
                assert!(lesson.question(id).is_some(), "{id} is not asked");
            }
        }
        for id in lesson.further {
            assert!(presets::run(id).is_some(), "{id} is no preset");
        }
    }
}

#[test]
fn the_handouts_claims_stand_beside_what_its_run_prints() {
    let lesson = lessons::by_id("handout").expect("it is taught");
    let reference = lesson.reference();
    let mut transcript = Transcript::default();
    transcript.extend(
        &reference.trace,
        &Names::of(&lesson.input(), reference.engine.graph(), &reference.engine.storage().job_id),
    );
    let (mut stdout, mut log) = (Vec::new(), Vec::new());
    for row in transcript.rows.iter() {
        match &row.text {
            ConsoleText::Row { text, .. } | ConsoleText::Stdout(text) => stdout.push(text.as_ref()),
            ConsoleText::Log(line) => log.push(line.text.as_str()),
            ConsoleText::Stored { .. } => {}
        }
    }
    let claims: Vec<_> = lesson.steps.iter().flat_map(|step| step.claims).collect();
    let truth = |id: &str| {
        let claim = claims.iter().find(|claim| claim.id == id).expect("it is claimed");
        claim.truth.lines(&stdout, &log)
    };
    assert_eq!(
        truth("tuple"),
        ["['tx1001', 2500.0]", "['tx1002', 3100.0]", "['tx1003', 4000.0]", "['tx1004', 2900.0]"]
    );
    assert_eq!(truth("failure"), ["Checkpoint 실패 발생! Transaction ID: tx1005"]);
    assert_eq!(truth("goes-on"), ["['tx1001', 2500.0]", "['tx1002', 3100.0]"]);
    for claim in &claims {
        let lines = claim.truth.lines(&stdout, &log);
        match claim.truth {
            Truth::Stdout { lines: wanted, .. } => assert_eq!(lines.len(), wanted, "{}", claim.id),
            Truth::Log(_) => assert_eq!(lines.len(), 1, "{}: no such line in the log", claim.id),
            Truth::Nothing | Truth::Lost | Truth::Repeats => assert!(lines.is_empty()),
        }
        // What is called wrong is really nowhere on the console.
        if claim.mark == lessons::Mark::Wrong && claim.truth != Truth::Lost {
            let everywhere = stdout.iter().chain(&log);
            let quote: Vec<&str> = claim.quote.lines().collect();
            assert!(everywhere.filter(|line| quote.contains(line)).count() == 0, "{}", claim.id);
        }
    }
    assert_eq!(reference.ending.status, JobStatus::Failed);
    assert_eq!((reference.ending.rows.len(), reference.ending.restarts), (4, 3));
}

#[test]
fn every_switch_is_one_change_and_ends_as_it_says() {
    for lesson in lessons::ALL {
        let base = Run::of(lesson.input());
        assert_eq!(base.verdict(lesson), Verdict::Untouched);
        for switch in lesson.switches {
            let input = lesson.switched(switch);
            let errors = input.issues().into_iter().filter(|issue| issue.severity() == Severity::Error).count();
            assert_eq!(errors, 0, "{} can run", switch.id);
            let changes = lessons::changes(&lesson.input(), &input);
            assert_eq!(changes.len(), 1, "{} is one change: {changes:?}", switch.id);
            let run = Run::of(input);
            assert_eq!(run.outcome().job_status, switch.ends, "{}", switch.id);
            assert_eq!(run.verdict(lesson).is_solved(), switch.id == lesson.solution, "{}", switch.id);
        }
    }
}

#[test]
fn a_switch_ends_the_same_under_every_seed() {
    let lesson = lessons::by_id("handout").expect("it is taught");
    for switch in lesson.switches {
        for seed in 0..20 {
            let run = Run::of(RunInput { seed, ..lesson.switched(switch) });
            assert_eq!(run.outcome().job_status, switch.ends, "{} with seed {seed}", switch.id);
        }
    }
}

#[test]
fn what_the_words_say_about_the_switches_is_so() {
    let lesson = lessons::by_id("handout").expect("it is taught");
    let outcome = |id: &str| Run::of(lesson.switched(lesson.switch(id).expect("a switch"))).outcome();
    let first_rows = |outcome: &Outcome| -> Vec<String> {
        outcome.attempts.iter().filter_map(|attempt| attempt.printed.values().flatten().next().cloned()).collect()
    };
    let completed = |outcome: &Outcome| outcome.checkpoints.iter().filter(|row| row.status == "COMPLETED").count();

    let attempts = outcome("attempts");
    assert!(attempts.outside.rows.len() == 4 && attempts.outside.rows.iter().all(|row| row.times == 11));
    let bundle = outcome("bundle");
    assert!(completed(&bundle) > 0 && bundle.attempts[1..].iter().all(|attempt| attempt.restored_from.is_some()));
    assert!(first_rows(&bundle).iter().all(|row| row.contains("tx1001")));
    assert_eq!(completed(&outcome("position")), 0);
    assert_eq!(completed(&outcome("state")), 0);
    let once = outcome("once");
    let twice: Vec<&str> = once.outside.rows.iter().filter(|row| row.times == 2).map(|row| &row.text[2..8]).collect();
    assert_eq!(twice, ["tx1001", "tx1002", "tx1003", "tx1004"]);
    assert_eq!(once.outside.rows.len(), 12);
}

#[test]
fn the_run_decides_whether_the_task_is_solved() {
    let lesson = lessons::by_id("handout").expect("it is taught");
    let verdict = |change: &dyn Fn(&mut RunInput)| {
        let mut input = lesson.input();
        change(&mut input);
        Run::of(input).verdict(lesson)
    };
    let other_seed = verdict(&|input| input.seed = 2);
    assert_eq!(other_seed, Verdict::Untouched);
    let other_data = verdict(&|input| input.scenario.data = presets::generated_thousands().data);
    assert_eq!(other_data, Verdict::OtherData);
    let endless = verdict(&|input| input.scenario.restart = RestartStrategy::NotSet);
    assert!(matches!(endless, Verdict::Endless { restarts } if restarts > 3));
    let spread = verdict(&|input| input.scenario.parallelism = 3);
    assert_eq!(spread, Verdict::Avoided(Change::Parallelism));
    let two = verdict(&|input| {
        input.scenario = presets::handout_fails_once();
        input.scenario.checkpointing.interval_ms = Some(1_000);
    });
    assert_eq!(two, Verdict::TooMany(vec![Change::Function, Change::Interval]));
    let once = verdict(&|input| input.scenario = presets::handout_fails_once());
    assert_eq!(once, Verdict::Recovered { change: Change::Function, restarts: 1, duplicates: 4 });
}

/// A learner at the page: the notebook, the run in view and the moment.
struct Learner {
    notebook: Notebook,
    run: Run,
    at: SimTime,
}

impl Learner {
    fn new() -> Learner {
        let run = Run::of(presets::run("keyed-sum").expect("a preset"));
        Learner { notebook: Notebook::default(), run, at: SimTime::ZERO }
    }

    fn act(&mut self, act: Act) {
        for wish in self.notebook.act(act, self.run.at(self.at)) {
            match wish {
                Wish::Run(input) => (self.run, self.at) = (Run::of(*input), SimTime::ZERO),
                Wish::Seek(at) => self.at = at,
            }
        }
        self.notebook.observe(self.run.at(self.at));
    }

    /// Plays until the lesson stops the run, or to its end, a tenth of a second at a time.
    fn play(&mut self) {
        let end = self.run.end().at;
        while self.at < end {
            let to = SimTime::from_micros(self.at.micros() + 100_000).min(end);
            let stop = self.notebook.stop_between(self.at, to, self.run.at(self.at));
            self.at = stop.unwrap_or(to);
            self.notebook.observe(self.run.at(self.at));
            if stop.is_some() {
                return;
            }
        }
    }

    fn step(&self) -> &'static str {
        self.notebook.current().expect("a lesson is open").2.id
    }

    /// On, which has to be possible.
    fn next(&mut self) {
        let before = self.step();
        self.act(Act::Next);
        assert_ne!(self.step(), before, "{before} is not done");
    }

    fn is_stuck(&mut self) -> bool {
        let before = self.step();
        self.act(Act::Next);
        self.step() == before
    }
}

#[test]
fn the_handouts_lesson_can_be_played_from_start_to_end() {
    let mut learner = Learner::new();
    learner.act(Act::Open("handout".into()));
    let lesson = learner.notebook.current().expect("it is open").0;
    assert_eq!(learner.run.input, lesson.input());
    learner.next();

    assert_eq!(learner.step(), "predict");
    assert!(learner.is_stuck(), "nothing was predicted yet");
    learner.act(Act::Answer("status".into(), "finished".into()));
    learner.act(Act::Answer("next".into(), "tx1005".into()));
    learner.act(Act::Answer("rows".into(), "nonsense".into()));
    assert!(learner.is_stuck(), "one answer is missing");
    learner.act(Act::Answer("rows".into(), "once".into()));
    learner.act(Act::Answer("status".into(), "failed".into()));
    learner.next();

    for (step, moment) in
        [("failure", Moment::FirstFailure), ("restart", Moment::FirstRowAfterRestart), ("end", Moment::End)]
    {
        assert_eq!(learner.step(), step);
        assert!(learner.is_stuck(), "{step} has not been seen");
        learner.play();
        assert_eq!(Some(learner.at), moment.of(&learner.run.trace), "playing stops there");
        learner.next();
    }
    let answer =
        |learner: &Learner| learner.notebook.current().map(|(_, progress, _)| progress.answers["status"].clone());
    learner.act(Act::GoTo("predict".into()));
    learner.act(Act::Answer("status".into(), "finished".into()));
    assert_eq!(answer(&learner).as_deref(), Some("failed"), "after the run nobody predicts");
    learner.act(Act::GoTo("claims".into()));
    learner.next();

    assert_eq!(learner.step(), "task");
    for switch in lesson.switches.iter().filter(|switch| switch.id != lesson.solution) {
        learner.act(Act::Switch(Some(switch.id.into())));
        assert_eq!(learner.run.input, lesson.switched(switch));
        learner.play();
        assert!(learner.is_stuck(), "{} does not solve it", switch.id);
    }
    for hints in 1..=5 {
        learner.act(Act::Hint);
        let shown = learner.notebook.current().expect("it is open").1.hints;
        assert_eq!(shown, hints.min(lesson.hints));
    }
    learner.act(Act::Solution);
    assert!(learner.is_stuck(), "the solution has to be run, too");
    learner.act(Act::Skip);
    learner.next();
    assert_eq!(learner.step(), "done");
    let tried = &learner.notebook.current().expect("it is open").1.tried;
    assert_eq!(tried.len(), lesson.switches.len());
    assert!(learner.is_stuck(), "it is the last step");

    learner.act(Act::Further("handout-recovers".into()));
    assert_eq!(learner.notebook.open, None);
    assert_eq!(learner.run.input.scenario, presets::handout_recovers());
    learner.act(Act::Open("handout".into()));
    assert_eq!(learner.step(), "done", "it is where it was left");
    learner.act(Act::StartOver);
    assert_eq!(learner.step(), "intro");
    assert_eq!(learner.run.input, lesson.input());
}

#[test]
fn a_lesson_waits_for_its_own_run() {
    let mut learner = Learner::new();
    learner.act(Act::Open("handout".into()));
    learner.next();
    for (question, choice) in [("status", "failed"), ("next", "tx1001"), ("rows", "four-times")] {
        learner.act(Act::Answer(question.into(), choice.into()));
    }
    learner.next();
    learner.run = Run::of(presets::run("handout-fails-once").expect("a preset"));
    learner.play();
    assert!(learner.is_stuck(), "another run fails at another moment");
    learner.act(Act::Skip);
    assert_eq!(learner.run.input, learner.notebook.current().expect("it is open").0.input());
    learner.act(Act::Skip);
    learner.next();
    assert_eq!(learner.step(), "restart");
}

#[test]
fn whatever_is_done_in_whatever_order_nothing_breaks() {
    let acts = |n: u64| match n % 14 {
        0 => Act::Open("handout".into()),
        1 => Act::Close,
        2 | 3 => Act::Next,
        4 => Act::Back,
        5 => Act::GoTo(["intro", "task", "done", "nowhere"][(n / 14 % 4) as usize].into()),
        6 => Act::Answer("status".into(), ["failed", "x"][(n / 14 % 2) as usize].into()),
        7 => Act::Answer("next".into(), "tx1001".into()),
        8 => Act::Answer("rows".into(), "once".into()),
        9 => Act::Skip,
        10 => Act::Reset,
        11 => Act::Hint,
        12 => Act::Solution,
        _ => Act::Switch([None, Some("state".into()), Some("nothing".into())][(n / 14 % 3) as usize].clone()),
    };
    let mut learner = Learner::new();
    let mut random = checkpoint_lab::base::RandomStream::new(7, 7);
    for _ in 0..400 {
        learner.act(acts(random.between(0, 100_000)));
        let kept = serde_json::to_string(&learner.notebook).expect("it is JSON");
        assert_eq!(serde_json::from_str::<Notebook>(&kept).ok().as_ref(), Some(&learner.notebook));
    }
}
