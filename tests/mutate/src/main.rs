//! Mutation testing of verdicts, handshakes, records and certificates: changes of the code, one at a time, of which the tests must
//! notice each. All mutants are in one build of a copy, which is told which of them is at work when it runs.
//!
//! `cargo run --manifest-path tests/mutate/Cargo.toml --target-dir target/mutate -- [--sample N] [--seed N] [--only PART]...`
//!
//! What survives is printed, and what no test reaches; of the places that contain one of the parts, where there are any: `--only form.rs:54`.
//! Those tests that reach a mutant are asked, on each core for another one, until the first fails; what is computed once and kept counts as
//! reached by the first test that asks for it. Tests that together take four times the processor time that all of their program can have
//! taken otherwise, and twenty seconds, have noticed too, and are told as that; so are those that take ten minutes of any time.

mod mutants;

use mutants::{Mutant, mutated};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    env, fs,
    io::{BufRead, BufReader},
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::{self, Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc::{self, RecvTimeoutError},
    },
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
/// The tests that are asked besides the library's own, of which programs: none that starts a program. What is quicker is asked first, so
/// that each line is one measure.
const TESTS: [(&str, &[&str]); 7] = [
    ("conversations", &["verdicts::"]),
    ("conversations", &["rollback::"]),
    ("conversations", &["honest::"]),
    ("conversations", &["relayed::"]),
    ("certificates", &["--skip", "differential::", "--skip", "hostile::", "--skip", "limbo::"]),
    ("certificates", &["differential::", "hostile::", "limbo::"]),
    ("conversations", &["outcomes::"]),
];

/// What can be said, each with a value after it.
const OPTIONS: [&str; 3] = ["--sample", "--seed", "--only"];
/// Mutants after which it is told how many are tried.
const TOLD_EACH: usize = 25;

/// A program of tests, and which mutants it reaches.
struct Tests {
    name: String,
    program: PathBuf,
    /// Which of its tests, as the program wants to hear it; all where nothing is said.
    only: &'static [&'static str],
    /// Which mutants it reaches, and by which of its tests; by none that has a name where a thread of another name does.
    reached: HashMap<u32, BTreeSet<String>>,
    takes: Duration,
}

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let said = |name: &str| {
        let pairs = arguments.chunks_exact(2).filter(move |pair| pair[0] == name);
        pairs.map(|pair| &pair[1]).collect::<Vec<_>>()
    };
    if let Some(unknown) = arguments.chunks(2).find(|pair| pair.len() < 2 || !OPTIONS.contains(&&*pair[0])) {
        eprintln!("{}: not an option with its value: {}", unknown[0], OPTIONS.join(", "));
        process::exit(2);
    }
    let number = |name: &str, usual: usize| said(name).first().map_or(usual, |text| text.parse().expect("a number"));
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
        let reaching = ("INTERLOCK_REACHED", reached_file.display().to_string());
        let noticed = run(it, it.only.iter().copied(), &copy, reaching, UNLIMITED);
        assert!(noticed.is_none(), "{} fails where nothing is changed", it.name);
        it.takes = began.elapsed();
        it.reached = reached(&fs::read_to_string(&reached_file).unwrap_or_default(), &it.names(&copy));
        println!("{} {}: {:.1} s, reaches {}", it.name, it.only.join(" "), it.takes.as_secs_f64(), it.reached.len());
    }
    tests.sort_by_key(|it| it.takes);
    let only = said("--only");
    let wanted = |mutant: &&Mutant| only.is_empty() || only.iter().any(|part| mutant.place().contains(part.as_str()));
    let (reached, unreached): (Vec<_>, Vec<_>) = mutants
        .iter()
        .filter(wanted)
        .partition(|mutant| tests.iter().any(|it| it.reached.contains_key(&mutant.number)));
    let chosen = sample(reached, number("--sample", usize::MAX), number("--seed", 1) as u64);
    let found = Mutex::new(Found::default());
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..cores() {
            scope.spawn(|| {
                while let Some(mutant) = chosen.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let noticed = tests.iter().find_map(|it| Some((&*it.name, it.notice(mutant, &copy)?)));
                    let mut found = found.lock().expect("nobody panicked");
                    found.add(mutant, noticed);
                    if found.tried.is_multiple_of(TOLD_EACH) {
                        println!("{} of {} tried", found.tried, chosen.len());
                    }
                }
            });
        }
    });
    let Found { killed, stuck, survivors, .. } = found.into_inner().expect("nobody panicked");
    for mutant in &unreached {
        println!("unreached: {}", mutant.place());
    }
    println!(
        "{} tried: {} noticed, of them {stuck} by the time that they took; {} survive; {} more are reached by no test\nnoticed first by: {killed:?}",
        chosen.len(),
        chosen.len() - survivors,
        survivors,
        unreached.len()
    );
}

/// What came of the mutants that were tried.
#[derive(Default)]
struct Found<'t> {
    tried: usize,
    /// How many each program noticed first.
    killed: BTreeMap<&'t str, usize>,
    stuck: usize,
    survivors: usize,
}

