//! Flags that client, server and attacker share when they are started by hand.

use crate::{
    authorities::{Authorities, Origin},
    limits::Limits,
};
use clap::Args;
use lab::{modes, staging::Setting};
use std::{io, path::PathBuf, time::Duration};

/// What holds for a program that runs by hand.
#[derive(Clone, Debug, Args)]
pub struct ByHand {
    /// Takes orders on standard input and reports on standard output, for the console
    #[arg(long, hide = true)]
    pub control: bool,
    /// Key exchange, as in ecdh-cert or dh-weak:short,bits=64
    #[arg(long, value_name = "MODE", default_value = "ecdh-cert")]
    pub mode: lab::scenario::Selection,
    /// Where certificates come from, and every byte where there is a seed.
    #[command(flatten)]
    pub authorities: Authorities,
    /// The secret that client and server share, in psk; give it to both [default: from the same source as certificates]
    #[arg(long, value_name = "TEXT", hide_env_values = true)]
    pub secret: Option<String>,
    /// Writes what happens to this file, one JSON object a line
    #[arg(long, value_name = "FILE")]
    pub events: Option<PathBuf>,
    /// How long to wait for each flight, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 10_000, allow_negative_numbers = true)]
    pub patience: u64,
    /// How long a session may last, in milliseconds [default: eight times the patience]
    #[arg(long, value_name = "MS")]
    pub limit: Option<u64>,
}

impl ByHand {
    /// Reads, once, what the settings of all its sessions come from.
    ///
    /// # Errors
    /// The authorities can be neither read nor created. A mode for which nothing was arranged needs none.
    pub fn common(&self) -> io::Result<Common> {
        let arranged =
            modes::of(&self.mode).is_some_and(|mode| mode.given.iter().any(|given| given.source.is_arranged()));
        let origin = if arranged && !self.control { self.authorities.read()? } else { self.authorities.none() };
        Ok(Common { origin, patience: self.patience, secret: self.secret.clone() })
    }

    /// The limits of a session by hand.
    pub fn limits(&self) -> Limits {
        self.limits_for(self.patience())
    }

    /// The limits of a session in which each arrival is waited for so long.
    pub fn limits_for(&self, silence: Duration) -> Limits {
        let limits = Limits::of(silence);
        Limits { session: self.limit.map_or(limits.session, Duration::from_millis), ..limits }
    }

    /// How long to wait for each flight.
    pub fn patience(&self) -> Duration {
        Duration::from_millis(self.patience)
    }
}

/// What the sessions of a program that runs by hand have in common.
#[derive(Clone, Debug)]
pub struct Common {
    origin: Origin,
    patience: u64,
    secret: Option<String>,
}

impl Common {
    /// The setting of a session.
    ///
    /// # Errors
    /// The operating system has no randomness.
    pub fn setting(&self, session: &str) -> io::Result<Setting> {
        let setting = self.origin.setting(session)?;
        Ok(Setting { patience: self.patience, shared_secret: self.secret.clone(), ..setting })
    }
}
