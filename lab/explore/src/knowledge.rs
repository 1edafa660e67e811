//! What the attacker knows, and what it can make of it.
//!
//! Knowledge is kept taken apart: of whatever can be opened the inside is known too. What can be put together is derived when
//! it is asked for. Everything known has a recipe, so that what was derived over terms can be computed over bytes.

use crate::{
    symbolic,
    term::{ByDigest, Free, Shape, Term},
};
use std::{collections::HashMap, sync::Arc};

/// How the attacker comes by a term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipe {
    /// It had it from the beginning, or drew it: everybody's, or its own.
    Had(Term),
    /// A field that passed on the wire: number of the sent message, number of the field.
    Seen(usize, usize),
    /// A record that passed on the wire, by its number among what was sent.
    Record(usize),
    /// What a sealed record or a ciphertext says: it, the key that opens it.
    Opened(Box<Self>, Box<Self>),
    /// One of several values: tuple, place.
    Part(Box<Self>, usize),
    /// The logarithm of a power in a weak group.
    Logarithm(Box<Self>),
    /// A word that a person chose, found by trying words on this.
    Guessed(Box<Self>),
    /// Put together of its parts, in their order.
    Made(Term, Vec<Self>),
    /// A known element to further exponents.
    Raised(Box<Self>, Vec<Self>),
    /// What a ciphertext carries: private key, ciphertext.
    Decapsulated(Box<Self>, Box<Self>),
}

/// Which messages of those that were sent something depends on, a bit for each; those far behind share the last one.
pub type Needs = u64;

/// What somebody knows. A copy shares what was [settled](Knowledge::settle).
#[derive(Clone, Debug, Default)]
pub struct Knowledge {
    settled: Arc<Known>,
    news: Known,
    /// Powers among what is known, by their place.
    powers: Vec<usize>,
    /// Sealed records and ciphertexts whose key is not known.
    closed: Vec<usize>,
    /// Words that people chose and that are not found yet.
    words: Vec<Term>,
}

/// Terms in the order in which they were learnt.
#[derive(Clone, Debug, Default)]
struct Known {
    terms: Vec<(Term, Arc<Recipe>, Needs)>,
    index: HashMap<Term, usize, ByDigest>,
}

impl Knowledge {
    /// What is known so far is shared by all copies from here on.
    pub fn settle(&mut self) {
        let mut all = (*self.settled).clone();
        let before = all.terms.len();
        for (place, (term, ..)) in self.news.terms.iter().enumerate() {
            all.index.insert(term.clone(), before + place);
        }
        all.terms.append(&mut self.news.terms);
        self.news.index.clear();
        self.settled = Arc::new(all);
    }

    fn place(&self, term: &Term) -> Option<usize> {
        let news = || self.news.index.get(term).map(|place| self.settled.terms.len() + place);
        self.settled.index.get(term).copied().or_else(news)
    }

    fn at(&self, place: usize) -> &(Term, Arc<Recipe>, Needs) {
        match place.checked_sub(self.settled.terms.len()) {
            Some(place) => &self.news.terms[place],
            None => &self.settled.terms[place],
        }
    }

    fn all_known(&self) -> impl Iterator<Item = &(Term, Arc<Recipe>, Needs)> {
        self.settled.terms.iter().chain(&self.news.terms)
    }

    /// Words that a person could have chosen: whatever they can be tried on gives them away.
    pub fn guessable(&mut self, word: Term) {
        self.words.push(word);
        self.follow(Vec::new());
    }

    /// Everything known, in the order in which it was learnt.
    pub fn known(&self) -> impl Iterator<Item = (&Term, &Recipe)> {
        self.all_known().map(|(term, recipe, _)| (term, &**recipe))
    }

    /// Learns a term, and whatever opens with it.
    pub fn learn(&mut self, term: Term, recipe: Recipe) {
        // What was known before opens nothing.
        if self.place(&term).is_none() {
            self.follow(vec![(term, recipe)]);
        }
    }

    /// Learns all of this, what it opens, and what opens with that.
    fn follow(&mut self, mut news: Vec<(Term, Recipe)>) {
        loop {
            while let Some((term, recipe)) = news.pop() {
                self.add(term, recipe, &mut news);
            }
            self.open(&mut news);
            if news.is_empty() {
                self.guess(&mut news);
            }
            if news.is_empty() {
                return;
            }
        }
    }

