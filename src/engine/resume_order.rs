//! In which order the blocked channels of a task flow again. Flink: `ChannelState.blockedChannels`.
//!
//! Flink keeps the blocked channels in a `HashSet` and lets them flow in the order in which that gives them: by the slot of
//! the hash of (gate, channel). A task has one gate for each edge that leads into it. So three united sources flow again as
//! the second, the first, the third, as recorded. Left out: a table that has grown for an earlier checkpoint, and the order
//! of arrival within one slot.

use crate::base::{ChannelId, SubtaskId};
use crate::graph::ExecutionGraph;

/// The blocked ones among the input channels of a subtask, in the order in which they flow again.
pub(super) fn resume_order(
    graph: &ExecutionGraph,
    subtask: SubtaskId,
    blocked: impl Fn(&ChannelId) -> bool,
) -> Vec<ChannelId> {
    let inputs = &graph.subtasks[subtask.index()].inputs;
    let (mut gate, mut index, mut edge) = (0, 0, None);
    let mut placed: Vec<(u32, ChannelId)> = Vec::new();
    for channel in inputs {
        let own = graph.channels[channel.index()].edge;
        (gate, index) = match edge {
            None => (0, 0),
            Some(last) if last == own => (gate, index + 1),
            Some(_) => (gate + 1, 0),
        };
        edge = Some(own);
        if blocked(channel) {
            placed.push((hash(gate, index), *channel));
        }
    }
    let slots = table(placed.len());
    placed.sort_by_key(|(hash, _)| hash & (slots - 1));
    placed.into_iter().map(|(_, channel)| channel).collect()
}

/// Java's `Objects.hash(gate, channel)` as a hash table spreads it.
fn hash(gate: u32, channel: u32) -> u32 {
    let hash = 31u32.wrapping_mul(31u32.wrapping_add(gate)).wrapping_add(channel);
    hash ^ (hash >> 16)
}

/// Slots of a Java hash table with so many entries: a power of two, at most three quarters full.
fn table(entries: usize) -> u32 {
    let mut slots = 16;
    while entries * 4 > slots * 3 {
        slots *= 2;
    }
    slots as u32
}

#[cfg(test)]
mod tests {
    use super::{hash, table};

    fn order(gates: u32, channels: u32) -> Vec<(u32, u32)> {
        let mut all: Vec<(u32, u32)> =
            (0..gates).flat_map(|gate| (0..channels).map(move |channel| (gate, channel))).collect();
        let slots = table(all.len());
        all.sort_by_key(|(gate, channel)| hash(*gate, *channel) & (slots - 1));
        all
    }

    #[test]
    fn three_united_sources_flow_again_as_recorded() {
        assert_eq!(order(3, 1), [(1, 0), (0, 0), (2, 0)]);
    }

    #[test]
    fn the_channels_of_one_gate_flow_again_in_their_order() {
        assert_eq!(order(1, 4), [(0, 0), (0, 1), (0, 2), (0, 3)]);
    }
}
