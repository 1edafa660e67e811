//! Discrete logarithms by the command line, as auditors and players of capture-the-flag events ask for them.

#![cfg(target_os = "linux")]

use num_bigint::BigUint;
use serde_json::Value;
use std::{fs, path::Path, process::Command};
use support::programs::{Finished, Program, path, run};

/// A safe prime of 64 bits.
const SAFE_64: &str = "9922093884254197799";

/// The one object that a command prints, and its exit status.
fn object(args: &[&str]) -> (Option<i32>, Value) {
    let finished = run("interlock", &[&["crack", "--json"], args].concat());
    (finished.code, parsed(&finished))
}

fn parsed(finished: &Finished) -> Value {
    assert_eq!(finished.out.lines().count(), 1, "{finished:?}");
    serde_json::from_str(&finished.out).unwrap_or_else(|error| panic!("{error} in {finished:?}"))
}

fn with_stdin(args: &[&str], stdin: &str) -> Finished {
    let mut command = Command::new("sh");
    command.args(["-c", "printf '%s' \"$0\" | \"$@\"", stdin]).arg(path("interlock")).args(args);
    Program::spawn("interlock", command).finish()
}

#[test]
fn numbers_are_taken_as_programs_print_them() {
    // 5^1234567 modulo the safe prime, in each form
    let p: BigUint = SAFE_64.parse().expect("a number");
    let y = BigUint::from(5u32).modpow(&1_234_567u32.into(), &p);
    let pairs = |n: &BigUint| {
        let octets: Vec<String> = n.to_bytes_be().iter().map(|octet| format!("{octet:02x}")).collect();
        format!("00:{}", octets.join(":"))
    };
    let wrapped = pairs(&y).replacen(":", ":\n    ", 3);
    for text in [y.to_string(), format!("{y:#x}"), format!("{y:#X}"), pairs(&y), wrapped] {
        let (code, answer) = object(&["--p", &pairs(&p), "--g", "5", "--y", &text]);
        assert_eq!((code, &answer["x"]), (Some(0), &"1234567".into()), "{text:?}: {answer}");
        assert_eq!((&answer["found"], &answer["kind"]), (&true.into(), &"found".into()));
    }
    let piped = with_stdin(&["crack", "--json", "--p", SAFE_64, "--g", "5", "--y", "-"], &format!("{y}\n"));
    assert_eq!(parsed(&piped)["x"], "1234567");
}

#[test]
fn usage_faults_are_objects_too() {
    let p = ["--p", SAFE_64];
    for (args, told) in [
        (&[][..], "--p and --g are needed"),
        (&["--p", "12x", "--g", "2", "--y", "3"], "--p: expected a decimal number"),
        (&[&p[..], &["--g", "2", "--y", "-5"]].concat(), "-5"),
        (&[&p[..], &["--g", "2"]].concat(), "--y is needed"),
        (&[&p[..], &["--g", "-", "--y", "-"]].concat(), "one standard input"),
        (&[&p[..], &["--g", "2", "--y", "3", "--timeout", "never"]].concat(), "seconds"),
        (&[&p[..], &["--g", "2", "--y", "3", "--exponent-bits", "0"]].concat(), "1..=100"),
        (&["--pem", "/nonexistent", "--y", "3"], "--pem /nonexistent"),
        (&["--scenario", "ecdh", "--y", "3"], "no group modulo a prime"),
        (&["--nosuch"], "--nosuch"),
    ] {
        let (code, answer) = object(args);
        assert_eq!(
            (code, &answer["found"], &answer["kind"]),
            (Some(2), &false.into(), &"bad-input".into()),
            "{args:?}"
        );
        assert!(answer["why"].as_str().is_some_and(|why| why.contains(told)), "{args:?}: {answer}");
    }
    let long = format!("0x{}", "f".repeat(25_001));
    let (code, answer) = object(&["--p", &long, "--g", "2", "--y", "3"]);
    assert_eq!((code, &answer["kind"]), (Some(2), &"bad-input".into()), "{answer}");
}

#[test]
fn every_failure_has_its_kind() {
    // −1 is no power of 4, a square, where −1 is none
    let minus_one = (SAFE_64.parse::<BigUint>().expect("a number") - 1u32).to_string();
    let (code, answer) = object(&["--p", SAFE_64, "--g", "4", "--y", &minus_one]);
    assert_eq!((code, &answer["kind"]), (Some(1), &"no-solution".into()), "{answer}");
    // the prime of MODP group 14, and a target without a short logarithm
    let out_of_reach = run("interlock", &["crack", "--scenario", "dh", "--y", "3", "--timeout", "20"]);
    assert_eq!(out_of_reach.code, Some(1), "{out_of_reach:?}");
    // a prime of 200 bits takes longer than a moment
    let group = lab::group::weak::short(200);
    let y = group.g.modpow(&BigUint::from(3u32).pow(100), &group.p).to_string();
    for timeout in ["0.3", "0"] {
        let (code, answer) = object(&["--scenario", "dh-weak:short,bits=200", "--y", &y, "--timeout", timeout]);
        assert_eq!((code, &answer["kind"]), (Some(1), &"time".into()), "{answer}");
    }
}

