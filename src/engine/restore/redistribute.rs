//! Dealing out an operator's state to another number of subtasks (KG-6, OS-1 to OS-4). Flink:
//! `StateAssignmentOperation`, `RoundRobinOperatorStateRepartitioner`.
//!
//! Every part of a snapshot is taken apart by name: a field that is added to it does not compile until its redistribution is
//! written here. Simplified: Flink deals the state names of an operator in the order of a hash map, and within a union the
//! old subtasks too; here both keep the order in which they were written. Splits go to the subtask that reads their
//! partition, where Flink deals them out like any list and lets the enumerator sort out the rest.

use crate::base::Value;
use crate::scenario::{
    KeyedEntry, ListMode, OperatorList, SnapshotOperator, SnapshotPart, SplitPosition, TimerEntry, WindowEntry,
};

/// The state of each of `parallelism` new subtasks. `owner` says which of them a key belongs to.
///
/// # Panics
/// Never: `owner` answers with a subtask below `parallelism`, and one that does not is taken for the last.
pub(super) fn redistribute(
    old: &SnapshotOperator,
    parallelism: u32,
    owner: impl Fn(&Value) -> u32,
) -> Vec<SnapshotPart> {
    let width = parallelism as usize;
    let unchanged = old.parts.len() == width;
    let all_finished = !old.parts.is_empty() && old.parts.iter().all(|part| part.finished);
    let mut new: Vec<SnapshotPart> = vec![SnapshotPart::default(); width];
    for (at, part) in old.parts.iter().enumerate() {
        let SnapshotPart { finished, splits, keyed, lists: _, windows, timers } = part;
        if unchanged {
            new[at].finished = *finished;
            new[at].splits.clone_from(splits);
            new[at].keyed.clone_from(keyed);
            new[at].windows.clone_from(windows);
            new[at].timers.clone_from(timers);
        } else {
            deal_splits(splits, &mut new);
            deal_keys(keyed, &owner, &mut new);
            deal_time(windows, timers, &owner, &mut new);
        }
    }
    if !unchanged {
        new.iter_mut().for_each(|part| part.finished = all_finished);
    }
    deal_lists(old, unchanged, &mut new);
    new
}

fn deal_splits(splits: &[SplitPosition], new: &mut [SnapshotPart]) {
    for split in splits {
        let SplitPosition { split: number, offset: _ } = split;
        let to = *number as usize % new.len();
        new[to].splits.push(*split);
    }
}

/// KG-6: a key's state follows its key group.
fn deal_keys(keyed: &[KeyedEntry], owner: &impl Fn(&Value) -> u32, new: &mut [SnapshotPart]) {
    for entry in keyed {
        let KeyedEntry { state: _, key, value: _ } = entry;
        let to = (owner(key) as usize).min(new.len() - 1);
        new[to].keyed.push(entry.clone());
    }
}

/// KG-6: windows and timers are keyed state.
fn deal_time(windows: &[WindowEntry], timers: &[TimerEntry], owner: &impl Fn(&Value) -> u32, new: &mut [SnapshotPart]) {
    let last = new.len() - 1;
    for entry in windows {
        let WindowEntry { key, window: _, values: _ } = entry;
        new[(owner(key) as usize).min(last)].windows.push(entry.clone());
    }
    for entry in timers {
        let TimerEntry { domain: _, key, time: _, window: _ } = entry;
        new[(owner(key) as usize).min(last)].timers.push(entry.clone());
    }
}

/// State by state, in the order in which the old subtasks name them.
fn deal_lists(old: &SnapshotOperator, unchanged: bool, new: &mut [SnapshotPart]) {
    let mut names: Vec<(&str, ListMode)> = Vec::new();
    for OperatorList { state, mode, items: _ } in old.parts.iter().flat_map(|part| &part.lists) {
        if !names.iter().any(|(name, _)| name == state) {
            names.push((state, *mode));
        }
    }
    let mut start = 0;
    for (state, mode) in names {
        let held = old.parts.iter().map(|part| part.lists.iter().find(|list| list.state == state));
        let held: Vec<Option<&[Value]>> = held.map(|list| list.map(|list| list.items.as_slice())).collect();
        let dealt = match mode {
            ListMode::Union => vec![held.iter().flatten().copied().flatten().cloned().collect(); new.len()],
            ListMode::Broadcast => copies(&held, unchanged, new.len()),
            ListMode::SplitDistribute if unchanged => {
                held.iter().map(|items| items.unwrap_or_default().to_vec()).collect()
            }
            ListMode::SplitDistribute => split(&held, new.len(), &mut start),
        };
        for (part, items) in new.iter_mut().zip(dealt) {
            part.lists.push(OperatorList { state: state.to_owned(), mode, items });
        }
    }
}

/// OS-2: contiguous pieces of all items one behind the other; the first ones are one longer while items are left over, and
/// the next state's first piece begins where they ran out.
fn split(held: &[Option<&[Value]>], width: usize, start: &mut usize) -> Vec<Vec<Value>> {
    let all: Vec<&Value> = held.iter().flatten().copied().flatten().collect();
    let (base, mut rest) = (all.len() / width, all.len() % width);
    let mut items = all.into_iter().cloned();
    let mut dealt = vec![Vec::new(); width];
    let mut next_start = *start;
    for step in 0..width {
        let to = (step + *start) % width;
        let more = usize::from(rest > 0);
        rest -= more;
        dealt[to] = items.by_ref().take(base + more).collect();
        if more == 1 && rest == 0 {
            next_start = (to + 1) % width;
        }
    }
    *start = next_start;
    dealt
}