    fn add(&mut self, term: Term, recipe: Recipe, found: &mut Vec<(Term, Recipe)>) {
        if self.place(&term).is_some() {
            return;
        }
        let news = self.news.terms.len();
        let place = self.settled.terms.len() + news;
        let boxed = || Box::new(recipe.clone());
        match term.shape() {
            Shape::Tuple(items) => {
                found.extend(items.iter().enumerate().map(|(i, item)| (item.clone(), Recipe::Part(boxed(), i))));
            }
            Shape::Power(base, exponents) => {
                self.powers.push(place);
                if let (Shape::Generator(group), [exponent]) = (base.shape(), &exponents[..])
                    && symbolic::is_weak(group)
                {
                    found.push((exponent.clone(), Recipe::Logarithm(boxed())));
                }
            }
            Shape::Sealed(..) | Shape::Encrypted(..) => self.closed.push(place),
            Shape::Name { .. }
            | Shape::Offers(..)
            | Shape::Choice(..)
            | Shape::Group(_)
            | Shape::Generator(_)
            | Shape::Degenerate(_)
            | Shape::Of(..)
            | Shape::Transcript(_)
            | Shape::Frame(..)
            | Shape::Chain { .. }
            | Shape::Blank(_) => {}
        }
        let needs = mentions(&recipe).into_iter().fold(0, |needs, sent| needs | 1 << sent.min(63));
        self.news.index.insert(term.clone(), news);
        self.news.terms.push((term, Arc::new(recipe), needs));
    }

    /// Opens what can be opened by now.
    fn open(&mut self, news: &mut Vec<(Term, Recipe)>) {
        let closed = std::mem::take(&mut self.closed);
        for place in closed {
            let (term, recipe, _) = self.at(place);
            let (key, plaintext) = match term.shape() {
                Shape::Sealed(key, plaintext) => (Some(key), plaintext),
                Shape::Encrypted(key, _, plaintext) => (private(key), plaintext),
                _ => continue,
            };
            match key.filter(|key| self.can(key)).and_then(|key| self.recipe(key)) {
                Some(key) => {
                    let opened = Recipe::Opened(Box::new((**recipe).clone()), Box::new(key));
                    news.push((plaintext.clone(), opened));
                }
                None => self.closed.push(place),
            }
        }
    }

    /// Tries words on what is known: a word is found where something that depends on it can be computed again with it.
    fn guess(&mut self, news: &mut Vec<(Term, Recipe)>) {
        for word in std::mem::take(&mut self.words) {
            let mut trial = self.clone();
            trial.add(word.clone(), Recipe::Had(word.clone()), &mut Vec::new());
            let gives = |term: &Term| match term.shape() {
                Shape::Sealed(key, _) => key.contains(&word) && trial.can(key),
                _ => *term != word && term.contains(&word) && trial.can_make(term).is_some(),
            };
            let on = self.all_known().find(|(term, ..)| gives(term)).map(|(_, on, _)| Box::new((**on).clone()));
            match on {
                Some(on) => news.push((word, Recipe::Guessed(on))),
                None => self.words.push(word),
            }
        }
    }

    /// The term is known, or can be made of what is.
    pub fn can(&self, term: &Term) -> bool {
        self.needs(term).is_some()
    }

    /// Which of the sent messages the term depends on, by the first way in which it came about; `None` where it cannot.
    pub fn needs(&self, term: &Term) -> Option<Needs> {
        self.place(term).map(|place| self.at(place).2).or_else(|| self.can_make(term))
    }

    fn all(&self, terms: &[Term]) -> Option<Needs> {
        terms.iter().try_fold(0, |needs, term| Some(needs | self.needs(term)?))
    }

    /// The same where the term is put together, whether or not it is known as it is.
    fn can_make(&self, term: &Term) -> Option<Needs> {
        match term.shape() {
            Shape::Name { .. } | Shape::Blank(_) => None,
            Shape::Offers(..) | Shape::Choice(..) | Shape::Group(_) | Shape::Degenerate(_) => Some(0),
            Shape::Generator(group) => self.needs(group),
            Shape::Power(base, exponents) => {
                let of_parts = || Some(self.needs(base)? | self.all(exponents)?);
                of_parts().or_else(|| {
                    let (place, others) = self.raised(term, base, exponents)?;
                    Some(self.at(place).2 | self.all(&others)?)
                })
            }
            Shape::Of(Free::Encapsulated, args) => self.all(args).or_else(|| {
                let (secret, ciphertext) = self.decapsulated(args)?;
                Some(self.needs(&secret)? | self.needs(&ciphertext)?)
            }),
            Shape::Of(_, args) | Shape::Tuple(args) | Shape::Transcript(args) | Shape::Frame(_, args) => self.all(args),
            Shape::Chain { breaks: None, .. } => None,
            Shape::Chain { key: one, name: other, breaks: Some(_) } | Shape::Sealed(one, other) => {
                Some(self.needs(one)? | self.needs(other)?)
            }
            Shape::Encrypted(key, coins, plaintext) => {
                Some(self.needs(key)? | self.needs(coins)? | self.needs(plaintext)?)
            }
        }
    }

