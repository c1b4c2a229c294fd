//! `restart-strategy`.

use checkpoint_lab::scenario::{RestartStrategy, Scenario};
use yew::prelude::*;

use super::form::{Field, Form, Number, Unit};

/// The group's fields.
pub fn fields(form: &Form) -> Html {
    let (t, scenario) = (form.t, form.scenario);
    let in_force = match RestartStrategy::NotSet.in_force(scenario.checkpointing.interval_ms.is_some()) {
        RestartStrategy::None => "none",
        _ => "exponential-delay",
    };
    let kinds: [AttrValue; 5] = [
        t.restart_not_set(in_force).into(),
        "none".into(),
        "fixed-delay".into(),
        "failure-rate".into(),
        "exponential-delay".into(),
    ];
    let chosen = match &scenario.restart {
        RestartStrategy::NotSet => 0,
        RestartStrategy::None => 1,
        RestartStrategy::FixedDelay { .. } => 2,
        RestartStrategy::FailureRate { .. } => 3,
        RestartStrategy::ExponentialDelay { .. } => 4,
    };
    let kind = Field::of("restart.kind".into(), "restart.kind", t.restart_kind()).key("restart-strategy.type");
    html! {
        <>
            { form.choice(kind, &kinds, chosen, |scenario, index| scenario.restart = usual(index)) }
            { match &scenario.restart {
                RestartStrategy::NotSet | RestartStrategy::None => html! {},
                RestartStrategy::FixedDelay { attempts, delay_ms } => fixed_delay(form, *attempts, *delay_ms),
                RestartStrategy::FailureRate { max_failures, interval_ms, delay_ms } => {
                    failure_rate(form, *max_failures, *interval_ms, *delay_ms)
                }
                RestartStrategy::ExponentialDelay { .. } => exponential_delay(form, &scenario.restart),
            } }
        </>
    }
}

/// A strategy with Flink's default options.
fn usual(index: usize) -> RestartStrategy {
    match index {
        0 => RestartStrategy::NotSet,
        1 => RestartStrategy::None,
        2 => RestartStrategy::FixedDelay { attempts: 3, delay_ms: 5_000 },
        3 => RestartStrategy::FailureRate { max_failures: 1, interval_ms: 60_000, delay_ms: 1_000 },
        _ => RestartStrategy::EXPONENTIAL_DEFAULT,
    }
}

fn small(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

fn fixed_delay(form: &Form, attempts: u32, delay_ms: u64) -> Html {
    let t = form.t;
    let attempts_field = Field::at("restart.fixed_delay.attempts", t.restart_attempts())
        .key("restart-strategy.fixed-delay.attempts")
        .help(t.restart_attempts_help());
    let delay_field =
        Field::at("restart.fixed_delay.delay_ms", t.restart_delay()).key("restart-strategy.fixed-delay.delay");
    html! {
        <>
            { form.number(attempts_field, Number::plain(u64::from(attempts)), |scenario, n| {
                if let RestartStrategy::FixedDelay { attempts, .. } = &mut scenario.restart { *attempts = small(n); }
            }) }
            { form.number(delay_field, Number::millis(delay_ms), |scenario, ms| {
                if let RestartStrategy::FixedDelay { delay_ms, .. } = &mut scenario.restart { *delay_ms = ms; }
            }) }
        </>
    }
}

fn failure_rate(form: &Form, max_failures: u32, interval_ms: u64, delay_ms: u64) -> Html {
    let t = form.t;
    let max = Field::at("restart.failure_rate.max_failures", t.restart_max_failures())
        .key("restart-strategy.failure-rate.max-failures-per-interval");
    let interval = Field::at("restart.failure_rate.interval_ms", t.restart_interval())
        .key("restart-strategy.failure-rate.failure-rate-interval");
    let delay =
        Field::at("restart.failure_rate.delay_ms", t.restart_delay()).key("restart-strategy.failure-rate.delay");
    html! {
        <>
            { form.number(max, Number::plain(u64::from(max_failures)), |scenario, n| {
                if let RestartStrategy::FailureRate { max_failures, .. } = &mut scenario.restart { *max_failures = small(n); }
            }) }
            { form.number(interval, Number::millis(interval_ms), |scenario, ms| {
                if let RestartStrategy::FailureRate { interval_ms, .. } = &mut scenario.restart { *interval_ms = ms; }
            }) }
            { form.number(delay, Number::millis(delay_ms), |scenario, ms| {
                if let RestartStrategy::FailureRate { delay_ms, .. } = &mut scenario.restart { *delay_ms = ms; }
            }) }
        </>
    }
}

/// A number of exponential-delay, in the order of the form.
const fn exponential(strategy: &mut RestartStrategy, index: usize) -> Option<ExponentialNumber<'_>> {
    let RestartStrategy::ExponentialDelay {
        initial_backoff_ms,
        max_backoff_ms,
        multiplier_thousandths,
        reset_threshold_ms,
        jitter_thousandths,
        ..
    } = strategy
    else {
        return None;
    };
    Some(match index {
        0 => ExponentialNumber::Long(initial_backoff_ms),
        1 => ExponentialNumber::Long(max_backoff_ms),
        2 => ExponentialNumber::Short(multiplier_thousandths),
        3 => ExponentialNumber::Long(reset_threshold_ms),
        _ => ExponentialNumber::Short(jitter_thousandths),
    })
}

