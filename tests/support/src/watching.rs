//! Processes that are not one's own children: their end is awaited, not guessed.

use crate::programs::DEADLINE;
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    fd::OwnedFd,
    process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open},
};
use std::time::Duration;

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
