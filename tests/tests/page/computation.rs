//! Computations, as they go on and end.

use super::*;
use lab::{
    event::{Event, Fact, Reached},
    scenario::Scenario,
    staging::Setting,
};
use serde_json::json;
use std::{path::Path, sync::Arc};
use support::{conversation::attacked, http::post, programs::run, staging::stage};
use web::sessions::{
    session::{Record, Session},
    store::{Kept, Place, Retention, open},
};

#[test]
fn a_prime_falls_in_view_and_the_next_session_says_who_paid() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    let [first, second] = [(); 2].map(|()| text(&lab.run("dh-weak:short,bits=64/crack")["session"]));
    visit(&browser, &lab, &format!("/sessions/{first}"));
    browser.await_element("[data-cracking=found] [data-prepared-by=none]");
    browser.await_element("[data-phase]");
    browser.await_element("[data-equation=true]");
    visit(&browser, &lab, &format!("/sessions/{second}"));
    browser.await_element(&format!("[data-cracking=found] [data-prepared-by='{first}']"));
    browser.await_element("[data-equation=true]");

    browser.click(".cracking a[href='/cracking']");
    browser.await_element("[data-page=cracking] .plot svg .beyond");
    assert_eq!(browser.place(), "/cracking");
    assert!(browser.count(".plot .own") >= 3, "the lab's own sessions are on the plot");
    for group in ["safe", "smooth", "random", "composite", "subgroup", "published"] {
        let row = format!("[data-group={group}][href='/modes/dh-weak']");
        assert_eq!(browser.count(&row), 1, "{group}");
    }
    browser.await_element("[data-price='128'][data-beyond=false]");
    browser.run(
        "const it = document.querySelector('[data-dial]'); it.value = it.max; it.dispatchEvent(new Event('input'))",
        &[],
    );
    browser.await_element("[data-price='2048'][data-beyond=true][data-fate=beyond]");
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn questions_to_a_server_are_counted_in_view() {
    let Some(browser) = Browser::open() else { return };
    // Whatever is asked here is asked to its end, on a machine that is busy too.
    let lab = Lab::start(&["--ephemeral", "--listen", "127.0.0.1:0", "--deadline", "600"]);
    // Some tens of thousands are asked before the first one counts; with a modulus of this length that is long enough to look, and
    // primes of twice the length would keep a busy machine longer than the questions.
    let id = lab.play("rsa:pkcs1v15,bits=1536/bleichenbacher~implicit-rejection");
    visit(&browser, &lab, &format!("/sessions/{id}"));
    browser.await_element("[data-phase=ask][data-current=true] progress:not([value])");
    let counting = "const done = arguments[0];
        const go = () => {
          const amount = document.querySelector('[data-phase=ask] .amount')?.textContent.trim() ?? '';
          return !amount || amount.startsWith('0 ') ? requestAnimationFrame(go) : done(amount);
        };
        go();";
    let counted = text(&browser.run_until_done(counting, &[]));
    assert!(counted.ends_with(" questions"), "{counted}");
    // It narrows down what it has asked about as soon as the first question counts, which is luck.
    let sentence = browser.text("[data-sentence]");
    let told = ["The attacker asks the server", "The attacker narrows down"];
    assert!(told.iter().any(|told| sentence.starts_with(told)), "{sentence}");
    browser.click("[data-action=cancel]");

    let [read, private] = ["~implicit-rejection", ""].map(|switch| {
        let scenario = format!("rsa:pkcs1v15,bits=513/bleichenbacher{switch}");
        text(&lab.run(&scenario)["session"])
    });
    visit(&browser, &lab, &format!("/sessions/{read}"));
    browser.await_element("[data-cracking=found] [data-phase=narrow][data-end=finished]");
    assert!(browser.text(".cracking .solved").contains(" questions"));
    visit(&browser, &lab, &format!("/sessions/{private}"));
    browser.await_element("[data-cracking=not-found]");
    assert!(browser.text(".session").contains("Why the server gives nothing away"));
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn what_runs_too_long_is_cancelled_by_a_button() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::start(&["--ephemeral", "--listen", "127.0.0.1:0", "--patience", "600000"]);
    lab.mission();
    // The attacker swallows the first flight, and the victims wait for long.
    let id = lab.play("dh/drop");
    visit(&browser, &lab, &format!("/sessions/{id}"));
    browser.click("[data-action=cancel]");
    browser.await_element(&format!(".session[data-session='{id}'][data-verdict=inconclusive][data-status=done]"));
    assert_eq!(browser.text("[data-sentence]"), "The session was cancelled.");
    let others = [lab.play("dh/drop"), lab.play("dh/drop")];
    visit(&browser, &lab, "/sessions");
    browser.click("[data-action=cancel-all]");
    for id in others {
        browser.await_element(&format!("[data-session='{id}'][data-verdict=inconclusive][data-status=done]"));
    }
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn a_computation_whose_end_nobody_told_looks_unfinished() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    let [_, attacker, _] = lab.pids();
    let id = lab.play("dh-weak:short,bits=200/crack");
    visit(&browser, &lab, &format!("/sessions/{id}"));
    browser.await_element("[data-phase][data-current=true] progress[max]");
    support::watching::kill(attacker);
    browser.await_element(".session[data-verdict=inconclusive] [data-cracking=cut-off] [data-end=cut-off] progress");
    assert_eq!(browser.count(".phases li:last-child.finished"), 0);
    let said = browser.text(".session");
    assert!(!said.contains("Why the prime holds") && !said.contains("How the prime falls"), "{said}");
    let full = "const it = document.querySelector('[data-end=cut-off] progress'); return it.value < it.max";
    assert_eq!(browser.run(full, &[]), true);
}

