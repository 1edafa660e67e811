//! Lessons: rehearsed when they are loaded, sealed until the class has answered, and back at their start at once.

#![cfg(target_os = "linux")]

use serde_json::{Value, json};
use support::{
    http::{Answer, Stream, post, request},
    postgres::Cluster,
    programs::run,
    serving::{Lab, is_verdict, text},
};

/// A lab that teaches from a lesson, once it is rehearsed.
fn rehearsed(lesson: &str) -> Lab {
    let mut lab = Lab::start(&["--ephemeral", "--listen", "127.0.0.1:0", "--lesson", lesson]);
    let told = lab.program.until("the rehearsal", |line| line.strip_prefix("The lesson is ready: ").map(str::to_owned));
    let numbers: Vec<usize> = told.split(' ').filter_map(|word| word.parse().ok()).collect();
    let script = lab.get("/api/lesson").json();
    let otherwise: Vec<&Value> =
        script["rehearsed"].as_array().expect("scenes").iter().filter(|it| it["ready"] != "ready").collect();
    assert!(numbers.len() == 2 && numbers[0] == numbers[1], "{told}: {otherwise:#?}");
    lab
}

fn steer(lab: &Lab, action: &Value) -> Value {
    let answer = post(lab.address, "/api/class", &action.to_string());
    assert_eq!(answer.status, 200, "{action}: {answer:?}");
    answer.json()
}

#[test]
fn every_scene_of_every_lesson_comes_out_as_theory_has_it() {
    for lesson in ["ten-minutes", "forty-five-minutes", "half-day"] {
        rehearsed(lesson);
    }
}

/// Everything that a route tells of a session or its scenario, as text.
fn told(lab: &Lab, session: &str, scenario: &str) -> String {
    let own = format!("/api/sessions/{session}");
    let lists = lab.get("/api/sessions?limit=200").json();
    let matrix = lab.get("/api/matrix").json();
    let table = lab.get("/api/scenarios").json();
    let of = |list: &Value| {
        let all = list.as_array().expect("a list").iter();
        all.filter(|it| it["scenario"] == scenario).map(Value::to_string).collect::<String>()
    };
    let export = lab.get(&format!("{own}/export?format=json")).body;
    let pieces = [&own, &format!("{own}/events"), &format!("{own}/chains")].map(|path| lab.get(path).body);
    pieces.concat() + &of(&lists["sessions"]) + &of(&matrix["cells"]) + &of(&table["scenarios"]) + &export
}

