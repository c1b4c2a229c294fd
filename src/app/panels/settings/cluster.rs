//! The release, the API's own settings, the cluster, the seed; and what the learner does to the running job.

use checkpoint_lab::i18n::clock;
use checkpoint_lab::scenario::{
    Action, Api, BufferDebloat, Commands, ExecutionMode, FailoverStrategy, FlinkVersion, OperatorKind, PythonSettings,
    SavepointFormat, Scenario,
};
use checkpoint_lab::session::Msg;
use yew::prelude::*;

use super::form::{Field, Form, Number};
use crate::app::controls::NumberInput;
use crate::app::parts::{Picture, icon};

/// The group's fields.
pub fn fields(form: &Form, seed: u64) -> Html {
    let (t, scenario) = (form.t, form.scenario);
    let cluster = &scenario.cluster;
    let version = Field::at("flink", t.flink_version()).help(t.flink_version_help());
    let managers = Field::at("cluster.task_managers", t.task_managers());
    let slots = Field::at("cluster.slots_per_task_manager", t.slots()).key("taskmanager.numberOfTaskSlots");
    let failover = Field::at("cluster.failover_strategy", t.failover()).key("jobmanager.execution.failover-strategy");
    let segment = Field::at("cluster.segment_size", t.segment_size()).key("taskmanager.memory.segment-size");
    let timeout = Field::at("cluster.buffer_timeout_ms", t.buffer_timeout())
        .key("execution.buffer-timeout.interval")
        .help(t.buffer_timeout_help());
    let bytes =
        Number { value: Some(u64::from(cluster.segment_size)), optional: false, unit: super::form::Unit::Bytes };
    html! {
        <>
            { form.choice(version, &["1.20".into(), "2.3".into()], usize::from(scenario.flink == FlinkVersion::V2_3), |scenario, index| {
                scenario.flink = if index == 0 { FlinkVersion::V1_20 } else { FlinkVersion::V2_3 };
            }) }
            if let Api::Python(settings) = &scenario.api { { python(form, settings) } }
            { form.number(managers, Number::plain(u64::from(cluster.task_managers)), |scenario, n| scenario.cluster.task_managers = small(n)) }
            { form.number(slots, Number::plain(u64::from(cluster.slots_per_task_manager)), |scenario, n| {
                scenario.cluster.slots_per_task_manager = small(n);
            }) }
            { super::incidents::timeouts(form) }
            { form.choice(failover, &[t.failover_region().into(), t.failover_full().into()],
                usize::from(cluster.failover_strategy == FailoverStrategy::Full), |scenario, index| {
                    scenario.cluster.failover_strategy = if index == 0 { FailoverStrategy::Region } else { FailoverStrategy::Full };
                }) }
            { form.number(segment, bytes, |scenario, n| scenario.cluster.segment_size = small(n)) }
            { form.number(timeout, Number::millis(cluster.buffer_timeout_ms), |scenario, ms| scenario.cluster.buffer_timeout_ms = ms) }
            { network(form) }
            { seed_field(form, seed) }
        </>
    }
}

/// How much may be in flight.
fn network(form: &Form) -> Html {
    let (t, cluster) = (form.t, &form.scenario.cluster);
    let local = Field::at("cluster.local_channels", t.local_channels()).help(t.local_channels_help());
    let on = Field::at("cluster.buffer_debloat", t.buffer_debloat())
        .key("taskmanager.network.memory.buffer-debloat.enabled")
        .help(t.buffer_debloat_help());
    let target = Field::at("cluster.buffer_debloat.target_ms", t.debloat_target())
        .key("taskmanager.network.memory.buffer-debloat.target");
    html! {
        <>
            { form.switch(local, cluster.local_channels, |scenario, on| scenario.cluster.local_channels = on) }
            { form.switch(on, cluster.buffer_debloat.is_some(), |scenario, on| {
                scenario.cluster.buffer_debloat = on.then(BufferDebloat::default);
            }) }
            if let Some(debloat) = &cluster.buffer_debloat {
                { form.number(target, Number::millis(debloat.target_ms), |scenario, ms| {
                    scenario.cluster.buffer_debloat.get_or_insert_default().target_ms = ms;
                }) }
            }
        </>
    }
}

