//! Running a function on one record: evaluation is pure and at once; the engine plays the effects over time.

use std::sync::Arc;

use crate::base::{Row, SimDuration, Value};
use crate::scenario::{Arithmetic, Comparison, Expr, Function, FunctionKind, StateKind, Stmt, side_output_number};

/// A statement's number: statements are counted in reading order, an `if` before its branches.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize)]
#[serde(transparent)]
pub struct StmtId(pub u16);

/// What a call does, one thing after the other.
#[derive(Clone, PartialEq, Debug)]
pub enum Effect {
    /// Execution reached this statement.
    Line(StmtId),
    /// An instance field gets a value.
    SetField {
        /// Which, in the order of declaration.
        slot: u16,
        /// Its value.
        value: Value,
    },
    /// A Flink state gets a value.
    UpdateState {
        /// Which, in the order of declaration.
        slot: u16,
        /// Its value.
        value: Value,
    },
    /// A value is appended to a list state.
    AppendState {
        /// Which, in the order of declaration.
        slot: u16,
        /// The value.
        value: Value,
    },
    /// Text goes to stdout.
    Print(Arc<str>),
    /// The thread sleeps.
    Sleep(SimDuration),
    /// A row goes downstream.
    Emit {
        /// The row.
        row: Row,
        /// Which output: 0 is the main one, others the side outputs, counted from 1.
        tag: u16,
    },
    /// A file appears in the world outside.
    TouchFile(Arc<str>),
    /// An exception leaves the function; nothing follows it.
    Raise(Arc<str>),
}

/// What a function can read: its fields, its state (of the current key) and the world outside.
pub trait StateView {
    /// The field in `slot`.
    fn field(&self, slot: u16) -> &Value;
    /// The value of the state in `slot`, `None` before the first write.
    fn state(&self, slot: u16) -> Option<&Value>;
    /// Whether a file exists outside.
    fn file_exists(&self, path: &str) -> bool;
}

/// A function made ready to run: names resolved to slots.
#[derive(Clone, Debug)]
pub struct UserFunction {
    kind: FunctionKind,
    initial_fields: Vec<Value>,
    states: Vec<(StateKind, Value)>,
    body: Vec<Op>,
}

#[derive(Clone, Debug)]
enum Op {
    Set(StmtId, u16, Ex),
    Update(StmtId, u16, Ex),
    Append(StmtId, u16, Ex),
    Sleep(StmtId, SimDuration),
    Print(StmtId, Ex),
    If(StmtId, Ex, Vec<Op>, Vec<Op>),
    Raise(StmtId, Ex),
    Emit(StmtId, Ex, u16),
    Touch(StmtId, Arc<str>),
}

#[derive(Clone, Debug)]
enum Ex {
    Constant(Value),
    Input,
    Column(usize),
    Field(u16),
    State(u16),
    Arithmetic(Arithmetic, Box<Ex>, Box<Ex>),
    Compare(Comparison, Box<Ex>, Box<Ex>),
    Not(Box<Ex>),
    And(Box<Ex>, Box<Ex>),
    Format(Vec<Ex>),
    Row(Vec<Ex>),
    FileExists(Arc<str>),
}

impl UserFunction {
    /// Resolves the names of `function`.
    ///
    /// # Errors
    /// The name that is not declared.
    pub fn compile(function: &Function) -> Result<UserFunction, String> {
        let mut next = 0;
        Ok(UserFunction {
            kind: function.kind,
            initial_fields: function.fields.iter().map(|field| field.initial.clone()).collect(),
            states: function.states.iter().map(|state| (state.kind, state.initial.clone())).collect(),
            body: compile_block(function, &function.body, &mut next)?,
        })
    }

    /// The fields of a new instance.
    pub fn initial_fields(&self) -> &[Value] {
        &self.initial_fields
    }

