//! PostgreSQL, as little of it as a client needs that logs in with a password (the message formats of its frontend/backend
//! protocol): a length and a code begin a connection, a type and a length each message behind that.

use crate::mail::{Next, Opening};

/// What asks for TLS, what asks for GSSAPI, and the version of the protocol that is spoken.
const SSL_REQUEST: u32 = 80_877_103;
const GSS_REQUEST: u32 = 80_877_104;
const VERSION: u32 = 196_608;
/// AuthenticationCleartextPassword, AuthenticationOk with ReadyForQuery, and an ErrorResponse.
const PASSWORD: &[u8] = b"R\0\0\0\x08\0\0\0\x03";
const WELCOME: &[u8] = b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I";
const OVER: &[u8] = b"E\0\0\0\x19SFATAL\0C57P01\0Mover\0\0";
/// CommandComplete with ReadyForQuery.
const DONE: &[u8] = b"C\0\0\0\x0dSELECT 0\0Z\0\0\0\x05I";
/// Octets that a message may have.
const LONGEST: usize = 10_000;

/// What was said of one connection that is not whole yet, and how far it is.
#[derive(Debug, Default)]
pub(crate) struct Postgres {
    begun: Vec<u8>,
    /// Who calls is known.
    started: bool,
}

impl Postgres {
    /// TLS has begun: nothing counts that was said before.
    pub(crate) fn secure(&mut self) {
        *self = Self::default();
    }

    /// Where the message ends in these octets that begins a connection; none where it does not.
    pub(crate) fn first(&self, octets: &[u8]) -> Option<usize> {
        let begun = [&self.begun, octets].concat();
        let length = u32::from_be_bytes(begun.get(..4)?.try_into().ok()?);
        usize::try_from(length).ok()?.checked_sub(self.begun.len())
    }

    /// The answers to every whole message, and what follows. What stands behind the request for TLS is not read.
    pub(crate) fn take(&mut self, octets: &[u8], opening: Opening, secured: bool) -> (Vec<u8>, Next) {
        self.begun.extend_from_slice(octets);
        let mut answers = Vec::new();
        loop {
            let message = match self.message() {
                Ok(Some(message)) => message,
                Ok(None) => return (answers, Next::Command),
                Err(Wrong) => return (answers, Next::End),
            };
            let (answer, next) = self.answer(message, opening, secured);
            answers.extend_from_slice(&answer);
            if next != Next::Command {
                return (answers, next);
            }
        }
    }

    /// The next whole message: its type, or the code of one that begins a connection.
    fn message(&mut self) -> Result<Option<Message>, Wrong> {
        let kind = usize::from(self.started);
        let Some(length) = self.begun.get(kind..kind + 4).and_then(|octets| octets.try_into().ok()) else {
            return Ok(None);
        };
        let length = usize::try_from(u32::from_be_bytes(length)).map_err(|_| Wrong)?;
        if !(4..=LONGEST).contains(&length) {
            return Err(Wrong);
        }
        if self.begun.len() < kind + length {
            return Ok(None);
        }
        let message: Vec<u8> = self.begun.drain(..kind + length).collect();
        if self.started {
            return Ok(Some(Message::Typed(message[0])));
        }
        let code = message.get(4..8).and_then(|octets| octets.try_into().ok()).ok_or(Wrong)?;
        Ok(Some(Message::First(u32::from_be_bytes(code))))
    }

    fn answer(&mut self, message: Message, opening: Opening, secured: bool) -> (Vec<u8>, Next) {
        let silent = secured && opening == Opening::Injected;
        match message {
            Message::First(SSL_REQUEST) if !secured && opening != Opening::Stripped => {
                let injected = if opening == Opening::Injected { PASSWORD } else { b"" };
                ([b"S", injected].concat(), Next::Tls)
            }
            Message::First(SSL_REQUEST | GSS_REQUEST) => (b"N".to_vec(), Next::Command),
            Message::First(VERSION) => {
                self.started = true;
                (if silent { OVER } else { PASSWORD }.to_vec(), Next::Command)
            }
            Message::First(_) | Message::Typed(b'X') => (Vec::new(), Next::End),
            Message::Typed(_) if silent => (Vec::new(), Next::Command),
            Message::Typed(b'p') => (WELCOME.to_vec(), Next::Command),
            Message::Typed(_) => (DONE.to_vec(), Next::Command),
        }
    }
}

enum Message {
    First(u32),
    Typed(u8),
}

/// It is no message.
struct Wrong;

#[cfg(test)]
mod tests {
    use super::*;

    const ASK: [u8; 8] = [0, 0, 0, 8, 4, 0xd2, 0x16, 0x2f];
    const START: &[u8] = b"\0\0\0\x15\0\x03\0\0user\0client\0\0";

    #[test]
    fn tls_is_granted_where_it_is_not_stripped() {
        for (opening, answer, next) in [
            (Opening::Offered, b"S".to_vec(), Next::Tls),
            (Opening::Stripped, b"N".to_vec(), Next::Command),
            (Opening::Injected, [b"S", PASSWORD].concat(), Next::Tls),
        ] {
            let mut said = Postgres::default();
            // in pieces
            assert_eq!(said.take(&ASK[..3], opening, false), (Vec::new(), Next::Command));
            assert_eq!(said.take(&ASK[3..], opening, false), (answer, next));
            said.secure();
            let welcome = if opening == Opening::Injected { OVER } else { PASSWORD };
            assert_eq!(said.take(START, opening, true), (welcome.to_vec(), Next::Command), "{opening:?}");
        }
    }

    /// Each message is as long as it says.
    #[test]
    fn answers_are_messages() {
        for mut answer in [PASSWORD, WELCOME, OVER, DONE] {
            while let [_, a, b, c, d, ..] = *answer {
                let length = u32::from_be_bytes([a, b, c, d]) as usize;
                answer = &answer[1 + length..];
            }
            assert!(answer.is_empty());
        }
        let length = u32::from_be_bytes(START[..4].try_into().unwrap());
        assert_eq!(length as usize, START.len());
    }

    #[test]
    fn what_is_no_message_is_the_end() {
        for wrong in [&[0, 0, 0, 1][..], &[0xff; 8], &[0, 0, 0, 4], &[0, 0, 0, 8, 9, 9, 9, 9]] {
            assert_eq!(Postgres::default().take(wrong, Opening::Offered, false).1, Next::End, "{wrong:?}");
        }
    }
}
