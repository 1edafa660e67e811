//! The matrix of `docs/audit.md`: what installed programs do, measured, and written down by whoever measures.

use audit::{
    Case, Role, Speech, cases,
    recipes::{RECIPES, Recipe},
};
use serde_json::Value;
use std::{collections::BTreeSet, env, fmt::Write, fs, path::PathBuf, process::Command};
use support::programs::{Finished, path, run};

const BEGIN: &str = "<!-- Measured. INTERLOCK_UPDATE_DOCS=1 cargo test -p tests --test audit matrix -- --ignored -->\n";
const END: &str = "<!-- Until here. -->\n";

/// The one attack of programs that connect twice, which has a table of its own.
const RESUMED: &str = "resume";

/// A table: its heading, whose it is, and of which attack alone its programs and attacks are, or neither of them.
const TABLES: [(&str, Role, bool); 4] = [
    ("", Role::Client, false),
    ("### Clients that resume sessions\n\n", Role::Client, true),
    ("### Servers that demand certificates\n\n", Role::Server, false),
    ("### Servers that resume sessions\n\n", Role::Server, true),
];

fn document() -> (PathBuf, String) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/audit.md");
    let text = fs::read_to_string(&path).unwrap();
    (path, text)
}

/// What is tried against such programs that ask for TLS by no command: of the others `audit_mail.rs` tells.
fn tried(role: Role, resumed: bool) -> impl Iterator<Item = Case> {
    let of = move |case: &Case| case.attack.starts_with(RESUMED) == resumed;
    cases().filter(move |case| case.is_against(role) && case.is_in(Speech::Direct) && of(case))
}

fn recipes(role: Role, resumed: bool) -> impl Iterator<Item = &'static Recipe> {
    let of = move |recipe: &&Recipe| recipe.only.is_some_and(|only| only.starts_with(RESUMED)) == resumed;
    // mail has other attacks, and a matrix of its own would be two rows
    RECIPES.iter().filter(move |recipe| recipe.role == role && recipe.speech == Speech::Direct).filter(of)
}

/// What stands between the two lines.
fn measured(text: &str) -> &str {
    let (_, rest) = text.split_once(BEGIN).expect("where the matrix begins");
    rest.split_once(END).expect("where the matrix ends").0
}

/// The tables, as far as they stand there.
fn parts(measured: &str) -> [&str; 4] {
    TABLES.map(|(heading, ..)| {
        let from = measured.find(heading).map_or(measured.len(), |at| at + heading.len());
        let rest = &measured[from..];
        rest.find("\n### ").map_or(rest, |end| &rest[..end])
    })
}

/// The grade that a table has for this attack by this program: nothing where it was not put to it.
fn written(table: &str, attack: &str, program: &str) -> Option<String> {
    let cells = |line: &str| line.trim_matches(['|', ' ']).split(" | ").map(str::to_owned).collect::<Vec<_>>();
    let column = cells(table.lines().find(|line| line.starts_with("| attack |"))?);
    let column = column.iter().position(|name| name == program)?;
    let row = table.lines().find(|line| line.starts_with(&format!("| `{attack}` |")));
    let grade = match row {
        Some(row) => cells(row).get(column)?.trim_matches('*').to_owned(),
        None => {
            let listed = table.lines().find(|line| line.contains("refused, and believed"))?;
            let asked = RECIPES.iter().any(|recipe| recipe.name == program && recipe.only.is_none());
            listed.contains(&format!("`{attack}`")).then_some(())?;
            if asked { "refused".to_owned() } else { "–".to_owned() }
        }
    };
    (grade != "–").then_some(grade)
}

