//! Where the events do not say what came of a session.

use super::*;

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
    let spoken = |bytes: &str| Fact::Frame {
        way: Way::Received,
        flight: 2,
        kind: wire::Kind::Spoken.to_string(),
        bytes: bytes.into(),
    };
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
        ("heard oftener than it was sent", Story::begin().hears(Client, "server-hello")),
        ("took oftener than it was sent", Story::begin().relayed(Role::Client, "client-hello", "another")),
        ("heard a voice that was imitated", Story::begin().made_up(Role::Server, "hum").tell(Client, spoken("hum"))),
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

/// As often as it was sent, each may be heard.
#[test]
fn what_was_sent_twice_is_heard_twice() {
    let twice = |from: Actor, name: Role, to: Actor, bytes: &str| {
        let sent = move |story: Story| story.sends(from, bytes).relayed(name, bytes, bytes).hears(to, bytes);
        sent(sent(Story::begin())).established(Server, "k").established(Client, "k").delivered()
    };
    expect(&twice(Client, Role::Client, Server, "again").end(), Kind::Private, Class::Defended, NOWHERE);
    expect(&twice(Server, Role::Server, Client, "again").end(), Kind::Private, Class::Defended, NOWHERE);
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
