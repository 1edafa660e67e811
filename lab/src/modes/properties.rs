//! What each mode protects, and what it does not; where it is deployed, and what becomes of its keys there.

use serde::Serialize;

/// Whether a mode keeps what it might promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Promise {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// It does under a condition.
    If {
        /// The condition.
        condition: &'static str,
    },
    /// There is nothing to keep or to break: no lasting key, no choice.
    Void,
}

/// What a mode protects with all of its usual checks on, in its first variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Properties {
    /// The mode's id.
    pub mode: &'static str,
    /// Whoever only listens reads nothing.
    pub listeners: Promise,
    /// Whoever stands in the middle reads nothing.
    pub middle: Promise,
    /// The client knows that it talks to the server.
    pub server_authenticated: Promise,
    /// The server knows that it talks to the client.
    pub client_authenticated: Promise,
    /// A lasting key that is stolen later opens nothing that was said before.
    pub forward_secrecy: Promise,
    /// Whoever steals a victim's lasting key cannot pass for others towards that victim.
    pub key_compromise: Promise,
    /// Nobody can take the best choice away.
    pub downgrade: Promise,
    /// Neither can prove to a third what the other said.
    pub deniable: Promise,
    /// What is recorded today stays closed to the quantum computers of tomorrow.
    pub quantum: Promise,
    /// Where it is deployed.
    pub deployed: &'static str,
    /// How its keys are renewed and thrown away there.
    pub renewal: &'static str,
}

/// Each property in the order of the documentation: its name, and how it stands in a mode.
pub const NAMES: [&str; 9] = [
    "listeners",
    "middle",
    "server-authenticated",
    "client-authenticated",
    "forward-secrecy",
    "key-compromise",
    "downgrade",
    "deniable",
    "quantum",
];

impl Properties {
    /// The promises with their names, in the order of [`NAMES`].
    pub fn promises(&self) -> impl Iterator<Item = (&'static str, Promise)> {
        let promises = [
            self.listeners,
            self.middle,
            self.server_authenticated,
            self.client_authenticated,
            self.forward_secrecy,
            self.key_compromise,
            self.downgrade,
            self.deniable,
            self.quantum,
        ];
        NAMES.into_iter().zip(promises)
    }
}

/// The properties of a mode by its id.
pub fn of(mode: &str) -> Option<&'static Properties> {
    TABLE.iter().find(|properties| properties.mode == mode)
}

use Promise::{No, Void, Yes};

/// A promise under a condition.
const fn if_(condition: &'static str) -> Promise {
    Promise::If { condition }
}

/// Nobody is named, and everybody is fresh.
const ANONYMOUS: Properties = Properties {
    mode: "",
    listeners: Yes,
    middle: No,
    server_authenticated: No,
    client_authenticated: No,
    forward_secrecy: Yes,
    key_compromise: Void,
    downgrade: No,
    deniable: Yes,
    quantum: No,
    deployed: "",
    renewal: "",
};

/// The server shows a certificate and signs.
const CERTIFIED: Properties = Properties {
    middle: Yes,
    server_authenticated: Yes,
    key_compromise: Yes,
    downgrade: Yes,
    deniable: No,
    ..ANONYMOUS
};

