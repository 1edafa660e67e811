//! What the explorer finds is performed with real cryptography by the lab's own attacker, and judged by what happened.

use attacker::attacks;
use explore::{
    goal::{Goal, Property},
    script::{self, Unscripted},
    search::{Bound, search},
    state::{State, Step},
    term::Term,
    trace::Trace,
    world::{Sessions, World, data, secret},
};
use lab::{
    cause::Cause,
    check::Check,
    event::Fact,
    mode::{Mode, Variant},
    modes,
    role::Role,
    scenario::Selection,
    script::{Deed, Play, Script},
    staging::Setting,
    verdict::{Class, Kind, Verdict, judge},
};
use std::collections::{BTreeMap, BTreeSet};
use support::{conversation, outcomes, staging::stage_script};

/// A mode with one check turned, or none, as scenarios name both.
struct Place {
    table: &'static Mode,
    variant: Option<&'static Variant>,
    selection: Selection,
    turned: Option<&'static Check>,
}

impl Place {
    fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for mode in modes::all() {
            let variants: Vec<Option<&'static Variant>> =
                if mode.variants.is_empty() { vec![None] } else { mode.variants.iter().map(Some).collect() };
            for variant in variants {
                let table = mode.played(variant.map(|variant| variant.id));
                let variant_id = variant.map(|variant| variant.id.to_owned());
                let named = Selection { variant: variant_id, ..Selection::plain(mode.id) };
                let selection = modes::play(&named, &[], &[]).expect("a mode").selection;
                for turned in std::iter::once(None).chain(table.checks().into_iter().map(Some)) {
                    all.push(Self { table, variant, selection: selection.clone(), turned });
                }
            }
        }
        all
    }

    /// What is not performed here: a group that the explorer takes for weak as all those of a server's own, and in which no
    /// logarithm is computed.
    fn is_outside(&self) -> bool {
        self.selection.to_string() == "dh-weak:cofactor"
    }

    fn is_off(&self) -> bool {
        self.turned.is_some_and(|check| !self.table.off.contains(&check.id))
    }

    fn switched(&self) -> (Vec<String>, Vec<String>) {
        let id = self.turned.map(|check| check.id.to_owned());
        if self.is_off() { (id.into_iter().collect(), Vec::new()) } else { (Vec::new(), id.into_iter().collect()) }
    }

    fn name(&self) -> String {
        let sign = if self.is_off() { '~' } else { '+' };
        format!("{}{}", self.selection, self.turned.map(|check| format!("{sign}{check}")).unwrap_or_default())
    }

    fn attacks(&self, sessions: Sessions) -> BTreeMap<Goal, Trace> {
        let goals: Vec<Goal> = Goal::all().filter(|goal| goal.property != Property::ForwardSecrecy).collect();
        self.attacks_on(sessions, &goals)
    }

    fn attacks_on(&self, sessions: Sessions, goals: &[Goal]) -> BTreeMap<Goal, Trace> {
        let (without, with) = self.switched();
        let switches = self.table.switches(&without, &with);
        let worlds = World::all(self.table, self.variant, &switches, sessions);
        search(&worlds, goals, Bound::of(50_000), false).attacks
    }

    /// What comes of a script between the lab's own victims: the verdict, and where script and wire parted.
    fn perform(&self, script: &Script, seed: u64) -> (Verdict, Option<Fact>) {
        let (without, with) = self.switched();
        let scenario = attacks::by_script(self.selection.clone(), without, with);
        let sessions = stage_script(&scenario, script, &Setting::seeded("test", seed)).expect("a scenario");
        let log = conversation::campaign(&sessions);
        let parted = log.events.iter().map(|event| &event.fact).find(|fact| matches!(fact, Fact::Parted { .. }));
        (judge(&log.events).verdict, parted.cloned())
    }
}

/// Whatever was broken is told by one of these, where this goal is lost.
fn kinds(goal: Goal) -> &'static [Kind] {
    match goal.property {
        Property::Secrecy => &[Kind::Split, Kind::Read, Kind::Impersonated],
        Property::Agreement => {
            &[Kind::Split, Kind::Read, Kind::Impersonated, Kind::Misbound, Kind::Downgraded, Kind::Altered]
        }
        Property::Identity => &[Kind::Misbound, Kind::Impersonated],
        Property::Authenticity => &[Kind::Altered, Kind::Impersonated, Kind::Split, Kind::Read],
        Property::Choice => &[Kind::Downgraded, Kind::Impersonated, Kind::Split, Kind::Read],
        Property::Injectivity | Property::ForwardSecrecy => &[],
    }
}

