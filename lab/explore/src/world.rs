//! Who takes part: sessions of honest people, and an attacker who is one of their peers too.

use crate::{
    goal::Goal,
    granted::granted,
    knowledge::{Knowledge, Recipe},
    liveness,
    party::Sent,
    symbolic::{Groups, Terms, decryption_key, genuine, signing_key, static_key, static_public},
    term::{Free, Shape, Term},
    third::{SERVING, THIRD, third_of},
};
use lab::{
    algebra::Algebra,
    certificate::checks as certificate_checks,
    check::Switches,
    checks,
    handshake::{Handshake, Output, Stop},
    mode::{Mode, Names, Source, Variant},
    role::Role,
    wire::Channel,
};
use std::{fmt, sync::Arc};

/// Who is meant well.
pub const ALICE: &str = "alice";
/// Whom she talks to.
pub const BOB: &str = "bob";
/// The attacker, by the name under which it is certified and shares secrets as everybody does.
pub const MALLORY: &str = "mallory";

/// Somebody who plays a role of a table.
#[derive(Clone, Copy, Debug)]
pub struct Cast {
    /// The table.
    pub table: &'static Mode,
    /// The role.
    pub role: Role,
    /// Who plays it.
    pub owner: &'static str,
    /// Whom that person means to talk to.
    pub peer: &'static str,
}

impl Cast {
    /// Somebody is the one who plays, or its peer; of a third, one of the two whom it serves.
    pub(crate) fn is_of(&self, somebody: &str) -> bool {
        [self.owner, self.peer].contains(&somebody)
    }

    /// The two differ in what they draw alone.
    pub fn is_like(&self, other: &Self) -> bool {
        let same = std::ptr::eq(self.table, other.table) && (self.role, self.owner) == (other.role, other.owner);
        same && (self.peer == other.peer || self.serves_anybody())
    }

    /// It is a server to which it is all the same who calls: it is given nothing of its peer's, remembers nobody, proves nobody's
    /// name, and hears no voice.
    fn serves_anybody(&self) -> bool {
        let of_peer =
            |source| matches!(source, Source::PeerName | Source::SharedSecret | Source::PeerKey | Source::PeerStatic);
        let given = self.table.given.iter().any(|given| given.by.includes(self.role) && of_peer(given.source));
        let voice = self.table.messages.iter().any(|message| message.kind.channel() == Channel::Voice);
        self.role == Role::Server && self.table.names != Names::Both && self.table.met == 0 && !given && !voice
    }
}

/// How many sessions there are: clients and servers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sessions {
    /// One client, one server.
    One,
    /// Two clients, two servers.
    #[default]
    Two,
    /// Three clients, three servers.
    Three,
}

impl Sessions {
    /// Every bound, the narrowest first.
    pub const ALL: [Self; 3] = [Self::One, Self::Two, Self::Three];

    /// As it is written: `2+2`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::One => "1+1",
            Self::Two => "2+2",
            Self::Three => "3+3",
        }
    }

    /// Who may meet whom, one cast of clients and servers after another: each of the narrower bound's, too, has its place in
    /// one of these.
    fn casts(self) -> &'static [&'static [Meeting]] {
        const TO_BOB: Meeting = (Role::Client, ALICE, BOB);
        const TO_MALLORY: Meeting = (Role::Client, ALICE, MALLORY);
        const TO_ALICE: Meeting = (Role::Client, BOB, ALICE);
        const BOB_FOR_ALICE: Meeting = (Role::Server, BOB, ALICE);
        const BOB_FOR_MALLORY: Meeting = (Role::Server, BOB, MALLORY);
        const ALICE_FOR_BOB: Meeting = (Role::Server, ALICE, BOB);
        match self {
            Self::One => &[&[TO_BOB, BOB_FOR_ALICE]],
            Self::Two => &[
                &[TO_BOB, BOB_FOR_ALICE, TO_MALLORY, BOB_FOR_MALLORY],
                &[TO_BOB, BOB_FOR_ALICE, TO_BOB, BOB_FOR_ALICE],
                &[TO_BOB, BOB_FOR_ALICE, TO_ALICE, ALICE_FOR_BOB],
            ],
            Self::Three => &[
                &[TO_BOB, BOB_FOR_ALICE, TO_MALLORY, BOB_FOR_MALLORY, TO_BOB, BOB_FOR_ALICE],
                &[TO_BOB, BOB_FOR_ALICE, TO_MALLORY, BOB_FOR_MALLORY, TO_ALICE, ALICE_FOR_BOB],
                &[TO_BOB, BOB_FOR_ALICE, TO_BOB, BOB_FOR_ALICE, TO_ALICE, ALICE_FOR_BOB],
            ],
        }
    }
}

