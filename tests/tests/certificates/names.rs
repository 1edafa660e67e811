//! Names under name constraints: what breaks the grammar of its type is refused wherever a constraint of that type is, and
//! what keeps it is decided by the constraint.

use chacha20::ChaCha20Rng;
use lab::certificate::issue::Extension;
use lab::certificate::{Credential, Policy, Profile, Purpose, Status, Template, Validity, validate};
use rand_core::SeedableRng as _;
use support::{
    certificates::{AT, sign},
    tlv::{Node, der},
};

const NAMES: &[u64] = &[2, 5, 29, 17];
const CONSTRAINTS: &[u64] = &[2, 5, 29, 30];
// The tags of general names.
const OTHER: u8 = 0xa0;
const MAILBOX: u8 = 0x81;
const DNS: u8 = 0x82;
const URI: u8 = 0x86;
const ADDRESS: u8 = 0x87;
const X400: u8 = 0xa3;
const DIRECTORY: u8 = 0xa4;
const EDI: u8 = 0xa5;
const REGISTERED: u8 = 0x88;
/// Where a TBSCertificate of version 3 has its subject.
const SUBJECT: usize = 5;

/// A general name, or a subtree's base: tag and content.
type Name = (u8, Vec<u8>);

fn name(tag: u8, text: &str) -> Name {
    (tag, text.as_bytes().to_vec())
}

