//! The page in a browser, as a trainer and a student meet it.

use serde_json::Value;
use support::{
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
    let words = browser.text("[data-words]");
    assert!(words.contains("the client's check transcript-signature fails"), "{words}");
    assert!(words.len() < 500, "a sentence for people holds no whole digests: {words}");
    browser.await_element("[data-what=off][aria-label*='transcript-signature is switched off']");
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

#[test]
fn a_forged_certificate_is_marked_where_it_fails_and_the_genuine_one_stands_beside_it() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    let id = text(&lab.run("ecdh-cert/forge-expired")["session"]);
    visit(&browser, &lab, &format!("/sessions/{id}"));
    browser.await_element("[data-chain=sent][data-accepted=true]");
    browser.await_element("[data-chain=received][data-accepted=false]");
    let wrong = "[data-chain=received] [data-part=leaf] [data-failed=cert-validity][data-deciding=true]";
    assert!(browser.text(wrong).contains("the certificate has expired"), "{}", browser.text(wrong));
    assert_eq!(browser.count("[data-failed]"), 1, "one step fails, in one place");
    assert_eq!(browser.count("[data-chain] [data-part='trust anchor']"), 2, "both chains lead to the anchor");
    // Of two chains of three, the forged leaf alone is not valid when it is judged.
    assert_eq!(browser.count("[data-validity=expired]"), 1);
    assert_eq!(browser.count("[data-validity=valid]"), 5);

    // What the same client would have said, had it not looked.
    let id = text(&lab.run("ecdh-cert/forge-expired~cert-validity")["session"]);
    visit(&browser, &lab, &format!("/sessions/{id}"));
    browser.await_element("[data-chain=received][data-accepted=true] [data-skipped=cert-validity]");
    assert_eq!(browser.count("[data-failed]"), 0);

    // One chain where nobody replaced it, and a chain in the explanation of the mode.
    let id = text(&lab.run("ecdh-cert/relay")["session"]);
    visit(&browser, &lab, &format!("/sessions/{id}"));
    browser.await_element("[data-chain=both][data-accepted=true]");
    visit(&browser, &lab, "/modes/ecdh-cert");
    browser.await_element(".entry [data-chain]");
    assert_eq!(browser.complaints(), [""; 0]);
}

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
    browser.await_element("[data-price='128'][data-beyond=false]");
    browser.run(
        "const it = document.querySelector('[data-dial]'); it.value = it.max; it.dispatchEvent(new Event('input'))",
        &[],
    );
    browser.await_element("[data-price='2048'][data-beyond=true][data-fate=beyond]");
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn a_page_that_nobody_sees_holds_no_connection_and_catches_up_when_it_is_seen() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    lab.mission();
    // Opened in the background: it loads, and leaves the browser's few connections to the page in view.
    browser.hide();
    browser.go(&format!("http://{}/", lab.address));
    browser.await_element(".exchange[data-verdict=split]");
    browser.await_element(".cell[data-verdict=split]");
    assert_eq!(browser.count("html[data-live=open]"), 0);
    browser.show(1280);
    browser.await_element("html[data-live=open]");

    browser.hide();
    browser.await_element("html[data-live=connecting]");
    lab.run("ecdh/substitute");
    browser.show(1280);
    browser.await_element(".cell[data-scenario='ecdh/substitute'][data-verdict=split]");
    browser.await_element("html[data-live=open]");
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn of_a_lab_that_was_started_anew_nothing_old_is_shown() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    let address = lab.address.to_string();
    let old = text(&lab.run("dh/relay")["session"]);
    visit(&browser, &lab, "/");
    browser.click(&format!("[data-list=sessions] [data-session='{old}'] a"));
    browser.await_element(".session[data-verdict=private]");
    drop(lab);
    browser.await_element("html:not([data-live=open])");

    let lab = Lab::start(&["--ephemeral", "--listen", &address]);
    assert_eq!(lab.address.to_string(), address);
    browser.await_element("[data-status=failed]");
    browser.click("[data-status=failed] a");
    for (scenario, verdict) in MISSION {
        browser.await_element(&format!(".cell[data-scenario='{scenario}'][data-verdict={verdict}]"));
    }
    browser.await_element(".cell[data-scenario='dh/relay'][data-status=not-run]");
    assert_eq!(browser.count(&format!("[data-session='{old}']")), 0);
}

#[test]
fn a_wrong_address_leads_back_to_the_lab() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    visit(&browser, &lab, "/session");
    assert!(browser.text("[data-status=failed]").contains("The lab knows no such page."));
    browser.click("[data-status=failed] a");
    browser.await_element(".matrix");
}

#[test]
fn on_a_narrow_screen_nothing_but_the_matrix_is_wider_than_it() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    let [split, _, stopped] = lab.mission().map(|session: Value| text(&session["session"]));
    browser.show(390);
    for (path, shown) in [
        ("/", ".cell[data-verdict=stopped]"),
        ("/sessions", "[data-list=sessions]"),
        (&format!("/sessions/{split}"), ".session[data-verdict=split] [data-row]"),
        (&format!("/sessions/{stopped}"), ".session[data-verdict=stopped] [data-row]"),
        ("/modes/ecdh-cert", ".flights .number"),
        ("/attacks/substitute", ".recipe"),
        ("/checks/transcript-signature", ".entry"),
        ("/cracking", ".plot svg"),
    ] {
        visit(&browser, &lab, path);
        browser.await_element(shown);
        let wide = "return [document.scrollingElement, ...document.querySelectorAll('.scroll, .diagram')]
            .filter((it) => it.scrollWidth > it.clientWidth).map((it) => it.className || it.tagName).join()";
        assert_eq!(text(&browser.run(wide, &[])), "", "{path}");
    }
}

