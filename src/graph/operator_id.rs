//! Ids of operators (SP-7): the hash of an operator's uid, or of its place in the graph when the program gives it none.
//! Flink: `StreamGraphHasherV2`.
//!
//! Left out: the nodes that Flink puts between operators and that a scenario does not show (PyFlink's conversions, Sink
//! V2's writer and committer), so that generated ids are Flink's own in Java jobs with the sources and sinks of old.

use std::collections::VecDeque;

use super::{EdgeNode, OperatorNode};
use crate::base::{OperatorId, OperatorIndex};
use crate::scenario::Scenario;

/// The id of an operator with this uid.
pub fn id_of_uid(uid: &str) -> OperatorId {
    OperatorId(murmur3_128(uid.as_bytes()))
}

/// The ids of all operators, in the scenario's order.
pub(super) fn operator_ids(scenario: &Scenario, operators: &[OperatorNode], edges: &[EdgeNode]) -> Vec<OperatorId> {
    let mut ids: Vec<Option<OperatorId>> = vec![None; operators.len()];
    let sources = operators.iter().enumerate().filter(|(_, operator)| operator.inputs.is_empty());
    let mut waiting: VecDeque<usize> = sources.map(|(at, _)| at).collect();
    let mut visited: Vec<bool> = operators.iter().map(|operator| operator.inputs.is_empty()).collect();
    let mut known: u32 = 0;
    while let Some(at) = waiting.pop_front() {
        let id = match scenario.operators[at].without_uid {
            false => Some(id_of_uid(&scenario.operators[at].uid)),
            true => generated(&operators[at], edges, &ids, known),
        };
        // One that waits for another input's id is visited again from there.
        let Some(id) = id else {
            visited[at] = false;
            continue;
        };
        ids[at] = Some(id);
        known += 1;
        for output in &operators[at].outputs {
            let next: OperatorIndex = edges[*output].to;
            if !std::mem::replace(&mut visited[next.index()], true) {
                waiting.push_back(next.index());
            }
        }
    }
    ids.into_iter().map(Option::unwrap_or_default).collect()
}

/// From how many operators have an id already, how many are chained to this one, and the ids of its inputs. `None` while an
/// input has none.
fn generated(
    operator: &OperatorNode,
    edges: &[EdgeNode],
    ids: &[Option<OperatorId>],
    known: u32,
) -> Option<OperatorId> {
    let inputs = operator.inputs.iter().map(|input| ids[edges[*input].from.index()]);
    let inputs: Vec<OperatorId> = inputs.collect::<Option<_>>()?;
    let chained = operator.outputs.iter().filter(|output| edges[**output].chained).count();
    let mut hash = murmur3_128(&known.to_le_bytes().repeat(1 + chained));
    for OperatorId(input) in inputs {
        for (byte, other) in hash.iter_mut().zip(input) {
            *byte = byte.wrapping_mul(37) ^ other;
        }
    }
    Some(OperatorId(hash))
}

const C1: u64 = 0x87c3_7b91_1142_53d5;
const C2: u64 = 0x4cf5_ad43_2745_937f;

/// The 128-bit variant of MurmurHash3 for 64-bit machines, with seed 0.
fn murmur3_128(bytes: &[u8]) -> [u8; 16] {
    let word = |bytes: &[u8]| bytes.iter().rev().fold(0, |word: u64, byte| word << 8 | u64::from(*byte));
    let first = |word: u64| word.wrapping_mul(C1).rotate_left(31).wrapping_mul(C2);
    let second = |word: u64| word.wrapping_mul(C2).rotate_left(33).wrapping_mul(C1);
    let (mut a, mut b) = (0u64, 0u64);
    let mut blocks = bytes.chunks_exact(16);
    for block in &mut blocks {
        a = (a ^ first(word(&block[..8]))).rotate_left(27).wrapping_add(b);
        a = a.wrapping_mul(5).wrapping_add(0x52dc_e729);
        b = (b ^ second(word(&block[8..]))).rotate_left(31).wrapping_add(a);
        b = b.wrapping_mul(5).wrapping_add(0x3849_5ab5);
    }
    let rest = blocks.remainder();
    a ^= first(word(&rest[..rest.len().min(8)]));
    b ^= second(word(&rest[rest.len().min(8)..]));
    a ^= bytes.len() as u64;
    b ^= bytes.len() as u64;
    a = a.wrapping_add(b);
    b = b.wrapping_add(a);
    a = mixed(a);
    b = mixed(b);
    a = a.wrapping_add(b);
    b = b.wrapping_add(a);
    let mut hash = [0; 16];
    hash[..8].copy_from_slice(&a.to_le_bytes());
    hash[8..].copy_from_slice(&b.to_le_bytes());
    hash
}

fn mixed(mut word: u64) -> u64 {
    word ^= word >> 33;
    word = word.wrapping_mul(0xff51_afd7_ed55_8ccd);
    word ^= word >> 33;
    word = word.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    word ^ word >> 33
}
