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
    let place = browser.place();
    let shown = place.strip_prefix("/sessions/").unwrap_or_else(|| panic!("{place}"));
    let sentence = browser.text("[data-sentence]");
    assert!(sentence.contains("transcript-signature"), "{sentence}");
    browser.await_element(".rung.caught[data-check=transcript-signature][data-status=failed][data-party=client]");
    browser.await_element("[data-row][data-action=alter]");
    assert_eq!(browser.count("[data-recovered]"), 0, "the attacker read nothing");

    browser.click("[data-action=without]");
    browser.await_element("[data-side=left][data-verdict=stopped]");
    browser.await_element("[data-side=right][data-verdict=split]");
    let beside = format!("/compare?left={shown}&");
    assert!(browser.place().starts_with(&beside), "the session that was shown stays: {}", browser.place());
    browser.await_element("[data-first-difference]:not([data-first-difference=none])");
    let words = browser.text("[data-words]");
    assert!(words.contains("the client's check transcript-signature fails"), "{words}");
    assert!(words.len() < 500, "a sentence for people holds no whole digests: {words}");
    browser.await_element("[data-what=off][aria-label*='transcript-signature is switched off']");
    assert_eq!(browser.complaints(), [""; 0]);
}

/// What a verdict's colour tells is not taken away from the card that is pointed at; what is drawn in text grows with it;
/// and of the phases of a computation each is as long as the time that it took.
#[test]
fn pointing_projecting_and_waiting_are_drawn_as_they_are() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    visit(&browser, &lab, "/");
    browser.await_element("a.exchange[data-verdict=split] .token");
    let repaints = "const card = document.querySelector('a.exchange[data-verdict=split]'); let hovers = 0; let repaints = 0;
        for (const sheet of document.styleSheets) for (const rule of sheet.cssRules) {
          if (!rule.selectorText?.includes(':hover') || !card.matches(rule.selectorText.replaceAll(':hover', ''))) continue;
          hovers += 1;
          if (/border(-top)?(-color)?:/.test(rule.style.cssText)) repaints += 1;
        }
        return [hovers, repaints];";
    let found = browser.run(repaints, &[]);
    assert!(found[0].as_u64() > Some(0), "nothing happens to a card that is pointed at: this sees nothing");
    assert_eq!(found[1], 0, "its edge is another one when it is pointed at");

    let sizes = "const token = document.querySelector('a.exchange .token').getBoundingClientRect().width;
        return [token, parseFloat(getComputedStyle(document.documentElement).fontSize)];";
    let before = browser.run(sizes, &[]);
    browser.run("document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'p', bubbles: true }));", &[]);
    let after = browser.run(sizes, &[]);
    let grown = |i: usize| after[i].as_f64().unwrap_or_default() / before[i].as_f64().unwrap_or(1.0);
    assert!(grown(1) > 1.1, "{before} and {after}");
    assert!((grown(0) / grown(1) - 1.0).abs() < 0.05, "tokens grow as text does: {before} and {after}");

    let id = text(&lab.run("dh-weak:short,bits=96/crack")["session"]);
    visit(&browser, &lab, &format!("/sessions/{id}"));
    browser.await_element(".phases [data-end=finished] .share");
    let phases = "return [...document.querySelectorAll('.phases li')].map((phase) => {
          const share = phase.querySelector('.share');
          const [, number, unit] = /([0-9.]+) (\\S+)/.exec(phase.querySelector('.time').textContent) ?? [];
          return [Number(getComputedStyle(share).getPropertyValue('--share')), Number(number) * { 's': 1e6, 'ms': 1e3, 'µs': 1 }[unit]];
        });";
    let phases = browser.run(phases, &[]);
    let phases: Vec<(f64, f64)> = phases
        .as_array()
        .expect("phases")
        .iter()
        .map(|phase| (phase[0].as_f64().expect("a share"), phase[1].as_f64().expect("a time")))
        .collect();
    let longest = phases.iter().map(|(_, time)| *time).fold(0.0, f64::max);
    assert!(phases.len() > 1 && phases.iter().any(|(share, _)| *share < 0.9), "{phases:?}");
    for (share, time) in &phases {
        assert!((share - time / longest).abs() < 0.1, "{share} of the room for {time} of {longest}");
    }
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

