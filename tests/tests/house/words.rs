//! The words for events and verdicts, by the same samples by which the page's reader of the texts is held: one file, two readers.

use attacker::{attack::Info, attacks, program};
use cryptanalysis::{Breaking, Validity, Weakness};
use lab::{
    checks,
    mode::Mode,
    modes::{
        self,
        properties::{self, Promise},
    },
    refusal::Refusal,
    scenario::Scenario,
    words::{CATALOGUE, HELP, Language, TONGUES, english},
};
use process::help;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};
use support::programs::run;

#[test]
fn values_are_told_as_the_samples_say() {
    let samples: Vec<(String, Value, String)> = serde_json::from_str(include_str!("../../data/words.json")).unwrap();
    assert!(samples.len() > 10);
    for (family, value, told) in samples {
        assert_eq!(english().say(&family, &value).as_deref(), Some(told.as_str()), "{value}");
    }
}

#[test]
fn the_command_line_speaks_the_language_that_was_chosen() {
    let twice = |scenario: &str, check: &str| {
        let spoken =
            |chosen: &[&str]| run("interlock", &[chosen, &["compare", scenario, check, "--seed", "1"]].concat());
        (spoken(&[]), spoken(&["--lang", "de"]))
    };
    let (english, german) = twice("ecdh-cert/substitute", "transcript-signature");
    assert_eq!((english.code, german.code), (Some(0), Some(0)), "{german:?}");
    assert!(english.out.contains("The same in both\n") && english.out.contains("\nThen, in ecdh-cert/substitute\n"));
    assert!(
        german.out.contains("In beiden gleich\n") && german.out.contains("\nDann, in ecdh-cert/substitute\n"),
        "{german:?}"
    );
    for (said, apart, gives_up) in [
        (
            &english.out,
            "One check apart: transcript-signature. With it: stopped. Without it: split.\n",
            "  the client gives up at transcript-signature\n",
        ),
        (
            &german.out,
            "Eine Prüfung Unterschied: transcript-signature. Mit ihr: gestoppt. Ohne sie: gespalten.\n",
            "  der Client bricht ab, bei transcript-signature\n",
        ),
    ] {
        assert!(said.starts_with(apart) && said.contains(gives_up), "{said}");
        assert!(!said.contains("cert-chain"), "what is alike is folded: {said}");
    }
    assert!(english.out.contains("  SPLIT  Split: ") && english.out.contains("read what the client and server wrote."));
    assert!(
        german.out.contains("  GESPALTEN  Gespalten: ")
            && german.out.contains("die Nachrichten von Client und Server."),
        "{german:?}"
    );
    let (english, german) = twice("ecdh-cert/substitute", "no-such-check");
    assert_eq!((english.code, german.code), (Some(2), Some(2)), "{german:?}");
    assert!(english.err.contains("ecdh-cert performs no check") && english.err.contains(". See: interlock list modes"));
    assert!(
        german.err.contains("ecdh-cert führt keine Prüfung") && german.err.contains(". Siehe: interlock list modes"),
        "{german:?}"
    );
    let program = run("interlock", &["list", "checks", "--json"]).out;
    assert_eq!(program, run("interlock", &["--lang", "de", "list", "checks", "--json"]).out, "what programs read");
}

