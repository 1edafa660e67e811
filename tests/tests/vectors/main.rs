//! Published vectors, with the calls that the lab makes.

mod diffie_hellman;
mod rfc;
mod wycheproof;
