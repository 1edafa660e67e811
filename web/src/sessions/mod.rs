//! Sessions: what is run ([`orders`]), what is known of it while it runs and afterwards ([`book`], [`hub`], [`store`]), and
//! what can be said of it ([`chains`], [`compare`], [`export`] and back [`import`], [`matrix`],
//! [`octets`]).

pub mod book;
pub mod chains;
pub mod compare;
pub mod export;
pub mod filter;
pub mod flights;
pub mod frame;
pub mod hub;
pub mod import;
pub mod matrix;
pub mod octets;
pub mod order;
pub mod orders;
mod report;
pub mod session;
pub mod store;
pub mod veil;
