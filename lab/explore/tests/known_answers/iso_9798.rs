//! ISO/IEC 9798-2, mechanism 5: four passes, mutual, with a third.

use super::{third::*, *};
use explore::third::THIRD;

/// A → P: TVP, B; P → A: {TVP, K, B}Kap, {TN, K, A}Kbp; A → B: {TN, K, A}Kbp, {TN, B}K; B → A: {TN, A}K, without the texts. TVP is a random
/// value, and each TN the time. `$says` is what the third says to the initiator, and `$looks` what the initiator looks at in it.
macro_rules! four_passes {
    ($module:ident, $says:expr, $looks:expr) => {
        mod $module {
            use super::*;

            const KEYS: [Step; 4] = keys!(&[var("k")], NO_CONTEXT);

            view!(ALICE, [OWN_NAME, PEER, SECRET_SHARED, NOW], &[
                says!(Client, ClientHello,
                    &[nonce(CLIENT, "tvp")],
                    &[field("tvp", "tvp_said", Sort::Nonce, var("tvp")), field("b", "b", Sort::Name, var("peer_name"))],
                    after: &[]),
                hears!(Server, ServerHello, &[heard("m", Sort::Ciphertext), heard("ticket", Sort::Ciphertext)],
                    $looks,
                    after: &KEYS),
                says!(Client, ClientShare, &[],
                    &[
                        field("ticket", "ticket_said", Sort::Ciphertext, var("ticket")),
                        ciphertext("proof", &[NO_CONTEXT, tuple(&[var("now"), var("peer_name")]), SESSION]),
                    ],
                    after: &[]),
                hears!(Server, Finished, &[heard("answer", Sort::Ciphertext)],
                    &[
                        open(CLIENT, "said", &[var("k"), var("answer")]),
                        let_(CLIENT, "time", part(0, 2, Sort::Time, &[var("said")])),
                        let_(CLIENT, "to", part(1, 2, Sort::Name, &[var("said")])),
                        same(CLIENT, &[var("now"), var("time")]),
                        same(CLIENT, &[var("own_name"), var("to")]),
                    ],
                    after: &[]),
            ]);
            view!(BOB, [OWN_NAME, SECRET_SHARED, NOW], &[
                hears!(Client, ClientShare, &[heard("ticket", Sort::Ciphertext), heard("proof", Sort::Ciphertext)],
                    &[
                        open(SERVER, "t", &[var("shared"), var("ticket")]),
                        let_(SERVER, "time", part(0, 3, Sort::Time, &[var("t")])),
                        let_(SERVER, "k", part(1, 3, Sort::Shared, &[var("t")])),
                        let_(SERVER, "peer_name", part(2, 3, Sort::Name, &[var("t")])),
                        same(SERVER, &[var("now"), var("time")]),
                        open(SERVER, "said", &[var("k"), var("proof")]),
                        let_(SERVER, "time_said", part(0, 2, Sort::Time, &[var("said")])),
                        let_(SERVER, "to", part(1, 2, Sort::Name, &[var("said")])),
                        same(SERVER, &[var("now"), var("time_said")]),
                        same(SERVER, &[var("own_name"), var("to")]),
                    ],
                    after: &KEYS),
                says!(Server, Finished, &[],
                    &[ciphertext("answer", &[NO_CONTEXT, tuple(&[var("now"), var("peer_name")]), SESSION])],
                    after: &[]),
            ]);
            view!(THIRD, [], &[
                hears!(Client, ClientHello, &[heard("tvp", Sort::Nonce), heard("b", Sort::Name)],
                    &[same(SERVER, &[var("server_name"), var("b")]), draw(SERVER, "k", Sort::Shared)],
                    after: &[]),
                says!(Server, ServerHello, &[],
                    &[
                        ciphertext("m", &[NO_CONTEXT, tuple($says), CLIENTS]),
                        ciphertext("ticket", &[NO_CONTEXT, tuple(&[var("now"), var("k"), var("client_name")]), SERVERS]),
                    ],
                    after: &[]),
            ]);

            pub(super) const TABLES: Tables = Tables { client: &ALICE, server: &self::BOB, third: &THIRD };
        }
    };
}

