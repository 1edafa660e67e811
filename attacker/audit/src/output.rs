//! What a client prints: a little of it is kept, all of it is searched.

use lab::terminal::printable;
use memchr::memmem;
use tokio::io::{AsyncRead, AsyncReadExt};

/// Most that is kept of each output.
const KEPT: usize = 8 << 10;

/// One output of a client.
#[derive(Debug, Default)]
pub(crate) struct Printed {
    /// Its last octets.
    end: Vec<u8>,
    /// How often the token stood in it.
    pub(crate) tokens: usize,
}

impl Printed {
    /// Reads to the end, however much it is.
    pub(crate) async fn read(mut stream: impl AsyncRead + Unpin, token: String) -> Self {
        let (mut printed, mut buffer) = (Self::default(), vec![0; 32 << 10]);
        while let Ok(count @ 1..) = stream.read(&mut buffer).await {
            printed.take(&buffer[..count], &token);
        }
        printed
    }

    fn take(&mut self, octets: &[u8], token: &str) {
        // What stands before has no whole token in it, and may have the beginning of one.
        let from = self.end.len().saturating_sub(token.len().saturating_sub(1));
        self.end.extend_from_slice(octets);
        self.tokens += memmem::find_iter(&self.end[from..], token.as_bytes()).count();
        let over = self.end.len().saturating_sub(KEPT);
        self.end.drain(..over);
    }

    /// The line that says most of a fault, the last of those that say as much; made fit to be shown.
    pub(crate) fn fault(&self) -> Option<String> {
        let text = String::from_utf8_lossy(&self.end);
        let lines = text.lines().map(str::trim).filter(|line| line.chars().any(char::is_alphanumeric));
        let told = lines.max_by_key(|line| {
            let line = line.to_lowercase();
            TELLING.iter().filter(|word| line.contains(**word)).count()
        })?;
        Some(printable(&told.chars().take(200).collect::<String>()))
    }
}

/// What stands in lines that say what is wrong with a certificate or a connection.
const TELLING: [&str; 8] = ["error", "fail", "certif", "verif", "ssl", "tls", "alert", ": "];

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_flood_is_searched_and_not_kept() {
        let flood =
            [vec![b'x'; 1 << 20], b"to".to_vec(), b"ken".to_vec(), vec![b'y'; 1 << 20], b"\nthe end\n\n".to_vec()];
        let printed = Printed::read(flood.concat().as_slice(), "token".to_owned()).await;
        assert!(printed.tokens == 1 && printed.end.len() <= KEPT);
        assert_eq!(printed.fault().as_deref(), Some("the end"));
    }

    /// However the pieces are cut in which it comes, each token is counted, once.
    #[test]
    fn every_token_is_counted() {
        let said = b"a token, a token and an end: tokentoken";
        for size in 1..said.len() {
            let mut printed = Printed::default();
            said.chunks(size).for_each(|piece| printed.take(piece, "token"));
            assert_eq!(printed.tokens, 4, "{size}");
        }
    }

    #[tokio::test]
    async fn the_line_that_tells_most_is_shown_and_steers_no_terminal() {
        let said = "curl: (60) SSL certificate problem: self-signed\u{1b}[2J\ncurl failed to verify it\nsee above\n";
        let printed = Printed::read(said.as_bytes(), "token".to_owned()).await;
        let told = "curl: (60) SSL certificate problem: self-signed\\u{1b}[2J";
        assert_eq!(printed.fault().as_deref(), Some(told));
    }
}
