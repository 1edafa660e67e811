//! A trace as a script for the real attacker: each recipe in the table's own names, each party one of the two that are there.

use crate::{
    goal::Property,
    knowledge::Recipe,
    symbolic::{decryption_key, encapsulates, genuine, signing_key},
    term::{Free, Shape, Term},
    trace::{Arrow, Trace},
    world::{ALICE, BOB, MALLORY, data, nonce, secret},
};
use lab::{
    certificate::{FORGERIES, checks, forge::ATTACKER_NAME},
    loot::{Item, Loot},
    mode::{Mode, Source},
    role::Role,
    scenario::Selection,
    script::{Deed, Keys, Make, Otherwise, Play, Script, Treatment},
    staging::{CLIENT_NAME, SERVER_NAME},
    term::{Op, Padding, Sort},
};
use serde_json::json;
use std::fmt;

/// Why a trace is no script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unscripted {
    /// It takes more sessions than one client's with one server: these take part.
    Sessions(Vec<String>),
    /// Something that the attacker makes in it has no place in a script.
    NoPlace(String),
}

impl fmt::Display for Unscripted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sessions(who) => {
                write!(f, "it takes more than one session of one client with one server: {}", who.join(", "))
            }
            Self::NoPlace(what) => write!(f, "a script has no place for {what}"),
        }
    }
}

impl std::error::Error for Unscripted {}

fn no_place(what: impl ToString) -> Unscripted {
    Unscripted::NoPlace(what.to_string())
}

/// The script that does what a trace says, of which the mode is `mode`.
///
/// # Errors
/// It takes more sessions than one, or something in it has no place in a script.
pub fn of(trace: &Trace, mode: &Selection) -> Result<Script, Unscripted> {
    let arrows = trace.arrows();
    let casts = &trace.world.casts;
    let part: Vec<usize> = (0..casts.len()).filter(|cast| trace.takes_part(*cast)).collect();
    let of_role = |role: Role| part.iter().copied().filter(|cast| casts[*cast].role == role).collect::<Vec<_>>();
    let (clients, servers) = (of_role(Role::Client), of_role(Role::Server));
    let stranger = |cast: &usize| casts[*cast].peer == MALLORY;
    if clients.len() > 1 || servers.len() > 1 || part.iter().any(stranger) {
        return Err(Unscripted::Sessions(part.iter().map(|cast| trace.world.party(*cast)).collect()));
    }
    let (client, server) = (clients.first().copied(), servers.first().copied());
    let table = casts[part.first().copied().unwrap_or(0)].table;
    if !table.in_session().is_empty() {
        // A script has the handshake's keys, and no others.
        return Err(no_place("keys that change among records"));
    }
    let mut scripting = Scripting { trace, table, arrows: &arrows, needs: Loot::NONE };
    scripting.needs.leads_back = server.is_some_and(|cast| casts[cast].owner == ALICE);
    let mut moves = Vec::new();
    if server.is_none() {
        // The server's process is there, and hears who calls; what it says to that goes nowhere.
        let first = Script::of(table, Role::Client).next();
        moves.extend(first.map(|message| Play { message, deed: Deed::Forward }));
    }
    let together = client.zip(server).is_some_and(|(client, server)| trace.agree(client, server));
    let mut records = [if together { Treatment::Forward } else { Treatment::Drop }; 2];
    for (at, arrow) in arrows.iter().enumerate().filter(|(_, arrow)| !arrow.sends) {
        match arrow.message {
            Some(message) => moves.push(Play { message, deed: scripting.deed(at, arrow, message)? }),
            // With the keys of one who talks to nobody else, the attacker says what it likes.
            None if !together && !trace.keys_of(arrow.party).is_empty() => {
                records[Script::side(casts[arrow.party].role)] = Treatment::Read;
            }
            None => scripting.record(arrow, &mut records)?,
        }
    }
    let gains = trace.gains();
    let mut keys = [None, None];
    let secrecy = matches!(trace.goal.property, Property::Secrecy | Property::ForwardSecrecy);
    for cast in part.iter().copied() {
        let side = Script::side(casts[cast].role);
        if !secrecy && !records.contains(&Treatment::Read) {
            continue;
        }
        let known = if cast == trace.victim && secrecy { gains.clone() } else { trace.keys_of(cast) };
        let key = |name: &str| known.iter().find(|(of, _)| *of == name).map(|(_, recipe)| recipe);
        let (Some(client), Some(server), Some(exporter)) = (key("client_write"), key("server_write"), key("exporter"))
        else {
            continue;
        };
        let mut make = |recipe| scripting.make(recipe, arrows.len(), casts[cast].role.peer());
        keys[side] = Some(Keys { client_write: make(client)?, server_write: make(server)?, exporter: make(exporter)? });
    }
    for role in [Role::Client, Role::Server] {
        let (own, peer) = (keys[Script::side(role)].is_some(), keys[Script::side(role.peer())].is_some());
        let treatment = &mut records[Script::side(role)];
        *treatment = match *treatment {
            Treatment::Forward if own => Treatment::Listen,
            Treatment::Drop if own && peer => Treatment::Translate,
            Treatment::Drop if own => Treatment::Read,
            other => other,
        };
    }
    Ok(Script { mode: mode.clone(), table, needs: scripting.needs, moves, otherwise: Otherwise::Drop, keys, records })
}