type Meeting = (Role, &'static str, &'static str);

impl fmt::Display for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is looked at: a table with its switches, who plays it, and what the attacker has.
#[derive(Clone, Debug)]
pub struct World {
    /// Who plays.
    pub casts: Vec<Cast>,
    /// Which checks decide.
    pub switches: Switches,
    /// Ids of the checks that do not.
    pub unenforced: Vec<&'static str>,
    /// The groups in numbers.
    pub groups: Arc<Groups>,
    /// Secrets that two share are words that people chose.
    pub words: bool,
    /// Whose lasting secrets the attacker has from the beginning.
    pub stolen: Option<&'static str>,
    /// What the attacker has besides what everybody of its kind has.
    pub has: Vec<Term>,
    /// Sessions go on with records, and a party accepts once it has read one; without them it accepts when the handshake is done.
    pub records: bool,
    /// Fields on whose value nothing hangs: numbers of the message and of the field.
    pub dead: Arc<[(usize, usize)]>,
    /// Goals that the table grants: none of them is looked for.
    pub granted: Arc<[Goal]>,
    /// The table of a third whom both trust, where there is one: each of the three has its own.
    pub third: Option<&'static Mode>,
}

impl World {
    /// Every cast of a mode within a bound.
    pub fn all(table: &'static Mode, variant: Option<&Variant>, switches: &Switches, sessions: Sessions) -> Vec<Self> {
        Self::all_in(&Arc::new(Groups::deployed(table, variant)), table, variant, switches, sessions)
    }

    /// The same where the groups are known: a server's own one is long to find.
    pub fn all_in(
        groups: &Arc<Groups>,
        table: &'static Mode,
        variant: Option<&Variant>,
        switches: &Switches,
        sessions: Sessions,
    ) -> Vec<Self> {
        let dead: Arc<[_]> = liveness::dead(table, switches).into();
        let granted: Arc<[_]> = granted(table, switches).into();
        let unenforced: Vec<_> =
            table.checks().into_iter().filter(|check| !decides(switches, check)).map(|it| it.id).collect();
        let cast = |(role, owner, peer): &Meeting| Cast { table, role: *role, owner, peer };
        // A server is given the key of one peer, and does not look it up by the name that it hears: were it Mallory's, it
        // would answer whoever calls under Mallory's key, which no server does.
        let is_met =
            |(role, _, peer): &&Meeting| !(table.gives(Source::PeerKey) && *role == Role::Server && *peer == MALLORY);
        let world = |meetings: &&[Meeting]| Self {
            casts: meetings.iter().filter(is_met).map(cast).collect(),
            switches: switches.clone(),
            unenforced: unenforced.clone(),
            groups: groups.clone(),
            words: variant.is_some_and(|variant| variant.word),
            stolen: None,
            has: Vec::new(),
            records: true,
            dead: dead.clone(),
            granted: granted.clone(),
            third: None,
        };
        sessions.casts().iter().map(world).collect()
    }

    /// Nothing hangs on what was sent: each of its fields is dead, or it is a record.
    pub(crate) fn is_dead(&self, sent: &Sent) -> bool {
        sent.message.is_none_or(|number| self.all_dead(number, sent.values.len()))
    }

