//! The statements of a function, in either language. Statements get their numbers here as in `call`: in reading order, an
//! `if` before its branches.

use super::notes::Note;
use super::writer::Writer;
use crate::base::OperatorIndex;
use crate::program::StmtId;
use crate::scenario::{Expr, Function, FunctionKind, Stmt};

/// How a language says things.
pub(super) trait Syntax {
    /// One statement that is not an `if`. `written` says of each state whether it has certainly been written before.
    fn statement(&self, stmt: &Stmt, written: &[bool]) -> String;
    /// `if condition:`, or `elif` after an else.
    fn if_line(&self, condition: &Expr, after_else: bool, written: &[bool]) -> String;
    /// `else:`.
    fn else_line(&self) -> &'static str;
    /// What closes an `if`.
    fn end_line(&self) -> Option<&'static str>;
    /// What stands in a block without statements.
    fn empty_line(&self) -> Option<&'static str>;
    /// Whether the compiler refuses statements that are never reached.
    fn refuses_unreachable(&self) -> bool;
}

/// Writes a body of `function`, which `operators` share; its statements are counted from `next`. Gives the number after
/// the last.
pub(super) fn write_body(
    writer: &mut Writer,
    syntax: &dyn Syntax,
    function: &Function,
    operators: &[OperatorIndex],
    stmts: &[Stmt],
    next: u16,
) -> u16 {
    let written = vec![false; function.states.len()];
    let mut body = Body { writer, syntax, function, operators, next };
    body.block(stmts, written, true);
    body.next
}

/// Whether a block never runs on to what follows it.
pub(super) fn leaves(kind: FunctionKind, stmts: &[Stmt]) -> bool {
    stmts.iter().any(|stmt| match stmt {
        Stmt::Raise { .. } => true,
        Stmt::Emit { .. } => kind == FunctionKind::Map,
        Stmt::If { then, otherwise, .. } => leaves(kind, then) && leaves(kind, otherwise),
        _ => false,
    })
}

struct Body<'a> {
    writer: &'a mut Writer,
    syntax: &'a dyn Syntax,
    function: &'a Function,
    operators: &'a [OperatorIndex],
    next: u16,
}

impl Body<'_> {
    fn block(&mut self, stmts: &[Stmt], mut written: Vec<bool>, outermost: bool) {
        let (mut after_if, mut left) = (false, false);
        for (at, stmt) in stmts.iter().enumerate() {
            let is_if = matches!(stmt, Stmt::If { .. });
            if outermost && at > 0 && (is_if || after_if) {
                self.writer.blank();
                self.explain(stmt);
            }
            if left && self.syntax.refuses_unreachable() {
                self.unreachable(stmt);
            } else {
                self.statement(stmt, &written, false);
            }
            if let Stmt::Update { state, .. } = stmt
                && let Some(slot) = self.function.states.iter().position(|declared| declared.name == *state)
            {
                written[slot] = true;
            }
            left |= leaves(self.function.kind, std::slice::from_ref(stmt));
            after_if = is_if;
        }
        if stmts.is_empty()
            && let Some(line) = self.syntax.empty_line()
        {
            self.writer.line(line);
        }
    }

    fn statement(&mut self, stmt: &Stmt, written: &[bool], after_else: bool) {
        self.mark();
        let Stmt::If { condition, then, otherwise } = stmt else {
            self.writer.line(self.syntax.statement(stmt, written));
            if let Stmt::Sleep { ms } = stmt {
                self.writer.beside(&Note::Sleep(*ms));
            }
            return;
        };
        self.writer.line(self.syntax.if_line(condition, after_else, written));
        self.nested(then, written);
        match otherwise.as_slice() {
            [] => {}
            [only @ Stmt::If { .. }] => return self.statement(only, written, true),
            several => {
                self.writer.line(self.syntax.else_line());
                self.nested(several, written);
            }
        }
        if let Some(line) = self.syntax.end_line() {
            self.writer.line(line);
        }
    }

    fn nested(&mut self, stmts: &[Stmt], written: &[bool]) {
        self.writer.indent();
        self.block(stmts, written.to_vec(), false);
        self.writer.dedent();
    }

    /// A statement that is never reached, in one comment line for itself and what is nested in it.
    fn unreachable(&mut self, stmt: &Stmt) {
        self.mark();
        if let Stmt::If { then, otherwise, .. } = stmt {
            then.iter().chain(otherwise).for_each(|stmt| self.unreachable_number(stmt));
        }
        self.writer.line("// …");
    }

    fn unreachable_number(&mut self, stmt: &Stmt) {
        self.mark();
        if let Stmt::If { then, otherwise, .. } = stmt {
            then.iter().chain(otherwise).for_each(|stmt| self.unreachable_number(stmt));
        }
    }

    /// The next line is the next statement.
    fn mark(&mut self) {
        self.writer.mark_statement(self.operators, StmtId(self.next));
        self.next += 1;
    }

    fn explain(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::If { then, .. } if then.iter().any(|stmt| matches!(stmt, Stmt::Raise { .. })) => {
                self.writer.note(&Note::FailIf);
            }
            Stmt::Emit { .. } => self.writer.note(&Note::PassOn),
            _ => {}
        }
    }
}
