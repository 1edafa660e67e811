//! Each kind of verdict from the least evidence that amounts to it, and what it cites.

use lab::{
    event::{Event, Fact, Status, VERSION, Way},
    evidence::hex,
    role::{
        Actor::{self, Attacker, Client, Console, Server},
        Role,
    },
    verdict::{Class, Judgement, Kind, judge},
};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

const CLIENT_SAYS: &str = "Pay 100 to Carol [c1]";
const SERVER_SAYS: &str = "Your balance is 4711 [5e]";

fn digest(text: &str) -> String {
    hex(&Sha256::digest(text))
}

/// A session's events as they are written down: their numbers are ten apart, so that a place is not mistaken for one.
struct Story(Vec<Event>);

impl Story {
    /// All three took up their parts.
    fn begin() -> Self {
        Self(Vec::new()).all(|_| Fact::Started { plays: "dh".to_owned(), without: vec![], with: vec![] })
    }

    fn all(self, fact: impl Fn(Actor) -> Fact) -> Self {
        [Client, Attacker, Server].into_iter().fold(self, |story, actor| story.tell(actor, fact(actor)))
    }

    fn tell(mut self, source: Actor, fact: Fact) -> Self {
        let n = 10 * self.0.len() as u64;
        self.0.push(Event { v: VERSION, session: "s".to_owned(), n, source, at: n, fact });
        self
    }

    /// A victim finished with this key, and publishes the digest of its canary.
    fn established(self, who: Actor, key: &str) -> Self {
        self.under_names(who, key, None, None)
    }

    fn under_names(self, who: Actor, key: &str, own: Option<&str>, peer: Option<&str>) -> Self {
        self.in_group(who, key, own, peer, "x25519")
    }

    fn in_group(self, who: Actor, key: &str, own: Option<&str>, peer: Option<&str>, group: &str) -> Self {
        let offered = vec!["x25519".to_owned(), "ffdhe2048".to_owned()];
        let [own, peer] = [own, peer].map(|name| name.map(str::to_owned));
        let group = group.to_owned();
        let said = if who == Client { CLIENT_SAYS } else { SERVER_SAYS };
        self.tell(who, Fact::Established { fingerprint: key.to_owned(), own, peer, group, offered })
            .tell(who, Fact::Canary { digest: digest(said) })
            .data(who, Way::Sent, 0, said)
    }

    fn data(self, who: Actor, way: Way, index: u32, text: &str) -> Self {
        self.tell(who, Fact::Data { way, index, digest: digest(text), length: text.len(), text: None })
    }

    /// Both canaries arrived, and both streams ended in order.
    fn delivered(self) -> Self {
        self.data(Server, Way::Received, 0, CLIENT_SAYS).data(Client, Way::Received, 0, SERVER_SAYS).closed()
    }

    fn closed(self) -> Self {
        let closed = || Fact::Closed { sent: 1, received: 1 };
        self.tell(Server, closed()).tell(Client, closed())
    }

    fn holds(self, with: Role, key: &str) -> Self {
        self.tell(Attacker, Fact::Holds { with, fingerprint: key.to_owned() })
    }

    fn recovered(self, sender: Role, text: &str, live: bool) -> Self {
        self.tell(Attacker, Fact::Recovered { sender, text: text.to_owned(), live })
    }

    fn failed(self, who: Actor, check: &str, flight: u32) -> Self {
        let (check, expected, observed) = (check.to_owned(), "a good one".to_owned(), "a bad one".to_owned());
        self.tell(who, Fact::Check { check, status: Status::Failed, flight, expected, observed })
    }

    fn aborted(self, who: Actor, check: Option<&str>, flight: u32) -> Self {
        let check = check.map(str::to_owned);
        self.tell(who, Fact::Aborted { flight, check, reason: "share: expected 32 octets, got 31".to_owned() })
    }

    /// All three are done.
    fn end(self) -> Judgement {
        judge(&self.all(|_| Fact::Ended).0)
    }

    /// Number of the event that was told last.
    fn last(&self) -> u64 {
        self.0.last().expect("an event").n
    }
}

