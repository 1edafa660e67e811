//! What must not be there: the arrows that `docs/ARCHITECTURE.md` forbids.

mod dependencies;
mod names;
mod sentences;

use lab::{
    event::{Event, Fact},
    evidence::Truths,
    loot::{Item, Leak},
    role::{Actor, Role},
    staging::Setting,
    verdict::{Judgement, judge},
};
use std::{collections::BTreeSet, fs, path::Path};
use support::{conversation::attacked, outcomes, staging::stage};

#[test]
fn the_attacker_is_told_no_secret_of_a_victim() {
    for outcome in outcomes::all() {
        let orders = stage(&outcome.scenario, &Setting::seeded("test", 1)).unwrap();
        let told = format!("{:?}", orders.attack);
        let loot = attacker::attacks::resolve(&outcome.scenario).unwrap().played.loot;
        for (role, victim) in [(Role::Client, &orders.client), (Role::Server, &orders.server)] {
            let later = role == Role::Server && loot.afterwards == Some(Leak::ServerKey);
            let stolen = later || matches!(loot.of(role), Some(Item::Stolen { .. }));
            assert!(!told.contains(&victim.seed), "{}: a victim's seed", outcome.scenario);
            assert!(!told.contains(&victim.phrase), "{}: what a victim will say", outcome.scenario);
            let key = victim.credentials.as_ref().and_then(|credentials| credentials.key.as_ref());
            assert!(stolen || key.is_none_or(|key| !told.contains(key)), "{}: a victim's key", outcome.scenario);
        }
        assert_ne!(orders.client.seed, orders.server.seed, "{}: one seed for both", outcome.scenario);
    }
}

/// Both canaries, as an attacker reads them who is in the middle of an exchange that authenticates nobody.
fn canaries() -> Vec<String> {
    let log = attacked(&stage(&"dh/substitute".parse().unwrap(), &Setting::seeded("test", 1)).unwrap());
    let read = log.events.into_iter().filter_map(|event| match event.fact {
        Fact::Recovered { text, .. } => Some(text.rsplit_once(" [")?.1.trim_end_matches(']').to_owned()),
        _ => None,
    });
    read.collect()
}

#[test]
fn a_victim_tells_no_part_of_a_canary() {
    let canaries = canaries();
    assert_eq!(canaries.iter().map(String::len).collect::<Vec<_>>(), [32, 32]);
    let parts: Vec<&str> = canaries.iter().flat_map(|canary| (0..=24).map(|at| &canary[at..at + 8])).collect();
    let mut texts = 0;
    for outcome in outcomes::all() {
        // Seeded alike, every session has these two.
        let log = attacked(&stage(&outcome.scenario, &Setting::seeded("test", 1)).unwrap());
        for event in log.events.iter().filter(|event| event.source != Actor::Attacker) {
            let Fact::Data { text, .. } = &event.fact else { continue };
            texts += usize::from(text.is_some());
            let told = serde_json::to_string(event).unwrap();
            for part in &parts {
                assert!(!told.contains(part), "{}: {told}", outcome.scenario);
            }
        }
    }
    assert!(texts > 100, "the victims tell what they write and read: {texts}");
}

#[test]
fn a_verdict_depends_on_neither_the_attacks_name_nor_the_switches() {
    for scenario in ["dh/substitute", "dh-weak:short/eavesdrop", "ecdh-cert/substitute", "ecdh-cert/tamper~record-auth"]
    {
        let mut log = attacked(&stage(&scenario.parse().unwrap(), &Setting::seeded("test", 1)).unwrap());
        // What a victim believes follows from the mode that it says to play; what came of the session does not.
        let judged = |events: &[Event]| Judgement { truths: Truths::default(), ..judge(events) };
        let judgement = judged(&log.events);
        for event in &mut log.events {
            match &mut event.fact {
                Fact::Started { plays, without, with } => {
                    *plays = "something".to_owned();
                    without.clear();
                    with.clear();
                }
                Fact::Step { text, recipe, .. } => {
                    text.clear();
                    *recipe = None;
                }
                _ => {}
            }
        }
        assert_eq!(judged(&log.events), judgement, "{scenario}");
    }
}

/// Lines of code of the programs, the library and the page, tests left out, by file.
fn code() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut directories: Vec<_> = ["lab", "attacker", "victims", "web"].map(|part| root.join(part)).into();
    let mut lines = Vec::new();
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if path.is_dir() && !["target", "tests", "benches", "vendor", "node_modules"].contains(&name) {
                directories.push(path);
            } else if name.ends_with(".rs") || name.ends_with(".js") {
                let place = path.strip_prefix(&root).unwrap().display().to_string();
                let source = fs::read_to_string(&path).unwrap();
                let code = source.split("#[cfg(test)]").next().unwrap_or_default();
                let code = code.lines().map(|line| line.split("//").next().unwrap_or_default());
                lines.extend(
                    code.filter(|line| !line.trim().is_empty() && !line.trim().starts_with(['*', '/']))
                        .map(|line| (place.clone(), line.to_owned())),
                );
            }
        }
    }
    assert!(lines.len() > 10_000, "{}", lines.len());
    lines
}

/// Where a file is read to its end, however long it is, and why.
const WHOLE: [(&str, &str); 4] = [
    ("lab/process/src/files.rs", "as far as it may be long"),
    ("lab/process/src/foreign/leftover.rs", "what the system says of a process"),
    ("web/build.rs", "the page's own files, when the program is built"),
    ("web/src/sessions/store/damaged.rs", "a test"),
];

/// Every file that somebody names is read as far as such a file can be long: a device or a pipe may have no end.
#[test]
fn no_file_is_read_without_a_bound() {
    let reads = |line: &str| ["fs::read(", "read_to_end(", "read_to_string("].iter().any(|sign| line.contains(sign));
    let found = code().into_iter().filter(|(place, line)| place.ends_with(".rs") && reads(line));
    let places: BTreeSet<String> = found.map(|(place, _)| place).collect();
    assert_eq!(places, WHOLE.iter().map(|(place, _)| (*place).to_owned()).collect());
}

/// What only one system has is compiled only there: the lab is for whatever laptop a trainer has. A word that says so stands
/// above, in the same item or in the module's.
#[test]
fn what_one_system_has_is_compiled_only_there() {
    const SIGNS: [&str; 6] = ["os::unix", "os::fd", "signal::unix", "net::unix", "rustix::", "process_group("];
    const WORDS: [&str; 4] = ["cfg(unix)", "cfg(target_os = \"linux\")", "cfg(windows)", "#![cfg("];
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let places: BTreeSet<String> = code().into_iter().map(|(place, _)| place).collect();
    let mut seen = 0;
    for place in places.iter().filter(|place| place.ends_with(".rs")) {
        let source = fs::read_to_string(root.join(place)).unwrap();
        let lines: Vec<&str> = source.lines().collect();
        for (i, line) in lines.iter().enumerate().filter(|(_, line)| SIGNS.iter().any(|sign| line.contains(sign))) {
            let above = &lines[i.saturating_sub(9)..=i];
            let said = above.iter().any(|line| WORDS.iter().any(|word| line.contains(word)));
            assert!(said, "{place}:{}: {line}", i + 1);
            seen += 1;
        }
    }
    assert!(seen > 12, "{seen}");
}
