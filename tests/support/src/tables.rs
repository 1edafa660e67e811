//! The documentation's tables, from the registries and the table of outcomes.

use crate::outcomes::{self, Outcome};
use attacker::attack::{
    Info,
    case::{self, Case},
};
use lab::{
    check::Check,
    checks,
    mode::{By, Mode, Step, Variant},
    modes::{self, properties},
    words,
};
use std::fmt::Write;

/// What stands above every generated page.
const NOTE: &str =
    "<!-- Generated from the registries. INTERLOCK_UPDATE_DOCS=1 cargo test -p tests --test house docs -->\n";

/// `docs/modes.md`.
pub fn modes() -> String {
    let mut page =
        format!("# Modes\n\n{NOTE}\n| mode | exchange | authenticated by | groups | checks |\n|---|---|---|---|---|\n");
    for mode in modes::all() {
        let (id, count) = (mode.id, mode.checks().len());
        let row = [&link(id), mode.title, mode.authenticated_by, &code(mode.groups), &count.to_string()].join(" | ");
        line(&mut page, &format!("| {row} |"));
    }
    promises(&mut page);
    costs(&mut page);
    for mode in modes::all() {
        line(&mut page, &format!("\n## {}\n\n{}: {}", mode.id, mode.title, mode.summary));
        if !mode.variants.is_empty() {
            line(&mut page, "\nVariants, the first being the default:\n");
            mode.variants.iter().for_each(|variant| line(&mut page, &self::variant(mode, variant)));
        }
        exchange(&mut page, mode);
        for (variant, table) in mode.variants.iter().filter_map(|it| Some((it, it.table?))) {
            line(&mut page, &format!("\nThe table of `{}:{}`:", mode.id, variant.id));
            exchange(&mut page, table);
        }
        if let Some(properties) = properties::of(mode.id) {
            line(&mut page, &format!("\nDeployed: {}. Keys: {}.", properties.deployed, properties.renewal));
        }
        line(&mut page, &format!("\nFrom: {}.", mode.references.join("; ")));
    }
    page
}

/// What each mode protects and what it does not.
fn promises(page: &mut String) {
    let title = |name: &str| words::say("promise", name, &serde_json::json!({}));
    line(page, "\n## What each protects\n");
    line(page, "With all of its usual checks on, in its first variant: yes, no (–), or under a condition.\n");
    line(page, &format!("| mode | {} |", properties::NAMES.map(title).join(" | ")));
    line(page, &format!("|---|{}", "---|".repeat(properties::NAMES.len())));
    for (mode, properties) in modes::all().iter().filter_map(|mode| Some((mode, properties::of(mode.id)?))) {
        let cells: Vec<String> =
            properties.promises().map(|(_, promise)| words::told_as("promised", &promise)).collect();
        line(page, &format!("| {} | {} |", link(mode.id), cells.join(" | ")));
    }
}

/// What a session of each mode was measured to cost.
fn costs(page: &mut String) {
    let (rows, conditions) = figures(include_str!("../../../victims/benches/measured.txt"));
    if rows.is_empty() {
        return;
    }
    line(page, "\n## What a session costs\n");
    conditions.into_iter().for_each(|condition| line(page, condition));
    line(page, "Reproduce with `cargo bench -p victims --bench modes`.");
    line(
        page,
        "\n| mode | sessions a second | µs a session | µs of its public-key operations | the one by the other |",
    );
    line(page, "|---|---|---|---|---|");
    for row in rows {
        let [mode, whole, alone] = row[..] else { panic!("measured.txt: {row:?}") };
        let [whole, alone] = [whole, alone].map(|it| it.parse::<f64>().expect("microseconds"));
        let ratio = if alone > 0.0 { format!("{:.2}", whole / alone) } else { "–".to_owned() };
        line(page, &format!("| `{mode}` | {:.0} | {whole:.0} | {alone:.0} | {ratio} |", 1e6 / whole));
    }
}

/// What attacks that go on for long were measured to take.
fn times(page: &mut String) {
    let (rows, conditions) = figures(include_str!("../../benches/sessions/attacks.txt"));
    if rows.is_empty() {
        return;
    }
    line(page, "\n## What the long ones take\n");
    conditions.into_iter().for_each(|condition| line(page, condition));
    line(page, "Reproduce with `cargo bench -p tests --bench sessions -- question downgrade`.");
    line(page, "\n| what | µs | a second | beside it | µs | the one by the other |");
    line(page, "|---|---|---|---|---|---|");
    for row in rows {
        let [what, own, peer, beside] = row[..] else { panic!("attacks.txt: {row:?}") };
        let [own, beside] = [own, beside].map(|it| it.parse::<f64>().expect("microseconds"));
        line(page, &format!("| {what} | {own:.0} | {:.0} | {peer} | {beside:.0} | {:.2} |", 1e6 / own, own / beside));
    }
}

