//! Terms: what a value is to somebody who cannot break cryptography (Dolev and Yao, 1983).
//!
//! Two terms are equal where their normal forms are written alike. The one equation, (g^x)^y = (g^y)^x, is in the normal
//! form of a power: its exponents are a sorted list.

use std::{
    cmp::Ordering,
    fmt,
    hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher},
    sync::{Arc, OnceLock},
};

/// A function of terms from which nothing can be computed back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Free {
    /// A digest of chosen values.
    Hash,
    /// The short string of a digest: that two digests have one is not found over terms.
    Short,
    /// A MAC: key, data.
    Mac,
    /// The extracted key of a shared secret.
    Extract,
    /// A key expanded under a label: key, context.
    Expand(&'static str),
    /// Several secrets as one.
    Combine,
    /// A signature in a context: private key, digest. What is signed is known to whoever verifies it.
    Sign(&'static str),
    /// The public key to a private signing key.
    VerifyingKey,
    /// The public key to a private decryption key.
    EncryptionKey,
    /// A generator that follows from what two share: group, shared secret, digest.
    GeneratorUnder,
    /// What a ciphertext for another key opens to (implicit rejection): private key, ciphertext.
    Rejected,
    /// What a generator starts from that has time and process number only: time, draw.
    ClockSeed,
    /// What a key encapsulation mechanism's ciphertext carries: public key, coins.
    Encapsulated,
    /// A key encapsulation mechanism's ciphertext: public key, coins.
    Encapsulation,
}

impl fmt::Display for Free {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Hash => "hash",
            Self::Short => "short",
            Self::Mac => "hmac",
            Self::Extract => "hkdf-extract",
            Self::Expand(label) => return write!(f, "hkdf-expand[{label}]"),
            Self::Combine => "combine",
            Self::Sign(context) => return write!(f, "sign[{context}]"),
            Self::VerifyingKey => "public-key",
            Self::EncryptionKey => "encryption-key",
            Self::GeneratorUnder => "generator-under",
            Self::Rejected => "rejected",
            Self::ClockSeed => "clock-seed",
            Self::Encapsulated => "encapsulated",
            Self::Encapsulation => "encapsulation",
        })
    }
}

/// How a term is made.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Shape {
    /// A name: something that nobody can make who does not have it, and that says nothing but itself.
    Name {
        /// What it is, as the table calls it.
        what: &'static str,
        /// Whose it is.
        of: Arc<str>,
    },
    /// Groups that somebody offers under a mode, best first.
    Offers(&'static str, Vec<&'static str>),
    /// The group that somebody picked under a mode.
    Choice(&'static str, &'static str),
    /// A group, by its name.
    Group(&'static str),
    /// Base and exponents, of which there is at least one, in order.
    Power(Term, Vec<Term>),
    /// A group's generator.
    Generator(Term),
    /// The element of a group that every exponent leaves as it is, by whichever of its spellings: 0, 1 and p−1, a point of
    /// small order.
    Degenerate(Term),
    /// A function of terms.
    Of(Free, Vec<Term>),
    /// Several values in order.
    Tuple(Vec<Term>),
    /// The digest of all frames so far.
    Transcript(Vec<Term>),
    /// A frame: its kind, the values of its fields.
    Frame(&'static str, Vec<Term>),
    /// A chain of certificates.
    Chain {
        /// The public key that the leaf certifies.
        key: Term,
        /// The name that it is for.
        name: Term,
        /// The rule of path validation that it breaks, by the check's id; `None` for a genuine one.
        breaks: Option<&'static str>,
    },
    /// A sealed record: key, plaintext.
    Sealed(Term, Term),
    /// What was encrypted to a public key: key, coins, plaintext.
    Encrypted(Term, Term, Term),
    /// A place that a check fills in.
    Blank(Blank),
}

/// A value that is not there yet: whoever compares it says what it would have to be.
#[derive(Clone)]
pub struct Blank {
    id: usize,
    filled: Arc<OnceLock<Term>>,
}

impl Blank {
    /// Says what it has to be; answers whether it can be that, as far as it was said before.
    pub fn fill(&self, with: &Term) -> bool {
        self.filled.get_or_init(|| with.clone()) == with
    }

    /// What it has to be, if anybody said so.
    pub fn filled(&self) -> Option<&Term> {
        self.filled.get()
    }
}

impl fmt::Debug for Blank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "_{}", self.id)
    }
}

impl PartialEq for Blank {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Blank {}

impl Hash for Blank {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}

impl PartialOrd for Blank {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Blank {
    fn cmp(&self, other: &Self) -> Ordering {
        self.id.cmp(&other.id)
    }
}

/// Tables of digests, which need no further hashing: whatever has one is spread evenly by it.
pub type ByDigest = BuildHasherDefault<Digest>;

/// The hash of what has a digest: that digest.
#[derive(Debug, Default)]
pub struct Digest(u64);

impl Hasher for Digest {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, octets: &[u8]) {
        octets.iter().for_each(|octet| self.0 = self.0.rotate_left(8) ^ u64::from(*octet));
    }

