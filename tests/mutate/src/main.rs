//! Mutation testing of verdicts, handshakes, records and certificates: changes of the code, one at a time, of which the tests must
//! notice each. All mutants are in one build of a copy, which is told which of them is at work when it runs.
//!
//! `cargo run --manifest-path tests/mutate/Cargo.toml --target-dir target/mutate -- [--sample N] [--seed N] [--only PART-OF-A-PATH]`
//!
//! What survives is printed, and what no test reaches. A test that takes four times as long as it takes otherwise, and twenty seconds,
//! has noticed too, and is told as that.

mod mutants;

use mutants::{Mutant, mutated};
use std::{
    collections::{BTreeMap, HashSet},
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// What is changed: files, and directories with all that is in them.
const CHANGED: [&str; 8] = [
    "lab/src/verdict.rs",
    "lab/src/verdict",
    "lab/src/evidence.rs",
    "lab/src/evidence",
    "lab/src/handshake.rs",
    "lab/src/record",
    "lab/src/victim",
    "lab/src/certificate",
];
/// Not these of it: sentences, formats of others' files, and what only makes certificates.
const LEFT_OUT: [&str; 7] = ["/reason/", "/limbo/", "/layout.rs", "/display.rs", "/issue/", "/forge/", "/summary.rs"];
/// What the tests of the copy do without.
const UNNEEDED: [&str; 3] = ["web", "explore", "audit"];
/// The tests that are asked besides the library's own, none of which starts a program or plays all outcomes: programs, and which of
/// their tests.
const TESTS: [(&str, &[&str]); 2] = [
    ("conversations", &["verdicts::", "rollback::", "honest::", "relayed::"]),
    ("certificates", &["anchors::", "forms::", "lists::", "names::"]),
];

/// A program of tests, and which mutants it reaches.
struct Tests {
    name: String,
    program: PathBuf,
    /// Which of its tests; all where none is named.
    only: &'static [&'static str],
    reached: HashSet<u32>,
    takes: Duration,
}

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let value = |name: &str| arguments.iter().position(|it| it == name).and_then(|at| arguments.get(at + 1));
    let number = |name: &str, usual: usize| value(name).map_or(usual, |text| text.parse().expect("a number"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository");
    // Nothing that is built from the copy takes the place of what is built from the sound code.
    let target = root.join("target/mutate/copy");
    let copy = target.join("source");
    let mutants = prepare(&root, &copy);
    println!("{} mutants in {} files", mutants.len(), mutants.iter().map(|it| &it.file).collect::<HashSet<_>>().len());
    let mut tests = build(&copy, &target);
    let reached_file = copy.join("reached.txt");
    for it in &mut tests {
        let _ = fs::remove_file(&reached_file);
        let began = Instant::now();
        let noticed = run(it, &copy, &[("INTERLOCK_REACHED", reached_file.display().to_string())], Duration::MAX);
        assert!(noticed.is_none(), "{} fails where nothing is changed", it.name);
        it.takes = began.elapsed();
        let reached = fs::read_to_string(&reached_file).unwrap_or_default();
        it.reached = reached.lines().filter_map(|line| line.parse().ok()).collect();
        println!("{}: {:.1} s, reaches {}", it.name, it.takes.as_secs_f64(), it.reached.len());
    }
    tests.sort_by_key(|it| it.takes);
    let wanted = |mutant: &&Mutant| value("--only").is_none_or(|part| mutant.file.contains(part.as_str()));
    let (reached, unreached): (Vec<_>, Vec<_>) =
        mutants.iter().filter(wanted).partition(|mutant| tests.iter().any(|it| it.reached.contains(&mutant.number)));
    let chosen = sample(reached, number("--sample", usize::MAX), number("--seed", 1) as u64);
    let (mut killed, mut stuck, mut survivors) = (BTreeMap::<&str, usize>::new(), 0, Vec::new());
    for mutant in &chosen {
        let selected = [("INTERLOCK_MUTANT", mutant.number.to_string())];
        let mut asked = tests.iter().filter(|it| it.reached.contains(&mutant.number));
        match asked.find_map(|it| Some((it, run(it, &copy, &selected, it.takes * 4 + Duration::from_secs(20))?))) {
            Some((it, noticed)) => {
                *killed.entry(&it.name).or_default() += 1;
                stuck += usize::from(noticed == Noticed::Stuck);
            }
            None => {
                println!("survives: {}:{}: {}", mutant.file, mutant.line, mutant.what);
                survivors.push(mutant);
            }
        }
    }
    for mutant in &unreached {
        println!("unreached: {}:{}: {}", mutant.file, mutant.line, mutant.what);
    }
    println!(
        "{} tried: {} noticed, of them {stuck} by the time that they took; {} survive; {} more are reached by no test\nnoticed first by: {killed:?}",
        chosen.len(),
        chosen.len() - survivors.len(),
        survivors.len(),
        unreached.len()
    );
}

/// Some of them, other ones for each seed.
fn sample(mut mutants: Vec<&Mutant>, count: usize, seed: u64) -> Vec<&Mutant> {
    // A multiplicative hash (Knuth, TAOCP volume 3, section 6.4): neighbours in the code are no neighbours in this order.
    mutants.sort_by_key(|mutant| (u64::from(mutant.number) + (seed << 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    mutants.truncate(count);
    mutants.sort_by_key(|mutant| mutant.number);
    mutants
}

/// Makes the copy, in which everything has its mutants, or brings it up to date: a file that has not changed is left alone, so that
/// it is not compiled again.
fn prepare(root: &Path, copy: &Path) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    let mut files = Vec::new();
    walk(root, Path::new(""), &mut files);
    files.sort();
    for file in files {
        let name = file.to_string_lossy().into_owned();
        let content = fs::read(root.join(&file)).expect("a file");
        let changed = CHANGED.iter().any(|it| name == *it || name.starts_with(&format!("{it}/")));
        let text = || String::from_utf8(content.clone()).expect("a text");
        let content = match name.as_str() {
            "lab/src/lib.rs" => text().replacen("pub mod mode;", "pub mod mutant;\npub mod mode;", 1).into_bytes(),
            "tests/Cargo.toml" => needed(&text()).into_bytes(),
            _ if changed && name.ends_with(".rs") && !LEFT_OUT.iter().any(|part| name.contains(part)) => {
                mutated(&name, &text(), &mut mutants).unwrap_or_else(|error| panic!("{name}: {error}")).into_bytes()
            }
            _ => content,
        };
        write(&copy.join(&file), &content);
    }
    write(&copy.join("lab/src/mutant.rs"), include_bytes!("selector.rs"));
    mutants
}

/// A manifest without what is not needed.
fn needed(manifest: &str) -> String {
    let unneeded = |line: &&str| !UNNEEDED.iter().any(|name| line.starts_with(&format!("{name}.workspace")));
    manifest.lines().filter(unneeded).map(|line| format!("{line}\n")).collect()
}

fn walk(root: &Path, directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(root.join(directory)).expect("a directory") {
        let entry = entry.expect("an entry");
        let (path, kind) = (directory.join(entry.file_name()), entry.file_type().expect("its type"));
        let name = entry.file_name();
        if kind.is_dir() && name != "target" && name != ".git" {
            walk(root, &path, files);
        } else if kind.is_file() {
            files.push(path);
        }
    }
}

fn write(path: &Path, content: &[u8]) {
    if fs::read(path).ok().as_deref() != Some(content) {
        fs::create_dir_all(path.parent().expect("a directory")).expect("a directory of the copy");
        fs::write(path, content).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
}

/// Builds the tests of the copy.
fn build(copy: &Path, target: &Path) -> Vec<Tests> {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["test", "--offline", "--no-run", "--message-format=json", "-p", "lab", "-p", "tests", "--lib"]);
    cargo.args(TESTS.iter().flat_map(|(test, _)| ["--test", test]));
    let output =
        cargo.current_dir(copy).env("CARGO_TARGET_DIR", target).stderr(Stdio::inherit()).output().expect("cargo");
    let lines = output.stdout.split(|octet| *octet == b'\n');
    let messages: Vec<serde_json::Value> = lines.filter_map(|line| serde_json::from_slice(line).ok()).collect();
    for error in messages.iter().filter(|it| it["message"]["level"] == "error") {
        eprintln!("{}", error["message"]["rendered"].as_str().unwrap_or_default());
    }
    assert!(output.status.success(), "the copy in {} cannot be built", copy.display());
    let tests = messages.iter().filter_map(|message| {
        let program = PathBuf::from(message["executable"].as_str()?);
        let name = message["target"]["name"].as_str()?.to_owned();
        let is_test = message["profile"]["test"] == true;
        let only = TESTS.iter().find(|(test, _)| *test == name).map_or(&[][..], |(_, only)| only);
        is_test.then(|| Tests { name, program, only, reached: HashSet::new(), takes: Duration::ZERO })
    });
    tests.collect()
}

/// How tests notice.
#[derive(PartialEq, Eq)]
enum Noticed {
    Failed,
    Stuck,
}

/// Runs the tests of a program; nothing where all pass within a time.
fn run(tests: &Tests, copy: &Path, environment: &[(&str, String)], limit: Duration) -> Option<Noticed> {
    // Where cargo would run them; what they print is not wanted.
    let mut command = Command::new(&tests.program);
    command.args(tests.only).envs(environment.iter().map(|(name, value)| (name, value)));
    command.current_dir(copy.join(if tests.name == "lab" { "lab" } else { "tests" }));
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a program of tests");
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("its end") {
            return (!status.success()).then_some(Noticed::Failed);
        }
        if began.elapsed() > limit {
            let _ = child.kill();
            let _ = child.wait();
            return Some(Noticed::Stuck);
        }
        thread::sleep(Duration::from_millis(10));
    }
}
