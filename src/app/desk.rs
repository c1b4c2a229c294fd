//! The desk owns the session. Everything that happens comes here as a message; everything that is shown is a value made
//! here of the model.

mod reading;

use std::rc::Rc;

use checkpoint_lab::engine::Engine;
use checkpoint_lab::i18n::{Language, Names, Transcript};
use checkpoint_lab::program::{self, Printer};
use checkpoint_lab::scenario::{Issue, RunInput};
use checkpoint_lab::scene::checkpoints::CheckpointsView;
use checkpoint_lab::scene::code::CodeFocus;
use checkpoint_lab::scene::inspector::Inspector;
use checkpoint_lab::scene::{Picture, Studio};
use checkpoint_lab::session::{self, Check, Dialog, Effect, Model, Msg, Tab};
use checkpoint_lab::store::{Kept, Session};
use checkpoint_lab::trace::TraceEvent;
use web_sys::KeyboardEvent;
use yew::prelude::*;

use super::beginning;
use super::context::{Save, Send};
use super::dataflow::{Pressed, Stage};
use super::drag;
use super::edge::{self, KeyListener, Preferences};
use super::frame::{Frame, Later};
use super::header::Header;
use super::keys;
use super::later::{Part, Parts};
use super::lesson::{LessonColumn, LessonView};
use super::notice::NoticeBar;
use super::panels::{CheckpointsPanel, CodePanel, CsvDialog, KeysDialog, LeavesOutDialog, SettingsPanel, StatePanel};
use super::stored_checkpoints::StoredCheckpoints;
use super::storeroom::Storeroom;
use super::strip::Strip;
use super::tabs;
use reading::Reading;

/// The room of a stage that has not been measured yet.
const FIRST_ROOM: (f64, f64) = (760.0, 600.0);
/// The longest time that one frame may count for: after a sleep the run goes on, it does not leap.
const LONGEST_FRAME_US: f64 = 100_000.0;
/// While time passes, what is read rather than watched (console, panels, caption) is renewed every so many milliseconds.
const READING_MS: f64 = 100.0;
/// The session is kept at once, and then not again for so many milliseconds.
const KEEPING_MS: i32 = 400;
/// While time passes, the moment is kept every so many milliseconds.
const KEEPING_PLAYING_MS: f64 = 2_000.0;

/// What the page begins with.
#[derive(Properties)]
pub struct DeskProps {
    /// The store.
    pub store: Storeroom,
    /// The last session, if one was kept.
    pub session: Option<(Session, Check)>,
}

impl PartialEq for DeskProps {
    fn eq(&self, other: &Self) -> bool {
        self.store == other.store
    }
}

/// What comes to the desk.
pub enum DeskMsg {
    /// Something for the session.
    Session(Msg),
    /// An animation frame came, at this moment in milliseconds.
    Frame(f64),
    /// A key was pressed.
    Key(KeyboardEvent),
    /// The stage has another size.
    Room(f64, f64),
    /// A file is being dragged over the page, or no longer.
    Dragging(bool),
    /// The store has written something, or failed to.
    Kept(Kept),
    /// A part of the page has come, or failed to.
    Part,
    /// Time to keep the session again, if it has changed.
    Keep,
    /// A file of this name is to be saved; it is made of the moment in view.
    Save(&'static str, fn(&Engine) -> String),
}

/// The root of the page.
pub struct Desk {
    model: Model,
    send: Send,
    on_room: Callback<(f64, f64)>,
    on_press: Callback<Pressed>,
    on_save: Save,
    studio: Studio,
    picture: Picture,
    words: RunWords,
    issues: Rc<Vec<Issue>>,
    frame: Option<Frame>,
    last_frame: Option<f64>,
    dragging: bool,
    store: Storeroom,
    kept: Kept,
    /// Something was to be kept before the store was open.
    missed: bool,
    /// Until it fires, the session is not kept again.
    keeping: Option<Later>,
    /// The session has changed since it was kept.
    unkept: bool,
    parts: Parts,
    reading: Reading,
    _keys: Option<KeyListener>,
}

/// What one run says in words.
struct RunWords {
    run: u64,
    names: Rc<Names>,
    transcript: Transcript,
}

impl RunWords {
    fn of(model: &Model) -> RunWords {
        let timeline = model.timeline();
        let names = Names::of(timeline.input(), timeline.graph(), &timeline.last().storage().job_id);
        let mut transcript = Transcript::default();
        transcript.extend(timeline.trace(), &names);
        RunWords { run: model.run(), names: Rc::new(names), transcript }
    }
}

impl Component for Desk {
    type Message = DeskMsg;
    type Properties = DeskProps;

