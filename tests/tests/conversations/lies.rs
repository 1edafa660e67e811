//! One liar among the tellers: whatever single thing it tells otherwise, no verdict says what is not so.
//!
//! The stories are what the victims and the attacker really tell, in each mode with each kind of outcome. A lie is one
//! event left out, told twice, at another place, in another's name, in another version, of another session, or with one
//! member changed; members are found in the event as it is written, so that a new fact or field is lied about as well.

use attacker::attacks;
use lab::{
    cause::Cause,
    event::{Event, Fact, Reached, VERSION},
    evidence::{Evidence, hex},
    hand::Hand,
    role::{Actor, Role},
    script::Script,
    staging::Setting,
    verdict::{Class, Judgement, Kind, judge},
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};
use support::{
    conversation::attacked,
    outcomes,
    staging::{stage, stage_script},
};

/// A session as it was told, by people who do not lie, and what is so about it.
struct Story {
    name: String,
    events: Vec<Event>,
    canaries: Vec<String>,
    leaked: bool,
    /// Both victims closed in order.
    finished: bool,
    verdict: Kind,
}

impl Story {
    fn new(name: String, events: Vec<Event>) -> Self {
        let evidence = Evidence::of(&events);
        let victims = [&evidence.client, &evidence.server];
        Self {
            name,
            canaries: victims
                .iter()
                .filter_map(|victim| victim.canary.as_ref().map(|canary| canary.it.clone()))
                .collect(),
            leaked: [Role::Client, Role::Server].iter().any(|role| evidence.leaked(*role).is_some()),
            finished: victims.iter().all(|victim| victim.closed.is_some()),
            verdict: judge(&events).verdict.kind,
            events,
        }
    }

    /// What must not be said when `liar` has changed the events into these.
    fn refutes(&self, events: &[Event], liar: Actor, judgement: &Judgement) -> Option<&'static str> {
        // What the attacker does not publish nobody knows.
        let leaked = if liar == Actor::Attacker { self.publishes(events) } else { self.leaked };
        let (kind, class) = (judgement.verdict.kind, judgement.verdict.class);
        if leaked && !matches!(class, Class::Broken | Class::Error) {
            Some("a canary came out")
        } else if !self.leaked && matches!(kind, Kind::Split | Kind::Read | Kind::Impersonated) {
            Some("no canary came out")
        } else if self.finished && kind == Kind::Disrupted {
            Some("both victims finished")
        } else if self.verdict == Kind::Unread && liar != Actor::Attacker && class == Class::Defended {
            Some("the attacker was still computing")
        } else {
            None
        }
    }

    fn publishes(&self, events: &[Event]) -> bool {
        events.iter().any(|event| match &event.fact {
            Fact::Recovered { text, .. } if event.source == Actor::Attacker => {
                self.canaries.contains(&hex(&Sha256::digest(text)))
            }
            _ => false,
        })
    }
}

/// Each mode with each kind of outcome, once; a computation that was cut off; a script that was not played to its end; a session
/// by hand; and what the console tells.
static STORIES: LazyLock<Vec<Story>> = LazyLock::new(|| {
    let mut seen = BTreeSet::new();
    let mut stories = Vec::new();
    for (seed, outcome) in (1..).zip(outcomes::all()) {
        let computes = attacks::find(&outcome.scenario.attack.id).is_some_and(|info| info.logarithm.is_some());
        if seen.insert((outcome.scenario.mode.id.clone(), outcome.kind.clone(), computes)) {
            let events = attacked(&stage(&outcome.scenario, &Setting::seeded("test", seed)).expect("orders")).events;
            stories.push(Story::new(outcome.scenario.to_string(), events));
        }
    }
    let read = stories.iter().find(|story| story.name.starts_with("dh-weak:short") && story.verdict == Kind::Read);
    let unread = cut_off(&read.expect("a computation").events);
    assert_eq!(judge(&unread).verdict.kind, Kind::Unread);
    stories.push(Story::new("unread".to_owned(), unread));
    stories.push(Story::new("parted".to_owned(), parted()));
    stories.push(Story::new("by hand".to_owned(), by_hand()));
    // What no session of these tells is told in one that was private and in one that was read.
    let of = |kind| stories.iter().find(|story| story.verdict == kind).expect("a story").events.clone();
    let plain = [of(Kind::Private), of(Kind::Read)];
    for name in untold(&stories) {
        let fact = made_up(&name);
        for (events, teller) in
            plain.iter().flat_map(|events| fact.tellers().iter().map(move |teller| (events, *teller)))
        {
            stories.push(Story::new(format!("{name}, told by the {teller}"), telling(events, teller, fact.clone())));
        }
    }
    stories
});

