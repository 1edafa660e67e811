//! What must not be there: the arrows that `docs/ARCHITECTURE.md` forbids.

use lab::{
    event::{Event, Fact},
    evidence::Truths,
    loot::{Item, Leak},
    role::{Actor, Role},
    staging::Setting,
    verdict::{Judgement, judge},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::Command,
};
use support::{conversation::attacked, outcomes, staging::stage};

#[test]
fn the_attacker_is_told_no_secret_of_a_victim() {
    for outcome in outcomes::all() {
        let orders = stage(&outcome.scenario, &Setting::seeded("test", 1)).unwrap();
        let told = format!("{:?}", orders.attack);
        let loot = attacker::attacks::resolve(&outcome.scenario).unwrap().played.loot;
        for (role, victim) in [(Role::Client, &orders.client), (Role::Server, &orders.server)] {
            let later = role == Role::Server && loot.afterwards == Some(Leak::ServerKey);
            let stolen = later || matches!(loot.of(role), Some(Item::Stolen { .. }));
            assert!(!told.contains(&victim.seed), "{}: a victim's seed", outcome.scenario);
            assert!(!told.contains(&victim.phrase), "{}: what a victim will say", outcome.scenario);
            let key = victim.credentials.as_ref().and_then(|credentials| credentials.key.as_ref());
            assert!(stolen || key.is_none_or(|key| !told.contains(key)), "{}: a victim's key", outcome.scenario);
        }
        assert_ne!(orders.client.seed, orders.server.seed, "{}: one seed for both", outcome.scenario);
    }
}

/// Both canaries, as an attacker reads them who is in the middle of an exchange that authenticates nobody.
fn canaries() -> Vec<String> {
    let log = attacked(&stage(&"dh/substitute".parse().unwrap(), &Setting::seeded("test", 1)).unwrap());
    let read = log.events.into_iter().filter_map(|event| match event.fact {
        Fact::Recovered { text, .. } => Some(text.rsplit_once(" [")?.1.trim_end_matches(']').to_owned()),
        _ => None,
    });
    read.collect()
}

#[test]
fn a_victim_tells_no_part_of_a_canary() {
    let canaries = canaries();
    assert_eq!(canaries.iter().map(String::len).collect::<Vec<_>>(), [32, 32]);
    let parts: Vec<&str> = canaries.iter().flat_map(|canary| (0..=24).map(|at| &canary[at..at + 8])).collect();
    let mut texts = 0;
    for outcome in outcomes::all() {
        // Seeded alike, every session has these two.
        let log = attacked(&stage(&outcome.scenario, &Setting::seeded("test", 1)).unwrap());
        for event in log.events.iter().filter(|event| event.source != Actor::Attacker) {
            let Fact::Data { text, .. } = &event.fact else { continue };
            texts += usize::from(text.is_some());
            let told = serde_json::to_string(event).unwrap();
            for part in &parts {
                assert!(!told.contains(part), "{}: {told}", outcome.scenario);
            }
        }
    }
    assert!(texts > 100, "the victims tell what they write and read: {texts}");
}

#[test]
fn a_verdict_depends_on_neither_the_attacks_name_nor_the_switches() {
    for scenario in ["dh/substitute", "dh-weak:short/eavesdrop", "ecdh-cert/substitute", "ecdh-cert/tamper~record-auth"]
    {
        let mut log = attacked(&stage(&scenario.parse().unwrap(), &Setting::seeded("test", 1)).unwrap());
        // What a victim believes follows from the mode that it says to play; what came of the session does not.
        let judged = |events: &[Event]| Judgement { truths: Truths::default(), ..judge(events) };
        let judgement = judged(&log.events);
        for event in &mut log.events {
            match &mut event.fact {
                Fact::Started { plays, without, with } => {
                    *plays = "something".to_owned();
                    without.clear();
                    with.clear();
                }
                Fact::Step { text, recipe, .. } => {
                    text.clear();
                    *recipe = None;
                }
                _ => {}
            }
        }
        assert_eq!(judged(&log.events), judgement, "{scenario}");
    }
}

