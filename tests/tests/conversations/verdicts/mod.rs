//! Each kind of verdict from the least evidence that amounts to it, and what it cites.

mod campaigns;
mod inconclusive;
mod left;
mod story;
mod truths;

use lab::{
    cause::Cause,
    event::{Cancellation, Fact, Reached, Status, TRIES, VERSION, Way},
    loss::Loss,
    role::{
        Actor::{self, Attacker, Client, Console, Server},
        Role,
    },
    staging::Setting,
    verdict::{Class, Grounds, Judgement, Kind, Verdict, judge},
    wire,
};
use proptest::prelude::*;
use std::collections::BTreeSet;
use story::*;
use support::{conversation, staging};

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
    let nearly = shared().delivered().chose().work(20).solved(false, reached(199)).end().verdict.because;
    assert!(nearly.contains("199 of 200 relations (99 %)"), "{nearly}");
    let nothing_begun = shared().delivered().solved(false, Some(Reached::default()));
    expect(&nothing_begun.end(), Kind::Unread, Class::Neutral, NOWHERE);
    assert!(!Kind::Unread.is_settled());
}

/// Only what is tried one by one is over with the last of it, and only where it is known how many there are.
#[test]
fn a_search_is_over_when_all_is_tried_and_no_other_work_by_its_count() {
    let judged = |unit: Option<&str>, done, total| {
        let work = Fact::Work { phase: "clock-seed".into(), done, total, unit: unit.map(str::to_owned) };
        shared().delivered().tell(Attacker, work).end().verdict.kind
    };
    assert_eq!(judged(Some(TRIES), 50, 50), Kind::Private);
    assert_eq!(judged(Some(TRIES), 51, 50), Kind::Private);
    for (unit, done, total) in
        [(Some(TRIES), 49, 50), (Some(TRIES), 50, 0), (Some(TRIES), 0, 0), (Some("relations"), 50, 50), (None, 50, 50)]
    {
        assert_eq!(judged(unit, done, total), Kind::Unread, "{unit:?} {done} of {total}");
    }
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
fn a_leak_outweighs_a_later_stop() {
    let story = shared().recovered(Role::Client, CLIENT_SAYS, true).failed(Server, "record-auth", 3);
    let judgement = story.aborted(Server, Some("record-auth"), 3).end();
    expect(&judgement, Kind::Read, Class::Broken, NOWHERE);
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
