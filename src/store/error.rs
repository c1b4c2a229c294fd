//! Why something could not be kept or read back. The page says it in plain words (`i18n`); nothing here ends the page.

use std::fmt;

/// What went wrong with the store.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StoreError {
    /// The browser gives no database: a private window, a setting, or one too old.
    Refused,
    /// The database did not answer in time, mostly because another tab holds an older version of it.
    NoAnswer,
    /// There is no room left.
    Full,
    /// The connection was closed under us: another tab has a newer version of the page, or the data was cleared.
    Closed,
    /// A record that is not what was written.
    Damaged,
    /// A record written by a newer version of the page.
    TooNew {
        /// The version of its format.
        version: u32,
    },
    /// Something else, as the browser says it.
    Other(String),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreError::Refused => f.write_str("the browser gives no database"),
            StoreError::NoAnswer => f.write_str("the database does not answer"),
            StoreError::Full => f.write_str("there is no room left"),
            StoreError::Closed => f.write_str("the database was closed"),
            StoreError::Damaged => f.write_str("a record is damaged"),
            StoreError::TooNew { version } => write!(f, "a record has the newer version {version}"),
            StoreError::Other(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for StoreError {}
