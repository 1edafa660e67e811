//! One party's end of the record layer.

use super::{
    codec::{Content, Sealed},
    direction::Direction,
    key::{RecordKey, TooLong},
};
use crate::{
    algebra::real::fingerprint,
    cause::Cause,
    check::{Check, Switches},
    checks::{AUTHENTICATED_CLOSE, DIRECTION_KEYS, FRESH_KEYS, OF_RECORDS, RECORD_AUTH, RECORD_ORDER},
    event::Status,
    evidence::hex,
    finding::Finding,
    misfit::{Given, Misfit, Need},
    role::Role,
    seen::Seen,
    wire::{Frame, Kind},
};

/// Why a record was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", Cause::from(self))]
pub enum RecordError {
    /// A check that is on failed.
    Check(Finding),
    /// The body is no record.
    Malformed(Misfit),
}

impl From<&RecordError> for Cause {
    fn from(error: &RecordError) -> Self {
        match error {
            RecordError::Check(finding) => finding.into(),
            RecordError::Malformed(misfit) => misfit.into(),
        }
    }
}

/// One party's end of the record layer: seals what goes out, opens and checks what comes in.
pub struct Records {
    role: Role,
    switches: Switches,
    write: Direction,
    read: Direction,
    closed: bool,
    /// The first finding against a check that is switched off, by the check.
    ignored: Vec<Finding>,
}

impl Records {
    /// The record layer of `role` after its handshake; `None` where a key has not 32 octets.
    pub fn new(role: Role, switches: Switches, client_write: &[u8], server_write: &[u8]) -> Option<Self> {
        let (write, read) = match role {
            Role::Client => (client_write, server_write),
            Role::Server => (server_write, client_write),
        };
        let (write, read) = (Direction::new(write)?, Direction::new(read)?);
        Some(Self { role, switches, write, read, closed: false, ignored: Vec::new() })
    }

    /// Has the records of one side sealed with another key from here on, which was not installed before; numbers run on
    /// (RFC 4253 section 6.4). A key that is installed again begins where it began. Answers with its fingerprint and the number
    /// of the first record under it; `None` where it has not 32 octets.
    ///
    /// # Errors
    /// The key was installed before, and that check is on. Nothing changes then.
    pub fn install(&mut self, of: Role, octets: &[u8]) -> Result<Option<(String, u64)>, RecordError> {
        let Some(key) = RecordKey::new(octets) else { return Ok(None) };
        let name = fingerprint(octets);
        let direction = if of == self.role { &self.write } else { &self.read };
        let began = direction.began(&name);
        let number = began.unwrap_or(direction.count);
        self.weigh(Finding {
            check: &FRESH_KEYS,
            holds: Some(began.is_none()),
            expected: Seen::NewKey,
            observed: Seen::InstalledKey { of, key: name.clone(), again: began.is_some(), number },
        })?;
        let direction = if of == self.role { &mut self.write } else { &mut self.read };
        direction.install(key, &name);
        Ok(Some((name, number)))
    }

    /// Seals the next record.
    ///
    /// # Errors
    /// More octets of data than a record may carry. The number is not used up then.
    pub fn seal(&mut self, content: &Content) -> Result<Frame, TooLong> {
        let frame = self.write.key.seal(self.write.count, content)?;
        self.write.count += 1;
        Ok(frame)
    }

