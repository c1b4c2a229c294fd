//! Running a function on one record: evaluation is pure and at once; the engine plays the effects over time.

use std::sync::Arc;

use super::arithmetic::{arithmetic, compare, integer};
use super::fold::with_column;
use crate::base::{EventTime, Row, SimDuration, TimeWindow, Value};
use crate::scenario::{Arithmetic, Comparison, Fold, FunctionKind, Reduce, StateKind, TimeDomain, Window};

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
    /// A Flink state loses its value.
    ClearState {
        /// Which, in the order of declaration.
        slot: u16,
    },
    /// A timer of the current key is set, if it is not set already.
    RegisterTimer {
        /// Which clock.
        domain: TimeDomain,
        /// When.
        time: EventTime,
        /// Of which window, if it is a window's.
        window: Option<TimeWindow>,
    },
    /// A timer of the current key is taken back.
    DeleteTimer {
        /// Which clock.
        domain: TimeDomain,
        /// When.
        time: EventTime,
        /// Of which window, if it is a window's.
        window: Option<TimeWindow>,
    },
    /// A window of the current key keeps a value more.
    AddToWindow {
        /// Which.
        window: TimeWindow,
        /// The value.
        value: Value,
    },
    /// A window of the current key keeps this and nothing else.
    SetWindow {
        /// Which.
        window: TimeWindow,
        /// The values.
        values: Vec<Value>,
    },
    /// A window's state goes.
    RemoveWindow {
        /// Which.
        window: TimeWindow,
    },
    /// A window's result goes downstream, with the window's last moment as timestamp.
    FireWindow {
        /// Which.
        window: TimeWindow,
        /// The result.
        row: Row,
    },
    /// The record came too late for its windows.
    Late {
        /// The record.
        row: Row,
        /// The side output that takes it; 0 = it is dropped.
        tag: u16,
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

/// What a function is called with.
#[derive(Clone, Copy, Debug)]
pub struct Invocation<'a> {
    /// The record; nothing when a timer fires.
    pub row: &'a Row,
    /// The timestamp of the record or timer; [`EventTime::MIN`] is none.
    pub time: EventTime,
    /// The key, after a keyBy.
    pub key: &'a Value,
    /// The operator's watermark.
    pub watermark: EventTime,
    /// The machine's time in milliseconds.
    pub processing_time: u64,
    /// A timer fires: its window, if it is a window's.
    pub timer: Option<Option<TimeWindow>>,
}

impl<'a> Invocation<'a> {
    /// With a record alone.
    pub const fn of(row: &'a Row) -> Invocation<'a> {
        let (time, watermark) = (EventTime::MIN, EventTime::MIN);
        Invocation { row, time, key: &Value::Null, watermark, processing_time: 0, timer: None }
    }
}

/// What a function can read: its fields, its state (of the current key) and the world outside.
pub trait StateView {
    /// The field in `slot`.
    fn field(&self, slot: u16) -> &Value;
    /// The value of the state in `slot`, `None` before the first write.
    fn state(&self, slot: u16) -> Option<&Value>;
    /// Whether a file exists outside.
    fn file_exists(&self, path: &str) -> bool;
    /// What a window of the current key keeps.
    fn window(&self, window: TimeWindow) -> Option<&[Value]>;
    /// The windows of the current key, the earliest first.
    fn windows(&self) -> Vec<TimeWindow>;
}

/// A function made ready to run: names resolved to slots.
#[derive(Clone, Debug)]
pub struct UserFunction {
    pub(super) initial_fields: Vec<Value>,
    pub(super) states: Vec<(StateKind, Value)>,
    pub(super) logic: Logic,
}

/// What it does.
#[derive(Clone, Debug)]
pub(super) enum Logic {
    /// Statements of a learner's.
    Body { kind: FunctionKind, body: Vec<Op>, on_timer: Vec<Op> },
    /// A window.
    Window(Window),
    /// A running result.
    Reduce(Reduce),
}

#[derive(Clone, Debug)]
pub(super) enum Op {
    Set(StmtId, u16, Ex),
    Update(StmtId, u16, Ex),
    Append(StmtId, u16, Ex),
    Add(StmtId, u16, Ex),
    Fold(StmtId, u16, Fold, Ex),
    Put(StmtId, u16, Ex, Ex),
    Clear(StmtId, u16),
    Timer(StmtId, TimeDomain, Ex, bool),
    Sleep(StmtId, SimDuration),
    Print(StmtId, Ex),
    If(StmtId, Ex, Vec<Op>, Vec<Op>),
    Raise(StmtId, Ex),
    Emit(StmtId, Ex, u16),
    Touch(StmtId, Arc<str>),
}

#[derive(Clone, Debug)]
pub(super) enum Ex {
    Constant(Value),
    Input,
    Column(usize),
    Field(u16),
    State(u16),
    Folded(u16, Fold),
    Get(u16, Box<Ex>),
    Length(Box<Ex>),
    Key,
    Timestamp,
    Watermark,
    ProcessingTime,
    Arithmetic(Arithmetic, Box<Ex>, Box<Ex>),
    Compare(Comparison, Box<Ex>, Box<Ex>),
    Not(Box<Ex>),
    And(Box<Ex>, Box<Ex>),
    Format(Vec<Ex>),
    Row(Vec<Ex>),
    FileExists(Arc<str>),
}

impl UserFunction {
    /// The fields of a new instance.
    pub fn initial_fields(&self) -> &[Value] {
        &self.initial_fields
    }

