//! Ready user functions: the handout's, and what a learner may make of it.

use crate::base::{Value, ValueType};
use crate::scenario::{Arithmetic, Comparison, Expr, Field, Function, FunctionKind, StateDeclaration, StateKind, Stmt};

/// The file that [`failing_map_once`] leaves behind when it has failed.
pub const FLAG_FILE: &str = "/tmp/checkpoint-lab-failed-once";

/// The handout's `FailingMapFunction`: a counter in a plain attribute, an exception at the fifth record.
pub fn failing_map() -> Function {
    Function {
        class: "FailingMapFunction".into(),
        kind: FunctionKind::Map,
        fields: vec![Field { name: "counter".into(), initial: Value::Long(0) }],
        states: Vec::new(),
        on_timer: Vec::new(),
        body: vec![
            count_in_field(),
            Stmt::Sleep { ms: 1_000 },
            fail_if(is_fifth(Expr::Field("counter".into())), Vec::new()),
            Stmt::Emit { value: Expr::Input },
        ],
    }
}

/// The same, but it fails only as long as a flag file is missing, which it writes before it fails: the failure goes away.
pub fn failing_map_once() -> Function {
    let first_time = Expr::Not(Box::new(Expr::FileExists(FLAG_FILE.into())));
    let condition = Expr::And(Box::new(is_fifth(Expr::Field("counter".into()))), Box::new(first_time));
    let touch = Stmt::TouchFile { path: FLAG_FILE.into() };
    Function {
        class: "FailingOnceMapFunction".into(),
        body: vec![
            count_in_field(),
            Stmt::Sleep { ms: 1_000 },
            fail_if(condition, vec![touch]),
            Stmt::Emit { value: Expr::Input },
        ],
        ..failing_map()
    }
}

/// The same with its counter in keyed state; it needs a key, for which one and the same for all records will do. Its rows
/// show the counter: `1001 counter=1`.
pub fn failing_process_with_state() -> Function {
    let counter = || Expr::State("counter".into());
    Function {
        class: "FailingProcessFunction".into(),
        kind: FunctionKind::Process,
        fields: Vec::new(),
        states: vec![StateDeclaration {
            name: "counter".into(),
            kind: StateKind::KeyedValue,
            value_type: ValueType::Long,
            initial: Value::Long(0),
        }],
        on_timer: Vec::new(),
        body: vec![
            Stmt::Update { state: "counter".into(), value: plus(counter(), Expr::Constant(Value::Long(1))) },
            Stmt::Sleep { ms: 1_000 },
            fail_if(is_fifth(counter()), Vec::new()),
            Stmt::Emit { value: Expr::Format(vec![Expr::Input, text(" counter="), counter()]) },
        ],
    }
}

/// The same with its counter in operator state, which only Java's API offers (`CheckpointedFunction`).
pub fn failing_map_with_operator_state() -> Function {
    let counter = || Expr::State("counter".into());
    Function {
        class: "FailingCheckpointedMapFunction".into(),
        kind: FunctionKind::Map,
        fields: Vec::new(),
        states: vec![StateDeclaration {
            name: "counter".into(),
            kind: StateKind::OperatorValue,
            value_type: ValueType::Long,
            initial: Value::Long(0),
        }],
        on_timer: Vec::new(),
        body: vec![
            Stmt::Update { state: "counter".into(), value: plus(counter(), Expr::Constant(Value::Long(1))) },
            Stmt::Sleep { ms: 1_000 },
            fail_if(is_fifth(counter()), Vec::new()),
            Stmt::Emit { value: Expr::Input },
        ],
    }
}

/// A running sum of column 1 for each key: `a=1`.
pub fn keyed_sum() -> Function {
    let sum = || Expr::State("sum".into());
    Function {
        class: "KeyedSumFunction".into(),
        kind: FunctionKind::Process,
        fields: Vec::new(),
        states: vec![StateDeclaration {
            name: "sum".into(),
            kind: StateKind::KeyedValue,
            value_type: ValueType::Long,
            initial: Value::Long(0),
        }],
        on_timer: Vec::new(),
        body: vec![
            Stmt::Update { state: "sum".into(), value: plus(sum(), Expr::Column(1)) },
            Stmt::Emit { value: Expr::Format(vec![Expr::Column(0), text("="), sum()]) },
        ],
    }
}

/// Remembers the last amount of each transaction and passes the row on: its state grows with the number of keys.
pub fn remember_amount() -> Function {
    Function {
        class: "RememberAmountFunction".into(),
        kind: FunctionKind::Process,
        fields: Vec::new(),
        states: vec![StateDeclaration {
            name: "amount".into(),
            kind: StateKind::KeyedValue,
            value_type: ValueType::Double,
            initial: Value::Double(0.0),
        }],
        on_timer: Vec::new(),
        body: vec![Stmt::Update { state: "amount".into(), value: Expr::Column(1) }, Stmt::Emit { value: Expr::Input }],
    }
}

/// Passes every record on after `ms` milliseconds.
pub fn slow_pass(ms: u64) -> Function {
    Function {
        class: "SlowMapFunction".into(),
        kind: FunctionKind::Map,
        fields: Vec::new(),
        states: Vec::new(),
        on_timer: Vec::new(),
        body: vec![Stmt::Sleep { ms }, Stmt::Emit { value: Expr::Input }],
    }
}

fn count_in_field() -> Stmt {
    Stmt::Set { field: "counter".into(), value: plus(Expr::Field("counter".into()), Expr::Constant(Value::Long(1))) }
}

/// `if condition:` what comes `first`, then the handout's line and exception.
fn fail_if(condition: Expr, first: Vec<Stmt>) -> Stmt {
    let line = Expr::Format(vec![text("Checkpoint 실패 발생! Transaction ID: "), Expr::Column(0)]);
    let mut then = first;
    then.push(Stmt::Print { text: line });
    then.push(Stmt::Raise { message: text("의도적인 Checkpoint 실패 발생") });
    Stmt::If { condition, then, otherwise: Vec::new() }
}

fn plus(a: Expr, b: Expr) -> Expr {
    Expr::Arithmetic(Arithmetic::Add, Box::new(a), Box::new(b))
}

fn is_fifth(counter: Expr) -> Expr {
    Expr::Compare(Comparison::Equal, Box::new(counter), Box::new(Expr::Constant(Value::Long(5))))
}

fn text(text: &str) -> Expr {
    Expr::Constant(Value::text(text))
}
