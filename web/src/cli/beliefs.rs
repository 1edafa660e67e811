//! Three truths in the terminal: what the client believes, what the server believes, and what was so.

use super::{
    story::{SEEN, VALUE, tale},
    style::{bad, faint, good, head},
};
use crate::sessions::frame::shortened;
use lab::{
    event::{Event, Fact},
    evidence::{Truth, Truths, With},
    role::Role,
    terminal::printable,
    words,
};
use serde_json::{Value, json};
use std::io::{self, Write};

/// What each victim believes, and what was so.
pub(super) fn tell(out: &mut impl Write, events: &[&Event], truths: &Truths) -> io::Result<()> {
    writeln!(out, "\n{}", head(tale("truths", &json!({}))))?;
    for (role, truth) in [(Role::Client, &truths.client), (Role::Server, &truths.server)] {
        let gave_up = events.iter().find_map(|event| match &event.fact {
            Fact::Aborted { flight, check, reason } if event.source == role.into() => {
                let reason = check.clone().unwrap_or_else(|| words::told_as("cause", reason));
                Some(belief("gave-up", &json!({ "flight": flight, "reason": printable(&shortened(&reason, SEEN)) })))
            }
            _ => None,
        });
        let unfinished = (truth.is_none() && gave_up.is_none()).then(|| belief("unfinished", &json!({})));
        let lines: Vec<String> =
            truth.iter().flat_map(|truth| beliefs(role, truth)).chain(gave_up).chain(unfinished).collect();
        for (i, line) in lines.iter().enumerate() {
            writeln!(out, "  {:<8}  {line}", if i == 0 { role.as_str() } else { "" })?;
        }
    }
    Ok(())
}

/// What a victim believes that finished, line by line, and what was so.
fn beliefs(role: Role, truth: &Truth) -> [String; 3] {
    let Truth { believes, so } = truth;
    let peer = believes.peer.as_ref().map(|name| printable(&shortened(name, VALUE)));
    let peer = peer.unwrap_or_else(|| belief("somebody", &json!({})));
    let proven = if believes.authenticated { "authenticated" } else { "unauthenticated" };
    let lasting = if believes.forward_secret { "forward-secret" } else { "not-forward-secret" };
    let mut members = json!({ "party": role, "peer": role.peer(), "with": so.with, "read": so.read });
    let called = so
        .name
        .as_ref()
        .filter(|name| so.with == With::Peer && believes.peer.as_ref().is_some_and(|peer| peer != *name));
    if let Some(name) = called {
        members["name"] = json!(printable(&shortened(name, VALUE)));
    }
    let named = |family: &str, member: &str| members[member].as_str().map(|name| words::say(family, name, &members));
    let truth = [named("so", "with"), named("so-read", "read")].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let right = so.with == With::Peer && so.read.is_none() && called.is_none();
    [
        belief("shares", &json!({ "key": believes.key, "peer": peer })),
        faint(format!("{} {}", belief(proven, &json!({})), belief(lasting, &json!({})))),
        if right { good(truth) } else { bad(truth) },
    ]
}

fn belief(name: &str, members: &Value) -> String {
    words::say("belief", name, members)
}

#[cfg(test)]
mod tests {
    use crate::cli::story::{played, text_of};

    /// The part of a story that stands under a heading, its lines without what is before and behind them.
    fn part(text: &str, heading: &str) -> Vec<String> {
        let part = text.split("\n\n").find_map(|part| part.strip_prefix(heading)).unwrap_or_default();
        part.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
    }

    /// What the story of a scenario says of what each believes and what was so.
    fn truths_of(scenario: &str) -> Vec<String> {
        let record = played(scenario);
        let keys = [&record.session.truths.client, &record.session.truths.server]
            .map(|truth| truth.as_ref().map(|it| it.believes.key.clone()));
        let lines = part(&text_of(&record), "What each believes, and what was so");
        let named = |line: String| {
            keys.iter().zip(["KEY-1", "KEY-2"]).fold(line, |line, (key, name)| match key {
                Some(key) => line.replace(key, name),
                None => line,
            })
        };
        lines.into_iter().map(named).collect()
    }

    const FRESH: &str = "Both sides' secrets are fresh: a key that is stolen later opens nothing of this.";

    #[test]
    fn what_each_believes_stands_beside_what_was_so() {
        let nobody = "believes that it shares KEY-1 with somebody: the mode proves no name.";
        let unproven = format!("Its mode proves it no name. {FRESH}");
        let proven = format!("Its mode proved that name. {FRESH}");
        let beside = |one: &str, other: &str| format!("{one:<8}  {other}");
        let gone = "What was so: the attacker has this key, and the server has not. What the client wrote was read as it was said.";
        assert_eq!(
            truths_of("ecdh/substitute"),
            [
                &*beside("client", nobody),
                &unproven,
                gone,
                &beside("server", &nobody.replace('1', "2")),
                &unproven,
                "What was so: the attacker has this key, and the client has not. What the server wrote was read as it was said.",
            ],
            "split"
        );
        let both = |of: &str, peer: &str| {
            format!(
                "What was so: the {peer} has this key, and the attacker has it too. What the {of} wrote was read as it was said."
            )
        };
        assert_eq!(
            truths_of("dh-weak:short/crack"),
            [
                beside("client", nobody),
                unproven.clone(),
                both("client", "server"),
                beside("server", nobody),
                unproven.clone(),
                both("server", "client"),
            ],
            "read"
        );
        assert_eq!(
            truths_of("ecdh-cert/rogue-ca")[..3],
            [beside("client", "believes that it shares KEY-1 with bob.lab."), proven.clone(), gone.to_owned()],
            "a name that is proven, and false"
        );
        assert_eq!(
            truths_of("ecdh/substitute-one"),
            [
                &*beside("client", nobody),
                &unproven,
                gone,
                // Nothing in this mode tells the server that the share which it has is nobody's session.
                &beside("server", &nobody.replace('1', "2")),
                &unproven,
                "What was so: nobody else has this key.",
                "gave up in flight 3: authenticated-close",
            ],
            "impersonated"
        );
        assert_eq!(
            truths_of("ecdh-cert/relay"),
            [
                &*beside("client", "believes that it shares KEY-1 with bob.lab."),
                &proven,
                "So it was: the server alone has this key.",
                &beside("server", nobody),
                &unproven,
                "So it was: the client alone has this key.",
            ],
            "untouched"
        );
        assert_eq!(
            truths_of("ecdh-cert/substitute"),
            [
                beside("client", "gave up in flight 2: transcript-signature"),
                beside("server", "gave up in flight 3: the connection ended before the next message"),
            ],
            "stopped"
        );
        assert_eq!(
            truths_of("ecdh-mutual/misbind~identity-binding")[3..],
            [
                beside("server", "believes that it shares KEY-1 with mallory.lab."),
                proven,
                "What was so: the client alone has this key, and its name is alice.lab.".to_owned(),
            ],
            "misbound"
        );
    }
}
