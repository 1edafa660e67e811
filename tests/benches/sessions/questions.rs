//! Questions to a server about a ciphertext, each on a connection of its own, beside the one operation with the private key that
//! an answer takes.

use crate::{
    PATIENCE, kept, orders, runtime, start,
    turns::{Figure, in_turns},
};
use attacker::attack::Call;
use lab::{
    encryption::DecryptionKey,
    role::{Actor, Role},
    staging::Orders,
    term::Padding,
    victim::{Victim, call},
    wire::{Frame, body},
};
use process::{
    frames::Frames,
    limits::Limits,
    patience::{Clock, Patience},
    play::play,
    reports::reports,
    teller::Teller,
};
use std::hint::black_box;
use support::conversation::direct;
use tokio::net::TcpListener;

/// A server to whoever calls; nobody hears its events.
async fn answer(listener: TcpListener, orders: Orders) {
    let (kept, mut number) = (kept(&orders.server), 0);
    while let Ok((stream, _)) = listener.accept().await {
        stream.set_nodelay(true).expect("nodelay");
        number += 1;
        let order = call(&orders.server, number).expect("a seed");
        let mut victim = Victim::new(Role::Server, &order, kept.clone()).expect("a server");
        let (reader, mut writer) = stream.into_split();
        let teller = Teller::new("bench".to_owned(), Actor::Server, reports().0);
        play(
            &mut victim,
            None,
            &mut Frames::new(reader),
            &mut writer,
            Patience::new(Limits::of(PATIENCE), Clock::steady()),
            &teller,
        )
        .await;
    }
}

/// What an honest client says before its Finished, and the server's key.
fn honest(orders: &Orders) -> (Call, DecryptionKey, Vec<u8>) {
    let log = direct(orders);
    let frames: Vec<Frame> = log.sent(Actor::Client).into_iter().take(2).filter_map(Frame::from_text).collect();
    let share = body::parse(&frames[1].body).expect("a message");
    let sealed = body::decode("encrypted", &share["encrypted"]).expect("a ciphertext");
    let key = orders.server.credentials.as_ref().and_then(|it| it.decryption_key.as_deref()).expect("a key");
    let key = DecryptionKey::from_pkcs8(&body::decode("key", &key.into()).expect("octets")).expect("a key");
    (Call { frames, answers: 2 }, key, sealed)
}

/// So many of each, in turns.
pub(crate) fn questions(rounds: usize) -> Vec<Figure> {
    let runtime = runtime();
    let asked = [513, 1025].map(|bits| {
        let orders = orders(&format!("rsa:pkcs1v15,bits={bits}/bleichenbacher~implicit-rejection"));
        let (call, key, sealed) = honest(&orders);
        let address = start(move |listener| answer(listener, orders)).to_string();
        let mut ask = || drop(runtime.block_on(call.clone().make(&address, PATIENCE)).expect("an answer"));
        let mut decrypt = || drop(black_box(&key).decrypt(Padding::Pkcs1v15, &sealed).expect("a block"));
        let [own, beside] = in_turns(rounds, [&mut ask, &mut decrypt]).medians;
        let what = format!("`bleichenbacher`, a question and its answer, {bits} bits");
        Figure { what, own, peer: "the operation with the private key alone", beside, at_once: None, ratio: None }
    });
    asked.into()
}
