//! Mutual TLS as go-plugin does it: each side shows a certificate of its own making, and the other accepts no other.

use std::{env, fmt, io, sync::Arc};

use rustls::{
    DigitallySignedStruct, DistinguishedName, Error, ServerConfig, SignatureScheme,
    client::danger::HandshakeSignatureValid,
    crypto::{CryptoProvider, WebPkiSupportedAlgorithms, aws_lc_rs, verify_tls13_signature},
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, UnixTime, pem::PemObject},
    server::danger::{ClientCertVerified, ClientCertVerifier},
};
use tokio_rustls::TlsAcceptor;

/// The server side of the connection to one host.
pub(super) struct Mutual {
    certificate: CertificateDer<'static>,
    config: Arc<ServerConfig>,
}

impl Mutual {
    /// The host's certificate in PLUGIN_CLIENT_CERT; none where the host requests no TLS.
    pub(super) fn from_environment() -> io::Result<Option<Self>> {
        match env::var("PLUGIN_CLIENT_CERT") {
            Ok(pem) if !pem.is_empty() => Self::new(&pem).map(Some),
            _ => Ok(None),
        }
    }

    /// Makes a certificate and lets in the client with this one, in PEM, and no other.
    fn new(client: &str) -> io::Result<Self> {
        let client = CertificateDer::from_pem_slice(client.as_bytes())
            .map_err(|_| io::Error::other("PLUGIN_CLIENT_CERT holds no certificate in PEM"))?;
        // P-256 is the cheapest key to make and to sign with that every host accepts.
        let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).map_err(io::Error::other)?;
        // Go's hosts look for this name, whatever the address is.
        let certificate = rcgen::CertificateParams::new(["localhost".to_owned()])
            .and_then(|params| params.self_signed(&key))
            .map_err(io::Error::other)?
            .der()
            .clone();
        let provider = Arc::new(aws_lc_rs::default_provider());
        let verifier = OnlyThis { client, algorithms: provider.signature_verification_algorithms };
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let mut config = server_config(provider, verifier, certificate.clone(), key).map_err(io::Error::other)?;
        config.alpn_protocols = vec![b"h2".to_vec()];
        // One host, one connection: tickets to resume it would be made for nothing.
        config.send_tls13_tickets = 0;
        Ok(Self { certificate, config: Arc::new(config) })
    }

    /// Our certificate, in DER.
    pub(super) fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    pub(super) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.config))
    }
}

fn server_config(
    provider: Arc<CryptoProvider>,
    verifier: OnlyThis,
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
) -> Result<ServerConfig, Error> {
    ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_client_cert_verifier(Arc::new(verifier))
        .with_single_cert(vec![certificate], key)
}

/// Lets in the holder of exactly one certificate. Its issuer, names and dates mean nothing: it is known byte by byte.
struct OnlyThis {
    client: CertificateDer<'static>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl fmt::Debug for OnlyThis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnlyThis").finish_non_exhaustive()
    }
}

impl ClientCertVerifier for OnlyThis {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        if *end_entity == self.client {
            Ok(ClientCertVerified::assertion())
        } else {
            Err(Error::General("the client's certificate is not the one that the host announced".to_owned()))
        }
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::General("TLS 1.2 is not offered".to_owned()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
