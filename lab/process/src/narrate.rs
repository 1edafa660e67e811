//! Reports as lines for a person at a terminal.

use lab::{control::Report, evidence::abbreviate, words};

/// One line, or nothing where there is nothing that a person would want to see.
pub fn line(report: &Report) -> Option<String> {
    match report {
        Report::Listening { address } => Some(format!("listening on {address}")),
        Report::Ready { .. } => None,
        Report::Refused { session, reason } => Some(format!("session {session} refused: {}", clean(reason))),
        Report::Stray { reason, .. } => Some(format!("a connection that belongs to no session: {}", clean(reason))),
        Report::Event(event) => words::told("line", event, &str::to_owned).map(|text| clean(&abbreviate(&text))),
    }
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
