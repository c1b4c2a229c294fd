//! What records look like on their way through a job: how many columns, and of which types as far as that can be known
//! without running it. The checks need it to say that a column does not exist, the printed code to name types.

use super::{
    Arithmetic, Dataset, Edge, Expr, Fold, Function, Operator, OperatorKind, Partitioner, Scenario, StateDeclaration,
    StateKind, Stmt, Window,
};
use crate::base::{OperatorIndex, Value, ValueType};

/// The look of a record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Shape {
    /// Not known, or not the same for all records.
    Unknown,
    /// One value; its type where known.
    Lone(Option<ValueType>),
    /// Several values.
    Columns(Vec<Option<ValueType>>),
}

/// The records of every operator.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shapes {
    /// What each operator takes in; unknown for sources.
    pub inputs: Vec<Shape>,
    /// What each operator gives out.
    pub outputs: Vec<Shape>,
    /// What its side outputs give out, in the order of [`OperatorKind::side_outputs`].
    pub sides: Vec<Vec<Shape>>,
}

impl Shape {
    /// How many columns there are; a lone value is its own column 0.
    pub fn width(&self) -> Option<usize> {
        match self {
            Shape::Unknown => None,
            Shape::Lone(_) => Some(1),
            Shape::Columns(columns) => Some(columns.len()),
        }
    }

    /// The type of a column, where known.
    pub fn column(&self, index: usize) -> Option<ValueType> {
        match self {
            Shape::Lone(value_type) if index == 0 => *value_type,
            Shape::Columns(columns) => columns.get(index).copied().flatten(),
            _ => None,
        }
    }

    /// The look of one value.
    pub fn of_value(value: &Value) -> Shape {
        match value {
            Value::List(values) => Shape::Columns(values.iter().map(value_type).collect()),
            lone => Shape::Lone(value_type(lone)),
        }
    }

    /// The type of a lone value, where it is one.
    fn lone(&self) -> Option<ValueType> {
        match self {
            Shape::Lone(value_type) => *value_type,
            _ => None,
        }
    }

    /// What holds for records of either look.
    fn or(self, other: Shape) -> Shape {
        let same = |a: Option<ValueType>, b: Option<ValueType>| if a == b { a } else { None };
        match (self, other) {
            (Shape::Lone(a), Shape::Lone(b)) => Shape::Lone(same(a, b)),
            (Shape::Columns(a), Shape::Columns(b)) if a.len() == b.len() => {
                Shape::Columns(a.into_iter().zip(b).map(|(a, b)| same(a, b)).collect())
            }
            _ => Shape::Unknown,
        }
    }
}

/// The type of a value that is neither missing nor a list.
pub(super) fn value_type(value: &Value) -> Option<ValueType> {
    match value {
        Value::Null | Value::List(_) => None,
        Value::Boolean(_) => Some(ValueType::Boolean),
        Value::Int(_) => Some(ValueType::Int),
        Value::Long(_) => Some(ValueType::Long),
        Value::Double(_) => Some(ValueType::Double),
        Value::String(_) => Some(ValueType::String),
    }
}

impl Scenario {
    /// What records look like at every operator. Makes sense of a scenario with errors as far as it goes.
    pub fn shapes(&self) -> Shapes {
        let rows = |dataset: &Dataset| dataset.table().map_or(Shape::Unknown, |table| table.shape());
        let datasets: Vec<Shape> = self.data.iter().map(rows).collect();
        self.shapes_over(&datasets)
    }

