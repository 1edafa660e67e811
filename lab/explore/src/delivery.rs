//! What the attacker can deliver to a party that waits: whole flights, directed by what the party's checks compare.
//!
//! A field that a check compares with something is left blank: the check says what it would have to be, and the attacker looks
//! whether it can make that. Every other field is what somebody sent in such a message, or what its sort offers. What fails
//! within a flight changes nothing and says nothing, so that nothing is lost by delivering flights as a whole.

use crate::{
    party::{Party, Sent},
    state::State,
    symbolic::{certified_owner, decryption_key, encapsulates, signing_key},
    term::{ByDigest, Free, Shape, Term},
    world::{self, MALLORY, World, decides},
};
use lab::{
    certificate::checks::PURPOSE,
    group::named,
    mode::{Act, Field, Message, Relation},
    role::Role,
    term::{Expr, Op, Sort},
    wire::Channel,
};
use std::{collections::HashSet, sync::Arc};

mod memory;
mod third;

pub use memory::Memory;
use memory::{Answered, digest};

/// A flight that a party took, or a record: each message's number in the table, `None` for a record, with its values.
pub type Delivered = Vec<(Option<usize>, Vec<Term>)>;

/// A party after a flight, what was delivered, and what it sent then.
pub struct Taken {
    /// The party.
    pub party: Arc<Party>,
    /// What it got.
    pub delivered: Delivered,
    /// What it sent.
    pub sent: Vec<Arc<Sent>>,
}

/// Every flight that the party takes, as far as the attacker can make one.
pub fn deliveries(world: &World, state: &State, party: &Party, memory: &mut Memory) -> Vec<Taken> {
    let mut taken = Vec::new();
    flights(world, state, party, Vec::new(), memory, &mut taken);
    taken
}

fn flights(
    world: &World,
    state: &State,
    party: &Party,
    before: Delivered,
    memory: &mut Memory,
    taken: &mut Vec<Taken>,
) {
    let Some((number, message)) = party.awaited() else { return };
    for values in candidates(world, state, party, (number, message), memory) {
        let Some(Answered { party, sent }) = memory.answer(world, party, &values) else { continue };
        let mut delivered = before.clone();
        delivered.push((Some(number), values));
        if sent.is_empty() && party.awaited().is_some() {
            flights(world, state, &party, delivered, memory, taken);
        } else {
            taken.push(Taken { party, delivered, sent });
        }
    }
}

/// A record that opens: one that was sealed with the key, by whomever; one that the attacker seals; one with
/// bits flipped where nobody looks at the tag.
pub fn records(world: &World, state: &State, party: &Party) -> Vec<Taken> {
    let Some(key) = party.reads_with().filter(|_| party.awaits_record()) else { return Vec::new() };
    let mut texts: Vec<(Term, Term)> = Vec::new();
    for sent in state.sent.iter().filter(|sent| sent.message.is_none()) {
        if let Shape::Sealed(by, text) = sent.values[0].shape()
            && by == key
        {
            texts.push((text.clone(), sent.values[0].clone()));
        }
    }
    // What opens to something is a record of somebody's with bits flipped.
    let forged = !texts.is_empty() && !decides(&world.switches, &lab::checks::RECORD_AUTH);
    if forged || state.knowledge.can(key) {
        let key = if forged { world::nonce() } else { key.clone() };
        texts.push((world::data(), Term::sealed(&key, &world::data())));
    }
    let read = |(text, record)| {
        let mut after = party.clone();
        after.accept(&text);
        Taken { party: Arc::new(after), delivered: vec![(None, vec![record])], sent: Vec::new() }
    };
    texts.into_iter().map(read).collect()
}

/// Where the value of a field comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Directed {
    /// A check that decides says what it has to be.
    ByCheck,
    /// A check that is off says what it would have had to be.
    ByCheckThatIsOff,
    /// Nobody compares it with anything that is known when it comes.
    Not,
    /// Nothing hangs on it.
    Dead,
}

