//! The interpreter over terms instead of bytes: what it computes with is the algebra's business alone.
//!
//! A term is a name or a function of terms (Dolev and Yao, 1983). Two terms are equal where they are written alike; the
//! one equation, (g^y)^x = (g^x)^y, is in how an agreement is written.

use lab::{
    algebra::{Algebra, Misfit},
    check::Switches,
    finding::Finding,
    handshake::{Handshake, Output, Stop},
    misfit::{Given, Need},
    mode::{Message, Mode, Relation, Source},
    modes,
    role::Role,
    term::{Op, Padding, Sort},
    wire::Kind,
};

/// A name, or a function of terms.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Term(String, Vec<Term>);

fn name(name: &str) -> Term {
    Term(name.to_owned(), Vec::new())
}

fn of(function: impl ToString, args: impl Into<Vec<Term>>) -> Term {
    Term(function.to_string(), args.into())
}

/// Computes with terms; fresh names carry the party's.
#[derive(Clone)]
struct Terms {
    party: &'static str,
}

impl Terms {
    fn agree(group: &Term, secret: &Term, public: &Term) -> Term {
        match &public.1[..] {
            [base, other] if public.0 == "public" && (base == group || base.0 == "generator") => {
                let mut secrets = [secret.clone(), other.clone()];
                secrets.sort();
                let [one, two] = secrets;
                of("agreed", [base.clone(), one, two])
            }
            _ => of("power", [group.clone(), public.clone(), secret.clone()]),
        }
    }
}

impl Algebra for Terms {
    type Value = Term;
    type Wire = (Kind, Vec<Term>);
    type Transcript = Vec<Term>;

    fn fresh(&mut self, what: &'static str, _: Sort, _: Option<&Term>) -> Result<Term, Misfit> {
        Ok(name(&format!("{}'s {what}", self.party)))
    }

    /// What is drawn is a name, whatever a generator starts from.
    fn seed(&mut self, _: &Term) -> Result<(), Misfit> {
        Ok(())
    }

    fn apply(&self, op: Op, args: &[Term]) -> Result<Term, Misfit> {
        match (op, args) {
            (Op::Pick, [offered, supported]) if offered == supported => Ok(of("first", [offered.clone()])),
            (Op::Accept, [offered, choice]) if *choice == of("first", [offered.clone()]) => Ok(choice.clone()),
            (Op::Pick | Op::Accept, _) => {
                let expected = Need::Offers { offers: format!("{:?}", args[0]) };
                Err(Misfit::new("offers", expected, Given::Text { text: format!("{:?}", args[1]) }))
            }
            (Op::Preferred, [offered]) => Ok(of("group", [of("first", [offered.clone()])])),
            (Op::GroupOf, [choice]) | (Op::ServerGroup, [choice, _]) => Ok(of("group", [choice.clone()])),
            (Op::PublicUnder, [group, secret, shared, digest]) => {
                let generator = of("generator", [group.clone(), shared.clone(), digest.clone()]);
                Ok(of("public", [generator, secret.clone()]))
            }
            // An answer is a public value too; whether it hides a ciphertext is the group's affair.
            (Op::Reply, [group, secret, _]) => Ok(of("public", [group.clone(), secret.clone()])),
            (Op::Replied, [group, secret, public]) => Ok(Self::agree(group, secret, public)),
            (Op::Public, [group, secret]) => Ok(of("public", [group.clone(), secret.clone()])),
            (Op::Agree, [group, secret, public]) => Ok(Self::agree(group, secret, public)),
            (Op::Open, [key, sealed]) if sealed.0 == Op::Seal.to_string() && sealed.1[0] == *key => {
                Ok(sealed.1[1].clone())
            }
            (Op::EncryptionKey, [key]) => Ok(of("public-key", [key.clone()])),
            (Op::Encrypt(padding), [coins, plaintext, key]) => {
                Ok(of(format!("encrypted[{padding}]"), [key.clone(), plaintext.clone(), coins.clone()]))
            }
            (Op::Decrypt(padding), [key, ciphertext]) => opened(padding, key, ciphertext)
                .ok_or_else(|| Misfit::new("ciphertext", Need::Encrypted, Given::Another)),
            (Op::DecryptOr(padding), [key, other, ciphertext]) => {
                Ok(opened(padding, key, ciphertext).unwrap_or_else(|| other.clone()))
            }
            (Op::Part(at, parts, _), [tuple]) if tuple.0 == "tuple" && tuple.1.len() == parts => {
                Ok(tuple.1[at].clone())
            }
            (Op::Part(_, parts, _), _) => Err(Misfit::new("plaintext", Need::Parts { parts }, Given::Others)),
            (Op::LeafKey | Op::LeafEncryptionKey, [chain]) => Ok(chain.1[0].clone()),
            (Op::VerifyingKey, [key]) => Ok(of("public-key", [key.clone()])),
            (Op::LeafName, [chain]) => Ok(chain.1[1].clone()),
            _ => Ok(of(op, args)),
        }
    }

