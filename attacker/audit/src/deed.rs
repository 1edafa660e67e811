//! The attacks on the handshake itself, and on what is behind it.

use crate::{
    grade::Proof,
    lie::{EIGHT, Lie, Manner, ONE, ZERO},
    mail::Opening,
    role::Role,
};
use lab::tls::v13::{Deviation, Message, Order, Share};

/// One lie as an attack.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deed {
    /// The attack's id.
    pub(crate) attack: &'static str,
    /// The check that stops it.
    pub(crate) check: &'static str,
    pub(crate) lie: Lie,
    /// How it is told.
    pub(crate) manner: Manner,
    /// By what the program shows that it was deceived.
    pub(crate) proof: Proof,
    /// Against whom alone it can be done, where that is so.
    pub(crate) against: Option<Role>,
}

const fn deed(attack: &'static str, check: &'static str, lie: Lie) -> Deed {
    Deed { attack, check, lie, manner: Manner::Usual, proof: Proof::Canary, against: None }
}

/// One against a client, told by the lab's own TLS.
const fn own(attack: &'static str, check: &'static str, deviations: &'static [Deviation]) -> Deed {
    let deed = deed(attack, check, Lie::Deviates(deviations));
    Deed { manner: Manner::Lab, against: Some(Role::Client), ..deed }
}

/// One against a client that asks for TLS by a command.
const fn command(attack: &'static str, opening: Opening) -> Deed {
    let deed = deed(attack, "offers-bound", Lie::Opens(opening));
    Deed { manner: Manner::Command, against: Some(Role::Client), ..deed }
}

/// All of them.
pub(crate) const DEEDS: &[Deed] = &[
    Deed { manner: Manner::Lab, ..deed("no-certificate", "cert-chain", Lie::Nobody) },
    Deed { against: Some(Role::Client), ..deed("plain-text", "cert-chain", Lie::PlainText) },
    command("starttls:stripped", Opening::Stripped),
    command("starttls:injected", Opening::Injected),
    own("no-signature", "transcript-signature", &[Deviation::Omits(Message::CertificateVerify)]),
    deed("replay-cert", "transcript-signature", Lie::OtherKey),
    deed("replay-signature", "fresh-transcript", Lie::OtherSession),
    own("replay-signature:role", "transcript-signature", &[Deviation::SignsUnder(CLIENT)]),
    own("wrong-finished", "finished", &[Deviation::Alters(Message::Finished)]),
    own("unoffered-protocol", "offers-bound", &[Deviation::Selects(b"interlock/1")]),
    Deed { manner: Manner::Older, against: Some(Role::Client), ..deed("downgrade", "offers-bound", Lie::Downgraded) },
    Deed { manner: Manner::X25519, ..deed("low-order", "contributory", Lie::SmallOrder(&ZERO)) },
    Deed { manner: Manner::X25519, ..deed("low-order:one", "contributory", Lie::SmallOrder(&ONE)) },
    Deed { manner: Manner::X25519, ..deed("low-order:eight", "contributory", Lie::SmallOrder(&EIGHT)) },
    Deed { manner: Manner::Hybrid, ..own("low-order:hybrid", "contributory", &[Deviation::Shares(Share::ZeroPoint)]) },
    Deed {
        manner: Manner::Hybrid,
        ..own("low-order:no-ciphertext", "contributory", &[Deviation::Shares(Share::NoCiphertext)])
    },
    Deed { proof: Proof::Answer, ..own("tamper", "record-auth", &[Deviation::Sends(Order::Altered(PIECE))]) },
    Deed { proof: Proof::Answer, ..own("replay-record", "record-order", &[Deviation::Sends(Order::Repeated(PIECE))]) },
    Deed {
        proof: Proof::Answer,
        ..own("reorder", "record-order", &[Deviation::Sends(Order::Swapped(PIECE, PIECE + 1))])
    },
    Deed {
        proof: Proof::Answer,
        against: Some(Role::Client),
        ..deed("truncate", "authenticated-close", Lie::CutShort)
    },
];

/// The context of a client's signature (RFC 8446 section 4.4.3).
const CLIENT: &str = "TLS 1.3, client CertificateVerify";

/// The record of an answer behind its head.
const PIECE: usize = 1;
