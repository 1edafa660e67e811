//! What a Diffie–Hellman group is worth, as auditors ask for it.

#![cfg(target_os = "linux")]

use num_bigint::BigUint;
use serde_json::Value;
use std::{fs, process::Command};
use support::programs::{Finished, Program, path, run};

/// The one object that a command prints, and its exit status.
fn object(args: &[&str]) -> (Option<i32>, Value) {
    let finished = run("interlock", &[&["group", "explain", "--json"], args].concat());
    (finished.code, parsed(&finished))
}

fn parsed(finished: &Finished) -> Value {
    assert_eq!(finished.out.lines().count(), 1, "{finished:?}");
    serde_json::from_str(&finished.out).unwrap_or_else(|error| panic!("{error} in {finished:?}"))
}

fn named_groups() -> Option<Vec<Value>> {
    let text = support::data::text("dh-groups/named-groups.json")?;
    let groups: Value = serde_json::from_str(&text).expect("groups");
    Some(groups.as_array().expect("a list").clone())
}

fn deployed() -> Option<Vec<Value>> {
    let text = support::data::text("dh-groups/cryptosense-common.json")?;
    let groups: Value = serde_json::from_str(&quoted(&text)).expect("groups");
    Some(groups["data"].as_array().expect("a list").clone())
}

/// The same with every number as text: they are longer than a reader of JSON keeps.
fn quoted(text: &str) -> String {
    let mut out = String::new();
    let (mut inside, mut digits) = (false, false);
    for c in text.chars() {
        inside ^= c == '"';
        let digit = c.is_ascii_digit() && !inside;
        if digit != digits {
            out.push('"');
            digits = digit;
        }
        out.push(c);
    }
    out
}