    fn create(ctx: &Context<Self>) -> Self {
        let link = ctx.link();
        let props = ctx.props();
        let preferences = Preferences::load();
        let mut model = beginning::begin(props.session.as_ref(), preferences.language);
        (model.theme, model.speed) = (preferences.theme, preferences.speed);
        props.store.tell(link.callback(DeskMsg::Kept));
        if !props.store.kept().in_browser {
            session::update(&mut model, Msg::StoreRefused);
        }
        edge::dress(&model);
        let send = link.callback(DeskMsg::Session);
        let mut studio = Studio::new(FIRST_ROOM.0, FIRST_ROOM.1);
        let mut desk = Desk {
            words: RunWords::of(&model),
            issues: Rc::new(model.issues().to_vec()),
            on_press: send.reform(|pressed| match pressed {
                Pressed::Operator(_) => Msg::SetTab(Tab::State),
                Pressed::Checkpoint(_) => Msg::SetTab(Tab::Checkpoints),
            }),
            send,
            on_room: link.callback(|(width, height)| DeskMsg::Room(width, height)),
            on_save: link.callback(|(name, text)| DeskMsg::Save(name, text)),
            picture: studio.picture(model.run(), model.timeline()),
            studio,
            frame: None,
            last_frame: None,
            dragging: false,
            kept: props.store.kept(),
            store: props.store.clone(),
            missed: false,
            keeping: None,
            unkept: false,
            parts: Parts::new(link.callback(|()| DeskMsg::Part)),
            reading: Reading::default(),
            _keys: KeyListener::on_window(link.callback(DeskMsg::Key)),
            model,
        };
        desk.reading = desk.read();
        desk
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Self::Message) -> bool {
        let is_due = match (&msg, self.last_frame) {
            (DeskMsg::Frame(now), Some(last)) => (now / READING_MS).floor() > (last / READING_MS).floor(),
            _ => true,
        };
        let changed = self.handle(ctx, msg);
        if changed && (is_due || !self.model.is_playing()) {
            self.reading = self.read();
        }
        changed
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        html! {
            <ContextProvider<Language> context={self.model.language}>
                <ContextProvider<Send> context={self.send.clone()}>
                    { self.page(ctx) }
                </ContextProvider<Send>>
            </ContextProvider<Language>>
        }
    }
}

impl Desk {
    /// Takes a message; whether anything has changed.
    fn handle(&mut self, ctx: &Context<Self>, msg: DeskMsg) -> bool {
        match msg {
            DeskMsg::Session(msg) => self.session(ctx, msg),
            DeskMsg::Frame(now) => {
                self.frame = None;
                let last = self.last_frame.replace(now).unwrap_or(now);
                let elapsed = ((now - last) * 1_000.0).clamp(0.0, LONGEST_FRAME_US);
                self.session(ctx, Msg::Frame(elapsed as u64));
                if (now / KEEPING_PLAYING_MS).floor() > (last / KEEPING_PLAYING_MS).floor() {
                    self.keep(ctx);
                }
            }
            DeskMsg::Key(event) => match keys::message(&event, &self.model) {
                Some(msg) => {
                    event.prevent_default();
                    self.session(ctx, msg);
                }
                None => return false,
            },
            DeskMsg::Room(width, height) => {
                let changed = self.studio.set_room(width, height);
                if changed {
                    self.draw();
                }
                return changed;
            }
            DeskMsg::Kept(kept) => {
                let (changed, lost) = (self.kept != kept, self.kept.in_browser && !kept.in_browser);
                self.kept = kept;
                if lost {
                    self.session(ctx, Msg::StoreRefused);
                }
                // A store that has just been opened has missed what called for it.
                if std::mem::take(&mut self.missed) {
                    self.store.follow(self.model.run(), self.model.engine());
                    self.keep(ctx);
                }
                return changed;
            }
            DeskMsg::Keep => {
                self.keeping = None;
                if self.unkept {
                    self.keep(ctx);
                }
                return false;
            }
            DeskMsg::Save(name, text) => {
                edge::save(name, &text(self.model.engine()));
                return false;
            }
            DeskMsg::Part => {
                if let Some(check) = self.parts.take_check() {
                    self.model.set_check(check);
                    self.issues = Rc::new(self.model.issues().to_vec());
                }
                return true;
            }
            DeskMsg::Dragging(on) => return std::mem::replace(&mut self.dragging, on) != on,
        }
        self.keep_playing(ctx);
        true
    }

    /// Hands a message to the session and carries out what it asks for.
    fn session(&mut self, ctx: &Context<Self>, msg: Msg) {
        for effect in session::update(&mut self.model, msg) {
            match effect {
                Effect::Persist => self.keep(ctx),
                Effect::PersistPreferences => {
                    Preferences::save(&self.model);
                    edge::dress(&self.model);
                }
                Effect::Copy(text) => edge::copy(&text, self.send.clone()),
            }
        }
        if self.words.run != self.model.run() {
            self.words = RunWords::of(&self.model);
        } else {
            self.words.transcript.extend(self.model.timeline().trace(), &self.words.names);
        }
        self.draw();
        self.missed |= !self.store.follow(self.model.run(), self.model.engine());
        if *self.issues != self.model.issues() {
            self.issues = Rc::new(self.model.issues().to_vec());
        }
    }

