//! One HTML file that needs nothing else. It shows what the dashboard shows, with replay; where no script may run, and to programs that
//! read it, it is the plain text that stands in it.

use crate::sessions::{
    chains::{Chain, chains},
    compare::{self, Comparison},
    frame::{apart, fields, length, shortened},
    report,
    session::{Record, Session},
};
use lab::{
    certificate,
    event::{Event, Fact, Status},
    evidence::hex,
    role::Actor,
    words,
};
use serde_json::json;
use std::fmt::{self, Display, Write};

/// What no session can have known when it was run.
fn nonce() -> Option<String> {
    let mut nonce = [0; 16];
    getrandom::fill(&mut nonce).ok()?;
    Some(hex(&nonce))
}

/// Characters of a text of the session in the plain text; the whole of it stands in the data.
const LONGEST: usize = 200;

/// Text in HTML.
struct Safe<T>(T);

impl<T: Display> Display for Safe<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.to_string().chars().try_for_each(|character| match character {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            '\'' => f.write_str("&#39;"),
            other => f.write_char(other),
        })
    }
}

/// Of the plain text; everything else is styled as the page is.
const STYLE: &str = ".plain{max-width:60rem;margin:2rem auto;padding:0 1rem}.plain table{width:100%}\
    .plain td,.plain th{border-bottom:1px solid var(--line);padding:.3rem .5rem;text-align:left;vertical-align:top;\
    overflow-wrap:anywhere}.plain dt{font-weight:bold}.plain .altered{background:var(--sunk)}\
    .plain .failed{background:var(--bad-wash)}";

/// The file of one session.
pub(super) fn session(record: &Record) -> Result<String, fmt::Error> {
    let session = &record.session;
    let title = format!("{}: {}, {}", session.scenario, compare::kind(session), began(session));
    let mut plain = String::new();
    writeln!(plain, "<h1>{}</h1>", Safe(&session.scenario))?;
    told(&mut plain, record)?;
    file(&title, &plain, |nonce| report::scripts(record, nonce))
}

/// The file of two sessions side by side.
pub(super) fn comparison(records: [&Record; 2], comparison: &Comparison) -> Result<String, fmt::Error> {
    let [left, right] = records;
    let headline = compare::headline(&left.session, &right.session);
    let mut plain = String::new();
    writeln!(plain, "<h1>{}</h1>\n<p>{}</p>", Safe(&headline), Safe(&comparison.words))?;
    beside(&mut plain, records, comparison)?;
    for record in records {
        writeln!(plain, "<h2>{}</h2>", Safe(&record.session.scenario))?;
        told(&mut plain, record)?;
    }
    let title = format!("{headline} {}", began(&right.session));
    file(&title, &plain, |nonce| report::both(records, comparison, nonce))
}

/// A file with this title, this plain text, and the scripts that show the same instead of it.
fn file(title: &str, plain: &str, scripts: impl FnOnce(&str) -> String) -> Result<String, fmt::Error> {
    // A nonce that could be guessed would let a session's text run: without randomness, nothing runs.
    let (policy, scripts) = match nonce() {
        Some(nonce) => (format!("'nonce-{nonce}'"), scripts(&nonce)),
        None => ("'none'".to_owned(), String::new()),
    };
    let mut out = String::new();
    write!(
        out,
        "<!doctype html>\n<html lang=\"{}\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
         script-src {policy}; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'\">\
         <title>{} · Interlock</title><style>{}{STYLE}</style>\n<div id=\"app\"><div class=\"plain\">{plain}</div></div>\n{scripts}</html>\n",
        words::tongue().code,
        Safe(title),
        report::styles()
    )?;
    Ok(out)
}

/// The rows of two sessions side by side, with a word at the first in which they part.
fn beside(out: &mut String, [left, right]: [&Record; 2], comparison: &Comparison) -> fmt::Result {
    writeln!(out, "<table><tr><th><th>{}<th>{}", Safe(&left.session.scenario), Safe(&right.session.scenario))?;
    for (at, pair) in comparison.rows.iter().enumerate() {
        let first = comparison.first_difference == Some(at);
        let (class, mark) =
            if first { (" class=\"altered\"", said("diagram", "first-difference")) } else { ("", String::new()) };
        let [left, right] = [&pair.left, &pair.right]
            .map(|side| side.as_ref().map(|row| shortened(&row.text, LONGEST)).unwrap_or_default());
        writeln!(out, "<tr{class}><td>{}<td>{}<td>{}", Safe(mark), Safe(left), Safe(right))?;
    }
    writeln!(out, "</table>")
}

