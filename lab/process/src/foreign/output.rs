//! What a program prints that nobody asked for: its end is kept.

use lab::terminal::printable;
use tokio::io::{AsyncRead, AsyncReadExt};

/// Most that is kept, in octets.
const KEPT: usize = 8 << 10;
/// Most that is shown of a line, in characters.
const SHOWN: usize = 200;

/// The last octets of an output.
#[derive(Debug, Default)]
pub struct Tail(Vec<u8>);

impl Tail {
    /// Reads to the end, however much it is.
    pub async fn read(mut stream: impl AsyncRead + Unpin) -> Self {
        let (mut tail, mut buffer) = (Self::default(), vec![0; 32 << 10]);
        while let Ok(count @ 1..) = stream.read(&mut buffer).await {
            tail.take(&buffer[..count]);
        }
        tail
    }

    fn take(&mut self, octets: &[u8]) {
        self.0.extend_from_slice(octets);
        let over = self.0.len().saturating_sub(KEPT);
        self.0.drain(..over);
    }

    /// The last line that says something, made fit to be shown.
    #[must_use]
    pub fn last_line(&self) -> Option<String> {
        let text = String::from_utf8_lossy(&self.0);
        let line = text.lines().map(str::trim).rfind(|line| line.chars().any(char::is_alphanumeric))?;
        Some(printable(&line.chars().take(SHOWN).collect::<String>()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_flood_is_not_kept_and_its_last_line_steers_no_terminal() {
        let flood = [vec![b'x'; 1 << 20], b"\nAssertionError: \x1b[2J\n---\n".to_vec()].concat();
        let tail = Tail::read(flood.as_slice()).await;
        assert!(tail.0.len() <= KEPT);
        assert_eq!(tail.last_line().as_deref(), Some("AssertionError: \\u{1b}[2J"));
        assert_eq!(Tail::read(b"\n".as_slice()).await.last_line(), None);
    }
}
