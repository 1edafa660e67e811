//! Yahalom, as Burrows, Abadi and Needham tell it and simplify it, and Lowe's.

use super::{third::*, *};

const HELLO: Message = message!(Client, ClientHello,
    before: &[nonce(CLIENT, "na")],
    fields: &[field("a", "a", Sort::Name, var("own_name")), field("na", "na", Sort::Nonce, var("na"))],
    receipt: &[let_(SERVER, "peer_name", var("a")), nonce(SERVER, "nb")],
    after: &[]);

/// The key, with both random values, as the third gives them to the initiator.
const KEY_AND_BOTH: &[Step] = &[
    open(CLIENT, "t", &[var("shared"), var("m")]),
    let_(CLIENT, "who", part(0, 4, Sort::Name, &[var("t")])),
    let_(CLIENT, "k", part(1, 4, Sort::Shared, &[var("t")])),
    let_(CLIENT, "na_back", part(2, 4, Sort::Nonce, &[var("t")])),
    let_(CLIENT, "nb", part(3, 4, Sort::Nonce, &[var("t")])),
    same(CLIENT, &[var("peer_name"), var("who")]),
    same(CLIENT, &[var("na"), var("na_back")]),
];

/// What the responder asks, with both random values, and what the third sees in it.
const ASKS: &[Field] = &[
    field("b", "b", Sort::Name, var("own_name")),
    ciphertext("request", &[NO_CONTEXT, tuple(&[var("peer_name"), var("na"), var("nb")]), KEY]),
];
const IS_ASKED: Message = hears!(Client, ClientShare,
    &[heard("b", Sort::Name), heard("request", Sort::Ciphertext)],
    &[
        same(SERVER, &[var("server_name"), var("b")]),
        open(SERVER, "t", &[var("server_secret"), var("request")]),
        let_(SERVER, "a", part(0, 3, Sort::Name, &[var("t")])),
        let_(SERVER, "na", part(1, 3, Sort::Nonce, &[var("t")])),
        let_(SERVER, "nb", part(2, 3, Sort::Nonce, &[var("t")])),
        same(SERVER, &[var("client_name"), var("a")]),
        draw(SERVER, "k", Sort::Shared),
    ],
    after: &[]);
const TO_A: Field =
    ciphertext("m", &[NO_CONTEXT, tuple(&[var("server_name"), var("k"), var("na"), var("nb")]), CLIENTS]);
const TO_B: Field = ciphertext("ticket", &[NO_CONTEXT, tuple(&[var("client_name"), var("k")]), SERVERS]);
const TICKET: [Step; 4] = [
    open(SERVER, "t", &[var("shared"), var("ticket")]),
    let_(SERVER, "who", part(0, 2, Sort::Name, &[var("t")])),
    let_(SERVER, "k", part(1, 2, Sort::Shared, &[var("t")])),
    same(SERVER, &[var("peer_name"), var("who")]),
];
const PROOF: [Step; 3] = [
    open(SERVER, "said", &[var("k"), var("proof")]),
    let_(SERVER, "nb_back", part(0, 1, Sort::Nonce, &[var("said")])),
    same(SERVER, &[var("nb"), var("nb_back")]),
];
const PASSES_ON: &[Field] = &[
    field("ticket", "ticket_said", Sort::Ciphertext, var("ticket")),
    ciphertext("proof", &[NO_CONTEXT, tuple(&[var("nb")]), SESSION]),
];

