//! The checks behind [`Scenario::issues`]: one file a part of the scenario. Each looks at everything it can, however wrong
//! the rest is, so that a learner sees all that is to be mended at once.

mod commands;
mod data;
mod faults;
mod found;
mod function;
mod graph;
mod incidents;
mod settings;
mod sink;
mod time;

use super::{Issue, IssueKind, RunInput, SCENARIO_VERSION, Scenario};
use found::Found;

impl Scenario {
    /// Everything that is wrong with the scenario, at most a hundred; it can run when none is an error.
    pub fn issues(&self) -> Vec<Issue> {
        let mut found = Found::default();
        self.check(&mut found);
        found.issues()
    }

    /// Whether it can run.
    pub fn can_run(&self) -> bool {
        self.issues().iter().all(|issue| issue.severity() != super::Severity::Error)
    }

    fn check(&self, found: &mut Found) {
        if self.version != SCENARIO_VERSION {
            found.add("version", IssueKind::WrongVersion { version: self.version, supported: SCENARIO_VERSION });
        }
        settings::check(self, found);
        let tables = data::check(self, found);
        graph::check(self, &tables, found);
        faults::check(self, &tables, found);
        incidents::check(self, found);
    }
}

impl RunInput {
    /// Everything that is wrong with the run: the scenario's issues, then those of the commands.
    pub fn issues(&self) -> Vec<Issue> {
        let mut found = Found::default();
        self.scenario.check(&mut found);
        commands::check(self, &mut found);
        found.issues()
    }
}
