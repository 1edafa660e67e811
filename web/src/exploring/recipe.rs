//! How the attacker came by a value, in words.

use super::said;
use ::explore::{
    knowledge::Recipe,
    term::{Shape, Term},
    trace::{Arrow, Trace},
};
use serde_json::json;

/// Names of the messages that were sent, in their order.
pub(crate) fn numbered(trace: &Trace) -> Vec<String> {
    let sent = trace.arrows().into_iter().filter(|arrow| arrow.sends);
    sent.map(|arrow| format!("{}'s {}", trace.world.party(arrow.party), message(trace, &arrow))).collect()
}

/// What an arrow carries.
pub(crate) fn message(trace: &Trace, arrow: &Arrow) -> String {
    let messages = trace.world.casts[arrow.party].table.messages;
    arrow.message.map_or_else(|| "record".to_owned(), |number| messages[number].kind.to_string())
}

/// How a value came about.
pub(crate) fn recipe(how: &Recipe, numbered: &[String]) -> String {
    let say = |how: &Recipe| recipe(how, numbered);
    let named = |at: &usize| numbered.get(*at).map_or("a message", String::as_str);
    let all = |all: &[Recipe]| all.iter().map(say).collect::<Vec<_>>().join(", ");
    match how {
        Recipe::Had(term) => term.to_string(),
        Recipe::Seen(sent, field) => said("field", &json!({ "place": field + 1, "message": named(sent) })),
        Recipe::Record(sent) => named(sent).to_owned(),
        Recipe::Opened(record, key) => said("opened", &json!({ "record": say(record), "key": say(key) })),
        Recipe::Part(of, place) => said("part", &json!({ "place": place + 1, "of": say(of) })),
        Recipe::Logarithm(of) => said("logarithm", &json!({ "of": say(of) })),
        Recipe::Guessed(on) => said("guessed", &json!({ "on": say(on) })),
        Recipe::Made(term, parts) if parts.is_empty() => term.to_string(),
        // What stands in a message is told where it goes over the wire.
        Recipe::Made(term, parts) if matches!(term.shape(), Shape::Transcript(_)) => {
            let named = parts.iter().map(|part| match part {
                Recipe::Made(frame, _) if matches!(frame.shape(), Shape::Frame(..)) => maker(frame),
                part => say(part),
            });
            format!("{}({})", maker(term), named.collect::<Vec<_>>().join(", "))
        }
        Recipe::Made(term, parts) => format!("{}({})", maker(term), all(parts)),
        Recipe::Raised(base, by) => said("raised", &json!({ "base": say(base), "by": all(by) })),
        Recipe::Decapsulated(key, ciphertext) => {
            said("decapsulated", &json!({ "ciphertext": say(ciphertext), "key": say(key) }))
        }
    }
}

/// The function that puts a term together.
fn maker(term: &Term) -> String {
    match term.shape() {
        Shape::Power(..) => "power".to_owned(),
        Shape::Generator(_) => "generator".to_owned(),
        Shape::Degenerate(_) => "degenerate".to_owned(),
        Shape::Of(function, _) => function.to_string(),
        Shape::Tuple(_) => String::new(),
        Shape::Transcript(_) => "transcript".to_owned(),
        Shape::Frame(kind, _) => (*kind).to_owned(),
        Shape::Chain { breaks, .. } => said("chain", &json!({ "breaks": breaks.unwrap_or("nothing") })),
        Shape::Sealed(..) => "sealed".to_owned(),
        Shape::Encrypted(..) => "encrypted".to_owned(),
        Shape::Name { .. } | Shape::Offers(..) | Shape::Choice(..) | Shape::Group(_) | Shape::Blank(_) => {
            term.to_string()
        }
    }
}
