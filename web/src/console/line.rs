//! Lines of bounded length.

use std::io;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};

/// The longest line of a report: a relayed frame carries up to four times 64 KiB in base64.
pub(super) const LONGEST: u64 = 1 << 20;

/// Reads one line into `line`, without its end; `false` at the end of the stream.
pub(super) async fn read(
    reader: &mut (impl AsyncBufRead + Unpin),
    line: &mut Vec<u8>,
    longest: u64,
) -> io::Result<bool> {
    line.clear();
    let read = reader.take(longest).read_until(b'\n', line).await?;
    if line.last() == Some(&b'\n') {
        line.pop();
    } else if read as u64 == longest {
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("a line of more than {longest} bytes")));
    }
    Ok(read > 0)
}

/// Takes a line that has been read in whole already, without its end; `false` where there is none.
pub(super) fn take(reader: &mut BufReader<impl AsyncRead + Unpin>, line: &mut Vec<u8>) -> bool {
    let Some(length) = reader.buffer().iter().position(|&octet| octet == b'\n') else { return false };
    line.clear();
    line.extend_from_slice(&reader.buffer()[..length]);
    reader.consume(length + 1);
    true
}

#[cfg(test)]
mod tests {
    use super::{read, take};
    use tokio::io::BufReader;

    #[tokio::test]
    async fn lines_are_read_one_by_one_and_the_last_needs_no_end() {
        let (mut text, mut line) = (&b"one\n\nlast"[..], Vec::new());
        for expected in [&b"one"[..], b"", b"last"] {
            assert!(read(&mut text, &mut line, 8).await.unwrap());
            assert_eq!(line, expected);
        }
        assert!(!read(&mut text, &mut line, 8).await.unwrap());
    }

    #[tokio::test]
    async fn what_has_been_read_in_whole_is_taken_and_nothing_else() {
        let (mut reader, mut line) = (BufReader::with_capacity(9, &b"a\n\nbc\nlonger\nlast"[..]), Vec::new());
        assert!(!take(&mut reader, &mut line), "nothing has been read");
        let mut lines = Vec::new();
        while read(&mut reader, &mut line, 8).await.unwrap() {
            lines.push((String::from_utf8(line.clone()).unwrap(), "read"));
            while take(&mut reader, &mut line) {
                lines.push((String::from_utf8(line.clone()).unwrap(), "taken"));
            }
        }
        let expected = [("a", "read"), ("", "taken"), ("bc", "taken"), ("longer", "read"), ("last", "read")];
        assert!(lines.iter().map(|(line, how)| (line.as_str(), *how)).eq(expected), "{lines:?}");
    }

    #[tokio::test]
    async fn a_line_that_does_not_end_is_refused() {
        let (mut text, mut line) = (&b"12345678"[..], Vec::new());
        assert!(read(&mut text, &mut line, 8).await.is_err());
    }
}
