//! One session for others: as JSON, as one HTML file that needs nothing else, as a recording of packets, or as a picture. The HTML file shows
//! the session as the dashboard does; where no script may run, and to programs that read it, it is the plain text that stands in
//! it.

mod packets;
mod picture;

pub use picture::{Manner, Theme};

use crate::sessions::{
    chains::{Chain, chains},
    frame::{apart, fields, length, shortened},
    report,
    session::{Record, Session},
};
use clap::ValueEnum;
use lab::{
    certificate,
    event::{Event, Fact, Status},
    evidence::hex,
    role::Actor,
    words,
};
use serde::Deserialize;
use std::{
    fmt::{self, Display, Write},
    io,
};

/// The form of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// The session and its events, as the routes give them.
    Json,
    /// A page to read.
    Html,
    /// Its frames, as a capture of both legs would have them.
    Pcapng,
    /// Its sequence diagram, for slides.
    Svg,
}

impl Format {
    /// What ends the name of such a file, and names the format.
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Html => "html",
            Self::Pcapng => "pcapng",
            Self::Svg => "svg",
        }
    }

    /// Its media type.
    pub const fn media(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Html => "text/html; charset=utf-8",
            Self::Pcapng => "application/x-pcapng",
            Self::Svg => "image/svg+xml",
        }
    }
}

/// The export of a session; a picture is drawn in this manner.
///
/// # Errors
/// It cannot be written in this form.
pub fn export(record: &Record, format: Format, manner: &Manner) -> io::Result<Vec<u8>> {
    match format {
        Format::Json => Ok(serde_json::to_string_pretty(record).map(|text| text + "\n")?.into_bytes()),
        Format::Pcapng => packets::packets(record),
        Format::Svg => picture::picture(record, manner).map(String::into_bytes).map_err(io::Error::other),
        Format::Html => {
            // A nonce that could be guessed would let a session's text run: without randomness, nothing runs.
            let (policy, scripts) = match nonce() {
                Some(nonce) => (format!("'nonce-{nonce}'"), report::scripts(record, &nonce)),
                None => ("'none'".to_owned(), String::new()),
            };
            html(record, &policy, &scripts).map(String::into_bytes).map_err(io::Error::other)
        }
    }
}

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

fn html(record: &Record, policy: &str, scripts: &str) -> Result<String, fmt::Error> {
    let session = &record.session;
    let mut out = String::new();
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
         script-src {policy}; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'\">\
         <title>{0}: {1}, {2} · Interlock</title><style>{3}{STYLE}</style>\n<div id=\"app\"><div class=\"plain\"><h1>{0}</h1>\n",
        Safe(&session.scenario),
        session.verdict.as_ref().map_or("running", |verdict| verdict.kind.as_str()),
        began(session),
        report::styles()
    )?;
    if let Some(verdict) = &session.verdict {
        writeln!(out, "<p><strong>{}</strong> {}</p>", Safe(verdict.kind), Safe(&verdict.because))?;
        writeln!(out, "<p>{}</p>", Safe(verdict.kind.meaning()))?;
    }
    let none = || "none".to_owned();
    let keys = &session.fingerprints;
    let of_attacker = if keys.attacker.is_empty() { none() } else { keys.attacker.join(", ") };
    write!(
        out,
        "<h2>Who holds which key</h2>\n<dl><dt>client<dd><code>{}</code><dt>attacker<dd><code>{}</code>\
         <dt>server<dd><code>{}</code></dl>\n",
        Safe(keys.client.clone().unwrap_or_else(none)),
        Safe(of_attacker),
        Safe(keys.server.clone().unwrap_or_else(none))
    )?;
    for shown in chains(record) {
        for (way, chain) in [("sent", &shown.sent), ("received", &shown.received)] {
            if let Some(chain) = chain {
                certificates(&mut out, &format!("The {}'s certificates, as {way}", shown.owner), chain)?;
            }
        }
    }
    write!(out, "<h2>What happened</h2>\n<table><tr><th>event<th>who<th>what\n")?;
    for event in &record.events {
        row(&mut out, event, session.evidence.contains(&event.n))?;
    }
    let seed = session.seed.map_or_else(|| "fresh randomness".to_owned(), |seed| format!("seed {seed}"));
    write!(
        out,
        "</table>\n<p>Session {}, {}, begun at {}, told by Interlock {}. An asterisk marks the events that the verdict rests on.</p>\n</div></div>\n{scripts}</html>\n",
        Safe(&session.session),
        Safe(seed),
        began(session),
        env!("CARGO_PKG_VERSION")
    )?;
    Ok(out)
}