static TABLE: [Properties; 16] = [
    Properties {
        mode: "dh",
        deployed: "Opportunistic encryption between mail servers; Bluetooth's \"just works\" pairing, with another group",
        renewal: "A fresh exponent for each session, forgotten at its end; there is no other key",
        ..ANONYMOUS
    },
    Properties {
        mode: "dh-weak",
        listeners: No,
        forward_secrecy: if_("nobody computes the logarithm"),
        deployed: "TLS up to 1.2 and IPsec, in groups from the vendor's default configuration",
        renewal: "The group stays for years, which pays for computing ahead; exponents should be fresh and were often kept",
        ..ANONYMOUS
    },
    Properties {
        mode: "dh-cert",
        deployed: "TLS_DHE in HTTPS up to TLS 1.2 and mail transport; SSH's diffie-hellman-group-exchange",
        renewal: "Certificates live for months and are revoked by lists or OCSP; exponents for one session, or for a day where \
                  servers save work",
        ..CERTIFIED
    },
    Properties {
        mode: "ecdh",
        deployed: "Opportunistic encryption, such as tcpcrypt and mail transport without verification",
        renewal: "A fresh scalar for each session, forgotten at its end; there is no other key",
        ..ANONYMOUS
    },
    Properties {
        mode: "ecdh-cert",
        deployed: "HTTPS, mail, file transfer: TLS 1.3",
        renewal: "Certificates live for at most 398 days, soon 47, and are replaced by ACME; scalars for one session; record keys \
                  by a key update before 2^24.5 records (RFC 8446 section 5.5)",
        ..CERTIFIED
    },
    Properties {
        mode: "ecdh-mutual",
        client_authenticated: Yes,
        deployed: "VPNs by IKEv2, service meshes, TLS with client certificates",
        renewal: "Both certificates by an authority of one's own, in meshes daily; a VPN agrees anew each hour and forgets the \
                  keys before",
        ..CERTIFIED
    },
    Properties {
        mode: "psk",
        middle: Yes,
        server_authenticated: Yes,
        client_authenticated: Yes,
        key_compromise: No,
        downgrade: Yes,
        deployed: "VPNs between two sites, sensors, home networks; TLS 1.3 with an external PSK",
        renewal: "The secret is changed by hand, on both sides, which is why it seldom is",
        ..ANONYMOUS
    },
    Properties {
        mode: "pake",
        middle: if_("nobody guesses the word at the first try"),
        server_authenticated: if_("nobody guesses the word at the first try"),
        client_authenticated: if_("nobody guesses the word at the first try"),
        key_compromise: No,
        downgrade: Yes,
        deployed: "Pairing of devices by a code, file transfer with a spoken code (Magic Wormhole), WPA3's SAE",
        renewal: "The word for one pairing or until somebody changes it; scalars for one session",
        ..ANONYMOUS
    },
    Properties {
        mode: "sas",
        middle: if_("the two compare the string, and know each other's voices"),
        server_authenticated: if_("the two compare the string, and know each other's voices"),
        client_authenticated: if_("the two compare the string, and know each other's voices"),
        downgrade: Yes,
        deployed: "Calls over ZRTP (Linphone, Jitsi), numeric comparison in Bluetooth, the emoji that Matrix clients show",
        renewal: "Everything is fresh for each session; ZRTP keeps a secret so that later calls need no comparison",
        ..ANONYMOUS
    },
    Properties {
        mode: "tofu",
        middle: if_("nobody was in the middle at first contact"),
        server_authenticated: if_("nobody was in the middle at first contact"),
        key_compromise: Void,
        downgrade: Yes,
        deniable: No,
        deployed: "SSH, first contact in messengers, pinned keys in apps",
        renewal: "The host key for years, and each change is an alarm; the exchange is fresh for each session",
        ..ANONYMOUS
    },
    Properties {
        mode: "hybrid-cert",
        quantum: Yes,
        deployed: "HTTPS in current browsers (X25519MLKEM768); OpenSSH offers a like hybrid by default",
        renewal: "As with ecdh-cert; both halves of the secret are fresh for each session",
        ..CERTIFIED
    },
    Properties {
        mode: "triple-dh",
        middle: Yes,
        server_authenticated: Yes,
        client_authenticated: Yes,
        key_compromise: Yes,
        downgrade: Yes,
        deployed: "The beginning of a conversation in Signal and WhatsApp (X3DH, with prekeys besides); OTR and Noise alike",
        renewal: "The lasting key for the life of an installation, a signed prekey for about a week, then ratchets renew the key \
                  with each message and forget the one before",
        ..ANONYMOUS
    },
    Properties {
        mode: "interlock",
        deployed: "Nowhere; its half-messages live on as the commitments of ZRTP and of Bluetooth's numeric comparison",
        renewal: "A fresh scalar for each session, forgotten at its end; there is no other key",
        ..ANONYMOUS
    },
    Properties {
        mode: "nspk",
        middle: Yes,
        server_authenticated: Yes,
        client_authenticated: Yes,
        forward_secrecy: No,
        key_compromise: Yes,
        downgrade: Void,
        deployed: "Nowhere as it stands; Kerberos grew out of its sibling with a trusted server, and every textbook has it",
        renewal: "Key pairs for years; the nonces are forgotten with the session, but whoever has either private key finds them \
                  again in a recording",
        ..ANONYMOUS
    },
    Properties {
        mode: "rsa",
        forward_secrecy: No,
        deployed: "Nowhere without a certificate, but for what people build themselves",
        renewal: "The key pair is drawn with the installation and seldom again; whoever has it later opens every recording",
        ..ANONYMOUS
    },
    Properties {
        mode: "rsa-cert",
        forward_secrecy: No,
        deployed: "HTTPS for twenty years, up to TLS 1.2; TLS 1.3 took it out",
        renewal: "Certificates for months or years, often over the same key pair; whoever has it later opens every recording",
        ..CERTIFIED
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modes;

    #[test]
    fn every_mode_says_what_it_protects_and_where_it_is_deployed() {
        let missing: Vec<_> = modes::all().iter().map(|mode| mode.id).filter(|id| of(id).is_none()).collect();
        assert_eq!(missing, Vec::<&str>::new());
        for properties in &TABLE {
            assert!(modes::find(properties.mode).is_some(), "{} is no mode", properties.mode);
            assert!(!properties.deployed.is_empty() && !properties.renewal.is_empty(), "{}", properties.mode);
        }
        for mode in modes::all() {
            let table = mode.played(None);
            assert_eq!(of(mode.id).map(|it| it.forward_secrecy != No), Some(table.exchanges()), "{}", mode.id);
        }
    }
}
