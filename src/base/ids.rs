//! Typed ids: no bare number crosses a border between two parts.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident($inner:ty);)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug, Serialize, Deserialize)]
        #[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl $name {
            /// The id as an index into the arena it numbers.
            #[inline(always)]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }
    )*};
}

ids! {
    /// Position of an operator in the scenario's job graph.
    OperatorIndex(u16);
    /// Position of a task (Flink's job vertex: one or more chained operators) in the execution graph.
    TaskIndex(u16);
    /// One parallel instance of a task (Flink's execution vertex), numbered over the whole execution graph.
    SubtaskId(u32);
    /// One channel between two subtasks, numbered over the whole execution graph.
    ChannelId(u32);
    /// A checkpoint, counted from 1 and never reused within a job (CP-16).
    CheckpointId(u64);
    /// How often a subtask has been started anew: 0 for the first attempt.
    AttemptNumber(u32);
    /// One input record, numbered over all datasets of the scenario; rows derived from it keep its id.
    RecordId(u32);
    /// A transaction, batch or file of a sink's store, counted over the whole run.
    TransactionId(u32);
    /// One of the job's key groups (KG-1).
    KeyGroup(u16);
}