/// What a verdict is expected to say.
#[track_caller]
fn expect(judgement: &Judgement, kind: Kind, class: Class, at: (Option<&str>, Option<Role>, Option<u32>)) {
    let verdict = &judgement.verdict;
    let got = (verdict.check.as_deref(), verdict.party, verdict.flight);
    assert_eq!((verdict.kind, verdict.class, got), (kind, class, at), "{}", verdict.because);
    assert!(judgement.evidence.is_sorted(), "{:?}", judgement.evidence);
}

const NOWHERE: (Option<&str>, Option<Role>, Option<u32>) = (None, None, None);

// The first three events are numbered 0, 10 and 20.

#[test]
fn private_rests_on_one_key_and_on_both_canaries_arriving() {
    let judgement = Story::begin().established(Server, "k").established(Client, "k").delivered().end();
    expect(&judgement, Kind::Private, Class::Defended, NOWHERE);
    // Established 30 and 60; received 90 and 100; closed 110 and 120.
    assert_eq!(judgement.evidence, [30, 60, 90, 100, 110, 120]);
    assert_eq!(judgement.fingerprints.client.as_deref(), Some("k"));
    assert_eq!(judgement.fingerprints.server.as_deref(), Some("k"));
    assert!(judgement.fingerprints.attacker.is_empty());
}

#[test]
fn a_canary_that_did_not_arrive_is_not_private() {
    let story = Story::begin().established(Server, "k").established(Client, "k");
    let judgement = story.data(Server, Way::Received, 0, CLIENT_SAYS).end();
    expect(&judgement, Kind::Disrupted, Class::Neutral, NOWHERE);
}

#[test]
fn stopped_names_check_party_and_flight() {
    let story = Story::begin().failed(Client, "transcript-signature", 2);
    let story = story.aborted(Client, Some("transcript-signature"), 2).aborted(Server, None, 3);
    let judgement = story.end();
    let at = (Some("transcript-signature"), Some(Role::Client), Some(2));
    expect(&judgement, Kind::Stopped, Class::Defended, at);
    assert_eq!(judgement.evidence, [30, 40]);
    assert!(judgement.verdict.because.contains("a good one") && judgement.verdict.because.contains("a bad one"));
}

/// The other party only sees its connection end.
#[test]
fn the_earlier_abort_decides_and_the_missing_close_is_its_consequence() {
    let story = Story::begin().established(Server, "k").established(Client, "k");
    let story = story.failed(Client, "authenticated-close", 3).aborted(Client, Some("authenticated-close"), 3);
    let cause = story.last() + 10;
    let story = story.failed(Server, "record-auth", 3).aborted(Server, Some("record-auth"), 3);
    let judgement = story.end();
    expect(&judgement, Kind::Stopped, Class::Defended, (Some("record-auth"), Some(Role::Server), Some(3)));
    assert_eq!(judgement.evidence, [cause, cause + 10]);
}

#[test]
fn split_rests_on_two_held_keys_and_a_canary() {
    let story = Story::begin().established(Server, "s").established(Client, "c");
    let story = story.holds(Role::Client, "c").holds(Role::Server, "s").recovered(Role::Client, CLIENT_SAYS, true);
    let judgement = story.end();
    expect(&judgement, Kind::Split, Class::Broken, NOWHERE);
    assert_eq!(judgement.evidence, [30, 60, 90, 100, 110]);
    assert_eq!(judgement.fingerprints.attacker, ["c", "s"]);
}

/// To claim a key is no proof: what it protects has to be shown.
#[test]
fn two_keys_without_a_canary_are_not_split() {
    let story = Story::begin().established(Server, "s").established(Client, "c");
    let story = story.holds(Role::Client, "c").holds(Role::Server, "s").recovered(Role::Client, "a guess", true);
    expect(&story.end(), Kind::Disrupted, Class::Neutral, NOWHERE);
}

