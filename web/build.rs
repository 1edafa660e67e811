//! Embeds the page: its modules, its style sheets and its texts joined (`src/page/`), as they are and packed, with tags that
//! change when a file does; and says from which commit this is built.

#[path = "src/page/join.rs"]
mod join;
#[path = "src/page/texts.rs"]
mod texts;

use flate2::{Compression, write::GzEncoder};
use std::{
    collections::{BTreeMap, BTreeSet, hash_map::DefaultHasher},
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
    println!("cargo:rerun-if-changed={}", own.join("src/page").display());
    let (edition, files) = page_files(&page, &words)?;
    let mut table = String::from("static FILES: &[File] = &[\n");
    for (path, bytes) in &files {
        let tag = tag(bytes);
        let (plain, packed) = (out.join(format!("{tag}.txt")), out.join(format!("{tag}.gz")));
        fs::write(&plain, bytes)?;
        fs::write(&packed, pack(bytes)?)?;
        let (plain_tag, packed_tag) = (format!("\"{tag}\""), format!("\"{tag}-gzip\""));
        table += &format!(
            "File {{ path: {path:?}, plain: Form {{ bytes: include_bytes!({:?}), tag: {plain_tag:?} }}, \
             gzip: Form {{ bytes: include_bytes!({:?}), tag: {packed_tag:?} }} }},\n",
            plain.display().to_string(),
            packed.display().to_string()
        );
    }
    table += &format!("];\nconst EDITION: &str = {edition:?};\n");
    fs::write(out.join("page.rs"), table)
}

/// Files by path.
type Files = Vec<(String, Vec<u8>)>;

/// What the server has of the page, by path: the shell, its modules and its style sheets joined, the texts of each language, and
/// what else lies in `static/`. The shell names the files by addresses that change with any of them.
fn page_files(page: &Path, words: &Path) -> io::Result<(String, Files)> {
    let mut sources = read(&page.join("static"))?;
    let mut texts = read(words)?;
    texts.retain(|path, _| path.ends_with(".txt"));
    let shell = fs::read_to_string(page.join("index.html"))?;

    let mut files = Vec::new();
    let modules = taken(&mut sources, ".js");
    for entry in ["app.js", "report.js"] {
        files.extend(join::join(entry, &modules).map_err(io::Error::other)?);
    }
    let english = texts.get("english.txt").cloned().unwrap_or_default();
    let said = texts.iter().flat_map(|(path, text)| {
        // What the first file of modules says, and what the others say besides.
        let [first, all] =
            [1, files.len()].map(|some| texts::texts(text, &english, files[..some].iter().map(|it| &*it.1)));
        let there: BTreeSet<&str> = first.lines().collect();
        let more = all.lines().filter(|line| !there.contains(line)).flat_map(|line| [line, "\n"]).collect();
        [(format!("words/{path}"), first), (format!("words/more/{path}"), more)]
    });
    let said: Vec<_> = said.collect();
    files.extend(said);
    files.push((STYLES.to_owned(), styles(&shell, &taken(&mut sources, ".css"))));
    files.extend(sources);

    let mut files: Vec<_> =
        files.into_iter().map(|(path, text)| (format!("static/{path}"), text.into_bytes())).collect();
    let edition = tag(&files);
    files.push(("index.html".to_owned(), shell_of(&shell, &edition).into_bytes()));
    Ok((edition, files))
}

/// The style sheets as one, below `static/`.
const STYLES: &str = "style.css";
const SHEET: &str = "<link rel=\"stylesheet\" href=\"/static/";

/// The sheets that the shell names, in its order.
fn styles(shell: &str, sheets: &BTreeMap<String, String>) -> String {
    let mut all = String::new();
    for line in shell.lines() {
        let name = line.split_once(SHEET).and_then(|(_, rest)| rest.split('"').next());
        let Some(sheet) = name.and_then(|name| sheets.get(name)) else { continue };
        let rules: String = join::without_comments(sheet).flat_map(|line| [line, "\n"]).collect();
        all += &if line.contains("media=\"print\"") { format!("@media print {{\n{rules}}}\n") } else { rules };
    }
    all
}

/// The shell, with one style sheet, and the addresses of an edition.
fn shell_of(shell: &str, edition: &str) -> String {
    let mut sheets = 0;
    let mut lines = String::new();
    for line in shell.lines() {
        if line.contains(SHEET) {
            sheets += 1;
            if sheets == 1 {
                lines += &format!("    {SHEET}{STYLES}\">\n");
            }
        } else {
            lines += line;
            lines.push('\n');
        }
    }
    lines.replace("\"/static/", &format!("\"/static/{edition}/"))
}

/// Takes out what ends so.
fn taken(files: &mut BTreeMap<String, String>, end: &str) -> BTreeMap<String, String> {
    let (taken, left) = std::mem::take(files).into_iter().partition(|(path, _)| path.ends_with(end));
    *files = left;
    taken
}

/// What changes with what it is of.
fn tag(of: &impl Hash) -> String {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
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

/// The texts below a directory, by path.
fn read(directory: &Path) -> io::Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    let mut open = vec![directory.to_owned()];
    while let Some(path) = open.pop() {
        for entry in fs::read_dir(path)? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(directory).unwrap_or(&path).to_string_lossy().replace('\\', "/");
                files.insert(name, fs::read_to_string(path)?);
            }
        }
    }
    Ok(files)
}
