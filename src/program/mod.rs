//! User functions as data: how they run and how they are printed.
//!
//! To the engine a user function is one thing, whatever it is made of: called with a record and a view of its state, it
//! answers with [`Effect`]s in order. Nothing outside this module knows which kind it calls. What the model leaves out: a
//! function can't start threads, read a clock or look at other subtasks.

mod arithmetic;
mod call;
mod compile;
mod fold;
mod print;
mod window;

pub use call::{Effect, Invocation, StateView, StmtId, UserFunction};
pub use print::{CodeLanguage, DataFile, Dialect, JAVA, Listing, PYTHON, Printer, language_of, print};
