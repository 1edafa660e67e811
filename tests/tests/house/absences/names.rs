//! No shared mechanism knows a mode, an attack or a check by its name, and none but one obeys switches.

use super::code;
use std::collections::BTreeSet;

/// `Switches::status` decides what becomes of a finding, and `Expr::Switch` what both parties compute; a mode's own `off`
/// list is read to make switches of it, to validate it, to list it, and to write a table to a file and read it.
#[test]
fn nobody_else_reads_switches() {
    const OFF: [&str; 5] = [
        "lab/src/check.rs",
        "lab/src/mode.rs",
        "lab/src/mode/file/print.rs",
        "lab/src/mode/file/read.rs",
        "web/src/registry.rs",
    ];
    let readers = |sign: &str| -> BTreeSet<String> {
        let reads = |line: &str| {
            line.match_indices(sign).any(|(at, _)| {
                let next = line[at + sign.len()..].chars().next();
                sign.ends_with('(') || next.is_none_or(|next| !next.is_alphanumeric() && next != '_')
            })
        };
        let code = code().into_iter().filter(|(place, line)| place.ends_with(".rs") && reads(line));
        code.map(|(place, _)| place).collect()
    };
    let only = |places: &[&str]| places.iter().map(|place| (*place).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(readers("is_on("), only(&["lab/src/check.rs", "lab/src/handshake.rs"]));
    assert_eq!(readers(".off"), only(&OFF));
    for other in ["disabled", ".without.contains", ".with.contains"] {
        assert_eq!(readers(other), only(&[]), "{other}");
    }
}

/// Where ids stand because they are registered there.
const REGISTRIES: [&str; 7] = [
    "lab/src/modes/",
    "lab/src/checks.rs",
    "lab/src/certificate/checks.rs",
    "lab/src/certificate/forge/",
    "attacker/src/attacks/",
    "attacker/audit/src/deed.rs",
    "attacker/audit/src/recipes/",
];

/// Where an id stands all the same: by file, the id, and why.
const NAMED: [(&str, &str, &str); 20] = [
    ("web/src/sessions/store/suite.rs", "dh", "what every engine is tried with"),
    ("web/src/sessions/store/suite.rs", "drop", "what every engine is tried with"),
    ("lab/src/tls/v13/schedule.rs", "finished", "a label of RFC 8446"),
    ("lab/src/wire/mod.rs", "finished", "a kind of frame"),
    ("web/page/static/draw/diagram.js", "drop", "an action of an event"),
    ("web/page/static/views/hand.js", "drop", "what becomes of a frame, as decisions say it"),
    ("web/page/static/model/fold.js", "finished", "how a phase of work ended"),
    ("lab/src/hand.rs", "drop", "what becomes of a frame, as decisions say it"),
    ("lab/src/script.rs", "drop", "what becomes of a record, as scripts say it"),
    ("lab/src/script/reading.rs", "drop", "what becomes of a message, as scripts say it"),
    ("lab/src/script/writing.rs", "drop", "what becomes of a message, as scripts say it"),
    ("web/page/static/model/trace.js", "drop", "what becomes of a message, as the diagram draws it"),
    ("lab/process/src/arguments.rs", "ecdh-cert", "what is played by hand where nothing is said"),
    ("attacker/src/program.rs", "substitute", "what is played by hand where nothing is said"),
    (
        "victims/src/switches.rs",
        "relay",
        "a victim knows of no attack: its bytes are those of a session that is only relayed",
    ),
    ("web/src/cli/mod.rs", "crack", "a command of the command line"),
    ("web/page/static/views/run.js", "ecdh-cert", "what the form proposes first"),
    ("web/page/static/views/run.js", "substitute", "what the form proposes first"),
    ("web/page/static/views/chains.js", "cert-chain", "the step that stands on the line to the issuer"),
    ("web/page/static/views/chains.js", "cert-revoked", "the step whose badge a certificate wears"),
];

/// The strings of a line, of either language.
fn strings(line: &str) -> impl Iterator<Item = &str> {
    let quoted = |quote: char| line.split(quote).skip(1).step_by(2);
    quoted('"').chain(quoted('\'')).chain(quoted('`'))
}

#[test]
fn no_shared_mechanism_knows_a_mode_an_attack_or_a_check_by_name() {
    let modes = lab::modes::all().iter().map(|mode| mode.id);
    let attacks = attacker::attacks::all().iter().map(|attack| attack.id);
    let checks = lab::checks::all().iter().map(|check| check.id);
    // The program is called after one of its modes.
    const PROGRAM: &str = "interlock";
    let ids: BTreeSet<&str> = modes.chain(attacks).chain(checks).filter(|id| *id != PROGRAM).collect();
    let mut named = Vec::new();
    for (place, line) in code() {
        if REGISTRIES.iter().any(|registry| place.starts_with(registry)) {
            continue;
        }
        for id in strings(&line).filter(|text| ids.contains(text)) {
            if !NAMED.iter().any(|(at, known, _)| *at == place && *known == id) {
                named.push(format!("{place}: {}", line.trim()));
            }
        }
    }
    assert!(named.is_empty(), "{}", named.join("\n"));
    for (place, id, _) in NAMED {
        let stands = code().iter().any(|(at, line)| at == place && strings(line).any(|text| text == id));
        assert!(stands, "{place} no longer says {id}");
    }
}
