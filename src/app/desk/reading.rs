//! What is read rather than watched: caption, panels and console.

use std::rc::Rc;

use checkpoint_lab::i18n::explain;
use checkpoint_lab::scenario::Severity;
use checkpoint_lab::timeline::{Landmark, Weight, weight};
use yew::prelude::*;

use super::super::later::Part;
use super::super::panels::{Caption, Console, Told, WhyPanel};
use super::super::tabs::Tabs;
use super::Desk;

/// Facts told in the why tab before and after the current one.
const TOLD: usize = 12;

/// What is read rather than watched: drawn less often than the picture while time passes.
#[derive(Default)]
pub(super) struct Reading {
    pub caption: Html,
    pub side: Html,
}

impl Desk {
    pub(super) fn read(&self) -> Reading {
        Reading { caption: self.caption(), side: self.side() }
    }

    fn caption(&self) -> Html {
        let current = self.told_now();
        let rule = current.as_ref().and_then(|told| told.explanation.rules.first());
        let gist = rule.and_then(|id| self.parts.gist(id, self.model.language));
        let parts = self.parts.clone();
        let on_wonder = Callback::from(move |()| parts.want_gists());
        html! { <Caption {current} {gist} {on_wonder} playing={self.model.is_playing()} /> }
    }

    fn side(&self) -> Html {
        let model = &self.model;
        let errors = self.issues.iter().filter(|issue| issue.severity() == Severity::Error).count();
        let part = Part::of(model.tab, &model.timeline().input().scenario);
        html! {
            <aside class="side" aria-label={model.language.side()}>
                <Tabs chosen={model.tab} {errors}>{ self.part(part) }</Tabs>
                <Console rows={self.words.transcript.rows.clone()} until={self.words.transcript.until(model.position())} />
            </aside>
        }
    }

    fn told(&self, fact: usize) -> Told {
        let event = &self.model.timeline().trace()[fact];
        let explanation = Rc::new(explain(self.model.language, event, &self.words.names));
        Told { fact, at: event.at, explanation }
    }

    fn told_now(&self) -> Option<Told> {
        self.model.current().map(|(fact, _)| self.told(fact))
    }

    pub fn why(&self) -> Html {
        let (model, trace) = (&self.model, self.model.timeline().trace());
        let current = model.current().map(|(fact, _)| fact);
        let worth = |fact: &usize| weight(&trace[*fact].fact) >= Weight::Step && Some(*fact) != current;
        let recent =
            (0..model.position()).rev().filter(worth).take(TOLD).map(|fact| self.told(fact)).collect::<Vec<_>>();
        let next = |kind| model.timeline().next(kind, model.at());
        let mut upcoming: Vec<usize> =
            [Landmark::Event, Landmark::Barrier, Landmark::Checkpoint, Landmark::Failure, Landmark::Restore]
                .into_iter()
                .filter_map(next)
                .collect();
        upcoming.sort_unstable();
        upcoming.dedup();
        let upcoming: Vec<Told> = upcoming.into_iter().map(|fact| self.told(fact)).collect();
        html! { <WhyPanel current={self.told_now()} {recent} {upcoming} /> }
    }
}