/// OS-3: new subtask i gets the copy of old subtask i, counted round. When the parallelism is the same and all have one,
/// each keeps its own.
fn copies(held: &[Option<&[Value]>], unchanged: bool, width: usize) -> Vec<Vec<Value>> {
    let copies: Vec<&[Value]> = held.iter().flatten().copied().collect();
    let copy = |at: usize| match held.get(at).copied().flatten() {
        Some(own) if unchanged => own.to_vec(),
        _ => copies.get(at % copies.len().max(1)).map_or_else(Vec::new, |copy| copy.to_vec()),
    };
    (0..width).map(copy).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::OperatorId;

    fn operator(mode: ListMode, counts: &[usize]) -> SnapshotOperator {
        let item = |old: usize, at: usize| Value::text(&format!("t{old}[{at}]"));
        let parts = counts.iter().enumerate().map(|(old, count)| SnapshotPart {
            lists: vec![OperatorList {
                state: "items".into(),
                mode,
                items: (0..*count).map(|at| item(old, at)).collect(),
            }],
            ..SnapshotPart::default()
        });
        SnapshotOperator { id: OperatorId::default(), uid: "op".into(), max_parallelism: 128, parts: parts.collect() }
    }

    fn dealt(mode: ListMode, counts: &[usize], width: u32) -> Vec<String> {
        let new = redistribute(&operator(mode, counts), width, |_| 0);
        let texts = |part: &SnapshotPart| part.lists[0].items.iter().map(Value::java).collect::<Vec<_>>().join(" ");
        new.iter().map(texts).collect()
    }

    /// V-3, as Flink's own class deals them.
    #[test]
    fn lists_are_split_as_flink_splits_them() {
        let split = |counts: &[usize], width| dealt(ListMode::SplitDistribute, counts, width);
        assert_eq!(split(&[1, 1, 1], 2), ["t0[0] t1[0]", "t2[0]"]);
        assert_eq!(split(&[3, 1], 2), ["t0[0] t0[1] t0[2]", "t1[0]"]);
        assert_eq!(split(&[2, 2], 3), ["t0[0] t0[1]", "t1[0]", "t1[1]"]);
        assert_eq!(split(&[5], 3), ["t0[0] t0[1]", "t0[2] t0[3]", "t0[4]"]);
        assert_eq!(split(&[1, 0, 4], 4), ["t0[0] t2[0]", "t2[1]", "t2[2]", "t2[3]"]);
        assert_eq!(split(&[2, 2], 5), ["t0[0]", "t0[1]", "t1[0]", "t1[1]", ""]);
    }

    /// OS-2: the second state goes on where the first ran out of odd items.
    #[test]
    fn odd_items_of_the_next_state_go_to_the_next_subtask() {
        let mut old = operator(ListMode::SplitDistribute, &[4]);
        let mut second = old.parts[0].lists[0].clone();
        second.state = "more".into();
        old.parts[0].lists.push(second);
        let new = redistribute(&old, 3, |_| 0);
        let counts = |list: usize| new.iter().map(|part| part.lists[list].items.len()).collect::<Vec<_>>();
        assert_eq!((counts(0), counts(1)), (vec![2, 1, 1], vec![1, 2, 1]));
    }

    /// OS-3.
    #[test]
    fn a_union_goes_to_everyone_and_a_broadcast_state_in_one_copy() {
        assert_eq!(dealt(ListMode::Union, &[1, 2], 2), ["t0[0] t1[0] t1[1]"; 2]);
        assert_eq!(dealt(ListMode::Union, &[1, 1], 1), ["t0[0] t1[0]"]);
        assert_eq!(dealt(ListMode::Broadcast, &[1, 1], 3), ["t0[0]", "t1[0]", "t0[0]"]);
        assert_eq!(dealt(ListMode::Broadcast, &[1, 1], 1), ["t0[0]"]);
    }

    /// KG-6; the offsets of a log follow its partitions.
    #[test]
    fn keys_follow_their_group_and_splits_their_partition() {
        let mut old = operator(ListMode::SplitDistribute, &[]);
        let keyed = |key: i64| KeyedEntry { state: "sum".into(), key: Value::Long(key), value: Value::Long(key) };
        let splits = (0..3).map(|split| SplitPosition { split, offset: 7 }).collect();
        old.parts = vec![SnapshotPart { keyed: (0..4).map(keyed).collect(), splits, ..SnapshotPart::default() }];
        let odd = |key: &Value| u32::from(matches!(key, Value::Long(number) if number % 2 == 1));
        let new = redistribute(&old, 2, odd);
        assert_eq!(new.iter().map(|part| part.keyed.len()).collect::<Vec<_>>(), [2, 2]);
        assert_eq!(new.iter().map(|part| part.splits.len()).collect::<Vec<_>>(), [2, 1]);
    }

    #[test]
    fn what_was_finished_stays_so_only_when_all_of_it_was() {
        let mut old = operator(ListMode::SplitDistribute, &[0, 0]);
        old.parts[0].finished = true;
        assert!(redistribute(&old, 3, |_| 0).iter().all(|part| !part.finished));
        old.parts[1].finished = true;
        assert!(redistribute(&old, 3, |_| 0).iter().all(|part| part.finished));
    }
}
