//! The core does no input and output: time, randomness and bytes come in as values.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// What clippy has to refuse in the core, by what it would reach.
const BANNED: [(&str, &[&str]); 7] = [
    (
        "sockets",
        &[
            "std::net::TcpStream",
            "std::net::TcpListener",
            "std::net::UdpSocket",
            "std::os::unix::net::UnixStream",
            "std::os::unix::net::UnixListener",
        ],
    ),
    ("the clock", &["std::time::Instant", "std::time::SystemTime"]),
    (
        "threads",
        &[
            "std::thread::spawn",
            "std::thread::scope",
            "std::thread::sleep",
            "std::thread::Builder",
            "std::thread::JoinHandle",
        ],
    ),
    (
        "files",
        &[
            "std::fs::File",
            "std::fs::OpenOptions",
            "std::fs::read",
            "std::fs::read_dir",
            "std::fs::read_to_string",
            "std::fs::write",
        ],
    ),
    ("the environment", &["std::env::args", "std::env::var", "std::env::var_os", "std::env::vars"]),
    ("processes", &["std::process::Command"]),
    ("the terminal", &["std::println", "std::eprintln"]),
];

/// What no source file of the core may name.
const UNSPEAKABLE: [&str; 16] = [
    "std::net::Tcp",
    "std::net::Udp",
    "std::os::",
    "std::time::Instant",
    "std::time::SystemTime",
    "std::thread",
    "std::fs",
    "std::env",
    "std::process",
    "std::io",
    "tokio",
    "OsRng",
    "SysRng",
    "ThreadRng",
    "thread_rng",
    "getrandom",
];

fn core() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../lab")
}

#[test]
fn clippy_refuses_every_way_out() {
    let text = fs::read_to_string(core().join("clippy.toml")).expect("lab/clippy.toml");
    let refused: BTreeSet<&str> =
        text.lines().filter_map(|line| line.trim().strip_prefix("{ path = \"")?.split('"').next()).collect();
    let expected: BTreeSet<&str> = BANNED.iter().flat_map(|(_, paths)| paths.iter().copied()).collect();
    assert_eq!(refused, expected);
}

/// The lints are on for the core, and nothing in it makes an exception from the ban.
#[test]
fn the_core_obeys_the_workspaces_lints() {
    let manifest = fs::read_to_string(core().join("Cargo.toml")).expect("lab/Cargo.toml");
    assert!(manifest.contains("[lints]\nworkspace = true"));
    let root = fs::read_to_string(core().join("../Cargo.toml")).expect("Cargo.toml");
    assert!(root.contains("unsafe_code = \"forbid\"") && root.contains("all = { level = \"warn\""));
    for (file, code) in sources() {
        assert!(!code.contains("clippy::disallowed"), "{} makes an exception", file.display());
    }
}

#[test]
fn no_source_file_names_a_way_out() {
    let sources = sources();
    assert!(sources.len() > 20, "{} files only", sources.len());
    for (file, code) in sources {
        for name in UNSPEAKABLE {
            assert!(!code.contains(name), "{} names {name}", file.display());
        }
    }
}

#[test]
fn the_core_depends_on_nothing_that_reaches_out() {
    let manifest = fs::read_to_string(core().join("Cargo.toml")).expect("lab/Cargo.toml");
    let (_, dependencies) = manifest.split_once("[dependencies]").expect("dependencies");
    let names: BTreeSet<&str> = dependencies
        .lines()
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|name| !name.is_empty() && !name.starts_with(['[', '#']))
        .collect();
    assert!(names.contains("rand_core"), "{names:?}");
    for banned in ["process", "tokio", "async-std", "mio", "socket2", "getrandom", "rand", "rayon", "rusqlite", "axum"]
    {
        assert!(!names.contains(banned), "the core depends on {banned}");
    }
}

/// What the processes share lies beside the core and needs sockets and clocks: it has a configuration of its own, which is
/// the workspace's, so that the core's ban ends at its directory and nothing else does.
#[test]
fn the_ban_ends_where_the_processes_begin() {
    let read = |path: &str| fs::read_to_string(core().join(path)).expect("a file");
    assert_eq!(read("process/clippy.toml"), read("../clippy.toml"));
    assert!(read("process/Cargo.toml").contains("[lints]\nworkspace = true"));
}

/// The search itself: grouped imports are seen through, comments are not code.
#[test]
fn grouped_imports_are_seen() {
    let code = spelled_out("use std::{\n    fmt,\n    io::{Read, Write},\n    fs as files,\n};\n// std::env\n");
    assert!(code.contains("std::fs") && code.contains("std::io") && code.contains("std::fmt"));
    assert!(!code.contains("std::env"));
}

/// The core's source files as code without comments, grouped imports spelled out.
fn sources() -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    let mut directories = vec![core().join("src")];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(&directory).expect("a directory") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                directories.push(path);
            } else {
                let code = fs::read_to_string(&path).expect("a source file");
                files.push((path, spelled_out(&code)));
            }
        }
    }
    files
}

fn spelled_out(code: &str) -> String {
    let mut code: String =
        code.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n");
    let mut imports = String::new();
    for group in code.split("std::{").skip(1) {
        let mut depth = 1;
        let mut item = String::from("std::");
        for letter in group.chars().filter(|letter| !letter.is_whitespace()) {
            depth += i32::from(letter == '{') - i32::from(letter == '}');
            if depth == 0 {
                break;
            }
            if letter == ',' && depth == 1 {
                imports.push_str(&item);
                imports.push('\n');
                item = String::from("std::");
            } else if letter != '{' && letter != '}' {
                item.push(letter);
            }
        }
        imports.push_str(&item);
        imports.push('\n');
    }
    code.push_str(&imports);
    code
}
