//! What befalls the three processes: they are killed, or stopped for a while.

use chacha20::ChaCha20Rng;
use rand_core::Rng;
use rustix::process::{Pid, Signal, kill_process};
use std::{sync::mpsc::Receiver, time::Duration};

/// The longest pause between two blows, and the longest that a process is stopped: victims are more patient.
const LONGEST: Duration = Duration::from_secs(3);

/// Strikes again and again, at processes that `pids` knows, until the other end of `over` is dropped; answers with how often.
pub fn storm(pids: impl Fn() -> Option<[u32; 3]>, over: &Receiver<()>, time: Duration, rng: &mut ChaCha20Rng) -> usize {
    let longest = LONGEST.min(time / 6);
    let mut blows = 0;
    while pause(over, longest, rng) {
        let Some(pids) = pids() else { continue };
        let number = i32::try_from(pids[rng.next_u32() as usize % pids.len()]).ok();
        let Some(pid) = number.and_then(Pid::from_raw) else { continue };
        // It may be gone already: then somebody else's turn comes next.
        if rng.next_u32().is_multiple_of(3) {
            let _ = kill_process(pid, Signal::KILL);
        } else if kill_process(pid, Signal::STOP).is_ok() {
            let goes_on = pause(over, longest, rng);
            let _ = kill_process(pid, Signal::CONT);
            if !goes_on {
                break;
            }
        }
        blows += 1;
    }
    blows
}

/// Waits for a while; whether it goes on.
fn pause(over: &Receiver<()>, longest: Duration, rng: &mut ChaCha20Rng) -> bool {
    use std::sync::mpsc::RecvTimeoutError::Timeout;
    over.recv_timeout(longest.mul_f64(f64::from(rng.next_u32()) / f64::from(u32::MAX))) == Err(Timeout)
}
