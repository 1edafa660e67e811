//! docs/certificates.md against the registries that it describes.

use std::fmt::Write as _;

use lab::certificate::{CHECKS, FORGERIES};

fn section<'t>(text: &'t str, name: &str) -> &'t str {
    let begin = format!("<!-- {name}: generated from the registry -->\n");
    let end = format!("<!-- /{name} -->");
    let start = text.find(&begin).unwrap() + begin.len();
    &text[start..start + text[start..].find(&end).unwrap()]
}

#[test]
fn tables_are_the_registries() {
    let mut checks =
        String::from("| check | what it demands | compares | otherwise | reference |\n|---|---|---|---|---|\n");
    for check in CHECKS {
        let _ = writeln!(
            checks,
            "| `{}` | {} | {} | {} | {} |",
            check.id, check.title, check.compares, check.threat, check.reference
        );
    }
    let mut attacks = String::from("| attack | the attacker … | stopped by |\n|---|---|---|\n");
    for forgery in FORGERIES {
        let _ = writeln!(attacks, "| `{}` | {} | `{}` |", forgery.id, forgery.title, forgery.check);
    }
    let text = include_str!("../../../docs/certificates.md");
    for (name, expected) in [("checks", checks), ("attacks", attacks)] {
        assert!(section(text, name) == expected, "the table of {name} should be:\n{expected}");
    }
}
