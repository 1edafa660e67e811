//! The generated parts of the documentation are what the code says today.

use std::{env, fs, path::Path};
use support::{example, tables};

/// Compares a file of `docs/` with its text, or writes it where `INTERLOCK_UPDATE_DOCS` is set.
fn holds(name: &str, text: impl FnOnce(&str) -> String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name);
    let old = fs::read_to_string(&path).unwrap_or_default();
    let new = text(&old);
    if env::var_os("INTERLOCK_UPDATE_DOCS").is_some() {
        fs::write(&path, new).expect("the file can be written");
        return;
    }
    let differ = old.lines().chain([""]).zip(new.lines().chain([""])).enumerate().find(|(_, (old, new))| old != new);
    assert!(
        old == new,
        "docs/{name} is out of date, first at {differ:?}: run INTERLOCK_UPDATE_DOCS=1 cargo test -p tests --test house docs"
    );
}

#[test]
fn modes() {
    holds("modes.md", |_| tables::modes());
}

#[test]
fn attacks() {
    holds("attacks.md", |_| tables::attacks());
}

#[test]
fn checks() {
    holds("checks.md", |_| tables::checks());
}

#[test]
fn the_figures_of_logarithms() {
    const BEGIN: &str = "## Measured\n\n";
    const END: &str = "\nIn other runs";
    holds("cryptanalysis.md", |old| {
        let (before, rest) = old.split_once(BEGIN).expect("the heading");
        let (_, after) = rest.split_once(END).expect("what follows the table");
        format!("{before}{BEGIN}{}{END}{after}", tables::logarithms())
    });
}

/// The tables that benches fill: each stands in its page between a mark of its name and another.
#[test]
fn what_was_measured() {
    for (page, of, figures) in [
        ("teaching.md", "figures", tables::viewers()),
        ("tls.md", "figures", tables::reading()),
        ("explore.md", "figures", tables::searches()),
        ("speed.md", "figures of sessions", tables::peers()),
        ("speed.md", "figures of the lab", tables::lab()),
    ] {
        holds(page, |old| {
            let (begin, end) = (format!("<!-- {of} -->\n"), format!("<!-- end of the {of} -->"));
            let (before, rest) = old.split_once(&begin).expect("the mark before the figures");
            let (_, after) = rest.split_once(&end).expect("the mark after the figures");
            format!("{before}{begin}\n{figures}\n{end}{after}")
        });
    }
}

#[test]
fn the_examples_of_the_wire() {
    holds("wire.md", |old| {
        [("ecdh", example::lines()), ("ecdh-mutual", example::mutual())].into_iter().fold(
            old.to_owned(),
            |text, (mode, lines)| {
                let (begin, end) = (format!("<!-- example of {mode} -->\n"), format!("<!-- end of {mode} -->"));
                let (before, rest) = text.split_once(&begin).expect("the mark before the example");
                let (_, after) = rest.split_once(&end).expect("the mark after the example");
                format!("{before}{begin}\n```text\n{lines}```\n\n{end}{after}")
            },
        )
    });
}
