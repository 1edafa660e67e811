//! What fuzzers feed, and what must hold whatever they feed: shared by the bounded runs of every test and by the
//! coverage-guided targets in `fuzz/`.

use lab::certificate::{Outcome, Policy, Purpose, Status, pem, validate};

/// Bytes as a PEM file and as certificates and lists: anchors, intermediates, lists and chain in some roles that the
/// first byte picks.
///
/// # Panics
/// If a property of validation is broken.
pub fn certificates(data: &[u8]) {
    let _ = pem::decode(data);
    let Some((&roles, rest)) = data.split_first() else { return };
    let mut parts = split(rest);
    if parts.is_empty() {
        return;
    }
    let chain = vec![parts.remove(0)];
    let mut policy = Policy {
        at: 1_795_219_200,
        purpose: Some(if roles & 1 == 0 { Purpose::Server } else { Purpose::Client }),
        name: (roles & 2 == 0).then(|| lab::certificate::PeerName::Dns("example.com".into())),
        require_revocation: roles & 4 != 0,
        ..Policy::default()
    };
    for (i, part) in parts.into_iter().enumerate() {
        match (usize::from(roles >> 3) + i) % 3 {
            0 => policy.anchors.push(part),
            1 => policy.intermediates.push(part),
            _ => policy.crls.push(part),
        }
    }
    let validation = validate(&policy, &chain);
    let decided = validation.steps.iter().any(|step| step.status == Status::Failed);
    assert_eq!(validation.outcome == Outcome::Reject, decided, "a rejection has a failed step, and only a rejection");
    assert!(!validation.accepted() || !policy.anchors.is_empty(), "nothing is accepted without a trust anchor");
    for step in &validation.steps {
        let texts = [step.reason.wanted(), step.reason.found(), step.reason.why()];
        assert!(texts.iter().all(|text| !text.is_empty()), "{}: {:?} has no words", step.check, step.reason);
        assert!(texts.iter().map(String::len).sum::<usize>() < 4096, "{}: text that grows with the input", step.check);
        assert!(texts.iter().all(|text| !text.contains(char::is_control)), "{}: control characters", step.check);
    }
}

/// Parts, each with its length in two bytes before it; the last one takes what is left.
fn split(mut rest: &[u8]) -> Vec<Vec<u8>> {
    let mut parts = Vec::new();
    while let [high, low, tail @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*high, *low])).min(tail.len());
        parts.push(tail[..length].to_vec());
        rest = &tail[length..];
    }
    parts
}

/// The input of [`certificates`] that holds these parts.
#[must_use]
pub fn join(roles: u8, parts: &[&[u8]]) -> Vec<u8> {
    let mut data = vec![roles];
    for part in parts {
        data.extend_from_slice(&u16::try_from(part.len()).unwrap_or(u16::MAX).to_be_bytes());
        data.extend_from_slice(part);
    }
    data
}
