//! Changes of a scenario that touch more than one field: another function, another API, another source.

use crate::base::Value;
use crate::scenario::presets as ready;
use crate::scenario::{
    Api, Comparison, Expr, Function, FunctionKind, OperatorKind, Partitioner, PythonSettings, Scenario, SourceKind,
    StateKind, Stmt,
};

/// A ready function that the form offers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReadyFunction {
    /// Fails at the fifth record; counter in a field.
    Failing,
    /// The same, once.
    FailingOnce,
    /// The same with its counter in keyed state.
    KeyedState,
    /// The same with its counter in operator state.
    OperatorState,
    /// A sum for each key.
    KeyedSum,
    /// The last amount of each key.
    Remember,
    /// Waits and passes on.
    Slow,
}

impl ReadyFunction {
    /// All of them.
    pub const ALL: [ReadyFunction; 7] = [
        ReadyFunction::Failing,
        ReadyFunction::FailingOnce,
        ReadyFunction::KeyedState,
        ReadyFunction::OperatorState,
        ReadyFunction::KeyedSum,
        ReadyFunction::Remember,
        ReadyFunction::Slow,
    ];

    /// The function as it comes.
    pub fn function(self) -> Function {
        match self {
            ReadyFunction::Failing => ready::failing_map(),
            ReadyFunction::FailingOnce => ready::failing_map_once(),
            ReadyFunction::KeyedState => ready::failing_process_with_state(),
            ReadyFunction::OperatorState => ready::failing_map_with_operator_state(),
            ReadyFunction::KeyedSum => ready::keyed_sum_function(),
            ReadyFunction::Remember => ready::remember_amount(),
            ReadyFunction::Slow => ready::slow_pass(25),
        }
    }

    /// Which ready function this is, its numbers aside.
    pub fn of(function: &Function) -> Option<ReadyFunction> {
        ReadyFunction::ALL.into_iter().find(|ready| ready.function().class == function.class)
    }
}

/// Puts a function into an operator. Its numbers are taken over from the one before where both have them, its name follows
/// its kind, and the edges to it get a key where it needs one.
pub fn set_function(scenario: &mut Scenario, operator: usize, mut function: Function) {
    let Some(at) = scenario.operators.get_mut(operator) else { return };
    let OperatorKind::Function(before) = &at.kind else { return };
    if let (Some(fail_at), Some(_)) = (fail_at(before), fail_at(&function)) {
        set_fail_at(&mut function, fail_at);
    }
    if let (Some(ms), Some(_)) = (sleep_ms(before), sleep_ms(&function)) {
        set_sleep_ms(&mut function, ms);
    }
    let needs_key = function.states.iter().any(|state| state.kind == StateKind::KeyedValue);
    let by_column = matches!(ReadyFunction::of(&function), Some(ReadyFunction::KeyedSum | ReadyFunction::Remember));
    let keyed = needs_key || function.kind == FunctionKind::Process;
    at.name = function.kind.default_operator_name(keyed, &scenario.api).into();
    let uid = at.uid.clone();
    at.kind = OperatorKind::Function(function);
    for edge in scenario.edges.iter_mut().filter(|edge| edge.to == uid) {
        edge.partitioner = match (needs_key, edge.partitioner) {
            (true, keyed) if keyed.is_keyed() => keyed,
            (true, _) if by_column => Partitioner::KeyBy { column: 0 },
            (true, _) => Partitioner::KeyByConstant,
            (false, keyed) if keyed.is_keyed() => Partitioner::Forward,
            (false, other) => other,
        };
    }
}

/// Sets the API, and with it the collection source that belongs to it.
pub fn set_api(scenario: &mut Scenario, python: bool) {
    scenario.api = match (&scenario.api, python) {
        (Api::Python(settings), true) => Api::Python(settings.clone()),
        (_, true) => Api::Python(PythonSettings::default()),
        (_, false) => Api::Java,
    };
    for operator in &mut scenario.operators {
        if let OperatorKind::Source(source) = &mut operator.kind {
            source.kind = match (source.kind, python) {
                (SourceKind::JavaCollection, true) => SourceKind::PythonCollection,
                (SourceKind::PythonCollection, false) => SourceKind::JavaCollection,
                (kind, _) => kind,
            };
        }
    }
}

