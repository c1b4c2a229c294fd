//! Doing what a [`Mend`] offers: the change is made in the scenario's JSON, where an issue's field is a path, so that no
//! mend needs code of its own.

use serde_json::Value as Json;

use super::{Issue, Mend, RunInput};

impl RunInput {
    /// The run with this issue mended; where the mend is a choice, by its text at `choice`. None when the issue has no mend
    /// or the scenario has changed since, so that the field is no longer there.
    pub fn mended(&self, issue: &Issue, choice: usize) -> Option<RunInput> {
        // By way of the text: a second serializer and deserializer of every type would weigh more than a click costs.
        let mut json: Json = serde_json::from_str(&serde_json::to_string(self).ok()?).ok()?;
        let path = path(&issue.field)?;
        match issue.mend()? {
            Mend::Set(number) => *at(&mut json, &path)? = number.into(),
            Mend::SetText(text) => *at(&mut json, &path)? = text.into(),
            Mend::Choose(texts) => *at(&mut json, &path)? = texts.get(choice)?.as_str().into(),
            Mend::Remove => remove(&mut json, &path)?,
            Mend::TaskManagers(count) => json["scenario"]["cluster"]["task_managers"] = count.into(),
            Mend::Reorder(order) => {
                let operators = json["scenario"]["operators"].as_array_mut()?;
                operators.sort_by_key(|operator| order.iter().position(|uid| operator["uid"] == uid.as_str()));
            }
        }
        serde_json::from_str(&json.to_string()).ok()
    }
}

/// A step of a path: `operators`, then `[1]`.
enum Part {
    Key(String),
    Index(usize),
}

/// The path from the run's JSON: an issue's field counts from the scenario, unless it is about the commands.
fn path(field: &str) -> Option<Vec<Part>> {
    let first = if field.starts_with("commands") { None } else { Some(Part::Key("scenario".into())) };
    let mut path: Vec<Part> = first.into_iter().collect();
    for step in field.split('.') {
        let mut parts = step.split('[');
        path.push(Part::Key(parts.next()?.into()));
        for index in parts {
            path.push(Part::Index(index.strip_suffix(']')?.parse().ok()?));
        }
    }
    Some(path)
}

fn at<'a>(json: &'a mut Json, path: &[Part]) -> Option<&'a mut Json> {
    path.iter().try_fold(json, |json, part| match part {
        Part::Key(key) => json.get_mut(key.as_str()),
        Part::Index(index) => json.get_mut(*index),
    })
}

fn remove(json: &mut Json, path: &[Part]) -> Option<()> {
    let (last, parent) = path.split_last()?;
    match (at(json, parent)?, last) {
        (Json::Object(fields), Part::Key(key)) => fields.remove(key).map(drop),
        (Json::Array(elements), Part::Index(index)) if *index < elements.len() => {
            elements.remove(*index);
            Some(())
        }
        _ => None,
    }
}
