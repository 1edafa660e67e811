//! Sessions that are resumed though the certificate on which they rest would be believed no more (RFC 8446 section 4.6.1), and
//! what is said by a ticket before anybody has proved anything. Who resumes looks at no certificate: what a ticket is good for
//! has to be looked at before it is offered, and before it is taken.

use crate::{
    ability::Ability,
    case::Scene,
    grade::Proof,
    lie::{Lie, Manner},
    role::Role,
};
use lab::{
    certificate::{
        Pki, Purpose, checks,
        forge::{Form, Staged},
        issue::{Error, Template, Validity},
    },
    checks::FRESH_TRANSCRIPT,
    tls::v13::Ticket,
};
use rand_core::CryptoRng;
use std::{
    fs, io,
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Tickets that one server remembers.
const MOST: usize = 64;
/// Days for which a certificate holds.
const DAYS: i64 = 30;

/// What changed between a session and the one that would resume it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// Somebody else is asked for: the first server proved another name.
    Name,
    /// Somebody else is trusted: the first server's certificate is from an authority that was trusted for it alone.
    Authority,
    /// The certificate was withdrawn.
    Revoked,
    /// A certificate is demanded: the first of a server's hosts demands none, and was shown none.
    Demanded,
    /// Nothing, but that somebody else says what was said early.
    Speaker,
}

/// One attack.
pub(crate) struct Resumed {
    pub(crate) attack: &'static str,
    /// What a program performs where nothing is resumed, and would have to perform again.
    pub(crate) check: &'static str,
    pub(crate) change: Change,
    /// Against whom alone it can be done, where that is so.
    pub(crate) against: Option<Role>,
}

const fn resumed(attack: &'static str, check: &'static str, change: Change) -> Resumed {
    Resumed { attack, check, change, against: None }
}

/// All of them.
pub(crate) const RESUMED: &[Resumed] = &[
    resumed("resume:name", checks::NAME, Change::Name),
    resumed("resume:authority", checks::CHAIN, Change::Authority),
    Resumed { against: Some(Role::Server), ..resumed("resume:no-certificate", checks::CHAIN, Change::Demanded) },
    resumed("resume:revoked", checks::REVOKED, Change::Revoked),
    resumed("resume:early-data", FRESH_TRANSCRIPT.id, Change::Speaker),
];

/// What both of a client's sessions are to meet, and by what it is to judge the first.
#[derive(Clone, Debug)]
pub(crate) struct First {
    /// The name that is asked for first.
    pub(crate) name: String,
    /// The authority that is trusted then, DER.
    pub(crate) anchor: Vec<u8>,
    /// The revocation lists of that time, DER.
    pub(crate) lists: Vec<Vec<u8>>,
}

impl Change {
    /// By what a program shows that it did not mind.
    pub(crate) fn proof(self) -> Proof {
        if self == Self::Speaker { Proof::Twice } else { Proof::Canary }
    }

    /// What a program has to be able to do for it.
    pub(crate) fn needs(self) -> Ability {
        if self == Self::Speaker { Ability::EarlyData } else { Ability::Resumption }
    }

    /// Whether a server has to have two hosts for it.
    pub(crate) fn is_between_hosts(self) -> bool {
        matches!(self, Self::Name | Self::Authority | Self::Demanded)
    }

    /// How whoever is met twice speaks. A client that may say nothing early says it later: that is the twin of one that does. With
    /// a server it is the attacker, or a genuine client, that speaks early.
    pub(crate) fn manner(self, form: Form, purpose: Purpose) -> Manner {
        let early = self == Self::Speaker && (form == Form::Flawed || purpose == Purpose::Client);
        if early { Manner::Early } else { Manner::Tickets }
    }

    /// What the attacker does beside what changes.
    pub(crate) fn lie(self, purpose: Purpose) -> Lie {
        match self {
            Self::Demanded => Lie::Nobody,
            Self::Speaker => Lie::Replayed,
            // A client's name is none that a server expects: it is the server's that changes.
            Self::Name if purpose == Purpose::Client => Lie::TicketAlone,
            Self::Name | Self::Authority | Self::Revoked => Lie::None,
        }
    }

    /// Where the standard leaves it to servers to look at this.
    pub(crate) fn left_to_servers(self) -> Option<&'static str> {
        let source =
            "RFC 8446 section 4.2.11: \"there is no need for the server to associate an SNI value with the ticket\"";
        (self == Self::Name).then_some(source)
    }

    /// The leaf with which a program is met twice, with the lists of the second time; and what is so the first time. In the twin
    /// nothing changes.
    pub(crate) fn stage(
        self,
        form: Form,
        scene: &Scene<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Result<(Staged, First), Error> {
        let Scene { authorities: genuine, name, at, purpose, .. } = *scene;
        // whoever remembers sessions by name is to find the one
        let (flawed, server) = (form == Form::Flawed, purpose == Purpose::Client);
        let elsewhere = match self {
            Self::Name => flawed || !server,
            _ => server && self.is_between_hosts(),
        };
        let first = if elsewhere { scene.first } else { scene.host };
        let stranger = match self {
            Self::Authority if flawed => Some(Pki::generate_with(genuine.keys(), name, name, at, rng)?.authorities),
            _ => None,
        };
        let by = stranger.as_ref().unwrap_or(genuine);
        let template = Template { key: genuine.servers, ..Template::leaf(name, purpose, Validity::around(at, DAYS)) };
        let template = match self {
            Self::Name if server => template,
            Self::Name if flawed => {
                Template { common_name: first.to_owned(), names: vec![first.to_owned()], ..template }
            }
            Self::Name => Template { names: vec![name.to_owned(), first.to_owned()], ..template },
            _ => template,
        };
        let leaf = by.intermediate.issue(&template, rng)?;
        let of_stranger = stranger.as_ref().map(|stranger| stranger.revocation_lists(&[], at)).transpose()?;
        let lists = |withdrawn: &[&[u8]]| {
            let genuine = genuine.revocation_lists(withdrawn, at)?;
            Ok::<_, Error>([genuine, of_stranger.clone().unwrap_or_default()].concat())
        };
        let withdrawn: &[&[u8]] = if flawed && self == Self::Revoked { &[leaf.serial()] } else { &[] };
        let anchor = by.root.certificate().to_vec();
        let before = First { name: first.to_owned(), anchor, lists: lists(&[])? };
        let (lists, anchor) = (lists(withdrawn)?, genuine.root.certificate().to_vec());
        Ok((Staged { presented: leaf.presented().to_vec(), leaf, lists, anchor, system: None }, before))
    }
}

/// The tickets that one server gave, and what becomes so when it gives one.
pub(crate) struct Tickets {
    given: Mutex<Vec<Ticket>>,
    /// A file of the client's that is as this says from then on.
    then: Option<(PathBuf, String)>,
}

impl Tickets {
    /// None yet.
    pub(crate) fn new(then: Option<(PathBuf, String)>) -> Self {
        Self { given: Mutex::default(), then }
    }

    fn given(&self) -> MutexGuard<'_, Vec<Ticket>> {
        self.given.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Those that were given.
    pub(crate) fn all(&self) -> Vec<Ticket> {
        self.given().clone()
    }

    /// Another one is about to be given.
    ///
    /// # Errors
    /// What has to change by then cannot be written.
    pub(crate) fn give(&self, ticket: &Ticket) -> io::Result<()> {
        if let Some((path, text)) = &self.then {
            fs::write(path, text)?;
        }
        let mut given = self.given();
        if given.len() < MOST {
            given.push(ticket.clone());
        }
        Ok(())
    }
}
