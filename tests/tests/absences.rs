//! What must not be there: the arrows that `docs/ARCHITECTURE.md` forbids.

use lab::{
    event::Fact,
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
            let stolen = outcome.scenario.attack.id == "stolen-key";
            assert!(stolen || key.is_none_or(|key| !told.contains(key)), "{}: a victim's key", outcome.scenario);
        }
        assert_ne!(orders.client.seed, orders.server.seed, "{}: one seed for both", outcome.scenario);
    }
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
