//! The worked examples of `docs/wire.md`: seeded sessions with their secrets and every derived value.

use crate::conversation::direct;
use crate::staging::stage;
use lab::{
    algebra::{
        Algebra,
        real::{Real, Value},
    },
    control::PlayOrder,
    event::{Fact, Way},
    evidence::hex,
    group::Group,
    record::{RecordKey, Sealed},
    role::{Actor, Role},
    staging::Setting,
    term::{Op, Sort},
    wire::{
        Decoder, Frame, Kind,
        body::{decode, parse},
    },
};
use sha2::{Digest, Sha256};

/// A whole session of `ecdh`: lines of `name = hex`.
pub fn lines() -> String {
    let scenario = "ecdh/relay".parse().expect("a scenario");
    let orders = stage(&scenario, &Setting::seeded("example", 7)).expect("orders");
    let log = direct(&orders);
    let frames = |actor| -> Vec<Frame> {
        log.events.iter().filter(|event| event.source == actor).filter_map(|event| sent(&event.fact)).collect()
    };
    let (client, server) = (frames(Actor::Client), frames(Actor::Server));
    let transcript = Sha256::new().chain_update(client[0].to_bytes()).chain_update(server[0].to_bytes()).finalize();
    let algebra = Real::new([0; 32]);
    let (client_secret, server_secret) = (secret(Role::Client, &orders.client), secret(Role::Server, &orders.server));
    let server_share = Group::X25519.public(&server_secret).expect("a share");
    let shared = Group::X25519.agree(&client_secret, &server_share).expect("a shared secret");
    let master = algebra.apply(Op::Extract, &[Value::secret(&shared)]).expect("a key");
    let expand = |label| {
        let digest = Value::Bytes(transcript.to_vec());
        algebra.apply(Op::Expand(label), &[master.clone(), digest]).expect("a key")
    };
    let keys = ["client write", "server write", "exporter"].map(expand);
    let octets = |value: &Value| value.octets().expect("octets").to_vec();

    let mut lines = vec![
        ("client_secret".to_owned(), client_secret),
        ("server_secret".to_owned(), server_secret),
        ("client_hello".to_owned(), client[0].to_bytes()),
        ("server_hello".to_owned(), server[0].to_bytes()),
        ("shared".to_owned(), shared.to_vec()),
        ("transcript".to_owned(), transcript.to_vec()),
        ("master".to_owned(), octets(&master)),
        ("client_write".to_owned(), octets(&keys[0])),
        ("server_write".to_owned(), octets(&keys[1])),
        ("exporter".to_owned(), octets(&keys[2])),
    ];
    let named = [("client", &client, &keys[0]), ("server", &server, &keys[1])];
    let mut text = String::new();
    for (party, frames, key) in named {
        let key = RecordKey::new(&octets(key)).expect("a key");
        for (number, record) in frames[1..].iter().enumerate() {
            let plaintext = Sealed::parse(&record.body).and_then(|sealed| key.open(&sealed)).expect("a record");
            lines.push((format!("{party}_plaintext_{number}"), plaintext));
            lines.push((format!("{party}_record_{number}"), record.to_bytes()));
        }
    }
    for (name, octets) in lines {
        text.push_str(&format!("{name} = {}\n", hex(&octets)));
    }
    text + &format!("fingerprint = {}\n", algebra.fingerprint(&keys[2]))
}

