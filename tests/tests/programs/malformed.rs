//! Malformed input: whatever comes, and whenever, it ends that one session with a reason that names a field.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use lab::{
    cause::Cause,
    checks,
    control::PlayOrder,
    event::{Fact, Way},
    group::Group,
    mode::Message,
    modes,
    party::{Command, Input, Party},
    role::{Actor, Role},
    scenario::Scenario,
    staging::{Setting, own_group},
    victim::{Kept, Victim},
    wire::{Decoder, Frame, HEADER, Kind, body},
};
use proptest::{
    collection::{btree_map, vec},
    prelude::*,
    sample::select,
};
use serde_json::{Map, Value, json};
use std::sync::LazyLock;
use support::{
    conversation::{bring, direct, every_mode},
    hostile,
    mutation::Mutation,
    staging::stage,
};

/// What one victim receives in an honest session: each frame is a point at which another can come in its place.
#[derive(Debug)]
struct Course {
    order: PlayOrder,
    role: Role,
    group: Option<Group>,
    received: Vec<Frame>,
}

impl Course {
    fn victim(&self) -> Victim {
        Victim::new(self.role, &self.order, Kept { group: self.group.clone(), ..Kept::default() }).expect("a victim")
    }
}

/// Both roles of every mode.
static COURSES: LazyLock<Vec<Course>> = LazyLock::new(|| {
    every_mode()
        .flat_map(|mode| {
            let scenario: Scenario = format!("{mode}/relay").parse().expect("a scenario");
            let orders = stage(&scenario, &Setting::seeded("test", 1)).expect("orders");
            let log = direct(&orders);
            let received = |role: Role| {
                let own = log.events.iter().filter(move |event| event.source == Actor::from(role));
                own.filter_map(|event| match &event.fact {
                    Fact::Frame { way: Way::Received, bytes, .. } => Some(frame(&URL_SAFE_NO_PAD.decode(bytes).ok()?)),
                    _ => None,
                })
                .collect()
            };
            [(Role::Client, &orders.client), (Role::Server, &orders.server)].map(|(role, order)| Course {
                order: order.clone(),
                role,
                group: own_group(&order.mode).filter(|_| role == Role::Server),
                received: received(role),
            })
        })
        .collect()
});

fn frame(octets: &[u8]) -> Frame {
    let mut decoder = Decoder::default();
    decoder.push(octets);
    decoder.next_frame().expect("a frame").expect("a whole one")
}

/// The reason begins with the name of a message's field, of a check, or of a part of the frame.
fn names_a_field(reason: &str) -> bool {
    // Of what did not come there is no field.
    if reason == Cause::Ended.to_string() {
        return true;
    }
    let Some((name, _)) = reason.split_once(':') else { return false };
    let word = name.split(['.', ' ']).next().unwrap_or_default();
    let of_messages = || modes::tables().flat_map(|mode| mode.messages).flat_map(|message| message.fields);
    ["frame", "body", "record", "flight", "message"].contains(&word)
        || of_messages().any(|field| field.name == word || field.binds == word)
        || checks::find(name).is_some()
        || reason.contains(": expected no such field in this message")
}

fn kind() -> impl Strategy<Value = Kind> {
    select(Kind::ALL.to_vec())
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,80}".prop_map(Value::from),
        vec(any::<u8>(), 0..300).prop_map(|octets| body::encode(&octets)),
    ];
    leaf.prop_recursive(4, 40, 20, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..20).prop_map(Value::from),
            btree_map(select(vec!["mode", "group", "groups", "p", "g", "x"]), inner, 0..4).prop_map(|fields| {
                Value::from(fields.into_iter().map(|(name, it)| (name.to_owned(), it)).collect::<Map<_, _>>())
            }),
        ]
    })
}

fn mutation() -> impl Strategy<Value = Mutation> {
    prop_oneof![
        vec(any::<u8>(), 0..400).prop_map(Mutation::Octets),
        (kind(), vec(any::<u8>(), 0..400)).prop_map(|(kind, body)| Mutation::Body(kind, body)),
        kind().prop_map(Mutation::Kind),
        any::<usize>().prop_map(Mutation::Cut),
        any::<usize>().prop_map(Mutation::Flip),
        any::<u32>().prop_map(Mutation::Length),
        any::<usize>().prop_map(Mutation::Twice),
        any::<usize>().prop_map(Mutation::Missing),
        Just(Mutation::Surplus),
        (any::<usize>(), any_json()).prop_map(|(at, value)| Mutation::Field(at, value)),
        any::<usize>().prop_map(Mutation::Other),
    ]
}