fn number(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn met(answer: &Value, source: &str) -> bool {
    let minimums = answer["minimums"].as_array().expect("minimums");
    let of = minimums.iter().find(|minimum| minimum["source"].as_str().is_some_and(|it| it.contains(source)));
    of.unwrap_or_else(|| panic!("{source} in {answer}"))["met"] == true
}

#[test]
fn parameter_files_are_explained_with_their_level() {
    let Some(groups) = named_groups() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("group.pem");
    for group in groups.iter().filter(|group| group["bits"].as_u64().is_some_and(|bits| bits <= 3072)) {
        let (Some(pem), Some(bits)) = (group["dh_params_pem"].as_str(), group["bits"].as_u64()) else { continue };
        fs::write(&file, pem).expect("a file");
        let (code, answer) = object(&["--pem", &file.display().to_string(), "--timeout", "5"]);
        let name = group["name"].as_str().expect("a name");
        assert_eq!(answer["bits"], bits, "{name}: {answer}");
        // a safe prime from 2048 bits on is sound; RFC 5114 gives every modulus small factors of p − 1
        let sound = bits >= 2048 && group["safe_prime"] == true;
        assert_eq!(code, Some(if sound { 0 } else { 1 }), "{name}: {answer}");
        let known = !answer["order"].is_null();
        assert_eq!(met(&answer, "131A"), bits >= 2048 && known, "{name}: {answer}");
        assert_eq!(met(&answer, "BSI"), bits >= 3000 && known, "{name}: {answer}");
        // where nobody knows the order, the level is that of the prime at most
        let nist = if bits >= 3072 {
            128
        } else if bits >= 2048 {
            112
        } else if bits >= 1024 {
            80
        } else {
            0
        };
        assert_eq!(answer["level"]["nist"], nist, "{name}: {answer}");
    }
}

#[test]
fn what_has_been_broken_is_said() {
    let Some(groups) = deployed() else { return };
    let find = |name: &str, bits: u64| {
        let of = |group: &&Value| {
            group["name"].as_str().is_some_and(|it| it.contains(name)) && number(&group["length"]).parse() == Ok(bits)
        };
        number(&groups.iter().find(of).unwrap_or_else(|| panic!("{name}"))["p"])
    };
    let (code, apache) = object(&["--p", &find("Apache", 512), "--g", "2"]);
    assert_eq!((code, &apache["records"]["this_prime"]["bits"]), (Some(1), &512.into()), "{apache}");
    assert!(apache["records"]["this_prime"]["who"].as_str().is_some_and(|who| who.contains("Logjam")), "{apache}");
    let (_, other) = object(&["--p", &find("Postfix", 512), "--g", "2"]);
    assert_eq!((&other["records"]["this_prime"], &other["records"]["this_size"]["bits"]), (&Value::Null, &512.into()));
    let (_, long) = object(&["--p", &find("RFC 7919", 2048), "--g", "2"]);
    assert_eq!(long["records"], serde_json::json!({ "this_prime": null, "this_size": null }));
    let told = run("interlock", &["group", "explain", "--p", &find("Apache", 512), "--g", "2"]);
    assert!(told.out.contains("broken: this very prime"), "{told:?}");
}

#[test]
fn special_forms_and_small_orders_are_seen() {
    let Some(groups) = deployed() else { return };
    let mut seen = 0;
    for group in groups.iter().filter(|group| group["name"].as_str().is_some_and(|name| name.contains("LibTomCrypt"))) {
        if number(&group["length"]).parse::<u64>().is_ok_and(|bits| bits > 2100) {
            continue;
        }
        let (code, answer) = object(&["--p", &number(&group["p"]), "--g", "4"]);
        assert_eq!((code, &answer["special_form"]["kind"]), (Some(1), &"near-power".into()), "{answer}");
        assert_eq!(answer["special_form"]["base"], "2", "{answer}");
        seen += 1;
    }
    assert!(seen >= 5, "{seen}");
    // 2^1279 − 1: the order of 2 is 1279, whatever 2^1279 − 2 falls apart into
    let mersenne = ((BigUint::from(1u32) << 1279u32) - 1u32).to_string();
    let (_, answer) = object(&["--p", &mersenne, "--g", "2", "--timeout", "2"]);
    assert_eq!((&answer["order"], &answer["order_bits"]), (&"1279".into(), &11.into()), "{answer}");
    assert!(answer["seconds_log2"].as_f64().is_some_and(|log2| log2 < 1.0), "{answer}");
    assert!(answer["cost"].as_str().is_some_and(|cost| cost.starts_with("less than a core second: ")), "{answer}");
}

/// g of a prime order that p − 1 hides among factors that nobody finds, told by --q: the cost is that of the subgroup.
#[test]
fn an_order_that_is_given_decides_the_cost() {
    let Some(groups) = named_groups() else { return };
    let group = groups.iter().find(|group| group["name"] == "dh_1024_160").expect("the group");
    let hexadecimal = |field: &str| format!("0x{}", group[field].as_str().expect("a number"));
    let (p, g, q) = (hexadecimal("p"), hexadecimal("g"), hexadecimal("q"));
    let (_, answer) = object(&["--p", &p, "--g", &g, "--q", &q, "--timeout", "20"]);
    assert_eq!((&answer["order_bits"], &answer["largest_subgroup_bits"]), (&160.into(), &160.into()), "{answer}");
    let (code, wrong) = object(&["--p", &p, "--g", &g, "--q", "1019", "--timeout", "1"]);
    let weak = wrong["weaknesses"].as_array().expect("weaknesses");
    assert!(weak.iter().any(|it| it.as_str().is_some_and(|it| it.contains("q is not the order of g"))), "{wrong}");
    assert_eq!(code, Some(1));
}

#[test]
fn generators_that_are_none_are_told() {
    for (g, told) in
        [("0", "g is 0, 1 or p"), ("1", "g is 0, 1 or p"), ("22", "g is 0, 1 or p"), ("28", "g is not below p")]
    {
        let (code, answer) = object(&["--p", "23", "--g", g]);
        let weak = answer["weaknesses"].as_array().expect("weaknesses");
        assert!(weak.iter().any(|it| it.as_str().is_some_and(|it| it.contains(told))), "{g}: {answer}");
        assert_eq!(code, Some(1));
    }
    let (_, zero) = object(&["--p", "23", "--g", "0"]);
    assert_eq!(zero["order"], Value::Null, "{zero}");
    let (_, reduced) = object(&["--p", "23", "--g", "28"]);
    assert_eq!(reduced["order"], "22", "28 is 5, a primitive root: {reduced}");
}

/// A file as OpenSSH's, with sound groups, a short one and one whose modulus is no prime: a line each, one exit status.
#[test]
fn a_file_of_moduli_is_explained_line_by_line() {
    let (Some(named), Some(common)) = (named_groups(), deployed()) else { return };
    let of = |name: &str| named.iter().find(|group| group["name"] == name).expect("a group")["p"].as_str().expect("p");
    let socat = common.iter().find(|group| group["prime"] == false).expect("socat's composite");
    let socat: BigUint = number(&socat["p"]).parse().expect("a number");
    let line = |p: &str| format!("20230124114853 2 6 100 2047 2 {}\n", p.to_uppercase());
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("moduli");
    let name = file.display().to_string();
    let sound =
        format!("# Time Type Tests Tries Size Generator Modulus\n{}{}", line(of("modp_2048")), line(of("ffdhe2048")));
    fs::write(&file, &sound).expect("a file");
    let told = run("interlock", &["group", "explain", "--moduli", &name]);
    assert_eq!(told.code, Some(0), "{told:?}");
    assert!(told.out.starts_with("line 2: 2048 bits") && told.out.ends_with("2 groups: 2 sound, 0 weak\n"), "{told:?}");
    let mixed = format!("{sound}{}{}", line(of("modp_1536")), line(&format!("{socat:x}")));
    fs::write(&file, mixed).expect("a file");
    let (code, answer) = object(&["--moduli", &name, "--timeout", "5"]);
    assert_eq!((code, &answer["totals"]), (Some(1), &serde_json::json!({ "sound": 2, "weak": 2 })), "{answer}");
    let lines: Vec<u64> =
        answer["groups"].as_array().expect("groups").iter().filter_map(|it| it["line"].as_u64()).collect();
    assert_eq!(lines, [2, 3, 4, 5]);
    fs::write(&file, "1 2 3\n").expect("a file");
    let (code, answer) = object(&["--moduli", &name]);
    assert_eq!((code, &answer["kind"]), (Some(2), &"bad-input".into()), "{answer}");
}

#[test]
fn standard_input_and_the_longest_moduli_are_read() {
    let Some(groups) = named_groups() else { return };
    let pem = groups.iter().find_map(|group| group["dh_params_pem"].as_str()).expect("a file");
    let mut command = Command::new("sh");
    command.args(["-c", "printf '%s' \"$0\" | \"$@\"", pem]).arg(path("interlock"));
    command.args(["group", "explain", "--pem", "-", "--json"]);
    assert_eq!(parsed(&Program::spawn("interlock", command).finish())["bits"], 2048);
    // 10,000 bits, as many as OpenSSL takes; one more is too many
    let (code, answer) = object(&["--p", &format!("{:#x}", (BigUint::from(1u32) << 9999u32) + 1u32), "--timeout", "1"]);
    assert_eq!((code, &answer["bits"]), (Some(1), &10_000.into()), "{answer}");
    let (code, answer) = object(&["--p", &format!("{:#x}", BigUint::from(1u32) << 10_000u32)]);
    assert_eq!((code, &answer["kind"]), (Some(2), &"bad-input".into()), "{answer}");
}
