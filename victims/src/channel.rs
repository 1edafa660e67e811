//! A process's two ways to the outside: orders in, reports out, as lines of JSON; or facts for people and files.

use crate::{line::Line, narrate, task};
use lab::control::{Order, Report};
use std::path::PathBuf;
use tokio::{
    fs::File,
    io::{self, AsyncBufReadExt, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader, BufWriter},
    sync::mpsc,
    task::JoinHandle,
};

/// The longest order, in octets.
const LONGEST_ORDER: u64 = 1 << 20;

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

/// Starts to write reports to an outlet, until their channel closes.
///
/// # Errors
/// The file cannot be created.
pub async fn write(outlet: Outlet, reports: mpsc::Receiver<Report>) -> io::Result<JoinHandle<io::Result<()>>> {
    match outlet {
        Outlet::Console => Ok(task::spawn(to_console(reports))),
        Outlet::Person { events } => {
            let file = match events {
                Some(path) => Some(File::create(path).await?),
                None => None,
            };
            Ok(task::spawn(to_person(reports, file)))
        }
    }
}

async fn to_console(mut reports: mpsc::Receiver<Report>) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout());
    while let Some(report) = reports.recv().await {
        line(&mut out, &report).await?;
        while let Ok(report) = reports.try_recv() {
            line(&mut out, &report).await?;
        }
        out.flush().await?;
    }
    Ok(())
}

async fn to_person(mut reports: mpsc::Receiver<Report>, mut file: Option<File>) -> io::Result<()> {
    let mut out = io::stdout();
    while let Some(report) = reports.recv().await {
        if let Some(text) = narrate::line(&report) {
            out.write_all(text.as_bytes()).await?;
            out.write_all(b"\n").await?;
            out.flush().await?;
        }
        if let (Some(file), Report::Event(event)) = (&mut file, &report) {
            line(file, event).await?;
            file.flush().await?;
        }
    }
    Ok(())
}

async fn line(out: &mut (impl AsyncWrite + Unpin), value: &impl Line) -> io::Result<()> {
    out.write_all(&value.to_line()?).await
}

/// Orders from standard input. The channel closes with it: that is the order to leave.
pub fn orders() -> mpsc::Receiver<Result<Order, String>> {
    let (sender, receiver) = mpsc::channel(64);
    task::spawn(async move {
        let mut input = BufReader::new(io::stdin());
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
