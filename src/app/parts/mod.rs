//! Small things that several panels show.

mod dialog;
mod icon;
mod identifier;
mod rule;

pub use dialog::Dialog;
pub use icon::{Icon, Picture};
pub use identifier::shortened;
pub use rule::RuleList;
