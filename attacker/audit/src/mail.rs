//! Protocols that begin in plain text and ask for TLS by a command: SMTP (RFC 3207) and IMAP (RFC 9051 section 6.2.1), as little of
//! them as a client needs that sends one mail, or logs in; and [PostgreSQL](crate::postgres).

use crate::postgres::Postgres;
use lab::refusal::Refusal;
use serde_json::json;
use std::str::FromStr;

/// What is spoken on a connection, before TLS and inside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Speech {
    /// TLS from the first octet on, and inside whatever the client speaks.
    #[default]
    Direct,
    /// SMTP.
    Smtp,
    /// IMAP.
    Imap,
    /// PostgreSQL.
    Postgres,
}

impl Speech {
    /// As it stands on the command line; nothing where TLS is asked for by no command.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Direct => "",
            Self::Smtp => "smtp",
            Self::Imap => "imap",
            Self::Postgres => "postgres",
        }
    }

    /// Whether TLS is asked for by a command in it.
    pub(crate) fn asks(self) -> bool {
        self != Self::Direct
    }
}

/// A name of no protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownSpeech(String);

impl From<&UnknownSpeech> for Refusal {
    fn from(UnknownSpeech(got): &UnknownSpeech) -> Self {
        Self::new("starttls", json!({ "got": got }))
    }
}

lab::refused!(UnknownSpeech);

impl FromStr for Speech {
    type Err = UnknownSpeech;

    fn from_str(name: &str) -> Result<Self, UnknownSpeech> {
        match name {
            "smtp" => Ok(Self::Smtp),
            "imap" => Ok(Self::Imap),
            "postgres" => Ok(Self::Postgres),
            other => Err(UnknownSpeech(other.to_owned())),
        }
    }
}

/// What a server does with STARTTLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opening {
    /// It offers it, and does it.
    Offered,
    /// It offers none, and knows none.
    Stripped,
    /// It does it, and says what nobody asked yet in the same breath: what only whoever speaks inside may say. Inside it answers
    /// nothing but that it is over.
    Injected,
}

/// What follows an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Another command.
    Command,
    /// TLS.
    Tls,
    /// The end.
    End,
}

/// A line that is longer is none (RFC 5321 section 4.5.3.1.6).
const LONGEST_LINE: usize = 1000;

/// One connection's conversation.
#[derive(Debug)]
pub(crate) struct Dialogue {
    speech: Speech,
    opening: Opening,
    /// What stands inside a mail, up to a lone dot, is no command.
    in_mail: bool,
    /// TLS has begun.
    secured: bool,
    /// A command was not answered as it would have to be.
    rebuffed: bool,
    begun: Vec<u8>,
    postgres: Postgres,
}

impl Dialogue {
    pub(crate) fn new(speech: Speech, opening: Opening) -> Self {
        Self {
            speech,
            opening,
            in_mail: false,
            secured: false,
            rebuffed: false,
            begun: Vec::new(),
            postgres: Postgres::default(),
        }
    }