    /// Each of so many fields of the message of this number is dead.
    pub(crate) fn all_dead(&self, message: usize, fields: usize) -> bool {
        (0..fields).all(|field| self.dead.contains(&(message, field)))
    }

    /// The name of one who plays: its owner's, with a number where it is not the first.
    pub fn party(&self, cast: usize) -> String {
        let name = |it: &Cast| if self.is_third(it) { SERVING } else { it.owner };
        let own = name(&self.casts[cast]);
        match self.casts[..cast].iter().filter(|before| name(before) == own).count() {
            0 => own.to_owned(),
            before => format!("{own} {}", before + 1),
        }
    }

    /// What somebody knows before the first message, as the table names it.
    pub fn given(&self, cast: usize) -> Vec<(&'static str, Term)> {
        self.given_to(self.casts[cast], &self.party(cast))
    }

    /// The same of anybody, who goes by this name.
    fn given_to(&self, cast: Cast, party: &str) -> Vec<(&'static str, Term)> {
        if self.is_third(&cast) {
            return self.given_to_third(&cast);
        }
        let Cast { table, role, owner, peer } = cast;
        let given = table.known(role, |source| match source {
            Source::Session => Some(Term::name("session", party)),
            Source::Offers => Some(Term::offers(table.id, table.groups)),
            Source::Group => self.groups.own(),
            Source::Trust => Some(Term::name("trust", "")),
            Source::PeerName => Some(Term::name("name", peer)),
            Source::OwnName => Some(Term::name("name", owner)),
            Source::SharedSecret => Some(self.shared(owner, peer)),
            Source::Clock => Some(Term::name("now", "")),
            Source::Chain => Some(genuine(owner)),
            Source::SigningKey | Source::HostKey => Some(signing_key(owner)),
            Source::DecryptionKey => Some(decryption_key(owner)),
            Source::PeerKey => Some(encryption_key(peer)),
            Source::StaticKey => Some(static_key(owner)),
            Source::PeerStatic => Some(static_public(peer)),
        });
        let third = self.third.map(|_| ("third_name", Term::name("name", third_of(owner, peer))));
        given.into_iter().chain(third).collect()
    }

    /// What one of the cast remembers of its peer where the two have met before: what it kept of a session in which nobody was
    /// between them.
    ///
    /// # Errors
    /// They cannot meet.
    pub fn remembered(&self, cast: usize) -> Result<Vec<(&'static str, Term)>, Stop> {
        let own = self.casts[cast];
        if own.table.met == 0 {
            return Ok(Vec::new());
        }
        let other = Cast { role: own.role.peer(), owner: own.peer, peer: own.owner, ..own };
        let at_first = |it: Cast| {
            let party = format!("{}, when they met", it.owner);
            let algebra = Terms::new(&party, self.groups.clone());
            Handshake::new(algebra, it.table, it.role, self.switches.clone(), self.given_to(it, &party))
        };
        let (mut own, mut other) = (at_first(own)?, at_first(other)?);
        meet(&mut own, &mut other)?;
        Ok(own.kept().to_vec())
    }

    /// Every lasting secret of honest people.
    pub fn lasting(&self) -> Vec<Term> {
        let mut all: Vec<Term> = self.casts.iter().flat_map(|cast| self.lasting_of(cast)).collect();
        all.retain(|secret| !self.own().contains(secret));
        all.sort();
        all.dedup();
        all
    }

    /// What the attacker has because it is somebody too.
    fn own(&self) -> Vec<Term> {
        let mut own = vec![signing_key(MALLORY), genuine(MALLORY), decryption_key(MALLORY), static_key(MALLORY)];
        own.extend([ALICE, BOB, MALLORY].map(|peer| self.shared(MALLORY, peer)));
        own
    }

    /// What somebody shares: with its peer, or with its third.
    pub(crate) fn shared(&self, owner: &str, peer: &str) -> Term {
        shared_secret(owner, if self.third.is_some() { third_of(owner, peer) } else { peer })
    }

