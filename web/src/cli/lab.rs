//! A lab for the length of one command.

use super::{Failure, repeatable::repeatable, said};
use crate::{
    console::{ByHand, Config, Console, NotPlayed, Own, Playing, hands::HELD},
    sessions::{
        book::Book,
        hub::Hub,
        orders::{Phrases, Settings},
        session::Record,
        store::{Place, Retention, Store},
    },
};
use clap::Args;
use lab::{
    scenario::Scenario,
    script::{Script, kept::Kept},
};
use serde_json::json;
use std::{env, future::Future, pin::Pin, sync::Arc, time::Duration};

/// Sessions at the same time, unless told otherwise.
pub(super) const CONCURRENCY: u8 = 16;
/// The longest phrase, in bytes.
const PHRASE: usize = 200;

/// What the victims say.
#[derive(Debug, Default, Args)]
pub(super) struct Words {
    /// What the client says to the server [default: Pay 100 to Carol]
    #[arg(long, value_name = "TEXT", value_parser = phrase)]
    client_phrase: Option<String>,
    /// What the server says to the client [default: Your balance is 4711]
    #[arg(long, value_name = "TEXT", value_parser = phrase)]
    server_phrase: Option<String>,
}

fn phrase(text: &str) -> Result<String, String> {
    if text.len() > PHRASE {
        return Err(said("too-long", &json!({ "most": PHRASE, "got": text.len() })));
    }
    Ok(text.to_owned())
}

/// How long sessions may go on.
#[derive(Debug, Default, Args)]
pub(super) struct Time {
    /// How long a session may take in all, in seconds; what the attacker computes then is cut off [default: 60, and four
    /// for each that its prime is known to cost]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) deadline: Option<u64>,
}

/// What holds for every session of this console.
pub(super) fn settings(patience: u64, time: &Time, words: &Words) -> Settings {
    let deadline = time.deadline.map(Duration::from_secs);
    let phrases = Phrases { client: words.client_phrase.clone(), server: words.server_phrase.clone() };
    Settings { patience: Duration::from_millis(patience), deadline, phrases }
}

/// How many sessions run at the same time, and who plays them.
#[derive(Clone, Debug)]
pub(super) struct Setup {
    /// What holds for every session.
    pub(super) settings: Settings,
    /// Sessions at the same time.
    pub(super) jobs: usize,
    /// A program of the user's own in a victim's place.
    pub(super) own: Option<Own>,
}

impl From<Settings> for Setup {
    fn from(settings: Settings) -> Self {
        Self { settings, jobs: CONCURRENCY.into(), own: None }
    }
}

/// How this program's own console works.
pub(super) fn config(setup: impl Into<Setup>) -> Result<Config, Failure> {
    let Setup { settings, jobs: concurrency, own } = setup.into();
    let program =
        env::current_exe().map_err(|error| Failure::lab("no-program", &json!({ "why": error.to_string() })))?;
    Ok(Config { program, concurrency, settings, held: HELD, own })
}

/// A runtime for `work`.
pub(super) fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .worker_threads(2)
        .build()
        .map_err(|error| Failure::lab("cannot-start", &json!({ "why": error.to_string() })))?
        .block_on(work)
}

/// Starts a lab that keeps nothing, and ends it after `work` or when the command is interrupted.
pub(super) fn with_lab<T, F: Future<Output = Result<T, Failure>>>(
    setup: impl Into<Setup>,
    work: impl FnOnce(Arc<Console>) -> F,
) -> Result<T, Failure> {
    with_lab_to_the_end(setup, async |console, interrupted| {
        tokio::select! {
            result = work(console) => result,
            () = interrupted => Err(Failure::lab("interrupted", &json!({}))),
        }
    })
}

/// When the command is interrupted.
pub(super) type Interrupted = Pin<Box<dyn Future<Output = ()>>>;

/// Starts a lab that keeps nothing, and ends it after `work`, which has to end soon when the command is interrupted.
pub(super) fn with_lab_to_the_end<T, F: Future<Output = Result<T, Failure>>>(
    setup: impl Into<Setup>,
    work: impl FnOnce(Arc<Console>, Interrupted) -> F,
) -> Result<T, Failure> {
    let config = config(setup)?;
    block_on(async {
        let interrupted = Box::pin(interrupted());
        let store = Store::open(Place::Memory, Retention::default());
        let book = Arc::new(Book::open(store, Arc::new(Hub::default())).await);
        let console = Console::start(config, book);
        let result = work(Arc::clone(&console), interrupted).await;
        console.stop().await;
        result
    })
}

/// Ctrl-C, or the order of the system to end, from this call on and not only once it is awaited. Inside a runtime only.
pub(super) fn interrupted() -> impl Future<Output = ()> {
    #[cfg(unix)]
    let mut signals = {
        use tokio::signal::unix::{SignalKind, signal};
        [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()].map(|kind| signal(kind).ok())
    };
    async move {
        #[cfg(unix)]
        if let [Some(interrupt), Some(terminate), Some(hangup)] = &mut signals {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
                _ = hangup.recv() => {}
            }
            return;
        }
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    }
}

/// Plays a scenario.
pub(super) fn play(console: &Arc<Console>, scenario: &Scenario, seed: Option<u64>) -> Result<Playing, Failure> {
    console.play(scenario.clone(), seed).map_err(not_played)
}

/// Plays a scenario in which the attacker does what a script says.
pub(super) fn play_script(
    console: &Arc<Console>,
    scenario: &Scenario,
    script: &Script,
    seed: Option<u64>,
) -> Result<Playing, Failure> {
    console.play_script(scenario, script, seed).map_err(not_played)
}

/// Plays a session by hand again.
pub(super) fn play_kept(
    console: &Arc<Console>,
    scenario: &Scenario,
    kept: &Kept,
    seed: Option<u64>,
) -> Result<Playing, Failure> {
    play_by_hand(console, scenario, seed, &ByHand { decided: kept.decided.clone(), holds: false })
}

/// Plays a session in which somebody decides in the attacker's place.
pub(super) fn play_by_hand(
    console: &Arc<Console>,
    scenario: &Scenario,
    seed: Option<u64>,
    by_hand: &ByHand,
) -> Result<Playing, Failure> {
    console.play_by_hand(scenario, seed, by_hand).map_err(not_played)
}

/// Takes the recording of a session further, for so long.
pub(super) fn go_on(console: &Arc<Console>, record: &Record, time: Option<Duration>) -> Result<Playing, Failure> {
    console.go_on(record, time).map_err(not_played)
}

fn not_played(error: NotPlayed) -> Failure {
    match error {
        NotPlayed::NothingCutOff => Failure::Usage(error.to_string()),
        NotPlayed::Refused(refused) => Failure::usage("see-parts", &json!({ "why": refused.to_string() })),
        other => Failure::Lab(other.to_string()),
    }
}

/// Waits for its verdict; what is told of it is repeatable.
pub(super) async fn done(playing: Playing) -> Result<Record, Failure> {
    let record = playing.done().await.ok_or_else(|| Failure::lab("no-verdict-yet", &json!({})))?;
    Ok(repeatable(&record))
}

/// Reads a scenario.
pub(super) fn scenario(text: &str) -> Result<Scenario, String> {
    let wrong = |error: lab::scenario::ScenarioError| said("see-scenarios", &json!({ "why": error.to_string() }));
    text.parse().map_err(wrong)
}
