//! Numbers, ids and values that every other layer speaks in: simulated time, byte counts, typed ids, rows, randomness.

mod dense;
mod ids;
mod language;
mod operator_id;
mod random;
mod sorted;
mod time;
mod value;

pub use dense::Dense;
pub use ids::{
    AttemptNumber, ChannelId, CheckpointId, KeyGroup, OperatorIndex, RecordId, SubtaskId, TaskIndex, TransactionId,
};
pub use language::Language;
pub use operator_id::OperatorId;
pub use random::RandomStream;
pub use sorted::{SortedMap, SortedSet};
pub use time::{EventTime, SimDuration, SimTime, TimeWindow};
pub use value::{Row, Value, ValueType};
