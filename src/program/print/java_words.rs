//! Java literals, types and expressions.

use super::plan::Plan;
use super::python_words::{compare_sign, escaped, sign};
use crate::base::{Value, ValueType};
use crate::scenario::{Arithmetic, Comparison, Expr, Function, Shape, StateKind, Stmt, TimeDomain};

/// How tightly an expression holds together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Choice,
    And,
    Equality,
    Order,
    Sum,
    Product,
    Unary,
    Atom,
}

/// An expression as text, with what is needed to put it into another.
struct Text {
    text: String,
    level: Level,
    value_type: Option<ValueType>,
    /// A primitive can be compared with `==`.
    primitive: bool,
}

/// The expressions of one function.
pub(super) struct Words<'a> {
    pub(super) plan: &'a Plan<'a>,
    pub(super) function: &'a Function,
    pub(super) input: &'a Shape,
    pub(super) field_types: Vec<Option<ValueType>>,
    /// Inside `onTimer`, where the timestamp is an argument.
    pub(super) on_timer: bool,
}

impl Words<'_> {
    /// An expression that stands alone.
    pub(super) fn alone(&self, expr: &Expr, written: &[bool]) -> String {
        self.expr(expr, written).text
    }

    /// An expression as a text, for printing and exceptions.
    pub(super) fn as_text(&self, expr: &Expr, written: &[bool]) -> String {
        let text = self.expr(expr, written);
        match text.value_type {
            Some(ValueType::String) => text.text,
            _ => format!("String.valueOf({})", text.text),
        }
    }

    /// `field += 1L` where the new value is made from the old one, else `field = …`.
    pub(super) fn assignment(&self, field: &str, value: &Expr, written: &[bool]) -> String {
        match value {
            Expr::Arithmetic(operator, old, by)
                if *operator != Arithmetic::Modulo && matches!(&**old, Expr::Field(name) if name == field) =>
            {
                format!("{field} {}= {};", sign(*operator), self.alone(by, written))
            }
            _ => format!("{field} = {};", self.alone(value, written)),
        }
    }

    fn expr(&self, expr: &Expr, written: &[bool]) -> Text {
        let value_type = match self.function.shape_of(expr, self.input) {
            Shape::Lone(value_type) => value_type,
            Shape::Unknown | Shape::Columns(_) => None,
        };
        let text = |text: String, level, primitive| Text { text, level, value_type, primitive };
        let boxed = |atom: String| text(atom, Level::Atom, false);
        match expr {
            Expr::Constant(value) => text(literal(value), Level::Atom, value_type != Some(ValueType::String)),
            Expr::Input => boxed("value".into()),
            Expr::Column(0) if matches!(self.input, Shape::Lone(_)) => boxed("value".into()),
            Expr::Column(index) if matches!(self.input, Shape::Columns(_)) => boxed(format!("value.f{index}")),
            Expr::Column(index) => boxed(format!("((Tuple) value).getField({index})")),
            Expr::Field(name) => text(name.clone(), Level::Atom, self.field_is_primitive(name)),
            Expr::State(name) => self.state(name, written, value_type),
            Expr::Get(name, key) => boxed(format!("{name}.get({})", self.alone(key, written))),
            Expr::Length(inner) => match &**inner {
                Expr::State(name) if self.is_list(name) => {
                    let text_of = format!("StreamSupport.stream({name}.get().spliterator(), false).count()");
                    text(text_of, Level::Atom, true)
                }
                other => text(format!("((Tuple) {}).getArity()", self.alone(other, written)), Level::Atom, true),
            },
            Expr::Key => boxed("ctx.getCurrentKey()".into()),
            Expr::Timestamp if self.on_timer => text("timestamp".into(), Level::Atom, true),
            Expr::Timestamp => boxed("ctx.timestamp()".into()),
            Expr::Watermark => text("ctx.timerService().currentWatermark()".into(), Level::Atom, true),
            Expr::ProcessingTime => text("ctx.timerService().currentProcessingTime()".into(), Level::Atom, true),
            Expr::Arithmetic(operator, a, b) => self.arithmetic(*operator, a, b, written, value_type),
            Expr::Compare(comparison, a, b) => self.compare(*comparison, a, b, written),
            Expr::Not(inner) => text(format!("!{}", self.at_least(inner, Level::Unary, written)), Level::Unary, true),
            Expr::And(a, b) => {
                let (a, b) = (self.at_least(a, Level::And, written), self.at_least(b, Level::Equality, written));
                text(format!("{a} && {b}"), Level::And, true)
            }
            Expr::Format(parts) => {
                let mut texts: Vec<String> =
                    parts.iter().map(|part| self.at_least(part, Level::Product, written)).collect();
                let starts_as_text = parts.first().is_some_and(|part| {
                    self.function.shape_of(part, self.input) == Shape::Lone(Some(ValueType::String))
                });
                if !starts_as_text {
                    texts.insert(0, "\"\"".into());
                }
                text(texts.join(" + "), Level::Sum, false)
            }
            Expr::Row(parts) => {
                let parts: Vec<String> = parts.iter().map(|part| self.alone(part, written)).collect();
                boxed(format!("Tuple{}.of({})", parts.len(), parts.join(", ")))
            }
            Expr::FileExists(path) => {
                text(format!("new File({}).exists()", self.plan.flag_name(path)), Level::Atom, true)
            }
        }
    }

    fn is_list(&self, name: &str) -> bool {
        self.function.states.iter().any(|state| state.name == name && state.kind == StateKind::KeyedList)
    }

    fn at_least(&self, expr: &Expr, level: Level, written: &[bool]) -> String {
        let text = self.expr(expr, written);
        if text.level < level { format!("({})", text.text) } else { text.text }
    }

    /// A field keeps a primitive unless it can be null or change its type.
    pub(super) fn field_is_primitive(&self, name: &str) -> bool {
        let slot = self.function.fields.iter().position(|field| field.name == name);
        slot.and_then(|slot| self.field_types[slot]).is_some_and(|value_type| value_type != ValueType::String)
    }

    /// Keyed state is null before its first write; operator state is a field that is filled on restore.
    fn state(&self, name: &str, written: &[bool], value_type: Option<ValueType>) -> Text {
        let slot = self.function.states.iter().position(|state| state.name == name).unwrap_or(0);
        let state = &self.function.states[slot];
        let boxed = |text: String, level| Text { text, level, value_type, primitive: false };
        match state.kind {
            StateKind::KeyedValue => {}
            StateKind::KeyedMap => return boxed(format!("{name}.entries()"), Level::Atom),
            kind if kind.is_keyed() => return boxed(format!("{name}.get()"), Level::Atom),
            _ => return boxed(name.into(), Level::Atom),
        }
        let read = format!("{name}.value()");
        if written[slot] || state.initial == Value::Null {
            return boxed(read, Level::Atom);
        }
        boxed(format!("{read} == null ? {} : {read}", literal(&state.initial)), Level::Choice)
    }

    fn arithmetic(
        &self,
        operator: Arithmetic,
        a: &Expr,
        b: &Expr,
        written: &[bool],
        value_type: Option<ValueType>,
    ) -> Text {
        let primitive = value_type != Some(ValueType::String);
        if operator == Arithmetic::Modulo && value_type == Some(ValueType::Long) {
            let text = format!("Math.floorMod({}, {})", self.alone(a, written), self.alone(b, written));
            return Text { text, level: Level::Atom, value_type, primitive };
        }
        let level = match operator {
            Arithmetic::Add | Arithmetic::Subtract => Level::Sum,
            Arithmetic::Multiply | Arithmetic::Modulo => Level::Product,
        };
        let tighter = if level == Level::Sum { Level::Product } else { Level::Unary };
        let (a, b) = (self.at_least(a, level, written), self.at_least(b, tighter, written));
        Text { text: format!("{a} {} {b}", sign(operator)), level, value_type, primitive }
    }

    /// Numbers compare by value; two boxes and texts through their methods.
    fn compare(&self, comparison: Comparison, a: &Expr, b: &Expr, written: &[bool]) -> Text {
        let (first, second) = (self.expr(a, written), self.expr(b, written));
        let equality = matches!(comparison, Comparison::Equal | Comparison::NotEqual);
        let both_primitive = first.primitive || second.primitive;
        let numbers = [&first, &second].iter().all(|text| {
            matches!(text.value_type, Some(ValueType::Int | ValueType::Long | ValueType::Double | ValueType::Boolean))
        });
        let text = |text: String, level| Text { text, level, value_type: Some(ValueType::Boolean), primitive: true };
        if numbers && (!equality || both_primitive) {
            let level = if equality { Level::Equality } else { Level::Order };
            let (a, b) = (self.at_least(a, Level::Sum, written), self.at_least(b, Level::Sum, written));
            return text(format!("{a} {} {b}", compare_sign(comparison)), level);
        }
        let (a, b) = (first.text, second.text);
        match comparison {
            Comparison::Equal => text(format!("Objects.equals({a}, {b})"), Level::Atom),
            Comparison::NotEqual => text(format!("!Objects.equals({a}, {b})"), Level::Unary),
            order => {
                let text_compare = format!("String.valueOf({a}).compareTo(String.valueOf({b}))");
                text(format!("{text_compare} {} 0", compare_sign(order)), Level::Order)
            }
        }
    }

    /// One statement that is not an `if`.
    pub(super) fn simple(&self, stmt: &Stmt, written: &[bool], is_map: bool) -> String {
        let alone = |expr: &Expr| self.alone(expr, written);
        match stmt {
            Stmt::Set { field, value } => self.assignment(field, value, written),
            Stmt::Update { state, value } => match self.function.states.iter().find(|declared| declared.name == *state)
            {
                Some(declared)
                    if !matches!(
                        declared.kind,
                        StateKind::KeyedValue | StateKind::KeyedMap | StateKind::OperatorValue
                    ) =>
                {
                    format!("{state}.add({});", alone(value))
                }
                Some(declared) if declared.kind == StateKind::OperatorValue => format!("{state} = {};", alone(value)),
                _ => format!("{state}.update({});", alone(value)),
            },
            Stmt::Put { state, key, value } => format!("{state}.put({}, {});", alone(key), alone(value)),
            Stmt::Clear { state } => format!("{state}.clear();"),
            Stmt::RegisterTimer { domain, at } => {
                format!("ctx.timerService().register{}Timer({});", clock(*domain), alone(at))
            }
            Stmt::DeleteTimer { domain, at } => {
                format!("ctx.timerService().delete{}Timer({});", clock(*domain), alone(at))
            }
            Stmt::Sleep { ms } => format!("Thread.sleep({ms});"),
            Stmt::Print { text } => format!("System.out.println({});", self.as_text(text, written)),
            Stmt::Raise { message } => format!("throw new RuntimeException({});", self.as_text(message, written)),
            Stmt::Emit { value } if is_map => format!("return {};", alone(value)),
            Stmt::Emit { value } => format!("out.collect({});", alone(value)),
            Stmt::EmitTo { tag, value } => {
                let shape = self.function.shape_of(value, self.input);
                format!("ctx.output({}, {});", output_tag(tag, &shape), alone(value))
            }
            Stmt::TouchFile { path } => format!("new File({}).createNewFile();", self.plan.flag_name(path)),
            Stmt::If { .. } => unreachable!("an if is written by its lines"),
        }
    }
}

