//! What a command says where something is filled in for each run: `{host}`.

use std::collections::BTreeMap;

/// What can be filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Placeholder {
    /// The file with the trust anchors, PEM.
    Ca,
    /// The file with the revocation lists, PEM.
    Crl,
    /// The server's name.
    Host,
    /// The name of the server that is asked first, of a client that connects twice and may resume its session.
    First,
    /// The file with the trust anchors for that one, PEM.
    FirstCa,
    /// The server's port.
    Port,
    /// The server's address.
    Address,
    /// The secret that is to be sent, or given to whoever is believed.
    Canary,
    /// The file with the program's own certificate chain, PEM.
    Cert,
    /// The file with the program's own private key, PEM.
    Key,
    /// The run's own directory, which is also the working directory.
    Dir,
    /// The directory in which the audit was started.
    Here,
}

impl Placeholder {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Ca,
        Self::Crl,
        Self::Host,
        Self::First,
        Self::FirstCa,
        Self::Port,
        Self::Address,
        Self::Canary,
        Self::Cert,
        Self::Key,
        Self::Dir,
        Self::Here,
    ];

    /// As it stands between braces, and in capitals behind `INTERLOCK_` in the program's environment.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ca => "ca",
            Self::Crl => "crl",
            Self::Host => "host",
            Self::First => "first",
            Self::FirstCa => "first_ca",
            Self::Port => "port",
            Self::Address => "address",
            Self::Canary => "canary",
            Self::Cert => "cert",
            Self::Key => "key",
            Self::Dir => "dir",
            Self::Here => "here",
        }
    }

    /// The name of the variable of the environment that says the same.
    #[must_use]
    pub fn variable(self) -> String {
        format!("INTERLOCK_{}", self.name().to_ascii_uppercase())
    }

    /// Whether it stands anywhere in these.
    pub(crate) fn is_in<'t>(self, texts: impl IntoIterator<Item = &'t String>) -> bool {
        let wanted = format!("{{{}}}", self.name());
        texts.into_iter().any(|text| text.contains(&wanted))
    }
}

/// What is filled in in one run.
pub(crate) type Values = BTreeMap<Placeholder, String>;

/// The argument with everything filled in.
pub(crate) fn fill(argument: &str, values: &Values) -> String {
    let value = |name: &str| values.iter().find(|(placeholder, _)| placeholder.name() == name);
    process::foreign::fill(argument, |name| value(name).map(|(_, value)| value.as_str()))
}
