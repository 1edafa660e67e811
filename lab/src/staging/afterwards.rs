//! What leaks when a session is over.
//!
//! A lasting key is in its owner's order. What a quantum computer would find is not to be computed here, but the victims draw
//! it from their orders: so it is drawn as well in an honest handshake of the same two. Where the attack lets them have another
//! one, nothing of it fits.

use super::{own_group, recording};
use crate::{
    algebra::real::Value,
    control::{Afterwards, Credentials, PlayOrder},
    group::Group,
    handshake::Handshake,
    loot::Leak,
    mode::{Act, Mode},
    role::Role,
    supply::Supply,
    term::{Expr, Op, Sort},
    victim::draws,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use std::collections::BTreeMap;

/// What the attacker comes by.
pub(super) fn of(leak: Leak, mode: &'static Mode, client: &PlayOrder, server: &PlayOrder) -> Afterwards {
    let keys = |order: &PlayOrder| order.credentials.as_ref().map(lasting);
    match leak {
        Leak::ServerKey => Afterwards { as_server: keys(server), ..Afterwards::default() },
        Leak::Memory => {
            Afterwards { drawn: remembered(mode, client, server).unwrap_or_default(), ..Afterwards::default() }
        }
        // What is signed cannot be made unsaid: a signing key would help nobody with a recording.
        Leak::Quantum => Afterwards {
            as_server: keys(server).map(|keys| Credentials { key: None, ..keys }),
            as_client: keys(client).map(|keys| Credentials { key: None, ..keys }),
            drawn: drawn(mode, client, server).unwrap_or_default(),
        },
    }
}

/// The keys that outlast a session, and what they are certified by.
fn lasting(credentials: &Credentials) -> Credentials {
    Credentials {
        chain: credentials.chain.clone(),
        key: credentials.key.clone(),
        decryption_key: credentials.decryption_key.clone(),
        static_key: credentials.static_key.clone(),
        peer_static: credentials.peer_static.clone(),
        ..Credentials::default()
    }
}

/// The secrets behind the public values that travel in groups where Shor's algorithm finds a logarithm: X25519 and prime
/// fields. A lattice is none, and where nobody knows the generator there is nothing to find.
fn drawn(mode: &'static Mode, client: &PlayOrder, server: &PlayOrder) -> Option<BTreeMap<String, String>> {
    let parties = done(mode, client, server)?;
    let mut found = BTreeMap::new();
    for (role, party) in [Role::Client, Role::Server].into_iter().zip(&parties) {
        for step in mode.steps().filter(|step| step.by.includes(role)) {
            let Act::Fresh { name, sort: Sort::Secret, group: Some(group) } = step.act else { continue };
            let breaks = matches!(party.value(group), Some(Value::Group(Group::X25519 | Group::Modp(_))));
            let secret = party.value(name).and_then(Value::octets).filter(|_| breaks && shows(mode, name));
            found.extend(secret.map(|secret| (name.to_owned(), URL_SAFE_NO_PAD.encode(secret))));
        }
    }
    Some(found)
}

/// The secrets of the session that the server still knows when no message is left.
fn remembered(mode: &'static Mode, client: &PlayOrder, server: &PlayOrder) -> Option<BTreeMap<String, String>> {
    let mut parties = done(mode, client, server)?;
    recording::go_on(&mut parties)?;
    let secrets = parties[1].known().filter_map(|(name, value)| match value {
        Value::Secret(octets) => Some((name.to_owned(), URL_SAFE_NO_PAD.encode(octets))),
        _ => None,
    });
    Some(secrets.collect())
}

/// Client and server at the end of an honest handshake.
fn done(mode: &'static Mode, client: &PlayOrder, server: &PlayOrder) -> Option<recording::Parties> {
    let party = |role: Role, order: &PlayOrder| {
        let group = own_group(&order.mode).filter(|_| role == Role::Server);
        let known = Supply::of(order, mode, group, None).ok()?.known(mode, role);
        Handshake::new(draws(order)?, mode, role, mode.switches(&order.without, &order.with), known).ok()
    };
    let mut parties = [party(Role::Client, client)?, party(Role::Server, server)?];
    recording::talk(&mut parties)?;
    Some(parties)
}

/// A message carries the public value of this secret.
fn shows(mode: &Mode, secret: &str) -> bool {
    let public = |value: &Expr| match value {
        Expr::Apply(Op::Public | Op::Reply, args) => {
            args.iter().any(|arg| matches!(arg, Expr::Var(name) if *name == secret))
        }
        _ => false,
    };
    mode.messages.iter().any(|message| message.fields.iter().any(|field| public(&field.value)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        loot::Loot,
        modes,
        staging::{Setting, stage},
    };

    fn leaked(mode: &str, leak: Leak) -> Afterwards {
        let mut resolved = modes::resolve(&format!("{mode}/relay").parse().unwrap()).unwrap();
        let setting = Setting::seeded("s", 7);
        assert!(stage(&resolved, &setting).unwrap().attack.afterwards.is_none(), "only to who came by it");
        resolved.loot = Loot { afterwards: Some(leak), ..Loot::NONE };
        stage(&resolved, &setting).unwrap().attack.afterwards.unwrap()
    }

    #[test]
    fn a_quantum_computer_finds_logarithms_and_nothing_behind_a_lattice() {
        for (mode, found) in [
            ("dh", vec!["client_secret", "server_secret"]),
            ("ecdh-cert", vec!["client_secret", "server_secret"]),
            ("psk:psk-only", vec![]),
            ("pake", vec![]),
            ("hybrid-cert", vec![]),
            ("rsa-cert", vec![]),
        ] {
            let leaked = leaked(mode, Leak::Quantum);
            assert_eq!(leaked.drawn.keys().collect::<Vec<_>>(), found, "{mode}");
            let opens = leaked.as_server.is_some_and(|keys| keys.decryption_key.is_some());
            assert_eq!(opens, mode == "rsa-cert", "{mode}: and the factors of a modulus");
        }
    }

    /// With the ratchet both have the last keys alone; without it all that the session's keys are made of.
    #[test]
    fn what_is_left_in_memory_is_what_the_table_does_not_forget() {
        let left = |mode: &str| leaked(mode, Leak::Memory).drawn.into_keys().collect::<Vec<_>>();
        let once = left("ecdh-cert");
        for name in ["server_secret", "shared", "master", "client_write", "server_write"] {
            assert!(once.iter().any(|left| left == name), "{name}: {once:?}");
        }
        for mode in ["ecdh-cert:rekey", "hybrid-cert:rekey"] {
            let last = left(mode);
            for name in ["ratchet_2", "client_write_2", "server_write_2"] {
                assert!(last.iter().any(|left| left == name), "{mode} {name}: {last:?}");
            }
            for name in once.iter().filter(|name| !name.ends_with("finished_key")) {
                assert!(!last.contains(name), "{mode}: {name}");
            }
            let first = ["ratchet_1", "client_write_1", "server_write_1"];
            assert!(last.iter().all(|left| !first.contains(&left.as_str())), "{mode}: {last:?}");
        }
    }

    #[test]
    fn a_stolen_key_is_the_servers_alone() {
        let leaked = leaked("ecdh-mutual", Leak::ServerKey);
        assert!(leaked.as_client.is_none() && leaked.drawn.is_empty());
        assert!(leaked.as_server.is_some_and(|keys| keys.key.is_some()));
    }
}
