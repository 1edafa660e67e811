//! Sessions in which the attacker takes the strong groups away and breaks the weak one while the client waits: the first, when
//! nothing of its prime is known yet, and those after it, beside sessions in which it only passes on what comes.

use crate::{
    events, kept, orders, relay, runtime, serve, session, start,
    turns::{Figure, in_turns},
};
use std::time::Instant;

/// What the client waits for: a session under this attack.
fn under(attack: &str) -> impl FnMut() {
    let (runtime, orders) = (runtime(), orders(&format!("dh-cert:legacy/{attack}")));
    let server = start({
        let orders = orders.clone();
        move |listener| serve(listener, orders)
    });
    let attacker = start({
        let orders = orders.clone();
        move |listener| relay(listener, server, orders)
    });
    let (events, kept) = (runtime.block_on(async { events() }), kept(&orders.client));
    move || runtime.block_on(session(attacker, &orders, &kept, &events))
}

/// So many later sessions of each, in turns.
pub(crate) fn downgrade(rounds: usize) -> Vec<Figure> {
    let (mut attacked, mut honest) = (under("downgrade"), under("relay"));
    honest();
    let began = Instant::now();
    attacked();
    let first = began.elapsed().as_secs_f64() * 1e6;
    let [later, passed_on] = in_turns(rounds, [&mut attacked, &mut honest]).medians;
    let figure = |what: &str, own| Figure {
        what: what.to_owned(),
        own,
        peer: "a session that is passed on",
        beside: passed_on,
        at_once: None,
        ratio: None,
    };
    vec![
        figure("`downgrade`, the first session, with all that its prime takes", first),
        figure("`downgrade`, a later session", later),
    ]
}
