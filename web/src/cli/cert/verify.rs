//! `interlock cert verify`

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use lab::certificate::{
    Origin, Outcome, PeerName, Policy, Profile, Purpose, RULES, Status, Step, Summary, Validation, checks, pem,
    validate,
};
use lab::check::{Check, Switches};
use serde_json::json;

use super::{Failure, content, now, read};
use crate::cli::style;

/// Arguments of `interlock cert verify`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  interlock cert verify --ca roots.pem --name dns:www.example.org chain.pem
  interlock cert verify --ca roots.pem --crl list.pem --require-revocation --purpose client chain.pem --json
  interlock cert verify --ca old-roots.pem --at 1477023600 --without cert-algorithm chain.pem

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
    let ids = || RULES.iter().map(|rule| rule.check.id).collect::<Vec<_>>().join(", ");
    checks::find(id).ok_or_else(|| format!("expected one of {}", ids()))
}

impl Verify {
    pub(super) fn run(&self, out: &mut dyn Write) -> Result<u8, Failure> {
        let (policy, chain) = (self.policy()?, blocks(&self.chain, pem::CERTIFICATE)?);
        let validation = validate(&policy, &chain);
        let path: Vec<_> = validation
            .path
            .iter()
            .map(|origin| (*origin, origin.certificate(&policy, &chain).and_then(|der| Summary::of(der).ok())))
            .collect();
        if self.json {
            writeln!(out, "{}", document(&validation, &path))?;
        } else {
            tell(out, &validation, &path)?;
        }
        Ok(match validation.outcome {
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

/// The blocks of a PEM file with this label.
fn blocks(file: &Path, label: &str) -> Result<Vec<Vec<u8>>, Failure> {
    let bytes = read(file)?;
    let blocks = pem::decode(&bytes).map_err(|error| content(file, error.to_string()))?;
    let (wanted, others): (Vec<_>, Vec<_>) = blocks.into_iter().partition(|block| block.label == label);
    if wanted.is_empty() {
        let got = match others.first() {
            Some(other) => format!("`-----BEGIN {}-----`", other.label.escape_debug()),
            // A SEQUENCE of more than 255 bytes.
            None if bytes.starts_with(&[0x30, 0x82]) => {
                "what looks like DER, which base64 between such lines makes PEM".into()
            }
            None => "no PEM block".into(),
        };
        return Err(content(file, format!("expected `-----BEGIN {label}-----`, got {got}")));
    }
    Ok(wanted.into_iter().map(|block| block.der).collect())
}

/// One certificate of the path: where it came from, and what it says.
type Link = (Origin, Option<Summary>);

fn document(validation: &Validation, path: &[Link]) -> serde_json::Value {
    let checks: Vec<_> = validation
        .steps
        .iter()
        .map(|step| {
            json!({
                "check": step.check,
                "cert_index": step.cert_index,
                "ok": step.ok(),
                "why": step.why,
                "status": step.status,
                "expected": step.expected,
                "observed": step.observed,
            })
        })
        .collect();
    let path: Vec<_> =
        path.iter().map(|(origin, summary)| json!({ "origin": origin, "certificate": summary })).collect();
    json!({
        "result": validation.outcome,
        "reason": validation.reason,
        "checks": checks,
        "path": path,
        "left_out": validation.left_out,
    })
}

fn tell(out: &mut dyn Write, validation: &Validation, path: &[Link]) -> std::io::Result<()> {
    let unread = validation.steps.iter().filter(|step| step.cert_index >= path.len());
    for step in unread {
        line(out, step)?;
    }
    for (index, (origin, summary)) in path.iter().enumerate().rev() {
        let place = match origin {
            Origin::Presented(at) => format!("presented as number {at}"),
            Origin::Intermediate(at) => format!("intermediate {at}"),
            Origin::Anchor(at) => format!("trust anchor {at}"),
        };
        let subject = summary.as_ref().map_or("unreadable", |summary| summary.subject.as_str());
        writeln!(
            out,
            "{} {}",
            style::head(format_args!("certificate {index}: {subject}")),
            style::faint(format_args!("({place})"))
        )?;
        for step in validation.steps.iter().filter(|step| step.cert_index == index) {
            line(out, step)?;
        }
    }
    for note in &validation.left_out {
        writeln!(out, "{} {note}", style::altered("left out:"))?;
    }
    let word = match validation.outcome {
        Outcome::Accept => style::good("accept"),
        Outcome::Reject => style::bad("reject"),
        Outcome::Skip => style::altered("skip"),
    };
    writeln!(out, "{word}: {}", validation.reason)
}

fn line(out: &mut dyn Write, step: &Step) -> std::io::Result<()> {
    let mark = match step.status {
        Status::Passed => style::good("✓"),
        Status::Failed => style::bad("✗"),
        Status::Unsupported => style::altered("?"),
        Status::Skipped => style::altered("○"),
    };
    writeln!(out, "  {mark} {:<25} {}", step.check, step.why)?;
    writeln!(out, "    {:<25} {} {}", "", style::faint("expected"), step.expected)?;
    writeln!(out, "    {:<25} {} {}", "", style::faint("observed"), step.observed)
}
