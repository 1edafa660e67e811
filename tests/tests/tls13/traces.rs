//! The traces of RFC 8448: what its records hold under the keys of this schedule, and that they are sealed to the octet.

use lab::{
    group::Group,
    tls::{
        ClientHello, Record, Records, ServerHello, content,
        v13::{Protection, Schedule, Secret, Suite},
    },
};
use sha2::{Digest, Sha256};
use support::{
    data,
    vectors::{Vector, entries, octets},
};

/// One trace: its entries by name, in lower case.
fn trace<'t>(text: &'t str, heading: &str) -> Vector<'t> {
    let from = text.find(&format!("[{heading}]")).unwrap_or_else(|| panic!("no {heading}"));
    let rest = &text[from + 1..];
    entries(rest.split("\n[").next().unwrap()).collect()
}

fn records(bytes: &[u8]) -> Vec<Record> {
    let mut records = Records::default();
    records.push(bytes);
    let mut all = Vec::new();
    while let Some(record) = records.take().unwrap() {
        // what is there for the sake of older peers alone (RFC 8446 appendix D.4)
        if record.kind != content::CHANGE_CIPHER_SPEC {
            all.push(record);
        }
    }
    assert_eq!(records.waiting(), 0);
    all
}

fn only(bytes: &[u8]) -> Record {
    let [record] = &records(bytes)[..] else { panic!("one record") };
    record.clone()
}

fn hash(messages: &[&[u8]]) -> [u8; 32] {
    Sha256::digest(messages.concat()).into()
}

fn keys(secret: &Secret) -> Protection {
    Protection::new(Suite::Aes128Gcm, secret).unwrap()
}

/// A handshake from its hellos to its end, with what was shared before it, if anything was.
fn follow(trace: &Vector<'_>, shared_before: Option<&[u8]>) {
    let value = |name: &str| octets(&trace.get(name).unwrap_or_else(|| panic!("no {name}")).replace(' ', ""));
    let client_hello = only(&value("record_clienthello_1")).body;
    let server_hello = value("message_serverhello");
    let (client, server) = (ClientHello::read(&client_hello[4..]), ServerHello::read(&server_hello[4..]));
    let (client, server) = (client.unwrap(), server.unwrap());
    assert!(client.versions.contains(&0x0304) && client.suites.contains(&0x1301));
    assert_eq!((server.version, server.suite, server.group), (0x0304, 0x1301, Some(0x001d)));
    assert_eq!(client.name.as_deref(), Some("server"));
    assert!(client.groups.contains(&0x001d) && client.schemes.contains(&0x0804));

    // The server draws 32 octets for its random value, and somewhere behind them its secret.
    let pool = value("server_rng_pool");
    let secret = pool.windows(32).find(|secret| Group::X25519.public(secret).unwrap() == server.share);
    let secret = secret.expect("the secret of the server's share");
    let (_, share) = client.shares.iter().find(|(group, _)| *group == 0x001d).unwrap();
    let agreed = Group::X25519.agree(secret, share).unwrap();

    let early = Schedule::early(shared_before);
    if let [binder] = &client.binders[..] {
        // over everything before the list of binders: its length, and the one binder behind an octet
        let truncated = hash(&[&client_hello[..client_hello.len() - 35]]);
        let expected = |label| early.derive(label, &hash(&[])).finished(&truncated);
        let label = if trace.contains_key("psksecret") { "ext binder" } else { "res binder" };
        assert_eq!(binder[..], expected(label));
        assert!(!client.identities.is_empty() && client.modes.contains(&1));
    }
    let stage = early.handshake(&agreed);
    let hellos = hash(&[&client_hello, &server_hello]);
    let [client_secret, server_secret] = ["c hs traffic", "s hs traffic"].map(|label| stage.derive(label, &hellos));
    let (mut client_keys, mut server_keys) = (keys(&client_secret), keys(&server_secret));

    let sealed = only(&value("record_serverhandshakemessages"));
    let (kind, flight) = server_keys.open(&sealed).unwrap();
    assert_eq!(kind, content::HANDSHAKE);
    let mut messages = value("message_encryptedextensions");
    if trace.contains_key("message_certificaterequest") {
        messages.extend(value("message_certificaterequest"));
    }
    if trace.contains_key("message_server_certificate") {
        messages.extend(value("message_server_certificate"));
        messages.extend(value("message_server_certificateverify"));
    }
    let unfinished = hash(&[&client_hello, &server_hello, &messages]);
    let finished = [&[20, 0, 0, 32][..], &server_secret.finished(&unfinished)].concat();
    assert_eq!(flight, [&messages[..], &finished].concat());
    messages.extend(&finished);
    let sent = value("record_serverhandshakemessages");
    assert!(sent.ends_with(&keys(&server_secret).seal(content::HANDSHAKE, &flight)));

    let transcript = hash(&[&client_hello, &server_hello, &messages]);
    let stage = stage.master();
    let mut ends = records(&value("record_clientfinished"));
    if let Some(early_data) = trace.get("record_client_earlyappdata") {
        // Under a key of its own, and said to be over under the same.
        let mut keys = keys(&early.derive("c e traffic", &hash(&[&client_hello])));
        assert_eq!(keys.open(&only(&octets(early_data))).unwrap(), (23, value("client_earlyappdata")));
        let (_, end) = keys.open(&ends.remove(0)).unwrap();
        assert_eq!(end, [5, 0, 0, 0], "EndOfEarlyData");
        // The material's EncryptedExtensions lacks an extension that the RFC's has, with which what follows was computed.
        return;
    }
    assert_eq!(finished, value("message_server_finished"));
    let (_, said) = client_keys.open(&ends.remove(0)).unwrap();
    // Certificate and CertificateVerify, where the client was asked for them, and Finished
    let (shown, said) = said.split_at(said.len() - 36);
    assert_eq!(shown.is_empty(), !trace.contains_key("message_certificaterequest"));
    if let [11, 0, high, low, ..] = shown {
        let certificate = &shown[..4 + usize::from(u16::from_be_bytes([*high, *low]))];
        let signed = hash(&[&client_hello, &server_hello, &messages, certificate]);
        let content = [&[b' '; 64][..], b"TLS 1.3, client CertificateVerify\0", &signed].concat();
        assert_eq!(value("client_messagetosign"), content);
        assert_eq!(shown[certificate.len()], 15);
        assert!(shown.ends_with(&value("client_messagesignature")));
    }
    let unfinished = hash(&[&client_hello, &server_hello, &messages, shown]);
    assert_eq!((&said[..4], &said[4..]), (&[20, 0, 0, 32][..], &client_secret.finished(&unfinished)[..]));

    let [client, server] = ["c ap traffic", "s ap traffic"].map(|label| stage.derive(label, &transcript));
    for (secret, side) in [(client, "client"), (server, "server")] {
        let mut sealing = keys(&secret);
        let mut opening = keys(&secret);
        if let Some(ticket) = trace.get("record_newsessionticket").filter(|_| side == "server") {
            let (kind, ticket) = opening.open(&only(&octets(ticket))).unwrap();
            assert_eq!((kind, ticket[0]), (content::HANDSHAKE, 4));
            assert_eq!(sealing.seal(content::HANDSHAKE, &ticket), value("record_newsessionticket"));
        }
        if trace.contains_key("client_appdata") {
            let (data, record) = (value(&format!("{side}_appdata")), value(&format!("record_{side}_appdata")));
            assert_eq!(opening.open(&only(&record)).unwrap(), (content::APPLICATION_DATA, data.clone()));
            assert_eq!(sealing.seal(content::APPLICATION_DATA, &data), record);
        }
        let close = value(&format!("record_{side}_closenotify"));
        assert_eq!(opening.open(&only(&close)).unwrap(), (content::ALERT, vec![1, 0]));
        assert_eq!(sealing.seal(content::ALERT, &[1, 0]), close);
        // the same record is never opened twice
        assert!(opening.open(&only(&close)).is_err());
    }
}