    fn write_u64(&mut self, digest: u64) {
        self.0 = digest;
    }
}

/// A term in normal form, with its hash. A copy shares its parts.
#[derive(Clone)]
pub struct Term(Arc<(u64, Shape)>);

impl Term {
    fn new(shape: Shape) -> Self {
        let mut hasher = DefaultHasher::new();
        shape.hash(&mut hasher);
        Self(Arc::new((hasher.finish(), shape)))
    }

    /// How it is made.
    pub fn shape(&self) -> &Shape {
        &self.0.1
    }

    /// A number that follows from the term alone, the same in every run.
    pub fn digest(&self) -> u64 {
        self.0.0
    }

    /// Something of somebody's.
    pub fn name(what: &'static str, of: &str) -> Self {
        Self::new(Shape::Name { what, of: of.into() })
    }

    /// Offers of groups under a mode.
    pub fn offers(mode: &'static str, groups: &[&'static str]) -> Self {
        Self::new(Shape::Offers(mode, groups.to_vec()))
    }

    /// The choice of a group under a mode.
    pub fn choice(mode: &'static str, group: &'static str) -> Self {
        Self::new(Shape::Choice(mode, group))
    }

    /// The group of this name.
    pub fn group(name: &'static str) -> Self {
        Self::new(Shape::Group(name))
    }

    /// A group's generator.
    pub fn generator(group: &Self) -> Self {
        Self::new(Shape::Generator(group.clone()))
    }

    /// A group's degenerate element.
    pub fn degenerate(group: &Self) -> Self {
        Self::new(Shape::Degenerate(group.clone()))
    }

    /// A base to an exponent: a power's exponents are joined, a degenerate element stays what it is.
    pub fn power(base: &Self, exponent: &Self) -> Self {
        Self::powers(base, std::slice::from_ref(exponent))
    }

    /// A base to the product of these exponents.
    pub fn powers(base: &Self, exponents: &[Self]) -> Self {
        let (base, mut all) = match base.shape() {
            Shape::Degenerate(_) => return base.clone(),
            Shape::Power(base, inner) => (base, inner.clone()),
            _ => (base, Vec::new()),
        };
        all.extend_from_slice(exponents);
        if all.is_empty() {
            return base.clone();
        }
        all.sort();
        Self::new(Shape::Power(base.clone(), all))
    }

    /// A function of terms.
    pub fn of(function: Free, args: impl Into<Vec<Self>>) -> Self {
        Self::new(Shape::Of(function, args.into()))
    }

    /// Several values in order.
    pub fn tuple(items: impl Into<Vec<Self>>) -> Self {
        Self::new(Shape::Tuple(items.into()))
    }

    /// The digest of these frames.
    pub fn transcript(frames: impl Into<Vec<Self>>) -> Self {
        Self::new(Shape::Transcript(frames.into()))
    }

    /// A frame of this kind.
    pub fn frame(kind: &'static str, fields: impl Into<Vec<Self>>) -> Self {
        Self::new(Shape::Frame(kind, fields.into()))
    }

    /// A chain that certifies a key for a name, and breaks one rule or none.
    pub fn chain(key: &Self, name: &Self, breaks: Option<&'static str>) -> Self {
        Self::new(Shape::Chain { key: key.clone(), name: name.clone(), breaks })
    }

    /// A sealed record.
    pub fn sealed(key: &Self, plaintext: &Self) -> Self {
        Self::new(Shape::Sealed(key.clone(), plaintext.clone()))
    }

    /// What is encrypted to a public key with these coins.
    pub fn encrypted(key: &Self, coins: &Self, plaintext: &Self) -> Self {
        Self::new(Shape::Encrypted(key.clone(), coins.clone(), plaintext.clone()))
    }

    /// A place that a check fills in. Two blanks are the same where their numbers are.
    pub fn blank(id: usize) -> Self {
        Self::new(Shape::Blank(Blank { id, filled: Arc::default() }))
    }

    /// The terms that it is made of.
    pub fn parts(&self) -> Vec<&Self> {
        match self.shape() {
            Shape::Name { .. } | Shape::Offers(..) | Shape::Choice(..) | Shape::Group(_) | Shape::Blank(_) => {
                Vec::new()
            }
            Shape::Generator(one) | Shape::Degenerate(one) => vec![one],
            Shape::Power(base, exponents) => std::iter::once(base).chain(exponents).collect(),
            Shape::Of(_, all) | Shape::Tuple(all) | Shape::Transcript(all) | Shape::Frame(_, all) => {
                all.iter().collect()
            }
            Shape::Chain { key, name, .. } => vec![key, name],
            Shape::Sealed(key, plaintext) => vec![key, plaintext],
            Shape::Encrypted(key, coins, plaintext) => vec![key, coins, plaintext],
        }
    }

    /// The term occurs in it.
    pub fn contains(&self, other: &Self) -> bool {
        self == other || self.parts().into_iter().any(|part| part.contains(other))
    }

