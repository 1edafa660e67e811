//! A leg: one of the attacker's two connections, with all that it can compute of it.

use cryptanalysis::Problem;
use lab::{
    algebra::{
        Algebra,
        real::{Real, Value, fingerprint},
    },
    check::Switches,
    checks::DIRECTION_KEYS,
    control::{Afterwards, Credentials},
    group::Group,
    mode::{Act, By, Message, Mode, Source, Step},
    record::{Content, RecordKey, Sealed},
    role::Role,
    shadow::Shadow,
    supply::Supply,
    term::{Expr, Op, Sort},
    wire::{Frame, body},
};
use num_bigint::BigUint;

/// A value that the attacker knows or supposes.
pub type Known = (&'static str, Value);

/// Certificates and key that let the attacker sign in a victim's name, as the mode's table calls them.
pub fn identity(mode: &Mode, name: Role, loot: Option<&Credentials>) -> Vec<Known> {
    let supply = loot.and_then(|loot| Supply::loot(loot).ok());
    supply.map(|supply| supply.known(mode, name)).unwrap_or_default()
}

/// What the attacker comes by when the session is over, as the mode's table calls it.
pub fn leaked(mode: &Mode, afterwards: Option<&Afterwards>) -> Vec<Known> {
    let Some(afterwards) = afterwards else { return Vec::new() };
    let mut known = identity(mode, Role::Server, afterwards.as_server.as_ref());
    known.extend(identity(mode, Role::Client, afterwards.as_client.as_ref()));
    for step in mode.steps() {
        let (Act::Fresh { name, .. } | Act::Let(name, _)) = step.act else { continue };
        let secret = afterwards.drawn.get(name).and_then(|text| body::decode(name, &text.as_str().into()).ok());
        known.extend(secret.map(|secret| (name, Value::secret(&secret))));
    }
    // What takes the place of what cannot be opened is of no account to whoever opens what can be.
    let stand_ins = mode.steps().filter_map(|step| if let Act::Let(_, value) = step.act { Some(value) } else { None });
    known.extend(stand_ins.flat_map(stand_ins_in).map(|name| (name, Value::secret(&[0; 32]))));
    known
}

/// The values that stand in for what cannot be opened, in an expression.
fn stand_ins_in(value: Expr) -> Vec<&'static str> {
    let all = |values: &'static [Expr]| values.iter().copied().flat_map(stand_ins_in).collect();
    match value {
        Expr::Apply(Op::DecryptOr(_), [_, Expr::Tuple(items), _]) => {
            items.iter().filter_map(|item| if let Expr::Var(name) = item { Some(*name) } else { None }).collect()
        }
        Expr::Apply(_, values) | Expr::Tuple(values) => all(values),
        Expr::Switch(_, on, off) => [stand_ins_in(*on), stand_ins_in(*off)].concat(),
        Expr::Var(_) | Expr::Transcript => Vec::new(),
    }
}

/// A key pair of the attacker's own for whoever shows a bare public key, where it has come by none of that one's.
pub fn with_own_key(mode: &Mode, name: Role, mut algebra: Real, mut known: Vec<Known>) -> Vec<Known> {
    if !mode.sends(name, Sort::EncryptionKey) {
        return known;
    }
    for (key, ()) in mode.known(name, |source| (source == Source::DecryptionKey).then_some(())) {
        if known.iter().all(|(other, _)| *other != key) {
            known.extend(algebra.fresh(key, Sort::DecryptionKey, None).ok().map(|own| (key, own)));
        }
    }
    known
}

/// One connection as the victim at its end sees it.
pub struct Leg {
    mode: &'static Mode,
    switches: Switches,
    frames: Vec<Frame>,
    known: Vec<Known>,
    /// What else might be true, where the wire does not tell: tried on the first record.
    suppositions: Vec<Vec<Known>>,
    invents: &'static [&'static str],
    shadow: Shadow<Real>,
}

