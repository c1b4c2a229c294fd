//! Jobs to test the engine with, running them, and reading what they did.

#![allow(dead_code)] // Each test file takes what it needs.

use std::sync::Arc;

use checkpoint_lab::base::{SimTime, Value, ValueType};
use checkpoint_lab::engine::Engine;
use checkpoint_lab::scenario::{
    Api, Checkpointing, CheckpointingMode, Cluster, Column, Commands, Dataset, DatasetRows, Edge, Expr, FaultAt,
    FaultPhase, FaultPoint, Function, FunctionKind, Operator, OperatorKind, Partitioner, RestartStrategy, RunInput,
    Scenario, Source, SourceKind, Stmt, presets,
};
use checkpoint_lab::trace::{AbortReason, Fact, JobStatus, TraceEvent};

// ---- jobs to test with

pub fn operator(uid: &str, kind: OperatorKind) -> Operator {
    Operator { uid: uid.into(), name: uid.into(), kind, parallelism: None, disable_chaining: false, without_uid: false }
}

pub fn edge(from: &str, to: &str, partitioner: Partitioner) -> Edge {
    Edge::new(from, to, partitioner)
}

pub fn source(dataset: &str, bounded: bool, every_ms: u64) -> OperatorKind {
    OperatorKind::Source(Source {
        kind: SourceKind::Log,
        dataset: dataset.into(),
        bounded,
        gated: false,
        every_ms,
        partitions: 1,
    })
}

pub fn pass(body: Vec<Stmt>) -> OperatorKind {
    let body = [body, vec![Stmt::Emit { value: Expr::Input }]].concat();
    let class = "Pass".into();
    OperatorKind::Function(Function {
        class,
        kind: FunctionKind::Map,
        fields: Vec::new(),
        states: Vec::new(),
        body,
        on_timer: Vec::new(),
    })
}

pub fn rows(name: &str, count: i64) -> Dataset {
    let columns = vec![Column { name: "n".into(), value_type: ValueType::Long }];
    let rows = (1..=count).map(Value::Long).collect();
    Dataset { name: name.into(), rows: DatasetRows::Inline { columns, rows, partitions: Vec::new() } }
}

/// Java, log source → op → print, one chain, an endless input of `count` rows, checkpointing off, no restart.
pub fn job(count: i64) -> Scenario {
    Scenario {
        name: "test".into(),
        api: Api::Java,
        data: vec![rows("rows", count)],
        operators: vec![
            operator("source", source("rows", true, 0)),
            operator("op", pass(Vec::new())),
            operator("print", OperatorKind::PrintSink),
        ],
        edges: vec![edge("source", "op", Partitioner::Forward), edge("op", "print", Partitioner::Forward)],
        checkpointing: Checkpointing::default(),
        recovery: Default::default(),
        restart: RestartStrategy::None,
        cluster: Cluster::default(),
        ..presets::handout()
    }
}

/// The same, endless, with a checkpoint every `interval_ms` and `slow` milliseconds of synchronous snapshot in op.
pub fn periodic(interval_ms: u64, slow_ms: u64) -> Scenario {
    let mut scenario = job(3);
    scenario.operators[0].kind = source("rows", false, 0);
    scenario.checkpointing.interval_ms = Some(interval_ms);
    if slow_ms > 0 {
        scenario.faults.push(checkpoint_fault(FaultPhase::Sync, None, None, Some(slow_ms)));
    }
    scenario
}

pub fn checkpoint_fault(phase: FaultPhase, id: Option<u64>, times: Option<u32>, slow_ms: Option<u64>) -> FaultPoint {
    FaultPoint {
        operator: "op".into(),
        subtask: None,
        at: FaultAt::Checkpoint { phase, id, slow_ms },
        times,
        message: "planted".into(),
    }
}

pub fn on_record(row: u32, times: Option<u32>) -> FaultPoint {
    fault("op", record_of("rows", row), times)
}

pub fn record_of(dataset: &str, row: u32) -> FaultAt {
    FaultAt::Record { dataset: dataset.into(), row }
}

pub fn fault(operator: &str, at: FaultAt, times: Option<u32>) -> FaultPoint {
    FaultPoint { operator: operator.into(), subtask: None, at, times, message: "planted".into() }
}

pub fn fixed_delay(attempts: u32, delay_ms: u64) -> RestartStrategy {
    RestartStrategy::FixedDelay { attempts, delay_ms }
}

// ---- running and reading

/// A run and what it did.
pub struct Outcome {
    pub engine: Engine,
    pub trace: Vec<TraceEvent>,
}

pub fn run(scenario: Scenario) -> Outcome {
    run_until(scenario, Commands::default(), 0, SimTime::from_millis(600_000))
}

