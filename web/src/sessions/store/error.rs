//! What goes wrong with a store.

use crate::plain::plain;
use lab::refusal::Refusal;
use serde_json::json;
use std::path::PathBuf;

/// What goes wrong with a store.
#[derive(Debug)]
pub enum StoreError {
    /// The directory cannot be made.
    Directory(PathBuf, std::io::Error),
    /// The file cannot be made.
    File(PathBuf, std::io::Error),
    /// Something else stands in its place.
    NoDatabase(PathBuf),
    /// A database of another time.
    Schema {
        /// Version found.
        found: i64,
        /// Version known.
        known: i64,
    },
    /// It was removed or replaced while it was open.
    Replaced,
    /// Nothing can be written.
    ReadOnly,
    /// SQLite refuses.
    Sqlite(rusqlite::Error),
    /// The PostgreSQL server refuses, or cannot be reached.
    Postgres(tokio_postgres::Error),
    /// It took too long over something.
    Late,
    /// The connection ended.
    Cut,
    /// Nothing to wait for it with.
    Runtime(std::io::Error),
    /// A document that cannot be written or read.
    Document(serde_json::Error),
    /// The thread that owns the database does not answer.
    Silent,
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Postgres(error)
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Document(error)
    }
}

impl From<&StoreError> for Refusal {
    fn from(error: &StoreError) -> Self {
        match error {
            StoreError::Directory(path, why) => {
                Self::new("store-directory", json!({ "path": path.display().to_string(), "why": why.to_string() }))
            }
            StoreError::File(path, why) => {
                Self::new("store-file", json!({ "path": path.display().to_string(), "why": why.to_string() }))
            }
            StoreError::NoDatabase(path) => Self::new("store-none", json!({ "path": path.display().to_string() })),
            StoreError::Schema { found, known } => Self::new("store-schema", json!({ "found": found, "known": known })),
            StoreError::Replaced => Self::new("store-replaced", json!({})),
            StoreError::ReadOnly => Self::new("store-read-only", json!({})),
            StoreError::Sqlite(error) => Self::new("store-database", json!({ "why": briefly(error) })),
            StoreError::Postgres(error) => Self::new("store-database", json!({ "why": told(error) })),
            StoreError::Late => Self::new("store-late", json!({})),
            StoreError::Cut => Self::new("store-cut", json!({})),
            StoreError::Runtime(error) => Self::new("store-waiting", json!({ "why": error.to_string() })),
            StoreError::Document(error) => {
                let (field, why) = plain(&error.to_string());
                Self::new("store-document", json!({ "field": field, "why": why }))
            }
            StoreError::Silent => Self::new("store-silent", json!({})),
        }
    }
}

lab::refused!(StoreError);

impl StoreError {
    /// Whether the place is what refuses, and not what is there.
    pub(super) fn is_refusal(&self) -> bool {
        use rusqlite::ErrorCode::{CannotOpen, PermissionDenied, ReadOnly};
        match self {
            Self::Directory(..) | Self::File(..) | Self::ReadOnly => true,
            Self::Sqlite(error) => {
                matches!(error.sqlite_error_code(), Some(CannotOpen | PermissionDenied | ReadOnly))
            }
            _ => false,
        }
    }

    /// Whether what was to be written is too much for what room there is: less may fit.
    pub(super) fn lacks_room(&self) -> bool {
        use rusqlite::ErrorCode::{DiskFull, SystemIoFailure};
        match self {
            Self::Sqlite(error) => matches!(error.sqlite_error_code(), Some(DiskFull | SystemIoFailure)),
            Self::Postgres(error) => error.code() == Some(&tokio_postgres::error::SqlState::DISK_FULL),
            _ => false,
        }
    }
}

/// What the server says, or why it says nothing.
fn told(error: &tokio_postgres::Error) -> String {
    match (error.as_db_error(), std::error::Error::source(error)) {
        (Some(refused), _) => refused.message().to_owned(),
        (None, Some(cause)) => format!("{error}: {cause}"),
        (None, None) => error.to_string(),
    }
}

/// The error without the statement that it is about.
fn briefly(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
        rusqlite::Error::SqliteFailure(_, Some(message)) => message.lines().next().unwrap_or_default().to_owned(),
        other => other.to_string(),
    }
}
