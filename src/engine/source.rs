//! Sources: which row comes next, and when (SR-3 to SR-5). Flink: `FromElementsFunction`, `InputFormatSourceFunction`, and for
//! the log a source reader with splits. Left out: a split enumerator, partitions that appear later.

use super::Engine;
use super::event::Event;
use super::exception::java_exception;
use super::task::{Emission, Ending, Frame};
use super::thread::Progress;
use crate::base::{EventTime, RecordId, Row, SimTime, SubtaskId};
use crate::trace::{Fact, FailurePhase, StopMode};

/// What a source finds when it looks for its next row.
enum NextRow {
    /// This one; `position` counts it in.
    Row { record: RecordId, row: Row, position: u64 },
    /// Not before this moment.
    Later(SimTime),
    /// Nothing now: it is not released, or an endless source has to wait for more.
    None,
    /// Nothing ever.
    Ended,
}
impl Engine {
    pub(super) fn read_source(&mut self, id: SubtaskId) -> Progress {
        if self.subtasks[id.index()].ending != Ending::No {
            return Progress::Wait;
        }
        if self.subtasks[id.index()].recovering {
            return self.nothing_to_read(id);
        }
        match self.next_row(id) {
            NextRow::Ended => {
                self.push(id, Frame::Ending(StopMode::Drain));
                self.advance_to_end_of_event_time(id);
                Progress::More
            }
            NextRow::None => Progress::Wait,
            NextRow::Later(due) => {
                let attempt = self.subtasks[id.index()].attempt;
                self.events.push(due, Event::SourceWakes { subtask: id, attempt });
                Progress::Wait
            }
            NextRow::Row { record, row, position } => self.emit_from_source(id, record, row, position),
        }
    }

    fn emit_from_source(&mut self, id: SubtaskId, record: RecordId, row: Row, position: u64) -> Progress {
        let head = &mut self.subtasks[id.index()].operators[0];
        head.records += 1;
        let operator = head.operator;
        self.record(|| Fact::RecordEmitted { subtask: id, operator, record, position });
        if let Some(message) = self.fault_on_record(id, 0, record) {
            self.throw(id, 0, FailurePhase::Record, java_exception(&message), Some(record));
            return Progress::Wait;
        }
        self.subtasks[id.index()].owed = self.record_cost();
        self.add_slowness(id, operator);
        self.advance_emission(id, Emission { position: 0, record, time: EventTime::MIN, row, tag: 0, output: 0 })
    }

    /// Takes the next row of a source's subtask: its partitions take turns.
    fn next_row(&mut self, id: SubtaskId) -> NextRow {
        let Engine { fixed, subtasks, now, .. } = self;
        let head = &mut subtasks[id.index()].operators[0];
        let operator = head.operator.index();
        let input = fixed.operators[operator].source.as_ref().expect("a task without input begins with a source");
        let own = &*fixed.subtasks[id.index()].partitions;
        let reader = head.source.as_mut().expect("it has a reader");
        let offsets = reader.offsets.as_slice();
        let after = |at: usize| if at + 1 == own.len() { 0 } else { at + 1 };
        let mut at = reader.turn;
        let mut exhausted = 0;
        while exhausted < own.len() && offsets[at] as usize >= input.partitions[own[at]].len() {
            exhausted += 1;
            at = after(at);
        }
        if exhausted == own.len() {
            return if input.bounded { NextRow::Ended } else { NextRow::None };
        }
        if reader.position() >= reader.permitted {
            return NextRow::None;
        }
        if reader.next_at > *now {
            return NextRow::Later(reader.next_at);
        }
        let offset = &mut reader.offsets.as_mut_slice()[at];
        let row = input.partitions[own[at]][*offset as usize];
        *offset += 1;
        reader.turn = after(at);
        reader.next_at = *now + input.every;
        NextRow::Row {
            record: RecordId(input.first_record.0 + row),
            row: input.rows[row as usize].clone(),
            position: reader.position(),
        }
    }
}
