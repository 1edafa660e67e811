//! The dashboard's routes, asked over the network as a script or a hostile page would.

#![cfg(target_os = "linux")]

use serde_json::{Value, json};
use std::net::TcpListener;
use support::{
    http::{Stream, post, request, status_of},
    serving::{Lab, MISSION, is_verdict, text},
};

#[test]
fn who_is_not_the_page_itself_is_refused() {
    let lab = Lab::ephemeral();
    let (own, port) = (lab.address.to_string(), lab.address.port());
    let loopback = format!("localhost:{port}");
    let (foreign, other_port) = (format!("rebound.example:{port}"), format!("127.0.0.1:{}", port ^ 1));
    let status = |line: &str, headers: &[(&str, &str)], body: &str| {
        let answer = request(lab.address, line, headers, body);
        let policy = answer.header("content-security-policy").expect("a policy on every answer").to_owned();
        assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        (answer.status, if answer.status < 400 { String::new() } else { answer.field() })
    };
    let refused = |field: &str| (403, field.to_owned());
    for host in [&own, &loopback] {
        for path in ["/", "/healthz", "/metrics", "/api/sessions", "/sessions/any", "/cracking", "/checks/finished"] {
            assert_eq!(status(&format!("GET {path}"), &[("Host", host)], "").0, 200, "{host}{path}");
        }
    }
    for host in [&foreign, &other_port] {
        assert_eq!(status("GET /api/sessions", &[("Host", host)], ""), (421, "host".to_owned()), "{host}");
    }
    assert_eq!(status("GET /api/sessions", &[], ""), (400, "host".to_owned()));
    let body = r#"{"scenario":"dh/relay"}"#;
    let json = ("Content-Type", "application/json");
    let origin = format!("http://{own}");
    assert_eq!(status("POST /api/sessions", &[("Host", &own), json, ("Origin", &origin)], body).0, 202);
    for origin in ["http://evil.example", "null", &format!("https://{own}"), &format!("http://{other_port}")] {
        let answer = status("POST /api/sessions", &[("Host", &own), json, ("Origin", origin)], body);
        assert_eq!(answer, refused("origin"), "{origin}");
    }
    let embedded = [("Host", &*own), ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "no-cors")];
    assert_eq!(status("GET /api/status", &embedded, ""), refused("sec-fetch-site"));
    let form = ("Content-Type", "text/plain");
    assert_eq!(status("POST /api/sessions", &[("Host", &own), form], body), (415, "content-type".to_owned()));
}

#[test]
fn a_wrong_address_shows_a_browser_the_page_and_a_program_a_problem() {
    let lab = Lab::ephemeral();
    let own = lab.address.to_string();
    let get = |path: &str, accept| {
        let answer = request(lab.address, &format!("GET {path}"), &[("Host", &own), ("Accept", accept)], "");
        (answer.status, answer.header("content-type").expect("a type").to_owned())
    };
    let [page, problem] = [(404, "text/html; charset=utf-8".to_owned()), (404, "application/json".to_owned())];
    let browser = "text/html,application/xhtml+xml,*/*;q=0.8";
    for path in ["/session", "/mode", "/sessions/a/b"] {
        assert_eq!(get(path, browser), page, "{path}");
        assert_eq!(get(path, "*/*"), problem, "{path}");
    }
    for path in ["/api/nothing", "/static/nothing.js"] {
        assert_eq!(get(path, browser), problem, "{path}");
    }
}

