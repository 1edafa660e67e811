//! What the attacker can deliver where there is a third whom both trust: ciphertexts go from hand to hand, and what was said in one
//! place can be shown in another, so that each field is filled by itself.

use super::{Directed, Memory, are_alike, digest, opening, product};
use crate::{
    party::Party,
    state::State,
    term::{Free, Shape, Term},
    third::{SERVING, THIRD},
    world::{self, ALICE, BOB, MALLORY, World},
};
use lab::{
    mode::{Act, Field, Message, Mode},
    role::Role,
    term::{Expr, Op, Sort},
};
use std::collections::HashSet;

/// The messages that the attacker can make for this one, each once.
pub(super) fn candidates(
    world: &World,
    state: &State,
    party: &Party,
    message: &Message,
    kinds: &[Directed],
    memory: &mut Memory,
) -> Vec<Vec<Term>> {
    let fill = |(at, (kind, field)): (usize, (&Directed, &Field))| match kind {
        Directed::ByCheck => vec![Term::blank(at)],
        Directed::Dead => vec![world::nonce()],
        Directed::ByCheckThatIsOff | Directed::Not if field.sort == Sort::Ciphertext => {
            ciphertexts(world, state, party, (message, at))
        }
        Directed::ByCheckThatIsOff | Directed::Not => contents(world, state, field.sort),
    };
    let options: Vec<Vec<Term>> = kinds.iter().zip(message.fields).enumerate().map(fill).collect();
    let (mut found, mut tried) = (Vec::new(), HashSet::new());
    product(&options, &mut Vec::new(), &mut |values| {
        let Some(values) = memory.fill(party, values) else { return };
        if tried.insert(digest(&values)) && values.iter().all(|value| state.knowledge.can(value)) {
            found.push(values);
        }
    });
    found
}

/// What can stand in a place of this sort: a name, the time, a ciphertext that was seen, or a number, whatever it was drawn for.
fn contents(world: &World, state: &State, sort: Sort) -> Vec<Term> {
    match sort {
        Sort::Name => {
            let calls = world.casts.iter().any(|cast| cast.owner == THIRD);
            let all = [ALICE, BOB, MALLORY].into_iter().chain(calls.then_some(THIRD));
            all.map(|owner| Term::name("name", owner)).collect()
        }
        Sort::Time => vec![Term::name("now", "")],
        Sort::Ciphertext => seen(state, |_| true),
        Sort::Nonce => numbers(state, false),
        _ => numbers(state, true),
    }
}

/// Numbers that are known: one of the attacker's, those that were said, and, as keys alone, those that the third made for the attacker.
fn numbers(state: &State, keys: bool) -> Vec<Term> {
    let other = ["name", "trust", "now", "session", "data", "secret", "shared secret"];
    let is_number = |term: &&Term| match term.shape() {
        Shape::Name { what, of } => {
            !other.contains(what) && !what.ends_with("key") && (keys || !of.starts_with(SERVING))
        }
        _ => false,
    };
    state.knowledge.known().map(|(term, _)| term).filter(is_number).cloned().collect()
}

/// Ciphertexts that were seen, under keys of which this is so.
fn seen(state: &State, of_key: impl Fn(&Term) -> bool) -> Vec<Term> {
    let is_one = |term: &&Term| matches!(term.shape(), Shape::Encrypted(key, ..) if of_key(key));
    state.knowledge.known().map(|(term, _)| term).filter(is_one).cloned().collect()
}

/// What the attacker can show for a ciphertext: to who opens it, whatever was encrypted under that key, and what it can encrypt under it
/// by itself; to who does not, whatever it has seen, and what it would say in this place were it the sender.
fn ciphertexts(world: &World, state: &State, party: &Party, (message, at): (&Message, usize)) -> Vec<Term> {
    let field = &message.fields[at];
    if is_passed_on(world, party, field) {
        return vec![world::nonce()];
    }
    let Some((key, places)) = opening(world, party, field.binds) else {
        return [seen(state, |_| true), numbers(state, true), own(world, state, (message, at))].concat();
    };
    let options: Vec<Vec<Term>> = places.iter().map(|sort| contents(world, state, *sort)).collect();
    let under = |key: &Term| encrypted(&encrypting(key), &options);
    if let Some(key) = party.value(key) {
        let own = if state.knowledge.can(key) { under(key) } else { Vec::new() };
        return [seen(state, |of| *of == encrypting(key)), own].concat();
    }
    // The key comes in the same message, and is none that lasts.
    let lasting = [ALICE, BOB, MALLORY].map(|owner| encrypting(&world.shared(owner, "")));
    let own = numbers(state, true).iter().flat_map(under).collect();
    [seen(state, |of| !lasting.contains(of)), own].concat()
}

