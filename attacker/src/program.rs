//! The program `attacker`.

use crate::{attack::Recipe, attacks, cost, reading::Recording, relay::Relay, session::Session, work::Workshop};
use clap::Parser;
use lab::{
    control::{AttackOrder, Order, Place, PlayOrder, ReadOrder},
    event::Fact,
    hand::Hand,
    refusal::Refusal,
    role::Actor,
    scenario::{Scenario, Selection},
    script::{self, kept::Written},
    staging::{Setting, stage},
};
use process::{
    arguments::{ByHand, Common},
    files,
    frames::connect,
    listening::listen,
    memories::Memories,
    part::{Afterwards, Listening, Part},
    program::{Failure, failed, host_and_port, run},
    teller::Teller,
};
use serde_json::json;
use std::{
    ffi::OsString,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

/// Most primes whose precomputation is kept.
const GROUPS: usize = 16;

/// Relays between a client and a server and attacks their key exchange
#[derive(Debug, Parser)]
#[command(
    name = "attacker",
    after_help = "\
Examples:
  attacker --mode dh --attack substitute
  attacker --mode dh-weak --attack crack --connect 127.0.0.1:7002
  attacker --mode ecdh --script found.json

It relays the lab's own frames, and only to the server that it is told.

Exit status: 2 usage, 3 when it could not run; otherwise it relays until it is ended."
)]
struct Arguments {
    /// Where the client connects
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:7001")]
    listen: SocketAddr,
    /// Allows an address that is not loopback: everybody in the network can then be relayed
    #[arg(long)]
    expose_to_network: bool,
    /// Where the server listens
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:7002", value_parser = host_and_port)]
    connect: String,
    /// How long to wait until somebody listens there, in milliseconds [default: as long as it takes]
    #[arg(long, value_name = "MS")]
    wait: Option<u64>,
    /// What to do, as in substitute or inject-public:zero
    #[arg(long, value_name = "ATTACK", default_value = "substitute")]
    attack: Selection,
    /// Do what this file says instead (docs/script.md)
    #[arg(long, value_name = "FILE", conflicts_with = "attack")]
    script: Option<PathBuf>,
    /// How long a session may take in all, in seconds; what is being computed then is cut off [default: 60, and four
    /// for each that the prime is known to cost]
    #[arg(long, value_name = "SECONDS")]
    deadline: Option<u64>,
    #[command(flatten)]
    by_hand: ByHand,
}

/// Its command line, with what its help says.
pub fn command() -> clap::Command {
    <Arguments as clap::CommandFactory>::command()
}

/// The program `attacker`; the first argument is its name.
pub fn attacker(args: Vec<OsString>) -> ExitCode {
    run(args, start)
}

/// What all sessions share.
struct Attacker {
    args: Arguments,
    common: Common,
    /// What it does instead of an attack of the list.
    script: Option<Written>,
    /// Work for primes that were met before.
    workshop: Arc<Workshop>,
    /// Recipes that go on in the next session of their campaign.
    recipes: Memories<Recipe>,
}

async fn start(args: Arguments) -> Result<u8, Failure> {
    let (at, exposed, flags) = (args.listen, args.expose_to_network, args.by_hand.clone());
    let common = flags.common().map_err(failed("setting"))?;
    let script = args.script.as_deref().map(read).transpose()?;
    let workshop = Arc::new(Workshop::new(GROUPS));
    let attacker = Attacker { args, common, script, workshop, recipes: Memories::default() };
    listen(Box::new(attacker), at, exposed, &flags).await
}

/// Reads a script from a file.
fn read(path: &Path) -> Result<Written, Failure> {
    let octets = files::octets(path, script::LONGEST)
        .map_err(|error| Failure::Usage(format!("--script {}: {error}", path.display())))?;
    Written::read(&octets).map_err(|misfit| Failure::Usage(format!("--script {}: {misfit}", path.display())))
}

impl Attacker {
    /// The session of an order, in which what the attacker learned in earlier ones is not lost.
    fn session(&self, order: &AttackOrder) -> Result<Session, attacks::Unknown> {
        let Some(Place { campaign, number, of, .. }) = &order.place else { return Session::of(order) };
        let name = format!("{campaign} {}", order.attack);
        let session = match self.recipes.find(&name) {
            Some(recipe) => Session::again(order, recipe)?,
            None => Session::of(order)?,
        };
        if number < of {
            self.recipes.keep(&name, Arc::clone(session.recipe()));
        } else {
            self.recipes.forget(&name);
        }
        Ok(session)
    }

