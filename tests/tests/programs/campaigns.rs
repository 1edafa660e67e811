//! Scenarios of several sessions: what is remembered in between, one verdict over all, and what becomes of one that is cut off.

use lab::{
    event::{Event, Fact, Way, sessions},
    evidence::hex,
    role::{Actor, Role},
    staging::Setting,
    verdict::{Grounds, Judgement, Kind, judge},
};
use serde_json::Value;
use sha2::{Digest, Sha256};
use support::{conversation, programs::run, staging};

fn events(scenario: &str) -> Vec<Event> {
    let orders =
        staging::campaign(&scenario.parse().expect("a scenario"), &Setting::seeded("test", 1)).expect("orders");
    conversation::campaign(&orders).events
}

fn kinds(judgement: &Judgement) -> Vec<Kind> {
    judgement.sessions.iter().map(|session| session.verdict.kind).collect()
}

#[test]
fn the_verdict_is_the_worst_of_the_sessions_and_says_which() {
    let first = judge(&events("tofu/first-contact"));
    assert_eq!(kinds(&first), [Kind::Split, Kind::Split, Kind::Stopped]);
    assert_eq!((first.verdict.kind, first.verdict.session), (Kind::Split, Some(1)));
    assert!(first.verdict.because.starts_with("In session 1: Split: "), "{}", first.verdict.because);
    // A key that the attacker shows in a later session is not one of this one's.
    let keys = |session: &Judgement| session.fingerprints.attacker.len();
    assert_eq!(first.sessions.iter().map(keys).collect::<Vec<_>>(), [2, 2, 0]);
    // When the attacker has left, it is the genuine server that the client does not know.
    let last = &first.sessions[2].verdict;
    assert_eq!((last.check.as_deref(), last.party), (Some("known-key"), Some(Role::Client)));

    let later = judge(&events("tofu/first-contact:later"));
    assert_eq!(kinds(&later), [Kind::Private, Kind::Stopped]);
    assert_eq!((later.verdict.kind, later.verdict.session), (Kind::Stopped, Some(2)));

    let honest = judge(&events("tofu/relay"));
    assert_eq!((kinds(&honest), honest.verdict.kind), (vec![Kind::Private, Kind::Private], Kind::Private));
    assert!(judge(&events("ecdh/substitute")).sessions.is_empty(), "one session is no campaign");
}

#[test]
fn sessions_of_a_campaign_share_what_lasts_and_nothing_that_is_drawn() {
    let told = events("tofu/relay");
    let of = |part: &[Event], kind: &str| -> Vec<String> {
        let sent = |event: &Event| match &event.fact {
            Fact::Frame { way: Way::Sent, kind: it, bytes, .. } if it == kind => Some(bytes.clone()),
            _ => None,
        };
        part.iter().filter_map(sent).collect()
    };
    let parts: Vec<&[Event]> = sessions(&told).collect();
    for kind in ["client-hello", "server-hello"] {
        assert_eq!(of(parts[0], kind).len(), 1);
        assert_ne!(of(parts[0], kind), of(parts[1], kind), "{kind}");
    }
    let seen = |part: &[Event]| {
        part.iter().find_map(|event| match &event.fact {
            Fact::Check { check, expected, observed, .. } if check == "known-key" => {
                Some((expected.clone(), observed.clone()))
            }
            _ => None,
        })
    };
    assert!(seen(parts[0]).is_some() && seen(parts[0]) == seen(parts[1]), "one host key, remembered");
}

#[test]
fn a_campaign_that_is_cut_off_is_inconclusive_with_the_reason() {
    let told = events("tofu/first-contact");
    let starts: Vec<usize> =
        told.iter().enumerate().filter(|(_, it)| matches!(it.fact, Fact::Began { .. })).map(|(i, _)| i).collect();
    assert_eq!(starts.len(), 3);
    let because = |events: &[Event]| {
        let judgement = judge(events);
        assert_eq!(judgement.verdict.kind, Kind::Inconclusive, "{}", judgement.verdict.because);
        judgement.verdict.because
    };
    // Whole sessions are missing, at the end, in the middle and at the beginning.
    assert!(because(&told[..starts[2]]).contains("session 3 of 3 was never played"));
    assert!(because(&told[..starts[1]]).contains("session 2 of 3 was never played"));
    assert!(because(&[&told[..starts[1]], &told[starts[2]..]].concat()).contains("session 2 of 3"));
    assert!(because(&told[starts[1]..]).contains("session 1 of 3"));
    // One stands in another's place.
    let swapped = [&told[starts[1]..starts[2]], &told[..starts[1]], &told[starts[2]..]].concat();
    assert!(because(&swapped).contains("session 1 of 3"));
    // It ends within a session, wherever: somebody never told an end, and says so in the number of that session.
    for end in [starts[0] + 1, starts[1] + 5, starts[2] + 1, told.len() - 1] {
        assert!(because(&told[..end]).contains("never told its end"), "after {end} events");
    }
    // Somebody else than the console says that a session begins.
    let mut lie = told.clone();
    lie[starts[1]].source = Actor::Attacker;
    because(&lie);
}

