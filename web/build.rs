//! Embeds the page: a table of every file below `page/`, with a tag that changes when the file does.

use std::{
    collections::hash_map::DefaultHasher,
    env, fs,
    hash::{Hash, Hasher},
    io,
    path::{Path, PathBuf},
};

fn main() -> io::Result<()> {
    let own = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let (page, words) = (own.join("page"), own.join("../lab/src/words"));
    println!("cargo:rerun-if-changed={}", page.display());
    println!("cargo:rerun-if-changed={}", words.display());
    let mut files = Vec::new();
    // What else is there serves only those who work on the page.
    files.push(page.join("index.html"));
    collect(&page.join("static"), &mut files)?;
    // The texts that all of the lab speaks with.
    files.push(words.join("english.txt"));
    files.sort();
    let mut table = String::from("static FILES: &[File] = &[\n");
    for file in files {
        let path = match file.strip_prefix(&words) {
            Ok(text) => Path::new("static/words").join(text),
            Err(_) => file.strip_prefix(&page).unwrap_or(&file).to_owned(),
        };
        let path = path.to_string_lossy().replace('\\', "/");
        let mut hasher = DefaultHasher::new();
        fs::read(&file)?.hash(&mut hasher);
        let tag = format!("\"{:016x}\"", hasher.finish());
        table += &format!(
            "File {{ path: {path:?}, bytes: include_bytes!({:?}), tag: {tag:?} }},\n",
            file.display().to_string()
        );
    }
    fs::write(PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("page.rs"), table + "];\n")
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