fn directed(world: &World, party: &Party, message: &Message, at: (usize, usize)) -> Directed {
    if world.dead.contains(&at) {
        return Directed::Dead;
    }
    let (mut found, field) = (Directed::Not, &message.fields[at.1]);
    for step in message.receipt.iter().chain(message.after).filter(|step| step.by.includes(party.role)) {
        let Act::Check(relation, args) = step.act else { continue };
        let (compared, check) = match relation {
            Relation::Equal(check) | Relation::Same(check) => {
                (args.iter().any(|arg| is_about(arg, field.binds)), check)
            }
            Relation::Signed(check, _) => (args.last().is_some_and(|arg| is_about(arg, field.binds)), check),
            Relation::PublicInRange
            | Relation::GroupSize(_)
            | Relation::GroupPrime
            | Relation::GroupOrder
            | Relation::GroupKnown
            | Relation::PublicInSubgroup
            | Relation::Fresh(_)
            | Relation::Apart(_)
            | Relation::Contributes
            | Relation::Certified(_)
            | Relation::Padded(..)
            | Relation::CertifiedForAny(_) => continue,
        };
        if compared && decides(&world.switches, check) {
            return Directed::ByCheck;
        }
        if compared {
            found = Directed::ByCheckThatIsOff;
        }
    }
    found
}

/// The expression is this value, or a digest of it alone: from what it equals the value follows.
fn is_about(value: &Expr, name: &str) -> bool {
    match value {
        Expr::Var(var) => *var == name,
        Expr::Apply(Op::Hash, [one]) | Expr::Tuple([one]) => is_about(one, name),
        _ => false,
    }
}

/// It was sent as a message of this kind with fields of these sorts.
pub(crate) fn is_such(world: &World, sent: &Sent, message: &Message) -> bool {
    sent.message.is_some_and(|number| are_alike(&world.casts[sent.by].table.messages[number], message))
}

/// The two are of one kind, with fields of the same sorts.
fn are_alike(one: &Message, other: &Message) -> bool {
    one.kind == other.kind && one.fields.iter().map(|field| field.sort).eq(other.fields.iter().map(|field| field.sort))
}

/// Where the party knows the voice that it listens to: what that person said can be heard, and nothing else.
pub(crate) fn voice(world: &World, state: &State, party: &Party, message: &Message) -> Option<Vec<Vec<Term>>> {
    let peer = world.casts[party.cast].peer;
    let known = message.kind.channel() == Channel::Voice && peer != MALLORY;
    let said = state.sent.iter().filter(|sent| is_such(world, sent, message) && world.casts[sent.by].owner == peer);
    known.then(|| said.map(|sent| sent.values.clone()).collect())
}

