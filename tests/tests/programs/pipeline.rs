//! `interlock check` in a pipeline: what docs/ci.md promises.

use serde_json::{Value, json};
use std::{fs, path::Path, process::Command};
use support::programs::{Finished, Program, path, run};
use tempfile::TempDir;

fn json(finished: &Finished) -> Value {
    serde_json::from_str(&finished.out).unwrap_or_else(|error| panic!("{error}: {finished:?}"))
}

fn statuses(report: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let cells = report["cells"].as_array().expect("cells");
    cells.iter().map(|cell| (text(&cell["scenario"]), text(&cell["status"]))).collect()
}

fn file(directory: &TempDir, name: &str, text: &str) -> String {
    let path = directory.path().join(name);
    fs::write(&path, text).expect("a file");
    path.display().to_string()
}

/// An own table, in which one row is wrong; a baseline that accepts that, then one that accepts something else.
#[test]
fn only_what_changes_against_the_baseline_is_a_finding() {
    let directory = TempDir::new().expect("a directory");
    let table = file(&directory, "table.txt", "ecdh/relay private - -\necdh/substitute private - -\n");
    let check = |more: &[&str]| run("interlock", &[&["check", "--outcomes", &table, "--json"], more].concat());
    let of =
        |status: &str| vec![("ecdh/relay".into(), "as-expected".into()), ("ecdh/substitute".into(), status.into())];
    let found = check(&[]);
    assert_eq!((found.code, statuses(&json(&found))), (Some(1), of("not-stopped")), "{found:?}");
    let split = file(&directory, "split.txt", "ecdh/substitute split - - # nobody is authenticated\n");
    let accepted = check(&["--baseline", &split]);
    assert_eq!((accepted.code, statuses(&json(&accepted))), (Some(0), of("accepted")), "{accepted:?}");
    assert_eq!(json(&accepted)["cells"][1]["reason"], "nobody is authenticated");
    let other = file(&directory, "other.txt", "ecdh/substitute read - - # another one\n");
    let changed = check(&["--baseline", &other]);
    assert_eq!((changed.code, statuses(&json(&changed))), (Some(1), of("not-stopped")), "{changed:?}");
    let gone = run("interlock", &["check", "--filter", "ecdh/substitute", "--baseline", &split]);
    assert_eq!(gone.code, Some(1), "what is accepted is expected: {gone:?}");
    assert!(gone.out.contains("outdated"), "{gone:?}");
    for text in ["ecdh/substitute split - -", "ecdh/substitute split"] {
        let unexplained = check(&["--baseline", &file(&directory, "bad.txt", text)]);
        assert_eq!(unexplained.code, Some(2), "{unexplained:?}");
    }
    assert_eq!(check(&["--baseline", "no-such-file"]).code, Some(2));
}

#[test]
fn a_check_that_stops_for_another_reason_is_a_finding() {
    let directory = TempDir::new().expect("a directory");
    let table = file(&directory, "table.txt", "ecdh-cert/substitute stopped finished client\n");
    let found = run("interlock", &["check", "--outcomes", &table, "--json"]);
    assert_eq!(found.code, Some(1), "{found:?}");
    assert_eq!(json(&found)["cells"][0]["status"], "stopped-otherwise");
}

/// The command that a report gives brings about what it says.
#[test]
fn a_finding_can_be_brought_about_again() {
    let directory = TempDir::new().expect("a directory");
    let table = file(&directory, "table.txt", "dh/substitute private - -\n");
    let found = json(&run("interlock", &["check", "--outcomes", &table, "--seed", "4711", "--json"]));
    let cell = &found["cells"][0];
    assert_eq!(cell["seed"], 4711);
    let again = cell["again"].as_str().expect("a command");
    let words: Vec<&str> = again.split(' ').skip(1).map(|word| word.trim_matches('\'')).collect();
    let run_again = json(&run("interlock", &[&words[..], &["--json"]].concat()));
    assert_eq!(run_again["verdict"], cell["got"], "{again}");
}

#[test]
fn shards_are_the_whole_and_share_nothing() {
    let shard = |shard: &[&str]| {
        let args =
            [&["check", "--filter", "ecdh/*relay*", "--filter", "ecdh/sub*", "--seed", "7", "--json"], shard].concat();
        let report = json(&run("interlock", &args));
        let cells = report["cells"].as_array().expect("cells").clone();
        cells.iter().map(|cell| (cell["scenario"].to_string(), cell["seed"].to_string())).collect::<Vec<_>>()
    };
    let whole = shard(&[]);
    let mut parts = [shard(&["--shard", "1/2"]), shard(&["--shard", "2/2"])].concat();
    assert!(whole.len() > 2, "{whole:?}");
    parts.sort();
    let mut sorted = whole;
    sorted.sort();
    assert_eq!(parts, sorted);
    for bad in ["0/2", "3/2", "1", "a/b"] {
        assert_eq!(run("interlock", &["check", "--shard", bad]).code, Some(2), "{bad}");
    }
}

