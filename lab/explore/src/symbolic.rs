//! The algebra of terms: what parties compute with while the explorer looks.

use crate::term::{Free, Shape, Term};
use lab::{
    algebra::{
        Algebra, Misfit,
        real::{Real, Value},
    },
    certificate::checks::{NAME, PIN},
    check::Switches,
    finding::Finding,
    group::{Group, named},
    misfit::{Given, Need},
    mode::{Message, Mode, Relation, Variant},
    term::{Op, Sort},
};
use std::{collections::BTreeMap, sync::Arc};

/// The groups of a mode: what is known of them in numbers, looked up once.
#[derive(Debug, Default)]
pub struct Groups {
    own: Option<Group>,
    found: BTreeMap<(&'static str, &'static str), Option<bool>>,
}

impl Groups {
    /// The groups of a mode with the server's own one, and what each check of a group finds in them.
    pub fn of(mode: &Mode, own: Option<Group>) -> Self {
        let mut groups = Self { own, found: BTreeMap::new() };
        let all: Vec<Group> = mode.published_groups().chain(groups.own.clone()).collect();
        let real = Real::new([0; 32]);
        for step in mode.steps() {
            let lab::mode::Act::Check(relation, _) = step.act else { continue };
            for group in all.iter().filter(|_| relation.sorts() == Some(&[Sort::Group])) {
                let looked = real.relate(relation, &[Value::Group(group.clone())], &Switches::default());
                for finding in looked.unwrap_or_default() {
                    groups.found.insert((finding.check.id, group.name()), finding.holds);
                }
            }
        }
        groups
    }

    /// The groups of a mode as a variant deploys it.
    pub fn deployed(mode: &Mode, variant: Option<&Variant>) -> Self {
        Self::of(mode, variant.and_then(|variant| variant.own_group(&BTreeMap::new())))
    }

    /// The server's own group.
    pub fn own(&self) -> Option<Term> {
        self.own.as_ref().map(|group| Term::group(group.name()))
    }

    /// The check is one of groups, and its finding is known.
    pub fn looked_at(&self, check: &str) -> bool {
        self.found.keys().any(|(of, _)| *of == check)
    }

    /// What checks of groups find wrong, but for those that do not decide: check, group.
    pub fn refused(&self, unenforced: &[&str]) -> Vec<(&'static str, &'static str)> {
        let wrong =
            self.found.iter().filter(|((check, _), holds)| **holds == Some(false) && !unenforced.contains(check));
        wrong.map(|(of, _)| *of).collect()
    }

    fn find(&self, name: &str) -> Option<Group> {
        self.own.clone().filter(|own| own.name() == name).or_else(|| named::find(name))
    }
}

/// Whether logarithms in this group are the attacker's to compute: in every group that is not a published one.
pub fn is_weak(group: &Term) -> bool {
    matches!(group.shape(), Shape::Group(name) if named::find(name).is_none())
}

/// In this group an answer is the ciphertext of a key encapsulation mechanism.
pub fn encapsulates(group: &Term) -> bool {
    matches!(group.shape(), Shape::Group(name) if matches!(named::find(name), Some(Group::X25519MlKem768)))
}

/// Computes with terms; what a party draws carries its name.
#[derive(Clone)]
pub struct Terms {
    party: Arc<str>,
    groups: Arc<Groups>,
}

impl Terms {
    /// The algebra of a party of this name.
    pub fn new(party: &str, groups: Arc<Groups>) -> Self {
        Self { party: party.into(), groups }
    }
}

fn misfit(what: &str, got: &Term) -> Misfit {
    Misfit::new(what, Need::Sorts, Given::Text { text: got.to_string() })
}

/// The group that an element is of, where its form tells.
pub(crate) fn group_of(element: &Term) -> Option<&Term> {
    match element.shape() {
        Shape::Power(base, _) => group_of(base),
        Shape::Generator(group) | Shape::Degenerate(group) => Some(group),
        Shape::Of(Free::GeneratorUnder, args) => args.first(),
        _ => None,
    }
}

fn public(group: &Term, secret: &Term) -> Term {
    Term::power(&Term::generator(group), secret)
}

