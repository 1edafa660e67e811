//! Who of those that take part is which of the lab's victims, and in which sessions, one after the other.

use crate::{
    knowledge::Recipe,
    trace::{Arrow, speakers},
    world::{ALICE, Cast, MALLORY},
};
use lab::{
    mode::{Mode, Source},
    role::Role,
};
use std::collections::{BTreeMap, BTreeSet};

/// Who of the two honest people is the lab's client: whoever calls in this trace, where one alone does and nobody is called whom
/// the lab's server cannot be.
pub(super) fn caller(casts: &[Cast], part: &[usize], table: &Mode) -> Option<&'static str> {
    let by = |role: Role| part.iter().map(|cast| &casts[*cast]).filter(move |cast| cast.role == role);
    let caller = by(Role::Client).next().map_or(ALICE, |cast| cast.owner);
    let one = by(Role::Client).all(|cast| cast.owner == caller);
    // The lab's victims are given what they need to face each other, or the attacker by its name and a secret; a lasting public
    // value of the attacker's nobody has.
    let given = |role: Role| table.given.iter().filter(move |given| given.by.includes(role)).map(|given| given.source);
    let secret = |source| matches!(source, Source::SharedSecret | Source::PeerStatic);
    let faces =
        |role: Role, lacks: fn(Source) -> bool| by(role).any(|cast| cast.peer == MALLORY) && given(role).any(lacks);
    let strangers = faces(Role::Client, |source| source == Source::PeerStatic)
        || faces(Role::Server, |source| matches!(source, Source::PeerStatic | Source::PeerKey));
    // Whom it calls back home it finds where secrets are shared, and there alone.
    let home = by(Role::Server).any(|cast| cast.owner == caller) && !given(Role::Server).any(secret);
    (one && !strangers && !home).then_some(caller)
}

/// Who takes part, each with those of whose words something is made that is delivered to it, or is made of its keys.
pub(super) fn needed(
    arrows: &[Arrow],
    part: &[usize],
    gains: &[(&'static str, Recipe)],
    victim: usize,
) -> BTreeMap<usize, BTreeSet<usize>> {
    let mut needed: BTreeMap<usize, BTreeSet<usize>> = part.iter().map(|cast| (*cast, BTreeSet::new())).collect();
    let delivered = arrows.iter().filter(|arrow| !arrow.sends);
    let made = delivered
        .flat_map(|arrow| arrow.values.iter().filter_map(|value| Some((arrow.party, &value.made.as_ref()?.1))));
    for (cast, recipe) in made.chain(gains.iter().map(|(_, recipe)| (victim, recipe))) {
        needed.entry(cast).or_default().extend(speakers(arrows, recipe));
    }
    needed
}

/// As few sessions as can be, each of one client, one server or both, in an order in which nobody needs the words of anybody in
/// a later one.
pub(super) fn order(needed: &BTreeMap<usize, BTreeSet<usize>>, casts: &[Cast]) -> Option<Vec<Vec<usize>>> {
    let left: BTreeSet<usize> = needed.keys().copied().collect();
    let mut best: Option<Vec<Vec<usize>>> = None;
    arrange(needed, casts, &left, &mut Vec::new(), &mut best);
    best
}

/// As few sessions as can be that are played at the same time: those who have one key are in one, and whoever is left over is with
/// whom it heard.
pub(super) fn at_once(
    needed: &BTreeMap<usize, BTreeSet<usize>>,
    casts: &[Cast],
    agree: impl Fn(usize, usize) -> bool,
) -> Vec<Vec<usize>> {
    let of = |role: Role| needed.keys().copied().filter(|cast| casts[*cast].role == role).collect::<Vec<_>>();
    let (mut clients, mut servers) = (of(Role::Client), of(Role::Server));
    let heard = |client: usize, server: usize| needed[&server].contains(&client);
    let mut all = Vec::new();
    for close in [&agree as &dyn Fn(usize, usize) -> bool, &heard, &|_, _| true] {
        clients.retain(|client| {
            let with = servers.iter().position(|server| close(*client, *server));
            all.extend(with.map(|at| vec![*client, servers.remove(at)]));
            with.is_none()
        });
    }
    all.extend(clients.into_iter().chain(servers).map(|cast| vec![cast]));
    all
}

fn arrange(
    needed: &BTreeMap<usize, BTreeSet<usize>>,
    casts: &[Cast],
    left: &BTreeSet<usize>,
    so_far: &mut Vec<Vec<usize>>,
    best: &mut Option<Vec<Vec<usize>>>,
) {
    if best.as_ref().is_some_and(|best| so_far.len() >= best.len()) {
        return;
    }
    if left.is_empty() {
        *best = Some(so_far.clone());
        return;
    }
    let of = |role: Role| left.iter().copied().filter(|cast| casts[*cast].role == role).collect::<Vec<_>>();
    let (clients, servers) = (of(Role::Client), of(Role::Server));
    let pairs = clients.iter().flat_map(|client| servers.iter().map(|server| vec![*client, *server]));
    let alone = left.iter().map(|cast| vec![*cast]);
    for here in pairs.chain(alone) {
        let later = |cast: &usize| left.contains(cast) && !here.contains(cast);
        if here.iter().any(|cast| needed[cast].iter().any(later)) {
            continue;
        }
        let left: BTreeSet<usize> = left.iter().copied().filter(|cast| !here.contains(cast)).collect();
        so_far.push(here);
        arrange(needed, casts, &left, so_far, best);
        so_far.pop();
    }
}
