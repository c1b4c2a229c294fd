//! Where the rows come from.

use checkpoint_lab::i18n::count;
use checkpoint_lab::scenario::{DatasetRows, Scenario};
use checkpoint_lab::session::Msg;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::form::{Field, Form, Number};
use crate::app::edge::read_file;
use crate::app::parts::{Picture, icon};

/// The group's fields.
pub fn fields(form: &Form) -> Html {
    let datasets = form.scenario.data.iter().enumerate();
    html! {
        <>
            { for datasets.map(|(at, dataset)| one(form, at, &dataset.name, &dataset.rows)) }
            { import(form) }
        </>
    }
}

fn one(form: &Form, at: usize, name: &str, rows: &DatasetRows) -> Html {
    let t = form.t;
    let own = match rows {
        DatasetRows::Csv(csv) if !csv.file.is_empty() => csv.file.clone().into(),
        DatasetRows::Csv(_) => AttrValue::from(t.data_csv()),
        _ => AttrValue::from(t.data_inline()),
    };
    let mut choices = vec![AttrValue::from(t.data_sample()), t.data_generated().into()];
    let chosen = match rows {
        DatasetRows::Sample => 0,
        DatasetRows::Generated { .. } => 1,
        DatasetRows::Csv(_) | DatasetRows::Inline { .. } => {
            choices.push(own);
            2
        }
    };
    let field = Field::of(format!("data[{at}]"), "data.rows", t.dataset(name));
    let kind = form.choice(field, &choices, chosen, move |scenario, index| match index {
        0 => scenario.data[at].rows = DatasetRows::Sample,
        1 => scenario.data[at].rows = DatasetRows::Generated { rows: 1_000, seed: 1 },
        _ => {}
    });
    let generated = match rows {
        DatasetRows::Generated { rows, .. } => {
            let field =
                Field::of(format!("data[{at}].rows.generated.rows"), "data.rows.generated.rows", t.data_row_count());
            form.number(field, Number::plain(u64::from(*rows)), move |scenario, number| set_count(scenario, at, number))
        }
        _ => html! {},
    };
    let table = form.scenario.data[at].table().ok();
    html! {
        <>
            { kind }
            { generated }
            if let Some(table) = table {
                <p class="help">
                    { t.data_rows(count(table.rows.len() as u64)) }
                    if table.dropped > 0 { { " " }{ t.data_dropped(count(table.dropped as u64)) } }
                </p>
            }
        </>
    }
}

fn set_count(scenario: &mut Scenario, at: usize, number: u64) {
    if let DatasetRows::Generated { rows, .. } = &mut scenario.data[at].rows {
        *rows = u32::try_from(number).unwrap_or(u32::MAX);
    }
}

fn import(form: &Form) -> Html {
    let t = form.t;
    let onchange = {
        let send = form.send.clone();
        Callback::from(move |event: Event| {
            let input = event.target_unchecked_into::<HtmlInputElement>();
            if let Some(file) = input.files().and_then(|files| files.get(0)) {
                read_file(file, send.clone());
            }
            // So that choosing the same file again is a change again.
            input.set_value("");
        })
    };
    let paste = form.send.reform(|_: MouseEvent| Msg::CsvArrived { file: String::new(), text: String::new() });
    html! {
        <>
            <div class="buttons">
                <label class="button file">
                    { icon(Picture::Add) }{ t.csv_choose() }
                    <input type="file" class="sr-only" accept=".csv,.tsv,.txt,text/csv" {onchange} />
                </label>
                <button type="button" class="button" onclick={paste}>{ t.csv_paste() }</button>
            </div>
            <p class="help">{ t.csv_drop() }</p>
        </>
    }
}
