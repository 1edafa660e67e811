//! What was found, performed between the lab's own processes: trace and wire side by side.

use super::line;
use crate::{
    cli::{Failure, lab, style},
    exploring::{Answer, said},
    sessions::session::Record,
};
use ::explore::script::Unscripted;
use ::lab::{
    event::{Action, Event, Fact},
    mode::Mode,
    role::Role,
    script::{Deed, Fate, Make, Script},
    verdict::Class,
};
use attacker::attacks;
use serde_json::{Value as Json, json};
use std::io::{self, Write};

/// How long a victim waits for each flight, in milliseconds.
const PATIENCE: u64 = 5000;

/// What came of the first attack that was found.
pub(super) enum Executed {
    /// It is no script.
    Refused(Unscripted),
    /// It was performed.
    Done(Box<Done>),
}

/// A session in which the attacker did what a script says.
pub(super) struct Done {
    record: Record,
    wire: Vec<Performed>,
}

/// What a move of the script became on the wire.
struct Performed {
    from: Role,
    message: &'static str,
    /// What the attacker did, and the number of the event that says so; nothing where it did not come to that.
    action: Option<(Action, u64)>,
    fields: Vec<(&'static str, Fate)>,
}

/// Performs the first attack of an answer with fresh randomness.
///
/// # Errors
/// The lab itself failed.
pub(super) fn execute(answer: &Answer) -> Result<Option<Executed>, Failure> {
    let Some(trace) = answer.found.attacks.values().next() else { return Ok(None) };
    let script = match answer.asked.script(trace) {
        Ok(script) => script,
        Err(unscripted) => return Ok(Some(Executed::Refused(unscripted))),
    };
    let scenario = attacks::by_script(script.mode.clone(), answer.asked.without.clone(), answer.asked.with.clone());
    let settings = lab::settings(PATIENCE, &lab::Time::default(), &lab::Words::default());
    let record = lab::with_lab(settings, async |console| {
        lab::done(lab::play_script(&console, &scenario, &script, None)?).await
    })?;
    let mut wire = Vec::new();
    for (session, events) in script.sessions.iter().zip(there(&script, &record.events)) {
        let moves = session.moves.iter();
        wire.extend(moves.map(|play| performed(script.table, play.message, &play.deed, events)));
    }
    Ok(Some(Executed::Done(Box::new(Done { record, wire }))))
}

/// The events of each session in which the attacker was there.
fn there<'e>(script: &Script, events: &'e [Event]) -> Vec<&'e [Event]> {
    let is_start = |event: &Event| matches!(event.fact, Fact::Began { .. });
    let starts: Vec<usize> = events.iter().enumerate().filter(|(_, event)| is_start(event)).map(|(at, _)| at).collect();
    let ends = starts.iter().skip(1).copied().chain([events.len()]);
    let mut all: Vec<&[Event]> = starts.iter().zip(ends).filter_map(|(start, end)| events.get(*start..end)).collect();
    if all.is_empty() {
        all.push(events);
    }
    // Those in which the two came to know each other are before them.
    all.split_off(all.len().saturating_sub(script.sessions.len()))
}

fn performed(mode: &Mode, message: usize, deed: &Deed, events: &[Event]) -> Performed {
    let table = &mode.messages[message];
    let before = Script::of(mode, table.from).filter(|place| *place < message);
    let alike = before.filter(|place| mode.messages[*place].kind == table.kind).count();
    let mut dealt = events.iter().filter_map(|event| match &event.fact {
        Fact::Relayed { from, action, kind, .. }
            if *action != Action::Hold && (*from, kind.as_str()) == (table.from, table.kind.as_str()) =>
        {
            Some((*action, event.n))
        }
        _ => None,
    });
    let fields = table.fields.iter().enumerate().map(|(i, field)| {
        let make = match deed {
            Deed::Send(makes) => makes[i].as_ref(),
            Deed::Forward | Deed::Drop => None,
        };
        (field.binds, make.unwrap_or(&Make::Seen(field.binds)).fate(field.binds))
    });
    Performed { from: table.from, message: table.kind.as_str(), action: dealt.nth(alike), fields: fields.collect() }
}

