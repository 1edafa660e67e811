//! The TLS that the audit speaks itself.

use crate::{
    lie::{self, Lie, Manner},
    moment::{Moment, Timing},
    resumption::Tickets,
};
use lab::{certificate::KeyPair, group::Group, tls::v13};
use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio_rustls::rustls::{
    self, ClientConfig, DigitallySignedStruct, ServerConfig, SignatureScheme,
    client::{
        ResolvesClientCert,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::CryptoProvider,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime, pem::PemObject},
    server::{ClientHello, NoServerSessionStorage, ResolvesServerCert},
    sign::CertifiedKey,
};

/// Why somebody cannot present what it is to present.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The private key cannot be read.
    #[error("private key: {0}")]
    Key(#[from] rustls::pki_types::pem::Error),
    /// TLS itself refuses.
    #[error("TLS: {0}")]
    Tls(#[from] rustls::Error),
}

/// A chain, leaf first, and the key that signs for it, whether or not it is that of the leaf.
#[derive(Clone, Debug)]
pub(crate) struct Presented {
    pub(crate) chain: Vec<Vec<u8>>,
    pub(crate) key: KeyPair,
    /// How whoever presents this deviates in all that is no certificate.
    pub(crate) lie: Lie,
    /// An OCSP response, DER, for whoever asks for one (RFC 6066 section 8).
    pub(crate) staple: Option<Vec<u8>>,
    /// How it is told, the lie and its twin alike.
    pub(crate) manner: Manner,
    /// Its leaf is made when it is shown.
    pub(crate) moment: Option<Moment>,
}

impl Presented {
    /// As it is shown now, and what is to be known of when, where that matters.
    ///
    /// # Errors
    /// The leaf cannot be made.
    pub(crate) fn shown(&self) -> io::Result<Option<(Self, Timing)>> {
        let Some(moment) = &self.moment else { return Ok(None) };
        let (leaf, timing) = moment.show()?;
        let mut shown = self.clone();
        shown.chain.iter_mut().take(1).for_each(|first| first.clone_from(&leaf));
        Ok(Some((shown, timing)))
    }
}

/// A session of the lab's own TLS that presents this, with a seed that was drawn for it; nothing where it is told by rustls.
pub(crate) fn own(presented: &Presented, tickets: &Tickets, seed: [u8; 32]) -> Option<v13::Server> {
    let groups = match presented.manner {
        Manner::Lab | Manner::Tickets | Manner::Early => vec![Group::X25519],
        Manner::Hybrid => vec![Group::X25519MlKem768],
        Manner::Usual | Manner::X25519 | Manner::Older | Manner::Command => return None,
    };
    let identity = v13::Identity { chain: presented.chain.clone(), key: presented.key.clone() };
    let server = v13::Server::new(identity, presented.lie.deviations(), seed);
    let server = match presented.manner {
        Manner::Tickets => server.resuming(tickets.all()),
        Manner::Early => server.resuming(tickets.all()).hearing_early(),
        _ => server,
    };
    Some(server.agreeing_in(groups).speaking(vec![HTTP.to_vec()]))
}

/// How a server that presents this speaks with a client that offers these protocols. It shows its chain whoever is asked
/// for, whether or not the key is that of the certificate, gives no tickets and remembers no sessions: each test stands alone.
pub(crate) fn config(presented: &Presented, http: bool) -> Result<Arc<ServerConfig>, Error> {
    let provider = Arc::new(lie::provider(presented));
    let certified = certified(presented, &provider)?;
    let versions = if presented.manner == Manner::Older { OLDER } else { rustls::ALL_VERSIONS };
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(Always(certified)));
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    if http {
        config.alpn_protocols = vec![HTTP.to_vec()];
    }
    Ok(Arc::new(config))
}

/// What is spoken with whoever is not to speak TLS 1.3.
static OLDER: &[&rustls::SupportedProtocolVersion] = &[&rustls::version::TLS12];

/// The one protocol that is spoken inside where protocols are negotiated (RFC 7301).
const HTTP: &[u8] = b"http/1.1";

/// Whether a client offers that protocol: who offers none is answered without.
pub(crate) fn offers_http(hello: &ClientHello<'_>) -> bool {
    hello.alpn().is_some_and(|mut offered| offered.any(|protocol| protocol == HTTP))
}

/// How a client that presents this speaks with a server, whoever that is: it is not the server that is to be found out.
pub(crate) fn calling(presented: &Presented) -> Result<(Arc<ClientConfig>, Arc<Anybody>), Error> {
    let provider = Arc::new(lie::provider(presented));
    let certified = certified(presented, &provider)?;
    let met = Arc::new(Anybody::new(Arc::clone(&provider)));
    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(rustls::ALL_VERSIONS)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(&met) as Arc<dyn ServerCertVerifier>);
    let config = match presented.lie {
        Lie::Nobody => builder.with_no_client_auth(),
        _ => builder.with_client_cert_resolver(Arc::new(Always(certified))),
    };
    Ok((Arc::new(config), met))
}

/// The chain, and the key that signs for it, whether or not it is that of the certificate.
fn certified(presented: &Presented, provider: &CryptoProvider) -> Result<Arc<CertifiedKey>, Error> {
    let key = PrivateKeyDer::from_pem_slice(presented.key.to_pkcs8_pem().as_bytes())?;
    let key = lie::signing(presented, provider.key_provider.load_private_key(key)?);
    let chain = presented.chain.iter().map(|der| CertificateDer::from(der.clone())).collect();
    let mut certified = CertifiedKey::new(chain, key);
    certified.ocsp.clone_from(&presented.staple);
    Ok(Arc::new(certified))
}

/// The same certificate for everybody.
#[derive(Debug)]
struct Always(Arc<CertifiedKey>);

impl ResolvesServerCert for Always {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}

impl ResolvesClientCert for Always {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }

    fn has_certs(&self) -> bool {
        true
    }
}

/// Any server will do that signs with the key that it shows; and it is known afterwards whether it showed one.
#[derive(Debug)]
pub struct Anybody {
    provider: Arc<CryptoProvider>,
    met: AtomicBool,
}

impl Anybody {
    /// For a client of this provider.
    #[must_use]
    pub fn new(provider: Arc<CryptoProvider>) -> Self {
        Self { provider, met: AtomicBool::new(false) }
    }

    /// Whether a server has shown a certificate.
    pub(crate) fn was_met(&self) -> bool {
        self.met.load(Ordering::Relaxed)
    }
}

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        self.met.store(true, Ordering::Relaxed);
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, cert, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, cert, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
