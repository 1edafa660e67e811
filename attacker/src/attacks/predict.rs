//! `predict`: draw what a victim drew.
//!
//! Random values are as good as what their generator was started with. The attacker has the same program: it starts the
//! generator from whatever it can guess, looks whether the values that travelled come out, and has the secret then.
//!
//! 1. Pass every frame on as it came and keep a copy.
//! 2. When the session is over, draw each side's values from every seed that can be guessed: constants, what travelled, and,
//!    where a side starts its generator itself, every process number at every second around this one; and try secrets that
//!    are one octet over and over.
//! 3. Derive the session key from the secret and read the recording.

use crate::{
    attack::{Family, Info, Needs},
    leg::{Known, Leg},
    listener::Listener,
    passive::{Looked, Passive, Search},
};
use lab::{
    algebra::{
        Algebra,
        real::{PROCESS_BITS, Real, Value, clock_seed},
    },
    event::{Fact, TRIES},
    loot::Loot,
    mode::{Act, Step},
    role::Role,
    term::Sort,
    victim::generator,
};
use sha2::{Digest, Sha256};

pub(super) const INFO: Info = Info {
    id: "predict",
    title: "Draw what a victim drew",
    family: Family::Parameters,
    needs: Needs::Shares,
    variants: &[],
    loot: Loot::NONE,
    logarithm: None,
    stopped_by: &["fresh-randomness"],
    source: include_str!("predict.rs"),
    start: |start| Box::new(Passive::searching(&start, Predict { now: start.now, clocks: None })),
};

/// Octets of which constant secrets are made.
const CONSTANTS: [u8; 12] = [0, 1, 2, 7, 0x11, 0x42, 0x55, 0x5a, 0x7f, 0x80, 0xaa, 0xff];

/// Seconds by which a victim's clock may be off the attacker's, either way.
const CLOCKS_APART: i64 = 10;

/// Draws from every seed that can be guessed.
struct Predict {
    /// The attacker's clock, unix seconds.
    now: i64,
    clocks: Option<Clocks>,
}

impl Search for Predict {
    fn look(&mut self, listener: &mut Listener) -> Looked {
        let read = listener.suppose(suppositions(listener.leg()));
        if read.is_empty() {
            self.clocks = Clocks::new(listener.leg(), self.now);
        }
        Looked { told: self.clocks.as_ref().map(|clocks| clocks.told(false)), read }
    }

    fn go_on(&mut self, listener: &mut Listener) -> Option<Looked> {
        let mut clocks = self.clocks.take()?;
        let found = clocks.second(listener.leg());
        let read = found.map(|found| listener.suppose([found])).unwrap_or_default();
        let over = !read.is_empty() || clocks.is_over();
        let told = Some(clocks.told(over));
        self.clocks = (!over).then_some(clocks);
        Some(Looked { told, read })
    }
}

/// A search for the second and the process number from which a victim started its generator: this second first, then those
/// around it, nearest first.
struct Clocks {
    now: i64,
    /// Those who start their generators themselves, each with what it draws from there on.
    drawing: Vec<(Role, Vec<Draw>)>,
    /// Seconds and roles that were tried.
    done: usize,
    tried: u64,
}

/// A value that is drawn: what it is, and the group that it is for.
struct Draw {
    name: &'static str,
    sort: Sort,
    group: Option<Value>,
}

impl Clocks {
    /// Nothing where nobody starts a generator itself, or where nothing that it draws is to be seen.
    fn new(leg: &Leg, now: i64) -> Option<Self> {
        let drawing = [Role::Client, Role::Server].into_iter().filter_map(|role| {
            let mut steps = steps(leg, role).skip_while(|step| !matches!(step.act, Act::Seed(_)));
            steps.next()?;
            let draws = steps.filter_map(|step| {
                let Act::Fresh { name, sort, group } = step.act else { return None };
                Some(Draw { name, sort, group: group.and_then(|group| leg.value(group)).cloned() })
            });
            let draws: Vec<Draw> = draws.collect();
            draws.iter().any(|draw| leg.value(draw.name).is_some()).then_some((role, draws))
        });
        let drawing: Vec<_> = drawing.collect();
        (!drawing.is_empty()).then_some(Self { now, drawing, done: 0, tried: 0 })
    }

    /// Seconds and roles that there are.
    fn seconds(&self) -> usize {
        (2 * CLOCKS_APART as usize + 1) * self.drawing.len()
    }

    fn is_over(&self) -> bool {
        self.done >= self.seconds()
    }

