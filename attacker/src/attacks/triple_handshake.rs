//! `triple-handshake`: have one key with two, and let one of them prove its name to the other.
//!
//! The client calls the attacker of its own accord, as one calls any site that one does not know to be bad, and encrypts a secret
//! to it. The attacker encrypts the same secret to the server: where keys follow from that and from two random values, which it
//! passes on, both sessions have the same. What still tells them apart is that each has its own server's certificate in its
//! Finished. Whoever resumes says nothing of that any more. From then on the attacker has only to pass on what comes, the client's
//! certificate and signature too: they are for a session that the client has with the attacker, and the server with the client.
//!
//! 1. Show the client, who called, a certificate of the attacker's own, and pass on both random values.
//! 2. Open the client's secret, encrypt it to the server, and make a Finished for each of the two.
//! 3. Pass the resumption on as it came (`passed-on`), or say in it to each what that one's own session is (`said-anew`).
//! 4. Pass the client's certificate and signature on, and read what is said to the client.

use crate::{
    attack::{Attack, Family, Info, Move, Narration, Needs, Seen, Start, Variant},
    leg::identity,
    middle::{Middle, Plan},
};
use lab::{
    algebra::{Algebra, real::Value},
    event::Fact,
    loot::{Item, Loot},
    role::Role,
    term::{Expr, Op, Padding, Sort},
    wire::{Frame, Kind},
};

pub(super) const INFO: Info = Info {
    id: "triple-handshake",
    title: "Have one key with two, and wait for the client's certificate",
    family: Family::KeysAndPeople,
    needs: Needs::Resumption,
    variants: &[
        Variant::new("passed-on", "the resumption goes through as it came"),
        Variant::new("said-anew", "each of the two hears that its own session is resumed"),
    ],
    loot: Loot { as_server: Some(Item::Own), called: true, ..Loot::NONE },
    logarithm: None,
    stopped_by: &["session-hash", "transcript-signature"],
    source: include_str!("triple_handshake.rs"),
    start: |start| Box::new(TripleHandshake::new(&start)),
};

/// What the client encrypted to the attacker.
const SECRET: Expr = Expr::Apply(
    Op::Part(0, 1, Sort::Shared),
    &[Expr::Apply(Op::Decrypt(Padding::Oaep), &[Expr::Var("decryption_key"), Expr::Var("encrypted")])],
);

/// What a session's secret depends on, where it does not depend on the whole handshake.
const RANDOMS: Expr = Expr::Apply(Op::Hash, &[Expr::Tuple(&[Expr::Var("client_random"), Expr::Var("server_random")])]);

struct TripleHandshake {
    middle: Middle,
    anew: bool,
    /// The client has begun to resume.
    resumed: bool,
    narration: Narration,
}

impl TripleHandshake {
    fn new(start: &Start) -> Self {
        let as_server = identity(start.mode, Role::Server, start.as_server.as_ref());
        // Drawn now: what a leg learns later lets it draw nothing any more.
        let coins = (start.algebra)("coins").fresh("client_coins", Sort::Secret, None).ok();
        let as_client = coins.map(|coins| ("client_coins", coins)).into_iter().collect();
        let plan =
            Plan { as_server, as_client, invents_as_server: &[], invents_as_client: &[], ..Plan::substitution() };
        let anew = start.variant.as_deref() == Some("said-anew");
        Self { middle: Middle::new(start, plan), anew, resumed: false, narration: Narration::default() }
    }

    fn handshake(&mut self, from: Role, frame: Frame) -> Vec<Move> {
        let mut moves = Vec::new();
        self.resumed |=
            from == Role::Client && frame.kind == Kind::ClientHello && !self.middle.client.frames().is_empty();
        let step = match (frame.kind, self.resumed) {
            (Kind::ClientShare, false) => 2,
            (Kind::Certificate, true) => 4,
            (_, true) => 3,
            (_, false) => 1,
        };
        self.narration.step(step, &mut moves);
        if self.resumed && !self.anew {
            self.middle.follow(&frame);
            moves.push(Move::Forward { from, frame });
            return moves;
        }
        if from == Role::Server && frame.kind == Kind::Finished && !self.resumed {
            self.look(&frame);
        }
        let mut told = Vec::new();
        let observed = self.middle.take(from, &frame, &mut told);
        if let (Kind::ClientShare, Some(secret)) = (frame.kind, self.middle.client.evaluate(&SECRET)) {
            self.middle.server.learn(("client_secret", secret));
        }
        match observed {
            Some(observed) => self.middle.pass_on(from, frame, &observed, &mut told),
            None => told.push(Move::Forward { from, frame }),
        }
        moves.extend(of_the_server(told));
        moves
    }

    /// Looks at the server's Finished, which it can compute by now: where the keys are others than those that cover the whole
    /// handshake, they are those that do not.
    fn look(&mut self, finished: &Frame) {
        let as_expected = self.middle.server.as_if(&[], finished).is_some_and(|(came, computed)| {
            let octets = |values: &[Value]| values.iter().map(|it| it.octets().map(<[u8]>::to_vec)).collect::<Vec<_>>();
            octets(&came) == octets(&computed)
        });
        if as_expected {
            return;
        }
        for leg in [&mut self.middle.client, &mut self.middle.server] {
            if let Some(randoms) = leg.evaluate(&RANDOMS) {
                leg.learn(("session_hash", randoms));
            }
        }
    }
}

impl Attack for TripleHandshake {
    fn handle(&mut self, seen: Seen) -> Vec<Move> {
        match seen {
            Seen::Frame { from, frame } if frame.kind != Kind::Record => self.handshake(from, frame),
            seen => of_the_server(self.middle.handle(seen)).collect(),
        }
    }
}

/// What the machine does, whose own steps are those of a substitution. What the client says to the attacker is meant for it, and
/// proves nothing: whoever calls somebody shares a key with it.
fn of_the_server(moves: Vec<Move>) -> impl Iterator<Item = Move> {
    moves.into_iter().filter(|made| {
        !matches!(
            made,
            Move::Step(_)
                | Move::Tell(Fact::Holds { with: Role::Client, .. } | Fact::Recovered { sender: Role::Client, .. })
        )
    })
}
