//! The stage: the job at a moment, drawn.
//!
//! Cards with text are html, so that they wrap, can be read aloud and pressed; tubes, marks and signals are two SVG layers
//! below and above them. The lower layer is drawn once a layout. Marks move by `transform` and keep their element by key.

mod floor;
mod icons;
mod job_manager;
mod managers;
mod marks;
mod measure;
mod operator;
mod same;
mod storage;
mod stores;
mod task;
mod text;
mod tokens;
mod world;

use checkpoint_lab::base::{CheckpointId, OperatorIndex};
use checkpoint_lab::i18n::Language;
use checkpoint_lab::scene::Picture;
use yew::prelude::*;

pub use measure::use_room;
pub use same::Same;

/// What was pressed on the stage.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pressed {
    /// An operator.
    Operator(OperatorIndex),
    /// A checkpoint's card.
    Checkpoint(CheckpointId),
}

/// What the stage shows.
#[derive(Properties, PartialEq)]
pub struct StageProps {
    /// The moment.
    pub picture: Picture,
    /// In which words.
    pub language: Language,
    /// Told the stage's width and height whenever they change.
    pub on_room: Callback<(f64, f64)>,
    /// Told what was pressed.
    pub on_press: Callback<Pressed>,
}

/// The stage.
#[component]
pub fn Stage(props: &StageProps) -> Html {
    let room = use_node_ref();
    measure::use_room(&room, &props.on_room);
    let (layout, scene, t) = (&props.picture.layout, &props.picture.scene, props.language);
    let tasks = layout.subtasks.iter().zip(&scene.tasks).enumerate();
    let tasks = tasks.map(|(at, (_, view))| {
        let layout = Same(layout.clone());
        html! { <task::Task key={at} {layout} view={view.clone()} language={t} on_press={props.on_press.clone()} /> }
    });
    html! {
        <div class="stage" ref={room} data-tall={layout.tall.to_string()}>
            <div class="stage-floor" style={format!("inline-size:{}px;block-size:{}px", layout.width, layout.height)}>
                <floor::Floor layout={Same(layout.clone())} />
                <managers::Managers layout={Same(layout.clone())} view={scene.managers.clone()} language={t} />
                <job_manager::JobManager layout={Same(layout.clone())} view={scene.job.clone()} language={t} />
                { for tasks }
                <world::Input layout={Same(layout.clone())} views={scene.inputs.clone()} language={t} />
                <world::Output layout={Same(layout.clone())} view={scene.output.clone()} language={t} />
                <storage::Storage
                    layout={Same(layout.clone())}
                    view={scene.storage.clone()}
                    language={t}
                    on_press={props.on_press.clone()}
                />
                <marks::Marks layout={Same(layout.clone())} scene={Same(scene.clone())} language={t} />
            </div>
        </div>
    }
}
