//! The lab's programs as child processes: what they print is awaited line by line, and none outlives its test.

use std::{
    env, fs,
    io::{BufRead, BufReader, Read},
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    thread,
    time::{Duration, Instant},
};

/// How long anything may take before a test calls it lost. It only ends what would never end: no test measures by it, so that it is
/// long enough for the slowest and most crowded machine.
pub const DEADLINE: Duration = Duration::from_secs(600);

/// Where a program of the workspace is: beside the test's own executable, one directory up.
pub fn path(name: &str) -> PathBuf {
    let test = env::current_exe().expect("the test's own path");
    let directory = test.ancestors().nth(2).expect("target/<profile>/deps/<test>");
    let path = directory.join(name).with_extension(env::consts::EXE_EXTENSION);
    assert!(path.is_file(), "{} is missing: cargo build --workspace", path.display());
    path
}

/// Which of its two outputs a program wrote a line to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Standard output.
    Standard,
    /// Standard error.
    Error,
}

/// How a program ended, and everything that it had written.
#[derive(Debug)]
pub struct Finished {
    /// Its exit code; none where a signal ended it.
    pub code: Option<i32>,
    /// Its standard output.
    pub out: String,
    /// Its standard error.
    pub err: String,
}

/// A running program.
pub struct Program {
    name: String,
    child: Child,
    lines: Receiver<(Output, String)>,
    read: Vec<(Output, String)>,
}

impl Program {
    /// Starts one of the workspace's programs. It finds no settings of the person who runs the tests.
    pub fn start(name: &str, args: &[&str]) -> Self {
        let mut command = Command::new(path(name));
        command.args(args).env_remove("INTERLOCK_PKI").env("NO_COLOR", "1");
        Self::spawn(name, command)
    }

    /// Starts any command.
    pub fn spawn(name: &str, mut command: Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{name}: {error}"));
        let (sender, lines) = channel();
        pass_on(child.stdout.take().expect("a pipe"), Output::Standard, sender.clone());
        pass_on(child.stderr.take().expect("a pipe"), Output::Error, sender);
        Self { name: name.to_owned(), child, lines, read: Vec::new() }
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Where it listens for connections, by what the system tells of its sockets.
    #[cfg(target_os = "linux")]
    pub fn listens(&self) -> Vec<SocketAddr> {
        let process = format!("/proc/{}", self.pid());
        let files = fs::read_dir(format!("{process}/fd")).expect("its files");
        let own: Vec<String> = files
            .filter_map(|file| Some(fs::read_link(file.ok()?.path()).ok()?.to_string_lossy().into_owned()))
            .collect();
        let table = |name: &str| fs::read_to_string(format!("{process}/net/{name}")).unwrap_or_default();
        let listening = |line: &str| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let is_own = own.contains(&format!("socket:[{}]", fields.get(9)?));
            // State 10 is a listening socket's (proc_net_tcp.txt); an address is words of the machine's own order.
            let (address, port) = fields.get(1)?.split_once(':').filter(|_| is_own && fields[3] == "0A")?;
            let words: Vec<u8> = (0..address.len() / 8)
                .filter_map(|word| u32::from_str_radix(&address[8 * word..8 * word + 8], 16).ok())
                .flat_map(u32::to_ne_bytes)
                .collect();
            let address = match <[u8; 4]>::try_from(&words[..]) {
                Ok(four) => IpAddr::from(four),
                Err(_) => IpAddr::from(<[u8; 16]>::try_from(&words[..]).ok()?),
            };
            Some(SocketAddr::new(address, u16::from_str_radix(port, 16).ok()?))
        };
        ["tcp", "tcp6"].map(table).iter().flat_map(|table| table.lines()).filter_map(listening).collect()
    }

    /// Awaits a line, on either output, from which `find` takes something.
    pub fn until<T>(&mut self, what: &str, find: impl Fn(&str) -> Option<T>) -> T {
        self.seek(find)
            .unwrap_or_else(|error| panic!("{}: {error} instead of {what}, after {:#?}", self.name, self.read))
    }

    /// Awaits such a line of a program that may end instead.
    ///
    /// # Errors
    /// It ended, or too much time passed.
    pub fn seek<T>(&mut self, find: impl Fn(&str) -> Option<T>) -> Result<T, RecvTimeoutError> {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let (output, line) = self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now()))?;
            let found = find(&line);
            self.read.push((output, line));
            if let Some(found) = found {
                return Ok(found);
            }
        }
    }

    /// Awaits the program's end.
    pub fn finish(mut self) -> Finished {
        let deadline = Instant::now() + DEADLINE;
        loop {
            match self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) => self.read.push(line),
                // Both outputs are closed: it is gone, or about to be.
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => panic!("{} does not end; it wrote {:#?}", self.name, self.read),
            }
        }
        let status = self.wait();
        Finished { code: status.code(), out: self.written(Output::Standard), err: self.written(Output::Error) }
    }

    /// Ends the program at once, as the system would for want of memory.
    pub fn kill(&mut self) -> ExitStatus {
        self.child.kill().expect("a process to kill");
        self.wait()
    }

    fn wait(&mut self) -> ExitStatus {
        self.child.wait().unwrap_or_else(|error| panic!("{}: {error}", self.name))
    }

    fn written(&self, to: Output) -> String {
        self.read.iter().filter(|(output, _)| *output == to).map(|(_, line)| format!("{line}\n")).collect()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a program of the workspace to its end.
pub fn run(name: &str, args: &[&str]) -> Finished {
    Program::start(name, args).finish()
}

/// Runs a program of the workspace whose standard output nobody reads, not even its first line.
pub fn unread(name: &str, args: &[&str]) -> ExitStatus {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut command = Command::new(path(name));
    command.args(args).env_remove("INTERLOCK_PKI").stdin(Stdio::null()).stdout(writer).stderr(Stdio::null());
    command.status().unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn pass_on(stream: impl Read + Send + 'static, output: Output, lines: Sender<(Output, String)>) {
    thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            if lines.send((output, line)).is_err() {
                return;
            }
        }
    });
}
