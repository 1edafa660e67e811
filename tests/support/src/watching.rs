//! Processes that are not one's own children: their end is awaited, not guessed.

use crate::programs::DEADLINE;
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    fd::OwnedFd,
    process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open},
};
use std::{fs, time::Duration};

/// A hold on a process, which stays on this one even if its number is used again.
pub struct Watched {
    pid: u32,
    handle: OwnedFd,
}

impl Watched {
    /// Takes hold of a living process.
    pub fn new(pid: u32) -> Self {
        let handle =
            pidfd_open(number(pid), PidfdFlags::empty()).unwrap_or_else(|error| panic!("process {pid}: {error}"));
        Self { pid, handle }
    }

    /// Awaits its end.
    pub fn ended(&self) {
        assert!(self.ends_within(DEADLINE), "process {} is still there", self.pid);
    }

    fn ends_within(&self, time: Duration) -> bool {
        let time = Timespec::try_from(time).expect("a short time");
        poll(&mut [PollFd::new(&self.handle, PollFlags::IN)], Some(&time)).expect("a poll") == 1
    }
}

/// The ports of this machine on which a process listens.
///
/// # Panics
/// The process is gone.
pub fn ports(pid: u32) -> Vec<u16> {
    let directory = fs::read_dir(format!("/proc/{pid}/fd")).unwrap_or_else(|error| panic!("process {pid}: {error}"));
    let links = directory.filter_map(|entry| fs::read_link(entry.ok()?.path()).ok());
    let own: Vec<String> = links.filter_map(|link| Some(link.to_str()?.strip_prefix("socket:[")?.to_owned())).collect();
    let table = fs::read_to_string(format!("/proc/{pid}/net/tcp")).unwrap_or_default();
    // Columns: number, address:port, its peer's, state (0A is listening), …, and the tenth is the socket's number.
    let port = |line: &str| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        let listens = *columns.get(3)? == "0A" && own.contains(&format!("{}]", columns.get(9)?));
        let (_, port) = columns[1].split_once(':')?;
        listens.then(|| u16::from_str_radix(port, 16).ok()).flatten()
    };
    table.lines().skip(1).filter_map(port).collect()
}

/// The most memory that a process had resident, in kilobytes.
///
/// # Panics
/// The process is gone.
pub fn most_memory(pid: u32) -> u64 {
    let status =
        fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_else(|error| panic!("process {pid}: {error}"));
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
    most.unwrap_or_else(|| panic!("process {pid} has no memory"))
}

/// Sends a process SIGKILL.
pub fn kill(pid: u32) {
    kill_process(number(pid), Signal::KILL).unwrap_or_else(|error| panic!("process {pid}: {error}"));
}

/// Sends a process SIGINT, as Ctrl-C does.
pub fn interrupt(pid: u32) {
    kill_process(number(pid), Signal::INT).unwrap_or_else(|error| panic!("process {pid}: {error}"));
}

fn number(pid: u32) -> Pid {
    i32::try_from(pid).ok().and_then(Pid::from_raw).unwrap_or_else(|| panic!("no process id: {pid}"))
}