/// A mode's table, and the checks in it.
fn exchange(page: &mut String, mode: &Mode) {
    line(page, "\n```text");
    table(page, mode);
    line(page, "```\n");
    line(page, &format!("Checks: {}.", code(mode.checks().iter().map(|check| &check.id))));
    if !mode.off.is_empty() {
        line(page, &format!("Off unless switched on: {}.", code(mode.off)));
    }
}

/// A mode's table, as its parties carry it out.
fn table(page: &mut String, mode: &Mode) {
    let given =
        mode.given.iter().map(|given| format!("{} knows {}: {}", by(given.by), given.name, given.source.sort()));
    given.for_each(|given| line(page, &given));
    for (message, flight) in mode.messages.iter().zip(mode.flights()) {
        let step = |page: &mut String, step: &Step| line(page, &format!("  {}: {step}", by(step.by)));
        line(page, &format!("\nflight {flight}, {} → {}: {}", message.from, message.from.peer(), message.kind));
        message.before.iter().for_each(|it| step(page, it));
        for field in message.fields {
            line(page, &format!("    {} ({}) = {}", field.name, field.sort, field.value));
        }
        message.receipt.iter().chain(message.after).for_each(|it| step(page, it));
    }
}

fn by(by: By) -> &'static str {
    match by {
        By::One(role) => role.as_str(),
        By::Both => "both",
    }
}

fn variant(mode: &Mode, variant: &Variant) -> String {
    let parameters = variant
        .parameters
        .iter()
        .map(|it| format!("; `{}` {} to {}, {} unless given", it.name, it.min, it.max, it.default));
    format!("- `{}:{}`: {}{}", mode.id, variant.id, variant.title, parameters.collect::<String>())
}

/// `docs/attacks.md`.
pub fn attacks() -> String {
    let outcomes = outcomes::all();
    let mut page = format!(
        "# Attacks\n\n{NOTE}\n| attack | what it is | family | applies to | stopped by |\n|---|---|---|---|---|\n"
    );
    for info in attacker::attacks::all() {
        let applies = modes::all()
            .iter()
            .filter(|mode| mode.tables().any(|table| info.needs.unmet(table).is_none()))
            .map(|mode| mode.id);
        let stopped = if info.stopped_by.is_empty() { "–".to_owned() } else { code(info.stopped_by) };
        let row = [&link(info.id), info.title, info.family.as_str(), &code(applies), &stopped].join(" | ");
        line(&mut page, &format!("| {row} |"));
    }
    times(&mut page);
    attacker::attacks::all().iter().for_each(|info| attack(&mut page, info, &outcomes));
    page
}

fn attack(page: &mut String, info: &Info, outcomes: &[Outcome]) {
    line(page, &format!("\n## {}\n\n{}: {}\n", info.id, info.title, info.summary()));
    for (number, step) in (1..).zip(info.steps()) {
        line(page, &format!("{number}. {step}"));
    }
    if !info.variants.is_empty() {
        line(page, "\nVariants, the first being the default:\n");
        for variant in info.variants {
            line(page, &format!("- `{}:{}`: {}", info.id, variant.id, variant.title));
        }
    }
    match case::of(info.id) {
        Some(Case::Seen { what, source }) => line(page, &format!("\nSeen: {what} ({source}).")),
        Some(Case::Unseen { why }) => line(page, &format!("\nNot seen outside laboratories. {why}")),
        None => {}
    }
    let mut own = outcomes.iter().filter(|outcome| outcome.scenario.attack.id == info.id).peekable();
    if own.peek().is_some() {
        line(page, "\n| scenario | expected |\n|---|---|");
        own.for_each(|outcome| line(page, &format!("| `{}` | {} |", outcome.scenario, expected(outcome))));
    }
}

fn expected(outcome: &Outcome) -> String {
    let party = outcome.party.map(|party| format!(" by the {party}")).unwrap_or_default();
    match &outcome.check {
        Some(check) => format!("**{}** at `{check}`{party}", outcome.kind),
        None => format!("**{}**", outcome.kind),
    }
}

