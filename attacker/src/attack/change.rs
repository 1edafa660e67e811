//! What an altered frame has that it did not have before.

use lab::{
    event::Change,
    wire::{Frame, body},
};

/// The fields in which two frames of one kind differ; for records, their octets.
pub fn changes(before: &Frame, after: &Frame) -> Vec<Change> {
    let (Ok(old), Ok(new)) = (body::parse(&before.body), body::parse(&after.body)) else {
        let text = |frame: &Frame| body::encode(&frame.body).as_str().unwrap_or_default().to_owned();
        return vec![Change { field: "bytes".to_owned(), old: text(before), new: text(after) }];
    };
    let text = |value: Option<&serde_json::Value>| match value {
        Some(serde_json::Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    let mut fields: Vec<&String> = old.keys().chain(new.keys()).collect();
    fields.sort();
    fields.dedup();
    let differ = fields.into_iter().filter(|field| old.get(*field) != new.get(*field));
    differ.map(|field| Change { field: field.clone(), old: text(old.get(field)), new: text(new.get(field)) }).collect()
}
