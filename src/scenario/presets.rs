//! Ready scenarios.

use super::{
    Api, Arithmetic, Checkpointing, CheckpointStorage, Cluster, Comparison, Dataset, DatasetRows, Edge, Expr, Field,
    FlinkVersion, Function, FunctionKind, Operator, OperatorKind, Partitioner, PythonSettings, RestartStrategy,
    SCENARIO_VERSION, Scenario, Source, SourceKind, Stmt,
};
use crate::base::Value;

/// The lab handout as it is: PyFlink, a collection source, a map that fails at its fifth call, print.
pub fn handout() -> Scenario {
    Scenario {
        version: SCENARIO_VERSION,
        name: "Checkpoint Recovery Example".into(),
        flink: FlinkVersion::V1_20,
        api: Api::Python(PythonSettings::default()),
        data: vec![Dataset { name: "transactions".into(), rows: DatasetRows::Sample }],
        operators: vec![
            Operator {
                uid: "source".into(),
                name: "Collection Source".into(),
                kind: OperatorKind::Source(Source {
                    kind: SourceKind::PythonCollection,
                    dataset: "transactions".into(),
                    bounded: true,
                    gated: false,
                    every_ms: 0,
                    partitions: 1,
                }),
                parallelism: None,
                disable_chaining: false,
            },
            Operator {
                uid: "map".into(),
                name: "Map".into(),
                kind: OperatorKind::Function(failing_map()),
                parallelism: None,
                disable_chaining: false,
            },
            Operator {
                uid: "print".into(),
                name: "Print to Std. Out".into(),
                kind: OperatorKind::PrintSink,
                parallelism: None,
                disable_chaining: false,
            },
        ],
        edges: vec![
            Edge { from: "source".into(), to: "map".into(), partitioner: Partitioner::Forward },
            Edge { from: "map".into(), to: "print".into(), partitioner: Partitioner::Forward },
        ],
        parallelism: 1,
        max_parallelism: None,
        chaining: true,
        checkpointing: Checkpointing {
            interval_ms: Some(5_000),
            storage: CheckpointStorage::FileSystem { dir: "file:///tmp/flink-checkpoints".into() },
            ..Checkpointing::default()
        },
        restart: RestartStrategy::FixedDelay { attempts: 3, delay_ms: 5_000 },
        cluster: Cluster::default(),
        faults: Vec::new(),
    }
}

/// The handout's `FailingMapFunction`: a counter in a plain attribute, an exception at the fifth record.
pub fn failing_map() -> Function {
    Function {
        class: "FailingMapFunction".into(),
        kind: FunctionKind::Map,
        fields: vec![Field { name: "counter".into(), initial: Value::Long(0) }],
        states: Vec::new(),
        body: vec![
            Stmt::Set { field: "counter".into(), value: plus_one(Expr::Field("counter".into())) },
            Stmt::Sleep { ms: 1_000 },
            Stmt::If {
                condition: equals(Expr::Field("counter".into()), 5),
                then: vec![
                    Stmt::Print {
                        text: Expr::Format(vec![
                            Expr::Constant(Value::text("Checkpoint 실패 발생! Transaction ID: ")),
                            Expr::Column(0),
                        ]),
                    },
                    Stmt::Raise { message: Expr::Constant(Value::text("의도적인 Checkpoint 실패 발생")) },
                ],
                otherwise: Vec::new(),
            },
            Stmt::Emit { value: Expr::Input },
        ],
    }
}

fn plus_one(expr: Expr) -> Expr {
    Expr::Arithmetic(Arithmetic::Add, Box::new(expr), Box::new(Expr::Constant(Value::Long(1))))
}

fn equals(expr: Expr, number: i64) -> Expr {
    Expr::Compare(Comparison::Equal, Box::new(expr), Box::new(Expr::Constant(Value::Long(number))))
}
