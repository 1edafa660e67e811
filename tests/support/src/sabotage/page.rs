//! `docs/sabotage.md`: what turns red of each fault.

use super::trial::Trial;
use lab::checks;
use std::{collections::BTreeMap, fmt::Write};

const HEAD: &str = "# Sabotage

<!-- Generated. INTERLOCK_UPDATE_DOCS=1 cargo test -p support --test sabotage -->

What `interlock check` notices of a lab in which one thing is broken in the code, and not by a switch. The code of a copy is patched
([faults.rs](../tests/support/src/sabotage/faults.rs)), so that each check can be made to look never or to fail always where it
tells what it found, and the lab's own honesty can be broken; the copy is built once, and the fault is chosen when it runs. Theory
says of every row of [outcomes.txt](../web/src/ci/outcomes.txt) that a fault can reach whether it turns red, and into what: of
checks in [theory.rs](../tests/support/src/sabotage/theory.rs), of the lab's honesty in
[honesty.rs](../tests/support/src/sabotage/honesty.rs), with a reason for each rule. The full tests play it without sockets:

```sh
cargo test -p support --test sabotage
```

Where few rows turn, they are played each time; of the others every thirty-second is, other ones in each trial, and
`INTERLOCK_SABOTAGE_ALL=1` plays all. Left out are rows of primes of 2048 bits and `small-subgroup`, in which seconds go by. Checks
of records, and of what goes on after the first handshake, are made to look never, and not to fail always. Numbers are of the rows that
there were when this page was written.
";

/// The page, of all trials.
#[must_use]
pub fn page(trials: &[Trial]) -> String {
    let mut page = HEAD.to_owned();
    let of = |fault: String| trials.iter().find(|trial| trial.fault == fault);
    page += "
## Checks

How many cells turn red, of those in which the check is told of.

| check | never looks | always fails | of |
|---|---|---|---|
";
    for check in checks::all() {
        let never = of(format!("never-looks {}", check.id)).map_or(0, Trial::red);
        let always = of(format!("always-fails {}", check.id));
        let (fails, reached) = (always.map_or(0, Trial::red), always.map_or(0, |trial| trial.turns.len()));
        let _ = writeln!(page, "| `{}` | {never} | {fails} | {reached} |", check.id);
    }
    page += "
## The lab's own honesty

| fault | what is broken | red | what comes there | in the cells of |
|---|---|---|---|---|
";
    for trial in trials.iter().filter(|trial| !trial.fault.contains(' ')) {
        let _ = writeln!(
            page,
            "| `{}` | {} | {} | {} | {} |",
            trial.fault,
            trial.what,
            trial.red(),
            comes(trial),
            attacks(trial)
        );
    }
    page
}

/// What comes in the cells that turn, with how often.
fn comes(trial: &Trial) -> String {
    listed(
        trial
            .turned()
            .map(|(_, comes)| comes.map_or_else(|| "something else".to_owned(), |comes| comes.kind.to_string())),
    )
}

/// The attacks whose cells turn, with how often.
fn attacks(trial: &Trial) -> String {
    listed(trial.turned().map(|(row, _)| format!("`{}`", row.scenario.attack.id)))
}

fn listed(names: impl Iterator<Item = String>) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    names.for_each(|name| *counts.entry(name).or_default() += 1);
    let told: Vec<String> = counts.into_iter().map(|(name, count)| format!("{name} ({count})")).collect();
    if told.is_empty() { "–".to_owned() } else { told.join(", ") }
}