/// The three, who are asked to agree on this and on both random values; the responder has it early, when it asks the third, or late, at
/// the end.
macro_rules! yahalom {
    ($module:ident, $agreed:expr, early: $early:expr, late: $late:expr) => {
        mod $module {
            use super::*;

            const KEYS: [Step; 4] = keys!($agreed, apply(Op::Hash, &[tuple(&[var("na"), var("nb")])]));

            // A → B: A, Na; B → S: B, {A, Na, Nb}Kbs; S → A: {B, K, Na, Nb}Kas, {A, K}Kbs; A → B: {A, K}Kbs, {Nb}K.
            view!(ALICE, [OWN_NAME, PEER, SECRET_SHARED], &[
                HELLO,
                hears!(Server, ServerHello, &[heard("m", Sort::Ciphertext), heard("ticket", Sort::Ciphertext)], KEY_AND_BOTH,
                    after: &KEYS),
                says!(Client, Finished, &[], PASSES_ON, after: &[]),
            ]);
            view!(BOB, [OWN_NAME, SECRET_SHARED], &[
                HELLO,
                says!(Server, ClientShare, &[], ASKS, after: $early(&KEYS)),
                hears!(Client, Finished, &[heard("ticket", Sort::Ciphertext), heard("proof", Sort::Ciphertext)],
                    &[TICKET[0], TICKET[1], TICKET[2], TICKET[3], PROOF[0], PROOF[1], PROOF[2]],
                    after: $late(&KEYS)),
            ]);
            view!(THIRD, [], &[IS_ASKED, says!(Server, ServerHello, &[], &[TO_A, TO_B], after: &[])]);
            pub(super) const YAHALOM: Tables = Tables { client: &ALICE, server: &BOB, third: &THIRD };

            // B → S: B, Nb, {A, Na}Kbs; S → A: Nb, {B, K, Na}Kas, {A, K, Nb}Kbs; A → B: {A, K, Nb}Kbs, {Nb}K.
            view!(ALICE_SIMPLE, [OWN_NAME, PEER, SECRET_SHARED], &[
                HELLO,
                hears!(Server, ServerHello,
                    &[heard("nb", Sort::Nonce), heard("m", Sort::Ciphertext), heard("ticket", Sort::Ciphertext)],
                    &[
                        open(CLIENT, "t", &[var("shared"), var("m")]),
                        let_(CLIENT, "who", part(0, 3, Sort::Name, &[var("t")])),
                        let_(CLIENT, "k", part(1, 3, Sort::Shared, &[var("t")])),
                        let_(CLIENT, "na_back", part(2, 3, Sort::Nonce, &[var("t")])),
                        same(CLIENT, &[var("peer_name"), var("who")]),
                        same(CLIENT, &[var("na"), var("na_back")]),
                    ],
                    after: &KEYS),
                says!(Client, Finished, &[], PASSES_ON, after: &[]),
            ]);
            view!(BOB_SIMPLE, [OWN_NAME, SECRET_SHARED], &[
                HELLO,
                says!(Server, ClientShare, &[],
                    &[
                        field("b", "b", Sort::Name, var("own_name")),
                        field("nb", "nb_said", Sort::Nonce, var("nb")),
                        ciphertext("request", &[NO_CONTEXT, tuple(&[var("peer_name"), var("na")]), KEY]),
                    ],
                    after: $early(&KEYS)),
                hears!(Client, Finished, &[heard("ticket", Sort::Ciphertext), heard("proof", Sort::Ciphertext)],
                    &[
                        open(SERVER, "t", &[var("shared"), var("ticket")]),
                        let_(SERVER, "who", part(0, 3, Sort::Name, &[var("t")])),
                        let_(SERVER, "k", part(1, 3, Sort::Shared, &[var("t")])),
                        let_(SERVER, "nb_told", part(2, 3, Sort::Nonce, &[var("t")])),
                        same(SERVER, &[var("peer_name"), var("who")]),
                        same(SERVER, &[var("nb"), var("nb_told")]),
                        PROOF[0], PROOF[1], PROOF[2],
                    ],
                    after: $late(&KEYS)),
            ]);
            view!(THIRD_SIMPLE, [], &[
                hears!(Client, ClientShare, &[heard("b", Sort::Name), heard("nb", Sort::Nonce), heard("request", Sort::Ciphertext)],
                    &[
                        same(SERVER, &[var("server_name"), var("b")]),
                        open(SERVER, "t", &[var("server_secret"), var("request")]),
                        let_(SERVER, "a", part(0, 2, Sort::Name, &[var("t")])),
                        let_(SERVER, "na", part(1, 2, Sort::Nonce, &[var("t")])),
                        same(SERVER, &[var("client_name"), var("a")]),
                        draw(SERVER, "k", Sort::Shared),
                    ],
                    after: &[]),
                says!(Server, ServerHello, &[],
                    &[
                        field("nb", "nb_said", Sort::Nonce, var("nb")),
                        ciphertext("m", &[NO_CONTEXT, tuple(&[var("server_name"), var("k"), var("na")]), CLIENTS]),
                        ciphertext("ticket", &[NO_CONTEXT, tuple(&[var("client_name"), var("k"), var("nb")]), SERVERS]),
                    ],
                    after: &[]),
            ]);
            pub(super) const SIMPLE: Tables = Tables { client: &ALICE_SIMPLE, server: &BOB_SIMPLE, third: &THIRD_SIMPLE };

            // B → S: B, {A, Na, Nb}Kbs; S → A: {B, K, Na, Nb}Kas; S → B: {A, K}Kbs; A → B: {A, B, Nb}K.
            view!(ALICE_LOWE, [OWN_NAME, PEER, SECRET_SHARED], &[
                HELLO,
                hears!(Server, ServerHello, &[heard("m", Sort::Ciphertext)], KEY_AND_BOTH, after: &KEYS),
                says!(Client, Finished, &[],
                    &[ciphertext("proof", &[NO_CONTEXT, tuple(&[var("own_name"), var("peer_name"), var("nb")]), SESSION])],
                    after: &[]),
            ]);
            view!(BOB_LOWE, [OWN_NAME, SECRET_SHARED], &[
                HELLO,
                says!(Server, ClientShare, &[], ASKS, after: $early(&KEYS)),
                hears!(Client, Half, &[heard("ticket", Sort::Ciphertext)], &TICKET, after: &[]),
                hears!(Client, Finished, &[heard("proof", Sort::Ciphertext)],
                    &[
                        open(SERVER, "said", &[var("k"), var("proof")]),
                        let_(SERVER, "caller", part(0, 3, Sort::Name, &[var("said")])),
                        let_(SERVER, "called", part(1, 3, Sort::Name, &[var("said")])),
                        let_(SERVER, "nb_back", part(2, 3, Sort::Nonce, &[var("said")])),
                        same(SERVER, &[var("peer_name"), var("caller")]),
                        same(SERVER, &[var("own_name"), var("called")]),
                        same(SERVER, &[var("nb"), var("nb_back")]),
                    ],
                    after: $late(&KEYS)),
            ]);
            view!(THIRD_LOWE, [], &[
                IS_ASKED,
                says!(Server, ServerHello, &[], &[TO_A], after: &[]),
                says!(Server, Half, &[], &[TO_B], after: &[]),
            ]);
            pub(super) const LOWE: Tables = Tables { client: &ALICE_LOWE, server: &BOB_LOWE, third: &THIRD_LOWE };
        }
    };
}

