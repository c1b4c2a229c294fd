//! What every field of the form shares: its label, Flink's option key, its unit, a word of help, and what is wrong with it.
//! A field is described, not composed: what it shows, and how the scenario changes when it is set.

use std::rc::Rc;
use std::sync::Arc;

use checkpoint_lab::i18n::{Language, count, duration_us};
use checkpoint_lab::scenario::{Issue, RunInput, Scenario, Severity};
use checkpoint_lab::session::Msg;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use crate::app::context::Send;
use crate::app::controls::{NumberInput, text_input};
use crate::app::parts::{Picture, icon};

/// The form while it is being drawn.
pub struct Form<'a> {
    pub t: Language,
    pub input: &'a Arc<RunInput>,
    pub scenario: &'a Arc<Scenario>,
    pub issues: &'a Rc<Vec<Issue>>,
    pub send: &'a Send,
}

/// A field: where it is in the scenario's JSON, and how it is called.
#[derive(Clone)]
pub struct Field {
    /// Its path; issues of this path and below it are shown here.
    pub path: String,
    /// The step of undo that its edits belong to.
    pub edit: &'static str,
    pub label: AttrValue,
    /// Flink's option key.
    pub key: &'static str,
    pub help: &'static str,
}

impl Field {
    /// A field with a fixed path, which is its step of undo too.
    #[inline(never)]
    pub fn at(path: &'static str, label: &'static str) -> Field {
        Field { path: path.into(), edit: path, label: label.into(), key: "", help: "" }
    }

    /// A field of an element of a list.
    pub fn of(path: String, edit: &'static str, label: impl Into<AttrValue>) -> Field {
        Field { path, edit, label: label.into(), key: "", help: "" }
    }

    #[inline(never)]
    pub fn key(self, key: &'static str) -> Field {
        Field { key, ..self }
    }

    #[inline(never)]
    pub fn help(self, help: &'static str) -> Field {
        Field { help, ..self }
    }

    fn id(&self) -> AttrValue {
        format!("f-{}", self.path.replace(['.', '[', ']'], "-")).into()
    }
}

/// A number's value and unit.
pub struct Number {
    pub value: Option<u64>,
    pub optional: bool,
    pub unit: Unit,
}

/// What a number counts.
#[derive(Clone, Copy, PartialEq)]
pub enum Unit {
    /// Milliseconds.
    Millis,
    /// Bytes.
    Bytes,
    /// Thousandths of one.
    Thousandths,
    /// Things.
    Plain,
}

impl Number {
    pub fn millis(value: u64) -> Number {
        Number { value: Some(value), optional: false, unit: Unit::Millis }
    }

    pub fn plain(value: u64) -> Number {
        Number { value: Some(value), optional: false, unit: Unit::Plain }
    }

    pub fn optional(value: Option<u64>, unit: Unit) -> Number {
        Number { value, optional: true, unit }
    }
}

/// What a control says.
enum Input {
    Number(Option<u64>),
    Text(String),
    Index(usize),
    On(bool),
}

/// How a field changes the scenario. Boxed, so that all fields share one copy of the code that draws them.
type Set = Box<dyn Fn(&mut Scenario, Input)>;