/// The reason for which a victim refuses the frame at a point of its course.
fn refusal(course: &Course, point: usize, frame: &Frame) -> String {
    let mut victim = course.victim();
    victim.handle(Input::Open);
    for frame in &course.received[..point] {
        victim.handle(Input::Frame(frame.clone()));
    }
    let told = bring(&mut victim, &frame.to_bytes(), 4096);
    let mut reasons = told.into_iter().filter_map(|command| match command {
        Command::Tell(Fact::Aborted { reason, .. }) => Some(reason.to_string()),
        Command::Send(sent) => panic!("answered with a {} and then gave up", sent.kind),
        _ => None,
    });
    reasons.next().expect("a reason")
}

/// The messages of a course, each with its point.
fn messages(course: &Course) -> impl Iterator<Item = (usize, &'static Message)> {
    let mode = modes::of(&course.order.mode).expect("a mode");
    let points = course.received.iter().enumerate().filter(|(_, frame)| frame.kind != Kind::Record);
    let messages = mode.messages.iter().filter(|message| message.from != course.role);
    points.map(|(point, _)| point).zip(messages)
}

/// Every field of every message of every mode, with all that it may not be: the refusal names that field, or the check
/// that looks at it, and comes before any answer.
#[test]
fn no_field_takes_what_is_not_of_its_sort() {
    for course in COURSES.iter() {
        for (point, message) in messages(course) {
            for (names, frame) in hostile::fields(message, &course.received[point]) {
                let reason = refusal(course, point, &frame);
                let name = reason.split([':', '.']).next().unwrap_or_default();
                assert!(
                    names.contains(&name) || (names[0] == "chain" && checks::find(name).is_some()),
                    "{:?} {} at {point}: {:.200} is refused with {reason:.200}",
                    course.order.mode,
                    course.role,
                    String::from_utf8_lossy(&frame.body),
                );
            }
        }
    }
}

#[test]
fn no_body_is_read_that_is_not_one_strict_object() {
    for course in COURSES.iter() {
        for (point, _) in messages(course) {
            for frame in hostile::bodies(&course.received[point]) {
                let reason = refusal(course, point, &frame);
                let body = String::from_utf8_lossy(&frame.body);
                // A key that stands twice is named by itself.
                let named =
                    reason.starts_with("body: ") || reason.ends_with(": expected this field once, got it twice");
                assert!(named, "{body:.200} is refused with {reason:.200}");
            }
        }
    }
}

