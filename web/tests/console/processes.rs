//! The lab as a whole: this program's own processes, over real sockets.

use crate::fake::console;
use lab::verdict::Kind;
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use web::sessions::{compare::compare, session::Record};

const LONG: Duration = Duration::from_secs(600);

fn program() -> PathBuf {
    env!("CARGO_BIN_EXE_interlock").into()
}

fn kind(record: &Record) -> Kind {
    record.session.verdict.as_ref().unwrap().kind
}

#[tokio::test]
async fn the_mission_has_its_three_verdicts() {
    let console = console(program(), LONG).await;
    let mission =
        [("dh/substitute", Kind::Split), ("dh-weak:short/crack", Kind::Read), ("ecdh-cert/substitute", Kind::Stopped)];
    let playing: Vec<_> =
        mission.iter().map(|(scenario, _)| console.play(scenario.parse().unwrap(), None).unwrap()).collect();
    for ((scenario, expected), playing) in mission.into_iter().zip(playing) {
        let record = playing.done().await.unwrap();
        let verdict = record.session.verdict.as_ref().unwrap();
        assert_eq!(verdict.kind, expected, "{scenario}: {}", verdict.because);
    }
    console.stop().await;
}

#[tokio::test]
async fn one_seed_gives_the_same_frames_and_another_does_not() {
    let console = console(program(), LONG).await;
    let run =
        async |seed| console.play("ecdh-cert/substitute".parse().unwrap(), Some(seed)).unwrap().done().await.unwrap();
    let (first, second, other) = (run(7).await, run(7).await, run(8).await);
    assert_eq!(compare(&first, &second).first_difference, None, "{}", compare(&first, &second).words);
    assert_eq!(compare(&first, &other).first_difference, Some(0), "the first frame carries fresh values");
    console.stop().await;
}

#[tokio::test]
async fn a_killed_process_is_noticed_and_the_lab_lives_on() {
    let console = console(program(), LONG).await;
    let run = async || console.play("dh/substitute".parse().unwrap(), None).unwrap().done().await.unwrap();
    assert_eq!(kind(&*run().await), Kind::Split);
    for part in ["client", "attacker", "server"] {
        let status = || {
            let processes = console.processes();
            match part {
                "client" => processes.client,
                "attacker" => processes.attacker,
                _ => processes.server,
            }
        };
        let before = status();
        let mut watch = console.watch();
        kill(before.pid.unwrap());
        while status().restarts == before.restarts {
            watch.changed().await;
        }
        assert_eq!(kind(&*run().await), Kind::Split, "without the first {part}");
    }
    console.stop().await;
}

#[test]
fn the_dashboard_ends_without_leaving_a_process_behind() {
    for signal in ["-INT", "-KILL"] {
        let mut served = Served::start();
        let pids = served.pids();
        assert_eq!(pids.len(), 3);
        let sent = Command::new("kill").args([signal, &served.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        served.child.wait().unwrap();
        let deadline = Instant::now() + LONG;
        for pid in pids {
            while Path::new(&format!("/proc/{pid}")).exists() {
                assert!(Instant::now() < deadline, "after {signal} process {pid} is still there");
                std::thread::yield_now();
            }
        }
    }
}

fn kill(pid: u32) {
    assert!(Command::new("kill").args(["-KILL", &pid.to_string()]).status().unwrap().success());
}

/// `interlock serve` as a process.
struct Served {
    child: Child,
    address: String,
}

impl Served {
    fn start() -> Self {
        let mut child = Command::new(program())
            .args(["serve", "--ephemeral", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().rsplit("http://").next().unwrap().to_owned();
        Self { child, address }
    }

    fn get(&self, path: &str) -> serde_json::Value {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", self.address).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    }

    /// The ids of the three processes, once all are up.
    fn pids(&self) -> Vec<u64> {
        let deadline = Instant::now() + LONG;
        loop {
            let status = self.get("/api/status");
            let pid = |part: &&str| status["processes"][*part]["pid"].as_u64();
            let pids: Vec<u64> = ["client", "attacker", "server"].iter().filter_map(pid).collect();
            if pids.len() == 3 {
                return pids;
            }
            assert!(Instant::now() < deadline, "not all are up: {status}");
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
