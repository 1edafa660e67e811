//! Sessions told event by event, as little as amounts to a verdict.

use lab::{
    cause::Cause,
    event::{Account, Action, Event, Fact, Reached, Status, VERSION, Way},
    evidence::hex,
    misfit::{Given, Misfit, Need},
    role::{
        Actor::{self, Attacker, Client, Server},
        Role,
    },
    verdict::{Class, Judgement, Kind, judge},
};
use sha2::{Digest, Sha256};

pub const CLIENT_SAYS: &str = "Pay 100 to Carol [c1]";

pub const SERVER_SAYS: &str = "Your balance is 4711 [5e]";

pub fn digest(text: &str) -> String {
    hex(&Sha256::digest(text))
}

/// A session's events as they are written down: their numbers are ten apart, so that a place is not mistaken for one.
#[derive(Clone)]
pub struct Story(pub Vec<Event>);

impl Story {
    /// All three took up their parts, and each victim heard what the other sent.
    pub fn begin() -> Self {
        Self::heard("client-hello", "server-hello")
    }

    /// The same, but each victim heard something else in the other's place.
    pub fn between() -> Self {
        Self::heard("another client-hello", "another server-hello")
    }

    /// All three took up their parts; what the server and the client heard.
    pub fn heard(by_server: &str, by_client: &str) -> Self {
        Self::apart()
            .sends(Client, "client-hello")
            .relayed(Role::Client, "client-hello", by_server)
            .hears(Server, by_server)
            .sends(Server, "server-hello")
            .relayed(Role::Server, "server-hello", by_client)
            .hears(Client, by_client)
    }

    /// All three took up their parts, and nobody has said anything.
    pub fn apart() -> Self {
        Self(Vec::new()).all(|_| Fact::Started { plays: "dh".to_owned(), without: vec![], with: vec![] })
    }

    pub fn all(self, fact: impl Fn(Actor) -> Fact) -> Self {
        [Client, Attacker, Server].into_iter().fold(self, |story, actor| story.tell(actor, fact(actor)))
    }

    pub fn tell(mut self, source: Actor, fact: Fact) -> Self {
        let n = 10 * self.0.len() as u64;
        self.0.push(Event { v: VERSION, session: "s".to_owned(), n, source, at: n, fact });
        self
    }

    pub fn frame(self, who: Actor, way: Way, bytes: &str) -> Self {
        let (kind, bytes) = ("hello".to_owned(), bytes.to_owned());
        self.tell(who, Fact::Frame { way, flight: 1, kind, bytes })
    }

    pub fn sends(self, who: Actor, bytes: &str) -> Self {
        self.frame(who, Way::Sent, bytes)
    }

    pub fn hears(self, who: Actor, bytes: &str) -> Self {
        self.frame(who, Way::Received, bytes)
    }

    pub fn relayed(self, from: Role, before: &str, after: &str) -> Self {
        let action = if before == after { Action::Forward } else { Action::Alter };
        let (kind, changed) = ("hello".to_owned(), Vec::new());
        let [before, after] = [before, after].map(|bytes| Some(bytes.to_owned()));
        self.tell(Attacker, Fact::Relayed { from, action, flight: 1, kind, before, after, changed })
    }

    /// The attacker sends something of its own in a victim's name.
    pub fn made_up(self, name: Role, bytes: &str) -> Self {
        let (kind, after) = ("hello".to_owned(), Some(bytes.to_owned()));
        let action = Action::Inject;
        self.tell(
            Attacker,
            Fact::Relayed { from: name, action, flight: 1, kind, before: None, after, changed: Vec::new() },
        )
    }

    /// A victim finished with this key, and publishes the digest of its canary.
    pub fn established(self, who: Actor, key: &str) -> Self {
        self.under_names(who, key, None, None)
    }

    pub fn under_names(self, who: Actor, key: &str, own: Option<&str>, peer: Option<&str>) -> Self {
        self.in_group(who, key, own, peer, "x25519")
    }

    pub fn in_group(self, who: Actor, key: &str, own: Option<&str>, peer: Option<&str>, group: &str) -> Self {
        let said = if who == Client { CLIENT_SAYS } else { SERVER_SAYS };
        self.finished(who, key, own, peer, group).tell(who, Fact::Canary { digest: digest(said) }).data(
            who,
            Way::Sent,
            0,
            said,
        )
    }

    pub fn finished(self, who: Actor, key: &str, own: Option<&str>, peer: Option<&str>, group: &str) -> Self {
        let offered = vec!["x25519".to_owned(), "ffdhe2048".to_owned()];
        let [own, peer] = [own, peer].map(|name| name.map(str::to_owned));
        let group = group.to_owned();
        self.tell(who, Fact::Established { fingerprint: key.to_owned(), own, peer, group, offered })
    }

