//! Two sessions side by side: what can be done about them, and the file that holds both.

use super::{
    hostile::{MARKUP, SCRIPT, nothing_gets_in},
    *,
};
use serde_json::json;
use support::http::post;

/// A scenario with and without one check, judged; the ids.
fn pair(lab: &Lab, scenario: &str, check: &str) -> [String; 2] {
    let body = json!({ "scenario": scenario, "check": check, "seed": 7, "wait": true });
    let answer = post(lab.address, "/api/compare", &body.to_string());
    assert_eq!(answer.status, 200, "{answer:?}");
    let told = answer.json();
    [0, 1].map(|i| text(&told["sessions"][i]["session"]))
}

/// Clicks a link that keeps a file; answers with its address.
fn kept(browser: &Browser, selector: &str) -> String {
    let catch = "delete document.body.dataset.kept;
        addEventListener('click', (event) => {
          const link = event.target.closest('a[download]');
          if (!link) return;
          event.preventDefault();
          document.body.dataset.kept = link.getAttribute('href');
        }, { capture: true, once: true });";
    browser.run(catch, &[]);
    browser.click(selector);
    browser.await_element("body[data-kept]");
    text(&browser.run("return document.body.dataset.kept", &[]))
}

/// Awaits what is said of a file that is not taken in; calls back with it.
const FAULT_OF: &str = "const [name, done] = arguments;
    const look = () => {
      const said = document.querySelector('.history .fault')?.textContent ?? '';
      return said.includes(name) ? done(said) : requestAnimationFrame(look);
    };
    look();";

/// By how much what is shown is wider than the screen; on a desktop and on a phone.
fn too_wide(browser: &Browser) -> [i64; 2] {
    [(1366, 768), (390, 844)].map(|(width, height)| {
        browser.screen(width, height);
        let over = browser.run("return document.documentElement.scrollWidth - innerWidth", &[]);
        over.as_i64().expect("pixels").max(0)
    })
}

#[test]
fn a_comparison_is_one_file_that_shows_both_with_replay_and_no_lab_behind_it() {
    let Some(browser) = Browser::open() else { return };
    let lab =
        Lab::start(&["--ephemeral", "--listen", "127.0.0.1:0", "--client-phrase", SCRIPT, "--server-phrase", MARKUP]);
    let [left, right] = pair(&lab, "ecdh-cert/substitute", "transcript-signature");
    visit(&browser, &lab, &format!("/compare?left={left}&right={right}"));
    let sentences = "return [...document.querySelectorAll('[data-headline], [data-words], [data-side] .because')].map((it) => it.textContent).join('\\n')";
    let drawn =
        "return [...document.querySelectorAll('.sides.drawn [data-row]')].map((it) => it.ariaLabel).join('\\n')";
    browser.await_element("[data-first-difference]:not([data-first-difference=none]) .mark-band");
    browser.await_element("[data-action=json]");
    let live = [sentences, drawn].map(|what| text(&browser.run(what, &[])));
    let address = kept(&browser, "[data-action=html]");
    let answer = lab.get(&address);
    assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
    let folder = tempfile::tempdir().expect("a directory");
    let path = folder.path().join("comparison.html");
    std::fs::write(&path, answer.body).expect("a file");
    // Whoever still watches a lab that ends complains of it.
    browser.go("about:blank");
    drop(lab);

    browser.go(&format!("file://{}", path.display()));
    browser.await_element("[data-first-difference]:not([data-first-difference=none]) .mark-band");
    assert_eq!(browser.count(".mark-band"), 2, "marked on either side");
    assert_eq!([sentences, drawn].map(|what| text(&browser.run(what, &[]))), live, "as on the page");
    browser.await_element("[data-side=left][data-verdict=stopped]");
    browser.await_element("[data-side=right][data-verdict=split]");
    let shown = browser.count(".sides.drawn [data-row]");
    browser.click("[data-action=common]");
    browser.await_element("main:not(:has([data-action=common]))");
    assert!(browser.count(".sides.drawn [data-row]") > shown, "what both have in common is there too");
    assert_eq!(too_wide(&browser), [0, 0]);

    // Each side by itself, row by row, and whole.
    for (side, id, kind) in [("left", &left, "stopped"), ("right", &right, "split")] {
        browser.click(&format!("[data-side={side}] [data-action=replay]"));
        browser.await_element(&format!(".stage[data-session='{id}'][data-row='1']"));
        assert!(browser.place_within().ends_with(&format!("?side={side}#row=1")), "{}", browser.place_within());
        browser.press("ArrowRight");
        browser.await_element(".stage[data-row='2']");
        browser.press("End");
        browser.await_element(&format!(".stage .badge[data-verdict={kind}], .stage .badge [data-verdict={kind}]"));
        browser.press("Escape");
        browser.await_element(&format!(".session[data-session='{id}'][data-verdict={kind}] .drawn [data-row]"));
        browser.await_element("[data-chain]");
        assert_eq!(too_wide(&browser), [0, 0], "{side}");
        browser.click("[data-action=both]");
        browser.await_element(".comparison [data-side=right]");
    }
    browser.click("[data-side=right] [data-action=whole]");
    for (sender, phrase) in [("client", SCRIPT), ("server", MARKUP)] {
        let shown = browser.text(&format!("[data-recovered={sender}]"));
        assert!(shown.contains(phrase), "{phrase} is not in {shown}");
    }
    assert_eq!(browser.count("img, svg[onload], [data-forged]"), 0);
    assert_eq!(
        browser.count("a[href^='/']:not([href*='comparison.html']), a[href^=http]"),
        0,
        "there is nowhere to go"
    );
    assert!(!browser.has_dialog(), "a script ran");
    assert_eq!(browser.complaints(), [""; 0]);
    nothing_gets_in(&browser);
}

