//! A process's two ways to the outside: orders in, reports out, as lines of JSON; or facts for people and files.

use crate::{narrate::Narrator, reports::Told};
use lab::{
    control::{Order, Report},
    event::Event,
    terminal::printable,
};
use std::path::{Path, PathBuf};
#[cfg(unix)]
use tokio::net::unix::pipe;
use tokio::{
    fs::File,
    io::{self, AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader, BufWriter},
    sync::mpsc,
    task::JoinHandle,
};

/// The longest order, in octets.
const LONGEST_ORDER: u64 = 1 << 20;

/// Octets of reports that are written at a time.
const TOGETHER: usize = 32 << 10;

/// Where reports go.
#[derive(Clone, Debug)]
pub enum Outlet {
    /// To the console, as JSON lines on standard output.
    Console,
    /// To a person: readable lines on standard output, and the events to a file where one is named.
    Person {
        /// File for the events, one JSON object a line.
        events: Option<PathBuf>,
    },
}

/// Starts to write reports to an outlet, until their channel closes; answers then whether everything was written that
/// somebody still wanted. What cannot be written is told on standard error at once, and ends nothing else.
///
/// # Errors
/// The file cannot be created.
pub async fn write(outlet: Outlet, reports: Told) -> io::Result<JoinHandle<bool>> {
    match outlet {
        Outlet::Console => Ok(tokio::spawn(async { to_console(reports).await.is_ok() })),
        Outlet::Person { events } => {
            let file = match events {
                Some(path) => Some(EventFile::create(path).await?),
                None => None,
            };
            Ok(tokio::spawn(to_person(reports, file)))
        }
    }
}

/// A report as a line of JSON, its end included.
///
/// # Errors
/// None that a report could cause.
pub fn line(report: &Report) -> serde_json::Result<Vec<u8>> {
    report.to_json().map(ended)
}

fn ended(mut line: Vec<u8>) -> Vec<u8> {
    line.push(b'\n');
    line
}

/// One line on standard error in the name of this program. Where even that cannot be written there is nobody to read it.
pub fn complain(reason: &str) {
    let name = std::env::args().next().unwrap_or_default();
    let name = name.rsplit('/').next().unwrap_or_default();
    let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("{name}: {}\n", printable(reason)).as_bytes());
}

/// A file of events that holds whole lines, whatever happens.
struct EventFile {
    path: PathBuf,
    file: File,
    /// The length of all lines so far.
    whole: u64,
}

impl EventFile {
    async fn create(path: PathBuf) -> io::Result<Self> {
        let file = File::create(&path).await.map_err(|error| naming(&path, &error))?;
        Ok(Self { path, file, whole: 0 })
    }

    async fn add(&mut self, event: &Event) -> io::Result<()> {
        let octets = ended(event.to_json()?);
        let written = match self.file.write_all(&octets).await {
            Ok(()) => self.file.flush().await,
            failed => failed,
        };
        if let Err(error) = written {
            // What fitted of the line is no event. Pipes and the like have no length to set.
            let _ = self.file.set_len(self.whole).await;
            return Err(naming(&self.path, &error));
        }
        self.whole += octets.len() as u64;
        Ok(())
    }
}

fn naming(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

async fn to_console(mut reports: Told) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(TOGETHER, output());
    while let Some(report) = reports.recv().await {
        out.write_all(&line(&report)?).await?;
        while let Some(report) = reports.try_recv() {
            out.write_all(&line(&report)?).await?;
        }
        out.flush().await?;
    }
    Ok(())
}

/// A file that is full does not silence the terminal, nor a terminal that is gone the file.
async fn to_person(mut reports: Told, mut file: Option<EventFile>) -> bool {
    let (mut out, mut complete) = (Some(io::stdout()), true);
    let mut narrator = Narrator::default();
    while let Some(report) = reports.recv().await {
        if let (Some(events), Report::Event(event)) = (&mut file, &report)
            && let Err(error) = events.add(event).await
        {
            complain(&format!("--events {error}; nothing more is written there"));
            (file, complete) = (None, false);
        }
        let text = narrator.tell(&report);
        if let (Some(terminal), false) = (&mut out, text.is_empty())
            && let Err(error) = say(terminal, &text).await
        {
            // Whoever reads may have read enough: `client | head -1`.
            if error.kind() != io::ErrorKind::BrokenPipe {
                complain(&format!("standard output: {error}; nothing more is written there"));
                complete = false;
            }
            out = None;
        }
    }
    complete
}

async fn say(out: &mut io::Stdout, text: &str) -> io::Result<()> {
    out.write_all(text.as_bytes()).await?;
    out.flush().await
}

/// Standard output. A pipe, which is what the console gives, is written to by whoever tells; anything else by a thread that
/// may wait.
fn output() -> Box<dyn AsyncWrite + Send + Unpin> {
    #[cfg(unix)]
    if let Some(pipe) = owned(&std::io::stdout()).and_then(|pipe| pipe::Sender::from_owned_fd(pipe).ok()) {
        return Box::new(pipe);
    }
    Box::new(io::stdout())
}

/// Standard input, likewise.
fn input() -> Box<dyn AsyncRead + Send + Unpin> {
    #[cfg(unix)]
    if let Some(pipe) = owned(&std::io::stdin()).and_then(|pipe| pipe::Receiver::from_owned_fd(pipe).ok()) {
        return Box::new(pipe);
    }
    Box::new(io::stdin())
}

#[cfg(unix)]
fn owned(stream: &impl std::os::fd::AsFd) -> Option<std::os::fd::OwnedFd> {
    stream.as_fd().try_clone_to_owned().ok()
}

/// Orders from standard input. The channel closes with it: that is the order to leave.
pub fn orders() -> mpsc::Receiver<Result<Order, String>> {
    let (sender, receiver) = mpsc::channel(64);
    tokio::spawn(async move {
        let mut input = BufReader::new(input());
        loop {
            let mut octets = Vec::new();
            match (&mut input).take(LONGEST_ORDER).read_until(b'\n', &mut octets).await {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
            let order = serde_json::from_slice(&octets).map_err(|error| format!("order: {error}"));
            if sender.send(order).await.is_err() {
                return;
            }
        }
    });
    receiver
}
