//! The validator against rustls-webpki on the same chains. Where the two differ, a written reason stands in
//! `data/webpki-differences.txt`, and only there.

use std::collections::BTreeMap;
use std::time::Duration;

use lab::certificate::limbo::{Input, Suite};
use lab::certificate::{Outcome, PeerName, Policy, Purpose, validate};
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer, ServerName, UnixTime};
use support::data;
use webpki::{BorrowedCertRevocationList, CertRevocationList, EndEntityCert, KeyUsage, RevocationOptionsBuilder};

const NOW: i64 = 1_795_219_200;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Accept,
    Reject,
}

fn ours(input: &Input) -> Option<Verdict> {
    let policy = Policy { name: input.names.first().cloned(), ..input.policy.clone() };
    match validate(&policy, &input.chain).outcome {
        Outcome::Accept => Some(Verdict::Accept),
        Outcome::Reject => Some(Verdict::Reject),
        Outcome::Skip => None,
    }
}

/// webpki's verdict, and its error.
fn theirs(input: &Input) -> (Verdict, String) {
    match judge(input) {
        Ok(()) => (Verdict::Accept, String::new()),
        Err(error) => (Verdict::Reject, error.to_string()),
    }
}

fn judge(input: &Input) -> Result<(), webpki::Error> {
    let policy = &input.policy;
    let ders = |all: &[Vec<u8>]| all.iter().cloned().map(CertificateDer::from).collect::<Vec<_>>();
    let (roots, leaf) = (ders(&policy.anchors), CertificateDer::from(input.chain[0].clone()));
    let anchors = roots.iter().map(webpki::anchor_from_trusted_cert).collect::<Result<Vec<_>, _>>()?;
    let certificate = EndEntityCert::try_from(&leaf)?;
    let lists = policy.crls.iter().cloned().map(CertificateRevocationListDer::from).collect::<Vec<_>>();
    let lists: Vec<CertRevocationList<'_>> = lists
        .iter()
        .map(|der| BorrowedCertRevocationList::from_der(der).map(CertRevocationList::from))
        .collect::<Result<_, _>>()?;
    let lists: Vec<_> = lists.iter().collect();
    let revocation = RevocationOptionsBuilder::new(&lists).ok().map(webpki::RevocationOptionsBuilder::build);
    let usage = if policy.purpose == Some(Purpose::Client) { KeyUsage::client_auth() } else { KeyUsage::server_auth() };
    let at = UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(policy.at).unwrap()));
    certificate.verify_for_usage(
        webpki::ALL_VERIFICATION_ALGS,
        &anchors,
        &ders(&policy.intermediates),
        at,
        usage,
        revocation,
        None,
    )?;
    match input.names.first() {
        Some(PeerName::Dns(name)) => {
            certificate.verify_is_valid_for_subject_name(&ServerName::try_from(name.as_str()).unwrap())
        }
        Some(PeerName::Ip(address)) => {
            certificate.verify_is_valid_for_subject_name(&ServerName::IpAddress((*address).into()))
        }
        Some(PeerName::Email(_)) | None => Ok(()),
    }
}

/// `id ours reason…` lines; `#` begins a comment.
fn reasons() -> BTreeMap<&'static str, (Verdict, &'static str)> {
    let lines = include_str!("../../data/webpki-differences.txt").lines();
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let mut words = line.splitn(3, ' ');
            let (id, verdict, reason) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
            let verdict = match verdict {
                "accept" => Verdict::Accept,
                "reject" => Verdict::Reject,
                other => panic!("{id}: expected accept or reject, got {other}"),
            };
            assert!(reason.len() > 10, "{id}: a reason is more than a word");
            (id, (verdict, reason))
        })
        .collect()
}

#[test]
fn every_difference_has_a_reason() {
    let reasons = reasons();
    let mut found = BTreeMap::new();
    for path in ["x509-limbo/core.limbo.json.zst", "x509-limbo/bettertls.limbo.json.zst"] {
        let Some(bytes) = data::bytes(path) else { return };
        let suite = Suite::parse(std::str::from_utf8(&bytes).unwrap()).unwrap();
        for case in &suite.testcases {
            let Ok(input) = case.input(NOW) else { continue };
            let Some(ours) = ours(&input) else { continue };
            let (theirs, error) = theirs(&input);
            if ours != theirs {
                found.insert(case.id.clone(), (ours, error));
            }
        }
    }
    let unwritten: Vec<_> = found
        .iter()
        .filter(|(id, (ours, _))| reasons.get(id.as_str()).is_none_or(|(written, _)| written != ours))
        .map(|(id, (ours, error))| format!("{id} {ours:?} (webpki: {error:?})"))
        .collect();
    assert!(unwritten.is_empty(), "no reason is written for:\n{}", unwritten.join("\n"));
    for id in reasons.keys() {
        assert!(found.contains_key(*id), "{id}: a reason is written, but there is no difference");
    }
}
