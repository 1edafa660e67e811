//! Who signs a forged leaf.

use rand_core::CryptoRng;

use crate::certificate::{
    Purpose,
    issue::{Credential, Error, Extension, KeyUse, Limits, Template, Validity},
    pki::{ATTACKER_NAME, AUTHORITY_DAYS, Authorities, LEAF_DAYS, POLICIES},
};

/// policyConstraints with requireExplicitPolicy 0 (RFC 5280 section 4.2.1.11).
const REQUIRE_POLICY: [u8; 5] = [0x30, 0x03, 0x80, 0x01, 0x00];

/// Who signs a forged leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signer {
    /// The leaf's own key.
    Itself,
    /// An authority that nobody trusts.
    Stranger,
    /// Authorities with the genuine ones' names and key identifiers, but other keys.
    Lookalike,
    /// The genuine issuing authority.
    Genuine,
    /// An honest end-entity certificate of the attacker's.
    Leaf,
    /// An authority below a genuine one that may have no authority below it.
    TooDeep,
    /// A genuine authority that may issue for the attacker's domain only.
    Constrained,
    /// A genuine authority below which every certificate has to state its policy.
    Restricted,
    /// A genuine authority whose key may sign revocation lists only.
    Lists,
    /// A genuine authority with an empty subject.
    Nameless,
}

impl Signer {
    /// The signing credential, or `None` where the leaf signs itself.
    pub(super) fn prepare(
        self,
        genuine: &Authorities,
        purpose: Purpose,
        at: i64,
        rng: &mut dyn CryptoRng,
    ) -> Result<Option<Credential>, Error> {
        let years = Validity::around(at, AUTHORITY_DAYS);
        let authority = |name: &str, limits| Template { authority: Some(limits), ..Template::authority(name, years) };
        let signer = match self {
            Self::Itself => return Ok(None),
            Self::Genuine => genuine.intermediate.clone(),
            Self::Stranger => Credential::self_signed(&Template::authority("Unknown root", years), rng)?
                .issue(&Template::authority("Unknown authority", years), rng)?,
            Self::Lookalike => Credential::self_signed(&genuine.root.lookalike(), rng)?
                .issue(&genuine.intermediate.lookalike(), rng)?,
            // Without a key usage extension: the cA flag alone then tells that this key signs no certificates.
            Self::Leaf => genuine.intermediate.issue(
                &Template {
                    key_use: KeyUse::Unsaid,
                    ..Template::leaf(ATTACKER_NAME, purpose, Validity::around(at, LEAF_DAYS))
                },
                rng,
            )?,
            Self::TooDeep => genuine
                .root
                .issue(&authority("Hosted authority", Limits { path_length: Some(0), ..Limits::default() }), rng)?
                .issue(&authority("Authority too many", Limits::default()), rng)?,
            Self::Constrained => genuine.root.issue(
                &authority(
                    "Constrained authority",
                    Limits { permitted: vec![ATTACKER_NAME.into()], path_length: None },
                ),
                rng,
            )?,
            Self::Restricted => {
                let extensions = vec![
                    Extension { oid: &[2, 5, 29, 32], critical: false, value: POLICIES.to_vec() },
                    Extension { oid: &[2, 5, 29, 36], critical: true, value: REQUIRE_POLICY.to_vec() },
                ];
                genuine
                    .root
                    .issue(&Template { extensions, ..Template::authority("Restricted authority", years) }, rng)?
            }
            Self::Lists => {
                let signer = Template::authority("Revocation authority", years);
                genuine.root.issue(&Template { key_use: KeyUse::Lists, ..signer }, rng)?
            }
            Self::Nameless => genuine.root.issue(&Template::authority("", years), rng)?,
        };
        Ok(Some(signer))
    }
}
