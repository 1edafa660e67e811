//! Campaigns: what is shown in a later session, and sessions that are missing or out of their place.

use super::*;

/// A campaign of two sessions: an honest one, and one in which nobody finished and the attacker shows this; the verdict on the first.
fn shown_later(show: impl Fn(Story) -> Story) -> Judgement {
    let ended = |story: Story| story.left().all(|_| Fact::Ended).0;
    let sessions = [ended(shared().delivered()), ended(show(Story::begin()))];
    let mut story = Story(Vec::new());
    for (number, session) in (1..).zip(sessions) {
        story = story.tell(Console, Fact::Began { number, of: 2 });
        story = session.into_iter().fold(story, |story, event| story.tell(event.source, event.fact));
    }
    judge(&story.0).sessions[0].clone()
}

#[test]
fn what_is_shown_in_a_later_session_counts_for_the_one_that_it_is_of() {
    let kind = |show: fn(Story) -> Story| shown_later(show).verdict.kind;
    assert_eq!(kind(|story| story), Kind::Private);
    assert_eq!(kind(|story| story.holds(Role::Client, "k").recovered(Role::Client, CLIENT_SAYS, false)), Kind::Read);
    // A canary that was shown is proof without its key: `reinstall-key` reads like that.
    assert_eq!(kind(|story| story.recovered(Role::Client, CLIENT_SAYS, false)), Kind::Read);
    assert_eq!(kind(|story| story.holds(Role::Client, "k")), Kind::Inconclusive);
    // The key of another session is none of this one.
    let other = shown_later(|story| story.holds(Role::Client, "x"));
    assert_eq!((other.verdict.kind, other.fingerprints.attacker.len()), (Kind::Private, 0));
    // Nor does anybody but the attacker show what the attacker knows.
    let (with, fingerprint) = (Role::Client, "k".to_owned());
    let by_a_victim = shown_later(|story| story.tell(Server, Fact::Holds { with, fingerprint: fingerprint.clone() }));
    assert_eq!(by_a_victim.verdict.kind, Kind::Private);
}

/// Sessions that all went well, each with what is told of its place: its number, and of how many.
fn campaign(places: &[(u32, u32)]) -> Judgement {
    let session = shared().delivered().left().all(|_| Fact::Ended).0;
    let story = places.iter().fold(Story(Vec::new()), |story, (number, of)| {
        let began = story.tell(Console, Fact::Began { number: *number, of: *of });
        session.iter().cloned().fold(began, |story, event| story.tell(event.source, event.fact))
    });
    judge(&story.0)
}

#[test]
fn a_campaign_of_which_a_session_is_missing_proves_nothing() {
    for places in [&[(1, 1)][..], &[(1, 2), (2, 2)]] {
        let judgement = campaign(places);
        assert_eq!(judgement.verdict.kind, Kind::Private);
        let numbers: Vec<_> = judgement.sessions.iter().map(|session| session.verdict.session).collect();
        assert_eq!(numbers, (1..=places.len() as u32).map(Some).collect::<Vec<_>>());
    }
    for (places, missing) in [
        (&[(1, 2)][..], (2, 2)),
        (&[(2, 2)], (1, 2)),
        (&[(1, 3), (3, 3)], (2, 3)),
        (&[(2, 2), (1, 2)], (1, 2)),
        (&[(1, 2), (1, 2)], (2, 2)),
        // More than there were to be, and not always of as many.
        (&[(1, 1), (2, 1)], (2, 1)),
        (&[(1, 2), (2, 3)], (2, 3)),
    ] {
        let judgement = campaign(places);
        expect(&judgement, Kind::Inconclusive, Class::Error, NOWHERE);
        let Some(Grounds::Unplayed { number, of }) = judgement.verdict.grounds else { panic!("{judgement:?}") };
        assert_eq!((number, of), missing, "{places:?}");
    }
}
