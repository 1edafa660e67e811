//! Whole sessions of the lab beside what others make of the same, so many at a time.

use crate::{
    AT_ONCE, events, kept,
    limit::{Curves, octets},
    mitmproxy::{Proxy, between},
    orders, relay, runtime,
    rustls_peer::{Checked, Peer},
    serve, session, start,
    turns::{Figure, in_turns},
};
use std::rc::Rc;
use tokio::{runtime::Runtime, task::LocalSet};

/// Plays as many sessions at a time as it is asked for.
pub(crate) type Contestant = Box<dyn FnMut(usize)>;

pub(crate) fn contestant(runtime: &Rc<Runtime>, play: impl AsyncFn() + 'static) -> Contestant {
    let (runtime, play) = (Rc::clone(runtime), Rc::new(play));
    Box::new(move |at_once| {
        let all = async {
            let started: Vec<_> = (0..at_once)
                .map(|_| {
                    let play = Rc::clone(&play);
                    tokio::task::spawn_local(async move { play().await })
                })
                .collect();
            for session in started {
                session.await.expect("a session");
            }
        };
        match at_once {
            1 => runtime.block_on(play()),
            _ => runtime.block_on(LocalSet::new().run_until(all)),
        }
    })
}

/// The lab's own: client and server, and where there is an attack, its attacker between them.
fn ours(runtime: &Rc<Runtime>, scenario: &str) -> Contestant {
    let (told, orders) = (runtime.block_on(async { events() }), orders(scenario));
    let for_server = orders.clone();
    let server = start(move |listener| serve(listener, for_server));
    let for_attacker = orders.clone();
    let address = match scenario.ends_with("/relay") {
        true => server,
        false => start(move |listener| relay(listener, server, for_attacker)),
    };
    let kept = kept(&orders.client);
    contestant(runtime, async move || session(address, &orders, &kept, &told).await)
}

/// What is measured beside a scenario.
struct Beside {
    scenario: &'static str,
    peer: &'static str,
    play: Contestant,
}

/// TLS of rustls, without and with revocation lists.
fn rustls(runtime: &Rc<Runtime>) -> Vec<Beside> {
    let peer = |scenario, mutual, lists, peer| {
        let tls = Peer::new(&Checked { mutual, lists, ..Checked::default() });
        Beside { scenario, peer, play: tls.play(runtime, tls.address) }
    };
    vec![
        peer("ecdh-cert/relay", false, false, "rustls TLS 1.3"),
        peer("ecdh-cert/relay", false, true, "rustls TLS 1.3 with revocation lists"),
        peer("ecdh-mutual/relay", true, false, "rustls TLS 1.3, both authenticated"),
        peer("ecdh-mutual/relay", true, true, "rustls TLS 1.3, both authenticated, with revocation lists"),
    ]
}

/// What no session comes below. The lab's victims remember which signatures of authorities verified, so that only the transcript's are
/// left.
fn limits(runtime: &Rc<Runtime>) -> Vec<Beside> {
    let each = [("ecdh-cert/relay", 1), ("ecdh-mutual/relay", 2)].map(|(scenario, signatures)| {
        let mut once = Curves { signatures, verifications: signatures }.ours();
        let curves = Box::new(move |at_once| (0..at_once).for_each(|_| once()));
        [
            Beside { scenario, peer: "its octets over TCP, and nothing else", play: octets(runtime, scenario) },
            Beside { scenario, peer: "its curve operations, one after the other in one thread", play: curves },
        ]
    });
    each.into_iter().flatten().collect()
}

/// mitmproxy between a client and a server of rustls; nobody, where it is not there. Its client believes any authority, as the lab's
/// does without `cert-chain`.
fn split(runtime: &Rc<Runtime>) -> (Option<Proxy>, Vec<Beside>) {
    let tls = Peer::new(&Checked { lenient: true, ..Checked::default() });
    let Some(proxy) = between(tls.address) else {
        println!("not measured: mitmproxy, whose mitmdump is not on the path");
        return (None, Vec::new());
    };
    let beside = ["ecdh/substitute", "ecdh-cert/forge-unknown-ca~cert-chain"].map(|scenario| {
        let play = tls.play(runtime, proxy.address);
        Beside { scenario, peer: "mitmproxy between two of rustls", play }
    });
    (Some(proxy), beside.into())
}

/// The curve operations of a session by the crates of here and by ring.
fn curves(rounds: usize) -> Vec<Figure> {
    let sessions = [
        ("the curve operations of `ecdh-cert`", 1, 1, "by ring"),
        ("the curve operations of `ecdh-cert`", 1, 3, "by ring, with those of the chain, as rustls makes them"),
        ("the curve operations of `ecdh-mutual`", 2, 2, "by ring"),
        ("the curve operations of `ecdh-mutual`", 2, 6, "by ring, with those of the chains, as rustls makes them"),
    ];
    let figure = |(what, signatures, verifications, peer): (&str, _, _, _)| {
        let mut own = Curves { signatures, verifications: signatures }.ours();
        let mut ring = Curves { signatures, verifications }.ring();
        let turns = in_turns(rounds, [&mut own, &mut ring]);
        let [own, beside] = turns.medians;
        Figure { what: what.to_owned(), at_once: Some(1), own, peer, beside, ratio: Some(turns.ratio) }
    };
    sessions.map(figure).into()
}

/// Every pair, one at a time and eight at a time.
pub(crate) fn peers(rounds: usize) -> Vec<Figure> {
    let runtime = Rc::new(runtime());
    let (_proxy, split) = split(&runtime);
    let mut figures = Vec::new();
    for Beside { scenario, peer, mut play } in rustls(&runtime).into_iter().chain(limits(&runtime)).chain(split) {
        let mut own = ours(&runtime, scenario);
        for at_once in [1, AT_ONCE] {
            let each = |play: &mut Contestant| (0..AT_ONCE / at_once).for_each(|_| play(at_once));
            let turns = in_turns(rounds, [&mut || each(&mut own), &mut || each(&mut play)]);
            let [own, beside] = turns.medians.map(|round| round / AT_ONCE as f64);
            let what = format!("`{scenario}`");
            figures.push(Figure { what, at_once: Some(at_once), own, peer, beside, ratio: Some(turns.ratio) });
        }
    }
    figures.extend(curves(rounds));
    figures
}
