//! The lower layer: frames of TaskManagers and tasks, tubes, and the lines into and out of the job. Drawn once a layout.

use checkpoint_lab::scene::Layout;
use checkpoint_lab::scene::geometry::Rect;
use yew::prelude::*;

use super::Same;

/// What the floor shows.
#[derive(Properties, PartialEq)]
pub struct FloorProps {
    /// Where things stand.
    pub layout: Same<Layout>,
}

/// The floor.
#[component]
pub fn Floor(props: &FloorProps) -> Html {
    let layout = &props.layout;
    let size = format!("0 0 {:.0} {:.0}", layout.width, layout.height);
    let managers = layout.task_managers.iter().map(|frame| rect(frame.rect, "tm-frame", 14.0));
    let tubes = layout.channels.iter().map(|tube| {
        html! {
            <g>
                <path d={tube.path.d.clone()} class="tube-wall" style={format!("stroke-width:{:.0}px", tube.width + 3.0)} />
                <path d={tube.path.d.clone()} class="tube-inside" style={format!("stroke-width:{:.0}px", tube.width)} />
            </g>
        }
    });
    // Where they would lie upon each other, nothing is drawn until there is a message.
    let straight = layout.subtasks.iter().filter(|frame| frame.straight);
    let control = straight.map(|frame| html! { <path d={frame.ack.d.clone()} class="control-line" /> });
    let outside = layout.subtasks.iter().flat_map(|frame| &frame.outside);
    let outside =
        outside.map(|path| html! { <path d={path.d.clone()} class="outside-line" marker-end="url(#arrow)" /> });
    html! {
        <svg class="stage-layer" viewBox={size} width={px(layout.width)} height={px(layout.height)} aria-hidden="true">
            <defs>
                <marker id="arrow" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="7" markerHeight="7" orient="auto">
                    <path d="M1 1l5.500 3L1 7z" class="arrow" />
                </marker>
            </defs>
            { for outside }
            { for managers }
            { for control }
            { for tubes }
        </svg>
    }
}

fn rect(rect: Rect, class: &'static str, radius: f64) -> Html {
    html! {
        <rect {class} x={px(rect.x)} y={px(rect.y)} width={px(rect.w)} height={px(rect.h)} rx={px(radius)} />
    }
}

/// A number as an attribute.
pub fn px(number: f64) -> String {
    checkpoint_lab::scene::geometry::short(number)
}