/// A recording has no date: what the attacker shows in a later session counts for the one that it is of.
#[test]
fn what_is_read_later_is_read() {
    let mut told = events("tofu/relay");
    let secret = "Pay 100 to Carol [0]";
    let digest = hex(&Sha256::digest(secret));
    let second = told.iter().rposition(|event| matches!(event.fact, Fact::Began { .. })).expect("a second session");
    let mut old = None;
    for event in &mut told[..second] {
        match &mut event.fact {
            Fact::Canary { digest: own } if event.source == Actor::Client => {
                old = Some(std::mem::replace(own, digest.clone()))
            }
            Fact::Data { digest: own, .. } if Some(&*own) == old.as_ref() => own.clone_from(&digest),
            _ => {}
        }
    }
    let key = judge(&told).sessions[0].fingerprints.client.clone().expect("a key");
    assert_eq!(judge(&told).verdict.kind, Kind::Private);
    let end = told.iter().rposition(|event| event.source == Actor::Attacker).expect("its end");
    for fact in [
        Fact::Holds { with: Role::Client, fingerprint: key },
        Fact::Recovered { sender: Role::Client, text: secret.to_owned(), live: true },
    ] {
        let event = Event { fact, ..told[end].clone() };
        told.insert(end, event);
    }
    let judgement = judge(&told);
    assert_eq!(kinds(&judgement), [Kind::Read, Kind::Private]);
    assert!(judgement.verdict.because.contains("afterwards"), "{}", judgement.verdict.because);
}

/// What is computed over several sessions may be read yet until it comes to its end; the victims of each have keys that differ.
#[test]
fn what_goes_on_in_the_next_session_is_unread_until_it_is_over() {
    let told = events("dh-weak:cofactor/small-subgroup+fresh-ephemeral");
    let fourth = told.iter().position(|event| matches!(event.fact, Fact::Began { number: 4, .. })).expect("a fourth");
    let cut_off = judge(&told[..fourth + 5]);
    let grounds = cut_off.sessions[0].verdict.grounds.as_ref();
    assert!(matches!(grounds, Some(Grounds::Unread { shared: false, .. })), "{grounds:?}");
    assert_eq!((cut_off.verdict.kind, cut_off.verdict.session), (Kind::Inconclusive, Some(4)));
    let whole = judge(&told);
    assert_eq!((kinds(&whole)[0], kinds(&whole)[14]), (Kind::Stopped, Kind::Private));
    let solved = told.iter().filter_map(|event| match &event.fact {
        Fact::Solved { found, failure, .. } => Some((*found, failure.as_ref()?.kind.clone())),
        _ => None,
    });
    assert_eq!(solved.collect::<Vec<_>>(), [(false, "another-exponent".to_owned())]);
}

/// A search among short strings tells how far it is, and that it is over.
#[test]
fn a_search_is_told_as_it_goes_on() {
    let told = events("sas/sas-grind~sas-commitment");
    let work = told.iter().filter_map(|event| match &event.fact {
        Fact::Work { done, total, .. } => Some((*done, *total)),
        _ => None,
    });
    let work: Vec<(u64, u64)> = work.collect();
    let (done, total) = *work.last().expect("a search");
    assert!(work.len() > 2 && work.is_sorted() && work[0] == (0, 0), "{work:?}");
    assert!(done == total && work[..work.len() - 1].iter().all(|(_, total)| *total == 0), "{work:?}");
}

#[test]
fn three_processes_play_it_and_one_seed_gives_the_same_octets() {
    let play = || run("interlock", &["run", "tofu/first-contact", "--seed", "7", "--json"]);
    let (one, other) = (play(), play());
    assert_eq!(one.code, Some(0), "{one:?}");
    assert_eq!(one.out, other.out);
    let session: Value = serde_json::from_str(&one.out).expect("an object");
    let kinds: Vec<&str> = session["sessions"]
        .as_array()
        .expect("sessions")
        .iter()
        .filter_map(|it| it["verdict"]["kind"].as_str())
        .collect();
    assert_eq!(kinds, ["split", "split", "stopped"]);
    assert_eq!((&session["verdict"]["kind"], &session["verdict"]["session"]), (&"split".into(), &1.into()));
    let told = run("interlock", &["run", "tofu/first-contact:later", "--seed", "7"]);
    assert!(told.code == Some(0) && told.out.contains("Session 2 of 2"), "{told:?}");
}
