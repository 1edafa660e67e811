//! Interlock's console: the command line, the three processes it keeps, the book of sessions, the dashboard and the
//! reports.

pub mod book;
pub mod console;
pub mod hub;
pub mod log;
pub mod orders;
pub mod outcomes;
pub mod session;
pub mod store;
