//! Models for Verifpal: each constant is there before it is used and once, each primitive has as many values as it takes, and what
//! is off is not in the model.

#![expect(clippy::panic, clippy::expect_used, reason = "tests may panic; that is how they fail")]

use explore::verifpal::{self, Untranslated};
use lab::modes;
use std::collections::{BTreeMap, BTreeSet};

fn model(id: &str, without: &[&str]) -> Result<String, Untranslated> {
    let mode = modes::find(id).unwrap_or_else(|| panic!("no mode {id}"));
    verifpal::of(mode, &mode.switches(without, &[]))
}

/// How many values each primitive takes: at least, at most.
const PRIMITIVES: [(&str, usize, usize); 14] = [
    ("ASSERT", 2, 2),
    ("CONCAT", 2, 5),
    ("SPLIT", 1, 1),
    ("HASH", 1, 5),
    ("MAC", 2, 2),
    ("AEAD_ENC", 4, 4),
    ("AEAD_DEC", 4, 4),
    ("PKE_ENC", 2, 2),
    ("PKE_DEC", 2, 2),
    ("SIGN", 2, 2),
    ("SIGNVERIF", 3, 3),
    ("PUBKEY", 1, 1),
    ("DH_KEX", 2, 2),
    ("HKDF", 3, 3),
];

/// A value: a constant that is known, or a primitive of as many values as it takes. Answers with what follows it.
fn value<'t>(text: &'t str, known: &BTreeSet<String>, of: &str) -> &'t str {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    let (name, mut rest) = text.split_at(end);
    let Some((_, least, most)) = PRIMITIVES.iter().find(|(primitive, ..)| *primitive == name) else {
        assert!(known.contains(name), "{of}: {name:?} is used and not known: {text}");
        return rest;
    };
    rest = rest.strip_prefix('(').unwrap_or_else(|| panic!("{of}: {text}"));
    let mut values = 0;
    loop {
        rest = value(rest, known, of);
        values += 1;
        match rest.strip_prefix(", ") {
            Some(more) => rest = more,
            None => break,
        }
    }
    assert!((*least..=*most).contains(&values), "{of}: {name} takes {least} to {most} values, and not {values}");
    rest.strip_prefix(')').unwrap_or_else(|| panic!("{of}: {rest}"))
}

/// Reads a model as its language's manual has it.
fn read(model: &str, of: &str) {
    let mut known: BTreeMap<&str, BTreeSet<String>> =
        ["Client", "Server"].map(|who| (who, ["nil".to_owned()].into())).into();
    let mut made: BTreeSet<String> = BTreeSet::new();
    let mut lines = model.lines().filter(|line| !line.starts_with("//") && !line.is_empty());
    assert_eq!(lines.next(), Some("attacker[active]"), "{of}");
    let (mut inside, mut queries) = (None, 0);
    for line in lines {
        let names =
            |text: &str| text.split(", ").map(|name| name.trim_matches(['[', ']']).to_owned()).collect::<Vec<_>>();
        match (inside, line.trim()) {
            (Some(_), "]") => inside = None,
            (None, "queries[") => inside = Some("queries"),
            (Some("queries"), query) => {
                queries += 1;
                let constant = query.rsplit([' ']).next().unwrap_or_default();
                assert!(made.contains(constant), "{of}: {query}");
            }
            (None, opens) if opens.starts_with("principal ") => {
                inside = Some(if opens == "principal Client[" { "Client" } else { "Server" });
            }
            (None, said) => {
                let (between, what) = said.split_once(": ").unwrap_or_else(|| panic!("{of}: {said}"));
                let (from, to) = between.split_once(" -> ").unwrap_or_else(|| panic!("{of}: {said}"));
                for constant in names(what) {
                    assert!(known[from].contains(&constant), "{of}: {from} says what it has not: {said}");
                    assert!(
                        known.get_mut(to).expect("a principal").insert(constant),
                        "{of}: {to} has it already: {said}"
                    );
                }
            }
            (Some(who), does) => {
                let own = known.get_mut(who).expect("a principal");
                if let Some(public) = does.strip_prefix("knows public ") {
                    own.extend(names(public));
                } else if let Some(fresh) = does.strip_prefix("generates ").or(does.strip_prefix("knows private ")) {
                    for constant in names(fresh) {
                        assert!(made.insert(constant.clone()) || does.starts_with("knows"), "{of}: {does}");
                        assert!(own.insert(constant), "{of}: {does}");
                    }
                } else {
                    let (left, right) = does.split_once(" = ").unwrap_or_else(|| panic!("{of}: {does}"));
                    let rest = value(right, own, of);
                    assert!(["", "?"].contains(&rest), "{of}: {does}");
                    for constant in names(left).into_iter().filter(|name| name != "_") {
                        assert!(made.insert(constant.clone()), "{of}: {constant} is made twice");
                        own.insert(constant);
                    }
                }
            }
        }
    }
    assert!(inside.is_none() && queries > 0, "{of}");
}

#[test]
fn every_model_is_one_of_the_language() {
    let mut models = 0;
    for mode in modes::all() {
        let ids: Vec<Option<&str>> = std::iter::once(None).chain(mode.variants.iter().map(|it| Some(it.id))).collect();
        for table in ids.into_iter().map(|id| mode.played(id)) {
            if let Ok(model) = verifpal::of(table, &table.switches::<&str>(&[], &[])) {
                read(&model, mode.id);
                models += 1;
            }
        }
    }
    assert!(models > 10, "{models}");
}

#[test]
fn a_check_that_is_off_is_not_in_the_model_and_a_chain_is_guarded_where_all_decide() {
    let signed = model("ecdh-cert", &[]).expect("a model");
    assert!(signed.contains("SIGNVERIF(") && signed.contains("[s_public_key]"));
    assert!(!model("ecdh-cert", &["transcript-signature"]).expect("a model").contains("SIGNVERIF("));
    let forged = model("ecdh-cert", &["cert-chain"]).expect("a model");
    assert!(forged.contains("s_public_key") && !forged.contains("[s_public_key]"));
}

#[test]
fn what_has_no_translation_is_refused() {
    assert_eq!(model("tofu", &[]), Err(Untranslated::Remembers));
    assert!(matches!(model("dh-weak", &[]), Err(Untranslated::Group)));
    assert!(matches!(model("pake", &[]), Err(Untranslated::Operation(_))));
    assert!(matches!(model("hybrid-cert", &[]), Err(Untranslated::Operation(_))));
}
