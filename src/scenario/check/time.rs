//! Watermark strategies, windows and running results.

use super::found::Found;
use super::function::column;
use crate::base::ValueType;
use crate::scenario::shape::Shape;
use crate::scenario::{
    IssueKind, Operator, OperatorKind, Reduce, Scenario, WatermarkStrategy, Window, WindowAssigner, WindowKeeps, limits,
};

pub(super) fn watermarks(field: &str, strategy: &WatermarkStrategy, input: &Shape, found: &mut Found) {
    let path = |name: &str| format!("{field}.kind.watermarks.{name}");
    column(path("column"), strategy.column, input.width(), found);
    if let Some(wrong) = input.column(strategy.column)
        && !matches!(wrong, ValueType::Int | ValueType::Long)
    {
        found.add(path("column"), IssueKind::TimestampNotANumber { found: wrong });
    }
    found.range(path("out_of_orderness_ms"), strategy.out_of_orderness_ms, &limits::EVENT_MS);
    if let Some(idle) = strategy.idle_after_ms {
        found.range(path("idle_after_ms"), idle, &limits::EVENT_SIZE_MS);
    }
}

pub(super) fn window(
    scenario: &Scenario,
    field: &str,
    operator: &Operator,
    window: &Window,
    input: &Shape,
    found: &mut Found,
) {
    let path = |name: &str| format!("{field}.kind.window.{name}");
    if !scenario.is_keyed(&operator.uid) {
        found.add(field, IssueKind::OperatorWithoutKey { operator: operator.uid.clone() });
    }
    match window.assigner {
        WindowAssigner::Tumbling { size_ms } => {
            found.range(path("assigner.tumbling.size_ms"), size_ms, &limits::EVENT_SIZE_MS);
        }
        WindowAssigner::Sliding { size_ms, slide_ms } => {
            found.range(path("assigner.sliding.size_ms"), size_ms, &limits::EVENT_SIZE_MS);
            found.range(path("assigner.sliding.slide_ms"), slide_ms, &limits::EVENT_SIZE_MS);
            let windows = size_ms.div_ceil(slide_ms.max(1));
            if windows > limits::WINDOWS_A_RECORD {
                let slide_ms = size_ms.div_ceil(limits::WINDOWS_A_RECORD);
                found.add(path("assigner.sliding.slide_ms"), IssueKind::TooManyWindows { windows, slide_ms });
            }
        }
        WindowAssigner::Session { gap_ms } => {
            found.range(path("assigner.session.gap_ms"), gap_ms, &limits::EVENT_SIZE_MS);
        }
    }
    found.range(path("lateness_ms"), window.lateness_ms, &limits::EVENT_MS);
    if let Some(tag) = &window.late_output {
        found.name(path("late_output"), tag);
    }
    if window.keeps == WindowKeeps::Reduced && !window.fold.keeps_type() {
        found.add(path("fold"), IssueKind::ReduceChangesType { fold: window.fold });
    }
    column(path("column"), window.column, input.width(), found);
    if !has_watermarks(scenario, &operator.uid) {
        found.add(field, IssueKind::WithoutWatermarks { operator: operator.uid.clone() });
    }
}

pub(super) fn reduce(
    scenario: &Scenario,
    field: &str,
    operator: &Operator,
    reduce: &Reduce,
    input: &Shape,
    found: &mut Found,
) {
    if !scenario.is_keyed(&operator.uid) {
        found.add(field, IssueKind::OperatorWithoutKey { operator: operator.uid.clone() });
    }
    if !reduce.fold.keeps_type() {
        found.add(format!("{field}.kind.reduce.fold"), IssueKind::ReduceChangesType { fold: reduce.fold });
    }
    column(format!("{field}.kind.reduce.column"), reduce.column, input.width(), found);
}

/// Whether some operator before this one assigns timestamps on every way to it.
fn has_watermarks(scenario: &Scenario, uid: &str) -> bool {
    let mut before: Vec<&str> = vec![uid];
    let mut seen: Vec<&str> = Vec::new();
    while let Some(uid) = before.pop() {
        if seen.contains(&uid) {
            continue;
        }
        seen.push(uid);
        let Some(operator) = scenario.operator(uid) else { continue };
        match &scenario.operators[operator.index()].kind {
            OperatorKind::Source(_) => return false,
            OperatorKind::Watermarks(_) => {}
            _ => before.extend(scenario.edges.iter().filter(|edge| edge.to == uid).map(|edge| edge.from.as_str())),
        }
    }
    true
}
