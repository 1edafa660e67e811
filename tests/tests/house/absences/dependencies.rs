//! Which package knows which, and what all of them are built of.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::Command,
};

/// Where each package lies, its name, and which packages of the lab it may depend on.
const ARROWS: [(&str, &str, &[&str]); 10] = [
    ("lab/primality", "primality", &[]),
    ("lab", "lab", &["primality"]),
    ("lab/explore", "explore", &["lab"]),
    ("lab/process", "process", &["lab"]),
    ("attacker/cryptanalysis", "cryptanalysis", &["primality"]),
    ("attacker/recording", "recording", &["cryptanalysis", "lab"]),
    ("attacker", "attacker", &["cryptanalysis", "lab", "process"]),
    ("attacker/audit", "audit", &["lab", "process"]),
    ("victims", "victims", &["lab", "process"]),
    ("web", "web", &["attacker", "audit", "cryptanalysis", "explore", "lab", "process", "recording", "victims"]),
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
        let manifest = manifest(directory);
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{directory}");
        let depends = named(&manifest, "dependencies");
        assert!(!depends.is_empty(), "{name}: no dependencies were found");
        for other in depends.intersection(&ours) {
            assert!(allowed.contains(other), "{name} depends on {other}");
        }
    }
}

/// The source files of the packages, each with the directory of its package.
fn sources() -> Vec<(&'static str, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut sources = Vec::new();
    for directory in ARROWS.iter().map(|(directory, ..)| *directory).chain(["tests/support"]) {
        let mut places = vec![root.join(directory)];
        while let Some(place) = places.pop() {
            for path in fs::read_dir(&place).unwrap().map(|entry| entry.unwrap().path()) {
                if path.is_dir() && !path.join("Cargo.toml").exists() && !path.ends_with("target") {
                    places.push(path);
                } else if path.extension().is_some_and(|it| it == "rs") {
                    sources.push((directory, fs::read_to_string(path).unwrap()));
                }
            }
        }
    }
    sources
}

fn manifest(directory: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(directory).join("Cargo.toml")).unwrap()
}

/// A dependency that nobody uses is built all the same, and has to be answered for.
#[test]
fn no_package_names_a_dependency_that_it_does_not_use() {
    let mut words: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (directory, code) in sources() {
        let of_it = code.split(|it: char| !it.is_ascii_alphanumeric() && it != '_').map(str::to_owned);
        words.entry(directory).or_default().extend(of_it);
    }
    for (directory, words) in words {
        for name in named(&manifest(directory), "dependencies") {
            assert!(words.contains(&name.replace('-', "_")), "{directory}: {name}");
        }
    }
}

/// What a library is for is shown by tests, and its docstrings cite no code: it is not compiled once more to look for examples. So none
/// may stand there that nobody would run.
#[test]
fn no_example_stands_in_a_docstring_where_nobody_runs_it() {
    for (directory, code) in sources() {
        assert!(manifest(directory).contains("\n[lib]\ndoctest = false\n"), "{directory}");
        let fences = code.lines().filter_map(|line| {
            let line = line.trim_start();
            line.strip_prefix("///").or_else(|| line.strip_prefix("//!"))?.trim().strip_prefix("```")
        });
        // Each other one begins a block, and says what it holds.
        for held in fences.step_by(2) {
            assert_eq!(held, "text", "{directory}");
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
    // tokio-postgres has the older fallible-iterator, ring the older getrandom, x509-parser the older num-bigint
    assert_eq!(twice.into_iter().collect::<Vec<_>>(), ["fallible-iterator", "getrandom", "num-bigint"]);
}
