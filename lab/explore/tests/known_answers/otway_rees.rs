//! Otway and Rees's protocol.

use super::{third::*, *};

/// Otway and Rees, Efficient and timely mutual authentication, 1987: A → B: M, A, B, {Na, M, A, B}Kas; B → S: the same, {Nb, M, A, B}Kbs;
/// S → B: M, {Na, K}Kas, {Nb, K}Kbs; B → A: M, {Na, K}Kas. `$agreed` is what the two are asked to agree on, which each has early or late.
macro_rules! otway_rees {
    ($module:ident, $agreed:expr, early: $early:expr, late: $late:expr) => {
        mod $module {
            use super::*;

            const KEYS: [Step; 4] = keys!(&[var($agreed)], NO_CONTEXT);

            view!(ALICE, [OWN_NAME, PEER, SECRET_SHARED], &[
                says!(Client, ClientHello,
                    &[nonce(CLIENT, "run"), nonce(CLIENT, "na")],
                    &[
                        field("run", "run_said", Sort::Nonce, var("run")),
                        field("a", "a", Sort::Name, var("own_name")),
                        field("b", "b", Sort::Name, var("peer_name")),
                        ciphertext("of_a", &[NO_CONTEXT, tuple(&[var("na"), var("run"), var("a"), var("b")]), KEY]),
                    ],
                    after: $early(&KEYS)),
                hears!(Server, Finished,
                    &[heard("run_back", Sort::Nonce), heard("to_a", Sort::Ciphertext)],
                    &[
                        same(CLIENT, &[var("run"), var("run_back")]),
                        open(CLIENT, "t", &[var("shared"), var("to_a")]),
                        let_(CLIENT, "na_back", part(0, 2, Sort::Nonce, &[var("t")])),
                        let_(CLIENT, "k", part(1, 2, Sort::Shared, &[var("t")])),
                        same(CLIENT, &[var("na"), var("na_back")]),
                    ],
                    after: $late(&KEYS)),
            ]);
            view!(BOB, [OWN_NAME, SECRET_SHARED], &[
                hears!(Client, ClientHello,
                    &[heard("run", Sort::Nonce), heard("a", Sort::Name), heard("b", Sort::Name), heard("of_a", Sort::Ciphertext)],
                    &[same(SERVER, &[var("own_name"), var("b")]), let_(SERVER, "peer_name", var("a")), nonce(SERVER, "nb")],
                    after: &[]),
                says!(Server, ClientShare, &[],
                    &[
                        field("run", "run_said", Sort::Nonce, var("run")),
                        field("a", "a_said", Sort::Name, var("a")),
                        field("b", "b_said", Sort::Name, var("b")),
                        field("of_a", "of_a_said", Sort::Ciphertext, var("of_a")),
                        ciphertext("of_b", &[NO_CONTEXT, tuple(&[var("nb"), var("run"), var("a"), var("b")]), KEY]),
                    ],
                    after: $early(&KEYS)),
                hears!(Client, ServerHello,
                    &[heard("run_again", Sort::Nonce), heard("to_a", Sort::Ciphertext), heard("to_b", Sort::Ciphertext)],
                    &[
                        same(SERVER, &[var("run"), var("run_again")]),
                        open(SERVER, "t", &[var("shared"), var("to_b")]),
                        let_(SERVER, "nb_back", part(0, 2, Sort::Nonce, &[var("t")])),
                        let_(SERVER, "k", part(1, 2, Sort::Shared, &[var("t")])),
                        same(SERVER, &[var("nb"), var("nb_back")]),
                    ],
                    after: $late(&KEYS)),
                says!(Server, Finished, &[],
                    &[
                        field("run", "run_told", Sort::Nonce, var("run")),
                        field("to_a", "to_a_said", Sort::Ciphertext, var("to_a")),
                    ],
                    after: &[]),
            ]);
            view!(THIRD, [], &[
                hears!(Client, ClientShare,
                    &[
                        heard("run", Sort::Nonce), heard("a", Sort::Name), heard("b", Sort::Name),
                        heard("of_a", Sort::Ciphertext), heard("of_b", Sort::Ciphertext),
                    ],
                    &[
                        same(SERVER, &[var("client_name"), var("a")]),
                        same(SERVER, &[var("server_name"), var("b")]),
                        open(SERVER, "t_a", &[var("client_secret"), var("of_a")]),
                        let_(SERVER, "na", part(0, 4, Sort::Nonce, &[var("t_a")])),
                        let_(SERVER, "run_a", part(1, 4, Sort::Nonce, &[var("t_a")])),
                        let_(SERVER, "a_a", part(2, 4, Sort::Name, &[var("t_a")])),
                        let_(SERVER, "b_a", part(3, 4, Sort::Name, &[var("t_a")])),
                        open(SERVER, "t_b", &[var("server_secret"), var("of_b")]),
                        let_(SERVER, "nb", part(0, 4, Sort::Nonce, &[var("t_b")])),
                        let_(SERVER, "run_b", part(1, 4, Sort::Nonce, &[var("t_b")])),
                        let_(SERVER, "a_b", part(2, 4, Sort::Name, &[var("t_b")])),
                        let_(SERVER, "b_b", part(3, 4, Sort::Name, &[var("t_b")])),
                        same(SERVER, &[var("run_a"), var("run")]),
                        same(SERVER, &[var("run_b"), var("run")]),
                        same(SERVER, &[var("client_name"), var("a_a")]),
                        same(SERVER, &[var("client_name"), var("a_b")]),
                        same(SERVER, &[var("server_name"), var("b_a")]),
                        same(SERVER, &[var("server_name"), var("b_b")]),
                        draw(SERVER, "k", Sort::Shared),
                    ],
                    after: &KEYS),
                says!(Server, ServerHello, &[],
                    &[
                        field("run", "run_told", Sort::Nonce, var("run")),
                        ciphertext("to_a", &[NO_CONTEXT, tuple(&[var("na"), var("k")]), CLIENTS]),
                        ciphertext("to_b", &[NO_CONTEXT, tuple(&[var("nb"), var("k")]), SERVERS]),
                    ],
                    after: &[]),
            ]);

            pub(super) const TABLES: Tables = Tables { client: &ALICE, server: &self::BOB, third: &THIRD };
        }
    };
}

