//! What the lab is made of and how one gets it: dependencies, licences, versions, manual pages; and that every promise of
//! SECURITY.md has a test.

use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};
use support::programs::run;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// What stands between quotes behind `name = ` at the beginning of a line.
fn value<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = \""))?;
    line.split('"').next()
}

#[test]
fn the_dashboard_takes_no_address_beyond_loopback() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:8080"] {
        let refused = run("interlock", &["serve", "--ephemeral", "--listen", address]);
        assert_eq!(refused.code, Some(2), "{refused:?}");
        assert!(refused.err.contains("listens on loopback only") && refused.out.is_empty(), "{refused:?}");
    }
}

#[test]
fn the_store_takes_no_address_beyond_this_machine_without_words() {
    for (address, told) in [
        ("postgres://db.example/lab", "db.example is another machine, and nothing is encrypted on the way there"),
        ("postgres://192.0.2.1/lab", "--unencrypted-store"),
        ("postgres://localhost/lab?sslmode=require", "sslmode: this program reaches PostgreSQL without TLS"),
        ("postgres://localhost:http/lab", "--store: port: what stands there cannot be understood"),
        ("postgres://localhost/lab?colour=red", "--store: colour: there is no such part of an address"),
        ("mysql://localhost/lab", "--store: expected postgres:///DATABASE"),
    ] {
        for command in [&["serve", "--store", address][..], &["export", "x", "--format", "json", "--store", address]] {
            let refused = run("interlock", command);
            assert_eq!(refused.code, Some(2), "{refused:?}");
            assert!(refused.err.contains(told) && refused.out.is_empty(), "{told}: {refused:?}");
        }
    }
    for beside in [&["--data", "."][..], &["--ephemeral"]] {
        let refused = run("interlock", &[&["serve", "--store", "postgres:///lab"], beside].concat());
        assert_eq!(refused.code, Some(2), "{refused:?}");
    }
}

#[test]
fn the_version_names_the_commit_or_nothing() {
    let told = run("interlock", &["--version"]).out;
    let version = told.trim().strip_prefix("interlock ").unwrap_or_else(|| panic!("{told}"));
    let (number, commit) = version.split_once(' ').unwrap_or((version, ""));
    assert_eq!(Some(number), value(&read("Cargo.toml"), "version"));
    let commit = commit.trim_start_matches('(').trim_end_matches(')');
    let digits = commit.trim_end_matches('+');
    assert!(digits.chars().all(|digit| digit.is_ascii_hexdigit()), "{told}");
    assert!([0, 12].contains(&digits.len()), "{told}");
}

#[test]
fn every_command_has_a_manual_page_and_every_shell_its_completions() {
    let pages = || {
        let directory = tempfile::tempdir().unwrap();
        let written = run("interlock", &["man", directory.path().to_str().unwrap()]);
        assert_eq!((written.code, written.out.as_str()), (Some(0), ""), "{written:?}");
        let files = fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().path());
        files
            .map(|file| (file.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(file).unwrap()))
            .collect::<BTreeMap<_, _>>()
    };
    let first = pages();
    let help = run("interlock", &["--help"]).out;
    let (_, commands) = help.split_once("Commands:\n").unwrap();
    let commands = commands.lines().take_while(|line| !line.trim().is_empty());
    let commands: Vec<&str> = commands.filter_map(|line| line.split_whitespace().next()).collect();
    assert!(commands.len() > 12, "{commands:?}");
    for command in commands.iter().filter(|command| **command != "help") {
        let page = &first[&format!("interlock-{command}.1")];
        assert!(page.contains(&format!(".TH interlock-{command} 1")), "{page}");
    }
    assert!(first["interlock.1"].contains("man\\-in\\-the\\-middle"), "{}", first["interlock.1"]);
    assert_eq!(first, pages(), "a page that differs from one time to the next");
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = run("interlock", &["completions", shell]).out;
        for command in &commands {
            assert!(script.contains(command), "{shell}: {command}");
        }
    }
    let nowhere = run("interlock", &["man", "/dev/null/pages"]);
    assert_eq!(nowhere.code, Some(3), "{nowhere:?}");
    assert!(nowhere.err.contains("cannot write /dev/null/pages"), "{nowhere:?}");
}

