//! Scripted runs whose sink has transactions: what the sink did with them, and what the store holds in the end.
//!
//! The shapes and their parameters: src → map → sink with `checkpoints_after_records`, else src → sink. The map fails at
//! `fail_on`; commits and snapshots fail or take long as `params` say, a snapshot at an operator of its own beside the sink.

use std::collections::BTreeMap;

use checkpoint_lab::engine::outcome::Stores;
use checkpoint_lab::engine::{Transaction, TransactionState};
use checkpoint_lab::graph::ExecutionGraph;
use checkpoint_lab::scenario::{
    CommitterSink, Expr, FaultAt, FaultPhase, FaultPoint, OperatorKind, RunInput, Sink, SourceKind, Stmt,
};
use checkpoint_lab::trace::{CommitEffect, Fact, TakenBack};
use serde_json::{Map, Value as Json, json};

use super::Verdict;
use super::build::{Counter, Job, fail_map, map, scripted, texts};
use super::observe::Observed;
use super::scripted::{failure_on, row_of, script};
use super::settings::Settings;

/// The job of a recording with a sink, and the operators whose calls it logs.
pub fn translate(json: &Json, settings: Settings) -> Result<(RunInput, Vec<String>), Verdict> {
    let params = &json["params"];
    let sink = match params["sink"].as_str() {
        Some("two_phase_commit_function") => Sink::TwoPhaseCommit,
        Some("sink_v2") => Sink::Committer(CommitterSink::default()),
        Some(text) if text.starts_with("FileSink") => Sink::File,
        _ => return Err(Verdict::Waits("another kind of sink".into())),
    };
    let function = sink == Sink::TwoPhaseCommit;
    let mut job = Job::default();
    job.source("src", scripted(SourceKind::JavaCollection, true), texts("r", params["records"].as_u64().unwrap_or(0)));
    let mut before = "src";
    if !params["checkpoints_after_records"].is_null() {
        job.logged("map", fail_map(Counter::Field, None));
        job.chain(&["src", "map"]);
        before = "map";
        if let Some(value) = params["fail_on"].as_str() {
            let times = params["fail_times"].as_u64().unwrap_or(1) as u32;
            job.fails_on("map", "src", row_of(value)?, times, &failure_on(value));
        }
    }
    job.operator("sink", OperatorKind::Sink(sink.clone())).disable_chaining = function;
    job.chain(&[before, "sink"]);
    let mut logged = job.instrumented.clone();
    if matches!(sink, Sink::Committer(_)) {
        logged.push("sink".into());
    }
    snapshots_go_wrong(&mut job, params, before);
    let commit = |phase, message: &str| fault("sink", phase, None, None, message);
    if params["throws_after_first_commit_took_effect"] == json!(true) {
        job.fault(commit(FaultPhase::CommitDone, "fail after commit"));
    } else if params["commit_of_first_txn_throws"] == json!(true) {
        let message = if function { "intentional failure in commit of t0.1" } else { "fail before commit" };
        job.fault(commit(FaultPhase::Commit, message));
    }
    Ok((job.run(settings, 1, None, script(json)), logged))
}

fn fault(operator: &str, phase: FaultPhase, id: Option<u64>, slow_ms: Option<u64>, message: &str) -> FaultPoint {
    FaultPoint {
        operator: operator.into(),
        subtask: None,
        at: FaultAt::Checkpoint { phase, id, slow_ms },
        times: Some(1),
        message: message.into(),
    }
}

fn snapshots_go_wrong(job: &mut Job, params: &Json, before: &str) {
    let throws = params["snapshot_throws_at_checkpoint"].as_u64();
    let slow = params["snapshot_takes_1500ms_at_checkpoint"].as_u64();
    if throws.is_none() && slow.is_none() {
        return;
    }
    let pass = map("SnapFail", vec![Stmt::Emit { value: Expr::Input }]);
    job.operator("sf", OperatorKind::Function(pass)).disable_chaining = true;
    job.print("other");
    job.chain(&[before, "sf", "other"]);
    let slow_ms = slow.map(|_| 1_500);
    job.fault(fault("sf", FaultPhase::Sync, throws.or(slow), slow_ms, "intentional snapshot failure"));
}

/// `external_db_at_end` of the recordings.
pub fn external_db(observed: &Observed) -> Json {
    let mut view = Recorder::new(observed);
    observed.facts.iter().for_each(|fact| view.apply(fact));
    view.external_db()
}

/// `{"sink attempt=0 subtask=0": [[kind, transaction, rows], …]}`.
pub fn events(observed: &Observed) -> Json {
    let mut view = Recorder::new(observed);
    observed.facts.iter().for_each(|fact| view.apply(fact));
    json!(view.events)
}

/// The files before each command, and at the end: `{files: [[visible, lines], …]}` in the order of the recording's notes.
pub fn files(observed: &Observed, notes: &Json) -> Json {
    let mut view = Recorder::new(observed);
    let mut listings = Vec::new();
    for fact in &observed.facts {
        if matches!(fact, Fact::CommandDone { .. }) {
            listings.push(view.files());
        }
        view.apply(fact);
    }
    listings.push(view.files());
    // Nothing is written before the first command.
    let listings = listings.into_iter().skip(1).zip(notes.as_array().into_iter().flatten());
    json!(listings.map(|(files, noted)| json!({ "note": noted["note"], "files": files })).collect::<Vec<_>>())
}

/// Reads the facts as the recorded sinks logged their calls.
struct Recorder {
    graph: ExecutionGraph,
    names: Vec<String>,
    function: Vec<bool>,
    stores: Stores,
    attempts: BTreeMap<u32, u32>,
    events: BTreeMap<String, Vec<Json>>,
    batches: Vec<String>,
}

