//! One frame of a picture: an arrow on each of its legs, and beneath it what was changed, said and read.

use super::{
    LANES,
    pen::{Anchor, Ink, Line, Pen},
    rows::{Act, Frame},
};
use crate::sessions::frame::{apart, shortened};
use lab::{
    event::Action,
    role::{Actor, Role},
    terminal::printable,
    wire::Kind,
    words,
};
use serde_json::json;
use std::fmt;

/// Altered fields that are shown; the session itself has all.
const CHANGES: usize = 3;
/// Letters of a name, of a value beside another, and of a message.
const NAME: usize = 30;
const VALUE: usize = 30;
const MESSAGE: usize = 60;

/// A line beneath an arrow: pieces of text, each with its ink.
pub(super) struct Caption(Vec<(Ink, String)>);

/// What a frame says beneath its arrow: each altered field as it was and as it is, the message in it as it was written and, where
/// that differs, as it was taken in, and what the attacker read.
pub(super) fn captions(frame: &Frame<'_>) -> Vec<Caption> {
    let fit = |text: &str, most| shortened(&printable(text), most);
    // What was opened and sealed anew differs in every octet: its two keys say so.
    let sealed = frame.keys.iter().any(Option::is_some);
    let changed = if sealed && frame.open { &[][..] } else { frame.changed };
    let mut lines: Vec<Caption> = Vec::new();
    for change in changed.iter().take(CHANGES) {
        let (old, new) = apart(&printable(&plain(&change.old)), &printable(&plain(&change.new)), VALUE);
        let field = fit(&change.field, NAME);
        lines.push(changes(&field, &old, "attacker-ink", &new, true));
    }
    if let Some(more) = changed.len().checked_sub(CHANGES).filter(|more| *more > 0) {
        lines.push(Caption(vec![(Ink::new("quiet"), words::say("diagram", "more", &json!({ "count": more })))]));
    }
    let quoted = |text: &str, most| format!("“{}”", fit(text, most));
    let text = |message: Option<super::rows::Message<'_>>| message.and_then(|message| message.text.map(str::to_owned));
    if frame.is_foreign() {
        let wrote = text(frame.wrote).unwrap_or_else(|| words::spoken().term("word", "nothing"));
        let took = text(frame.took).unwrap_or_else(|| words::say("diagram", "something-else", &json!({})));
        let (wrote, took) = apart(&printable(&wrote), &printable(&took), 2 * VALUE / 3);
        let took = words::say("diagram", "took", &json!({ "text": took }));
        lines.push(changes(&words::say("diagram", "wrote", &json!({})), &format!("“{wrote}”"), "bad", &took, false));
    }
    if let Some((read, live)) = frame.read {
        let how = words::say("diagram", "read-live", &json!({ "live": live }));
        lines.push(Caption(vec![(Ink::new("bad").bold(), format!("{how}: {}", quoted(read, MESSAGE)))]));
    } else if let Some(message) =
        text(frame.wrote).filter(|_| !frame.is_foreign() && frame.act != Act::By(Action::Hold))
    {
        lines.push(Caption(vec![(Ink::new("quiet"), quoted(&message, MESSAGE))]));
    }
    lines
}

fn changes(field: &str, old: &str, ink: &'static str, new: &str, values: bool) -> Caption {
    let of = |ink| if values { Ink::new(ink).mono() } else { Ink::new(ink) };
    Caption(vec![
        (of("quiet"), format!("{field} ")),
        (of("ink"), old.to_owned()),
        (of("quiet"), " → ".to_owned()),
        (of(ink).bold(), new.to_owned()),
    ])
}

/// JSON text of a string without its quotes.
fn plain(text: &str) -> String {
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text).to_owned()
}

pub(super) fn draw(pen: &mut Pen<'_>, frame: &Frame<'_>, y: f64) -> fmt::Result {
    let [from, to] = if frame.from == Role::Client { [LANES[0], LANES[2]] } else { [LANES[2], LANES[0]] };
    let middle = LANES[1];
    let at = y + 36.0;
    let toward = (to - from).signum();
    let plain = if frame.name == Kind::Spoken.as_str() { Line::Voice } else { Line::Solid };
    let acts = !matches!(frame.act, Act::Direct | Act::Undecided | Act::By(Action::Forward));
    let gap = if acts { 13.0 * toward } else { 0.0 };
    let reach = 7.0 * toward;
    let sealed = !frame.open;
    match frame.act {
        Act::Direct | Act::By(Action::Forward) => pen.arrow((from + reach, to - reach, at), plain, sealed)?,
        _ => {
            if frame.before.is_some() {
                let line = if frame.act == Act::Undecided { Line::Flying } else { Line::Solid };
                pen.arrow((from + reach, middle - gap, at), line, sealed)?;
            }
            if frame.after.is_some() {
                let line = match frame.act {
                    Act::By(Action::Alter) => Line::Dashed,
                    Act::By(Action::Inject) => Line::Double,
                    _ => Line::Solid,
                };
                pen.arrow((middle + gap, to - reach, at), line, sealed)?;
            }
        }
    }
    match frame.act {
        Act::By(Action::Drop) => pen.cross((middle, at))?,
        Act::By(Action::Hold) => pen.clock((middle, at))?,
        Act::By(Action::Alter | Action::Inject) => {
            pen.shape(Actor::Attacker, (middle, at), 24.0)?;
            if let Some(step) = frame.step {
                pen.text(
                    (middle, at + 4.5),
                    Anchor::Middle,
                    &Ink::new("panel").size(13).bold().bare(),
                    &step.to_string(),
                )?;
            }
        }
        _ => {}
    }
    let legs = [(from + middle) / 2.0, (middle + to) / 2.0];
    if frame.keys.iter().any(Option::is_some) {
        for (key, x) in frame.keys.iter().zip(legs) {
            if let Some(key) = key {
                pen.token(key, (x, y + 19.0), 0.75)?;
            }
        }
    } else {
        let x = if frame.before.is_none() { legs[1] } else { legs[0] };
        pen.text((x, y + 22.0), Anchor::Middle, &Ink::new("ink").mono(), &shortened(&printable(frame.name), NAME))?;
    }
    pen.text((8.0, y + 41.0), Anchor::Start, &Ink::new("quiet").mono(), &frame.flight.to_string())?;
    for (i, Caption(pieces)) in captions(frame).iter().enumerate() {
        pen.pieces((middle, at + 24.0 + 22.0 * i as f64), Anchor::Middle, pieces)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_shown_without_its_quotes() {
        assert_eq!(plain("\"abc\""), "abc");
        assert_eq!(plain("7"), "7");
        assert_eq!(plain(&json!("\"").to_string()), "\\\"");
        const { assert!(super::super::ACROSS > NAME + 2 * VALUE + 4, "a changed field fits on a line") };
    }
}
