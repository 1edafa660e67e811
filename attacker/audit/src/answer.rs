//! What the client says inside, and what it is answered.

use crate::program::drawn;
use lab::tls::v13::Order;
use std::io;

/// Most that is read of what a client says; a request that carries a canary is short.
pub(crate) const LONGEST: usize = 64 << 10;

/// What is secret in one run.
#[derive(Clone, Debug)]
pub(crate) struct Secrets {
    /// What the client is told to send.
    pub(crate) canary: String,
    /// What the answer carries: where it comes out again, the client acted upon the answer.
    pub(crate) token: String,
}

impl Secrets {
    /// New ones. A token is the same twice over, so that half of it that comes twice is one.
    pub(crate) fn draw() -> io::Result<Self> {
        Ok(Self { canary: drawn(16)?, token: drawn(8)?.repeat(2) })
    }
}

/// What one connection has said so far.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    octets: Vec<u8>,
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    /// There is more to come.
    Wait,
    /// The answer to the request.
    Answer,
    /// There is nothing here under this name.
    Nothing,
}

impl Heard {
    /// Takes in what came; what is over the limit is dropped.
    pub(crate) fn take(&mut self, octets: &[u8]) {
        let room = LONGEST.saturating_sub(self.octets.len()).min(octets.len());
        self.octets.extend_from_slice(&octets[..room]);
    }

    /// Whether anything came.
    pub(crate) fn is_any(&self) -> bool {
        !self.octets.is_empty()
    }

    /// Whether the canary came.
    pub(crate) fn has(&self, canary: &str) -> bool {
        contains(&self.octets, canary.as_bytes())
    }

    /// A request of HTTP is answered when its head is complete, anything else as soon as the canary came.
    pub(crate) fn reply(&self, canary: &str) -> Reply {
        let complete = contains(&self.octets, b"\r\n\r\n") || self.octets.len() == LONGEST;
        match (self.is_http(), self.has(canary)) {
            (true, _) if !complete => Reply::Wait,
            (_, true) => Reply::Answer,
            (true, false) => Reply::Nothing,
            (false, false) => Reply::Wait,
        }
    }

    fn is_http(&self) -> bool {
        let line = self.octets.split(|octet| *octet == b'\r').next().unwrap_or_default();
        contains(line, b" HTTP/1.")
    }
}

/// The answer as HTTP, which carries the token as text and as a cookie, or nothing. It does not say how long it is: it ends
/// where the connection does (RFC 9112 section 6.3), in order or not. What becomes something else on its way carries the
/// token only when it has: head and body are pieces of their own.
pub(crate) fn http(reply: Reply, secrets: &Secrets, order: Option<Order>) -> Vec<Vec<u8>> {
    let token = &secrets.token;
    let (status, cookie, body) = match (reply, order) {
        (Reply::Answer, None) => {
            ("200 OK", format!("Set-Cookie: answer={token}; Max-Age=3600\r\n"), vec![token.clone().into_bytes()])
        }
        (Reply::Answer, Some(order)) => ("200 OK", String::new(), genuine(token.as_bytes(), order)),
        (Reply::Nothing | Reply::Wait, _) => ("404 Not Found", String::new(), Vec::new()),
    };
    let head = format!("HTTP/1.1 {status}\r\n{cookie}Content-Type: text/plain\r\nConnection: close\r\n\r\n");
    let end = if body.is_empty() { Vec::new() } else { b"\n".to_vec() };
    [head.into_bytes()].into_iter().chain(body).chain([end]).filter(|piece| !piece.is_empty()).collect()
}

/// The body of the genuine answer which becomes the token on its way.
fn genuine(token: &[u8], order: Order) -> Vec<Vec<u8>> {
    let (half, other) = token.split_at(token.len() / 2);
    match order {
        Order::Repeated(_) => vec![half.to_vec()],
        Order::Swapped(..) => vec![other.to_vec(), half.to_vec()],
        Order::Altered(_) => {
            let mut altered = token.to_vec();
            altered.iter_mut().take(1).for_each(|octet| *octet ^= 1);
            vec![altered]
        }
    }
}

/// Whether these octets stand somewhere in those.
pub(crate) fn contains(octets: &[u8], wanted: &[u8]) -> bool {
    memchr::memmem::find(octets, wanted).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(text: &str) -> Reply {
        let mut heard = Heard::default();
        heard.take(text.as_bytes());
        heard.reply("secret")
    }

    #[test]
    fn http_is_answered_when_its_head_is_whole_and_anything_else_at_once() {
        assert_eq!(reply("GET /secret HTTP/1.1\r\nHost: a\r\n"), Reply::Wait);
        assert_eq!(reply("GET /secret HTTP/1.1\r\nHost: a\r\n\r\n"), Reply::Answer);
        assert_eq!(reply("GET /favicon.ico HTTP/1.1\r\n\r\n"), Reply::Nothing);
        assert_eq!(reply("LOGIN secret"), Reply::Answer);
        assert_eq!(reply("LOGIN"), Reply::Wait);
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut heard = Heard::default();
        for _ in 0..100 {
            heard.take(&[b'x'; 4096]);
        }
        assert_eq!(heard.octets.len(), LONGEST);
    }
}
