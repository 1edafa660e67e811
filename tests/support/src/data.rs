//! Independent test material, which lies beside the repository and is no part of it.

use std::{
    io::{Read, Write},
    path::{Path, PathBuf},
};

/// The directory with the test material: `INTERLOCK_TEST_DATA`, or `../shared/data` beside the repository, or further up
/// for a work tree that lies deeper.
fn root() -> PathBuf {
    if let Some(root) = std::env::var_os("INTERLOCK_TEST_DATA") {
        return root.into();
    }
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut places = own.ancestors().skip(3).map(|above| above.join("shared/data"));
    places.find(|root| root.is_dir()).unwrap_or_else(|| own.join("../../../shared/data"))
}

/// The folders inside a directory of the test material, ordered by name. Where there is none, one line says that
/// the test was not run.
///
/// # Panics
/// If it is there but cannot be listed.
#[must_use]
pub fn folders(directory: &str) -> Option<Vec<PathBuf>> {
    let path = root().join(directory);
    let entries = match std::fs::read_dir(&path) {
        Ok(entries) => entries,
        Err(fault) => {
            missing(&path, &fault);
            return None;
        }
    };
    let paths = entries.map(|entry| entry.unwrap_or_else(|fault| panic!("{}: {fault}", path.display())).path());
    let mut folders: Vec<_> = paths.filter(|path| path.is_dir()).collect();
    folders.sort();
    Some(folders)
}

/// Says that a test was not run; not by a macro, whose output the test harness keeps to itself where a test passes.
fn missing(path: &Path, fault: &std::io::Error) {
    let line = format!("not run: {} is missing ({fault})\n", path.display());
    let _ = std::io::stderr().write_all(line.as_bytes());
}

/// The content of a file of the test material, unpacked where its name ends in `.zst`. Where there is none, one line says
/// that the test was not run.
///
/// # Panics
/// If the file is there but cannot be unpacked.
#[must_use]
pub fn bytes(file: &str) -> Option<Vec<u8>> {
    let path = root().join(file);
    let content = match std::fs::read(&path) {
        Ok(content) => content,
        Err(fault) => {
            missing(&path, &fault);
            return None;
        }
    };
    if !file.ends_with(".zst") {
        return Some(content);
    }
    let mut unpacked = Vec::new();
    ruzstd::decoding::StreamingDecoder::new(content.as_slice())
        .map_err(std::io::Error::other)
        .and_then(|mut decoder| decoder.read_to_end(&mut unpacked))
        .unwrap_or_else(|fault| panic!("{file}: {fault}"));
    Some(unpacked)
}

/// The same of a text file.
///
/// # Panics
/// If it is not UTF-8.
#[must_use]
pub fn text(file: &str) -> Option<String> {
    bytes(file).map(|content| String::from_utf8(content).unwrap_or_else(|fault| panic!("{file}: {fault}")))
}
