//! A mode with numbers that fit on paper.

use super::*;

#[test]
fn a_mode_is_computed_on_paper_and_marked_as_a_toy_wherever_its_numbers_stand() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    lab.mission();
    let sessions = || lab.get("/api/sessions").json();
    let before = sessions();
    for (mode, broken) in [("dh", "logarithm"), ("rsa", "factors")] {
        visit(&browser, &lab, &format!("/modes/{mode}"));
        browser.click("[data-action=toy][aria-expanded=false]");
        browser.await_element(&format!("[data-broken={broken}]"));
        let toy = lab.get(&format!("/api/modes/{mode}/toy")).json();
        let told = browser.text("[data-exchange=undisturbed] svg");
        let numbers = toy["undisturbed"]["messages"].as_array().expect("messages").iter();
        for number in numbers.flat_map(|message| message["numbers"].as_array().expect("numbers")) {
            let written = format!("{} = {}", text(&number["name"]), number["value"]);
            assert!(told.contains(&written), "{written} is on no arrow: {told}");
        }
        browser.await_element("[data-exchange=between] [data-action=alter]");
        assert_eq!(browser.count(".toy .diagram"), browser.count(".toy section:has(.diagram) > h3 > .toy-mark"));
        assert_eq!(browser.count(".toy section > h3 > .toy-mark"), 3);
        let drawn = text(&browser.run("return document.querySelector('[data-seed]').dataset.seed", &[]));
        browser.click("[data-action=draw]");
        browser.await_element(&format!("[data-seed]:not([data-seed='{drawn}'])"));
        browser.print(true);
        let shown = "return document.querySelector('[data-exchange=between] svg').getClientRects().length";
        assert_eq!(browser.run(shown, &[]), 1, "on paper too");
        browser.print(false);
        for (width, height) in [(390, 844), (1366, 768)] {
            browser.screen(width, height);
            let over = browser.run("return document.documentElement.scrollWidth - innerWidth", &[]);
            assert!(over.as_i64() <= Some(0), "{over} too wide at {width}");
        }
        browser.press("y");
        browser.await_element(".toy[data-toy=false]");
    }
    let none = lab.get("/api/modes/ecdh/toy");
    assert_eq!((none.status, none.field().as_str()), (404, "mode"));
    assert_eq!(sessions(), before, "it is no session");
    assert_eq!(browser.complaints(), [""; 0]);
}

/// Numbers are read from the drawing: none stands on anybody's line, and none on another.
#[test]
fn no_number_of_a_toy_lies_over_a_line_or_another_number_on_a_phone() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    let modes = lab.get("/api/modes").json();
    let modes = modes["modes"].as_array().expect("modes").iter().map(|mode| text(&mode["id"]));
    let toys: Vec<String> = modes.filter(|mode| lab.get(&format!("/api/modes/{mode}/toy")).status == 200).collect();
    assert!(toys.len() > 2, "{toys:?}");
    let overlaps = "const found = [];
        const apart = (a, b) => a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
        for (const svg of document.querySelectorAll('.toy .diagram > svg')) {
          const box = (it) => it.getBoundingClientRect();
          const numbers = [...svg.querySelectorAll('.kind')].filter((it) => it.textContent.includes('='));
          const lines = [...svg.querySelectorAll('.lifeline')].map((it) => (box(it).left + box(it).right) / 2);
          for (const [i, it] of numbers.entries()) {
            const { left, right } = box(it);
            if (lines.some((x) => left < x && x < right)) found.push(`${it.textContent} on a line`);
            if (left < 0 || right > innerWidth) found.push(`${it.textContent} out of sight`);
            for (const other of [...numbers.slice(i + 1), ...svg.querySelectorAll('.caption, .shaft')]) {
              if (!apart(box(it), box(other))) found.push(`${it.textContent} on ${other.textContent || 'an arrow'}`);
            }
          }
          if (numbers.length === 0) found.push('no numbers');
        }
        return found;";
    for mode in &toys {
        visit(&browser, &lab, &format!("/modes/{mode}"));
        browser.click("[data-action=toy][aria-expanded=false]");
        browser.await_element("[data-exchange=between] [data-action=alter]");
        for (width, height) in [(390, 844), (1366, 768)] {
            browser.screen(width, height);
            assert_eq!(browser.run(overlaps, &[]), serde_json::json!([]), "{mode} at {width}");
        }
    }
    assert_eq!(browser.complaints(), [""; 0]);
}