fn small(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

fn python_of(scenario: &mut Scenario, change: impl FnOnce(&mut PythonSettings)) {
    if let Api::Python(settings) = &mut scenario.api {
        change(settings);
    }
}

fn python(form: &Form, settings: &PythonSettings) -> Html {
    let t = form.t;
    let size = Field::at("api.python.bundle_size", t.bundle_size()).key("python.fn-execution.bundle.size");
    let time = Field::at("api.python.bundle_time_ms", t.bundle_time()).key("python.fn-execution.bundle.time");
    let mode = Field::at("api.python.execution_mode", t.execution_mode()).key("python.execution-mode");
    html! {
        <>
            { form.number(size, Number::plain(u64::from(settings.bundle_size)), |scenario, n| {
                python_of(scenario, |settings| settings.bundle_size = small(n));
            }) }
            { form.number(time, Number::millis(settings.bundle_time_ms), |scenario, ms| {
                python_of(scenario, |settings| settings.bundle_time_ms = ms);
            }) }
            { form.choice(mode, &[t.mode_process().into(), t.mode_thread().into()],
                usize::from(settings.execution_mode == ExecutionMode::Thread), |scenario, index| {
                    let mode = if index == 0 { ExecutionMode::Process } else { ExecutionMode::Thread };
                    python_of(scenario, |settings| settings.execution_mode = mode);
                }) }
        </>
    }
}

/// The seed belongs to the run, not to the scenario.
fn seed_field(form: &Form, seed: u64) -> Html {
    let t = form.t;
    let next = form.send.reform(move |_: MouseEvent| Msg::SetSeed(seed.wrapping_add(1)));
    html! {
        <div class="setting">
            <label for="f-seed">{ t.seed() }</label>
            <div class="setting-control">
                <span class="with-unit">
                    <NumberInput id="f-seed" value={Some(seed)} described_by={Some(AttrValue::from("f-seed-note"))}
                        onset={form.send.reform(|seed: Option<u64>| Msg::SetSeed(seed.unwrap_or_default()))}
                        onleave={form.send.reform(|()| Msg::FieldLeft)} />
                    <button type="button" class="icon-button" aria-label={t.seed_next()} title={t.seed_next()} onclick={next}>
                        { icon(Picture::Dice) }
                    </button>
                </span>
            </div>
            <div class="setting-note" id="f-seed-note"><p class="help">{ t.seed_help() }</p></div>
        </div>
    }
}

/// The target directory of the buttons' savepoints.
const SAVEPOINTS: &str = "file:///tmp/flink-savepoints";

/// What the learner has done to the running job, and can do at the moment in view.
pub fn actions(form: &Form, commands: &Commands) -> Html {
    let t = form.t;
    let act = |picture, label: String, action: Action| {
        let onclick = form.send.reform(move |_: MouseEvent| Msg::Act(action.clone()));
        html! { <button type="button" class="button" {onclick}>{ icon(picture) }{ label }</button> }
    };
    let name = |uid: &str| {
        let operator = form.scenario.operators.iter().find(|operator| operator.uid == uid);
        operator.map_or_else(|| uid.to_owned(), |operator| operator.name.clone())
    };
    let said = |action: &Action| match action {
        Action::TriggerCheckpoint => t.action_trigger().to_owned(),
        Action::TriggerSavepoint { .. } => t.action_savepoint().into(),
        Action::StopWithSavepoint { drain: false, .. } => t.action_stop().into(),
        Action::StopWithSavepoint { drain: true, .. } => t.action_drain().into(),
        Action::Rescale { parallelism, .. } => t.action_rescale(*parallelism),
        Action::SlowDown { operator, ms, .. } => t.action_slow(&name(operator), *ms),
        Action::Cancel => t.action_cancel().into(),
        Action::Fail { operator, .. } => t.action_fail(&name(operator)),
        Action::Permit { .. } | Action::PermitMore { .. } => t.action_permit().into(),
        Action::Hold { .. } => t.action_hold().into(),
        Action::Begin(what) => t.begins(&t.mishap(what)),
        Action::End(what) => t.ends(&t.mishap(what)),
    };
    // Where nobody has named a directory, the buttons do.
    let unset = form.scenario.checkpointing.savepoint_dir.is_none();
    let savepoints = || unset.then(|| SAVEPOINTS.to_owned());
    let functions =
        form.scenario.operators.iter().filter(|operator| matches!(operator.kind, OperatorKind::Function(_)));
    html! {
        <>
            if commands.at.is_empty() && commands.script.is_empty() { <p class="help">{ t.actions_none() }</p> }
            if !commands.script.is_empty() { <p class="help">{ t.script_steps(commands.script.len()) }</p> }
            <ul class="action-list">
                { for commands.at.iter().map(|done| html! { <li>{ t.action_at(&clock(done.at), &said(&done.action)) }</li> }) }
            </ul>
            <div class="buttons">
                { act(Picture::Add, t.action_trigger().into(), Action::TriggerCheckpoint) }
                { act(Picture::Add, t.action_savepoint().into(), Action::TriggerSavepoint { format: SavepointFormat::Canonical, dir: savepoints() }) }
                { act(Picture::Close, t.action_stop().into(), Action::StopWithSavepoint { format: SavepointFormat::Canonical, drain: false, dir: savepoints() }) }
                { act(Picture::Close, t.action_drain().into(), Action::StopWithSavepoint { format: SavepointFormat::Canonical, drain: true, dir: savepoints() }) }
                { for functions.map(|operator| act(Picture::Error, t.action_fail(&operator.name), Action::Fail {
                    operator: operator.uid.clone(),
                    subtask: None,
                    message: t.action_message().into(),
                })) }
                { act(Picture::Close, t.action_cancel().into(), Action::Cancel) }
                if !commands.at.is_empty() {
                    <button type="button" class="button" onclick={form.send.reform(|_: MouseEvent| Msg::ClearActions)}>
                        { icon(Picture::Remove) }{ t.actions_clear() }
                    </button>
                }
            </div>
        </>
    }
}