    /// Keeps the session: now, or when the last keeping is long enough ago.
    fn keep(&mut self, ctx: &Context<Self>) {
        self.unkept = self.keeping.is_some();
        if self.unkept {
            return;
        }
        let model = &self.model;
        let session = || Session {
            input: model.input().clone(),
            moment: model.at(),
            language: Some(model.language),
            tab: Some(tabs::name(model.tab).into()),
            lessons: model.notebook().clone(),
        };
        self.missed |= !self.store.keep(session);
        let link = ctx.link().clone();
        self.keeping = Later::after(KEEPING_MS, move || link.send_message(DeskMsg::Keep));
    }

    /// Makes the picture of the moment in view.
    fn draw(&mut self) {
        self.picture = self.studio.picture(self.model.run(), self.model.timeline());
    }

    /// A frame is asked for while time passes, and only then.
    fn keep_playing(&mut self, ctx: &Context<Self>) {
        if !self.model.is_playing() {
            (self.frame, self.last_frame) = (None, None);
        } else if self.frame.is_none() {
            let link = ctx.link().clone();
            self.frame = Frame::request(move |now| link.send_message(DeskMsg::Frame(now)));
        }
    }

    fn page(&self, ctx: &Context<Self>) -> Html {
        let (model, t) = (&self.model, self.model.language);
        let input: std::sync::Arc<RunInput> = model.input().clone();
        html! {
            <div class={classes!("desk", self.dragging.then_some("dragging"))} ondragover={drag::over(ctx)} ondragleave={drag::leave(ctx)}
                ondrop={drag::drop(ctx)}>
                <a class="skip" href="#stage">{ t.skip_to_stage() }</a>
                <Header input={input.clone()} theme={model.theme} can_undo={model.history().can_undo()}
                    can_redo={model.history().can_redo()} />
                <NoticeBar notice={model.notice.clone()} is_current={model.is_current()} />
                <main class="work">
                    <section class="lesson" aria-label={t.lesson()}>{ self.part(Part::Lesson) }</section>
                    { self.stage() }
                    { self.reading.side.clone() }
                </main>
                if self.dragging { <div class="drop-hint" aria-hidden="true"><p>{ t.csv_drop_here() }</p></div> }
                if model.dialog.is_some() { { self.part(Part::Dialog) } }
            </div>
        }
    }

    fn stage(&self) -> Html {
        let (model, t) = (&self.model, self.model.language);
        let picture = self.picture.clone();
        html! {
            <>
                <section class="stage-area" id="stage" aria-label={t.stage()} tabindex="-1">
                    <h2 class="sr-only">{ t.stage() }</h2>
                    <Stage picture={picture.clone()} language={t} on_room={self.on_room.clone()} on_press={self.on_press.clone()} />
                </section>
                <div class="time-area">
                    { self.reading.caption.clone() }
                    <Strip {picture} playing={model.is_playing()} speed={model.speed} language={t} send={self.send.clone()} />
                </div>
            </>
        }
    }

    /// The language of the page.
    pub const fn language(&self) -> Language {
        self.model.language
    }

    fn part(&self, part: Part) -> Html {
        self.parts.draw(part, self)
    }

    fn happened(&self) -> &[TraceEvent] {
        &self.model.timeline().trace()[..self.model.position()]
    }

    pub fn lesson(&self) -> Html {
        html! { <LessonColumn view={LessonView::of(&self.model)} input={self.model.input().clone()} /> }
    }

    pub fn settings(&self) -> Html {
        let model = &self.model;
        html! {
            <SettingsPanel input={model.input().clone()} issues={self.issues.clone()} summary={*model.summary()}
                before={model.before().copied()} at={model.at()} />
        }
    }

    pub fn python_code(&self) -> Html {
        self.code(program::PYTHON)
    }

    pub fn java_code(&self) -> Html {
        self.code(program::JAVA)
    }

    fn code(&self, printer: Printer) -> Html {
        let model = &self.model;
        let focus = CodeFocus::at(model.engine(), self.happened());
        html! { <CodePanel input={model.timeline().input().clone()} {focus} {printer} /> }
    }

    pub fn state(&self) -> Html {
        html! { <StatePanel inspector={Inspector::of(self.model.engine())} names={self.words.names.clone()} /> }
    }

    pub fn checkpoints(&self) -> Html {
        let model = &self.model;
        let store = self.store.clone();
        let onerase = Callback::from(move |()| store.erase());
        let stored = html! { <StoredCheckpoints kept={self.kept.clone()} {onerase} /> };
        html! {
            <CheckpointsPanel view={CheckpointsView::of(model.engine(), self.happened())} input={model.timeline().input().clone()}
                names={self.words.names.clone()} {stored} onsave={self.on_save.clone()} />
        }
    }

    pub fn dialog(&self) -> Html {
        match &self.model.dialog {
            None => html! {},
            Some(Dialog::LeavesOut) => html! { <LeavesOutDialog /> },
            Some(Dialog::Keys) => html! { <KeysDialog /> },
            Some(Dialog::Csv(draft)) => html! { <CsvDialog draft={draft.clone()} /> },
        }
    }
}
