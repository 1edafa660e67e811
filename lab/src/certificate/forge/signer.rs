//! Who signs a forged leaf.

use rand_core::CryptoRng;

use super::{Form, generator};
use crate::certificate::{
    KeyType, Purpose,
    der::tlv,
    issue::{Credential, Error, Extension, KeyUse, Limits, Template, Validity},
    pki::{ATTACKER_NAME, AUTHORITY_DAYS, Authorities, LEAF_DAYS, POLICIES},
};
use crate::encryption::USUAL_BITS;

/// policyConstraints with requireExplicitPolicy 0 (RFC 5280 section 4.2.1.11).
const REQUIRE_POLICY: [u8; 5] = [0x30, 0x03, 0x80, 0x01, 0x00];

/// Bits of a modulus that is factored (NIST SP 800-131A rules it out).
const SHORT: usize = 1024;

/// nameConstraints with these DNS names as excluded subtrees (RFC 5280 section 4.2.1.10).
fn excluding(names: impl Iterator<Item = String>) -> Vec<u8> {
    let subtrees: Vec<u8> = names.flat_map(|name| tlv(0x30, &tlv(0x82, name.as_bytes()))).collect();
    tlv(0x30, &tlv(0xa1, &subtrees))
}

/// Who signs a forged leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signer {
    /// The leaf's own key.
    Itself,
    /// An authority that nobody trusts.
    Stranger,
    /// The same, whose self-signed certificate is sent along.
    StrangerSent,
    /// An authority below a root that stands among those of the system, and not among the victim's own.
    OfTheSystem,
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
    /// A genuine authority that may issue for every domain but those of its customers.
    Excluding,
    /// The same, whose limit is written in capitals.
    ExcludingInCapitals,
    /// A genuine authority without limits.
    Unlimited,
    /// A genuine authority with an RSA key.
    Rsa,
    /// A genuine authority with an RSA key of 1024 bits.
    ShortKey,
    /// A genuine authority with an empty subject.
    Nameless,
    /// A copy of the genuine root, with its key, and a generator for which the attacker knows the secret of that; sent along.
    OwnGenerator,
    /// An authority below a root that is trusted for the attacker's domain only.
    ConstrainedRoot,
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
            Self::OfTheSystem => {
                let root = Template { key: Some(genuine.keys()), ..Template::authority("Root of the system", years) };
                let root = Credential::self_signed(&root, rng)?;
                let by = if flawed { &root } else { &genuine.root };
                let below = by.issue(&Template::authority("Authority below", years), rng)?;
                vec![root, below]
            }
            Self::Lookalike if flawed => {
                let root = Credential::self_signed(&genuine.root.lookalike(), rng)?;
                vec![root.issue(&genuine.intermediate.lookalike(), rng)?]
            }
            Self::OwnGenerator if flawed => {
                let copy = Template { key: Some(KeyType::P256), ..genuine.root.lookalike() };
                let copy = Credential::self_signed(&copy, rng)?;
                let point = generator::point(genuine.root.key(), copy.key()).to_vec();
                vec![generator::with_own_generator(copy, &point)]
            }
            Self::OwnGenerator => vec![genuine.root.clone()],
            Self::ConstrainedRoot => {
                let issuing = genuine.intermediate.template().permitted();
                let permitted = if flawed { vec![ATTACKER_NAME.into()] } else { issuing.clone() };
                let root = authority("Constrained root", Limits { permitted, path_length: None });
                let root = Credential::self_signed(&Template { key: Some(genuine.keys()), ..root }, rng)?;
                let below = authority("Authority below", Limits { permitted: issuing, path_length: None });
                let below = root.issue(&below, rng)?;
                vec![root, below]
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
            Self::Excluding | Self::ExcludingInCapitals => {
                let excluded =
                    if flawed { genuine.intermediate.template().permitted() } else { vec![ATTACKER_NAME.to_owned()] };
                let capitals = self == Self::ExcludingInCapitals;
                let excluded = excluded.into_iter().map(|name| if capitals { name.to_ascii_uppercase() } else { name });
                let limit = Extension { oid: &[2, 5, 29, 30], critical: true, value: excluding(excluded) };
                let name = "Authority with exclusions";
                vec![
                    genuine
                        .root
                        .issue(&Template { extensions: vec![limit], ..Template::authority(name, years) }, rng)?,
                ]
            }
            Self::Unlimited => vec![genuine.root.issue(&Template::authority("Unlimited authority", years), rng)?],
            Self::Rsa | Self::ShortKey => {
                let bits = if flawed && self == Self::ShortKey { SHORT } else { USUAL_BITS };
                let signer =
                    Template { key: Some(KeyType::Rsa { bits }), ..Template::authority("RSA authority", years) };
                vec![genuine.root.issue(&signer, rng)?]
            }
            Self::Nameless => {
                let name = if flawed { "" } else { "Named authority" };
                vec![genuine.root.issue(&Template::authority(name, years), rng)?]
            }
        })
    }

    /// The trust anchor against which what it signs is to be held, where that is one of its own.
    pub(super) fn anchor(self, signers: &[Credential]) -> Option<&Credential> {
        signers.first().filter(|_| self == Self::ConstrainedRoot)
    }

    /// The root that the system trusts and the victim does not, where there is one.
    pub(super) fn of_the_system(self, signers: &[Credential]) -> Option<&Credential> {
        signers.first().filter(|_| self == Self::OfTheSystem)
    }

    /// What no authority signs by itself: signs the finished certificate again.
    pub(super) fn finish(self, leaf: Credential, signer: &Credential, genuine: &Authorities) -> Credential {
        match self {
            Self::OwnGenerator => generator::signed_by(leaf, generator::point(genuine.root.key(), signer.key())),
            _ => leaf,
        }
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