    /// Opens the peer's next record.
    ///
    /// # Errors
    /// A check that is on failed, or the body is no record. Nothing changes then.
    pub fn open(&mut self, frame: &Frame) -> Result<Content, RecordError> {
        let malformed = |expected, got| Err(RecordError::Malformed(Misfit::new("record", expected, got)));
        if frame.kind != Kind::Record {
            return malformed(Need::Record, Given::Text { text: frame.kind.to_string() });
        }
        if self.closed {
            return malformed(Need::NothingAfterClose, Given::Record);
        }
        let Some(record) = Sealed::parse(&frame.body) else {
            return malformed(Need::OctetsAtLeast { octets: 24 }, Given::count(frame.body.len()));
        };
        let order = Finding {
            check: &RECORD_ORDER,
            holds: Some(record.sequence == self.read.count),
            expected: Seen::RecordNumber { number: self.read.count },
            observed: Seen::RecordNumber { number: record.sequence },
        };
        let opened = self.read.key.open(&record);
        let one_key = self.write.name == self.read.name;
        let own = opened.is_none() && !one_key && self.write.key.open(&record).is_some();
        let direction = Finding {
            check: &DIRECTION_KEYS,
            holds: Some(!own),
            expected: Seen::SealedBy { party: self.role.peer() },
            observed: Seen::SealedWithOwnKey { party: self.role, own },
        };
        let authentic = Finding {
            check: &RECORD_AUTH,
            holds: Some(opened.is_some()),
            expected: Seen::FittingTag,
            observed: Seen::Tag { tag: hex(record.tag.get(..4).unwrap_or_default()), fits: opened.is_some() },
        };
        for finding in [direction, authentic, order] {
            self.weigh(finding)?;
        }
        let plaintext = opened.unwrap_or_else(|| self.read.key.decrypt_unchecked(&record));
        let Some(content) = Content::from_plaintext(&plaintext) else {
            return match plaintext.as_slice() {
                [] => malformed(Need::ContentType, Given::NothingSealed),
                [2, data @ ..] => malformed(Need::BareClose, Given::OctetsOfIt { octets: data.len() }),
                [other, ..] => malformed(Need::KnownType, Given::count(usize::from(*other))),
            };
        };
        self.read.count += 1;
        self.closed = content == Content::Close;
        Ok(content)
    }

    /// To be called when the connection ends.
    ///
    /// # Errors
    /// The end is not authenticated, and that check is on.
    pub fn end(&mut self) -> Result<(), RecordError> {
        self.weigh(Finding {
            check: &AUTHENTICATED_CLOSE,
            holds: Some(self.closed),
            expected: Seen::CloseBeforeEnd,
            observed: Seen::Close { came: self.closed, records: self.read.count },
        })
    }