    fn lasting_of(&self, Cast { owner, peer, .. }: &Cast) -> [Term; 4] {
        [signing_key(owner), self.shared(owner, peer), decryption_key(owner), static_key(owner)]
    }

    /// What the attacker knows before the first message.
    pub fn knowledge(&self) -> Knowledge {
        let mut all = vec![Term::name("trust", ""), Term::name("now", ""), Term::name("session", MALLORY)];
        for owner in [ALICE, BOB, MALLORY] {
            all.extend([Term::name("name", owner), genuine(owner)]);
            all.extend([
                Term::of(Free::VerifyingKey, [signing_key(owner)]),
                encryption_key(owner),
                static_public(owner),
            ]);
        }
        all.extend(self.third.map(|_| Term::name("name", THIRD)));
        all.extend(self.own());
        all.extend([nonce(), secret(), data()]);
        all.extend(self.has.iter().cloned());
        if let Some(victim) = self.stolen {
            let with = |cast: &&Cast| cast.owner == victim && cast.peer != MALLORY;
            all.extend(self.casts.iter().filter(with).flat_map(|cast| self.lasting_of(cast)));
        }
        let mut knowledge = Knowledge::default();
        for term in all {
            knowledge.learn(term.clone(), Recipe::Had(term));
        }
        if self.words {
            self.chosen().into_iter().for_each(|word| knowledge.guessable(word));
        }
        knowledge.settle();
        knowledge
    }

    /// What is shared, which may be words that people chose.
    pub fn chosen(&self) -> Vec<Term> {
        self.casts.iter().map(|cast| self.shared(cast.owner, cast.peer)).collect()
    }

    /// Chains that the attacker can show for a name: genuine ones that it has seen, its own, and for each rule that is not
    /// enforced one that breaks it.
    pub fn chains(&self, name: &Term) -> Vec<Term> {
        let key = Term::of(Free::VerifyingKey, [signing_key(MALLORY)]);
        let unenforced = checks::of_certificates().map(|check| check.id).filter(|id| self.unenforced.contains(id));
        let breakable = unenforced.filter(|id| ![certificate_checks::NAME, certificate_checks::PIN].contains(id));
        let forged = breakable.map(|id| Term::chain(&key, name, Some(id)));
        let had = self.has.iter().filter(|term| matches!(term.shape(), Shape::Chain { .. })).cloned();
        [MALLORY, ALICE, BOB].map(genuine).into_iter().chain(had).chain(forged).collect()
    }
}

/// Two with nobody between them: each hears what the other says, until both are done.
pub(crate) fn meet<A: Algebra>(one: &mut Handshake<A>, other: &mut Handshake<A>) -> Result<(), Stop> {
    while !(one.is_done() && other.is_done()) {
        tell(one, other)?;
        tell(other, one)?;
    }
    Ok(())
}

fn tell<A: Algebra>(speaker: &mut Handshake<A>, hearer: &mut Handshake<A>) -> Result<(), Stop> {
    let mut said = Vec::new();
    speaker.send(&mut said)?;
    for output in said {
        if let Output::Sent { wire, .. } = output {
            hearer.receive(&wire, &mut Vec::new())?;
        }
    }
    Ok(())
}

/// The check decides under these switches.
pub(crate) fn decides(switches: &Switches, check: &'static lab::check::Check) -> bool {
    switches.status(check, Some(false)) == lab::event::Status::Failed
}

/// What two share.
pub fn shared_secret(one: &str, other: &str) -> Term {
    let (first, second) = if one < other { (one, other) } else { (other, one) };
    Term::name("shared secret", &format!("{first} and {second}"))
}

fn encryption_key(owner: &str) -> Term {
    Term::of(Free::EncryptionKey, [decryption_key(owner)])
}

/// The attacker's random value.
pub fn nonce() -> Term {
    Term::name("nonce", MALLORY)
}

/// The attacker's exponent.
pub fn secret() -> Term {
    Term::name("secret", MALLORY)
}

/// What the attacker would say.
pub fn data() -> Term {
    Term::name("data", MALLORY)
}
