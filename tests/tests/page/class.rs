//! A class: what the speaker shows is what everybody sees, and nothing of what is sealed.

use super::*;
use serde_json::json;
use support::http::post;

/// A lab that teaches from the shortest lesson, once it is rehearsed; with these arguments besides.
fn lesson(more: &[&str]) -> Lab {
    let mut lab = Lab::start(&[&["--ephemeral", "--listen", "127.0.0.1:0", "--lesson", "ten-minutes"], more].concat());
    if more.is_empty() {
        lab.program.until("the rehearsal", |line| line.contains("The lesson is ready").then_some(()));
    }
    lab
}

#[test]
fn the_class_sees_what_the_speaker_shows_row_by_row_and_scene_by_scene() {
    let (Some(speaker), Some(class)) = (Browser::open(), Browser::open()) else { return };
    let lab = lesson(&[]);
    visit(&class, &lab, "/class");
    visit(&speaker, &lab, "/present");
    speaker.await_element(".present[data-scene='1'][data-ready='4'] .preview .stage[data-row='1']");
    // The clicker goes through the rows, and then to the next scene.
    let rows: usize = text(&speaker.run("return document.querySelector('.preview .stage').dataset.rows", &[]))
        .parse()
        .expect("a number");
    for row in 2..=rows + 1 {
        speaker.press("PageDown");
        speaker.await_element(&format!(".preview .stage[data-row='{row}']"));
        class.await_element(&format!(".class[data-scene='1'] .stage[data-row='{row}']"));
    }
    speaker.press("PageDown");
    class.await_element(".class[data-scene='2'] .stage[data-row='1']");
    speaker.await_element(".present[data-scene='2'] .preview .stage[data-row='1']");
    speaker.press("PageUp");
    class.await_element(".class[data-scene='1']");
    speaker.press("b");
    class.await_element("[data-black]");
    speaker.press(".");
    class.await_element(".class[data-scene='1'] .stage");
    // A sealed scene says nothing of its verdict, on any page.
    post(lab.address, "/api/class", &json!({ "do": "go", "scene": 3 }).to_string());
    class.await_element(".class[data-scene='3'][data-sealed=true] .stage[data-row='1']");
    let session = text(&class.run("return document.querySelector('.stage').dataset.session", &[]));
    let other = Browser::open().expect("a browser");
    for path in ["/", "/sessions", &format!("/sessions/{session}"), "/class", "/modes/ecdh-cert"] {
        visit(&other, &lab, path);
        other.await_element("h1");
        let own =
            "const mine = [...document.querySelectorAll('[data-scenario=\"ecdh-cert/substitute\"], .session, .stage')];
            return document.title + mine.map((it) => it.outerHTML).join()";
        let said = text(&other.run(own, &[]));
        for spoil in ["Stopped", "stopped", "data-verdict=\"stopped"] {
            assert!(!said.contains(spoil), "{path} says {spoil}: {said}");
        }
    }
    // The question, the answer, and the rest of the scene.
    speaker.await_element(".present[data-scene='3'] .preview .stage[data-row='1']");
    speaker.press("PageDown");
    class.await_element("[data-question=open]");
    speaker.await_element(".preview [data-question=open]");
    speaker.press("2");
    speaker.press("1");
    class.await_element("[data-question=open]");
    speaker.press("PageDown");
    class.await_element("[data-question=told] [data-right=true] [data-answer='2']");
    assert_eq!(class.count("[data-question=told] progress"), 3);
    speaker.await_element(".preview [data-question=told]");
    speaker.press("PageDown");
    class.await_element(".class[data-scene='3'][data-sealed=false] .stage[data-row='1']");
    speaker.await_element(".preview .stage[data-row='1']");
    speaker.press("Home");
    class.await_element(".class[data-scene='1'] .stage[data-row='1']");
    for (browser, width) in [(&class, 390), (&speaker, 390), (&speaker, 1920)] {
        browser.screen(width, 844);
        let over = browser.run("return document.documentElement.scrollWidth - innerWidth", &[]);
        assert!(over.as_i64() <= Some(0), "{over} too wide at {width}");
    }
    assert_eq!(speaker.complaints(), [""; 0]);
    assert_eq!(class.complaints(), [""; 0]);
}

