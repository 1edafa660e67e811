//! What is heard and said inside a connection, protected or not.

use crate::{
    answer::{self, Heard, Reply, Secrets},
    attempt::Depth,
    lie::Lie,
    mail::{Dialogue, Next, Speech},
    server::{Seen, Service},
    session::Session,
};
use std::io;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// What is heard and said inside a connection, protected or not.
pub(crate) trait Inside {
    /// What the client says next; 0 where it says no more.
    async fn hear(&mut self, room: &mut [u8]) -> io::Result<usize>;
    /// Something that is not the last.
    async fn say(&mut self, text: &[u8]) -> io::Result<()>;
    /// The one answer, in pieces; `cut_short` where nothing says that it is over.
    async fn answer(&mut self, pieces: &[Vec<u8>], cut_short: bool) -> io::Result<()>;
}

/// A stream as it is.
pub(crate) struct Through<S>(pub(crate) S);

impl<S: AsyncRead + AsyncWrite + Unpin> Inside for Through<S> {
    async fn hear(&mut self, room: &mut [u8]) -> io::Result<usize> {
        self.0.read(room).await
    }

    async fn say(&mut self, text: &[u8]) -> io::Result<()> {
        self.0.write_all(text).await?;
        self.0.flush().await
    }

    async fn answer(&mut self, pieces: &[Vec<u8>], cut_short: bool) -> io::Result<()> {
        self.0.write_all(&pieces.concat()).await?;
        self.0.flush().await?;
        if cut_short { Ok(()) } else { self.0.shutdown().await }
    }
}

impl Inside for Session {
    async fn hear(&mut self, room: &mut [u8]) -> io::Result<usize> {
        self.read(room).await
    }

    async fn say(&mut self, text: &[u8]) -> io::Result<()> {
        Self::say(self, text).await
    }

    async fn answer(&mut self, pieces: &[Vec<u8>], _: bool) -> io::Result<()> {
        Self::answer(self, pieces).await
    }
}

/// Reads until the client ends, and answers once.
pub(crate) async fn talk(stream: &mut impl Inside, service: &Service, seen: &Seen) -> io::Result<()> {
    if service.speech != Speech::Direct {
        return continue_inside(stream, service, seen).await;
    }
    let Secrets { canary, .. } = &service.secrets;
    let (mut heard, mut buffer, mut answered) = (Heard::default(), [0; 4096], false);
    loop {
        let count = match stream.hear(&mut buffer).await {
            Ok(0) => return Ok(()),
            Ok(count) => count,
            // Who has its answer may go without a word.
            Err(_) if answered => return Ok(()),
            Err(error) => return Err(error),
        };
        heard.take(&buffer[..count]);
        seen.reached(Depth::Bytes);
        if heard.has(canary) {
            seen.reached(Depth::Canary);
        }
        let reply = heard.reply(canary);
        if reply != Reply::Wait && !answered {
            answered = true;
            let lie = service.presented.lie;
            let cut_short = lie == Lie::CutShort;
            stream.answer(&answer::http(reply, &service.secrets, lie.order()), cut_short).await?;
            if cut_short {
                return Ok(());
            }
        }
    }
}

/// Speaks inside as it was spoken before.
async fn continue_inside(stream: &mut impl Inside, service: &Service, seen: &Seen) -> io::Result<()> {
    let mut dialogue = Dialogue::new(service.speech, service.presented.lie.opening());
    dialogue.secure();
    let (mut heard, mut buffer) = (Heard::default(), [0; 1024]);
    loop {
        let count = stream.hear(&mut buffer).await?;
        if count == 0 {
            return Ok(());
        }
        heard.take(dialogue.telling(&buffer[..count]));
        seen.reached(Depth::Bytes);
        if heard.has(&service.secrets.canary) {
            seen.reached(Depth::Canary);
        }
        let (answers, next) = dialogue.take(&buffer[..count]);
        if next == Next::End {
            return stream.answer(&[answers], false).await;
        }
        stream.say(&answers).await?;
    }
}
