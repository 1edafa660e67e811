//! The attacker's hand on the page: each frame decided about, by keyboard alone.

use crate::visit;
use serde_json::{Value, json};
use support::{
    browser::Browser,
    serving::{Lab, text},
};

const TAB: &str = "\u{E004}";
const ENTER: &str = "\u{E007}";
const CONTROL: &str = "\u{E009}";

/// Goes from control to control until the one with the focus is the wanted one.
fn tab_to(browser: &Browser, selector: &str) {
    browser.await_element(selector);
    let there = "return document.activeElement.matches(arguments[0])";
    let found = (0..200).any(|_| {
        browser.strike(&[TAB]);
        browser.run(there, &[selector]) == true
    });
    assert!(found, "{selector} cannot be reached by keyboard");
}

#[test]
fn a_session_is_steered_by_keyboard_alone_and_played_again_from_one_of_its_frames() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    let id = text(&lab.run("ecdh-cert/relay")["session"]);
    visit(&browser, &lab, &format!("/sessions/{id}"));
    tab_to(&browser, "[data-action=step]");
    browser.strike(&[ENTER]);
    browser.await_element(".grip[data-held=client-hello]");
    browser.await_element(".diagram .row[data-action=hold]");
    let first = browser.place();
    assert!(browser.count(".grip [data-field]") >= 3, "its fields are shown");
    // Altered without an alteration: the first field is there to be altered.
    browser.strike(&["a"]);
    assert_eq!(browser.run("return document.activeElement.dataset.field", &[]), "session");
    tab_to(&browser, ".grip [data-field=random]");
    browser.chord(CONTROL, "a");
    browser.strike(&["s", "h", "o", "r", "t", ENTER]);
    browser.await_element(".grip .fault:not(:empty)");
    assert!(browser.text(".grip .fault").contains("random"), "{}", browser.text(".grip .fault"));
    browser.chord(CONTROL, "a");
    browser.strike(&vec!["A"; 43]);
    browser.strike(&[ENTER]);
    browser.await_element(".grip[data-held=server-hello]");
    browser.strike(&["f"]);
    browser.await_element(".grip[data-held=certificate]");
    assert_eq!(browser.place(), first, "a key of the hand is nothing else");
    browser.strike(&["r"]);
    browser.await_element(".session[data-status=done][data-verdict=stopped]");
    assert_eq!(browser.count(".grip"), 0);
    assert_eq!(browser.count(".decided li"), 3);
    browser.await_element("[data-action=script]");
    // Again from the second frame on, as the attack would.
    tab_to(&browser, "[data-again='1']");
    browser.strike(&[ENTER]);
    browser.await_element(".grip[data-held=server-hello]");
    assert_ne!(browser.place(), first);
    assert_eq!(browser.count(".decided li[data-decided=alter]"), 1, "the first was decided about as before");
    browser.strike(&["p"]);
    browser.await_element(".grip[data-held=certificate]");
    browser.strike(&["r"]);
    browser.await_element(".session[data-status=done][data-verdict=stopped]");
    let complaints = browser.complaints();
    assert!(complaints.len() == 1 && complaints[0].contains("400"), "the one value that was none: {complaints:?}");
}

#[test]
fn the_hand_fits_on_a_phone_and_at_a_projector() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    let id = text(&lab.run("ecdh/substitute")["session"]);
    visit(&browser, &lab, &format!("/sessions/{id}"));
    browser.click("[data-action=step]");
    browser.await_element(".grip [data-proposed=share]");
    for (width, height) in [(390, 844), (1366, 768), (1920, 1080)] {
        browser.screen(width, height);
        let over = browser.run("return document.documentElement.scrollWidth - innerWidth", &[]);
        assert!(over.as_f64().expect("pixels") <= 0.0, "{over} wider than {width}");
        let bottom = "return document.querySelector('.grip .actions').getBoundingClientRect().bottom - innerHeight";
        assert!(browser.run(bottom, &[]).as_f64().expect("pixels") <= 0.0, "decided without scrolling at {width}");
    }
    // What stands above all says that it is held, and where.
    let said = browser.text("[data-sentence]");
    assert_eq!(said, "Held by hand in row 1: the client's client-hello waits to be passed on, altered or dropped.");
    // The same hand on the stage, which goes along.
    browser.click("[data-action=stage]");
    for held in ["client-hello", "server-hello"] {
        browser.await_element(&format!(".stage .grip[data-held={held}]"));
        for (width, height) in [(1366, 768), (1920, 1080)] {
            browser.screen(width, height);
            let over = browser.run("return document.documentElement.scrollHeight - innerHeight", &[]);
            assert!(over.as_i64() <= Some(1), "{held} at {width}×{height}: {over} too high");
        }
        let said = browser.text(".stage [data-said]");
        let row = text(&browser.run("return document.querySelector('.stage').dataset.rows", &[]));
        assert!(said.contains(&format!("in row {row}:")) && said.contains(held), "{said}");
        browser.press("p");
    }
    browser.await_element(".stage .grip:not([data-held='']):not([data-held=server-hello])");
    browser.press("r");
    browser.await_element(".stage:not(:has(.grip))");
    browser.press("End");
    browser.await_element(".stage.broken .badge[data-verdict=split], .stage.broken .badge [data-verdict=split]");
}

/// What somebody did in the attacker's place says nothing of the attack: it stands in the list, and in no cell and on no card.
#[test]
fn a_session_by_hand_takes_no_place_on_the_board() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    let [.., own] = lab.mission().map(|session: Value| text(&session["session"]));
    visit(&browser, &lab, "/");
    browser.await_element(&format!(".cell[data-scenario='ecdh-cert/substitute'][data-session='{own}']"));
    let begun = json!({ "scenario": "ecdh-cert/substitute", "step": true });
    let answer = support::http::post(lab.address, "/api/sessions", &begun.to_string());
    assert_eq!(answer.status, 202, "{answer:?}");
    let by_hand = text(&answer.json()["sessions"][0]["session"]);
    browser.await_element(&format!("[data-list=sessions] [data-session='{by_hand}']"));
    support::http::post(lab.address, &format!("/api/sessions/{by_hand}/cancel"), "{}");
    browser.await_element(&format!("[data-list=sessions] [data-session='{by_hand}'][data-status=done]"));
    let shown = ".cell[data-scenario='ecdh-cert/substitute'], .exchange[data-scenario='ecdh-cert/substitute']";
    let sessions = "return [...document.querySelectorAll(arguments[0])].map((it) => it.dataset.session)";
    assert_eq!(browser.run(sessions, &[shown]), json!([own, own]));
}
