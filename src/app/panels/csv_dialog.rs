//! A CSV on its way to become the data: pasted or from a file, its columns chosen.

use checkpoint_lab::i18n::{Language, count};
use checkpoint_lab::session::{CsvDraft, CsvReading, Msg};
use web_sys::{HtmlSelectElement, HtmlTextAreaElement};
use yew::prelude::*;

use crate::app::context::{Send, use_language, use_send};
use crate::app::parts::{Dialog, Picture, icon};

/// Rows of the preview.
const ROWS: usize = 5;
/// A longer text is not put into the text area: it comes from a file, and nobody edits it here.
const EDITABLE: usize = 20_000;

#[derive(Properties, PartialEq)]
pub struct CsvProps {
    pub draft: CsvDraft,
}

/// The dialog.
#[component]
pub fn CsvDialog(props: &CsvProps) -> Html {
    let t = use_language();
    let send = use_send();
    let draft = &props.draft;
    let reading = use_memo(draft.clone(), CsvDraft::read);
    let accept = {
        let (send, reading) = (send.clone(), reading.clone());
        Callback::from(move |_: MouseEvent| {
            if let Ok(data) = &reading.outcome {
                send.emit(Msg::CsvAccepted(data.clone()));
            }
        })
    };
    let cancel = send.reform(|_: MouseEvent| Msg::SetDialog(None));
    let oninput = {
        let (send, file) = (send.clone(), draft.file.clone());
        Callback::from(move |event: InputEvent| {
            let text = event.target_unchecked_into::<HtmlTextAreaElement>().value();
            send.emit(Msg::CsvArrived { file: file.clone(), text });
        })
    };
    let untouched = draft.text.is_empty();
    html! {
        <Dialog title={t.csv_title()}>
            if !draft.file.is_empty() { <p class="csv-file"><code>{ draft.file.clone() }</code></p> }
            if draft.text.len() <= EDITABLE {
                <label class="csv-text">
                    { t.csv_text() }
                    <textarea rows="6" spellcheck="false" value={draft.text.to_string()} {oninput}
                        placeholder={"transaction_id,amount\ntx1001,2500.0\ntx1002,3100.0"} />
                </label>
            }
            { columns(t, &send, &reading) }
            { preview(t, &reading) }
            { match reading.outcome.as_ref().and_then(|data| data.table()) {
                Ok(table) => html! { <p class="csv-outcome" role="status">{ t.csv_outcome(count(table.rows.len() as u64), count(table.dropped as u64)) }</p> },
                Err(_) if untouched => html! {},
                Err(error) => html! { <div class="issue issue-error" role="alert">{ icon(Picture::Error) }<span>{ t.csv_error(error) }</span></div> },
            } }
            <div class="buttons dialog-buttons">
                <button type="button" class="button" onclick={cancel}>{ t.cancel() }</button>
                <button type="button" class="button button-primary" disabled={reading.outcome.is_err()} onclick={accept}>{ t.csv_use() }</button>
            </div>
        </Dialog>
    }
}

fn columns(t: Language, send: &Send, reading: &CsvReading) -> Html {
    let Ok(preview) = &reading.preview else { return html! {} };
    let choose = |label: &'static str, chosen: &str, set: Callback<String>| {
        let onchange = set.reform(|event: Event| event.target_unchecked_into::<HtmlSelectElement>().value());
        html! {
            <label class="csv-column">
                { label }
                <span class="select">
                    <select {onchange}>
                        { for preview.columns.iter().map(|name| html! {
                            <option value={name.clone()} selected={name == chosen}>{ name.clone() }</option>
                        }) }
                    </select>
                    { icon(Picture::Chevron) }
                </span>
            </label>
        }
    };
    let (id, amount) = (reading.id_column.clone(), reading.amount_column.clone());
    html! {
        <div class="csv-columns">
            { choose(t.csv_id(), &reading.id_column, send.reform(move |id| Msg::CsvColumns(id, amount.clone()))) }
            { choose(t.csv_amount(), &reading.amount_column, send.reform(move |amount| Msg::CsvColumns(id.clone(), amount))) }
        </div>
    }
}

fn preview(t: Language, reading: &CsvReading) -> Html {
    let Ok(preview) = &reading.preview else { return html! {} };
    let class = |name: &String| (*name == reading.id_column || *name == reading.amount_column).then_some("chosen");
    let cells = |row: &Vec<String>| {
        let row = row.clone();
        preview
            .columns
            .iter()
            .enumerate()
            .map(move |(at, name)| (class(name), row.get(at).cloned().unwrap_or_default()))
            .collect::<Vec<_>>()
    };
    html! {
        <div class="csv-preview" tabindex="0" role="region" aria-label={t.csv_preview()}>
            <table>
                <thead><tr>{ for preview.columns.iter().map(|name| html! { <th scope="col" class={class(name)}>{ name.clone() }</th> }) }</tr></thead>
                <tbody>
                    { for preview.rows.iter().take(ROWS).map(|row| html! {
                        <tr>{ for cells(row).into_iter().map(|(class, text)| html! { <td {class}>{ text }</td> }) }</tr>
                    }) }
                </tbody>
            </table>
        </div>
    }
}
