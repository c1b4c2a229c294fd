//! What must hold after every event. Tests ask after each step; the page never does.

use super::{Element, Engine};
use crate::trace::JobStatus;

impl Engine {
    /// Panics with what is broken.
    ///
    /// # Panics
    /// When the engine contradicts itself: our own mistake, never a learner's.
    pub fn check_invariants(&self) {
        for (at, channel) in self.channels.iter().enumerate() {
            assert!(
                channel.received + channel.on_wire <= channel.queue.len(),
                "channel {at}: more arrived than was sent"
            );
            let ordered = channel.queue.iter().zip(channel.queue.iter().skip(1)).all(|(a, b)| a.buffer <= b.buffer);
            assert!(ordered, "channel {at}: buffers out of order");
            assert!(channel.credits <= super::channel::EXCLUSIVE_BUFFERS, "channel {at}: too many credits");
            assert!(
                channel.sender_buffers <= super::channel::MAX_BUFFERS_PER_CHANNEL,
                "channel {at}: more buffers than a subpartition holds"
            );
            let barriers = channel.queue.iter().filter_map(|slot| match slot.element {
                Element::Barrier(id) => Some(id),
                _ => None,
            });
            let barriers: Vec<_> = barriers.collect();
            assert!(barriers.is_sorted(), "channel {at}: a barrier overtook another");
        }
        let limit = self.coordinator.settings.max_concurrent as usize;
        let checkpoints = self.coordinator.pending.values().filter(|pending| pending.savepoint.is_none());
        assert!(checkpoints.count() <= limit, "more pending checkpoints than allowed");
        let retained = self.coordinator.settings.num_retained.max(1) as usize;
        assert!(self.coordinator.completed.len() <= retained, "more checkpoints retained than allowed");
        for pending in self.coordinator.pending.values() {
            assert!(pending.acknowledged.len() <= pending.waiting_for.len(), "acknowledged by more than were asked");
        }
        if self.job.status == JobStatus::Restarting {
            assert!(!self.job.pending_restarts.is_empty(), "RESTARTING without a restart to come");
        }
        for (at, task) in self.subtasks.iter().enumerate() {
            assert!(!(task.alive && task.state.is_terminal()), "subtask {at} runs after its end");
            for (output, used) in task.pools.iter().enumerate() {
                let channels = self.fixed.subtasks[at].outputs[output].iter();
                let held: u32 = channels.map(|channel| self.channels[channel.index()].sender_buffers).sum();
                assert_eq!(held, *used, "subtask {at}: output {output} counts its buffers wrong");
            }
            assert!(task.gate.floating <= super::channel::FLOATING_BUFFERS, "subtask {at}: too many floating buffers");
        }
    }
}
