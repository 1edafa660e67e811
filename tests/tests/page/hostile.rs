//! What comes from a session is text.

use super::*;
use serde_json::json;
use support::http::post;

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

#[test]
fn what_the_victims_say_is_text_and_never_markup() {
    let Some(browser) = Browser::open() else { return };
    let lab =
        Lab::start(&["--ephemeral", "--listen", "127.0.0.1:0", "--client-phrase", SCRIPT, "--server-phrase", MARKUP]);
    let harmless = |place: &str| {
        assert!(!browser.has_dialog(), "{place}: a script ran");
        for forged in ["img[src=x]", "svg[onload]", "[data-forged]", "body script:not([src]):not([type])"] {
            assert_eq!(browser.count(forged), 0, "{place}: {forged}");
        }
        assert_eq!(browser.complaints(), [""; 0], "{place}");
    };
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
        (format!("/{coded}"), "[data-status=failed]"),
        (format!("/sessions/{split}#row={coded}"), "[data-sentence]"),
    ] {
        visit(&browser, &lab, &path);
        browser.await_element(there);
        let complaints = browser.complaints();
        assert!(complaints.iter().all(|it| it.contains("404") || it.contains("400")), "{path}: {complaints:?}");
        harmless(&path);
    }

    // Were there a way in after all, the page's policy would close it, and the browser say so.
    nothing_gets_in(&browser);
}
