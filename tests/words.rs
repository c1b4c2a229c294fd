//! The page's words over whole runs: every fact can be said, and the console is Flink's.

use checkpoint_lab::i18n::{ConsoleRow, ConsoleText, Language, Names, Transcript, explain, rule};
use checkpoint_lab::scenario::presets;
use checkpoint_lab::timeline::Timeline;

/// Every fact of every preset has a sentence in both languages, and none shows a name that is missing.
#[test]
fn every_fact_of_every_preset_can_be_said() {
    for (id, _) in presets::ALL {
        let timeline = Timeline::new(presets::run(id).expect("it is listed"));
        let names = Names::of(timeline.input(), timeline.graph(), &timeline.last().storage().job_id);
        for event in timeline.trace() {
            for language in Language::ALL {
                let said = explain(language, event, &names);
                assert!(!said.text.is_empty() && !said.text.contains('?'), "{id}: {}", said.text);
                assert!(said.rules.iter().all(|id| rule(id).is_some()), "{:?}", said.rules);
            }
        }
    }
}

#[test]
fn the_handouts_console_is_as_recorded() {
    let timeline = Timeline::new(presets::run("handout").expect("it is listed"));
    let names = Names::of(timeline.input(), timeline.graph(), &timeline.last().storage().job_id);
    let mut transcript = Transcript::default();
    transcript.extend(timeline.trace(), &names);
    let last = transcript.rows.last().expect("it prints");
    assert_eq!((last.printed, last.duplicates), (16, 12));
    let logged = |part: &str| {
        let hits = |row: &&ConsoleRow| matches!(&row.text, ConsoleText::Log(line) if line.text.contains(part));
        transcript.rows.iter().filter(hits).count()
    };
    assert_eq!(logged("switched from state RUNNING to RESTARTING."), 3);
    assert_eq!(logged("1 tasks will be restarted to recover the failed task"), 3);
    assert_eq!(
        logged(
            "Recovery is suppressed by FixedDelayRestartBackoffTimeStrategy(maxNumberRestartAttempts=3, \
             backoffTimeMS=5000)"
        ),
        2,
        "once on the way to FAILING, once on the way to FAILED"
    );
    assert_eq!(logged("reached terminal state FAILED."), 1);
}
