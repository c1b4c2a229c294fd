//! Incidents: they name what exists, and end after they began.

use super::found::Found;
use crate::scenario::{Counted, Mishap, Scenario, limits};

pub(super) fn check(scenario: &Scenario, found: &mut Found) {
    let incidents = &scenario.cluster.incidents;
    found.count("cluster.incidents", Counted::Incidents, incidents.len(), limits::INCIDENTS);
    for (at, incident) in incidents.iter().enumerate() {
        let field = format!("cluster.incidents[{at}]");
        found.range(format!("{field}.from_ms"), incident.from_ms, &limits::MOMENT_MS);
        if let Some(until) = incident.until_ms {
            let least = incident.from_ms.saturating_add(1).min(*limits::MOMENT_MS.end());
            found.range(format!("{field}.until_ms"), until, &(least..=*limits::MOMENT_MS.end()));
        }
        mishap(scenario, &format!("{field}.what"), &incident.what, found);
    }
}

pub(super) fn mishap(scenario: &Scenario, field: &str, what: &Mishap, found: &mut Found) {
    if let Some(manager) = what.task_manager() {
        let tag = match what {
            Mishap::TaskManagerKilled(_) => "task_manager_killed",
            Mishap::TaskManagerHung(_) => "task_manager_hung",
            _ => "task_manager_partitioned",
        };
        let last = u64::from(scenario.cluster.task_managers.max(1)) - 1;
        found.range(format!("{field}.{tag}"), manager, &(0..=last));
    }
    if let Mishap::CancelIgnored { operator } = what {
        super::faults::operator(scenario, &format!("{field}.cancel_ignored"), operator, None, found);
    }
}