    fn tuple(&self, items: &[Term]) -> Result<Term, Misfit> {
        Ok(of("tuple", items))
    }

    fn relate(&self, relation: Relation, args: &[Term], _: &Switches) -> Result<Vec<Finding>, Misfit> {
        let holds = match (relation, args) {
            (Relation::Equal(_) | Relation::Same(_), [expected, observed]) => expected == observed,
            (Relation::PublicInRange, [group, public]) => public.0 == "public" && public.1[0] == *group,
            (Relation::PublicInSubgroup, [group, public]) => public.0 == "public" && public.1[0] == *group,
            (Relation::Fresh(_) | Relation::Apart(_), [other, own]) => other != own,
            (Relation::GroupSize(_) | Relation::GroupPrime | Relation::GroupOrder | Relation::GroupKnown, [group]) => {
                group.0 == "group"
            }
            (Relation::Padded(_, padding), [key, ciphertext]) => opened(padding, key, ciphertext).is_some(),
            (Relation::Contributes, [shared]) => shared.0 == "agreed",
            (Relation::Signed(_, context), [key, digest, signature]) => match &key.1[..] {
                [signer] => *signature == of(Op::Sign(context), [signer.clone(), digest.clone()]),
                _ => false,
            },
            (Relation::Certified(_), [chain, trust, peer, _]) => chain.1[1] == *peer && chain.1[2] == *trust,
            (Relation::CertifiedForAny(_), [chain, trust, _]) => chain.1[2] == *trust,
            _ => return Err(Misfit::new("relation", Need::Sorts, Given::Text { text: format!("{args:?}") })),
        };
        let finding = |check| Finding { check, holds: Some(holds), expected: "".into(), observed: "".into() };
        Ok(relation.checks().into_iter().map(finding).collect())
    }

    fn write(&self, message: &Message, values: &[Term]) -> Self::Wire {
        (message.kind, values.to_vec())
    }

    fn read(&self, message: &Message, (kind, values): &Self::Wire) -> Result<Vec<Term>, Misfit> {
        if *kind != message.kind || values.len() != message.fields.len() {
            return Err(Misfit::new(
                "message",
                Need::Kind { kind: message.kind.to_string() },
                Given::Word { text: kind.to_string() },
            ));
        }
        Ok(values.clone())
    }

    fn absorb(&self, transcript: &mut Vec<Term>, (kind, values): &Self::Wire) {
        transcript.push(of(kind, values.clone()));
    }

    fn digest(&self, transcript: &Vec<Term>) -> Term {
        of("digest", transcript.clone())
    }

    fn fingerprint(&self, key: &Term) -> String {
        format!("{key:?}")
    }
}

/// What a ciphertext holds, for the one to whose public key it was encrypted.
fn opened(padding: Padding, key: &Term, ciphertext: &Term) -> Option<Term> {
    match &ciphertext.1[..] {
        [to, plaintext, _] if ciphertext.0 == format!("encrypted[{padding}]") => {
            (*to == of("public-key", [key.clone()])).then(|| plaintext.clone())
        }
        _ => None,
    }
}

fn public_key(secret: &str) -> Term {
    of("public-key", [name(secret)])
}