#[test]
fn read_needs_the_canary_only() {
    for live in [true, false] {
        let story = Story::begin().established(Server, "k").established(Client, "k").delivered();
        let judgement = story.recovered(Role::Server, SERVER_SAYS, live).end();
        expect(&judgement, Kind::Read, Class::Broken, NOWHERE);
        assert_eq!(judgement.evidence, [30, 60, 130]);
        assert_eq!(judgement.verdict.because.contains("while the session ran"), live);
    }
}

#[test]
fn impersonated_names_the_victim_that_the_attacker_talks_to() {
    for (who, role, says) in [(Client, Role::Client, CLIENT_SAYS), (Server, Role::Server, SERVER_SAYS)] {
        let story = Story::begin().established(who, "k").holds(role, "k").recovered(role, says, true);
        let judgement = story.aborted(if who == Client { Server } else { Client }, None, 1).end();
        expect(&judgement, Kind::Impersonated, Class::Broken, (None, Some(role), None));
        assert_eq!(judgement.evidence, [30, 60, 70]);
    }
}

#[test]
fn misbound_names_the_victim_that_takes_its_peer_for_another() {
    let story = Story::begin().under_names(Server, "k", Some("bob.lab"), Some("mallory.lab"));
    let judgement = story.under_names(Client, "k", Some("alice.lab"), Some("bob.lab")).delivered().end();
    expect(&judgement, Kind::Misbound, Class::Broken, (None, Some(Role::Server), None));
    assert_eq!(judgement.evidence, [30, 60]);
}

#[test]
fn the_right_names_are_private() {
    let story = Story::begin().under_names(Server, "k", Some("bob.lab"), Some("alice.lab"));
    let judgement = story.under_names(Client, "k", Some("alice.lab"), Some("bob.lab")).delivered().end();
    expect(&judgement, Kind::Private, Class::Defended, NOWHERE);
}

#[test]
fn altered_by_a_message_that_the_peer_did_not_send() {
    let story = Story::begin().established(Server, "k").established(Client, "k");
    let story = story.data(Client, Way::Received, 0, SERVER_SAYS).data(Server, Way::Received, 0, "Pay 900 to Carol");
    let accepted = story.last();
    let judgement = story.closed().end();
    expect(&judgement, Kind::Altered, Class::Broken, (None, Some(Role::Server), None));
    // What was accepted, and what the client had sent there.
    assert_eq!(judgement.evidence, [80, accepted]);
}

#[test]
fn altered_by_a_stream_that_was_cut_and_taken_for_complete() {
    let story = Story::begin().established(Server, "k").established(Client, "k");
    let story = story.data(Client, Way::Sent, 1, "but not before Monday");
    let cut = story.last();
    let story = story.delivered();
    let closed = story.last() - 10;
    expect(&story.end(), Kind::Altered, Class::Broken, (None, Some(Role::Server), None));
    let story = Story::begin().established(Server, "k").established(Client, "k");
    let judgement = story.data(Client, Way::Sent, 1, "but not before Monday").delivered().end();
    assert_eq!(judgement.evidence, [cut, closed]);
}

/// What reached a victim before it finished has to be what its peer sent.
#[test]
fn altered_by_a_handshake_message_that_the_peer_did_not_send_so() {
    let frame = |way, bytes: &str| Fact::Frame { way, flight: 3, kind: "finished".to_owned(), bytes: bytes.to_owned() };
    let ended = |sent: Option<&str>, key| {
        let story = sent.into_iter().fold(Story::begin(), |story, bytes| story.tell(Client, frame(Way::Sent, bytes)));
        let story = story.established(Client, "k").tell(Server, frame(Way::Received, "AAAA"));
        story.established(Server, key).delivered().end()
    };
    let judgement = ended(Some("BBBB"), "k");
    expect(&judgement, Kind::Altered, Class::Broken, (None, Some(Role::Server), None));
    // Sent, received, and finished all the same.
    assert_eq!(judgement.evidence, [30, 70, 80]);
    expect(&ended(Some("AAAA"), "k"), Kind::Private, Class::Defended, NOWHERE);
    // A victim that tells nothing of what it sent proves nothing; and with two keys no record would have been accepted.
    expect(&ended(None, "k"), Kind::Private, Class::Defended, NOWHERE);
    assert_ne!(ended(Some("BBBB"), "s").verdict.kind, Kind::Altered);
}

