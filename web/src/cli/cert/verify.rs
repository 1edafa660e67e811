//! `interlock cert verify`

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use lab::certificate::{
    CHECKS, DecodeError, Outcome, PeerName, Policy, PolicyId, PolicyInputs, Profile, Purpose, checks, pem, spki_sha256,
};
use lab::check::{Check, Switches};
use lab::refusal::Refusal;
use serde_json::json;

use super::report::{Report, Show};
use super::{Failure, content, now, read};

/// Arguments of `interlock cert verify`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  interlock cert verify --ca roots.pem --name dns:www.example.org chain.pem
  interlock cert verify --ca roots.pem --crl list.pem --require-revocation --purpose client chain.pem --json
  interlock cert verify --ca old-roots.pem --at 1477023600 --without cert-algorithm chain.pem
  interlock cert verify --ca pki/root.pem --name bob.lab --pin pki/server.pem pki/attacker.pem
  interlock cert verify --ca roots.pem --policy 2.23.140.1.2.2 --require-policy --show failures chain.pem

The first certificate of the chain is the one to be verified; the others may come in any order.

Exit status: 0 accepted, 1 rejected, 2 usage, 3 not decided (`skip`: an algorithm is out of scope).")]
pub struct Verify {
    /// The chain, PEM
    chain: PathBuf,
    /// Trust anchors, PEM
    #[arg(long, value_name = "FILE", required = true)]
    ca: Vec<PathBuf>,
    /// Further certificates for the path, PEM
    #[arg(long, value_name = "FILE")]
    intermediates: Vec<PathBuf>,
    /// Revocation lists, PEM
    #[arg(long, value_name = "FILE")]
    crl: Vec<PathBuf>,
    /// Refuse a certificate without a list of its issuer
    #[arg(long)]
    require_revocation: bool,
    /// Whom the certificate must be for: dns:HOST, ip:ADDRESS or email:MAILBOX
    #[arg(long, value_name = "NAME")]
    name: Option<PeerName>,
    /// What it must be for [default: server if a host or address is named, otherwise anything]
    #[arg(long)]
    purpose: Option<ForPurpose>,
    /// Whose key must stand in the path: SHA-256 of the SubjectPublicKeyInfo in hexadecimal, or a PEM file with the
    /// certificate
    #[arg(long, value_name = "KEY|FILE")]
    pin: Vec<String>,
    /// A certificate policy that is accepted, where one is required [default: any]
    #[arg(long, value_name = "OID")]
    policy: Vec<PolicyId>,
    /// Require that the path is valid under a policy (initial-explicit-policy)
    #[arg(long)]
    require_policy: bool,
    /// Do not let authorities take one policy for another (initial-policy-mapping-inhibit)
    #[arg(long)]
    inhibit_mapping: bool,
    /// Let anyPolicy stand for no policy in particular (initial-any-policy-inhibit)
    #[arg(long)]
    inhibit_any: bool,
    /// Most intermediate authorities
    #[arg(long, value_name = "N")]
    max_depth: Option<usize>,
    /// When, in seconds since 1970 [default: now]
    #[arg(long, value_name = "UNIXTIME", allow_negative_numbers = true)]
    at: Option<i64>,
    /// Which rules: those of RFC 5280 section 6, or also those for issuers [default: the latter for a server's name]
    #[arg(long)]
    profile: Option<Rules>,
    /// Switch a check off
    #[arg(long, value_name = "CHECK", value_parser = check)]
    without: Vec<&'static Check>,
    /// How much of what was checked to print
    #[arg(long, default_value = "short")]
    show: Show,
    /// Print JSON instead
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ForPurpose {
    Server,
    Client,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Rules {
    Rfc5280,
    Webpki,
}

/// A check's id.
fn check(id: &str) -> Result<&'static Check, String> {
    let ids = || CHECKS.iter().map(|check| check.id).collect::<Vec<_>>();
    checks::find(id).ok_or_else(|| Refusal::new("one-of", json!({ "expected": ids() })).to_string())
}

impl Verify {
    pub(super) fn run(&self, out: &mut dyn Write) -> Result<u8, Failure> {
        let (policy, chain) = (self.policy()?, blocks(&self.chain, pem::CERTIFICATE)?);
        let report = Report::of(&policy, &chain);
        if self.json {
            writeln!(out, "{}", report.document())?;
        } else {
            report.tell(out, self.show)?;
        }
        Ok(match report.validation.outcome {
            Outcome::Accept => 0,
            Outcome::Reject => 1,
            Outcome::Skip => 3,
        })
    }

