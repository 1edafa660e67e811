//! The x509-limbo format: test cases in, verdicts and the table of wrong ones out.

mod results;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

pub use results::{Actual, CaseResult, Results, Tally};

use super::{Outcome, PeerName, Policy, Profile, Purpose, Validation, pem, validate};

/// Why a file of test cases cannot be run.
#[derive(Debug)]
pub enum Error {
    /// Not x509-limbo's schema.
    Schema(serde_json::Error),
    /// A schema of another version.
    Version(u64),
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Schema(error)
    }
}

/// A file of test cases (`limbo-schema.json`, version 1).
#[derive(Debug, Deserialize)]
pub struct Suite {
    version: u64,
    /// The cases, in the file's order.
    pub testcases: Vec<Case>,
}

/// One test case, as far as it is used here.
#[derive(Debug, Deserialize)]
pub struct Case {
    /// `namespace::…::name`.
    pub id: String,
    /// Optional behaviour that it is about.
    #[serde(default)]
    pub features: Vec<String>,
    /// What it is about.
    pub description: String,
    validation_kind: Kind,
    trusted_certs: Vec<String>,
    untrusted_intermediates: Vec<String>,
    peer_certificate: String,
    validation_time: Option<String>,
    #[serde(default)]
    signature_algorithms: Vec<String>,
    #[serde(default)]
    extended_key_usage: Vec<String>,
    /// What should come out.
    pub expected_result: Expected,
    /// A reason, in suites that give one.
    #[serde(default)]
    pub expected_reason: Option<String>,
    expected_peer_name: Option<Peer>,
    #[serde(default)]
    expected_peer_names: Vec<Peer>,
    max_chain_depth: Option<usize>,
    #[serde(default)]
    crls: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Kind {
    Client,
    Server,
}

/// An expected result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Expected {
    /// The chain is valid.
    Success,
    /// It is not.
    Failure,
}

#[derive(Debug, Deserialize)]
struct Peer {
    kind: String,
    value: String,
}

/// What a case hands to a validator.
#[derive(Debug, Clone)]
pub struct Input {
    /// Anchors, intermediates, time, purpose and lists; no name.
    pub policy: Policy,
    /// The peer's certificate.
    pub chain: Vec<Vec<u8>>,
    /// Each of these must be the peer's.
    pub names: Vec<PeerName>,
}

impl Suite {
    /// Reads a suite.
    ///
    /// # Errors
    /// Text of another schema or version.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let suite: Self = serde_json::from_str(text)?;
        if suite.version == 1 { Ok(suite) } else { Err(Error::Version(suite.version)) }
    }

    /// Runs every case; `now` (unix seconds) is the time of those that give none.
    #[must_use]
    pub fn run(&self, now: i64) -> Results {
        let results = self.testcases.iter().map(|case| case.run(now)).collect();
        Results::new(results)
    }
}

impl Case {
    /// Runs the case.
    #[must_use]
    pub fn run(&self, now: i64) -> CaseResult {
        let (actual_result, context) = self.decide(now);
        CaseResult { id: self.id.clone(), actual_result, context, expected: self.expected_result }
    }

    fn decide(&self, now: i64) -> (Actual, String) {
        if !self.signature_algorithms.is_empty() {
            return (Actual::Skipped, "a list of signature algorithms is not supported".into());
        }
        let validations = match self.validate(now, |_| {}) {
            Ok(validations) => validations,
            Err(why) => return (Actual::Failure, why),
        };
        let worst = validations.into_iter().max_by_key(|validation| match validation.outcome {
            Outcome::Accept => 0,
            Outcome::Skip => 1,
            Outcome::Reject => 2,
        });
        match worst {
            Some(worst) => {
                let actual = match worst.outcome {
                    Outcome::Accept => Actual::Success,
                    Outcome::Skip => Actual::Skipped,
                    Outcome::Reject => Actual::Failure,
                };
                (actual, worst.reason())
            }
            None => (Actual::Failure, "no validation".into()),
        }
    }

    /// Validates the case's chain, once for each expected name, under a policy that `adjust` may change.
    ///
    /// # Errors
    /// Input that cannot be read: the chain counts as rejected.
    pub fn validate(&self, now: i64, adjust: impl FnOnce(&mut Policy)) -> Result<Vec<Validation>, String> {
        let Input { mut policy, chain, names } = self.input(now)?;
        adjust(&mut policy);
        let validate = |name: Option<PeerName>| validate(&Policy { name, ..policy.clone() }, &chain);
        if names.is_empty() {
            return Ok(vec![validate(None)]);
        }
        Ok(names.into_iter().map(|name| validate(Some(name))).collect())
    }

