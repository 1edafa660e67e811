//! Reports as lines for a person at a terminal.

use lab::{
    control::Report,
    event::{Event, Fact},
    evidence::abbreviate,
    role::{Actor, Role},
    terminal::printable,
    words,
};
use serde_json::{Value, json};
use std::collections::HashMap;

/// Tells reports, and at the end of a session what they come to.
#[derive(Debug, Default)]
pub struct Narrator {
    /// Where this program listens.
    address: Option<String>,
    /// What the attacker has of each session under way.
    spoils: HashMap<String, Spoils>,
}

/// What an attacker came by in one session, as its own events show it.
#[derive(Debug, Default)]
struct Spoils {
    /// Fingerprints of the keys of client and server.
    keys: [Option<String>; 2],
    /// Messages read.
    read: u32,
}

impl Narrator {
    /// The lines that a report is told in, each with its end; none where there is nothing that a person would want to see.
    pub fn tell(&mut self, report: &Report) -> String {
        let lines = match report {
            Report::Listening { address } => {
                self.address = Some(address.clone());
                vec![said("listening", &json!({ "address": address }))]
            }
            Report::Waiting { address } => vec![said("waiting", &json!({ "address": address }))],
            Report::Ready { .. } | Report::Clock { .. } => Vec::new(),
            Report::Refused { session, reason } => {
                vec![said("refused", &json!({ "session": session, "reason": reason }))]
            }
            Report::Stray { reason, .. } => vec![said("stray", &json!({ "reason": reason }))],
            Report::MoreStrays { count, within } => {
                vec![said("more-strays", &json!({ "count": count, "within": within }))]
            }
            Report::Event(event) => self.event(event),
        };
        lines.iter().fold(String::new(), |text, line| text + &printable(&abbreviate(line)) + "\n")
    }

    fn event(&mut self, event: &Event) -> Vec<String> {
        let mut lines: Vec<String> = words::told("line", event, &str::to_owned).into_iter().collect();
        match (event.source, &event.fact) {
            (Actor::Attacker, Fact::Started { .. }) => {
                self.spoils.insert(event.session.clone(), Spoils::default());
            }
            (Actor::Attacker, Fact::Ended) => lines.extend(self.spoils.remove(&event.session).map(|it| it.amount())),
            (Actor::Attacker, fact) => {
                if let Some(spoils) = self.spoils.get_mut(&event.session) {
                    spoils.add(fact);
                }
            }
            _ => {}
        }
        // Whoever looks at the terminal waits for the shell.
        if let (Fact::Ended, Some(address)) = (&event.fact, &self.address) {
            lines.push(said("again", &json!({ "address": address })));
        }
        lines
    }
}

impl Spoils {
    fn add(&mut self, fact: &Fact) {
        match fact {
            Fact::Holds { with, fingerprint } => {
                self.keys[usize::from(*with == Role::Server)] = Some(fingerprint.clone());
            }
            Fact::Recovered { .. } => self.read += 1,
            _ => {}
        }
    }

    /// What it amounts to, as far as one who sees only this side can tell.
    fn amount(&self) -> String {
        let two = matches!(&self.keys, [Some(client), Some(server)] if client != server);
        let any = self.keys.iter().any(Option::is_some);
        let name = match (two, any, self.read) {
            (true, _, 1..) => "two-keys",
            (false, true, 1..) => "one-key",
            (_, true, 0) => "unused",
            (_, false, _) => "nothing",
        };
        words::say("spoils", name, &json!({ "read": self.read }))
    }
}

fn said(name: &str, members: &Value) -> String {
    words::say("report", name, members)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_over_the_wire_steers_no_terminal() {
        let reason = "x\u{1b}[2J\u{202e}dellac\u{2066}\r\n: no such field".to_owned();
        let told = Narrator::default().tell(&Report::Stray { from: None, reason, limit: None });
        assert_eq!(
            told,
            "a connection that belongs to no session: x\\u{1b}[2J\\u{202e}dellac\\u{2066}\\r\\n: no such field\n"
        );
    }

    /// The last lines of a session.
    fn ended(source: Actor, facts: Vec<Fact>) -> String {
        let mut narrator = Narrator::default();
        narrator.tell(&Report::Listening { address: "127.0.0.1:7001".to_owned() });
        let started = Fact::Started { plays: "x".to_owned(), without: Vec::new(), with: Vec::new() };
        let facts = std::iter::once(started).chain(facts).chain([Fact::Ended]);
        let told = (0..).zip(facts).map(|(n, fact)| {
            narrator.tell(&Report::Event(Event { v: 1, session: "s".to_owned(), n, source, at: 0, fact }))
        });
        told.last().unwrap_or_default()
    }

    fn holds(with: Role, fingerprint: &str) -> Fact {
        Fact::Holds { with, fingerprint: fingerprint.to_owned() }
    }

    fn read(sender: Role) -> Fact {
        Fact::Recovered { sender, text: "x".to_owned(), live: true }
    }

    #[test]
    fn the_attacker_says_what_it_came_to_and_claims_no_more() {
        let (client, server) = (Role::Client, Role::Server);
        for (facts, told) in [
            (vec![holds(client, "a"), holds(server, "b"), read(client)], "two keys, both mine"),
            (vec![holds(client, "a"), holds(server, "a"), read(server)], "one key, and mine too"),
            (vec![holds(client, "a"), read(client), read(server)], "2 messages read"),
            // The victims may have stopped before they used them.
            (vec![holds(client, "a"), holds(server, "b")], "nothing was sent under"),
            (vec![], "no key, and nothing read"),
        ] {
            let lines = ended(Actor::Attacker, facts);
            assert!(lines.contains(told), "{told} is not in {lines}");
        }
    }

    #[test]
    fn whoever_goes_on_listening_says_so() {
        for source in [Actor::Attacker, Actor::Server] {
            assert!(ended(source, vec![]).ends_with("still listening on 127.0.0.1:7001; Ctrl-C ends it\n"));
        }
        let mut client = Narrator::default();
        let ended = Event { v: 1, session: "s".to_owned(), n: 0, source: Actor::Client, at: 0, fact: Fact::Ended };
        assert_eq!(client.tell(&Report::Event(ended)), "");
    }
}