/// When it began.
fn began(session: &Session) -> String {
    words::date(i64::try_from(session.started / 1000).unwrap_or(i64::MAX))
}

/// A chain from its top, with the steps that failed or were switched off.
fn certificates(out: &mut String, title: &str, chain: &Chain) -> fmt::Result {
    write!(out, "<h2>{}</h2>\n<table><tr><th>subject<th>issuer<th>key<th>what is wrong", Safe(title))?;
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
                "<tr><td colspan=\"3\">unreadable<td>{}",
                Safe(link.fault.as_ref().map(ToString::to_string).unwrap_or_default())
            )?,
        }
        for step in link.steps.iter().filter(|step| step.status != certificate::Status::Passed) {
            let off = if step.ok() { " (switched off)" } else { "" };
            let (expected, observed) =
                (shortened(&step.reason.wanted(), LONGEST), shortened(&step.reason.found(), LONGEST));
            write!(out, "{}{off}: wanted {}, found {}<br>", Safe(step.check), Safe(expected), Safe(observed))?;
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
            None => write!(out, "<br>{} bytes", length(bytes))?,
        },
        _ => {}
    }
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::session::lost;
    use lab::loss::Loss;

    fn text(record: &Record, format: Format) -> String {
        String::from_utf8(export(record, format, &Manner::default()).unwrap()).unwrap()
    }

    fn refused(reason: &str) -> Loss {
        Loss::Refused { reason: reason.to_owned() }
    }

    #[test]
    fn what_a_session_says_is_text_and_never_markup() {
        let session = Session::new("a".into(), "dh/relay".parse().unwrap(), Some(1), 0);
        let record =
            Record { session, events: vec![lost("a", 1, Actor::Client, refused("<script>alert('&')</script>"))] };
        let page = text(&record, Format::Html);
        assert!(page.contains("&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;"));
        assert!(page.contains(r"\u003cscript>alert('&')\u003c/script>"), "in the data too");
        assert!(!page.contains("<script>"));
        assert_eq!(page.matches("<script").count(), 2, "the data, and the modules that show it");
    }

    #[test]
    fn a_report_says_of_what_when_and_by_which_version_it_tells() {
        let session = Session::new("a1".into(), "dh/relay".parse().unwrap(), Some(u64::MAX), 1_767_225_600_123);
        let page = text(&Record { session, events: vec![] }, Format::Html);
        assert!(page.contains("<title>dh/relay: running, 2026-01-01 00:00:00 UTC · Interlock</title>"));
        assert!(page.contains("seed 18446744073709551615") && page.contains("begun at 2026-01-01 00:00:00 UTC"));
        assert!(page.contains(&format!("\"version\":\"{}\"", env!("CARGO_PKG_VERSION"))), "in the data too");
    }

    #[test]
    fn the_plain_text_is_short_however_long_the_sessions_texts_are() {
        let session = Session::new("a".into(), "dh/relay".parse().unwrap(), None, 0);
        let long = |letter: &str| letter.repeat(25_000);
        let relayed = Fact::Relayed {
            from: lab::role::Role::Client,
            action: lab::event::Action::Alter,
            flight: 1,
            kind: long("k"),
            before: None,
            after: None,
            changed: vec![lab::event::Change { field: long("f"), old: long("o"), new: long("o") + "n" }],
        };
        let mut events =
            vec![lost("a", 1, Actor::Client, refused(&long("r"))), lost("a", 2, Actor::Attacker, Loss::NoPipes)];
        events[1].fact = relayed;
        let page = text(&Record { session, events }, Format::Html);
        let plain = page.split("<script").next().unwrap().rsplit("class=\"plain\"").next().unwrap();
        assert!(plain.len() < 3000, "{}", plain.len());
        assert!(plain.contains("n</code>"), "where old and new differ is shown");
    }

    #[test]
    fn json_reads_back() {
        let session = Session::new("a".into(), "dh/relay".parse().unwrap(), None, 0);
        let record = Record { session, events: vec![lost("a", 1, Actor::Client, Loss::NoPipes)] };
        let json = text(&record, Format::Json);
        assert_eq!(serde_json::from_str::<Record>(&json).unwrap(), record);
    }
}