/// Neither a script nor markup from text, whoever might try: the page's policy closes it, and the browser says so.
fn nothing_gets_in(browser: &Browser) {
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

    // Were there a way in after all, the page's policy would close it, and the browser say so.
    nothing_gets_in(&browser);
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
    // What this page holds of the old lab stays, and says whose it is.
    browser.await_element("[data-status=gone]");
    assert!(browser.count(&format!(".session[data-session='{old}'][data-verdict=private] [data-row]")) > 0);
    browser.click("[data-status=gone] a");
    for (scenario, verdict) in MISSION {
        browser.await_element(&format!(".cell[data-scenario='{scenario}'][data-verdict={verdict}]"));
    }
    browser.await_element(".cell[data-scenario='dh/relay'][data-status=not-run]");
    assert_eq!(browser.count(&format!("[data-session='{old}']")), 0);
}

#[test]
fn the_page_speaks_the_language_that_was_chosen_in_it() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    let id = lab.play("ecdh-cert/forge-expired");
    lab.judged(&id);
    visit(&browser, &lab, &format!("/sessions/{id}"));
    let told = |selector: &str, language: &str, texts: &[&str]| {
        browser.await_element(&format!("html[lang={language}] .session[data-verdict=stopped] {selector}"));
        let found = browser.text(selector);
        assert!(texts.iter().all(|text| found.contains(text)), "{texts:?} in {found}");
    };
    told("[data-sentence]", "en", &["The client stopped at cert-validity: the certificate has expired"]);
    browser.click("[data-action=language]");
    told("[data-sentence]", "de", &["Der Client stoppte bei cert-validity: das Zertifikat ist abgelaufen"]);
    told(".rung.caught", "de", &["stoppte ihn", "verlangt", "gefunden"]);
    told("#certificates", "de", &["das Zertifikat ist abgelaufen", "Vertrauensanker"]);
    // It is kept here, and an address may ask for another.
    visit(&browser, &lab, &format!("/sessions/{id}"));
    told("[data-sentence]", "de", &["das Zertifikat ist abgelaufen"]);
    visit(&browser, &lab, &format!("/sessions/{id}?lang=en"));
    told("[data-sentence]", "en", &["the certificate has expired"]);
    assert_eq!(browser.complaints(), [""; 0]);
}

/// The first page shows the whole board at once: large families are one column until they are asked for, and a mode one row.
#[test]
fn the_board_folds_and_begins_afresh() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    browser.screen(1366, 768);
    visit(&browser, &lab, "/");
    browser.await_element(".cell[data-scenario='dh/substitute'][data-verdict=split]");
    let top = "return document.querySelector(\".cell[data-scenario='dh/substitute']\").getBoundingClientRect().bottom";
    let bottom = browser.run(top, &[]).as_f64().unwrap_or(f64::MAX);
    assert!(bottom < 768.0, "the first verdict of the board is below the first screen: {bottom}");
    assert_eq!(browser.count(".cell[data-scenario='ecdh-cert/forge-name']"), 0);
    browser.click(".cell[data-group=certificates][data-at^='4-'], .cell.folded.open[data-group=certificates]");
    browser.await_element(".cell[data-scenario='ecdh-cert/forge-name'][data-status=not-run]");
    browser.click("[data-fold=certificates][aria-expanded=true]");
    browser.await_element("[data-fold=certificates][aria-expanded=false]");
    assert_eq!(browser.count(".cell[data-scenario='dh-weak:smooth/crack']"), 0);
    browser.click("[data-fold=dh-weak]");
    browser.await_element(".cell[data-scenario='dh-weak:smooth/crack']");
    browser.click("[data-action=fresh]");
    browser.await_element(".cell[data-scenario='dh/substitute'][data-status=not-run]");
    browser.click("[data-action=whole]");
    browser.await_element(".cell[data-scenario='dh/substitute'][data-verdict=split]");
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