#[test]
fn a_sealed_scene_tells_its_verdict_nowhere_until_it_is_revealed() {
    let lab = rehearsed("ten-minutes");
    let scenario = "ecdh-cert/substitute";
    let view = steer(&lab, &json!({ "do": "go", "scene": 3 }));
    let session = text(&view["sessions"][0]);
    assert_eq!(
        (&view["sealed"], &view["question"]["state"], &view["question"]["right"]),
        (&json!(true), &json!("closed"), &Value::Null)
    );
    // Whoever comes back after the rehearsal is sent nothing of it.
    let mut stream = Stream::open(lab.address, Some(1));
    let spoils = ["\"transcript-signature\"", "stopped", "aborted", "\"check\"", "established"];
    let before = told(&lab, &session, scenario);
    for spoil in spoils {
        assert!(!before.contains(spoil), "{spoil} in {before}");
    }
    assert_eq!(lab.get(&format!("/api/sessions/{session}")).json()["status"], "sealed");
    assert_eq!(lab.get("/api/sessions?verdict=stopped").json()["sessions"], json!([]));
    assert_eq!(lab.get(&format!("/api/compare?left={session}&right={session}")).status, 409);
    // The scene after it, which shows the same with and without a check, is sealed as long as it is, in both.
    let view = steer(&lab, &json!({ "do": "go", "scene": 4 }));
    assert_eq!(view["sealed"], true);
    for side in view["sessions"].as_array().expect("two") {
        assert_eq!(lab.get(&format!("/api/sessions/{}", text(side))).json()["verdict"], Value::Null);
    }
    // The class answers; what it answers is told when the speaker tells it.
    let answer = |answer: Value| -> Answer {
        let (own, body) = (lab.address.to_string(), json!({ "answer": answer }).to_string());
        request(lab.address, "POST /api/class/answer", &[("Host", &own), ("Content-Type", "application/json")], &body)
    };
    steer(&lab, &json!({ "do": "go", "scene": 3 }));
    assert_eq!((answer(json!(2)).status, answer(json!(2)).field().as_str()), (409, "question"));
    steer(&lab, &json!({ "do": "ask" }));
    assert_eq!((answer(json!(4)).status, answer(json!(0)).status, answer(json!("2")).status), (400, 400, 400));
    assert_eq!((answer(json!(1)).status, answer(json!(2)).status), (204, 204));
    let asked = steer(&lab, &json!({ "do": "hand", "answer": 3 }));
    assert_eq!((&asked["question"]["answered"], &asked["question"]["tally"]), (&json!(2), &Value::Null));
    let revealed = steer(&lab, &json!({ "do": "reveal" }));
    assert_eq!((&revealed["question"]["tally"], &revealed["question"]["right"]), (&json!([0, 1, 1]), &json!(2)));
    assert_eq!(answer(json!(1)).status, 409);
    let after = told(&lab, &session, scenario);
    // Who was stopped never established anything.
    assert!(spoils[..4].iter().all(|spoil| after.contains(spoil)), "{after}");
    stream.until("the verdict", |message| message.name == "session" && message.data["verdict"]["kind"] == "stopped");
    // Back at the start everything is as before, and nothing had to be played again for it.
    let played = || lab.get("/api/sessions?limit=200").json()["sessions"].as_array().map(Vec::len);
    let before_start = played();
    let start = steer(&lab, &json!({ "do": "start" }));
    assert_eq!((&start["scene"], &start["ready"], &start["scenes"]), (&json!(1), &json!(4), &json!(4)));
    assert_eq!(told(&lab, &session, scenario), before);
    assert_eq!(played(), before_start);
}

