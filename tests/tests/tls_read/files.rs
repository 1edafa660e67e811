//! Files of recordings: when their packets were seen, in whatever units a file counts, and files of any length.

use recording::{
    capture::{self, End},
    pcapng::Writer,
};
use std::{
    fs,
    io::Write,
    process::{Command, Stdio},
};
use support::programs::path;

/// The beginning of a file of pcap with packets of IP: a number that tells order of octets and unit of time, and six more.
fn pcap(magic: [u8; 4], number: fn(u32) -> [u8; 4]) -> Vec<u8> {
    let version = number(2 << 16 | 4);
    // two numbers of 16 bits, each in the same order
    let version = if number(1)[0] == 1 { [version[2], version[3], version[0], version[1]] } else { version };
    [magic, version, number(0), number(0), number(65_535), number(101)].concat()
}

/// Seconds and what is left of one, in microseconds or nanoseconds, in either order of octets; and pcapng as the lab writes it. Expected is
/// what `tshark -T fields -e frame.time_epoch` prints of such files.
#[test]
fn times_are_told_in_nanoseconds_whatever_they_are_counted_in() {
    type Octets = fn(u32) -> [u8; 4];
    let (little, big): (Octets, Octets) = (u32::to_le_bytes, u32::to_be_bytes);
    for (magic, number, seen) in [
        ([0xd4, 0xc3, 0xb2, 0xa1], little, 1_600_000_000_123_456_000),
        ([0x4d, 0x3c, 0xb2, 0xa1], little, 1_600_000_000_000_123_456),
        ([0xa1, 0xb2, 0xc3, 0xd4], big, 1_600_000_000_123_456_000),
        ([0xa1, 0xb2, 0x3c, 0x4d], big, 1_600_000_000_000_123_456),
    ] {
        let packet = [number(1_600_000_000), number(123_456), number(4), number(4), [0x45, 0, 0, 4]].concat();
        let file = [pcap(magic, number), packet].concat();
        let mut times = Vec::new();
        let end = capture::read(&file[..], &mut |packet| times.push((packet.at, packet.link))).unwrap();
        assert_eq!((end, times), (End::Complete, vec![(Some(seen), 101)]), "{magic:02x?}");
    }
    let mut writer = Writer::new(Vec::new()).unwrap();
    writer.packet(1_600_000_000_123_456_789, &[0x45, 0, 0, 4]).unwrap();
    let mut times = Vec::new();
    capture::read(&writer.into_inner()[..], &mut |packet| times.push(packet.at)).unwrap();
    assert_eq!(times, [Some(1_600_000_000_123_456_789)]);
}

/// Octets of a packet's payload, and packets: a third of a gigabyte in all.
const PAYLOAD: usize = 60_000;
const PACKETS: u32 = 5_600;
/// Octets that the program may have had at most.
const MOST: u64 = 100 << 20;

/// A recording that never ends, as it seems: a handshake that promises more than ever comes, and a download. However much it is, little of
/// it is kept.
#[cfg(target_os = "linux")]
#[test]
fn a_recording_of_any_length_is_read_in_little_memory() {
    let mut child = Command::new(path("interlock"))
        .args(["tls", "read", "/dev/stdin"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut recording = child.stdin.take().unwrap();
    recording.write_all(&pcap([0xd4, 0xc3, 0xb2, 0xa1], u32::to_le_bytes)).unwrap();
    let hello = [22, 3, 1, 0x20, 0, 1, 0, 0x1f, 0xfc, 3, 3];
    for (port, first) in [(50_000, &b"HTTP/1.1 200 OK"[..]), (50_001, &hello[..])] {
        let mut payload = first.to_vec();
        payload.resize(PAYLOAD, b'x');
        let mut sequence = 1_u32;
        for _ in 0..PACKETS / 2 {
            let mut packet = Vec::new();
            let builder = etherparse::PacketBuilder::ipv4([10, 0, 0, 1], [10, 0, 0, 2], 64);
            builder.tcp(443, port, sequence, 1024).ack(1).write(&mut packet, &payload).unwrap();
            let length = u32::try_from(packet.len()).unwrap().to_le_bytes();
            recording.write_all(&[[0; 4], [0; 4], length, length].concat()).unwrap();
            recording.write_all(&packet).unwrap();
            sequence = sequence.wrapping_add(PAYLOAD as u32);
            payload.fill(b'x');
        }
    }
    // all but what the pipe holds is read by now
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let most: u64 = most.trim().trim_end_matches(" kB").parse().unwrap();
    drop(recording);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && said.contains(&format!("{PACKETS} packets")), "{said}");
    assert!(most << 10 < MOST, "{most} KiB");
}
