//! Nothing that a program started outlives its run.

use tokio::process::Child;

/// The variable of the environment by which the processes of a run are known: children have it from their parents.
pub(super) const MARK: &str = "INTERLOCK_RUN";

/// A program's processes: ended when this is dropped.
#[derive(Debug)]
pub struct Processes {
    /// The program's process id, which is that of its group.
    group: Option<u32>,
    /// What the mark says.
    run: String,
    /// The pipes into which it prints, as the system names them.
    outputs: Vec<String>,
}

impl Processes {
    /// Those of a program that has just been started with this mark: its group, whoever has the mark in its environment, and
    /// whoever could print where it does.
    #[must_use]
    pub fn of(program: &Child, run: &str) -> Self {
        Self { group: program.id(), run: run.to_owned(), outputs: outputs(program) }
    }

    /// Ends all of them, those too that left their group.
    pub fn end(&mut self) {
        if let Some(group) = self.group.take() {
            end_group(group);
            // Whoever forks faster than it is looked for is found again.
            for _ in 0..100 {
                if end_known(&format!("{MARK}={}", self.run), &self.outputs) == 0 {
                    break;
                }
            }
        }
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        self.end();
    }
}

#[cfg(unix)]
fn end_group(group: u32) {
    use rustix::process::{Pid, Signal, kill_process_group};
    if let Some(group) = i32::try_from(group).ok().and_then(Pid::from_raw) {
        // Whoever is gone already cannot be ended.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

#[cfg(not(unix))]
fn end_group(_: u32) {}

#[cfg(target_os = "linux")]
fn outputs(program: &Child) -> Vec<String> {
    use std::os::fd::AsFd;
    let descriptors = [program.stdout.as_ref().map(AsFd::as_fd), program.stderr.as_ref().map(AsFd::as_fd)];
    let states = descriptors.into_iter().flatten().filter_map(|descriptor| rustix::fs::fstat(descriptor).ok());
    states.map(|state| format!("pipe:[{}]", state.st_ino)).collect()
}

#[cfg(not(target_os = "linux"))]
fn outputs(_: &Child) -> Vec<String> {
    Vec::new()
}

/// Ends the processes that have this in their environment, or one of these pipes open to write into; tells how many there
/// were. Who goes into the background may overwrite its environment to have a title. A process that this one is just starting
/// has all its pipes until it is another program: it is of another run, and is left alone. Only Linux tells either.
#[cfg(target_os = "linux")]
fn end_known(mark: &str, outputs: &[String]) -> usize {
    use rustix::process::{Pid, Signal, kill_process};
    use std::{fs, os::unix::fs::PermissionsExt};
    let own = i32::try_from(std::process::id()).ok();
    let program = |process: &str| fs::read_link(format!("/proc/{process}/exe")).ok();
    let this = program("self");
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let processes = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    let known = processes.filter(|process| Some(*process) != own).filter(|process| {
        let environment = fs::read(format!("/proc/{process}/environ")).unwrap_or_default();
        let mut open = fs::read_dir(format!("/proc/{process}/fd")).into_iter().flatten().flatten();
        environment.split(|octet| *octet == 0).any(|variable| variable == mark.as_bytes())
            || program(&process.to_string()) != this
                && open.any(|descriptor| {
                    let writes = fs::symlink_metadata(descriptor.path())
                        .is_ok_and(|metadata| metadata.permissions().mode() & 0o200 != 0);
                    let file = fs::read_link(descriptor.path()).unwrap_or_default();
                    writes && outputs.iter().any(|output| file.as_os_str() == output.as_str())
                })
    });
    known.filter_map(Pid::from_raw).filter(|process| kill_process(*process, Signal::KILL).is_ok()).count()
}

#[cfg(not(target_os = "linux"))]
fn end_known(_: &str, _: &[String]) -> usize {
    0
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::end_known;
    use rustix::fs::fstat;
    use std::{
        env,
        io::{self, Read},
        os::unix::process::ExitStatusExt,
        process::{Command, Stdio},
    };

    /// Tells the test that it is the process that is started there.
    const STARTED: &str = "INTERLOCK_TEST_STARTED";

    /// Between fork and exec a process of another run has all that this one has open: that is no reason to end it.
    #[test]
    fn who_has_the_pipe_open_is_ended_unless_it_is_just_being_started() {
        if env::var_os(STARTED).is_some() {
            io::stdin().read_to_end(&mut Vec::new()).unwrap();
            return;
        }
        let (_reader, writer) = io::pipe().unwrap();
        let outputs = [format!("pipe:[{}]", fstat(&writer).unwrap().st_ino)];
        let start = |command: &mut Command| {
            command.stdin(Stdio::piped()).stdout(writer.try_clone().unwrap()).stderr(Stdio::null()).spawn().unwrap()
        };
        let mut left_over = start(&mut Command::new("cat"));
        // What is just being started is this program still.
        let name = "foreign::leftover::tests::who_has_the_pipe_open_is_ended_unless_it_is_just_being_started";
        let mut being_started =
            start(Command::new(env::current_exe().unwrap()).args(["--exact", name, "--nocapture"]).env(STARTED, "1"));
        assert_eq!(end_known("no variable of anybody's", &outputs), 1);
        assert_eq!(left_over.wait().unwrap().signal(), Some(9));
        // It would have been ended by now: whoever has nothing more to read ends well.
        drop(being_started.stdin.take());
        assert!(being_started.wait().unwrap().success());
    }
}
