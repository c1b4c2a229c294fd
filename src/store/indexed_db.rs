//! The twin in the browser: IndexedDB, database `checkpoint-lab`.
//!
//! Records are stored as plain objects, so that the browser's own tools show them; keys lie outside of them. A connection
//! never stands in the way of a newer page: it closes itself when another tab wants to change the database's version. An
//! answer that does not come is an error, not a wait.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::{Array, Function, JSON, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    DomException, IdbDatabase, IdbFactory, IdbKeyRange, IdbObjectStore, IdbOpenDbRequest, IdbRequest, IdbTransaction,
    Window,
};

use super::shelf::Change;
use super::{Batch, Durability, Key, Shelf, StoreError, Table};

const NAME: &str = "checkpoint-lab";
/// Raised whenever tables are added.
const VERSION: u32 = 1;
/// How long an answer may take, in milliseconds. A database answers in a few; a blocked one never does.
const PATIENCE_MS: i32 = 4_000;

#[wasm_bindgen]
extern "C" {
    /// `IDBDatabase` with the third parameter of `transaction`, which web-sys still calls unstable.
    #[wasm_bindgen(extends = IdbDatabase)]
    type WithOptions;

    #[wasm_bindgen(method, catch)]
    fn transaction(this: &WithOptions, names: &Array, mode: &str, options: &Object) -> Result<IdbTransaction, JsValue>;
}

/// What the browser says of a database from an earlier visit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Earlier {
    /// There is one.
    There,
    /// There is none.
    None,
    /// It refuses, or does not answer.
    Unclear,
}

/// Whether an earlier visit left a database. It costs little code: a first visit asks this before it has the store.
pub async fn earlier() -> Earlier {
    let Some(request) = factory().and_then(|factory| factory.open(NAME).ok()) else { return Earlier::Unclear };
    let is_new = Rc::new(Cell::new(false));
    let give_up = {
        let (request, is_new) = (request.clone(), is_new.clone());
        // Given up while it is being made, a database is not there afterwards.
        Closure::once(move || {
            is_new.set(true);
            if let Some(making) = request.transaction() {
                // One that can't be given up leaves an empty database, which is as good.
                let _ = making.abort();
            }
        })
    };
    request.set_onupgradeneeded(Some(give_up.as_ref().unchecked_ref()));
    match result(&request).await {
        Ok(database) => {
            database.unchecked_into::<IdbDatabase>().close();
            Earlier::There
        }
        Err(_) if is_new.get() => Earlier::None,
        Err(_) => {
            close_when_it_comes(&request);
            Earlier::Unclear
        }
    }
}

/// A connection to the database.
#[derive(Debug)]
pub struct IndexedDb {
    database: IdbDatabase,
    closed: Rc<Cell<bool>>,
    /// Kept as long as the database may call it.
    _on_close: Closure<dyn FnMut()>,
}

impl IndexedDb {
    /// Opens the database, making its tables where they are missing.
    ///
    /// # Errors
    /// When the browser gives no database, or none in time.
    pub async fn open() -> Result<IndexedDb, StoreError> {
        let factory = factory().ok_or(StoreError::Refused)?;
        let request = factory.open_with_u32(NAME, VERSION).map_err(|_| StoreError::Refused)?;
        let making = request.clone();
        let make_tables = Closure::once(move || make_tables(&making));
        request.set_onupgradeneeded(Some(make_tables.as_ref().unchecked_ref()));
        match result(&request).await {
            Ok(database) => Ok(IndexedDb::connected(database.unchecked_into())),
            Err(error) => {
                close_when_it_comes(&request);
                // What browsers say of a database that they do not allow differs; it comes to the same.
                Err(match error {
                    StoreError::NoAnswer | StoreError::TooNew { .. } => error,
                    _ => StoreError::Refused,
                })
            }
        }
    }