    fn part(&self, order: AttackOrder) -> Result<Part, String> {
        let session = self.session(&order).map_err(|unknown| unknown.to_string())?;
        let (beyond, workshop) = (self.args.connect.clone(), Arc::clone(&self.workshop));
        let (limits, by_hand) =
            (self.args.by_hand.limits_for(Duration::from_millis(order.patience)), order.hand.is_some());
        Ok(Box::new(move |caller, reports| {
            Box::pin(async move {
                let teller = Teller::new(order.session, Actor::Attacker, reports);
                // By hand, nothing may go there for long, and whoever connects to the server speaks at once.
                let server = match by_hand {
                    true => Ok(None),
                    false => connect(&beyond, limits.silence).await.map(Some),
                };
                let server = match server {
                    Ok(server) => server,
                    Err(error) => {
                        // Whoever counts on this part is not left to wait for it.
                        teller.tell(Fact::Ended).await;
                        return Err(format!("--connect {beyond}: {error}"));
                    }
                };
                let deadline = Duration::from_millis(order.deadline);
                let mut relay = Relay::new(session, teller, limits, deadline, workshop, beyond.clone());
                if by_hand {
                    relay = relay.by_hand(caller.steering.decisions);
                }
                let relayed = relay.run(caller.first, (caller.frames, caller.writer), server).await;
                relayed.map_err(|error| format!("--connect {beyond}: {error}"))
            })
        }))
    }
}

impl Listening for Attacker {
    fn actor(&self) -> Actor {
        Actor::Attacker
    }

    fn beyond(&self) -> Option<(&str, Option<Duration>)> {
        Some((&self.args.connect, self.args.wait.map(Duration::from_millis)))
    }

    fn plays_unnamed(&self) -> bool {
        false
    }

    fn ordered(&self, order: Order) -> Result<Part, String> {
        match order {
            Order::Attack(order) => self.part(*order),
            _ => Err("this is the attacker".to_owned()),
        }
    }

    fn called(&self, _: &PlayOrder, _: u32) -> Result<Part, String> {
        Err("this is the attacker".to_owned())
    }

    fn reads(&self, order: ReadOrder) -> Result<Afterwards, String> {
        let recording = Recording::listen(&order.mode, &order.frames)?;
        let workshop = Arc::clone(&self.workshop);
        Ok(Box::new(move |reports| {
            Box::pin(async move {
                recording.read(order, workshop, reports).await;
                Ok(())
            })
        }))
    }

    fn by_hand(&self, session: &str) -> Result<Part, Failure> {
        let setting = self.common.setting(session).map_err(failed("setting"))?;
        let mode = self.args.by_hand.mode.clone();
        let (attack, script, hand) = match &self.script {
            Some(Written::Script(script)) => (None, Some(script.as_ref()), None),
            Some(Written::Kept(kept)) => {
                let decided = kept.decided.first().cloned().unwrap_or_default();
                (Some(&kept.scenario.attack), None, Some(Hand { decided, holds: false }))
            }
            None => (Some(&self.args.attack), None, None),
        };
        let scenario = match attack {
            None => attacks::by_script(mode, Vec::new(), Vec::new()),
            Some(attack) => Scenario { mode, attack: attack.clone(), without: Vec::new(), with: Vec::new() },
        };
        if let Some(several) = script.map(|script| script.sessions.len()).filter(|several| *several > 1) {
            let why = Refusal::new("several-by-hand", json!({ "got": several }));
            return Err(Failure::Usage(why.to_string()));
        }
        let refused = |unknown: attacks::Unknown| match script {
            Some(_) => Failure::Usage(format!("--script: {unknown}")),
            None => Failure::Usage(unknown.to_string()),
        };
        let resolved = attacks::scripted(&scenario, script).map_err(refused)?;
        let cost = cost::core_seconds(&resolved);
        let deadline = cost::deadline(self.args.deadline.map(Duration::from_secs), self.args.by_hand.patience(), cost);
        let setting = Setting { deadline: u64::try_from(deadline.as_millis()).unwrap_or(u64::MAX), ..setting };
        let order = AttackOrder { script: script.cloned(), hand, ..stage(&resolved.played, &setting)?.attack };
        self.part(order).map_err(Failure::Failed)
    }
}
