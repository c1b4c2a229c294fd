//! The TaskManagers' names and what has become of them: a frame whose process is dead is seen to be dead. One that runs
//! nothing of the job has no frame; it is named beside the others.

use checkpoint_lab::engine::Process;
use checkpoint_lab::i18n::Language;
use checkpoint_lab::scene::Layout;
use checkpoint_lab::scene::managers::{ManagerView, ManagersView};
use yew::prelude::*;

use super::Same;
use super::floor::px;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct ManagersProps {
    /// Where they stand.
    pub layout: Same<Layout>,
    /// What they do.
    pub view: ManagersView,
    /// In which words.
    pub language: Language,
}

/// The TaskManagers.
#[component]
pub fn Managers(props: &ManagersProps) -> Html {
    let (layout, view, t) = (&props.layout, &props.view, props.language);
    let size = format!("0 0 {:.0} {:.0}", layout.width, layout.height);
    let framed = layout.task_managers.iter().filter_map(|frame| {
        let manager = view.all.get(frame.index as usize)?;
        let state = state(manager);
        let rect = frame.rect;
        Some(html! {
            <g class="tm" data-state={state}>
                if state != "up" {
                    <rect class="tm-veil" x={px(rect.x)} y={px(rect.y)} width={px(rect.w)} height={px(rect.h)} rx="14" />
                }
                <text class="tm-name" x={px(rect.x + 14.0)} y={px(rect.y + 18.0)}>
                    { format!("TaskManager {}", frame.index + 1) }
                    <tspan class="faint">{ format!("  ·  {}", t.stage_slots_used(manager.used, manager.slots)) }</tspan>
                    if state != "up" { <tspan class="tm-fate">{ format!("  ·  {}", words(t, manager)) }</tspan> }
                </text>
            </g>
        })
    });
    let has_frame = |number: usize| layout.task_managers.iter().any(|frame| frame.index as usize == number);
    let spare = view.all.iter().enumerate().filter(|(number, _)| !has_frame(*number));
    let spare: Vec<String> = spare
        .map(|(number, manager)| {
            let fate = if state(manager) == "up" { String::new() } else { format!(" {}", words(t, manager)) };
            format!("TaskManager {} {}/{}{fate}", number + 1, manager.used, manager.slots)
        })
        .collect();
    let corner = layout.task_managers.first().map(|frame| (frame.rect.right() - 14.0, frame.rect.y + 18.0));
    let note = match (view.waiting, spare.is_empty()) {
        (true, true) => Some(t.tm_waiting_alone().to_owned()),
        (true, false) => Some(t.tm_waiting(spare.join(" · "))),
        (false, true) => None,
        (false, false) => Some(spare.join(" · ")),
    };
    html! {
        <svg class="stage-layer" viewBox={size} width={px(layout.width)} height={px(layout.height)}>
            { for framed }
            if let (Some((x, y)), Some(note)) = (corner, note) {
                <text class="tm-name tm-spare" data-waiting={view.waiting.to_string()} x={px(x)} y={px(y)} text-anchor="end">
                    { note }
                </text>
            }
        </svg>
    }
}

fn state(manager: &ManagerView) -> &'static str {
    match (manager.process, manager.registered) {
        (Process::Running, true) => "up",
        (Process::Running, false) => "starting",
        (Process::Dead, _) => "dead",
        (Process::Hung | Process::Partitioned, true) => "silent",
        (Process::Hung | Process::Partitioned, false) => "lost",
    }
}

fn words(t: Language, manager: &ManagerView) -> String {
    let fate = match manager.process {
        Process::Running => t.tm_label_starting(),
        Process::Dead => t.tm_label_dead(),
        Process::Hung => t.tm_label_hung(),
        Process::Partitioned => t.tm_label_cut(),
    };
    match (manager.process, manager.registered) {
        (Process::Running, _) => fate.into(),
        (_, true) => format!("{fate} ({})", t.tm_label_unnoticed()),
        (_, false) => format!("{fate} ({})", t.tm_label_lost()),
    }
}
