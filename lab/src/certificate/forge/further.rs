//! More flaws of the same kinds, which tell real software apart: variants of the attacks, each with its check.

use super::{Claim, Forgery, Signer, row};
use crate::certificate::checks;

/// Variants of certificate attacks that are carried out against real software.
pub const FURTHER: &[Forgery] = &[
    row(
        "forge-unknown-ca:sent",
        Signer::StrangerSent,
        Claim::Honest,
        checks::CHAIN,
        "made an authority of its own, and sends its self-signed certificate along",
    ),
    row(
        "forge-name:below",
        Signer::Genuine,
        Claim::NameBelow,
        checks::NAME,
        "presents its own certificate, for a name that begins with the victim's",
    ),
    row(
        "forge-name:above",
        Signer::Genuine,
        Claim::NameAbove,
        checks::NAME,
        "presents a certificate for the domain in which the victim's name is",
    ),
    row(
        "forge-name:common-name",
        Signer::Genuine,
        Claim::CommonNameOnly,
        checks::NAME,
        "presents a certificate that says the victim's name only where nobody has to look any more",
    ),
    row(
        "forge-expired:second",
        Signer::Genuine,
        Claim::ExpiredJustNow,
        checks::VALIDITY,
        "found the key of a certificate that expired a second ago",
    ),
    row(
        "forge-not-yet:hour",
        Signer::Genuine,
        Claim::InAnHour,
        checks::VALIDITY,
        "obtained a certificate that is valid in an hour",
    ),
    row(
        "forge-purpose:authority",
        Signer::OtherPurpose,
        Claim::Honest,
        checks::PURPOSE,
        "misused an authority for the other side of connections",
    ),
    row(
        "forge-name-constraint:above",
        Signer::ConstrainedAbove,
        Claim::Honest,
        checks::NAME_CONSTRAINTS,
        "made an authority for the victim's domain below one that is limited to another",
    ),
    row(
        "forge-revoked:authority",
        Signer::Revoked,
        Claim::Honest,
        checks::REVOKED,
        "uses the key of an authority whose certificate was revoked",
    ),
];
