//! The program `client`.

use crate::{
    own::{self, Own},
    switches::Switches,
};
use clap::Parser;
use lab::{
    cause::Cause,
    certificate::Verified,
    control::{Order, PlayOrder, Report},
    event::Fact,
    memory::Memory,
    role::{Actor, Role},
    staging::stage,
    victim::{Kept, Victim},
};
use process::{
    arguments::ByHand,
    channel,
    frames::{Frames, connect, wait_for},
    limits::Limits,
    memories::Memories,
    patience::{Clock, Patience},
    play::play,
    program::{FAILED, FINE, Failure, GAVE_UP, failed, host_and_port, leave_interrupts_to_the_console, outlet, run},
    reports::{Reports, reports},
    steering::{Helm, helm},
    teller::Teller,
};
use std::{
    collections::HashMap, ffi::OsString, future::Future, pin::Pin, process::ExitCode, sync::Arc, time::Duration,
};
use tokio::{net::TcpStream, task::AbortHandle};

/// Runs the key exchange as a client and sends its message
#[derive(Debug, Parser)]
#[command(
    name = "client",
    after_help = "\
Examples:
  server --mode ecdh-cert &
  attacker --attack substitute &
  client --mode ecdh-cert
  client --mode ecdh-cert --server-revoked    what stops attacker --attack stolen-key

Exit status: 0 when the session went through, 1 when the client gave up, 2 usage, 3 when it could not run,
as where nobody listens within --wait."
)]
pub(crate) struct Arguments {
    /// Where the server, or the attacker in front of it, listens
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:7001", value_parser = host_and_port)]
    connect: String,
    /// How long to wait until somebody listens there, in milliseconds [default: as long as it takes]
    #[arg(long, value_name = "MS")]
    wait: Option<u64>,
    /// The theft of the server's key was noticed: its certificate stands on the client's revocation lists
    #[arg(long)]
    server_revoked: bool,
    /// What the message begins with
    #[arg(long, value_name = "TEXT", default_value = "Pay 100 to Carol")]
    say: String,
    /// A program of the user's own that plays what the console orders
    #[arg(long, value_name = "COMMAND", requires = "control", hide = true)]
    own: Option<Own>,
    #[command(flatten)]
    switches: Switches,
    #[command(flatten)]
    by_hand: ByHand,
}

/// The program `client`; the first argument is its name.
pub fn client(args: Vec<OsString>) -> ExitCode {
    run(args, start)
}

async fn start(args: Arguments) -> Result<u8, Failure> {
    let (reports, told) = reports();
    let writer = channel::write(outlet(&args.by_hand), told).await.map_err(failed("--events"))?;
    let code = if args.by_hand.control {
        obey(args.own.map(Arc::new), reports).await
    } else {
        by_hand(&args, reports).await?
    };
    Ok(if writer.await.unwrap_or(false) { code } else { FAILED })
}

async fn by_hand(args: &Arguments, reports: Reports) -> Result<u8, Failure> {
    let mut setting = args.by_hand.common().and_then(|common| common.setting("")).map_err(failed("setting"))?;
    setting.client_phrase.clone_from(&args.say);
    setting.server_revoked = args.server_revoked;
    let mut order = stage(&args.switches.scenario(&args.by_hand.mode)?, &setting)?.client;
    if args.server_revoked && order.credentials.is_none() {
        return Err(Failure::Usage(format!("--server-revoked: in {} the server has no certificate", order.mode)));
    }
    order.session.clone_from(&order.correlation);
    let victim = Victim::new(Role::Client, &order, Kept::default());
    let victim = victim.map_err(|refusal| Failure::Failed(refusal.to_string()))?;
    let stream = wait_for(&args.connect, args.wait.map(Duration::from_millis), &reports).await;
    let stream = stream.map_err(|error| Cause::NoWay { address: args.connect.clone(), error: error.to_string() });
    let patience = (args.by_hand.limits(), Clock::steady());
    Ok(session(order, victim, stream, patience, reports).await)
}

