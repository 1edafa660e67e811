//! What outlives the console: judged sessions with their events, in one SQLite file.
//!
//! One thread owns the database. Sessions to keep reach it through a bounded queue and wait in its memory while the
//! disk refuses them, so that no live session ever waits for a disk.

mod database;
mod keeper;

pub use database::{Cursor, Database, StoreError};
pub use keeper::{Health, Store};

use std::{env, path::PathBuf};

/// Bytes of sessions and events kept, unless told otherwise.
pub const BYTES: u64 = 256 << 20;
/// Sessions kept, unless told otherwise.
pub const SESSIONS: u64 = 5000;

/// Where sessions are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In memory, for as long as the console runs.
    Memory,
    /// In this directory.
    Directory(PathBuf),
}

/// How much is kept; the oldest sessions go first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Sessions.
    pub sessions: u64,
    /// Bytes of sessions and events.
    pub bytes: u64,
}

impl Default for Retention {
    fn default() -> Self {
        Self { sessions: SESSIONS, bytes: BYTES }
    }
}

/// The user's data directory for this program: `$XDG_DATA_HOME/interlock`, or `~/.local/share/interlock`.
pub fn data_directory() -> Option<PathBuf> {
    let absolute = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = absolute("XDG_DATA_HOME").or_else(|| absolute("HOME").map(|home| home.join(".local/share")))?;
    Some(base.join("interlock"))
}
