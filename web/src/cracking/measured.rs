//! What the documentation measured: its table is the data, read where the program is built.

use serde::Serialize;

const PAGE: &str = include_str!("../../../docs/cryptanalysis.md");

/// One measured prime.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measured {
    /// As the table names it: `safe, 128 bits`.
    pub name: &'static str,
    /// Size in bits.
    pub bits: u64,
    /// Whether p − 1 has small factors only; otherwise p is a safe prime.
    pub smooth: bool,
    /// Seconds of one core that the work for the prime takes.
    pub core_seconds: f64,
    /// Seconds by the clock of each further session.
    pub session_seconds: f64,
}

/// The rows of the table under "Measured".
pub fn measured() -> Vec<Measured> {
    let mut rows = section(PAGE).filter_map(|line| line.strip_prefix('|')).map(cells);
    let Some(head) = rows.next() else { return Vec::new() };
    let column = |name: &str| head.iter().position(|cell| cell.starts_with(name));
    let (Some(core), Some(session)) = (column("CPU s"), column("each target")) else { return Vec::new() };
    rows.filter_map(|row| {
        let number = |column: usize| row.get(column)?.parse::<f64>().ok();
        let name = *row.first()?;
        let bits = name.split(|c: char| !c.is_ascii_digit()).find_map(|digits| digits.parse().ok())?;
        let smooth = !name.starts_with("safe");
        Some(Measured { name, bits, smooth, core_seconds: number(core)?, session_seconds: number(session)? / 1000.0 })
    })
    .collect()
}

/// On what it was measured: the first paragraph of the section.
pub fn conditions() -> &'static str {
    section(PAGE).find(|line| !line.is_empty()).unwrap_or_default()
}

fn section(page: &'static str) -> impl Iterator<Item = &'static str> {
    page.lines().skip_while(|line| *line != "## Measured").skip(1).take_while(|line| !line.starts_with("## "))
}

fn cells(row: &'static str) -> Vec<&'static str> {
    row.trim_end_matches('|').split('|').map(str::trim).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read_whole() {
        let rows = measured();
        let safe: Vec<&Measured> = rows.iter().filter(|row| !row.smooth).collect();
        assert!(safe.len() >= 8, "{rows:?}");
        assert!(safe.is_sorted_by(|one, next| one.bits < next.bits), "{safe:?}");
        assert!(safe.iter().any(|row| row.bits == 128 && row.core_seconds > 0.0 && row.session_seconds > 0.0));
        assert!(rows.iter().any(|row| row.smooth && row.bits == 1024));
        assert!(conditions().len() > 40, "{}", conditions());
    }
}