/// The handshake of `ecdh-mutual`, likewise; what the values cover is computed here from the frames alone, and the frames
/// hold what is computed.
///
/// # Panics
/// If they do not.
pub fn mutual() -> String {
    let scenario = "ecdh-mutual/relay".parse().expect("a scenario");
    let orders = stage(&scenario, &Setting::seeded("example", 7)).expect("orders");
    let log = direct(&orders);
    let handshake = |actor| {
        let own = log.events.iter().filter(move |event| event.source == actor);
        own.filter_map(|event| sent(&event.fact)).filter(|frame| frame.kind != Kind::Record).collect::<Vec<_>>()
    };
    let (client, server) = (handshake(Actor::Client), handshake(Actor::Server));
    let frames: Vec<(&str, &Frame)> = [
        ("client_hello", &client[0]),
        ("server_hello", &server[0]),
        ("server_certificate", &server[1]),
        ("server_certificate_verify", &server[2]),
        ("server_finished", &server[3]),
        ("client_certificate", &client[1]),
        ("client_certificate_verify", &client[2]),
        ("client_finished", &client[3]),
    ]
    .into();
    let transcript = |last: &str| {
        let count = 1 + frames.iter().position(|(name, _)| *name == last).expect("a frame");
        let hash = frames[..count].iter().fold(Sha256::new(), |hash, (_, frame)| hash.chain_update(frame.to_bytes()));
        Value::Bytes(hash.finalize().to_vec())
    };
    let hellos = transcript("server_hello");
    let algebra = Real::new([0; 32]);
    let apply = |op, args: &[&Value]| {
        let args: Vec<Value> = args.iter().map(|value| (*value).clone()).collect();
        algebra.apply(op, &args).expect("a value")
    };
    let (client_secret, server_secret) = (secret(Role::Client, &orders.client), secret(Role::Server, &orders.server));
    let server_share = Group::X25519.public(&server_secret).expect("a share");
    let shared = Group::X25519.agree(&client_secret, &server_share).expect("a shared secret");
    let master = apply(Op::Extract, &[&Value::secret(&shared)]);
    let mut lines = vec![("client_secret".to_owned(), client_secret), ("server_secret".to_owned(), server_secret)];
    let mut add = |name: String, value: &Value| lines.push((name, value.octets().expect("octets").to_vec()));
    add("shared".to_owned(), &Value::secret(&shared));
    add("master".to_owned(), &master);
    add("transcript_server_hello".to_owned(), &hellos);
    for label in ["client write", "server write", "exporter"] {
        add(label.replace(' ', "_"), &apply(Op::Expand(label), &[&master, &hellos]));
    }
    let labels = [("server finished", "server identity"), ("client finished", "client identity")];
    let parties = [(Role::Server, &orders.server, &server), (Role::Client, &orders.client, &client)];
    for ((role, order, frames), (finished, identity)) in parties.into_iter().zip(labels) {
        let key = order.credentials.as_ref().and_then(|credentials| credentials.key.as_ref()).expect("a key");
        let key = decode("key", &key.as_str().into()).expect("base64url");
        let signed = transcript(&format!("{role}_certificate"));
        let context = if role == Role::Server { "server CertificateVerify" } else { "client CertificateVerify" };
        let signing_key = Value::signing_key(key.as_slice().try_into().expect("32 octets"));
        let (finished_key, identity_key) =
            (apply(Op::Expand(finished), &[&master, &hellos]), apply(Op::Expand(identity), &[&master, &hellos]));
        let signature = apply(Op::Sign(context), &[&signing_key, &signed]);
        let (binding, mac) = (apply(Op::Mac, &[&identity_key, &signed]), apply(Op::Mac, &[&finished_key, &hellos]));
        add(format!("{role}_signing_key"), &Value::secret(&key));
        add(format!("transcript_{role}_certificate"), &signed);
        add(format!("{role}_signature"), &signature);
        add(format!("{role}_identity_key"), &identity_key);
        add(format!("{role}_binding"), &binding);
        add(format!("{role}_finished_key"), &finished_key);
        add(format!("{role}_mac"), &mac);
        for (frame, name, value) in
            [(&frames[2], "signature", &signature), (&frames[2], "binding", &binding), (&frames[3], "mac", &mac)]
        {
            let body = parse(&frame.body).expect("a body");
            let field = decode(name, &body[name]).expect("octets");
            assert_eq!(Some(field.as_slice()), value.octets(), "{role}: {name}");
        }
    }
    lines.extend(frames.iter().map(|(name, frame)| ((*name).to_owned(), frame.to_bytes())));
    lines.iter().map(|(name, octets)| format!("mutual_{name} = {}\n", hex(octets))).collect()
}

/// A victim draws its nonce and then its secret, from a seed that follows from its order.
fn secret(role: Role, order: &PlayOrder) -> Vec<u8> {
    let digits = |i: usize| u8::from_str_radix(&order.seed[2 * i..2 * i + 2], 16).expect("hex");
    let seed: Vec<u8> = (0..32).map(digits).collect();
    let seed = Sha256::new_with_prefix(b"interlock v1 seed\0").chain_update(seed).chain_update("handshake").finalize();
    let mut algebra = Real::new(seed.into());
    algebra.fresh("random", Sort::Nonce, None).expect("a nonce");
    let secret = algebra.fresh(role.as_str(), Sort::Secret, Some(&Value::Group(Group::X25519))).expect("a secret");
    secret.octets().expect("octets").to_vec()
}

fn sent(fact: &Fact) -> Option<Frame> {
    let Fact::Frame { way: Way::Sent, bytes, .. } = fact else { return None };
    let mut decoder = Decoder::default();
    decoder.push(&lab::wire::body::decode("bytes", &bytes.as_str().into()).expect("base64url"));
    decoder.next_frame().expect("a frame")
}
