//! Each kind of verdict from the least evidence that amounts to it, and what it cites.

use lab::{
    cause::Cause,
    event::{Account, Action, Cancellation, Event, Fact, Reached, Status, VERSION, Way},
    evidence::hex,
    loss::Loss,
    misfit::{Given, Misfit, Need},
    role::{
        Actor::{self, Attacker, Client, Console, Server},
        Role,
    },
    staging::Setting,
    verdict::{Class, Grounds, Judgement, Kind, Verdict, judge},
};
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use support::{conversation, staging};

const CLIENT_SAYS: &str = "Pay 100 to Carol [c1]";
const SERVER_SAYS: &str = "Your balance is 4711 [5e]";

fn digest(text: &str) -> String {
    hex(&Sha256::digest(text))
}

/// A session's events as they are written down: their numbers are ten apart, so that a place is not mistaken for one.
#[derive(Clone)]
struct Story(Vec<Event>);

impl Story {
    /// All three took up their parts, and each victim heard what the other sent.
    fn begin() -> Self {
        Self::heard("client-hello", "server-hello")
    }

    /// The same, but each victim heard something else in the other's place.
    fn between() -> Self {
        Self::heard("another client-hello", "another server-hello")
    }

    /// All three took up their parts; what the server and the client heard.
    fn heard(by_server: &str, by_client: &str) -> Self {
        Self::apart()
            .sends(Client, "client-hello")
            .relayed(Role::Client, "client-hello", by_server)
            .hears(Server, by_server)
            .sends(Server, "server-hello")
            .relayed(Role::Server, "server-hello", by_client)
            .hears(Client, by_client)
    }

