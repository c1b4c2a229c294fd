//! The fixed text line of a fact: `seconds fact key=value …`, the same on every machine.

use super::TraceEvent;

/// One line, without line end: the moment, then the fact as compact JSON.
pub fn line(event: &TraceEvent) -> String {
    let fact = serde_json::to_string(&event.fact).expect("facts are plain data");
    format!("{} {fact}", event.at)
}
