//! The sequence diagram of a session as a picture for slides: one SVG file that refers to nothing and runs nothing, in the page's
//! colours, with what came of the session, its seed, its date and this program's version.

mod frame;
mod look;
mod order;
mod pen;
mod rows;
#[cfg(test)]
mod tests;

use crate::sessions::{
    frame::shortened,
    session::{Record, Session},
};
use frame::captions;
use lab::{
    event::{Event, Fact},
    evidence::abbreviate,
    role::{Actor, Role},
    terminal::printable,
    words,
};
use look::Looks;
pub use look::Theme;
use pen::{Anchor, Ink, Pen};
use rows::{Row, rows};
use serde_json::json;
use std::fmt;

/// Measures of the drawing, in pixels whose letters are 16 high.
const WIDTH: f64 = 1120.0;
/// Where the lanes are: client, attacker, server.
const LANES: [f64; 3] = [130.0, WIDTH / 2.0, WIDTH - 130.0];
/// Letters that fit on one line of the drawing.
const ACROSS: usize = 118;
/// Letters that fit beside a lane, towards the other victim's.
const BESIDE: usize = 100;
/// Keys shown one below the other, and beside each other.
const STACKED: usize = 4;
const SIDE_BY_SIDE: usize = 3;

/// The picture of a session on this ground, in the language that is spoken.
///
/// # Errors
/// None: a text takes all that is written to it.
pub(super) fn picture(record: &Record, theme: Theme) -> Result<String, fmt::Error> {
    let Record { session, events } = record;
    let keys = &session.fingerprints;
    let installed = events.iter().filter_map(|event| match &event.fact {
        Fact::Installed { key, .. } => Some(key.as_str()),
        _ => None,
    });
    let of_hands = keys.client.iter().chain(&keys.server).chain(&keys.attacker).map(String::as_str);
    let looks = Looks::of(of_hands.chain(installed));
    let mut pen = Pen::new(theme, looks);
    let top = heading(&mut pen, session)?;
    let rows = rows(events);
    let first = top + 104.0;
    let end = rows.iter().fold(first, |y, row| y + height(row));
    for actor in [Actor::Client, Actor::Attacker, Actor::Server] {
        lane(&mut pen, actor, session, (top, end + 8.0))?;
    }
    let mut y = first;
    for row in &rows {
        draw(&mut pen, row, y)?;
        y += height(row);
    }
    let told = json!({
        "session": session.session,
        "seed": session.seed,
        "began": words::date(i64::try_from(session.started / 1000).unwrap_or(i64::MAX)),
        "version": env!("CARGO_PKG_VERSION"),
    });
    let told = shortened(&printable(&words::say("picture", "told", &told)), ACROSS);
    pen.text((WIDTH / 2.0, end + 40.0), Anchor::Middle, &Ink::new("quiet").size(14), &told)?;
    let title = printable(&format!("{}: {}", session.scenario, sentence(session)));
    pen.finish((WIDTH, end + 60.0), title.trim_end_matches(": "))
}

/// What the session came to.
fn sentence(session: &Session) -> String {
    session.verdict.as_ref().map(lab::verdict::Verdict::sentence).unwrap_or_default()
}

/// What was run and what came of it; answers with where the lanes begin.
fn heading(pen: &mut Pen<'_>, session: &Session) -> Result<f64, fmt::Error> {
    let scenario = shortened(&printable(&session.scenario.to_string()), 90);
    pen.text((24.0, 40.0), Anchor::Start, &Ink::new("ink").size(22).bold(), &scenario)?;
    let Some(verdict) = &session.verdict else { return Ok(60.0) };
    pen.mark((24.0, 58.0), verdict.kind)?;
    let kind = words::say("kind", verdict.kind.as_str(), &json!({}));
    pen.text((70.0, 82.0), Anchor::Start, &Ink::new("ink").size(20).bold(), &kind)?;
    let mut y = 114.0;
    for line in lines(&printable(&sentence(session)), ACROSS, 4) {
        pen.text((24.0, y), Anchor::Start, &Ink::new("ink"), &line)?;
        y += 22.0;
    }
    Ok(y)
}

/// A line of life with the actor's shape, name and keys, from `top` to `end`.
fn lane(pen: &mut Pen<'_>, actor: Actor, session: &Session, (top, end): (f64, f64)) -> fmt::Result {
    let x = lane_of(actor);
    let keys: Vec<&str> = match actor {
        Actor::Client => session.fingerprints.client.iter().map(String::as_str).collect(),
        Actor::Server => session.fingerprints.server.iter().map(String::as_str).collect(),
        Actor::Attacker | Actor::Console => session.fingerprints.attacker.iter().map(String::as_str).collect(),
    };
    pen.lifeline(x, (top + 90.0, end), name(actor))?;
    pen.shape(actor, (x, top + 18.0), 28.0)?;
    let word = words::spoken().term("word", name(actor));
    pen.text((x, top + 50.0), Anchor::Middle, &Ink::new(inked(actor)).bold(), &word)?;
    if keys.is_empty() {
        return pen.text(
            (x, top + 77.0),
            Anchor::Middle,
            &Ink::new("quiet"),
            &words::say("diagram", "no-key", &json!({})),
        );
    }
    let shown = keys.len().min(SIDE_BY_SIDE);
    let first = x - 45.0 * (shown as f64 - 1.0);
    keys.iter()
        .take(shown)
        .enumerate()
        .try_for_each(|(i, key)| pen.token(key, (first + 90.0 * i as f64, top + 72.0), 1.0))
}

