//! What is measured, natively and in wasm.

use checkpoint_lab::scenario::{
    Api, Checkpointing, Commands, Dataset, DatasetRows, Edge, Operator, OperatorKind, Partitioner, RestartStrategy,
    RunInput, Scenario, Source, SourceKind, presets,
};

/// The handout's lab.
pub fn handout() -> RunInput {
    RunInput { scenario: presets::handout(), seed: 0, commands: Commands::default() }
}

/// A Java job that never sleeps: log source, keyBy, print, parallelism 2, a checkpoint each second.
pub fn busy_job(rows: u32) -> RunInput {
    let operator = |uid: &str, kind| Operator {
        uid: uid.into(),
        name: uid.into(),
        kind,
        parallelism: None,
        disable_chaining: false,
    };
    let source = Source {
        kind: SourceKind::Log,
        dataset: "rows".into(),
        bounded: true,
        gated: false,
        every_ms: 0,
        partitions: 2,
    };
    let scenario = Scenario {
        name: "busy".into(),
        api: Api::Java,
        data: vec![Dataset { name: "rows".into(), rows: DatasetRows::Generated { rows, seed: 1 } }],
        operators: vec![operator("source", OperatorKind::Source(source)), operator("print", OperatorKind::PrintSink)],
        edges: vec![Edge { from: "source".into(), to: "print".into(), partitioner: Partitioner::KeyBy { column: 0 } }],
        parallelism: 2,
        checkpointing: Checkpointing { interval_ms: Some(1_000), ..Checkpointing::default() },
        restart: RestartStrategy::NotSet,
        ..presets::handout()
    };
    RunInput { scenario, seed: 1, commands: Commands::default() }
}