otway_rees!(on_the_run, "run", early: done, late: not_done);
otway_rees!(on_the_key, "k", early: not_done, late: done);

/// Both agree on the run, and have a key that nobody else has.
#[test]
fn otway_and_rees_agree_on_the_run() {
    for role in [Role::Client, Role::Server] {
        assert_eq!(lost_by(role, on_the_run::TABLES, &[Property::Agreement]), SAFE);
        assert_eq!(lost_by(role, on_the_key::TABLES, &[Property::Secrecy]), SAFE);
    }
}

/// What the initiator says is one run to it, and as many as one likes to the responder, to whom it is said again; and what the responder
/// says is as many as one likes to the third.
#[test]
fn otway_and_reess_server_is_led_to_serve_one_run_twice() {
    let injective = |role, world| lost_of(2, vec![world], &[Goal { property: Property::Injectivity, role }]);
    let again = |who| {
        on_the_run::TABLES.world(&[Player::Calls(ALICE, BOB), Player::IsCalled(BOB), Player::Serves(ALICE, BOB), who])
    };
    assert_eq!(injective(Role::Server, again(Player::Serves(ALICE, BOB))), ["injectivity-server"]);
    assert_eq!(lost_by(Role::Server, on_the_run::TABLES, &[Property::Injectivity]), ["injectivity-server"]);
    assert_eq!(lost_by(Role::Client, on_the_run::TABLES, &[Property::Injectivity]), SAFE);
}

/// Thayer, Herzog and Guttman, Strand spaces: proving security protocols correct, 1999: a third that is asked twice makes two keys, and the
/// initiator may be given another than the responder.
#[test]
fn otway_and_rees_do_not_agree_on_the_key() {
    assert_eq!(lost_by(Role::Client, on_the_key::TABLES, &[Property::Agreement]), ["agreement-client"]);
}
