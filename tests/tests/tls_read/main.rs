//! Recordings of real TLS, read: what openssl and curl said to each other, where a weak group or a key that leaked gives it
//! away, and why the rest stays closed.

#![cfg(target_os = "linux")]

mod damaged;
mod exercise;
mod files;
mod proven;

use cryptanalysis::{Budget, Observer, Weakness};
use exercise::{CANARY, Exercise, has};
use lab::{
    group::weak,
    tls::{Closed, Side},
};
use recording::{Limits, Listener, Reading, RsaKey, Secret, Session, Totals, capture};

/// What a reading told.
#[derive(Default)]
pub(crate) struct Heard {
    /// The sessions.
    pub(crate) sessions: Vec<Session>,
    /// Lines of a key log.
    pub(crate) secrets: Vec<String>,
    /// Progress is of no interest.
    unseen: (),
}

impl Listener for Heard {
    fn observer(&mut self) -> &mut dyn Observer {
        &mut self.unseen
    }

    fn secret(&mut self, line: &str) {
        self.secrets.push(line.to_owned());
    }

    fn session(&mut self, session: &Session) {
        self.sessions.push(session.clone());
    }
}

/// Reads a recording, with these keys.
pub(crate) fn read(recording: &[u8], keys: Vec<RsaKey>) -> (Heard, Totals) {
    let mut heard = Heard::default();
    let mut reading = Reading::new(keys, Budget::default(), Limits::default());
    let end = capture::read(recording, &mut |packet| reading.packet(packet, &mut heard)).expect("a recording");
    let totals = reading.finish(end, &mut heard);
    (heard, totals)
}

/// The one session of a recording.
fn session(recording: &[u8], keys: Vec<RsaKey>) -> Session {
    let (mut heard, totals) = read(recording, keys);
    assert_eq!(heard.sessions.len(), 1, "{totals:?}");
    heard.sessions.remove(0)
}

/// The client's canary is what it said, and the server's answer is there.
fn is_read(session: &Session, what: &str) {
    assert!(session.client_said.text.starts_with(&format!("GET /{CANARY} HTTP/1.1\r\n")), "{what}: {session:?}");
    assert!(session.server_said.text.starts_with("HTTP/1.0 200 ok"), "{what}: {session:?}");
    assert_eq!(session.closed, None, "{what}");
}

#[test]
fn every_suite_that_is_promised_is_read() {
    if !has("openssl") || !has("curl") {
        return;
    }
    // openssl takes none below 1024 bits, at any security level
    let group = weak::subgroup(1024);
    let suites = [
        "DHE-RSA-AES128-GCM-SHA256",
        "DHE-RSA-AES256-GCM-SHA384",
        "DHE-RSA-CHACHA20-POLY1305",
        "DHE-RSA-AES128-SHA",
        "DHE-RSA-AES256-SHA",
        "DHE-RSA-AES128-SHA256",
        "DHE-RSA-AES256-SHA256",
    ];
    for suite in suites {
        let chained = suite.contains("SHA") && !suite.contains("GCM");
        let plain = "Options = -EncryptThenMac";
        for options in ["", "Options = -ExtendedMasterSecret", plain].into_iter().filter(|it| *it != plain || chained) {
            let exercise = Exercise { options, ..Exercise::new(&format!("{suite}:@SECLEVEL=0"), Some(&group)) };
            let (recording, client) = exercise.record(|it, port| it.curl(port));
            let what = format!("{suite} {options} {client:?}");
            let session = session(&recording, vec![]);
            is_read(&session, &what);
            assert_eq!(session.extended_master_secret, !options.contains("Extended"), "{what}");
            assert!(matches!(session.secret, Some(Secret::Logarithm(_))), "{what}");
        }
    }
}

#[test]
fn every_weakness_of_a_group_gives_the_request_away() {
    if !has("openssl") || !has("curl") {
        return;
    }
    type Told = fn(&Weakness) -> bool;
    let known: [(_, _, Told); 3] = [
        ("smooth", weak::smooth(1024), |it| matches!(it, Weakness::SmoothOrder)),
        ("composite", weak::composite(1024), |it| matches!(it, Weakness::Composite)),
        ("subgroup", weak::subgroup(1024), |it| matches!(it, Weakness::ShortOrder { .. })),
    ];
    for (kind, group, weakness) in known {
        let exercise = Exercise::new("DHE:@SECLEVEL=0", Some(&group));
        let (recording, client) = exercise.record(|it, port| it.curl(port));
        let session = session(&recording, vec![]);
        is_read(&session, &format!("{kind} {client:?}"));
        let explained = session.group.expect("a group");
        assert_eq!(explained.bits, group.p.bits());
        assert!(explained.weaknesses.iter().any(weakness), "{kind}: {:?}", explained.weaknesses);
    }
}

