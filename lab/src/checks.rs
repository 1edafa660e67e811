//! The registry of checks, which lists, documentation, pages and tests derive from.

use crate::{certificate, check::Check};
use std::sync::LazyLock;

macro_rules! checks {
    ($($name:ident = $id:literal { $title:literal, threat: $threat:literal, compares: $compares:literal, from: $source:literal $(, withholds: $withholds:literal)? })*) => {
        $(
            #[doc = concat!("`", $id, "`: ", $compares, " (", $source, ")")]
            pub static $name: Check = Check {
                id: $id,
                title: $title,
                threat: $threat,
                compares: $compares,
                reference: $source,
                withholds: false $(|| $withholds)?,
            };
        )*

        static OWN: &[&Check] = &[$(&$name),*];
    };
}

checks! {
    PUBLIC_RANGE = "public-range" {
        "Public value in range",
        threat: "An attacker sends 0, 1, p−1 or p and knows the shared secret without any secret of its own.",
        compares: "the peer's public value with 2 and p−2",
        from: "RFC 7919 section 5.1"
    }
    GROUP_SIZE = "group-size" {
        "Prime large enough",
        threat: "A short prime lets anybody compute the discrete logarithm and read the session.",
        compares: "the bits of the server's prime with 2048",
        from: "RFC 8270 section 1"
    }
    GROUP_PRIME = "group-prime" {
        "Modulus is a prime",
        threat: "A modulus that is no prime falls apart into its factors, and each logarithm modulo one of them is easy.",
        compares: "the server's p with a prime, by the test of Baillie, Pomerance, Selfridge and Wagstaff",
        from: "NIST SP 800-56A rev. 3 section 5.5.2; CVE-2016-2217"
    }
    GROUP_ORDER = "group-order" {
        "Generator has a large order",
        threat: "Where p−1 falls apart, so does the logarithm; and a generator may lead round in a small circle only.",
        compares: "(p−1)/2 with a prime, and g with 2 and p−2: then the order of g is (p−1)/2 or p−1",
        from: "NIST SP 800-56A rev. 3 section 5.5.2; RFC 2412 appendix E"
    }
    GROUP_KNOWN = "group-known" {
        "Group is a published one",
        threat: "A prime of unknown origin can be composite, smooth or trapdoored, whatever its size.",
        compares: "the server's p and g with the safe-prime groups of RFC 3526 and RFC 7919",
        from: "RFC 7919 section 3"
    }
    PUBLIC_SUBGROUP = "public-subgroup" {
        "Public value in the right subgroup",
        threat: "A public value of a small order r tells the exponent modulo r to who tries r keys: many of them tell all of it.",
        compares: "the q-th power of the peer's public value with 1, q being the order of the generator",
        from: "RFC 2785 section 3.1; NIST SP 800-56A rev. 3 section 5.6.2.3.1"
    }
    FRESH_EPHEMERAL = "fresh-ephemeral" {
        "Secret is of this session alone",
        threat: "A secret that is kept for many sessions can be learned bit by bit, and then opens all of them.",
        compares: "the own public value with that of the session before",
        from: "RFC 2785 section 3.3; NIST SP 800-56A rev. 3 section 5.6.3.3"
    }
    FRESH_RANDOMNESS = "fresh-randomness" {
        "Generator starts from what nobody can guess",
        threat: "A generator that starts from the time of day and a process number has as many outputs as there are such pairs: \
                 whoever sees one of them on the wire finds the pair, and then every secret that was drawn after it.",
        compares: "what the own generator starts from with what clock and process number alone would give",
        from: "RFC 4086 section 6.1.1; NIST SP 800-90A rev. 1 section 8.6",
        withholds: true
    }
    CONTRIBUTORY = "contributory" {
        "Both parties contributed",
        threat: "A point of small order, or what is no element, makes the shared secret all zero, whatever the victim's own \
                 secret.",
        compares: "the output of the key agreement with zero, in constant time",
        from: "RFC 7748 section 6.1"
    }
    TRANSCRIPT_SIGNATURE = "transcript-signature" {
        "Peer signed this very exchange",
        threat: "A certificate is public: without a fresh signature anybody can show it beside a key of its own.",
        compares: "the signature with the certified key and the digest of all frames so far",
        from: "RFC 8446 section 4.4.3"
    }
    FINISHED = "finished" {
        "Both saw the same handshake",
        threat: "What no signature covers can be changed on the way: offers, choices, names.",
        compares: "the peer's MAC with the MAC over the own transcript, in constant time",
        from: "RFC 8446 section 4.4.4"
    }
    KEY_CONFIRMATION = "key-confirmation" {
        "Peer has the key",
        threat: "Whoever answers with a share of its own has no key yet. What is said to it all the same can be read by it on the \
                 day on which it steals the secret of the one that it stood in for.",
        compares: "the peer's MAC under a key of this exchange with the MAC over the own transcript, in constant time",
        from: "Krawczyk, HMQV, 2005, section 3; NIST SP 800-56A rev. 3 section 5.9"
    }
    HALVES_FIT = "halves-fit" {
        "The second half fits the first",
        threat: "Whoever stands between two keys can read and write for both, but must not wait: were the first half not binding, \
                 it would send anything, wait for the real text and pass that on.",
        compares: "the digest of the sealed text with the one that came first",
        from: "Rivest and Shamir, How to expose an eavesdropper, 1984"
    }
    PEER_PASSWORD = "peer-password" {
        "Peer said the password",
        threat: "Halves that fit say that somebody spoke before it heard, and not who: whoever speaks first may say anything.",
        compares: "the text that was sealed with the password, in constant time",
        from: "Davies and Price, Security for computer networks, 1984; Bellovin and Merritt, 1994"
    }
    NONCE_RETURNED = "nonce-returned" {
        "Peer returned the nonce",
        threat: "Anybody can encrypt to a public key: without what only the owner of its private key can know, nobody has proved \
                 anything.",
        compares: "the nonce that was sent, encrypted to the peer, with the one that came back, in constant time",
        from: "Needham and Schroeder, 1978"
    }
    RESPONDER_NAMED = "responder-named" {
        "The answer names who was called",
        threat: "Whom the client calls of its own accord passes the call on to somebody else and the answer back: the client opens \
                 it, and proves to that somebody that it is there.",
        compares: "the name in the answer with the name of the one that was called",
        from: "Lowe, An attack on the Needham–Schroeder public-key authentication protocol, 1995, section 4"
    }
    IDENTITY_BINDING = "identity-binding" {
        "Whoever signed holds the key",
        threat: "An attacker signs the exchange of two others with a certificate of its own: it does not learn the key, but \
                 what one says is credited to it.",
        compares: "the peer's MAC under a key of this exchange with the MAC over the own transcript up to the peer's \
                   certificate, in constant time",
        from: "Krawczyk, SIGMA, 2003, section 5"
    }
    OFFERS_BOUND = "offers-bound" {
        "Offers arrived as they were made",
        threat: "Who takes the strong groups out of the client's offers has the server choose a weak one, and both sign it.",
        compares: "the offers that the server heard, which it signs, with those that the client made",
        from: "RFC 8446 section 4.1.3"
    }
    FRESH_TRANSCRIPT = "fresh-transcript" {
        "Answer is to this very question",
        threat: "A signature in which nothing of the client's stands is as good tomorrow as today: whoever has an old one, and has \
                 broken the share in it meanwhile, shows it again.",
        compares: "the random value that the server answers, and signs, with the one that the client drew for this session",
        from: "RFC 5246 section 7.4.3"
    }
    SESSION_HASH = "session-hash" {
        "It is this session that goes on",
        threat: "Where the client alone chooses the secret, whomever it calls can have the same keys with somebody else. Taken up \
                 again, the two sessions differ in nothing, and what the client proves in the one it proves in the other.",
        compares: "the digest of the handshake that the client takes up, which the keys cover as well, with that of the handshake \
                   that the server had",
        from: "RFC 7627 sections 3 and 4"
    }
    PSK_BINDER = "psk-binder" {
        "Peer knows the shared secret",
        threat: "A name in a message is but a word: without proof of the secret anybody can put a share of its own beside it.",
        compares: "the peer's MAC under a key from the shared secret with the MAC over what was offered, chosen and named, in \
                   constant time",
        from: "RFC 8446 section 4.2.11.2"
    }
    ROLE_SEPARATION = "role-separation" {
        "Called by the own name",
        threat: "Whoever is client and server under one secret can be led back to itself: it proves to itself that it knows \
                 the secret, and takes itself for its partner.",
        compares: "the name that the client wants to talk to with the own name",
        from: "Drucker and Gueron, Selfie: reflections on TLS 1.3 with PSK, 2019"
    }
    SAS_COMMITMENT = "sas-commitment" {
        "Share was settled before the answer",
        threat: "Who may choose its share after it has seen all others', tries as many as it takes until the short string comes out \
                 as it wants: 65,536 tries are nothing.",
        compares: "the digest of the client's last message with the commitment in its first one",
        from: "RFC 6189 section 4.4.1.1; Vaudenay, Secure communications over insecure channels based on short authenticated strings, 2005"
    }
    SAS_COMPARE = "sas-compare" {
        "People compare a short string",
        threat: "Nothing else authenticates the exchange: between two who do not compare sits whoever wants to.",
        compares: "the string that the peer reads aloud with the own one, which follows from all messages so far",
        from: "RFC 6189 section 4.4"
    }
    KNOWN_KEY = "known-key" {
        "Same key as at first contact",
        threat: "A key that nobody certifies proves nothing by itself: whoever comes between two that have met shows one of its own.",
        compares: "the host key that the server shows with the one that the client remembers from its first contact; then there \
                   is none, and the one that is shown counts",
        from: "RFC 4251 section 4.1"
    }
    FINGERPRINT_COMPARE = "fingerprint-compare" {
        "People compare the key's fingerprint",
        threat: "At first contact there is nothing to hold a key against: whoever is in the middle then is taken for the server, and \
                 remembered as it.",
        compares: "the digest of the server's key that somebody at the server reads aloud with that of the key that came",
        from: "RFC 4251 section 4.1; RFC 4255 section 1"
    }
    IMPLICIT_REJECTION = "implicit-rejection" {
        "What is wrong with a ciphertext is kept to oneself",
        threat: "A server that refuses a badly padded block at once answers a question about its private key with each block that \
                 it is sent: after thousands of them a recorded session is open.",
        compares: "what the ciphertext holds with a padded block, at the end of the handshake alone: until then a drawn secret \
                   stands in its place",
        from: "RFC 5246 section 7.4.7.1",
        withholds: true
    }
    RECORD_AUTH = "record-auth" {
        "Records are authentic",
        threat: "A stream cipher alone lets anybody flip chosen bits of the plaintext.",
        compares: "the record's Poly1305 tag with the tag computed over it",
        from: "RFC 8439 section 2.8"
    }
    RECORD_ORDER = "record-order" {
        "Records come once and in order",
        threat: "A recorded order to pay would be carried out as often as it is sent again.",
        compares: "the record's sequence number with the number of records before it",
        from: "RFC 8446 section 5.3"
    }
    DIRECTION_KEYS = "direction-keys" {
        "Each direction has its own key",
        threat: "With one key for both directions a victim's own words can be thrown back at it as the peer's.",
        compares: "the key that opens a record with the keys of the two directions",
        from: "RFC 8446 section 7.3"
    }
    FRESH_KEYS = "fresh-keys" {
        "A key is installed once",
        threat: "Whoever replays the message that installs a key has its records counted from the beginning again: two of them \
                 are sealed with the same octets, and one whose text is known opens the other.",
        compares: "the key that is to be installed with those that were installed before",
        from: "Vanhoef and Piessens, Key reinstallation attacks: forcing nonce reuse in WPA2, 2017"
    }
    AUTHENTICATED_CLOSE = "authenticated-close" {
        "The end is authentic",
        threat: "A connection that is cut after 'pay' and before 'only if' would pass for the whole message.",
        compares: "the end of the connection with a sealed close record before it",
        from: "RFC 8446 section 6.1"
    }
}

/// Every check, in the order of the documentation: those of the exchange and of records, then those of path validation.
pub fn all() -> &'static [&'static Check] {
    static ALL: LazyLock<Vec<&'static Check>> =
        LazyLock::new(|| OWN.iter().copied().chain(of_certificates()).collect());
    &ALL
}

/// The checks of path validation.
pub fn of_certificates() -> impl Iterator<Item = &'static Check> {
    certificate::CHECKS.iter()
}

/// The check with this id.
pub fn find(id: &str) -> Option<&'static Check> {
    all().iter().copied().find(|check| check.id == id)
}

/// Checks of the record layer, which every mode performs.
pub const OF_RECORDS: [&Check; 4] = [&RECORD_AUTH, &RECORD_ORDER, &DIRECTION_KEYS, &AUTHENTICATED_CLOSE];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ids_are_unique() {
        let ids: BTreeSet<_> = all().iter().map(|check| check.id).collect();
        assert_eq!(ids.len(), all().len());
    }
}