    /// The kinds of the declared states, in order.
    pub fn state_kinds(&self) -> impl Iterator<Item = StateKind> + '_ {
        self.states.iter().map(|(kind, _)| *kind)
    }

    /// Calls the function and appends what it does to `effects`; with `lines`, each statement too.
    pub fn call(&self, with: &Invocation<'_>, view: &impl StateView, lines: bool, effects: &mut Vec<Effect>) {
        let failed = match (&self.logic, with.timer) {
            (Logic::Body { kind, body, on_timer }, timer) => {
                let ops = if timer.is_some() { on_timer } else { body };
                let mut call = Call { function: self, kind: *kind, with, view, lines, effects };
                match call.block(ops) {
                    Flow::Done if *kind == FunctionKind::Map => {
                        call.effects.push(Effect::Emit { row: Value::Null, tag: 0 });
                    }
                    _ => {}
                }
                Ok(())
            }
            (Logic::Window(window), None) => window.on_record(with, view, effects),
            (Logic::Window(window), Some(Some(of))) => window.on_timer(with, of, view, effects),
            (Logic::Window(_), Some(None)) => Ok(()),
            (Logic::Reduce(reduce), _) => reduce.on_record(with, view, effects),
        };
        if let Err(message) = failed {
            effects.push(Effect::Raise(message.into()));
        }
    }
}

impl Reduce {
    /// The first record is the first result; each one after it is put together with the last (`StreamGroupedReduceOperator`).
    fn on_record(&self, with: &Invocation<'_>, view: &impl StateView, effects: &mut Vec<Effect>) -> Result<(), String> {
        let row = match view.state(0) {
            None => with.row.clone(),
            Some(last) => {
                let folded = self.fold.merge(last.column(self.column), with.row.column(self.column))?;
                with_column(last, self.column, folded)
            }
        };
        effects.push(Effect::UpdateState { slot: 0, value: row.clone() });
        effects.push(Effect::Emit { row, tag: 0 });
        Ok(())
    }
}

enum Flow {
    Done,
    Left,
}

