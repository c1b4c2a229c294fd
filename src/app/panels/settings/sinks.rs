//! Sinks: which kind, and what its store allows.

use checkpoint_lab::scenario::{
    CommitterSink, DeliveryGuarantee, KafkaSink, Operator, OperatorKind, Scenario, Sink, UpsertSink,
};
use yew::prelude::*;

use super::form::{Field, Form, Number};

/// The kinds that the form offers, after `print`.
const SINKS: [Sink; 6] = [
    Sink::TwoPhaseCommit,
    Sink::Committer(CommitterSink { idempotent: false }),
    Sink::File,
    Sink::Kafka(KafkaSink {
        guarantee: DeliveryGuarantee::ExactlyOnce,
        transaction_timeout_ms: 900_000,
        broker_max_timeout_ms: 900_000,
    }),
    Sink::Upsert(UpsertSink { key: 0 }),
    Sink::Xa,
];

/// The fields of all sinks.
pub fn fields(form: &Form) -> Html {
    let operators = form.scenario.operators.iter().enumerate();
    operators.filter(|(_, operator)| operator.kind.is_sink()).map(|(at, operator)| sink(form, at, operator)).collect()
}

fn sink(form: &Form, at: usize, operator: &Operator) -> Html {
    let t = form.t;
    let mut choices = vec![AttrValue::from(t.sink_print())];
    choices.extend(SINKS.iter().map(|sink| AttrValue::from(t.sink_name(sink))));
    let chosen = match &operator.kind {
        OperatorKind::Sink(own) => SINKS.iter().position(|sink| sink.tag() == own.tag()).map_or(0, |at| at + 1),
        _ => 0,
    };
    let kind =
        Field::of(format!("operators[{at}].kind"), "sink.kind", format!("{} · {}", t.sink_kind(), operator.name))
            .help(t.sink_kind_help());
    html! {
        <>
            { form.choice(kind, &choices, chosen, move |scenario, index| {
                scenario.operators[at].kind = match index {
                    0 => OperatorKind::PrintSink,
                    index => OperatorKind::Sink(SINKS[index - 1].clone()),
                };
            }) }
            { match &operator.kind {
                OperatorKind::Sink(sink) => store(form, at, sink),
                _ => html! {},
            } }
        </>
    }
}

fn set<T: 'static>(at: usize, change: fn(&mut Sink, T)) -> impl Fn(&mut Scenario, T) + 'static {
    move |scenario, value| {
        if let Some(OperatorKind::Sink(sink)) = scenario.operators.get_mut(at).map(|operator| &mut operator.kind) {
            change(sink, value);
        }
    }
}

fn store(form: &Form, at: usize, sink: &Sink) -> Html {
    let t = form.t;
    let path = |part: &str| format!("operators[{at}].kind.sink.{part}");
    match sink {
        Sink::TwoPhaseCommit | Sink::File | Sink::Xa => html! {},
        Sink::Committer(committer) => {
            let field = Field::of(path("committer.idempotent"), "sink.idempotent", t.sink_idempotent())
                .help(t.sink_idempotent_help());
            form.switch(
                field,
                committer.idempotent,
                set(at, |sink, on| {
                    if let Sink::Committer(committer) = sink {
                        committer.idempotent = on;
                    }
                }),
            )
        }
        Sink::Upsert(upsert) => {
            let field = Field::of(path("upsert.key"), "sink.key", t.sink_key_column());
            form.number(
                field,
                Number::plain(upsert.key as u64),
                set(at, |sink, column: u64| {
                    if let Sink::Upsert(upsert) = sink {
                        upsert.key = column as usize;
                    }
                }),
            )
        }
        Sink::Kafka(kafka) => kafka_fields(form, at, kafka),
    }
}

fn kafka_fields(form: &Form, at: usize, kafka: &KafkaSink) -> Html {
    let t = form.t;
    let path = |part: &str| format!("operators[{at}].kind.sink.kafka.{part}");
    let guarantee = Field::of(path("guarantee"), "sink.guarantee", t.sink_guarantee());
    let timeout = Field::of(path("transaction_timeout_ms"), "sink.transaction_timeout", t.sink_transaction_timeout())
        .key("transaction.timeout.ms")
        .help(t.sink_transaction_timeout_help());
    let most = Field::of(path("broker_max_timeout_ms"), "sink.broker_timeout", t.sink_broker_timeout())
        .key("transaction.max.timeout.ms");
    let exactly = kafka.guarantee == DeliveryGuarantee::ExactlyOnce;
    let choices = [t.sink_at_least_once().into(), t.sink_exactly_once().into()];
    html! {
        <>
            { form.choice(guarantee, &choices, usize::from(exactly), set(at, |sink, index| {
                if let Sink::Kafka(kafka) = sink {
                    kafka.guarantee = match index {
                        0 => DeliveryGuarantee::AtLeastOnce,
                        _ => DeliveryGuarantee::ExactlyOnce,
                    };
                }
            })) }
            if exactly {
                { form.number(timeout, Number::millis(kafka.transaction_timeout_ms), set(at, |sink, ms| {
                    if let Sink::Kafka(kafka) = sink {
                        kafka.transaction_timeout_ms = ms;
                    }
                })) }
                { form.number(most, Number::millis(kafka.broker_max_timeout_ms), set(at, |sink, ms| {
                    if let Sink::Kafka(kafka) = sink {
                        kafka.broker_max_timeout_ms = ms;
                    }
                })) }
            }
        </>
    }
}
