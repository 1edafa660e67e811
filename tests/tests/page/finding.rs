//! What there is, and how it is found.

use super::*;

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
