//! Every row of the table of outcomes, as a conversation without sockets.

use lab::{
    event::{Event, Fact, Way, sessions},
    evidence::{Truth, With},
    role::{Actor, Role},
    scenario::Selection,
    staging::Setting,
    verdict::{Judgement, Kind, judge},
    wire,
};
use std::{slice, sync::Arc};
use support::{
    conversation::{Log, attacked, attacked_again, campaign},
    outcomes::{self, Outcome},
    staging::{self, stage},
};

/// Modes whose victims must not believe that a lasting key which is stolen later opens nothing, with their variants: what both
/// need for the key is encrypted to a lasting key, is the shared secret itself, or is kept.
const NOT_FORWARD_SECRET: [&str; 5] = ["rsa", "rsa-cert", "nspk", "psk:psk-only", "dh-weak:cofactor"];

/// What is wrong with the three truths of a session, given its verdict.
fn untrue(mode: &Selection, session: &Judgement) -> Option<String> {
    let verdict = &session.verdict;
    let [client, server] = [&session.truths.client, &session.truths.server];
    let of = |role: Role| if role == Role::Client { client } else { server };
    let both = || [client, server].into_iter().flatten();
    let read = both().any(|truth| truth.so.read.is_some());
    let party = |holds: fn(&Truth) -> bool| verdict.party.is_some_and(|party| of(party).as_ref().is_some_and(holds));
    let so = match verdict.kind {
        Kind::Private => {
            let named = |truth: &Truth| truth.believes.peer.is_none() || truth.believes.peer == truth.so.name;
            both().count() == 2 && both().all(|truth| truth.so.with == With::Peer && named(truth)) && !read
        }
        Kind::Split => both().count() == 2 && both().all(|truth| truth.so.with == With::Attacker) && read,
        Kind::Read => read && both().all(|truth| truth.so.with != With::Attacker),
        Kind::Impersonated => party(|truth| truth.so.with == With::Attacker && truth.so.read.is_some()),
        Kind::Misbound => party(|truth| truth.so.with == With::Peer && truth.believes.peer != truth.so.name) && !read,
        Kind::Altered | Kind::Stopped | Kind::Disrupted | Kind::Downgraded => !read,
        Kind::Unread => both().count() > 0 && !read,
        Kind::Inconclusive => true,
    };
    let variant = mode.variant.as_ref().map_or_else(|| mode.id.clone(), |variant| format!("{}:{variant}", mode.id));
    let forgets = !NOT_FORWARD_SECRET.contains(&mode.id.as_str()) && !NOT_FORWARD_SECRET.contains(&variant.as_str());
    let known = both().all(|truth| {
        truth.believes.forward_secret == forgets && truth.believes.authenticated == truth.believes.peer.is_some()
    });
    (!so || !known).then(|| format!("{:?} of {:?}", session.truths, verdict.kind))
}

/// What the server hears first in a session and cannot begin with: over sockets it would be nobody's session.
fn late(log: &Log) -> Option<String> {
    let first = |session: &[Event]| {
        session.iter().find_map(|event| match &event.fact {
            Fact::Frame { way: Way::Received, kind, .. } if event.source == Actor::Server => Some(kind.clone()),
            _ => None,
        })
    };
    sessions(&log.events).filter_map(first).find(|kind| *kind != wire::Kind::ClientHello.to_string())
}

/// Plays some rows.
fn play(rows: &[Outcome]) {
    let mut wrong = Vec::new();
    for outcome in rows {
        let log = campaign(&staging::campaign(&outcome.scenario, &Setting::seeded("test", 1)).unwrap());
        let judgement = judge(&log.events);
        if !outcome.is_met_by(&judgement) {
            wrong.push(format!("{}: expected {outcome:?}, got {:?}", outcome.scenario, judgement.verdict));
        }
        wrong.extend(late(&log).into_iter().map(|kind| format!("{}: the server hears {kind} first", outcome.scenario)));
        let sessions = if judgement.sessions.is_empty() { slice::from_ref(&judgement) } else { &judgement.sessions };
        let untrue = sessions.iter().filter_map(|session| untrue(&outcome.scenario.mode, session));
        wrong.extend(untrue.map(|why| format!("{}: {why}", outcome.scenario)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every row of the table, in parts that each are a test: they are played side by side, and where one is wrong nobody has to wait for all.
mod every_scenario_ends_as_theory_says {
    use super::*;

    macro_rules! parts {
        ($($part:ident $number:literal)*) => {
            const NUMBERS: [usize; [$($number),*].len()] = [$($number),*];
            $(#[test]
            fn $part() {
                let rows = outcomes::all();
                let begin = |part: usize| part * rows.len() / NUMBERS.len();
                play(&rows[begin($number)..begin($number + 1)]);
            })*

            #[test]
            fn no_row_is_left_out() {
                assert!(NUMBERS.into_iter().eq(0..NUMBERS.len()));
            }
        };
    }

    parts! {
        part_01 0 part_02 1 part_03 2 part_04 3 part_05 4 part_06 5 part_07 6 part_08 7
        part_09 8 part_10 9 part_11 10 part_12 11 part_13 12 part_14 13 part_15 14 part_16 15
        part_17 16 part_18 17 part_19 18 part_20 19 part_21 20 part_22 21 part_23 22 part_24 23
    }
}

/// So many rows apart are those that are played: neighbours have the same chains.
const EACH: usize = 4;

/// All sessions here have the same authorities, so that whatever one of them taught would show in the others.
#[test]
fn what_verified_in_earlier_sessions_changes_no_event() {
    let verified = Arc::default();
    let (mut wrong, mut compared) = (Vec::new(), 0);
    for outcome in outcomes::all().into_iter().step_by(EACH) {
        let orders = stage(&outcome.scenario, &Setting::seeded("test", 1)).unwrap();
        if orders.client.credentials.is_none() {
            continue;
        }
        compared += 1;
        // How long a computation took is told, and is another time each time.
        let told = |log: Log| -> Vec<_> {
            let timed = |fact: &Fact| matches!(fact, Fact::Chose { .. } | Fact::Work { .. } | Fact::Solved { .. });
            log.events.into_iter().map(|event| (event.source, event.fact)).filter(|(_, fact)| !timed(fact)).collect()
        };
        if told(attacked(&orders)) != told(attacked_again(&orders, &verified)) {
            wrong.push(outcome.scenario.to_string());
        }
    }
    assert!(wrong.is_empty() && compared > 0, "{compared} scenarios, of which differ: {wrong:?}");
}