struct Call<'a, V> {
    function: &'a UserFunction,
    kind: FunctionKind,
    with: &'a Invocation<'a>,
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
        | Op::Add(id, ..)
        | Op::Fold(id, ..)
        | Op::Put(id, ..)
        | Op::Clear(id, _)
        | Op::Timer(id, ..)
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
            Op::Add(..) | Op::Fold(..) | Op::Put(..) | Op::Clear(..) => self.write(op)?,
            Op::Timer(_, domain, ex, set) => {
                let time = self.value(ex)?;
                let time = integer(&time).map(EventTime).ok_or_else(|| not_a_time(&time))?;
                let (domain, window) = (*domain, None);
                self.effects.push(match set {
                    true => Effect::RegisterTimer { domain, time, window },
                    false => Effect::DeleteTimer { domain, time, window },
                });
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
                if self.kind == FunctionKind::Map {
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
            Ex::Input => self.with.row.clone(),
            Ex::Column(index) => self.with.row.column(*index).clone(),
            Ex::Field(slot) => self.field(*slot).clone(),
            Ex::State(slot) => self.state(*slot).clone(),
            Ex::Folded(slot, fold) => match self.written(*slot) {
                Some(accumulator) => fold.result(accumulator),
                None => self.function.states[usize::from(*slot)].1.clone(),
            },
            Ex::Get(slot, key) => self.entry(*slot, &self.value(key)?),
            Ex::Length(ex) => match self.value(ex)? {
                Value::List(values) => Value::Long(values.len() as i64),
                Value::Null => Value::Long(0),
                other => return Err(format!("TypeError: {} has no len()", other.python_repr())),
            },
            Ex::Key => self.with.key.clone(),
            Ex::Timestamp if self.with.time == EventTime::MIN => Value::Null,
            Ex::Timestamp => Value::Long(self.with.time.0),
            Ex::Watermark => Value::Long(self.with.watermark.0),
            Ex::ProcessingTime => Value::Long(self.with.processing_time as i64),
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
        self.written(wanted).unwrap_or(&self.function.states[usize::from(wanted)].1)
    }

    /// The state as this call sees it, where something is in it.
    fn written(&self, wanted: u16) -> Option<&Value> {
        for effect in self.effects.iter().rev() {
            match effect {
                Effect::UpdateState { slot, value } if *slot == wanted => return Some(value),
                Effect::ClearState { slot } if *slot == wanted => return None,
                _ => {}
            }
        }
        self.view.state(wanted)
    }

    /// The value of a key in a map state.
    fn entry(&self, slot: u16, key: &Value) -> Value {
        let Some(Value::List(entries)) = self.written(slot) else { return Value::Null };
        let found = entries.iter().find(|entry| entry.column(0) == key);
        found.map_or(Value::Null, |entry| entry.column(1).clone())
    }

    /// Keyed state of more than one value: kept as a list, a map as a list of pairs in the order of their keys.
    fn write(&mut self, op: &Op) -> Result<(), String> {
        let held = |slot: u16| match self.written(slot) {
            Some(Value::List(values)) => values.to_vec(),
            _ => Vec::new(),
        };
        let (slot, value) = match op {
            Op::Add(_, slot, ex) => {
                let mut values = held(*slot);
                values.push(self.value(ex)?);
                (*slot, Value::list(values))
            }
            Op::Fold(_, slot, fold, ex) => (*slot, fold.and(self.written(*slot), &self.value(ex)?)?),
            Op::Put(_, slot, key, ex) => {
                let mut entries = held(*slot);
                let key = self.value(key)?;
                let entry = Value::list(vec![key.clone(), self.value(ex)?]);
                match entries.binary_search_by(|other| other.column(0).cmp(&key)) {
                    Ok(at) => entries[at] = entry,
                    Err(at) => entries.insert(at, entry),
                }
                (*slot, Value::list(entries))
            }
            Op::Clear(_, slot) => {
                self.effects.push(Effect::ClearState { slot: *slot });
                return Ok(());
            }
            _ => return Ok(()),
        };
        self.effects.push(Effect::UpdateState { slot, value });
        Ok(())
    }

    fn touched(&self, wanted: &str) -> bool {
        self.effects.iter().any(|effect| matches!(effect, Effect::TouchFile(path) if **path == *wanted))
    }
}

fn not_a_time(value: &Value) -> String {
    format!("TypeError: a timer needs a whole number, not {}", value.python_repr())
}
