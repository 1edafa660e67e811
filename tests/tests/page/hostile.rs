//! What comes from a session is text.

use super::*;
use lab::{
    event::{Change, Event, Fact},
    hand::Verb,
    loss::Loss,
    role::{Actor, Role},
    scenario::Scenario,
    staging::Setting,
};
use serde_json::json;
use std::sync::Arc;
use support::{conversation::attacked, hostile::places, http::post, staging::stage};
use web::sessions::{
    session::{Record, Session, told},
    store::{Kept, Place, Retention, open},
};

/// What a victim says where the page must not obey it.
pub(super) const SCRIPT: &str = "<script>alert(1)</script><img src=x onerror=alert(2)>";
pub(super) const MARKUP: &str = "\"'><svg onload=alert(3)></q><b data-forged>";

/// Neither a script nor markup from text, whoever might try: the page's policy closes it, and the browser says so.
pub(super) fn nothing_gets_in(browser: &Browser) {
    let script = "const it = document.createElement('script'); it.append('alert(4)'); document.body.append(it);";
    browser.run(script, &[]);
    assert!(!browser.has_dialog());
    let markup = "try { document.body.innerHTML = '<b>'; return 'taken'; } catch (error) { return error.name; }";
    assert_eq!(browser.run(markup, &[]), "TypeError");
    let complaints = browser.complaints();
    let refused = |it: &String| it.contains("Content Security Policy") || it.contains("TrustedScript");
    assert!(complaints.iter().any(refused), "{complaints:?}");
}

/// Nothing that was said ran, or became a part of what is shown.
fn harmless(browser: &Browser, place: &str) {
    assert!(!browser.has_dialog(), "{place}: a script ran");
    for forged in ["img[src=x]", "svg[onload]", "[data-forged]", "body script:not([src]):not([type]):not([nonce])"] {
        assert_eq!(browser.count(forged), 0, "{place}: {forged}");
    }
    // What the lab refuses is not there, which it may say when everything else is shown already.
    let refused = |it: &String| it.contains("Failed to load resource: the server responded with a status of 40");
    let complaints: Vec<String> = browser.complaints().into_iter().filter(|it| !refused(it)).collect();
    assert_eq!(complaints, [""; 0], "{place}");
}

/// An event in which each text that may be any is markup, but those of these names.
fn hostile(event: &Event, but: &[&str]) -> Event {
    let mut found = serde_json::to_value(event).expect("JSON");
    let places = places(&found);
    for place in places.iter().filter(|place| but.iter().all(|name| !place.ends_with(name))) {
        let mut hostile = found.clone();
        *hostile.pointer_mut(place).expect("a text") = if place.len() % 2 == 0 { SCRIPT } else { MARKUP }.into();
        if serde_json::from_value::<Event>(hostile.clone()).is_ok() {
            found = hostile;
        }
    }
    serde_json::from_value(found).expect("an event")
}

/// A store can say what it likes, and so can whoever sends somebody a report.
#[test]
fn whatever_a_kept_session_says_is_text_on_its_page_in_its_report_and_in_its_picture() {
    let Some(browser) = Browser::open() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let data = directory.path().join("data");
    let mut store = open(&Place::Directory(data.clone()), Retention::default()).expect("a store");
    let mut ids = Vec::new();
    // Where frames are none, other things are shown than where they are whole.
    let wholes: [&[&str]; 2] = [&[], &["/bytes", "/before", "/after", "/kind", "/digest"]];
    for (but, scenario) in
        wholes.into_iter().flat_map(|but| [(but, "ecdh-cert/substitute"), (but, "dh-weak:short,bits=32/crack")])
    {
        let id = format!("{:016x}", ids.len() + 1);
        let parsed: Scenario = scenario.parse().expect("a scenario");
        let mut events = attacked(&stage(&parsed, &Setting::seeded("test", 7)).expect("orders")).events;
        let n = events.len() as u64;
        let mine = |i: u64, source, fact| Event { source, ..told(&id, n + i, fact) };
        let changed = vec![Change { field: String::new(), old: String::new(), new: String::new() }];
        let held = |changed| Fact::Held {
            from: Role::Client,
            flight: 1,
            kind: String::new(),
            bytes: String::new(),
            proposes: None,
            changed,
        };
        let fields = [("share".to_owned(), json!(""))].into_iter().collect();
        events.extend([
            mine(1, Actor::Attacker, held(changed)),
            mine(
                2,
                Actor::Attacker,
                Fact::Decided { from: Role::Client, kind: String::new(), action: Verb::Alter, fields },
            ),
            mine(
                3,
                Actor::Console,
                Fact::Lost { what: Actor::Client, reason: Loss::Refused { reason: String::new() } },
            ),
        ]);
        let events: Vec<Event> =
            events.iter().map(|event| Event { session: id.clone(), ..hostile(event, but) }).collect();
        let mut session = Session::new(id.clone(), parsed, Some(7), 1_767_225_600_000);
        session.close(&events, 1_767_225_601_000);
        let texts = events.iter().map(|event| serde_json::to_string(event).expect("JSON").into()).collect();
        let kept = Kept { cursor: ids.len() as u64 + 1, record: Arc::new(Record { session, events }), events: texts };
        store.put(&[kept]).expect("a session kept");
        ids.push(id);
    }
    drop(store);
    let lab = Lab::start(&["--data", &data.display().to_string(), "--listen", "127.0.0.1:0"]);
    visit(&browser, &lab, "/sessions");
    browser.await_element(&format!("[href='/sessions/{}']", ids[0]));
    harmless(&browser, "the list");
    let open =
        "document.querySelectorAll('details').forEach((it) => { it.open = true; }); return document.body.textContent;";
    let file = |id: &str, format: &str| {
        let path = directory.path().join(format!("{id}.{format}"));
        let export = lab.get(&format!("/api/sessions/{id}/export?format={format}"));
        assert_eq!(export.status, 200, "{export:?}");
        std::fs::write(&path, export.body).expect("a file");
        format!("file://{}", path.display())
    };
    for id in &ids {
        visit(&browser, &lab, &format!("/sessions/{id}"));
        browser.await_element(".session[data-status=done] [data-sentence]");
        assert!(text(&browser.run(open, &[])).contains("alert(1)"), "{id}: it is shown, as text");
        harmless(&browser, "the session's page");
        browser.go(&file(id, "html"));
        browser.await_element(".session [data-sentence]");
        assert!(text(&browser.run(open, &[])).contains("alert(1)"), "{id}: it is shown, as text");
        harmless(&browser, "the report");
        browser.go(&file(id, "svg"));
        let names = "return [...new Set([...document.querySelectorAll('*')].map((it) => it.localName))].sort().join()";
        let names = text(&browser.run(names, &[]));
        let known = ["circle", "g", "path", "rect", "svg", "text", "title", "tspan"];
        assert!(names.split(',').all(|name| known.contains(&name)), "{id}: {names}");
        assert!(!browser.has_dialog());
    }
}

