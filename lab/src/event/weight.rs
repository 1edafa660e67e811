//! How much memory a fact takes, so that what a session tells can be bounded.

use super::{Change, Fact};
use serde_json::Value;

impl Fact {
    /// Octets that it takes, roughly: what is large is frames, and what others say.
    pub fn weight(&self) -> usize {
        let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        let changes = |changed: &[Change]| changed.iter().map(|it| it.old.len() + it.new.len()).sum::<usize>();
        256 + match self {
            Self::Frame { bytes, .. } => bytes.len(),
            Self::Relayed { before, after, changed, .. } => text(before) + text(after) + changes(changed),
            Self::Held { bytes, changed, .. } => bytes.len() + changes(changed),
            Self::Decided { fields, .. } => fields.iter().map(|(name, value)| name.len() + size(value)).sum(),
            Self::Trusts { anchors, revocation_lists, .. } => {
                anchors.iter().chain(revocation_lists).map(String::len).sum()
            }
            Self::Recovered { text, .. } | Self::Step { text, .. } => text.len(),
            Self::Combined { first, second, sum, known, .. } => first.len() + second.len() + sum.len() + known.len(),
            Self::Check { expected, observed, .. } => expected.weight() + observed.weight(),
            Self::Aborted { reason, .. } | Self::Parted { reason, .. } => reason.weight(),
            Self::Lost { reason, .. } => reason.weight(),
            Self::Data { text: said, .. } => text(said),
            _ => 0,
        }
    }
}

/// Octets of a JSON value, roughly.
fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(map) => map.iter().map(|(name, value)| name.len() + size(value)).sum(),
        _ => 8,
    }
}
