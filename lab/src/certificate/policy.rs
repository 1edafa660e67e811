//! What a path must satisfy.

use std::sync::Arc;

use super::trust::Trust;
use super::{PeerName, Purpose, Verified};
use crate::{check::Switches, role::Role};

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
    /// Which rules count.
    pub profile: Profile,
    /// Which checks decide: those that are switched off are computed and reported all the same.
    pub switches: Switches,
    /// Signatures that verified in earlier validations, which need not be computed again.
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
