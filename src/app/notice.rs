//! What has to be said once, and what stays true until it is mended.

use checkpoint_lab::i18n::count;
use checkpoint_lab::session::{Msg, Notice, Tab};
use yew::prelude::*;

use super::context::{use_language, use_send};
use super::parts::{Picture, icon};

#[derive(Properties, PartialEq)]
pub struct NoticeProps {
    pub notice: Option<Notice>,
    /// Whether the run in view is that of the settings.
    pub is_current: bool,
}

/// The bar below the header; its place is empty when there is nothing to say.
#[component]
pub fn NoticeBar(props: &NoticeProps) -> Html {
    let t = use_language();
    let send = use_send();
    let text = props.notice.as_ref().map(|notice| match notice {
        Notice::CsvLoaded { file, rows, dropped } => {
            let (rows, dropped) = (count(*rows as u64), count(*dropped as u64));
            if file.is_empty() { t.notice_pasted(rows, dropped) } else { t.notice_csv(file, rows, dropped) }
        }
        Notice::Copied => t.notice_copied().into(),
        Notice::NotKept => t.notice_not_kept().into(),
    });
    html! {
        <div class="notices" role="status">
            if !props.is_current {
                <p class="notice notice-error">
                    { icon(Picture::Error) }<span>{ t.not_current() }</span>
                    <button type="button" class="button button-small" onclick={send.reform(|_: MouseEvent| Msg::SetTab(Tab::Settings))}>
                        { t.show_issues() }
                    </button>
                </p>
            }
            if let Some(text) = text {
                <p class="notice">
                    <span>{ text }</span>
                    <button type="button" class="icon-button" aria-label={t.close()} onclick={send.reform(|_: MouseEvent| Msg::NoticeRead)}>
                        { icon(Picture::Close) }
                    </button>
                </p>
            }
        </div>
    }
}