pub fn run_for(scenario: Scenario, seconds: u64) -> Outcome {
    run_until(scenario, Commands::default(), 0, SimTime::from_millis(seconds * 1_000))
}

/// A job that is about to run.
pub fn start(scenario: Scenario) -> Engine {
    let commands = Commands::default();
    Engine::new(Arc::new(RunInput { scenario, seed: 0, commands, snapshot: None }))
}

pub fn run_until(scenario: Scenario, commands: Commands, seed: u64, until: SimTime) -> Outcome {
    let input = RunInput { scenario, seed, commands, snapshot: None };
    run_on(Engine::new(Arc::new(input)), until)
}

fn run_on(mut engine: Engine, until: SimTime) -> Outcome {
    while engine.next_event_at().is_some_and(|next| next <= until) {
        assert!(engine.steps() < 2_000_000, "a test run has an end");
        engine.step();
        engine.check_invariants();
    }
    let trace = engine.take_trace();
    Outcome { engine, trace }
}

impl Outcome {
    /// Runs on, to the end.
    pub fn of(engine: Engine) -> Outcome {
        run_on(engine, SimTime::from_millis(600_000))
    }

    pub fn status(&self) -> JobStatus {
        self.engine.job().status
    }

    pub fn facts(&self) -> impl Iterator<Item = &Fact> {
        self.trace.iter().map(|event| &event.fact)
    }

    pub fn printed(&self) -> Vec<(u32, String)> {
        let rows = self.facts().filter_map(|fact| match fact {
            Fact::RowPrinted { attempt, text, .. } => Some((attempt.0, text.to_string())),
            _ => None,
        });
        rows.collect()
    }

    pub fn texts(&self) -> Vec<String> {
        self.printed().into_iter().map(|(_, text)| text).collect()
    }

    pub fn triggers(&self) -> Vec<u64> {
        let times = self.trace.iter().filter(|event| matches!(event.fact, Fact::CheckpointTriggered { .. }));
        times.map(|event| event.at.millis()).collect()
    }

    pub fn delays(&self) -> Vec<u64> {
        let delays = self.facts().filter_map(|fact| match fact {
            Fact::RestartScheduled { delay, .. } => Some(delay.millis()),
            _ => None,
        });
        delays.collect()
    }

    pub fn aborted(&self) -> Vec<(u64, AbortReason, u32)> {
        let aborted = self.facts().filter_map(|fact| match fact {
            Fact::CheckpointAborted { checkpoint, reason, failures } => Some((checkpoint.0, *reason, *failures)),
            _ => None,
        });
        aborted.collect()
    }

    pub fn restores(&self) -> Vec<Option<u64>> {
        let restores = self.facts().filter_map(|fact| match fact {
            Fact::RestoreAssigned { checkpoint, .. } => Some(checkpoint.map(|id| id.0)),
            _ => None,
        });
        restores.collect()
    }

    pub fn global_failures(&self) -> Vec<String> {
        let causes = self.facts().filter_map(|fact| match fact {
            Fact::GlobalFailure { cause } => Some(cause.message.to_string()),
            _ => None,
        });
        causes.collect()
    }
}

pub fn gaps(times: &[u64]) -> Vec<u64> {
    times.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

pub fn always_failing(restart: RestartStrategy, sleep_ms: u64) -> Scenario {
    let mut scenario = job(3);
    scenario.operators[1].kind =
        pass(vec![Stmt::Sleep { ms: sleep_ms }, Stmt::Raise { message: Expr::Constant(Value::text("always")) }]);
    scenario.restart = restart;
    scenario
}

/// Two sources into one operator over real channels; b is slow.
pub fn two_sources(mode: CheckpointingMode) -> Scenario {
    let mut scenario = job(1);
    scenario.data = vec![rows("a", 400), rows("b", 40)];
    scenario.operators = vec![
        operator("a", source("a", true, 10)),
        operator("b", source("b", true, 100)),
        operator("op", pass(vec![Stmt::Sleep { ms: 2 }])),
        operator("print", OperatorKind::PrintSink),
    ];
    scenario.edges = vec![
        edge("a", "op", Partitioner::Rebalance),
        edge("b", "op", Partitioner::Rebalance),
        edge("op", "print", Partitioner::Forward),
    ];
    scenario.checkpointing = Checkpointing { interval_ms: Some(1_000), mode, ..Checkpointing::default() };
    scenario
}

pub fn exponential(
    initial: u64,
    max: u64,
    multiplier: u32,
    reset: u64,
    jitter: u32,
    attempts: Option<u32>,
) -> RestartStrategy {
    RestartStrategy::ExponentialDelay {
        initial_backoff_ms: initial,
        max_backoff_ms: max,
        multiplier_thousandths: multiplier,
        reset_threshold_ms: reset,
        jitter_thousandths: jitter,
        attempts,
    }
}
