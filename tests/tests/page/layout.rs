//! Sizes, names and languages.

use super::*;

/// What a verdict's colour tells is not taken away from the card that is pointed at; what is drawn in text grows with it;
/// and of the phases of a computation each is as long as the time that it took.
#[test]
fn pointing_projecting_and_waiting_are_drawn_as_they_are() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    visit(&browser, &lab, "/");
    browser.await_element("a.exchange[data-verdict=split] .token");
    let repaints = "const card = document.querySelector('a.exchange[data-verdict=split]'); let hovers = 0; let repaints = 0;
        for (const sheet of document.styleSheets) for (const rule of sheet.cssRules) {
          if (!rule.selectorText?.includes(':hover') || !card.matches(rule.selectorText.replaceAll(':hover', ''))) continue;
          hovers += 1;
          if (/border(-top)?(-color)?:/.test(rule.style.cssText)) repaints += 1;
        }
        return [hovers, repaints];";
    let found = browser.run(repaints, &[]);
    assert!(found[0].as_u64() > Some(0), "nothing happens to a card that is pointed at: this sees nothing");
    assert_eq!(found[1], 0, "its edge is another one when it is pointed at");

    let sizes = "const token = document.querySelector('a.exchange .token').getBoundingClientRect().width;
        return [token, parseFloat(getComputedStyle(document.documentElement).fontSize)];";
    let before = browser.run(sizes, &[]);
    browser.run("document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'p', bubbles: true }));", &[]);
    let after = browser.run(sizes, &[]);
    let grown = |i: usize| after[i].as_f64().unwrap_or_default() / before[i].as_f64().unwrap_or(1.0);
    assert!(grown(1) > 1.1, "{before} and {after}");
    assert!((grown(0) / grown(1) - 1.0).abs() < 0.05, "tokens grow as text does: {before} and {after}");

    let id = text(&lab.run("dh-weak:short,bits=96/crack")["session"]);
    visit(&browser, &lab, &format!("/sessions/{id}"));
    browser.await_element(".phases [data-end=finished] .share");
    let phases = "return [...document.querySelectorAll('.phases li')].map((phase) => {
          const share = phase.querySelector('.share');
          const [, number, unit] = /([0-9.]+) (\\S+)/.exec(phase.querySelector('.time').textContent) ?? [];
          return [Number(getComputedStyle(share).getPropertyValue('--share')), Number(number) * { 's': 1e6, 'ms': 1e3, 'µs': 1 }[unit]];
        });";
    let phases = browser.run(phases, &[]);
    let phases: Vec<(f64, f64)> = phases
        .as_array()
        .expect("phases")
        .iter()
        .map(|phase| (phase[0].as_f64().expect("a share"), phase[1].as_f64().expect("a time")))
        .collect();
    let longest = phases.iter().map(|(_, time)| *time).fold(0.0, f64::max);
    assert!(phases.len() > 1 && phases.iter().any(|(share, _)| *share < 0.9), "{phases:?}");
    for (share, time) in &phases {
        assert!((share - time / longest).abs() < 0.1, "{share} of the room for {time} of {longest}");
    }
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn the_page_speaks_the_language_that_was_chosen_in_it() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    let id = lab.play("ecdh-cert/forge-expired");
    lab.judged(&id);
    visit(&browser, &lab, &format!("/sessions/{id}"));
    let told = |selector: &str, language: &str, texts: &[&str]| {
        browser.await_element(&format!("html[lang={language}] .session[data-verdict=stopped] {selector}"));
        let found = browser.text(selector);
        assert!(texts.iter().all(|text| found.contains(text)), "{texts:?} in {found}");
    };
    told("[data-sentence]", "en", &["The client stopped at cert-validity: the certificate has expired"]);
    browser.click("[data-action=language]");
    told("[data-sentence]", "de", &["Der Client stoppte bei cert-validity: das Zertifikat ist abgelaufen"]);
    told(".rung.caught", "de", &["stoppte ihn", "verlangt", "gefunden"]);
    told("#certificates", "de", &["das Zertifikat ist abgelaufen", "Vertrauensanker"]);
    // It is kept here, and an address may ask for another.
    visit(&browser, &lab, &format!("/sessions/{id}"));
    told("[data-sentence]", "de", &["das Zertifikat ist abgelaufen"]);
    visit(&browser, &lab, &format!("/sessions/{id}?lang=en"));
    told("[data-sentence]", "en", &["the certificate has expired"]);
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn on_a_narrow_screen_nothing_but_the_matrix_is_wider_than_it() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    let [split, _, stopped] = lab.mission().map(|session: Value| text(&session["session"]));
    browser.show(390);
    for (path, shown) in [
        ("/", ".cell[data-verdict=stopped]"),
        ("/sessions", "[data-list=sessions]"),
        (&format!("/sessions/{split}"), ".session[data-verdict=split] [data-row]"),
        (&format!("/sessions/{stopped}"), ".session[data-verdict=stopped] [data-row]"),
        ("/modes/ecdh-cert", ".flights .number"),
        ("/attacks/substitute", ".recipe"),
        ("/checks/transcript-signature", ".entry"),
        ("/cracking", ".plot svg"),
    ] {
        visit(&browser, &lab, path);
        browser.await_element(shown);
        let wide = "return [document.scrollingElement, ...document.querySelectorAll('.scroll, .diagram')]
            .filter((it) => it.scrollWidth > it.clientWidth).map((it) => it.className || it.tagName).join()";
        assert_eq!(text(&browser.run(wide, &[])), "", "{path}");
    }
}

