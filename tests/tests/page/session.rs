//! A session's page, and what is made of it.

use super::{
    hostile::{MARKUP, SCRIPT, nothing_gets_in},
    *,
};

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

/// A broken session offers what would have stopped it, as a comparison with one seed that says what sets the two apart.
#[test]
fn a_broken_session_leads_to_what_would_have_stopped_it() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    let id = lab.play("ecdh/substitute");
    lab.judged(&id);
    visit(&browser, &lab, &format!("/sessions/{id}"));
    browser.click("[data-action=remedy][data-scenario='ecdh-cert/substitute']");
    browser.await_element("[data-side=left][data-verdict=stopped]");
    browser.await_element("[data-side=right][data-verdict=split]");
    let headline = browser.text("[data-headline]");
    assert!(headline.contains("ecdh-cert: stopped") && headline.contains("ecdh: split"), "{headline}");
    let id = lab.play("ecdh-cert/substitute~transcript-signature");
    lab.judged(&id);
    visit(&browser, &lab, &format!("/sessions/{id}"));
    browser.click("[data-action=remedy][data-scenario='ecdh-cert/substitute']");
    browser.await_element("[data-side=left][data-verdict=stopped]");
    let headline = browser.text("[data-headline]");
    assert_eq!(headline, "One check apart: transcript-signature. With it: stopped. Without it: split.");
    browser.click("[data-action=swap]");
    browser.await_element("[data-side=right][data-verdict=stopped]");
    assert_eq!(browser.complaints(), [""; 0]);
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
    nothing_gets_in(&browser);

    browser.go(&reports[1]);
    browser.await_element(".session[data-verdict=stopped] [data-check=cert-name][data-status=failed]");
    browser.await_element("[data-chain=received][data-accepted=false] [data-failed=cert-name]");
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn the_ladder_is_calm_where_a_check_saved_everybody_and_loud_where_none_was_there() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    let [split, read, stopped] = lab.mission().map(|session: Value| text(&session["session"]));
    let first = "return document.querySelector('.ladder > li').className";
    visit(&browser, &lab, &format!("/sessions/{split}"));
    browser.await_element("[data-missing=client] ~ [data-missing=server] ~ [data-party=client] ~ [data-party=server]");
    assert_eq!(text(&browser.run(first, &[])), "rung missing");
    visit(&browser, &lab, &format!("/sessions/{read}"));
    browser.await_element(".rung");
    assert_eq!(browser.count("[data-missing]"), 0, "a prime that falls deceives nobody about a name");
    visit(&browser, &lab, &format!("/sessions/{stopped}"));
    browser.await_element(".rung.caught[data-check=transcript-signature]");
    assert_eq!(text(&browser.run(first, &[])), "rung caught");
    assert_eq!(browser.count(".rung.failed"), 0);
    // The order is the same in every run.
    let order = "return [...document.querySelectorAll('.ladder > li')].map((it) => `${it.dataset.party} ${it.dataset.check ?? it.dataset.run}`).join()";
    let orders: Vec<Value> = (0..3)
        .map(|_| {
            visit(&browser, &lab, &format!("/sessions/{}", text(&lab.run("ecdh-mutual/relay")["session"])));
            browser.await_element(".session[data-status=done] .rung");
            browser.run(order, &[])
        })
        .collect();
    assert!(orders.iter().all(|order| *order == orders[0]), "{orders:?}");
}

#[test]
fn what_was_written_and_what_was_taken_in_stand_side_by_side() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    let id = text(&lab.run("ecdh-cert/tamper~record-auth")["session"]);
    visit(&browser, &lab, &format!("/sessions/{id}"));
    let took = browser.text("[data-took=server][data-right=false]");
    assert!(took.contains("Pay 100 to Carol"), "what the client wrote is not in {took}");
    assert!(!took.starts_with("read Pay 100"), "{took}");
    let row = browser.text("[data-row][data-action=alter] .caption.foreign");
    assert!(
        row.contains("“Pay 100 to Carol") && row.contains("took “Pay ") && row.matches("100").count() == 1,
        "{row}"
    );
    let changed = "const it = document.querySelector('[data-action=alter] .caption.change');
        return [...it.querySelectorAll('.old, .new')].map((half) => half.textContent)";
    let changed = browser.run(changed, &[]);
    assert_ne!(changed[0], changed[1], "old and new look the same");
    browser.await_element("[data-took=client][data-right=true]");
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn on_paper_nothing_of_the_session_is_missing() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    let [.., stopped] = lab.mission().map(|session: Value| text(&session["session"]));
    visit(&browser, &lab, &format!("/sessions/{stopped}"));
    browser.await_element(".rung.run");
    browser.await_element("details.calm");
    browser.print(true);
    let shown =
        "return [...document.querySelectorAll(arguments[0])].filter((it) => it.getClientRects().length === 0).length";
    for part in
        [".rung", ".rung .facts dd", ".row", ".sentence h1", ".certificate", "details.calm li", ".belief", ".events tr"]
    {
        assert_eq!(browser.run(shown, &[part]), 0, "{part} is not printed");
        assert!(browser.count(part) > 0, "{part}");
    }
    let tall = "return Math.max(...[...document.querySelectorAll('.diagram svg')].map((it) => it.getBoundingClientRect().height)) / innerHeight";
    assert!(browser.run(tall, &[]).as_f64().expect("a ratio") <= 0.8, "a drawing that does not fit on a page");
    visit(&browser, &lab, "/");
    below(&browser);
    browser.await_element("form.run");
    assert_eq!(browser.run(shown, &["form.run"]), 1, "a form is of no use on paper");
}

#[test]
fn a_seed_is_shown_as_it_is_however_large() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    visit(&browser, &lab, "/");
    below(&browser);
    let seed = u64::MAX.to_string();
    browser.fill("[data-form=run] input[name=seed]", &seed);
    browser.click("[data-action=run]");
    let session = browser.text(".session[data-status=done] .sentence .line");
    assert!(session.contains(&seed), "{session}");
    // Again, by key: the same seed, so the same keys.
    let first = browser.place();
    browser.run("document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'r', bubbles: true }))", &[]);
    browser.await_element(&format!(
        ".session[data-status=done]:not([data-session='{}'])",
        first.rsplit('/').next().expect("an id")
    ));
    let again = browser.text(".session[data-status=done] .sentence .line");
    assert!(again.contains(&seed) && browser.place() != first, "{again}");
}