/// What cannot be understood, or read in a file, is told in the language that the same line asks for.
#[test]
fn a_command_line_that_cannot_be_understood_is_told_so_in_its_language() {
    let directory = tempfile::tempdir().expect("a directory");
    let table = directory.path().join("table.txt");
    fs::write(&table, "dh/relay private\n").expect("a file");
    let table = table.to_str().expect("a path");
    for (line, english, german) in [
        (
            &["run", "dh/relay", "--sessions", "0"][..],
            "error: invalid value '0' for '--sessions <N>': 0 is not in 1..=10000",
            "Fehler: „0“ ist kein Wert für „--sessions <N>“: 0 ist nicht in 1..=10000",
        ),
        (
            &["check", "--jobs", "0"],
            "error: invalid value '0' for '--jobs <N>': expected a number from 1",
            "Fehler: „0“ ist kein Wert für „--jobs <N>“: ",
        ),
        (&["run", "dh"], "expected MODE/ATTACK", "erwartet wird MODUS/ANGRIFF"),
        (
            &["run", "dh/relay", "--sed", "1"],
            "error: unexpected argument '--sed' found",
            "Fehler: unerwartetes Argument „--sed“",
        ),
        (&["check", "--outcomes", table], ":1: expected 4 columns", ":1: erwartet werden 4 Spalten"),
    ] {
        let told = |chosen: &[&str]| {
            let told = run("interlock", &[chosen, line].concat());
            assert_eq!(told.code, Some(2), "{told:?}");
            told.err
        };
        let (in_english, in_german) = (told(&[]), told(&["--lang", "de"]));
        assert!(in_english.contains(english), "{in_english}");
        assert!(in_german.contains(german), "{in_german}");
    }
}

