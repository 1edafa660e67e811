//! TLS 1.3 as the lab speaks it: against the traces of RFC 8448, against rustls at either end, and every lie of a server
//! against a client with the one check that catches it, and without.

mod clients;
mod early;
mod lies;
mod malformed;
mod peers;
mod resumption;
mod traces;
