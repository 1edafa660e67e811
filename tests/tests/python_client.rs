//! A client written from `docs/wire.md` alone, in another language, against the real server.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Output, Stdio},
};

/// The client, where there is a Python to run it.
fn client(args: &[&str]) -> Option<Output> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/client.py");
    let output = Command::new("python3").arg(script).args(args).output();
    if output.is_err() {
        println!("not run: python3 is missing");
    }
    output.ok()
}

/// The program `server` beside this test; built where nobody did so yet.
fn program() -> PathBuf {
    let test = std::env::current_exe().expect("the test's own path");
    let name = format!("server{}", std::env::consts::EXE_SUFFIX);
    let path = test.ancestors().nth(2).expect("the directory of the profile").join(name);
    if !path.exists() {
        let release = if cfg!(debug_assertions) { &[][..] } else { &["--release"] };
        let build = ["build", "--quiet", "--package", "victims", "--bin", "server"];
        let status = Command::new(env!("CARGO")).args(build).args(release).status().expect("cargo runs");
        assert!(status.success(), "the server has to build");
    }
    path
}

struct Server {
    process: Child,
    out: BufReader<ChildStdout>,
    address: String,
}

impl Server {
    fn start(mode: &str) -> Self {
        let mut process = Command::new(program())
            .args(["--mode", mode, "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let mut out = BufReader::new(process.stdout.take().expect("its output"));
        let mut line = String::new();
        out.read_line(&mut line).expect("its first line");
        let address = line.trim().strip_prefix("listening on ").expect("where it listens").to_owned();
        Self { process, out, address }
    }

    /// Its output up to the end of the session.
    fn session(&mut self) -> String {
        let mut text = String::new();
        while !text.contains("closed:") && !text.contains("gave up") {
            assert_ne!(self.out.read_line(&mut text).expect("a line"), 0, "the server left: {text}");
        }
        text
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn completes(mode: &str) {
    let mut server = Server::start(mode);
    let Some(output) = client(&["--mode", mode, "--connect", &server.address]) else { return };
    let (said, complaint) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{complaint}");
    let fingerprint = said.split_whitespace().nth(1).expect("a fingerprint");
    let session = server.session();
    assert!(session.contains(&format!("established, key {}", &fingerprint[..4])), "{session}");
    assert!(session.contains("closed: 2 messages sent, 2 received"), "{session}");
    assert!(said.contains("received Your balance is 4711 ["), "{said}");
    assert!(said.ends_with("closed\n"), "{said}");
}

#[test]
fn it_completes_ecdh() {
    completes("ecdh");
}

#[test]
fn it_completes_dh() {
    completes("dh");
}

#[test]
fn it_recomputes_the_example_of_the_document() {
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/wire.md");
    let Some(output) = client(&["--example", &document.to_string_lossy()]) else { return };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