/// An otherName of type SmtpUTF8Mailbox.
fn internationalised(text: &str) -> Name {
    let oid = [0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x08, 0x09];
    (OTHER, [oid.to_vec(), der(0xa0, &[&der(0x0c, &[text.as_bytes()])])].concat())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum List {
    Permitted = 0xa0,
    Excluded = 0xa1,
}

/// How the check of name constraints ends for a leaf of this name below an authority under one constraint.
fn judge(list: List, base: &Name, name: &Name, profile: Profile) -> Status {
    judge_altered(list, base, name, profile, |_| {})
}

/// The same of a leaf in whose content something was altered before it was signed.
fn judge_altered(list: List, base: &Name, name: &Name, profile: Profile, alter: impl Fn(&mut Node)) -> Status {
    let rng = &mut ChaCha20Rng::from_seed([1; 32]);
    let validity = Validity::around(AT, 90);
    let subtree = der(0x30, &[&der(base.0, &[&base.1])]);
    let constraints =
        Extension { oid: CONSTRAINTS, critical: true, value: der(0x30, &[&der(list as u8, &[&subtree])]) };
    let authority = Template { extensions: vec![constraints], ..Template::authority("root", validity) };
    let root = Credential::self_signed(&authority, rng).unwrap();
    let names = Extension { oid: NAMES, critical: false, value: der(0x30, &[&der(name.0, &[&name.1])]) };
    let leaf = Template {
        names: Vec::new(),
        extensions: vec![names],
        ..Template::leaf("leaf.example", Purpose::Server, validity)
    };
    let leaf = root.issue(&leaf, rng).unwrap();
    let mut leaf = Node::parse(leaf.certificate()).unwrap();
    alter(&mut leaf.nodes_mut()[0]);
    let policy = Policy { anchors: vec![root.certificate().to_vec()], at: AT, profile, ..Policy::default() };
    let validation = validate(&policy, &[sign(&mut leaf, &root)]);
    validation.status("cert-name-constraints").unwrap()
}

fn rfc5280(list: List, base: &Name, name: &Name) -> Status {
    judge(list, base, name, Profile::Rfc5280)
}

/// Every combination of parts in which at least one breaks the grammar: the first of each list keeps it.
fn malformed(parts: &[&[&str]]) -> Vec<String> {
    let all = parts.iter().fold(vec![(String::new(), true)], |texts, choices| {
        let extend = |(text, sound): &(String, bool)| -> Vec<_> {
            let next = choices.iter().enumerate();
            next.map(|(i, part)| (format!("{text}{part}"), *sound && i == 0)).collect()
        };
        texts.iter().flat_map(extend).collect()
    });
    all.into_iter().filter(|(_, sound)| !sound).map(|(text, _)| text).collect()
}

/// Hosts of which the first is one, and none of the others.
const HOSTS: &[&str] = &[
    "ok.example",
    "",
    ".",
    ".ok.example",
    "ok.example.",
    "ok..example",
    " ok.example",
    "ok.example ",
    "-ok.example",
    "ok-.example",
    "ok.exam ple",
    "ok.example\0",
    "evil.test\0.ok.example",
    "evil.test@ok.example",
    "evil.test\\@ok.example",
    "192.0.2.1",
    "[192.0.2.1]",
    "[2001:db8::1]",
    "ok.example%2e",
    "o*.example",
];

/// Refused under permitted and excluded subtrees alike, whether the name seems to lie within or not; passed where only
/// another type is constrained.
fn refused(tag: u8, texts: &[String], bases: &[&str], make: impl Fn(&str) -> Name) {
    assert!(texts.len() > 15);
    let unrelated = if tag == DNS { name(URI, "evil.test") } else { name(DNS, "evil.test") };
    for text in texts {
        let presented = make(text);
        for base in bases {
            for list in [List::Permitted, List::Excluded] {
                assert_eq!(rfc5280(list, &name(tag, base), &presented), Status::Failed, "{text:?}, {list:?} {base:?}");
            }
        }
        assert_eq!(rfc5280(List::Excluded, &unrelated, &presented), Status::Passed, "{text:?}");
    }
}

#[test]
fn malformed_host_names_are_refused() {
    refused(DNS, &malformed(&[HOSTS]), &["ok.example", "example", "evil.test", "elsewhere.test", ""], |t| name(DNS, t));
}

#[test]
fn malformed_mailboxes_are_refused() {
    let locals: &[&str] = &["a", "", "a b", "a..b", ".a", "a.", "\"a", "a\"", "a@b", "A <a", "a(b)", "a\0"];
    let mut hosts = HOSTS.to_vec();
    hosts.push("*.ok.example");
    let mut texts = malformed(&[locals, &["@"], &hosts]);
    texts.extend(["ok.example".to_owned(), "a".to_owned(), String::new()]);
    refused(MAILBOX, &texts, &["ok.example", ".example", "evil.test", "a@ok.example", "a@elsewhere.test"], |t| {
        name(MAILBOX, t)
    });
}

#[test]
fn malformed_internationalised_mailboxes_are_refused() {
    let locals: &[&str] = &["é", "é b", "é..b", "\"é", "é@b", "é\0"];
    let mut hosts = HOSTS.to_vec();
    hosts.extend(["*.ok.example", "é.example"]);
    let texts = malformed(&[locals, &["@"], &hosts]);
    refused(MAILBOX, &texts, &["ok.example", ".example", "evil.test", "a@ok.example"], internationalised);
}

#[test]
fn malformed_uris_are_refused() {
    let schemes: &[&str] = &["http", "", "1http", "ht tp"];
    let middles: &[&str] = &["://", ":", "//"];
    let mut hosts = HOSTS.to_vec();
    hosts.extend(["*.ok.example", "u ser@ok.example", "ok.example:a443", "ok.example:80:80", "ok.example:-1"]);
    let tails: &[&str] = &["/path?query#fragment", "/pa th", "/pa\\th", "/%4", "/#a#b", "/\0"];
    // `user@host` is a URI's, and `host/` too: what only looks malformed beside another sound part is left out.
    let hosts: Vec<_> = hosts.into_iter().filter(|host| *host != "evil.test@ok.example").collect();
    let texts = malformed(&[schemes, middles, &hosts, tails]);
    refused(URI, &texts, &["ok.example", ".example", "evil.test"], |t| name(URI, t));
}

/// What keeps the grammar is decided by the constraint.
#[test]
fn sound_names_are_compared() {
    use List::{Excluded, Permitted};
    use Status::{Failed, Passed};
    let mapped = |last: u8| [&[0; 10][..], &[0xff, 0xff, 192, 0, 2, last]].concat();
    let v4_network = (ADDRESS, vec![192, 0, 2, 0, 255, 255, 255, 0]);
    let mapped_network = (ADDRESS, [mapped(0), vec![0xff; 15], vec![0]].concat());
    let whole_v6 = (ADDRESS, vec![0; 32]);
    for (list, base, presented, expected) in [
        (Permitted, name(DNS, "ok.example"), name(DNS, "a.ok.example"), Passed),
        (Permitted, name(DNS, "ok.example"), name(DNS, "evil.test"), Failed),
        (Excluded, name(DNS, "evil.test"), name(DNS, "ok.example"), Passed),
        (Excluded, name(DNS, "evil.test"), name(DNS, "a.EVIL.test"), Failed),
        (Excluded, name(DNS, "a.evil.test"), name(DNS, "*.test"), Passed),
        (Excluded, name(DNS, "evil.test"), name(DNS, "*.test"), Failed),
        (Permitted, name(MAILBOX, "ok.example"), name(MAILBOX, "a@ok.example"), Passed),
        (Permitted, name(MAILBOX, "ok.example"), name(MAILBOX, "a@a.ok.example"), Failed),
        (Permitted, name(MAILBOX, ".ok.example"), name(MAILBOX, "a@a.ok.example"), Passed),
        (Permitted, name(MAILBOX, "a@ok.example"), name(MAILBOX, "\"\\a\"@OK.example"), Passed),
        (Permitted, name(MAILBOX, "a@ok.example"), name(MAILBOX, "A@ok.example"), Failed),
        (Permitted, name(MAILBOX, "ok.example"), name(MAILBOX, "\"a@evil.test\"@ok.example"), Passed),
        (Excluded, name(MAILBOX, "evil.test"), name(MAILBOX, "\"a@ok.example\"@evil.test"), Failed),
        (Permitted, name(MAILBOX, "ok.example"), internationalised("é@ok.example"), Passed),
        (Permitted, name(MAILBOX, "ok.example"), internationalised("é@evil.test"), Failed),
        (Excluded, name(MAILBOX, "evil.test"), internationalised("é@evil.test"), Failed),
        (Excluded, name(MAILBOX, ".evil.test"), internationalised("é@a.evil.test"), Failed),
        (Excluded, name(MAILBOX, "evil.test"), internationalised("é@ok.example"), Passed),
        (Permitted, name(URI, "ok.example"), name(URI, "http://user@ok.example:80/a?b#c"), Passed),
        (Permitted, name(URI, ".ok.example"), name(URI, "http://a.ok.example"), Passed),
        (Excluded, name(URI, "evil.test"), name(URI, "http://ok.example@evil.test/"), Failed),
        (Permitted, v4_network.clone(), (ADDRESS, vec![192, 0, 2, 7]), Passed),
        (Permitted, v4_network.clone(), (ADDRESS, vec![192, 0, 3, 7]), Failed),
        // RFC 4291 section 2.5.5.2: peers take an IPv4-mapped address for the other one.
        (Excluded, v4_network.clone(), (ADDRESS, mapped(7)), Failed),
        (Permitted, v4_network, (ADDRESS, mapped(7)), Failed),
        (Excluded, mapped_network.clone(), (ADDRESS, vec![192, 0, 2, 7]), Failed),
        (Excluded, mapped_network, (ADDRESS, vec![192, 0, 3, 7]), Passed),
        (Excluded, whole_v6, (ADDRESS, vec![192, 0, 2, 7]), Passed),
    ] {
        assert_eq!(rfc5280(list, &base, &presented), expected, "{presented:02x?} under {list:?} {base:02x?}");
    }
}

/// Forms of constraints that RFC 5280 does not have, but that others read alike: issuers are held to the standard's, and
/// who only relies on a certificate reads them as the others do.
#[test]
fn forms_beyond_the_standard() {
    use List::{Excluded, Permitted};
    use Status::{Failed, Passed};
    for (list, base, presented, expected) in [
        (Permitted, name(DNS, ".ok.example"), name(DNS, "a.ok.example"), Passed),
        (Permitted, name(DNS, ".ok.example"), name(DNS, "ok.example"), Failed),
        (Permitted, name(DNS, ".ok.example"), (ADDRESS, vec![192, 0, 2, 7]), Passed),
        (Excluded, name(DNS, ".evil.test"), name(DNS, "a.evil.test"), Failed),
        (Excluded, name(DNS, ".evil.test"), name(DNS, "evil.test"), Passed),
        (Permitted, name(MAILBOX, ""), name(MAILBOX, "a@ok.example"), Passed),
        (Excluded, name(MAILBOX, ""), name(MAILBOX, "a@ok.example"), Failed),
        (Permitted, name(URI, ""), name(URI, "http://ok.example/"), Passed),
        (Excluded, name(URI, ""), name(URI, "http://ok.example/"), Failed),
    ] {
        assert_eq!(rfc5280(list, &base, &presented), expected, "{presented:02x?} under {list:?} {base:02x?}");
        assert_eq!(judge(list, &base, &presented, Profile::WebPki), Failed, "{base:02x?}");
    }
    for base in ["..ok.example", ".", "*.ok.example", "ok.example.", "ok..example"] {
        assert_eq!(rfc5280(Permitted, &name(DNS, base), &name(DNS, "a.ok.example")), Failed, "{base}");
    }
}

/// RFC 5280 section 4.2.1.10: "If no name of the type is in the certificate, the certificate is acceptable"; a name of its type that
/// nobody reads is not. Two of each type: as a name, and as the base of a subtree.
#[test]
fn a_constraint_is_for_names_of_its_type() {
    let organisation = |name: &str| {
        let attribute = der(0x30, &[&[0x06, 3, 0x55, 4, 10], &der(0x0c, &[name.as_bytes()])]);
        der(0x30, &[&der(0x31, &[&attribute])])
    };
    let principal = [0x06, 10, 0x2b, 6, 1, 4, 1, 0x82, 0x37, 20, 2, 3];
    let other = |text: &str| (OTHER, [principal.to_vec(), der(0xa0, &[&der(0x0c, &[text.as_bytes()])])].concat());
    let edi = |text: &str| (EDI, der(0xa1, &[&der(0x0c, &[text.as_bytes()])]));
    let types: [(Name, Name); 9] = [
        (other("a"), other("b")),
        (name(MAILBOX, "a@ok.example"), name(MAILBOX, "evil.test")),
        (name(DNS, "ok.example"), name(DNS, "evil.test")),
        ((X400, der(0x30, &[])), (X400, der(0x30, &[]))),
        ((DIRECTORY, organisation("a")), (DIRECTORY, organisation("b"))),
        (edi("a"), edi("b")),
        (name(URI, "http://ok.example"), name(URI, "evil.test")),
        ((ADDRESS, vec![192, 0, 2, 1]), (ADDRESS, vec![198, 51, 100, 0, 255, 255, 255, 0])),
        ((REGISTERED, vec![0x2a, 3, 4]), (REGISTERED, vec![0x2a, 3, 5])),
    ];
    for (of, (_, base)) in types.iter().enumerate() {
        for (is, (presented, _)) in types.iter().enumerate() {
            let readable = ![OTHER, X400, EDI, REGISTERED].contains(&base.0);
            let expected = if of == is && !readable { Status::Failed } else { Status::Passed };
            let told = format!("{presented:02x?} under {base:02x?}");
            assert_eq!(rfc5280(List::Excluded, base, presented), expected, "{told}");
            // Every leaf has a subject, so that a directory of others alone permits none.
            let expected = if of == is || base.0 == DIRECTORY { Status::Failed } else { Status::Passed };
            assert_eq!(rfc5280(List::Permitted, base, presented), expected, "{told}");
        }
    }
}

/// RFC 5280 section 4.2.1.10: where no mailbox is among the alternative names, those in the subject are held to the constraint.
#[test]
fn mailboxes_in_the_subject() {
    let address = |mailbox: &'static str| {
        move |leaf: &mut Node| {
            let oid = [0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1];
            let attribute = der(0x31, &[&der(0x30, &[&oid, &der(0x16, &[mailbox.as_bytes()])])]);
            leaf.nodes_mut()[SUBJECT].nodes_mut().push(Node::parse(&attribute).unwrap());
        }
    };
    let (host, mailbox) = (name(DNS, "ok.example"), name(MAILBOX, "a@ok.example"));
    for (list, base, names, subject, expected) in [
        (List::Permitted, "ok.example", &host, "a@ok.example", Status::Passed),
        (List::Permitted, "ok.example", &host, "a@evil.test", Status::Failed),
        (List::Excluded, "evil.test", &host, "a@evil.test", Status::Failed),
        (List::Excluded, "evil.test", &host, "a@ok.example", Status::Passed),
        (List::Permitted, "ok.example", &mailbox, "a@evil.test", Status::Passed),
        (List::Excluded, "evil.test", &mailbox, "a@evil.test", Status::Passed),
    ] {
        let found = judge_altered(list, &name(MAILBOX, base), names, Profile::Rfc5280, address(subject));
        assert_eq!(found, expected, "{subject} beside {names:02x?} under {list:?} {base}");
    }
}