#[test]
fn a_check_that_failed_stands_in_line_with_the_others() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::start(&["--ephemeral", "--listen", "127.0.0.1:0", "--patience", "300"]);
    // Where the client loses patience first, the server misses a close. Which of them is first is chance.
    let fails = |id: &String| {
        let told = lab.get(&format!("/api/sessions/{id}/events")).body;
        told.contains(r#""status":"failed""#)
    };
    let id = (0..30).map(|_| text(&lab.run("ecdh/drop")["session"])).find(fails).expect("a check that failed");
    visit(&browser, &lab, &format!("/sessions/{id}"));
    browser.await_element(".rung[data-check=authenticated-close][data-status=failed]");
    let left = "return [...new Set([...document.querySelectorAll('.told .rung')].map((it) => it.getBoundingClientRect().left))].length";
    assert_eq!(browser.run(left, &[]), 1);
    let apart = "return Math.max(...[...document.querySelectorAll('.told .rung + .rung')]
        .map((it) => it.getBoundingClientRect().top - it.previousElementSibling.getBoundingClientRect().bottom))";
    assert!(browser.run(apart, &[]).as_f64().expect("pixels") < 1.0, "no gaps between the rungs");
}

#[test]
fn a_report_shows_the_session_as_the_page_does_with_no_lab_behind_it() {
    let Some(browser) = Browser::open() else { return };
    let lab =
        Lab::start(&["--ephemeral", "--listen", "127.0.0.1:0", "--client-phrase", SCRIPT, "--server-phrase", MARKUP]);
    let [split, ..] = lab.mission().map(|session: Value| text(&session["session"]));
    let forged = text(&lab.run("ecdh-cert/forge-name")["session"]);
    let folder = tempfile::tempdir().expect("a directory");
    let keep = |id: &str| {
        let path = folder.path().join(format!("{id}.html"));
        std::fs::write(&path, lab.get(&format!("/api/sessions/{id}/export?format=html")).body).expect("a file");
        format!("file://{}", path.display())
    };
    let reports = [&split, &forged].map(|id| keep(id));
    drop(lab);

    browser.go(&reports[0]);
    browser.await_element(".session[data-verdict=split] [data-row][data-action=alter]");
    for (sender, phrase) in [("client", SCRIPT), ("server", MARKUP)] {
        let shown = browser.text(&format!("[data-recovered={sender}]"));
        assert!(shown.contains(phrase), "{phrase} is not in {shown}");
    }
    assert_eq!(browser.count("img, svg[onload], [data-forged]"), 0);
    assert!(!browser.has_dialog(), "a script ran");
    assert_eq!(browser.count("a[href^='/'], a[href^=http]"), 0, "there is nowhere to go");
    assert_eq!(browser.complaints(), [""; 0]);
    // What the session says does not know the nonce.
    let inline = "const it = document.createElement('script'); it.textContent = 'alert(4)'; document.body.append(it);";
    browser.run(inline, &[]);
    assert!(!browser.has_dialog());
    let complaints = browser.complaints();
    assert!(complaints.iter().any(|it| it.contains("Content Security Policy")), "{complaints:?}");

    browser.go(&reports[1]);
    browser.await_element(".session[data-verdict=stopped] [data-check=cert-name][data-status=failed]");
    browser.await_element("[data-chain=received][data-accepted=false] [data-failed=cert-name]");
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn a_scenario_that_cannot_be_is_refused_by_name_until_another_is_chosen() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    visit(&browser, &lab, "/");
    let choose = |name: &str, value: &str| {
        let pick = "const it = document.querySelector(`[data-form=run] select[name=${arguments[0]}]`);
            it.value = arguments[1]; it.dispatchEvent(new Event('change', { bubbles: true }))";
        browser.await_element(&format!("[data-form=run] select[name={name}] option[value='{value}']"));
        browser.run(pick, &[name, value]);
    };
    choose("mode", "dh");
    choose("attack", "forge-name");
    browser.await_element("[data-form=run] [data-scenario='dh/forge-name']");
    browser.click("[data-action=run]");
    browser.await_element("[data-form=run] .fault:not(:empty)");
    let fault = browser.text("[data-form=run] .fault");
    assert!(fault.contains("forge-name does not apply to dh"), "{fault}");
    choose("attack", "relay");
    browser.await_element("[data-form=run] .fault:empty");
    browser.click("[data-action=run]");
    browser.await_element(".session[data-scenario='dh/relay'][data-verdict=private]");
}

#[test]
fn every_session_is_listed_and_older_ones_come_on_demand() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    let mission = lab.mission().map(|session: Value| text(&session["session"]));
    visit(&browser, &lab, "/sessions");
    for id in &mission {
        browser.await_element(&format!("[data-list=sessions] [data-session='{id}']"));
    }
    browser.click(&format!("[data-session='{}'] a", mission[0]));
    browser.await_element(&format!(".session[data-session='{}']", mission[0]));
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn what_runs_too_long_is_cancelled_by_a_button() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::start(&["--ephemeral", "--listen", "127.0.0.1:0", "--patience", "50000"]);
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
