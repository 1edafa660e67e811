//! Why a victim left: a check, its patience, or a connection that ended.

use super::*;

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

/// Nobody left of his own accord: that the line went down decides, whoever saw it first, and not the close that it left out.
#[test]
fn disrupted_where_one_sees_the_end_and_the_other_misses_the_close() {
    for (ended, missed) in [(2, 3), (3, 2), (3, 3)] {
        for (one, other, role) in [(Client, Server, "client"), (Server, Client, "server")] {
            let left = Fact::Aborted { flight: ended, check: None, reason: Cause::Ended };
            let story = shared().failed(other, "authenticated-close", missed);
            let judgement = story.aborted(other, Some("authenticated-close"), missed).tell(one, left).end();
            expect(&judgement, Kind::Disrupted, Class::Neutral, NOWHERE);
            let because = &judgement.verdict.because;
            assert!(because.contains(&format!("the {role} gave up in flight {ended}")), "{because}");
        }
    }
}

/// Whom the attacker leaves without an answer gives up early, and for no check's sake.
#[test]
fn stopped_by_the_check_that_failed_while_the_other_got_no_answer() {
    let story = Story::begin().failed(Server, "cert-chain", 3).aborted(Server, Some("cert-chain"), 3);
    let judgement = story.aborted(Client, None, 2).end();
    expect(&judgement, Kind::Stopped, Class::Defended, (Some("cert-chain"), Some(Role::Server), Some(3)));
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
