//! Computations, as they go on and end.

use super::*;

#[test]
fn a_prime_falls_in_view_and_the_next_session_says_who_paid() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    let [first, second] = [(); 2].map(|()| text(&lab.run("dh-weak:short,bits=64/crack")["session"]));
    visit(&browser, &lab, &format!("/sessions/{first}"));
    browser.await_element("[data-cracking=found] [data-prepared-by=none]");
    browser.await_element("[data-phase]");
    browser.await_element("[data-equation=true]");
    visit(&browser, &lab, &format!("/sessions/{second}"));
    browser.await_element(&format!("[data-cracking=found] [data-prepared-by='{first}']"));
    browser.await_element("[data-equation=true]");

    browser.click(".cracking a[href='/cracking']");
    browser.await_element("[data-page=cracking] .plot svg .beyond");
    assert_eq!(browser.place(), "/cracking");
    assert!(browser.count(".plot .own") >= 3, "the lab's own sessions are on the plot");
    for group in ["safe", "smooth", "random", "composite", "subgroup", "published"] {
        let row = format!("[data-group={group}][href='/modes/dh-weak']");
        assert_eq!(browser.count(&row), 1, "{group}");
    }
    browser.await_element("[data-price='128'][data-beyond=false]");
    browser.run(
        "const it = document.querySelector('[data-dial]'); it.value = it.max; it.dispatchEvent(new Event('input'))",
        &[],
    );
    browser.await_element("[data-price='2048'][data-beyond=true][data-fate=beyond]");
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn questions_to_a_server_are_counted_in_view() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    // Some tens of thousands are asked before the first one counts; with a modulus of this length that is long enough to look.
    let id = lab.play("rsa:pkcs1v15,bits=2048/bleichenbacher~implicit-rejection");
    visit(&browser, &lab, &format!("/sessions/{id}"));
    browser.await_element("[data-phase=ask][data-current=true] progress:not([value])");
    let counting = "const done = arguments[0];
        const go = () => {
          const amount = document.querySelector('[data-phase=ask] .amount')?.textContent.trim() ?? '';
          return !amount || amount.startsWith('0 ') ? requestAnimationFrame(go) : done(amount);
        };
        go();";
    let counted = text(&browser.run_until_done(counting, &[]));
    assert!(counted.ends_with(" questions"), "{counted}");
    assert!(browser.text("[data-sentence]").starts_with("The attacker asks the server"));
    browser.click("[data-action=cancel]");

    let [read, private] = ["~implicit-rejection", ""].map(|switch| {
        let scenario = format!("rsa:pkcs1v15,bits=513/bleichenbacher{switch}");
        text(&lab.run(&scenario)["session"])
    });
    visit(&browser, &lab, &format!("/sessions/{read}"));
    browser.await_element("[data-cracking=found] [data-phase=narrow][data-end=finished]");
    assert!(browser.text(".cracking .solved").contains(" questions"));
    visit(&browser, &lab, &format!("/sessions/{private}"));
    browser.await_element("[data-cracking=not-found]");
    assert!(browser.text(".session").contains("Why the server gives nothing away"));
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn what_runs_too_long_is_cancelled_by_a_button() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::start(&["--ephemeral", "--listen", "127.0.0.1:0", "--patience", "50000"]);
    lab.mission();
    // The attacker swallows the first flight, and the victims wait for long.
    let id = lab.play("dh/drop");
    visit(&browser, &lab, &format!("/sessions/{id}"));
    browser.click("[data-action=cancel]");
    browser.await_element(&format!(".session[data-session='{id}'][data-verdict=inconclusive][data-status=done]"));
    assert_eq!(browser.text("[data-sentence]"), "The session was cancelled.");
    let others = [lab.play("dh/drop"), lab.play("dh/drop")];
    visit(&browser, &lab, "/sessions");
    browser.click("[data-action=cancel-all]");
    for id in others {
        browser.await_element(&format!("[data-session='{id}'][data-verdict=inconclusive][data-status=done]"));
    }
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn a_computation_whose_end_nobody_told_looks_unfinished() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    let [_, attacker, _] = lab.pids();
    let id = lab.play("dh-weak:short,bits=200/crack");
    visit(&browser, &lab, &format!("/sessions/{id}"));
    browser.await_element("[data-phase][data-current=true] progress[max]");
    support::watching::kill(attacker);
    browser.await_element(".session[data-verdict=inconclusive] [data-cracking=cut-off] [data-end=cut-off] progress");
    assert_eq!(browser.count(".phases li:last-child.finished"), 0);
    let said = browser.text(".session");
    assert!(!said.contains("Why the prime holds") && !said.contains("How the prime falls"), "{said}");
    let full = "const it = document.querySelector('[data-end=cut-off] progress'); return it.value < it.max";
    assert_eq!(browser.run(full, &[]), true);
}

#[test]
fn a_computation_that_was_cut_off_is_neither_privacy_nor_finished() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::start(&["--ephemeral", "--listen", "127.0.0.1:0", "--deadline", "10"]);
    let id = text(&lab.run("dh-weak:short,bits=224/crack")["session"]);
    visit(&browser, &lab, &format!("/sessions/{id}"));
    browser.await_element(".session[data-verdict=unread] .mark.unread");
    browser.await_element("[data-cracking=cut-off] [data-end=cut-off] progress");
    assert_eq!(browser.count(".sentence.defended, [data-cracking=cut-off] .payer"), 0);
    let said = browser.text(".session");
    assert!(!said.contains("Why the prime holds") && !said.contains("How the prime falls"), "{said}");
    let amount = browser.text("[data-end=cut-off] .amount");
    assert!(amount.contains(" of "), "{amount}");
    visit(&browser, &lab, "/cracking");
    browser.await_element(&format!("a[href='/sessions/{id}']"));
    assert!(browser.text("[aria-label='Sessions of this console']").contains("cut off after"));
    assert_eq!(browser.complaints(), [""; 0]);
}