    /// What the server says first.
    pub(crate) fn greeting(&self) -> &'static str {
        match self.speech {
            Speech::Direct | Speech::Postgres => "",
            Speech::Smtp => "220 lab ESMTP\r\n",
            Speech::Imap => "* OK ready\r\n",
        }
    }

    /// TLS has begun: nothing counts that was said before.
    pub(crate) fn secure(&mut self) {
        self.secured = true;
        self.begun.clear();
        self.postgres.secure();
    }

    /// Takes what was said; the answers to every whole line of it, and what follows. What stands behind STARTTLS is not read.
    pub(crate) fn take(&mut self, octets: &[u8]) -> (Vec<u8>, Next) {
        if self.speech == Speech::Postgres {
            self.rebuffed |= self.is_silent();
            return self.postgres.take(octets, self.opening, self.secured);
        }
        self.begun.extend_from_slice(octets);
        let mut answers = Vec::new();
        while let Some(end) = self.begun.iter().position(|octet| *octet == b'\n') {
            let line: Vec<u8> = self.begun.drain(..=end).collect();
            let (answer, next) = self.answer(String::from_utf8_lossy(&line).trim_end());
            answers.extend_from_slice(answer.as_bytes());
            if next != Next::Command {
                return (answers, next);
            }
        }
        let next = if self.begun.len() > LONGEST_LINE { Next::End } else { Next::Command };
        (answers, next)
    }

    fn answer(&mut self, line: &str) -> (String, Next) {
        match self.speech {
            Speech::Direct | Speech::Postgres => (String::new(), Next::End),
            Speech::Smtp => self.smtp(line),
            Speech::Imap => self.imap(line),
        }
    }

    fn offers(&self) -> bool {
        !self.secured && self.opening != Opening::Stripped
    }

    /// Whether the genuine server inside says nothing but that it is over, so that only what was injected can be believed.
    fn is_silent(&self) -> bool {
        self.secured && self.opening == Opening::Injected
    }

    /// What of this, which comes next, shows what a client believes: where the server inside is silent, only what stands behind
    /// the first command, which nobody answered but whoever spoke too early.
    pub(crate) fn telling<'o>(&self, octets: &'o [u8]) -> &'o [u8] {
        if !self.is_silent() || self.rebuffed {
            return octets;
        }
        let first = match self.speech {
            Speech::Postgres => self.postgres.first(octets),
            _ => octets.iter().position(|octet| *octet == b'\n').map(|end| end + 1),
        };
        first.and_then(|end| octets.get(end..)).unwrap_or_default()
    }

    fn smtp(&mut self, line: &str) -> (String, Next) {
        if self.in_mail {
            self.in_mail = line != ".";
            return (if self.in_mail { String::new() } else { "250 sent\r\n".to_owned() }, Next::Command);
        }
        let command = line.split(' ').next().unwrap_or_default().to_ascii_uppercase();
        let say = |text: &str| (text.to_owned(), Next::Command);
        match command.as_str() {
            "QUIT" => ("221 over\r\n".to_owned(), Next::End),
            _ if self.is_silent() => {
                self.rebuffed = true;
                say("421 over\r\n")
            }
            "EHLO" if self.offers() => say("250-lab\r\n250 STARTTLS\r\n"),
            "EHLO" | "HELO" => say("250 lab\r\n"),
            "STARTTLS" if self.offers() => {
                let injected = if self.opening == Opening::Injected { "250 lab\r\n" } else { "" };
                (format!("220 go ahead\r\n{injected}"), Next::Tls)
            }
            "DATA" => {
                self.in_mail = true;
                say("354 go ahead\r\n")
            }
            "MAIL" | "RCPT" | "RSET" | "NOOP" => say("250 good\r\n"),
            _ => say("502 unknown\r\n"),
        }
    }

    fn imap(&mut self, line: &str) -> (String, Next) {
        let (tag, rest) = line.split_once(' ').unwrap_or((line, ""));
        let command = rest.split(' ').next().unwrap_or_default().to_ascii_uppercase();
        let done = |before: &str, next| (format!("{before}{tag} OK done\r\n"), next);
        match command.as_str() {
            "LOGOUT" => done("* BYE over\r\n", Next::End),
            _ if self.is_silent() => {
                self.rebuffed = true;
                (format!("* BYE over\r\n{tag} NO over\r\n"), Next::Command)
            }
            "CAPABILITY" if self.offers() => done("* CAPABILITY IMAP4rev1 STARTTLS\r\n", Next::Command),
            "CAPABILITY" => done("* CAPABILITY IMAP4rev1\r\n", Next::Command),
            "STARTTLS" if self.offers() && self.opening == Opening::Injected => {
                let injected = format!("* CAPABILITY IMAP4rev1\r\n{} OK done\r\n", following(tag));
                (format!("{tag} OK done\r\n{injected}"), Next::Tls)
            }
            "STARTTLS" if self.offers() => done("", Next::Tls),
            "LOGIN" | "NOOP" | "LIST" | "SELECT" | "ID" => done("", Next::Command),
            _ => (format!("{tag} BAD unknown\r\n"), Next::Command),
        }
    }
}