#[test]
fn what_is_wrong_with_a_lesson_is_named() {
    let lab = Lab::ephemeral();
    let scene = |more: Value| {
        let mut scene = json!({ "title": "x", "minutes": 1 });
        scene.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        json!({ "interlock_lesson": 1, "title": { "en": "x" }, "scenes": [scene] })
    };
    let question = |right: Value| json!({ "question": { "ask": "?", "answers": ["a", "b"], "right": right } });
    let twice = {
        let mut lesson = scene(json!({ "scenario": "dh/relay~public-range", "seed": 1 }));
        let mut asking = scene(question(json!(1)))["scenes"][0].take();
        (asking["scenario"], asking["seed"]) = (json!("dh/relay"), json!(1));
        lesson["scenes"].as_array_mut().expect("scenes").push(asking);
        lesson
    };
    for (lesson, field) in [
        (json!({}), "interlock_lesson"),
        (
            json!({ "interlock_lesson": 2, "title": "x", "scenes": [{ "title": "x", "minutes": 1 }] }),
            "interlock_lesson",
        ),
        (json!({ "interlock_lesson": 1, "title": "x", "scenes": [] }), "scenes"),
        (json!({ "interlock_lesson": 1, "title": { "xx": "x" }, "scenes": [] }), "title"),
        (json!({ "interlock_lesson": 1, "title": " ", "scenes": [] }), "title"),
        (scene(json!({ "minutes": 0 })), "scenes[0].minutes"),
        (scene(json!({ "scene": 1 })), "scenes[0].scene"),
        (scene(json!({ "scenario": "dh/relay" })), "scenes[0].seed"),
        (scene(json!({ "seed": 1 })), "scenes[0].seed"),
        (scene(json!({ "scenario": "dh/relax", "seed": 1 })), "scenes[0].scenario"),
        (scene(json!({ "scenario": "dh/relay", "seed": 1, "check": "none" })), "scenes[0].check"),
        (scene(json!({ "scenario": "dh/relay", "seed": 1, "row": 0 })), "scenes[0].row"),
        (scene(question(json!(3))), "scenes[0].question.right"),
        (scene(question(json!("a"))), "scenes[0].question.right"),
        (twice, "scenes[1].question"),
    ] {
        let answer = post(lab.address, "/api/lesson", &json!({ "lesson": lesson }).to_string());
        assert_eq!((answer.status, answer.field().as_str()), (400, field), "{lesson}: {}", answer.body);
    }
    assert_eq!(post(lab.address, "/api/lesson", "{}").field(), "lesson");
    assert_eq!(post(lab.address, "/api/lesson", r#"{"name":"none"}"#).field(), "name");
    assert_eq!(lab.get("/api/lesson").status, 404);
    assert_eq!(post(lab.address, "/api/class", r#"{"do":"start"}"#).status, 404);
}

/// A task is solved by a session that is as wanted, and by no other.
#[test]
fn the_lab_checks_its_tasks_by_itself() {
    let lab = Lab::ephemeral();
    lab.mission();
    let solved = |since: u64| -> Vec<String> {
        let all = lab.get(&format!("/api/challenges?since={since}")).json();
        let all = all["challenges"].as_array().expect("tasks").clone();
        assert!(all.len() > 5);
        all.iter().filter(|it| !it["solved"].is_null()).map(|it| text(&it["id"])).collect()
    };
    assert_eq!(solved(0), ["first-split"]);
    lab.run("ecdh-cert/substitute~transcript-signature~finished");
    assert_eq!(solved(0), ["first-split"], "two switches are not one");
    let session = lab.run("ecdh-cert/substitute~transcript-signature");
    assert_eq!(solved(0), ["first-split", "one-switch"]);
    assert_eq!(solved(session["started"].as_u64().expect("a time")), ["one-switch"]);
    lab.run("ecdh-mutual/misbind~identity-binding");
    lab.run("ecdh-cert/forge-expired~cert-validity");
    lab.run("ecdh-cert/tamper~record-auth");
    lab.run("ecdh-cert/forge-name");
    lab.run("dh-weak:short/eavesdrop");
    let all = [
        "first-split",
        "one-switch",
        "read-without-touching",
        "the-wrong-name",
        "yesterdays-certificate",
        "other-money",
        "stopped-by-name",
    ];
    assert_eq!(solved(0), all);
}

/// Whoever comes over the network needs a code, and the trainer's token controls the lab.
#[test]
fn a_lab_that_is_shown_to_a_network_has_doors() {
    let mut lab = Lab::start(&["--ephemeral", "--listen", "127.0.0.1:0", "--expose-to-network", "127.0.0.1"]);
    let code = lab.program.until("the class code", |line| {
        Some(line.split_once("with the class code ")?.1.trim_end_matches(':').to_owned())
    });
    let token =
        lab.program.until("the trainer's token", |line| Some(line.split_once("told here alone: ")?.1.to_owned()));
    let own = lab.address.to_string();
    let send = |line: &str, more: (&str, &str), body: &str| {
        let headers = [("Host", own.as_str()), ("Content-Type", "application/json"), more];
        request(lab.address, line, &headers, body)
    };
    let none = ("Accept", "*/*");
    assert_eq!(send("GET /api/status", none, "").status, 401);
    assert_eq!(send("GET /class", none, "").status, 200);
    assert_eq!(send("POST /api/join", none, r#"{"code":"nothing"}"#).field(), "code");
    let joined = send("POST /api/join", none, &json!({ "code": code }).to_string());
    let cookie = joined.header("set-cookie").expect("a cookie").split(';').next().expect("a pair").to_owned();
    let viewer = ("Cookie", cookie.as_str());
    assert_eq!(send("GET /api/status", viewer, "").status, 200);
    assert_eq!(send("GET /api/invitation", viewer, "").json()["code"], code.as_str());
    assert!(send("GET /api/invitation.svg", viewer, "").body.contains("<svg"));
    let run = r#"{"scenario":"dh/relay"}"#;
    assert_eq!(send("POST /api/sessions", viewer, run).field(), "role");
    assert_eq!(send("POST /api/sessions", ("Authorization", &format!("Bearer {token}")), run).status, 202);
    // Who tries codes is slowed down.
    let tries = (0..80).map(|_| send("POST /api/join", none, r#"{"code":"nothing"}"#).status).collect::<Vec<_>>();
    assert_eq!(tries.last(), Some(&429), "{tries:?}");
}

/// The database of the page for trainers.
const DATABASE: &str = "postgres:///interlock";

/// What is played at one console is told at another, live and in its lists, and is kept for all.
fn each_sees_the_others(labs: &[Lab], database: &str) {
    let [here, there] = labs else { panic!("expected two consoles on one database, got {}", labs.len()) };
    let mut watching = Stream::open(there.address, None);
    let played = here.run("ecdh-cert/substitute");
    let id = text(&played["session"]);
    let told = watching.until("its verdict", |message| is_verdict(message, &id));
    let numbers = told.iter().filter(|it| it.name == "event" && it.data["session"] == id.as_str());
    let numbers: Vec<u64> = numbers.filter_map(|it| it.data["n"].as_u64()).collect();
    assert!(numbers.len() > 20 && numbers.iter().copied().eq(1..=numbers.len() as u64), "{numbers:?}");
    for place in [format!("/api/sessions/{id}"), format!("/api/sessions/{id}/events")] {
        assert_eq!(there.get(&place).json(), here.get(&place).json(), "{place}");
    }
    assert!(there.get("/api/sessions").body.contains(&id));
    let export = run("interlock", &["export", &id, "--format", "json", "--store", database]);
    assert!(export.code == Some(0) && export.out.contains(&id), "{export:?}");
    // A session that is held belongs to whoever holds it.
    let held = post(here.address, "/api/sessions", r#"{"scenario":"dh/substitute","step":true}"#);
    let id = text(&held.json()["sessions"][0]["session"]);
    watching.until("a frame that is held", |message| message.name == "event" && message.data["type"] == "held");
    let cancel = |lab: &Lab| post(lab.address, &format!("/api/sessions/{id}/cancel"), "{}");
    let refused = cancel(there);
    assert!(refused.status == 409 && refused.body.contains("another console plays it"), "{refused:?}");
    assert_eq!(cancel(here).status, 202);
    watching.until("its end", |message| is_verdict(message, &id));
}

/// What docs/teaching.md tells a trainer to type works, and its example is a lesson.
#[test]
fn the_page_for_trainers_is_true() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/teaching.md");
    let page = std::fs::read_to_string(path).expect("the page");
    let blocks = |kind: &str| -> Vec<String> {
        let after = page.split(&format!("```{kind}\n")).skip(1).map(str::to_owned).collect::<Vec<_>>();
        after.iter().filter_map(|rest| Some(rest.split_once("```")?.0.to_owned())).collect()
    };
    let commands: Vec<String> =
        blocks("sh").iter().flat_map(|block| block.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
    assert!(commands.len() >= 3, "{commands:?}");
    let cluster = Cluster::start();
    let database = cluster.address("postgres");
    let mut together = Vec::new();
    for command in commands.iter().filter(|command| *command != "createdb interlock") {
        let shared = command.contains(DATABASE);
        let words: Vec<&str> =
            command.split(' ').map(|word| if word == DATABASE { database.as_str() } else { word }).collect();
        assert_eq!(words[..2], ["interlock", "serve"], "{command}");
        let place = if shared { &[][..] } else { &["--ephemeral"] };
        let lab = Lab::start(&[&words[2..], place, &["--listen", "127.0.0.1:0"]].concat());
        if shared {
            together.push(lab);
        }
    }
    each_sees_the_others(&together, &database);
    let examples = blocks("json");
    assert_eq!(examples.len(), 1);
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("lesson.json");
    std::fs::write(&file, &examples[0]).expect("a file");
    rehearsed(file.to_str().expect("a path"));
}