/// What there is can be found without knowing where: in lists, by a few letters, by a filter.
#[test]
fn everything_is_found_by_its_list_by_a_few_letters_or_by_a_filter() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    for (list, entry) in [("modes", "ecdh-cert"), ("attacks", "misbind"), ("checks", "cert-name")] {
        visit(&browser, &lab, &format!("/{list}"));
        browser.await_element(&format!(".index[data-list={list}] [data-entry='{entry}'] a[href='/{list}/{entry}']"));
    }
    visit(&browser, &lab, "/terms");
    browser.await_element("#term-canary");
    browser.press("/");
    browser.await_element(".palette input");
    let typed = "const input = document.querySelector('.palette input'); input.value = arguments[0];
        input.dispatchEvent(new InputEvent('input', { bubbles: true }));";
    browser.run(typed, &["mutual/misbind~id"]);
    browser.await_element(".palette li[aria-selected=true][data-kind=scenario]");
    browser.run(
        "document.querySelector('.palette input').dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));",
        &[],
    );
    browser.await_element(".session[data-verdict=misbound]");

    visit(&browser, &lab, "/sessions?filter=mode:dh%20verdict:split");
    browser.await_element("[data-list=sessions] [data-scenario='dh/substitute'][data-verdict=split]");
    assert_eq!(browser.count("[data-list=sessions] li:not([data-verdict=split])"), 0);
    visit(&browser, &lab, "/sessions");
    for scenario in ["dh/substitute", "ecdh-cert/substitute"] {
        browser.click(&format!("[data-scenario='{scenario}'] input[type=checkbox]"));
    }
    browser.click("[data-action=compare]");
    browser.await_element("[data-side=left][data-scenario='dh/substitute']");
    browser.await_element("[data-side=right][data-scenario='ecdh-cert/substitute']");
    assert_eq!(browser.complaints(), [""; 0]);
}

/// On the stage a session goes by row by row, on one screen without scrolling; nothing of what comes later is told before,
/// and at its end stands the verdict.
#[test]
fn the_stage_shows_a_session_row_by_row_on_one_screen() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    let scenarios = [
        "dh/substitute",
        "ecdh-cert/substitute",
        "ecdh-mutual/misbind~identity-binding",
        "ecdh-cert/tamper~record-auth",
        "dh-weak:short/eavesdrop",
    ];
    for scenario in scenarios {
        let id = lab.play(scenario);
        lab.judged(&id);
        for (width, height) in [(1366, 768), (1920, 1080)] {
            browser.screen(width, height);
            visit(&browser, &lab, &format!("/sessions/{id}"));
            browser.await_element(".session[data-status=done] [data-action=stage]");
            browser.press("f");
            browser.await_element(".stage[data-row='1']");
            let rows: usize = text(&browser.run("return document.querySelector('.stage').dataset.rows", &[]))
                .parse()
                .expect("a number");
            for row in 1..=rows + 1 {
                browser.await_element(&format!(".stage[data-row='{row}']"));
                assert!(browser.place_within().ends_with(&format!("#row={row}")), "{}", browser.place_within());
                let over = browser.run("return document.documentElement.scrollHeight - innerHeight", &[]);
                assert!(
                    over.as_i64() <= Some(1),
                    "{scenario}, row {row} of {rows} at {width}×{height}: {over} too high"
                );
                assert_eq!(
                    browser.count(".stage .badge [data-verdict], .stage .badge[data-verdict]") > 0,
                    row > rows,
                    "{scenario}, row {row}"
                );
                browser.press("PageDown");
            }
            browser.press("Home");
            browser.await_element(".stage[data-row='1']");
            browser.press("Escape");
            browser.await_element(".session [data-sentence]");
        }
    }
    // What each of them believes stands beside what is so, from the row on in which it came to believe it.
    let id = lab.play("ecdh-mutual/misbind~identity-binding");
    lab.judged(&id);
    visit(&browser, &lab, &format!("/sessions/{id}#row=1"));
    browser.await_element(".stage[data-row='1']");
    assert_eq!(browser.count(".plate [data-belief]"), 0);
    browser.press("End");
    browser.await_element(".plate[data-party=server] .wrong[data-belief='mallory.lab'][data-truth=client]");
    browser.await_element(".plate[data-party=client] .right[data-belief='bob.lab'][data-truth=server]");
    // It plays by itself to its end.
    browser.press("Home");
    browser.press("s");
    browser.await_element("[data-action=slow][aria-pressed=true]");
    browser.press(" ");
    browser.await_element("[data-action=play][aria-pressed=true]");
    browser.await_element(".stage[data-row='2']");
    assert_eq!(browser.complaints(), [""; 0]);
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
    nothing_gets_in(&browser);

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
    // It is not offered there, and refused where it is asked for all the same.
    browser.await_element("[data-form=run] select[name=attack] option[value=forge-name]:disabled");
    browser.await_element("[data-form=run] select[name=attack] optgroup option[value=substitute]:enabled");
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