#[test]
fn downgraded_below_the_best_that_both_offered() {
    let story = Story::begin().in_group(Server, "k", None, None, "ffdhe2048");
    let judgement = story.in_group(Client, "k", None, None, "ffdhe2048").delivered().end();
    expect(&judgement, Kind::Downgraded, Class::Broken, NOWHERE);
    assert_eq!(judgement.evidence, [30, 60]);
}

#[test]
fn disrupted_where_nobody_names_a_check() {
    let judgement = Story::begin().aborted(Client, None, 2).aborted(Server, None, 3).end();
    expect(&judgement, Kind::Disrupted, Class::Neutral, NOWHERE);
    assert_eq!(judgement.evidence, [30, 40]);
    assert!(judgement.verdict.because.contains("the client gave up in flight 2"));
}

/// Whom the attacker leaves without an answer gives up early, and for no check's sake.
#[test]
fn stopped_by_the_check_that_failed_while_the_other_got_no_answer() {
    let story = Story::begin().failed(Server, "cert-chain", 3).aborted(Server, Some("cert-chain"), 3);
    let judgement = story.aborted(Client, None, 2).end();
    expect(&judgement, Kind::Stopped, Class::Defended, (Some("cert-chain"), Some(Role::Server), Some(3)));
}

#[test]
fn inconclusive_where_the_console_lost_somebody() {
    let story = Story::begin().established(Server, "k").established(Client, "k").delivered();
    let judgement = story.tell(Console, Fact::Lost { what: Attacker, reason: "it was killed".to_owned() }).end();
    expect(&judgement, Kind::Inconclusive, Class::Error, NOWHERE);
    assert_eq!(judgement.evidence, [130]);
    assert!(judgement.verdict.because.contains("attacker") && judgement.verdict.because.contains("it was killed"));
}

#[test]
fn inconclusive_where_somebody_never_told_its_end() {
    for missing in [Client, Attacker, Server] {
        let mut story = Story::begin().established(Server, "k").established(Client, "k").delivered();
        for actor in [Client, Attacker, Server].into_iter().filter(|actor| *actor != missing) {
            story = story.tell(actor, Fact::Ended);
        }
        let judgement = judge(&story.0);
        expect(&judgement, Kind::Inconclusive, Class::Error, NOWHERE);
        assert!(judgement.verdict.because.contains(&missing.to_string()), "{}", judgement.verdict.because);
    }
}

#[test]
fn inconclusive_where_the_events_contradict_each_other() {
    let twice = Story::begin().established(Server, "k").established(Server, "k");
    let jump = Story::begin().established(Server, "k").data(Server, Way::Received, 1, CLIENT_SAYS);
    let early = Story::begin().data(Server, Way::Received, 0, CLIENT_SAYS);
    let late = Story::begin().established(Server, "k").established(Client, "k").delivered().aborted(Client, None, 3);
    let untold = Story::begin().established(Server, "k").tell(Server, Fact::Closed { sent: 1, received: 1 });
    let unseen = Story::begin().aborted(Client, Some("finished"), 2);
    let after = |who| Story::begin().tell(who, Fact::Ended).tell(who, Fact::Step { number: 1, text: String::new() });
    for (story, cited) in [(twice, 60), (jump, 60), (early, 30), (late, 130), (untold, 60), (unseen, 30)] {
        let judgement = story.end();
        expect(&judgement, Kind::Inconclusive, Class::Error, NOWHERE);
        assert_eq!(judgement.evidence, [cited], "{}", judgement.verdict.because);
    }
    for who in [Client, Attacker, Server] {
        let judgement = judge(&after(who).0);
        expect(&judgement, Kind::Inconclusive, Class::Error, NOWHERE);
        assert_eq!(judgement.evidence, [40], "{}", judgement.verdict.because);
    }
}