/// Where each package lies, its name, and which packages of the lab it may depend on.
const ARROWS: [(&str, &str, &[&str]); 10] = [
    ("lab/primality", "primality", &[]),
    ("lab", "lab", &["primality"]),
    ("lab/explore", "explore", &["lab"]),
    ("lab/process", "process", &["lab"]),
    ("attacker/cryptanalysis", "cryptanalysis", &["primality"]),
    ("attacker/recording", "recording", &["cryptanalysis", "lab"]),
    ("attacker", "attacker", &["cryptanalysis", "lab", "process"]),
    ("attacker/audit", "audit", &["lab", "process"]),
    ("victims", "victims", &["lab", "process"]),
    ("web", "web", &["attacker", "audit", "cryptanalysis", "explore", "lab", "process", "recording", "victims"]),
];

/// The names in one section of a manifest.
fn named<'a>(manifest: &'a str, section: &str) -> BTreeSet<&'a str> {
    let (_, below) = manifest.split_once(&format!("\n[{section}]\n")).unwrap_or_default();
    let lines = below.lines().take_while(|line| !line.starts_with('['));
    lines.filter_map(|line| line.split(['.', ' ', '=']).next()).filter(|name| !name.is_empty()).collect()
}

#[test]
fn no_package_depends_on_one_that_it_must_not_know() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let workspace = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let ours: BTreeSet<&str> = ARROWS.iter().map(|(_, name, _)| *name).chain(["support"]).collect();
    let at_home = workspace.lines().filter(|line| line.contains("{ path = \""));
    let listed: BTreeSet<&str> = at_home.filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(listed, ours, "a package that ARROWS does not place");
    for (directory, name, allowed) in ARROWS {
        let manifest = fs::read_to_string(root.join(directory).join("Cargo.toml")).unwrap();
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{directory}");
        let depends = named(&manifest, "dependencies");
        assert!(!depends.is_empty(), "{name}: no dependencies were found");
        for other in depends.intersection(&ours) {
            assert!(allowed.contains(other), "{name} depends on {other}");
        }
    }
}

/// A dependency that nobody uses is built all the same, and has to be answered for.
#[test]
fn no_package_names_a_dependency_that_it_does_not_use() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for directory in ARROWS.iter().map(|(directory, ..)| *directory).chain(["tests/support"]) {
        let package = root.join(directory);
        let manifest = fs::read_to_string(package.join("Cargo.toml")).unwrap();
        let (mut places, mut code) = (vec![package.clone()], String::new());
        while let Some(place) = places.pop() {
            for path in fs::read_dir(&place).unwrap().map(|entry| entry.unwrap().path()) {
                if path.is_dir() && !path.join("Cargo.toml").exists() && !path.ends_with("target") {
                    places.push(path);
                } else if path.extension().is_some_and(|it| it == "rs") {
                    code += &fs::read_to_string(path).unwrap();
                }
            }
        }
        let words: BTreeSet<&str> = code.split(|it: char| !it.is_ascii_alphanumeric() && it != '_').collect();
        for name in named(&manifest, "dependencies") {
            assert!(words.contains(name.replace('-', "_").as_str()), "{directory}: {name}");
        }
    }
}

