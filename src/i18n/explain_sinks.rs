//! Why something happened to a sink's transactions: their sentences and rules.

use super::{Language, Names};
use crate::trace::{CommitEffect, Fact, TakenBack};

pub(super) fn sentence(t: Language, fact: &Fact, names: &Names) -> String {
    match fact {
        Fact::RowWritten { operator, transaction: Some(_), row, .. } => {
            t.row_written(names.operator(*operator), &row.text)
        }
        Fact::RowWritten { operator, row, times: ..=1, .. } => t.row_stored(names.operator(*operator), &row.text),
        Fact::RowWritten { operator, row, key: Some(_), .. } => t.row_stored_over(names.operator(*operator), &row.text),
        Fact::RowWritten { row, times, .. } => t.row_stored_again(&row.text, *times),
        Fact::TransactionBegan { operator, name, .. } => t.transaction_began(names.operator(*operator), name),
        Fact::TransactionPrepared { operator, name, checkpoint, rows, .. } => match checkpoint {
            Some(checkpoint) => t.transaction_prepared(names.operator(*operator), name, *rows, checkpoint.0),
            None => t.transaction_prepared_last(names.operator(*operator), name, *rows),
        },
        Fact::TransactionCommitted { operator, name, recovered, effect, rows, .. } => {
            let (op, count) = (names.operator(*operator), rows.len());
            match (effect, recovered) {
                (CommitEffect::Visible, false) => t.transaction_committed(op, name, count),
                (CommitEffect::Visible, true) => t.transaction_committed_late(op, name, count),
                (CommitEffect::Repeated, _) => t.transaction_committed_twice(op, name, count),
                (CommitEffect::Nothing, _) => t.transaction_committed_already(op, name),
                (CommitEffect::Lost, _) => t.transaction_lost(op, name),
            }
        }
        Fact::CommitFailed { operator, name, done, .. } => match done {
            true => t.commit_failed_after(names.operator(*operator), name),
            false => t.commit_failed_before(names.operator(*operator), name),
        },
        Fact::TransactionAborted { operator, name, why, rows, .. } => {
            let (op, rows) = (names.operator(*operator), rows.unwrap_or(0));
            match why {
                TakenBack::Closed => t.transaction_closed(op, name, rows),
                TakenBack::Recovered => t.transaction_recovered(op, name, rows),
                TakenBack::Fenced => t.transaction_fenced(op, name, rows),
                TakenBack::Disconnected => t.transaction_disconnected(op, name, rows),
                TakenBack::Expired => t.transaction_expired(op, name, rows),
            }
        }
        Fact::TransactionLeft { operator, name, rows, .. } => {
            t.transaction_left(names.operator(*operator), name, *rows)
        }
        _ => String::new(),
    }
}

pub(super) fn rules(fact: &Fact) -> &'static [&'static str] {
    match fact {
        Fact::RowWritten { transaction: Some(_), .. } => &["EO-4"],
        Fact::RowWritten { .. } => &["EO-6", "EO-7"],
        Fact::TransactionCommitted { effect: CommitEffect::Lost, .. }
        | Fact::TransactionAborted { why: TakenBack::Expired, .. } => &["EO-5"],
        Fact::TransactionCommitted { effect: CommitEffect::Repeated, .. } => &["EO-3"],
        Fact::TransactionCommitted { .. } => &["EO-2", "EO-3", "EO-4"],
        Fact::CommitFailed { .. } => &["EO-2", "EO-3", "CP-22"],
        _ => &["EO-2", "EO-3"],
    }
}
