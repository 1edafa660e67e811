//! Recordings as they are in the field: cut short, with segments missing, out of order and twice, on other links.

use super::{CANARY, Exercise, Heard, has, read};
use chacha20::{ChaCha20Rng, rand_core::SeedableRng};
use cryptanalysis::Budget;
use etherparse::{Ethernet2Header, LaxSlicedPacket, PacketBuilder};
use lab::{group::weak, tls::Closed};
use recording::{
    Limits, Reading,
    capture::{self, End, Packet},
    packet::Other,
    pcapng::Writer,
};
use std::sync::OnceLock;
use support::fuzz::{self, Run, mutate};

/// Packets of one connection of curl to a server with a weak group.
fn packets() -> Option<&'static Vec<Vec<u8>>> {
    static RECORDED: OnceLock<Option<Vec<Vec<u8>>>> = OnceLock::new();
    let recorded = RECORDED.get_or_init(|| {
        if !has("openssl") || !has("curl") {
            return None;
        }
        let exercise = Exercise::new("DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0", Some(&weak::subgroup(1024)));
        let (recording, _) = exercise.record(|it, port| it.curl(port));
        let mut packets = Vec::new();
        capture::read(&recording[..], &mut |packet| packets.push(packet.data.to_vec())).expect("a recording");
        Some(packets)
    });
    recorded.as_ref()
}

fn written(packets: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new()).expect("a writer");
    for (at, packet) in packets.into_iter().enumerate() {
        writer.packet(at as u64, packet.as_ref()).expect("a packet");
    }
    writer.into_inner()
}

fn has_canary(heard: &Heard) -> bool {
    heard.sessions.iter().any(|session| session.client_said.text.contains(CANARY))
}

/// A bounded run of the fuzz target from a real recording.
#[test]
fn mutated_recordings() {
    let Some(packets) = packets() else { return };
    let whole = written(packets);
    fuzz::keep("recordings", [whole.clone()]);
    let (run, mut case) = (Run::of(50), 0);
    let mut rng = ChaCha20Rng::seed_from_u64(run.seed());
    while run.goes_on(case) {
        case += 1;
        let mut recording = whole.clone();
        (0..=case % 8).for_each(|_| mutate(&mut recording, &mut rng));
        fuzz::recordings(&recording);
    }
    println!("recordings of TLS: {case} inputs");
}

#[test]
fn a_file_cut_anywhere_is_read_as_far_as_it_goes() {
    let Some(packets) = packets() else { return };
    let whole = written(packets);
    assert!(has_canary(&read(&whole, vec![]).0));
    let mut read_until = None;
    for length in (0..whole.len()).step_by(397) {
        let mut heard = Heard::default();
        let mut reading = Reading::new(vec![], Budget::default(), Limits::default());
        let end = capture::read(&whole[..length], &mut |packet| reading.packet(packet, &mut heard));
        let Ok(end) = end else {
            assert!(length < 28, "the header is there: {length}");
            continue;
        };
        let totals = reading.finish(end.clone(), &mut heard);
        assert!(matches!(end, End::Complete | End::Cut { .. }), "{length}: {end:?}");
        if has_canary(&heard) {
            read_until.get_or_insert(length);
        } else {
            assert_eq!(read_until, None, "what was read with less is read with more: {length}");
            let closed = heard.sessions.first().and_then(|session| session.closed.clone());
            assert!(totals.sessions == 0 || closed.is_none() || closed == Some(Closed::Cut), "{length}: {closed:?}");
        }
    }
    assert!(read_until.is_some());
}

#[test]
fn the_order_and_the_number_of_segments_do_not_matter() {
    let Some(packets) = packets() else { return };
    // each behind the next, and each twice
    let mut swapped = packets.clone();
    swapped[2..].chunks_exact_mut(2).for_each(|pair| pair.swap(0, 1));
    let twice: Vec<_> = packets.iter().flat_map(|packet| [packet.clone(), packet.clone()]).collect();
    for (how, packets) in [("swapped", swapped), ("twice", twice)] {
        let (heard, totals) = read(&written(packets), vec![]);
        assert!(has_canary(&heard), "{how}: {:?}", heard.sessions);
        assert_eq!((totals.sessions, totals.missing_octets), (1, 0), "{how}");
        assert_eq!(heard.sessions[0].closed, None, "{how}");
    }
}

#[test]
fn whatever_segment_is_missing_the_rest_is_read_and_the_gap_is_told() {
    let Some(packets) = packets() else { return };
    let full = &read(&written(packets), vec![]).0.sessions[0];
    let mut read_without = 0;
    for lost in 0..packets.len() {
        let rest = packets.iter().enumerate().filter(|(at, _)| *at != lost).map(|(_, packet)| packet);
        let (heard, totals) = read(&written(rest), vec![]);
        let payload = etherparse::SlicedPacket::from_ip(&packets[lost]).ok().and_then(|it| match it.transport {
            Some(etherparse::TransportSlice::Tcp(tcp)) => Some(tcp.payload().len()),
            _ => None,
        });
        let payload = payload.expect("a segment") as u64;
        let Some(session) = heard.sessions.first() else {
            assert!(payload > 0, "a whole hello is missing: {lost}");
            continue;
        };
        if payload > 0 {
            let told = totals.missing_octets > 0 || session.closed.is_some();
            assert!(told, "{lost}: {payload} octets are missing, and nothing is said: {session:?}");
        } else {
            assert!(has_canary(&heard), "{lost}: nothing that was said is missing");
        }
        if session.is_read() {
            read_without += 1;
            let said = |session: &recording::Session| session.client_said.octets + session.server_said.octets;
            assert!(said(session) <= said(full));
        }
    }
    assert!(read_without > 0, "a record that is missing after the keys were agreed does not end the reading");
}

