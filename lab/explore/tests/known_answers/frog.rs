//! The wide-mouthed frog, and Lowe's.

use super::{third::*, *};

/// Burrows, Abadi and Needham, A logic of authentication, 1989: A → S: A, {T, B, K}Kas; S → B: {T, A, K}Kbs. `$to` and `$from` stand
/// besides in the first and in the second ciphertext.
macro_rules! frog {
    ($module:ident, $to:expr, $from:expr) => {
        mod $module {
            use super::*;

            const TO: Expr = $to;
            const FROM: Expr = $from;
            const ASKS: Message = says!(Client, ClientHello,
                &[draw(CLIENT, "k", Sort::Shared)],
                &[
                    field("a", "a", Sort::Name, var("own_name")),
                    ciphertext("m", &[NO_CONTEXT, tuple(&[TO, var("now"), var("peer_name"), var("k")]), KEY]),
                ],
                after: &keys!(&[var("k")], NO_CONTEXT));
            const IS_TOLD: Message = hears!(Server, ServerHello,
                &[heard("m", Sort::Ciphertext)],
                &[
                    open(SERVER, "t", &[var("shared"), var("m")]),
                    let_(SERVER, "tag", part(0, 4, Sort::Digest, &[var("t")])),
                    let_(SERVER, "time", part(1, 4, Sort::Time, &[var("t")])),
                    let_(SERVER, "peer_name", part(2, 4, Sort::Name, &[var("t")])),
                    let_(SERVER, "k", part(3, 4, Sort::Shared, &[var("t")])),
                    same(SERVER, &[FROM, var("tag")]),
                    same(SERVER, &[var("now"), var("time")]),
                ],
                after: &keys!(&[var("k")], NO_CONTEXT));
            const IS_TOLD_BY_WHO_CALLS: Message = Message { from: Role::Client, ..IS_TOLD };

            view!(ALICE, [OWN_NAME, PEER, SECRET_SHARED, NOW], &[ASKS]);
            view!(BOB, [OWN_NAME, SECRET_SHARED, NOW], &[IS_TOLD_BY_WHO_CALLS]);
            view!(ALICE_LOWE, [OWN_NAME, PEER, SECRET_SHARED, NOW], &[has_no_keys(ASKS), CHALLENGE_HEARD, ANSWERED]);
            view!(BOB_LOWE, [OWN_NAME, SECRET_SHARED, NOW], &[has_no_keys(IS_TOLD_BY_WHO_CALLS), CHALLENGE, ANSWER_HEARD]);
            view!(THIRD, [], &[
                hears!(Client, ClientHello,
                    &[heard("a", Sort::Name), heard("m", Sort::Ciphertext)],
                    &[
                        same(SERVER, &[var("client_name"), var("a")]),
                        open(SERVER, "t", &[var("client_secret"), var("m")]),
                        let_(SERVER, "tag", part(0, 4, Sort::Digest, &[var("t")])),
                        let_(SERVER, "time", part(1, 4, Sort::Time, &[var("t")])),
                        let_(SERVER, "b", part(2, 4, Sort::Name, &[var("t")])),
                        let_(SERVER, "k", part(3, 4, Sort::Shared, &[var("t")])),
                        same(SERVER, &[TO, var("tag")]),
                        same(SERVER, &[var("now"), var("time")]),
                        same(SERVER, &[var("server_name"), var("b")]),
                    ],
                    after: &[]),
                says!(Server, ServerHello, &[],
                    &[ciphertext("m", &[NO_CONTEXT, tuple(&[FROM, var("now"), var("client_name"), var("k")]), SERVERS])],
                    after: &[]),
            ]);

            pub(super) const FROG: Tables = Tables { client: &ALICE, server: &BOB, third: &THIRD };
            pub(super) const LOWE: Tables = Tables { client: &ALICE_LOWE, server: &BOB_LOWE, third: &THIRD };
        }
    };
}

const FIRST: Expr = apply(Op::Hash, &[tuple(&[NO_CONTEXT])]);
const SECOND: Expr = apply(Op::Hash, &[tuple(&[NO_CONTEXT, NO_CONTEXT])]);

frog!(told_apart, FIRST, SECOND);
frog!(alike, FIRST, FIRST);

/// Lowe, A family of attacks upon authentication protocols, 1997: what the third passes on can be passed on again, unless the responder
/// asks whether the initiator is there.
#[test]
fn the_frogs_key_is_replayed_and_with_lowes_challenge_is_not() {
    assert!(is_replayed(told_apart::FROG) && !is_replayed(told_apart::LOWE));
    assert_eq!(lost_by(Role::Server, told_apart::FROG, AUTHENTICATION), SAFE);
    assert_eq!(lost_by(Role::Server, told_apart::LOWE, INJECTIVE), SAFE);
}

/// Where what the third says looks like what it is asked, what it says is a request (Anderson and Needham, Programming Satan's
/// computer, 1995): it tells the initiator its own key in the responder's name, and the initiator answers its own challenge.
#[test]
fn where_answers_look_like_requests_the_frog_is_told_its_own_key() {
    for tables in [alike::FROG, alike::LOWE] {
        assert!(lost_by(Role::Server, tables, AUTHENTICATION).contains(&"agreement-server".to_owned()));
    }
}