/// The messages that the attacker can make for this place in the table, each once.
fn candidates(
    world: &World,
    state: &State,
    party: &Party,
    (number, message): (usize, &'static Message),
    memory: &mut Memory,
) -> Vec<Vec<Term>> {
    let kinds: Vec<Directed> =
        (0..message.fields.len()).map(|field| directed(world, party, message, (number, field))).collect();
    let same = |sent: &&Arc<Sent>| is_such(world, sent, message);
    if let Some(said) = voice(world, state, party, message) {
        return said;
    }
    if world.third.is_some() {
        return third::candidates(world, state, party, message, &kinds, memory);
    }
    let mut bases: Vec<Vec<Term>> = state.sent.iter().filter(same).map(|sent| sent.values.clone()).collect();
    if bases.is_empty() {
        bases.push(message.fields.iter().map(|field| invented(world, party, field)).collect());
    }
    let (mut found, mut tried) = (Vec::new(), HashSet::<u64, ByDigest>::default());
    for (place, base) in bases.into_iter().enumerate() {
        let options: Vec<Vec<Term>> = message
            .fields
            .iter()
            .enumerate()
            .map(|(i, field)| match kinds[i] {
                Directed::ByCheck => vec![Term::blank(i)],
                Directed::Dead => vec![world::nonce()],
                Directed::ByCheckThatIsOff => vec![base[i].clone(), Term::blank(i)],
                Directed::Not => {
                    let offered = memory.offers(world, party, (number, i), field);
                    choices(world, state, party, (field, offered), &base[i], place == 0)
                }
            })
            .collect();
        product(&options, &mut Vec::new(), &mut |values| {
            let Some(values) = memory.fill(party, values) else { return };
            if tried.insert(digest(&values)) && values.iter().all(|value| state.knowledge.can(value)) {
                found.push(values);
            }
        });
    }
    found
}

/// Every way to take one of each, in order.
fn product(options: &[Vec<Term>], so_far: &mut Vec<Term>, each: &mut impl FnMut(&[Term])) {
    let Some(here) = options.get(so_far.len()) else { return each(so_far) };
    for value in here {
        // A blank is filled once.
        let value = if let Shape::Blank(_) = value.shape() { Term::blank(so_far.len()) } else { value.clone() };
        so_far.push(value);
        product(options, so_far, each);
        so_far.pop();
    }
}

/// Values for a field that no check compares: the one that is there, and what its sort offers; public values of others only
/// where they are asked for.
fn choices(
    world: &World,
    state: &State,
    party: &Party,
    (field, offered): (&Field, &[Term]),
    base: &Term,
    others: bool,
) -> Vec<Term> {
    let mut all = Vec::new();
    let mut offer = |value: Term| {
        if !all.contains(&value) {
            all.push(value);
        }
    };
    if field.sort != Sort::Chain || is_for(world, party.role.peer(), base) {
        offer(base.clone());
    }
    offered.iter().cloned().for_each(&mut offer);
    match field.sort {
        Sort::Public => publics(world, state, others).into_iter().for_each(offer),
        Sort::Ciphertext => ciphertexts(world, state, party, field).into_iter().for_each(offer),
        _ => {}
    }
    all
}

/// What the sort of a field offers whatever was said before.
fn offered(world: &World, party: &Party, field: &Field) -> Vec<Term> {
    let table = world.casts[party.cast].table;
    match field.sort {
        Sort::Offers => table.groups.iter().map(|group| Term::offers(table.id, &[group])).collect(),
        Sort::Choice => table.groups.iter().map(|group| Term::choice(table.id, group)).collect(),
        Sort::Chain => {
            let names = [MALLORY, world.casts[party.cast].peer].map(|owner| Term::name("name", owner));
            let chains = names.iter().flat_map(|name| world.chains(name));
            chains.filter(|chain| is_for(world, party.role.peer(), chain)).collect()
        }
        Sort::Name => [world::ALICE, world::BOB, MALLORY].map(|owner| Term::name("name", owner)).into(),
        Sort::VerifyingKey => vec![Term::of(Free::VerifyingKey, [signing_key(MALLORY)])],
        Sort::EncryptionKey => vec![Term::of(Free::EncryptionKey, [decryption_key(MALLORY)])],
        // What these offer hangs on what was said.
        Sort::Public | Sort::Ciphertext => Vec::new(),
        // Nobody looks at it by itself: what matters is that it is what somebody else has, and then the whole message is.
        Sort::Session
        | Sort::Nonce
        | Sort::Group
        | Sort::Mac
        | Sort::Signature
        | Sort::Digest
        | Sort::Sealed
        | Sort::Short => Vec::new(),
        // None of these travels.
        Sort::Secret
        | Sort::Shared
        | Sort::Key
        | Sort::SigningKey
        | Sort::DecryptionKey
        | Sort::Trust
        | Sort::Time
        | Sort::Tuple
        | Sort::Secrets => Vec::new(),
    }
}

/// A genuine chain is for the roles that its owner plays, where anybody looks at what it is for; the attacker's is for both.
fn is_for(world: &World, role: Role, chain: &Term) -> bool {
    let honest = certified_owner(chain).filter(|owner| *owner != MALLORY);
    let plays = |owner: &str| world.casts.iter().any(|cast| (cast.owner, cast.role) == (owner, role));
    world.unenforced.contains(&PURPOSE) || honest.is_none_or(plays)
}

/// What the attacker can encrypt so that the party can take it apart: to the party's key, with each way to fill each place that
/// the party looks at.
fn ciphertexts(world: &World, state: &State, party: &Party, field: &Field) -> Vec<Term> {
    let Some((key, places)) = opening(world, party, field.binds) else { return Vec::new() };
    let Some(key) = party.value(key) else { return Vec::new() };
    let options: Vec<Vec<Term>> = places.iter().map(|sort| contents(state, *sort)).collect();
    let key = Term::of(Free::EncryptionKey, [key.clone()]);
    let mut all = Vec::new();
    product(&options, &mut Vec::new(), &mut |items| {
        all.push(Term::encrypted(&key, &world::secret(), &Term::tuple(items)));
    });
    all
}

/// The name of the private key with which the party opens the ciphertext of this name, and the sorts of what it takes out of it.
fn opening(world: &World, party: &Party, ciphertext: &str) -> Option<(&'static str, Vec<Sort>)> {
    let table = world.casts[party.cast].table;
    let lets = || {
        table.steps().filter(|step| step.by.includes(party.role)).filter_map(|step| match step.act {
            Act::Let(name, value) | Act::Recall(name, value) => Some((name, value)),
            Act::Fresh { .. } | Act::Seed(_) | Act::Check(..) | Act::Keep(..) => None,
            Act::Install(..) | Act::Say | Act::Forget(_) => None,
        })
    };
    let (opened, key) = lets().find_map(|(name, value)| match value {
        Expr::Apply(Op::Decrypt(_) | Op::DecryptOr(_), [Expr::Var(key), .., Expr::Var(of)]) if *of == ciphertext => {
            Some((name, *key))
        }
        _ => None,
    })?;
    let mut places: Vec<Sort> = Vec::new();
    for (_, value) in lets() {
        if let Expr::Apply(Op::Part(at, of, sort), [Expr::Var(tuple)]) = value
            && *tuple == opened
        {
            places.resize(of, Sort::Nonce);
            places[at] = sort;
        }
    }
    Some((key, places))
}

/// What can stand in a plaintext: a name, or whatever was drawn and is known by now.
fn contents(state: &State, sort: Sort) -> Vec<Term> {
    if sort == Sort::Name {
        return [world::ALICE, world::BOB, MALLORY].map(|owner| Term::name("name", owner)).into();
    }
    let drawn = |what: &str| !["name", "trust", "now", "session", "data"].contains(&what) && !what.ends_with("key");
    let known = state.knowledge.known().map(|(term, _)| term);
    known.filter(|term| matches!(term.shape(), Shape::Name { what, .. } if drawn(what))).cloned().collect()
}

/// The groups that a share can be for.
fn groups(world: &World) -> Vec<Term> {
    let mut all: Vec<Term> = Vec::new();
    for cast in &world.casts {
        let published = cast.table.groups.iter().filter(|name| named::find(name).is_some());
        all.extend(published.map(|name| Term::group(name)));
    }
    all.extend(world.groups.own());
    all.sort();
    all.dedup();
    all
}

/// Public values that the attacker can put anywhere: its own in each group, each group's degenerate element, answers to keys
/// to which one encapsulates, and, where they are asked for, whatever public values were seen.
fn publics(world: &World, state: &State, others: bool) -> Vec<Term> {
    let mut all = Vec::new();
    let seen: Vec<&Term> = state
        .sent
        .iter()
        .filter_map(|sent| Some((sent, &world.casts[sent.by].table.messages[sent.message?])))
        .flat_map(|(sent, message)| message.fields.iter().zip(&sent.values))
        .filter_map(|(field, value)| (field.sort == Sort::Public).then_some(value))
        .collect();
    for group in groups(world) {
        let own = Term::power(&Term::generator(&group), &world::secret());
        if encapsulates(&group) {
            let keys = seen
                .iter()
                .filter(|key| matches!(key.shape(), Shape::Power(base, _) if *base == Term::generator(&group)));
            all.extend(keys.map(|key| Term::of(Free::Encapsulation, [(*key).clone(), world::secret()])));
        } else {
            all.push(Term::degenerate(&group));
        }
        all.push(own);
    }
    all.extend(seen.into_iter().filter(|_| others).cloned());
    all
}

/// What the attacker would put into a field by itself.
fn invented(world: &World, party: &Party, field: &Field) -> Term {
    let table = world.casts[party.cast].table;
    let best = table.groups.first().copied().unwrap_or_default();
    match field.sort {
        Sort::Session => Term::name("session", MALLORY),
        Sort::Offers => Term::offers(table.id, table.groups),
        Sort::Choice => Term::choice(table.id, best),
        Sort::Group => world.groups.own().unwrap_or_else(|| Term::group(best)),
        Sort::Public => Term::power(&Term::generator(&groups(world)[0]), &world::secret()),
        Sort::Chain => crate::symbolic::genuine(MALLORY),
        Sort::Name => Term::name("name", MALLORY),
        Sort::VerifyingKey => Term::of(Free::VerifyingKey, [signing_key(MALLORY)]),
        Sort::EncryptionKey => Term::of(Free::EncryptionKey, [decryption_key(MALLORY)]),
        Sort::Ciphertext => world::nonce(),
        Sort::Nonce
        | Sort::Mac
        | Sort::Signature
        | Sort::Secret
        | Sort::Shared
        | Sort::Key
        | Sort::SigningKey
        | Sort::DecryptionKey
        | Sort::Trust
        | Sort::Time
        | Sort::Digest
        | Sort::Sealed
        | Sort::Short
        | Sort::Tuple
        | Sort::Secrets => world::nonce(),
    }
}
