//! A program of the user's own while it runs.

use super::{
    given::Given,
    report::{Line, Report},
};
use process::foreign::{self, Processes, Tail};
use std::{io, path::Path, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader},
    process::Child,
    sync::oneshot,
    task::JoinHandle,
    time::timeout,
};

/// The longest line that is read, in octets: messages of a record each may stand in it.
const LONGEST: u64 = 256 << 10;
/// How long its outputs may stay open when all its processes are gone.
const DRAINED: Duration = Duration::from_secs(2);

/// What it said in the end.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// Its report.
    pub(super) report: Option<Report>,
    /// Its last line of standard error.
    pub(super) error: Option<String>,
}

/// The program. Dropped, it is ended, and whatever it started.
pub(super) struct Running {
    child: Child,
    processes: Processes,
    listening: Option<oneshot::Receiver<u16>>,
    output: JoinHandle<Option<Report>>,
    errors: JoinHandle<Tail>,
    // Goes last.
    _given: Given,
}

impl Running {
    pub(super) fn start(command: &[String], here: &Path, given: Given) -> io::Result<Self> {
        let words: Vec<String> = command.iter().map(|word| placed(&given.fill(word), here)).collect();
        let (program, arguments) = words.split_first().ok_or(io::ErrorKind::InvalidInput)?;
        let run = given.run();
        let mut command = foreign::command(program, arguments, given.directory(), &run);
        let mut child = command.envs(given.environment()).spawn();
        if let Err(error) = &mut child {
            return Err(io::Error::new(error.kind(), format!("{program}: {error}")));
        }
        let mut child = child?;
        let processes = Processes::of(&child, &run);
        let (tell, listening) = oneshot::channel();
        let (out, err) = (child.stdout.take(), child.stderr.take());
        let output = tokio::spawn(async { if let Some(out) = out { read(out, tell).await } else { None } });
        let errors = tokio::spawn(async { if let Some(err) = err { Tail::read(err).await } else { Tail::default() } });
        Ok(Self { child, processes, listening: Some(listening), output, errors, _given: given })
    }

    /// Where it listens, as soon as it says so; nothing where it ends before.
    pub(super) async fn listening(&mut self) -> Option<u16> {
        self.listening.take()?.await.ok()
    }

    /// Waits for its end.
    pub(super) async fn ended(&mut self) {
        // What cannot be waited for is gone.
        let _ = self.child.wait().await;
    }

    /// Lets it end by itself for so long, ends it, and tells what it said.
    pub(super) async fn finish(mut self, patience: Duration) -> Said {
        let _ = timeout(patience, self.child.wait()).await;
        self.processes.end();
        let report = timeout(DRAINED, &mut self.output).await;
        let error = timeout(DRAINED, &mut self.errors).await;
        Said {
            report: report.ok().and_then(Result::ok).flatten(),
            error: error.ok().and_then(Result::ok).and_then(|tail| tail.last_line()),
        }
    }
}

/// A file beside where the command was named is meant from there: the program runs elsewhere.
fn placed(word: &str, here: &Path) -> String {
    let file = here.join(word);
    if Path::new(word).is_relative() && file.is_file() { file.display().to_string() } else { word.to_owned() }
}

/// Reads what it says to the end; the last report stands.
async fn read(out: impl AsyncRead + Unpin, tell: oneshot::Sender<u16>) -> Option<Report> {
    let (mut reader, mut tell, mut report) = (BufReader::new(out), Some(tell), None);
    loop {
        let mut line = Vec::new();
        match (&mut reader).take(LONGEST).read_until(b'\n', &mut line).await {
            Ok(1..) => {}
            _ => return report,
        }
        match Line::read(&line) {
            Some(Line::Listening(port)) => {
                // Whoever waited may have lost patience.
                let _ = tell.take().map(|tell| tell.send(port));
            }
            Some(Line::Report(said)) => report = Some(said),
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_last_report_stands_and_a_flood_is_not_kept() {
        let text = [
            b"{\"listening\": 7}\nhello\n{\"fingerprint\": \"00\"}\n".to_vec(),
            vec![b'x'; 1 << 20],
            b"\n{\"refused\": \"finished\"}\n".to_vec(),
        ];
        let (tell, listening) = oneshot::channel();
        let report = read(text.concat().as_slice(), tell).await;
        assert_eq!(report.and_then(|report| report.refused).as_deref(), Some("finished"));
        assert_eq!(listening.await, Ok(7));
    }

    #[test]
    fn a_file_that_is_named_is_found_from_where_it_was_named() {
        let here = tempfile::tempdir().unwrap();
        std::fs::write(here.path().join("client.py"), "").unwrap();
        assert_eq!(placed("client.py", here.path()), here.path().join("client.py").display().to_string());
        assert_eq!(placed("python3", here.path()), "python3");
    }
}
