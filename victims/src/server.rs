//! The program `server`.

use crate::{
    own::{self, Own},
    switches::Switches,
};
use clap::Parser;
use lab::{
    certificate::Verified,
    control::{Order, PlayOrder},
    group::Group,
    memory::Memory,
    role::{Actor, Role},
    scenario::Selection,
    staging::{own_group, stage},
    victim::{Kept, Victim, call},
};
use process::{
    arguments::{ByHand, Common},
    foreign::Directory,
    listening::listen,
    memories::Memories,
    part::{Listening, Part},
    patience::Patience,
    play::play,
    program::{Failure, failed, run},
    teller::Teller,
};
use std::{
    collections::HashMap,
    ffi::OsString,
    net::SocketAddr,
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// Most groups that are kept.
const GROUPS: usize = 256;

/// Runs the key exchange as a server and answers with its message
#[derive(Debug, Parser)]
#[command(
    name = "server",
    after_help = "\
Examples:
  server --mode dh-weak:short,bits=64
  server --mode ecdh-cert --listen 127.0.0.1:9000

Exit status: 2 usage, 3 when it could not run; otherwise it serves until it is ended."
)]
pub(crate) struct Arguments {
    /// Where to listen
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:7002")]
    listen: SocketAddr,
    /// Allows an address that is not loopback: everybody in the network can then start sessions with this server
    #[arg(long)]
    expose_to_network: bool,
    /// What the message begins with
    #[arg(long, value_name = "TEXT", default_value = "Your balance is 4711")]
    say: String,
    /// A program of the user's own that plays what the console orders
    #[arg(long, value_name = "COMMAND", requires = "control", hide = true)]
    own: Option<Own>,
    #[command(flatten)]
    switches: Switches,
    #[command(flatten)]
    by_hand: ByHand,
}

/// The program `server`; the first argument is its name.
pub fn server(args: Vec<OsString>) -> ExitCode {
    run(args, start)
}

/// What all sessions share.
struct Server {
    args: Arguments,
    common: Common,
    groups: Mutex<HashMap<Selection, Option<Group>>>,
    verified: Arc<Verified>,
    memories: Memories<Memory>,
    directories: Memories<Directory>,
}

async fn start(args: Arguments) -> Result<u8, Failure> {
    let (at, exposed, flags) = (args.listen, args.expose_to_network, args.by_hand.clone());
    let common = flags.common().map_err(failed("setting"))?;
    let server = Server {
        args,
        common,
        groups: Mutex::default(),
        verified: Arc::default(),
        memories: Memories::default(),
        directories: Memories::default(),
    };
    listen(Box::new(server), at, exposed, &flags).await
}

impl Server {
    /// The own group of a mode: computed once, since a deployed server has one prime for all its sessions.
    fn group(&self, mode: &Selection) -> Option<Group> {
        let mut groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        if groups.len() > GROUPS {
            groups.clear();
        }
        groups.entry(mode.clone()).or_insert_with(|| own_group(mode)).clone()
    }

    fn part(&self, order: PlayOrder) -> Result<Part, String> {
        if let Some(own) = self.args.own.clone() {
            return self.by_own(own, order);
        }
        let memory = self.memories.of(order.place.as_ref())?;
        let kept = Kept { group: self.group(&order.mode), verified: Some(Arc::clone(&self.verified)), memory };
        let mut victim = Victim::new(Role::Server, &order, kept).map_err(|refusal| refusal.to_string())?;
        let limits = self.args.by_hand.limits_for(Duration::from_millis(order.patience));
        Ok(Box::new(move |mut caller, reports| {
            Box::pin(async move {
                let teller = Teller::new(order.session, Actor::Server, reports);
                let first = Some(caller.first);
                let patience = Patience::new(limits, caller.steering.clock);
                play(&mut victim, first, &mut caller.frames, &mut caller.writer, patience, &teller).await;
                Ok(())
            })
        }))
    }
}

impl Server {
    /// The part that a program of the user's own plays.
    fn by_own(&self, own: Own, order: PlayOrder) -> Result<Part, String> {
        let kept = (self.group(&order.mode), own::kept(&self.directories, order.place.as_ref())?);
        let limits = self.args.by_hand.limits_for(Duration::from_millis(order.patience));
        Ok(Box::new(move |caller, reports| {
            Box::pin(async move {
                let teller = Teller::new(order.session.clone(), Actor::Server, reports);
                own.server(&order, kept, caller, limits, &teller).await;
                Ok(())
            })
        }))
    }
}

impl Listening for Server {
    fn actor(&self) -> Actor {
        Actor::Server
    }

    fn beyond(&self) -> Option<(&str, Option<Duration>)> {
        None
    }

    /// The victim says what is wrong with it.
    fn plays_unnamed(&self) -> bool {
        true
    }

    fn ordered(&self, order: Order) -> Result<Part, String> {
        match order {
            Order::Play(order) => self.part(*order),
            _ => Err("this is the server".to_owned()),
        }
    }

    fn called(&self, order: &PlayOrder, number: u32) -> Result<Part, String> {
        self.part(call(order, number).ok_or_else(|| "the order has no seed".to_owned())?)
    }

    fn by_hand(&self, session: &str) -> Result<Part, Failure> {
        let mut setting = self.common.setting(session).map_err(failed("setting"))?;
        setting.server_phrase.clone_from(&self.args.say);
        let scenario = self.args.switches.scenario(&self.args.by_hand.mode)?;
        self.part(stage(&scenario, &setting)?.server).map_err(Failure::Failed)
    }
}
