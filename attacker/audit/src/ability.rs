//! What a program has to be able to do for an attack to be tried against it, as the honest peer finds out.

use crate::{
    attempt::{Attempt, Depth},
    grade::Lack,
    ran::Ran,
    role::Role,
};

/// One ability.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ability {
    /// Nothing in particular.
    Any,
    /// To speak TLS 1.3.
    Version,
    /// To offer the group of this number (the registry of IANA), in TLS 1.3.
    Group(u16),
    /// To resume sessions of TLS 1.3.
    Resumption,
    /// To say something before the handshake is finished, or to hear it.
    EarlyData,
    /// To make use of the answer.
    Answer,
}

impl Ability {
    /// What a program lacks for it that did this with the honest peer.
    pub(crate) fn lacking(self, honest: &Ran) -> Option<Lack> {
        let any = |is: &dyn Fn(&Attempt) -> bool| honest.attempts.iter().any(is);
        match self {
            Self::Any => None,
            // a server is called by rustls in whatever it speaks, and by the lab's own TLS where it was to resume
            Self::Version => (honest.role == Role::Client
                && !any(&|attempt| attempt.version.as_deref() == Some(VERSION)))
            .then_some(Lack::Version),
            Self::Group(group) => Self::Version
                .lacking(honest)
                .or((!any(&|attempt| attempt.groups.contains(&group))).then_some(Lack::Group { group })),
            Self::Resumption => (!any(&|attempt| attempt.resumed)).then_some(Lack::Resumption),
            Self::EarlyData => {
                Self::Resumption.lacking(honest).or((!any(&|attempt| attempt.early)).then_some(Lack::EarlyData))
            }
            Self::Answer => (honest.depth() < Depth::Answer).then_some(Lack::Answer),
        }
    }
}

/// TLS 1.3 as rustls calls it.
pub(crate) const VERSION: &str = "TLSv1_3";
