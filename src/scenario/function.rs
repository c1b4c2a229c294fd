//! A user function as data: a small typed program. Its types live here because a scenario holds it; `program` runs it and
//! prints it as PyFlink.

use serde::{Deserialize, Serialize};

use super::{Api, Fold, TimeDomain};
use crate::base::{Value, ValueType};

/// A user function: a class with fields, Flink state and one method.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Function {
    /// Name of the class.
    pub class: String,
    /// Which interface it implements.
    pub kind: FunctionKind,
    /// Instance fields: made anew at every attempt (SR-7).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    /// Flink state: part of every checkpoint.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub states: Vec<StateDeclaration>,
    /// What it does with a record.
    pub body: Vec<Stmt>,
    /// `on_timer`: what it does when a timer fires.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub on_timer: Vec<Stmt>,
}

impl Function {
    /// The tags of its side outputs, in the order in which they are first named.
    pub fn side_outputs(&self) -> Vec<&str> {
        let mut tags: Vec<&str> = Vec::new();
        self.for_each_statement(&mut |stmt| {
            if let Stmt::EmitTo { tag, .. } = stmt
                && !tags.contains(&tag.as_str())
            {
                tags.push(tag);
            }
        });
        tags
    }
}

/// The interface that a function implements.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FunctionKind {
    /// `MapFunction`: one row out for each row in.
    Map,
    /// `KeyedProcessFunction` (after a key_by) or `ProcessFunction`: any number of rows out.
    Process,
}

impl FunctionKind {
    /// Flink's own name of the operator, unless somebody gives it one: PyFlink and Java name process functions differently.
    pub const fn default_operator_name(self, keyed: bool, api: &Api) -> &'static str {
        match (self, keyed, api) {
            (FunctionKind::Map, ..) => "Map",
            (FunctionKind::Process, true, Api::Python(_)) => "KEYED PROCESS",
            (FunctionKind::Process, false, Api::Python(_)) => "PROCESS",
            (FunctionKind::Process, true, Api::Java) => "KeyedProcess",
            (FunctionKind::Process, false, Api::Java) => "Process",
        }
    }
}

/// An instance field.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Its name, without `self.`.
    pub name: String,
    /// Its value in a new instance.
    pub initial: Value,
}

/// A declared Flink state.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StateDeclaration {
    /// Its name in the descriptor.
    pub name: String,
    /// Keyed or operator state.
    pub kind: StateKind,
    /// Type of its value.
    #[serde(rename = "type")]
    pub value_type: ValueType,
    /// What reading it gives before the first write.
    pub initial: Value,
}

/// Where a state belongs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StateKind {
    /// `ValueState`: one value a key.
    KeyedValue,
    /// `ListState`: a list a key, which `Update` adds to.
    KeyedList,
    /// `MapState`: a map a key, which `Put` writes.
    KeyedMap,
    /// `ReducingState`: what `Update` adds is put together at once.
    KeyedReducing(Fold),
    /// `AggregatingState`: the same over an accumulator.
    KeyedAggregating(Fold),
    /// Operator list state with one element: one value a subtask (Java's `CheckpointedFunction`).
    OperatorValue,
    /// Operator list state that a function appends to.
    OperatorList,
    /// The same as a union: after a restore every subtask has the items of all (OS-3).
    OperatorUnion,
}

impl StateKind {
    /// Whether reading it gives a list.
    pub const fn is_list(self) -> bool {
        matches!(self, StateKind::KeyedList | StateKind::KeyedMap | StateKind::OperatorList | StateKind::OperatorUnion)
    }

    /// Whether it belongs to a key.
    pub const fn is_keyed(self) -> bool {
        !matches!(self, StateKind::OperatorValue | StateKind::OperatorList | StateKind::OperatorUnion)
    }
}

/// A statement. Statements are numbered in reading order, which is how code lines light up.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Stmt {
    /// `self.field = value`.
    Set {
        /// The field.
        field: String,
        /// Its new value.
        value: Expr,
    },
    /// `self.state.update(value)`; on lists and on reducing and aggregating state, `self.state.add(value)`.
    Update {
        /// The state.
        state: String,
        /// Its new value.
        value: Expr,
    },
    /// `self.state.put(key, value)` on a [`StateKind::KeyedMap`].
    Put {
        /// The state.
        state: String,
        /// The key within the map.
        key: Expr,
        /// Its new value.
        value: Expr,
    },
    /// `self.state.clear()`.
    Clear {
        /// The state.
        state: String,
    },
    /// `ctx.timer_service().register_event_time_timer(time)`, or the same of the other clock.
    RegisterTimer {
        /// Which clock.
        domain: TimeDomain,
        /// When, in milliseconds of that clock.
        at: Expr,
    },
    /// `ctx.timer_service().delete_event_time_timer(time)`.
    DeleteTimer {
        /// Which clock.
        domain: TimeDomain,
        /// When, in milliseconds of that clock.
        at: Expr,
    },
    /// `time.sleep(…)`.
    Sleep {
        /// For how long.
        ms: u64,
    },
    /// `print(…)` to the TaskManager's stdout.
    Print {
        /// What.
        text: Expr,
    },
    /// `if condition: … else: …`.
    If {
        /// Must give a Boolean.
        condition: Expr,
        /// When true.
        then: Vec<Stmt>,
        /// When false.
        #[serde(default, rename = "else", skip_serializing_if = "Vec::is_empty")]
        otherwise: Vec<Stmt>,
    },
    /// `raise Exception(message)`.
    Raise {
        /// The message.
        message: Expr,
    },
    /// `return value` (map) or `yield value` (process).
    Emit {
        /// The row.
        value: Expr,
    },
    /// `yield output_tag, value`: to a side output (process functions only).
    EmitTo {
        /// The side output's tag.
        tag: String,
        /// The row.
        value: Expr,
    },
    /// Writes an empty file to the world outside, where it outlives every restart.
    TouchFile {
        /// Which.
        path: String,
    },
}

/// An expression.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Expr {
    /// A literal.
    Constant(Value),
    /// The record, whole.
    Input,
    /// A column of the record.
    Column(usize),
    /// `self.field`.
    Field(String),
    /// `self.state.value()`, or its initial value before the first write.
    State(String),
    /// `self.state.get(key)` on a [`StateKind::KeyedMap`].
    Get(String, Box<Expr>),
    /// `len(…)` of a list.
    Length(Box<Expr>),
    /// The key of the record or timer (`ctx.get_current_key()`).
    Key,
    /// The timestamp of the record or timer (`ctx.timestamp()`).
    Timestamp,
    /// The operator's watermark (`ctx.timer_service().current_watermark()`).
    Watermark,
    /// The machine's time, in milliseconds since the job was submitted (`ctx.timer_service().current_processing_time()`).
    ProcessingTime,
    /// Two numbers.
    Arithmetic(Arithmetic, Box<Expr>, Box<Expr>),
    /// Two values of one type.
    Compare(Comparison, Box<Expr>, Box<Expr>),
    /// `not`.
    Not(Box<Expr>),
    /// Both.
    And(Box<Expr>, Box<Expr>),
    /// An f-string: the parts as `str()` shows them, one after the other.
    Format(Vec<Expr>),
    /// A row of several values.
    Row(Vec<Expr>),
    /// `os.path.exists(path)`.
    FileExists(String),
}

/// An arithmetic operator.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Arithmetic {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `%`
    Modulo,
}

/// A comparison.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}