fn encrypting(key: &Term) -> Term {
    Term::of(Free::EncryptionKey, [key.clone()])
}

/// Each way to encrypt one of each of these.
fn encrypted(key: &Term, options: &[Vec<Term>]) -> Vec<Term> {
    let mut all = Vec::new();
    product(options, &mut Vec::new(), &mut |items| {
        all.push(Term::encrypted(key, &world::secret(), &Term::tuple(items)));
    });
    all
}

/// What the attacker would encrypt in this place of such a message by its own secret, were it the one who sends it; nothing where no
/// third serves it, and so nobody opens that.
fn own(world: &World, state: &State, (message, at): (&Message, usize)) -> Vec<Term> {
    if !world.casts.iter().any(|cast| world.is_third(cast) && cast.is_of(MALLORY)) {
        return Vec::new();
    }
    let mut tables: Vec<&'static Mode> = Vec::new();
    for cast in &world.casts {
        if !tables.iter().any(|table| std::ptr::eq(*table, cast.table)) {
            tables.push(cast.table);
        }
    }
    let mut all = Vec::new();
    let key = encrypting(&world.shared(MALLORY, ""));
    for table in tables {
        let such = |said: &&Message| {
            let sender = world.casts.iter().find(|cast| std::ptr::eq(cast.table, table));
            sender.is_some_and(|cast| cast.role == said.from) && are_alike(said, message)
        };
        for said in table.messages.iter().filter(such) {
            if let Expr::Apply(Op::Encrypt(_), [_, Expr::Tuple(items), _]) = said.fields[at].value {
                let options: Vec<Vec<Term>> =
                    items.iter().map(|item| contents(world, state, sort(table, said.from, item))).collect();
                all.extend(encrypted(&key, &options));
            }
        }
    }
    all
}

/// The sort of an expression, as far as the table says what its names stand for; otherwise it is a number.
fn sort(table: &'static Mode, role: Role, value: &Expr) -> Sort {
    let name = match value {
        Expr::Apply(op, _) => return op.signature().1,
        Expr::Var(name) => *name,
        Expr::Tuple(_) | Expr::Transcript | Expr::Switch(..) => return Sort::Nonce,
    };
    let given = table.given.iter().find(|given| given.by.includes(role) && given.name == name);
    let field = || table.messages.iter().flat_map(|message| message.fields).find(|field| field.binds == name);
    let made = || {
        table.steps().filter(|step| step.by.includes(role)).find_map(|step| match step.act {
            Act::Fresh { name: drawn, sort, .. } if drawn == name => Some(sort),
            Act::Let(named, value) if named == name => Some(sort(table, role, &value)),
            _ => None,
        })
    };
    let found = given.map(|given| given.source.sort()).or_else(|| field().map(|field| field.sort)).or_else(made);
    found.unwrap_or(Sort::Nonce)
}

/// The party hands the field on as it came, and makes nothing else of it: whoever gets it gets it from the attacker as well.
fn is_passed_on(world: &World, party: &Party, field: &Field) -> bool {
    let table = world.casts[party.cast].table;
    let said = table.messages.iter().filter(|message| message.from == party.role).flat_map(|message| message.fields);
    let said = said.map(|field| &field.value).filter(|value| !matches!(value, Expr::Var(_)));
    let made = table.steps().filter(|step| step.by.includes(party.role)).flat_map(|step| match &step.act {
        Act::Let(_, value) | Act::Recall(_, value) | Act::Keep(_, value) | Act::Seed(value) => {
            std::slice::from_ref(value)
        }
        Act::Check(_, args) => *args,
        Act::Fresh { .. } | Act::Install(..) | Act::Say | Act::Forget(_) => &[],
    });
    !said.chain(made).any(|value| uses(value, field.binds))
}

fn uses(value: &Expr, name: &str) -> bool {
    match value {
        Expr::Var(var) => *var == name,
        Expr::Transcript => true,
        Expr::Apply(_, items) | Expr::Tuple(items) => items.iter().any(|item| uses(item, name)),
        Expr::Switch(_, on, off) => uses(on, name) || uses(off, name),
    }
}