    fn connected(database: IdbDatabase) -> IndexedDb {
        let closed = Rc::new(Cell::new(false));
        let on_close = {
            let (database, closed) = (database.clone(), closed.clone());
            Closure::<dyn FnMut()>::new(move || {
                closed.set(true);
                database.close();
            })
        };
        let handler: Option<&Function> = Some(on_close.as_ref().unchecked_ref());
        database.set_onversionchange(handler);
        database.set_onclose(handler);
        IndexedDb { database, closed, _on_close: on_close }
    }

    fn begin(&self, tables: &[Table], options: Option<Durability>) -> Result<IdbTransaction, StoreError> {
        if self.closed.get() {
            return Err(StoreError::Closed);
        }
        let names = Array::new();
        for table in tables {
            names.push(&table.name().into());
        }
        let transaction = match options {
            None => self.database.transaction_with_str_sequence(&names),
            Some(durability) => {
                let word = match durability {
                    Durability::Strict => "strict",
                    Durability::Relaxed => "relaxed",
                };
                let options = Object::new();
                // Setting a field of a new object can't fail.
                let _ = Reflect::set(&options, &"durability".into(), &word.into());
                self.database.unchecked_ref::<WithOptions>().transaction(&names, "readwrite", &options)
            }
        };
        transaction.map_err(|error| self.error(&error))
    }

    fn table(&self, table: Table) -> Result<IdbObjectStore, StoreError> {
        let transaction = self.begin(&[table], None)?;
        transaction.object_store(table.name()).map_err(|error| self.error(&error))
    }

    async fn rows(&self, table: Table, range: &JsValue) -> Result<Vec<(Key, String)>, StoreError> {
        let store = self.table(table)?;
        let keys = store.get_all_keys_with_key(range).map_err(|error| self.error(&error))?;
        let values = store.get_all_with_key(range).map_err(|error| self.error(&error))?;
        let (keys, values) = (Array::from(&result(&keys).await?), Array::from(&result(&values).await?));
        let rows = keys.iter().zip(values.iter());
        Ok(rows.filter_map(|(key, value)| Some((read_key(table, &key)?, text_of(&value)?))).collect())
    }

    fn error(&self, error: &JsValue) -> StoreError {
        if self.closed.get() { StoreError::Closed } else { store_error(error) }
    }
}

impl Drop for IndexedDb {
    fn drop(&mut self) {
        self.database.set_onversionchange(None);
        self.database.set_onclose(None);
        self.database.close();
    }
}

impl Shelf for IndexedDb {
    async fn get(&self, key: &Key) -> Result<Option<String>, StoreError> {
        let store = self.table(key.table())?;
        let request = store.get(&js_key(key)).map_err(|error| self.error(&error))?;
        Ok(text_of(&result(&request).await?))
    }

    async fn all(&self, table: Table) -> Result<Vec<(Key, String)>, StoreError> {
        self.rows(table, &JsValue::UNDEFINED).await
    }

    async fn range(&self, table: Table, job: &str) -> Result<Vec<(Key, String)>, StoreError> {
        let range = match table {
            // An array is greater than any number: from [job] to [job, []] are all of the job's.
            Table::Checkpoints => {
                let (low, high) = (Array::of1(&job.into()), Array::of2(&job.into(), &Array::new()));
                IdbKeyRange::bound(&low, &high)
            }
            Table::Jobs | Table::Sessions => IdbKeyRange::only(&job.into()),
        };
        let range = range.map_err(|error| self.error(&error))?;
        self.rows(table, &range).await
    }

    async fn apply(&self, batch: Batch) -> Result<(), StoreError> {
        let transaction = self.begin(&batch.tables(), Some(batch.durability))?;
        let done = finished(&transaction);
        let carried_out = batch.changes.iter().try_for_each(|change| change_table(&transaction, change));
        if let Err(error) = carried_out {
            // It may be over already; either way nothing of it happens.
            let _ = transaction.abort();
            let _ = done.await;
            return Err(self.error(&error));
        }
        done.await.map(drop).map_err(|error| {
            let reason = transaction.error().map_or(error, JsValue::from);
            self.error(&reason)
        })
    }
}

fn window() -> Option<Window> {
    web_sys::window()
}

fn factory() -> Option<IdbFactory> {
    window()?.indexed_db().ok().flatten()
}

