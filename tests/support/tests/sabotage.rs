//! Sabotage: a lab in which one thing is broken in the code turns red at exactly the cells that theory says, and into just what
//! theory says.

use lab::verdict::Row;
use std::{
    env, fs,
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};
use support::{
    outcomes,
    sabotage::{
        copy, page,
        player::{Outcome, play},
        theory::{Table, Turn},
        trial::{Sound, Trial, trials},
    },
};

fn processors() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Of the rows that many trials have in common every thirty-second is played, unless `INTERLOCK_SABOTAGE_ALL` asks for all.
fn step() -> usize {
    if env::var_os("INTERLOCK_SABOTAGE_ALL").is_some() { 1 } else { 32 }
}

/// All rows as a lab plays them in which nothing is broken.
fn sound(program: &Path, table: &Table) -> Sound {
    let rows: Vec<&Row> = table.rows().collect();
    let scenarios: Vec<String> = rows.iter().map(|row| row.scenario.to_string()).collect();
    let parts: Vec<&[String]> = scenarios.chunks(scenarios.len().div_ceil(processors())).collect();
    let outcomes: Vec<Outcome> = thread::scope(|scope| {
        let running: Vec<_> = parts.into_iter().map(|part| scope.spawn(move || play(program, "", part))).collect();
        running.into_iter().flat_map(|part| part.join().expect("a player")).collect()
    });
    for (row, outcome) in rows.iter().zip(&outcomes) {
        assert!(outcome.is(&row.expected), "nothing is broken, and yet {}: {outcome:?}", row.scenario);
    }
    outcomes.into_iter().map(|outcome| (outcome.scenario.clone(), outcome)).collect()
}

/// What is not as theory says.
fn against(program: &Path, trial: &Trial, place: usize) -> Vec<String> {
    let chosen: Vec<&(Row, Turn)> = trial.chosen(place, step()).collect();
    let scenarios: Vec<String> = chosen.iter().map(|(row, _)| row.scenario.to_string()).collect();
    let mut wrong = Vec::new();
    for ((row, turn), outcome) in chosen.into_iter().zip(play(program, &trial.fault, &scenarios)) {
        let red = !outcome.is(&row.expected);
        let right = match turn {
            Turn::Stays => !red,
            Turn::Turns => red,
            Turn::To(comes) => red && outcome.is(comes),
        };
        if !right {
            let got = format!("{} {:?} {:?} ({})", outcome.kind, outcome.check, outcome.party, outcome.because);
            wrong.push(format!("{}: {}: {turn:?}, and {got} came", trial.fault, row.scenario));
        }
    }
    wrong
}

#[test]
fn a_broken_lab_turns_red_at_exactly_the_cells_that_theory_says() {
    // For the whole workspace, of which one program is built: with the features of everything, so that no dependency is built again.
    let built = copy::build(&copy::broken(), &["--workspace", "--example", "matrix"]);
    let program = built.join("examples/matrix");
    let table = Table::new(outcomes::rows());
    let trials = trials(&table, &sound(&program, &table));
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..processors() {
            scope.spawn(|| {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some(trial) = trials.get(place) else { break };
                    let found = against(&program, trial, place);
                    wrong.lock().expect("the list").extend(found);
                }
            });
        }
    });
    let wrong = wrong.into_inner().expect("the list");
    assert!(wrong.is_empty(), "{} cells:\n{}", wrong.len(), wrong.join("\n"));
    told(&trials);
}

/// The page has a line for each check and each fault. Its numbers are of the rows that there were when it was written.
fn told(trials: &[Trial]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/sabotage.md");
    let page = page::page(trials);
    if env::var_os("INTERLOCK_UPDATE_DOCS").is_some() {
        fs::write(&path, page).expect("the page can be written");
        return;
    }
    let named = |page: &str| -> Vec<String> {
        let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
        rows.map(str::to_owned).collect()
    };
    assert_eq!(
        named(&fs::read_to_string(&path).unwrap_or_default()),
        named(&page),
        "docs/sabotage.md is out of date: INTERLOCK_UPDATE_DOCS=1 cargo test -p support --test sabotage"
    );
}
