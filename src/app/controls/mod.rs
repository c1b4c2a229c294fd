//! Controls that a learner sets something with. They keep what is being typed; the session gets what it means.

mod number;
mod segmented;
mod text;

pub use number::NumberInput;
pub use segmented::{Choice, segmented};
pub use text::text_input;
