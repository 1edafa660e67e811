//! A console whose store is killed, shared, full or damaged: what is kept is whole, and what is lost is told.

use serde_json::Value;
use std::{collections::HashMap, fs, process::Command};
use support::{
    http::{Stream, post},
    programs::{Program, path, run},
    serving::{Lab, text},
    watching::interrupt,
};
use tempfile::TempDir;

fn begin(lab: &Lab, scenario: &str, sessions: usize) -> Stream {
    let stream = Stream::open(lab.address, None);
    let body = serde_json::json!({ "scenario": scenario, "sessions": sessions });
    let begun = post(lab.address, "/api/sessions", &body.to_string());
    assert_eq!(begun.status, 202, "{begun:?}");
    stream
}

fn finish(stream: &mut Stream, sessions: usize) {
    for _ in 0..sessions {
        stream.until("a verdict", |message| message.name == "session" && message.data["status"] == "done");
    }
}

/// The sessions that a console knows, judged from their events, with their verdicts by id: it has to be able to read all.
fn known(lab: &Lab) -> HashMap<String, String> {
    let listed = lab.get("/api/sessions?limit=200").json();
    let metrics = lab.get("/metrics").body;
    assert!(metrics.contains("interlock_store_unreadable 0"), "{metrics}");
    let done = |session: &&Value| session["status"] == "done";
    let sessions = listed["sessions"].as_array().expect("sessions").iter().filter(done);
    sessions.map(|session| (text(&session["session"]), text(&session["verdict"]["kind"]))).collect()
}

/// What was written by then is there and whole, at the console that goes on and at the next one; what was not is nowhere in part.
#[test]
fn of_two_consoles_on_one_directory_one_is_killed_and_what_either_kept_stays_whole() {
    let directory = TempDir::new().expect("a directory");
    let data = directory.path().join("data").display().to_string();
    let arguments = ["--data", &data, "--listen", "127.0.0.1:0"];
    let stays = Lab::start(&arguments);
    stays.mission();
    let mut kept: HashMap<String, String> = HashMap::new();
    for killed_after in [1, 12] {
        let mut killed = Lab::start(&arguments);
        killed.mission();
        let mut own = begin(&stays, "ecdh/substitute", 12);
        finish(&mut begin(&killed, "dh/substitute", 24), killed_after);
        killed.program.kill();
        finish(&mut own, 12);
        let after = known(&stays);
        assert!(kept.iter().all(|(id, verdict)| after.get(id) == Some(verdict)), "{kept:?} became {after:?}");
        assert!(after.len() >= kept.len() + 12, "{kept:?} and twelve became {after:?}");
        kept = after;
    }
    assert_eq!(stays.end(), Some(0), "it lost none");
    let next = Lab::start(&arguments);
    next.mission();
    let after = known(&next);
    assert!(kept.iter().all(|(id, verdict)| after.get(id) == Some(verdict)), "{kept:?} became {after:?}");
    assert_eq!(after.values().filter(|verdict| *verdict == "inconclusive").count(), 0, "none is a part of one");
    assert_eq!(next.end(), Some(0));
    // What is kept can be shown to others, by a program that plays nothing.
    let (id, _) = kept.iter().find(|(_, verdict)| *verdict == "split").expect("a split session");
    let shown =
        run("interlock", &["--lang", "de", "export", id, "--format", "svg", "--theme", "dark", "--data", &data]);
    assert!(shown.code == Some(0) && shown.out.starts_with("<svg ") && shown.out.contains("Angreifer"), "{shown:?}");
}

/// As on a disk that is full: the system writes no more than so much to a file.
#[test]
fn a_disk_that_is_full_is_told_and_what_is_lost_is_counted() {
    let directory = TempDir::new().expect("a directory");
    let data = directory.path().join("data").display().to_string();
    let mut command = Command::new("sh");
    // In blocks of 512 octets. Without the trap the signal would end it.
    command.args(["-c", "trap '' XFSZ; ulimit -f 400; exec \"$@\"", "sh"]).arg(path("interlock"));
    command.args(["serve", "--listen", "127.0.0.1:0", "--data", &data]).env("NO_COLOR", "1");
    let mut lab = Lab::of(Program::spawn("interlock", command));
    let mut stream = begin(&lab, "ecdh-cert/substitute", 40);
    let full = |message: &support::http::Message| message.name == "status" && message.data["store"]["ok"] == false;
    let told = stream.until("a store that is full", full);
    let told = text(&told.last().expect("a status").data["store"]["message"]);
    assert!(told.contains("wait in memory to be kept"), "{told}");
    assert_eq!(lab.run("dh/substitute")["verdict"]["kind"], "split", "live sessions go on");
    let all = known(&lab).len();
    interrupt(lab.program.pid());
    let lost = lab.program.until("what is lost", |line| {
        line.split_once(" sessions could not be kept")?.0.rsplit(' ').next()?.parse::<usize>().ok()
    });
    assert_eq!(lab.program.finish().code, Some(3));
    // With room again, what was kept is there, and the rest is what was counted.
    let lab = Lab::start(&["--data", &data, "--listen", "127.0.0.1:0"]);
    lab.mission();
    let kept = known(&lab).len();
    assert!(lost > 0 && kept > 6, "{kept} are kept, {lost} lost");
    assert!(kept + lost >= all, "{kept} are kept and {lost} lost of {all}");
    assert_eq!(lab.end(), Some(0));
}

/// Neither a file that is none nor one of another time is written over, and nobody is told that all is well.
#[test]
fn what_is_no_database_of_this_program_is_told_and_left_as_it_is() {
    let directory = TempDir::new().expect("a directory");
    let data = directory.path().display().to_string();
    let file = directory.path().join("interlock.sqlite3");
    let damaged = [b"SQLite format 3\0".as_slice(), &[0xa5; 4080]].concat();
    for found in [b"no database at all, and of a size that nobody would take for one. ".repeat(9), damaged] {
        fs::write(&file, &found).expect("a file");
        let export = run("interlock", &["export", "0123456789abcdef", "--format", "json", "--data", &data]);
        assert_eq!(export.code, Some(3), "{export:?}");
        assert!(export.err.lines().count() == 1 && export.err.contains("database"), "{export:?}");
        let lab = Lab::start(&["--data", &data, "--listen", "127.0.0.1:0"]);
        assert_eq!(lab.mission().map(|session| text(&session["verdict"]["kind"])), ["split", "read", "stopped"]);
        let store = &lab.get("/api/status").json()["store"];
        assert_eq!(store["ok"], false, "{store}");
        assert_eq!(lab.end(), Some(3));
        assert_eq!(fs::read(&file).expect("the file"), found);
    }
}
