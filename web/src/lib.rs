//! Interlock's console: the command line, the three processes it keeps, the book of sessions, the dashboard and the
//! reports.

pub mod ci;
pub mod cli;
pub mod console;
pub mod cracking;
pub mod exploring;
pub mod http;
pub mod lesson;
pub mod log;
mod page;
mod plain;
pub mod registry;
pub mod sessions;
pub mod software;
