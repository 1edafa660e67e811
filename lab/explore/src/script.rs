//! A trace as a script for the real attacker: each recipe in the table's own names, each party one of the two that are there.

mod order;
mod session;
mod value;

use crate::{trace::Trace, world::MALLORY};
use lab::{
    loot::Loot,
    mode::{Mode, Source},
    refusal::Refusal,
    role::Role,
    scenario::Selection,
    script::Script,
};
use serde_json::json;
use session::Scripting;

/// Why a trace is no script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unscripted {
    /// Its sessions are not between the lab's victims: these take part.
    Sessions(Vec<String>),
    /// Something that the attacker makes in it has no place in a script: a term, or what the texts `no-place` tell.
    NoPlace(String),
}

impl From<&Unscripted> for Refusal {
    fn from(why: &Unscripted) -> Self {
        match why {
            Unscripted::Sessions(who) => Self::new("unscripted-sessions", json!({ "who": who })),
            Unscripted::NoPlace(what) => Self::new("unscripted-place", json!({ "what": what })),
        }
    }
}

lab::refused!(Unscripted);

fn no_place(what: impl ToString) -> Unscripted {
    Unscripted::NoPlace(what.to_string())
}

/// The script that does what a trace says, of which the mode is `mode`: one session where one client and one server take part,
/// and otherwise as few as there can be, of which each takes what it is made of from those before; where there is no such order
/// they are played at the same time, and each takes from every other.
///
/// # Errors
/// Somebody takes part who is none of the lab's victims, or something in it has no place in a script.
pub fn of(trace: &Trace, mode: &Selection) -> Result<Script, Unscripted> {
    let arrows = trace.arrows();
    let casts = &trace.world.casts;
    let part: Vec<usize> = (0..casts.len()).filter(|cast| trace.takes_part(*cast)).collect();
    let table = casts[part.first().copied().unwrap_or(0)].table;
    let apart = || Unscripted::Sessions(part.iter().map(|cast| trace.world.party(*cast)).collect());
    let caller = order::caller(casts, &part, table).ok_or_else(apart)?;
    let needed = order::needed(&arrows, &part, &trace.gains(), trace.victim);
    let in_turn = order::order(&needed, casts);
    let at_once = in_turn.is_none();
    let agree = |client, server| trace.agree(client, server);
    let order = in_turn.unwrap_or_else(|| order::at_once(&needed, casts, agree));
    let several = order.len() > 1;
    let mut sessions = Vec::new();
    for (number, here) in order.iter().enumerate() {
        let of = |role: Role| here.iter().copied().find(|cast| casts[*cast].role == role);
        let [client, server] = [of(Role::Client), of(Role::Server)];
        let mut needs = Loot::NONE;
        needs.leads_back = server.is_some_and(|cast| casts[cast].owner == caller);
        let faces = |cast: usize| casts[cast].peer == MALLORY && gives(table, casts[cast].role, Source::PeerName);
        needs.called = client.is_some_and(faces);
        needs.expected = server.is_some_and(faces);
        let scripting = Scripting { trace, table, arrows: &arrows, needs, caller, order: &order, number, at_once };
        let mut session = scripting.session(client, server)?;
        // Somebody who is of no more use waits for nothing.
        let over = here.iter().all(|cast| !trace.is_done(*cast));
        session.hang_up = several && !at_once && over && !here.contains(&trace.victim);
        sessions.push(session);
    }
    Ok(Script { mode: mode.clone(), table, sessions, at_once })
}

fn gives(table: &Mode, role: Role, source: Source) -> bool {
    table.given.iter().any(|given| given.by.includes(role) && given.source == source)
}