    fn policy(&self) -> Result<Policy, Failure> {
        let all = |files: &[PathBuf], label| -> Result<Vec<Vec<u8>>, Failure> {
            Ok(files.iter().map(|file| blocks(file, label)).collect::<Result<Vec<_>, _>>()?.concat())
        };
        let named = matches!(self.name, Some(PeerName::Dns(_) | PeerName::Ip(_)));
        Ok(Policy {
            anchors: all(&self.ca, pem::CERTIFICATE)?,
            intermediates: all(&self.intermediates, pem::CERTIFICATE)?,
            crls: all(&self.crl, pem::CRL)?,
            require_revocation: self.require_revocation,
            at: self.at.unwrap_or_else(now),
            name: self.name.clone(),
            purpose: match self.purpose {
                Some(ForPurpose::Server) => Some(Purpose::Server),
                Some(ForPurpose::Client) => Some(Purpose::Client),
                None => named.then_some(Purpose::Server),
            },
            max_depth: self.max_depth,
            pins: self.pin.iter().map(|pin| key(pin)).collect::<Result<_, _>>()?,
            policies: PolicyInputs {
                accepted: self.policy.clone(),
                explicit: self.require_policy,
                inhibit_mapping: self.inhibit_mapping,
                inhibit_any: self.inhibit_any,
            },
            profile: match self.profile {
                Some(Rules::Rfc5280) => Profile::Rfc5280,
                Some(Rules::Webpki) => Profile::WebPki,
                None => Profile::Automatic,
            },
            switches: Switches::without(self.without.iter().copied()),
            ..Policy::default()
        })
    }
}

/// A pinned key: in hexadecimal, or that of the first certificate of a file.
fn key(pin: &str) -> Result<[u8; 32], Failure> {
    if pin.len() == 64 && pin.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        let mut key = [0; 32];
        for (octet, digits) in key.iter_mut().zip(pin.as_bytes().chunks(2)) {
            let digits = digits.iter().filter_map(|digit| char::from(*digit).to_digit(16));
            *octet = digits.fold(0, |octet, digit| octet << 4 | digit as u8);
        }
        return Ok(key);
    }
    let file = Path::new(pin);
    let certificate = blocks(file, pem::CERTIFICATE)?.into_iter().next().unwrap_or_default();
    let why = |error: DecodeError| Refusal::new("said", json!({ "text": error.to_string() }));
    spki_sha256(&certificate).map_err(|error| content(file, why(error)))
}

/// The blocks of a PEM file with this label.
fn blocks(file: &Path, label: &str) -> Result<Vec<Vec<u8>>, Failure> {
    let bytes = read(file)?;
    let blocks = pem::decode(&bytes).map_err(|error| content(file, &error))?;
    let (wanted, others): (Vec<_>, Vec<_>) = blocks.into_iter().partition(|block| block.label == label);
    if wanted.is_empty() {
        let got = others.first().map(|other| other.label.escape_debug().to_string());
        // A SEQUENCE of more than 255 bytes.
        let der = bytes.starts_with(&[0x30, 0x82]);
        return Err(content(file, Refusal::new("no-block", json!({ "label": label, "got": got, "der": der }))));
    }
    Ok(wanted.into_iter().map(|block| block.der).collect())
}
