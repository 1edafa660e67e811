//! A mode as a text file, in the table's own language: what is printed is read again as the same table.
//!
//! One statement stands on each line; what follows `#` is for people. A file that is not a valid table is refused with the
//! line and the field at fault.

mod expression;
mod print;
mod read;

use super::{Fault, Mode, Source};
use crate::{refusal::Refusal, scenario::Selection};
use serde_json::json;

/// Octets of the longest file.
pub const LONGEST: usize = 64 * 1024;

/// A table, and where what is not in it comes from.
#[derive(Clone, Debug)]
pub struct ModeFile {
    /// The table. It lasts as long as the process, as the registered ones do.
    pub mode: &'static Mode,
    /// The registered mode whose variant says of which kind the server's own group and the shared secret are.
    pub parameters: Option<Selection>,
}

/// Why a file is no mode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Something on a line is not what it has to be.
    Line {
        /// The line, from 1.
        line: usize,
        /// What of the line.
        field: &'static str,
        /// What it has to be, by the name of the text that tells it.
        expected: &'static str,
        /// What stands there.
        got: String,
    },
    /// It reads well, and is no valid table.
    Table(Fault),
    /// It is longer than any table.
    TooLong(usize),
}

impl From<Fault> for Flaw {
    fn from(fault: Fault) -> Self {
        Self::Table(fault)
    }
}

impl From<&Flaw> for Refusal {
    fn from(flaw: &Flaw) -> Self {
        match flaw {
            Flaw::Line { line, field, expected, got } => {
                Self::new("table-line", json!({ "line": line, "field": field, "expected": expected, "got": got }))
            }
            Flaw::Table(fault) => fault.into(),
            Flaw::TooLong(octets) => Self::new("table-long", json!({ "most": LONGEST, "got": octets })),
        }
    }
}

crate::refused!(Flaw);

impl Source {
    /// Every source.
    pub const ALL: [Self; 15] = [
        Self::Session,
        Self::Offers,
        Self::Group,
        Self::Trust,
        Self::PeerName,
        Self::OwnName,
        Self::SharedSecret,
        Self::Clock,
        Self::Chain,
        Self::SigningKey,
        Self::DecryptionKey,
        Self::PeerKey,
        Self::StaticKey,
        Self::PeerStatic,
        Self::HostKey,
    ];

    /// Stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Offers => "offers",
            Self::Group => "group",
            Self::Trust => "trust",
            Self::PeerName => "peer-name",
            Self::OwnName => "own-name",
            Self::SharedSecret => "shared-secret",
            Self::Clock => "clock",
            Self::Chain => "chain",
            Self::SigningKey => "signing-key",
            Self::DecryptionKey => "decryption-key",
            Self::PeerKey => "peer-key",
            Self::StaticKey => "static-key",
            Self::PeerStatic => "peer-static",
            Self::HostKey => "host-key",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modes;

    fn printed(mode: &'static Mode) -> String {
        ModeFile { mode, parameters: None }.to_string()
    }

    #[test]
    fn every_mode_is_read_as_it_is_printed() {
        let mut tables = 0;
        for mode in modes::tables() {
            let text = printed(mode);
            let again = ModeFile::read(&text).unwrap_or_else(|flaw| panic!("{}: {flaw}\n{text}", mode.id));
            let what = |mode: &Mode| {
                let Mode { id, groups, given, messages, names, met, off, .. } = mode;
                format!("{id} {groups:?} {given:?} {messages:?} {names:?} {met} {off:?}")
            };
            assert_eq!(what(again.mode), what(mode), "{}", mode.id);
            assert_eq!(again.to_string(), text);
            tables += 1;
        }
        assert!(tables > 15, "{tables}");
    }

    #[test]
    fn every_source_is_in_the_list_by_its_own_name() {
        let names: std::collections::BTreeSet<&str> = Source::ALL.iter().map(|source| source.as_str()).collect();
        assert_eq!(names.len(), Source::ALL.len());
        for given in modes::tables().flat_map(|mode| mode.given) {
            assert!(Source::ALL.contains(&given.source), "{}", given.name);
        }
    }

    #[test]
    fn a_flaw_is_named_by_line_and_field() {
        let text = printed(modes::find("ecdh-cert").unwrap());
        for (of, instead, field) in [
            ("mode ecdh-cert", "mode Ecdh", "mode"),
            ("names server", "names client", "names"),
            ("off cert-pin", "off cert-pins", "off"),
            ("given client session: session", "given all session: session", "by"),
            ("given client session: session", "given client session: sessions", "source"),
            ("message client client-hello", "message client hello", "kind"),
            ("message client client-hello", "massage client client-hello", "statement"),
            ("client client_random := fresh nonce", "client client_random := fresh nonces", "sort"),
            ("client client_random := fresh nonce", "client client_random = fresh nonce", "step"),
            ("preferred(offers)", "prefers(offers)", "operation"),
            ("preferred(offers)", "preferred(offers", "expression"),
            ("preferred(offers)", "preferred(offers) offers", "expression"),
            ("check contributes(", "check contributed(", "relation"),
            ("signed[transcript-signature, ", "signed[signature, ", "check"),
            ("certified[server](", "certified[mallory](", "role"),
            ("  before\n", "  beforehand\n", "statement"),
            (": session = session", ": sessions = session", "sort"),
        ] {
            let at = text.find(of).unwrap_or_else(|| panic!("{of} is not in\n{text}"));
            let line = text[..at].matches('\n').count() + 1;
            match ModeFile::read(&text.replacen(of, instead, 1)) {
                Err(Flaw::Line { line: got, field: named, .. }) => {
                    assert_eq!(named, field, "{instead}");
                    assert_eq!(got, line, "{instead}");
                }
                other => panic!("{instead}: {other:?}"),
            }
        }
        let unbound = text.replacen("preferred(offers)", "preferred(offering)", 1);
        assert!(matches!(ModeFile::read(&unbound), Err(Flaw::Table(_))));
        assert!(matches!(ModeFile::read(&"#".repeat(LONGEST + 1)), Err(Flaw::TooLong(_))));
        let deep = format!("preferred({}offers{})", "(".repeat(5000), ")".repeat(5000));
        assert!(ModeFile::read(&text.replacen("preferred(offers)", &deep, 1)).is_err());
        assert!(matches!(ModeFile::read("mode x\n"), Err(Flaw::Table(_))));
    }

    /// What is for people is passed over, and what is in no table is taken from where the file says.
    #[test]
    fn comments_and_parameters_are_read() {
        let text = printed(modes::find("ecdh").unwrap());
        let commented = format!("# mine\n\n{}", text.replace('\n', "   # here\n"));
        assert_eq!(ModeFile::read(&commented).unwrap().to_string(), text);
        let with = text.replacen("names", "parameters psk:password\nnames", 1);
        let file = ModeFile::read(&with).unwrap();
        assert_eq!(file.parameters.as_ref().map(ToString::to_string).as_deref(), Some("psk:password"));
        assert_eq!(ModeFile::read(&file.to_string()).unwrap().parameters, file.parameters);
        assert!(ModeFile::read(&with.replace("psk:password", "psk:passwords")).is_err());
    }
}
