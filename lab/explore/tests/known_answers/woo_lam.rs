//! Woo and Lam's protocol, and its simplifications.

use super::{third::*, *};

/// Woo and Lam, A lesson on authentication protocol design, 1994: A → B: A; B → A: Nb; A → B: {…}Kas; B → S: {…, {…}Kas}Kbs; S → B:
/// {…}Kbs, by which B knows that A is there. The five differ in what stands there: `$third`, `$fourth` beside the third, and `$fifth`; the
/// server takes the fourth and the third apart, and B looks at the fifth. They agree on B's random value.
macro_rules! woo_lam {
    ($module:ident, third: $third:expr, fourth: $fourth:expr, takes: $takes:expr, fifth: $fifth:expr, looks: $looks:expr) => {
        mod $module {
            use super::*;

            const KEYS: [Step; 4] = keys!(&[var("nb")], NO_CONTEXT);

            view!(ALICE, [OWN_NAME, PEER, SECRET_SHARED], &[
                says!(Client, ClientHello, &[], &[field("a", "a", Sort::Name, var("own_name"))], after: &[]),
                hears!(Server, ServerHello, &[heard("nb", Sort::Nonce)], &[let_(CLIENT, "b", var("peer_name"))], after: &[]),
                says!(Client, ClientShare, &[], &[ciphertext("m", &[NO_CONTEXT, tuple($third), KEY])], after: &KEYS),
            ]);
            view!(BOB, [OWN_NAME, SECRET_SHARED], &[
                hears!(Client, ClientHello, &[heard("a", Sort::Name)],
                    &[let_(SERVER, "peer_name", var("a")), let_(SERVER, "b", var("own_name")), nonce(SERVER, "nb")],
                    after: &[]),
                says!(Server, ServerHello, &[], &[field("nb", "nb_said", Sort::Nonce, var("nb"))], after: &[]),
                hears!(Client, ClientShare, &[heard("m", Sort::Ciphertext)], &[], after: &[]),
                says!(Server, Half, &[], &[ciphertext("request", &[NO_CONTEXT, tuple($fourth), KEY])], after: &[]),
                hears!(Client, Rest, &[heard("answer", Sort::Ciphertext)], $looks, after: &KEYS),
            ]);
            view!(THIRD, [], &[
                hears!(Client, Half, &[heard("request", Sort::Ciphertext)], $takes, after: &[]),
                says!(Server, Rest, &[], &[ciphertext("answer", &[NO_CONTEXT, tuple($fifth), SERVERS])], after: &[]),
            ]);

            /// What B is wrong about.
            pub(super) fn lost() -> Vec<String> {
                lost_by(Role::Server, Tables { client: &ALICE, server: &BOB, third: &THIRD }, &[Property::Agreement])
            }
        }
    };
}

const A_B_N: &[Expr] = &[var("a"), var("b"), var("nb")];
const A_N: &[Expr] = &[var("a"), var("nb")];
const N: &[Expr] = &[var("nb")];

const OUTER: Step = open(SERVER, "outer", &[var("server_secret"), var("request")]);
const INNER: Step = open(SERVER, "inner", &[var("client_secret"), var("m")]);
const IS_A: Step = same(SERVER, &[var("client_name"), var("a")]);
const IS_B: Step = same(SERVER, &[var("server_name"), var("b")]);
const A_INSIDE: Step = same(SERVER, &[var("client_name"), var("a_inside")]);
const B_INSIDE: Step = same(SERVER, &[var("server_name"), var("b_inside")]);

const INNER_A_B_N: [Step; 5] = [
    let_(SERVER, "a_inside", part(0, 3, Sort::Name, &[var("inner")])),
    let_(SERVER, "b_inside", part(1, 3, Sort::Name, &[var("inner")])),
    let_(SERVER, "nb", part(2, 3, Sort::Nonce, &[var("inner")])),
    A_INSIDE,
    B_INSIDE,
];
/// What the server takes out of a fourth message that says who A is beside the third.
const OUTER_A: [Step; 5] = [
    OUTER,
    let_(SERVER, "a", part(0, 2, Sort::Name, &[var("outer")])),
    let_(SERVER, "m", part(1, 2, Sort::Ciphertext, &[var("outer")])),
    IS_A,
    INNER,
];

