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
    pub const ALL: [Self; 10] = [
        Self::Ca,
        Self::Crl,
        Self::Host,
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

/// The argument with everything filled in; other braces stay. What is filled in is not looked at again.
pub(crate) fn fill(argument: &str, values: &Values) -> String {
    let mut filled = String::with_capacity(argument.len());
    let mut rest = argument;
    while let Some(open) = rest.find('{') {
        filled.push_str(&rest[..open]);
        let behind = &rest[open + 1..];
        let known = behind.find('}').and_then(|close| {
            let (_, value) = values.iter().find(|(placeholder, _)| placeholder.name() == &behind[..close])?;
            Some((value, &behind[close + 1..]))
        });
        match known {
            Some((value, after)) => {
                filled.push_str(value);
                rest = after;
            }
            None => {
                filled.push('{');
                rest = behind;
            }
        }
    }
    filled + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_filled_in_once_and_all_else_stays() {
        let values = Values::from([(Placeholder::Host, "{port}".to_owned()), (Placeholder::Port, "443".to_owned())]);
        let filled = |text: &str| fill(text, &values);
        assert_eq!(filled("https://{host}:{port}/"), "https://{port}:443/");
        assert_eq!(filled("${name} {{port}} {nothing} {"), "${name} {443} {nothing} {");
        assert_eq!(filled("{ca}"), "{ca}", "no value, nothing to fill in");
    }
}
