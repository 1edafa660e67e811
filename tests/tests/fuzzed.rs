//! Bounded runs of the fuzz targets, from the bytes of real sessions; `FUZZ_CASES` sets how many inputs each gets.

use chacha20::{ChaCha20Rng, rand_core::SeedableRng};
use lab::{
    control::{Order, Report},
    event::Fact,
    staging::{Orders, Setting},
    wire::base64url,
};
use support::{
    conversation::attacked,
    fuzz::{self, mutate},
    staging::stage,
};

/// Sessions in which every kind of frame, of event and of order occurs.
const SCENARIOS: [&str; 5] =
    ["ecdh-mutual/substitute", "dh-weak:short,bits=64/relay", "psk/tamper", "interlock/relay", "rsa-cert/forge-name"];

fn staged() -> Vec<Orders> {
    let stage = |scenario: &&str| stage(&scenario.parse().unwrap(), &Setting::seeded("fuzzed", 7)).unwrap();
    SCENARIOS.iter().map(stage).collect()
}

/// Feeds each seed as it is, and then with one to eight edits.
fn run(seeds: &[Vec<u8>], target: fn(&[u8])) {
    let cases = std::env::var("FUZZ_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(1000_usize);
    assert!(!seeds.is_empty());
    seeds.iter().for_each(|seed| target(seed));
    let mut rng = ChaCha20Rng::from_seed([7; 32]);
    for case in 0..cases {
        let mut data = seeds[case % seeds.len()].clone();
        for _ in 0..=case % 8 {
            mutate(&mut data, &mut rng);
        }
        target(&data);
    }
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
    run(&staged().into_iter().map(seed).collect::<Vec<_>>(), fuzz::frames);
}

#[test]
fn events() {
    let seed = |orders: Orders| {
        let line = |event| serde_json::to_string(&Report::Event(event)).unwrap() + "\n";
        attacked(&orders).events.into_iter().map(line).collect::<String>().into_bytes()
    };
    run(&staged().into_iter().map(seed).collect::<Vec<_>>(), fuzz::events);
}

#[test]
fn orders() {
    let seed = |orders: Orders| [orders.client, orders.server].map(|order| Order::Play(Box::new(order)));
    let seeds = staged().into_iter().flat_map(seed).map(|order| serde_json::to_vec(&order).unwrap());
    run(&seeds.collect::<Vec<_>>(), fuzz::orders);
}

#[test]
fn tables() {
    let table = include_str!("../../web/src/ci/outcomes.txt");
    let seeds: Vec<Vec<u8>> =
        table.lines().collect::<Vec<_>>().chunks(20).map(|it| it.join("\n").into_bytes()).collect();
    run(&seeds, fuzz::tables);
}
