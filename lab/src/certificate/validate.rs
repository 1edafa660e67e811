//! Path validation (RFC 5280 section 6): a policy and a chain in, a verdict with every step out.

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;
use serde_json::json;

use super::checks::{self, Reason};
use super::context::Context;
use super::decode::Certificate;
use super::error::DecodeError;
use super::node::Node;
use super::origin::Origin;
use super::path::{self, Evaluated};
use super::policy::{Policy, Profile};
use super::reason::{Encoding, Form, Got};
use super::revocation::Lists;
use super::step::{Status, Step, fail};
use super::{dn, sha256};
use crate::{event, words};

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
    /// Every step, from the trust anchor down to the leaf.
    pub steps: Vec<Step>,
    /// The path, leaf first. Its last certificate is a trust anchor unless `cert-chain` failed.
    pub path: Vec<Origin>,
    /// The leaf, if it could be read.
    pub leaf: Option<Leaf>,
    /// Certificates other than the leaf that were not looked at, and why; the first few of them.
    pub left_out: Vec<LeftOut>,
}

/// What was not looked at; its text is `left-out` and the name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum LeftOut {
    /// More certificates than are.
    TooMany {
        /// So many.
        count: usize,
        /// So many are.
        most: usize,
    },
    /// One that was presented, and cannot be read.
    Presented {
        /// Its position.
        index: usize,
        /// Why.
        problem: DecodeError,
    },
    /// An intermediate that cannot be read.
    Intermediate {
        /// Its position.
        index: usize,
        /// Why.
        problem: DecodeError,
    },
    /// A trust anchor that cannot be read.
    Anchor {
        /// Its position.
        index: usize,
        /// Why.
        problem: DecodeError,
    },
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&words::told_as("left-out", self))
    }
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

    /// Why, in one sentence: the first failing step, or what was accepted.
    #[must_use]
    pub fn reason(&self) -> String {
        // What cannot be read fails no step where its check is switched off.
        let decided = self.failure().or_else(|| self.steps.first().filter(|_| !self.accepted()));
        let Some(Step { check, cert_index: index, reason, .. }) = decided else {
            return words::say("validation", "accept", &json!({}));
        };
        let why = reason.why();
        if let Reason::Encoding(Encoding::Unreadable { problem, .. } | Encoding::UnreadableList { problem, .. }) =
            reason
        {
            return words::say("validation", "unreadable", &json!({ "check": check, "why": why, "problem": problem }));
        }
        let note = self.left_out.first().filter(|_| *check == checks::CHAIN);
        let told = json!({
            "check": check,
            "index": index,
            "why": why,
            "wanted": reason.wanted(),
            "found": reason.found(),
            "note": note,
        });
        words::say("validation", "decided", &told)
    }

    /// What cannot be read is refused whatever is switched off: there is nothing to accept. There is no path either, and the
    /// leaf is who does not pass.
    fn unreadable(policy: &Policy, reason: Encoding) -> Self {
        let step = checks::find(checks::ENCODING).zip(fail(reason));
        Self {
            outcome: Outcome::Reject,
            steps: step.map(|(check, found)| found.step(check, 0, &policy.switches)).into_iter().collect(),
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
    let none = || DecodeError::new("chain", Form::OneCertificate, Got::Count { count: 0 });
    let leaf = match chain.first().ok_or_else(none).and_then(|der| Certificate::decode(der.as_ref())) {
        Ok(leaf) => leaf,
        Err(problem) => return Validation::unreadable(policy, Encoding::Unreadable { index: 0, problem }),
    };
    let allowed = |check| policy.switches.status(check, Some(false)) != event::Status::Failed;
    let lists = match Lists::decode(policy, checks::find(checks::ALGORITHM).is_some_and(allowed)) {
        Ok(lists) => lists,
        Err((index, problem)) => {
            return Validation::unreadable(policy, Encoding::UnreadableList { index, problem });
        }
    };
    let identity = identify(&leaf);
    let (nodes, left_out) = collect(policy, leaf, chain);
    let Evaluated { path, steps, .. } = path::search(&Context::new(policy, &nodes, &lists));
    let path = path.iter().map(|&node| nodes[node].origin).collect();
    let mut validation = Validation { outcome: Outcome::Accept, path, steps, leaf: Some(identity), left_out };
    if let Some(step) = validation.failure() {
        validation.outcome = if step.status == Status::Failed { Outcome::Reject } else { Outcome::Skip };
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
) -> (Vec<Node<'a>>, Vec<LeftOut>) {
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
        left_out.push(LeftOut::TooMany { count: untrusted - UNTRUSTED, most: UNTRUSTED });
    }
    for (der, origin) in anchors.chain(presented.chain(further).take(UNTRUSTED)) {
        if !seen.insert(der) {
            continue;
        }
        match Certificate::decode(der) {
            Ok(certificate) => nodes.push(Node { certificate, origin }),
            Err(problem) if left_out.len() < TOLD => left_out.push(match origin {
                Origin::Presented(index) => LeftOut::Presented { index, problem },
                Origin::Intermediate(index) => LeftOut::Intermediate { index, problem },
                Origin::Anchor(index) => LeftOut::Anchor { index, problem },
            }),
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

#[cfg(test)]
mod tests {
    use super::{Status, validate};
    use crate::certificate::{Pki, Policy, checks};
    use chacha20::ChaCha20Rng;
    use rand_core::SeedableRng as _;

    const AT: i64 = 1_790_000_000;

    /// Whatever it is, and wherever it stands, it is the leaf that does not pass.
    #[test]
    fn what_cannot_be_read_is_told_of_the_leaf() {
        let pki = Pki::generate("a.example", "b.example", AT, &mut ChaCha20Rng::from_seed([1; 32])).unwrap();
        let anchors = vec![pki.authorities.root.certificate().to_vec()];
        let lists = [pki.authorities.revocation_lists(&[], AT).unwrap(), vec![vec![1]]].concat();
        let policy = Policy { anchors, at: AT, ..Policy::default() };
        assert!(validate(&policy, pki.server.presented()).accepted());
        for found in
            [validate(&policy, &[[1]]), validate(&Policy { crls: lists, ..policy.clone() }, pki.server.presented())]
        {
            let [step] = &found.steps[..] else { panic!("{:?}", found.steps) };
            assert_eq!((step.check, step.cert_index, step.ok()), (checks::ENCODING, 0, false));
            assert!(!found.accepted());
        }
    }

    /// A check that failed somewhere failed, wherever that was; one that could not be decided somewhere is not passed.
    #[test]
    fn how_a_check_ended_over_the_path() {
        use Status::{Failed, Passed, Unsupported};
        let pki = Pki::generate("a.example", "b.example", AT, &mut ChaCha20Rng::from_seed([1; 32])).unwrap();
        let anchors = vec![pki.authorities.root.certificate().to_vec()];
        let mut found = validate(&Policy { anchors, at: AT, ..Policy::default() }, pki.server.presented());
        let steps: Vec<usize> =
            (0..found.steps.len()).filter(|&at| found.steps[at].check == checks::VALIDITY).collect();
        assert_eq!(steps.len(), 3);
        for (statuses, expected) in [
            ([Passed, Passed, Passed], Passed),
            ([Passed, Failed, Passed], Failed),
            ([Failed, Passed, Passed], Failed),
            ([Passed, Passed, Unsupported], Unsupported),
            ([Unsupported, Passed, Passed], Unsupported),
            ([Unsupported, Failed, Passed], Failed),
            ([Failed, Unsupported, Passed], Failed),
        ] {
            for (&at, status) in steps.iter().zip(statuses) {
                found.steps[at].status = status;
            }
            assert_eq!(found.status(checks::VALIDITY), Some(expected), "{statuses:?}");
        }
    }
}