/// The packets as Ethernet has them, with and without two VLAN tags.
#[test]
fn links_and_addresses_of_other_kinds_are_read() {
    let Some(packets) = packets() else { return };
    let mut reading = Reading::new(vec![], Budget::default(), Limits::default());
    let mut heard = Heard::default();
    for packet in packets {
        let mut frame = Vec::new();
        let header = Ethernet2Header { ether_type: etherparse::EtherType(0x88a8), ..Ethernet2Header::default() };
        header.write(&mut frame).expect("a header");
        frame.extend([0, 7, 0x81, 0, 0, 9, 8, 0]);
        frame.extend(packet);
        // short frames are filled up
        frame.resize(frame.len().max(60), 0);
        reading.packet(Packet { at: Some(1), link: 1, data: &frame }, &mut heard);
        // and the same connection over IPv6
        let sliced = LaxSlicedPacket::from_ip(packet).expect("a packet");
        let Some(etherparse::TransportSlice::Tcp(tcp)) = sliced.transport else { panic!("a segment") };
        let (source, target) = if tcp.source_port() < tcp.destination_port() { (1, 2) } else { (2, 1) };
        let mut wide = Vec::new();
        let builder = PacketBuilder::ipv6([source; 16], [target; 16], 9).tcp_header(tcp.to_header());
        builder.write(&mut wide, tcp.payload()).expect("a packet");
        reading.packet(Packet { at: None, link: 101, data: &wide }, &mut heard);
    }
    let totals = reading.finish(End::Complete, &mut heard);
    assert_eq!((totals.sessions, totals.read, totals.others.len()), (2, 2, 0), "{:?}", heard.sessions);
    assert!(heard.sessions.iter().all(|session| session.client_said.text.contains(CANARY)));
    assert!(heard.sessions.iter().any(|session| session.client.is_ipv6()));
}

#[test]
fn fragments_and_strange_links_are_counted_and_not_read() {
    let Some(packets) = packets() else { return };
    let mut reading = Reading::new(vec![], Budget::default(), Limits::default());
    let mut heard = Heard::default();
    let mut fragment = packets[3].clone();
    // more fragments follow (RFC 791 section 3.1)
    fragment[6] |= 0x20;
    for (link, data) in [(101, &fragment[..]), (9999, &packets[3]), (101, &packets[3][..22]), (101, &[0x45])] {
        reading.packet(Packet { at: None, link, data }, &mut heard);
    }
    let totals = reading.finish(End::Complete, &mut heard);
    let counted: Vec<_> = totals.others.into_iter().collect();
    assert_eq!(counted, [(Other::Fragment, 1), (Other::Headless, 2), (Other::Link, 1)]);
}

/// Octets altered anywhere in a file: an answer always comes, and never a canary that was not there.
#[test]
fn garbled_files_end_in_an_answer() {
    let Some(packets) = packets() else { return };
    let whole = written(packets);
    let mut seed = 1u64;
    for _ in 0..300 {
        let mut garbled = whole.clone();
        for _ in 0..3 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let at = (seed >> 33) as usize % garbled.len();
            garbled[at] = (seed >> 20) as u8;
        }
        let mut count = 0;
        // logarithms are not what is tried here: packets and handshakes are taken apart, and nothing is computed
        let budget = Budget { operations: 0, ..Budget::default() };
        let mut reading = Reading::new(vec![], budget, Limits::default());
        let mut heard = Heard::default();
        let end = capture::read(&garbled[..], &mut |packet| {
            count += 1;
            reading.packet(packet, &mut heard);
        });
        if let Ok(end) = end {
            reading.finish(end, &mut heard);
        }
        assert!(count <= packets.len() && heard.sessions.len() <= packets.len());
    }
}

#[test]
fn memory_is_bounded_however_many_connections_are_open() {
    let Some(packets) = packets() else { return };
    let limits = Limits { connections: 100, held: 1 << 16 };
    let mut reading = Reading::new(vec![], Budget::default(), limits);
    let mut heard = Heard::default();
    // Behind the headers of IPv4 and TCP the first record of a handshake begins.
    let hello = packets.iter().find(|packet| packet.get(40) == Some(&22)).expect("a hello");
    for n in 0..2000u16 {
        let mut packet = hello.clone();
        packet[12..16].copy_from_slice(&[10, 0, (n >> 8) as u8, n as u8]);
        reading.packet(Packet { at: None, link: 101, data: &packet }, &mut heard);
    }
    assert!(heard.sessions.len() >= 1900, "given up: {}", heard.sessions.len());
    let totals = reading.finish(End::Complete, &mut heard);
    assert_eq!(totals.sessions, 2000);
    assert!(totals.given_up >= 1900);
}
