//! What the page draws, as values: where things stand, what they hold, what is on its way. Nothing here knows a browser or a
//! language; phrases are put in by the page.
//!
//! A scene is a pure function of the engine at a moment, the trace up to it, and the room there is. Nothing is animated on
//! its own account: the same moment always looks the same, forwards, backwards and at every speed.

pub mod cast;
pub mod geometry;
pub mod layout;
pub mod strip;

pub use layout::Layout;
pub use strip::Strip;
