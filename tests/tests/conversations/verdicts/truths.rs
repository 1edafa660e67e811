//! What was so, beside what each victim believes: who has its key, under which name, and when what it wrote was read.

use super::*;
use lab::evidence::{Read, Truth, With};

fn truths(story: Story) -> [Option<Truth>; 2] {
    let truths = story.end().truths;
    [truths.client, truths.server]
}

fn read(truth: Option<Truth>) -> Option<Read> {
    truth.expect("it finished").so.read
}

#[test]
fn who_has_a_victims_key_is_told_of_each() {
    let with = |story: Story| truths(story).map(|truth| truth.map(|truth| truth.so.with));
    assert_eq!(with(shared()), [Some(With::Peer); 2]);
    assert_eq!(with(shared().holds(Role::Client, "k")), [Some(With::PeerAndAttacker); 2]);
    assert_eq!(with(apart()), [Some(With::Nobody); 2]);
    assert_eq!(with(apart().holds(Role::Client, "c")), [Some(With::Attacker), Some(With::Nobody)]);
    assert_eq!(with(Story::begin()), [None, None], "nobody finished");
}

#[test]
fn what_was_read_as_it_was_said_is_told_from_what_was_read_later() {
    for (live, when) in [(true, Read::Live), (false, Read::Later)] {
        let [client, server] = truths(shared().recovered(Role::Client, CLIENT_SAYS, live));
        assert_eq!((read(client), read(server)), (Some(when), None));
    }
}

#[test]
fn a_name_is_the_other_victims_own() {
    let story = Story::begin().under_names(Server, "k", Some("bob.lab"), None);
    let [client, server] = truths(story.under_names(Client, "k", None, Some("bob.lab"))).map(Option::unwrap);
    assert_eq!((client.so.name.as_deref(), server.so.name), (Some("bob.lab"), None));
    assert_eq!((client.believes.peer.as_deref(), client.believes.authenticated), (Some("bob.lab"), true));
    assert_eq!((server.believes.peer, server.believes.authenticated), (None, false));
}
