//! Pieces that several tables share.

use crate::{
    checks,
    mode::{Field, Given, Message, Relation, Source, Step, table::*},
    role::Role,
    term::{Expr, Op, Sort},
    wire::Kind,
};

/// What every mode gives its parties.
pub(super) const SESSION: Given = given(CLIENT, "session", Source::Session);
pub(super) const OFFERS: Given = given(CLIENT, "offers", Source::Offers);
pub(super) const SUPPORTED: Given = given(SERVER, "supported", Source::Offers);

pub(super) const SESSION_FIELD: Field = field("session", "session", Sort::Session, var("session"));
pub(super) const OFFERS_FIELD: Field = field("offers", "offers", Sort::Offers, var("offers"));
pub(super) const CHOICE_FIELD: Field = field("choice", "choice", Sort::Choice, var("choice"));
pub(super) const CLIENT_RANDOM: Field = field("random", "client_random", Sort::Nonce, var("client_random"));
pub(super) const SERVER_RANDOM: Field = field("random", "server_random", Sort::Nonce, var("server_random"));

/// A share: the public value of the party's secret.
pub(super) const CLIENT_SHARE: Field =
    field("share", "client_share", Sort::Public, apply(Op::Public, &[var("group"), var("client_secret")]));
pub(super) const SERVER_SHARE: Field =
    field("share", "server_share", Sort::Public, apply(Op::Public, &[var("group"), var("server_secret")]));

/// The client's first share is for the group that it likes best.
pub(super) const CLIENT_PREFERS: Step = let_(CLIENT, "group", apply(Op::Preferred, &[var("offers")]));
/// The choice has to be one that was offered.
pub(super) const CLIENT_ACCEPTS: Step = let_(CLIENT, "accepted", apply(Op::Accept, &[var("offers"), var("choice")]));
pub(super) const CLIENT_GROUP: Step = let_(CLIENT, "agreed", apply(Op::GroupOf, &[var("accepted")]));
pub(super) const SERVER_PICKS: Step = let_(SERVER, "choice", apply(Op::Pick, &[var("offers"), var("supported")]));
pub(super) const SERVER_GROUP: Step = let_(SERVER, "group", apply(Op::GroupOf, &[var("choice")]));

pub(super) const CLIENT_AGREES: Step =
    let_(CLIENT, "shared", apply(Op::Agree, &[var("agreed"), var("client_secret"), var("server_share")]));
pub(super) const SERVER_AGREES: Step =
    let_(SERVER, "shared", apply(Op::Agree, &[var("group"), var("server_secret"), var("client_share")]));

/// One side's Finished: a MAC under its Finished key over `$over`, which the other side computes again and compares, by
/// `finished` unless another check says what that is for.
macro_rules! finished {
    ($side:ident, $over:expr) => {
        finished!($side, $over, crate::checks::FINISHED, &[])
    };
    (client, $over:expr, $check:expr, $after:expr) => {
        finished!(Role::Client, "client_finished", "client_finished_key", SERVER, $over, $check, $after)
    };
    (server, $over:expr, $check:expr, $after:expr) => {
        finished!(Role::Server, "server_finished", "server_finished_key", CLIENT, $over, $check, $after)
    };
    ($from:expr, $mac:literal, $key:literal, $peer:expr, $over:expr, $check:expr, $after:expr) => {
        Message {
            from: $from,
            kind: Kind::Finished,
            before: &[],
            fields: &[field("mac", $mac, Sort::Mac, apply(Op::Mac, &[var($key), $over]))],
            receipt: &[check($peer, Relation::Equal(&$check), &[apply(Op::Mac, &[var($key), $over]), var($mac)])],
            after: $after,
        }
    };
}
pub(super) use finished;

/// The extracted key, from which every other one is expanded.
pub(super) const EXTRACT: Step = let_(BOTH, "master", apply(Op::Extract, &[var("shared")]));

/// The key of one direction's records, expanded from `$from`; without direction keys it is one for both.
macro_rules! write_key {
    ($label:literal, $from:expr) => {
        switch(&checks::DIRECTION_KEYS, &apply(Op::Expand($label), $from), &apply(Op::Expand("write"), $from))
    };
}
pub(super) use write_key;

/// What a handshake's keys are, expanded from `$from`: those that prove with a MAC that its maker shares the secret, those of
/// records, and the exporter.
macro_rules! expanded {
    ($from:expr) => {
        pub(in crate::modes) const CLIENT_FINISHED_KEY: Step =
            let_(BOTH, "client_finished_key", apply(Op::Expand("client finished"), $from));
        pub(in crate::modes) const SERVER_FINISHED_KEY: Step =
            let_(BOTH, "server_finished_key", apply(Op::Expand("server finished"), $from));
        pub(in crate::modes) const CLIENT_WRITE: Step = let_(BOTH, "client_write", write_key!("client write", $from));
        pub(in crate::modes) const SERVER_WRITE: Step = let_(BOTH, "server_write", write_key!("server write", $from));
        pub(in crate::modes) const EXPORTER: Step = let_(BOTH, "exporter", apply(Op::Expand("exporter"), $from));
    };
}
pub(super) use expanded;

