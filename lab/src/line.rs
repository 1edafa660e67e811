//! Orders, reports and events as JSON, one object a line. It is compiled here, once and optimised, for all programs that
//! write and read them.

use crate::{
    control::{Order, Report},
    event::Event,
};
use serde::{Serialize, de::DeserializeOwned};

/// What travels as a line.
pub trait Line: Sized {
    /// The line, its end included.
    ///
    /// # Errors
    /// None that a value of these types could cause.
    fn to_line(&self) -> serde_json::Result<Vec<u8>>;

    /// The value of a line.
    ///
    /// # Errors
    /// What is wrong, and where in the line.
    fn from_line(line: &[u8]) -> serde_json::Result<Self>;
}

/// What most lines are shorter than: a certificate chain is twice as long.
const USUAL: usize = 1024;

fn write(value: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut line = Vec::with_capacity(USUAL);
    serde_json::to_writer(&mut line, value)?;
    line.push(b'\n');
    Ok(line)
}

fn read<T: DeserializeOwned>(line: &[u8]) -> serde_json::Result<T> {
    serde_json::from_slice(line)
}

macro_rules! lines {
    ($($type:ty),*) => {$(
        impl Line for $type {
            fn to_line(&self) -> serde_json::Result<Vec<u8>> {
                write(self)
            }

            fn from_line(line: &[u8]) -> serde_json::Result<Self> {
                read(line)
            }
        }
    )*};
}

lines!(Order, Report, Event);
