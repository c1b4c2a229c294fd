//! Keeps what is costly to make from one scene to the next: the backdrop as long as the run is the same, the layout as long
//! as the room is.

use std::rc::Rc;

use super::{Backdrop, Layout, Moment, Scene};
use crate::base::SimTime;
use crate::timeline::Timeline;

/// The scene of a moment with what belongs to it. Equal when it is the very same.
#[derive(Clone, Debug)]
pub struct Picture {
    /// What belongs to the run.
    pub backdrop: Rc<Backdrop>,
    /// Where things stand.
    pub layout: Rc<Layout>,
    /// The moment.
    pub scene: Rc<Scene>,
    /// As far as the run is known.
    pub end: SimTime,
    /// Nothing happens after it.
    pub complete: bool,
}

impl PartialEq for Picture {
    fn eq(&self, other: &Picture) -> bool {
        Rc::ptr_eq(&self.scene, &other.scene) && Rc::ptr_eq(&self.layout, &other.layout) && self.end == other.end
    }
}

/// Makes pictures.
#[derive(Debug, Default)]
pub struct Studio {
    room: (f64, f64),
    run: u64,
    picture: Option<Picture>,
}

impl Studio {
    /// A studio without a picture, for a stage of this width and height in pixels.
    pub fn new(width: f64, height: f64) -> Studio {
        Studio { room: (width, height), run: 0, picture: None }
    }

    /// The stage has another size. True when that asks for a new picture.
    pub fn set_room(&mut self, width: f64, height: f64) -> bool {
        let changed = (self.room.0 - width).abs() >= 1.0 || (self.room.1 - height).abs() >= 1.0;
        if changed {
            self.room = (width, height);
        }
        changed
    }

    /// The picture of the moment that `timeline` was last sought to. `run` is another number for another run.
    pub fn picture(&mut self, run: u64, timeline: &Timeline) -> Picture {
        let old = self.picture.take().filter(|_| self.run == run);
        let mut backdrop = match &old {
            Some(old) => old.backdrop.clone(),
            None => Rc::new(Backdrop::of(timeline)),
        };
        if old.as_ref().is_some_and(|old| old.end != timeline.end()) {
            Rc::make_mut(&mut backdrop).extend(timeline);
        }
        let layout = match &old {
            Some(old) if old.layout.room == self.room => old.layout.clone(),
            _ => Rc::new(Layout::new(timeline.graph(), &timeline.input().scenario, self.room.0, self.room.1)),
        };
        let scene = Rc::new(Scene::at(&Moment::of(timeline, &backdrop, &layout)));
        let picture = Picture { backdrop, layout, scene, end: timeline.end(), complete: timeline.is_complete() };
        self.run = run;
        self.picture = Some(picture.clone());
        picture
    }
}
