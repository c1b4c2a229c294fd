//! Python literals, types and expressions.

use super::plan::Plan;
use crate::base::{Value, ValueType};
use crate::scenario::{Arithmetic, Comparison, Expr, Function, Shape, StateDeclaration, StateKind};

/// How tightly an expression holds together; a looser one needs brackets inside a tighter one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    And,
    Not,
    Compare,
    Sum,
    Product,
    Atom,
}

/// The expressions of one function.
pub(super) struct Words<'a> {
    pub(super) plan: &'a Plan<'a>,
    pub(super) function: &'a Function,
    pub(super) input: &'a Shape,
    /// Inside `on_timer`, where the timestamp is an argument.
    pub(super) on_timer: bool,
}

impl Words<'_> {
    /// An expression that stands alone.
    pub(super) fn alone(&self, expr: &Expr, written: &[bool]) -> String {
        self.expr(expr, written).0
    }

    /// `self.field += 1` where the new value is made from the old one, else `self.field = …`.
    pub(super) fn assignment(&self, field: &str, value: &Expr, written: &[bool]) -> String {
        match value {
            Expr::Arithmetic(operator, old, by) if matches!(&**old, Expr::Field(name) if name == field) => {
                format!("self.{field} {}= {}", sign(*operator), self.alone(by, written))
            }
            _ => format!("self.{field} = {}", self.alone(value, written)),
        }
    }

    fn expr(&self, expr: &Expr, written: &[bool]) -> (String, Level) {
        let atom = |text: String| (text, Level::Atom);
        match expr {
            Expr::Constant(value) => atom(literal(value)),
            Expr::Input => atom("value".into()),
            Expr::Column(0) if matches!(self.input, Shape::Lone(_)) => atom("value".into()),
            Expr::Column(index) => atom(format!("value[{index}]")),
            Expr::Field(name) => atom(format!("self.{name}")),
            Expr::State(name) => atom(self.state(name, written)),
            Expr::Get(name, key) => atom(format!("self.{name}.get({})", self.alone(key, written))),
            Expr::Length(inner) => match &**inner {
                Expr::State(name) if self.is_list(name) => atom(format!("len(list(self.{name}.get()))")),
                other => atom(format!("len({})", self.alone(other, written))),
            },
            Expr::Key => atom("ctx.get_current_key()".into()),
            Expr::Timestamp => atom(if self.on_timer { "timestamp" } else { "ctx.timestamp()" }.into()),
            Expr::Watermark => atom("ctx.timer_service().current_watermark()".into()),
            Expr::ProcessingTime => atom("ctx.timer_service().current_processing_time()".into()),
            Expr::Arithmetic(operator, a, b) => {
                let level = match operator {
                    Arithmetic::Add | Arithmetic::Subtract => Level::Sum,
                    Arithmetic::Multiply | Arithmetic::Modulo => Level::Product,
                };
                let tighter = if level == Level::Sum { Level::Product } else { Level::Atom };
                let (a, b) = (self.at_least(a, level, written), self.at_least(b, tighter, written));
                (format!("{a} {} {b}", sign(*operator)), level)
            }
            Expr::Compare(comparison, a, b) => {
                let (a, b) = (self.at_least(a, Level::Sum, written), self.at_least(b, Level::Sum, written));
                (format!("{a} {} {b}", compare_sign(*comparison)), Level::Compare)
            }
            Expr::Not(inner) => (format!("not {}", self.at_least(inner, Level::Not, written)), Level::Not),
            Expr::And(a, b) => {
                let (a, b) = (self.at_least(a, Level::And, written), self.at_least(b, Level::Not, written));
                (format!("{a} and {b}"), Level::And)
            }
            Expr::Format(parts) => self.format(parts, written),
            Expr::Row(parts) => {
                let parts: Vec<String> = parts.iter().map(|part| self.alone(part, written)).collect();
                atom(format!("[{}]", parts.join(", ")))
            }
            Expr::FileExists(path) => atom(format!("os.path.exists({})", self.plan.flag_name(path))),
        }
    }

    fn is_list(&self, name: &str) -> bool {
        self.function.states.iter().any(|state| state.name == name && state.kind == StateKind::KeyedList)
    }

    fn at_least(&self, expr: &Expr, level: Level, written: &[bool]) -> String {
        let (text, own) = self.expr(expr, written);
        if own < level { format!("({text})") } else { text }
    }

    /// Reading a state gives `None` before the first write, for which its initial value stands.
    fn state(&self, name: &str, written: &[bool]) -> String {
        let state = self.function.states.iter().find(|state| state.name == name);
        match state.map(|state| state.kind) {
            Some(StateKind::KeyedList) => return format!("list(self.{name}.get())"),
            Some(StateKind::KeyedMap) => return format!("list(self.{name}.items())"),
            Some(StateKind::KeyedReducing(_) | StateKind::KeyedAggregating(_)) => return format!("self.{name}.get()"),
            _ => {}
        }
        let read = format!("self.{name}.value()");
        let slot = self.function.states.iter().position(|state| state.name == name);
        let Some(StateDeclaration { initial, .. }) = slot.map(|slot| &self.function.states[slot]) else { return read };
        let is_empty = match initial {
            Value::Boolean(flag) => !flag,
            Value::Int(number) => *number == 0,
            Value::Long(number) => *number == 0,
            Value::Double(number) => *number == 0.0,
            Value::String(text) => text.is_empty(),
            Value::Null | Value::List(_) => false,
        };
        if *initial == Value::Null || slot.is_some_and(|slot| written[slot]) {
            read
        } else if is_empty {
            format!("({read} or {})", literal(initial))
        } else {
            format!("({} if {read} is None else {read})", literal(initial))
        }
    }

    /// An f-string, where Python 3.11 can read it: an expression in one may hold neither quotation marks nor backslashes.
    fn format(&self, parts: &[Expr], written: &[bool]) -> (String, Level) {
        let mut flat = Vec::new();
        flatten(parts, &mut flat);
        let texts: Vec<Result<String, String>> = flat
            .iter()
            .map(|part| match part {
                Expr::Constant(value) => Ok(value.python()),
                other => Err(self.alone(other, written)),
            })
            .collect();
        if texts.iter().all(Result::is_ok) {
            let whole: String = texts.into_iter().flatten().collect();
            return (quoted(&whole), Level::Atom);
        }
        if texts.iter().any(|part| part.as_ref().is_err_and(|expr| expr.contains(['"', '\\', '{']))) {
            let joined: Vec<String> = texts
                .iter()
                .map(|part| part.as_ref().map_or_else(|expr| format!("str({expr})"), |t| quoted(t)))
                .collect();
            return (joined.join(" + "), Level::Sum);
        }
        let inner: String = texts
            .iter()
            .map(|part| match part {
                Ok(text) => escaped(text).replace('{', "{{").replace('}', "}}"),
                Err(expr) => format!("{{{expr}}}"),
            })
            .collect();
        (format!("f\"{inner}\""), Level::Atom)
    }
}

