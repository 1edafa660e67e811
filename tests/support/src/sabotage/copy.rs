//! A copy of the workspace in which the code is broken, and what is built from it.

use super::faults::{FAULTS, HOOKS, Patch};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The root of the repository.
fn root() -> PathBuf {
    fs::canonicalize(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).expect("the repository")
}

/// Makes the copy, or brings it up to date, and answers with its root. A file that has not changed is left alone, so that it
/// is not compiled again.
///
/// # Panics
/// A patch does not find its place, or the disk fails.
#[must_use]
pub fn broken() -> PathBuf {
    let (from, to) = (root(), target().join("sabotage"));
    copy(&from, &to);
    let hook = fs::read_to_string(from.join("tests/sabotage/hook.rs")).expect("the hook");
    write(&to.join(HOOK), &hook);
    let patches: Vec<&Patch> = HOOKS.iter().chain(FAULTS.iter().flat_map(|fault| fault.patches)).collect();
    let mut files: Vec<&str> = patches.iter().map(|patch| patch.file).collect();
    files.sort_unstable();
    files.dedup();
    for file in files {
        let mut text = fs::read_to_string(from.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        for patch in patches.iter().filter(|patch| patch.file == file) {
            assert_eq!(text.matches(patch.from).count(), 1, "{file} has changed: where is {:?}?", patch.from);
            text = text.replace(patch.from, patch.to);
        }
        write(&to.join(file), &text);
    }
    to
}

/// Files of the copy that are patched are written once, with their patches.
fn is_patched(file: &Path) -> bool {
    let patches = HOOKS.iter().chain(FAULTS.iter().flat_map(|fault| fault.patches));
    patches.map(|patch| Path::new(patch.file)).any(|patched| patched == file)
}

/// What the hook of the copy is, which the repository does not have there.
const HOOK: &str = "lab/src/sabotage.rs";

/// Takes out of the copy what has left the repository since, so that cargo does not find it.
fn clear(from: &Path, to: &Path, directory: &Path) {
    for entry in fs::read_dir(to.join(directory)).expect("a directory of the copy") {
        let entry = entry.expect("an entry");
        let path = directory.join(entry.file_name());
        if from.join(&path).exists() || path == Path::new(HOOK) {
            continue;
        }
        let gone = if entry.path().is_dir() { fs::remove_dir_all(entry.path()) } else { fs::remove_file(entry.path()) };
        gone.expect("what has left the repository");
    }
}

fn copy(from: &Path, to: &Path) {
    let mut pending = vec![PathBuf::new()];
    while let Some(directory) = pending.pop() {
        fs::create_dir_all(to.join(&directory)).expect("a directory of the copy");
        clear(from, to, &directory);
        for entry in fs::read_dir(from.join(&directory)).expect("a directory") {
            let entry = entry.expect("an entry");
            let path = directory.join(entry.file_name());
            let kind = entry.file_type().expect("its type");
            if kind.is_dir() && !["target", ".git"].contains(&&*entry.file_name().to_string_lossy()) {
                pending.push(path);
            } else if kind.is_file() && !is_patched(&path) {
                copy_file(&entry.path(), &to.join(&path));
            }
        }
    }
}

/// A file that is new in the copy is as old as what it was copied from, so that cargo takes it for that; one that was another before is new.
fn copy_file(from: &Path, to: &Path) {
    let content = fs::read(from).expect("a file");
    let before = fs::read(to).ok();
    if before.as_ref() == Some(&content) {
        return;
    }
    fs::write(to, content).expect("a file of the copy");
    if before.is_none() {
        let changed = fs::metadata(from).and_then(|it| it.modified()).expect("when it changed");
        let copied = fs::File::options().write(true).open(to).expect("a file of the copy");
        copied.set_modified(changed).expect("the time of a file of the copy");
    }
}

fn write(path: &Path, text: &str) {
    if fs::read_to_string(path).ok().as_deref() != Some(text) {
        fs::write(path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
}

/// Where cargo builds: what the copy shares with the repository is not built twice.
fn target() -> PathBuf {
    let own = env::current_exe().expect("this program");
    let debug = own.ancestors().find(|path| path.ends_with("debug") || path.ends_with("release"));
    debug.and_then(Path::parent).expect("cargo's directory").to_path_buf()
}

/// Builds what these arguments of `cargo build` name from the copy, and answers with cargo's directory.
///
/// # Panics
/// It cannot be built.
pub fn build(copy: &Path, arguments: &[&str]) -> PathBuf {
    let target = target();
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--quiet", "--offline"]).args(arguments).current_dir(copy).env("CARGO_TARGET_DIR", &target);
    let status = cargo.status().expect("cargo");
    assert!(status.success(), "cargo build {arguments:?} in {}: {status}", copy.display());
    target.join("debug")
}