#[test]
fn a_student_joins_by_the_link_answers_and_can_do_nothing_else() {
    let Some(browser) = Browser::open() else { return };
    let mut lab = lesson(&["--expose-to-network", "127.0.0.1"]);
    let code = lab.program.until("the class code", |line| {
        Some(line.split_once("with the class code ")?.1.trim_end_matches(':').to_owned())
    });
    let token =
        lab.program.until("the trainer's token", |line| Some(line.split_once("told here alone: ")?.1.to_owned()));
    let steer = |action: Value| {
        let (own, key) = (lab.address.to_string(), format!("Bearer {token}"));
        let headers = [("Host", own.as_str()), ("Content-Type", "application/json"), ("Authorization", key.as_str())];
        let answer = support::http::request(lab.address, "POST /api/class", &headers, &action.to_string());
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    };
    browser.screen(390, 844);
    browser.go(&format!("http://{}/class", lab.address));
    browser.await_element("[data-join] input");
    browser.go("about:blank");
    browser.go(&format!("http://{}/class#{code}", lab.address));
    browser.await_element("html[data-live=open][data-role=viewer]");
    assert_eq!(browser.place_within(), "/class", "no code stays in the address");
    lab.program.until("the rehearsal", |line| line.contains("The lesson is ready").then_some(()));
    steer(json!({ "do": "go", "scene": 3 }));
    steer(json!({ "do": "ask" }));
    browser.click("[data-question=open] [data-answer='2']");
    browser.await_element("[data-answer='2'][aria-pressed=true]");
    // Whoever leaves and comes back sees what it answered; it counts once.
    browser.go("about:blank");
    browser.go(&format!("http://{}/class", lab.address));
    browser.await_element("[data-question=open] [data-answer='2'][aria-pressed=true]");
    let told = steer(json!({ "do": "reveal" }));
    assert_eq!(told["question"]["tally"], json!([0, 1, 0]));
    browser.await_element("[data-question=told]");
    // Put again it is another question.
    steer(json!({ "do": "ask" }));
    browser.await_element("[data-question=open]:not(:has([aria-pressed=true]))");
    steer(json!({ "do": "reveal" }));
    // What a viewer may not do is not offered.
    browser.go(&format!("http://{}/", lab.address));
    browser.await_element("html[data-live=open] .matrix");
    below(&browser);
    let offered = "return [...document.querySelectorAll('[data-form=run], [data-action=play-all]')].filter((it) => it.getClientRects().length).length";
    assert_eq!(browser.run(offered, &[]), 0);
    browser.click(".places a[href='/class']");
    browser.await_element(".class[data-scene='3']");
    assert_eq!(browser.complaints().iter().filter(|it| !it.contains("401")).count(), 0);
}

/// A nickname that would be markup.
const NAME: &str = "<img src=x onerror=1>";

#[test]
fn a_student_solves_a_task_in_an_exercise_and_the_trainer_alone_sees_who() {
    let (Some(student), Some(trainer)) = (Browser::open(), Browser::open()) else { return };
    let mut lab = lesson(&["--expose-to-network", "127.0.0.1"]);
    let code = lab.program.until("the class code", |line| {
        Some(line.split_once("with the class code ")?.1.trim_end_matches(':').to_owned())
    });
    let token =
        lab.program.until("the trainer's token", |line| Some(line.split_once("told here alone: ")?.1.to_owned()));
    for (browser, code) in [(&student, &code), (&trainer, &token)] {
        browser.go(&format!("http://{}/present#{code}", lab.address));
        browser.await_element("html[data-live=open]");
    }
    let (own, key) = (lab.address.to_string(), format!("Bearer {token}"));
    let headers = [("Host", own.as_str()), ("Content-Type", "application/json"), ("Authorization", key.as_str())];
    let ask = |line: &str, body: &Value| {
        let answer = support::http::request(lab.address, line, &headers, &body.to_string());
        assert!(answer.status < 300, "{line}: {answer:?}");
    };
    let exercise = json!({ "title": "Yours", "minutes": 1, "exercise": { "sessions": 3, "tasks": ["first-split"] } });
    let scenes = json!([{ "title": "Talk", "minutes": 1 }, exercise]);
    ask("POST /api/lesson", &json!({ "lesson": { "interlock_lesson": 1, "title": "t", "scenes": scenes } }));
    // Before the exercise nothing can be run.
    student.await_element(".class[data-scene='1']");
    student.go(&format!("http://{}/", lab.address));
    student.await_element("html[data-live=open]:not([data-exercise]) .matrix");
    below(&student);
    let offered = "return [...document.querySelectorAll('[data-form=run], [data-action=play-all]')].filter((it) => it.getClientRects().length).length";
    assert_eq!(student.run(offered, &[]), 0);
    ask("POST /api/class", &json!({ "do": "go", "scene": 2 }));
    student.await_element("html[data-exercise]");
    student.click(".places a[href='/class']");
    student.await_element(".exercise [data-left='3']");
    assert_eq!(student.count("[data-challenge]"), 1, "the tasks that the exercise names");
    student.fill("[name=nickname]", NAME);
    student.click(".own button[type=submit]:not([disabled])");
    trainer.await_element("[data-student='1'] bdi");
    assert_eq!(trainer.text("[data-student='1'] bdi"), NAME);
    assert_eq!(trainer.count("img[src=x]"), 0);
    // A scenario of its own; the lab sees what it solves.
    student.fill("[data-form=run] [name=mode]", "dh");
    student.click("[data-form=run]:has([data-scenario='dh/substitute']) [data-action=run]");
    student.await_element("[data-verdict=split] [data-sentence]");
    student.click(".places a[href='/class']");
    student.await_element(".exercise [data-challenge=first-split][data-solved=true]");
    student.await_element(".exercise [data-left='2']");
    trainer.await_element("[data-student='1'] [data-task=first-split] a");
    for (browser, widths) in [(&student, [390, 1920]), (&trainer, [390, 1366])] {
        for width in widths {
            browser.screen(width, 844);
            let over = browser.run("return document.documentElement.scrollWidth - innerWidth", &[]);
            assert!(over.as_i64() <= Some(0), "{over} too wide at {width}");
        }
    }
    trainer.click("[data-student='1'] [data-action=unname]");
    trainer.await_element("[data-student='1']:not(:has([data-action=unname]))");
    // With the scene the exercise is over.
    ask("POST /api/class", &json!({ "do": "go", "scene": 1 }));
    student.await_element("html:not([data-exercise])");
    for browser in [&student, &trainer] {
        assert_eq!(browser.complaints().iter().filter(|it| !it.contains("401")).count(), 0);
    }
    // Whoever takes the control over has it, and the trainer's window knows at once.
    trainer.click("[data-action=hand-over]");
    let handed = trainer.text("[data-handed]");
    let joined = post(lab.address, "/api/join", &json!({ "code": handed }).to_string());
    assert_eq!((joined.status, text(&joined.json()["role"])), (200, "trainer".to_owned()));
    trainer.await_element("html[data-role=viewer] .class");
}

