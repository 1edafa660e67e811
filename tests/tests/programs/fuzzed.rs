//! Bounded runs of the fuzz targets, from the bytes of real sessions. `FUZZ_CASES` sets how many inputs each gets, `FUZZ_SECONDS` how
//! long each goes on instead; `FUZZ_CORPUS` is a directory to which the inputs are written that they start from.

use chacha20::{ChaCha20Rng, rand_core::SeedableRng};
use cryptanalysis::{Budget, Precomputation, Solver};
use etherparse::PacketBuilder;
use lab::{
    control::{Order, Report},
    event::Fact,
    modes,
    script::Script,
    staging::{Orders, Setting},
    wire::base64url,
};
use recording::pcapng::Writer;
use std::{fs, path::Path};
use support::{
    conversation::attacked,
    fuzz::{self, Run, mutate},
    http::request,
    serving::Lab,
    staging::stage,
};
use web::lesson::Lesson;

/// Sessions in which every kind of frame, of event and of order occurs.
const SCENARIOS: [&str; 5] =
    ["ecdh-mutual/substitute", "dh-weak:short,bits=64/relay", "psk/tamper", "interlock/relay", "rsa-cert/forge-name"];

fn staged() -> Vec<Orders> {
    let stage = |scenario: &&str| stage(&scenario.parse().unwrap(), &Setting::seeded("fuzzed", 7)).unwrap();
    SCENARIOS.iter().map(stage).collect()
}

/// Feeds each seed as it is, and then with one to eight edits.
fn run(name: &str, seeds: &[Vec<u8>], target: fn(&[u8])) {
    assert!(!seeds.is_empty());
    fuzz::keep(name, seeds.iter().cloned());
    seeds.iter().for_each(|seed| target(seed));
    let run = Run::of(1000);
    let (mut rng, mut case) = (ChaCha20Rng::seed_from_u64(run.seed()), 0);
    while run.goes_on(case as u64) {
        let mut data = seeds[case % seeds.len()].clone();
        for _ in 0..=case % 8 {
            mutate(&mut data, &mut rng);
        }
        if let Err(panic) = std::panic::catch_unwind(|| target(&data)) {
            let shown: Vec<String> = data.iter().map(|octet| format!("{octet:02x}")).collect();
            println!("{name}: the input is {}", shown.concat());
            std::panic::resume_unwind(panic);
        }
        case += 1;
    }
    println!("{name}: {case} inputs");
}

/// Each target has its short run here, or beside the tests of what it feeds.
#[test]
fn every_target_is_run() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let runs = ["programs/fuzzed.rs", "certificates/hostile.rs"]
        .map(|file| fs::read_to_string(root.join("tests").join(file)).unwrap());
    let targets = fs::read_dir(root.join("fuzz/fuzz_targets")).unwrap().map(|entry| entry.unwrap().path());
    let mut names: Vec<String> = targets.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    assert!(names.len() >= 12, "{names:?}");
    let manifest = fs::read_to_string(root.join("fuzz/Cargo.toml")).unwrap();
    names.retain(|name| {
        let is_run = [format!("fn {name}()"), format!("fn mutated_{name}()")];
        let is_built = manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\""));
        !is_built || !is_run.iter().any(|test| runs.iter().any(|text| text.contains(test)))
    });
    assert_eq!(names, Vec::<String>::new());
}

#[test]
fn frames() {
    let seed = |orders: Orders| {
        let log = attacked(&orders);
        let frames = log.events.iter().filter_map(|event| match &event.fact {
            Fact::Frame { bytes, .. } => base64url(bytes),
            _ => None,
        });
        [vec![3], frames.collect::<Vec<_>>().concat()].concat()
    };
    run("frames", &staged().into_iter().map(seed).collect::<Vec<_>>(), fuzz::frames);
}

#[test]
fn events() {
    let seed = |orders: Orders| {
        let line = |event| serde_json::to_string(&Report::Event(event)).unwrap() + "\n";
        attacked(&orders).events.into_iter().map(line).collect::<String>().into_bytes()
    };
    run("events", &staged().into_iter().map(seed).collect::<Vec<_>>(), fuzz::events);
}

#[test]
fn orders() {
    let seed = |orders: Orders| [orders.client, orders.server].map(|order| Order::Play(Box::new(order)));
    let seeds = staged().into_iter().flat_map(seed).map(|order| serde_json::to_vec(&order).unwrap());
    run("orders", &seeds.collect::<Vec<_>>(), fuzz::orders);
}

#[test]
fn messages() {
    let seeds = fuzz::heard();
    assert_eq!(seeds.len(), 2 * fuzz::HEARD.len());
    for mode in modes::all() {
        assert!(fuzz::HEARD.iter().any(|it| it.split([':', '/']).next() == Some(mode.id)), "{} is not heard", mode.id);
    }
    run("messages", &seeds, fuzz::messages);
}

