//! Pipelined regions (JS-9): connected components of subtasks over channels. Every exchange of the model is pipelined, so
//! any all-to-all edge makes its side of the job one region, and a forward-only job of parallelism p has p.

use super::{ChannelNode, SubtaskNode};
use crate::base::SubtaskId;

/// Computes the regions, ordered by their first subtask, and notes in each subtask which is its own.
pub(super) fn regions(subtasks: &mut [SubtaskNode], channels: &[ChannelNode]) -> Vec<Vec<SubtaskId>> {
    let mut root: Vec<usize> = (0..subtasks.len()).collect();
    fn find(root: &mut [usize], mut at: usize) -> usize {
        while root[at] != at {
            root[at] = root[root[at]];
            at = root[at];
        }
        at
    }
    for channel in channels {
        let (a, b) = (find(&mut root, channel.from.index()), find(&mut root, channel.to.index()));
        root[a.max(b)] = a.min(b);
    }
    let mut regions: Vec<(usize, Vec<SubtaskId>)> = Vec::new();
    for (at, subtask) in subtasks.iter_mut().enumerate() {
        let top = find(&mut root, at);
        let found = regions.iter().position(|(region, _)| *region == top);
        let region = found.unwrap_or_else(|| {
            regions.push((top, Vec::new()));
            regions.len() - 1
        });
        subtask.region = region;
        regions[region].1.push(SubtaskId(at as u32));
    }
    regions.into_iter().map(|(_, subtasks)| subtasks).collect()
}