/// What a mode gives a party.
fn known(mode: &Mode, role: Role) -> Vec<(&'static str, Term)> {
    let (key, owner) = match role {
        Role::Client => ("alice's key", "alice.lab"),
        Role::Server => ("bob's key", "bob.lab"),
    };
    mode.known(role, |source| {
        Some(match source {
            Source::Session => name("session"),
            Source::Offers => name("offers"),
            Source::Group => name("bob's group"),
            Source::Trust => name("the root"),
            Source::PeerName => name("bob.lab"),
            Source::Clock => name("now"),
            Source::Chain => of("chain", [public_key(key), name(owner), name("the root")]),
            Source::SigningKey | Source::HostKey | Source::DecryptionKey => name(key),
            Source::PeerKey => public_key(if role == Role::Client { "bob's key" } else { "alice's key" }),
            Source::OwnName => name(owner),
            Source::SharedSecret => name("the shared secret"),
            Source::StaticKey => name(key),
            Source::PeerStatic => {
                let of_peer = if role == Role::Client { "bob's key" } else { "alice's key" };
                of("public", [of("group", [of("first", [name("offers")])]), name(of_peer)])
            }
        })
    })
}

fn party(mode: &'static Mode, role: Role, without: &[&str]) -> Handshake<Terms> {
    let party = if role == Role::Client { "alice" } else { "bob" };
    let switches = mode.switches(without, &[]);
    Handshake::new(Terms { party }, mode, role, switches, known(mode, role)).unwrap_or_else(|stop| panic!("{stop}"))
}

/// Runs a mode's table between two parties. `alter` stands on the line.
fn run(mode: &'static Mode, alter: impl Fn(&Message, &mut Vec<Term>)) -> Result<[Handshake<Terms>; 2], (Role, Stop)> {
    run_with(mode, &[], alter)
}

/// The same, with these checks switched off.
fn run_with(
    mode: &'static Mode,
    without: &[&str],
    alter: impl Fn(&Message, &mut Vec<Term>),
) -> Result<[Handshake<Terms>; 2], (Role, Stop)> {
    let mut parties = [Role::Client, Role::Server].map(|role| party(mode, role, without));
    let mut messages = mode.messages.iter();
    while parties.iter().any(|party| !party.is_done()) {
        let sender = usize::from(parties[0].awaits_peer() || parties[0].is_done());
        let (roles, mut outputs) = ([Role::Client, Role::Server], Vec::new());
        parties[sender].send(&mut outputs).map_err(|stop| (roles[sender], stop))?;
        for output in outputs {
            let Output::Sent { wire: (kind, mut values), .. } = output else { continue };
            alter(messages.next().expect("a message of the table"), &mut values);
            let receiver = 1 - sender;
            let taken = parties[receiver].receive(&(kind, values), &mut Vec::new());
            taken.map_err(|stop| (roles[receiver], stop))?;
        }
    }
    Ok(parties)
}

/// Replaces the value of a field wherever it passes.
fn replace(field: &'static str, with: impl Fn(&Term) -> Term) -> impl Fn(&Message, &mut Vec<Term>) {
    move |message, values| {
        for (at, value) in message.fields.iter().zip(values) {
            if at.binds == field {
                *value = with(value);
            }
        }
    }
}

fn exporters(parties: &[Handshake<Terms>; 2]) -> [Term; 2] {
    [0, 1].map(|i| parties[i].value("exporter").expect("an exporter").clone())
}

#[test]
fn every_mode_agrees_on_one_exporter() {
    for mode in modes::tables() {
        let parties = run(mode, |_, _| {}).unwrap_or_else(|(role, stop)| panic!("{}: {role}: {stop}", mode.id));
        let [client, server] = exporters(&parties);
        assert_eq!(client, server, "{}", mode.id);
        // It is made of both secrets, or of both nonces, and of the shared one where there is no exchange.
        let text = format!("{client:?}");
        let both = |what: [&str; 2]| what.iter().all(|secret| text.contains(secret));
        let exchanged = both(["alice's client_secret", "bob's server_secret"])
            || both(["alice's client_nonce", "bob's server_nonce"])
            || text.contains("alice's client_secret") && mode.sends(Role::Client, Sort::Ciphertext);
        assert!(exchanged || (text.contains("the shared secret") && !mode.sends(Role::Client, Sort::Public)), "{text}");
    }
}

