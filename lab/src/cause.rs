//! Why a victim gives up, as data.

use crate::{
    finding::Finding,
    misfit::{Given, Misfit, Need},
    seen::Seen,
    words,
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Why a victim gives up; it is told by the text `cause` of its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", tag = "is", rename_all = "kebab-case")]
pub enum Cause {
    /// A check failed.
    Check {
        /// Its id.
        check: String,
        /// What had to be there.
        expected: Seen,
        /// What was there.
        observed: Seen,
    },
    /// A field or value is not what it has to be.
    Misfit {
        /// The field or value.
        field: String,
        /// What it had to be.
        expected: Need,
        /// What it was.
        got: Given,
    },
    /// A frame of a kind that does not exist.
    FrameKind {
        /// The kind's number.
        number: u8,
    },
    /// A frame longer than its kind allows.
    FrameLength {
        /// The kind.
        kind: String,
        /// What it allows, in octets.
        most: usize,
        /// What the header announced.
        octets: usize,
    },
    /// The connection ended within a frame.
    FrameCut {
        /// Octets that had to come, as far as known.
        expected: usize,
        /// Octets that came.
        octets: usize,
    },
    /// No connection came.
    NoConnection {
        /// Within so many milliseconds.
        most: u64,
    },
    /// No connection will come: whoever was to make it is gone.
    NobodyComes,
    /// Nobody could be connected to.
    NoWay {
        /// Where.
        address: String,
        /// Why, as the system says it.
        error: String,
    },
    /// Nothing came.
    Silence {
        /// For so many milliseconds.
        most: u64,
    },
    /// The session did not end.
    Overdue {
        /// Within so many milliseconds.
        most: u64,
    },
    /// The connection ended where one more frame had to come.
    Ended,
    /// The table needs a value that the party was not given.
    NotGiven {
        /// The value.
        name: String,
    },
    /// The table ends without keys.
    NoKeys,
    /// A check has no outcome.
    NoOutcome {
        /// Its id.
        check: String,
    },
    /// A record key is of another length.
    KeyLength,
    /// A message is too long for a record.
    LongMessage {
        /// Its octets.
        octets: usize,
        /// Those that a record may carry.
        most: usize,
    },
    /// A program of the user's own, in the victim's place, says that it gives up.
    Said {
        /// Why, in its own words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    },
    /// A program of the user's own ended without its report.
    Untold {
        /// The last line that it wrote for people.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        says: Option<String>,
    },
}

impl Cause {
    /// Whether it says nothing of attack or defence: time was over, so that what was waited for may only have been slow, or
    /// there was no way to anybody.
    pub const fn is_lapse(&self) -> bool {
        matches!(self, Self::NoConnection { .. } | Self::NoWay { .. } | Self::Silence { .. } | Self::Overdue { .. })
    }

    /// Whether it is that the connection ended: what whoever is left sees of any other reason.
    pub const fn is_end(&self) -> bool {
        matches!(self, Self::Ended | Self::FrameCut { .. })
    }

    /// Octets of what is long in it.
    pub(crate) fn weight(&self) -> usize {
        match self {
            Self::Check { expected, observed, .. } => expected.weight() + observed.weight(),
            Self::Said { why: text } | Self::Untold { says: text } => text.as_ref().map_or(0, String::len),
            Self::Misfit { field, expected, got } => field.len() + expected.weight() + got.weight(),
            _ => 0,
        }
    }
}

impl From<&Finding> for Cause {
    fn from(finding: &Finding) -> Self {
        let Finding { check, expected, observed, .. } = finding;
        Self::Check { check: check.id.to_owned(), expected: expected.clone(), observed: observed.clone() }
    }
}

impl From<&Misfit> for Cause {
    fn from(misfit: &Misfit) -> Self {
        let Misfit { field, expected, got } = misfit.clone();
        Self::Misfit { field, expected, got }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&words::told_as("cause", self))
    }
}
