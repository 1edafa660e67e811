//! Files that somebody names on a command line: each is read as far as such a file can be long, and no further. A device or a pipe
//! tells its length only by its end.

use lab::refusal::Refusal;
use serde_json::json;
use std::{
    fmt,
    fs::File,
    io::{self, Read},
    path::Path,
};

/// Texts that people write: tables, lessons, grades.
pub const TEXT: usize = 4 << 20;

/// Why a file was not read.
#[derive(Debug)]
pub enum Unread {
    /// The system does not give it.
    System(io::Error),
    /// It is longer than such a file can be, or no text.
    Refused(Refusal),
}

/// In the language that this process speaks.
impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System(error) => error.fmt(f),
            Self::Refused(why) => why.fmt(f),
        }
    }
}

impl std::error::Error for Unread {}

impl From<io::Error> for Unread {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}

/// What a source has, of at most `most` octets.
///
/// # Errors
/// It cannot be read, or has more.
pub fn all_of(source: impl Read, most: usize) -> Result<Vec<u8>, Unread> {
    let mut octets = Vec::new();
    source.take(most as u64 + 1).read_to_end(&mut octets)?;
    if octets.len() > most { Err(Unread::Refused(Refusal::new("octets", json!({ "most": most })))) } else { Ok(octets) }
}

/// A file of at most `most` octets.
///
/// # Errors
/// As [`all_of`].
pub fn octets(file: &Path, most: usize) -> Result<Vec<u8>, Unread> {
    all_of(File::open(file)?, most)
}

/// The same, or standard input for `-`.
///
/// # Errors
/// As [`all_of`].
pub fn octets_or_input(file: &Path, most: usize) -> Result<Vec<u8>, Unread> {
    if file == Path::new("-") { all_of(io::stdin().lock(), most) } else { octets(file, most) }
}

/// What was read, as text.
///
/// # Errors
/// It is no UTF-8.
pub fn as_text(octets: Vec<u8>) -> Result<String, Unread> {
    String::from_utf8(octets).map_err(|_| Unread::Refused(Refusal::new("utf-8", json!({}))))
}

/// A file of text of at most `most` octets.
///
/// # Errors
/// As [`all_of`], and that it is no UTF-8.
pub fn text(file: &Path, most: usize) -> Result<String, Unread> {
    as_text(octets(file, most)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_is_told_and_not_read_to_its_end() {
        assert_eq!(all_of(&b"abc"[..], 3).unwrap(), b"abc");
        assert!(matches!(all_of(&b"abcd"[..], 3), Err(Unread::Refused(_))));
        assert!(matches!(as_text(vec![0xff]), Err(Unread::Refused(_))));
        let told = all_of(io::repeat(0), 1 << 10).unwrap_err().to_string();
        assert!(told.contains("at most 1024"), "{told}");
        assert!(matches!(octets(Path::new("/none/such"), 1), Err(Unread::System(_))));
    }
}
