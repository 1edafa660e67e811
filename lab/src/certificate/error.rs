//! What is wrong with bytes that should be a certificate or a revocation list.

/// A certificate that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: expected {expected}, got {got}")]
pub struct DecodeError {
    /// The field of RFC 5280 section 4.1.
    pub field: &'static str,
    /// What should stand there.
    pub expected: &'static str,
    /// What was wrong.
    pub got: String,
}

impl DecodeError {
    pub(super) fn new(field: &'static str, expected: &'static str, got: impl Into<String>) -> Self {
        Self { field, expected, got: got.into() }
    }
}
