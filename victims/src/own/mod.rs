//! A program of the user's own in a victim's place: what it sends and receives is watched on its way, and what it believes is
//! what it reports (docs/own-victim.md).

mod facts;
mod given;
mod report;
mod running;
mod tap;

use facts::{Watched, facts};
use given::Given;
use lab::{
    cause::Cause,
    control::{Place, PlayOrder},
    event::{Fact, Limit},
    evidence::hex,
    group::Group,
    modes,
    refusal::Refusal,
    role::Role,
    victim,
};
use process::{
    authorities::random,
    foreign::Directory,
    frames::{Arrival, Frames, connect},
    limits::{Limits, after},
    memories::Memories,
    part::Caller,
    teller::Teller,
};
use running::Running;
use serde_json::json;
use std::{net::Ipv4Addr, path::PathBuf, sync::Arc, time::Duration};
use tap::{End, tap};
use tokio::{net::TcpListener, time::timeout_at};

/// A program of the user's own.
#[derive(Clone, Debug)]
pub(crate) struct Own {
    /// Program and arguments, with placeholders.
    command: Vec<String>,
    /// Where it was named.
    here: PathBuf,
}

impl std::str::FromStr for Own {
    type Err = String;

    /// A command as a shell has it, with quotation marks and without anything else of a shell.
    fn from_str(text: &str) -> Result<Self, String> {
        let command = shlex::split(text).filter(|words| !words.is_empty());
        let command = command.ok_or_else(|| Refusal::new("command", json!({})).to_string())?;
        let here = std::env::current_dir()
            .map_err(|error| Refusal::new("named-where", json!({ "why": error.to_string() })).to_string())?;
        Ok(Self { command, here })
    }
}

/// A directory that stays from session to session of a campaign: what the program writes there it finds again.
pub(crate) type Kept = Option<Arc<Directory>>;

/// What is kept for the program at this place of a campaign: an empty directory in the first session.
///
/// # Errors
/// It is a later session, and the process knows of no earlier one; or the directory cannot be made.
pub(crate) fn kept(memories: &Memories<Directory>, place: Option<&Place>) -> Result<Kept, String> {
    memories.at(place, || {
        let name = random().map(|drawn| format!("interlock-memory-{}", hex(&drawn[..16])));
        name.and_then(|name| Directory::create(std::env::temp_dir().join(name))).map_err(|error| error.to_string())
    })
}

impl Own {
    /// Plays the client's part of a session with it.
    pub(crate) async fn client(&self, order: &PlayOrder, memory: Kept, limits: Limits, teller: &Teller) {
        let mut watched = Watched::default();
        teller.tell_all(beginning(order)).await;
        let played = self.play_client(order, memory, limits, teller, &mut watched).await;
        ended(Role::Client, order, watched, played, limits, teller).await;
    }

    async fn play_client(
        &self,
        order: &PlayOrder,
        memory: Kept,
        limits: Limits,
        teller: &Teller,
        watched: &mut Watched,
    ) -> Result<Running, Cause> {
        let own = |error: std::io::Error| Cause::Untold { says: Some(error.to_string()) };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(own)?;
        let port = listener.local_addr().map_err(own)?.port();
        let given = Given::new(Role::Client, order, Some(port), None, memory).map_err(own)?;
        let mut running = Running::start(&self.command, &self.here, given).map_err(own)?;
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted.ok(),
            () = running.ended() => None,
            () = tokio::time::sleep(limits.silence) => {
                watched.limit = Some(Limit::Connection);
                None
            }
        };
        let Some((near, _)) = accepted else { return Ok(running) };
        let address = order.connect.clone().unwrap_or_default();
        let far = connect(&address, limits.silence).await;
        let far = far.map_err(|error| Cause::NoWay { address, error: error.to_string() })?;
        let (reader, writer) = far.into_split();
        tap(End::of(near), End::new(Frames::new(reader), writer), None, limits, teller, watched).await;
        Ok(running)
    }

    /// Plays the server's part of a session with it.
    pub(crate) async fn server(
        &self,
        order: &PlayOrder,
        (group, memory): (Option<Group>, Kept),
        caller: Caller,
        limits: Limits,
        teller: &Teller,
    ) {
        let mut watched = Watched::default();
        teller.tell_all(beginning(order)).await;
        let played = self.play_server(order, (group, memory), caller, limits, teller, &mut watched).await;
        ended(Role::Server, order, watched, played, limits, teller).await;
    }

    async fn play_server(
        &self,
        order: &PlayOrder,
        (group, memory): (Option<Group>, Kept),
        caller: Caller,
        limits: Limits,
        teller: &Teller,
        watched: &mut Watched,
    ) -> Result<Running, Cause> {
        let own = |error: std::io::Error| Cause::Untold { says: Some(error.to_string()) };
        let given = Given::new(Role::Server, order, None, group.as_ref(), memory).map_err(own)?;
        let mut running = Running::start(&self.command, &self.here, given).map_err(own)?;
        let end = after(limits.silence);
        let Ok(Some(port)) = timeout_at(end, running.listening()).await else { return Ok(running) };
        let address = format!("{}:{port}", Ipv4Addr::LOCALHOST);
        let near = connect(&address, limits.silence).await;
        let near = near.map_err(|error| Cause::NoWay { address, error: error.to_string() })?;
        let Caller { first, frames, writer, .. } = caller;
        let first = if let Arrival::Frame(frame) = first { Some(frame) } else { None };
        tap(End::of(near), End::new(frames, writer), first, limits, teller, watched).await;
        Ok(running)
    }
}

/// Hears the program out, if it was started, and tells what came of the session.
async fn ended(
    role: Role,
    order: &PlayOrder,
    mut watched: Watched,
    played: Result<Running, Cause>,
    limits: Limits,
    teller: &Teller,
) {
    let said = match played {
        // Who has not connected in all that time has nothing more to say.
        Ok(running) if watched.limit == Some(Limit::Connection) => Some(running.finish(Duration::ZERO).await),
        Ok(running) => Some(running.finish(limits.silence).await),
        Err(cause) => {
            watched.fault = Some(cause);
            None
        }
    };
    teller.tell_all(facts(role, order, &watched, said)).await;
}

fn beginning(order: &PlayOrder) -> Vec<Fact> {
    let plays = modes::play(&order.mode, &order.without, &order.with);
    let plays = plays.map_or_else(|_| order.mode.to_string(), |played| played.selection.to_string());
    let started = Fact::Started { plays, without: order.without.clone(), with: order.with.clone() };
    [Some(started), victim::trusts(order)].into_iter().flatten().collect()
}
