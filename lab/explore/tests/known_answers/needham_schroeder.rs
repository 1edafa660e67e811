//! Needham and Schroeder's public-key protocol, and Lowe's.

use super::*;
use explore::world::{BOB, Cast};
use lab::role::Role;

/// Needham and Schroeder, 1978: `$named` is the name in the first message, which the responder compares with its `$own`, `$answer`
/// is what the responder encrypts, and `$looks` what the initiator looks at in it.
macro_rules! needham_schroeder {
    ($name:ident, $named:expr, $own:expr, $answer:expr, $looks:expr) => {
        static $name: Mode = Mode {
            given: &[OWN_NAME, PEER, DECRYPTION_KEY, PEER_KEY],
            messages: &[
        message!(Client, ClientHello,
                    before: &[nonce(CLIENT, "na"), draw(CLIENT, "coins_1", Sort::Secret)],
                    fields: &[field("m", "m1", Sort::Ciphertext,
                        encrypt(&[var("coins_1"), tuple(&[var("na"), var($named)]), var("peer_key")]))],
                    receipt: &[
                        let_(SERVER, "t1", apply(Op::Decrypt(Padding::Oaep), &[var("own_key"), var("m1")])),
                        let_(SERVER, "na", part(0, 2, Sort::Nonce, &[var("t1")])),
                        let_(SERVER, "who", part(1, 2, Sort::Name, &[var("t1")])),
                        same(SERVER, &[var($own), var("who")]),
                        nonce(SERVER, "nb"),
                        draw(SERVER, "coins_2", Sort::Secret),
                    ],
                    after: &[]),
        message!(Server, ServerHello,
                    before: &[],
                    fields: &[field("m", "m2", Sort::Ciphertext,
                        encrypt(&[var("coins_2"), tuple($answer), var("peer_key")]))],
                    receipt: $looks,
                    after: &[]),
        message!(Client, ClientShare,
                    before: &[draw(CLIENT, "coins_3", Sort::Secret)],
                    fields: &[field("m", "m3", Sort::Ciphertext,
                        encrypt(&[var("coins_3"), tuple(&[var("nb")]), var("peer_key")]))],
                    receipt: &[
                        let_(SERVER, "t3", apply(Op::Decrypt(Padding::Oaep), &[var("own_key"), var("m3")])),
                        let_(SERVER, "nb_back", part(0, 1, Sort::Nonce, &[var("t3")])),
                        same(SERVER, &[var("nb"), var("nb_back")]),
                    ],
                    after: &keys!(&[var("na"), var("nb")], NO_CONTEXT)),
            ],
            ..BARE
        };
    };
}

needham_schroeder!(
    NSPK,
    "own_name",
    "peer_name",
    &[var("na"), var("nb")],
    &[
        let_(CLIENT, "t2", apply(Op::Decrypt(Padding::Oaep), &[var("own_key"), var("m2")])),
        let_(CLIENT, "na_back", part(0, 2, Sort::Nonce, &[var("t2")])),
        same(CLIENT, &[var("na"), var("na_back")]),
        let_(CLIENT, "nb", part(1, 2, Sort::Nonce, &[var("t2")])),
    ]
);
needham_schroeder!(NSL, "own_name", "peer_name", WITH_NAME, LOOKS_FOR_NAME);
needham_schroeder!(NSL_BROKEN, "peer_name", "own_name", WITH_NAME, LOOKS_FOR_NAME);

/// Lowe's second message.
const WITH_NAME: &[Expr] = &[var("na"), var("nb"), var("own_name")];
const LOOKS_FOR_NAME: &[Step] = &[
    let_(CLIENT, "t2", apply(Op::Decrypt(Padding::Oaep), &[var("own_key"), var("m2")])),
    let_(CLIENT, "na_back", part(0, 3, Sort::Nonce, &[var("t2")])),
    same(CLIENT, &[var("na"), var("na_back")]),
    let_(CLIENT, "nb", part(1, 3, Sort::Nonce, &[var("t2")])),
    let_(CLIENT, "who", part(2, 3, Sort::Name, &[var("t2")])),
    same(CLIENT, &[var("peer_name"), var("who")]),
];

/// Lowe, An attack on the Needham–Schroeder public-key authentication protocol, 1995.
#[test]
fn needham_schroeder_is_broken_for_the_responder() {
    breaks(&NSPK, AUTHENTICATION, &["secrecy-server", "agreement-server"]);
}

/// Lowe, Breaking and fixing the Needham–Schroeder public-key protocol using FDR, 1996.
#[test]
fn needham_schroeder_lowe_holds() {
    holds(&NSL, AUTHENTICATION);
    assert_eq!(lost_among(worlds_with_anybodys_server(&NSL), AUTHENTICATION), Vec::<String>::new());
}

/// The variant with the responder's name in the first message, where the initiator's belongs (Cremers, Scyther's demonstrations):
/// a responder that expects somebody else answers under that one's key, who so learns the initiator's random value.
#[test]
fn with_the_wrong_name_in_the_first_message_the_initiator_is_broken() {
    let lost = lost_among(worlds_with_anybodys_server(&NSL_BROKEN), AUTHENTICATION);
    assert_eq!(lost, ["secrecy-client", "agreement-client"]);
}

/// The usual worlds, in each of which there is a responder that expects the attacker.
fn worlds_with_anybodys_server(table: &'static Mode) -> Vec<World> {
    let mut worlds = worlds(Sessions::Two, table);
    for world in &mut worlds {
        world.casts.push(Cast { table, role: Role::Server, owner: BOB, peer: MALLORY });
    }
    worlds
}