/// The traces, or nothing where they are not there.
fn traces() -> Option<String> {
    data::text("rfc-vectors/rfc8448-transcripts.vec")
}

#[test]
fn simple_handshake_of_rfc_8448_section_3() {
    let Some(text) = traces() else { return };
    follow(&trace(&text, "Simple_1RTT_Handshake"), None);
}

/// The key that was shared before is in the session that the client kept, an OCTET STRING of 32.
#[test]
fn resumption_with_early_data_of_rfc_8448_section_4() {
    let Some(text) = traces() else { return };
    let trace = trace(&text, "Resumed_0RTT_Handshake");
    let kept = trace["client_sessiondata"].to_lowercase();
    // behind two truth values
    let (_, key) = kept.split_once("0101ff0101000420").unwrap();
    let key = octets(&key[..64]);
    follow(&trace, Some(&key));
}

/// A ServerHello that asks for another ClientHello, as it is read; and what the server signs after it, where the hash of the
/// first ClientHello counts in its place (RFC 8446 section 4.4.1).
#[test]
fn another_hello_of_rfc_8448_section_5() {
    let Some(text) = traces() else { return };
    let trace = trace(&text, "HelloRetryRequest_Handshake");
    let message = |name: &str| only(&octets(trace[name])).body;
    let [first, asked, second] =
        ["record_clienthello_1", "record_helloretryrequest", "record_clienthello_2"].map(message);
    let picked = ServerHello::read(&asked[4..]).unwrap();
    assert_eq!((picked.version, picked.group, picked.share.len()), (0x0304, Some(0x0017), 0));
    let [offered, other] = [&first, &second].map(|hello| ClientHello::read(&hello[4..]).unwrap());
    assert!(offered.groups.contains(&0x0017) && offered.shares.iter().all(|(group, _)| *group != 0x0017));
    assert_eq!(other.shares[0].0, 0x0017);
    let hashed = [&[254, 0, 0, 32][..], &hash(&[&first])].concat();
    let mut messages = vec![hashed, asked, second];
    for name in ["message_serverhello", "message_encryptedextensions", "message_server_certificate"] {
        messages.push(octets(trace[name]));
    }
    let messages: Vec<&[u8]> = messages.iter().map(Vec::as_slice).collect();
    assert!(octets(trace["server_messagetosign"]).ends_with(&hash(&messages)));
}

#[test]
fn client_authentication_of_rfc_8448_section_6() {
    let Some(text) = traces() else { return };
    follow(&trace(&text, "Client_Authentication_Handshake"), None);
}

#[test]
fn compatibility_mode_of_rfc_8448_section_7() {
    let Some(text) = traces() else { return };
    follow(&trace(&text, "Middlebox_Compatibility_Mode"), None);
}

#[test]
fn a_key_that_was_shared_before_beside_x25519() {
    let Some(text) = traces() else { return };
    let trace = trace(&text, "Externally_Provided_PSK_with_Ephemeral_Key");
    follow(&trace, Some(&octets(trace["psksecret"])));
}
