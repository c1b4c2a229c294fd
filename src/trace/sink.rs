//! What facts about sinks and their stores are made of.

use std::sync::Arc;

use serde::Serialize;

use super::Fact;
use crate::base::{OperatorIndex, RecordId, SubtaskId};

/// A row in a sink's store.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Written {
    /// The record that it comes from.
    pub record: RecordId,
    /// Its text.
    pub text: Arc<str>,
}

/// A row that has become visible.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Shown {
    /// The record that it comes from.
    pub record: RecordId,
    /// Its text.
    pub text: Arc<str>,
    /// How often the record is visible by now.
    pub times: u32,
}

impl Fact {
    /// Every row that became visible outside with this fact: the sink, its subtask, the record, the text, and how often.
    pub fn for_each_shown<'a>(&'a self, mut show: impl FnMut(SubtaskId, OperatorIndex, RecordId, &'a Arc<str>, u32)) {
        match self {
            Fact::RowPrinted { subtask, operator, record, text, times, .. } => {
                show(*subtask, *operator, *record, text, *times);
            }
            Fact::RowWritten { subtask, operator, row, key, times, .. } => match (times, key) {
                (0, _) | (2.., Some(_)) => {}
                (times, _) => show(*subtask, *operator, row.record, &row.text, *times),
            },
            Fact::TransactionCommitted { subtask, operator, rows, .. } => {
                rows.iter().for_each(|row| show(*subtask, *operator, row.record, &row.text, row.times));
            }
            _ => {}
        }
    }
}

/// What a commit did to the store.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CommitEffect {
    /// Its rows are visible from now on.
    Visible,
    /// They are there a second time: the store takes a batch as often as it comes (EO-3).
    Repeated,
    /// It had been committed before.
    Nothing,
    /// The store had taken it back: its rows are lost (EO-5).
    Lost,
}

/// Why a transaction was taken back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TakenBack {
    /// The task ended: `close()` aborts what is open (EO-2).
    Closed,
    /// It was open in the checkpoint from which the task was restored (EO-2).
    Recovered,
    /// A new producer with its name fenced the old one off, or the database was asked for what nobody knows of any more.
    Fenced,
    /// The connection was lost with the task.
    Disconnected,
    /// It had been open for longer than the store allows (EO-5).
    Expired,
}
