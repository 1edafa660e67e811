//! web

pub mod cert;
