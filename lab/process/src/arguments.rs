//! Flags that client, server and attacker share when they are started by hand.

use clap::Args;
use lab::staging::Setting;
use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// Where the lab's authorities come from, for whatever runs by hand: programs that are given the same have the same.
#[derive(Clone, Debug, Args)]
pub struct Authorities {
    /// Makes every byte follow from this number; give all programs the same
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub seed: Option<u64>,
    /// Directory with the lab's authorities, which the first program to need them creates
    #[arg(long, value_name = "DIR", env = "INTERLOCK_PKI")]
    pub pki: Option<PathBuf>,
}

impl Authorities {
    /// The setting of a session, with randomness of this program's own unless there is a seed.
    ///
    /// # Errors
    /// No randomness, or the authorities can be neither read nor created.
    pub fn setting(&self, session: &str) -> io::Result<Setting> {
        if let Some(seed) = self.seed {
            return Ok(Setting::seeded(session, seed));
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let setting = Setting::new(session, random()?, i64::try_from(now).unwrap_or(i64::MAX));
        let directory = self.pki.clone().unwrap_or_else(default_directory);
        Ok(Setting { authorities: kept(&directory)?, ..setting })
    }
}

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
    /// Writes what happens to this file, one JSON object a line
    #[arg(long, value_name = "FILE")]
    pub events: Option<PathBuf>,
    /// How long to wait for each flight, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 10_000, allow_negative_numbers = true)]
    pub patience: u64,
}

impl ByHand {
    /// The setting of a session.
    ///
    /// # Errors
    /// As [`Authorities::setting`].
    pub fn setting(&self, session: &str) -> io::Result<Setting> {
        Ok(Setting { patience: self.patience, ..self.authorities.setting(session)? })
    }

    /// How long to wait for each flight.
    pub fn patience(&self) -> Duration {
        Duration::from_millis(self.patience)
    }
}

/// 32 octets from the operating system.
///
/// # Errors
/// It has none to give.
pub fn random() -> io::Result<[u8; 32]> {
    let mut octets = [0; 32];
    getrandom::fill(&mut octets).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(octets)
}

fn default_directory() -> PathBuf {
    let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".local/share"));
    let data = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from).or_else(home);
    data.unwrap_or_else(std::env::temp_dir).join("interlock").join("pki")
}

/// The seed of the lab's authorities: read, or created by whoever comes first.
fn kept(directory: &Path) -> io::Result<[u8; 32]> {
    let path = directory.join("authorities.seed");
    let wrong = |what: &str| io::Error::other(format!("{}: {what}", path.display()));
    fs::create_dir_all(directory).map_err(|error| wrong(&error.to_string()))?;
    // Written aside and linked into place, so that two programs that start together end up with one seed.
    let draft = directory.join(format!("authorities.{}.draft", std::process::id()));
    fs::write(&draft, random()?).map_err(|error| wrong(&error.to_string()))?;
    let linked = fs::hard_link(&draft, &path);
    fs::remove_file(&draft).map_err(|error| wrong(&error.to_string()))?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(wrong(&error.to_string())),
        _ => {}
    }
    let octets = fs::read(&path).map_err(|error| wrong(&error.to_string()))?;
    octets.try_into().map_err(|octets: Vec<u8>| wrong(&format!("expected 32 octets, got {}", octets.len())))
}
