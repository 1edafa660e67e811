//! What is told of a recording: a session as soon as it is over, and the totals.

use crate::{
    cli::{
        Failure,
        crack::{Progress, why as unsolved},
        group::{Told, document},
        style,
    },
    sessions::frame::shortened,
};
use ::lab::{terminal::printable, tls::Side, words};
use cryptanalysis::{Explanation, Observer};
use recording::{
    Heard, Listener, Session, Totals,
    capture::{End, Fault},
};
use serde_json::{Value, json};
use std::{collections::VecDeque, fs::File, io::Write};

/// Lines of what a side said, and characters of each.
const MOST_LINES: usize = 12;
const WIDTH: usize = 160;
/// Characters of how a secret was come by.
const LONGEST: usize = 300;
/// Groups that are not told again.
const MOST_GROUPS: usize = 64;

/// Tells people or programs, and keeps a key log.
pub(super) struct Teller {
    json: bool,
    keylog: Option<File>,
    progress: Progress,
    /// The groups that were told, as they were, and in which session.
    groups: VecDeque<(String, u64)>,
    /// What could not be written, first.
    failed: Option<std::io::Error>,
}

impl Teller {
    pub(super) fn new(json: bool, keylog: Option<File>) -> Self {
        Self { json, keylog, progress: progress(json), groups: VecDeque::new(), failed: None }
    }

    /// Tells what all of it comes to.
    pub(super) fn finish(self, read: Result<Totals, Fault>) -> Result<Totals, Failure> {
        self.progress.clear();
        if let Some(error) = self.failed {
            return Err(error.into());
        }
        let totals = read.map_err(|fault| Failure::Usage(fault.to_string()))?;
        let out = &mut anstream::stdout().lock();
        if self.json {
            writeln!(out, "{}", json!({ "totals": totals }))?;
        } else {
            tell_totals(out, &totals)?;
        }
        Ok(totals)
    }

    fn keep(&mut self, written: std::io::Result<()>) {
        if let Err(error) = written {
            self.failed.get_or_insert(error);
        }
    }
}

impl Listener for Teller {
    fn observer(&mut self) -> &mut dyn Observer {
        &mut self.progress
    }

    fn secret(&mut self, line: &str) {
        let written = self.keylog.as_mut().map(|file| file.write_all(format!("{line}\n").as_bytes()));
        self.keep(written.unwrap_or(Ok(())));
    }

    fn session(&mut self, session: &Session) {
        self.progress.clear();
        let out = &mut anstream::stdout().lock();
        let written = if self.json {
            writeln!(out, "{}", object(session))
        } else {
            let told = session.group.as_ref().map(|group| (explained(group).join("\n"), session.n));
            let before = told.as_ref().and_then(|(text, _)| self.groups.iter().find(|(known, _)| known == text));
            let before = before.map(|(_, n)| *n);
            if before.is_none() {
                self.groups.extend(told);
                self.groups.drain(..self.groups.len().saturating_sub(MOST_GROUPS));
            }
            tell(out, session, before)
        };
        self.keep(written.and_then(|()| out.flush()));
    }
}

/// A session for programs.
fn object(session: &Session) -> Value {
    let mut object = json!(session);
    if let Some(group) = &session.group {
        object["group"] = document(group);
    }
    object
}

/// What a group is worth: a line for each thing.
fn explained(group: &Explanation) -> Vec<String> {
    let told = Told::new(group);
    let mut lines = told.lines();
    lines.push(told.advice());
    lines
}

/// Computations are followed by people, and not by programs.
pub(super) fn progress(json: bool) -> Progress {
    Progress::new(!json)
}

/// Tells of a session; its group was told before, in the session with that number.
pub(super) fn tell(out: &mut impl Write, session: &Session, before: Option<u64>) -> std::io::Result<()> {
    let head = printable(&words::with("recorded", "session", session));
    let at = session.at.and_then(|at| i64::try_from(at / 1_000_000_000).ok()).map(words::date);
    writeln!(out, "{}{}", style::head(head), style::faint(at.map(|at| format!(", {at}")).unwrap_or_default()))?;
    if let Some(n) = before {
        writeln!(out, "  {}", words::say("recorded", "group", &json!({ "n": n })))?;
    } else if let Some(group) = &session.group {
        explained(group).iter().try_for_each(|line| writeln!(out, "  {line}"))?;
    }
    if let Some(secret) = &session.secret {
        // a modulus of many factors has a method for each
        let how = shortened(&words::told_as("secret", secret), LONGEST);
        writeln!(out, "  {} {how}", style::bad("READ"))?;
    }
    said(out, Side::Client, &session.client_said)?;
    said(out, Side::Server, &session.server_said)?;
    if let Some(why) = &session.closed {
        let mark = if session.is_read() { style::altered("ENDS") } else { style::good("CLOSED") };
        let mut value = json!(why);
        if let Some(failure) = &session.failure {
            value["why"] = json!(unsolved(failure));
        }
        writeln!(out, "  {mark} {}", printable(&words::told_as("shut", &value)))?;
    }
    Ok(())
}

fn said(out: &mut impl Write, who: Side, heard: &Heard) -> std::io::Result<()> {
    if heard.octets == 0 && heard.missing_records == 0 {
        return Ok(());
    }
    let missing = (heard.missing_records > 0).then_some(heard.missing_records);
    let members = json!({ "who": who, "octets": heard.octets, "missing_records": missing, "ended": heard.ended });
    writeln!(out, "  {}", words::say("recorded", "said", &members))?;
    let mut lines = heard.text.lines();
    for line in lines.by_ref().take(MOST_LINES) {
        let shown: String = line.chars().take(WIDTH).collect();
        let more = if shown.len() < line.len() { "…" } else { "" };
        writeln!(out, "    {}{more}", printable(&shown))?;
    }
    if lines.next().is_some() {
        writeln!(out, "    …")?;
    }
    Ok(())
}

fn tell_totals(out: &mut impl Write, totals: &Totals) -> std::io::Result<()> {
    let others = (totals.other_connections > 0).then_some(totals.other_connections);
    let members = json!({
        "packets": totals.packets, "sessions": totals.sessions, "read": totals.read,
        "closed": totals.sessions - totals.read, "other_connections": others,
    });
    writeln!(out, "{}", words::say("recorded", "totals", &members))?;
    for (kind, count) in &totals.others {
        let kind = serde_json::to_value(kind).ok().and_then(|kind| kind.as_str().map(str::to_owned));
        writeln!(out, "{}", words::say("packets", &kind.unwrap_or_default(), &json!({ "count": count })))?;
    }
    if totals.missing_octets > 0 {
        writeln!(out, "{}", words::say("recorded", "missing", &json!({ "octets": totals.missing_octets })))?;
    }
    if totals.given_up > 0 {
        writeln!(out, "{}", words::say("recorded", "given-up", &json!({ "connections": totals.given_up })))?;
    }
    match &totals.end {
        None | Some(End::Complete) => Ok(()),
        Some(cut) => writeln!(out, "{}", words::told_as("ending", cut)),
    }
}
