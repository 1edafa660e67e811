//! The page in a browser, as a trainer and a student meet it.

use serde_json::Value;
use tests::{
    browser::Browser,
    serving::{Lab, MISSION, text},
};

/// A page of this lab, with its live stream open.
fn visit(browser: &Browser, lab: &Lab, path: &str) {
    browser.go(&format!("http://{}{path}", lab.address));
    browser.await_element("html[data-live=open]");
}

#[test]
fn the_first_page_shows_three_verdicts_and_leads_to_the_counterfactual() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    visit(&browser, &lab, "/");
    for (scenario, verdict) in MISSION {
        browser
            .await_element(&format!(".exchange[data-scenario='{scenario}'][data-verdict={verdict}][data-status=done]"));
        browser.await_element(&format!(".cell[data-scenario='{scenario}'][data-verdict={verdict}][data-status=done]"));
    }

    browser.click(".exchange[data-verdict=stopped]");
    browser.await_element(".session[data-verdict=stopped][data-status=done]");
    assert!(browser.place().starts_with("/sessions/"), "{}", browser.place());
    let sentence = browser.text("[data-sentence]");
    assert!(sentence.contains("transcript-signature"), "{sentence}");
    browser.await_element("[data-check=transcript-signature][data-status=failed][data-party=client]");
    browser.await_element("[data-row][data-action=alter]");
    assert_eq!(browser.count("[data-recovered]"), 0, "the attacker read nothing");

    browser.click("[data-action=without]");
    browser.await_element("[data-side=left][data-verdict=stopped]");
    browser.await_element("[data-side=right][data-verdict=split]");
    assert!(browser.place().starts_with("/compare?"), "{}", browser.place());
    browser.await_element("[data-first-difference]:not([data-first-difference=none])");
    assert_ne!(browser.text("[data-words]").trim(), "");
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn a_session_that_somebody_else_starts_is_shown_as_it_runs() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    visit(&browser, &lab, "/");
    assert_eq!(browser.count(".cell[data-scenario='ecdh/substitute'][data-verdict]"), 0);
    let id = lab.play("ecdh/substitute");
    browser.await_element(&format!("[data-list=sessions] [data-session='{id}'][data-verdict=split][data-status=done]"));
    browser.await_element(".cell[data-scenario='ecdh/substitute'][data-verdict=split]");

    // A session's own page fills while it runs.
    let id = lab.play("ecdh-cert/substitute~transcript-signature");
    visit(&browser, &lab, &format!("/sessions/{id}"));
    browser.await_element(&format!(".session[data-session='{id}'][data-verdict=split]"));
    browser.await_element("[data-check=transcript-signature][data-status=skipped]");
    browser.await_element("[data-recovered=client]");
    browser.await_element("[data-recovered=server]");
    assert_eq!(browser.complaints(), [""; 0]);
}

/// What a victim says where the page must not obey it.
const SCRIPT: &str = "<script>alert(1)</script><img src=x onerror=alert(2)>";
const MARKUP: &str = "\"'><svg onload=alert(3)></q><b data-forged>";

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

    // Were there a way in after all, the page's policy would close it, and the browser say so.
    let inline = "const it = document.createElement('script'); it.textContent = 'alert(4)'; document.body.append(it);";
    browser.run(inline, &[]);
    assert!(!browser.has_dialog());
    let complaints = browser.complaints();
    assert!(complaints.iter().any(|it| it.contains("Content Security Policy")), "{complaints:?}");
}
