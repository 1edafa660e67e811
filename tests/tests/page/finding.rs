//! What there is, and how it is found.

use super::*;

/// Answers for a lab that keeps ten thousand sessions, in place of the one that is asked: all like the newest one that this has,
/// each a second older than the one before.
const TEN_THOUSAND: &str = "const like = JSON.parse(arguments[0]), all = 10000, asked = window.fetch;
    const one = (i) => ({ ...like, session: `many-${i}`, started: like.started - 1000 * i, ended: like.ended - 1000 * i });
    window.fetch = (path, options) => {
      const url = new URL(path, location.href);
      if (url.pathname !== '/api/sessions' || options?.method === 'POST') return asked(path, options);
      const from = Number(url.searchParams.get('after') ?? 0), until = Math.min(all, from + Number(url.searchParams.get('limit')));
      const sessions = Array.from({ length: until - from }, (_, i) => one(from + i));
      return Promise.resolve(new Response(JSON.stringify({ sessions, next: until < all ? String(until) : null })));
    };";

#[test]
fn ten_thousand_sessions_are_a_list_like_any_other() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    lab.mission();
    let like = lab.run("dh/relay");
    visit(&browser, &lab, "/");
    browser.run(TEN_THOUSAND, &[&like.to_string()]);
    browser.click(".places a[href='/sessions']");
    browser.await_element("[data-session^='many-']");
    browser.click("[data-action=older]");
    // Down to the end: each time that the end comes near, more comes.
    let down = "const done = arguments[0];
        const go = () => {
          const count = Number(document.querySelector('[data-count]').dataset.count);
          if (count >= 10000) return done([count, document.querySelectorAll('[data-list] li').length]);
          scrollTo(0, document.documentElement.scrollHeight);
          requestAnimationFrame(go);
        };
        go();";
    let found = browser.run_until_done(down, &[]);
    assert!(found[0].as_u64() >= Some(10_000), "{found}");
    assert!(found[1].as_u64() < Some(200), "as many rows are drawn as there is room for: {found}");
    browser.run("scrollTo(0, document.documentElement.scrollHeight)", &[]);
    browser.await_element("[data-session='many-9999']");
    // Narrowed and back, and where somebody was on the way back from a session.
    let there = "const done = arguments[0];
        scrollTo(0, 200000);
        requestAnimationFrame(() => requestAnimationFrame(() => done(Math.round(scrollY))));";
    let place = browser.run_until_done(there, &[]);
    let shown = "return [...document.querySelectorAll('[data-list] li')].find((it) => it.getBoundingClientRect().top > 100).dataset.session";
    browser.await_element("[data-list] li");
    let session = text(&browser.run(shown, &[]));
    // By key: for a click somebody would have to go up first.
    browser.press("m");
    browser.await_element("html[data-page=matrix]");
    browser.run("history.back()", &[]);
    browser.await_element("html[data-page=sessions]");
    browser.await_element(&format!("[data-session='{session}']"));
    assert_eq!(browser.run("return Math.round(scrollY)", &[]), place);
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
    // An entry begins with what it is seen by: how it holds beside how it breaks, and a drawing; of a mode that nobody has
    // played, its table's.
    visit(&browser, &lab, "/modes/pake");
    browser.await_element("[data-entry=pake] [data-pair] .diagram [data-row][data-action=forward]");
    visit(&browser, &lab, "/checks/transcript-signature");
    browser.await_element("[data-pair='2'] .exchange[data-scenario='ecdh-cert/substitute'][data-verdict=stopped]");
    browser.await_element("[data-pair='2'] .diagram .row.stop");
    browser.await_element("[data-pair='2'] .exchange[data-scenario$='~transcript-signature'][data-status=not-run]");
    browser.click("[data-action=pair]");
    browser.await_element("[data-side=left][data-verdict=stopped]");
    browser.await_element("[data-side=right][data-verdict=split]");
    visit(&browser, &lab, "/checks/transcript-signature");
    browser.await_element("[data-pair='2'] .exchange[data-scenario$='~transcript-signature'][data-verdict=split]");

    visit(&browser, &lab, "/terms");
    browser.await_element("#term-canary");
    browser.press("/");
    browser.fill(".palette input", "mutual/misbind~id");
    browser.await_element(".palette li[aria-selected=true][data-kind=scenario]");
    browser.run(
        "document.querySelector('.palette input').dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));",
        &[],
    );
    // Whom a victim takes its peer for stands above its lane, where there is room.
    browser.screen(1366, 768);
    browser.await_element(".session[data-verdict=misbound] .lane.server .believes.wrong");
    browser.await_element(".session[data-verdict=misbound] .lane.client .believes.right");

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
