//! What deliveries cost the kernel alone, below which no server comes that writes to each viewer.

use super::{RATE, SECONDS, account, runtime, used, viewer};
use std::{
    io::Write,
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// Microseconds of processor time that a delivery of so many octets costs a thread that writes each message to as many
/// connections, one after the other, and does nothing else.
pub fn written(viewers: usize, octets: usize) -> f64 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address");
    let own = runtime();
    let (read, taken) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    own.block_on(async {
        (0..viewers).for_each(|_| drop(tokio::spawn(viewer(address, (Arc::clone(&read), Arc::clone(&taken))))))
    });
    let mut connections: Vec<_> = (0..viewers).map(|_| listener.accept().expect("a viewer").0).collect();
    for connection in &connections {
        connection.set_nodelay(true).expect("a connection");
    }
    let message = ["y".repeat(octets.saturating_sub(2)), "\n\n".to_owned()].concat();
    let account = account();
    let (before, began) = (used(&account), Instant::now());
    for n in 1..=RATE * SECONDS {
        connections.iter_mut().for_each(|connection| connection.write_all(message.as_bytes()).expect("written"));
        thread::sleep((began + Duration::from_secs(1) * n / RATE).saturating_duration_since(Instant::now()));
    }
    let spent = used(&account) - before;
    let messages = viewers as u64 * u64::from(RATE * SECONDS);
    while read.load(Ordering::Relaxed) < messages {
        thread::sleep(Duration::from_millis(5));
    }
    own.shutdown_background();
    spent as f64 / 1e3 / messages as f64
}