/// `EventTime`.
const fn clock(domain: TimeDomain) -> &'static str {
    match domain {
        TimeDomain::EventTime => "EventTime",
        TimeDomain::ProcessingTime => "ProcessingTime",
    }
}

/// `new OutputTag<String>("late") {}`: the body keeps the type.
pub(super) fn output_tag(tag: &str, shape: &Shape) -> String {
    format!("new OutputTag<{}>({}) {{}}", record_type(shape), quoted(tag))
}

/// A value as Java writes it.
pub(super) fn literal(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Boolean(flag) => flag.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Long(number) => format!("{number}L"),
        Value::Double(number) if number.is_nan() => "Double.NaN".into(),
        Value::Double(number) if number.is_infinite() && *number > 0.0 => "Double.POSITIVE_INFINITY".into(),
        Value::Double(number) if number.is_infinite() => "Double.NEGATIVE_INFINITY".into(),
        Value::Double(number) => format!("{number:?}"),
        Value::String(text) => quoted(text),
        Value::List(values) => {
            let values: Vec<String> = values.iter().map(literal).collect();
            format!("Tuple{}.of({})", values.len(), values.join(", "))
        }
    }
}

/// A text in double quotation marks.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// `long`.
pub(super) const fn primitive(value_type: ValueType) -> &'static str {
    match value_type {
        ValueType::Boolean => "boolean",
        ValueType::Int => "int",
        ValueType::Long => "long",
        ValueType::Double => "double",
        ValueType::String => "String",
    }
}

