//! What a session of each mode costs, beside its public-key operations alone: `cargo bench -p victims --bench modes -- [rounds=N]
//! [update]`. With `update` the figures replace those of `measured.txt`, from which the table of the documentation is made.
//!
//! Both victims in one thread, without sockets: every message, record and event of a session between two that have not met
//! before. The operations are timed where the same handshake computes them, in turn with the sessions, so that both see the same
//! machine. Counted is by the clock: of processor time systems tell in steps that are longer than a session. It prints a mode a line, by tabs: microseconds of a whole session, of its public-key operations, and the one by the
//! other.
#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a bench prints its figures, and fails where it cannot run"
)]

use lab::{
    algebra::{
        Algebra,
        real::{Real, Value},
    },
    check::Switches,
    control::PlayOrder,
    finding::Finding,
    group::Group,
    handshake::{Handshake, Output},
    misfit::Misfit,
    mode::{Message, Mode, Relation},
    modes,
    party::{Command, Input, Party},
    role::Role,
    scenario::Selection,
    staging::{Orders, Setting, own_group, stage},
    supply::Supply,
    term::{Op, Sort},
    victim::{Kept, Victim, draws},
    wire::Frame,
};
use std::{
    cell::Cell,
    collections::VecDeque,
    fs,
    rc::Rc,
    time::{Duration, Instant},
};

/// Rounds of one session and one timed handshake each, where nobody says how many.
const ROUNDS: usize = 101;

/// What was measured, as the documentation says it.
const MEASURED: &str = "in one thread: both victims with all their records and events, without sockets, who have not \
                        met before and read their orders, keys and certificates; beside it the public-key operations of the same \
                        handshake alone.";

/// The algebra of bytes, which counts the time of its public-key operations.
#[derive(Clone)]
struct Timed {
    real: Real,
    spent: Rc<Cell<Duration>>,
}

impl Timed {
    fn timed<T>(&self, counts: bool, compute: impl FnOnce() -> T) -> T {
        if !counts {
            return compute();
        }
        let began = Instant::now();
        let result = compute();
        self.spent.set(self.spent.get() + began.elapsed());
        result
    }
}

impl Algebra for Timed {
    type Value = Value;
    type Wire = <Real as Algebra>::Wire;
    type Transcript = <Real as Algebra>::Transcript;

    fn fresh(&mut self, name: &'static str, sort: Sort, group: Option<&Value>) -> Result<Value, Misfit> {
        self.real.fresh(name, sort, group)
    }

    fn seed(&mut self, seed: &Value) -> Result<(), Misfit> {
        self.real.seed(seed)
    }

    fn apply(&self, op: Op, args: &[Value]) -> Result<Value, Misfit> {
        let counts = matches!(
            op,
            Op::Public
                | Op::PublicUnder
                | Op::Agree
                | Op::Reply
                | Op::Replied
                | Op::Sign(_)
                | Op::VerifyingKey
                | Op::EncryptionKey
                | Op::Encrypt(_)
                | Op::Decrypt(_)
                | Op::DecryptOr(_)
        );
        self.timed(counts, || self.real.apply(op, args))
    }

    fn tuple(&self, items: &[Value]) -> Result<Value, Misfit> {
        self.real.tuple(items)
    }

    fn relate(&self, relation: Relation, args: &[Value], switches: &Switches) -> Result<Vec<Finding>, Misfit> {
        // Of a path of certificates the signatures are nearly all.
        let counts = matches!(relation, Relation::Signed(..) | Relation::Certified(_) | Relation::CertifiedForAny(_));
        self.timed(counts, || self.real.relate(relation, args, switches))
    }

    fn write(&self, message: &Message, values: &[Value]) -> Self::Wire {
        self.real.write(message, values)
    }

    fn read(&self, message: &Message, wire: &Self::Wire) -> Result<Vec<Value>, Misfit> {
        self.real.read(message, wire)
    }

    fn absorb(&self, transcript: &mut Self::Transcript, wire: &Self::Wire) {
        self.real.absorb(transcript, wire);
    }

    fn digest(&self, transcript: &Self::Transcript) -> Value {
        self.real.digest(transcript)
    }

    fn fingerprint(&self, key: &Value) -> String {
        self.real.fingerprint(key)
    }
}

