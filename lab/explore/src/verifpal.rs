//! A table as a model for Verifpal (Kobeissi, Nicolas and Tiwari, 2020; <https://verifpal.com>), which looks for attacks over any
//! number of sessions of one client and one server. What the translation leaves out stands in its head, and in docs/explore.md.

mod value;

use crate::world::decides;
use lab::{
    certificate::checks as certificate_checks,
    check::{Check, Switches},
    checks,
    mode::{Act, Field, Message, Mode, Names, Relation, Source, Step},
    refusal::Refusal,
    role::Role,
    term::{Expr, Op, Sort},
    wire::Channel,
};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use value::{Value, list, name};

/// Why a table is not translated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Untranslated {
    /// It goes on from what was kept of an earlier session.
    Remembers,
    /// The server sends a group of its own.
    Group,
    /// A key encapsulation mechanism beside Diffie–Hellman, a generator that follows from a secret, or a stand-in for what does
    /// not open.
    Operation(&'static str),
}

impl From<&Untranslated> for Refusal {
    fn from(why: &Untranslated) -> Self {
        match why {
            Untranslated::Remembers => Self::new("untranslated-memory", json!({})),
            Untranslated::Group => Self::new("untranslated-group", json!({})),
            Untranslated::Operation(operation) => {
                Self::new("untranslated-operation", json!({ "operation": operation }))
            }
        }
    }
}

lab::refused!(Untranslated);

/// Values that a primitive takes at most.
const MOST: usize = 5;

/// The model of a table with these switches, whose queries are what the mode promises.
///
/// # Errors
/// The table has something that is not translated.
pub fn of(mode: &'static Mode, switches: &Switches) -> Result<String, Untranslated> {
    let steps = || {
        mode.handshake().iter().flat_map(|message| message.before.iter().chain(message.receipt).chain(message.after))
    };
    if steps().any(|step| matches!(step.act, Act::Recall(..) | Act::Keep(..))) {
        return Err(Untranslated::Remembers);
    }
    if mode.gives(Source::Group) {
        return Err(Untranslated::Group);
    }
    if mode.groups.iter().any(|group| crate::symbolic::encapsulates(&crate::term::Term::group(group))) {
        return Err(Untranslated::Operation("encapsulation"));
    }
    let mut model = Model { mode, switches, labels: BTreeSet::new(), sides: Default::default(), lines: Vec::new() };
    model.beginning();
    for (at, message) in mode.handshake().iter().enumerate() {
        model.message(at, message)?;
    }
    model.end();
    Ok(model.written())
}

/// What one of the two has by now.
#[derive(Default)]
struct Side {
    /// Constants by the table's names.
    known: BTreeMap<&'static str, Value>,
    /// Tuples that were taken apart.
    split: BTreeSet<Value>,
    /// The transcript.
    frames: Vec<Value>,
}

impl Side {
    /// What has this name; where nothing has, there is no choice in it.
    fn get(&self, name: &str) -> Value {
        self.known.get(name).cloned().unwrap_or(Value::Nil)
    }
}

struct Model<'s> {
    mode: &'static Mode,
    switches: &'s Switches,
    labels: BTreeSet<String>,
    sides: [Side; 2],
    /// What each does, and what goes from one to the other: whose it is, the line.
    lines: Vec<(Option<Role>, String)>,
}

const fn principal(role: Role) -> &'static str {
    match role {
        Role::Client => "Client",
        Role::Server => "Server",
    }
}

const ROLES: [Role; 2] = [Role::Client, Role::Server];

