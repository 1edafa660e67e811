//! Recordings of real software: openssl's server, a client, and the lab's own relay between them.

use recording::{
    dhparam,
    relay::{Relay, recorder},
};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};
use support::programs::{Finished, Program};
use tempfile::TempDir;

/// What the client asks for, which stands nowhere else.
pub const CANARY: &str = "canary-5d0c2f61";

/// Everything that one recording needs.
pub struct Exercise {
    pub directory: TempDir,
    /// Arguments of `openssl s_server`.
    pub server: Vec<String>,
    /// Settings of OpenSSL for both, by lines of its configuration (SSL_CONF_cmd(3)).
    pub options: &'static str,
}

/// Whether a program is here; says so where it is not.
pub fn has(program: &str) -> bool {
    let there = Command::new(program).arg(if program == "openssl" { "version" } else { "--version" }).output().is_ok();
    if !there {
        println!("not run: {program} is missing");
    }
    there
}

/// A certificate of RSA for this machine, and its key: made once.
fn credentials() -> &'static (String, String) {
    static MADE: OnceLock<(String, String)> = OnceLock::new();
    MADE.get_or_init(|| {
        let directory = TempDir::new().expect("a directory");
        let path = |name: &str| directory.path().join(name);
        let made = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"])
            .args(["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1"])
            .args([Path::new("-keyout"), &path("key.pem"), Path::new("-out"), &path("cert.pem")])
            .output()
            .expect("openssl");
        assert!(made.status.success(), "{made:?}");
        let read = |name| fs::read_to_string(path(name)).expect("a file");
        (read("cert.pem"), read("key.pem"))
    })
}

impl Exercise {
    /// A server with these suites, and with a group of its own.
    pub fn new(suites: &str, group: Option<&lab::group::Modp>) -> Self {
        let directory = TempDir::new().expect("a directory");
        let it = Self { directory, server: Vec::new(), options: "" };
        let (certificate, key) = credentials();
        fs::write(it.path("cert.pem"), certificate).expect("a file");
        fs::write(it.path("key.pem"), key).expect("a file");
        let mut server: Vec<String> =
            ["-www", "-tls1_2", "-accept", "127.0.0.1:0", "-cipher", suites].map(str::to_owned).into();
        for (option, name) in [("-cert", "cert.pem"), ("-key", "key.pem")] {
            server.extend([option.to_owned(), it.text(name)]);
        }
        if let Some(group) = group {
            fs::write(it.path("dh.pem"), dhparam::pem(&group.p, &group.g)).expect("a file");
            server.extend(["-dhparam".to_owned(), it.text("dh.pem")]);
        }
        Self { server, ..it }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    /// A command that finds this exercise's settings of OpenSSL.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        let settings = format!(
            "openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\nsystem_default = defaults\n[defaults]\n\
             CipherString = DEFAULT:@SECLEVEL=0\n{}\n",
            self.options
        );
        fs::write(self.path("openssl.cnf"), settings).expect("a file");
        command.env("OPENSSL_CONF", self.path("openssl.cnf"));
        command
    }

    /// A recording of what a client does, and how the client ended.
    pub fn record(&self, client: impl FnOnce(&Self, u16) -> Command) -> (Vec<u8>, Finished) {
        let mut command = self.command("openssl");
        command.arg("s_server").args(&self.server);
        let mut server = Program::spawn("openssl s_server", command);
        let port = server.until("where it listens", |line| line.strip_prefix("ACCEPT 127.0.0.1:")?.parse().ok());
        let file = self.path("recording.pcapng");
        let (recorder, _growing) =
            recorder(File::create(&file).expect("a file"), File::open(&file).expect("a file")).expect("a recorder");
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let target = ([127, 0, 0, 1], port).into();
        let relay = runtime.block_on(Relay::bind(([127, 0, 0, 1], 0).into(), target)).expect("a relay");
        let port = relay.address().expect("an address").port();
        let (over, until) = tokio::sync::oneshot::channel::<()>();
        let relaying = runtime.spawn(relay.run(recorder, async move {
            let _ = until.await;
        }));
        let finished = Program::spawn("client", client(self, port)).finish();
        // the end of the last connection is recorded once the server has closed it too
        server.kill();
        drop(over);
        let open = runtime.block_on(relaying).expect("a relay").expect("a relay");
        runtime.block_on(open.finished());
        (fs::read(&file).expect("a recording"), finished)
    }

    /// What curl asks for the canary.
    pub fn curl(&self, port: u16) -> Command {
        let mut command = self.command("curl");
        command.args(["-sS", "--max-time", "60", "--cacert"]).arg(self.path("cert.pem"));
        command.arg(format!("https://localhost:{port}/{CANARY}"));
        command
    }

    /// openssl's client, which says nothing.
    pub fn s_client(&self, port: u16, more: &[&str]) -> Command {
        let mut command = self.command("openssl");
        command.args(["s_client", "-connect", &format!("127.0.0.1:{port}")]).args(more);
        command
    }
}
