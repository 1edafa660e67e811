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

#[test]
fn the_core_has_no_way_to_the_outside() {
    let lab = Path::new(env!("CARGO_MANIFEST_DIR")).join("../lab");
    let manifest = fs::read_to_string(lab.join("Cargo.toml")).unwrap();
    for dependency in ["tokio", "getrandom", "mio", "socket2", "axum", "rusqlite", "rayon"] {
        assert!(manifest.lines().all(|line| !line.starts_with(dependency)), "lab depends on {dependency}");
    }
    let mut directories = vec![lab.join("src")];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
                continue;
            }
            let source = fs::read_to_string(&path).unwrap();
            for way in ["std::fs", "std::thread", "std::env", "std::process", "Instant::", "SystemTime::", "TcpStream"]
            {
                assert!(!source.contains(way), "{}: {way}", path.display());
            }
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