impl Model<'_> {
    fn side(&mut self, role: Role) -> &mut Side {
        let [client, server] = &mut self.sides;
        if role == Role::Client { client } else { server }
    }

    fn does(&mut self, role: Role, line: impl Into<String>) {
        self.lines.push((Some(role), line.into()));
    }

    /// From one to the other; what is guarded nobody changes.
    fn says(&mut self, from: Role, what: &[String]) {
        let line = format!("{} -> {}: {}", principal(from), principal(from.peer()), what.join(", "));
        self.lines.push((None, line));
    }

    fn performs(&self, check: &'static Check) -> bool {
        decides(self.switches, check)
    }

    /// Whoever shows a chain is who it names: all rules that make it so decide.
    fn certified(&self) -> bool {
        let performed = self.mode.checks();
        let rules = checks::of_certificates().filter(|it| it.id != certificate_checks::PIN && performed.contains(it));
        rules.into_iter().all(|check| self.performs(check))
    }

    /// What each knows before.
    fn beginning(&mut self) {
        let mut guarded: Vec<(Role, Value)> = Vec::new();
        for role in ROLES {
            self.does(role, format!("generates {}", Value::own(role, "canary")));
            for given in self.mode.given.iter().filter(|given| given.by.includes(role)) {
                let named = |own: bool| name(if own { role } else { role.peer() });
                let value = match given.source {
                    Source::Session if role == Role::Server => continue,
                    Source::Session => {
                        let own = Value::own(role, "session");
                        self.does(role, format!("generates {own}"));
                        own
                    }
                    Source::Offers | Source::Group | Source::Trust | Source::Clock => Value::Nil,
                    Source::PeerName => named(false),
                    Source::OwnName => named(true),
                    Source::SharedSecret => Value::known("shared_secret"),
                    Source::SigningKey | Source::HostKey | Source::DecryptionKey | Source::StaticKey => {
                        let own = Value::own(role, given.name);
                        self.does(role, format!("knows private {own}"));
                        own
                    }
                    // Its owner's public keys are all that a chain is here.
                    Source::Chain => Value::own(role, "public_key"),
                    Source::PeerKey | Source::PeerStatic => Value::own(role.peer(), "public_key"),
                };
                self.side(role).known.insert(given.name, value);
            }
            let key = [Source::SigningKey, Source::DecryptionKey, Source::StaticKey].into_iter().find_map(|source| {
                self.mode.given.iter().find(|given| given.source == source && given.by.includes(role))
            });
            if let Some(key) = key {
                let public = Value::own(role, "public_key");
                self.does(role, format!("{public} = PUBKEY({})", Value::own(role, key.name)));
                let known = |given: &&lab::mode::Given| matches!(given.source, Source::PeerKey | Source::PeerStatic);
                if self.mode.given.iter().any(|given| known(&given) && given.by.includes(role.peer())) {
                    guarded.push((role, public));
                }
            }
        }
        if self.mode.gives(Source::SharedSecret) {
            ROLES.into_iter().for_each(|role| self.does(role, "knows private shared_secret"));
        }
        guarded.into_iter().for_each(|(role, public)| self.says(role, &[format!("[{public}]")]));
    }

    fn message(&mut self, at: usize, message: &'static Message) -> Result<(), Untranslated> {
        let (from, to) = (message.from, message.from.peer());
        self.steps(from, message.before)?;
        let (mut said, mut told) = (Vec::new(), Vec::new());
        let mut frame = vec![self.label("kind", message.kind.as_str())];
        for field in message.fields {
            let constant = self.field(at, from, field)?;
            let guarded = message.kind.channel() == Channel::Voice || (field.sort == Sort::Chain && self.certified());
            if constant != Value::Nil && !told.contains(&constant) {
                said.push(if guarded { format!("[{constant}]") } else { constant.to_string() });
                told.push(constant.clone());
            }
            for role in ROLES {
                self.side(role).known.insert(field.binds, constant.clone());
            }
            frame.push(constant);
        }
        if !said.is_empty() {
            self.says(from, &said);
        }
        self.steps(to, message.receipt)?;
        frame.retain(|constant| *constant != Value::Nil);
        ROLES.into_iter().for_each(|role| self.side(role).frames.extend(frame.iter().cloned()));
        ROLES.into_iter().try_for_each(|role| self.steps(role, message.after))
    }

    /// The constant that stands in a field: what has no choice in it, as which groups there are, is nothing here.
    fn field(&mut self, at: usize, from: Role, field: &Field) -> Result<Value, Untranslated> {
        if matches!(field.sort, Sort::Offers | Sort::Choice | Sort::Group) {
            return Ok(Value::Nil);
        }
        let value = self.expression(from, &field.value)?;
        if value.owner().is_some() {
            return Ok(value);
        }
        let constant = Value::Field(at, field.binds);
        self.does(from, format!("{constant} = {}", value.said()));
        Ok(constant)
    }

    fn steps(&mut self, role: Role, steps: &'static [Step]) -> Result<(), Untranslated> {
        for step in steps.iter().filter(|step| step.by.includes(role)) {
            match step.act {
                Act::Fresh { name, .. } => {
                    let own = Value::own(role, name);
                    self.does(role, format!("generates {own}"));
                    self.side(role).known.insert(name, own);
                }
                Act::Let(name, value) => self.let_(role, name, &value)?,
                Act::Check(relation, args) => self.check(role, relation, args)?,
                // What is drawn is a name there too.
                Act::Seed(_) => {}
                Act::Recall(..) | Act::Keep(..) | Act::Install(..) | Act::Say | Act::Forget(_) => {}
            }
        }
        Ok(())
    }

    fn let_(&mut self, role: Role, name: &'static str, value: &Expr) -> Result<(), Untranslated> {
        let computed = self.expression(role, value)?;
        let constant = if computed.is_constant() {
            computed
        } else {
            let own = Value::own(role, name);
            let checked = if matches!(value, Expr::Apply(Op::Open, _)) { "?" } else { "" };
            self.does(role, format!("{own} = {computed}{checked}"));
            own
        };
        self.side(role).known.insert(name, constant);
        Ok(())
    }

    fn check(&mut self, role: Role, relation: Relation, args: &[Expr]) -> Result<(), Untranslated> {
        let line = match relation {
            Relation::Equal(check) | Relation::Same(check) if self.performs(check) => {
                let [one, other] = [self.expression(role, &args[0])?, self.expression(role, &args[1])?];
                format!("_ = ASSERT({}, {})?", one.beside(&other), other.beside(&one))
            }
            Relation::Signed(check, context) if self.performs(check) => {
                let label = self.label("context", context);
                let [key, digest] = [self.expression(role, &args[0])?, self.expression(role, &args[1])?];
                format!("_ = SIGNVERIF({key}, HASH({label}, {digest}), {})?", self.expression(role, &args[2])?)
            }
            _ => return Ok(()),
        };
        self.does(role, line);
        Ok(())
    }

    /// A public constant for a word.
    fn label(&mut self, of: &str, text: &str) -> Value {
        let plain: String =
            text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect();
        let label = format!("{of}_{plain}");
        self.labels.insert(label.clone());
        Value::Known(label)
    }

    fn all(&mut self, role: Role, values: &[Expr]) -> Result<Vec<Value>, Untranslated> {
        values.iter().map(|value| self.expression(role, value)).collect()
    }

    /// Several values as one, by a primitive that takes a few at a time.
    fn joined(primitive: &str, mut values: Vec<Value>) -> Value {
        let of = |values: &[Value]| Value::Computed(format!("{primitive}({})", list(values)));
        while values.len() > MOST {
            let first: Vec<Value> = values.drain(..MOST).collect();
            values.insert(0, of(&first));
        }
        match &values[..] {
            [] => Value::Nil,
            [one] if primitive == "CONCAT" => one.clone(),
            all => of(all),
        }
    }

    fn expression(&mut self, role: Role, value: &Expr) -> Result<Value, Untranslated> {
        let (op, args) = match value {
            Expr::Var(name) => return Ok(self.side(role).get(name)),
            Expr::Transcript => {
                let frames = self.side(role).frames.clone();
                return Ok(Self::joined("HASH", frames));
            }
            Expr::Switch(check, on, off) => {
                let value = if self.performs(check) { on } else { off };
                return self.expression(role, value);
            }
            Expr::Tuple(items) => {
                let mut items = self.all(role, items)?;
                items.retain(|item| *item != Value::Nil);
                return Ok(Self::joined("CONCAT", items));
            }
            Expr::Apply(op, args) => (*op, *args),
        };
        if let (Op::Part(place, of, _), [Expr::Var(tuple)]) = (op, args) {
            let whole = self.side(role).get(tuple);
            if of == 1 {
                return Ok(whole);
            }
            if self.side(role).split.insert(whole.clone()) {
                let parts: Vec<Value> = (1..=of).map(|part| Value::Part(Box::new(whole.clone()), part)).collect();
                self.does(role, format!("{} = SPLIT({whole})", list(&parts)));
            }
            return Ok(Value::Part(Box::new(whole), place + 1));
        }
        let args = self.all(role, args)?;
        let [one, rest @ ..] = &args[..] else { return Ok(Value::Nil) };
        Ok(Value::Computed(match op {
            Op::Preferred | Op::Pick | Op::Accept | Op::GroupOf | Op::ServerGroup => return Ok(Value::Nil),
            Op::LeafKey | Op::LeafEncryptionKey => return Ok(one.clone()),
            // A chain is its owner's public key.
            Op::LeafName => return Ok(name(one.owner().unwrap_or(Role::Server))),
            Op::Public | Op::Reply => format!("PUBKEY({})", rest[0]),
            Op::Agree | Op::Replied => format!("DH_KEX({}, {})", rest[1], rest[0]),
            Op::Combine | Op::Extract | Op::Hash | Op::Short => format!("HASH({one})"),
            Op::ClockSeed => format!("HASH({})", list(&args)),
            Op::Expand(label) => {
                let label = self.label("label", label);
                format!("MAC({one}, CONCAT({label}, {}))", list(rest))
            }
            Op::Mac => format!("MAC({one}, {})", rest[0]),
            Op::Seal => format!("AEAD_ENC({one}, nil, {}, nil)", rest[0]),
            Op::Open => format!("AEAD_DEC({one}, nil, {}, nil)", rest[0]),
            Op::Sign(context) => format!("SIGN({one}, HASH({}, {}))", self.label("context", context), rest[0]),
            Op::VerifyingKey | Op::EncryptionKey => format!("PUBKEY({one})"),
            Op::Encrypt(_) => format!("PKE_ENC({}, {})", rest[1], rest[0]),
            Op::Decrypt(_) => format!("PKE_DEC({one}, {})", rest[0]),
            Op::Part(..) => return Err(Untranslated::Operation("part")),
            Op::PublicUnder => return Err(Untranslated::Operation("generator")),
            Op::DecryptOr(_) => return Err(Untranslated::Operation("stand-in")),
        }))
    }

    /// One record each way.
    fn end(&mut self) {
        for role in ROLES {
            let (record, canary) = (Value::own(role, "record"), Value::own(role, "canary"));
            let key = |model: &mut Self, of: Role| {
                let name = if role == Role::Client { "client_write" } else { "server_write" };
                model.side(of).get(name)
            };
            let (own, peers) = (key(self, role), key(self, role.peer()));
            self.does(role, format!("{record} = AEAD_ENC({own}, nil, {canary}, nil)"));
            self.says(role, &[record.to_string()]);
            let read = Value::own(role.peer(), "read");
            self.does(role.peer(), format!("{read} = AEAD_DEC({peers}, nil, {record}, nil)?"));
        }
    }

    fn written(self) -> String {
        let mut out = format!("// {}: the lab's table, for Verifpal.\n", self.mode.id);
        for check in self.mode.checks().into_iter().filter(|check| !self.performs(check)) {
            out += &format!("// without {check}\n");
        }
        out += LEFT_OUT;
        out += "attacker[active]\n";
        let public = ROLES.map(|role| name(role).to_string()).into_iter().chain(self.labels.iter().cloned());
        let public = public.collect::<Vec<_>>().join(", ");
        for role in ROLES {
            out += &format!("\nprincipal {}[\n\tknows public {public}\n]\n", principal(role));
        }
        let mut open: Option<Role> = None;
        for (whose, line) in &self.lines {
            if *whose != open || whose.is_none() {
                if open.is_some() {
                    out += "]\n";
                }
                open = *whose;
                match whose {
                    Some(role) => out += &format!("\nprincipal {}[\n", principal(*role)),
                    None => out += "\n",
                }
            }
            out += &if whose.is_some() { format!("\t{line}\n") } else { format!("{line}\n") };
        }
        if open.is_some() {
            out += "]\n";
        }
        out += "\nqueries[\n";
        for role in ROLES {
            if self.mode.names == Names::Server && role == Role::Server {
                continue;
            }
            let peer = role.peer();
            out += &format!("\tconfidentiality? {}\n", Value::own(role, "canary"));
            out += &format!(
                "\tauthentication? {} -> {}: {}\n",
                principal(peer),
                principal(role),
                Value::own(peer, "record")
            );
        }
        out + "]\n"
    }
}

const LEFT_OUT: &str = "// Left out: which groups are offered and picked, elements of small order, words that people chose, the attacker as a
// legitimate peer, what certificates are for, records but one each way, what leaks after the end, and the goals injectivity,
// identity, choice and forward secrecy. A chain is its owner's public key, guarded where every rule about it decides.

";