/// What a secret and the peer's public value agree on.
///
/// # Errors
/// The public value is one of another group.
pub fn agree(group: &Term, secret: &Term, peer: &Term) -> Result<Term, Misfit> {
    if group_of(peer).is_some_and(|of| of != group) {
        return Err(misfit("public value", peer));
    }
    if !encapsulates(group) {
        return Ok(Term::power(peer, secret));
    }
    Ok(match peer.shape() {
        Shape::Of(Free::Encapsulation, args) if args[0] == public(group, secret) => {
            Term::of(Free::Encapsulated, args.clone())
        }
        _ => Term::of(Free::Rejected, [secret.clone(), peer.clone()]),
    })
}

/// A key that may be encapsulated to: any public value of the group.
fn encapsulable<'a>(group: &Term, peer: &'a Term) -> Result<&'a Term, Misfit> {
    if group_of(peer) == Some(group) { Ok(peer) } else { Err(misfit("public value", peer)) }
}

impl Algebra for Terms {
    type Value = Term;
    type Wire = (&'static str, Vec<Term>);
    type Transcript = Vec<Term>;

    fn fresh(&mut self, name: &'static str, _: Sort, _: Option<&Term>) -> Result<Term, Misfit> {
        Ok(Term::name(name, &self.party))
    }

    /// What is drawn is a name, which nobody guesses, whatever a generator starts from.
    fn seed(&mut self, _: &Term) -> Result<(), Misfit> {
        Ok(())
    }

    fn apply(&self, op: Op, args: &[Term]) -> Result<Term, Misfit> {
        let free = |function| Ok(Term::of(function, args));
        let [one, rest @ ..] = args else { return Err(misfit(&op.to_string(), &Term::tuple(args))) };
        let shapes = (one.shape(), rest.first().map(Term::shape));
        match op {
            Op::Preferred => match one.shape() {
                Shape::Offers(_, groups) if !groups.is_empty() => Ok(Term::group(groups[0])),
                _ => Err(misfit("offers", one)),
            },
            Op::Pick => match shapes {
                (Shape::Offers(mode, offered), Some(Shape::Offers(own, supported))) if mode == own => {
                    let group = offered.iter().find(|group| supported.contains(group));
                    group.map(|group| Term::choice(mode, group)).ok_or_else(|| misfit("offers", one))
                }
                _ => Err(misfit("offers", one)),
            },
            Op::Accept => match shapes {
                (Shape::Offers(mode, offered), Some(Shape::Choice(own, group)))
                    if mode == own && offered.contains(group) =>
                {
                    Ok(rest[0].clone())
                }
                _ => Err(misfit("choice", &args[args.len() - 1])),
            },
            Op::GroupOf => match one.shape() {
                Shape::Choice(_, group) if named::find(group).is_some() => Ok(Term::group(group)),
                _ => Err(misfit("choice", one)),
            },
            Op::ServerGroup => match (one.shape(), rest) {
                (Shape::Choice(_, lab::group::own::OWN), [own]) => Ok(own.clone()),
                (_, _) => self.apply(Op::GroupOf, std::slice::from_ref(one)),
            },
            Op::Public => Ok(public(one, &rest[0])),
            Op::Agree => agree(one, &rest[0], &rest[1]),
            Op::PublicUnder => {
                let generator = Term::of(Free::GeneratorUnder, [one.clone(), rest[1].clone(), rest[2].clone()]);
                Ok(Term::power(&generator, &rest[0]))
            }
            Op::Reply if encapsulates(one) => {
                Ok(Term::of(Free::Encapsulation, [encapsulable(one, &rest[1])?.clone(), rest[0].clone()]))
            }
            Op::Replied if encapsulates(one) => {
                Ok(Term::of(Free::Encapsulated, [encapsulable(one, &rest[1])?.clone(), rest[0].clone()]))
            }
            Op::Reply => Ok(public(one, &rest[0])),
            Op::Replied => agree(one, &rest[0], &rest[1]),
            Op::Combine => free(Free::Combine),
            Op::Extract => free(Free::Extract),
            Op::Expand(label) => free(Free::Expand(label)),
            Op::Hash => free(Free::Hash),
            Op::Short => free(Free::Short),
            Op::ClockSeed => free(Free::ClockSeed),
            Op::Mac => free(Free::Mac),
            Op::Seal => Ok(Term::sealed(one, &rest[0])),
            Op::Open => match rest[0].shape() {
                Shape::Sealed(key, text) if key == one => Ok(text.clone()),
                _ => Err(misfit("sealed secret", &rest[0])),
            },
            Op::Sign(context) => free(Free::Sign(context)),
            Op::VerifyingKey => free(Free::VerifyingKey),
            Op::LeafKey => match one.shape() {
                Shape::Chain { key, .. } => Ok(key.clone()),
                _ => Err(misfit("chain", one)),
            },
            Op::LeafEncryptionKey => match one.shape() {
                Shape::Chain { key, .. } => encryption_key_beside(key).ok_or_else(|| misfit("chain", one)),
                _ => Err(misfit("chain", one)),
            },
            Op::EncryptionKey => free(Free::EncryptionKey),
            Op::Encrypt(_) => Ok(Term::encrypted(&rest[1], one, &rest[0])),
            Op::Decrypt(_) => opened(one, &rest[0]).ok_or_else(|| misfit("ciphertext", &rest[0])),
            Op::DecryptOr(_) => Ok(match (opened(one, &rest[1]), rest[0].shape()) {
                (Some(text), Shape::Tuple(other)) if text.parts().len() == other.len() => text,
                _ => rest[0].clone(),
            }),
            Op::Part(at, of, _) => match one.shape() {
                Shape::Tuple(items) if items.len() == of => Ok(items[at].clone()),
                _ => Err(misfit("plaintext", one)),
            },
            Op::LeafName => match one.shape() {
                Shape::Chain { name, .. } => Ok(name.clone()),
                _ => Err(misfit("chain", one)),
            },
        }
    }

    fn tuple(&self, items: &[Term]) -> Result<Term, Misfit> {
        Ok(Term::tuple(items))
    }

    /// A blank is what it would have to be for the relation to hold, and says so.
    fn relate(&self, relation: Relation, args: &[Term], _: &Switches) -> Result<Vec<Finding>, Misfit> {
        let finding = |check, holds| Finding { check, holds, expected: "".into(), observed: "".into() };
        let of_group = |id| match args[0].shape() {
            Shape::Group(name) => self.groups.found.get(&(id, *name)).copied().flatten(),
            _ => Some(false),
        };
        let alone = |holds| Ok(relation.checks().into_iter().map(|check| finding(check, holds)).collect());
        match relation {
            Relation::Equal(_) | Relation::Same(_) => alone(Some(args[1].match_with(&args[0]))),
            Relation::PublicInRange => match args[0].shape() {
                Shape::Group(name) => match self.groups.find(name) {
                    Some(Group::Modp(_)) if group_of(&args[1]).is_some_and(|of| *of != args[0]) => {
                        Err(misfit("public value", &args[1]))
                    }
                    Some(Group::Modp(_)) => alone(Some(!matches!(args[1].shape(), Shape::Degenerate(_)))),
                    _ => alone(None),
                },
                _ => Err(misfit("group", &args[0])),
            },
            Relation::GroupSize(_) | Relation::GroupPrime | Relation::GroupOrder | Relation::GroupKnown => {
                Ok(relation.checks().into_iter().map(|check| finding(check, of_group(check.id))).collect())
            }
            Relation::PublicInSubgroup => alone(Some(!matches!(args[1].shape(), Shape::Degenerate(_)))),
            Relation::Fresh(_) | Relation::Apart(_) => alone(Some(args[0] != args[1])),
            Relation::Contributes => alone(Some(!matches!(args[0].shape(), Shape::Degenerate(_)))),
            Relation::Padded(..) => alone(Some(opened(&args[0], &args[1]).is_some())),
            // The key may be a blank that another check has filled.
            Relation::Signed(_, context) => alone(Some(match args[0].resolved().as_ref().map(Term::shape) {
                Some(Shape::Of(Free::VerifyingKey, signer)) => {
                    args[2].match_with(&Term::of(Free::Sign(context), [signer[0].clone(), args[1].clone()]))
                }
                _ => false,
            })),
            Relation::Certified(_) => certified(relation, &args[0], Some(&args[2])),
            Relation::CertifiedForAny(_) => certified(relation, &args[0], None),
        }
    }

    fn write(&self, message: &Message, values: &[Term]) -> Self::Wire {
        (message.kind.as_str(), values.to_vec())
    }

    fn read(&self, message: &Message, (kind, values): &Self::Wire) -> Result<Vec<Term>, Misfit> {
        if *kind != message.kind.as_str() || values.len() != message.fields.len() {
            let expected = Need::Kind { kind: message.kind.to_string() };
            return Err(Misfit::new("message", expected, Given::Word { text: (*kind).to_owned() }));
        }
        Ok(values.clone())
    }

    fn absorb(&self, transcript: &mut Vec<Term>, (kind, values): &Self::Wire) {
        transcript.push(Term::frame(kind, values.clone()));
    }

    fn digest(&self, transcript: &Vec<Term>) -> Term {
        Term::transcript(transcript.clone())
    }

    fn fingerprint(&self, key: &Term) -> String {
        key.to_string()
    }
}

/// The tuple that a ciphertext holds for this private key.
fn opened(key: &Term, ciphertext: &Term) -> Option<Term> {
    match ciphertext.shape() {
        Shape::Encrypted(to, _, text) if *to == Term::of(Free::EncryptionKey, [key.clone()]) => Some(text.clone()),
        _ => None,
    }
}

/// Whoever is certified is so for all its keys.
fn encryption_key_beside(key: &Term) -> Option<Term> {
    let Shape::Of(Free::VerifyingKey, signer) = key.shape() else { return None };
    let Shape::Name { of, .. } = signer.first()?.shape() else { return None };
    Some(Term::of(Free::EncryptionKey, [decryption_key(of)]))
}

/// What somebody decrypts with.
pub fn decryption_key(owner: &str) -> Term {
    Term::name("decryption key", owner)
}

/// Somebody's lasting exponent.
pub fn static_key(owner: &str) -> Term {
    Term::name("static key", owner)
}

/// Somebody's lasting public value, in X25519.
pub fn static_public(owner: &str) -> Term {
    public(&Term::group(Group::X25519.name()), &static_key(owner))
}

/// What somebody signs with.
pub fn signing_key(owner: &str) -> Term {
    Term::name("signing key", owner)
}

/// A genuine certificate for somebody's key and name.
pub fn genuine(owner: &str) -> Term {
    Term::chain(&Term::of(Free::VerifyingKey, [signing_key(owner)]), &Term::name("name", owner), None)
}

/// Whose genuine certificate it is, where it is one.
pub fn certified_owner(chain: &Term) -> Option<&str> {
    let Shape::Chain { key, name, breaks: None } = chain.shape() else { return None };
    let Shape::Name { what: "name", of: owner } = name.shape() else { return None };
    (*key == Term::of(Free::VerifyingKey, [signing_key(owner)])).then_some(&**owner)
}

/// Each rule finds the one kind of chain that breaks it; the name is compared, and a pin is the key of whoever has the name.
fn certified(relation: Relation, chain: &Term, peer: Option<&Term>) -> Result<Vec<Finding>, Misfit> {
    let Shape::Chain { key, name, breaks } = chain.shape() else { return Err(misfit("chain", chain)) };
    let pinned = || match (peer.unwrap_or(name).shape(), key.shape()) {
        (Shape::Name { of: owner, .. }, Shape::Of(Free::VerifyingKey, signer)) => signer[0] == signing_key(owner),
        _ => false,
    };
    let holds = |id: &str| match id {
        NAME => peer.map(|peer| peer == name),
        PIN => Some(pinned()),
        id => Some(*breaks != Some(id)),
    };
    let finding = |check: &'static lab::check::Check| Finding {
        check,
        holds: holds(check.id),
        expected: "".into(),
        observed: "".into(),
    };
    Ok(relation.checks().into_iter().map(finding).collect())
}