    /// What the case hands to a validator.
    ///
    /// # Errors
    /// Input that cannot be read.
    pub fn input(&self, now: i64) -> Result<Input, String> {
        let (own, purpose) = match self.validation_kind {
            Kind::Server => ("serverAuth", Purpose::Server),
            Kind::Client => ("clientAuth", Purpose::Client),
        };
        if let Some(other) = self.extended_key_usage.iter().find(|usage| *usage != own) {
            return Err(format!("extended_key_usage: expected {own}, got {other}"));
        }
        // The suite's namespace tells which rules a case is about; the same chain may stand in both.
        let webpki = self.id.starts_with("webpki::");
        let policy = Policy {
            profile: if webpki { Profile::WebPki } else { Profile::Automatic },
            anchors: ders(&self.trusted_certs)?,
            intermediates: ders(&self.untrusted_intermediates)?,
            at: self.validation_time.as_deref().map_or(Ok(now), unix_seconds)?,
            purpose: Some(purpose),
            max_depth: self.max_chain_depth,
            crls: ders(&self.crls)?,
            ..Policy::default()
        };
        let chain = ders(std::slice::from_ref(&self.peer_certificate))?;
        let peers = self.expected_peer_name.iter().chain(&self.expected_peer_names);
        let names = peers.map(Peer::parse).collect::<Result<_, _>>()?;
        Ok(Input { policy, chain, names })
    }
}

impl Peer {
    fn parse(&self) -> Result<PeerName, String> {
        let scheme = match self.kind.as_str() {
            "DNS" => "dns",
            "IP" => "ip",
            "RFC822" => "email",
            other => return Err(format!("peer name: expected DNS, IP or RFC822, got {other}")),
        };
        format!("{scheme}:{}", self.value).parse().map_err(|error: super::NameError| error.to_string())
    }
}

fn ders(pems: &[String]) -> Result<Vec<Vec<u8>>, String> {
    let mut ders = Vec::with_capacity(pems.len());
    for text in pems {
        ders.extend(
            pem::decode(text.as_bytes()).map_err(|error| error.to_string())?.into_iter().map(|block| block.der),
        );
    }
    Ok(ders)
}

/// RFC 3339, cut to the second: `2024-03-01T00:00:00.999+00:00`.
fn unix_seconds(text: &str) -> Result<i64, String> {
    let bad = || format!("validation_time: expected RFC 3339, got {text:?}");
    let (date, rest) = text.split_once('T').ok_or_else(bad)?;
    let numbers = |part: &str, separator: char| -> Option<[i64; 3]> {
        let numbers: Vec<i64> = part.split(separator).map(str::parse).collect::<Result<_, _>>().ok()?;
        numbers.try_into().ok()
    };
    let [year, month, day] = numbers(date, '-').ok_or_else(bad)?;
    let [hour, minute, second] = numbers(rest.get(..8).ok_or_else(bad)?, ':').ok_or_else(bad)?;
    let zone = rest[8..].trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
    let offset = match zone {
        "" | "Z" => 0,
        _ => {
            let (sign, digits) = zone.split_at_checked(1).ok_or_else(bad)?;
            let (hours, minutes) = digits.split_once(':').ok_or_else(bad)?;
            let seconds =
                hours.parse::<i64>().map_err(|_| bad())? * 3600 + minutes.parse::<i64>().map_err(|_| bad())? * 60;
            if sign == "-" { -seconds } else { seconds }
        }
    };
    let month = u8::try_from(month).ok().and_then(|month| time::Month::try_from(month).ok()).ok_or_else(bad)?;
    let year = i32::try_from(year).map_err(|_| bad())?;
    let date = time::Date::from_calendar_date(year, month, u8::try_from(day).map_err(|_| bad())?).map_err(|_| bad())?;
    let midnight = OffsetDateTime::new_utc(date, time::Time::MIDNIGHT).unix_timestamp();
    Ok(midnight + hour * 3600 + minute * 60 + second - offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        assert_eq!(unix_seconds("1970-01-01T00:00:03+00:00"), Ok(3));
        assert_eq!(unix_seconds("2024-03-01T00:00:00.999+00:00"), Ok(1_709_251_200));
        assert_eq!(unix_seconds("2024-03-01T01:00:00+01:00"), Ok(1_709_251_200));
        for bad in ["", "2024-03-01", "2024-13-01T00:00:00Z", "2024-03-01T00:00Z", "2024-03-01T00:00:00x"] {
            assert!(unix_seconds(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn schema_errors_are_errors() {
        assert!(matches!(Suite::parse(r#"{"version":2,"testcases":[]}"#), Err(Error::Version(2))));
        assert!(matches!(Suite::parse("{"), Err(Error::Schema(_))));
    }
}
