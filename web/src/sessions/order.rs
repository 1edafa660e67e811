//! Events in the order in which they happened.
//!
//! Three processes tell their events at the same time, each in its own order, and which of them is heard first differs from
//! run to run. But a frame is passed on after it was sent and taken after it was passed on, and the attacker sees every
//! frame: its order is the session's, and the victims' events stand beside the frames that they have to do with.

use lab::{
    cause::Cause,
    event::{Event, Fact, Way, sessions},
    evidence::hex,
    role::{Actor, Role},
};
use sha2::{Digest, Sha256};
use std::collections::VecDeque;

/// Each teller counts its microseconds from its own beginning, and these lie a little apart: only of what lies farther apart
/// than this does the time tell which came first.
const ASIDE: u64 = 100_000;

/// The events as they happened, those of a campaign session after session.
pub fn as_it_happened(events: &[Event]) -> Vec<&Event> {
    sessions(events).flat_map(|events| Merge::new(events).all()).collect()
}

/// What has been put in order, and what each teller still has to tell.
struct Merge<'a> {
    done: Vec<&'a Event>,
    attacker: VecDeque<&'a Event>,
    victims: [VecDeque<&'a Event>; 2],
    console: VecDeque<&'a Event>,
}

impl<'a> Merge<'a> {
    fn new(events: &'a [Event]) -> Self {
        let of = |actor| events.iter().filter(|event| event.source == actor).collect();
        let victims = [of(Actor::Client), of(Actor::Server)];
        Self { done: Vec::new(), attacker: of(Actor::Attacker), victims, console: of(Actor::Console) }
    }

    fn all(mut self) -> Vec<&'a Event> {
        if self.console.front().is_some_and(|event| matches!(event.fact, Fact::Began { .. })) {
            self.done.extend(self.console.pop_front());
        }
        for role in [Role::Client, Role::Server] {
            self.follow(role);
        }
        while let Some(&event) = self.attacker.front() {
            self.before(event);
            self.done.extend(self.attacker.pop_front());
            let Fact::Relayed { from, after, .. } = &event.fact else { continue };
            self.follow(*from);
            if let Some(frame) = after {
                self.until(from.peer(), |fact| is_frame(fact, Way::Received, frame));
                self.follow(from.peer());
            }
        }
        self.rest();
        self.done.extend(self.console);
        self.done
    }

    fn of(&mut self, role: Role) -> &mut VecDeque<&'a Event> {
        &mut self.victims[usize::from(role == Role::Server)]
    }

    /// What came before an event of the attacker's: the frame that it is about was sent, and whoever gave up waiting long
    /// before it had given up.
    fn before(&mut self, event: &Event) {
        for role in [Role::Client, Role::Server] {
            let long_ago = |waiting: &mut &Event| waits(&waiting.fact) && waiting.at + ASIDE < event.at;
            if self.of(role).front_mut().is_some_and(long_ago) {
                let first = self.of(role).pop_front();
                self.done.extend(first);
                self.follow(role);
            }
        }
        // A step of the recipe, or a decision, is told before what it does, and what it does about a frame comes after that frame.
        let about = self.attacker.iter().copied().find(|next| !announces(&next.fact));
        match about.map(|next| &next.fact) {
            Some(Fact::Relayed { from, before: Some(frame), .. } | Fact::Held { from, bytes: frame, .. }) => {
                self.until(*from, |fact| is_frame(fact, Way::Sent, frame))
            }
            Some(Fact::Recovered { sender, text, live: true }) => {
                let digest = hex(&Sha256::digest(text));
                let mut written = false;
                self.until(*sender, |fact| {
                    written |= matches!(fact, Fact::Data { way: Way::Sent, digest: its, .. } if *its == digest);
                    written && matches!(fact, Fact::Frame { way: Way::Sent, .. })
                });
            }
            _ => {}
        }
    }

    /// What a victim tells up to an event of this kind; nothing where it tells of none.
    fn until(&mut self, role: Role, mut wanted: impl FnMut(&Fact) -> bool) {
        let told = self.of(role).iter().position(|event| wanted(&event.fact)).map_or(0, |at| at + 1);
        let told: Vec<_> = self.of(role).drain(..told).collect();
        self.done.extend(told);
    }

    /// What a victim does about what it has: all up to the next frame, with what is written in that, or up to where it waits
    /// in vain.
    fn follow(&mut self, role: Role) {
        let another = |fact: &Fact| match fact {
            Fact::Frame { .. } | Fact::Canary { .. } | Fact::Data { way: Way::Sent, .. } => true,
            fact => waits(fact),
        };
        let told = self.of(role);
        let until = told.iter().position(|event| another(&event.fact)).unwrap_or(told.len());
        let own: Vec<_> = told.drain(..until).collect();
        self.done.extend(own);
    }

    /// What came after all that the attacker tells, or without one: whoever was waited for comes first.
    fn rest(&mut self) {
        while let Some(left) = [Role::Client, Role::Server].into_iter().find(|role| !self.of(*role).is_empty()) {
            let can = [Role::Client, Role::Server].into_iter().find(|role| self.can_go_on(*role));
            let first = self.of(can.unwrap_or(left)).pop_front();
            self.done.extend(first);
        }
    }

    /// What a victim tells next needs nothing that nobody has told yet.
    fn can_go_on(&mut self, role: Role) -> bool {
        match self.of(role).front().map(|event| &event.fact) {
            None => false,
            Some(Fact::Frame { way: Way::Received, bytes, .. }) => self.done.iter().any(|event| match &event.fact {
                Fact::Relayed { after: Some(frame), .. } => frame == bytes,
                fact => event.source == role.peer().into() && is_frame(fact, Way::Sent, bytes),
            }),
            Some(fact) => !waits(fact),
        }
    }
}

