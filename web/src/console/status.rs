//! How the three processes are.

use super::{
    Console,
    process::{Process, State},
};
use serde::Serialize;
use tokio::sync::watch;

/// One process, as `/api/status` shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ProcessStatus {
    /// It takes orders.
    pub up: bool,
    /// Its process id, while it is up.
    pub pid: Option<u32>,
    /// How often it was started again.
    pub restarts: u32,
}

/// The three processes, as `/api/status` shows them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Processes {
    /// The client's.
    pub client: ProcessStatus,
    /// The attacker's.
    pub attacker: ProcessStatus,
    /// The server's.
    pub server: ProcessStatus,
}

/// Notices when the state of a process changes.
pub struct Watch([watch::Receiver<State>; 3]);

impl Watch {
    /// Waits until the state of a process has changed since the last call.
    pub async fn changed(&mut self) {
        let [client, attacker, server] = &mut self.0;
        tokio::select! {
            _ = client.changed() => {}
            _ = attacker.changed() => {}
            _ = server.changed() => {}
        }
    }
}

impl Console {
    /// How the processes are.
    pub fn processes(&self) -> Processes {
        let [client, attacker, server] = [&self.client, &self.attacker, &self.server].map(Process::status);
        Processes { client, attacker, server }
    }

    /// Notices when the state of a process changes.
    pub fn watch(&self) -> Watch {
        Watch([&self.client, &self.attacker, &self.server].map(Process::links))
    }
}
