//! Computations that outlast the victims, as a person meets them: what was cut off is not private, and what had its time is
//! read, however impatient the victims were.

#![cfg(target_os = "linux")]

use serde_json::Value;
use support::programs::run;

/// The objects that a run prints, one a session, and its exit status.
fn play(args: &[&str]) -> (Option<i32>, Vec<Value>) {
    let finished = run("interlock", &[&["run", "--json"], args].concat());
    let object = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {finished:?}"));
    (finished.code, finished.out.lines().map(object).collect())
}

#[test]
fn what_was_cut_off_is_unread_and_says_how_far_it_came() {
    for attack in ["crack", "eavesdrop"] {
        let (code, sessions) = play(&[&format!("dh-weak:short,bits=224/{attack}"), "--deadline", "3"]);
        let verdict = &sessions[0]["verdict"];
        assert_eq!((&verdict["kind"], &verdict["class"]), (&"unread".into(), &"neutral".into()), "{attack}: {verdict}");
        assert_eq!(code, Some(3), "it cannot tell yet: {verdict}");
        let because = verdict["because"].as_str().expect("a sentence");
        assert!(because.contains("cut off") && because.contains('%'), "{because}");
        let means = sessions[0]["means"].as_str().expect("a meaning");
        assert!(means.contains("Not yet is not never"), "{means}");
        assert_eq!(sessions[0]["fingerprints"]["attacker"], Value::Array(vec![]));
    }
}

/// Questions to a server are no different: what they cost is in no table, and a modulus of 8k bits takes tens of thousands.
#[test]
fn questions_that_were_cut_off_leave_a_session_unread() {
    let scenario = "rsa:pkcs1v15,bits=2048/bleichenbacher~implicit-rejection";
    // On a machine that is busy, two seconds may be over before there is anything to ask about.
    let asked = ["2", "10", "50", "250"].into_iter().any(|deadline| {
        let (code, sessions) = play(&[scenario, "--deadline", deadline]);
        let verdict = &sessions[0]["verdict"];
        assert_eq!(code, Some(3), "{verdict}");
        let reached = &verdict["grounds"];
        verdict["kind"] == "unread" && reached["done"].as_u64() > Some(3) && reached["unit"] == "questions"
    });
    assert!(asked, "no deadline lets it ask, and cuts it off");
}

/// The session is over when the questions begin: no patience of the victims decides, and of a deadline there is more than is needed.
#[test]
fn a_server_that_answers_is_asked_until_the_recording_is_open() {
    for (mode, kind) in [("rsa:pkcs1v15,bits=513", "read"), ("rsa-cert:pkcs1v15,bits=513", "read")] {
        let scenario = format!("{mode}/bleichenbacher~implicit-rejection");
        let (code, sessions) = play(&[&scenario, "--patience", "2000", "--deadline", "600"]);
        assert_eq!((&sessions[0]["verdict"]["kind"], code), (&kind.into(), Some(0)), "{}", sessions[0]["verdict"]);
        let (code, sessions) = play(&[&format!("{mode}/bleichenbacher"), "--deadline", "600"]);
        assert_eq!((&sessions[0]["verdict"]["kind"], code), (&"private".into(), Some(0)), "{}", sessions[0]["verdict"]);
    }
}

#[test]
fn what_a_prime_costs_is_known_before_it_is_tried() {
    let finished = run("interlock", &["run", "dh-weak:short,bits=224/crack", "--deadline", "1"]);
    let warned = |part: &str| finished.err.contains(part);
    assert!(warned("s of one core") && warned("a session has 1 s") && warned("--deadline"), "{finished:?}");
    assert!(finished.out.contains("UNREAD"), "{finished:?}");
    let cheap = run("interlock", &["run", "dh-weak:short/crack"]);
    assert_eq!((cheap.code, cheap.err.as_str()), (Some(0), ""), "{cheap:?}");
}

/// Whether the victims wait long enough is a matter of chance and of the machine. What comes of the session is not: one of
/// them may have finished, both, or none; and where one did, what it said is read with the two victims' own key.
#[test]
fn how_long_the_victims_wait_does_not_decide_what_is_read() {
    for scenario in ["dh-weak:smooth/crack", "dh-weak:short,bits=100/crack"] {
        for patience in ["30", "100", "150"] {
            let (_, sessions) = play(&[scenario, "--patience", patience, "--sessions", "12"]);
            assert_eq!(sessions.len(), 12);
            for session in sessions {
                let (kind, keys) = (&session["verdict"]["kind"], &session["fingerprints"]);
                let finished = !keys["client"].is_null() || !keys["server"].is_null();
                let expected = if finished { "read" } else { "disrupted" };
                assert_eq!(kind, expected, "{scenario}, {patience} ms: {session}");
            }
        }
    }
}
