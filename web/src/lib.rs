//! Interlock's console: the command line, the three processes it keeps, the book of sessions, the dashboard and the
//! reports.

pub mod book;
pub mod cert;
pub mod chains;
pub mod cli;
pub mod compare;
pub mod console;
pub mod cracking;
pub mod export;
pub mod frame;
pub mod http;
pub mod hub;
pub mod log;
pub mod matrix;
pub mod order;
pub mod orders;
pub mod outcomes;
mod page;
pub mod registry;
mod report;
pub mod session;
pub mod store;
mod style;
