//! Programs of others: each is run in a directory of its own, without its caller's environment, and ended with everything
//! that it started.

mod leftover;
mod output;

pub use leftover::Processes;
pub use output::Tail;

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Stdio,
};
use tokio::process::Command;

/// A directory that nobody else reads: gone when this is dropped.
#[derive(Debug)]
pub struct Directory(PathBuf);

impl Directory {
    /// Makes it.
    ///
    /// # Errors
    /// It cannot be made, or is there already.
    pub fn create(path: PathBuf) -> io::Result<Self> {
        #[cfg_attr(
            not(unix),
            expect(unused_mut, reason = "elsewhere a directory has the rights of the user's profile")
        )]
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path)?;
        Ok(Self(path))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        // What cannot be removed is left to whoever cleans the directory for temporary files.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A program with its arguments, to be started in a directory and a group of its own, with an environment that has nothing
/// of the caller's but where programs are found. Whatever it starts is known by `run`.
#[must_use]
pub fn command(program: &str, arguments: &[String], directory: &Path, run: &str) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(directory).env_clear().kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.env(leftover::MARK, run).env("HOME", directory).env("TMPDIR", directory).env("LANG", "C.UTF-8");
    command.env("PATH", std::env::var_os("PATH").unwrap_or_else(|| "/usr/local/bin:/usr/bin:/bin".into()));
    #[cfg(unix)]
    command.process_group(0);
    command
}

/// The argument with everything between braces filled in that has a value; other braces stay. What is filled in is not
/// looked at again.
#[must_use]
pub fn fill<'v>(argument: &str, value: impl Fn(&str) -> Option<&'v str>) -> String {
    let mut filled = String::with_capacity(argument.len());
    let mut rest = argument;
    while let Some(open) = rest.find('{') {
        filled.push_str(&rest[..open]);
        let behind = &rest[open + 1..];
        let known = behind.find('}').and_then(|close| Some((value(&behind[..close])?, &behind[close + 1..])));
        match known {
            Some((value, after)) => {
                filled.push_str(value);
                rest = after;
            }
            None => {
                filled.push('{');
                rest = behind;
            }
        }
    }
    filled + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_filled_in_once_and_all_else_stays() {
        let filled = |text: &str| {
            fill(text, |name| match name {
                "host" => Some("{port}"),
                "port" => Some("443"),
                _ => None,
            })
        };
        assert_eq!(filled("https://{host}:{port}/"), "https://{port}:443/");
        assert_eq!(filled("${name} {{port}} {nothing} {"), "${name} {443} {nothing} {");
        assert_eq!(filled("{ca}"), "{ca}", "no value, nothing to fill in");
    }

    #[test]
    fn a_directory_is_its_owners_and_ends_with_it() {
        let parent = tempfile::tempdir().unwrap();
        let directory = Directory::create(parent.path().join("own")).unwrap();
        let path = directory.path().to_owned();
        fs::write(path.join("file"), "x").unwrap();
        #[cfg(unix)]
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions()) & 0o777, 0o700);
        assert!(Directory::create(path.clone()).is_err(), "there is one");
        drop(directory);
        assert!(!path.exists());
    }
}
