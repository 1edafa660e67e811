//! `key-compromise`: a victim's stolen key, used against that victim.
//!
//! Whoever has somebody's key can pass for its owner: nothing helps. But it need not be able to pass for everybody else
//! towards the owner. Where the lasting keys of both sides agree on a secret of their own, either one's key gives it
//! (key compromise impersonation). And what is said to a share of the attacker's own, before anything proved that a key
//! belongs to it, can be read on the day on which the other side's key is stolen.
//!
//! 1. Take what the client sends; where it stands in for the client, with a share of the attacker's own.
//! 2. Answer in the other victim's name with a share of the attacker's own, and make every proof that the stolen key makes;
//!    put a guess in the place of others.
//! 3. Read what the victim sends: at once with the victim's own key, or, with the key of the one that it takes the attacker
//!    for, when that was stolen after the session.

use crate::{
    attack::{Attack, Family, Info, Needs, Start, Variant},
    impostor::{AsClient, AsServer},
    leg::{Known, Leg, identity},
    middle::Plan,
};
use lab::{
    algebra::real::Value,
    loot::{Item, Loot},
    role::Role,
    term::Sort,
};

pub(super) const INFO: Info = Info {
    id: "key-compromise",
    title: "Use a victim's stolen key against it",
    family: Family::KeysAndPeople,
    needs: Needs::StaticKeys,
    variants: &[
        Variant::new("client", "the client's key: pass for the server towards the client"),
        Variant::new("server", "the server's key: pass for the client towards the server").after(stolen(Role::Server)),
        Variant::new(
            "server-later",
            "the server's key, stolen after the session: read what the client said to a guess",
        )
        .after(stolen(Role::Server)),
        Variant::new(
            "client-later",
            "the client's key, stolen after the session: read what the server said to a guess",
        )
        .after(stolen(Role::Client)),
    ],
    loot: stolen(Role::Client),
    logarithm: None,
    stopped_by: &["key-confirmation"],
    source: include_str!("key_compromise.rs"),
    start,
};

/// A victim's secret.
const fn stolen(from: Role) -> Loot {
    let item = Some(Item::Stolen { noticed: false });
    match from {
        Role::Client => Loot { as_client: item, ..Loot::NONE },
        Role::Server => Loot { as_server: item, ..Loot::NONE },
    }
}

fn start(start: Start) -> Box<dyn Attack> {
    let of_client = identity(start.mode, Role::Client, start.as_client.as_ref());
    let of_server = identity(start.mode, Role::Server, start.as_server.as_ref());
    let plan = Plan { replace: Box::new(|_, leg| guess(leg).into_iter().collect()), ..Plan::substitution() };
    match start.variant.as_deref() {
        Some("server") => Box::new(AsClient::new(&start, Plan { as_client: of_server, ..plan })),
        Some("server-later") => Box::new(AsServer::new(&start, Plan { later: of_server, ..plan })),
        Some("client-later") => Box::new(AsClient::new(&start, Plan { later: of_client, ..plan })),
        _ => Box::new(AsServer::new(&start, Plan { as_server: of_client, ..plan })),
    }
}

/// A MAC for the next message where the real one cannot be made.
fn guess(leg: &Leg) -> Option<Known> {
    let field = leg.message()?.fields.iter().find(|field| field.sort == Sort::Mac)?;
    leg.evaluate(&field.value).is_none().then(|| (field.binds, Value::Bytes(vec![0; 32])))
}