/// An actor as it is called in the style sheets and among the words.
fn name(actor: Actor) -> &'static str {
    match actor {
        Actor::Client => "client",
        Actor::Server => "server",
        Actor::Attacker | Actor::Console => "attacker",
    }
}

fn inked(actor: Actor) -> &'static str {
    match actor {
        Actor::Client => "client-ink",
        Actor::Server => "server-ink",
        Actor::Attacker | Actor::Console => "attacker-ink",
    }
}

fn lane_of(actor: Actor) -> f64 {
    match actor {
        Actor::Client => LANES[0],
        Actor::Attacker | Actor::Console => LANES[1],
        Actor::Server => LANES[2],
    }
}

/// Why a victim stopped, in lines that fit beside its lane; nothing where it did so at a check, whose name says more from afar.
fn stop_lines(check: Option<&str>, reason: &lab::cause::Cause) -> Vec<String> {
    if check.is_some() {
        return Vec::new();
    }
    let told = serde_json::to_value(reason).ok().and_then(|reason| words::spoken().say("cause", &reason));
    lines(&shortened(&printable(&abbreviate(&told.unwrap_or_default())), 180), BESIDE / 2, 5)
}

/// A text in lines of so many letters, at most so many of them.
fn lines(text: &str, letters: usize, most: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let (word, full) = (shortened(word, letters), lines.len() == most);
        let Some(last) = lines.last_mut() else { break };
        if last.is_empty() {
            *last = word;
        } else if last.chars().count() + 1 + word.chars().count() <= letters {
            *last = format!("{last} {word}");
        } else if full {
            last.push('…');
            break;
        } else {
            lines.push(word);
        }
    }
    lines
}

fn height(row: &Row<'_>) -> f64 {
    match row {
        Row::Frame(frame) => 60.0 + 22.0 * captions(frame).len() as f64,
        Row::Keys(hands) => {
            20.0 + 32.0 * hands.iter().map(|keys| keys.len().clamp(1, STACKED)).max().unwrap_or(1) as f64
        }
        Row::Stop { check, reason, .. } => 44.0 + 20.0 * stop_lines(*check, reason).len() as f64,
        Row::Said(_) => 40.0,
        Row::Session { .. } => 48.0,
    }
}

fn draw(pen: &mut Pen<'_>, row: &Row<'_>, y: f64) -> fmt::Result {
    match row {
        Row::Frame(frame) => frame::draw(pen, frame, y),
        Row::Keys(hands) => hands.iter().zip(LANES).try_for_each(|(keys, x)| {
            let mut shown = keys.iter().take(STACKED).enumerate();
            shown.try_for_each(|(i, key)| pen.token(key, (x, y + 24.0 + 32.0 * i as f64), 1.0))
        }),
        Row::Stop { party, check, reason } => {
            let (x, y) = (lane_of((*party).into()), y + 26.0);
            pen.stop((x, y))?;
            let (anchor, beside) =
                if *party == Role::Client { (Anchor::Start, x + 20.0) } else { (Anchor::End, x - 20.0) };
            let told = match check {
                Some(check) => {
                    words::say("diagram", "stops", &json!({ "check": shortened(&printable(check), BESIDE / 2) }))
                }
                None => words::say("diagram", "gives-up", &json!({})),
            };
            pen.text((beside, y - 2.0), anchor, &Ink::new("bad").size(17).bold(), &told)?;
            let told = stop_lines(*check, reason);
            let mut numbered = told.iter().enumerate();
            numbered.try_for_each(|(i, line)| {
                pen.text((beside, y + 18.0 + 20.0 * i as f64), anchor, &Ink::new("ink"), line)
            })
        }
        Row::Said(event) => {
            let ink = if matches!(event.fact, Fact::Recovered { .. }) { "bad" } else { "attacker-ink" };
            let told = shortened(&printable(&said(event)), ACROSS);
            pen.text((LANES[1], y + 26.0), Anchor::Middle, &Ink::new(ink).bold(), &told)
        }
        Row::Session { number, of } => {
            let told = words::say("tale", "session", &json!({ "number": number, "of": of }));
            pen.text((LANES[1], y + 32.0), Anchor::Middle, &Ink::new("ink").size(18).bold(), &told)
        }
    }
}

/// What an event tells beside the frames.
fn said(event: &Event) -> String {
    let mut members = serde_json::to_value(&event.fact).unwrap_or_default();
    // What is told of a computation is told by whether it was cut off, and of a loss by who was lost.
    members["cut"] = members.get("cut_off").is_some().into();
    members["party"] = members.get("what").cloned().unwrap_or_default();
    members["name"] = members.get("kind").cloned().unwrap_or_default();
    let name = members["type"].as_str().unwrap_or_default().to_owned();
    match &event.fact {
        Fact::Recovered { text, .. } => words::say("diagram", "read", &json!({ "text": shortened(text, ACROSS / 2) })),
        Fact::Overdue { .. } => words::say("row", &name, &members),
        _ => words::say("diagram", &name, &members),
    }
}