    /// The same over the datasets' own looks.
    pub(super) fn shapes_over(&self, datasets: &[Shape]) -> Shapes {
        let mut shapes = Shapes { inputs: Vec::new(), outputs: Vec::new(), sides: Vec::new() };
        for operator in &self.operators {
            let producers = self.edges.iter().filter(|edge| edge.to == operator.uid);
            let input = producers.map(|edge| self.shape_on(edge, &shapes)).reduce(Shape::or).unwrap_or(Shape::Unknown);
            let output = match &operator.kind {
                OperatorKind::Source(source) => {
                    let dataset = self.data.iter().position(|dataset| dataset.name == source.dataset);
                    dataset.map_or(Shape::Unknown, |at| datasets[at].clone())
                }
                OperatorKind::Function(function) => function.output(&input),
                OperatorKind::Watermarks(_) | OperatorKind::Reduce(_) => input.clone(),
                OperatorKind::Window(window) => self.window_output(operator, window, &input),
                OperatorKind::PrintSink | OperatorKind::Sink(_) => Shape::Unknown,
            };
            let sides = match &operator.kind {
                OperatorKind::Function(function) => function.sides(&input),
                OperatorKind::Window(window) => window.late_output.iter().map(|_| input.clone()).collect(),
                OperatorKind::Source(_)
                | OperatorKind::Watermarks(_)
                | OperatorKind::Reduce(_)
                | OperatorKind::PrintSink
                | OperatorKind::Sink(_) => Vec::new(),
            };
            shapes.inputs.push(input);
            shapes.outputs.push(output);
            shapes.sides.push(sides);
        }
        shapes
    }

    /// Key, start, end and result.
    fn window_output(&self, operator: &Operator, window: &Window, input: &Shape) -> Shape {
        let key = self.edges.iter().find(|edge| edge.to == operator.uid).map(|edge| edge.partitioner);
        let key = match key {
            Some(Partitioner::KeyBy { column }) => input.column(column),
            Some(Partitioner::KeyByConstant) => Some(ValueType::String),
            _ => None,
        };
        let result = window.fold.result_type(input.column(window.column));
        Shape::Columns(vec![key, Some(ValueType::Long), Some(ValueType::Long), result])
    }

    /// What the records of an edge look like, as far as the operators before it are known.
    pub(super) fn shape_on(&self, edge: &Edge, known: &Shapes) -> Shape {
        let Some(from) = self.operator(&edge.from).map(OperatorIndex::index) else { return Shape::Unknown };
        let shape = match &edge.side_output {
            None => known.outputs.get(from),
            Some(tag) => {
                let at = self.operators[from].kind.side_outputs().iter().position(|other| other == tag);
                at.and_then(|at| known.sides.get(from)?.get(at))
            }
        };
        shape.cloned().unwrap_or(Shape::Unknown)
    }
}

impl super::Table {
    /// The look of its rows.
    pub fn shape(&self) -> Shape {
        match self.columns.as_slice() {
            [only] => Shape::Lone(Some(only.value_type)),
            columns => Shape::Columns(columns.iter().map(|column| Some(column.value_type)).collect()),
        }
    }
}

impl Function {
    /// What it emits when it is fed with `input`.
    pub fn output(&self, input: &Shape) -> Shape {
        let fields = self.field_types(input);
        let mut output: Option<Shape> = None;
        self.for_each_statement(&mut |stmt| {
            if let Stmt::Emit { value } = stmt {
                let emitted = self.expression(value, input, &fields);
                output = Some(match output.take() {
                    Some(before) => before.or(emitted),
                    None => emitted,
                });
            }
        });
        output.unwrap_or(Shape::Lone(None))
    }

    /// What its side outputs emit.
    fn sides(&self, input: &Shape) -> Vec<Shape> {
        let fields = self.field_types(input);
        let shape = |tag: &str| {
            let mut side: Option<Shape> = None;
            self.for_each_statement(&mut |stmt| {
                if let Stmt::EmitTo { tag: own, value } = stmt
                    && own == tag
                {
                    let emitted = self.expression(value, input, &fields);
                    side = Some(side.take().map_or_else(|| emitted.clone(), |before| before.or(emitted.clone())));
                }
            });
            side.unwrap_or(Shape::Unknown)
        };
        self.side_outputs().into_iter().map(shape).collect()
    }