/// A table with a row that is over at once, one that computes for long, and that one's twin, which a check stops before.
#[test]
fn what_computes_for_long_is_left_out_told_and_played_when_it_is_asked_for() {
    let directory = TempDir::new().expect("a directory");
    let long = "dh-weak:subgroup,bits=1300/crack";
    let twin = format!("{long}+group-order");
    let text = format!("dh/relay private - -\n{long} read - -\n{twin} stopped group-order client\n");
    let table = file(&directory, "table.txt", &text);
    let [junit, sarif, summary] =
        ["a.xml", "a.sarif", "a.md"].map(|name| directory.path().join(name).display().to_string());
    let files = ["--junit", &junit, "--sarif", &sarif, "--summary", &summary];
    let check = |more: &[&str]| run("interlock", &[&["check", "--outcomes", &table, "--seed", "7"], more].concat());
    let played = |more: &[&str]| -> Vec<(String, Value)> {
        let report = json(&check(&[more, &["--json"]].concat()));
        let cells = report["cells"].as_array().expect("cells").iter();
        cells.map(|cell| (cell["scenario"].as_str().expect("a text").to_owned(), cell["seed"].clone())).collect()
    };
    let usual = check(&[&files[..], &["--json"]].concat());
    assert_eq!(usual.code, Some(0), "{usual:?}");
    let report = json(&usual);
    let names: Vec<_> = statuses(&report).into_iter().map(|(scenario, _)| scenario).collect();
    assert_eq!((names, &report["left_out"]), (vec!["dh/relay".to_owned(), twin.clone()], &serde_json::json!([long])));
    let read = |path: &str| fs::read_to_string(path).expect("a report");
    let xml = read(&junit);
    assert!(xml.contains("tests=\"3\"") && xml.contains("skipped=\"1\""), "{xml}");
    assert!(
        xml.contains("name=\"crack\" time=\"0.000\"><skipped message=\"it computes for long: --group long"),
        "{xml}"
    );
    assert!(read(&sarif).contains("1 left out") && read(&summary).contains("1 left out"), "{}", read(&sarif));
    assert!(check(&[]).out.contains("--group long"), "the table says so too");
    // Each row keeps its seed, whoever else is played.
    let wanted = |names: &[&str]| -> Vec<(String, Value)> {
        let all = ["dh/relay", long, &twin];
        let seeded = (7_u64..).zip(all).filter(|(_, name)| names.contains(name));
        seeded.map(|(seed, name)| (name.to_owned(), Value::from(seed))).collect()
    };
    assert_eq!(played(&["--group", "long"]), wanted(&[long]));
    assert_eq!(played(&["--filter", "*/crack"]).len(), 1, "what is named is played");
    assert_eq!(played(&["--shard", "1/2", "--group", "all"]), wanted(&["dh/relay", &twin]));
    assert_eq!(played(&["--shard", "2/2"]), wanted(&[]));
}

/// Every command of the document, over one scenario, with what a pipeline would fill in.
#[test]
fn each_command_of_the_document_runs() {
    let document = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/ci.md")).expect("docs/ci.md");
    let lines = document.lines().map(|line| line.trim().trim_start_matches("- ").trim_start_matches("run: "));
    let commands: Vec<&str> = lines.filter(|line| line.starts_with("interlock ")).collect();
    assert!(commands.len() >= 6, "{commands:?}");
    let directory = TempDir::new().expect("a directory");
    let programs = path("interlock").parent().expect("a directory").to_owned();
    for command in commands {
        let filled = [
            ("${{ matrix.shard }}", "1"),
            ("${{ github.run_number }}", "7"),
            ("$CI_NODE_INDEX", "1"),
            ("$CI_NODE_TOTAL", "4"),
            ("$CI_PIPELINE_IID", "7"),
            ("$GITHUB_STEP_SUMMARY", "summary.md"),
        ];
        let mut text = filled.iter().fold(command.to_owned(), |text, (name, value)| text.replace(name, value));
        if text.starts_with("interlock check") && !text.contains("--filter") {
            text.push_str(" --filter ecdh/relay");
        }
        let mut shell = Command::new("sh");
        let searched = std::env::join_paths([programs.clone(), "/usr/bin".into(), "/bin".into()]).expect("a path");
        shell.args(["-c", &text]).current_dir(directory.path()).env("PATH", searched);
        let ended = Program::spawn(command, shell).finish();
        assert_eq!(ended.code, Some(0), "{command}: {ended:?}");
    }
    for written in ["report.xml", "report.sarif", "report.json", "summary.md"] {
        assert!(directory.path().join(written).is_file(), "{written}");
    }
}

