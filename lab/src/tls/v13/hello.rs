//! Hellos as they are written, and the groups by their numbers (RFC 8446 sections 4.1 and 4.2).

use super::{LEGACY, TLS13};
use crate::{
    group::Group,
    tls::{
        message::{ClientHello, ServerHello, extension},
        writer::Writer,
    },
};

/// The random value of a ServerHello that asks for another ClientHello (section 4.1.3).
pub(super) const RETRY: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11,
    0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

/// A group's number (the registry of IANA); none where TLS has none that is spoken here.
pub(super) fn number(group: &Group) -> Option<u16> {
    match group {
        Group::X25519 => Some(0x001d),
        Group::X25519MlKem768 => Some(0x11ec),
        _ => None,
    }
}

impl ClientHello {
    /// The body of the message, for TLS 1.3 alone.
    pub(super) fn write(&self) -> Vec<u8> {
        let mut out = Writer::default();
        out.u16(LEGACY);
        out.octets(&self.random);
        out.vector(1, |out| out.octets(&self.session));
        out.vector(2, |out| self.suites.iter().for_each(|suite| out.u16(*suite)));
        out.vector(1, |out| out.u8(0));
        out.vector(2, |out| {
            let mut extend = |kind, body: &mut dyn FnMut(&mut Writer)| {
                out.u16(kind);
                out.vector(2, |out| body(out));
            };
            if let Some(name) = &self.name {
                extend(extension::SERVER_NAME, &mut |out| {
                    out.vector(2, |out| {
                        out.u8(0);
                        out.vector(2, |out| out.octets(name.as_bytes()));
                    });
                });
            }
            extend(extension::SUPPORTED_VERSIONS, &mut |out| out.vector(1, |out| out.u16(TLS13)));
            for (kind, numbers) in
                [(extension::SUPPORTED_GROUPS, &self.groups), (extension::SIGNATURE_ALGORITHMS, &self.schemes)]
            {
                extend(kind, &mut |out| out.vector(2, |out| numbers.iter().for_each(|number| out.u16(*number))));
            }
            extend(extension::KEY_SHARE, &mut |out| {
                out.vector(2, |out| {
                    for (group, share) in &self.shares {
                        out.u16(*group);
                        out.vector(2, |out| out.octets(share));
                    }
                });
            });
            if !self.modes.is_empty() {
                extend(extension::PSK_MODES, &mut |out| out.vector(1, |out| out.octets(&self.modes)));
            }
            if !self.protocols.is_empty() {
                extend(extension::PROTOCOLS, &mut |out| {
                    out.vector(2, |out| {
                        self.protocols.iter().for_each(|protocol| out.vector(1, |out| out.octets(protocol)));
                    });
                });
            }
            if self.early {
                extend(extension::EARLY_DATA, &mut |_| {});
            }
            // the last of all (section 4.2.11)
            if let Some(identity) = self.identities.first() {
                extend(extension::PRE_SHARED_KEY, &mut |out| {
                    out.vector(2, |out| {
                        out.vector(2, |out| out.octets(identity));
                        out.octets(&self.age.to_be_bytes());
                    });
                    out.vector(2, |out| {
                        self.binders.iter().for_each(|binder| out.vector(1, |out| out.octets(binder)));
                    });
                });
            }
        });
        out.0
    }
}

impl ServerHello {
    /// The body of the message, for TLS 1.3 alone.
    pub(super) fn write(&self) -> Vec<u8> {
        let mut out = Writer::default();
        out.u16(LEGACY);
        out.octets(&self.random);
        out.vector(1, |out| out.octets(&self.session));
        out.u16(self.suite);
        out.u8(0);
        out.vector(2, |out| {
            out.u16(extension::SUPPORTED_VERSIONS);
            out.vector(2, |out| out.u16(self.version));
            if let Some(group) = self.group {
                out.u16(extension::KEY_SHARE);
                out.vector(2, |out| {
                    out.u16(group);
                    if self.random != RETRY {
                        out.vector(2, |out| out.octets(&self.share));
                    }
                });
            }
            if let Some(place) = self.resumed {
                out.u16(extension::PRE_SHARED_KEY);
                out.vector(2, |out| out.u16(place));
            }
        });
        out.0
    }
}
