//! A running `interlock serve`.

use crate::{
    http::{Answer, Message, Stream, get, post},
    programs::Program,
};
use serde_json::{Value, json};
use std::net::SocketAddr;

/// The scenarios that are played at the start, with the verdict that theory gives each.
pub const MISSION: [(&str, &str); 3] =
    [("dh/substitute", "split"), ("dh-weak:short/crack", "read"), ("ecdh-cert/substitute", "stopped")];

/// A lab with its dashboard.
pub struct Lab {
    /// The console's process.
    pub program: Program,
    /// Where the dashboard is.
    pub address: SocketAddr,
}

impl Lab {
    /// A lab that keeps nothing, on any free port.
    pub fn ephemeral() -> Self {
        Self::start(&["--ephemeral", "--listen", "127.0.0.1:0"])
    }

    /// A lab with these arguments, which says that it is ready.
    pub fn start(args: &[&str]) -> Self {
        Self::of(Program::start("interlock", &[&["serve"], args].concat()))
    }

    /// A lab that was started in another way, once it says that it is ready.
    pub fn of(mut program: Program) -> Self {
        let address = program.until("the dashboard's address", |line| {
            line.split_once("Interlock is ready: http://").and_then(|(_, address)| address.trim().parse().ok())
        });
        Self { program, address }
    }

    /// Gets a path.
    pub fn get(&self, path: &str) -> Answer {
        get(self.address, path)
    }

    /// Starts one session; answers with its id.
    pub fn play(&self, scenario: &str) -> String {
        let answer = post(self.address, "/api/sessions", &json!({ "scenario": scenario }).to_string());
        assert_eq!(answer.status, 202, "{answer:?}");
        text(&answer.json()["sessions"][0]["session"])
    }

    /// A session that is judged, now or soon.
    pub fn judged(&self, id: &str) -> Value {
        // Whatever ends after the stream is open is told there; whatever ended before is seen by asking.
        let mut stream = Stream::open(self.address, None);
        let session = self.get(&format!("/api/sessions/{id}")).json();
        if session["status"] == "done" {
            return session;
        }
        stream.until("a verdict", |message| is_verdict(message, id)).pop().expect("the verdict").data
    }

    /// Runs one session to its end.
    pub fn run(&self, scenario: &str) -> Value {
        self.judged(&self.play(scenario))
    }

    /// The sessions of the start, judged, in the order of [`MISSION`].
    pub fn mission(&self) -> [Value; 3] {
        let listed = self.get("/api/sessions").json();
        MISSION.map(|(scenario, _)| {
            let sessions = listed["sessions"].as_array().expect("sessions");
            let session = sessions.iter().find(|session| session["scenario"] == scenario);
            self.judged(&text(&session.unwrap_or_else(|| panic!("no {scenario} in {listed}"))["session"]))
        })
    }

    /// Ends it as Ctrl-C does; answers with its exit code.
    #[cfg(target_os = "linux")]
    pub fn end(self) -> Option<i32> {
        crate::watching::interrupt(self.program.pid());
        self.program.finish().code
    }

    /// The ids of its three child processes: client, attacker, server. All of them are up.
    pub fn pids(&self) -> [u32; 3] {
        let mut stream = Stream::open(self.address, None);
        let up = |message: &Message| {
            message.name == "status" && PARTS.iter().all(|part| process(message, part)["up"] == true)
        };
        let status = stream.until("three processes", up).pop().expect("a status");
        PARTS.map(|part| process(&status, part)["pid"].as_u64().and_then(|pid| pid.try_into().ok()).expect("a pid"))
    }
}

/// The three processes, in the order of [`Lab::pids`].
pub const PARTS: [&str; 3] = ["client", "attacker", "server"];

/// What a status says of one process.
pub fn process<'a>(status: &'a Message, part: &str) -> &'a Value {
    &status.data["processes"][part]
}

/// The verdict of a session.
pub fn is_verdict(message: &Message, id: &str) -> bool {
    message.name == "session" && message.data["session"] == id && message.data["status"] == "done"
}

/// A text.
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("expected a text, got {value}")).to_owned()
}