enum ExponentialNumber<'a> {
    Long(&'a mut u64),
    Short(&'a mut u32),
}

fn exponential_delay(form: &Form, strategy: &RestartStrategy) -> Html {
    let t = form.t;
    let fields = [
        Field::at("restart.exponential_delay.initial_backoff_ms", t.restart_initial())
            .key("restart-strategy.exponential-delay.initial-backoff"),
        Field::at("restart.exponential_delay.max_backoff_ms", t.restart_maximum())
            .key("restart-strategy.exponential-delay.max-backoff"),
        Field::at("restart.exponential_delay.multiplier_thousandths", t.restart_multiplier())
            .key("restart-strategy.exponential-delay.backoff-multiplier"),
        Field::at("restart.exponential_delay.reset_threshold_ms", t.restart_reset())
            .key("restart-strategy.exponential-delay.reset-backoff-threshold"),
        Field::at("restart.exponential_delay.jitter_thousandths", t.restart_jitter())
            .key("restart-strategy.exponential-delay.jitter-factor"),
    ];
    let mut copy = strategy.clone();
    let numbers = fields.into_iter().enumerate().map(|(index, field)| {
        let (value, unit) = match exponential(&mut copy, index) {
            Some(ExponentialNumber::Long(value)) => (*value, Unit::Millis),
            Some(ExponentialNumber::Short(value)) => (u64::from(*value), Unit::Thousandths),
            None => (0, Unit::Plain),
        };
        form.number(
            field,
            Number { value: Some(value), optional: false, unit },
            move |scenario: &mut Scenario, number| match exponential(&mut scenario.restart, index) {
                Some(ExponentialNumber::Long(value)) => *value = number,
                Some(ExponentialNumber::Short(value)) => *value = small(number),
                None => {}
            },
        )
    });
    let numbers: Html = numbers.collect();
    let attempts = match strategy {
        RestartStrategy::ExponentialDelay { attempts, .. } => attempts.map(u64::from),
        _ => None,
    };
    let attempts_field = Field::at("restart.exponential_delay.attempts", t.restart_attempts_before())
        .key("restart-strategy.exponential-delay.attempts-before-reset-backoff")
        .help(t.restart_endless());
    html! {
        <>
            { numbers }
            { form.maybe(attempts_field, Number::optional(attempts, Unit::Plain), |scenario, n| {
                if let RestartStrategy::ExponentialDelay { attempts, .. } = &mut scenario.restart { *attempts = n.map(small); }
            }) }
        </>
    }
}
