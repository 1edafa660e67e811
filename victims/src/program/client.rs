//! The program `client`.

use super::{FINE, GAVE_UP, Switches, leave_interrupts_to_the_console, outlet, run, text};
use crate::{
    arguments::ByHand,
    channel,
    frames::{Frames, connect},
    play::play,
    task,
    teller::{self, Teller},
};
use clap::Parser;
use lab::{
    control::{Order, PlayOrder, Report},
    event::Fact,
    role::{Actor, Role},
    scenario::{Scenario, Selection},
    staging::stage,
    victim::{Kept, Victim},
};
use std::{collections::HashMap, ffi::OsString, process::ExitCode, sync::Arc, time::Duration};
use tokio::{sync::mpsc, task::AbortHandle};

/// Runs the key exchange as a client and sends its message
#[derive(Debug, Parser)]
#[command(
    name = "client",
    after_help = "\
Examples:
  server --mode ecdh-cert &
  attacker --attack substitute &
  client --mode ecdh-cert

Exit status: 0 when the session went through, 1 when the client gave up, 2 usage, 3 when it could not run."
)]
struct Arguments {
    /// Where the server, or the attacker in front of it, listens
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:7001")]
    connect: String,
    /// What the message begins with
    #[arg(long, value_name = "TEXT", default_value = "Pay 100 to Carol")]
    say: String,
    #[command(flatten)]
    switches: Switches,
    #[command(flatten)]
    by_hand: ByHand,
}

/// The program `client`; the first argument is its name.
pub fn client(args: Vec<OsString>) -> ExitCode {
    run(args, start)
}

async fn start(args: Arguments) -> Result<u8, String> {
    let (reports, receiver) = teller::channel();
    let writer = channel::write(outlet(&args.by_hand), receiver).await.map_err(text("--events"))?;
    let code = if args.by_hand.control { obey(reports).await } else { by_hand(&args, reports).await? };
    writer.await.map_err(|error| error.to_string())?.map_err(text("output"))?;
    Ok(code)
}

async fn by_hand(args: &Arguments, reports: mpsc::Sender<Report>) -> Result<u8, String> {
    let mut setting = args.by_hand.setting("").map_err(text("setting"))?;
    setting.client_phrase.clone_from(&args.say);
    let scenario = Scenario {
        mode: args.by_hand.mode.clone(),
        attack: Selection::plain("relay"),
        without: args.switches.without.clone(),
        with: args.switches.with.clone(),
    };
    let mut order = stage(&scenario, &setting).map_err(|error| error.to_string())?.client;
    order.session.clone_from(&order.correlation);
    order.connect = Some(args.connect.clone());
    let victim = Victim::new(Role::Client, &order, Kept::default()).map_err(|error| error.to_string())?;
    Ok(if session(order, victim, reports).await { GAVE_UP } else { FINE })
}

/// Plays what the console orders until it closes the input.
async fn obey(reports: mpsc::Sender<Report>) -> u8 {
    leave_interrupts_to_the_console();
    let kept = Kept { verified: Some(Arc::default()), ..Kept::default() };
    let mut orders = channel::orders();
    let mut playing: HashMap<String, AbortHandle> = HashMap::new();
    while let Some(order) = orders.recv().await {
        playing.retain(|_, part| !part.is_finished());
        match order {
            Ok(Order::Play(order)) => {
                let session_id = order.session.clone();
                match Victim::new(Role::Client, &order, kept.clone()) {
                    Ok(victim) => {
                        let _ = reports.send(Report::Ready { session: session_id.clone() }).await;
                        let part = task::spawn(session(*order, victim, reports.clone()));
                        playing.insert(session_id, part.abort_handle());
                    }
                    Err(refusal) => refuse(&reports, session_id, refusal.to_string()).await,
                }
            }
            Ok(Order::Cancel { session }) => {
                playing.remove(&session).inspect(AbortHandle::abort);
            }
            Ok(Order::Attack(order)) => refuse(&reports, order.session, "this is the client".to_owned()).await,
            Err(reason) => {
                let _ = reports.send(Report::Stray { from: None, reason }).await;
            }
        }
    }
    FINE
}

async fn refuse(reports: &mpsc::Sender<Report>, session: String, reason: String) {
    let _ = reports.send(Report::Refused { session, reason }).await;
}

/// One session; answers whether the client gave up.
async fn session(order: PlayOrder, mut victim: Victim, reports: mpsc::Sender<Report>) -> bool {
    let patience = Duration::from_millis(order.patience);
    let teller = Teller::new(order.session, Actor::Client, reports);
    let address = order.connect.unwrap_or_default();
    match connect(address.as_str(), patience).await {
        Ok(stream) => {
            let (reader, mut writer) = stream.into_split();
            play(&mut victim, None, &mut Frames::new(reader), &mut writer, patience, &teller).await;
            victim.gave_up()
        }
        Err(error) => {
            let reason = format!("connect {address}: {error}");
            teller.tell(Fact::Aborted { flight: 1, check: None, reason }).await;
            teller.tell(Fact::Ended).await;
            true
        }
    }
}
