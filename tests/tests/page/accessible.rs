//! What axe-core (Deque's rules for WCAG) finds: nothing, on every page, in both languages and themes, on a desktop, a phone and a
//! projector; and no page is wider than any of them, nor a text than the drawing that it stands in.

use super::*;
use std::{env, fs};

/// axe, where `tests/run` put it: beside the profile's directory.
fn axe() -> Option<String> {
    let test = env::current_exe().expect("the test's own path");
    let target = test.ancestors().nth(3).expect("target/<profile>/deps/<test>");
    let axe = fs::read_to_string(target.join("axe/node_modules/axe-core/axe.min.js")).ok();
    if axe.is_none() {
        let hint = "the pages were not looked at: axe is missing (npm install --prefix target/axe axe-core)";
        assert!(env::var_os("CI").is_none(), "{hint}");
        println!("{hint}");
    }
    axe
}

/// Looks at the page that is shown, by all rules or by this one; each violation with the elements that have it.
const LOOK: &str = "const [rule, done] = arguments;
    axe.run(document, { resultTypes: ['violations'], ...(rule ? { runOnly: [rule] } : {}) }).then(
      ({ violations }) => done(violations.flatMap(({ id, nodes }) => nodes.map(({ target, html }) => `${id}: ${target.join(' ')}: ${html.slice(0, 120)}`))),
      (error) => done([String(error)]));";

/// By how much the page is wider than the window.
const WIDER: &str = "const { documentElement: page } = document; return page.scrollWidth - page.clientWidth;";

/// What stands in a drawing beyond its edge, where it is cut off.
const CUT: &str = "const beyond = (text) => {
      const [edge, own] = [text.ownerSVGElement, text].map((it) => it.getBoundingClientRect());
      return own.width > 0 && edge.width > 0 && (own.left < edge.left - 1 || own.right > edge.right + 1);
    };
    return [...document.querySelectorAll('svg text')].filter(beyond).map((text) => text.textContent);";

/// What stands over something else above the lanes of a drawing.
const OVER: &str = "const boxes = (svg) => [...svg.querySelectorAll('.lane text')].map((text) => [text.textContent, text.getBoundingClientRect()]);
    const meet = ([, one], [, other]) => Math.min(one.right, other.right) - Math.max(one.left, other.left) > 1
      && Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 4;
    const pairs = (all) => all.flatMap((one, i) => all.slice(i + 1).filter((other) => meet(one, other)).map((other) => `${one[0]} / ${other[0]}`));
    return [...document.querySelectorAll('.diagram > svg')].flatMap((svg) => pairs(boxes(svg)));";

/// Width, height, and the size that the page is switched to.
const SCREENS: [(u32, u32, &str); 3] = [(1366, 768, ""), (390, 844, ""), (1920, 1080, "projector")];

#[test]
fn axe_finds_nothing_on_any_page_and_none_is_too_wide() {
    let (Some(browser), Some(axe)) = (Browser::open(), axe()) else { return };
    let lab = Lab::ephemeral();
    let [split, read, stopped] = lab.mission().map(|session: Value| text(&session["session"]));
    let session = |id: &str| format!("/sessions/{id}");
    let pages = [
        ("/".to_owned(), ".exchange[data-verdict=split]"),
        ("/sessions".to_owned(), "main h1"),
        (session(&split), ".drawn [data-row]"),
        (session(&read), ".drawn [data-row]"),
        (format!("/sessions/{stopped}#frame-2-before-4"), ".octets .parts"),
        (format!("/sessions/{split}#row=1"), ".stage"),
        (format!("/compare?left={stopped}&right={split}"), "[data-side=right][data-verdict=split]"),
        ("/cracking".to_owned(), "main h1"),
        ("/modes".to_owned(), "main h1"),
        ("/modes/ecdh-cert".to_owned(), "main h1"),
        ("/attacks/substitute".to_owned(), "main h1"),
        ("/checks/cert-name".to_owned(), "main h1"),
        ("/terms".to_owned(), "main h1"),
        ("/class".to_owned(), "[data-class=none]"),
        ("/present".to_owned(), ".lessons [data-lesson]"),
        ("/challenges".to_owned(), "main h1"),
        ("/nowhere".to_owned(), "main h1"),
    ];
    let mut found = Vec::new();
    for language in ["en", "de"] {
        browser.go(&format!("http://{}/healthz", lab.address));
        browser.run("localStorage.setItem('lang', arguments[0])", &[language]);
        for (path, there) in &pages {
            browser.go(&format!("http://{}/healthz", lab.address));
            browser.go(&format!("http://{}{path}", lab.address));
            browser.await_element(there);
            browser.run(&axe, &[]);
            for (width, height, size) in SCREENS {
                browser.screen(width, height);
                browser.run("document.documentElement.dataset.size = arguments[0]", &[size]);
                browser.draw();
                let over = browser.run(WIDER, &[]);
                if over != 0 {
                    found.push(format!("{path} {language} {width}: {over} px too wide"));
                }
                let cut = browser.run(CUT, &[]);
                let cut = cut.as_array().expect("a list").iter();
                found.extend(cut.map(|it| format!("{path} {language} {width}: cut off: {}", text(it))));
                let over = browser.run(OVER, &[]);
                let over = over.as_array().expect("a list").iter();
                found.extend(over.map(|it| format!("{path} {language} {width}: one over the other: {}", text(it))));
                // What depends on the theme is contrast alone.
                for (theme, rule) in [("light", ""), ("dark", "color-contrast")] {
                    browser.run("document.documentElement.dataset.theme = arguments[0]", &[theme]);
                    let violations = browser.run_until_done(LOOK, &[rule]);
                    let violations = violations.as_array().expect("a list").iter();
                    found.extend(violations.map(|it| format!("{path} {language} {theme} {width}: {}", text(it))));
                }
            }
        }
    }
    assert!(found.is_empty(), "{} violations, the first:\n{}", found.len(), found[..found.len().min(20)].join("\n"));
    // It finds what is there to be found.
    browser.run("document.querySelector('main').append(document.createElement('button'))", &[]);
    let planted = browser.run_until_done(LOOK, &[""]).to_string();
    assert!(planted.contains("button-name"), "{planted}");
    browser.go(&format!("http://{}{}", lab.address, session(&split)));
    browser.await_element(".drawn [data-row] text");
    browser.run("document.querySelector('.drawn [data-row] text').textContent = 'x'.repeat(400)", &[]);
    assert_eq!(browser.run(CUT, &[]).as_array().map(Vec::len), Some(1));
    browser.run("document.querySelector('.drawn .lane text').textContent = 'x'.repeat(60)", &[]);
    assert_ne!(browser.run(OVER, &[]).as_array().map(Vec::len), Some(0));
}