fn make_tables(request: &IdbOpenDbRequest) {
    let Some(database) = request.result().ok().and_then(|result| result.dyn_into::<IdbDatabase>().ok()) else { return };
    let there = database.object_store_names();
    for table in Table::ALL {
        if !there.contains(table.name()) {
            // A failure aborts the upgrade, and with it the opening.
            let _ = database.create_object_store(table.name());
        }
    }
}

/// A database that is opened after nobody waits for it any more must not stay open: it would block newer pages.
fn close_when_it_comes(request: &IdbOpenDbRequest) {
    let late = request.clone();
    let close = Closure::once_into_js(move || {
        if let Some(database) = late.result().ok().and_then(|result| result.dyn_into::<IdbDatabase>().ok()) {
            database.close();
        }
    });
    request.set_onsuccess(Some(close.unchecked_ref()));
    request.set_onupgradeneeded(None);
}

fn change_table(transaction: &IdbTransaction, change: &Change) -> Result<(), JsValue> {
    let store = |table: Table| transaction.object_store(table.name());
    match change {
        Change::Put(key, text) => store(key.table())?.put_with_key(&JSON::parse(text)?, &js_key(key)).map(drop),
        Change::Delete(key) => store(key.table())?.delete(&js_key(key)).map(drop),
        Change::Clear(table) => store(*table)?.clear().map(drop),
    }
}

fn js_key(key: &Key) -> JsValue {
    match key {
        Key::Text(_, text) => text.into(),
        Key::Checkpoint { job, checkpoint } => Array::of2(&job.into(), &(*checkpoint as f64).into()).into(),
    }
}

fn read_key(table: Table, key: &JsValue) -> Option<Key> {
    if table != Table::Checkpoints {
        return Some(Key::Text(table, key.as_string()?));
    }
    let parts = key.dyn_ref::<Array>()?;
    Some(Key::Checkpoint { job: parts.get(0).as_string()?, checkpoint: parts.get(1).as_f64()? as u64 })
}

/// A stored object as the JSON that was written; none for what is not there.
fn text_of(value: &JsValue) -> Option<String> {
    if value.is_undefined() {
        return None;
    }
    // Something that JSON can't hold was not written by us; as an empty text it counts as damaged.
    Some(JSON::stringify(value).ok().and_then(|text| text.as_string()).unwrap_or_default())
}

/// What a request gives.
async fn result(request: &IdbRequest) -> Result<JsValue, StoreError> {
    let answered = patiently(Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    }));
    match answered.await {
        Ok(_) => request.result().map_err(|error| store_error(&error)),
        Err(error) => match request.error() {
            Ok(Some(reason)) => Err(store_error(&reason)),
            _ => Err(store_error(&error)),
        },
    }
}

/// Resolves when a transaction is complete, rejects when it is given up.
fn finished(transaction: &IdbTransaction) -> JsFuture {
    patiently(Promise::new(&mut |resolve, reject| {
        transaction.set_oncomplete(Some(&resolve));
        transaction.set_onabort(Some(&reject));
    }))
}

/// The promise, or a rejection without a reason when it takes too long.
fn patiently(promise: Promise) -> JsFuture {
    let timer = Promise::new(&mut |_, reject| {
        if let Some(window) = window() {
            let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(&reject, PATIENCE_MS);
        }
    });
    JsFuture::from(Promise::race(&Array::of2(&promise, &timer)))
}

fn store_error(error: &JsValue) -> StoreError {
    if error.is_undefined() {
        return StoreError::NoAnswer;
    }
    let Some(exception) = error.dyn_ref::<DomException>() else {
        return StoreError::Other("the browser gave no reason".into());
    };
    match exception.name().as_str() {
        "QuotaExceededError" => StoreError::Full,
        "InvalidStateError" | "AbortError" => StoreError::Closed,
        "SecurityError" | "NotAllowedError" => StoreError::Refused,
        // The database has a higher version than this build knows; which one is not said.
        "VersionError" => StoreError::TooNew { version: VERSION + 1 },
        _ => StoreError::Other(exception.message()),
    }
}
