//! What the attacker makes, as a script has it.

use super::{Unscripted, no_place, session::Scripting};
use crate::{
    knowledge::{Recipe, is_anybodys},
    symbolic::{decryption_key, encapsulates, genuine, group_of, signing_key},
    term::{Free, Shape, Term},
    trace::Arrow,
    world::{MALLORY, nonce, secret},
};
use lab::{
    certificate::{FORGERIES, checks, forge::ATTACKER_NAME},
    loot::Item,
    mode::Source,
    role::Role,
    script::Make,
    staging::{CLIENT_NAME, SERVER_NAME},
    term::{Op, Padding, Sort},
};
use serde_json::json;

impl Scripting<'_> {
    /// The value at this point of the trace; `speaker` is in whose name it is said.
    pub(super) fn make(&mut self, recipe: &Recipe, at: usize, speaker: Role) -> Result<Make, Unscripted> {
        Ok(match recipe {
            Recipe::Had(term) => self.had(term, at, speaker)?,
            Recipe::Seen(number, field) => {
                let arrow = self.sent(*number).ok_or_else(|| no_place("message"))?;
                let seen = arrow.values.get(*field).ok_or_else(|| no_place("field"))?;
                let session = self.session_of(arrow.party);
                if session != Some(self.number) && is_anybodys(&seen.term) {
                    return self.made(&seen.term.clone(), &[], at, speaker);
                }
                self.then(session, Make::Seen(seen.name))?
            }
            Recipe::Made(term, parts) => self.made(term, parts, at, speaker)?,
            Recipe::Raised(base, by) => {
                let group = self.term(base).as_ref().and_then(group_of).cloned().ok_or_else(|| no_place("group"))?;
                let base = self.make(base, at, speaker)?;
                self.raise(&group, base, by, at, speaker)?
            }
            Recipe::Decapsulated(key, ciphertext) => {
                let group = Term::group(lab::group::Group::X25519MlKem768.name());
                let key = self.exponent(&group, key, at, speaker)?;
                Make::Apply(Op::Agree, vec![group_named(&group)?, key, self.make(ciphertext, at, speaker)?])
            }
            Recipe::Opened(closed, key) => {
                let op = match self.term(closed).as_ref().map(Term::shape) {
                    Some(Shape::Sealed(..)) => Op::Open,
                    _ => Op::Decrypt(self.padding()),
                };
                Make::Apply(op, vec![self.make(key, at, speaker)?, self.make(closed, at, speaker)?])
            }
            Recipe::Part(of, place) => {
                let whole = self.term(of).map(|whole| whole.parts().len());
                let of = self.make(of, at, speaker)?;
                let part = |op: &Op| matches!(op, Op::Part(at, parts, _) if at == place && whole.is_none_or(|of| of == *parts));
                let op = self.operations().into_iter().find(part).ok_or_else(|| no_place("part"))?;
                Make::Apply(op, vec![of])
            }
            Recipe::Logarithm(of) => {
                let group = self.term(of).as_ref().and_then(group_of).cloned().ok_or_else(|| no_place("group"))?;
                let of = Box::new(self.make(of, at, speaker)?);
                Make::Logarithm { group: Box::new(group_named(&group)?), of }
            }
            Recipe::Guessed(on) => self.guessed(on, at, speaker)?,
            Recipe::Record(_) => return Err(no_place("record")),
        })
    }

    /// The term that a recipe makes, where it tells.
    fn term(&self, recipe: &Recipe) -> Option<Term> {
        match recipe {
            Recipe::Seen(number, field) => Some(self.sent(*number)?.values.get(*field)?.term.clone()),
            Recipe::Made(term, _) | Recipe::Had(term) => Some(term.clone()),
            Recipe::Opened(closed, _) => match self.term(closed)?.shape() {
                Shape::Sealed(_, text) | Shape::Encrypted(_, _, text) => Some(text.clone()),
                _ => None,
            },
            Recipe::Part(of, place) => Some((*self.term(of)?.parts().get(*place)?).clone()),
            _ => None,
        }
    }

    fn raise(&mut self, group: &Term, base: Make, by: &[Recipe], at: usize, speaker: Role) -> Result<Make, Unscripted> {
        let [exponent] = by else { return Err(no_place("exponent")) };
        let exponent = self.exponent(group, exponent, at, speaker)?;
        Ok(Make::Apply(Op::Agree, vec![group_named(group)?, exponent, base]))
    }

    /// A secret for a group; the attacker draws one for each.
    fn exponent(&mut self, group: &Term, recipe: &Recipe, at: usize, speaker: Role) -> Result<Make, Unscripted> {
        match recipe {
            Recipe::Had(term) if *term == secret() => Ok(own("secret", Sort::Secret, Some(group_named(group)?))),
            recipe => self.make(recipe, at, speaker),
        }
    }

    /// What everybody knows, or the attacker has or draws. What stood in a message before is taken from there.
    fn had(&mut self, term: &Term, at: usize, speaker: Role) -> Result<Make, Unscripted> {
        if let Shape::Chain { .. } = term.shape() {
            let before = self.arrows[..at].iter().filter(|arrow| arrow.sends);
            let mut stood = before.filter_map(|arrow| {
                let value = arrow.values.iter().find(|value| value.term == *term)?;
                self.then(self.session_of(arrow.party), Make::Seen(value.name)).ok()
            });
            if let Some(seen) = stood.next() {
                return Ok(seen);
            }
        }
        if let Shape::Of(Free::VerifyingKey, args) = term.shape() {
            if args.first().is_some_and(|key| *key == signing_key(MALLORY)) {
                return Ok(Make::Apply(Op::VerifyingKey, vec![self.had(&args[0], at, speaker)?]));
            }
            // Whoever calls is told the key by which the server is known.
            let said = self.table.messages.iter().filter(|message| message.from == Role::Server);
            let mut shown = said.flat_map(|message| message.fields).filter(|field| field.sort == Sort::VerifyingKey);
            return Ok(Make::Seen(shown.next().ok_or_else(|| no_place(term))?.binds));
        }
        if let Shape::Of(Free::EncryptionKey, args) = term.shape() {
            let [key] = &args[..] else { return Err(no_place(term)) };
            if *key != decryption_key(MALLORY) {
                return self.given(speaker, Source::PeerKey, Item::Own);
            }
            return Ok(Make::Apply(Op::EncryptionKey, vec![self.had(key, at, speaker)?]));
        }
        match term.shape() {
            Shape::Chain { .. } if *term == genuine(MALLORY) => self.given(speaker, Source::Chain, Item::Own),
            Shape::Chain { .. } => self.given(speaker, Source::Chain, Item::Seen),
            Shape::Name { what: "name", of } => {
                let name = match &**of {
                    MALLORY => ATTACKER_NAME,
                    of if of == self.caller => CLIENT_NAME,
                    _ => SERVER_NAME,
                };
                Ok(Make::Literal(Sort::Name, json!(name)))
            }
            Shape::Name { what: "session", of } => Ok(Make::Literal(Sort::Session, json!(&**of))),
            Shape::Name { .. } if *term == nonce() => Ok(own("nonce", Sort::Nonce, None)),
            Shape::Name { .. } if *term == secret() => Ok(own("secret", Sort::Secret, None)),
            Shape::Name { .. } if *term == signing_key(MALLORY) && self.table.gives(Source::HostKey) => {
                // Nobody certifies it: any will do.
                Ok(own("signing-key", Sort::SigningKey, None))
            }
            Shape::Name { .. } if *term == signing_key(MALLORY) => self.given(speaker, Source::SigningKey, Item::Own),
            Shape::Name { .. } if *term == decryption_key(MALLORY) => {
                if self.table.certifies(speaker) || self.table.gives(Source::PeerKey) {
                    self.given(speaker, Source::DecryptionKey, Item::Own)
                } else {
                    Ok(own("decryption-key", Sort::DecryptionKey, None))
                }
            }
            _ => Err(no_place(term)),
        }
    }

    /// What the attacker came by to stand in for this role, which has to be this unless it is something already.
    fn given(&mut self, role: Role, source: Source, item: Item) -> Result<Make, Unscripted> {
        let given = self.table.given.iter().find(|given| given.source == source && given.by.includes(role));
        let given = given.ok_or_else(|| no_place(source_name(source)))?;
        let needs = match role {
            Role::Client => &mut self.needs.as_client,
            Role::Server => &mut self.needs.as_server,
        };
        needs.get_or_insert(item);
        Ok(Make::Had(role, given.name))
    }

    fn made(&mut self, term: &Term, parts: &[Recipe], at: usize, speaker: Role) -> Result<Make, Unscripted> {
        match term.shape() {
            Shape::Power(base, _) => {
                let Shape::Generator(group) = base.shape() else { return Err(no_place(term)) };
                let [_, first, others @ ..] = parts else { return Err(no_place(term)) };
                let first = self.exponent(group, first, at, speaker)?;
                let public = Make::Apply(Op::Public, vec![group_named(group)?, first]);
                return if others.is_empty() { Ok(public) } else { self.raise(group, public, others, at, speaker) };
            }
            Shape::Degenerate(group) => return Ok(Make::Degenerate(Box::new(group_named(group)?))),
            Shape::Offers(mode, groups) => {
                return Ok(Make::Literal(Sort::Offers, json!([{ "mode": mode, "groups": groups }])));
            }
            Shape::Choice(mode, group) => {
                return Ok(Make::Literal(Sort::Choice, json!({ "mode": mode, "group": group })));
            }
            Shape::Group(_) => return group_named(term),
            Shape::Transcript(frames) => return self.transcript(frames, at),
            Shape::Chain { breaks: Some(check), .. } => {
                let forgery = FORGERIES.iter().find(|forgery| forgery.check == *check && *check != checks::PIN);
                let forgery = forgery.ok_or_else(|| no_place(term))?;
                return self.given(speaker, Source::Chain, Item::Forged(forgery));
            }
            Shape::Of(Free::Encapsulation | Free::Encapsulated, args) => {
                let group = args
                    .first()
                    .and_then(group_of)
                    .filter(|of| encapsulates(of))
                    .cloned()
                    .ok_or_else(|| no_place(term))?;
                let [key, coins] = parts else { return Err(no_place(term)) };
                let (coins, key) = (self.exponent(&group, coins, at, speaker)?, self.make(key, at, speaker)?);
                let answer = matches!(term.shape(), Shape::Of(Free::Encapsulation, _));
                let op = if answer { Op::Reply } else { Op::Replied };
                return Ok(Make::Apply(op, vec![group_named(&group)?, coins, key]));
            }
            _ => {}
        }
        let mut made = Vec::new();
        for part in parts {
            made.push(self.make(part, at, speaker)?);
        }
        Ok(match term.shape() {
            Shape::Tuple(_) => Make::Tuple(made),
            Shape::Of(Free::Hash, _) => Make::Apply(Op::Hash, made),
            Shape::Of(Free::Mac, _) => Make::Apply(Op::Mac, made),
            Shape::Of(Free::Extract, _) => Make::Apply(Op::Extract, made),
            Shape::Of(Free::Expand(label), _) => Make::Apply(Op::Expand(label), made),
            Shape::Of(Free::Combine, _) => Make::Apply(Op::Combine, made),
            Shape::Of(Free::Sign(context), _) => Make::Apply(Op::Sign(context), made),
            Shape::Encrypted(..) => {
                let Ok([key, coins, text]) = <[Make; 3]>::try_from(made) else { return Err(no_place(term)) };
                Make::Apply(Op::Encrypt(self.padding()), vec![coins, text, key])
            }
            Shape::Sealed(..) => Make::Apply(Op::Seal, made),
            _ => return Err(no_place(term)),
        })
    }

    /// The digest of what passed on one of the two legs.
    fn transcript(&self, frames: &[Term], at: usize) -> Result<Make, Unscripted> {
        let told = || self.arrows.iter().take(at + 1).filter_map(|arrow| Some((arrow.party, self.frame(arrow)?)));
        let passed = |cast: &usize| {
            let leg: Vec<Term> = told().filter(|(party, _)| party == cast).map(|(_, frame)| frame).collect();
            leg.len() >= frames.len() && leg.iter().zip(frames).all(|(one, other)| one == other)
        };
        let cast = self.order.iter().flatten().copied().find(passed);
        let cast = cast.ok_or_else(|| no_place("transcript"))?;
        let with = self.trace.world.casts[cast].role;
        self.then(self.session_of(cast), Make::Transcript { with, messages: frames.len() })
    }

    pub(super) fn frame(&self, arrow: &Arrow) -> Option<Term> {
        let message = &self.trace.world.casts[arrow.party].table.messages[arrow.message?];
        let values: Vec<Term> = arrow.values.iter().map(|value| value.term.clone()).collect();
        Some(Term::frame(message.kind.as_str(), values))
    }

    /// The word with which something comes out as it was seen.
    fn guessed(&mut self, on: &Recipe, at: usize, speaker: Role) -> Result<Make, Unscripted> {
        let seen = self.term(on).ok_or_else(|| no_place("tried-word"))?;
        let recipe = self.trace.with_word(&seen).ok_or_else(|| no_place("word"))?;
        let made = Box::new(self.made_with_word(&recipe, at, speaker)?);
        Ok(Make::Guessed { made, like: Box::new(self.make(on, at, speaker)?) })
    }

    fn made_with_word(&mut self, recipe: &Recipe, at: usize, speaker: Role) -> Result<Make, Unscripted> {
        match recipe {
            Recipe::Had(term) if self.is_word(term) => Ok(Make::Word),
            Recipe::Made(term, parts) if self.mentions_word(recipe) => {
                let mut made = Vec::new();
                for part in parts {
                    made.push(self.made_with_word(part, at, speaker)?);
                }
                match term.shape() {
                    Shape::Tuple(_) => Ok(Make::Tuple(made)),
                    Shape::Of(Free::Mac, _) => Ok(Make::Apply(Op::Mac, made)),
                    Shape::Of(Free::Hash, _) => Ok(Make::Apply(Op::Hash, made)),
                    Shape::Of(Free::Extract, _) => Ok(Make::Apply(Op::Extract, made)),
                    Shape::Of(Free::Combine, _) => Ok(Make::Apply(Op::Combine, made)),
                    Shape::Of(Free::Expand(label), _) => Ok(Make::Apply(Op::Expand(label), made)),
                    _ => Err(no_place(term)),
                }
            }
            recipe => self.make(recipe, at, speaker),
        }
    }

    fn is_word(&self, term: &Term) -> bool {
        self.trace.world.words && self.trace.world.chosen().contains(term)
    }

    fn mentions_word(&self, recipe: &Recipe) -> bool {
        match recipe {
            Recipe::Had(term) => self.is_word(term),
            Recipe::Made(_, parts) => parts.iter().any(|part| self.mentions_word(part)),
            _ => false,
        }
    }

    fn operations(&self) -> Vec<Op> {
        lab::script::operations(self.table)
    }

    fn padding(&self) -> Padding {
        let padding = |op: Op| if let Op::Encrypt(padding) = op { Some(padding) } else { None };
        self.operations().into_iter().find_map(padding).unwrap_or(Padding::Oaep)
    }
}

fn own(name: &str, sort: Sort, group: Option<Make>) -> Make {
    Make::Own { name: name.to_owned(), sort, group: group.map(Box::new) }
}

fn source_name(source: Source) -> String {
    format!("the {}", source.sort())
}

fn group_named(group: &Term) -> Result<Make, Unscripted> {
    match group.shape() {
        Shape::Group(name) if lab::group::named::find(name).is_none() => {
            Ok(Make::Group(lab::group::own::OWN.to_owned()))
        }
        Shape::Group(name) => Ok(Make::Group((*name).to_owned())),
        _ => Err(no_place(group)),
    }
}