/// A subgroup of 72 bits: priced instead of computed, and offered.
#[test]
fn what_is_long_is_priced_and_offered() {
    // p = 2·q·r + 1 with a q of 72 bits and g of order q
    let (p, q, g) = subgroup(72, 440);
    let y = g.modpow(&(&q - 12_345u32), &p);
    let numbers = [p, g, y, q].map(|n| n.to_string());
    let [p, g, y, q] = numbers.each_ref().map(String::as_str);
    let (code, answer) = object(&["--p", p, "--g", g, "--y", y, "--q", q]);
    assert_eq!((code, &answer["kind"]), (Some(1), &"priced".into()), "{answer}");
    assert!(answer["price"]["core_seconds_log2"].as_f64().is_some_and(|log2| log2 > 10.0), "{answer}");
    assert!(answer["timeout"].as_u64().is_some_and(|seconds| seconds > 600), "{answer}");
    let told = run("interlock", &["crack", "--p", p, "--g", g, "--y", y, "--q", q]);
    assert!(told.out.contains("Go on with --timeout"), "{told:?}");
    assert!(told.err.lines().next().is_some_and(|line| line.contains("bits")), "a first line: {told:?}");
}

/// The price comes before the search for something cheaper, and again where that is stopped.
#[test]
fn the_price_is_told_before_the_long_search() {
    // 2^520 − 1 has a prime factor of 88 bits, and no longer one
    let p = BigUint::from(2u32).pow(521) - 1u32;
    let y = BigUint::from(3u32).modpow(&BigUint::from(5u32).pow(200), &p);
    let (p, y) = (p.to_string(), y.to_string());
    let mut program = Program::start("interlock", &["crack", "--p", &p, "--g", "3", "--y", &y]);
    program.until("the price", |line| (line.contains("88 bits") && line.contains("cheaper")).then_some(()));
    let pid = rustix::process::Pid::from_raw(program.pid() as i32).expect("a pid");
    rustix::process::kill_process(pid, rustix::process::Signal::INT).expect("a signal");
    let finished = program.finish();
    assert_eq!(finished.code, Some(1), "{finished:?}");
    assert!(finished.out.contains("Not found: interrupted") && finished.out.contains("88 bits"), "{finished:?}");
}

/// A prime p = k·q + 1 with a prime q and a cofactor k of so many bits, and a generator of order q.
fn subgroup(bits: u32, cofactor_bits: u32) -> (BigUint, BigUint, BigUint) {
    let two = BigUint::from(2u32);
    let prime =
        |n: &BigUint| [2u32, 3, 5, 7].iter().all(|base| BigUint::from(*base).modpow(&(n - 1u32), n) == 1u32.into());
    let mut q = two.pow(bits - 1) + 1u32;
    while !prime(&q) {
        q += 2u32;
    }
    let mut k = two.pow(cofactor_bits) + 2u32;
    while !prime(&(&k * &q + 1u32)) {
        k += 2u32;
    }
    let p = &k * &q + 1u32;
    let g = (2u32..).map(|h| BigUint::from(h).modpow(&k, &p)).find(|g| *g != 1u32.into()).expect("a generator");
    (p, q, g)
}

#[test]
fn parameters_come_from_pem_files() {
    let directory = tempfile::tempdir().expect("a directory");
    let Some(groups) = support::data::text("dh-groups/named-groups.json") else { return };
    let groups: Value = serde_json::from_str(&groups).expect("groups");
    for group in groups.as_array().expect("a list").iter().filter(|group| group["safe_prime"] == true) {
        if group["bits"].as_u64().is_none_or(|bits| bits > 2048) {
            continue;
        }
        let file = directory.path().join("group.pem");
        let Some(pem) = group["dh_params_pem"].as_str() else { continue };
        fs::write(&file, pem).expect("a file");
        let g = BigUint::parse_bytes(group["g"].as_str().unwrap_or_default().as_bytes(), 16).expect("a number");
        // g itself is its first power, and nothing needs to be searched for that
        let (code, answer) = object(&["--pem", &file.display().to_string(), "--y", &g.to_string(), "--timeout", "50"]);
        assert_eq!((code, &answer["x"]), (Some(0), &"1".into()), "{}: {answer}", group["name"]);
    }
}

