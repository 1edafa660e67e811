//! The stage: a session row by row.

use super::*;

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
