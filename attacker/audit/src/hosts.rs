//! How a client finds the server under the name that its certificate has to prove.

use crate::namespace::{self, Mounts};
use serde::Serialize;
use std::{
    net::{IpAddr, Ipv4Addr},
    path::Path,
};

/// By which name or address the client is told to connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Naming {
    /// A name of the test's own below `localhost`, which the client knows to be this machine (RFC 6761 section 6.3).
    Own,
    /// The same, from a hosts file that only the client sees.
    Hosts,
    /// A name of four letters, from the same.
    Short,
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
            // A letter first: what begins with a digit might be read as a number of an address.
            Self::Short => format!("h{}", run.get(..3).unwrap_or("ost")),
            Self::Localhost => "localhost".to_owned(),
            Self::Address => address.to_string(),
        }
    }

    /// What the client has to see in the place of the system's.
    pub(crate) fn mounts(self, directory: &Path) -> Mounts {
        match self {
            Self::Hosts | Self::Short => {
                vec![[directory.join(FILE).display().to_string(), "/etc/hosts".to_owned()]]
            }
            Self::Own | Self::Localhost | Self::Address => Vec::new(),
        }
    }

    /// Whether it is possible here.
    pub(crate) async fn is_possible(self) -> bool {
        !matches!(self, Self::Hosts | Self::Short) || namespace::is_possible().await
    }
}

/// The hosts file in the client's directory.
pub(crate) const FILE: &str = "hosts";

/// What stands in it.
pub(crate) fn file(name: &str, first: &str) -> String {
    format!("{ADDRESS} localhost {name} {first}\n::1 localhost\n")
}
