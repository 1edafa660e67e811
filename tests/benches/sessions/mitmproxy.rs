//! The peer of a split session: mitmproxy in reverse mode, a program of its own, which ends TLS towards the client with an authority
//! that it has made and begins TLS towards the server without asking who that is.

use std::{
    io::ErrorKind,
    net::{SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// How long it may take to listen.
const STARTS_WITHIN: Duration = Duration::from_secs(30);

/// A running mitmproxy, which ends with it.
pub(crate) struct Proxy {
    pub address: SocketAddr,
    process: Child,
    _directory: TempDir,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// One that passes on to this server; nothing where the program is not there.
pub(crate) fn between(server: SocketAddr) -> Option<Proxy> {
    let directory = TempDir::new().expect("a directory");
    let address = TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a free port");
    let spawned = Command::new("mitmdump")
        .args(["--quiet", "--mode", &format!("reverse:tls://{server}@{address}")])
        .args(["--set", "ssl_insecure=true", "--set", &format!("confdir={}", directory.path().display())])
        .stdin(Stdio::null())
        .spawn();
    let process = match spawned {
        Err(error) if error.kind() == ErrorKind::NotFound => return None,
        spawned => spawned.expect("mitmdump"),
    };
    let mut proxy = Proxy { address, process, _directory: directory };
    let began = Instant::now();
    while TcpStream::connect(address).is_err() {
        let ended = proxy.process.try_wait().expect("its state");
        assert!(ended.is_none() && began.elapsed() < STARTS_WITHIN, "mitmdump listens nowhere: {ended:?}");
        // Nobody tells when a program of others listens.
        thread::sleep(Duration::from_millis(50));
    }
    Some(proxy)
}