#[test]
fn agreement_commutes_and_needs_one_of_the_secrets() {
    let [g, x, y, z] = ["g", "x", "y", "z"].map(name);
    let public = |secret: &Term| of("public", [g.clone(), secret.clone()]);
    assert_eq!(Terms::agree(&g, &x, &public(&y)), Terms::agree(&g, &y, &public(&x)));
    assert_ne!(Terms::agree(&g, &x, &public(&y)), Terms::agree(&g, &z, &public(&y)));
    assert_ne!(Terms::agree(&name("h"), &x, &public(&y)), Terms::agree(&g, &y, &public(&x)));
}

#[test]
fn a_substituted_share_splits_where_nothing_is_signed() {
    let shares = |mode: &&&'static Mode| mode.sends(Role::Server, Sort::Public);
    for mode in modes::all().iter().filter(shares).filter(|mode| mode.authenticated_by == "nothing") {
        let mallory = |share: &Term| of("public", [share.1[0].clone(), name("mallory's secret")]);
        let parties = run(mode, replace("server_share", mallory)).unwrap_or_else(|(_, stop)| panic!("{stop}"));
        let [client, server] = exporters(&parties);
        assert_ne!(client, server, "{}", mode.id);
        assert!(format!("{client:?}").contains("mallory's secret"), "{}", mode.id);
    }
}

/// Who stopped, and at which check.
fn stopped(mode: &str, alter: impl Fn(&Message, &mut Vec<Term>)) -> (Role, &'static str) {
    match run(modes::find(mode).expect("a mode"), alter) {
        Err((role, Stop::Check(finding))) => (role, finding.check.id),
        Err((role, stop)) => panic!("{role}: {stop}"),
        Ok(_) => panic!("{mode} was not stopped"),
    }
}

#[test]
fn what_is_signed_cannot_be_changed() {
    let mallory = |share: &Term| of("public", [share.1[0].clone(), name("mallory's secret")]);
    for share in ["client_share", "server_share"] {
        assert_eq!(stopped("ecdh-cert", replace(share, mallory)), (Role::Client, "transcript-signature"));
    }
    let random = |_: &Term| name("another random");
    assert_eq!(stopped("ecdh-cert", replace("client_random", random)), (Role::Client, "transcript-signature"));
}

#[test]
fn a_signature_by_another_key_does_not_relate() {
    let forged = |signature: &Term| Term(signature.0.clone(), vec![name("mallory's key"), signature.1[1].clone()]);
    assert_eq!(stopped("ecdh-cert", replace("signature", forged)), (Role::Client, "transcript-signature"));
    let other = |_: &Term| of("chain", [public_key("mallory's key"), name("bob.lab"), name("another root")]);
    let (role, check) = stopped("ecdh-cert", replace("chain", other));
    assert!(role == Role::Client && check.starts_with("cert-"), "{check}");
}

#[test]
fn a_changed_mac_stops_its_reader() {
    let other = |_: &Term| name("another mac");
    assert_eq!(stopped("ecdh-cert", replace("server_finished", other)), (Role::Client, "finished"));
    assert_eq!(stopped("ecdh-cert", replace("client_finished", other)), (Role::Server, "finished"));
}

#[test]
fn what_a_binder_covers_cannot_be_changed() {
    let other = |term: &Term| of("another", [term.clone()]);
    for field in ["client_random", "client_share", "identity", "wanted", "client_binder"] {
        if field == "client_share" {
            let mallory = |share: &Term| of("public", [share.1[0].clone(), name("mallory's secret")]);
            assert_eq!(stopped("psk", replace(field, mallory)), (Role::Server, "psk-binder"));
        } else {
            assert_eq!(stopped("psk", replace(field, other)), (Role::Server, "psk-binder"), "{field}");
        }
    }
    for field in ["server_random", "server_binder"] {
        assert_eq!(stopped("psk", replace(field, other)), (Role::Client, "psk-binder"), "{field}");
    }
    let mallory = |share: &Term| of("public", [share.1[0].clone(), name("mallory's secret")]);
    assert_eq!(stopped("psk", replace("server_share", mallory)), (Role::Client, "psk-binder"));
}

