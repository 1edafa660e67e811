//! The worked example of `docs/wire.md`: one seeded session with its secrets and every derived value.

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
    wire::{Decoder, Frame},
};
use sha2::{Digest, Sha256};

/// The example's lines, `name = hex`.
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
