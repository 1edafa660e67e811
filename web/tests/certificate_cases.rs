//! `interlock cert verify` on made cases, one folder each: what RFC 5280 and X.690 demand, and what was decided where
//! they bind the issuer alone.

#![expect(clippy::unwrap_used, reason = "tests may panic: that is how they fail")]

use std::collections::BTreeMap;
use std::path::Path;

use clap::Parser;
use serde_json::Value;
use support::data;
use web::cli::cert::{self, Cert};

#[derive(Debug, Parser)]
struct Cli {
    #[command(subcommand)]
    cert: Cert,
}

/// Cases that are not decided as they should be yet, and why.
const OPEN: &[(&str, &str)] = &[
    ("dn-excluded-bmp", "directory names are not prepared as RFC 5280 section 7.1 prescribes yet"),
    ("dn-excluded-nbsp", "directory names are not prepared as RFC 5280 section 7.1 prescribes yet"),
    ("dn-excluded-nfd", "directory names are not prepared as RFC 5280 section 7.1 prescribes yet"),
];

/// Runs a case's own command inside its folder: the result, and the reason for it.
fn verify(folder: &Path, command: &str) -> (String, String) {
    let words = command.strip_prefix("interlock ").unwrap().split_whitespace();
    let words = words.map(|word| match word.strip_suffix(".pem") {
        Some(_) => folder.join(word).display().to_string(),
        None => word.to_owned(),
    });
    let cli = Cli::try_parse_from(words.chain(["--json".to_owned()])).unwrap();
    let mut out = Vec::new();
    // What cannot even be read is refused.
    let Ok(status) = cert::run(&cli.cert, &mut out) else { return ("reject".into(), "not readable".into()) };
    let verdict: Value = serde_json::from_slice(&out).unwrap();
    let result = verdict["result"].as_str().unwrap().to_owned();
    assert_eq!(status, ["accept", "reject", "", "skip"].iter().position(|name| *name == result).unwrap() as u8);
    (result, verdict["reason"].as_str().unwrap().to_owned())
}

/// Whatever a case demands, by the standards or by decision, is what the command says, except for those that are open.
#[test]
fn made_cases() {
    let Some(folders) = data::folders("cert-cases") else { return };
    let open: BTreeMap<_, _> = OPEN.iter().copied().collect();
    let (mut wrong, mut cases) = (BTreeMap::new(), 0);
    for folder in &folders {
        let case: Value =
            serde_json::from_str(&std::fs::read_to_string(folder.join("expected.json")).unwrap()).unwrap();
        let text = |field: &str| case[field].as_str().unwrap();
        let (got, reason) = verify(folder, text("cmd"));
        cases += 1;
        if got != text("want") {
            let told = format!("{} ({}): expected {}, got {got}: {reason}", text("id"), text("strength"), text("want"));
            wrong.insert(text("id").to_owned(), told);
        }
    }
    assert_eq!(cases, 59);
    let told: Vec<_> = wrong.iter().filter(|(id, _)| !open.contains_key(id.as_str())).map(|(_, told)| told).collect();
    assert!(told.is_empty(), "{told:#?}");
    let stale: Vec<_> = open.keys().filter(|id| !wrong.contains_key(**id)).collect();
    assert!(stale.is_empty(), "decided as they should be, yet among those that are not: {stale:?}");
}