    fn weigh(&mut self, finding: Finding) -> Result<(), RecordError> {
        match finding.status(&self.switches) {
            Status::Failed => Err(RecordError::Check(finding)),
            Status::Skipped if finding.holds == Some(false) => {
                if self.ignored.iter().all(|ignored| ignored.check != finding.check) {
                    self.ignored.push(finding);
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// One finding for each check of the record layer, once no more records come: what a switched-off check would have
    /// refused, or that every record passed.
    pub fn findings(&self) -> Vec<Finding> {
        let again = self.ignored.iter().any(|ignored| ignored.check == &FRESH_KEYS);
        let changed = again || self.installed() > 0;
        OF_RECORDS.into_iter().chain(changed.then_some(&FRESH_KEYS)).map(|check| self.summary(check)).collect()
    }

    /// Keys that were installed after those of the handshake.
    fn installed(&self) -> usize {
        self.write.installed() + self.read.installed()
    }

    fn summary(&self, check: &'static Check) -> Finding {
        if let Some(ignored) = self.ignored.iter().find(|ignored| ignored.check == check) {
            return ignored.clone();
        }
        if check == &FRESH_KEYS {
            let keys = self.installed();
            return Finding { check, holds: Some(true), expected: Seen::NewKey, observed: Seen::NewKeys { keys } };
        }
        let at_the_end = check == &AUTHENTICATED_CLOSE;
        let taken = self.read.count;
        let holds = (taken > 0 && (!at_the_end || self.closed)).then_some(true);
        let (expected, observed) = match (holds, at_the_end) {
            (None, _) => (Seen::NotApplicable, Seen::NoRecord),
            (_, true) => (Seen::CloseBeforeEnd, Seen::Close { came: true, records: taken }),
            (_, false) => (Seen::EveryRecord, Seen::Records { records: taken }),
        };
        Finding { check, holds, expected, observed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{record::LONGEST_DATA, wire::LONGEST_RECORD};

    fn pair(without: &[&str]) -> (Records, Records) {
        let checks = OF_RECORDS.into_iter().chain([&FRESH_KEYS]);
        let switches = Switches::without(checks.filter(|check| without.contains(&check.id)));
        let server_key = if without.contains(&"direction-keys") { [1; 32] } else { [2; 32] };
        let end = |role| Records::new(role, switches.clone(), &[1; 32], &server_key).unwrap();
        (end(Role::Client), end(Role::Server))
    }

    fn data(text: &str) -> Content {
        Content::Data(text.as_bytes().to_vec())
    }

    fn failed(result: Result<Content, RecordError>) -> &'static str {
        match result {
            Err(RecordError::Check(finding)) => finding.check.id,
            other => panic!("expected a failed check, got {other:?}"),
        }
    }

    #[test]
    fn records_arrive_as_they_were_sealed() {
        let (mut client, mut server) = pair(&[]);
        for content in [data("one"), data(""), Content::Close] {
            let frame = client.seal(&content).unwrap();
            assert_eq!(server.open(&frame), Ok(content));
        }
        assert_eq!(server.end(), Ok(()));
        assert!(server.findings().iter().all(|finding| finding.holds == Some(true)));
    }

    #[test]
    fn a_flipped_bit_is_refused_and_without_the_check_changes_the_text() {
        for (without, expected) in [(&[][..], None), (&["record-auth"][..], Some(data("ane")))] {
            let (mut client, mut server) = pair(without);
            let mut frame = client.seal(&data("one")).unwrap();
            frame.body[9] ^= b'o' ^ b'a';
            match expected {
                None => assert_eq!(failed(server.open(&frame)), "record-auth"),
                Some(altered) => assert_eq!(server.open(&frame), Ok(altered)),
            }
        }
    }

    #[test]
    fn a_repeated_record_is_refused_and_without_the_check_taken_again() {
        for (without, stopped) in [(&[][..], true), (&["record-order"][..], false)] {
            let (mut client, mut server) = pair(without);
            let frame = client.seal(&data("pay")).unwrap();
            assert_eq!(server.open(&frame), Ok(data("pay")));
            if stopped {
                assert_eq!(failed(server.open(&frame)), "record-order");
            } else {
                assert_eq!(server.open(&frame), Ok(data("pay")));
            }
        }
    }

    #[test]
    fn a_reflected_record_is_refused_and_without_the_check_taken_for_the_peers() {
        for (without, stopped) in [(&[][..], true), (&["direction-keys"][..], false)] {
            let (mut client, _) = pair(without);
            let frame = client.seal(&data("I owe you")).unwrap();
            if stopped {
                assert_eq!(failed(client.open(&frame)), "direction-keys");
            } else {
                assert_eq!(client.open(&frame), Ok(data("I owe you")));
            }
        }
    }

    #[test]
    fn an_end_without_a_close_is_refused_and_without_the_check_taken_for_the_end() {
        for (without, stopped) in [(&[][..], true), (&["authenticated-close"][..], false)] {
            let (mut client, mut server) = pair(without);
            assert_eq!(server.open(&client.seal(&data("pay")).unwrap()), Ok(data("pay")));
            assert_eq!(server.end().is_err(), stopped);
        }
    }

    /// What each check of the layer found, once no more records come.
    fn found(records: &Records, check: &'static Check) -> Finding {
        records.findings().into_iter().find(|finding| finding.check == check).unwrap()
    }

    #[test]
    fn what_a_switched_off_check_would_have_refused_first_is_told_and_the_others_passed() {
        let (mut client, mut server) = pair(&["record-auth"]);
        let mut frames = [0, 1].map(|_| client.seal(&data("one")).unwrap());
        for (frame, bit) in frames.iter_mut().zip([1, 2]) {
            frame.body[9] ^= bit;
            server.open(frame).unwrap();
        }
        let finding = found(&server, &RECORD_AUTH);
        let tag = hex(&frames[0].body[frames[0].body.len() - 16..][..4]);
        assert_eq!((finding.holds, finding.observed), (Some(false), Seen::Tag { tag, fits: false }));
        let order = found(&server, &RECORD_ORDER);
        assert_eq!((order.holds, order.observed), (Some(true), Seen::Records { records: 2 }));
        let close = found(&server, &AUTHENTICATED_CLOSE);
        assert_eq!((close.holds, close.observed), (None, Seen::NoRecord), "no end has come");
        server.open(&client.seal(&Content::Close).unwrap()).unwrap();
        let close = found(&server, &AUTHENTICATED_CLOSE);
        assert_eq!((close.holds, close.expected), (Some(true), Seen::CloseBeforeEnd));
        assert_eq!(close.observed, Seen::Close { came: true, records: 3 });
    }

    #[test]
    fn of_each_check_that_is_switched_off_its_own_finding_is_told() {
        let (mut client, mut server) = pair(&["record-auth", "record-order"]);
        let mut frame = client.seal(&data("one")).unwrap();
        frame.body[9] ^= 1;
        server.open(&frame).unwrap();
        server.open(&frame).unwrap();
        for check in [&RECORD_AUTH, &RECORD_ORDER] {
            assert_eq!(found(&server, check).holds, Some(false), "{}", check.id);
        }
    }

    #[test]
    fn a_record_has_its_number_and_its_tag_at_least() {
        let (mut client, mut server) = pair(&[]);
        let mut frame = client.seal(&Content::Close).unwrap();
        frame.body.truncate(23);
        let short = Misfit::new("record", Need::OctetsAtLeast { octets: 24 }, Given::count(23));
        assert_eq!(server.open(&frame), Err(RecordError::Malformed(short)));
        frame.body.push(0);
        assert_eq!(failed(server.open(&frame)), "record-auth");
    }

    #[test]
    fn of_records_that_never_came_nothing_is_said() {
        let (mut client, mut server) = pair(&[]);
        let frame = client.seal(&data("one")).unwrap();
        for finding in [&client, &server].iter().flat_map(|end| end.findings()) {
            let told = (finding.holds, finding.expected, finding.observed);
            assert_eq!(told, (None, Seen::NotApplicable, Seen::NoRecord), "{}", finding.check.id);
        }
        server.open(&frame).unwrap();
        let order = found(&server, &RECORD_ORDER);
        assert_eq!((order.holds, order.observed), (Some(true), Seen::Records { records: 1 }));
    }

    #[test]
    fn what_is_refused_is_told_by_what_had_to_be_and_what_was_there() {
        let refused = |result: Result<Content, RecordError>| match result {
            Err(RecordError::Check(finding)) => (finding.expected, finding.observed),
            other => panic!("expected a failed check, got {other:?}"),
        };
        let (mut client, mut server) = pair(&[]);
        let mut frame = client.seal(&data("one")).unwrap();
        let reflected = refused(client.open(&frame));
        assert_eq!(reflected.0, Seen::SealedBy { party: Role::Server });
        assert_eq!(reflected.1, Seen::SealedWithOwnKey { party: Role::Client, own: true });
        assert_eq!(
            server.end().unwrap_err(),
            RecordError::Check(Finding {
                check: &AUTHENTICATED_CLOSE,
                holds: Some(false),
                expected: Seen::CloseBeforeEnd,
                observed: Seen::Close { came: false, records: 0 },
            })
        );
        frame.body[9] ^= 1;
        assert!(matches!(refused(server.open(&frame)).1, Seen::Tag { fits: false, .. }));
    }

    #[test]
    fn numbers_run_on_under_another_key_and_the_one_before_opens_nothing_more() {
        let (mut client, mut server) = pair(&[]);
        let early = client.seal(&data("one")).unwrap();
        assert_eq!(server.open(&early), Ok(data("one")));
        for end in [&mut client, &mut server] {
            assert_eq!(end.install(Role::Client, &[3; 32]), Ok(Some((fingerprint(&[3; 32]), 1))));
        }
        let late = client.seal(&data("two")).unwrap();
        assert_eq!(late.body[..8], 1_u64.to_be_bytes());
        assert_eq!(failed(server.open(&early)), "record-auth");
        assert_eq!(server.open(&late), Ok(data("two")));
        assert_eq!(found(&server, &FRESH_KEYS).observed, Seen::NewKeys { keys: 1 });
        assert_eq!(client.install(Role::Client, &[3; 31]), Ok(None));
    }

    /// With the check off it begins where it began, and seals two records with the same octets.
    #[test]
    fn a_key_is_installed_once_and_without_the_check_begins_again() {
        let (mut client, mut server) = pair(&[]);
        for key in [[1; 32], [3; 32]] {
            let installed = client.install(Role::Client, &key).map_err(|error| match error {
                RecordError::Check(finding) => (finding.check.id, finding.observed),
                RecordError::Malformed(misfit) => panic!("{misfit:?}"),
            });
            let again = Seen::InstalledKey { of: Role::Client, key: fingerprint(&key), again: true, number: 0 };
            assert_eq!(installed.err(), (key == [1; 32]).then_some(("fresh-keys", again)));
        }
        assert!(server.findings().iter().all(|finding| finding.check != &FRESH_KEYS), "none was installed");
        let (mut client, _) = pair(&["fresh-keys"]);
        let first = client.seal(&data("one")).unwrap();
        assert_eq!(client.install(Role::Client, &[1; 32]).unwrap().unwrap().1, 0);
        assert_eq!(client.seal(&data("one")).unwrap(), first);
        assert_eq!(found(&client, &FRESH_KEYS).holds, Some(false));
        assert!(server.open(&first).is_ok());
    }

    /// The construction of RFC 8439 section 2.8, from the documented parts: nonce 0⁴ ‖ number, additional data kind ‖
    /// length ‖ number.
    #[test]
    fn a_record_is_sealed_as_documented() {
        use chacha20poly1305::{
            ChaCha20Poly1305, KeyInit,
            aead::{Aead, Payload},
        };
        let (mut client, _) = pair(&[]);
        for number in 0..3_u64 {
            let frame = client.seal(&data("pay 100")).unwrap();
            let number = number.to_be_bytes();
            let nonce = [&[0; 4][..], &number].concat();
            let length = u32::try_from(frame.body.len()).unwrap().to_be_bytes();
            let aad = [&[Kind::Record as u8], &length[1..], &number].concat();
            let cipher = ChaCha20Poly1305::new(&[1; 32].into());
            let nonce: [u8; 12] = nonce.try_into().unwrap();
            let sealed = cipher.encrypt(&nonce.into(), Payload { msg: b"\x01pay 100", aad: &aad }).unwrap();
            assert_eq!(frame.body, [&number[..], &sealed].concat());
        }
    }

    #[test]
    fn a_refused_record_changes_nothing() {
        let (mut client, mut server) = pair(&[]);
        let good = client.seal(&data("one")).unwrap();
        let mut bad = good.clone();
        bad.body[10] ^= 1;
        assert_eq!(failed(server.open(&bad)), "record-auth");
        assert_eq!(server.open(&good), Ok(data("one")));
    }

    /// Whoever holds the key may still seal what is no record.
    #[test]
    fn what_is_sealed_has_to_be_data_or_a_close() {
        for (plaintext, fault) in [
            (&[][..], "expected a type, got nothing sealed"),
            (&[0], "expected type 1 (data) or 2 (close), got 0"),
            (&[3, 1, 2], "expected type 1 (data) or 2 (close), got 3"),
            (&[2, 0], "expected a close without data, got 1 octet of it"),
        ] {
            let (mut client, mut server) = pair(&[]);
            let bad = client.write.key.seal_plaintext(0, plaintext.to_vec()).unwrap();
            assert_eq!(server.open(&bad).unwrap_err().to_string(), format!("record: {fault}"));
            assert_eq!(server.open(&client.seal(&data("good")).unwrap()), Ok(data("good")), "nothing has changed");
        }
    }

    #[test]
    fn the_longest_record_is_taken_and_no_number_but_the_next() {
        let (mut client, mut server) = pair(&[]);
        let longest = data(&"x".repeat(LONGEST_DATA));
        for sequence in [1, 1 << 32, u64::MAX] {
            assert_eq!(failed(server.open(&client.write.key.seal(sequence, &longest).unwrap())), "record-order");
        }
        let frame = client.seal(&longest).unwrap();
        assert_eq!(frame.body.len(), LONGEST_RECORD);
        assert_eq!(server.open(&frame), Ok(longest));
    }

    #[test]
    fn what_no_record_can_carry_is_not_sealed() {
        let (mut client, mut server) = pair(&[]);
        assert_eq!(client.seal(&data(&"x".repeat(LONGEST_DATA + 1))), Err(TooLong(LONGEST_DATA + 1)));
        assert_eq!(server.open(&client.seal(&data("one")).unwrap()), Ok(data("one")), "no number was used up");
    }

    #[test]
    fn no_handshake_message_is_a_record_and_no_close_comes_twice() {
        let (mut client, mut server) = pair(&[]);
        let late = Frame { kind: Kind::Finished, body: b"{}".to_vec() };
        assert_eq!(server.open(&late).unwrap_err().to_string(), "record: expected a record, got finished");
        assert_eq!(server.open(&client.seal(&Content::Close).unwrap()), Ok(Content::Close));
        let again = server.open(&client.seal(&Content::Close).unwrap()).unwrap_err().to_string();
        assert_eq!(again, "record: expected nothing after the close, got a record");
    }

    #[test]
    fn nothing_follows_the_close_and_short_bodies_are_no_records() {
        let (mut client, mut server) = pair(&[]);
        let (close, more) = (client.seal(&Content::Close).unwrap(), client.seal(&data("more")).unwrap());
        assert_eq!(server.open(&close), Ok(Content::Close));
        assert!(matches!(server.open(&more), Err(RecordError::Malformed(_))));
        let (_, mut server) = pair(&[]);
        let short = Frame { kind: Kind::Record, body: vec![0; 23] };
        assert!(matches!(server.open(&short), Err(RecordError::Malformed(_))));
    }
}