const FOR_INITIATOR: Step = open(CLIENT, "t", &[var("shared"), var("m")]);
const FRESH: Step = same(CLIENT, &[var("tvp"), var("tvp_back")]);
const MEANT: Step = same(CLIENT, &[var("peer_name"), var("whom")]);

four_passes!(
    as_it_is,
    &[var("tvp"), var("k"), var("server_name")],
    &[
        FOR_INITIATOR,
        let_(CLIENT, "tvp_back", part(0, 3, Sort::Nonce, &[var("t")])),
        let_(CLIENT, "k", part(1, 3, Sort::Shared, &[var("t")])),
        let_(CLIENT, "whom", part(2, 3, Sort::Name, &[var("t")])),
        FRESH,
        MEANT,
    ]
);
four_passes!(
    with_roles,
    &[var("tvp"), var("k"), var("server_name"), var("own_name")],
    &[
        FOR_INITIATOR,
        let_(CLIENT, "tvp_back", part(0, 4, Sort::Nonce, &[var("t")])),
        let_(CLIENT, "k", part(1, 4, Sort::Shared, &[var("t")])),
        let_(CLIENT, "whom", part(2, 4, Sort::Name, &[var("t")])),
        let_(CLIENT, "by", part(3, 4, Sort::Name, &[var("t")])),
        FRESH,
        MEANT,
        same(CLIENT, &[var("third_name"), var("by")]),
    ]
);

/// Who plays where the third calls somebody besides, and is served by the other of the two.
const THIRD_CALLS: [Player; 6] = [
    Player::Calls(ALICE, BOB),
    Player::IsCalled(BOB),
    Player::Serves(ALICE, BOB),
    Player::Calls(THIRD, ALICE),
    Player::IsCalled(ALICE),
    Player::Serves(BOB, ALICE),
];
const OF_WHO_IS_CALLED: Goal = Goal { property: Property::Agreement, role: Role::Server };

/// Basin, Cremers and Meier, Provably repairing the ISO/IEC 9798 standard for entity authentication, 2012: two share one key, whichever of
/// them is the other's third. What the third makes in Bob's name it takes for Bob's own answer, and tells Alice, who takes it for
/// Bob: he need not be there.
#[test]
fn whose_third_one_is_is_mistaken() {
    let world = as_it_is::TABLES.world(&THIRD_CALLS);
    let found = search(&[world], &[OF_WHO_IS_CALLED], Bound { in_hand: 2, ..Bound::of(1000) }, false);
    let trace = &found.attacks[&OF_WHO_IS_CALLED];
    let names: Vec<String> = (0..THIRD_CALLS.len()).map(|cast| trace.world.party(cast)).collect();
    let of = |name: &str| names.iter().position(|it| it == name);
    assert!(trace.holds());
    assert_eq!((Some(trace.victim), of("bob")), (of("alice 2"), Some(1)));
    assert!(!trace.takes_part(1), "{trace:?}");
}

/// Where what the third says to the initiator names the third nothing is lost.
#[test]
fn with_the_thirds_name_it_is_not() {
    assert_eq!(lost_of(2, vec![with_roles::TABLES.world(&THIRD_CALLS)], &[OF_WHO_IS_CALLED]), SAFE);
}

/// Nor is it where the third is nothing else.
#[test]
fn a_third_that_is_nothing_else_is_not_mistaken() {
    for role in [Role::Client, Role::Server] {
        assert_eq!(lost_by(role, as_it_is::TABLES, AUTHENTICATION), SAFE);
        assert_eq!(lost_by(role, with_roles::TABLES, AUTHENTICATION), SAFE);
    }
}
