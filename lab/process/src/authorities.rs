//! Where certificates come from, and every byte where there is a seed: for whatever runs by hand.

use crate::files::{self, Unread};
use clap::Args;
use lab::{refusal::Refusal, staging::Setting};
use serde_json::json;
use std::{
    fs::{self, DirBuilder, OpenOptions},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

/// Where the lab's authorities come from: programs that are given the same have the same.
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
    /// Reads them, or creates them if they are missing and there is no seed to make them from. A program does so once, so
    /// that no session hangs on a disk.
    ///
    /// # Errors
    /// They can be neither read nor created.
    pub fn read(&self) -> io::Result<Origin> {
        Ok(match self.seed {
            Some(seed) => Origin::Seed(seed),
            None => Origin::Kept(kept(&self.pki.clone().unwrap_or_else(default_directory))?),
        })
    }

    /// The same of a program whose sessions know no certificates: it touches no file.
    pub fn none(&self) -> Origin {
        self.seed.map_or(Origin::None, Origin::Seed)
    }
}

/// What the settings of a program's sessions come from.
#[derive(Clone, Copy, Debug)]
pub enum Origin {
    /// A number from which every byte follows.
    Seed(u64),
    /// The seed of authorities that outlast the program; all else is random.
    Kept([u8; 32]),
    /// Randomness alone.
    None,
}

impl Origin {
    /// The setting of a session.
    ///
    /// # Errors
    /// The operating system has no randomness.
    pub fn setting(&self, session: &str) -> io::Result<Setting> {
        let authorities = match self {
            Self::Seed(seed) => return Ok(Setting::seeded(session, *seed)),
            Self::Kept(authorities) => Some(*authorities),
            Self::None => None,
        };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let setting = Setting::new(session, random()?, i64::try_from(now).unwrap_or(i64::MAX));
        Ok(match authorities {
            Some(kept) => Setting { authorities: kept, lasting: kept, ..setting },
            None => setting,
        })
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

/// Octets of a seed.
const SEED: usize = 32;

/// The seed of the lab's authorities: read, or created by whoever comes first.
fn kept(directory: &Path) -> io::Result<[u8; SEED]> {
    let path = directory.join("authorities.seed");
    let wrong = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
    let read = || match files::octets(&path, SEED) {
        Err(Unread::System(error)) => Err(error),
        // One that is too long is none.
        read => Ok(read.unwrap_or_default()),
    };
    let octets = match read() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            create(directory, &path).map_err(wrong)?;
            read().map_err(wrong)?
        }
        read => read.map_err(wrong)?,
    };
    let refusal = Refusal::new("seed-octets", json!({ "octets": SEED }));
    octets.try_into().map_err(|_| wrong(io::Error::other(refusal)))
}

/// Written aside, under a name that nobody else takes, and linked into place: programs that start together end up with
/// one seed, and none reads half of it.
fn create(directory: &Path, path: &Path) -> io::Result<()> {
    private_directory(directory)?;
    let name: String = random()?[..8].iter().map(|octet| format!("{octet:02x}")).collect();
    let draft = directory.join(format!("authorities.{name}.draft"));
    let linked = write(&draft, &random()?).and_then(|()| fs::hard_link(&draft, path));
    let removed = fs::remove_file(&draft);
    match linked {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => removed,
        linked => linked.and(removed),
    }
}

/// What is in there signs in everybody's name.
fn private_directory(directory: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

fn write(path: &Path, octets: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(octets)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::BTreeSet, thread};

    fn in_directory(directory: &Path) -> Authorities {
        Authorities { seed: None, pki: Some(directory.to_owned()) }
    }

    fn seed(directory: &Path) -> [u8; 32] {
        let Origin::Kept(seed) = in_directory(directory).read().unwrap() else { panic!("no seed") };
        seed
    }

    fn names(directory: &Path) -> Vec<String> {
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn whoever_comes_together_ends_up_with_one_seed_and_leaves_nothing_else() {
        let parent = tempfile::tempdir().unwrap();
        let directory = parent.path().join("pki");
        let seeds: BTreeSet<[u8; 32]> = thread::scope(|scope| {
            let started: Vec<_> = (0..16).map(|_| scope.spawn(|| seed(&directory))).collect();
            started.into_iter().map(|started| started.join().unwrap()).collect()
        });
        assert_eq!(seeds.len(), 1);
        assert_eq!(names(&directory), ["authorities.seed"]);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let parent = tempfile::tempdir().unwrap();
        let directory = parent.path().join("pki");
        seed(&directory);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&directory), mode(&directory.join("authorities.seed"))), (0o700, 0o600));
    }

    /// As on a file system that is read-only or full: the directory shows every name that was made in it, however briefly.
    #[test]
    fn what_is_there_is_read_and_nothing_is_written() {
        let directory = tempfile::tempdir().unwrap();
        let first = seed(directory.path());
        let changed = |path: &Path| fs::metadata(path).unwrap().modified().unwrap();
        let before = changed(directory.path());
        assert_eq!(seed(directory.path()), first);
        assert_eq!(changed(directory.path()), before);
    }

    #[test]
    fn a_seed_of_another_length_is_refused_and_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("authorities.seed"), [7; 31]).unwrap();
        let refused = in_directory(directory.path()).read().unwrap_err().to_string();
        assert!(refused.contains("expected 32 octets"), "{refused}");
        assert_eq!(fs::read(directory.path().join("authorities.seed")).unwrap(), [7; 31]);
    }

    #[test]
    fn who_needs_no_certificates_touches_no_file() {
        let parent = tempfile::tempdir().unwrap();
        let setting = in_directory(&parent.path().join("pki")).none().setting("s").unwrap();
        assert_eq!(setting.authorities, setting.seed);
        assert!(names(parent.path()).is_empty());
    }
}