/// A session while it is played.
type Session = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Plays what the console orders until it closes the input.
async fn obey(own: Option<Arc<Own>>, reports: Reports) -> u8 {
    leave_interrupts_to_the_console();
    let (verified, memories, directories) = (Arc::default(), Memories::default(), Memories::default());
    let mut orders = channel::orders();
    let mut playing: HashMap<String, (AbortHandle, Helm)> = HashMap::new();
    while let Some(order) = orders.recv().await {
        playing.retain(|_, (part, _)| !part.is_finished());
        match order {
            Ok(Order::Play(order)) => {
                let session_id = order.session.clone();
                let (helm, steering) = helm();
                let part: Result<Session, String> = match own.clone() {
                    Some(own) => own::kept(&directories, order.place.as_ref())
                        .map(|memory| Box::pin(by_own(own, *order, memory, reports.clone())) as Session),
                    None => victim(&order, &verified, &memories)
                        .map(|victim| Box::pin(ordered(*order, victim, steering.clock, reports.clone())) as Session),
                };
                match part {
                    Ok(part) => {
                        reports.send(Report::Ready { session: session_id.clone() }).await;
                        playing.insert(session_id, (tokio::spawn(part).abort_handle(), helm));
                    }
                    Err(refusal) => refuse(&reports, session_id, refusal).await,
                }
            }
            Ok(Order::Cancel { session }) => {
                playing.remove(&session).inspect(|(part, _)| part.abort());
            }
            Ok(Order::Clock { session, stands }) => {
                if let Some((_, helm)) = playing.get(&session) {
                    helm.steer(Order::Clock { session, stands });
                }
            }
            Ok(Order::Decide { session, .. }) => refuse(&reports, session, "this is the client".to_owned()).await,
            // A client waits for nobody.
            Ok(Order::NobodyComes { .. }) => {}
            Ok(Order::Attack(order)) => refuse(&reports, order.session, "this is the client".to_owned()).await,
            Ok(Order::Read(order)) => refuse(&reports, order.session, "this is the client".to_owned()).await,
            Err(reason) => {
                reports.send(Report::Stray { from: None, reason, limit: None }).await;
            }
        }
    }
    FINE
}

/// The client of an order, with what it knows already.
fn victim(order: &PlayOrder, verified: &Arc<Verified>, memories: &Memories<Memory>) -> Result<Victim, String> {
    let memory = memories.of(order.place.as_ref())?;
    let kept = Kept { verified: Some(Arc::clone(verified)), memory, ..Kept::default() };
    Victim::new(Role::Client, order, kept).map_err(|refusal| refusal.to_string())
}

async fn refuse(reports: &Reports, session: String, reason: String) {
    reports.send(Report::Refused { session, reason }).await;
}

/// A session that the console ordered: whoever it connects to listens already.
async fn ordered(order: PlayOrder, victim: Victim, clock: Clock, reports: Reports) {
    let limits = Limits::of(Duration::from_millis(order.patience));
    let address = order.connect.clone().unwrap_or_default();
    let stream = connect(&address, limits.silence).await;
    let stream = stream.map_err(|error| Cause::NoWay { address, error: error.to_string() });
    session(order, victim, stream, (limits, clock), reports).await;
}

/// A session that the console ordered, played by a program of the user's own.
async fn by_own(own: Arc<Own>, order: PlayOrder, memory: own::Kept, reports: Reports) {
    let limits = Limits::of(Duration::from_millis(order.patience));
    let teller = Teller::new(order.session.clone(), Actor::Client, reports);
    own.client(&order, memory, limits, &teller).await;
}

/// One session, on a connection or the reason why there is none; answers with the exit status that says how it went.
async fn session(
    order: PlayOrder,
    mut victim: Victim,
    stream: Result<TcpStream, Cause>,
    (limits, clock): (Limits, Clock),
    reports: Reports,
) -> u8 {
    let teller = Teller::new(order.session, Actor::Client, reports);
    match stream {
        Ok(stream) => {
            let (reader, mut writer) = stream.into_split();
            let patience = Patience::new(limits, clock);
            play(&mut victim, None, &mut Frames::new(reader), &mut writer, patience, &teller).await;
            if victim.gave_up() { GAVE_UP } else { FINE }
        }
        Err(reason) => {
            teller.tell(Fact::Aborted { flight: 1, check: None, reason }).await;
            teller.tell(Fact::Ended).await;
            FAILED
        }
    }
}
