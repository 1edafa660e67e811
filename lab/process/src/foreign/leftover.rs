//! Nothing that a program started outlives its run.

/// The variable of the environment by which the processes of a run are known: children have it from their parents.
pub(super) const MARK: &str = "INTERLOCK_RUN";

/// A program's processes: ended when this is dropped.
#[derive(Debug)]
pub struct Processes {
    /// The program's process id, which is that of its group.
    group: Option<u32>,
    /// What the mark says.
    run: String,
}

impl Processes {
    /// Those of a group whose environment has this mark.
    #[must_use]
    pub fn new(group: Option<u32>, run: &str) -> Self {
        Self { group, run: run.to_owned() }
    }

    /// Ends all of them, those too that left their group.
    pub fn end(&mut self) {
        if let Some(group) = self.group.take() {
            end_group(group);
            // Whoever forks faster than it is looked for is found again.
            for _ in 0..100 {
                if end_marked(&format!("{MARK}={}", self.run)) == 0 {
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

/// Ends the processes that have this in their environment; tells how many there were. Only Linux tells environments.
#[cfg(target_os = "linux")]
fn end_marked(mark: &str) -> usize {
    use rustix::process::{Pid, Signal, kill_process};
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let processes = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    let marked = processes.filter(|process| {
        let environment = std::fs::read(format!("/proc/{process}/environ")).unwrap_or_default();
        environment.split(|octet| *octet == 0).any(|variable| variable == mark.as_bytes())
    });
    marked.filter_map(Pid::from_raw).filter(|process| kill_process(*process, Signal::KILL).is_ok()).count()
}

#[cfg(not(target_os = "linux"))]
fn end_marked(_: &str) -> usize {
    0
}
