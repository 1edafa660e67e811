//! The texts that the page speaks, out of those of the whole lab.

use std::collections::BTreeSet;

/// The file of a language for the page, in which `modules` are written: families that no module names, and no text that stays
/// refers to, are left out, and so are comments; what `file` does not say, `fallback` says.
pub(crate) fn texts<'a>(file: &'a str, fallback: &'a str, modules: impl Iterator<Item = &'a str>) -> String {
    let said: BTreeSet<&str> = lines(file).map(name).collect();
    let all: Vec<&str> = lines(file).chain(lines(fallback).filter(|line| !said.contains(name(line)))).collect();
    let mut kept: BTreeSet<&str> = modules.flat_map(quoted).collect();
    loop {
        let known = kept.len();
        let refers = all.iter().filter(|line| kept.contains(family(line))).flat_map(|line| line.split("|in ").skip(1));
        let refers: Vec<&str> = refers.filter_map(|rest| rest.split([' ', '}']).next()).collect();
        kept.extend(refers);
        if kept.len() == known {
            break;
        }
    }
    all.into_iter().filter(|line| kept.contains(family(line))).flat_map(|line| [line, "\n"]).collect()
}

fn lines(file: &str) -> impl Iterator<Item = &str> {
    file.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
}

/// Family and name of the text in a line, without the conditions.
fn name(line: &str) -> &str {
    let key = line.split(": ").next().unwrap_or_default();
    key.match_indices(' ').nth(1).map_or(key, |(end, _)| &key[..end])
}

fn family(line: &str) -> &str {
    line.split(' ').next().unwrap_or_default()
}

/// Words with which a quoted text of a module begins.
fn quoted(module: &str) -> impl Iterator<Item = &str> {
    let begins = |rest: &str| rest.find(|c: char| !(c.is_ascii_lowercase() || c == '-')).unwrap_or(rest.len());
    module.split(['"', '`']).map(move |rest| &rest[..begins(rest)]).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_has_what_the_page_says_and_what_that_refers_to() {
        let file = "# Title\n\nhome a: {x|in cause} b\nhome b when=1: c\ncause d: e\ncli f: g\n";
        let fallback = "home b when=2: no\nhome c: yes\ncause h: {y|in deep name}\ndeep i: j\n";
        let modules = ["tell(\"home a\"); tell(`home ${b}`)"];
        assert_eq!(
            texts(file, fallback, modules.into_iter()),
            "home a: {x|in cause} b\nhome b when=1: c\ncause d: e\nhome c: yes\ncause h: {y|in deep name}\ndeep i: j\n"
        );
    }
}