impl Done {
    fn parted(&self) -> Option<&Fact> {
        self.record.events.iter().map(|event| &event.fact).find(|fact| matches!(fact, Fact::Parted { .. }))
    }

    /// The wire took every move, what the attacker made for keys are the victims', and something broke.
    fn as_found(&self) -> bool {
        let fingerprints = &self.record.session.fingerprints;
        let own = |with: &Role, fingerprint: &String| {
            let of = if *with == Role::Client { &fingerprints.client } else { &fingerprints.server };
            of.as_ref() == Some(fingerprint)
        };
        let keys = self.record.events.iter().all(|event| match &event.fact {
            Fact::Holds { with, fingerprint } => own(with, fingerprint),
            _ => true,
        });
        let broken = self.record.session.verdict.as_ref().is_some_and(|verdict| verdict.class == Class::Broken);
        self.parted().is_none() && self.wire.iter().all(|it| it.action.is_some()) && keys && broken
    }
}

impl Executed {
    /// It was performed, and not as it was found.
    pub(super) fn failed(&self) -> bool {
        matches!(self, Self::Done(done) if !done.as_found())
    }

    /// As `--json` prints it.
    pub(super) fn object(&self) -> Json {
        match self {
            Self::Refused(why) => json!({ "as_found": null, "verdict": null, "refused": why.to_string() }),
            Self::Done(done) => json!({
                "as_found": done.as_found(),
                "verdict": done.record.session.verdict,
                "scenario": done.record.session.scenario,
                "session": done.record.session.session,
                "parted": done.parted(),
                "wire": done.wire.iter().map(wire).collect::<Vec<_>>(),
                "fingerprints": done.record.session.fingerprints,
            }),
        }
    }

    /// For a person: each move as the trace has it, and what it became.
    pub(super) fn tell(&self, out: &mut impl Write) -> io::Result<()> {
        let done = match self {
            Self::Refused(why) => {
                return line(out, format!("{}: {why}", style::altered(said("not-performed", &json!({})))));
            }
            Self::Done(done) => done,
        };
        let heads = ["side-trace", "side-wire"].map(|name| said(name, &json!({})));
        line(out, style::head(format!("{:<40}{}", heads[0], heads[1])))?;
        for it in &done.wire {
            let trace = said("side-move", &json!({ "from": it.from, "message": it.message }));
            let wire = it
                .action
                .map_or("–".to_owned(), |(action, n)| said("side-did", &json!({ "action": action, "n": n })));
            line(out, format!("{trace:<40}{wire}"))?;
            for (field, fate) in &it.fields {
                let fate = if *fate == Fate::Forwarded { style::faint(fate) } else { style::altered(fate) };
                line(out, format!("    {field:<36}{fate}"))?;
            }
        }
        for event in &done.record.events {
            if let Fact::Parted { .. } = event.fact {
                line(out, style::bad(::lab::words::event(event).unwrap_or_default()))?;
            }
        }
        if let Some(verdict) = &done.record.session.verdict {
            line(out, format!("{} {}", style::head(verdict.kind.as_str()), verdict.because))?;
        }
        let name = if done.as_found() { "as-found" } else { "not-as-found" };
        let told = said(name, &json!({ "session": done.record.session.session }));
        line(out, if done.as_found() { style::good(told) } else { style::bad(told) })?;
        line(out, "")
    }
}

fn wire(it: &Performed) -> Json {
    let fields = it.fields.iter().map(|(field, fate)| json!({ "field": field, "made": fate.as_str() }));
    json!({
        "from": it.from,
        "message": it.message,
        "action": it.action.map(|(action, _)| action),
        "event": it.action.map(|(_, n)| n),
        "fields": fields.collect::<Vec<_>>(),
    })
}
