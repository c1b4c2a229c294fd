//! Ready scenarios about sinks: what a reader outside sees after a failure.

use super::{edge, java_pipeline, log_source, operator, slow_pass};
use crate::base::Value;
use crate::scenario::{
    Comparison, Dataset, DatasetRows, Expr, FaultAt, FaultPhase, FaultPoint, Function, FunctionKind, KafkaSink,
    Operator, OperatorKind, Partitioner, RestartStrategy, Scenario, Sink, Stmt, UpsertSink,
};

/// The side output of bad records.
const DEAD_LETTERS: &str = "dead-letters";

/// The sample from a log, one transaction each half second, into `sinks`.
fn into(name: &str, sinks: Vec<Operator>) -> Scenario {
    let data = vec![Dataset { name: "transactions".into(), rows: DatasetRows::Sample }];
    let mut log = log_source("transactions", "transactions");
    if let OperatorKind::Source(source) = &mut log.kind {
        source.every_ms = 500;
    }
    let mut scenario = java_pipeline(data, log, slow_pass(25));
    scenario.name = name.into();
    scenario.operators.truncate(2);
    scenario.edges.truncate(1);
    for mut sink in sinks {
        sink.disable_chaining = true;
        scenario.edges.push(edge("map", &sink.uid, Partitioner::Forward));
        scenario.operators.push(sink);
    }
    scenario.checkpointing.interval_ms = Some(2_000);
    scenario.restart = RestartStrategy::FixedDelay { attempts: 3, delay_ms: 1_000 };
    scenario
}

fn sink(uid: &str, name: &str, sink: Sink) -> Operator {
    operator(uid, name, OperatorKind::Sink(sink))
}

/// The same rows into three sinks, and one failure: `print()` repeats, an upsert writes over, a topic shows each row once.
pub fn end_to_end() -> Scenario {
    let sinks = vec![
        operator("print", "Print to Std. Out", OperatorKind::PrintSink),
        sink("table", "Upsert", Sink::Upsert(UpsertSink { key: 0 })),
        sink("topic", "Kafka", Sink::Kafka(KafkaSink::default())),
    ];
    let mut scenario = into("End to End", sinks);
    scenario.faults = vec![FaultPoint {
        operator: "map".into(),
        subtask: None,
        at: FaultAt::Record { dataset: "transactions".into(), row: 8 },
        times: Some(1),
        message: "intentional failure on tx1009".into(),
    }];
    scenario
}

/// A commit fails, and the restart takes longer than the broker keeps a transaction open.
pub fn transaction_timeout() -> Scenario {
    let kafka = KafkaSink { transaction_timeout_ms: 4_000, ..KafkaSink::default() };
    let mut scenario = into("Lost Transaction", vec![sink("topic", "Kafka", Sink::Kafka(kafka))]);
    scenario.restart = RestartStrategy::FixedDelay { attempts: 3, delay_ms: 6_000 };
    scenario.faults = vec![FaultPoint {
        operator: "topic".into(),
        subtask: None,
        at: FaultAt::Checkpoint { phase: FaultPhase::Commit, id: None, slow_ms: None },
        times: Some(1),
        message: "broker not available".into(),
    }];
    scenario
}

/// Amounts that are too large leave by a side output and do not fail the job.
pub fn dead_letters() -> Scenario {
    let mut scenario = into("Dead Letters", vec![operator("print", "Print to Std. Out", OperatorKind::PrintSink)]);
    let too_large =
        Expr::Compare(Comparison::Greater, Box::new(Expr::Column(1)), Box::new(Expr::Constant(Value::Double(8_000.0))));
    let validate = Function {
        class: "ValidateAmount".into(),
        kind: FunctionKind::Process,
        on_timer: Vec::new(),
        fields: Vec::new(),
        states: Vec::new(),
        body: vec![Stmt::If {
            condition: too_large,
            then: vec![Stmt::EmitTo { tag: DEAD_LETTERS.into(), value: Expr::Input }],
            otherwise: vec![Stmt::Emit { value: Expr::Input }],
        }],
    };
    scenario.operators[1].name = "Process".into();
    scenario.operators[1].kind = OperatorKind::Function(validate);
    let mut letters = sink("letters", "Dead Letters", Sink::File);
    letters.disable_chaining = true;
    scenario.operators.push(letters);
    let mut side = edge("map", "letters", Partitioner::Forward);
    side.side_output = Some(DEAD_LETTERS.into());
    scenario.edges.push(side);
    scenario
}
