//! `guess-nonce`: return a nonce that was never heard.
//!
//! Anybody can encrypt to a public key. What it takes to have opened something is to say what stood in it: an attacker who
//! cannot says anything else, and a victim who does not compare takes that for the answer. Neither key is the attacker's
//! then; what it shows is that nobody was asked for anything.
//!
//! 1. Pass on what the victims say as it came.
//! 2. Put a nonce of the attacker's own in the place of the one that has to be returned, encrypted to its reader.
//! 3. Pass the records on, unread.

use crate::{
    attack::{Family, Info, Needs, Start, Variant},
    leg::{Known, identity},
    middle::{Middle, Plan},
};
use lab::{
    algebra::real::Value,
    loot::{Item, Loot},
    role::Role,
};

pub(super) const INFO: Info = Info {
    id: "guess-nonce",
    title: "Return a nonce of the attacker's own",
    family: Family::KeysAndPeople,
    needs: Needs::ReturnedNonce,
    variants: &[Variant::new("client", "to the client"), Variant::new("server", "to the server")],
    loot: Loot { as_server: Some(Item::Own), as_client: Some(Item::Own), ..Loot::NONE },
    logarithm: None,
    stopped_by: &["nonce-returned"],
    source: include_str!("guess_nonce.rs"),
    start: |start: Start| {
        let none = Plan { invents_as_server: &[], invents_as_client: &[], ..Plan::substitution() };
        let guessed = |names: &[&'static str], mut known: Vec<Known>| {
            known.extend(names.iter().map(|name| (*name, Value::secret(&[0x5a; 32]))));
            known
        };
        let plan = if start.variant.as_deref() == Some("server") {
            let as_client = guessed(&["server_nonce"], identity(start.mode, Role::Client, start.as_client.as_ref()));
            Plan { as_client, invents_as_client: &["client_last_coins"], ..none }
        } else {
            let own = identity(start.mode, Role::Server, start.as_server.as_ref());
            let as_server = guessed(&["client_nonce", "server_nonce"], own);
            Plan { as_server, invents_as_server: &["server_coins"], ..none }
        };
        Box::new(Middle::new(&start, plan))
    },
};
