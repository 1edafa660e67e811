//! How a client finds the server under the name that its certificate has to prove.

use serde::Serialize;
use std::{
    net::{IpAddr, Ipv4Addr},
    path::Path,
    process::Stdio,
};
use tokio::{process::Command, sync::OnceCell};

/// By which name or address the client is told to connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Naming {
    /// A name of the test's own below `localhost`, which the client knows to be this machine (RFC 6761 section 6.3).
    Own,
    /// The same, from a hosts file that only the client sees.
    Hosts,
    /// `localhost`, the same for every test.
    Localhost,
    /// The address: the command names no host.
    Address,
}

/// The address of every server that is not exposed.
pub(crate) const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

impl Naming {
    /// What is tried in this order until a client connects, where its command names a host.
    pub(crate) const TRIED: [Self; 3] = [Self::Own, Self::Hosts, Self::Localhost];

    /// The name of a server at this address in a test: what a host name cannot hold is written otherwise.
    pub(crate) fn name(self, test: &str, run: &str, address: IpAddr) -> String {
        match self {
            Self::Own | Self::Hosts => {
                format!("{}.{}.localhost", test.replace(':', "-"), run.get(..6).unwrap_or(run))
            }
            Self::Localhost => "localhost".to_owned(),
            Self::Address => address.to_string(),
        }
    }

    /// The command as it is to be started.
    pub(crate) fn command(self, directory: &Path, command: Vec<String>) -> Vec<String> {
        if self != Self::Hosts {
            return command;
        }
        let hosts = directory.join(FILE).display().to_string();
        namespace(&hosts).into_iter().chain(command).collect()
    }

    /// Whether it is possible here.
    pub(crate) async fn is_possible(self) -> bool {
        static POSSIBLE: OnceCell<bool> = OnceCell::const_new();
        self != Self::Hosts || *POSSIBLE.get_or_init(try_namespace).await
    }
}

/// The hosts file in the client's directory.
pub(crate) const FILE: &str = "hosts";

/// What stands in it.
pub(crate) fn file(name: &str, first: &str) -> String {
    format!("{ADDRESS} localhost {name} {first}\n::1 localhost\n")
}

/// What starts a command with another hosts file: a mount that nobody else sees.
fn namespace(hosts: &str) -> Vec<String> {
    let script = "mount --bind \"$0\" /etc/hosts && exec \"$@\"";
    ["unshare", "--map-root-user", "--mount", "sh", "-c", script, hosts].map(str::to_owned).into()
}

async fn try_namespace() -> bool {
    let command: Vec<String> = namespace("/etc/hosts").into_iter().chain(["true".to_owned()]).collect();
    let mut command = match command.split_first() {
        Some((program, arguments)) => {
            let mut command = Command::new(program);
            command.args(arguments);
            command
        }
        None => return false,
    };
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().await;
    status.is_ok_and(|status| status.success())
}
