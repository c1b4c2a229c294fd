//! In-flight data of an unaligned checkpoint that another job starts from (BR-12, SP-9). Flink: `StateAssignmentOperation`,
//! `SubtaskStateMapper`.
//!
//! All of it becomes input of its receiver: what lay there, then what its sender had not sent. With another parallelism a
//! record goes where its key belongs now, one without a key to its old subtask's number modulo the new parallelism. An
//! exchange that no longer exists keeps the job from starting.

use std::sync::Arc;

use super::owner;
use crate::base::{ChannelId, EventTime, RecordId, SortedMap, SubtaskId};
use crate::engine::channel::Element;
use crate::engine::fixed::Fixed;
use crate::engine::{CompletedCheckpoint, Engine, InFlight, SubtaskSnapshot};
use crate::scenario::{InFlightRecord, InFlightRecords, Snapshot};

impl Engine {
    /// The in-flight data of a completed checkpoint, channel by channel.
    pub(super) fn export_in_flight(&self, checkpoint: &CompletedCheckpoint) -> Vec<InFlightRecords> {
        let mut by_channel: SortedMap<ChannelId, Vec<InFlightRecord>> = SortedMap::new();
        let stored = || checkpoint.subtasks.values().filter_map(|part| part.in_flight.as_ref());
        let inputs = stored().flat_map(|data| &data.inputs);
        for (channel, elements) in inputs.chain(stored().flat_map(|data| &data.outputs)) {
            by_channel.or_default(*channel).extend(elements.iter().filter_map(exported));
        }
        let graph = &self.fixed.graph;
        let records = by_channel.iter().map(|(channel, records)| {
            let node = &graph.channels[channel.index()];
            let edge = &graph.edges[node.edge];
            InFlightRecords {
                from: graph.operators[edge.from.index()].id,
                from_subtask: graph.subtasks[node.from.index()].index,
                to: graph.operators[edge.to.index()].id,
                to_subtask: graph.subtasks[node.to.index()].index,
                records: records.clone(),
            }
        });
        records.collect()
    }
}

fn exported(element: &Element) -> Option<InFlightRecord> {
    match element {
        Element::Record(record, row, time) => Some(InFlightRecord { record: record.0, row: row.clone(), time: time.0 }),
        _ => None,
    }
}

/// Gives the in-flight data to the job's subtasks.
///
/// # Errors
/// When an exchange with in-flight data is not there any more.
pub(super) fn assign(
    snapshot: &Snapshot,
    fixed: &Fixed,
    subtasks: &mut SortedMap<SubtaskId, Arc<SubtaskSnapshot>>,
) -> Result<(), String> {
    let mut inputs: SortedMap<ChannelId, Vec<Element>> = SortedMap::new();
    for part in &snapshot.in_flight {
        let InFlightRecords { from, from_subtask, to, to_subtask, records } = part;
        let exchange = fixed.graph.edges.iter().position(|edge| {
            let id = |operator: crate::base::OperatorIndex| fixed.graph.operators[operator.index()].id;
            !edge.chained && id(edge.from) == *from && id(edge.to) == *to
        });
        let Some(exchange) = exchange else {
            return Err(
                "Cannot recover from unaligned checkpoint when topology changes, such that data exchanges with \
                        persisted data are now chained."
                    .into(),
            );
        };
        for InFlightRecord { record, row, time } in records {
            let edge = &fixed.graph.edges[exchange];
            let parallelism = |operator: crate::base::OperatorIndex| {
                fixed.graph.tasks[fixed.graph.operators[operator.index()].task.index()].parallelism
            };
            let receivers = parallelism(edge.to);
            let receiver = match edge.partitioner.key_of(row) {
                Some(key) => owner(&key, receivers, fixed),
                None => to_subtask % receivers,
            };
            let sender = from_subtask % parallelism(edge.from);
            let channel = fixed.graph.channels.iter().position(|channel| {
                let index = |subtask: SubtaskId| fixed.graph.subtasks[subtask.index()].index;
                channel.edge == exchange && index(channel.to) == receiver && index(channel.from) == sender
            });
            let Some(channel) = channel else { continue };
            // Ids beyond the job's own records are another job's: the row is what counts.
            let record = RecordId((*record).min((fixed.record_count() as u32).saturating_sub(1)));
            inputs.or_default(ChannelId(channel as u32)).push(Element::Record(record, row.clone(), EventTime(*time)));
        }
    }
    for (channel, elements) in inputs.iter() {
        let to = fixed.graph.channels[channel.index()].to;
        let mut part = subtasks.get(&to).map(|part| (**part).clone()).unwrap_or_default();
        let mut data = part.in_flight.as_deref().cloned().unwrap_or_else(InFlight::default);
        data.inputs.push((*channel, elements.clone()));
        part.persisted += elements.iter().map(Element::size).sum::<u64>();
        part.bytes += elements.iter().map(Element::size).sum::<u64>();
        part.in_flight = Some(Arc::new(data));
        subtasks.insert(to, Arc::new(part));
    }
    Ok(())
}