    /// The same of other parts, each of which is made of one of its own; `None` where one cannot be.
    fn rebuilt(&self, each: &dyn Fn(&Self) -> Option<Self>) -> Option<Self> {
        let all = |terms: &[Self]| terms.iter().map(each).collect::<Option<Vec<_>>>();
        Some(match self.shape() {
            Shape::Name { .. } | Shape::Offers(..) | Shape::Choice(..) | Shape::Group(_) | Shape::Blank(_) => {
                self.clone()
            }
            Shape::Generator(one) => Self::generator(&each(one)?),
            Shape::Degenerate(one) => Self::degenerate(&each(one)?),
            Shape::Power(base, exponents) => Self::powers(&each(base)?, &all(exponents)?),
            Shape::Of(function, args) => Self::of(*function, all(args)?),
            Shape::Tuple(items) => Self::tuple(all(items)?),
            Shape::Transcript(frames) => Self::transcript(all(frames)?),
            Shape::Frame(kind, fields) => Self::frame(kind, all(fields)?),
            Shape::Chain { key, name, breaks } => Self::chain(&each(key)?, &each(name)?, *breaks),
            Shape::Sealed(key, plaintext) => Self::sealed(&each(key)?, &each(plaintext)?),
            Shape::Encrypted(key, coins, plaintext) => Self::encrypted(&each(key)?, &each(coins)?, &each(plaintext)?),
        })
    }

    /// The same with each blank replaced by what it was filled with; `None` where one was not.
    pub fn resolved(&self) -> Option<Self> {
        match self.shape() {
            Shape::Blank(blank) => blank.filled()?.resolved(),
            _ => self.rebuilt(&Self::resolved),
        }
    }

    /// The same with one term in the place of another, wherever it occurs.
    pub fn with(&self, other: &Self, in_its_place: &Self) -> Self {
        if self == other {
            return in_its_place.clone();
        }
        let each = |part: &Self| Some(part.with(other, in_its_place));
        self.rebuilt(&each).unwrap_or_else(|| self.clone())
    }

    /// Fills the blanks of `self` so that it becomes `value`; answers whether it can.
    pub fn match_with(&self, value: &Self) -> bool {
        if self == value {
            return true;
        }
        let all = |own: &[Self], others: &[Self]| {
            own.len() == others.len() && own.iter().zip(others).all(|(own, other)| own.match_with(other))
        };
        match (self.shape(), value.shape()) {
            (Shape::Blank(blank), _) => blank.fill(value),
            (_, Shape::Blank(blank)) => blank.fill(self),
            (Shape::Of(one, own), Shape::Of(other, others)) => one == other && all(own, others),
            (Shape::Tuple(own), Shape::Tuple(others)) => all(own, others),
            _ => false,
        }
    }
}

impl PartialEq for Term {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || *self.0 == *other.0
    }
}

impl Eq for Term {}

impl Hash for Term {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.0.hash(state);
    }
}

impl PartialOrd for Term {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Term {
    fn cmp(&self, other: &Self) -> Ordering {
        if Arc::ptr_eq(&self.0, &other.0) { Ordering::Equal } else { self.0.cmp(&other.0) }
    }
}

impl fmt::Debug for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.shape() {
            Shape::Name { what, of } if of.is_empty() => f.write_str(what),
            Shape::Name { what, of } => write!(f, "{of}'s {what}"),
            Shape::Offers(mode, groups) => write!(f, "offers[{mode}: {}]", groups.join(", ")),
            Shape::Choice(mode, group) => write!(f, "choice[{mode}: {group}]"),
            Shape::Group(name) => f.write_str(name),
            Shape::Power(base, exponents) => {
                write!(f, "{base}")?;
                exponents.iter().try_for_each(|exponent| write!(f, "^({exponent})"))
            }
            Shape::Generator(group) => write!(f, "g[{group}]"),
            Shape::Degenerate(group) => write!(f, "degenerate[{group}]"),
            Shape::Of(function, args) => write!(f, "{function}").and_then(|()| list(f, args)),
            Shape::Tuple(items) => list(f, items),
            Shape::Transcript(frames) => f.write_str("transcript").and_then(|()| list(f, frames)),
            Shape::Frame(kind, fields) => f.write_str(kind).and_then(|()| list(f, fields)),
            Shape::Chain { key, name, breaks: None } => write!(f, "chain({key}, {name})"),
            Shape::Chain { key, name, breaks: Some(check) } => write!(f, "chain-against[{check}]({key}, {name})"),
            Shape::Sealed(key, plaintext) => write!(f, "sealed({key}, {plaintext})"),
            Shape::Encrypted(key, _, plaintext) => write!(f, "encrypted({key}, {plaintext})"),
            Shape::Blank(blank) => write!(f, "{blank:?}"),
        }
    }
}

fn list(f: &mut fmt::Formatter<'_>, items: &[Term]) -> fmt::Result {
    f.write_str("(")?;
    for (i, item) in items.iter().enumerate() {
        write!(f, "{}{item}", if i == 0 { "" } else { ", " })?;
    }
    f.write_str(")")
}
