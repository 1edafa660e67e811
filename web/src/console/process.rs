//! One of the three processes, kept alive.

use super::{ProcessStatus, line, listeners::Listeners};
use crate::{log, plain::plain};
use lab::{
    control::{Order, Report},
    loss::Loss,
    role::Actor,
    words,
};
use serde_json::json;
use std::{path::PathBuf, process::Stdio, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncWriteExt, BufReader},
    process::{Child, ChildStderr, ChildStdin, ChildStdout, Command},
    sync::{mpsc, watch},
    task::JoinHandle,
    time::{Instant, sleep, timeout},
};

/// CREATE_NEW_PROCESS_GROUP (Windows, process creation flags).
#[cfg(windows)]
const NEW_PROCESS_GROUP: u32 = 0x200;

/// Orders that may wait for a process.
const WAITING: usize = 256;
/// Octets of reports that are read at a time.
const TOGETHER: usize = 32 << 10;
/// How long a process may take to say where it listens.
const STARTING: Duration = Duration::from_secs(10);
/// How long a process may take to leave when its orders end.
const LEAVING: Duration = Duration::from_secs(3);
/// How long a session waits for a process that is down.
const PATIENCE: Duration = Duration::from_secs(15);
/// A process that died at once so often in a row is given up by the sessions that wait for it once it does so again, though
/// not by its keeper.
const FAILURES: u32 = 3;
/// A process that lived this long did not die at once.
const STEADY: Duration = Duration::from_secs(2);
/// First and longest pause before a process that dies at once is started again.
const PAUSE: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// The way to a living process. It takes orders for as long as the process lives.
#[derive(Clone, Debug)]
pub(super) struct Link {
    /// Where its orders go.
    pub(super) orders: mpsc::Sender<Order>,
    /// Where it listens.
    pub(super) address: Option<String>,
    /// Its process id.
    pub(super) pid: Option<u32>,
}

/// What is known of a process.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    link: Option<Link>,
    restarts: u32,
    /// How often in a row it died at once.
    failures: u32,
    /// Why it is down.
    reason: Option<Loss>,
}

/// A handle to one process, whichever of its lives it is in.
pub(super) struct Process {
    state: watch::Receiver<State>,
}

impl Process {
    /// Starts and keeps `program` in the part of `actor`, or the command `own` that plays it; what it connects to is where
    /// `beyond` listens.
    pub(super) fn start(
        actor: Actor,
        program: PathBuf,
        own: Option<String>,
        beyond: Option<&Self>,
        listeners: Arc<Listeners>,
        stop: watch::Receiver<bool>,
    ) -> (Self, JoinHandle<()>) {
        let (tell, state) = watch::channel(State::default());
        let keeper =
            Keeper { actor, program, own, beyond: beyond.map(Self::links), listeners, stop, tell, address: None };
        (Self { state }, tokio::spawn(keeper.keep()))
    }

    pub(super) fn links(&self) -> watch::Receiver<State> {
        self.state.clone()
    }

    pub(super) fn now(&self) -> Option<Link> {
        self.state.borrow().link.clone()
    }

    /// Waits until the process is up; or says why it is not.
    pub(super) async fn up(&self) -> Result<Link, Loss> {
        let mut state = self.state.clone();
        // One that keeps dying at once gets one more try.
        let known = state.borrow().failures;
        let settled = |state: &State| state.link.is_some() || state.failures > FAILURES && state.failures > known;
        let up = timeout(PATIENCE, state.wait_for(settled)).await;
        let link = match up {
            Ok(Ok(state)) => state.link.clone(),
            _ => None,
        };
        link.ok_or_else(|| self.state.borrow().reason.clone().unwrap_or(Loss::NoStart))
    }

    pub(super) fn status(&self) -> ProcessStatus {
        let state = self.state.borrow();
        ProcessStatus {
            up: state.link.is_some(),
            pid: state.link.as_ref().and_then(|link| link.pid),
            restarts: state.restarts,
        }
    }
}

struct Keeper {
    actor: Actor,
    program: PathBuf,
    own: Option<String>,
    beyond: Option<watch::Receiver<State>>,
    listeners: Arc<Listeners>,
    stop: watch::Receiver<bool>,
    tell: watch::Sender<State>,
    /// Where it listened in its last life.
    address: Option<String>,
}

impl Keeper {
    async fn keep(mut self) {
        let mut pause = PAUSE.0;
        while !*self.stop.borrow() {
            let born = Instant::now();
            let reason = self.live().await;
            let was_up = self.tell.borrow().link.is_some();
            if *self.stop.borrow() {
                break;
            }
            let steady = born.elapsed() >= STEADY;
            if !was_up {
                // Perhaps somebody else took the address meanwhile.
                self.address = None;
            }
            pause = if steady { PAUSE.0 } else { (2 * pause).min(PAUSE.1) };
            log::line("console", &words::say("report", "gone", &json!({ "what": self.actor, "reason": reason })));
            self.tell.send_modify(|state| {
                state.link = None;
                state.restarts = state.restarts.saturating_add(1);
                state.failures = if steady { 0 } else { state.failures.saturating_add(1) };
                state.reason = Some(reason.clone());
            });
            self.listeners.gone(self.actor, &reason).await;
            if !steady {
                tokio::select! {
                    () = sleep(pause) => {}
                    _ = self.stop.wait_for(|stop| *stop) => {}
                }
            }
        }
        self.tell.send_modify(|state| state.link = None);
    }

