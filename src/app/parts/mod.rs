//! Small things that several panels show.

mod dialog;
mod icon;
mod identifier;
mod rule;

pub use dialog::Dialog;
pub use icon::{Picture, icon};
pub use identifier::shortened;
pub use rule::rule_list;