/// A key without what it protects: either the attacker kept its proof, or its claim is false.
#[test]
fn inconclusive_where_the_attacker_shows_the_one_key_and_nothing_else() {
    let story = Story::begin().established(Server, "k").established(Client, "k").delivered();
    let judgement = story.holds(Role::Client, "k").end();
    expect(&judgement, Kind::Inconclusive, Class::Error, NOWHERE);
    assert_eq!(judgement.evidence, [30, 60, 130]);
}

/// The attacker knows what a victim said and shows no key for it: neither a stop elsewhere nor a good end explains that.
#[test]
fn inconclusive_where_a_canary_came_out_without_a_key() {
    let story = Story::begin().established(Client, "c").recovered(Role::Client, CLIENT_SAYS, true);
    let stopped = story.failed(Server, "finished", 3).aborted(Server, Some("finished"), 3).end();
    let two = Story::begin().established(Server, "s").established(Client, "c");
    let two = two.recovered(Role::Server, SERVER_SAYS, false).end();
    for (judgement, cited) in [(stopped, [40, 60]), (two, [40, 90])] {
        expect(&judgement, Kind::Inconclusive, Class::Error, NOWHERE);
        assert_eq!(judgement.evidence, cited, "{}", judgement.verdict.because);
    }
}

#[test]
fn inconclusive_where_there_are_no_events() {
    let judgement = judge(&[]);
    expect(&judgement, Kind::Inconclusive, Class::Error, NOWHERE);
    assert!(judgement.evidence.is_empty());
}

#[test]
fn a_leak_outweighs_a_later_stop() {
    let story = Story::begin().established(Server, "k").established(Client, "k");
    let story = story.recovered(Role::Client, CLIENT_SAYS, true).failed(Server, "record-auth", 3);
    let judgement = story.aborted(Server, Some("record-auth"), 3).end();
    expect(&judgement, Kind::Read, Class::Broken, NOWHERE);
}

proptest! {
    /// Whatever else is told, in whatever order: a canary that the attacker published is never a defence, and a broken
    /// key always rests on one.
    #[test]
    fn no_story_with_a_leak_is_defended(told in prop::collection::vec(0..14usize, 0..14), leak in any::<bool>()) {
        let add = |story: Story, what: &usize| match what {
            0 => story.established(Client, "k"),
            1 => story.established(Server, "k"),
            2 => story.established(Server, "s"),
            3 => story.holds(Role::Client, "k"),
            4 => story.holds(Role::Server, "s"),
            5 => story.failed(Client, "finished", 2).aborted(Client, Some("finished"), 2),
            6 => story.failed(Server, "record-auth", 3).aborted(Server, Some("record-auth"), 3),
            7 => story.aborted(Client, None, 1),
            8 => story.data(Server, Way::Received, 0, CLIENT_SAYS),
            9 => story.data(Client, Way::Received, 0, SERVER_SAYS),
            10 => story.tell(Client, Fact::Closed { sent: 1, received: 1 }),
            11 => story.tell(Server, Fact::Closed { sent: 1, received: 1 }),
            12 => story.in_group(Client, "k", None, None, "ffdhe2048"),
            _ => story.recovered(Role::Server, "a guess", true),
        };
        let mut story = told.iter().fold(Story::begin(), add);
        let said = |story: &Story, who, text| {
            let canary = Fact::Canary { digest: digest(text) };
            story.0.iter().any(|event| event.source == who && event.fact == canary)
        };
        let leaks = leak && said(&story, Server, SERVER_SAYS);
        if leaks {
            story = story.recovered(Role::Server, SERVER_SAYS, true);
        }
        let judgement = story.end();
        let verdict = &judgement.verdict;
        prop_assert!(!leaks || matches!(verdict.class, Class::Broken | Class::Error), "{}", verdict.because);
        prop_assert!(leaks || !matches!(verdict.kind, Kind::Split | Kind::Read), "{}", verdict.because);
        prop_assert!(verdict.kind == Kind::Stopped || verdict.check.is_none());
    }
}