/// What there is to tell of one session.
fn told(out: &mut String, record: &Record) -> fmt::Result {
    let session = &record.session;
    if let Some(verdict) = &session.verdict {
        writeln!(out, "<p><strong>{}</strong> {}</p>", Safe(compare::kind(session)), Safe(verdict.sentence()))?;
        writeln!(out, "<p>{}</p>", Safe(said("meaning", verdict.kind.as_str())))?;
    }
    let none = || said("plain", "none");
    let keys = &session.fingerprints;
    let of_attacker = if keys.attacker.is_empty() { none() } else { keys.attacker.join(", ") };
    write!(
        out,
        "<h2>{}</h2>\n<dl><dt>{}<dd><code>{}</code><dt>{}<dd><code>{}</code><dt>{}<dd><code>{}</code></dl>\n",
        Safe(said("plain", "keys")),
        Safe(said("word", "client")),
        Safe(keys.client.clone().unwrap_or_else(none)),
        Safe(said("word", "attacker")),
        Safe(of_attacker),
        Safe(said("word", "server")),
        Safe(keys.server.clone().unwrap_or_else(none))
    )?;
    for shown in chains(record) {
        for (way, chain) in [("sent", &shown.sent), ("received", &shown.received)] {
            if let Some(chain) = chain {
                certificates(out, &words::with("plain", way, &json!({ "owner": shown.owner })), chain)?;
            }
        }
    }
    writeln!(out, "<h2>{}</h2>\n<table>{}", Safe(said("plain", "happened")), heads(["event", "who", "what"]))?;
    for event in &record.events {
        row(out, event, session.evidence.contains(&event.n))?;
    }
    let told = json!({
        "session": session.session,
        "seed": session.seed,
        "began": began(session),
        "version": env!("CARGO_PKG_VERSION"),
    });
    writeln!(out, "</table>\n<p>{}</p>", Safe(words::say("plain", "told", &told)))
}

/// A text without gaps.
fn said(family: &str, name: &str) -> String {
    words::say(family, name, &json!({}))
}

/// The heads of a table's columns.
fn heads<const N: usize>(columns: [&str; N]) -> String {
    let heads = columns.map(|column| format!("<th>{}", Safe(said("plain", column))));
    format!("<tr>{}", heads.concat())
}

/// When it began.
fn began(session: &Session) -> String {
    words::date(i64::try_from(session.started / 1000).unwrap_or(i64::MAX))
}

/// A chain from its top, with the steps that failed or were switched off.
fn certificates(out: &mut String, title: &str, chain: &Chain) -> fmt::Result {
    write!(out, "<h2>{}</h2>\n<table>{}", Safe(title), heads(["subject", "issuer", "key", "wrong"]))?;
    for link in chain.path.iter().rev() {
        let key = link.key.as_deref().unwrap_or_default();
        match &link.certificate {
            Some(it) => write!(
                out,
                "<tr><td>{}<td>{}<td><code>{}</code><td>",
                Safe(&it.subject),
                Safe(&it.issuer),
                Safe(shortened(key, 24))
            )?,
            None => write!(
                out,
                "<tr><td colspan=\"3\">{}<td>{}",
                Safe(said("plain", "unreadable")),
                Safe(link.fault.as_ref().map(ToString::to_string).unwrap_or_default())
            )?,
        }
        for step in link.steps.iter().filter(|step| step.status != certificate::Status::Passed) {
            let told = json!({
                "check": step.check,
                "off": step.ok(),
                "expected": shortened(&step.reason.wanted(), LONGEST),
                "observed": shortened(&step.reason.found(), LONGEST),
            });
            write!(out, "{}<br>", Safe(words::say("plain", "step", &told)))?;
        }
        writeln!(out)?;
    }
    writeln!(out, "</table>")
}

fn row(out: &mut String, event: &Event, cited: bool) -> fmt::Result {
    let Some(text) = words::told("event", event, &|text| shortened(text, LONGEST)) else { return Ok(()) };
    let class = match &event.fact {
        Fact::Relayed { changed, .. } if !changed.is_empty() => " class=\"altered\"",
        Fact::Check { status: Status::Failed, .. } => " class=\"failed\"",
        _ => "",
    };
    let mark = if cited { "*" } else { "" };
    write!(out, "<tr{class}><td>{}{mark}<td>{}<td>{}", event.n, Safe(event.source), Safe(text))?;
    match &event.fact {
        Fact::Relayed { changed, .. } => changed.iter().try_for_each(|change| {
            let (old, new) = apart(&change.old, &change.new, LONGEST);
            let field = shortened(&change.field, LONGEST);
            write!(out, "<br>{}: <code>{}</code> → <code>{}</code>", Safe(field), Safe(old), Safe(new))
        })?,
        Fact::Frame { bytes, .. } if event.source != Actor::Attacker => match fields(bytes) {
            Some(fields) => fields.iter().try_for_each(|(name, value)| {
                write!(out, "<br>{}: <code>{}</code>", Safe(shortened(name, LONGEST)), Safe(shortened(value, LONGEST)))
            })?,
            None => write!(out, "<br>{}", Safe(words::say("plain", "bytes", &json!({ "count": length(bytes) }))))?,
        },
        _ => {}
    }
    writeln!(out)
}
