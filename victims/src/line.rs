//! Reports and events as JSON, one object a line. Their serialisation is compiled here, once and optimised, for the
//! programs of this package and for the attacker: facts are told while a session runs.

use lab::{control::Report, event::Event};
use serde::Serialize;

/// What is told as a line.
pub trait Line {
    /// The line, its end included.
    ///
    /// # Errors
    /// None that a value of these types could cause.
    fn to_line(&self) -> serde_json::Result<Vec<u8>>;
}

/// What most lines are shorter than: a certificate chain is twice as long.
const USUAL: usize = 1024;

fn write(value: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut line = Vec::with_capacity(USUAL);
    serde_json::to_writer(&mut line, value)?;
    line.push(b'\n');
    Ok(line)
}

impl Line for Report {
    fn to_line(&self) -> serde_json::Result<Vec<u8>> {
        write(self)
    }
}

impl Line for Event {
    fn to_line(&self) -> serde_json::Result<Vec<u8>> {
        write(self)
    }
}
