//! Path validation (RFC 5280 section 6): a policy and a chain in, a verdict with every step out.

use std::collections::BTreeSet;

use serde::Serialize;

use super::context::Context;
use super::decode::Certificate;
use super::error::DecodeError;
use super::node::Node;
use super::origin::Origin;
use super::path::{self, Evaluated};
use super::policy::{Policy, Profile};
use super::revocation::Lists;
use super::step::{Status, Step, fail};
use super::{checks, dn, sha256};
use crate::event;

/// The verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Every check that is switched on passed.
    Accept,
    /// At least one failed.
    Reject,
    /// None failed, but some need an algorithm that is out of scope.
    Skip,
}

/// The leaf's identity, for the handshake to use. Trust it as far as the outcome allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// Subject name, for people.
    pub subject: String,
    /// Subject alternative names, as `dns:…`, `ip:…`.
    pub names: Vec<String>,
    /// SubjectPublicKeyInfo, DER.
    pub spki: Vec<u8>,
    /// The key itself: 32 bytes for Ed25519.
    pub public_key: Vec<u8>,
    /// SHA-256 of the certificate.
    pub fingerprint: [u8; 32],
}

/// Everything that validation found out.
#[derive(Debug, Clone)]
pub struct Validation {
    /// The verdict.
    pub outcome: Outcome,
    /// Why, in one sentence: the first failing step, or what was accepted.
    pub reason: String,
    /// Every step, from the trust anchor down to the leaf.
    pub steps: Vec<Step>,
    /// The path, leaf first. Its last certificate is a trust anchor unless `cert-chain` failed.
    pub path: Vec<Origin>,
    /// The leaf, if it could be read.
    pub leaf: Option<Leaf>,
    /// Certificates other than the leaf that cannot be read, and why; the first few of them.
    pub left_out: Vec<String>,
}

impl Validation {
    /// Whether the path was accepted.
    #[must_use]
    pub fn accepted(&self) -> bool {
        self.outcome == Outcome::Accept
    }

    /// The first step that decided against the path.
    #[must_use]
    pub fn failure(&self) -> Option<&Step> {
        let by = |status| self.steps.iter().find(move |step| step.status == status);
        by(Status::Failed).or_else(|| by(Status::Unsupported))
    }

    /// How a check ended over the whole path: `None` where it did not apply to any certificate.
    #[must_use]
    pub fn status(&self, check: &str) -> Option<Status> {
        let mut all = self.steps.iter().filter(|step| step.check == check).map(|step| step.status);
        let first = all.next()?;
        Some(all.fold(
            first,
            |worst, status| if worst == Status::Passed || status == Status::Failed { status } else { worst },
        ))
    }

    /// What cannot be read is refused whatever is switched off: there is nothing to accept.
    fn unreadable(policy: &Policy, what: &str, index: usize, error: DecodeError) -> Self {
        let found = fail(
            format!("{}: {}", error.field, error.expected),
            error.got.clone(),
            format!("{what} {index} cannot be read"),
        );
        let step = checks::find(checks::ENCODING).zip(found);
        Self {
            outcome: Outcome::Reject,
            reason: format!("{}: {what} {index} cannot be read: {error}", checks::ENCODING),
            steps: step.map(|(check, found)| found.step(check, index, &policy.switches)).into_iter().collect(),
            path: Vec::new(),
            leaf: None,
            left_out: Vec::new(),
        }
    }
}