// The initiator has the key before the responder, and cannot know whether that one is given it: it can ask for the random values.
yahalom!(initiator, &[NO_CONTEXT], early: done, late: not_done);
yahalom!(responder, &[var("k")], early: not_done, late: done);

fn lost_in([initiator, responder]: [Tables; 2]) -> Vec<String> {
    let secrecy = |role| Goal { property: Property::Secrecy, role };
    let agreement = |role| Goal { property: Property::Agreement, role };
    let others = [secrecy(Role::Client), secrecy(Role::Server), agreement(Role::Server)];
    [lost_of(2, initiator.worlds(), &[agreement(Role::Client)]), lost_of(2, responder.worlds(), &others)].concat()
}

/// Burrows, Abadi and Needham, A logic of authentication, 1989; Paulson, Relations between secrets: two formal analyses of the Yahalom
/// protocol, 2001.
#[test]
fn yahalom_holds() {
    assert_eq!(lost_in([initiator::YAHALOM, responder::YAHALOM]), SAFE);
}

/// Syverson, A taxonomy of replay attacks, 1994: the initiator hears the responder's random value from nobody in particular, and what the
/// responder vouches for does not say for which of its own it is.
#[test]
fn yahalom_simplified_is_broken_for_both() {
    assert_eq!(lost_in([initiator::SIMPLE, responder::SIMPLE]), ["agreement-client", "agreement-server"]);
}

/// Lowe, Towards a completeness result for model checking of security protocols, 1998.
#[test]
fn yahalom_by_lowe_holds() {
    assert_eq!(lost_in([initiator::LOWE, responder::LOWE]), SAFE);
}
