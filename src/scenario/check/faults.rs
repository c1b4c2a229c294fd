//! Fault points: they name what exists, and can happen.

use super::found::Found;
use crate::scenario::{Counted, FaultAt, FaultPoint, IssueKind, Named, Scenario, Table, limits};

pub(super) fn check(scenario: &Scenario, tables: &[Option<Table>], found: &mut Found) {
    found.count("faults", Counted::Faults, scenario.faults.len(), limits::FAULTS);
    for (at, fault) in scenario.faults.iter().enumerate() {
        let field = format!("faults[{at}]");
        operator(scenario, &field, &fault.operator, fault.subtask, found);
        found.text(format!("{field}.message"), &fault.message);
        if let Some(times) = fault.times {
            found.range(format!("{field}.times"), times, &limits::COUNT);
        }
        moment(scenario, tables, &field, fault, found);
    }
}

/// An operator that must exist, and its subtask.
pub(super) fn operator(scenario: &Scenario, field: &str, uid: &str, subtask: Option<u32>, found: &mut Found) {
    let Some(at) = scenario.operator(uid) else {
        let known = scenario.operators.iter().map(|operator| operator.uid.clone()).collect();
        let kind = IssueKind::Unknown { what: Named::Operator, name: uid.into(), known };
        return found.add(format!("{field}.operator"), kind);
    };
    self::subtask(scenario, field, at.index(), subtask, found);
}

pub(super) fn subtask(scenario: &Scenario, field: &str, operator: usize, subtask: Option<u32>, found: &mut Found) {
    let last = super::graph::width(scenario, &scenario.operators[operator]).max(1) - 1;
    if let Some(subtask) = subtask {
        found.range(format!("{field}.subtask"), subtask, &(0..=u64::from(last)));
    }
}

fn moment(scenario: &Scenario, tables: &[Option<Table>], field: &str, fault: &FaultPoint, found: &mut Found) {
    match &fault.at {
        FaultAt::RecordOfAttempt(n) => found.range(format!("{field}.at.record_of_attempt"), *n, &limits::COUNT),
        FaultAt::Record { dataset, row } => {
            let field = format!("{field}.at.record");
            match scenario.data.iter().position(|data| data.name == *dataset) {
                None => {
                    let known = scenario.data.iter().map(|data| data.name.clone()).collect();
                    let kind = IssueKind::Unknown { what: Named::Dataset, name: dataset.clone(), known };
                    found.add(format!("{field}.dataset"), kind);
                }
                Some(at) => {
                    let rows = tables[at].as_ref().map_or(0, |table| table.rows.len() as u64);
                    if rows > 0 {
                        found.range(format!("{field}.row"), *row, &(0..=rows - 1));
                    }
                }
            }
        }
        FaultAt::Moment(ms) => found.range(format!("{field}.at.moment"), *ms, &limits::MOMENT_MS),
        FaultAt::Checkpoint { id, slow_ms, .. } => {
            if let Some(id) = id {
                found.range(format!("{field}.at.checkpoint.id"), *id, &limits::COUNT);
            }
            found.range(format!("{field}.at.checkpoint.slow_ms"), slow_ms.unwrap_or(0), &limits::SLEEP_MS);
        }
    }
}