const ANSWER: Step = open(SERVER, "t", &[var("shared"), var("answer")]);
const FRESH: Step = same(SERVER, &[var("nb"), var("nb_back")]);
const LOOKS_A_B_N: &[Step] = &[
    ANSWER,
    let_(SERVER, "a_back", part(0, 3, Sort::Name, &[var("t")])),
    let_(SERVER, "b_back", part(1, 3, Sort::Name, &[var("t")])),
    let_(SERVER, "nb_back", part(2, 3, Sort::Nonce, &[var("t")])),
    same(SERVER, &[var("a"), var("a_back")]),
    same(SERVER, &[var("b"), var("b_back")]),
    FRESH,
];
const LOOKS_A_N: &[Step] = &[
    ANSWER,
    let_(SERVER, "a_back", part(0, 2, Sort::Name, &[var("t")])),
    let_(SERVER, "nb_back", part(1, 2, Sort::Nonce, &[var("t")])),
    same(SERVER, &[var("a"), var("a_back")]),
    FRESH,
];
const LOOKS_N: &[Step] = &[ANSWER, let_(SERVER, "nb_back", part(0, 1, Sort::Nonce, &[var("t")])), FRESH];

woo_lam!(pi_full, third: A_B_N, fourth: &[var("a"), var("b"), var("nb"), var("m")],
    takes: &[
        OUTER,
        let_(SERVER, "a", part(0, 4, Sort::Name, &[var("outer")])),
        let_(SERVER, "b", part(1, 4, Sort::Name, &[var("outer")])),
        let_(SERVER, "nb_outside", part(2, 4, Sort::Nonce, &[var("outer")])),
        let_(SERVER, "m", part(3, 4, Sort::Ciphertext, &[var("outer")])),
        IS_A, IS_B, INNER,
        INNER_A_B_N[0], INNER_A_B_N[1], INNER_A_B_N[2], INNER_A_B_N[3], INNER_A_B_N[4],
        same(SERVER, &[var("nb"), var("nb_outside")]),
    ],
    fifth: A_B_N, looks: LOOKS_A_B_N);
woo_lam!(pi_1, third: A_B_N, fourth: &[var("a"), var("b"), var("m")],
    takes: &[
        OUTER,
        let_(SERVER, "a", part(0, 3, Sort::Name, &[var("outer")])),
        let_(SERVER, "b", part(1, 3, Sort::Name, &[var("outer")])),
        let_(SERVER, "m", part(2, 3, Sort::Ciphertext, &[var("outer")])),
        IS_A, IS_B, INNER,
        INNER_A_B_N[0], INNER_A_B_N[1], INNER_A_B_N[2], INNER_A_B_N[3], INNER_A_B_N[4],
    ],
    fifth: A_B_N, looks: LOOKS_A_B_N);
woo_lam!(pi_2, third: A_N, fourth: &[var("a"), var("m")],
    takes: &[
        OUTER_A[0], OUTER_A[1], OUTER_A[2], OUTER_A[3], OUTER_A[4],
        let_(SERVER, "a_inside", part(0, 2, Sort::Name, &[var("inner")])),
        let_(SERVER, "nb", part(1, 2, Sort::Nonce, &[var("inner")])),
        A_INSIDE,
    ],
    fifth: A_N, looks: LOOKS_A_N);
woo_lam!(pi_3, third: N, fourth: &[var("a"), var("m")],
    takes: &[
        OUTER_A[0], OUTER_A[1], OUTER_A[2], OUTER_A[3], OUTER_A[4],
        let_(SERVER, "nb", part(0, 1, Sort::Nonce, &[var("inner")])),
    ],
    fifth: A_N, looks: LOOKS_A_N);
woo_lam!(pi, third: N, fourth: &[var("a"), var("m")],
    takes: &[
        OUTER_A[0], OUTER_A[1], OUTER_A[2], OUTER_A[3], OUTER_A[4],
        let_(SERVER, "nb", part(0, 1, Sort::Nonce, &[var("inner")])),
    ],
    fifth: N, looks: LOOKS_N);

/// Clark and Jacob, A survey of authentication protocol literature, 1997: where B is not named what A says to the attacker is good for
/// B, and where A is not named at the end what the attacker says for itself is good for A; and what B hands on without a look may
/// be B's own random value, so that B's request is what it takes for the answer.
#[test]
fn woo_and_lams_simplifications_are_broken() {
    for lost in [pi::lost(), pi_1::lost(), pi_2::lost(), pi_3::lost()] {
        assert_eq!(lost, ["agreement-server"]);
    }
}

/// With everything in each ciphertext nothing is lost.
#[test]
fn woo_and_lams_protocol_in_full_holds() {
    assert_eq!(pi_full::lost(), SAFE);
}
