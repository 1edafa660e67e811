//! Authorities and revocation lists of any form, encoded by hand.

use chacha20::ChaCha20Rng;
use lab::certificate::issue::{Extension, KeyUse, Limits};
use lab::certificate::{Credential, Policy, Profile, Template, Validation, Validity, validate};
use rand_core::SeedableRng as _;
pub use support::{certificates::AT, tlv::der};

/// Times of lists, in UTCTime.
pub const PAST: &str = "260101000000Z";
pub const BEFORE: &str = "261001000000Z";
pub const AFTER: &str = "270101000000Z";

/// An extension of a list or an entry, by the last arc of 2.5.29.
pub fn extension(arc: u8, critical: bool, value: &[u8]) -> Vec<u8> {
    let critical = if critical { der(0x01, &[&[0xff]]) } else { Vec::new() };
    der(0x30, &[&[0x06, 3, 0x55, 0x1d, arc], &critical, &der(0x04, &[value])])
}

/// A URI as the full name of a distribution point.
pub fn full_name(uri: &str) -> Vec<u8> {
    der(0xa0, &[&der(0xa0, &[&der(0x86, &[uri.as_bytes()])])])
}

/// A common name as the name of a distribution point, relative to the list's issuer.
pub fn relative_name(common_name: &str) -> Vec<u8> {
    let attribute = der(0x30, &[&[0x06, 3, 0x55, 0x04, 3], &der(0x0c, &[common_name.as_bytes()])]);
    der(0xa0, &[&der(0xa1, &[&attribute])])
}

/// An issuing distribution point, critical.
pub fn scope(fields: &[&[u8]]) -> Vec<u8> {
    extension(28, true, &der(0x30, fields))
}

/// That of a list that names certificates of other issuers too.
pub fn indirect() -> Vec<u8> {
    scope(&[&[0x84, 1, 0xff]])
}

/// cRLDistributionPoints of one point, for a certificate.
pub fn point(fields: &[&[u8]]) -> Extension {
    Extension { oid: &[2, 5, 29, 31], critical: false, value: der(0x30, &[&der(0x30, fields)]) }
}

/// keyCompromise and cACompromise, and all others: the content of two ReasonFlags.
pub const SOME_REASONS: &[u8] = &[5, 0b0110_0000];
pub const OTHER_REASONS: &[u8] = &[7, 0b0001_1111, 0b1000_0000];

/// A revocation list; extensions and entries are encoded already.
#[derive(Clone)]
pub struct List {
    pub from: &'static str,
    pub until: &'static str,
    pub number: u8,
    pub entries: Vec<Vec<u8>>,
    pub extensions: Vec<Vec<u8>>,
}

impl List {
    pub fn new(entries: &[Vec<u8>]) -> Self {
        Self { from: BEFORE, until: AFTER, number: 5, entries: entries.to_vec(), extensions: Vec::new() }
    }

    pub fn with(self, extensions: &[Vec<u8>]) -> Self {
        Self { extensions: extensions.to_vec(), ..self }
    }

    /// What changed since the complete list of number `base`.
    pub fn delta(self, base: u8) -> Self {
        let mut extensions = self.extensions.clone();
        extensions.push(extension(27, true, &[2, 1, base]));
        Self { number: 7, extensions, ..self }
    }

    /// Signed with the issuer's key.
    pub fn by(&self, issuer: &Credential) -> Vec<u8> {
        self.under(&der(0x30, &[&[0x06, 3, 0x2b, 0x65, 0x70]]), issuer)
    }

    /// Signed with the issuer's key, and said to be so by this algorithm.
    pub fn under(&self, algorithm: &[u8], issuer: &Credential) -> Vec<u8> {
        let time = |time: &str| der(0x17, &[time.as_bytes()]);
        let entries = if self.entries.is_empty() { Vec::new() } else { der(0x30, &[&self.entries.concat()]) };
        let extensions = [self.extensions.concat(), extension(20, false, &[2, 1, self.number])].concat();
        let extensions = der(0xa0, &[&der(0x30, &[&extensions])]);
        let (from, until) = (time(self.from), time(self.until));
        let list = der(0x30, &[&[2, 1, 1], algorithm, &subject(issuer), &from, &until, &entries, &extensions]);
        let signature = issuer.key().sign(&list);
        der(0x30, &[&list, algorithm, &der(0x03, &[&[0], &signature])])
    }
}

