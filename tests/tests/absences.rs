//! What must not be there: the arrows that `docs/ARCHITECTURE.md` forbids.

use lab::{
    event::Fact,
    role::Actor,
    staging::{Setting, stage},
    verdict::judge,
};
use std::{collections::BTreeSet, fs, path::Path, process::Command};
use support::{conversation::attacked, outcomes};

#[test]
fn the_attacker_is_told_no_secret_of_a_victim() {
    for outcome in outcomes::all() {
        let orders = stage(&outcome.scenario, &Setting::seeded("test", 1)).unwrap();
        let told = format!("{:?}", orders.attack);
        for victim in [&orders.client, &orders.server] {
            assert!(!told.contains(&victim.seed), "{}: a victim's seed", outcome.scenario);
            assert!(!told.contains(&victim.phrase), "{}: what a victim will say", outcome.scenario);
            let key = victim.credentials.as_ref().and_then(|credentials| credentials.key.as_ref());
            let stolen = matches!(outcome.scenario.attack.id.as_str(), "stolen-key" | "cross-protocol");
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
        let (_, _, full) = attacker::attacks::resolve(&outcome.scenario).unwrap_or_else(|unknown| panic!("{unknown}"));
        let log = attacked(&stage(&full, &Setting::seeded("test", 1)).unwrap());
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
        let judgement = format!("{:?}", judge(&log.events));
        for event in &mut log.events {
            match &mut event.fact {
                Fact::Started { plays, without, with } => {
                    *plays = "something".to_owned();
                    without.clear();
                    with.clear();
                }
                Fact::Step { text, .. } => text.clear(),
                _ => {}
            }
        }
        assert_eq!(format!("{:?}", judge(&log.events)), judgement, "{scenario}");
    }
}

/// Where each package lies, its name, and which packages of the lab it may depend on.
const ARROWS: [(&str, &str, &[&str]); 6] = [
    ("lab", "lab", &[]),
    ("lab/process", "process", &["lab"]),
    ("attacker/cryptanalysis", "cryptanalysis", &[]),
    ("attacker", "attacker", &["cryptanalysis", "lab", "process"]),
    ("victims", "victims", &["lab", "process"]),
    ("web", "web", &["attacker", "cryptanalysis", "lab", "process", "victims"]),
];

/// The names in one section of a manifest.
fn named<'a>(manifest: &'a str, section: &str) -> BTreeSet<&'a str> {
    let (_, below) = manifest.split_once(&format!("\n[{section}]\n")).unwrap_or_default();
    let lines = below.lines().take_while(|line| !line.starts_with('['));
    lines.filter_map(|line| line.split(['.', ' ', '=']).next()).filter(|name| !name.is_empty()).collect()
}

#[test]
fn no_package_depends_on_one_that_it_must_not_know() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let workspace = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let ours: BTreeSet<&str> = ARROWS.iter().map(|(_, name, _)| *name).chain(["support"]).collect();
    let at_home = workspace.lines().filter(|line| line.contains("{ path = \""));
    let listed: BTreeSet<&str> = at_home.filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(listed, ours, "a package that ARROWS does not place");
    for (directory, name, allowed) in ARROWS {
        let manifest = fs::read_to_string(root.join(directory).join("Cargo.toml")).unwrap();
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{directory}");
        let depends = named(&manifest, "dependencies");
        assert!(!depends.is_empty(), "{name}: no dependencies were found");
        for other in depends.intersection(&ours) {
            assert!(allowed.contains(other), "{name} depends on {other}");
        }
    }
}

/// Lines of code of the programs and the library, tests left out, by file.
fn code() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut directories: Vec<_> = ["lab", "attacker", "victims", "web"].map(|part| root.join(part)).into();
    let mut lines = Vec::new();
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if path.is_dir() && !["target", "tests", "benches", "node_modules"].contains(&name) {
                directories.push(path);
            } else if name.ends_with(".rs") {
                let place = path.strip_prefix(&root).unwrap().display().to_string();
                let source = fs::read_to_string(&path).unwrap();
                let code = source.split("#[cfg(test)]").next().unwrap_or_default();
                let code = code.lines().map(|line| line.split("//").next().unwrap_or_default());
                lines.extend(code.filter(|line| !line.trim().is_empty()).map(|line| (place.clone(), line.to_owned())));
            }
        }
    }
    assert!(lines.len() > 10_000, "{}", lines.len());
    lines
}

/// `Switches::status` decides what becomes of a finding, and `Expr::Switch` what both parties compute; a mode's own `off`
/// list is read to make switches of it, to validate it and to list it.
#[test]
fn nobody_else_reads_switches() {
    let readers = |sign: &str| -> BTreeSet<String> {
        let reads = |line: &str| {
            line.match_indices(sign).any(|(at, _)| {
                let next = line[at + sign.len()..].chars().next();
                sign.ends_with('(') || next.is_none_or(|next| !next.is_alphanumeric() && next != '_')
            })
        };
        code().into_iter().filter(|(_, line)| reads(line)).map(|(place, _)| place).collect()
    };
    let only = |places: &[&str]| places.iter().map(|place| (*place).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(readers("is_on("), only(&["lab/src/check.rs", "lab/src/handshake.rs"]));
    assert_eq!(readers(".off"), only(&["lab/src/check.rs", "lab/src/mode.rs", "web/src/registry.rs"]));
    for other in ["disabled", ".without.contains", ".with.contains"] {
        assert_eq!(readers(other), only(&[]), "{other}");
    }
}

/// Who builds the lab for the first time pays for every package: none is compiled in two versions unless that is somebody
/// else's choice. Where an update brings a second one, `cargo update --precise` takes it back until all have moved.
#[test]
fn no_package_is_built_in_two_versions() {
    let mut tree = Command::new(env!("CARGO"));
    tree.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    tree.args([
        "tree",
        "--locked",
        "--offline",
        "--duplicates",
        "--depth=0",
        "--prefix=none",
        "-e=normal,build",
        "-p=web",
    ]);
    let output = tree.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let listed = String::from_utf8(output.stdout).unwrap();
    let twice: BTreeSet<&str> =
        listed.lines().filter_map(|line| line.split(' ').next()).filter(|n| !n.is_empty()).collect();
    // ring has the older getrandom, x509-parser the older num-bigint
    assert_eq!(twice.into_iter().collect::<Vec<_>>(), ["getrandom", "num-bigint"]);
}
