//! One direction of a connection: octets in their order from segments in any (RFC 9293 section 3.4), in bounded memory.

use std::collections::BTreeMap;

/// Octets that one direction keeps of what came too early.
pub const MOST_HELD: usize = 4 << 20;
/// Segments that one direction keeps.
const MOST_SEGMENTS: usize = 4096;
/// A segment further ahead than any window (RFC 7323 section 2.3) belongs to something else.
const WINDOW: i64 = 1 << 30;

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Octets.
    Data(&'a [u8]),
    /// So many are missing.
    Gap(u64),
}

/// A direction.
#[derive(Debug, Default)]
pub struct Stream {
    /// The number of the next octet, modulo 2^32; nothing before the first segment.
    next: Option<u32>,
    /// How many octets were handed over or skipped.
    position: u64,
    /// What came too early, by its position.
    held: BTreeMap<u64, Vec<u8>>,
    octets: usize,
    /// The position of its end.
    end: Option<u64>,
    /// Octets that were never seen.
    pub missing: u64,
}

impl Stream {
    /// Octets that it keeps.
    pub fn held(&self) -> usize {
        self.octets
    }

    /// Whether its end was reached.
    pub fn is_over(&self) -> bool {
        self.end.is_some_and(|end| self.position >= end)
    }

    /// The first octet has this number: the opening segment was seen.
    pub fn open(&mut self, sequence: u32) {
        self.next.get_or_insert(sequence.wrapping_add(1));
    }

    /// Whether a segment that opens a direction with this number begins another connection than this one.
    pub fn is_other(&self, sequence: u32) -> bool {
        let first = self.next.map(|next| next.wrapping_sub(self.position as u32));
        first.is_some_and(|first| first != sequence.wrapping_add(1))
    }

