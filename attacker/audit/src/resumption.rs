//! Sessions that are resumed though the certificate on which they rest would be believed no more (RFC 8446 section 4.6.1).
//! Who resumes looks at no certificate: what a ticket is good for has to be looked at before it is offered.

use lab::{
    certificate::{
        Authorities, Pki, Purpose, checks,
        forge::{Form, Staged},
        issue::{Error, Template, Validity},
    },
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
}

/// One attack.
pub(crate) struct Resumed {
    pub(crate) attack: &'static str,
    /// What a client performs on certificates, and would have to perform again.
    pub(crate) check: &'static str,
    pub(crate) change: Change,
}

/// All of them.
pub(crate) const RESUMED: &[Resumed] = &[
    Resumed { attack: "resume:name", check: checks::NAME, change: Change::Name },
    Resumed { attack: "resume:authority", check: checks::CHAIN, change: Change::Authority },
    Resumed { attack: "resume:revoked", check: checks::REVOKED, change: Change::Revoked },
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
    /// The leaf with which a server meets a client twice, with the lists of the second time; and what is so the first time. In
    /// the twin nothing changes.
    pub(crate) fn stage(
        self,
        form: Form,
        genuine: &Authorities,
        names: [&str; 2],
        at: i64,
        rng: &mut dyn CryptoRng,
    ) -> Result<(Staged, First), Error> {
        let [other, name] = names;
        // whoever remembers sessions by name is to find the one
        let first = if self == Self::Name { other } else { name };
        let flawed = form == Form::Flawed;
        let stranger = match self {
            Self::Authority if flawed => Some(Pki::generate_with(genuine.keys(), name, name, at, rng)?.authorities),
            _ => None,
        };
        let by = stranger.as_ref().unwrap_or(genuine);
        let template =
            Template { key: genuine.servers, ..Template::leaf(name, Purpose::Server, Validity::around(at, DAYS)) };
        let both = if first == name { vec![name.to_owned()] } else { vec![name.to_owned(), first.to_owned()] };
        let template = match self {
            Self::Name if flawed => {
                Template { common_name: first.to_owned(), names: vec![first.to_owned()], ..template }
            }
            _ => Template { names: both, ..template },
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
        let lists = lists(withdrawn)?;
        Ok((Staged { presented: leaf.presented().to_vec(), leaf, lists }, before))
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
