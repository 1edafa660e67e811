//! What the lab's authorities have issued to its victims.
//!
//! Sessions may share authorities, and to make keys and signatures costs more than all else that staging does: so what was
//! issued is remembered.

use super::{
    Setting, StagingError,
    issue::{AUTHORITIES, generator, issuers_list, name},
};
use crate::{
    certificate::{Authorities, Credential, Drawn, KeyType, Keys, Purpose},
    mode::{Mode, Source},
    role::Role,
};
use std::{
    collections::VecDeque,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

/// Most that is remembered.
const MOST: usize = 16;
/// Certificates and lists are issued on the hour, in seconds: all of one hour are the same.
const HOUR: i64 = 3600;

/// What it follows from.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Origin {
    authorities: [u8; 32],
    hour: i64,
    keys: KeyType,
    servers: Option<KeyType>,
    /// Whether client and server have certificates.
    certified: [bool; 2],
}

/// The authorities, and what they issued to the parties of a mode that have certificates.
pub(super) struct Genuine {
    pub(super) authorities: Authorities,
    /// The root's revocation list: for both victims, if both hold a peer's certificate against it.
    pub(super) roots_list: Vec<u8>,
    client: Option<Issued>,
    server: Option<Issued>,
}

/// A party's certificate with its key, and the issuing authority's revocation list that reaches its peer.
pub(super) struct Issued {
    pub(super) credential: Credential,
    pub(super) list: Vec<u8>,
}

impl Genuine {
    /// What a party was issued, where its role has a certificate.
    pub(super) fn of(&self, owner: Role) -> Option<&Issued> {
        match owner {
            Role::Client => self.client.as_ref(),
            Role::Server => self.server.as_ref(),
        }
    }

    fn issue(origin: &Origin, setting: &Setting) -> Result<Self, StagingError> {
        let on_the_hour = Setting { now: origin.hour, ..setting.clone() };
        let keys = Keys { authorities: origin.keys, servers: origin.servers };
        let (server, client) = (name(Role::Server), name(Role::Client));
        let drawn = Drawn::draw(keys, server, client, origin.hour, &mut generator(&on_the_hour, AUTHORITIES))?;
        let roots_list = drawn.authorities.roots_list(origin.hour)?;
        let issued = |owner: Role, certified: bool| -> Result<Option<Issued>, StagingError> {
            if !certified {
                return Ok(None);
            }
            let purpose = Purpose::of(owner);
            let list = issuers_list(&drawn.authorities, name(owner), purpose, &on_the_hour)?;
            Ok(Some(Issued { credential: drawn.leaf(purpose)?, list }))
        };
        let [client, server] = origin.certified;
        let (client, server) = (issued(Role::Client, client)?, issued(Role::Server, server)?);
        Ok(Self { client, server, authorities: drawn.authorities, roots_list })
    }
}

/// What was issued, by what it follows from; the oldest first.
type Remembered = VecDeque<(Origin, Arc<Genuine>)>;

/// What the authorities of this setting have issued for this mode; keys that decrypt have so many bits.
pub(super) fn genuine(mode: &Mode, setting: &Setting, bits: usize) -> Result<Arc<Genuine>, StagingError> {
    static REMEMBERED: LazyLock<Mutex<Remembered>> = LazyLock::new(Mutex::default);
    let remembered = || REMEMBERED.lock().unwrap_or_else(PoisonError::into_inner);
    let origin = Origin {
        authorities: setting.authorities,
        hour: setting.now - setting.now.rem_euclid(HOUR),
        keys: setting.keys,
        // Who decrypts with the certified key has one that can.
        servers: mode.gives(Source::DecryptionKey).then_some(KeyType::Rsa { bits }),
        certified: [Role::Client, Role::Server].map(|role| mode.certifies(role)),
    };
    if let Some((_, genuine)) = remembered().iter().find(|(known, _)| *known == origin) {
        return Ok(Arc::clone(genuine));
    }
    let issued = Arc::new(Genuine::issue(&origin, setting)?);
    let mut remembered = remembered();
    if remembered.len() >= MOST {
        remembered.pop_front();
    }
    remembered.push_back((origin, Arc::clone(&issued)));
    Ok(issued)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{encryption::USUAL_BITS, modes, staging::BLOCK};

    #[test]
    fn what_was_issued_is_remembered_and_is_what_it_follows_from() {
        let mode = |id| modes::find(id).unwrap();
        let (one, other) = (Setting::seeded("a", 1), Setting::seeded("b", BLOCK));
        let leaf = |mode: &Mode, setting: &Setting| {
            let genuine = genuine(mode, setting, USUAL_BITS).unwrap();
            genuine.of(Role::Server).unwrap().credential.certificate().to_vec()
        };
        let known = genuine(mode("ecdh-cert"), &one, USUAL_BITS).unwrap();
        let later = Setting { now: one.now + HOUR - 1, session: "c".into(), ..one.clone() };
        assert!(Arc::ptr_eq(&known, &genuine(mode("ecdh-cert"), &later, USUAL_BITS).unwrap()));
        assert!(
            known.of(Role::Client).is_none()
                && genuine(mode("ecdh-mutual"), &one, USUAL_BITS).unwrap().of(Role::Client).is_some()
        );
        let first = leaf(mode("ecdh-cert"), &one);
        assert_eq!(first, leaf(mode("ecdh-mutual"), &one), "whoever else is certified");
        let next = Setting { now: one.now + HOUR, ..one.clone() };
        let keys = Setting { keys: KeyType::P256, ..one.clone() };
        for different in [
            leaf(mode("ecdh-cert"), &other),
            leaf(mode("ecdh-cert"), &next),
            leaf(mode("ecdh-cert"), &keys),
            leaf(mode("rsa-cert"), &one),
        ] {
            assert_ne!(first, different);
        }
        // Whatever was remembered in between, and forgotten.
        (2..2 + MOST as u64).for_each(|block| drop(leaf(mode("ecdh-cert"), &Setting::seeded("d", block * BLOCK))));
        assert_eq!(first, leaf(mode("ecdh-cert"), &one));
    }
}
