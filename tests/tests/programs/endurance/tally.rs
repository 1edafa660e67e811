//! What came out, beside what had to.

use lab::{
    cause::Cause,
    checks::AUTHENTICATED_CLOSE,
    verdict::{Class, Expected, Grounds, Verdict},
};
use std::collections::BTreeMap;

/// What may befall a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Befallen {
    /// Its processes are killed or stopped: nobody who is heard of again says anything false.
    Processes,
    /// The same, and a victim lost patience meanwhile, as its own events say: an attacker may be left with one of the two.
    Patience,
    /// Its connections are cut: whoever cuts them is one more attacker, who truncates.
    Connections,
}

/// Counts of what came out, and what must not have.
#[derive(Debug, Default)]
pub struct Tally {
    counts: BTreeMap<String, usize>,
    /// What must not have come out.
    pub faults: Vec<String>,
}

impl Tally {
    /// Counts a verdict on a scenario.
    pub fn count(&mut self, scenario: &str, expected: &Expected, got: &Verdict, befallen: Befallen) {
        let way = way(expected, got, befallen).unwrap_or_else(|| {
            self.faults.push(format!("{scenario}: expected {expected:?}, got {}: {}", got.kind.as_str(), got.because));
            "FALSE".to_owned()
        });
        *self.counts.entry(way).or_default() += 1;
    }

    /// How many in all.
    pub fn all(&self) -> usize {
        self.counts.values().sum()
    }

    /// As lines.
    pub fn told(&self) -> String {
        self.counts.iter().map(|(way, count)| format!("  {count:>7} {way}\n")).collect()
    }
}

/// In which way a verdict is right; nothing where it is not.
fn way(expected: &Expected, got: &Verdict, befallen: Befallen) -> Option<String> {
    if expected.is_met_by(got) {
        return Some("as expected".to_owned());
    }
    let grounds = got.grounds.as_ref()?;
    let name = serde_json::to_value(grounds).ok()?["is"].as_str()?.to_owned();
    let cut = befallen == Befallen::Connections;
    match grounds {
        // These say that somebody lied, and nobody does.
        Grounds::Contradiction { .. }
        | Grounds::TwoKeys
        | Grounds::StaleCanary { .. }
        | Grounds::Unexplained { .. }
        | Grounds::NoOutcome { .. } => None,
        // Whose proof went down with a connection has none.
        Grounds::Unproven { .. } if !cut => None,
        Grounds::Disrupted { reason: Cause::Ended | Cause::FrameCut { .. } | Cause::NoWay { .. }, .. } => {
            Some("disrupted: a connection ended".to_owned())
        }
        _ if !got.is_settled() => Some(format!("{}: {name}", got.kind.as_str())),
        Grounds::Stopped { check, .. } if cut && *check == AUTHENTICATED_CLOSE.id => {
            Some("stopped: a cut stream is noticed".to_owned())
        }
        _ if befallen != Befallen::Processes
            && (expected.kind.class(), got.class) == (Class::Broken, Class::Broken) =>
        {
            Some("broken, but with one of the two victims".to_owned())
        }
        _ => None,
    }
}

#[test]
fn a_tally_excuses_what_says_that_nobody_can_tell_and_nothing_else() {
    use lab::{
        loss::Loss,
        role::{Actor, Role},
        verdict::Kind,
    };
    let expected = |kind| Expected { kind, check: None, party: None };
    let verdict = |grounds: Grounds| Verdict {
        kind: grounds.kind(),
        class: grounds.kind().class(),
        check: match &grounds {
            Grounds::Stopped { check, .. } => Some(check.clone()),
            _ => None,
        },
        party: None,
        flight: None,
        session: None,
        because: String::new(),
        grounds: Some(grounds),
    };
    let private = || verdict(Grounds::Private { key: "00".into() });
    let disrupted = |reason| verdict(Grounds::Disrupted { party: Role::Client, flight: 1, reason });
    let read = || verdict(Grounds::Read { key: "00".into(), read: vec![Role::Client], live: true });
    let all = [Befallen::Processes, Befallen::Patience, Befallen::Connections];
    for befallen in all {
        let right = |kind, got: Verdict| way(&expected(kind), &got, befallen).is_some();
        assert!(right(Kind::Private, private()) && !right(Kind::Split, private()) && !right(Kind::Stopped, private()));
        assert!(!right(Kind::Private, read()) && !right(Kind::Stopped, read()));
        assert!(right(Kind::Split, verdict(Grounds::Lost { what: Actor::Client, reason: Loss::Silent })));
        assert!(
            right(Kind::Split, disrupted(Cause::Silence { most: 1 })) && right(Kind::Split, disrupted(Cause::Ended))
        );
        assert!(!right(Kind::Split, disrupted(Cause::NoKeys)) && !right(Kind::Private, verdict(Grounds::TwoKeys)));
    }
    let otherwise = all.map(|befallen| way(&expected(Kind::Split), &read(), befallen).is_some());
    assert_eq!(otherwise, [false, true, true]);
}