/// Validates the chain that a peer presented, leaf first, the others in any order.
///
/// Work and memory are bounded: linear in the input, 128 signatures, 64 paths, 250,000 comparisons with name constraints.
#[must_use]
pub fn validate<C: AsRef<[u8]>>(policy: &Policy, chain: &[C]) -> Validation {
    let leaf = match chain.first().map(|der| Certificate::decode(der.as_ref())) {
        Some(Ok(leaf)) => leaf,
        Some(Err(error)) => return Validation::unreadable(policy, "certificate", 0, error),
        None => {
            let error = DecodeError { field: "chain", expected: "at least one certificate", got: "none".into() };
            return Validation::unreadable(policy, "certificate", 0, error);
        }
    };
    let allowed = |check| policy.switches.status(check, Some(false)) != event::Status::Failed;
    let lists = match Lists::decode(policy, checks::find(checks::ALGORITHM).is_some_and(allowed)) {
        Ok(lists) => lists,
        Err((index, error)) => return Validation::unreadable(policy, "revocation list", index, error),
    };
    let identity = identify(&leaf);
    let (nodes, left_out) = collect(policy, leaf, chain);
    let Evaluated { path, steps, .. } = path::search(&Context::new(policy, &nodes, &lists));
    let path = path.iter().map(|&node| nodes[node].origin).collect();
    let mut validation = Validation {
        outcome: Outcome::Accept,
        reason: "every check passed".into(),
        path,
        steps,
        leaf: Some(identity),
        left_out,
    };
    if let Some(step) = validation.failure() {
        let outcome = if step.status == Status::Failed { Outcome::Reject } else { Outcome::Skip };
        let mut reason = format!(
            "{} of certificate {}: {}; expected {}, got {}",
            step.check, step.cert_index, step.why, step.expected, step.observed
        );
        if let Some(note) = validation.left_out.first().filter(|_| step.check == checks::CHAIN) {
            reason.push_str(&format!(" ({note})"));
        }
        (validation.outcome, validation.reason) = (outcome, reason);
    }
    validation
}

/// Whether a chain that was not accepted is by [`Profile::Rfc5280`], so that nothing but rules for issuers fails.
#[must_use]
pub fn only_issuers_rules_fail<C: AsRef<[u8]>>(policy: &Policy, chain: &[C], found: &Validation) -> bool {
    let strict = policy.effective_profile() == Profile::WebPki;
    strict && !found.accepted() && validate(&Policy { profile: Profile::Rfc5280, ..policy.clone() }, chain).accepted()
}

/// Untrusted certificates that one validation looks at; what comes after them is superfluous in any honest chain.
const UNTRUSTED: usize = 256;
/// Unreadable certificates that are told.
const TOLD: usize = 8;

/// Everything that may stand in a path, the leaf first, each certificate once; and notes on unreadable ones.
fn collect<'a, C: AsRef<[u8]>>(
    policy: &'a Policy,
    leaf: Certificate<'a>,
    chain: &'a [C],
) -> (Vec<Node<'a>>, Vec<String>) {
    let anchors = policy.anchors.iter().enumerate().map(|(i, der)| (der.as_slice(), Origin::Anchor(i)));
    let presented = chain.iter().enumerate().skip(1).map(|(i, der)| (der.as_ref(), Origin::Presented(i)));
    let further = policy.intermediates.iter().enumerate().map(|(i, der)| (der.as_slice(), Origin::Intermediate(i)));

    let mut seen = BTreeSet::from([leaf.der]);
    let trusted = policy.anchors.iter().position(|anchor| anchor.as_slice() == leaf.der);
    let origin = trusted.map_or(Origin::Presented(0), Origin::Anchor);
    let mut nodes = vec![Node { certificate: leaf, origin }];
    let mut left_out = Vec::new();
    let untrusted = (chain.len() - 1).saturating_add(policy.intermediates.len());
    if untrusted > UNTRUSTED {
        left_out.push(format!(
            "{} certificates were not looked at: only the first {UNTRUSTED} beside the leaf and the trust anchors are",
            untrusted - UNTRUSTED
        ));
    }
    for (der, origin) in anchors.chain(presented.chain(further).take(UNTRUSTED)) {
        if !seen.insert(der) {
            continue;
        }
        match Certificate::decode(der) {
            Ok(certificate) => nodes.push(Node { certificate, origin }),
            Err(error) if left_out.len() < TOLD => {
                let (what, index) = match origin {
                    Origin::Presented(index) => ("certificate", index),
                    Origin::Intermediate(index) => ("intermediate", index),
                    Origin::Anchor(index) => ("trust anchor", index),
                };
                left_out.push(format!("{what} {index} cannot be read: {error}"));
            }
            Err(_) => {}
        }
    }
    (nodes, left_out)
}

fn identify(leaf: &Certificate<'_>) -> Leaf {
    Leaf {
        subject: dn::display(leaf.subject()),
        names: leaf.names().iter().map(dn::general_name).collect(),
        spki: leaf.spki().to_vec(),
        public_key: leaf.x509.tbs_certificate.subject_pki.subject_public_key.data.to_vec(),
        fingerprint: sha256(leaf.der),
    }
}