impl Leg {
    /// A leg at its beginning, of which the attacker knows `known` and in which it draws the values named in `invents`.
    pub fn new(mode: &'static Mode, algebra: Real, known: Vec<Known>, invents: &'static [&'static str]) -> Self {
        let switches = mode.switches::<&str>(&[], &[]);
        let shadow = Shadow::new(algebra, mode, switches.clone(), known.clone(), invents);
        Self { mode, switches, frames: Vec::new(), known, suppositions: vec![Vec::new()], invents, shadow }
    }

    /// Values that may hold besides the known ones, one set of which has to prove true.
    pub fn suppose(&mut self, suppositions: Vec<Vec<Known>>) {
        self.suppositions = suppositions;
    }

    /// A value, if it is known by now.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.shadow.value(name)
    }

    /// The discrete logarithm of a public value by its name, once that and its group have passed; `None` too in a group without
    /// numbers to compute with.
    pub fn logarithm(&self, public: &str) -> Option<Problem> {
        let Group::Modp(group) = self.value("group")?.group()? else { return None };
        let y = BigUint::from_bytes_be(self.value(public)?.octets()?);
        Some(Problem { p: group.p.clone(), g: group.g.clone(), y })
    }

    /// Follows a handshake frame as it passes; answers with its values, or `None` where it is not what the mode has
    /// next.
    pub fn observe(&mut self, frame: &Frame) -> Option<Vec<Value>> {
        let message = self.shadow.message()?;
        self.shadow.observe(frame).ok()?;
        self.frames.push(frame.clone());
        message.fields.iter().map(|field| self.value(field.binds).cloned()).collect()
    }