    /// One life, from the start to the reason of its end.
    async fn live(&mut self) -> Loss {
        let beyond = match self.beyond_address().await {
            Ok(address) => address,
            Err(reason) => return reason,
        };
        let mut child = match self.spawn(beyond.as_deref()) {
            Ok(child) => child,
            Err(error) => {
                return Loss::NoProgram { program: self.program.display().to_string(), error: error.to_string() };
            }
        };
        let (Some(stdin), Some(stdout), Some(stderr)) = (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Loss::NoPipes;
        };
        let (orders, inbox) = mpsc::channel(WAITING);
        let writer = tokio::spawn(write(stdin, inbox));
        let errors = tokio::spawn(pass_on(self.actor, stderr));
        let mut stop = self.stop.clone();
        let mut moved = self.beyond.clone();
        let reason = tokio::select! {
            reason = self.listen(stdout, orders, child.id()) => reason,
            _ = stop.wait_for(|stop| *stop) => Loss::Leaving,
            () = elsewhere(moved.as_mut(), beyond.as_deref()) => Loss::Moved,
        };
        // The end of its standard input is the order to leave.
        writer.abort();
        let _ = writer.await;
        let reason = match timeout(LEAVING, child.wait()).await {
            Ok(Ok(status)) if reason == Loss::Silent => Loss::Ended { status: status.to_string() },
            Ok(_) => reason,
            Err(_) => {
                let _ = child.kill().await;
                Loss::Killed { after: Box::new(reason) }
            }
        };
        let _ = timeout(LEAVING, errors).await;
        reason
    }

    /// Where the process beyond listens, as soon as it does.
    async fn beyond_address(&mut self) -> Result<Option<String>, Loss> {
        let Some(beyond) = &mut self.beyond else { return Ok(None) };
        let up = tokio::select! {
            up = beyond.wait_for(|state| state.link.is_some()) => up,
            _ = self.stop.wait_for(|stop| *stop) => return Err(Loss::Leaving),
        };
        let address = up.ok().and_then(|state| state.link.as_ref().and_then(|link| link.address.clone()));
        address.map(Some).ok_or(Loss::NoServer)
    }

    fn spawn(&self, beyond: Option<&str>) -> std::io::Result<Child> {
        let mut command = Command::new(&self.program);
        command.arg(self.actor.to_string()).arg("--control");
        if self.actor != Actor::Client {
            command.args(["--listen", self.address.as_deref().unwrap_or("127.0.0.1:0")]);
        }
        if let Some(own) = &self.own {
            command.args(["--own", own]);
        }
        if let Some(beyond) = beyond {
            command.args(["--connect", beyond]);
        }
        // In a group of its own, so that Ctrl-C reaches the console alone, which then ends the three in order.
        #[cfg(unix)]
        command.process_group(0);
        #[cfg(windows)]
        command.creation_flags(NEW_PROCESS_GROUP);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true).spawn()
    }

    /// Hands reports on until the process says nothing more; silence is the reason where it simply ended.
    async fn listen(&mut self, stdout: ChildStdout, orders: mpsc::Sender<Order>, pid: Option<u32>) -> Loss {
        let mut reader = BufReader::with_capacity(TOGETHER, stdout);
        let mut line = Vec::new();
        let mut link = Some(Link { orders, address: None, pid });
        if self.actor == Actor::Client {
            self.announce(link.take());
        }
        loop {
            let read = line::read(&mut reader, &mut line, line::LONGEST);
            let read = if link.is_none() { Ok(read.await) } else { timeout(STARTING, read).await };
            match read {
                Ok(Ok(true)) => {}
                Ok(Ok(false)) => return Loss::Silent,
                Ok(Err(error)) => return Loss::Unread { error: error.to_string() },
                Err(_) => return Loss::NoAddress,
            }
            let mut reports = Vec::new();
            loop {
                match Report::read(&line) {
                    Ok(Report::Listening { address }) => {
                        if let Some(mut link) = link.take() {
                            self.address = Some(address.clone());
                            link.address = Some(address);
                            self.announce(Some(link));
                        }
                    }
                    Ok(report) => reports.push(report),
                    Err(error) => {
                        let members = json!({ "what": self.actor, "why": plain(&error.to_string()).1 });
                        log::line("console", &words::say("report", "nonsense", &members));
                    }
                }
                // What came with the same read is handed on with it: whoever waits is woken once.
                if !line::take(&mut reader, &mut line) {
                    break;
                }
            }
            self.listeners.report(self.actor, reports).await;
        }
    }

    fn announce(&self, link: Option<Link>) {
        self.tell.send_modify(|state| {
            state.link = link;
            state.reason = None;
        });
    }
}

/// Ends when the process beyond is up at another address than `known`.
async fn elsewhere(beyond: Option<&mut watch::Receiver<State>>, known: Option<&str>) {
    let moved = |state: &State| state.link.as_ref().is_some_and(|link| link.address.as_deref() != known);
    let gone = match beyond {
        Some(beyond) => beyond.wait_for(moved).await.is_err(),
        None => true,
    };
    if gone {
        std::future::pending().await
    }
}

async fn write(mut stdin: ChildStdin, mut orders: mpsc::Receiver<Order>) {
    while let Some(order) = orders.recv().await {
        let Ok(mut line) = serde_json::to_vec(&order) else { continue };
        line.push(b'\n');
        if stdin.write_all(&line).await.is_err() {
            return;
        }
    }
}

/// What a process writes to its standard error goes to the log.
async fn pass_on(actor: Actor, stderr: ChildStderr) {
    let mut reader = BufReader::new(stderr);
    let mut line = Vec::new();
    let who = actor.to_string();
    while matches!(line::read(&mut reader, &mut line, line::LONGEST).await, Ok(true)) {
        log::line(&who, &String::from_utf8_lossy(&line));
    }
}