/// One kind of programs: what all refused, and a table of the rest. What was not measured now is as it was written.
fn section(role: Role, resumed: bool, report: &Value, before: &str) -> String {
    let (member, name) = match role {
        Role::Client => ("clients", "client"),
        Role::Server => ("servers", "server"),
    };
    let programs = report[member].as_array().unwrap();
    let named = |program: &Value| program[name].as_str().unwrap().to_owned();
    let grade = |program: &Value, attack: &str| {
        let cells = program["cells"].as_array().unwrap();
        let cell = cells.iter().find(|cell| cell["attack"] == attack);
        let grade = cell.map(|cell| cell["grade"].as_str().unwrap().to_owned());
        let grade = grade.or_else(|| written(before, attack, &named(program)));
        grade.filter(|grade| grade != "not-applicable")
    };
    let mut text = String::new();
    let versions =
        programs.iter().map(|program| format!("`{}` ({})", named(program), program["version"].as_str().unwrap()));
    writeln!(text, "Measured: {}.\n", versions.collect::<Vec<_>>().join(", ")).unwrap();
    let all: Vec<&str> = tried(role, resumed).map(|case| case.attack).collect();
    let (refused, told): (Vec<&str>, Vec<&str>) = all.iter().partition(|attack| {
        let mut grades = programs.iter().filter_map(|program| grade(program, attack)).peekable();
        // of programs that are each put to other attacks a list would not say to which
        !resumed && grades.peek().is_some() && grades.all(|grade| grade == "refused")
    });
    let listed: Vec<String> = refused.iter().map(|attack| format!("`{attack}`")).collect();
    if !listed.is_empty() {
        let listed = listed.join(", ");
        writeln!(text, "All to which it was put refused, and believed the twin of: {listed}. They differ in these:\n")
            .unwrap();
    }
    writeln!(text, "| attack | {} |", programs.iter().map(named).collect::<Vec<_>>().join(" | ")).unwrap();
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

/// Measures everything that is installed here, which takes minutes; or with `INTERLOCK_ATTACKS` only those attacks, which
/// may be patterns with spaces between them. The rest stands as it was measured before.
#[test]
#[ignore = "it measures every installed program against every attack, which takes minutes"]
fn what_installed_programs_do() {
    let (document, text) = document();
    let mut now = String::new();
    let asked = env::var("INTERLOCK_ATTACKS").ok();
    for ((heading, role, resumed), before) in TABLES.into_iter().zip(parts(measured(&text))) {
        let option = format!("--{}", role.as_str());
        let mut options = vec!["audit".to_owned(), "--json".to_owned(), "--deadline".to_owned(), "120".to_owned()];
        let probe = if resumed { "resume:name" } else { "forge-expired" };
        for recipe in recipes(role, resumed) {
            let probe = recipe.only.filter(|_| !resumed).map_or(probe, |_| "staple:stranger");
            if run("interlock", &["audit", "--attack", probe, &option, recipe.name]).code != Some(2) {
                options.extend([option.clone(), recipe.name.to_owned()]);
            }
        }
        for attack in asked.iter().flat_map(|asked| asked.split(' ')) {
            options.extend(["--attack".to_owned(), attack.to_owned()]);
        }
        // as long as it takes
        let output = Command::new(path("interlock")).args(options).output().unwrap();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["totals"]["error"], 0, "{report:#}");
        write!(now, "\n{heading}{}", section(role, resumed, &report, if asked.is_some() { before } else { "" }))
            .unwrap();
    }
    now.push('\n');
    if env::var_os("INTERLOCK_UPDATE_DOCS").is_some() {
        fs::write(document, text.replace(measured(&text), &now)).unwrap();
    } else {
        assert_eq!(measured(&text), now);
    }
}

/// Every attack stands there: among those that all refused, or as a row; and every column is a recipe's.
#[test]
fn the_matrix_knows_every_attack_and_every_column() {
    let (_, text) = document();
    for ((_, role, resumed), part) in TABLES.into_iter().zip(parts(measured(&text))) {
        for case in tried(role, resumed) {
            assert!(part.contains(&format!("`{}`", case.attack)), "{}: measure again", case.attack);
        }
        let header = part.lines().find(|line| line.starts_with("| attack |")).unwrap();
        let columns: BTreeSet<&str> = header.trim_matches(['|', ' ']).split(" | ").skip(1).collect();
        assert!(columns.len() >= if resumed { 3 } else { 8 }, "{columns:?}");
        for column in columns {
            assert!(RECIPES.iter().any(|recipe| recipe.role == role && recipe.name == column), "{column}");
        }
    }
}

/// As many attacks as are said to be put to a program have a cell.
#[test]
fn what_is_put_to_a_program_has_a_cell() {
    let put = |recipe: &Recipe| cases().filter(|case| recipe.described().is_put_to(case)).count();
    for (name, count) in [("openssl-early", 1), ("openssl-smtp", 1), ("openssl-resume", 4)] {
        let recipe = RECIPES.iter().find(|recipe| recipe.role == Role::Client && recipe.name == name).unwrap();
        assert_eq!(put(recipe), count, "{name}");
        if count > 1 {
            continue;
        }
        let Finished { code, out, .. } = run("interlock", &["audit", "--json", "--client", name]);
        if code == Some(2) {
            println!("not run: {name} is missing");
            continue;
        }
        let report: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(report["clients"][0]["cells"].as_array().unwrap().len(), count, "{name}: {report}");
    }
}

/// What is read back from a table is what was written there.
#[test]
fn what_was_measured_before_is_read_back() {
    let [clients, ..] = parts(
        "All to which it was put refused, and believed the twin of: `a`, `b:c`. They differ in these:\n\n| attack | curl | \
         curl-status |\n|---|---|---|\n| `d` | **accepted** | – |\n\n### Servers that demand certificates\n\n",
    );
    let read = |attack, program| written(clients, attack, program);
    assert_eq!(read("b:c", "curl").as_deref(), Some("refused"));
    assert_eq!((read("b:c", "curl-status"), read("b", "curl"), read("d", "curl-status")), (None, None, None));
    assert_eq!(read("d", "curl").as_deref(), Some("accepted"));
}
