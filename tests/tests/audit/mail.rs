//! `interlock audit` where TLS is asked for by a command: what is stripped, and what is said before its time.

use serde_json::Value;
use std::process::Command;
use support::programs::{Finished, run};

/// Attack, grade and twin of each cell.
fn grades(options: &[&str]) -> Option<Vec<(String, String, String)>> {
    let Finished { code, out, err } = run("interlock", &[&["audit", "--json"], options].concat());
    if code == Some(2) {
        println!("not run: {}", err.trim());
        return None;
    }
    let report: Value = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{options:?}: {error}: {out}{err}"));
    let text = |cell: &Value, member: &str| cell[member].as_str().unwrap().to_owned();
    let cells = report["clients"][0]["cells"].as_array().unwrap();
    Some(cells.iter().map(|cell| (text(cell, "attack"), text(cell, "grade"), text(cell, "twin"))).collect())
}

fn told(attack: &str, grade: &str) -> (String, String, String) {
    (attack.to_owned(), grade.to_owned(), "accepted".to_owned())
}

/// Each wins against the client that is broken in this way, and against no other.
#[test]
fn each_way_to_be_broken_is_found() {
    if Command::new("python3").arg("--version").output().is_err() {
        println!("not run: python3 is missing");
        return;
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/broken_mail.py");
    for (way, stripped, injected) in
        [("careful", "refused", "refused"), ("falls", "fell-back", "refused"), ("keeps", "refused", "accepted")]
    {
        let options = ["--starttls", "smtp", "--attack", "starttls:*", "--", "python3", "-B", script, way];
        let expected = [told("starttls:stripped", stripped), told("starttls:injected", injected)];
        assert_eq!(grades(&options).unwrap(), expected, "{way}");
    }
    // The other attacks come behind STARTTLS; those whose proof is an answer do not.
    let options = ["--starttls", "smtp", "--attack", "forge-expired", "--", "python3", "-B", script, "careful"];
    assert_eq!(grades(&options).unwrap(), [told("forge-expired", "refused")]);
}

/// The same of clients of IMAP and PostgreSQL. Who keeps what was said before TLS takes a request for a password from there, or a
/// welcome.
#[test]
fn what_is_said_too_early_is_kept_by_who_is_broken() {
    if Command::new("python3").arg("--version").output().is_err() {
        println!("not run: python3 is missing");
        return;
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/broken_opening.py");
    for protocol in ["imap", "postgres"] {
        for (way, stripped, injected) in
            [("careful", "refused", "refused"), ("falls", "fell-back", "refused"), ("keeps", "refused", "accepted")]
        {
            let options =
                ["--starttls", protocol, "--attack", "starttls:*", "--", "python3", "-B", script, protocol, way];
            let expected = [told("starttls:stripped", stripped), told("starttls:injected", injected)];
            assert_eq!(grades(&options).unwrap(), expected, "{protocol} {way}");
        }
    }
}

/// libpq does what its documentation says of sslmode (section 34.19): `prefer` does without TLS, `verify-ca` looks at no name.
#[test]
fn psql_looks_at_what_its_mode_says() {
    if Command::new("psql").arg("--version").output().is_err() {
        println!("not run: psql is missing");
        return;
    }
    for (mode, attack, grade) in [
        ("prefer", "starttls:stripped", "fell-back"),
        ("verify-ca", "starttls:stripped", "refused"),
        ("verify-ca", "forge-name", "accepted"),
        ("verify-ca", "forge-unknown-ca", "refused"),
        ("verify-full", "forge-name", "refused"),
    ] {
        let connection = format!(
            "host={{host}} hostaddr={{address}} port={{port}} user=client dbname=lab sslmode={mode} sslrootcert={{ca}}"
        );
        let psql = ["env", "PGPASSWORD={canary}", "psql", &connection, "--command=SELECT 1"];
        let options = [&["--starttls", "postgres", "--attack", attack, "--"], &psql[..]].concat();
        assert_eq!(grades(&options).unwrap(), [told(attack, grade)], "{mode}");
    }
}

/// curl that is told to insist, and Python's libraries, which do.
#[test]
fn installed_clients_insist_and_begin_anew() {
    for client in ["openssl-smtp", "openssl-imap"] {
        let Some(grades) = grades(&["--client", client]) else { continue };
        assert_eq!(grades, [told("starttls:stripped", "refused")], "{client}");
    }
    for client in ["curl-smtp", "python-smtp", "curl-imap", "python-imap", "psql"] {
        let Some(grades) = grades(&["--client", client]) else { continue };
        let expected = ["starttls:stripped", "starttls:injected"].map(|attack| told(attack, "refused"));
        assert_eq!(grades, expected, "{client}");
    }
    // It does what its manual says: --ssl "tries to use SSL/TLS", and reverts where there is none.
    let curl = ["curl", "--silent", "--cacert", "{ca}", "--ssl", "--mail-from", "{canary}@client.lab", "--mail-rcpt"];
    let mail = ["somebody@server.lab", "--upload-file", "/dev/null", "smtp://{host}:{port}"];
    let options = [&["--starttls", "smtp", "--attack", "starttls:stripped", "--"], &curl[..], &mail].concat();
    if let Some(grades) = grades(&options) {
        assert_eq!(grades, [told("starttls:stripped", "fell-back")]);
    }
}
