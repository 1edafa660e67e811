//! `reuse-nonce`: two records under one nonce.
//!
//! A stream cipher adds the same octets to whatever is sealed under one key and nonce. Who knows one of two such texts has
//! the other; and who can give a record another number than it was sealed with can have it taken twice. With the number in
//! every record's nonce, neither is worth anything.
//!
//! 1. Pass every frame on as it came and keep a copy of each record.
//! 2. Read: when the session is over, add the words that victims end with to any two records. Renumber: pass a victim's
//!    first record on, and then once more under the number that comes next.
//! 3. Where what comes out is a text, it is what the other record says.

use super::records::{OnRecords, Records};
use crate::{
    attack::{Family, Info, Move, Needs, Variant},
    listener::{Listener, readable},
    passive::Passive,
};
use lab::{
    event::Fact,
    loot::Loot,
    record::{Content, Sealed},
    role::Role,
    victim::LAST_WORDS,
    wire::Frame,
};

pub(super) const INFO: Info = Info {
    id: "reuse-nonce",
    title: "Look for two records under one nonce",
    family: Family::Records,
    needs: Needs::Anything,
    variants: &[
        Variant::new("read", "add known words to any two records"),
        Variant::new("renumber", "send the client's first record again, with the next number"),
        Variant::new("renumber-server", "send the server's first record again, with the next number"),
    ],
    loot: Loot::NONE,
    logarithm: None,
    stopped_by: &["record-auth"],
    source: include_str!("reuse_nonce.rs"),
    start: |start| match start.variant.as_deref() {
        Some("renumber") => Box::new(Records::new(Role::Client, Renumber)),
        Some("renumber-server") => Box::new(Records::new(Role::Server, Renumber)),
        _ => Box::new(Passive::new(&start, look)),
    },
};

fn look(listener: &mut Listener) -> Vec<Fact> {
    let records = listener.recording().iter();
    let sealed = records.filter_map(|(from, frame)| Some((*from, Sealed::parse(&frame.body)?.ciphertext)));
    read(&sealed.collect::<Vec<_>>())
}

/// What these ciphertexts say if two of them are added to the same octets, and one says the known words.
fn read(sealed: &[(Role, &[u8])]) -> Vec<Fact> {
    let mut read = Vec::new();
    for words in LAST_WORDS.map(|words| Content::Data(words.as_bytes().to_vec()).to_plaintext()) {
        for (i, (_, known)) in sealed.iter().enumerate().filter(|(_, (_, known))| known.len() == words.len()) {
            let stream = sum(known, &words);
            let others = sealed.iter().enumerate().filter(|(j, (_, other))| *j != i && other.len() <= stream.len());
            for (_, (sender, other)) in others {
                let text = readable(&sum(other, &stream));
                read.extend(text.map(|text| Fact::Recovered { sender: *sender, text, live: false }));
            }
        }
    }
    read
}

/// Both without carry, as long as the shorter one.
pub(super) fn sum(a: &[u8], b: &[u8]) -> Vec<u8> {
    a.iter().zip(b).map(|(a, b)| a ^ b).collect()
}

struct Renumber;

impl OnRecords for Renumber {
    fn record(&mut self, from: Role, index: usize, frame: Frame) -> Vec<Move> {
        let again = (index == 0).then(|| {
            let mut again = frame.clone();
            again.body.splice(..8, 1u64.to_be_bytes());
            Move::Inject { name: from, frame: again }
        });
        let step = again.is_some().then_some(Move::Step(2));
        step.into_iter().chain([Move::Forward { from, frame }]).chain(again).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lab::record::RecordKey;

    /// A canary and the words after it, sealed under these numbers.
    fn said(numbers: [u64; 2]) -> Vec<String> {
        let key = RecordKey::new(&[7; 32]).unwrap();
        let texts = ["Pay 100 to Carol [0123456789abcdef0123456789abcdef]", LAST_WORDS[0]];
        let data = |text: &str| Content::Data(text.as_bytes().to_vec());
        let frames = [0, 1].map(|i| key.seal(numbers[i], &data(texts[i])).unwrap());
        let sealed = frames.each_ref().map(|frame| (Role::Client, Sealed::parse(&frame.body).unwrap().ciphertext));
        let text = |fact| if let Fact::Recovered { text, .. } = fact { text } else { String::new() };
        read(&sealed).into_iter().map(text).collect()
    }

    #[test]
    fn under_one_nonce_the_words_open_the_canary_and_under_two_nothing() {
        assert_eq!(said([4, 4]), ["Pay 100 to Carol [0123456789abcdef0123456789abcdef]"]);
        assert!(said([4, 5]).is_empty());
    }
}
