//! `online-guess`: try one word, by taking part.
//!
//! Where the messages give nothing away to try words on, whoever guesses has to play along: it stands in for the server with
//! the likeliest word and sees whether the client believes it. That is one try a session, and the client notices each that
//! fails.
//!
//! 1. Pass the client's first message on as it came.
//! 2. Answer in the server's name, with the likeliest word of the list for the secret.
//! 3. Read what the client sends if it went on, answer in the server's name that this is all, and let the server wait.

use crate::{
    attack::{Family, Info, Needs},
    impostor::AsServer,
    middle::Plan,
};
use lab::{algebra::real::Value, loot::Loot, mode::Source, password, role::Role};

pub(super) const INFO: Info = Info {
    id: "online-guess",
    title: "Try one word by taking part",
    family: Family::KeysAndPeople,
    needs: Needs::SharedSecret,
    variants: &[],
    loot: Loot::NONE,
    logarithm: None,
    stopped_by: &["finished", "psk-binder"],
    source: include_str!("online_guess.rs"),
    start: |start| {
        let word = password::all().next().unwrap_or_default();
        let guessed = |source| (source == Source::SharedSecret).then(|| Value::secret(word.as_bytes()));
        let as_server = start.mode.known(Role::Server, guessed);
        Box::new(AsServer::new(&start, Plan { as_server, ..Plan::substitution() }))
    },
};
