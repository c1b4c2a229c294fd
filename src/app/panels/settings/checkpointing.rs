//! Everything below `execution.checkpointing`.

use checkpoint_lab::i18n::Language;
use checkpoint_lab::scenario::{
    CheckpointStorage, CheckpointingMode, FileSystem, PathNature, Retention, Unaligned, WorldPath,
};
use yew::prelude::*;

use super::form::{Field, Form, Number, Unit};
use crate::app::parts::Picture;

/// What an interval becomes when checkpointing is switched on.
const USUAL_INTERVAL_MS: u64 = 5_000;

const MODES: [CheckpointingMode; 2] = [CheckpointingMode::ExactlyOnce, CheckpointingMode::AtLeastOnce];
const RETENTIONS: [Retention; 3] =
    [Retention::NoExternalizedCheckpoints, Retention::DeleteOnCancellation, Retention::RetainOnCancellation];

/// The group's fields.
pub fn fields(form: &Form) -> Html {
    let (t, cp) = (form.t, &form.scenario.checkpointing);
    let enabled = Field::of("checkpointing.enabled".into(), "checkpointing.enabled", t.cp_enabled());
    html! {
        <>
            { form.switch(enabled, cp.interval_ms.is_some(), |scenario, on| {
                scenario.checkpointing.interval_ms = on.then_some(USUAL_INTERVAL_MS);
            }) }
            if let Some(interval) = cp.interval_ms { { when_on(form, interval) } }
        </>
    }
}

fn when_on(form: &Form, interval: u64) -> Html {
    let (t, cp) = (form.t, &form.scenario.checkpointing);
    let interval_field = Field::at("checkpointing.interval_ms", t.cp_interval())
        .key("execution.checkpointing.interval")
        .help(t.cp_interval_help());
    let mode = Field::at("checkpointing.mode", t.cp_mode()).key("execution.checkpointing.mode").help(t.cp_mode_help());
    let timeout = Field::at("checkpointing.timeout_ms", t.cp_timeout()).key("execution.checkpointing.timeout");
    let pause = Field::at("checkpointing.min_pause_ms", t.cp_min_pause())
        .key("execution.checkpointing.min-pause")
        .help(t.cp_min_pause_help());
    let concurrent = Field::at("checkpointing.max_concurrent", t.cp_max_concurrent())
        .key("execution.checkpointing.max-concurrent-checkpoints");
    let tolerable = Field::at("checkpointing.tolerable_failed", t.cp_tolerable())
        .key("execution.checkpointing.tolerable-failed-checkpoints")
        .help(t.cp_tolerable_help());
    let after_finish = Field::at("checkpointing.after_tasks_finish", t.cp_after_finish())
        .key("execution.checkpointing.checkpoints-after-tasks-finish");
    let modes: [AttrValue; 2] = ["EXACTLY_ONCE".into(), "AT_LEAST_ONCE".into()];
    let plain = |value: u32| Number::plain(u64::from(value));
    html! {
        <>
            { form.number(interval_field, Number::millis(interval), |scenario, ms| scenario.checkpointing.interval_ms = Some(ms)) }
            { form.choice(mode, &modes, place(&MODES, &cp.mode), |scenario, index| scenario.checkpointing.mode = MODES[index]) }
            { form.number(timeout, Number::millis(cp.timeout_ms), |scenario, ms| scenario.checkpointing.timeout_ms = ms) }
            { form.number(pause, Number::millis(cp.min_pause_ms), |scenario, ms| scenario.checkpointing.min_pause_ms = ms) }
            { form.number(concurrent, plain(cp.max_concurrent), |scenario, n| scenario.checkpointing.max_concurrent = small(n)) }
            { form.number(tolerable, plain(cp.tolerable_failed), |scenario, n| scenario.checkpointing.tolerable_failed = small(n)) }
            { form.switch(after_finish, cp.after_tasks_finish, |scenario, on| scenario.checkpointing.after_tasks_finish = on) }
            { unaligned(form) }
        </>
    }
}

/// Unaligned checkpoints and when they begin.
fn unaligned(form: &Form) -> Html {
    let (t, set) = (form.t, form.scenario.checkpointing.unaligned);
    let on = Field::at("checkpointing.unaligned", t.cp_unaligned())
        .key("execution.checkpointing.unaligned.enabled")
        .help(t.cp_unaligned_help());
    let timeout = Field::at("checkpointing.unaligned.aligned_timeout_ms", t.cp_aligned_timeout())
        .key("execution.checkpointing.aligned-checkpoint-timeout")
        .help(t.cp_aligned_timeout_help());
    let forced = Field::at("checkpointing.unaligned.forced", t.cp_unaligned_forced())
        .key("execution.checkpointing.unaligned.forced")
        .help(t.cp_unaligned_forced_help());
    html! {
        <>
            { form.switch(on, set.is_some(), |scenario, on| {
                scenario.checkpointing.unaligned = on.then(Unaligned::default);
            }) }
            if let Some(set) = set {
                { form.number(timeout, Number::millis(set.aligned_timeout_ms), |scenario, ms| {
                    scenario.checkpointing.unaligned.get_or_insert_default().aligned_timeout_ms = ms;
                }) }
                { form.switch(forced, set.forced, |scenario, on| {
                    scenario.checkpointing.unaligned.get_or_insert_default().forced = on;
                }) }
            }
        </>
    }
}