impl Recorder {
    fn new(observed: &Observed) -> Recorder {
        let scenario = &observed.input.scenario;
        let function = |kind: &OperatorKind| matches!(kind, OperatorKind::Sink(Sink::TwoPhaseCommit));
        Recorder {
            graph: ExecutionGraph::new(scenario),
            names: scenario.operators.iter().map(|operator| operator.uid.clone()).collect(),
            function: scenario.operators.iter().map(|operator| function(&operator.kind)).collect(),
            stores: Stores::new(scenario),
            attempts: BTreeMap::new(),
            events: BTreeMap::new(),
            batches: Vec::new(),
        }
    }

    fn apply(&mut self, fact: &Fact) {
        self.stores.apply(&self.graph, fact);
        let (Fact::TransactionBegan { subtask, operator, transaction, .. }
        | Fact::TransactionPrepared { subtask, operator, transaction, .. }
        | Fact::TransactionCommitted { subtask, operator, transaction, .. }
        | Fact::CommitFailed { subtask, operator, transaction, .. }
        | Fact::TransactionAborted { subtask, operator, transaction, .. }) = fact
        else {
            if let Fact::OperatorOpened { subtask, attempt, .. } = fact {
                self.attempts.insert(subtask.0, attempt.0);
            }
            return;
        };
        let Some(store) = self.stores.get(*operator) else { return };
        let one = store.transaction(*transaction);
        let calls = match self.function[operator.index()] {
            true => function_calls(fact, one),
            false => committer_calls(fact, one),
        };
        if let Fact::TransactionCommitted { effect: CommitEffect::Visible | CommitEffect::Repeated, .. } = fact {
            self.batches.push(label(one));
        }
        let attempt = self.attempts.get(&subtask.0).copied().unwrap_or(0);
        let (name, index) = (&self.names[operator.index()], self.graph.subtasks[subtask.index()].index);
        self.events.entry(format!("{name} attempt={attempt} subtask={index}")).or_default().extend(calls);
    }

    fn all(&self) -> impl Iterator<Item = (bool, &checkpoint_lab::engine::Store)> {
        let operators = 0..self.names.len();
        operators.filter_map(|at| {
            let store = self.stores.get(checkpoint_lab::base::OperatorIndex(at as u16))?;
            Some((self.function[at], store))
        })
    }

    fn external_db(&self) -> Json {
        let (mut committed, mut open) = (Vec::new(), Map::new());
        for (function, store) in self.all() {
            match function {
                true => committed.extend(store.committed.iter().map(|row| row.text.to_string())),
                false => committed.extend(self.batches.iter().cloned()),
            }
            let left = store.transactions.iter().filter(|one| function && is_there(one.state));
            open.extend(left.map(|one| (one.name.to_string(), rows(one))));
        }
        json!({ "committed": committed, "open_or_prepared_transactions": open })
    }

    fn files(&self) -> Json {
        let mut files = Vec::new();
        for (_, store) in self.all() {
            let there = store.transactions.iter().filter(|one| one.state != TransactionState::Aborted);
            files.extend(there.map(|one| json!([one.state == TransactionState::Committed, rows(one)])));
        }
        files.sort_by_key(Json::to_string);
        json!(files)
    }
}

fn is_there(state: TransactionState) -> bool {
    matches!(state, TransactionState::Open | TransactionState::Prepared | TransactionState::Orphaned)
}

fn rows(one: &Transaction) -> Json {
    json!(one.rows.iter().map(|row| row.text.to_string()).collect::<Vec<_>>())
}

/// `c0.1:r1,r2,r3`.
fn label(one: &Transaction) -> String {
    let texts: Vec<&str> = one.rows.iter().map(|row| &*row.text).collect();
    format!("{}:{}", one.name, texts.join(","))
}

fn function_calls(fact: &Fact, one: &Transaction) -> Vec<Json> {
    let name = &*one.name;
    let call = |kind: &str, rows: Json| json!([kind, name, rows]);
    match fact {
        Fact::TransactionBegan { .. } => vec![call("begin", Json::Null)],
        Fact::TransactionPrepared { .. } => vec![call("pre_commit", rows(one))],
        Fact::TransactionCommitted { recovered, effect, .. } => {
            let done = if *effect == CommitEffect::Visible { rows(one) } else { Json::Null };
            let recovery = recovered.then(|| call("recover_and_commit", Json::Null));
            recovery.into_iter().chain([call("commit", done)]).collect()
        }
        Fact::CommitFailed { recovered, .. } => {
            let recovery = recovered.then(|| call("recover_and_commit", Json::Null));
            recovery.into_iter().chain([call("commit_throws", Json::Null)]).collect()
        }
        Fact::TransactionAborted { why, rows: count, .. } => {
            let gone = if count.is_some() { rows(one) } else { Json::Null };
            let recovery = (*why == TakenBack::Recovered).then(|| call("recover_and_abort", Json::Null));
            recovery.into_iter().chain([call("abort", gone)]).collect()
        }
        _ => Vec::new(),
    }
}

fn committer_calls(fact: &Fact, one: &Transaction) -> Vec<Json> {
    let call = |kind: &str| json!([kind, label(one), null]);
    match fact {
        Fact::TransactionPrepared { .. } => vec![call("prepare_commit")],
        Fact::TransactionCommitted { .. } => vec![call("commit")],
        Fact::CommitFailed { done: false, .. } => vec![call("commit_throws_before")],
        Fact::CommitFailed { done: true, .. } => vec![call("commit_throws_after")],
        _ => Vec::new(),
    }
}
