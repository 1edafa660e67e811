//! An audit as a table for people: one client with the reason of every grade, or several side by side.

use super::expected::Expected;
use crate::ci::report::Standing;
use crate::cli::style::{altered, bad, faint, good, head};
use ::audit::{Audited, Cell, Report, Role, grade::Grade, recipes::Recipe};
use lab::{terminal::printable, words};
use serde_json::json;
use std::io::{self, Write};

/// What was found.
pub(super) fn report(out: &mut impl Write, report: &Report, expected: &Expected) -> io::Result<()> {
    let mut above = false;
    for programs in [&report.clients[..], &report.servers].into_iter().filter(|programs| !programs.is_empty()) {
        if above {
            writeln!(out)?;
        }
        above = true;
        match programs {
            [program] => alone(out, program, expected)?,
            programs => side_by_side(out, programs, expected)?,
        }
    }
    let totals: Vec<String> = Grade::ALL
        .iter()
        .filter_map(|grade| report.totals.get(grade.as_str()).map(|count| format!("{count} {}", grade.as_str())))
        .collect();
    writeln!(out, "\n{}", head(totals.join(", ")))
}

fn dressed(grade: Grade, text: String) -> String {
    match grade {
        Grade::Refused => good(text),
        Grade::NotApplicable => faint(text),
        Grade::RefusedAnyway | Grade::NotLookedAt | Grade::Error => altered(text),
        Grade::Accepted | Grade::FellBack => bad(text),
    }
}

fn called(client: &Audited) -> String {
    let version = client.version.as_ref().map(|version| format!(" {}", faint(printable(version)))).unwrap_or_default();
    format!("{}{version}", head(printable(client.name())))
}

fn alone(out: &mut impl Write, client: &Audited, expected: &Expected) -> io::Result<()> {
    writeln!(out, "{}", called(client))?;
    for cell in &client.cells {
        let (grade, depth) = (format!("{:<15}", cell.grade.as_str()), cell.depth.as_str());
        writeln!(
            out,
            "{} {:<28} {:<25} {:<12} {}",
            dressed(cell.grade, grade),
            cell.attack,
            faint(format!("{:<25}", cell.check)),
            depth,
            faint(format!("{:.1} s", cell.seconds))
        )?;
        reason(out, client.name(), cell, expected)?;
    }
    Ok(())
}

fn reason(out: &mut impl Write, client: &str, cell: &Cell, expected: &Expected) -> io::Result<()> {
    writeln!(out, "{:16}{}", "", printable(&cell.because))?;
    if let Some(remark) = expected.remark(client, cell.attack) {
        let remark = words::say("audit-command", "expected", &json!({ "remark": printable(&remark) }));
        writeln!(out, "{:16}{remark}", "")?;
    }
    if expected.standing(client, cell) == Standing::Finding {
        writeln!(out, "{:16}{}", "", faint(printable(&cell.repeat)))?;
    }
    Ok(())
}

fn side_by_side(out: &mut impl Write, clients: &[Audited], expected: &Expected) -> io::Result<()> {
    for client in clients {
        writeln!(out, "{}", called(client))?;
    }
    let names = clients.iter().map(|client| format!("{:<15}", printable(client.name()))).collect::<Vec<_>>();
    writeln!(out, "\n{:<28} {}", "", head(names.join(" ")))?;
    let mut attacks: Vec<&str> = Vec::new();
    for cell in clients.iter().flat_map(|client| &client.cells) {
        if !attacks.contains(&cell.attack) {
            attacks.push(cell.attack);
        }
    }
    for attack in attacks {
        let grades = clients.iter().map(|client| match client.cells.iter().find(|cell| cell.attack == attack) {
            Some(cell) => dressed(cell.grade, format!("{:<15}", cell.grade.as_str())),
            None => faint(format!("{:<15}", "-")),
        });
        writeln!(out, "{attack:<28} {}", grades.collect::<Vec<_>>().join(" "))?;
    }
    for client in clients {
        let told = client.cells.iter().filter(|cell| expected.standing(client.name(), cell) != Standing::Fine);
        // Who does not believe the genuine server is told about once.
        let once = if client.cells.iter().all(|cell| cell.grade == Grade::Error) { 1 } else { usize::MAX };
        for cell in told.take(once) {
            writeln!(
                out,
                "\n{} {} {}",
                head(printable(client.name())),
                cell.attack,
                dressed(cell.grade, cell.grade.as_str().to_owned())
            )?;
            reason(out, client.name(), cell, expected)?;
        }
    }
    Ok(())
}

/// Which clients have a recipe, and which version is here.
pub(super) fn list(rows: &[(&'static Recipe, Option<String>)], json: bool) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    let of = |role: Role| rows.iter().filter(move |(recipe, _)| recipe.role == role);
    if json {
        let listed = |role: Role| -> Vec<_> {
            let row = |(recipe, version): &(&Recipe, Option<String>)| json!({ role.as_str(): recipe.name, "version": version, "command": recipe.command });
            of(role).map(row).collect()
        };
        return writeln!(out, "{}", json!({ "clients": listed(Role::Client), "servers": listed(Role::Server) }));
    }
    for role in [Role::Client, Role::Server] {
        writeln!(out, "{}", head(format!("--{}", role.as_str())))?;
        shown(&mut out, of(role))?;
    }
    Ok(())
}

fn shown<'r>(
    out: &mut impl Write,
    rows: impl Iterator<Item = &'r (&'static Recipe, Option<String>)>,
) -> io::Result<()> {
    for (recipe, version) in rows {
        match version {
            Some(version) => writeln!(out, "{} {:<15} {}", good("✓"), recipe.name, printable(version))?,
            None => writeln!(out, "{} {:<15}", faint("·"), faint(recipe.name))?,
        }
    }
    Ok(())
}
