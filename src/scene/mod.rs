//! What the page draws, as values: where things stand, what they hold, what is on its way. Nothing here knows a browser or a
//! language; phrases are put in by the page.
//!
//! A scene is a pure function of the engine at a moment, the trace, and the room there is. Nothing is animated on its own
//! account: the same moment always looks the same, forwards, backwards and at every speed. What takes simulated time moves
//! during it, exactly; what takes none leaves a glow that fades with simulated time ([`Backdrop::fade`]).
//!
//! Left out: single buffers and credits (a tube shows elements), memory, and whatever the engine leaves out.

pub mod cast;
pub mod checkpoints;
pub mod clock;
pub mod code;
pub mod geometry;
pub mod inspector;
pub mod job;
pub mod layout;
pub mod managers;
pub mod outside;
pub mod phase;
pub mod signals;
pub mod storage;
pub mod strip;
pub mod strip_picture;
pub mod studio;
pub mod tasks;
pub mod tokens;

pub use cast::Cast;
pub use layout::Layout;
pub use strip::Strip;
pub use strip_picture::{StripPicture, Window};
pub use studio::{Picture, Studio};

use crate::base::{RecordId, SimDuration, SimTime};
use crate::engine::Engine;
use crate::timeline::Timeline;
use crate::trace::TraceEvent;

/// What belongs to a run rather than to a moment of it.
#[derive(Clone, PartialEq, Debug)]
pub struct Backdrop {
    /// Who takes part.
    pub cast: Cast,
    /// The run as a strip.
    pub strip: Strip,
    /// How long a glow takes to fade, in simulated time.
    pub fade: SimDuration,
}

impl Backdrop {
    /// The backdrop of a run.
    pub fn of(timeline: &Timeline) -> Backdrop {
        let cast = Cast::of(timeline.engine());
        let strip = Strip::new(timeline.graph(), &timeline.input().scenario);
        let mut backdrop = Backdrop { cast, strip, fade: SimDuration::ZERO };
        backdrop.extend(timeline);
        backdrop
    }

    /// Takes in what has been simulated since.
    pub fn extend(&mut self, timeline: &Timeline) {
        self.strip.extend(timeline.trace());
        // A glow is to be seen at the speed at which a run of this length is watched.
        let eightieth = timeline.end().micros() / 80;
        self.fade = SimDuration::from_micros(eightieth.clamp(60_000, 800_000));
    }
}

/// A moment of a run, and what is needed to draw it.
#[derive(Clone, Copy)]
pub struct Moment<'a> {
    /// The engine at the moment.
    pub engine: &'a Engine,
    /// All facts, later ones too: what is on its way arrives when they say.
    pub trace: &'a [TraceEvent],
    /// How many of them have happened.
    pub position: usize,
    /// What belongs to the run.
    pub backdrop: &'a Backdrop,
    /// Where things stand.
    pub layout: &'a Layout,
}

impl<'a> Moment<'a> {
    /// The moment that the timeline was last sought to.
    pub fn of(timeline: &'a Timeline, backdrop: &'a Backdrop, layout: &'a Layout) -> Moment<'a> {
        let engine = timeline.engine();
        Moment { engine, trace: timeline.trace(), position: timeline.position(engine.now()), backdrop, layout }
    }

    /// When.
    pub fn at(&self) -> SimTime {
        self.engine.now()
    }

    /// How brightly something glows that happened at `then`: 1 at once, 0 when it has faded.
    fn glow(&self, then: SimTime) -> f64 {
        if then > self.at() {
            return 0.0;
        }
        let (age, fade) = (self.at().since(then).micros() as f64, self.backdrop.fade.micros() as f64);
        (1.0 - age / fade).max(0.0)
    }

    /// How much of `from..to` is over, 0 to 1.
    fn part(&self, from: SimTime, to: SimTime) -> f64 {
        let (age, all) = (self.at().since(from).micros() as f64, to.since(from).micros() as f64);
        if all > 0.0 { (age / all).clamp(0.0, 1.0) } else { 1.0 }
    }

    /// Whether the world outside has seen a row of this record already: another one will be a duplicate.
    fn is_replayed(&self, record: RecordId) -> bool {
        let sinks = self.engine.input().scenario.operators.len();
        (0..sinks).any(|sink| self.engine.outside().times_printed(crate::base::OperatorIndex(sink as u16), record) > 0)
    }
}

/// Everything on the stage at a moment.
#[derive(Clone, PartialEq, Debug)]
pub struct Scene {
    /// When.
    pub at: SimTime,
    /// The JobManager.
    pub job: job::JobView,
    /// The TaskManagers.
    pub managers: managers::ManagersView,
    /// Subtasks, by id.
    pub tasks: Vec<tasks::TaskView>,
    /// Channels, by id.
    pub tubes: Vec<tokens::TubeView>,
    /// Records and barriers in their places.
    pub tokens: Vec<tokens::Token>,
    /// Messages, state and rows on their way, and the glow that they leave.
    pub signals: Vec<signals::Signal>,
    /// What sources read.
    pub inputs: Vec<outside::InputView>,
    /// What became visible outside.
    pub output: outside::OutputView,
    /// The checkpoint storage.
    pub storage: storage::StorageView,
}

impl Scene {
    /// The scene of a moment.
    pub fn at(moment: &Moment) -> Scene {
        let (tubes, tokens) = tokens::view(moment);
        Scene {
            at: moment.at(),
            job: job::view(moment),
            managers: managers::view(moment),
            tasks: tasks::view(moment),
            tubes,
            tokens,
            signals: signals::view(moment),
            inputs: outside::inputs(moment),
            output: outside::output(moment),
            storage: storage::view(moment),
        }
    }
}
