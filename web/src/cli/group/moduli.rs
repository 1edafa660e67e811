//! The moduli file of OpenSSH (moduli(5)): a group a line, with when it was made, how it was tested, its size, g and p.

use super::{
    super::{
        FINDING, FINE, Failure,
        crack::{Progress, why},
    },
    Explain, Told, group,
    told::weaknesses,
};
use cryptanalysis::{Budget, Described, Explanation, explain};
use lab::words;
use num_bigint::BigUint;
use process::files;
use serde_json::json;
use std::{
    io::Write,
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

/// The longest file that is read, in octets: ten times the usual one.
const LONGEST: usize = 8 << 20;

/// One group, and its line.
#[derive(Debug, PartialEq, Eq)]
struct Line {
    number: usize,
    group: Described,
}

/// Every group of the file.
fn groups(text: &str) -> Result<Vec<Line>, String> {
    let lines = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty() && !line.starts_with('#'));
    lines
        .map(|(line, number)| {
            let columns: Vec<&str> = line.split_ascii_whitespace().collect();
            let [_, _, _, _, _, generator, modulus] = columns[..] else {
                return Err(group("columns", &json!({ "line": number, "columns": columns.len() })));
            };
            let hexadecimal = |column: &str, what| {
                let digits = BigUint::parse_bytes(column.as_bytes(), 16).filter(|_| column.len() <= 1 << 16);
                let members = || json!({ "line": number, "what": what, "got": format!("{column:.20?}") });
                digits.ok_or_else(|| group("hexadecimal", &members()))
            };
            let (p, g) = (hexadecimal(modulus, "modulus")?, hexadecimal(generator, "generator")?);
            Ok(Line { number, group: Described { p, g: Some(g), ..Described::default() } })
        })
        .collect()
}

/// Explains every group, each on one line as soon as those before it are told; one status for all.
pub(super) fn explain_all(file: &Path, args: &Explain, budget: &Budget) -> Result<u8, Failure> {
    let wrong = |why: String| Failure::Usage(format!("--moduli {}: {why}", file.display()));
    let read = files::octets_or_input(file, LONGEST).and_then(files::as_text);
    let text = read.map_err(|unread| wrong(unread.to_string()))?;
    let mut lines = groups(&text).map_err(wrong)?;
    if lines.is_empty() {
        return Err(wrong(group("empty", &json!({}))));
    }
    for line in &mut lines {
        line.group.exponent_bits = args.exponent_bits;
    }
    let out = Mutex::new(Report { json: args.json, told: Vec::new(), next: 0, lines: &lines });
    let next = AtomicUsize::new(0);
    let work = || -> Result<(), Failure> {
        // the groups share the cores: each is looked at with one
        let budget = Budget { threads: 1, ..budget.clone() };
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(line) = lines.get(at) else { return Ok(()) };
            let explained = explain(&line.group, &budget, &mut ());
            let explanation = explained
                .map_err(|failure| wrong(group("line", &json!({ "line": line.number, "why": why(&failure) }))))?;
            out.lock().map_err(|_| Failure::Lab(group("thread", &json!({}))))?.add(at, explanation)?;
        }
    };
    let progress = Progress::new(!args.json);
    progress.line(&group("begin", &json!({ "groups": lines.len(), "file": file.display().to_string() })));
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..budget.threads.clamp(1, lines.len())).map(|_| scope.spawn(work)).collect();
        threads
            .into_iter()
            .try_for_each(|thread| thread.join().unwrap_or_else(|_| Err(Failure::Lab(group("thread", &json!({}))))))
    })?;
    let report = out.into_inner().map_err(|_| Failure::Lab(group("thread", &json!({}))))?;
    report.finish()
}

/// What was found so far, told in the order of the file.
struct Report<'a> {
    json: bool,
    told: Vec<(usize, Explanation)>,
    /// The first that is not told yet.
    next: usize,
    lines: &'a [Line],
}

impl Report<'_> {
    fn add(&mut self, at: usize, told: Explanation) -> Result<(), Failure> {
        self.told.push((at, told));
        self.told.sort_by_key(|(at, _)| *at);
        if self.json {
            return Ok(());
        }
        let out = &mut anstream::stdout().lock();
        while let Some((at, it)) = self.told.get(self.next).filter(|(at, _)| *at == self.next) {
            let members = json!({
                "line": self.lines[*at].number,
                "bits": it.bits,
                "at_most": it.level.at_most,
                "level": it.level.ecrypt,
                "worth": (!it.weaknesses.is_empty()).then(|| weaknesses(it, words::spoken()).join("; ")),
            });
            writeln!(out, "{}", group("group", &members))?;
            self.next += 1;
        }
        Ok(())
    }

    fn finish(self) -> Result<u8, Failure> {
        let weak = self.told.iter().filter(|(_, told)| !told.weaknesses.is_empty()).count();
        let sound = self.told.len() - weak;
        let out = &mut anstream::stdout().lock();
        if self.json {
            let mut groups = Vec::new();
            for (at, told) in &self.told {
                let mut document = Told::new(told).document();
                document["line"] = json!(self.lines[*at].number);
                groups.push(document);
            }
            writeln!(out, "{}", json!({ "groups": groups, "totals": { "sound": sound, "weak": weak } }))?;
        } else {
            let members = json!({ "groups": self.told.len(), "sound": sound, "weak": weak });
            writeln!(out, "{}", group("totals", &members))?;
        }
        Ok(if weak == 0 { FINE } else { FINDING })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_and_mistakes_named() {
        let text = "#    $OpenBSD$\n# Time Type Tests Tries Size Generator Modulus\n\n20230124114853 2 6 100 7 2 FB\n";
        let group = Described { p: BigUint::from(251u32), g: Some(BigUint::from(2u32)), ..Described::default() };
        assert_eq!(groups(text), Ok(vec![Line { number: 4, group }]));
        assert_eq!(groups("a b c").unwrap_err(), "line 1: expected 7 columns, got 3");
        assert!(groups("\n1 2 3 4 5 2 xyz").unwrap_err().starts_with("line 2: expected a hexadecimal modulus"));
        assert!(groups(&format!("1 2 3 4 5 2 {}", "f".repeat(1 << 17))).is_err());
        assert_eq!(groups("").unwrap(), []);
    }
}