    /// A known power of the same base with some of these exponents, where the others can be made: its place and they.
    fn raised(&self, itself: &Term, base: &Term, exponents: &[Term]) -> Option<(usize, Vec<Term>)> {
        self.powers.iter().find_map(|place| {
            let (term, ..) = self.at(*place);
            let Shape::Power(known, some) = term.shape() else { return None };
            if known != base || term == itself {
                return None;
            }
            let mut others = exponents.to_vec();
            for exponent in some {
                others.remove(others.iter().position(|other| other == exponent)?);
            }
            self.all(&others).is_some().then_some((*place, others))
        })
    }

    /// The private key of what was encapsulated to, and the ciphertext, where both are known.
    fn decapsulated(&self, args: &[Term]) -> Option<(Term, Term)> {
        let ciphertext = Term::of(Free::Encapsulation, args);
        let Shape::Power(_, exponents) = args.first()?.shape() else { return None };
        let [secret] = &exponents[..] else { return None };
        (self.can(secret) && self.can(&ciphertext)).then(|| (secret.clone(), ciphertext))
    }

    /// How the term is put together, though it may be known as it is; `None` where it cannot be.
    pub fn anew(&self, term: &Term) -> Option<Recipe> {
        let parts = term.parts().into_iter().map(|part| self.recipe(part)).collect::<Option<Vec<_>>>()?;
        self.can_make(term).map(|_| Recipe::Made(term.clone(), parts))
    }

    /// How the term comes about; `None` where it cannot.
    pub fn recipe(&self, term: &Term) -> Option<Recipe> {
        if let Some(place) = self.place(term) {
            return Some((*self.at(place).1).clone());
        }
        self.can_make(term)?;
        let all = |terms: &[Term]| terms.iter().map(|term| self.recipe(term)).collect::<Option<Vec<_>>>();
        match term.shape() {
            Shape::Power(base, exponents) if !(self.can(base) && self.all(exponents).is_some()) => {
                let (place, others) = self.raised(term, base, exponents)?;
                Some(Recipe::Raised(Box::new((*self.at(place).1).clone()), all(&others)?))
            }
            Shape::Of(Free::Encapsulated, args) if self.all(args).is_none() => {
                let (secret, ciphertext) = self.decapsulated(args)?;
                Some(Recipe::Decapsulated(Box::new(self.recipe(&secret)?), Box::new(self.recipe(&ciphertext)?)))
            }
            _ => {
                let parts: Vec<Term> = term.parts().into_iter().cloned().collect();
                // Everybody knows a degenerate element's group.
                Some(Recipe::Made(term.clone(), all(&parts)?))
            }
        }
    }
}

/// Numbers of the sent messages that go into a recipe.
pub fn mentions(recipe: &Recipe) -> Vec<usize> {
    sources(recipe).into_iter().map(|(sent, _)| sent).collect()
}

/// What was seen that goes into a recipe: the sent message's number, the field's number or nothing for a record.
pub fn sources(recipe: &Recipe) -> Vec<(usize, Option<usize>)> {
    match recipe {
        Recipe::Had(_) => Vec::new(),
        Recipe::Seen(sent, field) => vec![(*sent, Some(*field))],
        Recipe::Record(sent) => vec![(*sent, None)],
        Recipe::Opened(one, other) | Recipe::Decapsulated(one, other) => [sources(one), sources(other)].concat(),
        Recipe::Part(of, _) | Recipe::Logarithm(of) | Recipe::Guessed(of) => sources(of),
        Recipe::Made(_, parts) => parts.iter().flat_map(sources).collect(),
        Recipe::Raised(base, by) => std::iter::once(&**base).chain(by).flat_map(sources).collect(),
    }
}

/// Anybody can say it who knows the mode: which groups there are, and which of them is picked.
pub fn is_anybodys(term: &Term) -> bool {
    matches!(term.shape(), Shape::Offers(..) | Shape::Choice(..) | Shape::Group(_))
}

