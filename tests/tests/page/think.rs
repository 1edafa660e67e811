//! The attacker thinks: predicted, searched, drawn and performed; and a table of a student's own.

use super::*;
use serde_json::json;
use support::http::post;

#[test]
fn what_the_attacker_finds_is_predicted_drawn_and_performed() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    visit(&browser, &lab, "/modes/ecdh-mutual");
    browser.await_element("[data-action=think][disabled]");
    browser.click("[name=predicted][value=none]");
    browser.click("[data-action=think]:not([disabled])");
    browser.await_element(".found[data-result=none][data-right=true]");
    // What the table grants by itself was not sought, and that is said.
    let granted = browser.run("return document.querySelector('[data-granted]').textContent", &[]);
    assert!(text(&granted).contains("injectivity-client"), "{granted}");
    browser.click(".think details summary");
    browser.click("[name=identity-binding]");
    browser.click("[data-action=think]");
    browser.await_element(".found[data-result=attack][data-right=false] .diagram [data-action=alter]");
    for (width, height) in [(390, 844), (1366, 768)] {
        browser.screen(width, height);
        let over = browser.run("return document.documentElement.scrollWidth - innerWidth", &[]);
        assert!(over.as_i64() <= Some(0), "{over} too wide at {width}");
    }
    browser.click("[data-action=perform]");
    browser.await_element(".session[data-verdict=misbound]");
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn a_table_of_ones_own_is_looked_at_and_what_is_none_is_refused_by_its_line() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    for (body, status, field) in [
        (json!({ "mode": "none" }), 400, "mode"),
        (json!({ "table": "mode x\nnonsense" }), 400, "table"),
        (json!({ "mode": "dh", "table": "mode x" }), 400, "mode"),
        (json!({ "mode": "dh", "goals": ["glory"] }), 400, "goals"),
        (json!({ "mode": "dh", "sessions": "9+9" }), 400, "sessions"),
    ] {
        let answer = post(lab.address, "/api/exploration", &body.to_string());
        assert_eq!((answer.status, answer.field().as_str()), (status, field), "{body}");
    }
    assert_eq!(post(lab.address, "/api/exploration/performance", "{}").status, 409);
    visit(&browser, &lab, "/modes/psk");
    let edit = |from: &str, to: &str| {
        let edited = "const area = document.querySelector('[name=table]');
            area.value = area.value.split('\\n').map((line) => line.includes(arguments[0]) ? arguments[1] : line).join('\\n');
            area.dispatchEvent(new Event('input', { bubbles: true }));";
        browser.run(edited, &[from, to]);
    };
    browser.await_element("[data-action=think][disabled]");
    browser.await_element("[name=goal] option:nth-child(2)");
    let chosen = "return [...document.querySelectorAll('.think select')].map((list) => list.value)";
    assert_eq!(browser.run(chosen, &[]), json!(["ephemeral", "", "2+2"]));
    let named =
        "return [...document.querySelectorAll('[name=goal] option')].slice(1).every((it) => it.value === it.text)";
    assert_eq!(browser.run(named, &[]), json!(true));
    browser.click("[name=predicted][value=attack]");
    browser.click("[data-action=think]:not([disabled])");
    browser.await_element(".found[data-result=none][data-right=false]");
    browser.click(".think details:nth-of-type(2) summary");
    browser.await_element("[name=table]");
    edit("role-separation", "nonsense");
    browser.click("[data-action=think]");
    browser.await_element(".think .fault:not(:empty)");
    assert!(browser.text(".think .fault").contains("line "), "{}", browser.text(".think .fault"));
    edit("nonsense", "");
    browser.click("[data-action=think]");
    browser.await_element(".found[data-result=attack][data-right=true] .diagram");
    assert_eq!(browser.run("return document.querySelectorAll('[data-action=perform]').length", &[]), json!(0));
    // What was written is there when the table is opened again; another variant has a table of its own, which is open when it comes.
    let table = "return document.querySelector('[name=table]').value";
    let written = browser.run(table, &[]);
    for _ in 0..2 {
        browser.click(".think details:last-of-type summary");
    }
    browser.await_element("[name=table]");
    assert_eq!(browser.run(table, &[]), written);
    let another = "const done = arguments[1], before = document.querySelector('[name=table]').value;
        const list = document.querySelector('.think [name=variant]');
        list.value = arguments[0];
        list.dispatchEvent(new Event('change', { bubbles: true }));
        const look = () => {
            const now = document.querySelector('[name=table]')?.value;
            if (now && now !== before && !now.includes('client_share')) done(now); else requestAnimationFrame(look);
        };
        look();";
    let shown = browser.run_until_done(another, &["psk-only"]);
    assert!(text(&shown).lines().any(|line| line.contains("role-separation")), "{shown}");
    // Of a refusal the browser itself tells.
    let complaints = browser.complaints();
    assert!(complaints.len() == 1 && complaints[0].contains("/api/exploration - Failed"), "{complaints:?}");
}