    /// All three took up their parts, and nobody has said anything.
    fn apart() -> Self {
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

    fn frame(self, who: Actor, way: Way, bytes: &str) -> Self {
        let (kind, bytes) = ("hello".to_owned(), bytes.to_owned());
        self.tell(who, Fact::Frame { way, flight: 1, kind, bytes })
    }

    fn sends(self, who: Actor, bytes: &str) -> Self {
        self.frame(who, Way::Sent, bytes)
    }

    fn hears(self, who: Actor, bytes: &str) -> Self {
        self.frame(who, Way::Received, bytes)
    }

    fn relayed(self, from: Role, before: &str, after: &str) -> Self {
        let action = if before == after { Action::Forward } else { Action::Alter };
        let (kind, changed) = ("hello".to_owned(), Vec::new());
        let [before, after] = [before, after].map(|bytes| Some(bytes.to_owned()));
        self.tell(Attacker, Fact::Relayed { from, action, flight: 1, kind, before, after, changed })
    }

    /// The attacker sends something of its own in a victim's name.
    fn made_up(self, name: Role, bytes: &str) -> Self {
        let (kind, after) = ("hello".to_owned(), Some(bytes.to_owned()));
        let action = Action::Inject;
        self.tell(
            Attacker,
            Fact::Relayed { from: name, action, flight: 1, kind, before: None, after, changed: Vec::new() },
        )
    }

    /// A victim finished with this key, and publishes the digest of its canary.
    fn established(self, who: Actor, key: &str) -> Self {
        self.under_names(who, key, None, None)
    }

    fn under_names(self, who: Actor, key: &str, own: Option<&str>, peer: Option<&str>) -> Self {
        self.in_group(who, key, own, peer, "x25519")
    }

    fn in_group(self, who: Actor, key: &str, own: Option<&str>, peer: Option<&str>, group: &str) -> Self {
        let said = if who == Client { CLIENT_SAYS } else { SERVER_SAYS };
        self.finished(who, key, own, peer, group).tell(who, Fact::Canary { digest: digest(said) }).data(
            who,
            Way::Sent,
            0,
            said,
        )
    }

    fn finished(self, who: Actor, key: &str, own: Option<&str>, peer: Option<&str>, group: &str) -> Self {
        let offered = vec!["x25519".to_owned(), "ffdhe2048".to_owned()];
        let [own, peer] = [own, peer].map(|name| name.map(str::to_owned));
        let group = group.to_owned();
        self.tell(who, Fact::Established { fingerprint: key.to_owned(), own, peer, group, offered })
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

    fn chose(self) -> Self {
        self.tell(Attacker, Fact::Chose { bits: 224, method: Account::plain("rho"), prepared_by: None })
    }

    fn work(self, done: u64) -> Self {
        let (phase, unit) = ("sieve".to_owned(), Some("relations".to_owned()));
        self.tell(Attacker, Fact::Work { phase, done, total: 200, unit })
    }

    fn solved(self, found: bool, cut_off: Option<Reached>) -> Self {
        let cut_off = cut_off.map(Box::new);
        let method = found.then(|| Account::plain("rho"));
        let failure = (!found).then(|| Account::plain("interrupted"));
        let operations = found.then_some(1);
        self.tell(Attacker, Fact::Solved { bits: 224, method, operations, failure, found, cut_off, equation: None })
    }

    fn failed(self, who: Actor, check: &str, flight: u32) -> Self {
        let (check, expected, observed) = (check.to_owned(), "a good one".to_owned(), "a bad one".to_owned());
        self.tell(
            who,
            Fact::Check { check, status: Status::Failed, flight, expected: expected.into(), observed: observed.into() },
        )
    }

    fn aborted(self, who: Actor, check: Option<&str>, flight: u32) -> Self {
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
    fn left(self) -> Self {
        [Client, Server].into_iter().fold(self, |story, who| {
            let left = |event: &Event| matches!(event.fact, Fact::Closed { .. } | Fact::Aborted { .. });
            match story.0.iter().any(|event| event.source == who && left(event)) {
                true => story,
                false => story.aborted(who, None, 3),
            }
        })
    }

    /// All three are done.
    fn end(self) -> Judgement {
        judge(&self.left().all(|_| Fact::Ended).0)
    }

    /// Numbers of the events of this type that somebody told, in order.
    fn all_of(&self, who: Actor, name: &str) -> Vec<u64> {
        let told = self.0.iter().filter(|event| event.source == who);
        told.filter(|event| serde_json::to_value(&event.fact).expect("JSON")["type"] == name)
            .map(|event| event.n)
            .collect()
    }

    /// Number of the last event of this type that somebody told.
    fn n(&self, who: Actor, name: &str) -> u64 {
        *self.all_of(who, name).last().unwrap_or_else(|| panic!("no {name} of the {who}"))
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
    assert!(verdict.because.ends_with('.') && !verdict.because.contains('{'), "{}", verdict.because);
}

const NOWHERE: (Option<&str>, Option<Role>, Option<u32>) = (None, None, None);

/// The numbers in ascending order, as a judgement cites them.
fn sorted(mut numbers: Vec<u64>) -> Vec<u64> {
    numbers.sort_unstable();
    numbers
}

/// Both victims finished with one key.
fn shared() -> Story {
    Story::begin().established(Server, "k").established(Client, "k")
}

/// The victims finished with a key each, the attacker between them.
fn apart() -> Story {
    Story::between().established(Server, "s").established(Client, "c")
}

#[test]
fn private_rests_on_one_key_and_on_both_canaries_arriving() {
    let story = shared().delivered();
    let [server, client] =
        [Server, Client].map(|who| [story.n(who, "established"), story.n(who, "data"), story.n(who, "closed")]);
    let judgement = story.end();
    expect(&judgement, Kind::Private, Class::Defended, NOWHERE);
    assert_eq!(judgement.evidence, sorted([server, client].concat()));
    assert_eq!(judgement.fingerprints.client.as_deref(), Some("k"));
    assert_eq!(judgement.fingerprints.server.as_deref(), Some("k"));
    assert!(judgement.fingerprints.attacker.is_empty());
}

#[test]
fn a_canary_that_did_not_arrive_is_not_private() {
    let story = shared().data(Server, Way::Received, 0, CLIENT_SAYS);
    expect(&story.end(), Kind::Disrupted, Class::Neutral, NOWHERE);
}

#[test]
fn stopped_names_check_party_and_flight() {
    let story = Story::begin().failed(Client, "transcript-signature", 2);
    let story = story.aborted(Client, Some("transcript-signature"), 2).aborted(Server, None, 3);
    let cited = vec![story.n(Client, "check"), story.n(Client, "aborted")];
    let judgement = story.end();
    let at = (Some("transcript-signature"), Some(Role::Client), Some(2));
    expect(&judgement, Kind::Stopped, Class::Defended, at);
    assert_eq!(judgement.evidence, cited);
    let Some(Grounds::Stopped { expected, observed, .. }) = &judgement.verdict.grounds else { panic!("{judgement:?}") };
    assert_eq!([expected, observed].map(ToString::to_string), ["a good one", "a bad one"]);
}

/// The other party only sees its connection end.
#[test]
fn the_earlier_abort_decides_and_the_missing_close_is_its_consequence() {
    let story = shared().failed(Client, "authenticated-close", 3).aborted(Client, Some("authenticated-close"), 3);
    let story = story.failed(Server, "record-auth", 3).aborted(Server, Some("record-auth"), 3);
    let cited = vec![story.n(Server, "check"), story.n(Server, "aborted")];
    let judgement = story.end();
    expect(&judgement, Kind::Stopped, Class::Defended, (Some("record-auth"), Some(Role::Server), Some(3)));
    assert_eq!(judgement.evidence, cited);
}

#[test]
fn split_rests_on_two_held_keys_and_a_canary() {
    let story = apart().holds(Role::Client, "c").holds(Role::Server, "s").recovered(Role::Client, CLIENT_SAYS, true);
    let cited = [
        vec![story.n(Server, "established"), story.n(Client, "established"), story.last()],
        story.all_of(Attacker, "holds"),
    ];
    let judgement = story.end();
    expect(&judgement, Kind::Split, Class::Broken, NOWHERE);
    assert_eq!(judgement.evidence, sorted(cited.concat()));
    assert_eq!(judgement.fingerprints.attacker, ["c", "s"]);
}

/// To claim a key is no proof: what it protects has to be shown. Nor is a session fine in which it is claimed.
#[test]
fn a_key_that_is_shown_without_what_it_protects_proves_nothing() {
    let two = apart().holds(Role::Client, "c").holds(Role::Server, "s").recovered(Role::Client, "a guess", true);
    let two_closed = two.clone().data(Server, Way::Received, 0, CLIENT_SAYS);
    let two_closed = two_closed.data(Client, Way::Received, 0, SERVER_SAYS).closed();
    let one = shared().delivered().holds(Role::Client, "k");
    let alone = Story::between().established(Client, "c").holds(Role::Client, "c");
    let stopped = alone.clone().failed(Server, "finished", 3).aborted(Server, Some("finished"), 3);
    for story in [two, two_closed, one, alone, stopped] {
        let cited = sorted(
            [story.all_of(Client, "established"), story.all_of(Server, "established"), story.all_of(Attacker, "holds")]
                .concat(),
        );
        let judgement = story.end();
        expect(&judgement, Kind::Inconclusive, Class::Error, NOWHERE);
        assert_eq!(judgement.evidence, cited, "{}", judgement.verdict.because);
    }
}

#[test]
fn read_needs_the_canary_only() {
    for live in [true, false] {
        let story = shared().delivered().recovered(Role::Server, SERVER_SAYS, live);
        let cited = sorted(vec![story.n(Server, "established"), story.n(Client, "established"), story.last()]);
        let judgement = story.end();
        expect(&judgement, Kind::Read, Class::Broken, NOWHERE);
        assert_eq!(judgement.evidence, cited);
        assert_eq!(judgement.verdict.because.contains("while the session ran"), live);
    }
}

/// The other victim lost patience, finished with another key, or was never spoken to.
#[test]
fn impersonated_names_the_victim_that_heard_the_attacker_in_the_others_place() {
    for (who, other, role, says) in
        [(Client, Server, Role::Client, CLIENT_SAYS), (Server, Client, Role::Server, SERVER_SAYS)]
    {
        let gave_up = Story::between().established(who, "k").aborted(other, None, 2);
        let with_another = Story::between().established(who, "k").established(other, "o");
        let absent = Story::apart().made_up(role.peer(), "made up").hears(who, "made up").established(who, "k");
        for (story, is) in [
            (gave_up, "gave up in flight 2: share: "),
            (with_another, "finished with key o."),
            (absent, "saw nothing of it: share: "),
        ] {
            let story = story.holds(role, "k").recovered(role, says, true);
            let read = story.last();
            let story = story.left();
            // Of one that finished, nobody has to be told why it left later.
            let left = match story.all_of(other, "established")[..] {
                [] => story.all_of(other, "aborted"),
                _ => Vec::new(),
            };
            let heard = story
                .0
                .iter()
                .find(|event| event.source == who && matches!(event.fact, Fact::Frame { way: Way::Received, .. }));
            let cited = vec![heard.expect("a frame").n, story.n(who, "established"), story.n(Attacker, "holds"), read];
            let judgement = story.end();
            expect(&judgement, Kind::Impersonated, Class::Broken, (None, Some(role), None));
            assert_eq!(judgement.evidence, sorted([cited, left].concat()));
            assert!(judgement.verdict.because.contains(is), "{}", judgement.verdict.because);
        }
    }
}

/// A clock is no attack and no defence: why the other left belongs to the verdict, which is a break all the same.
#[test]
fn a_break_tells_where_the_other_victim_only_lost_patience() {
    let lapses = [
        Cause::Silence { most: 2000 },
        Cause::Overdue { most: 16000 },
        Cause::NoConnection { most: 6000 },
        Cause::NoWay { address: "127.0.0.1:1".into(), error: "refused".into() },
    ];
    let others = [Cause::Ended, Cause::NobodyComes, Cause::NoKeys];
    let reasons = lapses.map(|reason| (reason, true)).into_iter().chain(others.map(|reason| (reason, false)));
    for (reason, lapse) in reasons {
        let gave_up =
            |story: Story| story.tell(Server, Fact::Aborted { flight: 2, check: None, reason: reason.clone() });
        let alone = Story::apart().made_up(Role::Server, "made up").hears(Client, "made up");
        let stories =
            [(Story::between(), Kind::Impersonated), (alone, Kind::Impersonated), (Story::begin(), Kind::Read)];
        for (story, kind) in stories {
            let story = gave_up(story.established(Client, "k")).holds(Role::Client, "k");
            let left = story.n(Server, "aborted");
            let judgement = story.recovered(Role::Client, CLIENT_SAYS, true).end();
            let verdict = &judgement.verdict;
            assert_eq!((verdict.kind, verdict.class, verdict.lapse()), (kind, Class::Broken, lapse), "{verdict:?}");
            assert!(verdict.is_settled() && judgement.evidence.contains(&left), "{judgement:?}");
            assert!(verdict.because.contains(&reason.to_string()), "{}", verdict.because);
        }
    }
}

/// Whoever computes for so long that the server loses patience has the key that the client shares with the server.
#[test]
fn read_where_the_victim_that_finished_heard_nobody_but_the_other() {
    for (who, other, role, says) in
        [(Client, Server, Role::Client, CLIENT_SAYS), (Server, Client, Role::Server, SERVER_SAYS)]
    {
        let gave_up = Story::begin().established(who, "k").aborted(other, None, 2);
        // The other direction was altered: the other victim has a key that nobody shows.
        let (by_server, by_client) =
            if who == Client { ("another", "server-hello") } else { ("client-hello", "another") };
        let with_another = Story::heard(by_server, by_client).established(who, "k").established(other, "o");
        for story in [gave_up, with_another] {
            let judgement = story.holds(role, "k").recovered(role, says, false).end();
            expect(&judgement, Kind::Read, Class::Broken, NOWHERE);
            assert!(judgement.verdict.because.contains("afterwards"), "{}", judgement.verdict.because);
        }
    }
}

#[test]
fn misbound_names_the_victim_that_takes_its_peer_for_another() {
    let story = Story::begin().under_names(Server, "k", Some("bob.lab"), Some("mallory.lab"));
    let story = story.under_names(Client, "k", Some("alice.lab"), Some("bob.lab")).delivered();
    let cited = vec![story.n(Server, "established"), story.n(Client, "established")];
    let judgement = story.end();
    expect(&judgement, Kind::Misbound, Class::Broken, (None, Some(Role::Server), None));
    assert_eq!(judgement.evidence, cited);
}

#[test]
fn the_right_names_are_private() {
    let story = Story::begin().under_names(Server, "k", Some("bob.lab"), Some("alice.lab"));
    let judgement = story.under_names(Client, "k", Some("alice.lab"), Some("bob.lab")).delivered().end();
    expect(&judgement, Kind::Private, Class::Defended, NOWHERE);
}

#[test]
fn altered_by_a_message_that_the_peer_did_not_send() {
    let story = shared();
    let written = story.n(Client, "data");
    let story = story.data(Client, Way::Received, 0, SERVER_SAYS).data(Server, Way::Received, 0, "Pay 900 to Carol");
    let accepted = story.last();
    let judgement = story.closed().end();
    expect(&judgement, Kind::Altered, Class::Broken, (None, Some(Role::Server), None));
    assert_eq!(judgement.evidence, [written, accepted]);
}

#[test]
fn altered_by_a_stream_that_was_cut_and_taken_for_complete() {
    let story = shared().data(Client, Way::Sent, 1, "but not before Monday");
    let cut = story.last();
    let story = story.data(Server, Way::Received, 0, CLIENT_SAYS).data(Client, Way::Received, 0, SERVER_SAYS);
    let story = story.tell(Server, Fact::Closed { sent: 1, received: 1 });
    let closed = story.last();
    let judgement = story.tell(Client, Fact::Closed { sent: 2, received: 1 }).end();
    expect(&judgement, Kind::Altered, Class::Broken, (None, Some(Role::Server), None));
    assert_eq!(judgement.evidence, [cut, closed]);
}

/// What reached a victim before it finished has to be what its peer sent.
#[test]
fn altered_by_a_handshake_message_that_the_peer_did_not_send_so() {
    let ended = |heard: &str, key| {
        let story = Story::heard(heard, "server-hello").established(Client, "k").established(Server, key).delivered();
        let first = |who| story.all_of(who, "frame")[0];
        (first(Client), first(Server), story.n(Server, "established"), story.end())
    };
    let (sent, heard, finished, judgement) = ended("another client-hello", "k");
    expect(&judgement, Kind::Altered, Class::Broken, (None, Some(Role::Server), None));
    // Sent, received, and finished all the same.
    assert_eq!(judgement.evidence, [sent, heard, finished]);
    expect(&ended("client-hello", "k").3, Kind::Private, Class::Defended, NOWHERE);
    // With two keys no record would have been accepted.
    assert_ne!(ended("another client-hello", "s").3.verdict.kind, Kind::Altered);
}

#[test]
fn downgraded_below_the_best_that_both_offered() {
    let story = Story::begin().in_group(Server, "k", None, None, "ffdhe2048");
    let story = story.in_group(Client, "k", None, None, "ffdhe2048").delivered();
    let cited = vec![story.n(Server, "established"), story.n(Client, "established")];
    let judgement = story.end();
    expect(&judgement, Kind::Downgraded, Class::Broken, NOWHERE);
    assert_eq!(judgement.evidence, cited);
}

fn reached(done: u64) -> Option<Reached> {
    Some(Reached { phase: Some("sieve".into()), done, total: 200, unit: Some("relations".into()) })
}

#[test]
fn unread_where_the_computation_was_cut_off() {
    let cut_off = shared().delivered().chose().work(20).solved(false, reached(50));
    // Its process was done, and nobody heard what came of it.
    let left = shared().delivered().chose().work(50);
    let alone = Story::begin().established(Client, "k").work(20).solved(false, reached(50));
    let stopped = shared().failed(Server, "record-auth", 3).aborted(Server, Some("record-auth"), 3);
    let stopped = stopped.solved(false, reached(50));
    for story in [cut_off, left, alone, stopped] {
        let judgement = story.end();
        expect(&judgement, Kind::Unread, Class::Neutral, NOWHERE);
        let because = &judgement.verdict.because;
        assert!(because.contains("50 of 200 relations (25 %)") && because.contains("key k"), "{because}");
    }
    let nothing_begun = shared().delivered().solved(false, Some(Reached::default()));
    expect(&nothing_begun.end(), Kind::Unread, Class::Neutral, NOWHERE);
    assert!(!Kind::Unread.is_settled());
}

#[test]
fn a_computation_that_came_to_its_end_leaves_the_session_as_it_is() {
    let too_hard = || shared().delivered().chose().solved(false, None);
    expect(&too_hard().end(), Kind::Private, Class::Defended, NOWHERE);
    let again = shared().delivered().chose().solved(false, reached(50)).chose().solved(false, None);
    expect(&again.end(), Kind::Private, Class::Defended, NOWHERE);
    let found = shared().delivered().chose().solved(true, None).holds(Role::Client, "k");
    expect(&found.recovered(Role::Client, CLIENT_SAYS, false).end(), Kind::Read, Class::Broken, NOWHERE);
    // Nobody finished: there is no key to compute.
    let nobody = Story::begin().chose().solved(false, reached(50)).aborted(Client, None, 2).aborted(Server, None, 3);
    expect(&nobody.end(), Kind::Disrupted, Class::Neutral, NOWHERE);
    // What is worse is said first.
    let altered = shared().data(Server, Way::Received, 0, "Pay 900 to Carol").chose().solved(false, reached(50));
    expect(&altered.end(), Kind::Altered, Class::Broken, (None, Some(Role::Server), None));
}

#[test]
fn disrupted_where_nobody_names_a_check() {
    let story = Story::begin().aborted(Client, None, 2).aborted(Server, None, 3);
    let cited = vec![story.n(Client, "aborted"), story.n(Server, "aborted")];
    let judgement = story.end();
    expect(&judgement, Kind::Disrupted, Class::Neutral, NOWHERE);
    assert_eq!(judgement.evidence, cited);
    assert!(judgement.verdict.because.contains("the client gave up in flight 2"));
}

/// The line went down because of who gave up, whatever the other calls it, and however early: a limit of time is no defence.
#[test]
fn disrupted_by_who_lost_patience_and_not_by_who_saw_the_end() {
    for end in [Cause::Ended, Cause::FrameCut { expected: 4, octets: 1 }] {
        let gave_up =
            |story: Story, who, flight, reason| story.tell(who, Fact::Aborted { flight, check: None, reason });
        let story = gave_up(Story::begin(), Client, 2, Cause::Silence { most: 2000 });
        let judgement = gave_up(story, Server, 1, end.clone()).end();
        expect(&judgement, Kind::Disrupted, Class::Neutral, NOWHERE);
        assert!(judgement.verdict.lapse() && !judgement.verdict.is_settled(), "{judgement:?}");
        // Where nobody lost patience, whoever saw the end is all that is left to tell of.
        let judgement = gave_up(gave_up(Story::begin(), Client, 2, end.clone()), Server, 1, end).end();
        assert!(judgement.verdict.is_settled() && judgement.verdict.because.contains("the server gave up in flight 1"));
    }
}

/// The same where it is the close that is missed.
#[test]
fn disrupted_where_one_gives_up_for_no_check_and_the_other_misses_the_close() {
    let story = shared().aborted(Server, None, 3);
    let story = story.failed(Client, "authenticated-close", 3).aborted(Client, Some("authenticated-close"), 3);
    expect(&story.end(), Kind::Disrupted, Class::Neutral, NOWHERE);
}

/// Whom the attacker leaves without an answer gives up early, and for no check's sake.
#[test]
fn stopped_by_the_check_that_failed_while_the_other_got_no_answer() {
    let story = Story::begin().failed(Server, "cert-chain", 3).aborted(Server, Some("cert-chain"), 3);
    let judgement = story.aborted(Client, None, 2).end();
    expect(&judgement, Kind::Stopped, Class::Defended, (Some("cert-chain"), Some(Role::Server), Some(3)));
}

#[test]
fn inconclusive_where_the_console_lost_somebody_or_time_was_over() {
    let lost = Fact::Lost { what: Attacker, reason: Loss::NoPipes };
    let overdue = |after| Fact::Overdue { after };
    for (fact, words) in [
        (lost, "The attacker was lost: its pipes are missing."),
        (overdue(60_000), "The session was not over after 60 s."),
        (overdue(300), "The session was not over after 0.3 s."),
        (Fact::Cancelled { why: Cancellation::Asked }, "The session was cancelled."),
        (Fact::Cancelled { why: Cancellation::Closing }, "The console ended before the session did."),
    ] {
        let story = shared().delivered().tell(Console, fact);
        let cited = story.last();
        let judgement = story.end();
        expect(&judgement, Kind::Inconclusive, Class::Error, NOWHERE);
        assert_eq!(judgement.evidence, [cited]);
        assert_eq!(judgement.verdict.because, words);
    }
}

#[test]
fn inconclusive_where_somebody_never_told_its_end() {
    for missing in [Client, Attacker, Server] {
        let mut story = shared().delivered();
        for actor in [Client, Attacker, Server].into_iter().filter(|actor| *actor != missing) {
            story = story.tell(actor, Fact::Ended);
        }
        let judgement = judge(&story.0);
        expect(&judgement, Kind::Inconclusive, Class::Error, NOWHERE);
        assert!(judgement.verdict.because.contains(&missing.to_string()), "{}", judgement.verdict.because);
    }
}

/// Nothing was disrupted that nobody told of.
#[test]
fn inconclusive_where_a_victim_never_told_how_it_left() {
    let one_closed =
        shared().data(Server, Way::Received, 0, CLIENT_SAYS).tell(Server, Fact::Closed { sent: 1, received: 1 });
    for story in [Story::apart(), Story::begin(), shared(), one_closed] {
        let judgement = judge(&story.all(|_| Fact::Ended).0);
        expect(&judgement, Kind::Inconclusive, Class::Error, NOWHERE);
        assert!(
            judgement.verdict.because.starts_with("Events are missing: the client"),
            "{}",
            judgement.verdict.because
        );
    }
    // Two keys that nobody shows, and two streams that are complete.
    let two = Story::between().established(Server, "s").established(Client, "c").delivered().end();
    expect(&two, Kind::Inconclusive, Class::Error, NOWHERE);
}

/// A contradiction cites the event that cannot be; for each, the last one.
#[test]
fn inconclusive_where_the_events_contradict_each_other() {
    let received =
        |index, text: &str| Fact::Data { way: Way::Received, index, digest: digest(text), length: 1, text: None };
    let closed = |sent, received| Fact::Closed { sent, received };
    let canary = |text: &str| Fact::Canary { digest: digest(text) };
    let started = || Fact::Started { plays: "dh".to_owned(), without: vec![], with: vec![] };
    let check = |status| {
        let (check, expected, observed) = ("finished".to_owned(), String::new(), String::new());
        Fact::Check { check, status, flight: 3, expected: expected.into(), observed: observed.into() }
    };
    let made_up = Fact::Frame { way: Way::Received, flight: 1, kind: "hello".into(), bytes: "nobody's".into() };
    let server = || Story::begin().established(Server, "k");
    let mut impossible = vec![
        ("finished twice", server().finished(Server, "k", None, None, "x25519")),
        ("jumped", server().tell(Server, received(1, CLIENT_SAYS))),
        ("read too early", Story::begin().tell(Server, received(0, CLIENT_SAYS))),
        ("a canary too early", Story::begin().tell(Server, canary("x"))),
        ("closed too early", Story::begin().tell(Server, closed(0, 0))),
        ("gave up after its close", shared().delivered().aborted(Client, None, 3)),
        ("closed after it gave up", server().aborted(Server, None, 3).tell(Server, closed(1, 0))),
        ("finished after it gave up", Story::begin().aborted(Server, None, 2).finished(Server, "k", None, None, "")),
        ("received more than its events", server().tell(Server, closed(1, 1))),
        ("sent more than its events", server().tell(Server, closed(2, 0))),
        ("read after its close", shared().delivered().tell(Server, received(1, "more"))),
        ("checked after its close", shared().delivered().tell(Server, check(Status::Passed))),
        ("closed twice", shared().delivered().tell(Server, closed(1, 1))),
        ("two canaries", server().tell(Server, canary("another"))),
        ("began twice", shared().tell(Server, started())),
        ("the attacker began twice", shared().tell(Attacker, started())),
        ("stopped at what did not fail", Story::begin().aborted(Client, Some("finished"), 2)),
        ("went on at what failed", shared().tell(Client, check(Status::Failed))),
        ("heard what nobody sent", Story::begin().tell(Client, made_up)),
        ("took what nobody sent", Story::begin().relayed(Role::Client, "nobody's", "nobody's")),
        ("found what was cut off", shared().delivered().solved(true, reached(1))),
        ("finished without a word", Story::apart().finished(Server, "k", None, None, "")),
        (
            "no canary",
            Story::begin().finished(Server, "k", None, None, "x25519").data(Server, Way::Sent, 0, SERVER_SAYS),
        ),
    ];
    let holds = Fact::Holds { with: Role::Client, fingerprint: "k".to_owned() };
    for (who, fact) in [
        (Client, holds.clone()),
        (Server, holds),
        (Attacker, canary("x")),
        (Console, check(Status::Passed)),
        (Attacker, Fact::Overdue { after: 1 }),
        (Client, Fact::Lost { what: Server, reason: Loss::NoPipes }),
    ] {
        impossible.push(("told what is not its own", shared().delivered().tell(who, fact)));
    }
    for (what, story) in impossible {
        let last = story.last();
        let judgement = story.end();
        expect(&judgement, Kind::Inconclusive, Class::Error, NOWHERE);
        assert_eq!(judgement.evidence, [last], "{what}: {}", judgement.verdict.because);
        assert!(judgement.verdict.because.contains("contradict"), "{what}: {}", judgement.verdict.because);
    }
    for who in [Client, Attacker, Server] {
        let story = Story::begin().tell(who, Fact::Ended).tell(who, Fact::Ended);
        let judgement = judge(&story.0);
        expect(&judgement, Kind::Inconclusive, Class::Error, NOWHERE);
        assert_eq!(judgement.evidence, [story.last()], "{}", judgement.verdict.because);
    }
}

/// What a victim calls its secret is what it sends.
#[test]
fn inconclusive_where_the_canary_is_none_of_the_messages() {
    for says in ["", "Pay 100 to Mallory"] {
        let story = Story::begin().established(Server, "k").finished(Client, "k", None, None, "x25519");
        let story = story.tell(Client, Fact::Canary { digest: digest(says) });
        let canary = story.last();
        let judgement = story.data(Client, Way::Sent, 0, CLIENT_SAYS).delivered().end();
        expect(&judgement, Kind::Inconclusive, Class::Error, NOWHERE);
        assert_eq!(judgement.evidence, [canary], "{}", judgement.verdict.because);
    }
}

/// In another version a field may mean something else, and another session's events say nothing about this one.
#[test]
fn inconclusive_where_an_event_is_of_another_version_or_session() {
    let story = shared().delivered().left().all(|_| Fact::Ended).0;
    expect(&judge(&story), Kind::Private, Class::Defended, NOWHERE);
    for i in 1..story.len() {
        let mut other = story.clone();
        other[i].v = VERSION + 1;
        let mut foreign = story.clone();
        foreign[i].session = "another".to_owned();
        for told in [other, foreign] {
            let judgement = judge(&told);
            expect(&judgement, Kind::Inconclusive, Class::Error, NOWHERE);
            assert_eq!(judgement.evidence, [story[i].n], "{}", judgement.verdict.because);
        }
    }
}

/// The attacker knows what a victim said and shows no key for it: neither a stop elsewhere nor a good end explains that.
#[test]
fn inconclusive_where_a_canary_came_out_without_a_key() {
    let story = Story::between().established(Client, "c").recovered(Role::Client, CLIENT_SAYS, true);
    let stopped = story.failed(Server, "finished", 3).aborted(Server, Some("finished"), 3);
    let two = apart().recovered(Role::Server, SERVER_SAYS, false);
    for (story, who) in [(stopped, Client), (two, Server)] {
        let cited = vec![story.n(who, "canary"), story.n(Attacker, "recovered")];
        let judgement = story.end();
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
    let story = shared().recovered(Role::Client, CLIENT_SAYS, true).failed(Server, "record-auth", 3);
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

    /// Of two who give up one decides, whoever it is and whoever is told of first: a stop is at a check, and a disruption is not.
    #[test]
    fn of_whatever_aborts_there_are_one_decides(
        aborts in [(0..3usize, 1..5u32), (0..3usize, 1..5u32)],
        server_first in any::<bool>(),
    ) {
        const CHECKS: [Option<&str>; 3] = [Some("finished"), None, Some("authenticated-close")];
        let mut told: Vec<_> = [Client, Server].into_iter().zip(aborts).collect();
        if server_first {
            told.reverse();
        }
        let judgement = told.iter().fold(Story::begin(), |story, (who, (what, flight))| match CHECKS[*what] {
            Some(check) => story.failed(*who, check, *flight).aborted(*who, Some(check), *flight),
            None => story.aborted(*who, None, *flight),
        }).end();
        let earliest = |wanted: usize| {
            told.iter().filter(|(_, (what, _))| *what == wanted).map(|(_, (_, flight))| *flight).min()
        };
        match ((0..3).find_map(|what| Some((what, earliest(what)?))), &judgement.verdict.grounds) {
            (Some((1, flight)), Some(Grounds::Disrupted { flight: got, .. })) => prop_assert_eq!(*got, flight),
            (Some((what, flight)), Some(Grounds::Stopped { check, flight: got, .. })) => {
                prop_assert_eq!((Some(check.as_str()), *got), (CHECKS[what], flight));
            }
            (decides, got) => prop_assert!(false, "{:?} decides, and what is told is {:?}", decides, got),
        }
    }
}

/// A connection that is cut somewhere gives nobody anything, and is no check's doing but that of the missing close.
#[test]
fn a_session_whose_connection_is_cut_anywhere_is_disrupted_or_stopped_by_the_missing_close() {
    let orders =
        staging::stage(&"ecdh-cert/relay".parse().expect("a scenario"), &Setting::seeded("cut", 7)).expect("orders");
    let (mut seen, mut whole) = (BTreeSet::new(), 0);
    for role in [Role::Client, Role::Server] {
        for after in 0.. {
            let (log, cut) = conversation::cut(&orders, role, after);
            let Verdict { kind, check, grounds, .. } = judge(&log.events).verdict;
            if !cut {
                assert_eq!(kind, Kind::Private, "nothing was cut");
                whole += 1;
                break;
            }
            let checked = matches!(&grounds, Some(Grounds::Disrupted { reason: Cause::Check { .. }, .. }));
            assert!(!checked, "{role} after {after}: {grounds:?}");
            seen.insert((kind.as_str(), check));
        }
    }
    let expected = [("disrupted", None), ("private", None), ("stopped", Some("authenticated-close".to_owned()))];
    assert_eq!((seen, whole), (BTreeSet::from(expected), 2));
}

/// Whoever of the two comes first in the alphabet: the earlier flight decides.
#[test]
fn of_two_aborts_at_checks_the_earlier_one_is_the_stop() {
    let story = Story::begin().failed(Client, "finished", 4).aborted(Client, Some("finished"), 4);
    let story = story.failed(Server, "psk-binder", 2).aborted(Server, Some("psk-binder"), 2);
    let at = (Some("psk-binder"), Some(Role::Server), Some(2));
    expect(&story.end(), Kind::Stopped, Class::Defended, at);
}

#[test]
fn both_canaries_without_both_ends_are_not_private() {
    for (ends, gives_up) in [(Server, Client), (Client, Server)] {
        let story = shared().data(Server, Way::Received, 0, CLIENT_SAYS).data(Client, Way::Received, 0, SERVER_SAYS);
        let story = story.tell(ends, Fact::Closed { sent: 1, received: 1 }).aborted(gives_up, None, 3);
        expect(&story.end(), Kind::Disrupted, Class::Neutral, NOWHERE);
    }
}

#[test]
fn a_key_that_is_shown_for_both_is_one_fingerprint() {
    let story = shared().delivered().holds(Role::Client, "k").holds(Role::Server, "k");
    let judgement = story.recovered(Role::Client, CLIENT_SAYS, true).end();
    expect(&judgement, Kind::Read, Class::Broken, NOWHERE);
    assert_eq!(judgement.fingerprints.attacker, ["k"]);
}

/// With the key in the attacker's hand another name is no matter of binding any more: what it read has to be shown.
#[test]
fn misbound_needs_a_key_that_the_attacker_has_not() {
    let story = Story::begin().under_names(Server, "k", Some("bob.lab"), Some("mallory.lab"));
    let story = story.under_names(Client, "k", Some("alice.lab"), Some("bob.lab")).delivered();
    expect(&story.holds(Role::Server, "k").end(), Kind::Inconclusive, Class::Error, NOWHERE);
}

#[test]
fn misbound_to_a_name_where_the_peer_has_none() {
    let story = Story::begin().under_names(Server, "k", Some("bob.lab"), Some("mallory.lab"));
    let judgement = story.under_names(Client, "k", None, Some("bob.lab")).delivered().end();
    expect(&judgement, Kind::Misbound, Class::Broken, (None, Some(Role::Server), None));
}

#[test]
fn altered_by_a_message_more_than_the_peer_sent_and_by_its_number() {
    let story = shared().data(Server, Way::Received, 0, CLIENT_SAYS).data(Server, Way::Received, 1, CLIENT_SAYS);
    let story = story.data(Client, Way::Received, 0, SERVER_SAYS).tell(Client, Fact::Closed { sent: 1, received: 1 });
    let (first, more) = (story.n(Client, "data"), story.n(Server, "data"));
    let judgement = story.tell(Server, Fact::Closed { sent: 1, received: 2 }).end();
    expect(&judgement, Kind::Altered, Class::Broken, (None, Some(Role::Server), None));
    let grounds = judgement.verdict.grounds.expect("grounds");
    assert!(matches!(grounds, Grounds::AlteredMessage { message: 2, .. }), "{grounds:?}");
    assert!(judgement.evidence.contains(&more) && !judgement.evidence.contains(&first), "{:?}", judgement.evidence);
}

/// The sentence has the two messages, as far as the victims tell them, and without what is there of a canary.
#[test]
fn altered_tells_what_was_taken_in_and_what_was_written() {
    let judged = |took: Option<&str>, wrote: Option<&str>| {
        let mut story = shared().data(Server, Way::Received, 0, "Pay 900 to Carol");
        for event in &mut story.0 {
            if let Fact::Data { way, text, .. } = &mut event.fact {
                let said = if (event.source, *way) == (Server, Way::Received) { took } else { wrote };
                *text = said.map(str::to_owned);
            }
        }
        let verdict = story.tell(Server, Fact::Closed { sent: 1, received: 1 }).end().verdict;
        assert_eq!(verdict.kind, Kind::Altered, "{verdict:?}");
        verdict.because
    };
    let (took, wrote) = (Some("Pay 900 to Carol […]"), Some("Pay 100 to Carol […]"));
    assert_eq!(
        judged(took, wrote),
        "Altered: the server took in “Pay 900 to Carol”, where the client wrote “Pay 100 to Carol”."
    );
    assert_eq!(judged(took, None), "Altered: the server took in “Pay 900 to Carol”, which the client did not write.");
    assert_eq!(judged(None, None), "Altered: the server took in message 1 as the client's, which did not send it.");
}

/// What was changed in transit is worse than what was taken away before.
#[test]
fn altered_outweighs_downgraded() {
    let story = Story::begin().in_group(Server, "k", None, None, "ffdhe2048");
    let story = story.in_group(Client, "k", None, None, "ffdhe2048").data(Server, Way::Received, 0, "Pay 900");
    let judgement = story.data(Client, Way::Received, 0, SERVER_SAYS).closed().end();
    expect(&judgement, Kind::Altered, Class::Broken, (None, Some(Role::Server), None));
}

#[test]
fn what_the_server_does_not_offer_is_not_the_best_of_both() {
    let story = |fingerprints: [&str; 2]| {
        let established = |story: Story, who, key: &str, offered: &[&str]| {
            let said = if who == Client { CLIENT_SAYS } else { SERVER_SAYS };
            let (fingerprint, group) = (key.to_owned(), "ffdhe2048".to_owned());
            let offered = offered.iter().map(|group| (*group).to_owned()).collect();
            let story = story.tell(who, Fact::Established { fingerprint, own: None, peer: None, group, offered });
            story.tell(who, Fact::Canary { digest: digest(said) }).data(who, Way::Sent, 0, said)
        };
        let story = established(Story::begin(), Server, fingerprints[0], &["ffdhe2048"]);
        established(story, Client, fingerprints[1], &["x25519", "ffdhe2048"])
    };
    expect(&story(["k", "k"]).delivered().end(), Kind::Private, Class::Defended, NOWHERE);
}

#[test]
fn unread_names_who_spoke_under_the_key_and_cites_the_computation() {
    let both = shared().delivered().chose().work(20).solved(false, reached(50));
    let alone = Story::begin().established(Server, "k").work(20).solved(false, reached(50));
    for (story, expected) in [(both, (Role::Client, true)), (alone, (Role::Server, false))] {
        let computation = story.n(Attacker, "solved");
        let judgement = story.end();
        expect(&judgement, Kind::Unread, Class::Neutral, NOWHERE);
        let Some(Grounds::Unread { party, shared, .. }) = judgement.verdict.grounds else { panic!("{judgement:?}") };
        assert_eq!((party, shared), expected);
        assert!(judgement.evidence.contains(&computation), "{:?}", judgement.evidence);
    }
}
