//! Whether canaries are fresh, over several sessions: a canary that comes again proves nothing of whoever has read it.

use super::{Grounds, Judgement, Verdict};
use crate::{
    event::{Event, Fact},
    role::{Actor, Role},
};
use std::collections::HashMap;

/// For each of these sessions, by scenario and events, the verdict that it deserves where a canary of it was told before: in
/// another one, or in an earlier session of the same campaign. Nothing where all are fresh.
pub fn stale<'e>(sessions: impl IntoIterator<Item = (&'e str, &'e [Event])>) -> Vec<Option<Verdict>> {
    let mut known: HashMap<&str, &str> = HashMap::new();
    let mut judge = |(scenario, events): (&'e str, &'e [Event])| {
        let mut found = None;
        for event in events {
            let Fact::Canary { digest } = &event.fact else { continue };
            let party = if event.source == Actor::Server { Role::Server } else { Role::Client };
            if let Some(of) = known.insert(digest, scenario) {
                let grounds = Grounds::StaleCanary { party, of: of.to_owned() };
                found.get_or_insert_with(|| Judgement::of(grounds, vec![event.n], None).verdict);
            }
        }
        found
    };
    sessions.into_iter().map(&mut judge).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{event::VERSION, verdict::Kind};

    fn told(source: Actor, digests: &[&str]) -> Vec<Event> {
        let event = |(n, digest): (u64, &&str)| {
            let fact = Fact::Canary { digest: (*digest).to_owned() };
            Event { v: VERSION, session: "s".to_owned(), n, source, at: n, fact }
        };
        (0..).zip(digests).map(event).collect()
    }

    #[test]
    fn a_canary_that_comes_again_is_told_where_it_does() {
        let sessions = [
            ("dh/relay", told(Actor::Client, &["a", "b"])),
            ("ecdh/relay", told(Actor::Server, &["c"])),
            ("psk/relay", told(Actor::Server, &["d", "b"])),
            ("tofu/relay", told(Actor::Client, &["e", "e"])),
        ];
        let verdicts = stale(sessions.iter().map(|(scenario, events)| (*scenario, events.as_slice())));
        let grounds: Vec<_> =
            verdicts.iter().map(|verdict| verdict.as_ref().and_then(|it| it.grounds.clone())).collect();
        let stale = |party, of: &str| Some(Grounds::StaleCanary { party, of: of.to_owned() });
        assert_eq!(grounds, [None, None, stale(Role::Server, "dh/relay"), stale(Role::Client, "tofu/relay")]);
        assert!(verdicts.iter().flatten().all(|verdict| verdict.kind == Kind::Inconclusive));
    }
}