/// The number at which a function fails: what its counter is compared with before it raises.
pub fn fail_at(function: &Function) -> Option<u64> {
    let mut found = None;
    function.for_each_statement(&mut |statement| {
        if let Stmt::If { condition, then, .. } = statement
            && then.iter().any(|inner| matches!(inner, Stmt::Raise { .. }))
        {
            found = found.or(compared(condition));
        }
    });
    found
}

/// Sets it.
pub fn set_fail_at(function: &mut Function, number: u64) {
    for statement in &mut function.body {
        if let Stmt::If { condition, then, .. } = statement
            && then.iter().any(|inner| matches!(inner, Stmt::Raise { .. }))
            && let Some(value) = compared_mut(condition)
        {
            *value = number as i64;
        }
    }
}

/// How long a function sleeps for each record.
pub fn sleep_ms(function: &Function) -> Option<u64> {
    function.body.iter().find_map(|statement| match statement {
        Stmt::Sleep { ms } => Some(*ms),
        _ => None,
    })
}

/// Sets it.
pub fn set_sleep_ms(function: &mut Function, millis: u64) {
    for statement in &mut function.body {
        if let Stmt::Sleep { ms } = statement {
            *ms = millis;
        }
    }
}

fn compared(condition: &Expr) -> Option<u64> {
    match condition {
        Expr::Compare(Comparison::Equal, _, right) => match right.as_ref() {
            Expr::Constant(Value::Long(number)) => u64::try_from(*number).ok(),
            _ => None,
        },
        Expr::And(left, right) => compared(left).or_else(|| compared(right)),
        _ => None,
    }
}

fn compared_mut(condition: &mut Expr) -> Option<&mut i64> {
    match condition {
        Expr::Compare(Comparison::Equal, _, right) => match right.as_mut() {
            Expr::Constant(Value::Long(number)) => Some(number),
            _ => None,
        },
        Expr::And(left, right) => match compared(left) {
            Some(_) => compared_mut(left),
            None => compared_mut(right),
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Severity;

    #[test]
    fn every_ready_function_fits_into_the_handout() {
        for chosen in ReadyFunction::ALL {
            let mut scenario = ready::handout();
            set_function(&mut scenario, 1, chosen.function());
            let OperatorKind::Function(function) = &scenario.operators[1].kind else { panic!("it is a function") };
            assert_eq!(ReadyFunction::of(function), Some(chosen));
            let errors: Vec<_> =
                scenario.issues().into_iter().filter(|issue| issue.severity() == Severity::Error).collect();
            assert_eq!(errors, [], "{chosen:?}");
        }
    }

    #[test]
    fn numbers_of_a_function_can_be_read_and_set_and_are_taken_over() {
        let mut scenario = ready::handout();
        let OperatorKind::Function(function) = &mut scenario.operators[1].kind else { panic!("it is a function") };
        assert_eq!((fail_at(function), sleep_ms(function)), (Some(5), Some(1_000)));
        set_fail_at(function, 7);
        set_sleep_ms(function, 200);
        for chosen in [ReadyFunction::FailingOnce, ReadyFunction::KeyedState, ReadyFunction::OperatorState] {
            set_function(&mut scenario, 1, chosen.function());
            let OperatorKind::Function(function) = &scenario.operators[1].kind else { panic!("it is a function") };
            assert_eq!((fail_at(function), sleep_ms(function)), (Some(7), Some(200)), "{chosen:?}");
        }
    }

    #[test]
    fn the_api_brings_its_collection_source() {
        let mut scenario = ready::handout();
        set_api(&mut scenario, false);
        assert_eq!(scenario, ready::java_handout());
        set_api(&mut scenario, true);
        assert_eq!(scenario, ready::handout());
    }
}