/// Bad files, numbers and names: whatever of them a program refuses, it says nothing English about it where German is asked for.
#[test]
fn what_is_refused_holds_no_sentence_of_another_language() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = |name: &str, content: &[u8]| {
        let path = directory.path().join(name);
        fs::write(&path, content).expect("a file");
        path.to_str().expect("a path").to_owned()
    };
    let pem = |label: &str, content: &str| format!("-----BEGIN {label}-----\n{content}\n-----END {label}-----\n");
    let (empty, text) = (file("empty", b""), file("text", "etwas\n".as_bytes()));
    let (der, cut) = (file("der", &[0x30, 0x82, 1, 2]), file("cut", b"-----BEGIN CERTIFICATE-----\nAA\n"));
    let spoilt = file("spoilt", pem("CERTIFICATE", "!!").as_bytes());
    let key = file("key", pem("PRIVATE KEY", "AAAA").as_bytes());
    let dh = file("dh", pem("DH PARAMETERS", "AAAA").as_bytes());
    let few = file("few", pem("DH PARAMETERS", "MAMCARc=").as_bytes());
    let negative = file("negative", pem("DH PARAMETERS", "MAYCAfsCAQI=").as_bytes());
    let number = file("number", b"interlock discrete logarithms 1\n");
    let suite = file("suite", br#"{"version":2,"testcases":[]}"#);
    let (unread, unbound) = (file("unread", b"mode x\nnames everybody\n"), file("unbound", b"mode x\n"));
    let grades = file("grades", b"curl relay fine because\n");
    let moduli = file("moduli", b"1 2 3\n");
    let lines: Vec<Vec<&str>> = [&empty, &text, &der, &cut, &spoilt, &key]
        .into_iter()
        .flat_map(|bad| {
            [
                vec!["cert", "verify", "--ca", bad, bad],
                vec!["crack", "--pem", bad, "--y", "2"],
                vec!["cert", "limbo", bad],
            ]
        })
        .chain([&empty, &text, &key].map(|bad| vec!["tls", "read", bad]))
        .chain([&dh, &few, &negative].map(|bad| vec!["group", "explain", "--pem", bad]))
        .chain(["", "0x", "12g", "-5"].map(|bad| vec!["crack", "--p", bad, "--g", "2", "--y", "3"]))
        .chain([
            vec!["crack", "--p", "0", "--g", "2", "--y", "3"],
            vec!["crack", "--p", "23", "--g", "2", "--y", "5"],
            vec!["crack", "--p", "23", "--g", "2", "--y", "3", "--precompute", &number],
            vec!["crack", "--p", "23", "--g", "2", "--y", "3", "--factors", "x"],
            vec!["cert", "limbo", &suite],
            vec!["cert", "verify", "--ca", &key, "--name", "dns:*.a", &key],
            vec!["cert", "verify", "--ca", &key, "--policy", "x", &key],
            vec!["cert", "verify", "--ca", &key, "--without", "x", &key],
            vec!["cert", "issue", "--out", &empty, "--attack", "x"],
            vec!["cert", "issue", "--out", &empty, "--key", "x"],
            vec!["cert", "issue", "--out", &empty, "--name", "a b"],
            vec!["tls", "read", &number, "--key", &key],
            vec!["explore", "--mode-file", &unread],
            vec!["explore", "--mode-file", &unbound],
            vec!["explore", "dh", "--goal", "x"],
            vec!["explore", "tofu", "--export", "proverif"],
            vec!["explore", "dh-weak", "--export", "verifpal"],
            vec!["audit", "--client", "curl", "--expect", &grades],
            vec!["audit", "--starttls", "x", "--", "true"],
            vec!["check", "--client", "'"],
            vec!["group", "explain", "--moduli", &moduli],
            vec!["export", "x", "--format", "json", "--data", directory.path().to_str().expect("a path")],
            vec!["serve", "--store", "x"],
        ])
        .collect();
    assert!(lines.len() > 45, "{}", lines.len());
    let place = directory.path().to_str().expect("a path");
    let mut wrong = Vec::new();
    for line in lines {
        let told = |chosen: &[&str]| {
            let told = run("interlock", &[chosen, &line[..]].concat());
            assert!(matches!(told.code, Some(1..=3)), "{line:?}: {told:?}");
            (told.code, format!("{}{}", told.out, told.err).replace(place, ""))
        };
        let (english, german) = (told(&[]), told(&["--lang", "de"]));
        assert_eq!(english.0, german.0, "{line:?}");
        if english.1 == german.1 {
            wrong.push(format!("{line:?} says the same: {}", german.1));
        }
        let words: BTreeSet<&str> = german.1.split(|c: char| !c.is_alphabetic() && c != '-').collect();
        let foreign =
            ["expected", "got", "the", "of", "is", "are", "and", "not", "has", "with", "cannot", "there", "error"];
        let foreign: Vec<_> = foreign.into_iter().filter(|word| words.contains(word)).collect();
        if !foreign.is_empty() {
            wrong.push(format!("{line:?} says {foreign:?}: {}", german.1));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What a group is worth is told in the language of whoever asked, each kind of modulus, of weakness and of cost; what programs
/// read of it is the same in every language.
#[test]
fn what_a_group_is_worth_is_told_in_the_language_that_was_chosen() {
    let safe = "0x9599e31923a3";
    let lines: [&[&str]; 9] = [
        &["--p", safe, "--g", "2"],
        &["--p", safe, "--g", "1"],
        &["--p", "23", "--g", "28"],
        &["--p", "23", "--g", "2", "--q", "7"],
        &["--p", "34318", "--g", "2"],
        &["--p", "15", "--g", "2"],
        &["--p", "1000000007", "--g", "5", "--exponent-bits", "8"],
        &["--p", "0x800000000000001d", "--g", "2"],
        // 2^64 − 59
        &["--p", "18446744073709551557", "--g", "2"],
    ];
    for line in lines {
        let told = |more: &[&str]| {
            let told = run("interlock", &[more, &["group", "explain"], line].concat());
            assert_eq!(told.code, Some(1), "{told:?}");
            told.out
        };
        let (english, german) = (told(&[]), told(&["--lang", "de"]));
        assert_eq!(english.lines().count(), german.lines().count(), "{english}{german}");
        for (english, german) in english.lines().zip(german.lines()) {
            assert!(!english.is_empty() && !german.is_empty(), "{line:?}");
            assert_ne!(english, german, "{line:?}");
        }
        // Papers are called what they are called.
        let own = german.lines().filter(|line| !line.starts_with("gebrochen: "));
        let words: BTreeSet<&str> = own.flat_map(|line| line.split(|c: char| !c.is_alphabetic())).collect();
        let foreign = ["the", "of", "is", "are", "and", "not", "has", "with", "weak", "cost", "once", "advice", "bits"];
        let foreign: Vec<_> = foreign.into_iter().filter(|word| words.contains(word)).collect();
        assert!(foreign.is_empty(), "{line:?} says {foreign:?}: {german}");
        let object = |more: &[&str]| {
            let told = run("interlock", &[more, &["group", "explain", "--json"], line].concat()).out;
            serde_json::from_str::<Value>(&told).expect("an object")
        };
        let (program, other) = (object(&[]), object(&["--lang", "de"]));
        assert_eq!(program, other, "what programs read");
        for weakness in program["weaknesses"].as_array().expect("weaknesses") {
            let told = weakness.as_str().expect("a sentence");
            assert!(english.contains(&format!("weak: {told}\n")), "{english}");
        }
    }
}

/// Every kind of weakness and every way to break a group has its text, with what fills it.
#[test]
fn whatever_is_said_of_a_group_has_a_text_in_every_language() {
    let form = "2^64 − 59".to_owned();
    let weaknesses = [
        Weakness::NoGroup,
        Weakness::Composite,
        Weakness::Degenerate,
        Weakness::NotReduced,
        Weakness::ShortOrder { bits: 1 },
        Weakness::SmoothOrder,
        Weakness::OtherOrder,
        Weakness::UnsoundOrder,
        Weakness::SmallSubgroups,
        Weakness::SmoothPart { bits: 1, whole: None },
        Weakness::SmoothPart { bits: 1, whole: Some(2) },
        Weakness::SpecialForm { form },
        Weakness::ShortPrime { bits: 1, least: 2 },
        Weakness::ShortExponents { bits: 1, least: 2 },
        Weakness::Shared { name: "x".to_owned() },
    ];
    let ways = [
        Breaking::Nothing,
        Breaking::Walk,
        Breaking::Factors,
        Breaking::Factoring,
        Breaking::IndexCalculus,
        Breaking::NumberFieldSieve,
        Breaking::BeyondTheRecord,
    ];
    for language in TONGUES.map(|tongue| Language::parse(tongue.file).expect("a language")) {
        for weakness in &weaknesses {
            assert_eq!(language.lacks("weakness", &json!(weakness)), Vec::<String>::new(), "{weakness:?}");
        }
        for validity in [Validity::From(2000), Validity::Until(2000), Validity::NearTerm(2000)] {
            assert_eq!(language.lacks("holding", &json!(validity)), Vec::<String>::new(), "{validity:?}");
        }
        for way in &ways {
            let way = json!(way).as_str().expect("a name").to_owned();
            assert_ne!(language.term("breaking", &way), way);
        }
    }
}

/// Every name that a refusal is given in the code, where it is made and where a mode lacks something for an attack.
#[test]
fn whatever_is_refused_is_told_in_every_language() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut calls = BTreeMap::<(&str, String), BTreeSet<String>>::new();
    let mut places = ["attacker", "lab", "victims/src", "web/src"].map(|folder| root.join(folder)).to_vec();
    while let Some(place) = places.pop() {
        if place.is_dir() {
            let entries = fs::read_dir(&place).expect("a directory");
            places.extend(entries.map(|entry| entry.expect("an entry").path()));
            continue;
        }
        let text = fs::read(&place).map(|text| String::from_utf8_lossy(&text).into_owned()).expect("a file");
        if ["refusal::Refusal", "problem::Problem", " amiss("].iter().any(|sign| text.contains(sign)) {
            // A name stands before its members, and they before the end of the statement.
            for call in text.split("\", json!(").collect::<Vec<_>>().windows(2) {
                let Some((before, name)) = call[0].rsplit_once('"') else { continue };
                let family = if before.ends_with("amiss(") { "amiss" } else { "refused" };
                let members: Vec<&str> = call[1].split(";\n").next().unwrap_or_default().split('"').collect();
                let members = members.windows(2).filter(|pair| pair[1].starts_with(':')).map(|pair| pair[0].to_owned());
                calls.entry((family, name.to_owned())).or_default().extend(members);
            }
        }
    }
    let known = ["inapplicable", "no-session"].map(|name| calls.contains_key(&("refused", name.to_owned())));
    assert!(calls.len() > 90 && known == [true; 2], "{calls:?}");
    let languages = TONGUES.map(|tongue| Language::parse(tongue.file).expect("a language"));
    for language in &languages {
        for ((family, name), members) in &calls {
            let mut value: serde_json::Map<String, Value> =
                members.iter().map(|member| (member.clone(), json!("x"))).collect();
            value.insert("is".to_owned(), json!(name));
            assert_eq!(language.lacks(family, &value.into()), Vec::<String>::new(), "{family} {name} with {members:?}");
        }
    }
    // What stands in a type's own variants is told with all that it has.
    let long = format!("dh/{}", "a".repeat(600));
    for text in ["dh", "DH/relay", "dh-weak,bits=x/crack", "dh/relay~a+a", &long] {
        let refusal = Refusal::from(&text.parse::<Scenario>().expect_err("no scenario"));
        assert!(languages.iter().all(|it| it.lacks("refused", &json!(refusal)).is_empty()), "{text}: {refusal:?}");
    }
    for text in [
        "none/relay",
        "dh/none",
        "dh-weak:none/relay",
        "dh-weak:short,bits=9/relay",
        "dh/relay~none",
        "dh/relay:none",
        "ecdh/crack",
        "dh/script",
    ] {
        let refusal = Refusal::from(&attacks::resolve(&text.parse().expect("a scenario")).expect_err("unknown"));
        assert!(languages.iter().all(|it| it.lacks("refused", &json!(refusal)).is_empty()), "{text}: {refusal:?}");
    }
    let lacks = |mode: &'static Mode, info: &Info| info.needs.unmet(mode);
    let unmet: BTreeSet<_> =
        attacks::all().iter().flat_map(|info| modes::all().iter().filter_map(|mode| lacks(mode, info))).collect();
    for (language, name) in languages.iter().flat_map(|language| unmet.iter().map(move |name| (language, name))) {
        assert_ne!(&language.term("unmet", name), name, "{name}");
    }
}

/// The condition on which a mode promises what it does; no mode has two.
fn condition(mode: &Mode) -> Option<&'static str> {
    let promises = properties::of(mode.id).expect("properties").promises();
    let conditions: BTreeSet<&str> = promises
        .filter_map(|(_, promise)| if let Promise::If { condition } = promise { Some(condition) } else { None })
        .collect();
    assert!(conditions.len() < 2, "{}: {conditions:?}", mode.id);
    conditions.into_iter().next()
}

/// What a language calls the entries of the registries, and tells of them: the keys of its texts. What the variants of an attack
/// are called that are the fields of all tables, the tables say. Whoever does what a script says is in no list, and the steps
/// are told all the same.
fn catalogue() -> BTreeSet<String> {
    const FROM_THE_TABLES: &str = "alter-negotiation";
    let mut keys = BTreeSet::new();
    for mode in modes::all() {
        let families = ["mode", "mode-summary", "authentication", "deployed", "renewal"];
        keys.extend(families.map(|family| format!("{family} {}", mode.id)));
        keys.extend(condition(mode).map(|_| format!("condition {}", mode.id)));
        keys.extend(mode.variants.iter().map(|variant| format!("variant {}:{}", mode.id, variant.id)));
    }
    for info in attacks::all() {
        let recipe = attacks::recipe(info);
        keys.extend([format!("attack {}", info.id), format!("case {}", info.id), format!("attack-summary {recipe}")]);
        keys.extend((1..=info.steps().len()).map(|number| format!("recipe {recipe} number={number}")));
        let variants = info.variants.iter().filter(|_| info.id != FROM_THE_TABLES);
        keys.extend(variants.map(|variant| format!("variant {recipe}:{}", variant.id)));
    }
    let scripted = attacks::find("script").expect("an attack");
    keys.extend((1..=scripted.steps().len()).map(|number| format!("recipe {} number={number}", scripted.id)));
    for check in checks::all() {
        keys.extend(["check", "threat", "compares"].map(|family| format!("{family} {}", check.id)));
    }
    for record in web::cracking::RECORDS {
        keys.extend(["published", "published-by"].map(|family| format!("{family} {}", record.bits)));
    }
    keys.extend(web::cracking::MODELS.iter().map(|model| format!("formula {}", model.id)));
    keys
}

#[test]
fn every_other_language_has_the_whole_catalogue_and_no_more() {
    let wanted = catalogue();
    let families: BTreeSet<&str> = wanted.iter().filter_map(|key| key.split(' ').next()).collect();
    assert_eq!(families, BTreeSet::from(CATALOGUE));
    for tongue in TONGUES.into_iter().skip(1) {
        let has: BTreeSet<String> = tongue
            .file
            .lines()
            .filter_map(|line| line.split_once(": "))
            .filter(|(key, _)| key.split(' ').next().is_some_and(|family| CATALOGUE.contains(&family)))
            .map(|(key, _)| key.to_owned())
            .collect();
        let [lacks, more] = [wanted.difference(&has), has.difference(&wanted)].map(Iterator::collect::<Vec<_>>);
        assert!(lacks.is_empty() && more.is_empty(), "{} lacks {lacks:#?}, and has for nothing {more:#?}", tongue.code);
    }
}

/// What a language says of a command, a flag, its values and what stands below them, each by its own name or by one that several
/// share, who then say the same in English; and nothing that no command says.
#[test]
fn every_command_and_every_flag_has_its_help_in_every_language() {
    let programs = victims::commands().into_iter().chain([program::command(), web::cli::command()]);
    let texts: Vec<help::Text> = programs.flat_map(|program| help::texts(&program)).collect();
    for family in HELP {
        assert!(texts.iter().any(|text| text.family == family), "{family}");
    }
    for tongue in TONGUES.into_iter().skip(1) {
        let lines =
            tongue.file.lines().filter(|line| HELP.iter().any(|family| line.starts_with(&format!("{family} "))));
        let told: BTreeMap<&str, &str> = lines.filter_map(|line| line.split_once(": ")).collect();
        let mut used = BTreeMap::<String, BTreeSet<&str>>::new();
        for text in &texts {
            assert!(!text.english.trim().is_empty(), "{text:?}");
            let names = std::iter::once(&text.own).chain(&text.common).map(|name| format!("{} {name}", text.family));
            let found = names.into_iter().find(|name| told.contains_key(name.as_str()));
            let found = found.unwrap_or_else(|| panic!("{} lacks {text:?}", tongue.code));
            assert_ne!(told[found.as_str()], text.english, "{found}");
            used.entry(found).or_default().insert(&text.english);
        }
        let different: Vec<_> = used.iter().filter(|(_, english)| english.len() > 1).collect();
        assert!(different.is_empty(), "one text in {} for several: {different:#?}", tongue.code);
        let more: Vec<_> = told.keys().filter(|name| !used.contains_key(**name)).collect();
        assert!(more.is_empty(), "{} says for nothing {more:#?}", tongue.code);
    }
}

/// The programs print it, the parser's own words included, and what stays as it is stays.
#[test]
fn help_is_told_in_the_language_of_the_command_line() {
    for (line, told) in [
        (
            &["--help"][..],
            &["\nBefehle:\n  serve ", "\nBeispiele:\n  interlock  ", "Version ausgeben\n", "\nRückgabewert: 0 "][..],
        ),
        (&["help", "run"], &["Aufruf: interlock run ", "\nArgumente:\n", "\nSchalter:\n", "[Vorgabe: 5000]"]),
        (&["run", "-h"], &["  interlock run dh/substitute\n", "[mögliche Werte: en, de]\n", " Hilfe ausgeben\n"]),
        (&["export", "--help"], &["Mögliche Werte:\n", "- html:   Eine Seite zum Lesen\n", "(kurz mit „-h“)\n"]),
        (&["cert"], &["\n  help    Diese Hilfe ausgeben", "\nBefehle:\n"]),
        (
            &["client", "--help"],
            &["[Umgebung: INTERLOCK_PKI=", "Führt den Schlüsselaustausch", "    was attacker --attack"],
        ),
    ] {
        let german = run("interlock", &[&["--lang", "de"], line].concat());
        let said = german.out + &german.err;
        for told in told {
            assert!(said.contains(told), "{line:?} lacks {told:?}: {said}");
        }
        let own = [
            "Usage:",
            "Commands:",
            "Arguments:",
            "Options:",
            "Examples:",
            "[default:",
            "ossible values:",
            "Print ",
            "[env:",
        ];
        let own: Vec<_> = own.into_iter().filter(|english| said.contains(english)).collect();
        assert!(own.is_empty(), "{line:?} says {own:?}: {said}");
    }
}

/// A manual page in another language says nothing that its generator or the parser has in English alone, and of each command what
/// its help says.
#[test]
fn manual_pages_are_written_in_the_language_that_was_chosen() {
    let german = pages("de");
    let english = pages("en");
    assert!(german.keys().eq(english.keys()) && german.len() > 20, "{:?}", german.keys());
    let own = ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "SUBCOMMANDS", "EXTRA"].map(|it| format!(".SH {it}"));
    let own = own.iter().map(String::as_str).chain([
        "Possible values:",
        "[default:",
        "Print ",
        "\\fIsubcommands\\fR",
        "Examples:",
    ]);
    for said in own {
        assert!(english.values().any(|page| page.contains(said)), "{said}");
        let saying: Vec<_> = german.iter().filter(|(_, page)| page.contains(said)).map(|(name, _)| name).collect();
        assert!(saying.is_empty(), "{said} in {saying:?}");
    }
    let run = &german["interlock-run.1"];
    for told in
        [".SH BEZEICHNUNG\n", ".SH ÜBERSICHT\n", "[Vorgabe: ", "Mögliche Werte:", "Hilfe ausgeben", "Beispiele:"]
    {
        assert!(run.contains(told), "{told} is missing: {run}");
    }
    let export = &german["interlock-export.1"];
    assert!(export.contains("html: Eine Seite zum Lesen"), "{export}");
}