/// One finding, one deviation that is accepted, and one outcome as it has to be, in every report.
#[test]
fn each_report_has_what_its_schema_requires() {
    let directory = TempDir::new().expect("a directory");
    let table = "ecdh/relay private - -\necdh/substitute private - -\ndh/substitute private - -\n";
    let table = file(&directory, "table.txt", table);
    let baseline = file(&directory, "baseline.txt", "dh/substitute split - - # known\n");
    let [sarif, junit, json] =
        ["report.sarif", "report.xml", "report.json"].map(|name| directory.path().join(name).display().to_string());
    let reports = ["--sarif", &sarif, "--junit", &junit, "--json", &json];
    run("interlock", &[&["check", "--outcomes", &table, "--baseline", &baseline], reports.as_slice()].concat());
    let read =
        |report: &str| -> Value { serde_json::from_slice(&fs::read(report).expect("the report")).expect("JSON") };
    sarif_has_what_its_schema_requires(&read(&sarif));
    json_has_what_the_document_says(&read(&json));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/junit.py");
    match Command::new("python3").arg(script).arg(&junit).output() {
        Ok(output) => {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            let found: Value = serde_json::from_slice(&output.stdout).expect("JSON");
            assert_eq!(found, json!({ "testcase": 3, "failure": 1, "error": 0, "skipped": 1 }));
        }
        Err(_) => println!("not run: python3 is missing"),
    }
}

/// The members of the object that `--json` gives, and of each of its cells, are those of docs/ci.md.
fn json_has_what_the_document_says(report: &Value) {
    let document = include_str!("../../../docs/ci.md");
    let (_, table) = document.split_once("| member | is |").expect("a table of members");
    let rows = table.lines().skip(2).map_while(|line| line.strip_prefix("| `"));
    let documented: Vec<&str> = rows.filter_map(|row| row.split(" | ").next()).collect();
    let documented: Vec<String> = documented
        .iter()
        .flat_map(|names| {
            let within = if names.starts_with("cells[].") { "cells[]." } else { "" };
            let names = names
                .split(", ")
                .map(|name| name.trim_matches('`').trim_start_matches("cells[].").trim_end_matches("[]"));
            names.map(move |name| format!("{within}{name}")).collect::<Vec<_>>()
        })
        .collect();
    let members = |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
    let cells = report["cells"].as_array().expect("cells");
    let of_cells = cells.iter().flat_map(&members).map(|name| format!("cells[].{name}"));
    let of_all = members(report).into_iter().filter(|name| name != "cells");
    for member in of_cells.chain(of_all) {
        assert!(documented.contains(&member), "{member} is not documented: {documented:?}");
    }
    assert_eq!(report["version"], 1);
    // What is there only sometimes is documented as such.
    let sometimes = ["cells[].retries", "cells[].reason", "cells[].again", "left_out", "unplayed"];
    for cell in cells {
        for member in documented.iter().filter(|member| !sometimes.contains(&member.as_str())) {
            let (whole, name) = match member.strip_prefix("cells[].") {
                Some(name) => (cell, name),
                None => (report, member.as_str()),
            };
            assert!(whole.get(name).is_some(), "{member} is missing: {whole}");
        }
    }
}

/// What SARIF 2.1.0 requires of a log, a run, a tool, a rule, a result, a location and a suppression (sections 3.13, 3.14,
/// 3.18, 3.19, 3.27, 3.28, 3.35 and 3.49), and code scanning of a location.
fn sarif_has_what_its_schema_requires(log: &Value) {
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let driver = &run["tool"]["driver"];
    assert_eq!(driver["name"], "interlock");
    let rules = driver["rules"].as_array().expect("rules");
    for rule in rules {
        for text in ["shortDescription", "fullDescription", "help"] {
            assert!(rule[text]["text"].is_string(), "{rule}");
        }
    }
    let results = run["results"].as_array().expect("results");
    assert_eq!(results.len(), 2, "one finding, and one that is accepted: {log}");
    for result in results {
        assert!(rules.iter().any(|rule| rule["id"] == result["ruleId"]), "{result}");
        assert!(result["message"]["text"].as_str().is_some_and(|text| text.contains("interlock run")), "{result}");
        let place = &result["locations"][0]["physicalLocation"];
        assert!(place["artifactLocation"]["uri"].is_string(), "{result}");
        assert!(place["region"]["startLine"].as_u64().is_some_and(|line| line >= 1), "{result}");
    }
    assert_eq!(results[0].get("suppressions"), None);
    assert_eq!(results[1]["suppressions"][0]["kind"], "external");
    assert_eq!(results[1]["suppressions"][0]["justification"], "known");
}
