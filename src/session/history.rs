//! Undo and redo of the learner's edits. Typing into one field is one edit.

use std::sync::Arc;

use crate::scenario::RunInput;

/// How many edits can be undone.
const DEPTH: usize = 200;

/// The inputs before and after the present one.
#[derive(Clone, Debug, Default)]
pub struct History {
    past: Vec<Arc<RunInput>>,
    future: Vec<Arc<RunInput>>,
    /// The field of the last edit; the next edit of the same field belongs to it.
    field: Option<&'static str>,
}

impl History {
    /// Whether there is an edit to undo.
    pub fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    /// Whether there is an edit to do again.
    pub fn can_redo(&self) -> bool {
        !self.future.is_empty()
    }

    /// Notes that `before` was edited in `field`.
    pub(super) fn edited(&mut self, before: &Arc<RunInput>, field: &'static str) {
        self.future.clear();
        if self.field == Some(field) && !self.past.is_empty() {
            return;
        }
        self.field = Some(field);
        self.past.push(before.clone());
        if self.past.len() > DEPTH {
            self.past.remove(0);
        }
    }

    /// Ends the current edit: the next one is a step of its own, even in the same field.
    pub(super) fn close(&mut self) {
        self.field = None;
    }

    /// The input before the last edit, given the `present` one.
    pub(super) fn undo(&mut self, present: &Arc<RunInput>) -> Option<Arc<RunInput>> {
        let before = self.past.pop()?;
        self.future.push(present.clone());
        self.field = None;
        Some(before)
    }

    /// The input after the edit that was undone last.
    pub(super) fn redo(&mut self, present: &Arc<RunInput>) -> Option<Arc<RunInput>> {
        let after = self.future.pop()?;
        self.past.push(present.clone());
        self.field = None;
        Some(after)
    }
}