const MASTER_HERE: &[Expr] = &[var("master"), Expr::Transcript];
// Over the whole handshake so far, as TLS 1.3 has them.
expanded!(MASTER_HERE);

/// The keys of TLS 1.2 (RFC 5246 section 6.3): nothing of what was negotiated is in them.
pub(super) mod legacy {
    use super::*;

    const FROM_RANDOMS: &[Expr] =
        &[var("master"), apply(Op::Hash, &[tuple(&[var("client_random"), var("server_random")])])];
    expanded!(FROM_RANDOMS);
}

/// The first flight where the client's share needs no check before the agreement. The server agrees on receipt: a share
/// with which it cannot is a message that fails.
pub(super) const CLIENT_HELLO: Message = Message {
    from: Role::Client,
    kind: Kind::ClientHello,
    before: &[CLIENT_PREFERS, nonce(CLIENT, "client_random"), secret(CLIENT, "client_secret", "group")],
    fields: &[SESSION_FIELD, OFFERS_FIELD, CLIENT_RANDOM, CLIENT_SHARE],
    receipt: &[
        SERVER_PICKS,
        SERVER_GROUP,
        nonce(SERVER, "server_random"),
        secret(SERVER, "server_secret", "group"),
        SERVER_AGREES,
        check(SERVER, Relation::Contributes, &[var("shared")]),
    ],
    after: &[],
};

/// The server's answer where its share needs no check before the agreement.
pub(super) const SERVER_HELLO: Message = Message {
    from: Role::Server,
    kind: Kind::ServerHello,
    before: &[],
    fields: &[CHOICE_FIELD, SERVER_RANDOM, SERVER_SHARE],
    receipt: &[CLIENT_ACCEPTS, CLIENT_GROUP, CLIENT_AGREES, check(CLIENT, Relation::Contributes, &[var("shared")])],
    after: &[],
};

/// What a certified exchange gives its client, and its server.
pub(super) const TRUST: Given = given(CLIENT, "trust", Source::Trust);
pub(super) const PEER_NAME: Given = given(CLIENT, "peer_name", Source::PeerName);
pub(super) const NOW: Given = given(CLIENT, "now", Source::Clock);
pub(super) const CHAIN: Given = given(SERVER, "chain", Source::Chain);
pub(super) const SIGNING_KEY: Given = given(SERVER, "signing_key", Source::SigningKey);

/// What two are given who both show a certificate; the last is the server's key, one that signs or one that opens.
pub(super) const fn both_certified(key: Given) -> [Given; 10] {
    [
        SESSION,
        OFFERS,
        SUPPORTED,
        given(BOTH, "trust", Source::Trust),
        given(BOTH, "now", Source::Clock),
        PEER_NAME,
        given(CLIENT, "client_chain", Source::Chain),
        given(CLIENT, "client_signing_key", Source::SigningKey),
        CHAIN,
        key,
    ]
}

/// The server's chain, which the client validates for the name that it wants.
pub(super) const SERVER_CERTIFICATE: Message = Message {
    from: Role::Server,
    kind: Kind::Certificate,
    before: &[],
    fields: &[field("chain", "chain", Sort::Chain, var("chain"))],
    receipt: &[check(
        CLIENT,
        Relation::Certified(Role::Server),
        &[var("chain"), var("trust"), var("peer_name"), var("now")],
    )],
    after: &[],
};

pub(super) const SERVER_SIGNS: &str = "server CertificateVerify";

/// The server's signature over all frames so far, and the client's look at it.
pub(super) const SERVER_SIGNATURE: Field = field(
    "signature",
    "signature",
    Sort::Signature,
    apply(Op::Sign(SERVER_SIGNS), &[var("signing_key"), Expr::Transcript]),
);
pub(super) const CLIENT_VERIFIES: Step = check(
    CLIENT,
    Relation::Signed(&checks::TRANSCRIPT_SIGNATURE, SERVER_SIGNS),
    &[apply(Op::LeafKey, &[var("chain")]), Expr::Transcript, var("signature")],
);

/// Under which name the client shares the secret.
pub(super) const IDENTITY: Field = field("identity", "identity", Sort::Name, var("client_name"));
/// Whom the client wants to talk to.
pub(super) const WANTED: Field = field("server", "wanted", Sort::Name, var("peer_name"));

/// The server is the one that the client wants, and not the client itself.
pub(super) const OWN_NAME_WANTED: Step =
    check(SERVER, Relation::Equal(&checks::ROLE_SEPARATION), &[var("server_name"), var("wanted")]);
pub(super) const CLIENT_IS_NAMED: Step = let_(SERVER, "peer_name", var("identity"));

/// What those who share a secret are given besides: their names, and whom the client wants to talk to.
pub(super) const CLIENT_NAME: Given = given(CLIENT, "client_name", Source::OwnName);
pub(super) const SERVER_NAME: Given = given(SERVER, "server_name", Source::OwnName);