/// The private key to a public one.
fn private(key: &Term) -> Option<&Term> {
    match key.shape() {
        Shape::Of(Free::EncryptionKey, args) => args.first(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> [Term; 4] {
        ["a", "b", "c", "k"].map(|what| Term::name(what, ""))
    }

    fn knowing(terms: &[Term]) -> Knowledge {
        let mut knowledge = Knowledge::default();
        for (i, term) in terms.iter().enumerate() {
            knowledge.learn(term.clone(), Recipe::Seen(i, 0));
        }
        knowledge
    }

    #[test]
    fn one_exponent_and_the_others_power_are_enough() {
        let [a, b, c, _] = names();
        let g = Term::generator(&Term::group("x25519"));
        let [ga, gb] = [&a, &b].map(|exponent| Term::power(&g, exponent));
        let shared = Term::powers(&g, &[a.clone(), b.clone()]);
        assert!(!knowing(&[ga.clone(), gb.clone()]).can(&shared));
        assert!(!knowing(&[ga.clone(), gb.clone(), c.clone()]).can(&shared));
        let knowledge = knowing(&[ga.clone(), b.clone()]);
        assert_eq!(
            knowledge.recipe(&shared),
            Some(Recipe::Raised(Recipe::Seen(0, 0).into(), vec![Recipe::Seen(1, 0)]))
        );
        assert!(knowing(&[a, b.clone()]).can(&shared));
        // A power to what is unknown is no way back.
        assert!(!knowing(&[shared, b]).can(&ga));
    }

    #[test]
    fn a_record_opens_with_its_key_whichever_came_first() {
        let [a, b, _, k] = names();
        let record = Term::sealed(&k, &Term::tuple([a.clone(), b.clone()]));
        for order in [[record.clone(), k.clone()], [k.clone(), record.clone()]] {
            let knowledge = knowing(&order);
            assert!(knowledge.can(&a) && knowledge.can(&b));
            assert!(matches!(knowledge.recipe(&b), Some(Recipe::Part(of, 1)) if matches!(*of, Recipe::Opened(..))));
        }
        assert!(!knowing(&[record]).can(&a));
    }

    #[test]
    fn a_ciphertext_opens_with_the_private_key_alone() {
        let [a, coins, _, k] = names();
        let public = Term::of(Free::EncryptionKey, [k.clone()]);
        let ciphertext = Term::encrypted(&public, &coins, &Term::tuple([a.clone()]));
        assert!(!knowing(&[ciphertext.clone(), public.clone(), coins.clone()]).can(&a));
        assert!(knowing(&[ciphertext.clone(), k]).can(&a));
        assert!(knowing(&[public, coins, a.clone()]).can(&ciphertext));
    }

    #[test]
    fn what_is_free_cannot_be_turned_back_and_needs_all_its_parts() {
        let [a, b, _, k] = names();
        let mac = Term::of(Free::Mac, [k.clone(), a.clone()]);
        assert!(!knowing(std::slice::from_ref(&mac)).can(&k) && !knowing(&[mac.clone(), k.clone()]).can(&a));
        assert!(!knowing(&[a.clone(), b]).can(&mac) && knowing(&[a, k]).can(&mac));
    }

    #[test]
    fn a_weak_group_hides_nothing() {
        let [a, ..] = names();
        let power = |group| Term::power(&Term::generator(&Term::group(group)), &a);
        assert!(!knowing(&[power("ffdhe2048")]).can(&a));
        assert!(knowing(&[power("own")]).can(&a));
    }

    #[test]
    fn a_word_is_found_where_it_is_the_only_thing_that_is_missing() {
        let [a, b, c, word] = names();
        let guess = |seen: &[Term]| {
            let mut knowledge = Knowledge::default();
            knowledge.guessable(word.clone());
            seen.iter().enumerate().for_each(|(i, term)| knowledge.learn(term.clone(), Recipe::Seen(i, 0)));
            knowledge.can(&word)
        };
        let mac = Term::of(Free::Mac, [Term::of(Free::Extract, [word.clone()]), a.clone()]);
        assert!(guess(&[a.clone(), mac.clone()]) && guess(&[mac.clone(), a]) && !guess(&[mac]));
        // Under an exponent that nobody knows there is nothing to compare with.
        let generator = Term::of(Free::GeneratorUnder, [Term::group("ristretto255"), word.clone(), b.clone()]);
        assert!(
            !guess(&[b.clone(), Term::power(&generator, &c)]) && guess(&[b, c.clone(), Term::power(&generator, &c)])
        );
        assert!(guess(&[Term::sealed(&word, &Term::name("secret", ""))]));
    }

    #[test]
    fn a_chain_that_breaks_a_rule_is_anybodys_a_genuine_one_nobodys() {
        let [key, name, ..] = names();
        let knowledge = knowing(&[key.clone(), name.clone()]);
        assert!(knowledge.can(&Term::chain(&key, &name, Some("cert-chain"))));
        assert!(!knowledge.can(&Term::chain(&key, &name, None)));
    }
}
