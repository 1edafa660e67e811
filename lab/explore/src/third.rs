//! A third whom both trust: a server that shares a secret with everybody, and makes or passes on the key of the two.
//!
//! Each of the three has a table of its own, in which the others are whoever sends what it hears: the one who calls has the
//! client's role, the one who is called the server's, and so has the third, of which no goal speaks but injectivity, where its table
//! says by what a session is known. A message is known by its kind and by the sorts of its fields. The third plays as everybody does,
//! in so many sessions as there are: in each it serves two, and remembers nobody. A secret is what somebody shares with the third.
//! Whoever is called is told by what it hears who calls.

use crate::{
    symbolic::Groups,
    term::Term,
    world::{ALICE, BOB, Cast, MALLORY, World},
};
use lab::{mode::Mode, role::Role};
use std::sync::Arc;

/// Whom both trust.
pub const THIRD: &str = "the server";
/// How it is called where it serves, and does not call somebody itself.
pub(crate) const SERVING: &str = "the server, serving";

/// The tables of the three. The two know the name of their third as `third_name`.
#[derive(Clone, Copy, Debug)]
pub struct Tables {
    /// Of the one who calls.
    pub client: &'static Mode,
    /// Of the one who is called.
    pub server: &'static Mode,
    /// Of the third: it has its name as `own_name`, the names and the secrets of the two whom it serves, as `client_name`,
    /// `client_secret`, `server_name` and `server_secret`, and the time, as `now`.
    pub third: &'static Mode,
}

/// Who plays in one place of a cast.
#[derive(Clone, Copy, Debug)]
pub enum Player {
    /// Somebody who calls: who, and whom. The third may call, too, and is then served by whichever of the two it does not call.
    Calls(&'static str, &'static str),
    /// Somebody who is called by whoever calls.
    IsCalled(&'static str),
    /// The third, which serves one who calls and one who is called.
    Serves(&'static str, &'static str),
}

/// One session of each; the honest one comes first.
const ONE: [Player; 3] = [Player::Calls(ALICE, BOB), Player::IsCalled(BOB), Player::Serves(ALICE, BOB)];

impl Tables {
    /// A world of these, in which every check decides and nobody sends records. The first three are a client, a server and the
    /// third, who can come to an end without anybody else.
    pub fn world(self, players: &[Player]) -> World {
        let Self { client, server, third } = self;
        let cast = |player: &Player| match *player {
            Player::Calls(owner, peer) => Cast { table: client, role: Role::Client, owner, peer },
            Player::IsCalled(owner) => Cast { table: server, role: Role::Server, owner, peer: MALLORY },
            Player::Serves(owner, peer) => Cast { table: third, role: Role::Server, owner, peer },
        };
        World {
            casts: players.iter().map(cast).collect(),
            switches: client.switches::<&str>(&[], &[]),
            unenforced: Vec::new(),
            groups: Arc::new(Groups::of(client, None)),
            words: false,
            stolen: None,
            has: Vec::new(),
            records: false,
            // What is dead in a table, and what it grants, is found where both have the same.
            dead: Arc::default(),
            granted: Arc::default(),
            third: Some(third),
        }
    }

    /// Every cast of two sessions of each: with the attacker as a peer, the same once more, and the other way round.
    pub fn worlds(self) -> Vec<World> {
        let others: [&[Player]; 3] = [
            &[
                Player::Calls(ALICE, MALLORY),
                Player::IsCalled(BOB),
                Player::Serves(ALICE, MALLORY),
                Player::Serves(MALLORY, BOB),
            ],
            &ONE,
            &[Player::Calls(BOB, ALICE), Player::IsCalled(ALICE), Player::Serves(BOB, ALICE)],
        ];
        others.iter().map(|others| self.world(&[&ONE, *others].concat())).collect()
    }
}

/// Who is somebody's third: the third, and for the third that calls somebody itself the other of the two.
pub(crate) fn third_of(owner: &str, peer: &str) -> &'static str {
    match owner {
        THIRD if peer == ALICE => BOB,
        THIRD => ALICE,
        _ => THIRD,
    }
}

impl World {
    /// It is the third whom both trust.
    pub(crate) fn is_third(&self, cast: &Cast) -> bool {
        self.third.is_some_and(|third| std::ptr::eq(third, cast.table))
    }

    /// What the third knows of the two whom it serves.
    pub(crate) fn given_to_third(&self, Cast { owner, peer, .. }: &Cast) -> Vec<(&'static str, Term)> {
        vec![
            ("own_name", Term::name("name", THIRD)),
            ("client_name", Term::name("name", owner)),
            ("server_name", Term::name("name", peer)),
            ("client_secret", self.shared(owner, THIRD)),
            ("server_secret", self.shared(peer, THIRD)),
            ("now", Term::name("now", "")),
        ]
    }
}