/// The session with one more fact, the last before its teller's end.
fn telling(events: &[Event], source: Actor, fact: Fact) -> Vec<Event> {
    let mut events = events.to_vec();
    let end = events.iter().position(|event| event.source == source && event.fact == Fact::Ended);
    let n = events.len() as u64;
    let event = Event { v: VERSION, session: "test".to_owned(), n, source, at: 0, fact };
    events.insert(end.unwrap_or(events.len()), event);
    events
}

/// What the schema would have taken instead of what it was given.
fn expected(error: &serde_json::Error) -> Vec<String> {
    let error = error.to_string();
    let expected = error.rsplit_once("expected ").map(|(_, expected)| expected).unwrap_or_default();
    expected.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The names of all facts, as the schema itself tells them.
fn names() -> BTreeSet<String> {
    let unknown = serde_json::from_value::<Fact>(json!({ "type": "no such fact" })).expect_err("no fact");
    expected(&unknown).into_iter().collect()
}

/// The names of the facts that no story tells.
fn untold(stories: &[Story]) -> BTreeSet<String> {
    let told = stories.iter().flat_map(|story| &story.events);
    let told = told.map(|event| serde_json::to_value(&event.fact).expect("JSON"));
    let told: BTreeSet<String> = told.filter_map(|fact| Some(fact.get("type")?.as_str()?.to_owned())).collect();
    names().difference(&told).cloned().collect()
}

/// A fact of this name, its members found by what the schema says is missing or expected.
fn made_up(name: &str) -> Fact {
    let mut fact = json!({ "type": name });
    let mut last = String::new();
    for _ in 0..32 {
        let error = match serde_json::from_value::<Fact>(fact.clone()) {
            Ok(fact) => return fact,
            Err(error) => error,
        };
        let said = error.to_string();
        if let Some(member) = said.strip_prefix("missing field `").and_then(|rest| rest.split('`').next()) {
            last = member.to_owned();
            fact[member] = json!("text");
            continue;
        }
        fact[&last] = match expected(&error).first() {
            Some(variant) => json!(variant),
            None if said.contains("expected a bool") => json!(true),
            None if said.contains("expected a sequence") => json!([]),
            None if said.contains("internally tagged enum") => {
                let mut odd = fact.clone();
                odd[&last] = json!({ "is": "no such value" });
                let unknown = serde_json::from_value::<Fact>(odd).expect_err("no value");
                json!({ "is": expected(&unknown).first() })
            }
            None => json!(1),
        };
    }
    panic!("{name} cannot be made up: add a story that tells it; came to {fact}")
}

/// A session whose script waits for the answer to what it keeps from the server.
fn parted() -> Vec<Event> {
    let moves = [("drop", "client", "client-hello"), ("forward", "server", "server-hello")];
    let moves = moves.map(|(does, from, message)| json!({ "do": does, "from": from, "message": message }));
    let script = Script::from_json(&json!({ "script": 1, "mode": "ecdh", "moves": moves })).expect("a script");
    let scenario = attacks::by_script(script.mode.clone(), Vec::new(), Vec::new());
    let sessions = stage_script(&scenario, &script, &Setting::seeded("test", 1)).expect("orders");
    let events = attacked(&sessions[0]).events;
    assert!(events.iter().any(|event| matches!(event.fact, Fact::Parted { reason: Cause::Ended, .. })), "{events:?}");
    events
}

/// A session in which somebody alters the client's first message, and lets all others pass.
fn by_hand() -> Vec<Event> {
    let scenario = "ecdh-cert/relay".parse().expect("a scenario");
    let mut orders = stage(&scenario, &Setting::seeded("test", 1)).expect("orders");
    let decided = json!([
        { "from": "client", "message": "client-hello", "action": "alter", "fields": { "random": "A".repeat(43) } },
        { "from": "server", "message": "server-hello", "action": "forward" },
    ]);
    let decided = serde_json::from_value(decided).expect("decisions");
    orders.attack.hand = Some(Hand { decided, holds: false });
    let events = attacked(&orders).events;
    let told = events.iter().filter(|event| matches!(event.fact, Fact::Decided { .. }));
    assert_eq!(told.count(), 2, "{events:?}");
    assert_eq!(judge(&events).verdict.check.as_deref(), Some("transcript-signature"));
    events
}

/// The same session, had the attacker been cut off.
fn cut_off(events: &[Event]) -> Vec<Event> {
    let told = events.iter().filter(|event| !matches!(event.fact, Fact::Holds { .. } | Fact::Recovered { .. }));
    let reached = Reached { phase: Some("sieve".to_owned()), done: 1, total: 2, unit: None };
    told.cloned()
        .map(|mut event| {
            if let Fact::Solved { found, cut_off, equation, .. } = &mut event.fact {
                (*found, *cut_off, *equation) = (false, Some(Box::new(reached.clone())), None);
            }
            event
        })
        .collect()
}

/// Every value that some event has at a place of its JSON.
type Values = BTreeMap<(String, String), BTreeSet<String>>;

static VALUES: LazyLock<Values> = LazyLock::new(|| {
    let mut values = Values::new();
    for event in STORIES.iter().flat_map(|story| &story.events) {
        let written = serde_json::to_value(event).expect("JSON");
        let name = written["type"].as_str().expect("a type").to_owned();
        for (pointer, value) in places(&written) {
            if let Some(text) = value.as_str().filter(|text| text.len() <= 80) {
                let known = values.entry((name.clone(), pointer)).or_default();
                if known.len() < 8 {
                    known.insert(text.to_owned());
                }
            }
        }
    }
    values
});

/// Every member of an event as it is written, by its JSON pointer.
fn places(written: &Value) -> Vec<(String, &Value)> {
    fn walk<'a>(at: String, value: &'a Value, found: &mut Vec<(String, &'a Value)>) {
        match value {
            Value::Object(members) => {
                members.iter().for_each(|(name, value)| walk(format!("{at}/{name}"), value, found))
            }
            Value::Array(list) => {
                list.iter().enumerate().for_each(|(i, value)| walk(format!("{at}/{i}"), value, found))
            }
            _ => {}
        }
        if !at.is_empty() {
            found.push((at, value));
        }
    }
    let mut found = Vec::new();
    walk(String::new(), written, &mut found);
    found
}

/// What else could stand at a place.
fn others(name: &str, pointer: &str, value: &Value) -> Vec<Value> {
    match value {
        Value::Bool(it) => vec![json!(!it)],
        Value::Number(it) => {
            let number = it.as_i64().unwrap_or_default();
            vec![json!(number + 1), json!((number - 1).max(0)), json!(0)]
        }
        Value::String(it) => {
            let known = VALUES.get(&(name.to_owned(), pointer.to_owned()));
            let known = known.into_iter().flatten().filter(|known| *known != it).map(|known| json!(known));
            known.chain([json!("another"), json!("")]).collect()
        }
        Value::Array(list) => vec![json!([]), Value::Array(list.iter().chain(list).cloned().collect())],
        Value::Object(_) | Value::Null => vec![],
    }
}

/// The event with one member changed or left out, in each way in which it is still an event of the same kind.
fn altered(event: &Event) -> Vec<Event> {
    let written = serde_json::to_value(event).expect("JSON");
    let name = written["type"].as_str().expect("a type");
    let mut lies = Vec::new();
    for (pointer, value) in places(&written) {
        if ["/type", "/source"].contains(&pointer.as_str()) {
            continue;
        }
        let instead = |other: Value| {
            let mut lie = written.clone();
            *lie.pointer_mut(&pointer).expect("a place") = other;
            lie
        };
        lies.extend(others(name, &pointer, value).into_iter().map(instead));
        if value.is_string()
            && let Err(error) = serde_json::from_value::<Event>(instead(json!("no such value")))
        {
            lies.extend(expected(&error).into_iter().map(|variant| instead(json!(variant))));
        }
        let (parent, member) = pointer.rsplit_once('/').expect("a pointer");
        let mut lie = written.clone();
        if let Some(members) = lie.pointer_mut(parent).and_then(Value::as_object_mut) {
            members.remove(member);
            lies.push(lie);
        }
    }
    lies.into_iter().filter_map(|lie| serde_json::from_value(lie).ok()).filter(|lie| lie != event).collect()
}

/// Places of the other events of the same teller.
fn own(events: &[Event], i: usize) -> Vec<usize> {
    (0..events.len()).filter(|j| *j != i && events[*j].source == events[i].source).collect()
}

/// Tells every lie about one event; answers with what must not have been said.
fn lie_about(story: &Story, i: usize) -> Vec<String> {
    let liar = story.events[i].source;
    let mut said = Vec::new();
    let mut check = |lie: &str, events: &[Event]| {
        let judgement = judge(events);
        if let Some(why) = story.refutes(events, liar, &judgement) {
            let event = &story.events[i];
            said.push(format!("{}: {lie} {event:?}: {:?}, but {why}", story.name, judgement.verdict));
        }
    };
    let mut events = story.events.clone();
    for lie in altered(&story.events[i]) {
        events[i] = lie;
        check(&format!("{:?} instead of", events[i].fact), &events);
    }
    events[i] = story.events[i].clone();
    for source in [Actor::Client, Actor::Attacker, Actor::Server, Actor::Console] {
        events[i].source = source;
        check("in another's name", &events);
    }
    events[i] = story.events[i].clone();
    let event = events.remove(i);
    check("without", &events);
    for j in own(&story.events, i) {
        // Behind its fellow, wherever that stands now.
        let at = if j < i { j + 1 } else { j };
        events.insert(at, event.clone());
        check("at another place", &events);
        events.remove(at);
    }
    events.insert(i, event.clone());
    for j in own(&story.events, i).into_iter().chain([i]) {
        events.insert(j + 1, event.clone());
        check("twice", &events);
        events.remove(j + 1);
    }
    said
}

#[test]
fn every_fact_is_lied_about() {
    assert!(names().len() > 15, "{:?}", names());
    assert_eq!(untold(&STORIES), BTreeSet::new());
    let kinds: BTreeSet<Kind> = STORIES.iter().map(|story| story.verdict).collect();
    assert!(kinds.len() > 7 && STORIES.iter().any(|story| story.leaked), "{kinds:?}");
    // Where nobody lies, there is nothing to refute.
    for story in STORIES.iter() {
        let judgement = judge(&story.events);
        for liar in [Actor::Client, Actor::Attacker, Actor::Server, Actor::Console] {
            assert_eq!(story.refutes(&story.events, liar, &judgement), None, "{}: {:?}", story.name, judgement.verdict);
        }
    }
}

#[test]
fn no_single_lie_makes_a_verdict_false() {
    let (mut wrong, mut lies) = (Vec::new(), 0usize);
    for story in STORIES.iter() {
        for i in 0..story.events.len() {
            wrong.extend(lie_about(story, i));
            lies += 1;
        }
    }
    assert!(wrong.is_empty(), "{} false verdicts:\n{}", wrong.len(), wrong[..wrong.len().min(12)].join("\n"));
    assert!(lies > 500, "{lies}");
}

/// Members of a changed event that serde would refuse anyway are no lies; most others are.
#[test]
fn an_event_can_be_changed_in_every_member() {
    for event in STORIES.iter().flat_map(|story| &story.events).filter(|event| event.fact != Fact::Ended) {
        let written = serde_json::to_value(&event.fact).expect("JSON");
        let members: Map<String, Value> = written.as_object().expect("an object").clone();
        let lies = altered(event);
        let lies: Vec<Value> = lies.iter().map(|lie| serde_json::to_value(&lie.fact).expect("JSON")).collect();
        for name in members.keys().filter(|name| *name != "type") {
            assert!(lies.iter().any(|lie| lie.get(name) != members.get(name)), "{name} of {event:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Three processes tell at the same time: how their events are interleaved is chance, and decides nothing.
    #[test]
    fn no_order_of_arrival_changes_a_verdict(which in any::<prop::sample::Index>(), turns in prop::collection::vec(0..4usize, 400)) {
        // Where a session of a campaign begins, the console tells before it is played: that is no chance.
        let begins = |story: &Story| story.events.iter().any(|event| matches!(event.fact, Fact::Began { .. }));
        let stories: Vec<&Story> = STORIES.iter().filter(|story| !begins(story)).collect();
        let story = which.get(&stories[..]);
        let sources = [Actor::Client, Actor::Attacker, Actor::Server, Actor::Console];
        let mut queues = sources.map(|source| story.events.iter().filter(move |event| event.source == source).peekable());
        let mut events = Vec::new();
        for turn in turns {
            events.extend(queues[turn].next().cloned());
        }
        events.extend(queues.into_iter().flatten().cloned());
        let (got, expected) = (judge(&events), judge(&story.events));
        prop_assert_eq!(got.evidence, expected.evidence);
        prop_assert_eq!(got.verdict, expected.verdict);
    }
}