/// A session that somebody listened in on and whose logarithm was cut off, as it is kept in a directory; answers with its id.
fn cut_off(directory: &Path) -> String {
    let id = "00000000000000c0".to_owned();
    let scenario: Scenario = "dh-weak:short,bits=32/eavesdrop".parse().expect("a scenario");
    let mut events = attacked(&stage(&scenario, &Setting::seeded("test", 7)).expect("orders")).events;
    events.retain(|event| !matches!(event.fact, Fact::Holds { .. } | Fact::Recovered { .. }));
    let solved = events.iter().position(|event| matches!(event.fact, Fact::Solved { .. })).expect("a logarithm");
    let reached = Reached { phase: Some("sieve".into()), done: 10_416, total: 129_684, unit: Some("relations".into()) };
    let work = Fact::Work { phase: "sieve".into(), done: 64, total: 129_684, unit: Some("relations".into()) };
    events[solved].fact = Fact::Solved {
        bits: 32,
        method: None,
        operations: None,
        failure: None,
        found: false,
        cut_off: Some(Box::new(reached)),
        equation: None,
    };
    events.insert(solved, Event { fact: work, ..events[solved].clone() });
    for (n, event) in (1..).zip(&mut events) {
        (event.n, event.session) = (n, id.clone());
    }
    let mut session = Session::new(id.clone(), scenario, Some(7), 1_767_225_600_000);
    session.close(&events, 1_767_225_601_000);
    let texts = events.iter().map(|event| serde_json::to_string(event).expect("JSON").into()).collect();
    let kept = Kept { cursor: 1, record: Arc::new(Record { session, events }), events: texts };
    let mut store = open(&Place::Directory(directory.to_owned()), Retention::default()).expect("a store");
    store.put(&[kept]).expect("a session kept");
    id
}

#[test]
fn a_computation_that_was_cut_off_is_neither_privacy_nor_finished_and_goes_on_from_its_recording() {
    let Some(browser) = Browser::open() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let id = cut_off(directory.path());
    let data = directory.path().display().to_string();
    let lab = Lab::start(&["--data", &data, "--listen", "127.0.0.1:0"]);
    visit(&browser, &lab, &format!("/sessions/{id}"));
    browser.await_element(".session[data-verdict=unread] .mark.unread");
    browser.await_element("[data-cracking=cut-off] [data-end=cut-off] progress");
    assert_eq!(browser.count(".sentence.defended, [data-cracking=cut-off] .payer"), 0);
    let said = browser.text(".session");
    assert!(!said.contains("Why the prime holds") && !said.contains("How the prime falls"), "{said}");
    let amount = browser.text("[data-end=cut-off] .amount");
    assert!(amount.contains(" of "), "{amount}");
    visit(&browser, &lab, "/cracking");
    browser.await_element(&format!("a[href='/sessions/{id}']"));
    assert!(browser.text("[aria-label='Sessions of this console']").contains("cut off after"));
    // The recording is still there: with more time it is read, and the session itself stays as it was.
    visit(&browser, &lab, &format!("/sessions/{id}"));
    browser.click("[data-action=go-on]");
    browser.await_element(&format!(".session[data-verdict=read] [data-continues='{id}']"));
    browser.await_element("[data-cracking] .phases li");
    assert_eq!(browser.count("[data-action=go-on]"), 0);
    let further = browser.place().rsplit('/').next().expect("an id").to_owned();
    let again = |id: &str, body: Value| {
        let answer = post(lab.address, &format!("/api/sessions/{id}/continuation"), &body.to_string());
        (answer.status, answer.field())
    };
    assert_eq!(again(&further, json!({})), (409, "session".to_owned()), "nothing is cut off in it");
    assert_eq!(again(&id, json!({ "seconds": 0 })), (400, "seconds".to_owned()));
    assert_eq!(lab.get(&format!("/api/sessions/{id}")).json()["verdict"]["kind"], "unread");
    assert_eq!(browser.complaints(), [""; 0]);
    drop(lab);
    let told = run("interlock", &["continue", &id, "--data", &data, "--json"]);
    assert_eq!(told.code, Some(0), "{told:?}");
    let session: Value = serde_json::from_str(&told.out).expect("a session");
    assert_eq!((&session["verdict"]["kind"], &session["continues"]), (&json!("read"), &json!(id)));
    let told = run("interlock", &["continue", &further, "--data", &data]);
    assert_eq!(told.code, Some(2), "{told:?}");
}