struct Scripting<'t> {
    trace: &'t Trace,
    table: &'static Mode,
    arrows: &'t [Arrow],
    needs: Loot,
}

impl Scripting<'_> {
    fn sent(&self, number: usize) -> Option<&Arrow> {
        self.arrows.iter().filter(|arrow| arrow.sends).nth(number)
    }

    fn deed(&mut self, at: usize, arrow: &Arrow, message: usize) -> Result<Deed, Unscripted> {
        let speaker = self.table.messages[message].from;
        let mut makes = Vec::new();
        for value in &arrow.values {
            let (_, recipe) = value.made.as_ref().ok_or_else(|| no_place(value.name))?;
            makes.push(self.field(recipe, value.name, at, speaker, message)?);
        }
        let fields = self.table.messages[message].fields;
        let as_it_came =
            makes.iter().zip(fields).all(|(make, field)| matches!(make, Make::Seen(name) if *name == field.binds));
        Ok(if as_it_came { Deed::Forward } else { Deed::Send(makes.into_iter().map(Some).collect()) })
    }

    /// A field of a message: where nothing but something random is wanted, something of the sort's own length.
    fn field(
        &mut self,
        recipe: &Recipe,
        binds: &str,
        at: usize,
        speaker: Role,
        message: usize,
    ) -> Result<Make, Unscripted> {
        let field = self.table.messages[message].fields.iter().find(|field| field.binds == binds);
        match (recipe, field.map(|field| field.sort)) {
            (Recipe::Had(term), Some(sort @ (Sort::Signature | Sort::Mac | Sort::Digest | Sort::Sealed)))
                if *term == nonce() =>
            {
                Ok(Make::Own { name: "nonce".to_owned(), sort, group: None })
            }
            _ => self.make(recipe, at, speaker),
        }
    }

    /// What becomes of records where one is delivered to a party.
    fn record(&mut self, arrow: &Arrow, records: &mut [Treatment; 2]) -> Result<(), Unscripted> {
        let to = self.trace.world.casts[arrow.party].role;
        let value = arrow.values.first().and_then(|value| value.made.as_ref());
        let (_, recipe) = value.ok_or_else(|| no_place("a record"))?;
        let (side, treatment) = match recipe {
            Recipe::Record(number) => {
                let by = self.sent(*number).map(|arrow| arrow.party).ok_or_else(|| no_place("a record"))?;
                let from = self.trace.world.casts[by].role;
                if by == arrow.party {
                    // What its peer says itself would come beside it.
                    records[Script::side(to.peer())] = Treatment::Drop;
                    (Script::side(to), Treatment::Return)
                } else {
                    (Script::side(from), Treatment::Forward)
                }
            }
            Recipe::Made(term, _) => match term.shape() {
                // Where nobody looks at the tag, any other text will do: the sender's own with a bit flipped.
                Shape::Sealed(key, _) if *key == nonce() => (Script::side(to.peer()), Treatment::Flip),
                Shape::Sealed(_, text) if *text == data() => (Script::side(to), Treatment::Read),
                _ => return Err(no_place(term)),
            },
            _ => return Err(no_place("a record")),
        };
        records[side] = treatment;
        Ok(())
    }

    /// The value at this point of the trace; `speaker` is in whose name it is said.
    fn make(&mut self, recipe: &Recipe, at: usize, speaker: Role) -> Result<Make, Unscripted> {
        Ok(match recipe {
            Recipe::Had(term) => self.had(term, at, speaker)?,
            Recipe::Seen(number, field) => {
                let arrow = self.sent(*number).ok_or_else(|| no_place("a message"))?;
                Make::Seen(arrow.values.get(*field).map(|value| value.name).ok_or_else(|| no_place("a field"))?)
            }
            Recipe::Made(term, parts) => self.made(term, parts, at, speaker)?,
            Recipe::Raised(base, by) => {
                let group = self.term(base).as_ref().and_then(group_of).ok_or_else(|| no_place("a group"))?;
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
                let of = self.make(of, at, speaker)?;
                let part = |op: &Op| matches!(op, Op::Part(at, ..) if at == place);
                let op = self.operations().into_iter().find(part).ok_or_else(|| no_place("a part"))?;
                Make::Apply(op, vec![of])
            }
            Recipe::Logarithm(of) => {
                let group = self.term(of).as_ref().and_then(group_of).ok_or_else(|| no_place("a group"))?;
                let of = Box::new(self.make(of, at, speaker)?);
                Make::Logarithm { group: Box::new(group_named(&group)?), of }
            }
            Recipe::Guessed(on) => self.guessed(on, at, speaker)?,
            Recipe::Record(_) => return Err(no_place("a record")),
        })
    }

    /// The term that a recipe makes, where it tells.
    fn term(&self, recipe: &Recipe) -> Option<Term> {
        match recipe {
            Recipe::Seen(number, field) => Some(self.sent(*number)?.values.get(*field)?.term.clone()),
            Recipe::Made(term, _) | Recipe::Had(term) => Some(term.clone()),
            _ => None,
        }
    }

    fn raise(&mut self, group: &Term, base: Make, by: &[Recipe], at: usize, speaker: Role) -> Result<Make, Unscripted> {
        let [exponent] = by else { return Err(no_place("a second exponent")) };
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
        let before = self.arrows[..at].iter().filter(|arrow| arrow.sends).flat_map(|arrow| &arrow.values);
        let chain = matches!(term.shape(), Shape::Chain { .. });
        if let Some(value) = before.into_iter().find(|value| chain && value.term == *term) {
            return Ok(Make::Seen(value.name));
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
                    ALICE => CLIENT_NAME,
                    BOB if self.needs.leads_back => CLIENT_NAME,
                    BOB => SERVER_NAME,
                    _ => ATTACKER_NAME,
                };
                Ok(Make::Literal(Sort::Name, json!(name)))
            }
            Shape::Name { what: "session", of } => Ok(Make::Literal(Sort::Session, json!(&**of))),
            Shape::Name { .. } if *term == nonce() => Ok(own("nonce", Sort::Nonce, None)),
            Shape::Name { .. } if *term == secret() => Ok(own("secret", Sort::Secret, None)),
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
                let group = args.first().and_then(group_of).filter(encapsulates).ok_or_else(|| no_place(term))?;
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
        let told: Vec<(Role, Term)> = self.arrows.iter().take(at + 1).filter_map(|arrow| self.frame(arrow)).collect();
        let passed = |with: Role| {
            let leg: Vec<&Term> = told.iter().filter(|(role, _)| *role == with).map(|(_, frame)| frame).collect();
            leg.len() >= frames.len() && leg.iter().zip(frames).all(|(one, other)| *one == other)
        };
        let with = [Role::Client, Role::Server].into_iter().find(|role| passed(*role));
        let with = with.ok_or_else(|| no_place("a transcript of another session"))?;
        Ok(Make::Transcript { with, messages: frames.len() })
    }

    fn frame(&self, arrow: &Arrow) -> Option<(Role, Term)> {
        let cast = self.trace.world.casts[arrow.party];
        let message = &cast.table.messages[arrow.message?];
        let values: Vec<Term> = arrow.values.iter().map(|value| value.term.clone()).collect();
        Some((cast.role, Term::frame(message.kind.as_str(), values)))
    }

    /// The word with which something comes out as it was seen.
    fn guessed(&mut self, on: &Recipe, at: usize, speaker: Role) -> Result<Make, Unscripted> {
        let seen = self.term(on).ok_or_else(|| no_place("a word tried on what was made"))?;
        let recipe = self.trace.with_word(&seen).ok_or_else(|| no_place("a word"))?;
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

fn group_of(element: &Term) -> Option<Term> {
    match element.shape() {
        Shape::Power(base, _) => group_of(base),
        Shape::Generator(group) | Shape::Degenerate(group) => Some(group.clone()),
        Shape::Of(Free::GeneratorUnder, args) => args.first().cloned(),
        _ => None,
    }
}