/// What is told before what it is about.
const fn announces(fact: &Fact) -> bool {
    matches!(fact, Fact::Step { .. } | Fact::Decided { .. } | Fact::Holds { .. })
}

fn is_frame(fact: &Fact, its_way: Way, frame: &str) -> bool {
    matches!(fact, Fact::Frame { way, bytes, .. } if *way == its_way && bytes == frame)
}

/// It gives up because nothing comes any more, or ever came, whoever's doing that is.
const fn waits(fact: &Fact) -> bool {
    let Fact::Aborted { reason, .. } = fact else { return false };
    matches!(
        reason,
        Cause::Ended | Cause::Silence { .. } | Cause::Overdue { .. } | Cause::NoConnection { .. } | Cause::NobodyComes
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use lab::{
        event::{Action, VERSION},
        staging::Setting,
    };
    use std::collections::BTreeSet;
    use support::{conversation, staging};

    /// What was told of a scenario that is played in one process, in the order in which it happened.
    fn played(scenario: &str) -> Vec<Event> {
        let sessions = staging::campaign(&scenario.parse().unwrap(), &Setting::seeded("order", 7)).unwrap();
        conversation::campaign(&sessions).events
    }

    /// The same as it arrives where these are heard in this order, in each session of a campaign.
    fn heard(events: &[Event], first: [Actor; 3]) -> Vec<Event> {
        let rank = |actor| first.iter().position(|one| *one == actor);
        let arrived = sessions(events).flat_map(|session| {
            let mut session = session.to_vec();
            session.sort_by_key(|event| rank(event.source));
            session
        });
        arrived.collect()
    }

    fn numbers(events: &[&Event]) -> Vec<u64> {
        events.iter().map(|event| event.n).collect()
    }

    const ORDERS: [[Actor; 3]; 3] = [
        [Actor::Client, Actor::Attacker, Actor::Server],
        [Actor::Attacker, Actor::Server, Actor::Client],
        [Actor::Server, Actor::Client, Actor::Attacker],
    ];

    const SCENARIOS: [&str; 7] = [
        "ecdh-cert/relay",
        "ecdh/substitute",
        "interlock:password/bellovin-merritt",
        "tofu/first-contact:later",
        "ecdh-cert:rekey/reinstall-key~fresh-keys",
        "dh-cert:legacy/replay-signature~fresh-transcript",
        "ecdh/drop",
    ];

    #[test]
    fn whoever_is_heard_first_a_frame_is_sent_then_passed_on_then_taken() {
        for scenario in SCENARIOS {
            let events = played(scenario);
            let first = numbers(&as_it_happened(&heard(&events, ORDERS[0])));
            for order in ORDERS {
                let arrived = heard(&events, order);
                let ordered = as_it_happened(&arrived);
                assert_eq!(numbers(&ordered), first, "{scenario}, {order:?}");
                for actor in order {
                    let own: Vec<u64> =
                        ordered.iter().filter(|event| event.source == actor).map(|event| event.n).collect();
                    assert!(own.is_sorted(), "{scenario}: what the {actor} tells is in its order: {own:?}");
                }
                let (mut sent, mut passed) = (BTreeSet::new(), BTreeSet::new());
                for event in ordered {
                    match &event.fact {
                        Fact::Began { .. } => (sent, passed) = Default::default(),
                        Fact::Frame { way: Way::Sent, bytes, .. } => drop(sent.insert((event.source, bytes))),
                        Fact::Relayed { from, before, after, .. } => {
                            let was_sent = |frame| sent.contains(&(Actor::from(*from), frame));
                            assert!(before.iter().all(was_sent), "{scenario}: {event:?}");
                            passed.extend(after.iter().map(|frame| (Actor::from(from.peer()), frame)));
                        }
                        Fact::Frame { way: Way::Received, bytes, .. } => {
                            assert!(passed.contains(&(event.source, bytes)), "{scenario}: {event:?}");
                        }
                        _ => {}
                    }
                }
            }
        }
    }

    /// The attacker is done with the client before it says anything to the server: flights do not tell that.
    #[test]
    fn a_victim_that_is_kept_waiting_waits_in_the_story_too() {
        let events = played("interlock:password/bellovin-merritt");
        let arrived = heard(&events, ORDERS[2]);
        let ordered = as_it_happened(&arrived);
        let at = |wanted: &dyn Fn(&Event) -> bool| ordered.iter().position(|event| wanted(event)).unwrap();
        let half_to_server = at(
            &|event| matches!(&event.fact, Fact::Relayed { from: Role::Client, action: Action::Inject, kind, .. } if kind == "half"),
        );
        let rest_of_client = at(&|event| {
            event.source == Actor::Client
                && matches!(&event.fact, Fact::Frame { way: Way::Sent, kind, .. } if kind == "rest")
        });
        let third = at(&|event| matches!(event.fact, Fact::Step { number: 3, .. }));
        assert!(rest_of_client < third && third < half_to_server);
    }

    #[test]
    fn who_waits_in_vain_gives_up_behind_what_happened_long_before() {
        let event = |(source, at, fact)| Event { v: VERSION, session: "a".into(), n: 0, source, at, fact };
        let frame = |way, bytes: &str| Fact::Frame { way, flight: 1, kind: "hello".into(), bytes: bytes.into() };
        let relayed = |from, bytes: &str| Fact::Relayed {
            from,
            action: Action::Forward,
            flight: 1,
            kind: "hello".into(),
            before: Some(bytes.into()),
            after: Some(bytes.into()),
            changed: vec![],
        };
        let abort = |reason| Fact::Aborted { flight: 2, check: None, reason };
        let told = |patience: u64| {
            let told = [
                (Actor::Client, 0, frame(Way::Sent, "c")),
                (Actor::Client, patience, abort(Cause::Silence { most: patience })),
                (Actor::Attacker, 10, relayed(Role::Client, "c")),
                (Actor::Attacker, 5_000_000, relayed(Role::Server, "s")),
                (Actor::Server, 20, frame(Way::Received, "c")),
                (Actor::Server, 4_999_000, frame(Way::Sent, "s")),
            ];
            let events: Vec<Event> = told.into_iter().map(event).collect();
            let ordered = as_it_happened(&events).into_iter();
            ordered.map(|event| (event.source, matches!(event.fact, Fact::Aborted { .. }))).collect::<Vec<_>>()
        };
        use Actor::{Attacker, Client, Server};
        let frames = [Client, Attacker, Server, Server, Attacker].map(|actor| (actor, false));
        let lost_early: Vec<_> = [&frames[..3], &[(Client, true)], &frames[3..]].concat();
        assert_eq!(told(3_000_000), lost_early);
        assert_eq!(told(9_000_000), [&frames[..], &[(Client, true)]].concat());
    }
}
