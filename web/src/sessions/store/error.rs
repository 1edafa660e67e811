//! What goes wrong with a store.

use std::path::PathBuf;

/// What goes wrong with a store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The directory cannot be made.
    #[error("cannot make the data directory {0}: {1}")]
    Directory(PathBuf, std::io::Error),
    /// The file cannot be made.
    #[error("cannot make {0}: {1}")]
    File(PathBuf, std::io::Error),
    /// A database of another time.
    #[error("the database has schema {found}, this program knows {known}; keep sessions elsewhere")]
    Schema {
        /// Version found.
        found: i64,
        /// Version known.
        known: i64,
    },
    /// Nothing can be written.
    #[error("the database can be read, but not written to")]
    ReadOnly,
    /// SQLite refuses.
    #[error("database: {}", briefly(.0))]
    Sqlite(#[from] rusqlite::Error),
    /// The PostgreSQL server refuses, or cannot be reached.
    #[error("database: {}", told(.0))]
    Postgres(#[from] tokio_postgres::Error),
    /// It took too long over something.
    #[error("the database does not answer in time")]
    Late,
    /// The connection ended.
    #[error("the connection to the database is lost")]
    Cut,
    /// Nothing to wait for it with.
    #[error("cannot wait for the database: {0}")]
    Runtime(std::io::Error),
    /// A document that cannot be written or read.
    #[error("a stored session cannot be read: {0}")]
    Document(#[from] serde_json::Error),
    /// The thread that owns the database does not answer.
    #[error("the store does not answer")]
    Silent,
}

impl StoreError {
    /// Whether the place is what refuses, and not what is there.
    pub(super) fn is_refusal(&self) -> bool {
        use rusqlite::ErrorCode::{CannotOpen, PermissionDenied, ReadOnly};
        match self {
            Self::Directory(..) | Self::File(..) => true,
            Self::Sqlite(error) => {
                matches!(error.sqlite_error_code(), Some(CannotOpen | PermissionDenied | ReadOnly))
            }
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
