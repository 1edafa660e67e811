//! `speak-first`: say something of the attacker's own, in halves that fit.
//!
//! Half-messages stop whoever wants to pass on what it has not heard yet. They do not stop whoever has something to say:
//! the attacker commits itself to a text of its own, and each victim hears that instead of the other's. Nothing but the
//! text itself can tell.
//!
//! 1. Replace both shares by the attacker's own, so that there is one key with the client and another with the server.
//! 2. Say a text of the attacker's own, where the variant says to whom, in halves that fit; towards the other, pass the first
//!    half on as it came and seal the text anew when it is there.
//! 3. Open each record with the key of the leg that it came from, read it, seal it with the key of the other.

use super::bellovin_merritt::anything;
use crate::{
    attack::{Family, Info, Needs, Variant},
    middle::{Middle, Plan},
};
use lab::loot::Loot;

pub(super) const INFO: Info = Info {
    id: "speak-first",
    title: "Say something in halves that fit",
    family: Family::KeysAndPeople,
    needs: Needs::Halves,
    variants: &[
        Variant::new("both", "to both"),
        Variant::new("server", "to the server; translate the server's text for the client"),
        Variant::new("client", "to the client; translate the client's text for the server"),
    ],
    loot: Loot::NONE,
    logarithm: None,
    stopped_by: &["peer-password"],
    source: include_str!("speak_first.rs"),
    start: |start| {
        let to = start.variant.as_deref();
        let known = |but, words| if to == Some(but) { Vec::new() } else { anything(words) };
        let (as_server, as_client) = (known("server", "server_words"), known("client", "client_words"));
        Box::new(Middle::new(&start, Plan { as_server, as_client, ..Plan::substitution() }))
    },
};
