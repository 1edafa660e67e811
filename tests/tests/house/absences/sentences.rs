//! No sentence for people is made in code: the texts of a language say it.

use super::code;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// Nothing that the language's file says of an event, a check or a verdict is said again in code.
#[test]
fn no_sentence_stands_twice() {
    let texts =
        lab::words::ENGLISH.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(": "));
    let mut sentences = BTreeSet::new();
    for (_, text) in texts {
        let outside = text.split('{').map(|part| part.rsplit('}').next().unwrap_or_default());
        let plain =
            outside.flat_map(|part| part.split(['[', ']'])).map(|part| part.trim_matches([' ', ':', ';', ',', '.']));
        sentences.extend(plain.filter(|part| part.len() >= 20));
    }
    assert!(sentences.len() > 100, "{}", sentences.len());
    let code = code();
    // The solver is a package that knows no lab, and has words of its own for its errors.
    let own = code.iter().filter(|(place, _)| !place.starts_with("attacker/cryptanalysis/"));
    let again = own.filter(|(_, line)| sentences.iter().any(|sentence| line.contains(sentence)));
    assert_eq!(again.collect::<Vec<_>>(), Vec::<&(String, String)>::new());
}

/// Where it is decided what an event, a finding or a verdict says.
const TOLD: [&str; 16] = [
    "attacker/src/work.rs",
    "lab/src/algebra",
    "lab/src/cause.rs",
    "lab/src/certificate",
    "lab/src/event",
    "lab/src/evidence",
    "lab/src/handshake.rs",
    "lab/src/loss.rs",
    "lab/src/misfit.rs",
    "lab/src/record",
    "lab/src/seen.rs",
    "lab/src/shadow.rs",
    "lab/src/verdict",
    "lab/src/victim.rs",
    "lab/src/wire",
    "web/src/console/play.rs",
];

/// Where words stand there all the same: what begins the file's path, and why.
const WORDED: [(&str, &str); 6] = [
    ("lab/src/event/read.rs", "what leaves a report to the types"),
    ("lab/src/certificate/checks.rs", "the registry"),
    ("lab/src/certificate/forge/", "the registry"),
    ("lab/src/certificate/limbo/", "what is wrong with a file of test cases"),
    ("lab/src/certificate/pki.rs", "names in certificates"),
    ("lab/src/handshake.rs", "what is wrong with a table, which validation refuses"),
];

/// What is told is a value there: no text of four words or more is made.
#[test]
fn no_sentence_is_made_where_it_is_decided_what_is_told() {
    let code = code();
    let there = code.iter().filter(|(place, _)| TOLD.iter().any(|told| place.starts_with(told)));
    let (excused, there): (Vec<_>, Vec<_>) =
        there.partition(|(place, _)| WORDED.iter().any(|(excused, _)| place.starts_with(excused)));
    let made = |line: &str| {
        let attribute = line.contains("#[") || line.contains("reason = ");
        !attribute && line.split('"').skip(1).step_by(2).any(|text| words_of(text) >= 4)
    };
    assert!(there.len() > 4000, "{}", there.len());
    let found: Vec<_> = there.iter().filter(|(_, line)| made(line)).collect();
    assert!(found.is_empty(), "{found:#?}");
    for (place, why) in WORDED {
        let stands = excused.iter().any(|(at, line)| at.starts_with(place) && made(line));
        assert!(stands, "{place} no longer says {why}");
    }
}

/// The texts of a file of code, those of attributes left out.
fn literals(code: &str) -> Vec<String> {
    let (mut texts, mut brackets, mut characters) = (Vec::new(), 0, code.chars().peekable());
    while let Some(character) = characters.next() {
        match character {
            '#' if brackets == 0 && characters.peek() == Some(&'[') => {
                brackets = 1;
                characters.next();
            }
            '[' if brackets > 0 => brackets += 1,
            ']' if brackets > 0 => brackets -= 1,
            '\'' if characters.peek() == Some(&'"') => drop(characters.next()),
            '"' => {
                let mut text = String::new();
                while let Some(inside) = characters.next().filter(|inside| *inside != '"') {
                    text.push(inside);
                    if inside == '\\' {
                        text.extend(characters.next());
                    }
                }
                if brackets == 0 {
                    texts.push(text);
                }
            }
            _ => {}
        }
    }
    texts
}

/// Words outside the gaps of a text.
fn words_of(text: &str) -> usize {
    let outside = text.split('{').map(|part| part.rsplit('}').next().unwrap_or_default()).collect::<Vec<_>>().join(" ");
    let is_word = |word: &&str| word.len() > 1 && word.chars().all(|c| c.is_ascii_alphabetic() || "',.:;".contains(c));
    outside.split_whitespace().filter(is_word).count()
}

/// What the command line says to people, it says in their language: no text of three words or more is made there.
#[test]
fn the_command_line_has_no_sentences_of_its_own() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let places = code().into_iter().map(|(place, _)| place).filter(|place| place.starts_with("web/src/cli"));
    let files = places.collect::<BTreeSet<_>>().into_iter().map(|place| {
        let source = fs::read_to_string(root.join(&place)).unwrap();
        let code = source.split("#[cfg(test)]\nmod").next().unwrap_or_default();
        let lines = code.lines().filter(|line| !line.trim().starts_with("//"));
        (place, lines.collect::<Vec<_>>().join("\n"))
    });
    let files: BTreeMap<String, String> = files.collect();
    assert!(files.len() > 30, "{}", files.len());
    let sentences = |code: &str| literals(code).into_iter().filter(|text| words_of(text) >= 3).collect::<Vec<_>>();
    for (place, code) in &files {
        assert_eq!(sentences(code), Vec::<String>::new(), "{place}");
    }
    let planted = "#[command(about = \"not this one here\")]\nwriteln!(out, \"{} but this\n one\", a['\"'])";
    assert_eq!(sentences(planted), ["{} but this\n one"]);
}