/// What one lab has exported another takes in: one session or two, by the page. It is marked, judged anew, and no result of this lab.
#[test]
fn what_was_exported_is_taken_in_by_another_lab_and_stands_for_nothing_that_was_played_there() {
    let Some(browser) = Browser::open() else { return };
    let first = Lab::ephemeral();
    let [left, right] = pair(&first, "ecdh-cert/substitute", "transcript-signature");
    let folder = tempfile::tempdir().expect("a directory");
    let keep = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path
    };
    let both = first.get(&format!("/api/compare/export?left={left}&right={right}&format=json")).body;
    let one = first.get(&format!("/api/sessions/{right}/export?format=json")).body;
    let (both, one) = (keep("both.json", &both), keep("one.json", &one));
    // Whatever is said in it that came of it.
    let mut forged: Value = serde_json::from_str(&std::fs::read_to_string(&one).expect("a file")).expect("JSON");
    forged["session"]["verdict"]["kind"] = "private".into();
    forged["session"]["means"] = "All is well.".into();
    drop(first);

    let lab = Lab::ephemeral();
    let [.., own] = lab.mission().map(|session: Value| text(&session["session"]));
    visit(&browser, &lab, "/sessions");
    browser.await_element("[data-action=import]");
    browser.give("[data-field=import]", &both);
    browser.await_element(&format!("[data-side=left][data-verdict=stopped][data-session='{left}']"));
    browser.await_element(&format!("[data-side=right][data-verdict=split][data-session='{right}']"));
    browser.await_element("[data-first-difference]:not([data-first-difference=none]) .mark-band");
    visit(&browser, &lab, "/sessions");
    browser.give("[data-field=import]", &one);
    browser.await_element(&format!(
        ".session[data-session='{right}'][data-verdict=split]:has([data-imported]) [data-action=stage]"
    ));
    browser.press("f");
    browser.await_element(".stage[data-row='1']");
    let count = || lab.get("/api/sessions?limit=200").json()["sessions"].as_array().expect("sessions").len();
    assert_eq!(count(), 5, "three of the start and the two that were brought, each once");
    let answer = post(lab.address, "/api/sessions/import", &forged.to_string());
    assert_eq!((answer.status, &answer.json()["sessions"][0]["verdict"]["kind"]), (200, &json!("split")));
    visit(&browser, &lab, "/");
    browser.await_element(&format!(
        ".cell[data-scenario='ecdh-cert/substitute'][data-session='{own}']:not([data-variations])"
    ));
    assert_eq!(browser.complaints(), [""; 0]);
    // What is none says where it is wrong, in the page too.
    let whole = std::fs::read_to_string(&one).expect("a file");
    let changed = |old: &str, new: &str| {
        assert!(whole.contains(old), "{old} is not in the file");
        whole.replace(old, new)
    };
    visit(&browser, &lab, "/sessions");
    for (name, wrong, field) in [
        ("none.json", "{}".to_owned(), "session"),
        ("number.json", "7".to_owned(), "body"),
        ("open.json", changed("\"status\": \"done\"", "\"status\": \"running\""), "session.status"),
        ("mode.json", changed("\"scenario\": \"ecdh-cert/", "\"scenario\": \"none/"), "session.scenario"),
    ] {
        let answer = post(lab.address, "/api/sessions/import", &wrong);
        assert_eq!((answer.status, answer.field().as_str()), (400, field), "{name}");
        browser.give("[data-field=import]", &keep(name, &wrong));
        let said = text(&browser.run_until_done(FAULT_OF, &[name]));
        assert!(said.contains(field), "{name}: {said}");
    }
    assert_eq!(count(), 5);
}