fn flatten<'a>(parts: &'a [Expr], flat: &mut Vec<&'a Expr>) {
    for part in parts {
        match part {
            Expr::Format(inner) => flatten(inner, flat),
            other => flat.push(other),
        }
    }
}

pub(super) const fn sign(operator: Arithmetic) -> &'static str {
    match operator {
        Arithmetic::Add => "+",
        Arithmetic::Subtract => "-",
        Arithmetic::Multiply => "*",
        Arithmetic::Modulo => "%",
    }
}

pub(super) const fn compare_sign(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "==",
        Comparison::NotEqual => "!=",
        Comparison::Less => "<",
        Comparison::LessOrEqual => "<=",
        Comparison::Greater => ">",
        Comparison::GreaterOrEqual => ">=",
    }
}

/// `OutputTag("late")`.
pub(super) fn output_tag(tag: &str) -> String {
    format!("OutputTag({})", quoted(tag))
}

/// A value as Python writes it.
pub(super) fn literal(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Double(number) if number.is_nan() => "float(\"nan\")".into(),
        Value::Double(number) if number.is_infinite() && *number > 0.0 => "float(\"inf\")".into(),
        Value::Double(number) if number.is_infinite() => "float(\"-inf\")".into(),
        Value::List(values) => format!("[{}]", values.iter().map(literal).collect::<Vec<_>>().join(", ")),
        other => other.python_repr(),
    }
}

/// A text in double quotation marks.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// Control characters and separators that would end a line get four or more digits, which Python and Java both read.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '\\' => escaped.push_str("\\\\"),
            '"' => escaped.push_str("\\\""),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => {
                escaped.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => escaped.push(c),
        }
    }
    escaped
}

/// `Types.LONG()`.
pub(super) const fn type_info(value_type: ValueType) -> &'static str {
    match value_type {
        ValueType::Boolean => "Types.BOOLEAN()",
        ValueType::Int => "Types.INT()",
        ValueType::Long => "Types.LONG()",
        ValueType::Double => "Types.DOUBLE()",
        ValueType::String => "Types.STRING()",
    }
}