/// Verdicts of a kind of which the table of outcomes has no row in a mode: mode, kind, why.
const WITHOUT_A_ROW: [(&str, &str, &str); 2] = [
    (
        "dh-cert",
        "downgraded",
        "over terms the weaker group holds as well as another; the row goes on to break it, and is read",
    ),
    ("sas", "impersonated", "where nobody compares, the client's half of a substitution is enough, whose row is split"),
];

/// Every attack that one pair of sessions shows is performed as it was found, and breaks the session in the way in which its
/// goal is lost; and the table of outcomes has a row of that kind in this mode.
fn performed(at: impl Fn(&Place) -> bool) {
    let known: BTreeSet<(String, String)> =
        outcomes::all().iter().map(|it| (it.scenario.mode.id.clone(), it.kind.clone())).collect();
    let (mut wrong, mut performed) = (Vec::new(), 0);
    for place in Place::all().into_iter().filter(|place| !place.is_outside() && at(place)) {
        let mut done: BTreeSet<String> = BTreeSet::new();
        for (goal, trace) in place.attacks(Sessions::One) {
            let name = format!("{} {goal}", place.name());
            let script = match script::of(&trace, &place.selection) {
                Ok(script) => script,
                Err(why) => {
                    wrong.push(format!("{name}: {why}"));
                    continue;
                }
            };
            if !done.insert(script.to_json().to_string()) {
                continue;
            }
            let again = Script::from_json(&script.to_json()).expect("a script");
            let (verdict, parted) = place.perform(&again, 1);
            performed += 1;
            let kind = verdict.kind.as_str().to_owned();
            if parted.is_some() || verdict.class != Class::Broken || !kinds(goal).contains(&verdict.kind) {
                wrong.push(format!("{name}: {kind} {parted:?} {}", verdict.because));
            } else if !known.contains(&(place.selection.id.clone(), kind.clone()))
                && !WITHOUT_A_ROW
                    .iter()
                    .any(|(mode, of, _)| (*mode, *of) == (place.selection.id.as_str(), kind.as_str()))
            {
                wrong.push(format!("{name}: no row of {} is {kind}", place.selection.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {performed}\n{}", wrong.len(), wrong.join("\n"));
    assert!(performed > 150, "{performed}");
}

fn is_modular(place: &Place) -> bool {
    place.selection.id.starts_with("dh")
}

#[test]
fn every_attack_on_one_pair_of_sessions_is_performed_modulo_primes() {
    performed(is_modular);
}

#[test]
fn every_attack_on_one_pair_of_sessions_is_performed_elsewhere() {
    performed(|place| !is_modular(place));
}

/// A script that was found without a check is not believed with it: the victim stops, and the attacker says where they part.
#[test]
fn where_a_check_stands_in_the_way_script_and_wire_part() {
    let open =
        Place::all().into_iter().find(|place| place.name() == "ecdh-cert~transcript-signature").expect("a place");
    let closed =
        Place { turned: None, ..Place::all().into_iter().find(|it| it.name() == "ecdh-cert").expect("a place") };
    let goal: Goal = "agreement-client".parse().expect("a goal");
    let script = script::of(&open.attacks(Sessions::One)[&goal], &open.selection).expect("a script");
    assert_eq!(open.perform(&script, 1).0.class, Class::Broken);
    let (verdict, _) = closed.perform(&script, 1);
    assert_eq!((verdict.class, verdict.check.as_deref()), (Class::Defended, Some("transcript-signature")));
    // One move more than the victim lives to hear.
    let mut longer = script.clone();
    let last = longer.table.messages.len() - 1;
    longer.sessions[0].moves.push(Play { message: last, deed: Deed::Forward });
    let (verdict, parted) = closed.perform(&longer, 1);
    assert_eq!(verdict.class, Class::Defended);
    assert!(matches!(parted, Some(Fact::Parted { from: Role::Client, reason: Cause::Ended, .. })), "{parted:?}");
}

/// A place by its name.
fn place(name: &str) -> Place {
    Place::all().into_iter().find(|place| place.name() == name).unwrap_or_else(|| panic!("no place {name}"))
}

/// What takes a stranger, or somebody who is led back, is performed as it was found.
#[test]
fn what_two_sessions_of_each_show_is_performed() {
    for (name, goal, kind) in [
        ("psk:ephemeral~role-separation", "agreement-client", Kind::Misbound),
        ("psk:ephemeral~role-separation", "agreement-server", Kind::Misbound),
        ("pake:word~role-separation", "identity-server", Kind::Misbound),
        ("interlock:password", "agreement-client", Kind::Misbound),
        ("triple-dh:unified", "identity-client", Kind::Misbound),
        // One of the two means to talk to the attacker, with whom it shares a word.
        ("interlock:password~peer-password", "agreement-client", Kind::Misbound),
        ("interlock:password~peer-password", "agreement-server", Kind::Misbound),
        ("ecdh-mutual~cert-name", "agreement-server", Kind::Misbound),
        // The client calls the attacker of its own accord, so that there are two keys.
        ("nspk~responder-named", "secrecy-server", Kind::Split),
    ] {
        let (place, goal): (Place, Goal) = (place(name), goal.parse().expect("a goal"));
        assert!(!place.attacks(Sessions::One).contains_key(&goal), "{name} {goal}");
        let trace = place.attacks_on(Sessions::Two, &[goal]).remove(&goal).unwrap_or_else(|| panic!("{name} {goal}"));
        let script = script::of(&trace, &place.selection).unwrap_or_else(|why| panic!("{name} {goal}: {why}"));
        let (verdict, parted) = place.perform(&Script::from_json(&script.to_json()).expect("a script"), 1);
        assert_eq!((verdict.kind, parted), (kind, None), "{name} {goal}: {}", verdict.because);
    }
}

/// What takes one client twice is a campaign; what is drawn in it is one, and what it needs of the first session it has.
#[test]
fn what_takes_sessions_one_after_the_other_is_a_campaign() {
    let place = place("ecdh");
    let goal: Goal = "secrecy-client".parse().expect("a goal");
    let trace = place.attacks(Sessions::One).remove(&goal).expect("an attack");
    let (first, mut both) = (trace.steps.clone(), trace.clone());
    both.world = World::all(place.table, None, &place.table.switches::<&str>(&[], &[]), Sessions::Two).remove(1);
    let handshake = first.into_iter().filter(|step| step.delivered.iter().all(|(message, _)| message.is_some()));
    both.steps.extend(handshake.map(|step| Step { to: 2, ..step }));
    // In the second, the attacker's random value is the first client's.
    let random = |sends: bool, name: &str| {
        let arrows = both.arrows();
        let of = arrows.iter().filter(|arrow| arrow.sends == sends).flat_map(|arrow| &arrow.values);
        of.into_iter().find(|value| value.name == name).map(|value| value.term.clone()).expect(name)
    };
    let (own, clients) = (random(false, "server_random"), random(true, "client_random"));
    let again = both.steps.iter_mut().filter(|step| step.to == 2).flat_map(|step| &mut step.delivered);
    again.flat_map(|(_, values)| values).filter(|value| **value == own).for_each(|value| *value = clients.clone());
    let script = script::of(&both, &place.selection).expect("two sessions");
    assert_eq!(script.sessions.len(), 2);
    let earlier = script.to_json()["sessions"][1].to_string();
    assert!(earlier.contains(r#""earlier":{"session":1"#), "{earlier}");
    let again = Script::from_json(&script.to_json()).expect("a script");
    let (verdict, parted) = place.perform(&again, 1);
    assert_eq!((verdict.class, parted), (Class::Broken, None), "{}", verdict.because);
}

/// Two sessions of `ecdh` in which the attacker passes each random value to the other session's peer: each of the four hears what
/// was said in the session that it is not in, so that none can be over before the other begins. Every share is the attacker's own.
pub(crate) fn crossed() -> Script {
    let place = place("ecdh");
    let world = World::all(place.table, None, &place.table.switches::<&str>(&[], &[]), Sessions::Two).remove(1);
    let share = Term::power(&Term::generator(&Term::group("x25519")), &secret());
    let (mut state, mut steps) = (State::first(&world).expect("a beginning"), Vec::new());
    // Client, server, client, server; to whom, what the peer said of it, and whose random value instead.
    for (to, peer, random) in [(1, 0, 2), (3, 2, 0), (0, 1, 3), (2, 3, 1)] {
        let said = |by: usize| {
            let of = state.sent.iter().find(|sent| sent.by == by && sent.message.is_some()).expect("a hello");
            (of.message.expect("a message"), of.values.clone())
        };
        let ((message, mut values), (_, others)) = (said(peer), said(random));
        for (i, field) in place.table.messages[message].fields.iter().enumerate() {
            match field.name {
                "random" => values[i] = others[i].clone(),
                "share" => values[i] = share.clone(),
                _ => {}
            }
        }
        let step = Step { to, delivered: vec![(Some(message), values)] };
        state = state.step(&world, &step).expect("a step");
        steps.push(step);
    }
    for to in [0, 2] {
        let key = state.parties[to].reads_with().expect("a key").clone();
        steps.push(Step { to, delivered: vec![(None, vec![Term::sealed(&key, &data())])] });
    }
    let trace = Trace { world, goal: "secrecy-client".parse().expect("a goal"), victim: 0, steps };
    assert!(trace.holds());
    script::of(&trace, &place.selection).expect("a script")
}

/// What has no order in which one session comes after the other is performed at once, and each takes from the other.
#[test]
fn sessions_of_which_each_needs_the_other_are_played_at_once() {
    let script = crossed();
    assert_eq!((script.sessions.len(), script.at_once), (2, true));
    for (number, other) in [(0, 2), (1, 1)] {
        let moves = script.to_json()["sessions"][number]["moves"].to_string();
        assert!(moves.contains(&format!(r#""beside":{{"session":{other}"#)), "{moves}");
    }
    let again = Script::from_json(&script.to_json()).expect("a script");
    let place = place("ecdh");
    let scenario = attacks::by_script(place.selection.clone(), Vec::new(), Vec::new());
    let staged = stage_script(&scenario, &again, &Setting::seeded("test", 1)).expect("a scenario");
    let log = conversation::campaign(&staged);
    let judged = judge(&log.events);
    assert!(!log.events.iter().any(|event| matches!(event.fact, Fact::Parted { .. })));
    assert_eq!(judged.sessions.len(), 2);
    for session in &judged.sessions {
        assert_eq!(session.verdict.class, Class::Broken, "{}", session.verdict.because);
    }
    // Without its answer to the one, the other gets nothing to go on with.
    let mut silent = again;
    silent.sessions[1].moves.clear();
    let (verdict, parted) = place.perform(&silent, 1);
    assert_eq!(verdict.class, Class::Neutral, "{}", verdict.because);
    assert!(matches!(parted, Some(Fact::Parted { reason: Cause::Ended, .. })), "{parted:?}");
}

/// Who are none of the lab's two victims are named: two who call, and whoever has a lasting value of the attacker's.
#[test]
fn what_the_labs_victims_do_not_play_is_refused() {
    let place = place("triple-dh:triple");
    let world = World::all(place.table, place.variant, &place.table.switches::<&str>(&[], &[]), Sessions::Two);
    let [stranger, _, two_callers] = &world[..] else { panic!("three casts") };
    for (world, clients, named) in
        [(stranger, [2, 2], ["alice 2"].as_slice()), (two_callers, [0, 2], &["alice", "bob 2"])]
    {
        let mut steps: Vec<Step> = Vec::new();
        let state = State::first(world).expect("a beginning");
        // Somebody takes part whose word another hears.
        for client in clients {
            let hello = state.sent.iter().find(|sent| sent.by == client).expect("a hello").clone();
            let to = (0..world.casts.len())
                .find(|cast| world.casts[*cast].role == Role::Server && !steps.iter().any(|step| step.to == *cast));
            steps.push(Step { to: to.expect("a server"), delivered: vec![(hello.message, hello.values.clone())] });
        }
        let trace = Trace { world: world.clone(), goal: "secrecy-client".parse().expect("a goal"), victim: 0, steps };
        let Err(Unscripted::Sessions(who)) = script::of(&trace, &place.selection) else { panic!("{named:?}") };
        assert!(named.iter().all(|name| who.iter().any(|it| it == name)), "{who:?}");
    }
}
