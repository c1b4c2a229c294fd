//! Which statements of the user functions run at a moment, and which one threw.

use crate::base::{OperatorIndex, SubtaskId};
use crate::engine::{Call, Engine, Frame};
use crate::program::{Effect, StmtId};
use crate::trace::{Fact, FailurePhase, TraceEvent};

/// Statements by operator.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CodeFocus {
    /// Being executed, each once.
    pub running: Vec<(OperatorIndex, StmtId)>,
    /// The statement that threw, until its task starts anew.
    pub failed: Option<(OperatorIndex, StmtId)>,
}

impl CodeFocus {
    /// The focus of a moment; `happened` are the facts up to it.
    pub fn at(engine: &Engine, happened: &[TraceEvent]) -> CodeFocus {
        let mut running = Vec::new();
        for subtask in 0..engine.graph().subtasks.len() {
            let subtask = engine.subtask(SubtaskId(subtask as u32));
            for frame in &subtask.stack {
                if let Frame::Call(Call { position, effects, next, .. }) = frame {
                    let operator = subtask.operators[usize::from(*position)].operator;
                    running.extend(line(effects, *next).map(|statement| (operator, statement)));
                }
            }
            for operator in &subtask.operators {
                let call = operator.worker.as_ref().and_then(|worker| worker.call.as_ref());
                let statement = call.and_then(|call| line(&call.effects, call.next));
                running.extend(statement.map(|statement| (operator.operator, statement)));
            }
        }
        running.sort_unstable();
        running.dedup();
        CodeFocus { running, failed: failed(happened) }
    }
}

/// The statement that the last effect carried out belongs to.
fn line(effects: &[Effect], next: u16) -> Option<StmtId> {
    effects[..usize::from(next).min(effects.len())].iter().rev().find_map(|effect| match effect {
        Effect::Line(statement) => Some(*statement),
        _ => None,
    })
}

/// The statement before the last exception, unless state has been handed to new attempts since.
fn failed(happened: &[TraceEvent]) -> Option<(OperatorIndex, StmtId)> {
    let mut thrower = None;
    for event in happened.iter().rev() {
        match &event.fact {
            Fact::RestoreAssigned { .. } if thrower.is_none() => return None,
            Fact::ExceptionThrown { subtask, operator, phase: FailurePhase::Record, .. } if thrower.is_none() => {
                thrower = Some((*subtask, *operator));
            }
            Fact::StatementReached { subtask, operator, statement } if thrower == Some((*subtask, *operator)) => {
                return Some((*operator, *statement));
            }
            Fact::RestoreAssigned { .. } => return None,
            _ => {}
        }
    }
    None
}
