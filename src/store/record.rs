//! The records: plain values with a version, written as JSON whose numbers JavaScript holds exactly (a database that a
//! learner opens with the browser's own tools shows them as they are). 64-bit numbers and doubles of a learner's data are
//! therefore texts.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::StoreError;
use crate::base::{Language, SimTime, Value};
use crate::lessons::Notebook;
use crate::scenario::{self, RunInput};

/// The version of the records that this build writes. Older ones are migrated on reading.
pub const RECORD_VERSION: u32 = 1;

/// A job that has checkpoints here.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct JobRecord {
    /// [`RECORD_VERSION`].
    pub version: u32,
    /// Its id: 32 hexadecimal digits.
    pub job: String,
    /// Its name.
    pub name: String,
    /// Its checkpoint directory, if it has one.
    pub directory: Option<String>,
    /// When it was last written, in milliseconds since 1970 as the browser says.
    pub written_at_ms: u64,
}

/// A completed checkpoint: what `_metadata` and the state files of a `chk-N` directory hold.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct CheckpointRecord {
    /// [`RECORD_VERSION`].
    pub version: u32,
    /// The job's id.
    pub job: String,
    /// The checkpoint's id.
    pub checkpoint: u64,
    /// `<dir>/<job-id>/chk-N`; none on the JobManager's heap.
    pub path: Option<String>,
    /// Whether the periodic scheduler asked for it.
    pub periodic: bool,
    /// When it was triggered, in microseconds after submission.
    pub triggered_at_us: u64,
    /// End-to-end duration in microseconds.
    pub duration_us: u64,
    /// Its size as the model counts it.
    pub bytes: u64,
    /// What each subtask wrote.
    pub subtasks: Vec<SubtaskRecord>,
}

/// A subtask's part.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct SubtaskRecord {
    /// `task (i/p)`, as Flink names it.
    pub name: String,
    /// Its bytes.
    pub bytes: u64,
    /// It had finished: nothing will be restored.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub finished: bool,
    /// Its operators that have a position or a state.
    pub operators: Vec<OperatorRecord>,
}

/// An operator's part.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct OperatorRecord {
    /// uid.
    pub uid: String,
    /// Sources: the next offset of each partition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offsets: Option<Vec<u64>>,
    /// Keyed state: a value for a key of a state.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keyed: Vec<KeyedRecord>,
    /// Operator state: lists by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<ListRecord>,
}

/// A value of keyed state.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct KeyedRecord {
    /// Which state.
    pub state: String,
    /// Of which key.
    pub key: StoredValue,
    /// The value.
    pub value: StoredValue,
}

/// A list of operator state.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ListRecord {
    /// Which state.
    pub state: String,
    /// Its items.
    pub items: Vec<StoredValue>,
}

/// A value, so written that JSON and JavaScript keep it exactly.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoredValue {
    /// `None`.
    Null,
    /// `True` or `False`.
    Boolean(bool),
    /// A 32-bit integer.
    Int(i32),
    /// A 64-bit integer.
    Long(String),
    /// A 64-bit float.
    Double(String),
    /// Text.
    String(String),
    /// Several.
    List(Vec<StoredValue>),
}

/// What the page is about, as it goes into the store and comes back.
#[derive(Clone, PartialEq, Debug)]
pub struct Session {
    /// Scenario, seed and commands. They may have issues.
    pub input: Arc<RunInput>,
    /// The moment in view.
    pub moment: SimTime,
    /// The language of the page.
    pub language: Option<Language>,
    /// The tab beside the stage, by name.
    pub tab: Option<String>,
    /// The lessons: which is open, and how far each has come.
    pub lessons: Notebook,
}

/// A session as it is stored.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct SessionRecord {
    /// [`RECORD_VERSION`].
    pub version: u32,
    /// Scenario, seed and commands, as the JSON that a learner could have saved: it has a version and checks of its own.
    pub input: String,
    /// The moment in view, in microseconds after submission.
    pub moment_us: u64,
    /// The language of the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// The tab beside the stage, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tab: Option<String>,
    /// The lessons: which is open, and how far each has come.
    #[serde(default)]
    pub lessons: Notebook,
}

impl SessionRecord {
    /// A session about a run at a moment.
    pub fn new(input: &RunInput, moment: SimTime) -> SessionRecord {
        SessionRecord {
            version: RECORD_VERSION,
            input: serde_json::to_string(input).expect("a run is made of nothing that JSON can't hold"),
            moment_us: moment.micros(),
            language: None,
            tab: None,
            lessons: Notebook::default(),
        }
    }

    /// The record of a session.
    pub fn of(session: &Session) -> SessionRecord {
        SessionRecord {
            language: session.language,
            tab: session.tab.clone(),
            lessons: session.lessons.clone(),
            ..SessionRecord::new(&session.input, session.moment)
        }
    }

    /// The session; none when the scenario in it can't be read any more.
    pub fn session(self) -> Option<Session> {
        let input = Arc::new(self.run().ok()?);
        let moment = self.moment();
        Some(Session { input, moment, language: self.language, tab: self.tab, lessons: self.lessons })
    }

    /// The run. It may have issues.
    ///
    /// # Errors
    /// When the scenario in it can't be read any more.
    pub fn run(&self) -> Result<RunInput, scenario::ImportError> {
        scenario::from_json(&self.input)
    }

    /// The moment in view.
    pub fn moment(&self) -> SimTime {
        SimTime::from_micros(self.moment_us)
    }
}

impl From<&Value> for StoredValue {
    fn from(value: &Value) -> StoredValue {
        match value {
            Value::Null => StoredValue::Null,
            Value::Boolean(flag) => StoredValue::Boolean(*flag),
            Value::Int(number) => StoredValue::Int(*number),
            Value::Long(number) => StoredValue::Long(number.to_string()),
            Value::Double(number) => StoredValue::Double(number.to_string()),
            Value::String(text) => StoredValue::String(text.to_string()),
            Value::List(values) => StoredValue::List(values.iter().map(StoredValue::from).collect()),
        }
    }
}

impl StoredValue {
    /// The value; none when a number in it is not one.
    pub fn value(&self) -> Option<Value> {
        Some(match self {
            StoredValue::Null => Value::Null,
            StoredValue::Boolean(flag) => Value::Boolean(*flag),
            StoredValue::Int(number) => Value::Int(*number),
            StoredValue::Long(text) => Value::Long(text.parse().ok()?),
            StoredValue::Double(text) => Value::Double(text.parse().ok()?),
            StoredValue::String(text) => Value::text(text),
            StoredValue::List(values) => {
                Value::list(values.iter().map(StoredValue::value).collect::<Option<Vec<Value>>>()?)
            }
        })
    }
}

/// A record as text.
pub(super) fn write(record: &impl Serialize) -> String {
    serde_json::to_string(record).expect("records are made of nothing that JSON can't hold")
}

/// A record from its text.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    #[derive(Deserialize)]
    struct Version {
        version: u32,
    }
    let Version { version } = serde_json::from_str(text).map_err(|_| StoreError::Damaged)?;
    if version > RECORD_VERSION {
        return Err(StoreError::TooNew { version });
    }
    // Version 1 is the first: a later one migrates its predecessors here.
    serde_json::from_str(text).map_err(|_| StoreError::Damaged)
}