#[test]
fn each_button_of_a_comparison_does_what_it_says() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    let [left, right] = pair(&lab, "ecdh-cert/substitute", "transcript-signature");
    let place = format!("/compare?left={left}&right={right}");
    visit(&browser, &lab, &place);
    browser.await_element("[data-side=right][data-verdict=split]");
    // Both in one file, and each side in every form that a session has.
    let both = lab.get(&kept(&browser, ".comparison > .line [data-action=json]")).json();
    for (side, id) in [("left", &left), ("right", &right)] {
        assert_eq!(both[side]["session"]["session"], **id);
        let events = lab.get(&format!("/api/sessions/{id}/events")).json();
        assert_eq!(both[side]["events"], events["events"], "{side}");
    }
    for (side, id) in [("left", &left), ("right", &right)] {
        browser.click(&format!("[data-side={side}] summary"));
        for (format, media) in [("html", "text/html"), ("json", "application/json"), ("pcapng", "application/x-pcapng")]
        {
            let link = format!("[data-side={side}] details a[href$='format={format}&lang=en']");
            let address = kept(&browser, &link);
            assert_eq!(address, format!("/api/sessions/{id}/export?format={format}&lang=en"));
            let answer = lab.get(&address);
            assert!(answer.header("content-type").is_some_and(|it| it.starts_with(media)), "{format}: {answer:?}");
        }
        for format in ["svg", "png"] {
            let catch =
                "HTMLAnchorElement.prototype.click = function () { document.body.dataset.picture = this.download; };";
            browser.run(catch, &[]);
            browser.click(&format!("[data-side={side}] [data-action={format}]"));
            browser.await_element(&format!("body[data-picture='interlock-{id}.{format}']"));
        }
    }
    assert_eq!(too_wide(&browser), [0, 0]);
    browser.screen(1366, 768);
    // Again: two sessions of the same two scenarios and the same seed, and so the same end.
    browser.click("[data-action=again]");
    browser.await_element(&format!("[data-side=left][data-verdict=stopped]:not([data-session='{left}'])"));
    browser.await_element(&format!("[data-side=right][data-verdict=split]:not([data-session='{right}'])"));
    let keys = |id: &str| lab.get(&format!("/api/sessions/{id}")).json()["fingerprints"].clone();
    for (side, id) in [("left", &left), ("right", &right)] {
        let anew = browser
            .run("return document.querySelector(arguments[0]).dataset.session", &[&format!("[data-side={side}]")]);
        assert_eq!(keys(&text(&anew)), keys(id), "{side}");
    }
    browser.click("[data-action=swap]");
    browser.await_element("[data-side=left][data-verdict=split]");
    // What is no comparison says so.
    for (format, status, field) in [("svg", 400, "format"), ("pcapng", 400, "format"), ("pdf", 400, "format")] {
        let answer = lab.get(&format!("/api/compare/export?left={left}&right={right}&format={format}"));
        assert_eq!((answer.status, answer.field().as_str()), (status, field), "{format}");
    }
    let answer = lab.get(&format!("/api/compare/export?left={left}&right=0000000000000000&format=html"));
    assert_eq!((answer.status, answer.field().as_str()), (404, "session"));
    assert_eq!(browser.complaints(), [""; 0]);
}