/// Whatever the length of a file is, whatever bit of it is another: exit status 2 and an object.
#[test]
fn files_that_are_no_precomputation_are_left_alone() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("prime.dlog");
    let name = file.display().to_string();
    let args = ["--p", SAFE_64, "--g", "5", "--y", "7", "--precompute", &name];
    for content in ["", "interlock discrete logarithms 2\n", "interlock discrete logarithms 3\n", "something else"] {
        fs::write(&file, content).expect("a file");
        let (code, answer) = object(&args);
        assert_eq!((code, &answer["kind"]), (Some(2), &"bad-input".into()), "{content:?}: {answer}");
        assert_eq!(fs::read_to_string(&file).expect("the file"), content);
    }
}

fn parts(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).expect("a directory");
    entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}

/// Six processes with one file: each has its answer, and the file is whole afterwards.
#[test]
fn processes_share_a_file() {
    let directory = tempfile::tempdir().expect("a directory");
    let name = directory.path().join("prime.dlog").display().to_string();
    let args = ["crack", "--json", "--scenario", "dh-weak:short,bits=96", "--y", "987654321", "--precompute", &name];
    for _ in 0..3 {
        let running: Vec<_> = (0..6).map(|_| Program::start("interlock", &args)).collect();
        let answers: Vec<Value> = running.into_iter().map(|program| parsed(&program.finish())).collect();
        for answer in &answers {
            assert_eq!((&answer["found"], &answer["x"]), (&true.into(), &answers[0]["x"]), "{answer}");
            assert_eq!(answer["file"]["error"], Value::Null, "{answer}");
        }
        assert_eq!(parts(directory.path()), ["prime.dlog"]);
        fs::remove_file(&name).expect("the file");
    }
}

/// SIGTERM: what was found is kept, and told.
#[test]
fn what_was_found_outlives_a_signal() {
    let directory = tempfile::tempdir().expect("a directory");
    let name = directory.path().join("prime.dlog").display().to_string();
    let group = lab::group::weak::short(200);
    let y = group.g.modpow(&BigUint::from(3u32).pow(100), &group.p).to_string();
    let args = ["crack", "--scenario", "dh-weak:short,bits=200", "--y", &y, "--precompute", &name];
    for signal in [rustix::process::Signal::TERM, rustix::process::Signal::HUP, rustix::process::Signal::INT] {
        let mut program = Program::start("interlock", &args);
        program.until("the sieve", |line| line.starts_with("sieving").then_some(()));
        let pid = rustix::process::Pid::from_raw(program.pid() as i32).expect("a pid");
        rustix::process::kill_process(pid, signal).expect("a signal");
        let finished = program.finish();
        assert_eq!(finished.code, Some(1), "{finished:?}");
        assert!(finished.out.contains("Not found: interrupted") && finished.out.contains("keeps"), "{finished:?}");
        assert!(fs::metadata(&name).expect("the file").len() > 10_000, "{finished:?}");
    }
}

/// Where the file cannot be written any more the answer comes first, and then the complaint.
#[test]
fn the_answer_comes_before_the_complaint() {
    let directory = tempfile::tempdir().expect("a directory");
    let inner = directory.path().join("inner");
    fs::create_dir(&inner).expect("a directory");
    let name = inner.join("prime.dlog").display().to_string();
    let group = lab::group::weak::short(128);
    let y = group.g.modpow(&BigUint::from(3u32).pow(70), &group.p).to_string();
    let args = ["crack", "--scenario", "dh-weak:short,bits=128", "--y", &y, "--precompute", &name];
    let mut program = Program::start("interlock", &args);
    program.until("the first line", |line| line.contains("bits").then_some(()));
    while !Path::new(&name).exists() {
        std::thread::yield_now();
    }
    fs::remove_dir_all(&inner).expect("the directory to go");
    let finished = program.finish();
    assert_eq!(finished.code, Some(0), "{finished:?}");
    assert!(finished.out.starts_with("x = ") && finished.out.contains("check: g^x mod p = y"), "{finished:?}");
    assert!(finished.err.contains("not saved"), "{finished:?}");
}

#[test]
fn a_short_exponent_is_found_where_it_is_told() {
    // MODP 14 by the lab's own group ffdhe2048: an exponent of 30 bits
    let told = run("interlock", &["crack", "--scenario", "dh", "--y", &power(987_654_321), "--exponent-bits", "30"]);
    assert!(told.out.starts_with("x = 987654321\n"), "{told:?}");
    let (code, answer) = object(&["--scenario", "dh", "--y", &power(u64::MAX), "--exponent-bits", "70"]);
    assert_eq!((code, &answer["kind"]), (Some(1), &"priced".into()), "{answer}");
    assert_eq!(answer["price"]["way"]["kind"], "interval", "{answer}");
}

/// 2^x in ffdhe2048.
fn power(x: u64) -> String {
    let Some(lab::group::Group::Modp(group)) = lab::group::named::find("ffdhe2048") else { panic!("no group") };
    group.g.modpow(&x.into(), &group.p).to_string()
}
