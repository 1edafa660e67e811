//! The formats of test vectors.

use std::collections::BTreeMap;

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
