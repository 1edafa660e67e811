//! The diagram as a picture, and frames octet by octet.

use super::*;
use lab::{event::Event, scenario::Scenario, staging::Setting, wire::base64url};
use std::sync::Arc;
use support::{conversation::attacked, staging::stage};
use web::sessions::{
    session::{Record, Session},
    store::{Kept, Place, Retention, open},
};

/// Clicks a button that keeps a file; answers with what stands in the address of what it would keep.
fn kept(browser: &Browser, button: &str) -> String {
    let catch = "window.kept = null; HTMLAnchorElement.prototype.click = function () {
        document.body.dataset.kept = this.download; window.kept = this.href; };";
    browser.run(catch, &[]);
    browser.click(&format!("[data-action={button}]"));
    browser.await_element(&format!("body[data-kept$='.{button}']"));
    text(&browser.run("return decodeURIComponent(window.kept.slice(window.kept.indexOf(',') + 1))", &[]))
}

#[test]
fn the_diagram_is_kept_as_a_picture_that_refers_to_nothing_and_runs_nothing() {
    let Some(browser) = Browser::open() else { return };
    let phrase = "<script>alert(1)</script></text></svg><a href='https://x.example'>";
    let lab = Lab::start(&["--ephemeral", "--listen", "127.0.0.1:0", "--client-phrase", phrase]);
    let id = text(&lab.run("ecdh/substitute")["session"]);
    let files = tempfile::tempdir().expect("a directory");
    let file = files.path().join("picture.svg");
    // What the picture is made of, read as any other program reads it.
    let look = "const all = [document.documentElement, ...document.querySelectorAll('*')];
        return {
          names: [...new Set(all.map((it) => it.localName))].sort().join(),
          odd: all.flatMap((it) => [...it.attributes]).map((it) => `${it.name}=${it.value}`)
            .filter((it) => /^(?:on|href|xlink|style|class|src)|url\\(|oklch|var\\(|light-dark/.test(it)),
          title: document.querySelector('title').textContent,
          text: document.documentElement.textContent,
          ground: document.querySelector('rect').getAttribute('fill'),
        };";
    for (theme, ground) in [("light", "#ffffff"), ("dark", "#1c2026")] {
        visit(&browser, &lab, &format!("/sessions/{id}"));
        browser.await_element(".drawn [data-what=keys]");
        browser.run("document.documentElement.dataset.theme = arguments[0]", &[theme]);
        std::fs::write(&file, kept(&browser, "svg")).expect("a file");
        browser.go(&format!("file://{}", file.display()));
        let picture = browser.run(look, &[]);
        assert_eq!(picture["names"], "circle,g,path,rect,svg,text,title,tspan");
        assert_eq!(picture["odd"], serde_json::json!([]));
        assert!(text(&picture["title"]).starts_with("ecdh/substitute: Split"), "{picture}");
        assert!(text(&picture["text"]).contains("<script>alert(1)"), "what was said is text: {picture}");
        assert_eq!(picture["ground"], ground);
    }
    visit(&browser, &lab, &format!("/sessions/{id}"));
    browser.await_element(".drawn [data-what=keys]");
    let dots = kept(&browser, "png");
    let octets = dots.trim_end_matches('=');
    let octets = base64url(&octets.replace('+', "-").replace('/', "_")).expect("octets");
    let number = |at: usize| u32::from_be_bytes(octets[at..at + 4].try_into().expect("four octets"));
    assert!(octets.starts_with(b"\x89PNG") && number(16) > 1000 && number(20) > 1000, "{} {}", number(16), number(20));
    assert!(!browser.has_dialog());
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn every_octet_of_a_frame_stands_beside_what_it_means() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    let id = text(&lab.run("ecdh-cert/substitute")["session"]);
    // An address leads to one part of a frame, whatever is folded around it.
    visit(&browser, &lab, &format!("/sessions/{id}#frame-0-after-4"));
    let share = ".octets[data-leg=after] [data-octets=field][data-name=share]";
    let told = browser.text(share);
    assert!(
        told.contains("Anybody could have computed it")
            && told.contains("the signature in the server's certificate-verify"),
        "{told}"
    );
    browser.await_element(&format!("{share} [data-octets=octets]"));
    assert_eq!(browser.count(".octets[data-leg=after] > .parts > li"), 3, "kind, length and body");
    // Without the signature the same field is covered by less.
    let bare = text(&lab.run("ecdh/substitute")["session"]);
    visit(&browser, &lab, &format!("/sessions/{bare}#frame-0-after-4"));
    let told = browser.text(share);
    assert!(told.contains("No signature and no MAC covers it"), "{told}");
    // A certificate down to its names.
    visit(&browser, &lab, &format!("/sessions/{id}#frame-2-before-4"));
    let name = ".octets [data-octets=value][data-name=tbsCertificate] [data-name=subjectAltName]";
    assert!(browser.text(name).contains("bob.lab"));
    assert_eq!(browser.complaints(), [""; 0]);
}

/// Sessions whose rows are of every kind that one session has.
const DRAWN: [&str; 10] = [
    "ecdh/relay",
    "ecdh/substitute",
    "ecdh-cert/substitute",
    "ecdh-cert/drop",
    "ecdh-cert/tamper~record-auth",
    "ecdh-cert/replay-record",
    "sas/relay",
    "dh-weak:short,bits=32/crack",
    "dh-weak:short,bits=32/eavesdrop",
    "hybrid-cert/strip-hybrid~offers-bound",
];

/// What a drawing shows between the ends of its lines of life, from the top: arrows with their ends, keys, and texts.
const SHOWN: &str = r"
    const svg = document.querySelector(arguments[0]);
    const paths = [...svg.querySelectorAll('path')].map((path) => [path, path.getAttribute('d')]);
    const N = '(-?[0-9.]+)';
    const of = (form, d) => new RegExp(`^${form.replaceAll('N', N)}$`).exec(d);
    const life = paths.map(([, d]) => of('MN NVN', d)).find(Boolean).map(Number);
    const found = [];
    const put = (y, x, what) => y > life[2] && y < life[3] && found.push([Math.round(y), Math.round(x), what]);
    const dashes = { '7 5': 'dashed', '0.1 9': 'voice' };
    for (const [path, d] of paths) {
      const shaft = of('MN NHN', d);
      const end = of('MN NLN NLN N(Z?)', d);
      if (shaft) {
        const style = path.closest('.arrow')?.classList[1] ?? dashes[path.getAttribute('stroke-dasharray')] ?? 'solid';
        const [from, to] = [Number(shaft[1]), Number(shaft[3])];
        put(Number(shaft[2]), (from + to) / 2, `${style === 'double' ? 'solid' : style} to the ${to > from ? 'right' : 'left'}`);
      } else if (end && end[1] === end[5]) put(Number(end[4]), Number(end[3]), end[7] ? 'closed' : 'open');
    }
    for (const text of svg.querySelectorAll('text')) {
      const token = text.closest('g[transform]');
      const at = token && of('translate.N N. scale.N.', token.getAttribute('transform'));
      const said = text.textContent.replaceAll(/\s+/g, ' ').trim();
      const own = text.closest('svg.token');
      const middle = (name, size) => Number(own.getAttribute(name)) + Number(own.getAttribute(size)) / 2;
      if (own) put(middle('y', 'height'), middle('x', 'width'), `key ${said}`);
      else if (at) put(Number(at[2]) + 14 * Number(at[3]), Number(at[1]) + 42 * Number(at[3]), `key ${said}`);
      else put(Number(text.getAttribute('y')), Number(text.getAttribute('x')), said);
    }
    return found.sort(([y, x], [other, beside]) => y - other || x - beside).map(([, , what]) => what);";

/// Whether two drawings say the same, as far as there is room in both.
fn alike(one: &str, other: &str) -> bool {
    let (one, other) = (one.split('…').next(), other.split('…').next());
    let (one, other) = (one.unwrap_or_default().trim_end(), other.unwrap_or_default().trim_end());
    one == other || (one.len().min(other.len()) > 3 && (one.starts_with(other) || other.starts_with(one)))
}

/// The page draws in the browser, as the rows come and with all that can be clicked; a file is drawn by whoever writes it, without a
/// browser. They tell the same.
#[test]
fn the_picture_and_the_page_draw_the_same_rows_arrow_by_arrow_and_word_by_word() {
    let Some(browser) = Browser::open() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let data = directory.path().join("data");
    let mut store = open(&Place::Directory(data.clone()), Retention::default()).expect("a store");
    let kept = (1..).zip(DRAWN).map(|(cursor, text)| {
        let (id, scenario) = (format!("{cursor:016x}"), text.parse::<Scenario>().expect("a scenario"));
        let events = attacked(&stage(&scenario, &Setting::seeded("test", 7)).expect("orders")).events;
        let events: Vec<Event> = events.into_iter().map(|event| Event { session: id.clone(), ..event }).collect();
        let mut session = Session::new(id, scenario, Some(7), 1_767_225_600_000);
        session.close(&events, 1_767_225_601_000);
        let texts = events.iter().map(|event| serde_json::to_string(event).expect("JSON").into()).collect();
        Kept { cursor, record: Arc::new(Record { session, events }), events: texts }
    });
    store.put(&kept.collect::<Vec<_>>()).expect("sessions kept");
    drop(store);
    let lab = Lab::start(&["--data", &data.display().to_string(), "--listen", "127.0.0.1:0"]);
    browser.screen(1920, 1080);
    visit(&browser, &lab, "/sessions");
    let shown = |selector: &str| {
        let shown = browser.run(SHOWN, &[selector]);
        shown.as_array().expect("a list").iter().map(text).collect::<Vec<_>>()
    };
    let go = "history.pushState(null, '', arguments[0]); dispatchEvent(new PopStateEvent('popstate'));";
    let on_pages = (1..).zip(DRAWN).map(|(cursor, _): (u64, _)| {
        browser.run(go, &[&format!("/sessions/{cursor:016x}")]);
        browser.await_element(&format!(".session[data-session='{cursor:016x}'] .drawn [data-what=frame]"));
        shown(".drawn .diagram svg")
    });
    let on_pages: Vec<Vec<String>> = on_pages.collect();
    let file = directory.path().join("picture.svg");
    for ((cursor, scenario), page) in (1..).zip(DRAWN).zip(on_pages) {
        let drawn = lab.get(&format!("/api/sessions/{cursor:016x}/export?format=svg"));
        std::fs::write(&file, drawn.body).expect("a file");
        browser.go(&format!("file://{}", file.display()));
        let picture = shown("svg");
        let differs = page.iter().zip(&picture).position(|(one, other)| !alike(one, other));
        let first = differs.unwrap_or(page.len().min(picture.len()));
        let around =
            |list: &[String]| list[first.saturating_sub(2).min(list.len())..(first + 3).min(list.len())].to_vec();
        assert!(
            differs.is_none() && page.len() == picture.len(),
            "{scenario}: {:?} and {:?}",
            around(&page),
            around(&picture)
        );
        assert!(page.len() > 20, "{scenario}: {page:?}");
    }
}
