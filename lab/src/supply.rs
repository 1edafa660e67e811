//! What a party was given before a session, as values of the algebra of bytes.

use crate::{
    algebra::real::{Offer, Value},
    certificate::{Trust, Verified},
    control::{Credentials, PlayOrder},
    encryption::DecryptionKey,
    group::Group,
    mode::{Mode, Source},
    role::Role,
    wire::body,
};
use std::sync::Arc;
use zeroize::Zeroizing;

/// A field of an order that is not what it has to be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: expected {expected}")]
pub struct Malformed {
    /// The field.
    pub field: &'static str,
    /// What it has to be.
    pub expected: &'static str,
}

/// Values by where they come from.
#[derive(Default)]
pub struct Supply(Vec<(Source, Value)>);

impl Supply {
    /// Everything that an order gives a victim; a group of its own and the signatures that it knows already it has kept.
    ///
    /// # Errors
    /// Credentials that are none.
    pub fn of(
        order: &PlayOrder,
        mode: &Mode,
        group: Option<Group>,
        verified: Option<Arc<Verified>>,
    ) -> Result<Self, Malformed> {
        let groups = mode.groups.iter().map(|group| (*group).to_owned()).collect();
        let mut supply = Self(vec![
            (Source::Session, Value::Text(order.correlation.clone())),
            (Source::Offers, Value::Offers(vec![Offer { mode: mode.id.to_owned(), groups }])),
            (Source::Clock, Value::Time(order.now)),
        ]);
        supply.0.extend(group.map(|group| (Source::Group, Value::Group(group))));
        if let Some(secret) = &order.shared_secret {
            let secret = Zeroizing::new(octets("shared_secret", secret)?);
            supply.0.push((Source::SharedSecret, Value::Secret(secret)));
        }
        if let Some(credentials) = &order.credentials {
            supply.0.push((Source::Trust, Value::Trust(Arc::new(trust(credentials, verified)?))));
            supply.0.extend(credentials.peer_name.clone().map(|name| (Source::PeerName, Value::Text(name))));
            supply.identify(credentials)?;
        }
        Ok(supply)
    }

    /// What makes the attacker pass for a victim: a chain and the keys to it.
    ///
    /// # Errors
    /// Credentials that are none.
    pub fn loot(credentials: &Credentials) -> Result<Self, Malformed> {
        let mut supply = Self::default();
        supply.identify(credentials)?;
        Ok(supply)
    }

    /// The values as the table names them for this role.
    pub fn known(&self, mode: &Mode, role: Role) -> Vec<(&'static str, Value)> {
        let value = |source| self.0.iter().find(|(from, _)| *from == source).map(|(_, value)| value.clone());
        mode.known(role, value)
    }

    fn identify(&mut self, credentials: &Credentials) -> Result<(), Malformed> {
        self.0.extend(credentials.own_name.clone().map(|name| (Source::OwnName, Value::Text(name))));
        if let Some(key) = &credentials.peer_key {
            self.0.push((Source::PeerKey, Value::Bytes(octets("peer_key", key)?)));
        }
        if !credentials.chain.is_empty() {
            self.0.push((Source::Chain, Value::Chain(Arc::from(ders("chain", &credentials.chain)?))));
        }
        if let Some(key) = &credentials.decryption_key {
            let der = Zeroizing::new(octets("decryption_key", key)?);
            let key = DecryptionKey::from_pkcs8(&der);
            let key = key.ok_or(Malformed { field: "decryption_key", expected: "a private RSA key, PKCS#8" })?;
            self.0.push((Source::DecryptionKey, Value::DecryptionKey(Arc::new(key))));
        }
        if let Some(secret) = &credentials.static_key {
            self.0.push((Source::StaticKey, Value::secret(&octets("static_key", secret)?)));
        }
        if let Some(public) = &credentials.peer_static {
            self.0.push((Source::PeerStatic, Value::Bytes(octets("peer_static", public)?)));
        }
        if let Some(key) = &credentials.key {
            let seed = Zeroizing::new(octets("key", key)?);
            let seed = seed.as_slice().try_into().map_err(|_| Malformed { field: "key", expected: "32 octets" })?;
            let key = Value::signing_key(seed);
            self.0.extend([(Source::SigningKey, key.clone()), (Source::HostKey, key)]);
        }
        Ok(())
    }
}

fn trust(credentials: &Credentials, verified: Option<Arc<Verified>>) -> Result<Trust, Malformed> {
    let pins = ders("pins", &credentials.pins)?.into_iter().map(TryInto::try_into).collect::<Result<_, _>>();
    Ok(Trust {
        anchors: ders("anchors", &credentials.anchors)?,
        revocation_lists: ders("revocation_lists", &credentials.revocation_lists)?,
        pins: pins.map_err(|_| Malformed { field: "pins", expected: "32 octets each" })?,
        verified,
    })
}

fn ders(field: &'static str, texts: &[String]) -> Result<Vec<Vec<u8>>, Malformed> {
    texts.iter().map(|text| octets(field, text)).collect()
}

fn octets(field: &'static str, text: &str) -> Result<Vec<u8>, Malformed> {
    body::decode(field, &text.into()).map_err(|_| Malformed { field, expected: "unpadded base64url" })
}
