//! What is wrong with bytes that should be a certificate or a revocation list.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::reason::{Form, Got, Text};
use crate::words;

/// A certificate or list that cannot be read, or is not written as the standard prescribes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct DecodeError {
    /// The field of RFC 5280 sections 4.1 or 5.1.
    pub field: Text,
    /// What should stand there.
    pub expected: Form,
    /// What stands there.
    pub got: Got,
}

impl DecodeError {
    pub(super) fn new(field: &'static str, expected: Form, got: Got) -> Self {
        Self { field: field.into(), expected, got }
    }
}

impl std::error::Error for DecodeError {}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&words::with("problem", "whole", self))
    }
}