/// A student leaves in the middle of an exercise and comes back; the trainers, who are two, move on while a scenario of it runs, and
/// come back: what was begun goes on, and what was used up stays used up.
#[test]
fn an_exercise_outlives_whoever_leaves_it_and_both_trainers_steer_one_class() {
    let (Some(student), Some(trainer), Some(other)) = (Browser::open(), Browser::open(), Browser::open()) else {
        return;
    };
    let mut lab = lesson(&["--expose-to-network", "127.0.0.1"]);
    let code = lab.program.until("the class code", |line| {
        Some(line.split_once("with the class code ")?.1.trim_end_matches(':').to_owned())
    });
    let token =
        lab.program.until("the trainer's token", |line| Some(line.split_once("told here alone: ")?.1.to_owned()));
    let (own, key) = (lab.address.to_string(), format!("Bearer {token}"));
    let headers = [("Host", own.as_str()), ("Content-Type", "application/json"), ("Authorization", key.as_str())];
    let exercise = json!({ "title": "Yours", "minutes": 1, "exercise": { "sessions": 3, "tasks": [] } });
    let scenes = json!([{ "title": "Talk", "minutes": 1 }, exercise, { "title": "End", "minutes": 1 }]);
    let lesson = json!({ "lesson": { "interlock_lesson": 1, "title": "t", "scenes": scenes } });
    let answer = support::http::request(lab.address, "POST /api/lesson", &headers, &lesson.to_string());
    assert!(answer.status < 300, "{answer:?}");
    for (browser, code, path) in
        [(&student, &code, "class"), (&trainer, &token, "present"), (&other, &token, "present")]
    {
        browser.go(&format!("http://{}/{path}#{code}", lab.address));
        browser.await_element("html[data-live=open]");
    }
    // What either of the two does, both windows show, and so does the class.
    other.await_element(".present[data-scene='1']");
    trainer.await_element(".present[data-scene='1']");
    trainer.press("PageDown");
    other.await_element(".present[data-scene='2']");
    student.await_element(".exercise [data-left='3']");
    // Nothing can be held there, so nothing offers it.
    let offered =
        "return [...document.querySelectorAll('[data-action=step]')].filter((it) => it.getClientRects().length).length";
    assert_eq!(student.run(offered, &[]), 0);
    student.fill("[data-form=run] [name=mode]", "ecdh");
    student.fill("[data-form=run] [name=attack]", "drop");
    student.click("[data-form=run]:has([data-scenario='ecdh/drop']) [data-action=run]");
    student.await_element(".session[data-scenario='ecdh/drop']");
    let session = text(&student.run("return document.querySelector('.session').dataset.session", &[]));
    assert_eq!(student.run(offered, &[]), 0);
    // Away, and the other trainer goes on meanwhile.
    student.go("about:blank");
    other.press("PageDown");
    trainer.await_element(".present[data-scene='3']");
    student.go(&format!("http://{}/sessions/{session}", lab.address));
    student.await_element("html[data-live=open]:not([data-exercise]) .session[data-status=done]");
    trainer.press("PageUp");
    for browser in [&trainer, &other] {
        browser.await_element(".present[data-scene='2']");
        browser.await_element("[data-student='1'] td");
    }
    student.click(".places a[href='/class']");
    student.await_element(".exercise [data-left='2']");
    assert_eq!(trainer.text("[data-student='1'] td"), "1");
    for browser in [&student, &trainer, &other] {
        assert_eq!(browser.complaints().iter().filter(|it| !it.contains("401")).count(), 0);
    }
}
