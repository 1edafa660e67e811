//! Embeds the page: a table of every file below `page/`, as it is and packed, with tags that change when the file does.

use flate2::{Compression, write::GzEncoder};
use std::{
    collections::hash_map::DefaultHasher,
    env, fs,
    hash::{Hash, Hasher},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

fn main() -> io::Result<()> {
    let own = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let (page, words) = (own.join("page"), own.join("../lab/src/words"));
    println!("cargo:rerun-if-changed={}", page.display());
    println!("cargo:rerun-if-changed={}", words.display());
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