    /// The kinds of the declared states, in order.
    pub fn state_kinds(&self) -> impl Iterator<Item = StateKind> + '_ {
        self.states.iter().map(|(kind, _)| *kind)
    }

    /// Calls the function with `input` and appends what it does to `effects`; with `lines`, each statement too.
    pub fn call(&self, input: &Row, view: &impl StateView, lines: bool, effects: &mut Vec<Effect>) {
        let mut call = Call { function: self, input, view, lines, effects };
        match call.block(&self.body) {
            Flow::Done if self.kind == FunctionKind::Map => {
                call.effects.push(Effect::Emit { row: Value::Null, tag: 0 })
            }
            _ => {}
        }
    }
}

enum Flow {
    Done,
    Left,
}

struct Call<'a, V> {
    function: &'a UserFunction,
    input: &'a Row,
    view: &'a V,
    lines: bool,
    effects: &'a mut Vec<Effect>,
}

impl<V: StateView> Call<'_, V> {
    fn block(&mut self, ops: &[Op]) -> Flow {
        for op in ops {
            if let Flow::Left = self.statement(op) {
                return Flow::Left;
            }
        }
        Flow::Done
    }

    fn statement(&mut self, op: &Op) -> Flow {
        match self.execute(op) {
            Ok(flow) => flow,
            Err(message) => {
                self.effects.push(Effect::Raise(message.into()));
                Flow::Left
            }
        }
    }

    fn execute(&mut self, op: &Op) -> Result<Flow, String> {
        let (Op::Set(id, ..)
        | Op::Update(id, ..)
        | Op::Append(id, ..)
        | Op::Sleep(id, _)
        | Op::Print(id, _)
        | Op::If(id, ..)
        | Op::Raise(id, _)
        | Op::Emit(id, ..)
        | Op::Touch(id, _)) = op;
        if self.lines {
            self.effects.push(Effect::Line(*id));
        }
        match op {
            Op::Set(_, slot, ex) => {
                let value = self.value(ex)?;
                self.effects.push(Effect::SetField { slot: *slot, value });
            }
            Op::Update(_, slot, ex) => {
                let value = self.value(ex)?;
                self.effects.push(Effect::UpdateState { slot: *slot, value });
            }
            Op::Append(_, slot, ex) => {
                let value = self.value(ex)?;
                self.effects.push(Effect::AppendState { slot: *slot, value });
            }
            Op::Sleep(_, duration) => self.effects.push(Effect::Sleep(*duration)),
            Op::Print(_, ex) => {
                let text = self.value(ex)?.python();
                self.effects.push(Effect::Print(text.into()));
            }
            Op::If(_, condition, then, otherwise) => {
                return match self.value(condition)? {
                    Value::Boolean(true) => Ok(self.block(then)),
                    Value::Boolean(false) | Value::Null => Ok(self.block(otherwise)),
                    other => Err(format!("TypeError: a condition must be True or False, not {}", other.python_repr())),
                };
            }
            Op::Raise(_, ex) => {
                let message = self.value(ex)?.python();
                self.effects.push(Effect::Raise(message.into()));
                return Ok(Flow::Left);
            }
            Op::Emit(_, ex, tag) => {
                let row = self.value(ex)?;
                self.effects.push(Effect::Emit { row, tag: *tag });
                if self.function.kind == FunctionKind::Map {
                    return Ok(Flow::Left);
                }
            }
            Op::Touch(_, path) => self.effects.push(Effect::TouchFile(path.clone())),
        }
        Ok(Flow::Done)
    }

    fn value(&self, ex: &Ex) -> Result<Value, String> {
        Ok(match ex {
            Ex::Constant(value) => value.clone(),
            Ex::Input => self.input.clone(),
            Ex::Column(index) => self.input.column(*index).clone(),
            Ex::Field(slot) => self.field(*slot).clone(),
            Ex::State(slot) => self.state(*slot).clone(),
            Ex::Arithmetic(operator, a, b) => arithmetic(*operator, &self.value(a)?, &self.value(b)?)?,
            Ex::Compare(comparison, a, b) => compare(*comparison, &self.value(a)?, &self.value(b)?)?,
            Ex::Not(inner) => Value::Boolean(!self.truth(inner)?),
            Ex::And(a, b) => Value::Boolean(self.truth(a)? && self.truth(b)?),
            Ex::Format(parts) => {
                let mut text = String::new();
                for part in parts {
                    text.push_str(&self.value(part)?.python());
                }
                Value::text(&text)
            }
            Ex::Row(parts) => Value::list(parts.iter().map(|part| self.value(part)).collect::<Result<_, _>>()?),
            Ex::FileExists(path) => Value::Boolean(self.touched(path) || self.view.file_exists(path)),
        })
    }

    fn truth(&self, ex: &Ex) -> Result<bool, String> {
        match self.value(ex)? {
            Value::Boolean(flag) => Ok(flag),
            other => Err(format!("TypeError: expected True or False, not {}", other.python_repr())),
        }
    }

    /// The field as this call sees it: its own last write, else the instance's value.
    fn field(&self, wanted: u16) -> &Value {
        let own = self.effects.iter().rev().find_map(|effect| match effect {
            Effect::SetField { slot, value } if *slot == wanted => Some(value),
            _ => None,
        });
        own.unwrap_or_else(|| self.view.field(wanted))
    }

    fn state(&self, wanted: u16) -> &Value {
        let own = self.effects.iter().rev().find_map(|effect| match effect {
            Effect::UpdateState { slot, value } if *slot == wanted => Some(value),
            _ => None,
        });
        own.or_else(|| self.view.state(wanted)).unwrap_or(&self.function.states[usize::from(wanted)].1)
    }

    fn touched(&self, wanted: &str) -> bool {
        self.effects.iter().any(|effect| matches!(effect, Effect::TouchFile(path) if **path == *wanted))
    }
}