fn small(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

fn place<T: PartialEq>(all: &[T], one: &T) -> usize {
    all.iter().position(|other| other == one).unwrap_or_default()
}

/// The fields of the storage.
pub fn storage(form: &Form) -> Html {
    let (t, cp) = (form.t, &form.scenario.checkpointing);
    let kind = Field::of("checkpointing.storage.kind".into(), "storage.kind", t.storage_kind())
        .key("execution.checkpointing.storage");
    let dir = Field::at("checkpointing.storage", t.storage_dir())
        .key("execution.checkpointing.dir")
        .help(t.storage_dir_help());
    let retained = Field::at("checkpointing.num_retained", t.cp_retained()).key("execution.checkpointing.num-retained");
    let retention = Field::at("checkpointing.retention", t.cp_retention())
        .key("execution.checkpointing.externalized-checkpoint-retention");
    let file_system = Field::at("cluster.file_system", t.file_system()).help(t.file_system_help());
    let systems: Vec<AttrValue> = FileSystem::ALL.iter().map(|system| t.file_system_name(*system).into()).collect();
    let inline = Field::at("checkpointing.inline_threshold", t.inline_threshold())
        .key("execution.checkpointing.data-inline-threshold")
        .help(t.inline_threshold_help());
    let kinds: [AttrValue; 2] = [t.storage_jobmanager().into(), t.storage_filesystem().into()];
    let (chosen, directory) = match &cp.storage {
        CheckpointStorage::JobManager => (0, None),
        CheckpointStorage::FileSystem { dir } => (1, Some(dir)),
    };
    html! {
        <>
            { form.choice(kind, &kinds, chosen, |scenario, index| {
                scenario.checkpointing.storage = match index {
                    0 => CheckpointStorage::JobManager,
                    _ => CheckpointStorage::FileSystem { dir: "file:///tmp/flink-checkpoints".into() },
                };
            }) }
            if let Some(directory) = directory {
                { form.choice(file_system, &systems, place(&FileSystem::ALL, &form.scenario.cluster.file_system), |scenario, index| {
                    let chosen = FileSystem::ALL[index];
                    scenario.cluster.file_system = chosen;
                    scenario.checkpointing.storage = CheckpointStorage::FileSystem { dir: chosen.usual_dir().into() };
                }) }
                { form.number(inline, Number { value: Some(cp.inline_threshold), optional: false, unit: Unit::Bytes }, |scenario, bytes| {
                    scenario.checkpointing.inline_threshold = bytes;
                }) }
                { form.text(dir, directory, |scenario, dir| {
                    scenario.checkpointing.storage = CheckpointStorage::FileSystem { dir };
                }) }
            }
            { form.number(retained, Number::plain(u64::from(cp.num_retained)), |scenario, n| {
                scenario.checkpointing.num_retained = small(n);
            }) }
            { form.choice(retention, &retentions(t), place(&RETENTIONS, &cp.retention), |scenario, index| {
                scenario.checkpointing.retention = RETENTIONS[index];
            }) }
            { paths(form) }
        </>
    }
}

fn retentions(t: Language) -> [AttrValue; 3] {
    [t.retention_none().into(), t.retention_delete().into(), t.retention_retain().into()]
}

/// Paths of the world that can't be written, so that a storage can go wrong.
fn paths(form: &Form) -> Html {
    let t = form.t;
    html! {
        <fieldset class="setting-sub">
            <legend>{ t.world_paths() }</legend>
            { for form.scenario.cluster.paths.iter().enumerate().map(|(at, path)| world_path(form, at, path)) }
            <div class="buttons">
                { form.button("cluster.paths", Picture::Add, t.world_path(), |scenario| {
                    let path = match &scenario.checkpointing.storage {
                        CheckpointStorage::FileSystem { dir } => dir.split_once("://").map_or("/", |(_, path)| path),
                        CheckpointStorage::JobManager => "/tmp",
                    };
                    let path = WorldPath { path: path.into(), nature: PathNature::ReadOnly, from_ms: None };
                    scenario.cluster.paths.push(path);
                }) }
            </div>
        </fieldset>
    }
}

fn world_path(form: &Form, at: usize, path: &WorldPath) -> Html {
    let t = form.t;
    let natures: [AttrValue; 2] = [t.nature_file().into(), t.nature_read_only().into()];
    let field = |part: &str, edit, label: &'static str| Field::of(format!("cluster.paths[{at}].{part}"), edit, label);
    html! {
        <div class="setting-entry" key={at}>
            { form.text(field("path", "path.path", t.world_path()), &path.path, move |scenario, text| {
                scenario.cluster.paths[at].path = text;
            }) }
            { form.choice(field("nature", "path.nature", t.world_nature()), &natures, usize::from(path.nature == PathNature::ReadOnly),
                move |scenario, index| {
                    scenario.cluster.paths[at].nature = if index == 0 { PathNature::RegularFile } else { PathNature::ReadOnly };
                }) }
            { form.maybe(field("from_ms", "path.from_ms", t.world_from()).help(t.world_from_help()),
                Number::optional(path.from_ms, Unit::Millis), move |scenario, ms| scenario.cluster.paths[at].from_ms = ms) }
            { form.button("cluster.paths", Picture::Remove, t.fault_remove(), move |scenario| {
                scenario.cluster.paths.remove(at);
            }) }
        </div>
    }
}
