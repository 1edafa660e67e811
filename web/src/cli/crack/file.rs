//! The file of a precomputation: whole at any time, whoever else writes it and whatever ends this process.

use super::{super::Failure, words};
use cryptanalysis::Precomputation;
use num_bigint::BigUint;
use process::files::{self, Unread};
use serde_json::json;
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::mpsc::{RecvTimeoutError, channel},
    time::Duration,
};

/// The longest file that is read, in octets: many times what the largest prime at hand fills.
const LONGEST: usize = 1 << 30;

/// So much work is lost at most where a process is killed.
const BETWEEN_SAVES: Duration = Duration::from_secs(20);

/// A precomputation and its file.
pub(super) struct Kept {
    /// Links followed: what is replaced is the file, not a link to it.
    file: PathBuf,
    work: Precomputation,
}

impl Kept {
    /// What the file holds, or nothing yet where there is none. Where nothing can be written it is better known now than
    /// after an hour; a complete file need not be written any more.
    pub(super) fn open(path: &Path, p: &BigUint) -> Result<Self, Failure> {
        let wrong = |why: &dyn std::fmt::Display| Failure::Usage(format!("--precompute {}: {why}", path.display()));
        let file = followed(path).map_err(|error| wrong(&error))?;
        let work = match files::octets(&file, LONGEST) {
            Ok(octets) => Precomputation::from_bytes(&octets, p).map_err(|failure| wrong(&without_field(&failure)))?,
            Err(Unread::System(error)) if error.kind() == io::ErrorKind::NotFound => Precomputation::new(p),
            Err(error) => return Err(wrong(&error)),
        };
        let kept = Self { file, work };
        if !kept.work.is_complete() {
            kept.save().map_err(|error| wrong(&error))?;
        }
        Ok(kept)
    }

    pub(super) fn work(&self) -> &Precomputation {
        &self.work
    }

    /// Writes beside, under a name of its own, and moves into place. What another process wrote meanwhile is taken in
    /// first; the directory's lock keeps the two from doing so at once.
    fn save(&self) -> io::Result<()> {
        let directory = self.file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // a file system without locks is no reason to keep nothing
        let lock = File::open(directory).ok().filter(|directory| directory.lock().is_ok());
        let before = files::octets(&self.file, LONGEST).ok();
        let other = before.as_ref().and_then(|octets| Precomputation::from_bytes(octets, self.work.prime()).ok());
        if let Some(other) = other {
            self.work.absorb(other);
        }
        let octets = self.work.to_bytes();
        if before.as_ref() == Some(&octets) {
            return Ok(());
        }
        let mut name = self.file.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.part", std::process::id()));
        let aside = directory.join(name);
        let written = write_whole(&aside, &octets).and_then(|()| fs::rename(&aside, &self.file));
        if written.is_err() {
            let _ = fs::remove_file(&aside);
        } else if let Some(directory) = &lock {
            // the new name is on the disk too, where the system can say so
            let _ = directory.sync_all();
        }
        written
    }
}

fn write_whole(path: &Path, octets: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(path)?;
    file.write_all(octets)?;
    file.sync_all()
}

/// The file that a path leads to; it need not be there.
fn followed(path: &Path) -> io::Result<PathBuf> {
    const LINKS: u32 = 40;
    let mut path = path.to_owned();
    for _ in 0..LINKS {
        match fs::read_link(&path) {
            Ok(next) => path = path.parent().map(|parent| parent.join(&next)).unwrap_or(next),
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other(super::crack("links", &json!({}))))
}

fn without_field(failure: &cryptanalysis::Failure) -> String {
    match failure {
        cryptanalysis::Failure::BadInput { expected, got, .. } => {
            let members = json!({ "expected": words::input(expected), "got": words::input(got) });
            super::crack("unfit-file", &members)
        }
        other => other.to_string(),
    }
}

/// Works, and saves now and then meanwhile and once at the end. What goes wrong with the file is told after the answer.
pub(super) fn while_saving<T>(kept: Option<&Kept>, saved: &mut io::Result<()>, work: impl FnOnce() -> T) -> T {
    let Some(kept) = kept else { return work() };
    let done = std::thread::scope(|scope| {
        let (over, wait) = channel::<()>();
        scope.spawn(move || {
            while wait.recv_timeout(BETWEEN_SAVES) == Err(RecvTimeoutError::Timeout) {
                // a full disk may have room again when it counts
                let _ = kept.save();
            }
        });
        let done = work();
        drop(over);
        done
    });
    *saved = kept.save();
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_link_is_followed_and_stays() {
        let directory = tempfile::tempdir().unwrap();
        let (file, link) = (directory.path().join("real.dlog"), directory.path().join("link.dlog"));
        std::os::unix::fs::symlink("real.dlog", &link).unwrap();
        let p = BigUint::from(9_922_093_884_254_197_799u64);
        Kept::open(&link, &p).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert!(Precomputation::from_bytes(&fs::read(&file).unwrap(), &p).is_ok());
        let names: Vec<_> = fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names.len(), 2, "nothing else is left: {names:?}");
    }

    #[cfg(unix)]
    #[test]
    fn a_circle_of_links_and_another_file_are_told() {
        let directory = tempfile::tempdir().unwrap();
        let link = directory.path().join("link");
        std::os::unix::fs::symlink("link", &link).unwrap();
        let p = BigUint::from(23u32);
        assert!(Kept::open(&link, &p).is_err_and(|failure| failure.to_string().contains("too many links")));
        let other = directory.path().join("other");
        fs::write(&other, "interlock discrete logarithms 1\n").unwrap();
        assert!(Kept::open(&other, &p).is_err_and(|failure| failure.to_string().contains("one of version 1")));
        assert_eq!(fs::read(&other).unwrap(), b"interlock discrete logarithms 1\n", "it is left as it was");
    }
}
