//! The diagram as a picture, and frames octet by octet.

use super::*;
use lab::wire::base64url;

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
