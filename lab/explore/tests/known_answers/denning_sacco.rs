//! Denning and Sacco's protocol with timestamps, and Lowe's.

use super::{third::*, *};

/// Denning and Sacco, Timestamps in key distribution protocols, 1981: A → S: A, B; S → A: {B, K, T, {K, A, T}Kbs}Kas; A → B: {K, A,
/// T}Kbs.
const ASKS: Message = says!(Client, ClientHello,
    &[],
    &[field("a", "a", Sort::Name, var("own_name")), field("b", "b", Sort::Name, var("peer_name"))],
    after: &[]);
const IS_ANSWERED: Message = hears!(Server, ServerHello,
    &[heard("answer", Sort::Ciphertext)],
    &[
        open(CLIENT, "t", &[var("shared"), var("answer")]),
        let_(CLIENT, "who", part(0, 4, Sort::Name, &[var("t")])),
        let_(CLIENT, "k", part(1, 4, Sort::Shared, &[var("t")])),
        let_(CLIENT, "time", part(2, 4, Sort::Time, &[var("t")])),
        let_(CLIENT, "ticket", part(3, 4, Sort::Ciphertext, &[var("t")])),
        same(CLIENT, &[var("peer_name"), var("who")]),
        same(CLIENT, &[var("now"), var("time")]),
    ],
    after: &keys!(&[var("k")], NO_CONTEXT));
const PASSES_ON: Message =
    says!(Client, ClientShare, &[], &[field("ticket", "sent", Sort::Ciphertext, var("ticket"))], after: &[]);
const TICKET: Message = hears!(Client, ClientShare,
    &[heard("ticket", Sort::Ciphertext)],
    &[
        open(SERVER, "t", &[var("shared"), var("ticket")]),
        let_(SERVER, "k", part(0, 3, Sort::Shared, &[var("t")])),
        let_(SERVER, "peer_name", part(1, 3, Sort::Name, &[var("t")])),
        let_(SERVER, "time", part(2, 3, Sort::Time, &[var("t")])),
        same(SERVER, &[var("now"), var("time")]),
    ],
    after: &keys!(&[var("k")], NO_CONTEXT));

view!(ALICE, [OWN_NAME, PEER, SECRET_SHARED, NOW], &[ASKS, IS_ANSWERED, PASSES_ON]);
view!(BOB, [OWN_NAME, SECRET_SHARED, NOW], &[TICKET]);
view!(
    ALICE_LOWE,
    [OWN_NAME, PEER, SECRET_SHARED, NOW],
    &[ASKS, has_no_keys(IS_ANSWERED), PASSES_ON, CHALLENGE_HEARD, ANSWERED]
);
view!(BOB_LOWE, [OWN_NAME, SECRET_SHARED, NOW], &[has_no_keys(TICKET), CHALLENGE, ANSWER_HEARD]);
view!(
    THIRD,
    [],
    &[
        hears!(Client, ClientHello,
            &[heard("a", Sort::Name), heard("b", Sort::Name)],
            &[
                same(SERVER, &[var("client_name"), var("a")]),
                same(SERVER, &[var("server_name"), var("b")]),
                draw(SERVER, "k", Sort::Shared),
            ],
            after: &[]),
        says!(Server, ServerHello, &[], &[ciphertext("answer", &[NO_CONTEXT, tuple(ANSWER), CLIENTS])], after: &[]),
    ]
);

const ANSWER: &[Expr] = &[
    var("server_name"),
    var("k"),
    var("now"),
    encrypt(&[NO_CONTEXT, tuple(&[var("k"), var("client_name"), var("now")]), SERVERS]),
];

const DENNING_SACCO: Tables = Tables { client: &ALICE, server: &BOB, third: &THIRD };
const LOWE: Tables = Tables { client: &ALICE_LOWE, server: &BOB_LOWE, third: &THIRD };

/// While its timestamp is good a ticket can be shown again: the responder takes one of the initiator's sessions for two.
#[test]
fn a_ticket_is_replayed() {
    assert!(is_replayed(DENNING_SACCO));
    assert_eq!(lost_by(Role::Server, DENNING_SACCO, AUTHENTICATION), SAFE);
}

/// Lowe, A family of attacks upon authentication protocols, 1997: a challenge under the new key repairs the responder's.
#[test]
fn a_ticket_with_lowes_challenge_is_not() {
    assert!(!is_replayed(LOWE));
    assert_eq!(lost_by(Role::Server, LOWE, INJECTIVE), SAFE);
}
