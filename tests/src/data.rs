//! Independent test material, which lives beside the repository and is not part of it.

use std::path::{Path, PathBuf};

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
            eprintln!("not run: {} is missing ({fault})", path.display());
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
    let digits = if hex.len() % 2 == 0 { hex.to_owned() } else { format!("0{hex}") };
    let pair = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap_or_else(|_| panic!("no hex: {hex}"));
    (0..digits.len()).step_by(2).map(pair).collect()
}

/// Test vectors written as `name = value` lines: one list of entries for each paragraph that has any.
///
/// Comments (`#`) and headings (`[…]`) are left out. Names come in lower case.
pub fn paragraphs(text: &str) -> Vec<Paragraph<'_>> {
    let mut all = vec![Paragraph::default()];
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with(['#', '['])) {
        match line.split_once('=') {
            Some((name, value)) => {
                let entry = (name.trim().to_lowercase(), value.trim());
                if let Some(last) = all.last_mut() {
                    last.0.push(entry);
                }
            }
            None => all.push(Paragraph::default()),
        }
    }
    all.retain(|paragraph| !paragraph.0.is_empty());
    all
}

/// The entries of one paragraph, in order.
#[derive(Debug, Default)]
pub struct Paragraph<'t>(Vec<(String, &'t str)>);

impl<'t> Paragraph<'t> {
    /// The value of this name.
    pub fn find(&self, name: &str) -> Option<&'t str> {
        self.0.iter().find(|(entry, _)| entry == name).map(|(_, value)| *value)
    }

    /// The value of a name that has to be there.
    pub fn get(&self, name: &str) -> &'t str {
        self.find(name).unwrap_or_else(|| panic!("{name} is missing in {self:?}"))
    }

    /// All entries whose names are these.
    pub fn has(&self, names: &[&str]) -> bool {
        names.iter().all(|name| self.find(name).is_some())
    }
}
