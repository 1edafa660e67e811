//! The matrix of `docs/audit.md`: what installed programs do, measured, and written down by whoever measures.

use audit::{Case, Role, Speech, cases, recipes::RECIPES};
use serde_json::Value;
use std::{collections::BTreeSet, fmt::Write, fs, path::PathBuf, process::Command};
use support::programs::{path, run};

const BEGIN: &str = "<!-- Measured. INTERLOCK_UPDATE_DOCS=1 cargo test -p tests --test audit_matrix -- --ignored -->\n";
const END: &str = "<!-- Until here. -->\n";

fn document() -> (PathBuf, String) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/audit.md");
    let text = fs::read_to_string(&path).unwrap();
    (path, text)
}

/// What is tried against programs of this role that ask for TLS by no command: of the others `audit_mail.rs` tells.
fn tried(role: Role) -> impl Iterator<Item = Case> {
    cases().filter(move |case| case.is_against(role) && case.is_in(Speech::Direct))
}

/// What stands between the two lines.
fn measured(text: &str) -> &str {
    let (_, rest) = text.split_once(BEGIN).expect("where the matrix begins");
    rest.split_once(END).expect("where the matrix ends").0
}

/// One kind of programs: what all refused, and a table of the rest.
fn section(role: Role, report: &Value) -> String {
    let (member, name) = match role {
        Role::Client => ("clients", "client"),
        Role::Server => ("servers", "server"),
    };
    let programs = report[member].as_array().unwrap();
    let grade = |program: &Value, attack: &str| {
        let cells = program["cells"].as_array().unwrap();
        let cell = cells.iter().find(|cell| cell["attack"] == attack)?;
        Some(cell["grade"].as_str().unwrap().to_owned())
    };
    let mut text = String::new();
    let versions = programs
        .iter()
        .map(|program| format!("`{}` ({})", program[name].as_str().unwrap(), program["version"].as_str().unwrap()));
    writeln!(text, "Measured: {}.\n", versions.collect::<Vec<_>>().join(", ")).unwrap();
    let all: Vec<&str> = tried(role).map(|case| case.attack).collect();
    let (refused, told): (Vec<&str>, Vec<&str>) = all.iter().partition(|attack| {
        let mut grades = programs.iter().filter_map(|program| grade(program, attack)).peekable();
        grades.peek().is_some() && grades.all(|grade| grade == "refused")
    });
    let listed: Vec<String> = refused.iter().map(|attack| format!("`{attack}`")).collect();
    writeln!(
        text,
        "All to which it was put refused, and believed the twin of: {}. They differ in these:\n",
        listed.join(", ")
    )
    .unwrap();
    let names = programs.iter().map(|program| program[name].as_str().unwrap());
    writeln!(text, "| attack | {} |", names.collect::<Vec<_>>().join(" | ")).unwrap();
    writeln!(text, "|---|{}", "---|".repeat(programs.len())).unwrap();
    for attack in told {
        let grades = programs.iter().map(|program| match grade(program, attack).as_deref() {
            Some(finding @ ("accepted" | "fell-back")) => format!("**{finding}**"),
            Some(other) => other.to_owned(),
            None => "–".to_owned(),
        });
        writeln!(text, "| `{attack}` | {} |", grades.collect::<Vec<_>>().join(" | ")).unwrap();
    }
    text
}

/// Measures everything that is installed here: minutes.
#[test]
#[ignore = "it measures every installed program against every attack, which takes minutes"]
fn what_installed_programs_do() {
    let mut sections = Vec::new();
    for role in [Role::Client, Role::Server] {
        let option = format!("--{}", role.as_str());
        let mut options = vec!["audit".to_owned(), "--json".to_owned(), "--deadline".to_owned(), "120".to_owned()];
        for recipe in RECIPES.iter().filter(|recipe| recipe.role == role && recipe.speech == Speech::Direct) {
            // mail has other attacks, and a matrix of its own would be two rows
            let probe = run("interlock", &["audit", "--attack", "staple:stranger", &option, recipe.name]);
            if probe.code != Some(2) {
                options.extend([option.clone(), recipe.name.to_owned()]);
            }
        }
        // as long as it takes
        let output = Command::new(path("interlock")).args(options).output().unwrap();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["totals"]["error"], 0, "{report:#}");
        sections.push(section(role, &report));
    }
    let (document, text) = document();
    let now = format!("\n{}\n### Servers that demand certificates\n\n{}\n", sections[0], sections[1]);
    if std::env::var_os("INTERLOCK_UPDATE_DOCS").is_some() {
        fs::write(document, text.replace(measured(&text), &now)).unwrap();
    } else {
        assert_eq!(measured(&text), now);
    }
}

/// Every attack stands there: among those that all refused, or as a row; and every column is a recipe's.
#[test]
fn the_matrix_knows_every_attack_and_every_column() {
    let (_, text) = document();
    let (clients, servers) = measured(&text).split_once("### Servers").expect("servers");
    for (role, part) in [(Role::Client, clients), (Role::Server, servers)] {
        for case in tried(role) {
            assert!(part.contains(&format!("`{}`", case.attack)), "{}: measure again", case.attack);
        }
        let header = part.lines().find(|line| line.starts_with("| attack |")).unwrap();
        let columns: BTreeSet<&str> = header.trim_matches(['|', ' ']).split(" | ").skip(1).collect();
        assert!(columns.len() >= 8, "{columns:?}");
        for column in columns {
            assert!(RECIPES.iter().any(|recipe| recipe.role == role && recipe.name == column), "{column}");
        }
    }
}
