//! The address of a PostgreSQL server, and what is wrong with one.

use std::{net::IpAddr, time::Duration};
use tokio_postgres::{
    Config,
    config::{Host, SslMode},
};

/// Where a server on this machine listens where no address names a host.
const SOCKETS: &str = "/var/run/postgresql";
/// How long a server may take to answer a caller.
const CONNECT: Duration = Duration::from_secs(2);

/// A database of a PostgreSQL server, and how it is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    config: Box<Config>,
}

/// Why an address is none that a store can be at.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressRefused {
    /// It is of another kind.
    #[error("expected postgres://[USER@][HOST[:PORT]]/DATABASE")]
    Scheme,
    /// A part of it cannot be understood.
    #[error("{field}: {}", if *.known { "it cannot be understood" } else { "there is no such parameter" })]
    Part {
        /// The part.
        field: String,
        /// There is such a part, and what stands there is none.
        known: bool,
    },
    /// It asks for encryption, which there is none of.
    #[error("sslmode: this program reaches PostgreSQL without TLS")]
    Encrypted,
    /// It is another machine, and nobody said that the way there is no matter.
    #[error("host: {0} is another machine, and the way there is not encrypted")]
    Remote(String),
}

impl Server {
    /// Reads an address: `postgres://[user[:password]@][host[:port]]/database[?parameters]`, as libpq does (PostgreSQL's
    /// documentation, section "Connection URIs"); where it names no host, the Unix socket of this machine's server. Nothing
    /// is encrypted on the way, so that another machine is reached only with `unencrypted`.
    ///
    /// # Errors
    /// What is wrong, by the name of the part.
    pub fn read(address: &str, unencrypted: bool) -> Result<Self, AddressRefused> {
        if !["postgres://", "postgresql://"].iter().any(|scheme| address.starts_with(scheme)) {
            return Err(AddressRefused::Scheme);
        }
        let mut config: Config = address.parse().map_err(|error| part(&error))?;
        if config.get_ssl_mode() == SslMode::Require {
            return Err(AddressRefused::Encrypted);
        }
        config.ssl_mode(SslMode::Disable);
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            config.host(SOCKETS);
        }
        let away = |address: &IpAddr| !address.is_loopback();
        let remote = match config.get_hostaddrs() {
            [] => config.get_hosts().iter().find_map(|host| match host {
                Host::Tcp(name) if name == "localhost" => None,
                Host::Tcp(name) => name.parse().ok().as_ref().is_none_or(away).then(|| name.clone()),
                #[cfg(unix)]
                Host::Unix(_) => None,
            }),
            addresses => addresses.iter().copied().find(away).map(|address| address.to_string()),
        };
        if let Some(remote) = remote.filter(|_| !unencrypted) {
            return Err(AddressRefused::Remote(remote));
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT);
        }
        config.application_name("interlock");
        Ok(Self { config: Box::new(config) })
    }

    /// How it is reached.
    pub(super) fn config(&self) -> &Config {
        &self.config
    }
}

impl Server {
    /// Where it is, without what only its user may know: the database, where one is named, and the hosts.
    pub(crate) fn place(&self) -> (Option<&str>, String) {
        let hosts = self.config.get_hosts().iter().map(|host| match host {
            Host::Tcp(name) => name.clone(),
            #[cfg(unix)]
            Host::Unix(path) => path.display().to_string(),
        });
        let hosts: Vec<String> = match self.config.get_hosts() {
            [] => self.config.get_hostaddrs().iter().map(ToString::to_string).collect(),
            _ => hosts.collect(),
        };
        (self.config.get_dbname().or(self.config.get_user()), hosts.join(", "))
    }
}

/// The part that the reader of addresses stumbled at: it names it between backticks.
fn part(error: &tokio_postgres::Error) -> AddressRefused {
    let told = std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
    let field = told.split('`').nth(1).unwrap_or("address").to_owned();
    AddressRefused::Part { field, known: !told.starts_with("unknown option") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(address: &str) -> AddressRefused {
        Server::read(address, false).unwrap_err()
    }

    #[test]
    fn what_is_on_this_machine_is_reached_and_named_without_its_password() {
        for (address, (database, hosts)) in [
            ("postgres:///lab", ("lab", "/var/run/postgresql")),
            ("postgresql://me:secret@localhost/lab", ("lab", "localhost")),
            ("postgres://me:secret@127.0.0.2:5433/lab", ("lab", "127.0.0.2")),
            ("postgres://me@[::1]", ("me", "::1")),
            ("postgres://%2Frun%2Fhere/lab?user=me", ("lab", "/run/here")),
            ("postgres://db.example/lab?hostaddr=127.0.0.1", ("lab", "db.example")),
        ] {
            let server = Server::read(address, false).unwrap_or_else(|error| panic!("{address}: {error}"));
            assert_eq!(server.place(), (Some(database), hosts.to_owned()), "{address}");
            assert!(!format!("{server:?}").contains("secret"), "{server:?}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_by_the_name_of_the_part() {
        assert_eq!(refused("mysql://localhost/lab"), AddressRefused::Scheme);
        assert_eq!(refused("/var/lib/lab"), AddressRefused::Scheme);
        for (address, wrong) in [
            ("postgres://localhost:http/lab", "port"),
            ("postgres://localhost:99999/lab", "port"),
            ("postgres://localhost/lab?colour=red", "colour"),
            ("postgres://localhost/lab?connect_timeout=soon", "connect_timeout"),
            ("postgres://localhost/lab?sslmode=perhaps", "sslmode"),
            ("postgres://localhost/lab?hostaddr=here", "hostaddr"),
        ] {
            assert!(matches!(refused(address), AddressRefused::Part { field, .. } if field == wrong), "{address}");
        }
        assert_eq!(refused("postgres://localhost/lab?sslmode=require"), AddressRefused::Encrypted);
    }

    #[test]
    fn another_machine_needs_words() {
        for (address, host) in [
            ("postgres://db.example/lab", "db.example"),
            ("postgres://127.0.0.1,192.0.2.1/lab", "192.0.2.1"),
            ("postgres://localhost/lab?hostaddr=192.0.2.1", "192.0.2.1"),
            ("postgres://localhost.example/lab", "localhost.example"),
        ] {
            assert_eq!(refused(address), AddressRefused::Remote(host.into()));
            assert!(Server::read(address, true).is_ok());
        }
    }
}