impl Form<'_> {
    /// A number that must be there.
    pub fn number(&self, field: Field, number: Number, set: impl Fn(&mut Scenario, u64) + 'static) -> Html {
        self.number_field(
            &field,
            number,
            Box::new(move |scenario, input| {
                if let Input::Number(Some(value)) = input {
                    set(scenario, value);
                }
            }),
        )
    }

    /// A number that may be absent.
    pub fn maybe(&self, field: Field, number: Number, set: impl Fn(&mut Scenario, Option<u64>) + 'static) -> Html {
        self.number_field(
            &field,
            number,
            Box::new(move |scenario, input| {
                if let Input::Number(value) = input {
                    set(scenario, value);
                }
            }),
        )
    }

    /// A line of text.
    pub fn text(&self, field: Field, value: &str, set: impl Fn(&mut Scenario, String) + 'static) -> Html {
        self.text_field(
            &field,
            value,
            Box::new(move |scenario, input| {
                if let Input::Text(text) = input {
                    set(scenario, text);
                }
            }),
        )
    }

    /// One of several, by its place.
    pub fn choice(
        &self,
        field: Field,
        choices: &[AttrValue],
        chosen: usize,
        set: impl Fn(&mut Scenario, usize) + 'static,
    ) -> Html {
        self.choice_field(
            &field,
            choices,
            chosen,
            Box::new(move |scenario, input| {
                if let Input::Index(index) = input {
                    set(scenario, index);
                }
            }),
        )
    }

    /// On or off.
    pub fn switch(&self, field: Field, on: bool, set: impl Fn(&mut Scenario, bool) + 'static) -> Html {
        self.switch_field(
            &field,
            on,
            Box::new(move |scenario, input| {
                if let Input::On(on) = input {
                    set(scenario, on);
                }
            }),
        )
    }

    /// A button that changes the scenario.
    pub fn button(
        &self,
        edit: &'static str,
        picture: Picture,
        label: &str,
        set: impl Fn(&mut Scenario) + 'static,
    ) -> Html {
        self.plain_button(edit, picture, label, Box::new(move |scenario, _| set(scenario)))
    }

    fn number_field(&self, field: &Field, number: Number, set: Set) -> Html {
        let id = field.id();
        let (step, unit, reads) = match number.unit {
            Unit::Millis => {
                let long = number.value.filter(|ms| *ms >= 1_000);
                (100, "ms", long.map(|ms| duration_us(self.t, ms.saturating_mul(1_000))))
            }
            Unit::Bytes => (1024, "B", number.value.filter(|bytes| *bytes >= 1024).map(checkpoint_lab::i18n::bytes)),
            Unit::Thousandths => (50, "‰", number.value.map(thousandths)),
            Unit::Plain => (1, "", None),
        };
        let onset = self.edit(field, set).reform(Input::Number);
        let control = html! {
            <span class="with-unit">
                <NumberInput {id} value={number.value} optional={number.optional} {step} invalid={self.is_wrong(field)}
                    placeholder={if number.optional { "–" } else { "" }} described_by={self.note_id(field)}
                    {onset} onleave={self.leave()} />
                if !unit.is_empty() { <span class="number-unit">{ unit }</span> }
            </span>
        };
        self.framed("setting", field, control, reads)
    }

    fn text_field(&self, field: &Field, value: &str, set: Set) -> Html {
        let onset = self.edit(field, set).reform(Input::Text);
        let control = text_input(field.id(), value, self.is_wrong(field), self.note_id(field), &onset, &self.leave());
        self.framed("setting setting-wide", field, control, None)
    }

    fn choice_field(&self, field: &Field, choices: &[AttrValue], chosen: usize, set: Set) -> Html {
        let onchange = self.edit(field, set).reform(|event: Event| {
            let index = event.target_unchecked_into::<HtmlSelectElement>().selected_index();
            Input::Index(usize::try_from(index).unwrap_or_default())
        });
        let control = html! {
            <span class="select">
                <select id={field.id()} aria-invalid={self.is_wrong(field).then_some("true")}
                    aria-describedby={self.note_id(field)} {onchange}>
                    { for choices.iter().enumerate().map(|(index, label)| html! {
                        <option key={index} selected={index == chosen}>{ label.clone() }</option>
                    }) }
                </select>
                { icon(Picture::Chevron) }
            </span>
        };
        let longest = choices.iter().map(|label| label.chars().count()).max().unwrap_or_default();
        self.framed(if longest > 16 { "setting setting-wide" } else { "setting" }, field, control, None)
    }

    fn switch_field(&self, field: &Field, on: bool, set: Set) -> Html {
        let onchange = self
            .edit(field, set)
            .reform(|event: Event| Input::On(event.target_unchecked_into::<HtmlInputElement>().checked()));
        let control = html! {
            <input type="checkbox" role="switch" class="switch" id={field.id()} checked={on}
                aria-describedby={self.note_id(field)} {onchange} />
        };
        self.framed("setting", field, control, None)
    }

    fn plain_button(&self, edit: &'static str, picture: Picture, label: &str, set: Set) -> Html {
        let send = self.send.clone();
        let change = self.edit(&Field::of(String::new(), edit, ""), set);
        let onclick = Callback::from(move |_: MouseEvent| {
            send.emit(Msg::FieldLeft);
            change.emit(Input::On(true));
        });
        html! {
            <button type="button" class="button" {onclick}>{ icon(picture) }{ label.to_owned() }</button>
        }
    }

    fn leave(&self) -> Callback<()> {
        self.send.reform(|()| Msg::FieldLeft)
    }

    /// What a field's control calls: the scenario is changed and sent.
    fn edit(&self, field: &Field, set: Set) -> Callback<Input> {
        let (send, scenario, edit) = (self.send.clone(), self.scenario.clone(), field.edit);
        Callback::from(move |input| {
            let mut changed = (*scenario).clone();
            set(&mut changed, input);
            send.emit(Msg::Edit(edit, Arc::new(changed)));
        })
    }

    fn framed(&self, class: &'static str, field: &Field, control: Html, reads: Option<String>) -> Html {
        html! {
            <div {class}>
                <label for={field.id()}>
                    { field.label.clone() }
                    if !field.key.is_empty() { <code>{ field.key }</code> }
                </label>
                <div class="setting-control">{ control }if let Some(reads) = reads { <span class="setting-reads">{ reads }</span> }</div>
                if let Some(id) = self.note_id(field) {
                    <div class="setting-note" {id}>
                        if !field.help.is_empty() { <p class="help">{ field.help }</p> }
                        { for self.issues_at(&field.path).map(|issue| self.issue(issue)) }
                    </div>
                }
            </div>
        }
    }

    fn note_id(&self, field: &Field) -> Option<AttrValue> {
        let says = !field.help.is_empty() || self.issues_at(&field.path).next().is_some();
        says.then(|| format!("{}-note", field.id()).into())
    }

    fn is_wrong(&self, field: &Field) -> bool {
        self.issues_at(&field.path).any(|issue| issue.severity() == Severity::Error)
    }

    fn issues_at(&self, path: &str) -> impl Iterator<Item = &Issue> {
        self.issues.iter().filter(move |issue| {
            issue.field.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        })
    }

    /// One thing that is wrong, with buttons that mend it.
    pub fn issue(&self, issue: &Issue) -> Html {
        let (class, picture, word) = match issue.severity() {
            Severity::Error => ("issue issue-error", Picture::Error, self.t.severity_error()),
            Severity::Warning => ("issue issue-warning", Picture::Warning, self.t.severity_warning()),
        };
        let mends = issue.mend().map(|mend| self.t.mend(&mend)).unwrap_or_default();
        let button = |(choice, label): (usize, String)| {
            let (send, input, issue) = (self.send.clone(), self.input.clone(), issue.clone());
            let onclick = Callback::from(move |_: MouseEvent| {
                if let Some(mended) = input.mended(&issue, choice) {
                    send.emit(Msg::Mended(Arc::new(mended)));
                }
            });
            html! { <button type="button" class="button button-small" {onclick}>{ label }</button> }
        };
        html! {
            <div {class}>
                { icon(picture) }
                <span><span class="sr-only">{ word }{ ": " }</span>{ self.t.issue(&issue.kind) }</span>
                { for mends.into_iter().enumerate().take(4).map(button) }
            </div>
        }
    }
}

fn thousandths(number: u64) -> String {
    let text = format!("{}.{:03}", number / 1_000, number % 1_000);
    format!("× {}", text.trim_end_matches('0').trim_end_matches('.'))
}

/// A count as a choice's label.
pub fn counted(number: u64) -> AttrValue {
    count(number).into()
}