#[test]
fn what_the_victims_say_is_text_and_never_markup() {
    let Some(browser) = Browser::open() else { return };
    let lab =
        Lab::start(&["--ephemeral", "--listen", "127.0.0.1:0", "--client-phrase", SCRIPT, "--server-phrase", MARKUP]);
    let harmless = |place: &str| harmless(&browser, place);
    let [split, _, stopped] = lab.mission().map(|session: Value| text(&session["session"]));
    visit(&browser, &lab, "/");
    browser.await_element(".exchange[data-verdict=split]");
    harmless("the first page");
    visit(&browser, &lab, &format!("/sessions/{split}"));
    for (sender, phrase) in [("client", SCRIPT), ("server", MARKUP)] {
        let shown = browser.text(&format!("[data-recovered={sender}]"));
        assert!(shown.contains(phrase), "{phrase} is not in {shown}");
    }
    harmless("the session's page");
    visit(&browser, &lab, &format!("/compare?left={stopped}&right={split}"));
    browser.await_element("[data-side=right][data-verdict=split]");
    harmless("the comparison");

    // What comes in addresses, lessons, names and decisions is text too.
    let markup = json!(MARKUP);
    let question = json!({ "ask": SCRIPT, "answers": [SCRIPT, MARKUP], "right": 1 });
    let scene = json!({ "title": MARKUP, "minutes": 1, "scenario": "dh/substitute", "seed": 1, "notes": SCRIPT, "question": question });
    let lesson = json!({ "lesson": { "interlock_lesson": 1, "title": markup, "scenes": [scene] } });
    let answer = post(lab.address, "/api/lesson", &lesson.to_string());
    assert!(answer.status < 300, "{answer:?}");
    visit(&browser, &lab, "/present");
    let shown = browser.text(".present h1");
    assert!(shown.contains(MARKUP), "{shown}");
    browser.await_element(".present .notes");
    assert!(browser.text(".present .notes").contains(SCRIPT));
    harmless("the speaker's page");
    post(lab.address, "/api/class", &json!({ "do": "ask" }).to_string());
    visit(&browser, &lab, "/class");
    browser.await_element("[data-question=open] [data-answer='2']");
    harmless("the class's page");
    browser.run(
        "localStorage.setItem('marks', JSON.stringify([[arguments[0], { star: true, name: arguments[1] }]]))",
        &[&split, SCRIPT],
    );
    let coded: String = MARKUP.bytes().map(|byte| format!("%{byte:02X}")).collect();
    for (path, there) in [
        ("/sessions".to_owned(), ".named"),
        (format!("/sessions?filter={coded}"), "[data-field=filter]"),
        (format!("/sessions/{coded}"), "[data-status=failed]"),
        (format!("/modes/{coded}"), "[data-status=failed]"),
        (format!("/checks/{coded}"), "[data-status=failed]"),
        (format!("/software/{coded}"), "[data-status=failed]"),
        (format!("/{coded}"), "[data-status=failed]"),
        (format!("/sessions/{split}#row={coded}"), "[data-sentence]"),
    ] {
        visit(&browser, &lab, &path);
        browser.await_element(there);
        harmless(&path);
    }

    // And so is what a table of a student's own says, where it is told that it is none.
    visit(&browser, &lab, "/modes/psk");
    browser.await_element("[name=goal] option:nth-child(2)");
    browser.click("[name=predicted][value=attack]");
    browser.click(".think details:nth-of-type(2) summary");
    browser.fill("[name=table]", &format!("mode {SCRIPT}\n"));
    browser.click("[data-action=think]");
    let told = browser.text(".think .fault:not(:empty)");
    assert!(told.contains("<script>alert(1)"), "{told}");
    harmless("the table");

    // Were there a way in after all, the page's policy would close it, and the browser say so.
    nothing_gets_in(&browser);
}