/// Revocation lists that the issuing authority signs, whatever they say.
#[test]
fn lists() {
    run("lists", &fuzz::unsigned_lists(), fuzz::lists);
}

#[test]
fn scripts() {
    let script = include_bytes!("../../data/script.json");
    assert_eq!(Script::read(script).err().map(|error| error.to_string()), None, "the seed is a script");
    run("scripts", &[script.to_vec()], fuzz::scripts);
}

/// Recordings that the lab writes: of frames that are no TLS, and of octets that begin like TLS.
#[test]
fn recordings() {
    let seeds = [&[22, 3, 1, 0, 5, 1, 0, 0, 1, 0][..], &[23, 3, 3, 0, 1, 7], b"GET / HTTP/1.1"].map(|octets| {
        let mut writer = Writer::new(Vec::new()).unwrap();
        let builder = PacketBuilder::ipv4([127, 0, 0, 1], [127, 0, 0, 1], 64).tcp(40_000, 443, 1, 4096);
        let mut packet = Vec::new();
        builder.write(&mut packet, octets).unwrap();
        writer.packet(0, &packet).unwrap();
        writer.packet(1, &packet).unwrap();
        writer.into_inner()
    });
    run("recordings", &seeds, fuzz::recordings);
}

#[test]
fn precomputations() {
    let (p, empty) = (fuzz::prime(), Precomputation::new(&fuzz::prime()));
    let whole = Precomputation::new(&p);
    Solver::with_precomputation(&p, &2u32.into(), &whole, &Budget::default(), &mut ()).unwrap();
    run("precomputations", &[empty.to_bytes(), whole.to_bytes()], fuzz::precomputations);
}

/// Lessons, which the console alone reads.
#[test]
fn lessons() {
    let seeds = ["ten-minutes", "forty-five-minutes", "half-day"].map(|name| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../web/src/lesson/{name}.json"));
        fs::read(path).unwrap()
    });
    run("lessons", &seeds, |data| {
        if let Err(fault) = Lesson::read(&String::from_utf8_lossy(data)) {
            assert!(!fault.to_string().is_empty(), "it says what is wrong");
        }
    });
}

/// Bodies of requests, to every route that takes one: none ends the console, and each answer says what is wrong or what is done.
#[test]
fn bodies() {
    let lab = Lab::ephemeral();
    let document = lab.get("/api/openapi.json").json();
    let paths = document["paths"].as_object().unwrap().iter().filter(|(_, methods)| methods["post"].is_object());
    let routes: Vec<String> = paths.map(|(path, _)| path.replace("{id}", "none")).collect();
    assert!(routes.len() >= 5, "{routes:?}");
    let seeds: [&[u8]; 5] = [
        br#"{"scenario":"ecdh/relay","seed":7,"sessions":1,"wait":false}"#,
        br#"{"scenario":"ecdh-cert/substitute","check":"transcript-signature","seed":7}"#,
        br#"{"question":"why","choice":1,"name":"Ann","code":"1234"}"#,
        br#"{"lesson":"ten-minutes","step":1,"action":"forward","fields":{"share":"AAAA"}}"#,
        br#"[[[[{"a":[null,true,-1e308,"\u0000"]}]]]]"#,
    ];
    let each = |route: u8| seeds.map(|seed| [&[route], seed].concat());
    fuzz::keep("bodies", (0..routes.len()).flat_map(|route| each(route as u8)));
    let run = Run::of(250);
    let (mut rng, address) = (ChaCha20Rng::seed_from_u64(run.seed()), lab.address.to_string());
    let headers = [("Host", address.as_str()), ("Content-Type", "application/json")];
    let mut case = 0;
    while run.goes_on(case as u64) {
        let mut body = seeds[case % seeds.len()].to_vec();
        for _ in 0..=case % 8 {
            mutate(&mut body, &mut rng);
        }
        // What is no UTF-8 is sent as what it would be read as.
        let body = String::from_utf8_lossy(&body).into_owned();
        let route = &routes[case % routes.len()];
        let answer = request(lab.address, &format!("POST {route}"), &headers, &body);
        assert!((200..500).contains(&answer.status) || answer.status == 503, "{route} {body:?}: {answer:?}");
        case += 1;
    }
    println!("bodies: {case} inputs");
    assert_eq!(lab.get("/healthz").status, 200);
}

#[test]
fn tables() {
    let table = include_str!("../../../web/src/ci/outcomes.txt");
    let seeds: Vec<Vec<u8>> =
        table.lines().collect::<Vec<_>>().chunks(20).map(|it| it.join("\n").into_bytes()).collect();
    run("tables", &seeds, fuzz::tables);
}