#[test]
fn a_cell_keeps_its_own_verdict_whatever_runs_beside_it() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    lab.mission();
    visit(&browser, &lab, "/");
    let kept = |browser: &Browser| {
        browser.await_element(
            ".cell[data-scenario='ecdh-cert/substitute'][data-verdict=stopped][data-variations='1'] .corner-mark",
        );
        browser.await_element(".cell[data-scenario='dh-weak:short/crack'][data-verdict=read][data-variations='1']");
    };
    lab.run("ecdh-cert/substitute~transcript-signature");
    lab.run("dh-weak:short,bits=64/crack");
    kept(&browser);
    // And so it is for somebody who comes later.
    visit(&browser, &lab, "/sessions");
    visit(&browser, &lab, "/");
    kept(&browser);
    assert_eq!(browser.count(".cell[data-scenario='dh/substitute'] .corner-mark"), 0);
    // A cell that does not apply says why, once.
    browser.click(".cell[data-scenario='dh/low-order']");
    let why = browser.text(".why");
    assert_eq!(why.matches("does not apply").count(), 1, "{why}");
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

#[test]
fn out_of_touch_nothing_is_said_that_was_not_loaded() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    let [split, ..] = lab.mission().map(|session: Value| text(&session["session"]));
    visit(&browser, &lab, "/");
    browser.await_element(&format!(".exchange[data-session='{split}']"));
    drop(lab);
    browser.await_element("html:not([data-live=open])");
    browser.click(&format!(".exchange[data-session='{split}']"));
    browser.await_element(".session[data-unloaded] [data-sentence]");
    browser.await_element(".session[data-unloaded] .empty");
    let said = browser.text(".session");
    assert!(said.contains("was not loaded"), "{said}");
    assert!(!said.contains("has not finished") && !said.contains("No event"), "{said}");
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
    browser.await_element("form.run");
    assert_eq!(browser.run(shown, &["form.run"]), 1, "a form is of no use on paper");
}

#[test]
fn a_seed_is_shown_as_it_is_however_large() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    visit(&browser, &lab, "/");
    browser.await_element("[data-form=run] input[name=seed]");
    let seed = u64::MAX.to_string();
    let fill = "const it = document.querySelector('[data-form=run] input[name=seed]');
        it.value = arguments[0]; it.dispatchEvent(new Event('input', { bubbles: true }))";
    browser.run(fill, &[&seed]);
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

#[test]
fn no_two_landmarks_of_a_page_have_one_name_and_no_label_hides_what_is_seen() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    let [.., stopped] = lab.mission().map(|session: Value| text(&session["session"]));
    lab.run("ecdh-cert/substitute~transcript-signature");
    visit(&browser, &lab, &format!("/sessions/{stopped}"));
    browser.click(".all-events summary");
    browser.await_element(".all-events [role=region]");
    let names = "return [...document.querySelectorAll('[role=region], nav, section[aria-label], aside')]
        .map((it) => it.getAttribute('aria-label') ?? it.getAttribute('aria-labelledby')).filter((name) => name !== null).sort()";
    let names = browser.run(names, &[]);
    let names: Vec<&str> = names.as_array().expect("names").iter().filter_map(Value::as_str).collect();
    assert!(names.len() > 3 && names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");

    visit(&browser, &lab, "/");
    browser.await_element(".cell[data-variations] .mark");
    // WCAG 2.2, 2.5.3: what is seen on a control, and not hidden from a screen reader, is in its name.
    let hidden = "return [...document.querySelectorAll('button[aria-label], a[aria-label]')].filter((it) => {
            const seen = it.cloneNode(true);
            seen.querySelectorAll('[aria-hidden=true]').forEach((part) => part.remove());
            return !it.getAttribute('aria-label').toLowerCase().includes(seen.textContent.trim().toLowerCase());
        }).map((it) => it.outerHTML.slice(0, 200))";
    assert_eq!(browser.run(hidden, &[]), Value::Array(vec![]));
}

#[test]
fn a_computation_that_was_cut_off_is_neither_privacy_nor_finished() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::start(&["--ephemeral", "--listen", "127.0.0.1:0", "--deadline", "10"]);
    let id = text(&lab.run("dh-weak:short,bits=224/crack")["session"]);
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
    assert_eq!(browser.complaints(), [""; 0]);
}