/// Lines of code of the programs, the library and the page, tests left out, by file.
fn code() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut directories: Vec<_> = ["lab", "attacker", "victims", "web"].map(|part| root.join(part)).into();
    let mut lines = Vec::new();
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if path.is_dir() && !["target", "tests", "benches", "vendor", "node_modules"].contains(&name) {
                directories.push(path);
            } else if name.ends_with(".rs") || name.ends_with(".js") {
                let place = path.strip_prefix(&root).unwrap().display().to_string();
                let source = fs::read_to_string(&path).unwrap();
                let code = source.split("#[cfg(test)]").next().unwrap_or_default();
                let code = code.lines().map(|line| line.split("//").next().unwrap_or_default());
                lines.extend(
                    code.filter(|line| !line.trim().is_empty() && !line.trim().starts_with(['*', '/']))
                        .map(|line| (place.clone(), line.to_owned())),
                );
            }
        }
    }
    assert!(lines.len() > 10_000, "{}", lines.len());
    lines
}

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
    "lab/src/event.rs",
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
const WORDED: [(&str, &str); 8] = [
    ("lab/src/certificate/checks.rs", "the registry"),
    ("lab/src/certificate/forge/", "the registry"),
    ("lab/src/certificate/limbo/", "what is wrong with a file of test cases"),
    ("lab/src/certificate/pem.rs", "what is wrong with a file"),
    ("lab/src/certificate/pki.rs", "names in certificates"),
    ("lab/src/verdict/expected.rs", "what is wrong with a line of the outcomes"),
    ("lab/src/wire/body.rs", "what the reader of JSON says of a text"),
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

/// Where the command line says something of its own making: what begins the file's path, and why. What clap says of an
/// argument, and what is wrong with a file or a number, stays in clap's language.
const READERS: [(&str, &str); 4] = [
    ("web/src/cli/audit/expected.rs", "what is wrong with a file"),
    ("web/src/cli/cert/", "what is wrong with a file or an argument"),
    ("web/src/cli/numbers.rs", "what is wrong with a number"),
    ("web/src/cli/parameters.rs", "what is wrong with a file"),
];

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
        if READERS.iter().all(|(reader, _)| !place.starts_with(reader)) {
            assert_eq!(sentences(code), Vec::<String>::new(), "{place}");
        }
    }
    for (reader, why) in READERS {
        let says = files.iter().any(|(place, code)| place.starts_with(reader) && !sentences(code).is_empty());
        assert!(says, "{reader} no longer says {why}");
    }
    let planted = "#[command(about = \"not this one here\")]\nwriteln!(out, \"{} but this\n one\", a['\"'])";
    assert_eq!(sentences(planted), ["{} but this\n one"]);
}

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

/// What only one system has is compiled only there: the lab is for whatever laptop a trainer has. A word that says so stands
/// above, in the same item or in the module's.
#[test]
fn what_one_system_has_is_compiled_only_there() {
    const SIGNS: [&str; 6] = ["os::unix", "os::fd", "signal::unix", "net::unix", "rustix::", "process_group("];
    const WORDS: [&str; 4] = ["cfg(unix)", "cfg(target_os = \"linux\")", "cfg(windows)", "#![cfg("];
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let places: BTreeSet<String> = code().into_iter().map(|(place, _)| place).collect();
    let mut seen = 0;
    for place in places.iter().filter(|place| place.ends_with(".rs")) {
        let source = fs::read_to_string(root.join(place)).unwrap();
        let lines: Vec<&str> = source.lines().collect();
        for (i, line) in lines.iter().enumerate().filter(|(_, line)| SIGNS.iter().any(|sign| line.contains(sign))) {
            let above = &lines[i.saturating_sub(9)..=i];
            let said = above.iter().any(|line| WORDS.iter().any(|word| line.contains(word)));
            assert!(said, "{place}:{}: {line}", i + 1);
            seen += 1;
        }
    }
    assert!(seen > 12, "{seen}");
}

/// Who builds the lab for the first time pays for every package: none is compiled in two versions unless that is somebody
/// else's choice. Where an update brings a second one, `cargo update --precise` takes it back until all have moved.
#[test]
fn no_package_is_built_in_two_versions() {
    let mut tree = Command::new(env!("CARGO"));
    tree.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    tree.args([
        "tree",
        "--locked",
        "--offline",
        "--duplicates",
        "--depth=0",
        "--prefix=none",
        "-e=normal,build",
        "-p=web",
    ]);
    let output = tree.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let listed = String::from_utf8(output.stdout).unwrap();
    let twice: BTreeSet<&str> =
        listed.lines().filter_map(|line| line.split(' ').next()).filter(|n| !n.is_empty()).collect();
    // tokio-postgres has the older fallible-iterator, ring the older getrandom, x509-parser the older num-bigint
    assert_eq!(twice.into_iter().collect::<Vec<_>>(), ["fallible-iterator", "getrandom", "num-bigint"]);
}
