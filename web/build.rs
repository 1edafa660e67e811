//! Embeds the page: a table of every file below `page/`, as it is and packed, with tags that change when the file does; and
//! says from which commit this is built.

use flate2::{Compression, write::GzEncoder};
use std::{
    collections::hash_map::DefaultHasher,
    env, fs,
    hash::{Hash, Hasher},
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::Command,
};

fn main() -> io::Result<()> {
    let own = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let (page, words) = (own.join("page"), own.join("../lab/src/words"));
    println!("cargo:rerun-if-changed={}", page.display());
    println!("cargo:rerun-if-changed={}", words.display());
    println!("cargo:rustc-env=INTERLOCK_BUILT_FROM={}", built_from(&own));
    let mut files = Vec::new();
    // What else is there serves only those who work on the page.
    files.push(page.join("index.html"));
    collect(&page.join("static"), &mut files)?;
    // The texts that all of the lab speaks with.
    collect(&words, &mut files)?;
    files.retain(|file| file.extension().is_none_or(|extension| extension != "rs"));
    files.sort();
    let mut table = String::from("static FILES: &[File] = &[\n");
    for file in files {
        let path = match file.strip_prefix(&words) {
            Ok(text) => Path::new("static/words").join(text),
            Err(_) => file.strip_prefix(&page).unwrap_or(&file).to_owned(),
        };
        let path = path.to_string_lossy().replace('\\', "/");
        let bytes = fs::read(&file)?;
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        let tag = hasher.finish();
        let packed = out.join(format!("{tag:016x}.gz"));
        fs::write(&packed, pack(&bytes)?)?;
        let (plain, zipped) = (format!("\"{tag:016x}\""), format!("\"{tag:016x}-gzip\""));
        table += &format!(
            "File {{ path: {path:?}, plain: Form {{ bytes: include_bytes!({:?}), tag: {plain:?} }}, \
             gzip: Form {{ bytes: include_bytes!({:?}), tag: {zipped:?} }} }},\n",
            file.display().to_string(),
            packed.display().to_string()
        );
    }
    fs::write(out.join("page.rs"), table + "];\n")
}

/// The commit in brackets, for `--version`: what `INTERLOCK_COMMIT` says, where an archive is built that has no history of its
/// own, or the one that is checked out. Nothing where neither is known, and in debug builds, which would be made anew at
/// every commit.
fn built_from(own: &Path) -> String {
    const GIVEN: &str = "INTERLOCK_COMMIT";
    println!("cargo:rerun-if-env-changed={GIVEN}");
    let commit = env::var(GIVEN).ok().filter(|commit| !commit.is_empty());
    let release = env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let commit = commit.or_else(|| release.then(|| checked_out(own)).flatten());
    commit.map(|commit| format!(" ({commit})")).unwrap_or_default()
}

/// The commit that is checked out here, with a `+` where files have been changed since. None where `git` is missing, or where
/// only a directory above belongs to a repository, which is then somebody else's.
fn checked_out(own: &Path) -> Option<String> {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").arg("-C").arg(own).args(arguments).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| text.trim().to_owned())
    };
    if git(&["rev-parse", "--show-prefix"])? != "web/" {
        return None;
    }
    for file in ["HEAD", "logs/HEAD"] {
        println!("cargo:rerun-if-changed={}", own.join(git(&["rev-parse", "--git-path", file])?).display());
    }
    let commit = git(&["rev-parse", "--short=12", "HEAD"])?;
    let changed = !git(&["status", "--porcelain", "--untracked-files=no"])?.is_empty();
    Some(commit + if changed { "+" } else { "" })
}

/// As gzip (RFC 1952), as small as it gets: this happens once.
fn pack(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