/// The twins: the same client and server, one thing better.
#[test]
fn sound_groups_curves_and_the_next_version_stay_closed() {
    if !has("openssl") || !has("curl") {
        return;
    }
    let weak = weak::smooth(1024);
    let lab::group::Group::Modp(sound) = lab::group::named::find("ffdhe2048").expect("a group") else { panic!() };
    let closed = |suites: &str, group, version: &str| {
        let mut exercise = Exercise::new(suites, group);
        exercise.server.retain(|option| option != "-tls1_2");
        exercise.server.push(version.to_owned());
        let (recording, client) = exercise.record(|it, port| it.curl(port));
        let session = session(&recording, vec![]);
        assert!(!session.is_read() && session.client_said.octets == 0, "{client:?}");
        assert!(client.out.contains("HTML"), "the client itself is content: {client:?}");
        session.closed.expect("a reason")
    };
    assert_eq!(closed("DHE:@SECLEVEL=0", Some(&sound), "-tls1_2"), Closed::Sound);
    let thirteen = closed("DHE:@SECLEVEL=0", Some(&weak), "-tls1_3");
    assert!(matches!(thirteen, Closed::Tls13 { group: Some(_) }), "{thirteen:?}");
    let curve = closed("ECDHE", Some(&weak), "-tls1_2");
    assert_eq!(curve, Closed::Ecdhe { curve: Some("x25519".to_owned()) });
}

#[test]
fn a_leaked_key_opens_what_was_encrypted_to_it_and_nothing_else() {
    if !has("openssl") || !has("curl") {
        return;
    }
    for suite in ["AES128-GCM-SHA256", "AES256-GCM-SHA384", "AES128-SHA", "AES256-SHA256"] {
        let exercise = Exercise::new(&format!("{suite}:@SECLEVEL=0"), None);
        let (recording, client) = exercise.record(|it, port| it.curl(port));
        let key = RsaKey::from_pem(&std::fs::read(exercise.path("key.pem")).expect("a key")).expect("a key");
        let opened = session(&recording, vec![key]);
        is_read(&opened, &format!("{suite} {client:?}"));
        assert_eq!(opened.secret, Some(Secret::LeakedKey));
        assert_eq!(session(&recording, vec![]).closed, Some(Closed::NoKey { tried: 0 }));
        let made = std::process::Command::new("openssl").args(["genrsa", "2048"]).output().expect("openssl");
        let other = RsaKey::from_pem(&made.stdout).expect("a key");
        assert_eq!(session(&recording, vec![other]).closed, Some(Closed::NoKey { tried: 1 }));
    }
}

/// A session that is resumed has no exchange of its own: whoever has read the first has its secret.
#[test]
fn sessions_that_are_resumed_are_read_with_the_first() {
    if !has("openssl") {
        return;
    }
    for ticket in [&[][..], &["-no_ticket"]] {
        let exercise = Exercise::new("DHE:@SECLEVEL=0", Some(&weak::subgroup(1024)));
        let options = [&["-reconnect", "-tls1_2"], ticket].concat();
        let (recording, client) = exercise.record(|it, port| it.s_client(port, &options));
        let (heard, totals) = read(&recording, vec![]);
        assert_eq!((totals.sessions, totals.read), (6, 6), "{ticket:?} {client:?} {:?}", heard.sessions);
        let resumed = heard.sessions.iter().filter(|session| session.secret == Some(Secret::Resumed)).count();
        assert_eq!(resumed, 5, "{ticket:?} {:?}", heard.sessions);
        assert!(heard.sessions.iter().all(|session| session.closed.is_none()));
    }
}

/// One logarithm serves every session in which the value comes again.
#[test]
fn an_exponent_that_is_reused_is_computed_once() {
    if !has("openssl") || !has("curl") {
        return;
    }
    let exercise = Exercise::new("DHE:@SECLEVEL=0", Some(&weak::subgroup(1024)));
    let (recording, client) = exercise.record(|it, port| it.curl(port));
    // the same connection, seen twice: openssl's server has no option any more to keep its exponent
    let mut reading = Reading::new(vec![], Budget::default(), Limits::default());
    let mut heard = Heard::default();
    for _ in 0..2 {
        capture::read(&recording[..], &mut |packet| reading.packet(packet, &mut heard)).expect("a recording");
    }
    reading.finish(capture::End::Complete, &mut heard);
    let reused: Vec<_> = heard
        .sessions
        .iter()
        .map(|session| match &session.secret {
            Some(Secret::Logarithm(found)) => (found.of, found.reused),
            other => panic!("{other:?} {client:?}"),
        })
        .collect();
    assert_eq!(reused, [(Side::Server, false), (Side::Server, true)]);
}