/// The names of all tests in the project's own Rust code: functions that are marked as such, and those of the suite that every
/// engine of the store passes.
fn tests() -> BTreeSet<String> {
    let mut directories: Vec<_> = ["lab", "attacker", "victims", "web", "tests"].map(|part| root().join(part)).into();
    let suite = read("web/src/sessions/store/suite.rs");
    let (_, suite) = suite.split_once("const SUITE").unwrap();
    let suite = suite.split("];").next().unwrap().lines().filter_map(|line| line.trim().strip_suffix("),"));
    let mut names: BTreeSet<String> = suite.filter_map(|line| Some(line.rsplit_once(", ")?.1.to_owned())).collect();
    assert!(names.len() > 8, "{names:?}");
    while let Some(directory) = directories.pop() {
        for path in fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() && !path.ends_with("target") && !path.ends_with("node_modules") {
                directories.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let mut marked = false;
                for line in text.lines().map(str::trim) {
                    marked |= line == "#[test]" || line.starts_with("#[tokio::test");
                    let named = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ");
                    if let (true, Some(named)) = (marked, named.and_then(|rest| rest.split(['(', '<']).next())) {
                        names.insert(named.to_owned());
                        marked = false;
                    }
                }
            }
        }
    }
    names
}

#[test]
fn every_promise_has_its_tests() {
    let security = read("SECURITY.md");
    let (_, promises) = security.split_once("| promise | test |\n").unwrap();
    let rows: Vec<&str> = promises.lines().skip(1).take_while(|line| line.starts_with('|')).collect();
    assert!(rows.len() >= 15, "{rows:?}");
    let tests = tests();
    assert!(tests.contains("every_promise_has_its_tests") && tests.len() > 800, "{}", tests.len());
    assert!(!tests.contains("value"), "what is no test");
    for row in rows {
        let column = row.trim_matches('|').rsplit('|').next().unwrap();
        let named: Vec<&str> = column.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "a promise without a test: {row}");
        for test in named {
            assert!(tests.contains(test), "{test} is no test: {row}");
        }
    }
}

#[test]
fn every_dependency_comes_from_the_registry_with_its_checksum() {
    let lock = read("Cargo.lock");
    let packages: Vec<&str> = lock.split("[[package]]\n").skip(1).collect();
    assert!(packages.len() > 200, "{}", packages.len());
    let members = packages.iter().filter(|package| value(package, "source").is_none());
    let own: BTreeSet<&str> = members.filter_map(|package| value(package, "name")).collect();
    let manifest = read("Cargo.toml");
    let (_, members) = manifest.split_once("\nmembers = [").unwrap();
    let members = members.split(']').next().unwrap().split('"').skip(1).step_by(2);
    let members: Vec<String> = members.map(|member| read(&format!("{member}/Cargo.toml"))).collect();
    assert_eq!(own, members.iter().filter_map(|member| value(member, "name")).collect());
    for package in packages {
        let Some(source) = value(package, "source") else { continue };
        assert_eq!(source, "registry+https://github.com/rust-lang/crates.io-index", "{package}");
        assert!(value(package, "checksum").is_some_and(|checksum| checksum.len() == 64), "{package}");
    }
}