#[test]
fn what_is_wrong_with_a_request_is_named() {
    let lab = Lab::ephemeral();
    let long = format!(r#"{{"scenario":"{}"}}"#, "a".repeat(20_000));
    for (body, status, field) in [
        (r#"{"scenario":"dhx/relay"}"#, 400, "mode"),
        (r#"{"scenario":"dh/relax"}"#, 400, "attack"),
        (r#"{"scenario":"dh/relay~none"}"#, 400, "check"),
        (r#"{"scenario":"dh"}"#, 400, "scenario"),
        (r#"{"scenario":7}"#, 400, "scenario"),
        (r#"{"scenario":"dh/relay","seed":-1}"#, 400, "seed"),
        (r#"{"scenario":"dh/relay","sessions":101}"#, 400, "sessions"),
        (r#"{"scenario":"dh/relay","sessions":0}"#, 400, "sessions"),
        (r#"{"scenario":"dh/relay","seed":18446744073709551615,"sessions":2}"#, 400, "seed"),
        (r#"{"scenario":"dh-weak:short,bits=224/crack","sessions":100}"#, 400, "sessions"),
        (r#"{"scenario":"dh/relay","sesions":1}"#, 400, "sesions"),
        (r#"["dh/relay",1,1,false,false]"#, 400, "body"),
        (r#"{"scenario":"dh/relay"} {}"#, 400, "body"),
        (r#"{"scenario":"dh/relay""#, 400, "body"),
        ("{}", 400, "scenario"),
        ("", 400, "body"),
        (&long, 413, "body"),
    ] {
        let answer = post(lab.address, "/api/sessions", body);
        let shown = &body[..body.len().min(80)];
        assert_eq!((answer.status, answer.field().as_str()), (status, field), "{shown}: {}", answer.body);
    }
    for (path, status, field) in [
        ("/api/sessions/none", 404, "session"),
        ("/api/sessions/none/events", 404, "session"),
        ("/api/sessions?limit=many", 400, "limit"),
        ("/api/sessions?limit=0", 400, "limit"),
        ("/api/sessions?limit=201", 400, "limit"),
        ("/api/sessions?after=-1", 400, "after"),
        ("/api/sessions?limits=1", 400, "limits"),
        ("/api/sessions/%ff", 400, "path"),
        ("/api/sessions/none/export?format=xml", 400, "format"),
        ("/api/sessions/none/export?format=html&lang=xx", 400, "lang"),
        ("/api/sessions/none/export", 400, "format"),
        ("/api/compare?left=none", 400, "right"),
        ("/api/compare?left=none&right=none", 404, "session"),
        ("/api/nothing", 404, "path"),
    ] {
        let answer = lab.get(path);
        assert_eq!((answer.status, answer.field().as_str()), (status, field), "{path}: {}", answer.body);
    }
    // None of it harmed anything.
    assert_eq!(lab.run("dh/substitute")["verdict"]["kind"], "split");
}

#[test]
fn a_stream_that_is_resumed_has_lost_nothing() {
    let lab = Lab::ephemeral();
    let mut whole = Stream::open(lab.address, None);
    let last = [lab.play("dh/substitute"), lab.play("ecdh/substitute")].map(|id| {
        lab.judged(&id);
        id
    });
    let mut heard = whole.until("a status", |message| message.name == "status");
    heard.extend(whole.until("the last verdict", |message| is_verdict(message, &last[1])));
    assert!(heard.is_sorted_by(|one, next| one.id < next.id), "{:?}", heard.iter().map(|m| m.id).collect::<Vec<_>>());
    assert!(heard.iter().any(|message| message.name == "event"));
    for break_off in [0, heard.len() / 2, heard.len() - 2] {
        let mut resumed = Stream::open(lab.address, Some(heard[break_off].id));
        let rest = resumed.until("the last verdict", |message| is_verdict(message, &last[1]));
        assert_eq!(rest, heard[break_off + 1..], "resumed after message {break_off}");
    }
    let mut late = Stream::open(lab.address, Some(1));
    assert_eq!(late.until("a first message", |_| true)[0].name, "reset", "the lab's first numbers are larger than 1");
}

#[test]
fn the_start_and_the_registries_can_be_asked_for() {
    let lab = Lab::ephemeral();
    for (session, (scenario, verdict)) in lab.mission().iter().zip(MISSION) {
        assert_eq!(session["verdict"]["kind"], verdict, "{scenario}");
        let events = lab.get(&format!("/api/sessions/{}/events", text(&session["session"]))).json();
        let numbers: Vec<_> =
            events["events"].as_array().expect("events").iter().map(|event| event["n"].clone()).collect();
        let cited = session["evidence"].as_array().expect("evidence");
        assert!(!cited.is_empty() && cited.iter().all(|n| numbers.contains(n)), "{scenario}: {cited:?} of {numbers:?}");
    }
    let matrix = lab.get("/api/matrix").json();
    let cells = matrix["cells"].as_array().expect("cells");
    let cell = |mode: &str, attack: &str| {
        let cell = cells.iter().find(|cell| cell["mode"] == mode && cell["attack"] == attack);
        cell.unwrap_or_else(|| panic!("no {mode}/{attack}"))["session"]["verdict"]["kind"].clone()
    };
    assert_eq!(cell("dh", "substitute"), "split");
    assert_eq!(cell("dh-weak:short", "crack"), "read");
    assert_eq!(cell("ecdh-cert", "substitute"), "stopped");
    for (path, key) in [("modes", "modes"), ("attacks", "attacks"), ("checks", "checks"), ("scenarios", "scenarios")] {
        let document = lab.get(&format!("/api/{path}")).json();
        assert!(document[key].as_array().is_some_and(|all| all.len() > 3), "{path}: {document}");
    }
    let metrics = lab.get("/metrics").body;
    for line in [r#"interlock_sessions_total{verdict="split"} 1"#, r#"interlock_process_up{process="attacker"} 1"#] {
        assert!(metrics.lines().any(|it| it == line), "{line} is not in {metrics}");
    }
    assert_eq!(lab.get("/healthz").status, 200);
}

/// Every number of the lab that a session changes: those listed, those judged and running, and what is on disk.
fn state(lab: &Lab) -> Value {
    let listed = lab.get("/api/sessions?limit=200").json();
    let metrics = lab.get("/metrics").body;
    let counted: Vec<&str> = metrics.lines().filter(|line| line.starts_with("interlock_sessions")).collect();
    json!({ "sessions": listed["sessions"], "counted": counted })
}

#[test]
fn no_safe_method_has_an_effect() {
    let directory = tempfile::tempdir().expect("a directory");
    let args = ["--listen", "127.0.0.1:0", "--data", directory.path().to_str().expect("a path")];
    let lab = Lab::start(&args);
    let [session, ..] = lab.mission().map(|session| text(&session["session"]));
    let before = state(&lab);
    let (own, document) = (lab.address.to_string(), lab.get("/api/openapi.json").json());
    for (path, methods) in document["paths"].as_object().expect("paths") {
        let path = path.replace("{id}", &session);
        // What a route takes in its query; and what another method of it, or what starts sessions elsewhere, takes in its body.
        let asked = methods["get"]["parameters"].as_array().into_iter().flatten();
        let asked = asked.filter(|it| it["in"] == "query").map(|it| text(&it["name"]));
        let told = &methods["post"]["requestBody"]["content"]["application/json"]["schema"]["properties"];
        let told = told.as_object().into_iter().flatten().map(|(name, _)| name.clone());
        let value = |name: &str| match name {
            "left" | "right" => session.clone(),
            "scenario" => "dh/relay".to_owned(),
            "check" => "public-range".to_owned(),
            "format" => "json".to_owned(),
            "after" => u64::MAX.to_string(),
            "seed" | "sessions" | "limit" | "scene" | "row" | "answer" | "since" | "held" | "decisions" | "event"
            | "seconds" => "1".to_owned(),
            "do" => "start".to_owned(),
            "name" | "lesson" | "code" => "ten-minutes".to_owned(),
            "wait" | "on" | "step" | "applies" | "shared" => "true".to_owned(),
            "action" => "forward".to_owned(),
            "fields" => "{}".to_owned(),
            "mode" => "dh".to_owned(),
            "table" | "without" | "with" | "goals" => "none".to_owned(),
            "program" => "client-none".to_owned(),
            "role" => "client".to_owned(),
            "version" | "cells" | "totals" => "1".to_owned(),
            "attack" => "relay".to_owned(),
            "verdict" => "private".to_owned(),
            "status" => "done".to_owned(),
            "theme" => "dark".to_owned(),
            "lang" => "de".to_owned(),
            other => panic!("no value for {other} of {path}"),
        };
        let [asked, told]: [Vec<String>; 2] = [asked.collect(), told.collect()];
        let query = |names: &[String]| names.iter().map(|name| format!("{name}={}", value(name))).collect::<Vec<_>>();
        let starts = ["scenario", "check", "seed"].map(str::to_owned);
        for query in [vec![], query(&asked), query(&told), query(&starts)] {
            let target = format!("{path}?{}", query.join("&"));
            for method in ["GET", "HEAD"] {
                let status = status_of(lab.address, &format!("{method} {target}"), &[("Host", &own)]);
                assert!(status < 500, "{method} {target}: {status}");
            }
        }
    }
    assert_eq!(state(&lab), before);
    assert_eq!(lab.end(), Some(0));
    let again = Lab::start(&args);
    again.mission();
    let kept = again.get("/api/sessions?limit=200").json();
    let kept = kept["sessions"].as_array().expect("sessions");
    let known = before["sessions"].as_array().expect("sessions");
    assert!(known.iter().all(|session| kept.contains(session)));
    assert_eq!(kept.len(), known.len() + MISSION.len(), "the two starts of the lab, and nothing else");
}

#[test]
fn a_comparison_names_where_two_runs_part() {
    let lab = Lab::ephemeral();
    let wanted = r#"{"scenario":"ecdh-cert/substitute","check":"transcript-signature","seed":7}"#;
    let started = post(lab.address, "/api/compare", wanted);
    assert_eq!(started.status, 202, "{started:?}");
    for session in started.json()["sessions"].as_array().expect("sessions") {
        lab.judged(&text(&session["session"]));
    }
    let told = lab.get(started.header("location").expect("a place")).json();
    assert_eq!(told["left"]["verdict"]["kind"], "stopped");
    assert_eq!(told["right"]["verdict"]["kind"], "split");
    let (first, rows) = (&told["first_difference"], told["rows"].as_array().expect("rows"));
    let first = usize::try_from(first.as_u64().expect("a difference")).expect("an index");
    assert!(rows[..first].iter().all(|row| row["same"] == true) && rows[first]["same"] == false, "{first}");
    let (left, right) = (text(&told["left"]["session"]), text(&told["right"]["session"]));
    let again = lab.get(&format!("/api/compare?left={left}&right={right}")).json();
    assert_eq!((&again["rows"], &again["words"]), (&told["rows"], &told["words"]));
}

/// The checks that fail on a chain, from the leaf up.
fn failed(chain: &Value) -> Vec<String> {
    let path = chain["path"].as_array().expect("a path");
    let steps = path.iter().flat_map(|link| link["steps"].as_array().expect("steps"));
    steps.filter(|step| step["status"] == "failed").map(|step| text(&step["check"])).collect()
}

#[test]
fn a_forged_chain_is_shown_beside_the_genuine_one_with_the_step_that_fails() {
    let lab = Lab::ephemeral();
    for (attack, check) in [("forge-expired", "cert-validity"), ("forge-self-signed", "cert-chain")] {
        let id = text(&lab.run(&format!("ecdh-cert/{attack}"))["session"]);
        let told = lab.get(&format!("/api/sessions/{id}/chains")).json();
        let [shown] = &told["chains"].as_array().expect("chains")[..] else { panic!("{told}") };
        assert_eq!((&shown["owner"], &shown["judge"]["party"]), (&json!("server"), &json!("client")));
        assert_eq!((&shown["replaced"], &shown["judge"]["name"]), (&json!(true), &json!("bob.lab")));
        let (genuine, forged) = (&shown["sent"], &shown["received"]);
        assert_eq!((failed(genuine), &genuine["accepted"], &genuine["anchored"]), (vec![], &json!(true), &json!(true)));
        assert_eq!((failed(forged), &forged["accepted"]), (vec![check.to_owned()], &json!(false)), "{attack}");
        assert_eq!(forged["path"][0]["certificate"]["names"], json!(["dns:bob.lab"]), "{attack}");
        let page = lab.get(&format!("/api/sessions/{id}/export?format=html")).body;
        assert!(page.contains("certificates, as received") && page.contains(&format!("{check}: wanted")), "{page}");
    }
    // Where both show certificates, each peer judges the other's.
    let id = text(&lab.run("ecdh-mutual/forge-expired:client")["session"]);
    let told = lab.get(&format!("/api/sessions/{id}/chains")).json();
    let [server, client] = &told["chains"].as_array().expect("chains")[..] else { panic!("{told}") };
    assert_eq!((&server["owner"], &client["owner"]), (&json!("server"), &json!("client")));
    assert_eq!(
        (&client["judge"]["party"], failed(&client["received"])),
        (&json!("server"), vec!["cert-validity".into()])
    );
    let bare = lab.run("dh/substitute");
    let told = lab.get(&format!("/api/sessions/{}/chains", text(&bare["session"]))).json();
    assert_eq!(told["chains"], json!([]), "nobody shows a certificate in this mode");
    assert_eq!(lab.get("/api/sessions/none/chains").status, 404);
}

#[test]
fn the_first_session_of_a_prime_pays_for_it_and_the_next_names_it() {
    let lab = Lab::ephemeral();
    // 48 bits were paid for by the lab's own start.
    let [first, second] = [(); 2].map(|()| text(&lab.run("dh-weak:short,bits=56/crack")["session"]));
    let told = lab.get("/api/cracking").json();
    let of = |id: &str| {
        let sessions = told["sessions"].as_array().expect("sessions");
        sessions.iter().find(|it| it["session"] == id).unwrap_or_else(|| panic!("no {id} in {told}"))
    };
    assert_eq!((&of(&first)["bits"], &of(&first)["prepared_by"]), (&json!(56), &Value::Null));
    assert_eq!((&of(&second)["found"], &of(&second)["prepared_by"]), (&json!(true), &json!(first)));
    for (list, least) in [("measured", 8), ("records", 6), ("models", 2)] {
        assert!(told[list].as_array().is_some_and(|rows| rows.len() >= least), "{list}: {told}");
    }
}

#[test]
fn sessions_outlive_the_lab_that_ran_them() {
    let directory = tempfile::tempdir().expect("a directory");
    let data = directory.path().to_str().expect("a path");
    let args = ["--listen", "127.0.0.1:0", "--data", data];
    let (session, events, chains): (Value, Value, Value) = {
        let lab = Lab::start(&args);
        let session = lab.run("ecdh-cert/substitute~transcript-signature");
        let events = lab.get(&format!("/api/sessions/{}/events", text(&session["session"]))).json();
        let chains = lab.get(&format!("/api/sessions/{}/chains", text(&session["session"]))).json();
        lab.mission();
        // The polite end: what is judged is on disk by then.
        assert_eq!(lab.end(), Some(0));
        (session, events, chains)
    };
    let lab = Lab::start(&args);
    let id = text(&session["session"]);
    assert_eq!(lab.get(&format!("/api/sessions/{id}")).json(), session);
    assert_eq!(lab.get(&format!("/api/sessions/{id}/events")).json(), events);
    assert_eq!(lab.get(&format!("/api/sessions/{id}/chains")).json(), chains);
    let listed = lab.get("/api/sessions?limit=100").json();
    let listed: Vec<_> =
        listed["sessions"].as_array().expect("sessions").iter().map(|it| it["session"].clone()).collect();
    assert_eq!(listed.len(), 7, "three of each start and one more: {listed:?}");
    assert!(listed.contains(&json!(id)));
}

#[test]
fn what_could_not_be_kept_is_told_at_the_end() {
    let directory = tempfile::tempdir().expect("a directory");
    let blocked = directory.path().join("file");
    std::fs::write(&blocked, "no directory").expect("a file");
    let lab = Lab::start(&["--listen", "127.0.0.1:0", "--data", blocked.to_str().expect("a path")]);
    lab.mission();
    assert_eq!(lab.get("/api/status").json()["store"]["ok"], false);
    assert_eq!(lab.end(), Some(3));
}

#[test]
fn a_taken_port_is_said_and_the_next_one_used() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port();
    let mut program = support::programs::Program::start(
        "interlock",
        &["serve", "--ephemeral", "--listen", &format!("127.0.0.1:{port}")],
    );
    let said = program
        .until("the port", |line| line.split_once(&format!("port {port} is taken; port ")).map(|it| it.1.to_owned()));
    let used: u16 = said.split(' ').next().and_then(|used| used.parse().ok()).expect("a port");
    let ready = program.until("the address", |line| line.contains("is ready").then(|| line.to_owned()));
    assert!(used > port && ready.contains(&format!("http://127.0.0.1:{used}")), "{said:?}, {ready:?}");
    assert_eq!(support::http::get(([127, 0, 0, 1], used).into(), "/healthz").status, 200);
}