/// The fields of a certificate's signed part, each whole.
fn fields(certificate: &[u8]) -> Vec<Vec<u8>> {
    let inside = |value: &[u8]| {
        let head = if value[1] & 0x80 == 0 { 2 } else { 2 + usize::from(value[1] & 0x7f) };
        let length = value[2..head].iter().fold(0, |length, octet| length << 8 | usize::from(*octet));
        (head, head + if head == 2 { usize::from(value[1]) } else { length })
    };
    let (head, _) = inside(certificate);
    let signed = &certificate[head..];
    let (head, end) = inside(signed);
    let mut rest = &signed[head..end];
    let mut fields = Vec::new();
    while !rest.is_empty() {
        let (field, others) = rest.split_at(inside(rest).1);
        fields.push(field.to_vec());
        rest = others;
    }
    fields
}

/// A certificate's subject, DER.
pub fn subject(credential: &Credential) -> Vec<u8> {
    fields(credential.certificate())[5].clone()
}

/// An entry for a certificate, with its encoded extensions.
pub fn entry(of: &Credential, extensions: &[Vec<u8>]) -> Vec<u8> {
    let serial = fields(of.certificate())[1].clone();
    let extensions = if extensions.is_empty() { Vec::new() } else { der(0x30, &[&extensions.concat()]) };
    der(0x30, &[&serial, &der(0x17, &[PAST.as_bytes()]), &extensions])
}

/// reasonCode.
pub fn reason(code: u8) -> Vec<u8> {
    extension(21, false, &[0x0a, 1, code])
}

/// certificateIssuer.
pub fn certificate_issuer(issuer: &Credential) -> Vec<u8> {
    extension(29, true, &der(0x30, &[&der(0xa4, &[&subject(issuer)])]))
}

/// A root, an authority and a leaf below it, and another leaf of the same authority.
pub struct World {
    pub rng: ChaCha20Rng,
    pub root: Credential,
    pub authority: Credential,
    pub leaf: Credential,
    pub other: Credential,
    /// What is at hand beside the chain.
    pub further: Vec<Vec<u8>>,
}

pub fn authority(name: &str) -> Template {
    Template::authority(name, Validity::around(AT, 90))
}

/// A template that names nothing but a key for signing lists.
pub fn list_signer(name: &str) -> Template {
    Template { authority: None, key_use: KeyUse::Lists, ..authority(name) }
}

impl World {
    /// A leaf with these extensions.
    pub fn new(extensions: &[Extension]) -> Self {
        let mut rng = ChaCha20Rng::from_seed([1; 32]);
        let limits = Some(Limits::default());
        let root = Credential::self_signed(&Template { authority: limits, ..authority("root") }, &mut rng).unwrap();
        let issuer = root.issue(&authority("authority"), &mut rng).unwrap();
        let leaf = Template { authority: None, extensions: extensions.to_vec(), ..authority("leaf") };
        let [leaf, other] = [leaf.clone(), leaf].map(|leaf| issuer.issue(&leaf, &mut rng).unwrap());
        Self { rng, root, authority: issuer, leaf, other, further: Vec::new() }
    }

    pub fn judge(&self, lists: &[Vec<u8>]) -> Validation {
        validate(&self.policy(lists), self.leaf.presented())
    }

    pub fn policy(&self, lists: &[Vec<u8>]) -> Policy {
        Policy {
            anchors: vec![self.root.certificate().to_vec()],
            intermediates: self.further.clone(),
            at: AT,
            crls: lists.to_vec(),
            profile: Profile::Rfc5280,
            ..Policy::default()
        }
    }

    /// Accepted, with the lists deciding.
    #[track_caller]
    pub fn good(&self, lists: &[Vec<u8>]) {
        let found = self.judge(lists);
        assert!(found.accepted(), "{}", found.reason());
        let decided = found.steps.iter().any(|step| step.check == "cert-revoked" && step.cert_index == 0);
        assert!(decided, "no list spoke for the leaf");
    }

    /// Rejected because a list names the leaf.
    #[track_caller]
    pub fn revoked(&self, lists: &[Vec<u8>]) {
        self.rejected(lists, "the issuer withdrew this certificate");
    }

    /// Rejected because no list can be relied on, for this reason.
    #[track_caller]
    pub fn unusable(&self, lists: &[Vec<u8>], why: &str) {
        self.rejected(lists, "revocation cannot be decided");
        self.rejected(lists, why);
    }

    #[track_caller]
    fn rejected(&self, lists: &[Vec<u8>], why: &str) {
        let reason = self.judge(lists).reason();
        assert!(reason.starts_with("cert-revoked of certificate 0") && reason.contains(why), "{reason}");
    }
}