/// What a client that counts its commands calls the one after this (RFC 9051 section 2.2.1): the number at its end, and one.
fn following(tag: &str) -> String {
    let (name, number) = tag.split_at(tag.trim_end_matches(|it: char| it.is_ascii_digit()).len());
    match number.parse::<u64>() {
        Ok(count) => format!("{name}{:0width$}", count.saturating_add(1), width = number.len()),
        Err(_) => tag.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starttls_is_offered_once_and_never_where_it_is_stripped() {
        let mut dialogue = Dialogue::new(Speech::Smtp, Opening::Offered);
        assert_eq!(dialogue.take(b"EHLO a\r\n"), (b"250-lab\r\n250 STARTTLS\r\n".to_vec(), Next::Command));
        // what was sent along with the command was said in plain text, and is not read
        assert_eq!(dialogue.take(b"STARTTLS\r\nMAIL FROM:<a>\r\n"), (b"220 go ahead\r\n".to_vec(), Next::Tls));
        dialogue.secure();
        assert_eq!(dialogue.take(b"EHLO a\r\nSTART"), (b"250 lab\r\n".to_vec(), Next::Command));
        assert_eq!(dialogue.take(b"TLS\r\n"), (b"502 unknown\r\n".to_vec(), Next::Command));
        for (speech, asked) in
            [(Speech::Smtp, "EHLO a\r\nSTARTTLS\r\n"), (Speech::Imap, "1 CAPABILITY\r\n2 STARTTLS\r\n")]
        {
            let (answer, next) = Dialogue::new(speech, Opening::Stripped).take(asked.as_bytes());
            let answer = String::from_utf8(answer).unwrap();
            assert!(next == Next::Command && !answer.contains("STARTTLS"), "{answer}");
        }
    }

    #[test]
    fn a_line_without_an_end_is_the_end() {
        let mut dialogue = Dialogue::new(Speech::Imap, Opening::Offered);
        assert_eq!(dialogue.take(&[b'x'; LONGEST_LINE + 1]).1, Next::End);
    }

    #[test]
    fn a_mail_is_no_command() {
        let mut dialogue = Dialogue::new(Speech::Smtp, Opening::Offered);
        let (answer, next) = dialogue.take(b"DATA\r\nQUIT\r\n.\r\nQUIT\r\n");
        assert_eq!((&answer[..], next), (&b"354 go ahead\r\n250 sent\r\n221 over\r\n"[..], Next::End));
    }

    #[test]
    fn the_tag_after_another_is_known() {
        for (tag, next) in [("A003", "A004"), ("BKPL9", "BKPL10"), ("9", "10"), (".", "."), ("a1b", "a1b")] {
            assert_eq!(following(tag), next);
        }
    }

    /// Only behind a command that only the injected text answers does a client show what it believes.
    #[test]
    fn what_comes_first_inside_shows_nothing_where_nobody_answers_it() {
        let first = [(Speech::Smtp, &b"EHLO a\r\n"[..]), (Speech::Imap, b"4 LOGIN a b\r\n")];
        for (opening, telling) in [(Opening::Offered, true), (Opening::Injected, false)] {
            for (speech, first) in first {
                let mut dialogue = Dialogue::new(speech, opening);
                dialogue.secure();
                let both = [first, b"MORE"].concat();
                assert_eq!(dialogue.telling(&both), if telling { &both[..] } else { b"MORE" });
                dialogue.take(first);
                assert_eq!(dialogue.telling(b"MORE"), b"MORE");
            }
        }
    }
}