/// Plays a course up to a point, where the spoiled frame comes and then the end.
fn play(course: &Course, point: usize, mutation: &Mutation, chunk: usize) -> Result<(), TestCaseError> {
    let (good, octets) = (&course.received[point], mutation.apply(&course.received[point], &course.received));
    prop_assume!(octets != good.to_bytes());
    let mut victim = course.victim();
    victim.handle(Input::Open);
    for frame in &course.received[..point] {
        victim.handle(Input::Frame(frame.clone()));
    }
    prop_assert!(!victim.is_over(), "over before point {point}");
    let told = bring(&mut victim, &octets, chunk);
    prop_assert!(victim.is_over() && victim.gave_up());
    prop_assert!(matches!(told[..], [.., Command::Tell(Fact::Ended), Command::Close]));
    let facts = told.iter().filter_map(|command| if let Command::Tell(fact) = command { Some(fact) } else { None });
    let mut reasons = Vec::new();
    let mut words = 0;
    for fact in facts {
        match fact {
            Fact::Aborted { reason, .. } => reasons.push(reason.to_string()),
            Fact::Check { expected, observed, .. } => words += expected.to_string().len() + observed.to_string().len(),
            Fact::Closed { .. } => prop_assert!(false, "took the stream for complete"),
            _ => {}
        }
    }
    prop_assert_eq!(reasons.len(), 1);
    prop_assert!(names_a_field(&reasons[0]), "{}", reasons[0]);
    // What is told of a frame is of the order of the longest frame, whatever it says.
    prop_assert!(words + reasons[0].len() <= Kind::ClientHello.limit(), "{} octets of words", words);
    prop_assert!(victim.handle(Input::Frame(good.clone())).is_empty());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_spoiled_frame_ends_the_session_with_a_reason(
        course in 0..10_000usize,
        point in 0..10_000usize,
        mutation in mutation(),
        chunk in 1..600usize,
    ) {
        let course = &COURSES[course % COURSES.len()];
        play(course, point % course.received.len(), &mutation, chunk)?;
    }

    #[test]
    fn the_decoder_holds_one_incomplete_frame_at_most(stream in vec(any::<u8>(), 0..4000), chunk in 1..900usize) {
        let mut decoder = Decoder::default();
        let mut taken = 0;
        let mut came = 0;
        for chunk in stream.chunks(chunk) {
            decoder.push(chunk);
            came += chunk.len();
            let failed = loop {
                match decoder.next_frame() {
                    Ok(Some(frame)) => {
                        prop_assert!(frame.body.len() <= frame.kind.limit());
                        taken += frame.to_bytes().len();
                    }
                    Ok(None) => break false,
                    Err(error) => {
                        prop_assert_eq!(decoder.next_frame(), Err(error));
                        break true;
                    }
                }
            };
            // Nothing is lost and nothing is kept twice: what was not taken is what the decoder holds.
            let held = match decoder.finish() {
                Ok(()) => 0,
                Err(lab::wire::FrameError::Truncated { got, .. }) => got,
                Err(error) => return Err(TestCaseError::fail(error.to_string())),
            };
            prop_assert_eq!(taken + held, came);
            if failed {
                break;
            }
            prop_assert!(held < HEADER + Kind::ClientHello.limit());
        }
    }

    #[test]
    fn any_cut_of_a_stream_gives_the_same_frames(
        bodies in vec((kind(), vec(any::<u8>(), 0..300)), 0..6),
        chunk in 1..100usize,
    ) {
        let frames: Vec<Frame> = bodies.into_iter().map(|(kind, body)| Frame { kind, body }).collect();
        let stream: Vec<u8> = frames.iter().flat_map(Frame::to_bytes).collect();
        let mut decoder = Decoder::default();
        let mut got = Vec::new();
        for chunk in stream.chunks(chunk) {
            decoder.push(chunk);
            while let Some(frame) = decoder.next_frame().expect("frames") {
                got.push(frame);
            }
        }
        prop_assert_eq!(got, frames);
        prop_assert_eq!(decoder.finish(), Ok(()));
    }

    #[test]
    fn a_body_is_read_strictly_or_not_at_all(body in "\\{(\"[ab]\"[:,]([01]|\"[^a]\"|\\[[0,]{0,3}\\])[,}]{0,2}){0,4}") {
        if let Ok(fields) = body::parse_fields(body.as_bytes(), &["a", "b"]) {
            prop_assert_eq!(fields.keys().collect::<Vec<_>>(), ["a", "b"]);
        }
    }

    #[test]
    fn a_body_with_its_fields_is_read_and_with_one_twice_or_more_is_not(a in any_json(), b in any_json(), c in any_json()) {
        let good = format!("{{\"a\":{a},\"b\":{b}}}");
        let fields = body::parse_fields(good.as_bytes(), &["a", "b"]).expect("the fields");
        prop_assert_eq!(fields.len(), 2);
        for (bad, name) in [
            (format!("{{\"a\":{a},\"b\":{b},\"a\":{c}}}"), "a: expected this field once"),
            (format!("{{\"a\":{a},\"b\":{b},\"c\":{c}}}"), "c: expected no such field"),
            (format!("{{\"a\":{a}}}"), "b: expected this field"),
            (good[..good.len() - 1].to_owned(), "body: "),
        ] {
            let fault = body::parse_fields(bad.as_bytes(), &["a", "b"]).expect_err("a fault").to_string();
            prop_assert!(fault.contains(name), "{}: {}", bad, fault);
        }
    }
}

/// Not only where chance leads: every frame of every course, spoiled in each way.
#[test]
fn every_point_of_every_course_is_spoiled() {
    for course in COURSES.iter() {
        assert!(course.received.len() >= 4, "{:?} receives {} frames", course.order.mode, course.received.len());
        for point in 0..course.received.len() {
            for mutation in [
                Mutation::Octets(Vec::new()),
                Mutation::Length(0),
                Mutation::Cut(HEADER + 1),
                Mutation::Twice(point),
                Mutation::Missing(point),
                Mutation::Surplus,
                Mutation::Flip(0),
                Mutation::Flip(8 * HEADER + 1),
                Mutation::Other(point + 1),
                Mutation::Field(0, json!([{ "mode": "unknown", "groups": ["x25519"] }])),
                Mutation::Field(0, json!({ "mode": course.order.mode.id, "group": "unknown" })),
                Mutation::Field(point, json!("AAAA")),
                Mutation::Body(course.received[point].kind, vec![b'['; 60_000]),
                Mutation::Body(course.received[point].kind, vec![0xff; 16]),
            ] {
                let played = play(course, point, &mutation, 512);
                let told = format!("{:?} {} at {point}: {mutation:?}", course.order.mode, course.role);
                // A mutation that leaves the frame as it is, is not a case.
                if let Err(TestCaseError::Fail(reason)) = played {
                    panic!("{told}: {reason}");
                }
            }
        }
    }
}
