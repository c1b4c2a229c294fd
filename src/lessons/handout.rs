//! Lesson 1: the handout as it is. It promises that the job goes on after its failure; real Flink shows something else.

use super::lesson::{Claim, Focus, Lesson, Mark, Question, Recorded, Step, Truth};
use super::switch::{COUNTER_IN_STATE, FAILS_ONCE, MORE_ATTEMPTS, POSITION, SHORT_INTERVAL, SMALL_BUNDLE};
use super::{Ending, Moment, Switch};
use crate::base::AttemptNumber;
use crate::trace::JobStatus;

pub(super) const LESSON: Lesson = Lesson {
    id: "handout",
    preset: "handout",
    // A run in which a checkpoint completes and is restored all the same: the more striking of the two kinds that were
    // recorded.
    seed: 1,
    steps: STEPS,
    switches: SWITCHES,
    solution: "once",
    hints: 3,
    recorded: Recorded { flink: "1.20.5", runs: 5 },
    further: &["handout-recovers", "handout-log-source-small-bundle", "handout-counter-in-state"],
};

const STEPS: &[Step] = &[
    Step { id: "intro", ..Step::WORDS },
    Step { id: "predict", questions: QUESTIONS, ..Step::WORDS },
    Step { id: "failure", until: Some(Moment::FirstFailure), focus: Some(Focus::Function), ..Step::WORDS },
    Step {
        id: "restart",
        until: Some(Moment::FirstRowAfterRestart),
        compares: &["next"],
        focus: Some(Focus::Source),
        ..Step::WORDS
    },
    Step {
        id: "end",
        until: Some(Moment::End),
        compares: &["status", "next", "rows"],
        focus: Some(Focus::JobManager),
        ..Step::WORDS
    },
    Step { id: "claims", claims: CLAIMS, focus: Some(Focus::Console), ..Step::WORDS },
    Step { id: "task", task: true, ..Step::WORDS },
    Step { id: "done", ..Step::WORDS },
];

const QUESTIONS: &[Question] = &[
    Question { id: "status", choices: &["finished", "failed", "endless"], truth: status },
    Question { id: "next", choices: &["tx1005", "tx1001", "tx1006"], truth: next },
    Question { id: "rows", choices: &["once", "some-twice", "four-times"], truth: rows },
];

/// How the job ends.
fn status(ending: &Ending) -> Option<&'static str> {
    match ending.status {
        JobStatus::Finished => Some("finished"),
        JobStatus::Failed => Some("failed"),
        JobStatus::Restarting | JobStatus::Running => Some("endless"),
        _ => None,
    }
}

/// What the first attempt after the failure prints first.
fn next(ending: &Ending) -> Option<&'static str> {
    let first = ending.first_row(AttemptNumber(1))?;
    ["tx1001", "tx1005", "tx1006"].into_iter().find(|id| first.contains(id))
}

/// Which rows come out, and how often.
fn rows(ending: &Ending) -> Option<&'static str> {
    let rows = &ending.rows;
    let all_times = |times: u64| rows.iter().all(|row| row.times == times);
    match rows.len() {
        12 if all_times(1) => Some("once"),
        12 => Some("some-twice"),
        4 if all_times(4) => Some("four-times"),
        _ => None,
    }
}

const CLAIMS: &[Claim] = &[
    Claim {
        id: "tuple",
        quote: "('tx1001', 2500.0)\n('tx1002', 3100.0)\n('tx1003', 4000.0)\n('tx1004', 2900.0)",
        truth: Truth::Stdout { from: 0, lines: 4 },
        mark: Mark::Wrong,
        rules: &["S7"],
    },
    Claim {
        id: "failure",
        quote: "Checkpoint 실패 발생! Transaction ID: tx1005",
        truth: Truth::Stdout { from: 4, lines: 1 },
        mark: Mark::Misleading,
        rules: &["S8"],
    },
    Claim {
        id: "restarting",
        quote: "Restarting job Checkpoint Recovery Example from latest checkpoint...",
        truth: Truth::Log("switched from state RUNNING to RESTARTING"),
        mark: Mark::Wrong,
        rules: &["S6"],
    },
    Claim {
        id: "recovered",
        quote: "Recovered state from checkpoint: /tmp/flink-checkpoints/xxx",
        truth: Truth::Log("Restoring job"),
        mark: Mark::Wrong,
        rules: &["S6", "S3", "S14"],
    },
    Claim { id: "retry", quote: "Retry #1", truth: Truth::Nothing, mark: Mark::Wrong, rules: &["S6"] },
    Claim {
        id: "goes-on",
        quote: "('tx1005', 8900.0)\n('tx1006', 1200.0)",
        truth: Truth::Stdout { from: 5, lines: 2 },
        mark: Mark::Wrong,
        rules: &["S1", "S2"],
    },
    Claim {
        id: "and-so-on",
        quote: "...",
        truth: Truth::Log("switched from state FAILING to FAILED"),
        mark: Mark::Wrong,
        rules: &["S1", "S9"],
    },
    Claim {
        id: "no-loss",
        quote: "마지막으로 성공한 Checkpoint 이후부터 재처리됨 → 데이터 손실 없음",
        truth: Truth::Lost,
        mark: Mark::Wrong,
        rules: &["S2", "S23"],
    },
    Claim {
        id: "exactly-once",
        quote: "이 실습은 Flink의 exactly-once 처리 보장과 내결함성(fault tolerance)을 확인하는 좋은 실험임",
        truth: Truth::Repeats,
        mark: Mark::Wrong,
        rules: &["S4", "S5"],
    },
];

const SWITCHES: &[Switch] = &[MORE_ATTEMPTS, SHORT_INTERVAL, SMALL_BUNDLE, POSITION, COUNTER_IN_STATE, FAILS_ONCE];
