//! The first page: the mission, the board, what runs.

use super::*;

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

/// Addresses of what was asked for to show the page, each with the octets that came for it: none, where the browser had it.
fn asked(browser: &Browser) -> Vec<(String, u64)> {
    let asked = "return ['navigation', 'resource'].flatMap((kind) => performance.getEntriesByType(kind))
        .map(({ name, transferSize }) => [new URL(name).pathname, transferSize])";
    let asked = browser.run(asked, &[]);
    let octets = |entry: &Value| (text(&entry[0]), entry[1].as_u64().expect("octets"));
    asked.as_array().expect("a list").iter().map(octets).collect()
}

#[test]
fn the_first_page_is_light_and_asks_for_no_file_twice() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    lab.mission();
    for language in ["en", "de"] {
        let shown = || {
            browser.await_element("html[data-live=open]");
            browser.await_element(".cell[data-scenario='dh/substitute'][data-verdict=split]");
            asked(&browser)
        };
        browser.screen(1366, 768);
        browser.go(&format!("http://{}/?lang={language}", lab.address));
        let first = shown();
        // The live stream is not among them before it ends.
        assert!(first.len() + 1 < 20, "{language}: {} requests: {first:?}", first.len() + 1);
        let octets: u64 = first.iter().map(|(_, octets)| octets).sum();
        assert!(octets < 100_000, "{language}: {octets} octets: {first:?}");
        assert!(
            first.iter().any(|(path, octets)| path.ends_with("/app.js") && *octets > 0 || language == "de"),
            "{first:?}"
        );
        assert!(first.iter().all(|(path, _)| !path.ends_with("/later.js")), "{first:?}");

        browser.reload();
        let files: Vec<_> = shown().into_iter().filter(|(path, _)| path.starts_with("/static/")).collect();
        assert!(files.len() >= 3, "{files:?}");
        let again: Vec<_> = files.into_iter().filter(|(_, octets)| *octets > 0).collect();
        assert_eq!(again, [], "asked for again");
    }
    // What is below comes when somebody goes there.
    below(&browser);
    browser.await_element("[data-form=run]");
    assert!(asked(&browser).iter().any(|(path, _)| path.ends_with("/later.js")));
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
    browser.click(".cell[data-group=certificates][data-at^='4,'], .cell.folded.open[data-group=certificates]");
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

    // One tabulator leads to the cells, and arrows from there, up to the heads of the columns too.
    let at = || text(&browser.run("return document.activeElement.dataset.at ?? ''", &[]));
    browser.run("document.querySelector(\".cell[data-at='0,0']\").focus()", &[]);
    for (key, there) in
        [("\u{e014}", "0,1"), ("\u{e013}", "-1,1"), ("\u{e014}", "-1,2"), ("\u{e015}", "0,2"), ("\u{e011}", "0,0")]
    {
        browser.strike(&[key]);
        assert_eq!(at(), there);
    }
    assert_eq!(browser.count(".matrix :is(thead a, .cell[tabindex='0']):not([tabindex='-1'])"), 1);

    // The way back from a session leads to its cell; what comes of what is run from there is told to whoever does not see it.
    browser.run("document.querySelector(\".cell[data-scenario='dh/substitute']\").focus()", &[]);
    browser.strike(&["\u{e007}"]);
    browser.await_element(".session[data-scenario='dh/substitute']");
    browser.run("history.back()", &[]);
    let there = "const [done] = arguments; const look = () => (document.activeElement?.dataset.scenario === 'dh/substitute' ? done(true) : setTimeout(look, 20)); look();";
    assert_eq!(browser.run_until_done(there, &[]), Value::Bool(true));
    browser.press("r");
    browser.await_element("[role=status][data-came]:not(:empty)");
    let came = browser.text("[data-came]");
    assert!(came.starts_with("dh/substitute: Split"), "{came}");
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn a_scenario_that_cannot_be_is_refused_by_name_until_another_is_chosen() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    visit(&browser, &lab, "/");
    below(&browser);
    let choose = |name: &str, value: &str| browser.fill(&format!("[data-form=run] select[name={name}]"), value);
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