    /// The look of an expression's value.
    pub fn shape_of(&self, expr: &Expr, input: &Shape) -> Shape {
        self.expression(expr, input, &self.field_types(input))
    }

    /// The types of the fields: that of the initial value, unless a statement sets another one.
    pub fn field_types(&self, input: &Shape) -> Vec<Option<ValueType>> {
        let mut types: Vec<Option<ValueType>> = self.fields.iter().map(|field| value_type(&field.initial)).collect();
        loop {
            let before = types.clone();
            self.for_each_statement(&mut |stmt| {
                if let Stmt::Set { field, value } = stmt
                    && let Some(slot) = self.fields.iter().position(|declared| declared.name == *field)
                    && self.expression(value, input, &before).lone() != types[slot]
                {
                    types[slot] = None;
                }
            });
            if types == before {
                return types;
            }
        }
    }

    /// Visits every statement in reading order, an `if` before its branches.
    pub fn for_each_statement<'a>(&'a self, visit: &mut impl FnMut(&'a Stmt)) {
        fn block<'a>(stmts: &'a [Stmt], visit: &mut impl FnMut(&'a Stmt)) {
            for stmt in stmts {
                visit(stmt);
                if let Stmt::If { then, otherwise, .. } = stmt {
                    block(then, visit);
                    block(otherwise, visit);
                }
            }
        }
        block(&self.body, visit);
        block(&self.on_timer, visit);
    }

    fn expression(&self, expr: &Expr, input: &Shape, fields: &[Option<ValueType>]) -> Shape {
        let of = |expr: &Expr| self.expression(expr, input, fields);
        match expr {
            Expr::Constant(value) => Shape::of_value(value),
            Expr::Input => input.clone(),
            Expr::Column(index) => Shape::Lone(input.column(*index)),
            Expr::Field(name) => {
                let slot = self.fields.iter().position(|field| field.name == *name);
                Shape::Lone(slot.and_then(|slot| fields[slot]))
            }
            Expr::State(name) => match self.states.iter().find(|state| state.name == *name) {
                Some(StateDeclaration { kind: StateKind::KeyedAggregating(fold), value_type, .. }) => {
                    Shape::Lone(fold.result_type(Some(*value_type)))
                }
                Some(state) if !state.kind.is_list() => Shape::Lone(Some(state.value_type)),
                _ => Shape::Unknown,
            },
            Expr::Get(name, _) => {
                Shape::Lone(self.states.iter().find(|state| state.name == *name).map(|state| state.value_type))
            }
            Expr::Length(_) | Expr::Timestamp | Expr::Watermark | Expr::ProcessingTime => {
                Shape::Lone(Some(ValueType::Long))
            }
            Expr::Key => Shape::Lone(None),
            Expr::Arithmetic(operator, a, b) => Shape::Lone(arithmetic(*operator, of(a).lone(), of(b).lone())),
            Expr::Compare(..) | Expr::Not(_) | Expr::And(..) | Expr::FileExists(_) => {
                Shape::Lone(Some(ValueType::Boolean))
            }
            Expr::Format(_) => Shape::Lone(Some(ValueType::String)),
            Expr::Row(parts) => Shape::Columns(parts.iter().map(|part| of(part).lone()).collect()),
        }
    }
}

impl Fold {
    /// The type of its result over values of a type.
    pub fn result_type(self, values: Option<ValueType>) -> Option<ValueType> {
        match self {
            Fold::Count => Some(ValueType::Long),
            Fold::Average => Some(ValueType::Double),
            Fold::Sum | Fold::Min | Fold::Max => values,
        }
    }
}

fn arithmetic(operator: Arithmetic, a: Option<ValueType>, b: Option<ValueType>) -> Option<ValueType> {
    use ValueType::{Double, Int, Long, String};
    match (a?, b?) {
        (String, String) if operator == Arithmetic::Add => Some(String),
        (Int | Long, Int | Long) => Some(Long),
        (Int | Long | Double, Int | Long | Double) => Some(Double),
        _ => None,
    }
}
