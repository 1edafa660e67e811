//! Sessions in which the attacker takes the strong groups away and breaks the weak one while the client waits: the first, when
//! nothing of its prime is known yet, and those after it.

use crate::{events, kept, orders, relay, runtime, serve, session, start};
use criterion::{Criterion, Throughput};
use std::time::Instant;

pub(crate) fn downgrade(criterion: &mut Criterion) {
    let (runtime, orders) = (runtime(), orders("dh-cert:legacy/downgrade"));
    let server = start({
        let orders = orders.clone();
        move |listener| serve(listener, orders)
    });
    let attacker = start({
        let orders = orders.clone();
        move |listener| relay(listener, server, orders)
    });
    let (events, kept) = (runtime.block_on(async { events() }), kept(&orders.client));
    let play = || runtime.block_on(session(attacker, &orders, &kept, &events));
    let began = Instant::now();
    play();
    println!(
        "downgrade, the first session, with all that its prime takes: {:.0} ms",
        began.elapsed().as_secs_f64() * 1e3
    );
    let mut group = criterion.benchmark_group("downgrade");
    group.throughput(Throughput::Elements(1)).sample_size(50);
    group.bench_function("a later session", |b| b.iter(&play));
    group.finish();
}
