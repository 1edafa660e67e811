//! The page and its lab, while they lose and find each other.

use super::*;
use support::http::get;

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

/// A browser has six connections for a lab: seven windows in view have one stream between them, and when the one that holds it is seen no
/// longer, another takes over.
#[test]
fn the_windows_of_a_browser_that_are_in_view_share_one_connection() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    let viewers = || {
        let told = get(lab.address, "/metrics").body;
        let line = told.lines().find_map(|line| line.strip_prefix("interlock_viewers ")).expect("a line");
        line.parse::<u64>().expect("a number")
    };
    let mut windows = vec![browser.window()];
    visit(&browser, &lab, "/");
    while windows.len() < 7 {
        windows.push(browser.open_window());
        visit(&browser, &lab, "/");
    }
    assert_eq!(viewers(), 1);
    lab.run("dh/substitute");
    for window in &windows {
        browser.look_at(window);
        browser.await_element(".cell[data-scenario='dh/substitute'][data-verdict=split]");
    }
    browser.look_at(&windows[0]);
    browser.hide();
    browser.await_element("html[data-live=connecting]");
    lab.run("ecdh/substitute");
    for window in &windows[1..] {
        browser.look_at(window);
        browser.await_element(".cell[data-scenario='ecdh/substitute'][data-verdict=split]");
        browser.await_element("html[data-live=open]");
    }
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
    browser.await_element(".session[data-verdict=private] [data-row]");
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
fn a_connection_that_is_cut_and_restored_misses_nothing() {
    let Some(browser) = Browser::open() else { return };
    let kept = tempfile::tempdir().expect("a directory");
    let data = kept.path().join("lab.db").display().to_string();
    let lab = Lab::start(&["--data", &data, "--listen", "127.0.0.1:0"]);
    let address = lab.address.to_string();
    let [split, ..] = lab.mission().map(|session: Value| text(&session["session"]));
    visit(&browser, &lab, &format!("/sessions/{split}"));
    browser.await_element(".session[data-verdict=split] [data-row]");
    drop(lab);
    browser.await_element("html[data-live=cut]");
    browser.await_element("[data-trouble=cut]");
    assert!(browser.count(".session[data-verdict=split] [data-row]") > 0, "what is known stays");
    // The same lab again, in which something ran meanwhile.
    let lab = Lab::start(&["--data", &data, "--listen", &address]);
    let missed = text(&lab.run("ecdh/substitute")["session"]);
    browser.await_element("html[data-live=open]");
    assert_eq!(browser.count("[data-trouble], [data-status=gone]"), 0);
    browser.press("m");
    browser.await_element(&format!("[data-list=sessions] [data-session='{missed}'][data-verdict=split]"));
    browser.await_element(".cell[data-scenario='ecdh/substitute'][data-verdict=split]");
    browser.await_element(&format!(".exchange[data-session='{split}'], .exchange[data-verdict=split]"));
}

#[test]
fn out_of_touch_nothing_is_said_that_was_not_loaded() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    let [split, ..] = lab.mission().map(|session: Value| text(&session["session"]));
    visit(&browser, &lab, "/");
    browser.await_element(&format!(".exchange[data-session='{split}']"));
    // Somebody is there: what a click leads to is loaded by now.
    browser.press("Tab");
    browser.await_element("html[data-whole]");
    drop(lab);
    browser.await_element("html:not([data-live=open])");
    browser.click(&format!(".exchange[data-session='{split}']"));
    browser.await_element(".session[data-unloaded] [data-sentence]");
    browser.await_element(".session[data-unloaded] .empty");
    let said = browser.text(".session");
    assert!(said.contains("was not loaded"), "{said}");
    assert!(!said.contains("has not finished") && !said.contains("No event"), "{said}");
}
