//! What a path must satisfy.

use std::str::FromStr;
use std::sync::Arc;

use serde_json::json;

use super::trust::Trust;
use super::{PeerName, Purpose, Verified};
use crate::{check::Switches, refusal::Refusal, role::Role};

/// Which rules count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Profile {
    /// [`Profile::WebPki`] when a server's name is expected, otherwise [`Profile::Rfc5280`]; without the rules that many
    /// honest certificates of private authorities break: authorities must state their key usage, and a server's
    /// certificate must not be an authority's.
    #[default]
    Automatic,
    /// What RFC 5280 section 6 asks of those who rely on a certificate.
    Rfc5280,
    /// Also what RFC 5280 section 4 and the CA/Browser Forum's Baseline Requirements ask of issuers.
    WebPki,
}

/// What a verifier wishes as to certificate policies (RFC 5280 section 6.1.1 (c) and (e) to (g)); by default nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PolicyInputs {
    /// The policies that are accepted (initial-policy-set); none stands for all. They matter where one is required, by
    /// `explicit` or by an authority.
    pub accepted: Vec<PolicyId>,
    /// Whether the path must be valid under a policy (initial-explicit-policy).
    pub explicit: bool,
    /// Whether authorities may not take one policy for another (initial-policy-mapping-inhibit).
    pub inhibit_mapping: bool,
    /// Whether anyPolicy stands for no policy in particular (initial-any-policy-inhibit).
    pub inhibit_any: bool,
}

impl PolicyInputs {
    /// Whether a policy is accepted: the content of an object identifier.
    pub(super) fn accepts(&self, policy: &[u8]) -> bool {
        self.accepted.is_empty() || self.accepted.iter().any(|accepted| accepted.0 == policy)
    }
}

/// A certificate policy: an object identifier, as its content is encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyId(Vec<u8>);

/// Text that is no object identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyIdError(String);

impl From<&PolicyIdError> for Refusal {
    fn from(PolicyIdError(got): &PolicyIdError) -> Self {
        Self::new("policy-id", json!({ "got": got }))
    }
}

crate::refused!(PolicyIdError);

impl FromStr for PolicyId {
    type Err = PolicyIdError;

    fn from_str(text: &str) -> Result<Self, PolicyIdError> {
        let bad = || PolicyIdError(text.to_owned());
        let number = |arc: &str| {
            let digits = !arc.is_empty() && arc.bytes().all(|byte| byte.is_ascii_digit());
            let shortest = arc == "0" || !arc.starts_with('0');
            arc.parse::<u64>().ok().filter(|_| digits && shortest).ok_or_else(bad)
        };
        let arcs = text.split('.').map(number).collect::<Result<Vec<_>, _>>()?;
        let (first, second, rest) = match *arcs.as_slice() {
            [first @ 0..=1, second @ 0..=39, ref rest @ ..] | [first @ 2, second, ref rest @ ..] => {
                (first, second, rest)
            }
            _ => return Err(bad()),
        };
        // X.690 section 8.19: the first two arcs in one number, each number in groups of seven bits.
        let head = second.checked_add(40 * first).ok_or_else(bad)?;
        let mut content = Vec::new();
        for arc in std::iter::once(&head).chain(rest) {
            let groups = (64 - arc.leading_zeros()).div_ceil(7).max(1);
            for group in (0..groups).rev() {
                let bits = u8::try_from(arc >> (7 * group) & 0x7f).unwrap_or_default();
                content.push(if group == 0 { bits } else { bits | 0x80 });
            }
        }
        Ok(Self(content))
    }
}

/// What a path must satisfy. All certificates and lists are DER.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// Trust anchors.
    pub anchors: Vec<Vec<u8>>,
    /// Further certificates that may stand in the path, trusted no more than those presented.
    pub intermediates: Vec<Vec<u8>>,
    /// When: unix seconds.
    pub at: i64,
    /// For whom, if for anybody in particular.
    pub name: Option<PeerName>,
    /// What for, if for anything in particular.
    pub purpose: Option<Purpose>,
    /// Most intermediate authorities, those that are self-issued not counted.
    pub max_depth: Option<usize>,
    /// Revocation lists.
    pub crls: Vec<Vec<u8>>,
    /// Whether a certificate without a list of its issuer is refused.
    pub require_revocation: bool,
    /// SHA-256 of public keys (SubjectPublicKeyInfo), one of which must be in the path; none is no demand.
    pub pins: Vec<[u8; 32]>,
    /// The verifier's wishes as to certificate policies.
    pub policies: PolicyInputs,
    /// Which rules count.
    pub profile: Profile,
    /// Which checks decide: those that are switched off are computed and reported all the same.
    pub switches: Switches,
    /// What was found good in earlier validations, and need not be looked at again.
    pub verified: Option<Arc<Verified>>,
}

impl Policy {
    /// By what a victim judges the chain of its peer `owner`, who has to prove `name` where one is expected.
    #[must_use]
    pub fn of(owner: Role, trust: &Trust, name: Option<PeerName>, at: i64, switches: Switches) -> Self {
        Self {
            anchors: trust.anchors.clone(),
            crls: trust.revocation_lists.clone(),
            pins: trust.pins.clone(),
            verified: trust.verified.clone(),
            at,
            name,
            purpose: Some(Purpose::of(owner)),
            switches,
            ..Self::default()
        }
    }

    /// The profile that [`Profile::Automatic`] stands for here.
    #[must_use]
    pub fn effective_profile(&self) -> Profile {
        match self.profile {
            Profile::Automatic if self.purpose == Some(Purpose::Server) && self.name.is_some() => Profile::WebPki,
            Profile::Automatic => Profile::Rfc5280,
            chosen => chosen,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The web's rules are for who asks a server for its name, unless a profile is asked for.
    #[test]
    fn the_profile_follows_from_who_asks() {
        let name = || Some("a.example".parse().unwrap());
        for (purpose, name, automatic) in [
            (Some(Purpose::Server), name(), Profile::WebPki),
            (Some(Purpose::Server), None, Profile::Rfc5280),
            (Some(Purpose::Client), name(), Profile::Rfc5280),
            (None, name(), Profile::Rfc5280),
            (None, None, Profile::Rfc5280),
        ] {
            let policy = |profile| Policy { purpose, name: name.clone(), profile, ..Policy::default() };
            assert_eq!(policy(Profile::Automatic).effective_profile(), automatic);
            for profile in [Profile::WebPki, Profile::Rfc5280] {
                assert_eq!(policy(profile).effective_profile(), profile);
            }
        }
    }

    /// The example of X.690 section 8.19.5, anyPolicy, and what is none.
    #[test]
    fn policy_ids() {
        for (text, content) in [
            ("2.999.3", &[0x88, 0x37, 3][..]),
            ("2.5.29.32.0", &[0x55, 0x1d, 0x20, 0]),
            ("2.23.140.1.2.1", &[0x67, 0x81, 0x0c, 1, 2, 1]),
            ("1.3.6.1.4.1.311.21", &[0x2b, 6, 1, 4, 1, 0x82, 0x37, 21]),
            ("0.39", &[39]),
        ] {
            assert_eq!(text.parse::<PolicyId>().map(|id| id.0), Ok(content.to_vec()), "{text}");
        }
        for text in ["", "1", "1.", ".1", "3.1", "1.40", "1.2.x", "1.02", "1.+2", "1.2.99999999999999999999"] {
            assert!(text.parse::<PolicyId>().is_err(), "{text}");
        }
    }
}
