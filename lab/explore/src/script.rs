//! A trace as a script for the real attacker: each recipe in the table's own names, each party one of the two that are there.

use crate::{
    goal::Property,
    knowledge::{Recipe, is_anybodys},
    symbolic::{decryption_key, encapsulates, genuine, signing_key},
    term::{Free, Shape, Term},
    trace::{Arrow, Trace, speakers},
    world::{ALICE, Cast, MALLORY, data, nonce, secret},
};
use lab::{
    certificate::{FORGERIES, checks, forge::ATTACKER_NAME},
    loot::{Item, Loot},
    mode::{Mode, Source},
    role::Role,
    scenario::Selection,
    script::{Deed, Keys, Make, Otherwise, Play, Script, Session, Treatment},
    staging::{CLIENT_NAME, SERVER_NAME},
    term::{Op, Padding, Sort},
    wire::Channel,
};
use serde_json::json;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// Why a trace is no script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unscripted {
    /// Its sessions have no order in which one comes after the other, or are not between the lab's victims: these take part.
    Sessions(Vec<String>),
    /// Something that the attacker makes in it has no place in a script.
    NoPlace(String),
}

impl fmt::Display for Unscripted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sessions(who) => {
                write!(
                    f,
                    "it takes sessions that are none of the lab's two victims one after the other: {}",
                    who.join(", ")
                )
            }
            Self::NoPlace(what) => write!(f, "a script has no place for {what}"),
        }
    }
}

impl std::error::Error for Unscripted {}

fn no_place(what: impl ToString) -> Unscripted {
    Unscripted::NoPlace(what.to_string())
}

/// The script that does what a trace says, of which the mode is `mode`: one session where one client and one server take part,
/// and otherwise as few as there can be, of which each takes what it is made of from those before.
///
/// # Errors
/// Its sessions have no such order, somebody takes part who is none of the lab's victims, or something in it has no place in a
/// script.
pub fn of(trace: &Trace, mode: &Selection) -> Result<Script, Unscripted> {
    let arrows = trace.arrows();
    let casts = &trace.world.casts;
    let part: Vec<usize> = (0..casts.len()).filter(|cast| trace.takes_part(*cast)).collect();
    let table = casts[part.first().copied().unwrap_or(0)].table;
    if !table.in_session().is_empty() {
        // A script has the handshake's keys, and no others.
        return Err(no_place("keys that change among records"));
    }
    let apart = || Unscripted::Sessions(part.iter().map(|cast| trace.world.party(*cast)).collect());
    let caller = caller(casts, &part, table).ok_or_else(apart)?;
    let order = order(&needed(&arrows, &part, &trace.gains(), trace.victim), casts).ok_or_else(apart)?;
    let several = order.len() > 1;
    let mut sessions = Vec::new();
    for (number, here) in order.iter().enumerate() {
        let of = |role: Role| here.iter().copied().find(|cast| casts[*cast].role == role);
        let [client, server] = [of(Role::Client), of(Role::Server)];
        let mut needs = Loot::NONE;
        needs.leads_back = server.is_some_and(|cast| casts[cast].owner == caller);
        needs.called = client.is_some_and(|cast| casts[cast].peer == MALLORY && table.gives(Source::PeerName));
        let scripting = Scripting { trace, table, arrows: &arrows, needs, caller, order: &order, number };
        let mut session = scripting.session(client, server)?;
        // Somebody who is of no more use waits for nothing.
        let over = here.iter().all(|cast| !trace.is_done(*cast));
        session.hang_up = several && over && !here.contains(&trace.victim);
        sessions.push(session);
    }
    Ok(Script { mode: mode.clone(), table, sessions })
}

/// Who of the two honest people is the lab's client: whoever calls in this trace, where one alone does and nobody is called whom
/// the lab's server cannot be.
fn caller(casts: &[Cast], part: &[usize], table: &Mode) -> Option<&'static str> {
    let by = |role: Role| part.iter().map(|cast| &casts[*cast]).filter(move |cast| cast.role == role);
    let caller = by(Role::Client).next().map_or(ALICE, |cast| cast.owner);
    let one = by(Role::Client).all(|cast| cast.owner == caller);
    // The lab's victims are given what they need to face each other; the attacker they can face where a name is all they need.
    let given = |role: Role| table.given.iter().filter(move |given| given.by.includes(role)).map(|given| given.source);
    let secret = |source| matches!(source, Source::SharedSecret | Source::PeerStatic);
    let keyed = |source| secret(source) || matches!(source, Source::PeerKey | Source::PeerName);
    let strangers = by(Role::Client).any(|cast| cast.peer == MALLORY) && given(Role::Client).any(secret)
        || by(Role::Server).any(|cast| cast.peer == MALLORY) && given(Role::Server).any(keyed);
    // Whom it calls back home it finds where secrets are shared, and there alone.
    let home = by(Role::Server).any(|cast| cast.owner == caller) && !given(Role::Server).any(secret);
    (one && !strangers && !home).then_some(caller)
}