impl<'t> Found<'t> {
    fn add(&mut self, mutant: &Mutant, noticed: Option<(&'t str, Noticed)>) {
        let place = mutant.place();
        self.tried += 1;
        match noticed {
            Some((by, noticed)) => {
                *self.killed.entry(by).or_default() += 1;
                if noticed == Noticed::Stuck {
                    self.stuck += 1;
                    println!("stuck: {place}");
                }
            }
            None => {
                self.survivors += 1;
                println!("survives: {place}");
            }
        }
    }
}

/// Which mutants were reached, by which of these tests.
fn reached(lines: &str, names: &BTreeSet<String>) -> HashMap<u32, BTreeSet<String>> {
    let mut reached: HashMap<u32, Option<BTreeSet<String>>> = HashMap::new();
    for (number, name) in lines.lines().filter_map(|line| line.split_once(' ')) {
        let Ok(number) = number.parse() else { continue };
        let by = reached.entry(number).or_insert_with(|| Some(BTreeSet::new()));
        match by {
            Some(by) if names.contains(name) => drop(by.insert(name.to_owned())),
            _ => *by = None,
        }
    }
    reached.into_iter().map(|(number, by)| (number, by.unwrap_or_default())).collect()
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
    cargo.args(["test", "--no-run", "--message-format=json", "-p", "lab", "-p", "tests", "--lib"]);
    cargo.args(TESTS.iter().flat_map(|(test, _)| ["--test", test]));
    let output =
        cargo.current_dir(copy).env("CARGO_TARGET_DIR", target).stderr(Stdio::inherit()).output().expect("cargo");
    let lines = output.stdout.split(|octet| *octet == b'\n');
    let messages: Vec<serde_json::Value> = lines.filter_map(|line| serde_json::from_slice(line).ok()).collect();
    for error in messages.iter().filter(|it| it["message"]["level"] == "error") {
        eprintln!("{}", error["message"]["rendered"].as_str().unwrap_or_default());
    }
    assert!(output.status.success(), "the copy in {} cannot be built", copy.display());
    let programs = messages.iter().filter(|it| it["profile"]["test"] == true).filter_map(|message| {
        let program = PathBuf::from(message["executable"].as_str()?);
        Some((message["target"]["name"].as_str()?.to_owned(), program))
    });
    let parts = programs.flat_map(|(name, program)| {
        let parts: Vec<&[&str]> = TESTS.iter().filter(|(test, _)| *test == name).map(|(_, only)| *only).collect();
        let parts = if parts.is_empty() { vec![&[][..]] } else { parts };
        parts.into_iter().map(move |only| Tests {
            name: name.clone(),
            program: program.clone(),
            only,
            reached: HashMap::new(),
            takes: Duration::ZERO,
        })
    });
    parts.collect()
}

/// As much processor time as they like.
const UNLIMITED: &str = "unlimited";

/// How tests notice.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Noticed {
    Failed,
    Stuck,
}

/// How long tests may wait in all: those that are asked compute, and wait for nobody.
const PATIENCE: Duration = Duration::from_secs(600);

impl Tests {
    /// Where cargo would run it, with so much processor time: seconds, or `unlimited`. Whether it has used that up does not depend on
    /// who else computes.
    fn command(&self, copy: &Path, time: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", r#"ulimit -S -t "$0" && exec "$@""#, time]).arg(&self.program);
        command.current_dir(copy.join(if self.name == "lab" { "lab" } else { "tests" })).stderr(Stdio::null());
        command
    }

    /// The names of its tests.
    fn names(&self, copy: &Path) -> BTreeSet<String> {
        let output = self.command(copy, UNLIMITED).arg("--list").output().expect("a program of tests");
        let listed = String::from_utf8_lossy(&output.stdout).into_owned();
        listed.lines().filter_map(|line| Some(line.strip_suffix(": test")?.to_owned())).collect()
    }

    /// Whether those of its tests that reach a mutant notice it; nothing where none reaches it.
    fn notice(&self, mutant: &Mutant, copy: &Path) -> Option<Noticed> {
        let reaching = self.reached.get(&mutant.number)?;
        let selected = ("INTERLOCK_MUTANT", mutant.number.to_string());
        let limit = (self.takes * 4 * cores()).as_secs() + 20;
        match reaching.is_empty() {
            true => {
                run(self, self.only.iter().copied().chain(["--test-threads=1"]), copy, selected, &limit.to_string())
            }
            false => {
                let named = ["--test-threads=1", "--exact"].into_iter().chain(reaching.iter().map(String::as_str));
                run(self, named, copy, selected, &limit.to_string())
            }
        }
    }
}

/// Runs tests of a program until the first fails; nothing where all pass within so much processor time.
fn run<'a>(
    tests: &Tests,
    arguments: impl Iterator<Item = &'a str>,
    copy: &Path,
    (name, value): (&str, String),
    time: &str,
) -> Option<Noticed> {
    let mut command = tests.command(copy, time);
    command.args(arguments).env(name, value).stdout(Stdio::piped());
    let mut child = command.spawn().expect("a program of tests");
    let output = child.stdout.take().expect("its output");
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let lines = BufReader::new(output).lines().map_while(Result::ok);
        // Where nobody waits any more the rest is of no interest.
        let _ = lines
            .filter(|line| line.starts_with("test ") && line.ends_with("FAILED"))
            .try_for_each(|line| tell.send(line));
    });
    let noticed = match told.recv_timeout(PATIENCE) {
        Ok(_) => Noticed::Failed,
        Err(RecvTimeoutError::Timeout) => Noticed::Stuck,
        // Nothing more is printed: it has ended.
        Err(RecvTimeoutError::Disconnected) => {
            let status = child.wait().expect("its end");
            let used_up = status.signal() == Some(SIGXCPU);
            return (!status.success()).then_some(if used_up { Noticed::Stuck } else { Noticed::Failed });
        }
    };
    let _ = child.kill();
    child.wait().expect("its end");
    Some(noticed)
}

/// The processor time is used up (POSIX.1-2024, `signal.h`; the number is Linux's and macOS's).
const SIGXCPU: i32 = 24;

fn cores() -> u32 {
    thread::available_parallelism().map_or(1, |cores| cores.get() as u32)
}
