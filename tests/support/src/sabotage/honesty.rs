//! What theory says of a lab that is not honest: which facts each fault changes, and which verdicts rest on these facts.

use super::{
    player::{Outcome, Proof},
    theory::{Table, Turn, bare},
};
use lab::{
    checks,
    role::Role,
    verdict::{Kind, Row},
};

/// Every victim's key has one label: two keys look like one, and what the attacker shows fits no victim. The order of the questions
/// is that of the verdicts, from the worst on.
pub(super) fn one_label(row: &Row, sound: &Outcome, _: &Table) -> Option<Turn> {
    let Proof { client, server } = sound.proves.as_ref()?;
    let both = client.finished && server.finished;
    let foreign = [(Role::Client, client), (Role::Server, server)].into_iter().find(|(_, side)| side.foreign);
    Some(match foreign {
        // Who reads two keys reads one; who reads one victim's alone shows nothing with which it could.
        _ if client.read || server.read => turn(row, if both { Kind::Read } else { Kind::Inconclusive }, None),
        // Names, what was accepted and not said, and groups are no matter of keys.
        _ if [Kind::Misbound, Kind::Altered, Kind::Downgraded].contains(&row.expected.kind) => Turn::Stays,
        // One key over two transcripts: somebody finished on what was not said so, which the two keys told otherwise.
        Some((party, _)) if both => turn(row, Kind::Altered, Some(party)),
        _ => Turn::Stays,
    })
}

/// The attacker passes everything on as it came: the session is as honest as the victims' own setting.
pub(super) fn forwarded(row: &Row, _: &Outcome, table: &Table) -> Option<Turn> {
    let (mode, attack) = (row.scenario.mode.id.as_str(), &row.scenario.attack);
    let decides = row.expected.check.as_deref();
    Some(match attack.id.as_str() {
        // What leads a client to its own server is how the two are set up, and not what becomes of a frame.
        "reflect" => Turn::Stays,
        // The client wants to talk to the attacker: the server can open nothing of what it says.
        "lowe" => turn(row, Kind::Disrupted, None),
        // The same, and what another server is to that client is a matter of its certificate: nothing is said of it.
        "triple-handshake" => return None,
        // The server's certificate is revoked, whoever shows it.
        _ if decides == Some("cert-revoked") && attack.variant.as_deref() == Some("revoked") => Turn::Stays,
        // The group is as the server sends it.
        "crack" if mode == "dh-weak" && decides.is_some_and(|check| check.starts_with("group-")) => Turn::Stays,
        _ => table.honest(row),
    })
}

/// What is signed is the server's random value and share: what else is altered is found by whatever comes behind the signature.
pub(super) fn half_signed(row: &Row, sound: &Outcome, table: &Table) -> Option<Turn> {
    // Where the server has no share, there is no such half.
    if row.scenario.mode.id.starts_with("rsa") {
        return None;
    }
    let covered = matches!(row.scenario.attack.variant.as_deref(), Some("server-random" | "server-share"));
    Some(match row.scenario.attack.id.as_str() {
        "alter-negotiation" | "tamper-binding" | "tamper-finished" | "unkeyed-mac" if !covered => {
            table.never_looks(row, checks::TRANSCRIPT_SIGNATURE.id, sound)
        }
        // Whoever puts a share of its own in the place of the server's alters what is signed; of all others the signature is no matter.
        _ => Turn::Stays,
    })
}

/// One key for both directions: what is led back opens as if it were the peer's.
pub(super) fn one_key(row: &Row, _: &Outcome, table: &Table) -> Option<Turn> {
    Some(match row.scenario.attack.id.as_str() {
        "reflect-record" => table.lacking(row, checks::DIRECTION_KEYS.id),
        _ => Turn::Stays,
    })
}

/// Every record has the first one's number: none is missed or comes twice, and two are sealed under one nonce.
pub(super) fn no_order(row: &Row, sound: &Outcome, table: &Table) -> Option<Turn> {
    match nonces_repeat(row, sound, table) {
        Some(Turn::Stays) => Some(table.never_looks(row, checks::RECORD_ORDER.id, sound)),
        reads => reads,
    }
}

/// Two records under one nonce show the difference of what is in them (RFC 8439 section 4). Where keys are renewed between the two,
/// each has a key of its own.
pub(super) fn nonces_repeat(row: &Row, _: &Outcome, _: &Table) -> Option<Turn> {
    let renewed = row.scenario.mode.variant.as_deref() == Some("rekey");
    Some(if renewed { Turn::Stays } else { found(row, "reuse-nonce") })
}

/// The keys follow from what everybody hears: whoever tries what the wire gives has them. Of what others do with keys that all have,
/// nothing is said.
pub(super) fn no_secret(row: &Row, _: &Outcome, _: &Table) -> Option<Turn> {
    ["relay", "eavesdrop"].contains(&row.scenario.attack.id.as_str()).then(|| found(row, "eavesdrop"))
}

/// What the attacker makes without a key is what the victim made: nothing is altered. With shares of its own it has a key with each,
/// where these alone make the keys; and neither a bit that is flipped nor a share that nobody answers for is any better for it.
/// Of what else rests on a MAC, nothing is said.
pub(super) fn no_mac_key(row: &Row, _: &Outcome, table: &Table) -> Option<Turn> {
    let mode = &row.scenario.mode;
    let own_shares = mode.id == "psk" && mode.variant.as_deref() != Some("psk-only");
    Some(match row.scenario.attack.id.as_str() {
        "unkeyed-binder" if own_shares => table.lacking(row, checks::PSK_BINDER.id),
        "unkeyed-mac" | "unkeyed-binder" => turn(row, Kind::Private, None),
        "relay" | "tamper-finished" | "tamper-binding" | "substitute" => Turn::Stays,
        _ => return None,
    })
}

/// A victim's secrets come from a generator that everybody can start. Of what two victims with the same secrets do to others,
/// nothing is said.
pub(super) fn constant_randomness(row: &Row, _: &Outcome, _: &Table) -> Option<Turn> {
    // A side of these computes with a static secret as well, which it did not draw.
    let statics = row.scenario.mode.id == "triple-dh";
    let turn = if statics { Turn::Stays } else { found(row, "predict") };
    ["relay", "predict"].contains(&row.scenario.attack.id.as_str()).then_some(turn)
}

/// A canary that another session told proves nothing of whoever has read it: wherever a victim speaks, nothing is proven.
pub(super) fn stale_canary(row: &Row, sound: &Outcome, _: &Table) -> Option<Turn> {
    Some(if sound.speak { turn(row, Kind::Inconclusive, None) } else { Turn::Stays })
}

/// The attack that looks for just this finds it.
fn found(row: &Row, attack: &str) -> Turn {
    let private = row.expected.kind == Kind::Private;
    if private && row.scenario.attack.to_string() == attack { turn(row, Kind::Read, None) } else { Turn::Stays }
}

/// It comes to this, which may be what had to come.
fn turn(row: &Row, kind: Kind, party: Option<Role>) -> Turn {
    let comes = bare(kind, party);
    if comes == row.expected { Turn::Stays } else { Turn::To(comes) }
}
