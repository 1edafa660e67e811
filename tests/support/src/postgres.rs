//! A PostgreSQL server of a test's own: a cluster in a temporary directory, reached by its Unix socket alone, gone with its owner.

use crate::programs::Program;
use rustix::process::{Pid, Signal, geteuid, kill_process};
use std::{
    env, fs,
    os::unix::{fs::chown, process::CommandExt},
    path::PathBuf,
    process::Command,
};
use tempfile::TempDir;

/// PostgreSQL refuses to run as root: then it runs as nobody.
const NOBODY: u32 = 65_534;

/// A cluster, and the server that runs it while there is one.
pub struct Cluster {
    directory: TempDir,
    server: Option<Program>,
}

impl Cluster {
    /// Makes a cluster, and starts its server.
    pub fn start() -> Self {
        let directory = tempfile::Builder::new().prefix("pg").tempdir().expect("a directory");
        if geteuid().is_root() {
            chown(directory.path(), Some(NOBODY), Some(NOBODY)).expect("a directory for nobody");
        }
        let mut make = Self::command(&directory, "initdb");
        make.args(["--auth=trust", "--username=lab", "--no-sync", "--encoding=UTF8", "--locale=C", "-D", "data"]);
        let made = make.output().expect("initdb");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let mut cluster = Self { directory, server: None };
        cluster.go();
        cluster
    }

    /// Starts the server that was stopped.
    pub fn go(&mut self) {
        let mut serve = Self::command(&self.directory, "postgres");
        // Nothing has to outlive the machine, and nobody else is to reach it.
        serve.args(["-D", "data", "-c", "listen_addresses=", "-c", "fsync=off", "-c", "shared_buffers=16MB", "-k"]);
        serve.arg(self.directory.path());
        let mut server = Program::spawn("postgres", serve);
        server.until("a server", |line| line.contains("ready to accept connections").then_some(()));
        self.server = Some(server);
    }

    /// Ends the server at once, as a machine that loses its power would.
    pub fn crash(&mut self) {
        let Some(server) = self.server.take() else { return };
        self.signal(&server, Signal::QUIT);
        server.finish();
    }

    /// Lets the server do nothing, or go on.
    pub fn pause(&self, pause: bool) {
        let server = self.server.as_ref().expect("a server");
        let children = format!("/proc/{0}/task/{0}/children", server.pid());
        let children = fs::read_to_string(children).expect("the server's processes");
        let signal = if pause { Signal::STOP } else { Signal::CONT };
        for child in children.split_whitespace().filter_map(|pid| pid.parse().ok()).filter_map(Pid::from_raw) {
            // It may have ended meanwhile.
            let _ = kill_process(child, signal);
        }
        self.signal(server, signal);
    }

    /// The address of a database.
    pub fn address(&self, database: &str) -> String {
        let place = self.directory.path().display().to_string().replace('/', "%2F");
        format!("postgres://lab@{place}/{database}")
    }

    fn signal(&self, server: &Program, signal: Signal) {
        let pid = i32::try_from(server.pid()).ok().and_then(Pid::from_raw).expect("a process id");
        kill_process(pid, signal).expect("a process to tell");
    }

    fn command(directory: &TempDir, name: &str) -> Command {
        let mut command = Command::new(program(name));
        command.current_dir(directory.path()).env("LC_ALL", "C");
        if geteuid().is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.server.is_some() {
            self.crash();
        }
    }
}

/// Debian keeps the programs of a server off the path.
fn program(name: &str) -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = versions.map(|version| version.path().join("bin").join(name)).collect();
    let path = env::var_os("PATH").unwrap_or_default();
    found.extend(env::split_paths(&path).map(|directory| directory.join(name)));
    found
        .into_iter()
        .find(|program| program.is_file())
        .unwrap_or_else(|| panic!("{name} is missing: install postgresql"))
}