/// The manual pages in a language, by the names of their files.
fn pages(language: &str) -> BTreeMap<String, String> {
    let directory = tempfile::tempdir().expect("a directory");
    let place = directory.path().to_str().expect("a path");
    let written = run("interlock", &["--lang", language, "man", place]);
    assert_eq!(written.code, Some(0), "{written:?}");
    let files = fs::read_dir(directory.path()).expect("pages").map(|entry| entry.expect("an entry"));
    files
        .map(|file| {
            let name = file.file_name().into_string().expect("a name");
            (name, fs::read_to_string(file.path()).expect("a page"))
        })
        .collect()
}

/// An attack that shares its recipe with others has the same summary and steps as the one that it is named by, and the variants
/// that both have are alike.
#[test]
fn attacks_of_one_recipe_are_told_alike() {
    let mut shared = 0;
    for info in attacks::all() {
        let first = attacks::find(attacks::recipe(info)).expect("an attack");
        shared += usize::from(first.id != info.id);
        assert_eq!((info.summary(), info.steps()), (first.summary(), first.steps()), "{}", info.id);
        for variant in info.variants {
            let same = first.variants.iter().find(|other| other.id == variant.id);
            assert!(same.is_some_and(|same| same.title == variant.title), "{}:{}", info.id, variant.id);
        }
    }
    assert!(shared > 10, "{shared}");
}
