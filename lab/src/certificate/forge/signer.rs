//! Who signs a forged leaf.

use rand_core::CryptoRng;

use super::Form;
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
    /// The same, whose self-signed certificate is sent along.
    StrangerSent,
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
    /// A genuine authority for the victim's domain, below one that may issue for the attacker's only.
    ConstrainedAbove,
    /// A genuine authority for certificates of the other purpose only.
    OtherPurpose,
    /// A genuine authority that the root revoked.
    Revoked,
    /// A genuine authority below which every certificate has to state its policy.
    Restricted,
    /// A genuine authority whose key may sign revocation lists only.
    Lists,
    /// A genuine authority with an empty subject.
    Nameless,
}

impl Signer {
    /// The authorities made for it, the last of which signs; none where the leaf signs itself.
    pub(super) fn prepare(
        self,
        form: Form,
        genuine: &Authorities,
        purpose: Purpose,
        at: i64,
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<Credential>, Error> {
        let years = Validity::around(at, AUTHORITY_DAYS);
        let authority = |name: &str, limits| Template { authority: Some(limits), ..Template::authority(name, years) };
        let flawed = form == Form::Flawed;
        Ok(match self {
            Self::Itself if flawed => Vec::new(),
            Self::Stranger | Self::StrangerSent if flawed => {
                let root = Template { key: Some(genuine.keys()), ..Template::authority("Unknown root", years) };
                let root = Credential::self_signed(&root, rng)?;
                vec![root.issue(&Template::authority("Unknown authority", years), rng)?]
            }
            Self::Stranger | Self::StrangerSent => {
                vec![genuine.root.issue(&Template::authority("Unknown authority", years), rng)?]
            }
            Self::Lookalike if flawed => {
                let root = Credential::self_signed(&genuine.root.lookalike(), rng)?;
                vec![root.issue(&genuine.intermediate.lookalike(), rng)?]
            }
            Self::Itself | Self::Lookalike | Self::Genuine => vec![genuine.intermediate.clone()],
            // Without a key usage extension: the cA flag alone then tells that this key signs no certificates.
            Self::Leaf => {
                let leaf = Template::leaf(ATTACKER_NAME, purpose, Validity::around(at, LEAF_DAYS));
                let template = match form {
                    Form::Flawed => Template { key_use: KeyUse::Unsaid, ..leaf },
                    Form::Mended => Template { authority: Some(Limits::default()), names: Vec::new(), ..leaf },
                };
                vec![genuine.intermediate.issue(&template, rng)?]
            }
            Self::TooDeep => {
                let path_length = Some(if flawed { 0 } else { 1 });
                let hosted = authority("Hosted authority", Limits { path_length, ..Limits::default() });
                let hosted = genuine.root.issue(&hosted, rng)?;
                let below = hosted.issue(&authority("Authority too many", Limits::default()), rng)?;
                vec![hosted, below]
            }
            Self::Constrained => {
                let own = vec![ATTACKER_NAME.into()];
                let permitted = if flawed { own } else { genuine.intermediate.template().permitted() };
                let limits = Limits { permitted, path_length: None };
                vec![genuine.root.issue(&authority("Constrained authority", limits), rng)?]
            }
            Self::ConstrainedAbove => {
                let issuing = genuine.intermediate.template().permitted();
                let own = vec![ATTACKER_NAME.into()];
                let permitted = if flawed { own } else { issuing.clone() };
                let above = Limits { permitted, path_length: None };
                let above = genuine.root.issue(&authority("Constrained authority", above), rng)?;
                let below = Limits { permitted: issuing, path_length: None };
                let below = above.issue(&authority("Authority below", below), rng)?;
                vec![above, below]
            }
            Self::OtherPurpose => {
                let purposes = vec![if flawed { purpose.opposite() } else { purpose }];
                let signer = Template { purposes, ..Template::authority("Authority for one purpose", years) };
                vec![genuine.root.issue(&signer, rng)?]
            }
            Self::Revoked => vec![genuine.root.issue(&Template::authority("Former authority", years), rng)?],
            Self::Restricted => {
                let extensions = vec![
                    Extension { oid: &[2, 5, 29, 32], critical: false, value: POLICIES.to_vec() },
                    Extension { oid: &[2, 5, 29, 36], critical: true, value: REQUIRE_POLICY.to_vec() },
                ];
                let template = Template { extensions, ..Template::authority("Restricted authority", years) };
                vec![genuine.root.issue(&template, rng)?]
            }
            Self::Lists => {
                let key_use = if flawed { KeyUse::Lists } else { KeyUse::Usual };
                let signer = Template { key_use, ..Template::authority("Revocation authority", years) };
                vec![genuine.root.issue(&signer, rng)?]
            }
            Self::Nameless => {
                let name = if flawed { "" } else { "Named authority" };
                vec![genuine.root.issue(&Template::authority(name, years), rng)?]
            }
        })
    }

    /// What a leaf has to say on behalf of its signer.
    pub(super) fn demand(self, form: Form, leaf: Template) -> Template {
        match (self, form) {
            (Self::Restricted, Form::Mended) => {
                let stated = Extension { oid: &[2, 5, 29, 32], critical: false, value: POLICIES.to_vec() };
                Template { extensions: vec![stated], ..leaf }
            }
            _ => leaf,
        }
    }
}
