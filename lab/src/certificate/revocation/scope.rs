//! What a revocation list covers: distribution points, reasons and kinds of certificates (RFC 5280 sections 4.2.1.13,
//! 5.2.5 and 6.3.3 (b) to (d)).

use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer as _;
use x509_parser::x509::X509Name;

use crate::certificate::decode::Certificate;
use crate::certificate::reason::Useless;
use crate::certificate::{der, dn};

/// 2.5.29.31, cRLDistributionPoints.
const DISTRIBUTION_POINTS: &[u8] = &[0x55, 0x1d, 0x1f];
/// Distribution points of one certificate, and names of one point, that are looked at.
const LOOKED_AT: usize = 16;

/// Reasons for revocation, one bit each, the first in the lowest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reasons(u16);

impl Reasons {
    pub(super) const NONE: Self = Self(0);
    /// keyCompromise (1) to aACompromise (8); the first bit is unused.
    pub(super) const ALL: Self = Self(0b1_1111_1110);

    /// From the content of a BIT STRING.
    fn read(content: &[u8]) -> Option<Self> {
        let (_unused, octets) = content.split_first()?;
        let bits = octets
            .iter()
            .take(2)
            .enumerate()
            .fold(0, |bits, (i, octet)| bits | u16::from(octet.reverse_bits()) << (8 * i));
        Some(Self(bits & Self::ALL.0))
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(super) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// The name of a distribution point.
#[derive(Debug)]
enum PointName<'a> {
    Full(Vec<GeneralName<'a>>),
    /// nameRelativeToCRLIssuer, with the issuer's name before it: a Name in DER.
    Relative(Vec<u8>),
}

impl<'a> PointName<'a> {
    /// From the content of `distributionPoint [0]`; `issuer` is whom a relative name is relative to.
    fn read(content: &'a [u8], issuer: Option<&X509Name<'_>>) -> Option<Self> {
        match *elements(content)?.as_slice() {
            [(0xa0, names)] => Some(Self::Full(general_names(names)?)),
            [(0xa1, attributes)] => {
                let issuer = der::content(issuer?.as_raw())?;
                Some(Self::Relative(wrapped(0x30, &[issuer, &wrapped(0x31, &[attributes])])))
            }
            _ => None,
        }
    }

    fn names(&self) -> Vec<GeneralName<'_>> {
        match self {
            Self::Full(names) => names.iter().take(LOOKED_AT).cloned().collect(),
            Self::Relative(name) => {
                X509Name::from_der(name).map(|(_, name)| GeneralName::DirectoryName(name)).into_iter().collect()
            }
        }
    }

    fn meets(&self, others: &[GeneralName<'_>]) -> bool {
        self.names().iter().any(|own| others.iter().take(LOOKED_AT).any(|other| same_name(own, other)))
    }
}

/// One place where a certificate says that lists are.
#[derive(Debug)]
pub(super) struct Point<'a> {
    name: Option<PointName<'a>>,
    reasons: Option<Reasons>,
    /// Who signs the list, if not the certificate's issuer.
    issuer: Option<Vec<GeneralName<'a>>>,
}

impl<'a> Point<'a> {
    /// The certificate's distribution points, and the one that is always there: the issuer's own lists (section 6.3.3,
    /// last paragraph). Points that cannot be read cover nothing.
    pub(super) fn of(certificate: &'a Certificate<'a>) -> Vec<Self> {
        let extensions = certificate.x509.extensions();
        let stated = extensions.iter().find(|extension| extension.oid.as_bytes() == DISTRIBUTION_POINTS);
        let stated = stated.and_then(|extension| elements(der::content(extension.value)?)).unwrap_or_default();
        let stated = stated.iter().take(LOOKED_AT).filter_map(|(_, point)| Self::read(point, certificate.issuer()));
        let issuer = GeneralName::DirectoryName(certificate.issuer().clone());
        let own = Self { name: Some(PointName::Full(vec![issuer])), reasons: None, issuer: None };
        stated.chain([own]).collect()
    }

    fn read(content: &'a [u8], issuer: &X509Name<'_>) -> Option<Self> {
        let fields = elements(content)?;
        let field = |tag: u8| fields.iter().find(|(found, _)| *found == tag).map(|(_, content)| *content);
        let signer = match field(0xa2) {
            Some(names) => Some(general_names(names)?),
            None => None,
        };
        // A relative name follows the list's issuer where one is named, the certificate's otherwise.
        let base = match signer.as_deref() {
            None => Some(issuer),
            Some([GeneralName::DirectoryName(name)]) => Some(name),
            Some(_) => None,
        };
        let name = match field(0xa0) {
            Some(name) => Some(PointName::read(name, base)?),
            None => None,
        };
        let reasons = match field(0x81) {
            Some(reasons) => Some(Reasons::read(reasons)?),
            None => None,
        };
        Some(Self { name, reasons, issuer: signer })
    }

    /// Whether the point says that lists of this issuer, who is not the certificate's own, speak for it.
    pub(super) fn names_issuer(&self, issuer: &X509Name<'_>) -> bool {
        let names = self.issuer.iter().flatten().take(LOOKED_AT);
        names.into_iter().any(|name| matches!(name, GeneralName::DirectoryName(name) if dn::equal(name, issuer)))
    }
}

/// The kind of certificates that a list is limited to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Only {
    Users,
    Authorities,
    Attributes,
}

/// An issuing distribution point: what a list is limited to.
#[derive(Debug)]
pub(super) struct Scope<'a> {
    /// The extension's value: two lists are of one scope if this is the same.
    pub(super) value: &'a [u8],
    name: Option<PointName<'a>>,
    only: Option<Only>,
    reasons: Option<Reasons>,
    /// Whether the list names certificates of other issuers.
    pub(super) indirect: bool,
}