/// `Long`.
pub(super) const fn boxed(value_type: ValueType) -> &'static str {
    match value_type {
        ValueType::Boolean => "Boolean",
        ValueType::Int => "Integer",
        ValueType::Long => "Long",
        ValueType::Double => "Double",
        ValueType::String => "String",
    }
}

/// `Types.LONG`.
pub(super) const fn type_info(value_type: Option<ValueType>) -> &'static str {
    match value_type {
        Some(ValueType::Boolean) => "Types.BOOLEAN",
        Some(ValueType::Int) => "Types.INT",
        Some(ValueType::Long) => "Types.LONG",
        Some(ValueType::Double) => "Types.DOUBLE",
        Some(ValueType::String) => "Types.STRING",
        None => "Types.GENERIC(Object.class)",
    }
}

/// The Java type of records.
pub(super) fn record_type(shape: &Shape) -> String {
    let one = |value_type: &Option<ValueType>| value_type.map_or("Object", boxed);
    match shape {
        Shape::Unknown => "Object".into(),
        Shape::Lone(value_type) => one(value_type).into(),
        Shape::Columns(columns) => {
            let columns: Vec<&str> = columns.iter().map(one).collect();
            format!("Tuple{}<{}>", columns.len(), columns.join(", "))
        }
    }
}

/// Flink's description of that type.
pub(super) fn record_type_info(shape: &Shape) -> String {
    match shape {
        Shape::Unknown => type_info(None).into(),
        Shape::Lone(value_type) => type_info(*value_type).into(),
        Shape::Columns(columns) => {
            let columns: Vec<&str> = columns.iter().map(|value_type| type_info(*value_type)).collect();
            format!("Types.TUPLE({})", columns.join(", "))
        }
    }
}
