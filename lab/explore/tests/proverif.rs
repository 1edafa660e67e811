//! Every mode as a model for ProVerif, or a reason: what is written hangs together, and says what the table says.
#![expect(clippy::unwrap_used, reason = "tests may panic; that is how they fail")]

use explore::proverif::{self, Untranslated};
use lab::{mode::Mode, modes};
use std::collections::BTreeSet;

fn model(mode: &'static Mode, without: &[&str]) -> Result<String, Untranslated> {
    proverif::of(mode, &mode.switches(without, &[]))
}

/// A model without what is for people.
fn bare(model: &str) -> String {
    let mut rest = model;
    let mut bare = String::new();
    while let Some((before, after)) = rest.split_once("(*") {
        bare.push_str(before);
        rest = after.split_once("*)").unwrap().1;
    }
    bare + rest
}

fn words(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty()).collect()
}

/// Every name that stands in a model is declared in it before, once as what is global; and all brackets close.
#[test]
fn every_model_hangs_together() {
    let mut models = 0;
    for mode in modes::tables() {
        let Ok(model) = model(mode, &[]) else { continue };
        let bare = bare(&model);
        let mut open = Vec::new();
        for c in bare.chars() {
            match c {
                '(' | '[' => open.push(c),
                ')' => assert_eq!(open.pop(), Some('('), "{}", mode.id),
                ']' => assert_eq!(open.pop(), Some('['), "{}", mode.id),
                _ => {}
            }
        }
        assert!(open.is_empty(), "{}", mode.id);
        let of_language = [
            "free",
            "channel",
            "private",
            "const",
            "bitstring",
            "fun",
            "data",
            "equation",
            "forall",
            "reduc",
            "otherwise",
            "event",
            "query",
            "attacker",
            "let",
            "in",
            "new",
            "out",
            "if",
            "then",
            "process",
            "0",
        ];
        let mut known: BTreeSet<&str> = of_language.into();
        let mut global: BTreeSet<&str> = BTreeSet::new();
        for line in bare.lines() {
            let said = words(line);
            let declared: Vec<&str> = match said.first().copied() {
                Some("free" | "const" | "fun" | "event") if !line.contains(';') => vec![said[1]],
                Some("let") if line.starts_with("let") => {
                    said[1..].iter().copied().filter(|it| *it != "bitstring").collect()
                }
                Some("let" | "new") => vec![said[1]],
                Some("in") => {
                    line.match_indices(": bitstring").map(|(at, _)| *words(&line[..at]).last().unwrap()).collect()
                }
                Some("reduc" | "equation" | "query" | "otherwise") => {
                    let typed = line.match_indices(": bitstring").map(|(at, _)| *words(&line[..at]).last().unwrap());
                    let defines = line.starts_with("reduc").then(|| {
                        let (_, rule) = line.split_once("; ").unwrap_or((line, line.trim_start_matches("reduc ")));
                        words(rule)[0]
                    });
                    typed.chain(defines).collect()
                }
                _ => Vec::new(),
            };
            if matches!(said.first(), Some(&("free" | "const" | "fun" | "event"))) && !line.contains(';') {
                assert!(global.insert(said[1]), "{}: {} is declared twice", mode.id, said[1]);
            }
            known.extend(declared);
            for word in said {
                let known = known.contains(word) || word.chars().all(|c| c.is_ascii_digit());
                assert!(known, "{}: {word} is used and not declared: {line}", mode.id);
            }
        }
        models += 1;
    }
    assert!(models > 10, "{models}");
}

#[test]
fn a_check_that_is_off_is_not_in_the_model() {
    let of = |id: &str, without: &[&str]| bare(&model(modes::find(id).unwrap(), without).unwrap());
    let signed = of("ecdh-cert", &[]);
    assert!(
        signed.contains("= ok then")
            && signed.contains("if Verify(")
            && signed.contains("if LeafName(chain) = peer_name then")
    );
    assert!(!of("ecdh-cert", &["transcript-signature"]).contains("if Verify("));
    assert!(!of("ecdh-cert", &["cert-name"]).contains("if LeafName("));
    let forged = of("ecdh-cert", &["cert-chain"]);
    assert!(forged.contains("fun Forged(") && !forged.contains("if Genuine(") && signed.contains("if Genuine("));
    assert!(
        of("psk", &[]).contains("if server_name = wanted then")
            && !of("psk", &["role-separation"]).contains("server_name = wanted")
    );
}

/// What a mode promises is asked for, and nothing else.
#[test]
fn the_queries_are_what_the_mode_promises() {
    let queries = |id: &str| -> Vec<String> {
        let model = model(modes::find(id).unwrap(), &[]).unwrap();
        model.lines().filter(|line| line.starts_with("query")).map(str::to_owned).collect()
    };
    assert_eq!(queries("dh"), ["query attacker(client_canary).", "query attacker(server_canary)."]);
    let one_side = queries("ecdh-cert");
    assert!(!one_side.iter().any(|query| query.contains("server_canary") || query.contains("ServerDone")));
    assert!(queries("ecdh-mutual").iter().any(|query| query.contains("event(ServerDone(bob, alice, k))")));
}

#[test]
fn what_has_no_translation_is_refused() {
    assert_eq!(model(modes::find("tofu").unwrap(), &[]), Err(Untranslated::Remembers));
    assert_eq!(model(modes::find("hybrid-cert").unwrap(), &[]), Err(Untranslated::Encapsulates));
}
