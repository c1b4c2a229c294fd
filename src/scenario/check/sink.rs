//! Sinks: settings that the outside world refuses.

use super::found::Found;
use super::function::column;
use crate::scenario::{DeliveryGuarantee, IssueKind, Shape, Sink, limits};

pub(super) fn check(field: &str, sink: &Sink, input: &Shape, found: &mut Found) {
    match sink {
        Sink::Kafka(kafka) => {
            let path = |name: &str| format!("{field}.kind.sink.kafka.{name}");
            found.range(path("transaction_timeout_ms"), kafka.transaction_timeout_ms, &limits::TRANSACTION_MS);
            found.range(path("broker_max_timeout_ms"), kafka.broker_max_timeout_ms, &limits::TRANSACTION_MS);
            let (own, most) = (kafka.transaction_timeout_ms, kafka.broker_max_timeout_ms);
            if kafka.guarantee == DeliveryGuarantee::ExactlyOnce && own > most {
                found.add(path("transaction_timeout_ms"), IssueKind::TransactionTimeoutAboveBroker { most_ms: most });
            }
        }
        Sink::Upsert(upsert) => column(format!("{field}.kind.sink.upsert.key"), upsert.key, input.width(), found),
        Sink::TwoPhaseCommit | Sink::Committer(_) | Sink::File | Sink::Xa => {}
    }
}