/// Plays a whole session; the server has had its own group for long.
fn session(orders: &Orders, group: Option<&Group>) {
    let kept = || Kept { group: group.cloned(), ..Kept::default() };
    let victim = |role, order: &PlayOrder| Victim::new(role, order, kept()).expect("a victim");
    let mut victims = [victim(Role::Client, &orders.client), victim(Role::Server, &orders.server)];
    let mut queue = VecDeque::from([(Role::Server, Input::Open), (Role::Client, Input::Open)]);
    while let Some((to, input)) = queue.pop_front() {
        for command in victims[usize::from(to == Role::Server)].handle(input) {
            if let Command::Send(frame) = command {
                queue.push_back((to.peer(), Input::Frame(frame)));
            }
        }
    }
    assert!(victims.iter().all(|it| it.is_over() && !it.gave_up()), "{} was not played to its end", orders.client.mode);
}

/// What the handshake's public-key operations take.
fn operations(mode: &'static Mode, orders: &Orders, group: Option<&Group>) -> Duration {
    let spent = Rc::new(Cell::new(Duration::ZERO));
    let party = |role: Role, order: &PlayOrder| {
        let group = group.filter(|_| role == Role::Server).cloned();
        let known = Supply::of(order, mode, group, None).expect("what it is given").known(mode, role);
        let algebra = Timed { real: draws(order).expect("a seed"), spent: Rc::clone(&spent) };
        Handshake::new(algebra, mode, role, mode.switches::<&str>(&[], &[]), known).expect("a handshake")
    };
    let mut parties = [party(Role::Client, &orders.client), party(Role::Server, &orders.server)];
    let mut waiting: VecDeque<(usize, Frame)> = VecDeque::new();
    while !parties.iter().all(Handshake::is_done) {
        for (sender, party) in parties.iter_mut().enumerate() {
            let mut outputs = Vec::new();
            if waiting.front().is_some_and(|(to, _)| *to == sender)
                && let Some((_, frame)) = waiting.pop_front()
            {
                party.receive(&frame, &mut outputs).expect("a message that fits");
            }
            party.send(&mut outputs).expect("something to say");
            waiting.extend(outputs.into_iter().filter_map(|output| match output {
                Output::Sent { wire, .. } => Some((1 - sender, wire)),
                _ => None,
            }));
        }
    }
    spent.get()
}

/// In microseconds.
fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1e6
}

/// Every mode as each of its variants plays it.
fn every_mode() -> impl Iterator<Item = Selection> {
    modes::all().iter().flat_map(|mode| {
        let plain = Selection::plain(mode.id);
        let variants = mode.variants.iter().map(|it| Selection { variant: Some(it.id.to_owned()), ..plain.clone() });
        let variants: Vec<_> = variants.collect();
        if variants.is_empty() { vec![plain] } else { variants }
    })
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let said = |word: &str| arguments.iter().any(|argument| argument == word);
    let rounds = arguments.iter().find_map(|argument| argument.strip_prefix("rounds=")?.parse().ok());
    // Under `cargo test` each is played once.
    let rounds = rounds.unwrap_or(if said("--bench") { ROUNDS } else { 1 }).max(1);
    let mut rows = Vec::new();
    for selection in every_mode() {
        let scenario = format!("{selection}/relay").parse().expect("a scenario");
        let resolved = modes::resolve(&scenario).expect("a mode");
        let orders = stage(&resolved, &Setting::seeded("bench", 1)).expect("orders");
        let group = own_group(&orders.server.mode);
        let (mut whole, mut alone) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            let began = Instant::now();
            session(&orders, group.as_ref());
            whole.push(began.elapsed());
            alone.push(operations(resolved.mode, &orders, group.as_ref()));
        }
        let (whole, alone) = (median(whole), median(alone));
        let row = format!("{selection}\t{whole:.0}\t{alone:.0}");
        let ratio = if alone.round() > 0.0 { format!("{:.2}", whole / alone) } else { "–".to_owned() };
        println!("{row}\t{ratio}");
        rows.push(row);
    }
    if said("update") {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/measured.txt");
        let before = fs::read_to_string(path).expect("the figures until now");
        let kept = before.lines().filter(|line| line.starts_with('#')).map(str::to_owned);
        let how = format!("Medians of {rounds} rounds, {MEASURED}");
        let lines: Vec<String> = kept.chain([how]).chain(rows).collect();
        fs::write(path, lines.join("\n") + "\n").expect("the file can be written");
    }
}