    /// The handshake message that comes next; `None` when the handshake is over.
    pub fn message(&self) -> Option<&'static Message> {
        self.shadow.message()
    }

    /// What an expression of the mode's table amounts to at this point; `None` where a value is not known.
    pub fn evaluate(&self, value: &Expr) -> Option<Value> {
        self.shadow.evaluate(value)
    }

    /// The same if these values hold besides the known ones.
    pub fn evaluate_with(&self, supposed: &[Known], value: &Expr) -> Option<Value> {
        let mut shadow = self.shadow.clone();
        supposed.iter().for_each(|(name, value)| shadow.learn(name, value.clone()));
        shadow.evaluate(value)
    }

    /// The next handshake message as it would be if these values held besides the known ones: what can be computed with them
    /// is, and everything else is as in `frame`. Values in the order of its fields, as they came and as they would be.
    pub fn as_if(&self, supposed: &[Known], frame: &Frame) -> Option<(Vec<Value>, Vec<Value>)> {
        let message = self.shadow.message()?;
        let reader = Real::new([0; 32]);
        let observed = reader.read(message, frame).ok()?;
        let mut shadow = self.shadow.clone();
        supposed.iter().for_each(|(name, value)| shadow.learn(name, value.clone()));
        let composed = shadow.compose(&observed, &[])?;
        let would_be = reader.read(message, &composed).ok()?;
        Some((observed, would_be))
    }

    /// Composes the next handshake frame in a victim's place; `observed` may be empty where every field can be computed.
    pub fn compose(&mut self, observed: &[Value], replaced: &[Known]) -> Option<Frame> {
        let frame = self.shadow.compose(observed, replaced)?;
        self.frames.push(frame.clone());
        Some(frame)
    }

    /// Draws the nonces of a message that nobody else says in its sender's place, where they are not known.
    pub fn draw(&mut self, message: &Message, draws: &mut Real) {
        for step in message.before {
            if let Act::Fresh { name, sort: sort @ Sort::Nonce, group: None } = step.act
                && self.value(name).is_none()
                && let Ok(drawn) = draws.fresh(name, sort, None)
            {
                self.learn((name, drawn));
            }
        }
    }

    /// Learns a value, and computes everything anew with it.
    pub fn learn(&mut self, known: Known) {
        self.known.push(known);
        self.shadow = self.rebuilt(&[], self.switches.clone());
    }

    /// Learns what was opened on the other leg, where `from` will have to have sealed it on this one: what its receiver opens
    /// is the sender's to know.
    pub fn hear(&mut self, other: &Self, from: Role) {
        let opened = |step: &Step| match step.act {
            Act::Let(name, Expr::Apply(Op::Open, _)) if step.by == By::One(from.peer()) => Some(name),
            _ => None,
        };
        let heard = self.mode.steps().filter_map(opened).filter(|name| self.value(name).is_none());
        let heard: Vec<Known> = heard.filter_map(|name| Some((name, other.value(name)?.clone()))).collect();
        heard.into_iter().for_each(|known| self.learn(known));
    }

    /// Fingerprint of the leg's session key, once it can be computed.
    pub fn fingerprint(&self) -> Option<String> {
        self.value("exporter").and_then(Value::octets).map(fingerprint)
    }

    /// Opens a record that `sender` sent on this leg.
    ///
    /// Where the keys do not fit, it tries its suppositions, and whether the victims do without direction keys.
    pub fn open(&mut self, sender: Role, frame: &Frame) -> Option<(u64, Content)> {
        let record = Sealed::parse(&frame.body)?;
        if let Some(content) = self.try_open(sender, &record) {
            return Some((record.sequence, content));
        }
        for supposition in self.suppositions.clone() {
            for switches in [self.switches.clone(), self.switches.turned(&DIRECTION_KEYS)] {
                let rebuilt = self.rebuilt(&supposition, switches.clone());
                let before = std::mem::replace(&mut self.shadow, rebuilt);
                if let Some(content) = self.try_open(sender, &record) {
                    self.known.extend(supposition);
                    self.switches = switches;
                    return Some((record.sequence, content));
                }
                self.shadow = before;
            }
        }
        None
    }

    /// Whether a record of `sender`'s opens under what follows from these values besides the known ones.
    pub fn opens_with(&self, supposed: &[Known], sender: Role, frame: &Frame) -> bool {
        let Some(record) = Sealed::parse(&frame.body) else { return false };
        let mut shadow = self.shadow.clone();
        supposed.iter().for_each(|(name, value)| shadow.learn(name, value.clone()));
        write_keys(&shadow, sender).any(|key| key.open(&record).is_some())
    }

    /// The same for any of these records, by their senders.
    pub fn opens_any_with(&self, supposed: &[Known], records: &[(Role, Frame)]) -> bool {
        let mut shadow = self.shadow.clone();
        supposed.iter().for_each(|(name, value)| shadow.learn(name, value.clone()));
        let keys = [Role::Client, Role::Server].map(|sender| write_keys(&shadow, sender).collect::<Vec<_>>());
        records.iter().any(|(sender, frame)| {
            let keys = &keys[usize::from(*sender == Role::Server)];
            Sealed::parse(&frame.body).is_some_and(|record| keys.iter().any(|key| key.open(&record).is_some()))
        })
    }

    /// The mode that is spoken on it.
    pub fn mode(&self) -> &'static Mode {
        self.mode
    }

    /// The handshake frames so far.
    pub fn frames(&self) -> &[Frame] {
        &self.frames
    }

    /// Takes over what the other leg showed about the victims' direction keys.
    pub fn agree_on_switches(&mut self, other: &Self) {
        if self.switches != other.switches {
            self.switches = other.switches.clone();
            self.shadow = self.rebuilt(&[], self.switches.clone());
        }
    }

    /// Seals a record in `sender`'s name.
    pub fn seal(&self, sender: Role, sequence: u64, content: &Content) -> Option<Frame> {
        write_keys(&self.shadow, sender).next()?.seal(sequence, content).ok()
    }

    fn try_open(&self, sender: Role, record: &Sealed<'_>) -> Option<Content> {
        let plaintext = write_keys(&self.shadow, sender).find_map(|key| key.open(record))?;
        match plaintext.split_first()? {
            (1, data) => Some(Content::Data(data.to_vec())),
            _ => Some(Content::Close),
        }
    }

    /// The leg's handshake computed again from its frames.
    fn rebuilt(&self, supposition: &[Known], switches: Switches) -> Shadow<Real> {
        let mut known = self.known.clone();
        known.extend_from_slice(supposition);
        for name in self.invents {
            known.extend(self.value(name).map(|value| (*name, value.clone())));
        }
        // Everything random is known by now, so the seed does not matter.
        let mut shadow = Shadow::new(Real::new([0; 32]), self.mode, switches, known, &[]);
        for frame in &self.frames {
            if shadow.observe(frame).is_err() {
                break;
            }
        }
        shadow
    }
}

/// The keys with which a victim seals its records, as far as they are known, the last one first.
fn write_keys(shadow: &Shadow<Real>, sender: Role) -> impl Iterator<Item = RecordKey> {
    shadow.record_keys(sender).rev().filter_map(|key| RecordKey::new(key.octets()?))
}