impl<'a> Scope<'a> {
    /// Reads the extension of a list of `issuer`; `None` where any of it cannot be read.
    pub(super) fn read(value: &'a [u8], issuer: &X509Name<'_>) -> Option<Self> {
        let mut scope = Self { value, name: None, only: None, reasons: None, indirect: false };
        for (tag, content) in elements(der::content(value)?)? {
            match (tag, content) {
                (0xa0, name) => scope.name = Some(PointName::read(name, Some(issuer))?),
                (0x81 | 0x82 | 0x85, [0xff]) if scope.only.is_some() => return None,
                (0x81, [0xff]) => scope.only = Some(Only::Users),
                (0x82, [0xff]) => scope.only = Some(Only::Authorities),
                (0x85, [0xff]) => scope.only = Some(Only::Attributes),
                (0x83, reasons) => scope.reasons = Some(Reasons::read(reasons)?),
                (0x84, [0xff]) => scope.indirect = true,
                _ => return None,
            }
        }
        Some(scope)
    }
}

/// For which reasons a list of `issuer` and this scope speaks for the certificate through one of its points
/// (section 6.3.3 (b) and (d)).
///
/// # Errors
/// Why it does not.
pub(super) fn covered(
    issuer: &X509Name<'_>,
    scope: Option<&Scope<'_>>,
    point: &Point<'_>,
    certificate: &Certificate<'_>,
) -> Result<Reasons, Useless> {
    match &point.issuer {
        None if !dn::equal(issuer, certificate.issuer()) => return Err(Useless::Foreign),
        Some(_) if !point.names_issuer(issuer) => return Err(Useless::Foreign),
        Some(_) if !scope.is_some_and(|scope| scope.indirect) => {
            return Err(Useless::NotIndirect);
        }
        _ => {}
    }
    let Some(scope) = scope else { return Ok(point.reasons.unwrap_or(Reasons::ALL)) };
    let same_point = match (&scope.name, &point.name, &point.issuer) {
        (None, ..) => true,
        (Some(own), Some(name), _) => own.meets(&name.names()),
        (Some(own), None, Some(issuers)) => own.meets(issuers),
        (Some(_), None, None) => false,
    };
    match scope.only {
        Some(Only::Attributes) => Err(Useless::AttributesOnly),
        Some(Only::Users) if certificate.is_authority() => Err(Useless::UsersOnly),
        Some(Only::Authorities) if !certificate.is_authority() => Err(Useless::AuthoritiesOnly),
        _ if !same_point => Err(Useless::OtherPoint),
        _ => Ok(scope.reasons.unwrap_or(Reasons::ALL).and(point.reasons.unwrap_or(Reasons::ALL))),
    }
}

fn same_name(a: &GeneralName<'_>, b: &GeneralName<'_>) -> bool {
    match (a, b) {
        (GeneralName::DirectoryName(a), GeneralName::DirectoryName(b)) => dn::equal(a, b),
        (a, b) => a == b,
    }
}

/// The values in the content of a constructed one: tag and content of each. `None` if they are not DER.
pub(super) fn elements(content: &[u8]) -> Option<Vec<(u8, &[u8])>> {
    wholes(content)?.into_iter().map(|whole| Some((*whole.first()?, der::content(whole)?))).collect()
}

/// The same values, each whole.
fn wholes(mut content: &[u8]) -> Option<Vec<&[u8]>> {
    let mut wholes = Vec::new();
    while !content.is_empty() {
        let (whole, rest) = der::split(content)?;
        wholes.push(whole);
        content = rest;
    }
    Some(wholes)
}

/// The content of GeneralNames.
pub(super) fn general_names(content: &[u8]) -> Option<Vec<GeneralName<'_>>> {
    wholes(content)?.into_iter().map(|whole| GeneralName::from_der(whole).ok().map(|(_, name)| name)).collect()
}

/// One value around others, in DER.
fn wrapped(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut value = vec![tag];
    let octets = length.to_be_bytes();
    match length {
        0..=0x7f => value.push(octets[octets.len() - 1]),
        _ => {
            let octets = &octets[length.leading_zeros() as usize / 8..];
            // At most eight octets, so that the sum has its high bit from the constant alone.
            value.push(0x80 | u8::try_from(octets.len()).unwrap_or(8));
            value.extend_from_slice(octets);
        }
    }
    parts.iter().for_each(|part| value.extend_from_slice(part));
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bits of RFC 5280 section 4.2.1.13, the first in the highest bit of the first octet.
    #[test]
    fn reasons() {
        assert_eq!(Reasons::read(&[6, 0b0100_0000]), Some(Reasons(1 << 1)));
        assert_eq!(Reasons::read(&[7, 0b0000_0000, 0b1000_0000]), Some(Reasons(1 << 8)));
        assert_eq!(Reasons::read(&[7, 0b0111_1111, 0b1000_0000]), Some(Reasons::ALL));
        // The unused bit is no reason.
        assert_eq!(Reasons::read(&[0, 0b1000_0000]), Some(Reasons::NONE));
        // Nor is any beyond the eighth.
        assert_eq!(Reasons::read(&[0, 0xff, 0xff, 0xff]), Some(Reasons::ALL));
        assert_eq!(Reasons::read(&[]), None);
    }

    #[test]
    fn wrapping() {
        assert_eq!(wrapped(0x30, &[&[5, 0], &[5, 0]]), [0x30, 4, 5, 0, 5, 0]);
        assert_eq!(wrapped(0x30, &[&[0; 0x80]])[..3], [0x30, 0x81, 0x80]);
        assert_eq!(wrapped(0x30, &[&[0; 0x100]])[..4], [0x30, 0x82, 1, 0]);
    }
}
