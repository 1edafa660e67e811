//! The same by somebody else: tshark opens the recording with the key log.

use super::{CANARY, Exercise, has};
use lab::group::weak;
use serde_json::Value;
use std::{fs, process::Command};
use support::programs::run;

#[test]
fn tshark_opens_the_recording_with_the_key_log_and_not_without() {
    if !has("openssl") || !has("curl") || !has("tshark") {
        return;
    }
    for (suite, options) in [
        ("DHE-RSA-AES256-GCM-SHA384", ""),
        ("DHE-RSA-CHACHA20-POLY1305", "Options = -ExtendedMasterSecret"),
        ("DHE-RSA-AES128-SHA256", ""),
        ("DHE-RSA-AES256-SHA", "Options = -EncryptThenMac"),
    ] {
        let exercise =
            Exercise { options, ..Exercise::new(&format!("{suite}:@SECLEVEL=0"), Some(&weak::subgroup(1024))) };
        let (recording, _) = exercise.record(|it, port| it.curl(port));
        let (file, keys) = (exercise.text("read.pcapng"), exercise.text("keys.log"));
        fs::write(&file, recording).expect("a file");
        let told = run("interlock", &["tls", "read", &file, "--keylog", &keys, "--json"]);
        assert_eq!(told.code, Some(1), "{told:?}");
        let lines: Vec<Value> = told.out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let [session, totals] = &lines[..] else { panic!("{told:?}") };
        assert!(session["client_said"]["text"].as_str().is_some_and(|text| text.contains(CANARY)), "{session}");
        assert_eq!(totals["totals"]["read"], 1, "{totals}");
        let seen = |keys: &str| {
            let mut tshark = Command::new("tshark");
            tshark.args(["-r", &file, "-o", &format!("tls.keylog_file:{keys}"), "-Y", "http.request", "-T", "fields"]);
            tshark.args(["-e", "http.request.uri", "-d", "tcp.port==1-65535,tls"]);
            String::from_utf8(tshark.output().expect("tshark").stdout).expect("text")
        };
        assert_eq!(seen(&keys).trim(), format!("/{CANARY}"), "{suite} {options}");
        assert_eq!(seen("/dev/null"), "", "the key log is what opens it");
    }
}