fn arithmetic(operator: Arithmetic, a: &Value, b: &Value) -> Result<Value, String> {
    let sign = match operator {
        Arithmetic::Add => "+",
        Arithmetic::Subtract => "-",
        Arithmetic::Multiply => "*",
        Arithmetic::Modulo => "%",
    };
    if let (Value::String(a), Value::String(b), Arithmetic::Add) = (a, b, operator) {
        return Ok(Value::text(&format!("{a}{b}")));
    }
    if let (Some(a), Some(b)) = (integer(a), integer(b)) {
        let result = match operator {
            Arithmetic::Add => a.checked_add(b),
            Arithmetic::Subtract => a.checked_sub(b),
            Arithmetic::Multiply => a.checked_mul(b),
            Arithmetic::Modulo if b == 0 => return Err("ZeroDivisionError: integer modulo by zero".into()),
            Arithmetic::Modulo => a.checked_rem_euclid(b),
        };
        return result.map(Value::Long).ok_or_else(|| format!("OverflowError: {a} {sign} {b} needs more than 64 bits"));
    }
    match (double(a), double(b)) {
        (Some(a), Some(b)) => Ok(Value::Double(match operator {
            Arithmetic::Add => a + b,
            Arithmetic::Subtract => a - b,
            Arithmetic::Multiply => a * b,
            Arithmetic::Modulo => a.rem_euclid(b),
        })),
        _ => Err(format!("TypeError: {} {sign} {} is not defined", a.python_repr(), b.python_repr())),
    }
}

fn compare(comparison: Comparison, a: &Value, b: &Value) -> Result<Value, String> {
    let order = match (integer(a), integer(b), double(a), double(b)) {
        (Some(a), Some(b), ..) => Some(a.cmp(&b)),
        (_, _, Some(a), Some(b)) => a.partial_cmp(&b),
        _ => Some(a.cmp(b)),
    };
    let holds = match comparison {
        Comparison::Equal => order.is_some_and(|order| order.is_eq()),
        Comparison::NotEqual => order.is_none_or(|order| order.is_ne()),
        Comparison::Less => order.is_some_and(|order| order.is_lt()),
        Comparison::LessOrEqual => order.is_some_and(|order| order.is_le()),
        Comparison::Greater => order.is_some_and(|order| order.is_gt()),
        Comparison::GreaterOrEqual => order.is_some_and(|order| order.is_ge()),
    };
    Ok(Value::Boolean(holds))
}

fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Int(number) => Some(i64::from(*number)),
        Value::Long(number) => Some(*number),
        _ => None,
    }
}

fn double(value: &Value) -> Option<f64> {
    match value {
        Value::Double(number) => Some(*number),
        other => integer(other).map(|number| number as f64),
    }
}

fn compile_block(function: &Function, block: &[Stmt], next: &mut u16) -> Result<Vec<Op>, String> {
    block.iter().map(|stmt| compile_statement(function, stmt, next)).collect()
}

fn compile_statement(function: &Function, stmt: &Stmt, next: &mut u16) -> Result<Op, String> {
    let id = StmtId(*next);
    *next += 1;
    Ok(match stmt {
        Stmt::Set { field, value } => Op::Set(id, field_slot(function, field)?, compile_expression(function, value)?),
        Stmt::Update { state, value } => {
            let slot = state_slot(function, state)?;
            let value = compile_expression(function, value)?;
            match function.states[usize::from(slot)].kind {
                StateKind::OperatorList | StateKind::OperatorUnion => Op::Append(id, slot, value),
                StateKind::KeyedValue | StateKind::OperatorValue => Op::Update(id, slot, value),
            }
        }
        Stmt::Sleep { ms } => Op::Sleep(id, SimDuration::from_millis(*ms)),
        Stmt::Print { text } => Op::Print(id, compile_expression(function, text)?),
        Stmt::If { condition, then, otherwise } => Op::If(
            id,
            compile_expression(function, condition)?,
            compile_block(function, then, next)?,
            compile_block(function, otherwise, next)?,
        ),
        Stmt::Raise { message } => Op::Raise(id, compile_expression(function, message)?),
        Stmt::Emit { value } => Op::Emit(id, compile_expression(function, value)?, 0),
        Stmt::EmitTo { tag, value } => {
            let tag = side_output_number(&function.side_outputs(), tag);
            Op::Emit(id, compile_expression(function, value)?, tag)
        }
        Stmt::TouchFile { path } => Op::Touch(id, path.as_str().into()),
    })
}

fn compile_expression(function: &Function, expr: &Expr) -> Result<Ex, String> {
    let both = |a: &Expr, b: &Expr| -> Result<_, String> {
        Ok((Box::new(compile_expression(function, a)?), Box::new(compile_expression(function, b)?)))
    };
    let all =
        |parts: &[Expr]| parts.iter().map(|part| compile_expression(function, part)).collect::<Result<Vec<_>, _>>();
    Ok(match expr {
        Expr::Constant(value) => Ex::Constant(value.clone()),
        Expr::Input => Ex::Input,
        Expr::Column(index) => Ex::Column(*index),
        Expr::Field(name) => Ex::Field(field_slot(function, name)?),
        Expr::State(name) => Ex::State(state_slot(function, name)?),
        Expr::Arithmetic(operator, a, b) => both(a, b).map(|(a, b)| Ex::Arithmetic(*operator, a, b))?,
        Expr::Compare(comparison, a, b) => both(a, b).map(|(a, b)| Ex::Compare(*comparison, a, b))?,
        Expr::Not(inner) => Ex::Not(Box::new(compile_expression(function, inner)?)),
        Expr::And(a, b) => both(a, b).map(|(a, b)| Ex::And(a, b))?,
        Expr::Format(parts) => Ex::Format(all(parts)?),
        Expr::Row(parts) => Ex::Row(all(parts)?),
        Expr::FileExists(path) => Ex::FileExists(path.as_str().into()),
    })
}

fn field_slot(function: &Function, name: &str) -> Result<u16, String> {
    let slot = function.fields.iter().position(|field| field.name == name);
    slot.map(|slot| slot as u16).ok_or_else(|| format!("{} has no field '{name}'", function.class))
}

fn state_slot(function: &Function, name: &str) -> Result<u16, String> {
    let slot = function.states.iter().position(|state| state.name == name);
    slot.map(|slot| slot as u16).ok_or_else(|| format!("{} has no state '{name}'", function.class))
}