    pub fn data(self, who: Actor, way: Way, index: u32, text: &str) -> Self {
        self.tell(who, Fact::Data { way, index, digest: digest(text), length: text.len(), text: None })
    }

    /// Both canaries arrived, and both streams ended in order.
    pub fn delivered(self) -> Self {
        self.data(Server, Way::Received, 0, CLIENT_SAYS).data(Client, Way::Received, 0, SERVER_SAYS).closed()
    }

    pub fn closed(self) -> Self {
        let closed = || Fact::Closed { sent: 1, received: 1 };
        self.tell(Server, closed()).tell(Client, closed())
    }

    pub fn holds(self, with: Role, key: &str) -> Self {
        self.tell(Attacker, Fact::Holds { with, fingerprint: key.to_owned() })
    }

    pub fn recovered(self, sender: Role, text: &str, live: bool) -> Self {
        self.tell(Attacker, Fact::Recovered { sender, text: text.to_owned(), live })
    }

    pub fn chose(self) -> Self {
        self.tell(Attacker, Fact::Chose { bits: 224, method: Account::plain("rho"), prepared_by: None })
    }

    pub fn work(self, done: u64) -> Self {
        let (phase, unit) = ("sieve".to_owned(), Some("relations".to_owned()));
        self.tell(Attacker, Fact::Work { phase, done, total: 200, unit })
    }

    pub fn solved(self, found: bool, cut_off: Option<Reached>) -> Self {
        let cut_off = cut_off.map(Box::new);
        let method = found.then(|| Account::plain("rho"));
        let failure = (!found).then(|| Account::plain("interrupted"));
        let operations = found.then_some(1);
        self.tell(Attacker, Fact::Solved { bits: 224, method, operations, failure, found, cut_off, equation: None })
    }

    pub fn failed(self, who: Actor, check: &str, flight: u32) -> Self {
        let (check, expected, observed) = (check.to_owned(), "a good one".to_owned(), "a bad one".to_owned());
        self.tell(
            who,
            Fact::Check { check, status: Status::Failed, flight, expected: expected.into(), observed: observed.into() },
        )
    }

    pub fn aborted(self, who: Actor, check: Option<&str>, flight: u32) -> Self {
        let check = check.map(str::to_owned);
        self.tell(
            who,
            Fact::Aborted {
                flight,
                check,
                reason: Cause::from(&Misfit::new("share", Need::Octets { octets: 32 }, Given::Count { count: 31 })),
            },
        )
    }

    /// Who has told neither a close nor why it gave up does so.
    pub fn left(self) -> Self {
        [Client, Server].into_iter().fold(self, |story, who| {
            let left = |event: &Event| matches!(event.fact, Fact::Closed { .. } | Fact::Aborted { .. });
            match story.0.iter().any(|event| event.source == who && left(event)) {
                true => story,
                false => story.aborted(who, None, 3),
            }
        })
    }

    /// All three are done.
    pub fn end(self) -> Judgement {
        judge(&self.left().all(|_| Fact::Ended).0)
    }

    /// Numbers of the events of this type that somebody told, in order.
    pub fn all_of(&self, who: Actor, name: &str) -> Vec<u64> {
        let told = self.0.iter().filter(|event| event.source == who);
        told.filter(|event| serde_json::to_value(&event.fact).expect("JSON")["type"] == name)
            .map(|event| event.n)
            .collect()
    }

    /// Number of the last event of this type that somebody told.
    pub fn n(&self, who: Actor, name: &str) -> u64 {
        *self.all_of(who, name).last().unwrap_or_else(|| panic!("no {name} of the {who}"))
    }

    /// Number of the event that was told last.
    pub fn last(&self) -> u64 {
        self.0.last().expect("an event").n
    }
}

/// What a verdict is expected to say.
#[track_caller]
pub fn expect(judgement: &Judgement, kind: Kind, class: Class, at: (Option<&str>, Option<Role>, Option<u32>)) {
    let verdict = &judgement.verdict;
    let got = (verdict.check.as_deref(), verdict.party, verdict.flight);
    assert_eq!((verdict.kind, verdict.class, got), (kind, class, at), "{}", verdict.because);
    assert!(judgement.evidence.is_sorted(), "{:?}", judgement.evidence);
    assert!(verdict.because.ends_with('.') && !verdict.because.contains('{'), "{}", verdict.because);
}

pub const NOWHERE: (Option<&str>, Option<Role>, Option<u32>) = (None, None, None);

/// The numbers in ascending order, as a judgement cites them.
pub fn sorted(mut numbers: Vec<u64>) -> Vec<u64> {
    numbers.sort_unstable();
    numbers
}

/// Both victims finished with one key.
pub fn shared() -> Story {
    Story::begin().established(Server, "k").established(Client, "k")
}

/// The victims finished with a key each, the attacker between them.
pub fn apart() -> Story {
    Story::between().established(Server, "s").established(Client, "c")
}
