//! From what was watched of a program of the user's own, and what it says of itself, to the facts that a victim tells.
//!
//! What it sent and received was seen by others. So it cannot deny to have finished where it has sent records, nor what was
//! in them: what it had to say is known beforehand.

use super::{report::Report, running::Said};
use lab::{
    cause::Cause,
    check::Status,
    checks,
    control::PlayOrder,
    event::{Fact, Limit, Way},
    evidence::hex,
    mode::Names,
    modes,
    role::Role,
    victim::messages,
    wire::{Frame, Kind},
};
use sha2::{Digest, Sha256};

/// What was watched of its connection.
#[derive(Debug, Default)]
pub(super) struct Watched {
    /// Records that it sent.
    pub(super) records: usize,
    /// The number of the last flight.
    pub(super) flight: u32,
    /// The group that the server chose.
    pub(super) group: Option<String>,
    /// The time that was over: for its connection, or for the session.
    pub(super) limit: Option<Limit>,
    /// Why it could not be played.
    pub(super) fault: Option<Cause>,
}

impl Watched {
    /// Takes note of a frame.
    pub(super) fn note(&mut self, way: Way, flight: u32, frame: &Frame) {
        self.flight = flight;
        match frame.kind {
            Kind::Record if way == Way::Sent => self.records += 1,
            Kind::ServerHello => self.group = chosen(&frame.body).or(self.group.take()),
            _ => {}
        }
    }
}

fn chosen(body: &[u8]) -> Option<String> {
    let body: serde_json::Value = serde_json::from_slice(body).ok()?;
    Some(body.get("choice")?.get("group")?.as_str()?.to_owned())
}

/// The facts, from the finished handshake to the end.
pub(super) fn facts(role: Role, order: &PlayOrder, watched: &Watched, said: Option<Said>) -> Vec<Fact> {
    let Said { report, error } = said.unwrap_or_default();
    let told = report.clone().unwrap_or_default();
    let claims = report.is_some() && told.refused.is_none() && told.fingerprint.is_some();
    let (mut facts, mut sent, mut received) = (Vec::new(), 0, 0);
    if watched.records > 0 || claims {
        facts.push(established(role, order, watched, &told));
        let texts = messages(role, order).into_iter().flatten().take(watched.records);
        for (index, text) in (0..).zip(texts) {
            if index == 0 {
                facts.push(Fact::Canary { digest: digest(&text) });
            }
            facts.push(data(Way::Sent, index, &text));
            sent += 1;
        }
        for (index, text) in (0..).zip(&told.received) {
            facts.push(data(Way::Received, index, text));
            received += 1;
        }
    }
    facts.extend(watched.limit.map(|limit| Fact::Limited { limit, most: order.patience }));
    match (report, &watched.fault) {
        (_, Some(fault)) => facts.push(Fact::Aborted { flight: watched.flight, check: None, reason: fault.clone() }),
        (None, None) => {
            let reason = Cause::Untold { says: error };
            facts.push(Fact::Aborted { flight: watched.flight, check: None, reason });
        }
        (Some(Report { refused: Some(check), why, .. }), None) => facts.extend(refused(watched.flight, &check, why)),
        (Some(Report { fingerprint: None, .. }), None) if watched.records == 0 => {
            facts.extend(refused(watched.flight, "", error));
        }
        (Some(_), None) => facts.push(Fact::Closed { sent, received }),
    }
    facts.push(Fact::Ended);
    facts
}

fn established(role: Role, order: &PlayOrder, watched: &Watched, told: &Report) -> Fact {
    let mode = modes::of(&order.mode);
    let names = mode.map_or(Names::Nobody, |mode| mode.names);
    let own = order.credentials.as_ref().and_then(|it| it.own_name.clone());
    Fact::Established {
        fingerprint: told.fingerprint.clone().unwrap_or_default(),
        own: own.filter(|_| names == Names::Both || names == Names::Server && role == Role::Server),
        peer: told.peer.clone(),
        group: watched.group.clone().unwrap_or_default(),
        offered: mode.map_or_else(Vec::new, |mode| mode.groups.iter().map(|group| (*group).to_owned()).collect()),
    }
}

/// What it says of itself is told in its own words; that a check failed, only of one that there is.
fn refused(flight: u32, check: &str, why: Option<String>) -> Vec<Fact> {
    let reason = Cause::Said { why: why.clone() };
    let Some(check) = checks::find(check) else { return vec![Fact::Aborted { flight, check: None, reason }] };
    let (expected, observed) = (check.compares.into(), why.unwrap_or_default().as_str().into());
    let failed = Fact::Check { check: check.id.to_owned(), status: Status::Failed, flight, expected, observed };
    vec![failed, Fact::Aborted { flight, check: Some(check.id.to_owned()), reason }]
}

fn data(way: Way, index: u32, text: &str) -> Fact {
    Fact::Data { way, index, digest: digest(text), length: text.len(), text: None }
}

fn digest(text: &str) -> String {
    hex(&Sha256::digest(text))
}
