//! How fast recordings are read: octets of packets a second, of which nothing is read (a download in the clear, and records of a
//! session that stays closed), without any disk. Beside them tshark, where there is one, which reads the same from a file and tells
//! nothing of it.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use cryptanalysis::{Budget, Observer};
use etherparse::PacketBuilder;
use recording::{Limits, Listener, Reading, Session, capture, pcapng::Writer};
use std::{fs, hint::black_box, process::Command};

/// Octets of payload in a packet.
const PAYLOAD: usize = 1400;
/// Packets of a recording.
const PACKETS: u32 = 20_000;

struct Nobody(());

impl Listener for Nobody {
    fn observer(&mut self) -> &mut dyn Observer {
        &mut self.0
    }

    fn secret(&mut self, _: &str) {}

    fn session(&mut self, _: &Session) {}
}

/// One long connection, every `swapped`-th pair of packets the wrong way round.
fn download(first: &[u8], swapped: usize) -> Vec<u8> {
    let mut packets: Vec<Vec<u8>> = Vec::new();
    let mut sequence = 1u32;
    for n in 0..PACKETS {
        let mut payload = vec![n as u8; PAYLOAD];
        if n == 0 {
            payload[..first.len()].copy_from_slice(first);
        }
        let mut packet = Vec::new();
        let builder = PacketBuilder::ipv4([10, 0, 0, 1], [10, 0, 0, 2], 64).tcp(443, 50_000, sequence, 1024).ack(1);
        if builder.write(&mut packet, &payload).is_ok() {
            packets.push(packet);
        }
        sequence = sequence.wrapping_add(PAYLOAD as u32);
    }
    packets.chunks_exact_mut(swapped.max(2)).skip(1).for_each(|some| some.swap(0, 1));
    let Ok(mut writer) = Writer::new(Vec::new()) else { return Vec::new() };
    for (at, packet) in packets.iter().enumerate() {
        if writer.packet(at as u64, packet).is_err() {
            return Vec::new();
        }
    }
    writer.into_inner()
}

fn reading(c: &mut Criterion) {
    let mut group = c.benchmark_group("reading");
    group.sample_size(20);
    // the beginning of a hello that promises more than ever comes: all of it is buffered, up to the limit, and given up
    let hello = [22, 3, 1, 0x20, 0, 1, 0, 0x1f, 0xfc, 3, 3];
    for (name, file) in [
        ("in the clear", download(b"HTTP/1.1 200 OK", 2 * PACKETS as usize)),
        ("a handshake without an end", download(&hello, 2 * PACKETS as usize)),
        ("every second pair swapped", download(&hello, 4)),
    ] {
        group.throughput(Throughput::Bytes(file.len() as u64));
        group.bench_function(name, |b| {
            b.iter(|| {
                let mut reading = Reading::new(Vec::new(), Budget::default(), Limits::default());
                let end = capture::read(&file[..], &mut |packet| reading.packet(packet, &mut Nobody(())));
                end.ok().map(|end| black_box(reading.finish(end, &mut Nobody(()))))
            });
        });
    }
    // as many octets as one recording has, however often it is begun
    let file = download(b"HTTP/1.1 200 OK", 2 * PACKETS as usize);
    let path = std::env::temp_dir().join(format!("interlock-reading-{}.pcapng", std::process::id()));
    let tshark = || Command::new("tshark").args(["-q", "-r"]).arg(&path).output().is_ok_and(|it| it.status.success());
    if fs::write(&path, &file).is_ok() && tshark() {
        group.sample_size(10).throughput(Throughput::Bytes(file.len() as u64));
        group.bench_function("in the clear, tshark", |b| b.iter(|| assert!(tshark())));
    }
    let _ = fs::remove_file(&path);
    group.finish();
}

criterion_group!(benches, reading);
criterion_main!(benches);