/// A drawing that measured its room after it was painted would jump once on every screen that is not as wide as its first guess.
#[test]
fn a_drawing_has_its_width_from_the_first_picture_on() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    browser.show(390);
    visit(&browser, &lab, "/checks");
    let look = "window.widths = new Set();
        const look = () => {
            document.querySelectorAll('.diagram > svg').forEach((it) => widths.add(it.getBoundingClientRect().width));
            requestAnimationFrame(look);
        };
        requestAnimationFrame(look);";
    browser.run(look, &[]);
    browser.click("a[href='/checks/transcript-signature']");
    browser.await_element(".diagram svg");
    // Two pictures later an effect that comes after the first has run too.
    browser.draw();
    let widths = browser.run("return [...widths]", &[]);
    let widths: Vec<f64> = widths.as_array().expect("widths").iter().filter_map(Value::as_f64).collect();
    assert!(matches!(widths[..], [width] if width <= 390.0), "{widths:?}");
}

#[test]
fn no_two_landmarks_of_a_page_have_one_name_and_no_label_hides_what_is_seen() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    let [.., stopped] = lab.mission().map(|session: Value| text(&session["session"]));
    lab.run("ecdh-cert/substitute~transcript-signature");
    visit(&browser, &lab, &format!("/sessions/{stopped}"));
    browser.click(".all-events summary");
    browser.await_element(".all-events [role=region]");
    let names = "return [...document.querySelectorAll('[role=region], nav, section[aria-label], aside')]
        .map((it) => it.getAttribute('aria-label') ?? it.getAttribute('aria-labelledby')).filter((name) => name !== null).sort()";
    let names = browser.run(names, &[]);
    let names: Vec<&str> = names.as_array().expect("names").iter().filter_map(Value::as_str).collect();
    assert!(names.len() > 3 && names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");

    visit(&browser, &lab, "/");
    browser.await_element(".cell[data-variations] .mark");
    // WCAG 2.2, 2.5.3: what is seen on a control, and not hidden from a screen reader, is in its name.
    let hidden = "return [...document.querySelectorAll('button[aria-label], a[aria-label]')].filter((it) => {
            const seen = it.cloneNode(true);
            seen.querySelectorAll('[aria-hidden=true]').forEach((part) => part.remove());
            return !it.getAttribute('aria-label').toLowerCase().includes(seen.textContent.trim().toLowerCase());
        }).map((it) => it.outerHTML.slice(0, 200))";
    assert_eq!(browser.run(hidden, &[]), Value::Array(vec![]));
}

/// The theme and the size are the browser's, not a window's: what is chosen in one holds in all.
#[test]
fn a_switch_that_is_thrown_in_another_window_holds_here_too() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    visit(&browser, &lab, "/");
    browser.await_element("a.exchange[data-verdict=split]");
    let elsewhere = "const frame = document.body.appendChild(document.createElement('iframe'));
        frame.contentWindow.localStorage.setItem(...arguments);";
    browser.run(elsewhere, &["theme", "dark"]);
    browser.await_element("html[data-theme=dark]:not([data-size])");
    browser.run(elsewhere, &["size", "projector"]);
    browser.await_element("html[data-theme=dark][data-size=projector]");
}
