//! How fast recordings are read, beside tshark in the same run: `cargo bench -p recording -- [update] [PACKETS]`, after
//! `cargo build --release -p web`. With `update` the figures replace those of `measured.txt`, from which the table of the
//! documentation is made.
//!
//! What is read has nothing to be read in it (a download in the clear, and a handshake that never ends), as most of a recording has.
//! Both read the same file and look for TLS in it, which there is not, so that neither tells anything; counted is processor time, which others on the machine change little. Then
//! `interlock tls weak-group`: from the recording of a smooth group of 2048 bits to the request of real software.
#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a bench prints its figures, and fails where it cannot run"
)]

use cryptanalysis::{Budget, Observer};
use etherparse::PacketBuilder;
use recording::{Limits, Listener, Reading, Session, capture, pcapng::Writer};
use std::{
    env,
    fs::{self, File},
    hint::black_box,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    process::Command,
};

/// Octets of payload in a packet.
const PAYLOAD: usize = 1400;
/// Packets of a recording, where nobody says how many.
const PACKETS: u32 = 200_000;
/// Runs, of which the fastest counts.
const RUNS: usize = 3;

struct Nobody(());

impl Listener for Nobody {
    fn observer(&mut self) -> &mut dyn Observer {
        &mut self.0
    }

    fn secret(&mut self, _: &str) {}

    fn session(&mut self, _: &Session) {}
}

fn main() {
    let mut arguments: Vec<String> = env::args().skip(1).collect();
    // `cargo test --benches` builds and starts this too, without `--bench`
    let Some(bench) = arguments.iter().position(|argument| argument == "--bench") else { return };
    arguments.remove(bench);
    let packets = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(PACKETS);
    let file = env::temp_dir().join(format!("interlock-reading-{}.pcapng", std::process::id()));
    // the beginning of a hello that promises more than ever comes: all of it is buffered, up to the limit, and given up
    let hello = [22, 3, 1, 0x20, 0, 1, 0, 0x1f, 0xfc, 3, 3];
    let mut rows = Vec::new();
    for (name, first, swapped) in [
        ("in the clear", &b"HTTP/1.1 200 OK"[..], usize::MAX),
        ("a handshake without an end", &hello, usize::MAX),
        ("the same, every second pair of packets swapped", &hello, 4),
    ] {
        let megabytes = download(&file, packets, first, swapped) as f64 / 1e6;
        let own = (0..RUNS).map(|_| read(&file)).fold(f64::INFINITY, f64::min);
        let peer = (0..RUNS).map_while(|_| tshark(&file)).reduce(f64::min);
        let rate = |seconds: f64| format!("{:.0}", megabytes / seconds);
        let peer = peer.map_or("–".to_owned(), rate);
        rows.push(format!("{name}, {megabytes:.0} MB\t{} MB/s\t{peer} MB/s", rate(own)));
    }
    // What was written is in the directory for such files, if it cannot be removed.
    let _ = fs::remove_file(&file);
    if let Some((seconds, alone)) = weak_group() {
        rows.push(format!(
            "a smooth group of 2048 bits: made, agreed upon, recorded and read, processor time\t{alone:.1} s\t–"
        ));
        rows.push(format!("of that, from the recording to the request, by the clock\t{seconds:.1} s\t–"));
    }
    rows.iter().for_each(|row| println!("{row}"));
    if arguments.iter().any(|argument| argument == "update") {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/measured.txt");
        let before = fs::read_to_string(path).expect("the figures of before");
        // what it is, and on what it was measured
        let kept = before.lines().filter(|line| !line.contains('\t')).map(str::to_owned);
        let lines: Vec<String> = kept.chain(rows).collect();
        fs::write(path, lines.join("\n") + "\n").expect("a file to write to");
    }
}

/// Writes one long connection, every `swapped`-th pair of packets the wrong way round; how many octets that takes.
fn download(file: &Path, packets: u32, first: &[u8], swapped: usize) -> u64 {
    let file = File::create(file).expect("a file");
    let mut writer = Writer::new(BufWriter::new(&file)).expect("its head");
    let packet = |n: u32| {
        let mut payload = vec![n as u8; PAYLOAD];
        if n == 0 {
            payload[..first.len()].copy_from_slice(first);
        }
        let sequence = n.wrapping_mul(PAYLOAD as u32).wrapping_add(1);
        let mut packet = Vec::new();
        let builder = PacketBuilder::ipv4([10, 0, 0, 1], [10, 0, 0, 2], 64).tcp(443, 50_000, sequence, 1024).ack(1);
        builder.write(&mut packet, &payload).expect("a packet");
        packet
    };
    let mut numbers: Vec<u32> = (0..packets).collect();
    let swapped = swapped.min(numbers.len().max(2));
    numbers.chunks_exact_mut(swapped).skip(1).for_each(|some| some.swap(0, 1));
    for (at, n) in numbers.into_iter().enumerate() {
        writer.packet(at as u64, &packet(n)).expect("room for a packet");
    }
    writer.into_inner().flush().expect("room for the last");
    file.metadata().expect("its size").len()
}

/// Processor seconds of this process that reading takes.
fn read(file: &Path) -> f64 {
    let file = File::open(file).expect("what was written");
    let before = cpu_seconds().0;
    let mut reading = Reading::new(Vec::new(), Budget::default(), Limits::default());
    let end = capture::read(file, &mut |packet| reading.packet(packet, &mut Nobody(())));
    black_box(reading.finish(end.expect("a whole recording"), &mut Nobody(())));
    (cpu_seconds().0 - before).max(0.01)
}

/// Processor seconds that tshark takes to look for TLS, its start among them; nothing where there is none. Without a filter it would
/// look into no packet.
fn tshark(file: &Path) -> Option<f64> {
    let before = cpu_seconds().1;
    let done = Command::new("tshark").args(["-q", "-Y", "tls", "-r"]).arg(file).output().ok()?;
    done.status.success().then(|| (cpu_seconds().1 - before).max(0.01))
}

/// Seconds by the clock from the recording of a smooth group of 2048 bits to the request, and processor seconds of all of it; nothing
/// where the program was not built, or openssl and curl are not there.
fn weak_group() -> Option<(f64, f64)> {
    let program: PathBuf = env::current_exe().ok()?.ancestors().nth(2)?.join("interlock");
    let before = cpu_seconds().1;
    let done = Command::new(program).args(["tls", "weak-group", "--json"]).output().ok()?;
    let text = String::from_utf8(done.stdout).ok()?;
    // The first is the run with TLS 1.2.
    let seconds = text.split("\"seconds\":").nth(1)?.split([',', '}']).next()?.parse().ok()?;
    Some((seconds, cpu_seconds().1 - before))
}

/// Processor time of this process so far, and of those that it has waited for (proc_pid_stat(5)).
fn cpu_seconds() -> (f64, f64) {
    let stat = fs::read_to_string("/proc/self/stat").expect("Linux");
    let fields: Vec<f64> = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .map(|field| field.parse().unwrap_or(0.0))
        .collect();
    ((fields[11] + fields[12]) / 100.0, (fields[13] + fields[14]) / 100.0)
}