    /// Tries every process number at the next second for the next role; the secrets that it draws where what travelled comes
    /// out.
    fn second(&mut self, leg: &Leg) -> Option<Vec<Known>> {
        let (nth, place) = (self.done / self.drawing.len(), self.done % self.drawing.len());
        self.done += 1;
        let away = nth.div_ceil(2) as i64 * if nth % 2 == 0 { 1 } else { -1 };
        let (_, draws) = &self.drawing[place];
        (0..1 << PROCESS_BITS).find_map(|process| {
            self.tried += 1;
            come_out(leg, draws, Real::new(clock_seed(self.now.saturating_add(away), process)))
        })
    }

    fn told(&self, over: bool) -> Fact {
        let all = (self.seconds() as u64) << PROCESS_BITS;
        let total = if over { self.tried } else { all };
        let (phase, unit) = ("clock-seed".to_owned(), Some(TRIES.to_owned()));
        Fact::Work { phase, done: self.tried, total, unit }
    }
}

/// What this generator draws that nobody sees; nothing where what was seen does not come out.
fn come_out(leg: &Leg, draws: &[Draw], mut algebra: Real) -> Option<Vec<Known>> {
    let mut secrets = Vec::new();
    for Draw { name, sort, group } in draws {
        let drawn = algebra.fresh(name, *sort, group.as_ref()).ok()?;
        match leg.value(name).and_then(Value::octets) {
            Some(seen) if Some(seen) != drawn.octets() => return None,
            Some(_) => {}
            None => secrets.push((*name, drawn)),
        }
    }
    Some(secrets)
}

fn steps(leg: &Leg, role: Role) -> impl Iterator<Item = &'static Step> {
    leg.mode().steps().filter(move |step| step.by.includes(role))
}

fn suppositions(leg: &Leg) -> Vec<Vec<Known>> {
    let (mut suppositions, seeds) = (Vec::new(), seeds(leg));
    for role in [Role::Client, Role::Server] {
        for seed in &seeds {
            suppositions.extend(drawn(leg, role, Real::new(*seed)));
            suppositions.extend(drawn(leg, role, generator(seed)));
        }
        suppositions.extend(constants(leg, role));
    }
    suppositions
}

/// What anybody would try: every octet over and over, and what travelled, by itself and as a digest.
fn seeds(leg: &Leg) -> Vec<[u8; 32]> {
    let mut seeds: Vec<[u8; 32]> = (0..=u8::MAX).map(|octet| [octet; 32]).collect();
    let fields = leg.mode().messages.iter().flat_map(|message| message.fields);
    for octets in fields.filter_map(|field| leg.value(field.binds)?.octets()) {
        seeds.push(Sha256::digest(octets).into());
        seeds.extend(<[u8; 32]>::try_from(octets));
    }
    seeds
}

/// The secrets that a role draws from this generator, in the order of its table; nothing where the nonces that it draws
/// are not those that travelled.
fn drawn(leg: &Leg, role: Role, mut algebra: Real) -> Option<Vec<Known>> {
    let mut secrets: Vec<Known> = Vec::new();
    for step in steps(leg, role) {
        let (name, sort, group) = match step.act {
            Act::Fresh { name, sort, group } => (name, sort, group),
            Act::Seed(value) => {
                algebra.seed(&leg.evaluate_with(&secrets, &value)?).ok()?;
                continue;
            }
            _ => continue,
        };
        let drawn = algebra.fresh(name, sort, group.and_then(|group| leg.value(group))).ok()?;
        match sort {
            _ if !sort.may_be_shown() => secrets.push((name, drawn)),
            _ if leg.value(name).and_then(Value::octets) != drawn.octets() => return None,
            _ => {}
        }
    }
    Some(secrets)
}

/// Each constant as a secret of the role's, and what the attacker itself would draw.
fn constants(leg: &Leg, role: Role) -> Vec<Vec<Known>> {
    let mut suppositions = Vec::new();
    for step in steps(leg, role) {
        let Act::Fresh { name, sort: Sort::Secret, group: Some(group) } = step.act else { continue };
        let Ok(own) = Real::new([0; 32]).fresh(name, Sort::Secret, leg.value(group)) else { continue };
        let length = own.octets().map_or(0, <[u8]>::len);
        suppositions.push(vec![(name, own)]);
        suppositions.extend(CONSTANTS.map(|octet| vec![(name, Value::secret(&vec![octet; length]))]));
    }
    suppositions
}