/// `docs/checks.md`.
pub fn checks() -> String {
    let outcomes = outcomes::all();
    let mut page = format!(
        "# Checks\n\n{NOTE}\nA witness is a scenario that the check stops, with its twin in which it is switched off and \
         the attack wins.\n\n| check | what | compares | from |\n|---|---|---|---|\n"
    );
    for check in checks::all() {
        line(
            &mut page,
            &format!("| {} | {} | {} | {} |", link(check.id), check.title, check.compares, check.reference),
        );
    }
    for check in checks::all() {
        line(&mut page, &format!("\n## {}\n\n{}. {}\n", check.id, check.title, check.threat));
        let modes = modes::all().iter().filter(|mode| mode.tables().any(|table| table.checks().contains(check)));
        let named =
            modes.map(|mode| format!("`{}`{}", mode.id, if mode.off.contains(&check.id) { " (off)" } else { "" }));
        line(&mut page, &format!("Performed in: {}.", join(named)));
        line(&mut page, &format!("Witness: {}.", witness(check, &outcomes)));
    }
    page
}

/// The first scenario that the check stops and its twin wins; the first that it stops where the table has no twin. Where it
/// stops none, the first in which the attack comes to nothing and in whose twin it wins.
fn witness(check: &Check, outcomes: &[Outcome]) -> String {
    let twin = |stopped: &Outcome| {
        let lacking = stopped.scenario.lacking(check.id);
        let mut plain = stopped.scenario.clone();
        plain.with.retain(|on| on != check.id);
        let broken = |it: &&Outcome| !matches!(it.kind.as_str(), "stopped" | "private");
        let mut twins = outcomes.iter().filter(broken);
        twins.find(|it| it.scenario == lacking || (plain != stopped.scenario && it.scenario == plain))
    };
    let stopped = || outcomes.iter().filter(|outcome| outcome.check.as_deref() == Some(check.id));
    // Where it stops nobody, there is nothing to be had.
    let private = || outcomes.iter().filter(|outcome| outcome.kind == "private");
    let came_to_nothing = || private().filter_map(|came| Some((came, twin(came)?)));
    let pair = stopped().find_map(|stopped| Some((stopped, twin(stopped)?)));
    match (pair, stopped().next()) {
        (Some((stopped, twin)), _) => {
            let party = stopped.party.map_or("", |party| party.as_str());
            format!("`{}` is stopped by the {party}, `{}` is {}", stopped.scenario, twin.scenario, twin.kind)
        }
        (None, Some(stopped)) => format!("`{}` is stopped", stopped.scenario),
        (None, None) => match came_to_nothing().next() {
            Some((came, twin)) => format!("`{}` comes to nothing, `{}` is {}", came.scenario, twin.scenario, twin.kind),
            None => "none yet".to_owned(),
        },
    }
}

fn link(id: &str) -> String {
    format!("[`{id}`](#{id})")
}

fn code(ids: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    join(ids.into_iter().map(|id| format!("`{}`", id.as_ref())))
}

fn join(words: impl Iterator<Item = String>) -> String {
    words.collect::<Vec<_>>().join(", ")
}

fn line(page: &mut String, text: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(page, "{text}");
}

/// The part of `docs/cryptanalysis.md` that was measured: on what, and the table.
pub fn logarithms() -> String {
    let cryptanalysis::Machine { cores, processor, gigahertz } =
        cryptanalysis::machine().expect("on what it was measured");
    let mut text = format!(
        "{cores} cores of an otherwise idle virtual {processor} at {gigahertz} GHz. Both programs ran in the same run with the same \
         primes and targets.\n\n"
    );
    text.push_str(
        "| p | precomputation, wall s | CPU s | each target, wall ms | PARI znlog, one target, CPU s |\n|---|---|---|---|---|\n",
    );
    for row in cryptanalysis::measured() {
        let cryptanalysis::Measured { prime, wall, core, target, pari } = row;
        text.push_str(&format!("| {prime} | {wall} | {core} | {target} | {pari} |\n"));
    }
    text
}

/// The figures of how fast recordings are read, and on what they were measured; that nobody has measured, where nobody has.
pub fn reading() -> String {
    measured("| what | here | tshark |\n|---|---|---|", include_str!("../../../attacker/recording/measured.txt"))
}

/// The figures of how many can watch one console, and on what they were measured; that nobody has measured, where nobody has.
pub fn viewers() -> String {
    measured("| what | figure |\n|---|---|", include_str!("../../benches/scale/viewers.txt"))
}