/// What cargo says of all platforms.
fn cargo(arguments: &[&str]) -> String {
    let ask = |more: &[&str]| {
        Command::new(env!("CARGO")).args(arguments.iter().chain(more)).current_dir(root()).output().unwrap()
    };
    // A build fetches no package that another platform alone needs: then this does.
    let output = Some(ask(&["--offline"])).filter(|output| output.status.success()).unwrap_or_else(|| ask(&[]));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// What `cargo deny` would say of two versions, for whoever has none.
#[test]
fn every_second_version_has_its_reason() {
    // Not those of the lock file, which has what no feature asks for besides.
    let arguments = [
        "tree",
        "--workspace",
        "--all-features",
        "--edges=normal,build,dev",
        "--target=all",
        "--prefix=none",
        "--locked",
    ];
    let tree = cargo(&arguments);
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for line in tree.lines().filter(|line| !line.is_empty()) {
        let mut words = line.split(' ');
        let (name, version) = (words.next().unwrap(), words.next().and_then(|version| version.strip_prefix('v')));
        // What stands behind a plus is of the build.
        let version = version.and_then(|version| version.split('+').next()).unwrap_or_else(|| panic!("{line}"));
        versions.entry(name).or_default().insert(version);
    }
    assert!(versions.len() > 200, "{}", versions.len());
    let policy = read(".cargo/deny.toml");
    let excused = policy.split("{ crate = \"").skip(1).filter_map(|rest| rest.split('"').next()?.split_once('@'));
    for (name, version) in excused {
        let of_it = versions.get_mut(name).unwrap_or_else(|| panic!("{name} is excused, and nobody needs it"));
        assert!(of_it.remove(version) && !of_it.is_empty(), "{name} {version} is excused, and no second version");
    }
    let twice: Vec<_> = versions.iter().filter(|(_, versions)| versions.len() > 1).collect();
    assert!(twice.is_empty(), "in two versions, and .cargo/deny.toml has no reason: {twice:?}");
}

/// What `cargo deny` would say of licences, for whoever has none.
#[test]
fn every_licence_is_an_accepted_one() {
    let policy = read(".cargo/deny.toml");
    let (_, accepted) = policy.split_once("\nallow = [\n").unwrap();
    let accepted: BTreeSet<&str> = accepted.split(']').next().unwrap().split('"').skip(1).step_by(2).collect();
    let document: Value = serde_json::from_str(&cargo(&["metadata", "--format-version=1", "--locked"])).unwrap();
    let packages = document["packages"].as_array().unwrap();
    let mut used = BTreeSet::new();
    for package in packages {
        let licence = package["license"].as_str().unwrap_or_else(|| panic!("no licence: {}", package["name"]));
        for part in licence.replace('/', " OR ").split(" AND ") {
            let mut offered = part.trim_matches(['(', ')']).split(" OR ").map(str::trim);
            let taken = offered.find(|offered| accepted.contains(offered));
            used.insert(taken.unwrap_or_else(|| panic!("{}: {licence}", package["name"])).to_owned());
        }
    }
    let unused: Vec<_> = accepted.iter().filter(|licence| !used.contains(**licence)).collect();
    assert_eq!(unused, Vec::<&&str>::new(), "accepted, and nobody's");
}

#[test]
fn no_package_allows_unsafe_code() {
    let manifest = read("Cargo.toml");
    assert_eq!(value(&manifest, "unsafe_code"), Some("forbid"));
    let (_, members) = manifest.split_once("\nmembers = [").unwrap();
    for member in members.split(']').next().unwrap().split('"').skip(1).step_by(2) {
        let package = read(&format!("{member}/Cargo.toml"));
        let forbids = package.contains("[lints]\nworkspace = true") || value(&package, "unsafe_code") == Some("forbid");
        assert!(forbids, "{member}");
    }
}

#[test]
fn what_is_released_is_of_one_version() {
    let manifest = read("Cargo.toml");
    let version = value(&manifest, "version").unwrap();
    let changes = read("CHANGELOG.md");
    let newest = changes.lines().find_map(|line| line.strip_prefix("## [")?.split(']').next());
    assert_eq!(newest, Some(version));
    let container = read("Containerfile");
    let rust = format!("/rust:{}-", value(&manifest, "rust-version").unwrap());
    assert!(container.contains(&rust) && !container.contains(":latest"), "{rust}");
    let (_, run_stage) = container.rsplit_once("\nFROM ").unwrap();
    let user = run_stage.lines().find_map(|line| line.strip_prefix("USER "));
    assert_eq!(user, Some("nonroot"));
    assert!(!run_stage.contains("\nRUN "), "nothing is made where it only runs");
}

/// What the package takes along that is no build's result is there.
#[test]
fn the_debian_package_takes_what_there_is() {
    let manifest = read("web/Cargo.toml");
    let (_, assets) = manifest.split_once("\nassets = [\n").unwrap();
    let sources: Vec<&str> =
        assets.lines().take_while(|line| *line != "]").filter_map(|line| line.split('"').nth(1)).collect();
    assert!(sources.len() > 6, "{sources:?}");
    for source in sources {
        match source.strip_prefix("target/release/") {
            Some(made) => assert!(read("docs/release.md").contains(made.split(['/', '.']).next().unwrap()), "{made}"),
            None if source.contains('*') => {
                let directory = root().join("web").join(source).parent().unwrap().to_owned();
                assert!(fs::read_dir(&directory).unwrap().count() > 5, "{source}");
            }
            None => assert!(root().join("web").join(source).is_file(), "{source}"),
        }
    }
}
