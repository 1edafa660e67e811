//! Reports as lines for a person at a terminal.

use lab::{
    control::Report,
    event::{Action, Event, Fact, Status, Way},
    evidence::abbreviate,
    role::Actor,
};

/// One line, or nothing where there is nothing that a person would want to see.
pub fn line(report: &Report) -> Option<String> {
    match report {
        Report::Listening { address } => Some(format!("listening on {address}")),
        Report::Ready { .. } => None,
        Report::Refused { session, reason } => Some(format!("session {session} refused: {}", clean(reason))),
        Report::Stray { reason, .. } => Some(format!("a connection that belongs to no session: {}", clean(reason))),
        Report::Event(event) => fact(event),
    }
}

fn fact(event: &Event) -> Option<String> {
    let text = match &event.fact {
        Fact::Started { plays, without, with } => {
            let switches = without.iter().map(|id| format!(" ~{id}")).chain(with.iter().map(|id| format!(" +{id}")));
            format!("session {}: {} plays {plays}{}", event.session, event.source, switches.collect::<String>())
        }
        Fact::Frame { way: Way::Sent, flight, kind, bytes } => {
            format!("  → {flight} {kind} ({} octets)", octets(bytes))
        }
        Fact::Frame { way: Way::Received, flight, kind, bytes } => {
            format!("  ← {flight} {kind} ({} octets)", octets(bytes))
        }
        Fact::Relayed { from, action, flight, kind, changed, .. } => {
            let what = match action {
                Action::Forward => "forwards",
                Action::Alter => "alters",
                Action::Drop => "drops",
                Action::Inject => "injects",
                Action::Hold => "holds",
            };
            let fields: Vec<&str> = changed.iter().map(|change| change.field.as_str()).collect();
            let fields = if fields.is_empty() { String::new() } else { format!(": {}", fields.join(", ")) };
            format!("  {what} {flight} {kind} of the {from}{fields}")
        }
        Fact::Check { check, status, expected, observed, .. } => match status {
            Status::Passed => format!("  ✓ {check}"),
            Status::Failed => format!("  ✗ {check}: wanted {expected}, found {observed}"),
            Status::Skipped => format!("  ~ {check} is switched off: found {observed}"),
            Status::NotApplicable => return None,
        },
        Fact::Established { fingerprint, peer, .. } => {
            let peer = peer.as_ref().map(|peer| format!(" with {peer}")).unwrap_or_default();
            format!("  established{peer}, key {}", fingerprint.get(..4).unwrap_or(fingerprint))
        }
        Fact::Aborted { reason, .. } => format!("  gave up: {reason}"),
        Fact::Closed { sent, received } => format!("  closed: {sent} messages sent, {received} received"),
        Fact::Holds { with, fingerprint } => {
            format!("  holds key {} of the {with}", fingerprint.get(..4).unwrap_or(fingerprint))
        }
        Fact::Recovered { sender, text, .. } => format!("  read from the {sender}: {text:?}"),
        Fact::Step { number, text } => format!("  step {number}: {text}"),
        Fact::Chose { bits, method, .. } => format!("  to solve, modulo {bits} bits: {method}"),
        Fact::Work { phase, done, total, .. } => format!("  {phase}: {done} of {total}"),
        Fact::Solved { bits, method, cost, found: true, .. } => {
            format!("  logarithm modulo {bits} bits: {method}, {cost}")
        }
        Fact::Solved { bits, cost, found: false, .. } => format!("  no logarithm modulo {bits} bits: {cost}"),
        Fact::Lost { what, reason } => format!("  lost the {what}: {reason}"),
        // Victims have said how it ended for them.
        Fact::Ended if event.source == Actor::Attacker => "  over: nobody is left to relay between".to_owned(),
        Fact::Trusts { .. } | Fact::Canary { .. } | Fact::Data { .. } | Fact::Ended => return None,
    };
    Some(clean(&abbreviate(&text)))
}

/// Octets behind base64url text without padding.
fn octets(text: &str) -> usize {
    text.len() * 3 / 4
}

/// What came over the wire must not steer the terminal, nor turn the order in which it shows a line.
fn clean(text: &str) -> String {
    let steers = |c: char| {
        c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|c| if steers(c) { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_over_the_wire_steers_no_terminal() {
        let reason = "x\u{1b}[2J\u{202e}dellac\u{2066}\r\n: no such field".to_owned();
        let told = line(&Report::Stray { from: None, reason }).unwrap();
        assert_eq!(
            told,
            "a connection that belongs to no session: x\u{fffd}[2J\u{fffd}dellac\u{fffd}\u{fffd}\u{fffd}: no such field"
        );
    }
}