/// Where both secrets are in the keys, a share of the attacker's own gives it none of them.
#[test]
fn who_lacks_one_of_two_secrets_has_no_key() {
    let mallory = |share: &Term| of("public", [share.1[0].clone(), name("mallory's secret")]);
    for variant in ["ephemeral", "mixed"] {
        let mode = modes::find("psk").expect("a mode").played(Some(variant));
        let parties = run_with(mode, &["psk-binder"], replace("server_share", mallory));
        let parties = parties.unwrap_or_else(|(_, stop)| panic!("{stop}"));
        let key = format!("{:?}", parties[0].value("master").expect("a key"));
        assert!(key.contains("mallory's secret"), "{key}");
        assert_eq!(key.contains("the shared secret"), variant == "mixed", "{key}");
    }
}

#[test]
fn a_degenerate_value_stops_its_reader() {
    let zero = |_: &Term| name("zero");
    assert_eq!(stopped("dh", replace("client_share", zero)), (Role::Server, "public-range"));
    assert_eq!(stopped("dh-weak", replace("server_share", zero)), (Role::Client, "public-range"));
    assert_eq!(stopped("ecdh", replace("client_share", zero)), (Role::Server, "contributory"));
}

/// A challenge that only the one who can read it can repeat.
#[test]
fn what_is_encrypted_to_one_is_read_by_that_one_alone() {
    let terms = Terms { party: "alice" };
    let apply = |op, args: &[Term]| terms.apply(op, args);
    let plaintext = terms.tuple(&[name("a nonce"), name("alice.lab")]).expect("a tuple");
    let public = apply(Op::EncryptionKey, &[name("bob's key")]).expect("a key");
    assert_eq!(public, public_key("bob's key"));
    let sealed = apply(Op::Encrypt(Padding::Oaep), &[name("coins"), plaintext.clone(), public]).expect("a ciphertext");
    let open = |key: &str| apply(Op::Decrypt(Padding::Oaep), &[name(key), sealed.clone()]);
    assert_eq!(open("bob's key"), Ok(plaintext.clone()));
    assert!(open("mallory's key").is_err());
    let other = name("another");
    let either = |key: &str| apply(Op::DecryptOr(Padding::Oaep), &[name(key), other.clone(), sealed.clone()]);
    assert_eq!((either("bob's key"), either("mallory's key")), (Ok(plaintext.clone()), Ok(other.clone())));
    assert_eq!(apply(Op::Part(1, 2, Sort::Name), std::slice::from_ref(&plaintext)), Ok(name("alice.lab")));
    assert!(apply(Op::Part(1, 3, Sort::Name), &[plaintext]).is_err());
}

/// A bare key is anybody's: who puts its own in the server's place reads the secret, and the server does not.
#[test]
fn a_secret_goes_to_whosever_key_arrives() {
    let mode = modes::find("rsa").expect("a mode");
    let met = run(mode, replace("server_key", |_| public_key("mallory's key")));
    assert!(matches!(met, Err((Role::Server, Stop::Misfit(misfit))) if misfit.expected == Need::Encrypted));
    let other = |_: &Term| of("chain", [public_key("mallory's key"), name("bob.lab"), name("another root")]);
    let (role, check) = stopped("rsa-cert", replace("chain", other));
    assert!(role == Role::Client && check.starts_with("cert-"), "{check}");
}

/// Mallory's name and signature in the place of Alice's, as far as somebody without the session's key can make them.
fn misbind(message: &Message, values: &mut Vec<Term>) {
    let mallory = of("chain", [public_key("mallory's key"), name("mallory.lab"), name("the root")]);
    replace("client_chain", |_| mallory.clone())(message, values);
    replace("client_signature", |signature| {
        let Term(sign, args) = signature;
        let Term(digest, frames) = &args[1];
        let mut frames = frames.clone();
        frames.pop();
        frames.push(of(Kind::Certificate, [mallory.clone()]));
        Term(sign.clone(), vec![name("mallory's key"), Term(digest.clone(), frames)])
    })(message, values);
}

#[test]
fn a_name_without_the_key_is_noticed_by_the_binding_alone() {
    assert_eq!(stopped("ecdh-mutual", misbind), (Role::Server, "identity-binding"));
    let mode = modes::find("ecdh-mutual").expect("a mode");
    let parties = run_with(mode, &["identity-binding"], misbind).unwrap_or_else(|(_, stop)| panic!("{stop}"));
    let [client, server] = exporters(&parties);
    assert_eq!(client, server);
    assert_eq!(parties[1].value("peer_name"), Some(&name("mallory.lab")));
}