/// What sessions cost the whole lab, and on what that was measured; that nobody has measured, where nobody has.
pub fn lab() -> String {
    measured("| what | figure |\n|---|---|", include_str!("../../benches/scale/lab.txt"))
}

/// Whole sessions beside what others make of the same, and how they were measured; that nobody has measured, where nobody has.
pub fn peers() -> String {
    measured(
        "| session | at a time | µs | beside it | µs | ratio: a quarter is below | half | three quarters |\n|---|---|---|---|---|---|---|---|",
        include_str!("../../benches/sessions/peers.txt"),
    )
}

/// What was measured, by its fields, and on what it was, from a file that a bench writes.
fn figures(text: &str) -> (Vec<Vec<&str>>, Vec<&str>) {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let (rows, conditions): (Vec<&str>, Vec<&str>) = lines.partition(|line| line.contains('\t'));
    (rows.iter().map(|row| row.split('\t').collect()).collect(), conditions)
}

fn measured(head: &str, text: &str) -> String {
    let (rows, conditions) = figures(text);
    if rows.is_empty() {
        return "Nobody has measured this version yet.\n".to_owned();
    }
    let mut text = format!("{}\n\n{head}\n", conditions.join(" "));
    rows.iter().for_each(|row| text.push_str(&format!("| {} |\n", row.join(" | "))));
    text
}

/// The figures of searches over terms, and on what they were measured; that nobody has measured, where nobody has.
pub fn searches() -> String {
    let (rows, conditions) = figures(include_str!("../../benches/searches/measured.txt"));
    let of = |bound: &str| rows.iter().filter(|row| row[0] == bound).map(|row| &row[1..]).collect::<Vec<_>>();
    let (two, three) = (of("2+2"), of("3+3"));
    if two.is_empty() {
        return "Nobody has measured this version yet.\n".to_owned();
    }
    let number = |text: &str| text.parse::<f64>().expect("a figure");
    let all = |rows: &[&[&str]], column: usize| rows.iter().map(|row| number(row[column])).sum::<f64>();
    let grouped = |figure: f64| {
        let digits = format!("{figure:.0}");
        let group = |(i, digit): (usize, char)| {
            let comma = i > 0 && (digits.len() - i).is_multiple_of(3);
            comma.then_some(',').into_iter().chain([digit])
        };
        digits.chars().enumerate().flat_map(group).collect::<String>()
    };
    let cost = |row: &[&str]| {
        let (states, took) =
            (grouped(number(row[1])), if row[2] == "0" { "< 1".to_owned() } else { grouped(number(row[2])) });
        let took_in = if row[3] == "0" { "< 1".to_owned() } else { grouped(number(row[3])) };
        format!("{states} | {took} | {took_in}")
    };
    let mut text = conditions.join(" ");
    let (states, took) = (all(&two, 1), all(&two, 2));
    text.push_str(&format!(
        " Every mode as it is, for all fourteen goals, within `2+2`: {} states in {:.1} CPU s, {} in a second.",
        grouped(states),
        took / 1e3,
        grouped((states * 1e3 / took / 1e3).round() * 1e3)
    ));
    let told = |bound: &str, row: &[&str]| match bound {
        "checks" => format!(
            " All modes with each check turned, within `2+2` ({}): {} states in {:.1} CPU s; {} searches were cut off.",
            row[0],
            grouped(number(row[1])),
            number(row[2]) / 1e3,
            row[5]
        ),
        _ => format!(" The slowest of these is `{}`, {:.1} CPU s.", row[0], number(row[2]) / 1e3),
    };
    for bound in ["checks", "slowest"] {
        of(bound).into_iter().for_each(|row| text.push_str(&told(bound, row)));
    }
    let whole = three.iter().filter(|row| row[5] == "0").count();
    text.push_str(&format!(
        " Within `3+3` {whole} of {} are looked at to the end; of the others the last column says how many goals were cut off.",
        three.len()
    ));
    text.push_str("\n\n| mode | 2+2: states | CPU ms | MiB | 3+3: states | CPU ms | MiB | goals cut off |\n|---|---|---|---|---|---|---|---|\n");
    for row in two {
        let wider = three.iter().find(|other| other[0] == row[0]);
        let (wide, open) = wider.map_or(("– | – | –".to_owned(), "–"), |row| (cost(row), row[5]));
        text.push_str(&format!("| `{}` | {} | {wide} | {open} |\n", row[0], cost(row)));
    }
    text
}
