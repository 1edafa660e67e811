//! Real software in the browser: audited from the page, each cell with what was shown and seen; and victims of students' own.

use super::*;
use serde_json::json;
use support::http::post;

#[test]
fn a_program_is_audited_from_the_page_and_each_cell_says_why() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    let programs = lab.get("/api/software").json();
    let curl = programs["programs"].as_array().expect("programs").iter().find(|it| it["id"] == "client-curl");
    let curl = curl.expect("a recipe for curl");
    if curl["standing"]["is"] == "absent" {
        eprintln!("not run: curl is not installed");
        return;
    }
    for (body, status, field) in [
        (json!({ "program": "client-none" }), 404, "program"),
        (json!({ "program": "client-curl; id" }), 404, "program"),
        (json!({ "command": "id" }), 400, "command"),
    ] {
        let answer = post(lab.address, "/api/software", &body.to_string());
        assert_eq!((answer.status, answer.field().as_str()), (status, field), "{body}");
    }
    visit(&browser, &lab, "/software");
    browser.click("[data-program=client-curl] [data-action=audit]");
    browser.await_element("[data-program=client-curl][data-standing=runs]");
    browser
        .await_element("[data-program=client-curl][data-standing=done] [data-attack=forge-name][data-grade=refused]");
    for (width, height) in [(390, 844), (1366, 768), (1920, 1080)] {
        browser.screen(width, height);
        let over = browser.run("return document.documentElement.scrollWidth - innerWidth", &[]);
        assert!(over.as_i64() <= Some(0), "{over} too wide at {width}");
    }
    browser.click("[data-attack=forge-name]");
    browser.await_element(".program[data-attack=forge-name] [data-because]");
    assert!(browser.text("[data-because]").starts_with("curl: "), "{}", browser.text("[data-because]"));
    assert!(browser.text(".says").contains("curl:"), "{}", browser.text(".says"));
    // How far it went, on the wire; where the chain fails; and how to see it again.
    browser.await_element(".connection [data-says=client-hello]");
    browser.await_element("[data-chain=received][data-accepted=false] [data-failed=cert-name]");
    assert_eq!(browser.text(".repeat"), "interlock audit --attack forge-name --client curl");
    browser.screen(390, 844);
    let over = browser.run("return document.documentElement.scrollWidth - innerWidth", &[]);
    assert!(over.as_i64() <= Some(0), "{over} too wide on a phone");
    // On a phone the list stands above: whichever of it is chosen, that is what is seen, and in the list too.
    let last =
        text(&browser.run("return [...document.querySelectorAll('.attacks a')].at(-1).getAttribute('href')", &[]));
    visit(&browser, &lab, &last);
    let seen = "const within = (it, box) => it.top >= box.top - 1 && it.bottom <= box.bottom + 1;
        const box = (selector) => document.querySelector(selector).getBoundingClientRect();
        const bar = document.querySelector('header.bar'), fixed = getComputedStyle(bar).position === 'sticky' ? box('header.bar').bottom : 0;
        return [within(box('[data-because]'), { top: fixed, bottom: innerHeight }), within(box('.attacks [aria-current]'), box('.attacks'))];";
    let await_seen = |attack: &str| {
        browser.await_element(&format!(".program[data-attack='{attack}'] [data-because]"));
        browser.draw();
        assert_eq!(browser.run(seen, &[]), json!([true, true]), "{attack}");
    };
    await_seen(last.rsplit('=').next().expect("an attack"));
    browser.click(".attacks li:first-child a");
    let first = text(&browser.run("return document.querySelector('.attacks a').textContent.trim()", &[]));
    await_seen(first.rsplit(' ').next().expect("an attack"));
    // One that is at work is stopped.
    visit(&browser, &lab, "/software");
    browser.click("[data-program=client-curl] [data-action=audit]");
    browser.click("[data-busy=true] [data-action=cancel-audits]");
    browser.await_element("[data-program=client-curl][data-standing=done]");
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn a_victim_of_ones_own_is_a_row_and_what_is_none_is_refused() {
    let Some(browser) = Browser::open() else { return };
    let lab = Lab::ephemeral();
    let hostile = "<img src=x onerror=alert(1)>";
    let cell = |mode: &str, check: &str, grade: &str| json!({ "mode": mode, "check": check, "grade": grade, "because": hostile, "trials": [] });
    let report = |cells: Value| json!({ "version": 1, "role": "client", "cells": cells, "totals": {} });
    for (wrong, field) in [
        (report(json!([])), "cells"),
        (report(json!([cell("dh", "no-such-check", "passed")])), "cells"),
        (json!({ "version": 2, "role": "client", "cells": [cell("dh", "honest", "passed")], "totals": {} }), "version"),
    ] {
        let answer = post(lab.address, "/api/class/victims", &wrong.to_string());
        assert_eq!((answer.status, answer.field().as_str()), (400, field), "{}", answer.body);
    }
    let cells = json!([
        cell("dh", "public-range", "passed"),
        cell("dh-cert", "public-range", "missing"),
        cell("dh", "honest", "passed"),
    ]);
    assert_eq!(post(lab.address, "/api/class/victims", &report(cells).to_string()).status, 204);
    visit(&browser, &lab, "/software");
    // The worst of the modes counts, and behind it stand all.
    browser.click("[data-victim='1'][data-role=client] [data-check=public-range][data-grade=missing]");
    browser.await_element(".victims .why li:nth-child(2)");
    assert!(browser.text(".victims .why").contains(hostile));
    assert_eq!(browser.count("img[src=x]"), 0);
    assert_eq!(browser.complaints(), [""; 0]);
}
