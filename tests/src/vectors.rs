//! Independent test vectors, which live beside the repository and are not part of it.

use std::{
    collections::BTreeMap,
    io::Write,
    path::{Path, PathBuf},
};

/// The directory with the test material: `INTERLOCK_TEST_DATA`, or `../shared/data` beside the repository.
fn root() -> PathBuf {
    match std::env::var_os("INTERLOCK_TEST_DATA") {
        Some(root) => root.into(),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"),
    }
}

/// The content of a file of the test material. Where there is none, one line says that the test was not run.
pub fn bytes(file: &str) -> Option<Vec<u8>> {
    let path = root().join(file);
    match std::fs::read(&path) {
        Ok(content) => Some(content),
        Err(fault) => {
            // Not by a macro, whose output the test harness keeps to itself where a test passes.
            let line = format!("not run: {} is missing ({fault})\n", path.display());
            let _ = std::io::stderr().write_all(line.as_bytes());
            None
        }
    }
}

/// The same of a text file.
pub fn text(file: &str) -> Option<String> {
    bytes(file).map(|content| String::from_utf8(content).unwrap_or_else(|fault| panic!("{file}: {fault}")))
}

/// Octets from hexadecimal digits; an odd number of them lacks its leading zero.
pub fn octets(hex: &str) -> Vec<u8> {
    let digits = if hex.len().is_multiple_of(2) { hex.to_owned() } else { format!("0{hex}") };
    let pair = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap_or_else(|_| panic!("no hex: {hex}"));
    (0..digits.len()).step_by(2).map(pair).collect()
}

/// The `name = value` lines of a file of test vectors, names in lower case. Comments (`#`) and headings (`[…]`) are left
/// out.
pub fn entries(text: &str) -> impl Iterator<Item = (String, &str)> {
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with(['#', '[']));
    lines.filter_map(|line| line.split_once('=')).map(|(name, value)| (name.trim().to_lowercase(), value.trim()))
}

/// One test vector: values by name.
pub type Vector<'t> = BTreeMap<String, &'t str>;

/// The test vectors of a file, each of which begins with an entry of this name.
pub fn all<'t>(text: &'t str, first: &str) -> Vec<Vector<'t>> {
    let mut all: Vec<Vector<'t>> = Vec::new();
    for (name, value) in entries(text) {
        if name == first {
            all.push(Vector::new());
        }
        if let Some(last) = all.last_mut() {
            last.insert(name, value);
        }
    }
    all
}