/// Who takes part, each with those of whose words something is made that is delivered to it, or is made of its keys.
fn needed(
    arrows: &[Arrow],
    part: &[usize],
    gains: &[(&'static str, Recipe)],
    victim: usize,
) -> BTreeMap<usize, BTreeSet<usize>> {
    let mut needed: BTreeMap<usize, BTreeSet<usize>> = part.iter().map(|cast| (*cast, BTreeSet::new())).collect();
    let delivered = arrows.iter().filter(|arrow| !arrow.sends);
    let made = delivered
        .flat_map(|arrow| arrow.values.iter().filter_map(|value| Some((arrow.party, &value.made.as_ref()?.1))));
    for (cast, recipe) in made.chain(gains.iter().map(|(_, recipe)| (victim, recipe))) {
        needed.entry(cast).or_default().extend(speakers(arrows, recipe));
    }
    needed
}

/// As few sessions as can be, each of one client, one server or both, in an order in which nobody needs the words of anybody in
/// a later one.
fn order(needed: &BTreeMap<usize, BTreeSet<usize>>, casts: &[Cast]) -> Option<Vec<Vec<usize>>> {
    let left: BTreeSet<usize> = needed.keys().copied().collect();
    let mut best: Option<Vec<Vec<usize>>> = None;
    arrange(needed, casts, &left, &mut Vec::new(), &mut best);
    best
}

fn arrange(
    needed: &BTreeMap<usize, BTreeSet<usize>>,
    casts: &[Cast],
    left: &BTreeSet<usize>,
    so_far: &mut Vec<Vec<usize>>,
    best: &mut Option<Vec<Vec<usize>>>,
) {
    if best.as_ref().is_some_and(|best| so_far.len() >= best.len()) {
        return;
    }
    if left.is_empty() {
        *best = Some(so_far.clone());
        return;
    }
    let of = |role: Role| left.iter().copied().filter(|cast| casts[*cast].role == role).collect::<Vec<_>>();
    let (clients, servers) = (of(Role::Client), of(Role::Server));
    let pairs = clients.iter().flat_map(|client| servers.iter().map(|server| vec![*client, *server]));
    let alone = left.iter().map(|cast| vec![*cast]);
    for here in pairs.chain(alone) {
        let later = |cast: &usize| left.contains(cast) && !here.contains(cast);
        if here.iter().any(|cast| needed[cast].iter().any(later)) {
            continue;
        }
        let left: BTreeSet<usize> = left.iter().copied().filter(|cast| !here.contains(cast)).collect();
        so_far.push(here);
        arrange(needed, casts, &left, so_far, best);
        so_far.pop();
    }
}

/// What becomes one session of a script.
struct Scripting<'t> {
    trace: &'t Trace,
    table: &'static Mode,
    arrows: &'t [Arrow],
    needs: Loot,
    /// Who is the lab's client.
    caller: &'static str,
    /// Who is there in each session.
    order: &'t [Vec<usize>],
    /// Which session this is, from 0.
    number: usize,
}

impl Scripting<'_> {
    fn session(mut self, client: Option<usize>, server: Option<usize>) -> Result<Session, Unscripted> {
        let (trace, table, arrows) = (self.trace, self.table, self.arrows);
        let casts = &trace.world.casts;
        let here = || arrows.iter().enumerate().filter(|(_, arrow)| [client, server].contains(&Some(arrow.party)));
        let mut moves = Vec::new();
        if server.is_none() {
            // The server's process is there, and hears who calls; what it says to that goes nowhere.
            let first = Script::of(table, Role::Client).next();
            moves.extend(first.map(|message| Play { message, deed: Deed::Forward }));
        }
        let together = client.zip(server).is_some_and(|(client, server)| trace.agree(client, server));
        let mut records = [if together { Treatment::Forward } else { Treatment::Drop }; 2];
        for (at, arrow) in here().filter(|(_, arrow)| !arrow.sends) {
            match arrow.message {
                Some(message) if table.messages[message].kind.channel() == Channel::Voice => {
                    self.heard(arrow, client, server)?;
                }
                Some(message) => moves.push(Play { message, deed: self.deed(at, arrow, message)? }),
                // With the keys of one who talks to nobody else, the attacker says what it likes.
                None if !together && !trace.keys_of(arrow.party).is_empty() => {
                    records[Script::side(casts[arrow.party].role)] = Treatment::Read;
                }
                None => self.record(arrow, &mut records)?,
            }
        }
        let gains = trace.gains();
        let mut keys = [None, None];
        let secrecy = matches!(trace.goal.property, Property::Secrecy | Property::ForwardSecrecy);
        for cast in [client, server].into_iter().flatten() {
            let side = Script::side(casts[cast].role);
            if !secrecy && !records.contains(&Treatment::Read) {
                continue;
            }
            let known = if cast == trace.victim && secrecy { gains.clone() } else { trace.keys_of(cast) };
            let key = |name: &str| known.iter().find(|(of, _)| *of == name).map(|(_, recipe)| recipe);
            let (Some(client), Some(server), Some(exporter)) =
                (key("client_write"), key("server_write"), key("exporter"))
            else {
                continue;
            };
            let mut make = |recipe| self.make(recipe, arrows.len(), casts[cast].role.peer());
            keys[side] =
                Some(Keys { client_write: make(client)?, server_write: make(server)?, exporter: make(exporter)? });
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
        Ok(Session { needs: self.needs, moves, otherwise: Otherwise::Drop, keys, records, hang_up: false })
    }

    /// What is said by voice goes from one victim to the other of the same session, and nowhere else.
    fn heard(&self, arrow: &Arrow, client: Option<usize>, server: Option<usize>) -> Result<(), Unscripted> {
        let speaker = if self.trace.world.casts[arrow.party].role == Role::Client { server } else { client };
        let terms = |arrow: &Arrow| arrow.values.iter().map(|value| value.term.clone()).collect::<Vec<_>>();
        let said = |it: &Arrow| it.sends && Some(it.party) == speaker && it.message == arrow.message;
        let heard = self.arrows.iter().any(|it| said(it) && terms(it) == terms(arrow));
        if heard { Ok(()) } else { Err(no_place("a voice from elsewhere")) }
    }

    /// The session in which this one of the cast takes part, from 0.
    fn session_of(&self, cast: usize) -> Option<usize> {
        self.order.iter().position(|here| here.contains(&cast))
    }

    /// What was so in a session, as it is called from here.
    fn then(&self, session: Option<usize>, make: Make) -> Result<Make, Unscripted> {
        match session {
            Some(session) if session == self.number => Ok(make),
            Some(session) if session < self.number => Ok(Make::Earlier { session: session + 1, value: Box::new(make) }),
            _ => Err(no_place("what comes in a later session")),
        }
    }

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
                if self.session_of(by) != Some(self.number) {
                    return Err(no_place("a record of another session"));
                }
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
                let seen = arrow.values.get(*field).ok_or_else(|| no_place("a field"))?;
                let session = self.session_of(arrow.party);
                if session != Some(self.number) && is_anybodys(&seen.term) {
                    return self.made(&seen.term.clone(), &[], at, speaker);
                }
                self.then(session, Make::Seen(seen.name))?
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
                let whole = self.term(of).map(|whole| whole.parts().len());
                let of = self.make(of, at, speaker)?;
                let part = |op: &Op| matches!(op, Op::Part(at, parts, _) if at == place && whole.is_none_or(|of| of == *parts));
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
            Recipe::Opened(closed, _) => match self.term(closed)?.shape() {
                Shape::Sealed(_, text) | Shape::Encrypted(_, _, text) => Some(text.clone()),
                _ => None,
            },
            Recipe::Part(of, place) => Some((*self.term(of)?.parts().get(*place)?).clone()),
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
        let told = || self.arrows.iter().take(at + 1).filter_map(|arrow| Some((arrow.party, self.frame(arrow)?)));
        let passed = |cast: &usize| {
            let leg: Vec<Term> = told().filter(|(party, _)| party == cast).map(|(_, frame)| frame).collect();
            leg.len() >= frames.len() && leg.iter().zip(frames).all(|(one, other)| one == other)
        };
        let cast = self.order.iter().flatten().copied().find(passed);
        let cast = cast.ok_or_else(|| no_place("a transcript that nobody has"))?;
        let with = self.trace.world.casts[cast].role;
        self.then(self.session_of(cast), Make::Transcript { with, messages: frames.len() })
    }

    fn frame(&self, arrow: &Arrow) -> Option<Term> {
        let message = &self.trace.world.casts[arrow.party].table.messages[arrow.message?];
        let values: Vec<Term> = arrow.values.iter().map(|value| value.term.clone()).collect();
        Some(Term::frame(message.kind.as_str(), values))
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
