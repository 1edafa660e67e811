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
const OPEN: &[(&str, &str)] = &[];

/// The check that has to reject a case, by what the case's id begins with; the first that fits.
const CHECKS: &[(&str, &str)] = &[
    ("any-eku-policy", "cert-policy"),
    ("bool-explicit-default", "cert-encoding"),
    ("ca-as-leaf", "cert-ca-flag"),
    ("ca-without-ku", "cert-key-usage"),
    ("crl-gentime", "cert-encoding"),
    ("crl-trailing", "cert-encoding"),
    ("crl-", "cert-revoked"),
    ("curveball", "cert-algorithm"),
    ("dn-", "cert-name-constraints"),
    ("ec-point", "cert-algorithm"),
    ("ecdsa-zero", "cert-chain"),
    ("email-", "cert-name-constraints"),
    ("empty-", "cert-encoding"),
    ("gentime-", "cert-encoding"),
    ("no-identity", "cert-subject"),
    ("nul-in-dns", "cert-name"),
    ("oid-nonminimal", "cert-encoding"),
    ("policy-critical", "cert-critical-extensions"),
    ("policy-duplicate", "cert-encoding"),
    ("policy-leaf-maps-any", "cert-policy"),
    ("rsa-e3", "cert-chain"),
    ("rsa-even", "cert-algorithm"),
    ("rsa-exponent-1", "cert-chain"),
    ("set-of-order", "cert-encoding"),
    ("smtputf8-", "cert-name-constraints"),
    ("tag-class-", "cert-encoding"),
    ("trailing-", "cert-encoding"),
    ("uri-as-host", "cert-name"),
    ("uri-", "cert-name-constraints"),
    ("utctime-", "cert-encoding"),
    ("v4-", "cert-encoding"),
    ("wildcard-ip", "cert-name"),
];

/// Runs a case's own command inside its folder: the verdict in JSON.
fn verify(folder: &Path, command: &str) -> Value {
    let words = command.strip_prefix("interlock ").unwrap().split_whitespace();
    let words = words.map(|word| match word.strip_suffix(".pem") {
        Some(_) => folder.join(word).display().to_string(),
        None => word.to_owned(),
    });
    let cli = Cli::try_parse_from(words.chain(["--json".to_owned()])).unwrap();
    let mut out = Vec::new();
    let status = cert::run(&cli.cert, &mut out).unwrap();
    let verdict: Value = serde_json::from_slice(&out).unwrap();
    let expected = ["accept", "reject", "", "skip"].get(usize::from(status)).copied();
    assert_eq!(verdict["result"].as_str(), expected);
    verdict
}

/// Whether the check that a case is about is among those that failed.
fn for_its_reason(id: &str, verdict: &Value) -> bool {
    let check = CHECKS.iter().find(|(head, _)| id.starts_with(head)).map(|(_, check)| *check);
    assert!(check.is_some(), "{id} is about no check that is written down");
    verdict["checks"].as_array().unwrap().iter().any(|step| step["ok"] == false && step["check"].as_str() == check)
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
        let verdict = verify(folder, text("cmd"));
        cases += 1;
        let (got, want) = (verdict["result"].as_str().unwrap(), text("want"));
        if got != want || (want == "reject" && !for_its_reason(text("id"), &verdict)) {
            let reason = verdict["reason"].as_str().unwrap();
            let told = format!("{} ({}): expected {want}, got {got}: {reason}", text("id"), text("strength"));
            wrong.insert(text("id").to_owned(), told);
        }
    }
    assert_eq!(cases, 59);
    let told: Vec<_> = wrong.iter().filter(|(id, _)| !open.contains_key(id.as_str())).map(|(_, told)| told).collect();
    assert!(told.is_empty(), "{told:#?}");
    let stale: Vec<_> = open.keys().filter(|id| !wrong.contains_key(**id)).collect();
    assert!(stale.is_empty(), "decided as they should be, yet among those that are not: {stale:?}");
}
