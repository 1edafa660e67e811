//! Path validation as findings: one for each check, the worst over all certificates of the path.

use crate::{
    certificate::{self, PeerName, Policy, Step, Trust},
    check::{Check, Switches},
    checks,
    encryption::{EncryptionKey, LEAST_BITS, MOST_BITS},
    finding::Finding,
    misfit::{Given, Misfit, Need},
    role::Role,
    seen::Seen,
};

/// Validates the chain of `owner`, who has to prove `name`, where one is expected.
///
/// # Errors
/// `name` is none that anybody could be certified for.
pub(super) fn findings(
    owner: Role,
    chain: &[Vec<u8>],
    trust: &Trust,
    name: Option<&str>,
    now: i64,
    switches: &Switches,
) -> Result<Vec<Finding>, Misfit> {
    let name = name
        .map(|name| name.parse::<PeerName>().map_err(|_| Misfit::new("peer_name", Need::PeerName, Given::text(name))))
        .transpose()?;
    let policy = Policy::of(owner, trust, name, now, switches.clone());
    let validation = certificate::validate(&policy, chain);
    Ok(checks::of_certificates().map(|check| finding(check, &validation.steps)).collect())
}

/// The key that the leaf certifies, as it stands there.
pub(super) fn leaf_key(chain: &[Vec<u8>]) -> Result<Vec<u8>, Misfit> {
    let leaf = chain.first().map(Vec::as_slice).unwrap_or_default();
    certificate::leaf_key(leaf)
        .map_err(|problem| Misfit::new("chain", Need::LeafKey, Given::Problem { problem: problem.into() }))
}

/// The RSA key that the leaf certifies.
pub(super) fn leaf_encryption_key(chain: &[Vec<u8>]) -> Result<Vec<u8>, Misfit> {
    let key = leaf_key(chain)?;
    let need = Need::EncryptionKey { least: LEAST_BITS, most: MOST_BITS };
    EncryptionKey::from_der(&key).ok_or_else(|| Misfit::new("chain", need, Given::Without))?;
    Ok(key)
}

/// The first DNS name that the leaf is for.
pub(super) fn leaf_name(chain: &[Vec<u8>]) -> Result<String, Misfit> {
    let leaf = chain.first().map(Vec::as_slice).unwrap_or_default();
    let misfit = |got| Misfit::new("chain", Need::LeafName, got);
    let name = certificate::leaf_name(leaf).map_err(|problem| misfit(Given::Problem { problem: problem.into() }))?;
    name.ok_or_else(|| misfit(Given::Without))
}

fn finding(check: &'static Check, steps: &[Step]) -> Finding {
    let of_check = || steps.iter().filter(|step| step.check == check.id);
    match of_check().find(|step| !step.holds).or_else(|| of_check().next_back()) {
        None => Finding { check, holds: None, expected: Seen::NotApplicable, observed: Seen::NothingOnPath },
        Some(step) => Finding {
            check,
            holds: Some(step.holds),
            expected: Seen::Wanted { of: Box::new(step.reason.clone()) },
            observed: Seen::Found { of: Box::new(step.reason.clone()) },
        },
    }
}
