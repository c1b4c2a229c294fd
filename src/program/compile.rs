//! Making functions ready to run: names become slots, statements get their numbers in reading order.

use super::call::{Ex, Logic, Op, StmtId, UserFunction};
use crate::base::{SimDuration, Value};
use crate::scenario::{Expr, Function, Reduce, StateKind, Stmt, Window, side_output_number};

impl UserFunction {
    /// Resolves the names of `function`.
    ///
    /// # Errors
    /// The name that is not declared.
    pub fn compile(function: &Function) -> Result<UserFunction, String> {
        let mut next = 0;
        let body = compile_block(function, &function.body, &mut next)?;
        let on_timer = compile_block(function, &function.on_timer, &mut next)?;
        Ok(UserFunction {
            initial_fields: function.fields.iter().map(|field| field.initial.clone()).collect(),
            states: function.states.iter().map(|state| (state.kind, state.initial.clone())).collect(),
            logic: Logic::Body { kind: function.kind, body, on_timer },
        })
    }

    /// A window's own function.
    pub fn window(window: &Window) -> UserFunction {
        UserFunction { initial_fields: Vec::new(), states: Vec::new(), logic: Logic::Window(window.clone()) }
    }

    /// A running result's own function: its last result is state.
    pub fn reduce(reduce: &Reduce) -> UserFunction {
        let states = vec![(StateKind::KeyedValue, Value::Null)];
        UserFunction { initial_fields: Vec::new(), states, logic: Logic::Reduce(reduce.clone()) }
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
                StateKind::KeyedList => Op::Add(id, slot, value),
                StateKind::KeyedReducing(fold) | StateKind::KeyedAggregating(fold) => Op::Fold(id, slot, fold, value),
                StateKind::KeyedValue | StateKind::OperatorValue | StateKind::KeyedMap => Op::Update(id, slot, value),
            }
        }
        Stmt::Put { state, key, value } => {
            let (key, value) = (compile_expression(function, key)?, compile_expression(function, value)?);
            Op::Put(id, state_slot(function, state)?, key, value)
        }
        Stmt::Clear { state } => Op::Clear(id, state_slot(function, state)?),
        Stmt::RegisterTimer { domain, at } => Op::Timer(id, *domain, compile_expression(function, at)?, true),
        Stmt::DeleteTimer { domain, at } => Op::Timer(id, *domain, compile_expression(function, at)?, false),
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
        Expr::State(name) => {
            let slot = state_slot(function, name)?;
            match function.states[usize::from(slot)].kind {
                StateKind::KeyedAggregating(fold) => Ex::Folded(slot, fold),
                _ => Ex::State(slot),
            }
        }
        Expr::Get(name, key) => Ex::Get(state_slot(function, name)?, Box::new(compile_expression(function, key)?)),
        Expr::Length(inner) => Ex::Length(Box::new(compile_expression(function, inner)?)),
        Expr::Key => Ex::Key,
        Expr::Timestamp => Ex::Timestamp,
        Expr::Watermark => Ex::Watermark,
        Expr::ProcessingTime => Ex::ProcessingTime,
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
