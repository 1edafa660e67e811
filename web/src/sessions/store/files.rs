//! The files of the store: what a session says is for the user's eyes alone.

use super::StoreError;
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Octets of the smallest page: what is smaller SQLite takes for a database that nobody has begun, and writes over it.
const PAGE: u64 = 512;

/// Makes the directory where it is missing, and the file, such that nobody else can read what is in them. A file that is no database
/// is left as it is.
pub(super) fn prepare(directory: &Path, file: &Path) -> Result<(), StoreError> {
    let failed = |error| StoreError::Directory(directory.to_owned(), error);
    private_directory(directory).map_err(failed)?;
    match private_file(file) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(StoreError::File(file.to_owned(), error)),
        Err(_) if is_cut(file) => Err(StoreError::NoDatabase(file.to_owned())),
        _ => Ok(()),
    }
}

/// Whether something stands there that is less than a page, and nothing beside it of which SQLite would mend it.
fn is_cut(file: &Path) -> bool {
    let size = |suffix: &str| {
        let mut name = file.as_os_str().to_owned();
        name.push(suffix);
        fs::metadata(PathBuf::from(name)).map_or(0, |found| found.len())
    };
    (1..PAGE).contains(&size("")) && size("-journal") == 0 && size("-wal") == 0
}

#[cfg(unix)]
fn private_directory(directory: &Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
    if !directory.is_dir() {
        return fs::DirBuilder::new().recursive(true).mode(0o700).create(directory);
    }
    // A directory that holds more than the store is not ours to close.
    let ours = fs::read_dir(directory)?.all(|entry| entry.is_ok_and(|entry| is_ours(&entry.path())));
    let metadata = fs::metadata(directory)?;
    if ours && metadata.mode() & 0o077 != 0 {
        // Where that is refused the files inside are still closed.
        let _ = fs::set_permissions(directory, fs::Permissions::from_mode(0o700));
    }
    Ok(())
}

#[cfg(not(unix))]
fn private_directory(directory: &Path) -> io::Result<()> {
    fs::create_dir_all(directory)
}

#[cfg(unix)]
fn private_file(file: &Path) -> io::Result<fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)
}

#[cfg(not(unix))]
fn private_file(file: &Path) -> io::Result<fs::File> {
    fs::OpenOptions::new().write(true).create_new(true).open(file)
}

#[cfg(unix)]
fn is_ours(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with("interlock.sqlite3"))
}

/// Closes the files of a database that was made by others than [`prepare`].
#[cfg(unix)]
pub(super) fn protect(file: &Path) {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    for file in beside(file) {
        if fs::metadata(&file).is_ok_and(|found| found.is_file() && found.mode() & 0o077 != 0) {
            // Another user's file stays as it is.
            let _ = fs::set_permissions(&file, fs::Permissions::from_mode(0o600));
        }
    }
}

#[cfg(not(unix))]
pub(super) fn protect(_: &Path) {}

/// The file and those that SQLite keeps beside it.
#[cfg(unix)]
fn beside(file: &Path) -> [PathBuf; 3] {
    ["", "-wal", "-shm"].map(|suffix| {
        let mut name = file.as_os_str().to_owned();
        name.push(suffix);
        name.into()
    })
}

/// The address under which SQLite reads a file that does not change (sqlite.org/uri.html).
pub(super) fn immutable(file: &Path) -> PathBuf {
    let mut address = "file:".to_owned();
    for byte in file.as_os_str().as_encoded_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~".contains(byte) {
            address.push(char::from(*byte));
        } else {
            address += &format!("%{byte:02X}");
        }
    }
    (address + "?immutable=1").into()
}

/// What tells a file from another one of the same name.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Identity(u64, u64);

impl Identity {
    #[cfg(unix)]
    pub(super) fn of(file: &Path) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        let found = fs::metadata(file).ok()?;
        Some(Self(found.dev(), found.ino()))
    }

    #[cfg(not(unix))]
    pub(super) fn of(file: &Path) -> Option<Self> {
        file.is_file().then_some(Self(0, 0))
    }
}
