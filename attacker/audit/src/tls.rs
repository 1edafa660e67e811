//! The TLS that the audit's servers speak.

use crate::lie::{self, Lie};
use std::sync::Arc;
use tokio_rustls::rustls::{
    self, ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::{ClientHello, NoServerSessionStorage, ResolvesServerCert},
    sign::CertifiedKey,
};

/// Why a server cannot present what it is to present.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The private key cannot be read.
    #[error("private key: {0}")]
    Key(#[from] rustls::pki_types::pem::Error),
    /// TLS itself refuses.
    #[error("TLS: {0}")]
    Tls(#[from] rustls::Error),
}

/// A chain, leaf first, and the leaf's private key, PKCS#8 in PEM.
#[derive(Clone, Debug)]
pub(crate) struct Presented {
    pub(crate) chain: Vec<Vec<u8>>,
    pub(crate) key: String,
    /// How the server deviates in all that is no certificate.
    pub(crate) lie: Lie,
    /// Keys are agreed upon by X25519, whatever else the client offers.
    pub(crate) x25519_alone: bool,
}

/// How a server that presents this speaks with a client that offers these protocols. It shows its chain whoever is asked
/// for, whether or not the key is that of the certificate, gives no tickets and remembers no sessions: each test stands alone.
pub(crate) fn config(presented: &Presented, http: bool) -> Result<Arc<ServerConfig>, Error> {
    let provider = Arc::new(lie::provider(presented));
    let key = PrivateKeyDer::from_pem_slice(presented.key.as_bytes())?;
    let key = lie::signing(presented, provider.key_provider.load_private_key(key)?);
    let chain = presented.chain.iter().map(|der| CertificateDer::from(der.clone())).collect();
    let certified = Arc::new(CertifiedKey::new(chain, key));
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(rustls::ALL_VERSIONS)?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(Whoever(certified)));
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    if http {
        config.alpn_protocols = vec![HTTP.to_vec()];
    }
    Ok(Arc::new(config))
}

/// The one protocol that is spoken inside where protocols are negotiated (RFC 7301).
const HTTP: &[u8] = b"http/1.1";

/// Whether a client offers that protocol: who offers none is answered without.
pub(crate) fn offers_http(hello: &ClientHello<'_>) -> bool {
    hello.alpn().is_some_and(|mut offered| offered.any(|protocol| protocol == HTTP))
}

/// The same certificate for everybody.
#[derive(Debug)]
struct Whoever(Arc<CertifiedKey>);

impl ResolvesServerCert for Whoever {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}