    /// Takes a segment; hands over what can be, in order.
    pub fn accept(&mut self, sequence: u32, fin: bool, payload: &[u8], each: &mut dyn FnMut(Piece<'_>)) {
        let next = *self.next.get_or_insert(sequence);
        let ahead = i64::from(sequence.wrapping_sub(next).cast_signed());
        if ahead.abs() > WINDOW {
            return;
        }
        let Some(at) = self.position.checked_add_signed(ahead) else {
            // before the first octet: as keep-alives are
            return self.accept_from(payload, sequence, next, each);
        };
        if fin {
            self.end.get_or_insert(at + payload.len() as u64);
        }
        self.place(at, payload, each);
        while self.octets > MOST_HELD || self.held.len() > MOST_SEGMENTS {
            self.skip(each);
        }
    }

    /// The part of a segment that is not before the first octet.
    fn accept_from(&mut self, payload: &[u8], sequence: u32, next: u32, each: &mut dyn FnMut(Piece<'_>)) {
        let early = next.wrapping_sub(sequence) as usize;
        let known = usize::try_from(self.position).unwrap_or(usize::MAX);
        if let Some(rest) = early.checked_sub(known).and_then(|before| payload.get(before..)) {
            self.place(0, rest, each);
        }
    }

    fn place(&mut self, at: u64, payload: &[u8], each: &mut dyn FnMut(Piece<'_>)) {
        if at > self.position {
            if !payload.is_empty() {
                let held = self.held.entry(at).or_default();
                // of two copies the longer is kept
                if payload.len() > held.len() {
                    self.octets = self.octets + payload.len() - held.len();
                    *held = payload.to_vec();
                }
            }
            return;
        }
        let seen = usize::try_from(self.position - at).unwrap_or(usize::MAX);
        if let Some(fresh) = payload.get(seen..).filter(|fresh| !fresh.is_empty()) {
            self.hand_over(fresh, each);
            self.catch_up(each);
        }
    }

    fn hand_over(&mut self, fresh: &[u8], each: &mut dyn FnMut(Piece<'_>)) {
        self.forward(fresh.len() as u64);
        each(Piece::Data(fresh));
    }

    fn forward(&mut self, octets: u64) {
        self.position += octets;
        self.next = self.next.map(|next| next.wrapping_add(octets as u32));
    }

    /// Hands over what was held and is next now.
    fn catch_up(&mut self, each: &mut dyn FnMut(Piece<'_>)) {
        while let Some(entry) = self.held.first_entry().filter(|entry| *entry.key() <= self.position) {
            let (at, held) = entry.remove_entry();
            self.octets -= held.len();
            let seen = usize::try_from(self.position - at).unwrap_or(usize::MAX);
            if let Some(fresh) = held.get(seen..).filter(|fresh| !fresh.is_empty()) {
                self.hand_over(fresh, each);
            }
        }
    }

    /// Gives up what is missing before the first segment that is held.
    pub fn skip(&mut self, each: &mut dyn FnMut(Piece<'_>)) {
        let Some(at) = self.held.first_key_value().map(|(at, _)| *at) else { return };
        let missing = at.saturating_sub(self.position);
        self.missing += missing;
        self.forward(missing);
        each(Piece::Gap(missing));
        self.catch_up(each);
    }

    /// Nothing more comes: hands over all that is held, with the gaps between.
    pub fn finish(&mut self, each: &mut dyn FnMut(Piece<'_>)) {
        while !self.held.is_empty() {
            self.skip(each);
        }
        let missing = self.end.map_or(0, |end| end.saturating_sub(self.position));
        if missing > 0 {
            self.missing += missing;
            self.forward(missing);
            each(Piece::Gap(missing));
        }
    }

    /// Drops what is held: nobody reads it any more.
    pub fn forget(&mut self) {
        self.held.clear();
        self.octets = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Read {
        text: Vec<u8>,
        gaps: Vec<u64>,
    }

    impl Read {
        fn take(&mut self, stream: &mut Stream, sequence: u32, payload: &[u8]) {
            stream.accept(sequence, false, payload, &mut |piece| self.piece(piece));
        }

        fn piece(&mut self, piece: Piece<'_>) {
            match piece {
                Piece::Data(text) => self.text.extend_from_slice(text),
                Piece::Gap(octets) => {
                    self.gaps.push(octets);
                    self.text.push(b'_');
                }
            }
        }
    }

    #[test]
    fn segments_in_any_order_and_any_number_are_one_stream() {
        // the numbers wrap around in the middle
        let first = u32::MAX - 3;
        let (mut stream, mut read) = (Stream::default(), Read::default());
        stream.open(first.wrapping_sub(1));
        for (at, text) in [(4, "efgh"), (0, "abc"), (2, "cdef"), (0, "abc"), (9, "j"), (8, "ijk"), (9, "j")] {
            read.take(&mut stream, first.wrapping_add(at), text.as_bytes());
        }
        assert_eq!((String::from_utf8_lossy(&read.text).as_ref(), &read.gaps[..]), ("abcdefghijk", &[][..]));
        assert_eq!((stream.held(), stream.missing), (0, 0));
    }

    #[test]
    fn what_never_comes_is_told_and_what_follows_is_read() {
        let (mut stream, mut read) = (Stream::default(), Read::default());
        read.take(&mut stream, 100, b"ab");
        read.take(&mut stream, 105, b"fg");
        assert_eq!(read.text, b"ab");
        stream.accept(107, true, b"h", &mut |piece| read.piece(piece));
        stream.finish(&mut |piece| read.piece(piece));
        assert_eq!((&read.text[..], &read.gaps[..], stream.missing), (&b"ab_fgh"[..], &[3][..], 3));
        assert!(stream.is_over());
    }

    #[test]
    fn memory_is_bounded_where_the_next_segment_never_comes() {
        let (mut stream, mut read) = (Stream::default(), Read::default());
        read.take(&mut stream, 0, b"a");
        let mut most = 0;
        for at in 0..20_000u32 {
            read.take(&mut stream, 2 + at * 1400, &[b'x'; 1400]);
            most = most.max(stream.held());
        }
        assert!((MOST_HELD / 2..=MOST_HELD + 1400).contains(&most), "{most}");
        assert_eq!(read.gaps, [1]);
    }

    #[test]
    fn segments_from_elsewhere_and_keep_alives_change_nothing() {
        let (mut stream, mut read) = (Stream::default(), Read::default());
        stream.open(999);
        read.take(&mut stream, 1000, b"ab");
        read.take(&mut stream, 999, b"?");
        read.take(&mut stream, 1001, b"b");
        read.take(&mut stream, 1000u32.wrapping_add(1 << 31), b"zz");
        read.take(&mut stream, 1002, b"c");
        assert_eq!((&read.text[..], read.gaps.len(), stream.held()), (&b"abc"[..], 0, 0));
        assert!(stream.is_other(5000) && !stream.is_other(999));
    }
}
