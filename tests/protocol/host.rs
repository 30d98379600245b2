//! A go-plugin host: starts the plugin as Terraform does, and calls it over mutual TLS.

use std::{
    ffi::OsStr,
    io::{self, BufRead as _, BufReader},
    process::{Child, ChildStdout, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use hyper_util::rt::TokioIo;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName},
};
use tokio::net::UnixStream;
use tokio_rustls::{TlsConnector, client::TlsStream};
use tonic::transport::{Channel, Endpoint};
use tower::service_fn;

pub const COOKIE: (&str, &str) =
    ("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2");

/// A client certificate like Terraform's: ECDSA P-521, self-signed, a CA.
pub struct Certificate {
    pub pem: String,
    der: CertificateDer<'static>,
    key: Vec<u8>,
}

impl Certificate {
    pub fn new() -> Self {
        let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P521_SHA512).unwrap();
        let mut params = rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).unwrap();
        let der = certificate.der().clone();
        let body = base64::engine::general_purpose::STANDARD.encode(&der);
        let pem = format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n");
        Self { pem, der, key: key.serialize_der() }
    }
}

/// A plugin that was started, and its handshake.
pub struct Plugin {
    pub child: Child,
    pub stdout: BufReader<ChildStdout>,
    pub fields: Vec<String>,
}

impl Plugin {
    /// Starts the plugin with these variables beside the cookie.
    pub fn start<K: AsRef<OsStr>, V: AsRef<OsStr>>(variables: impl IntoIterator<Item = (K, V)>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_terraform-provider-alicloud"));
        // Whoever runs the tests may have an account of their own, and a pipeline sets CI.
        let mut child = command
            .env_clear()
            .env(COOKIE.0, COOKIE.1)
            .env("PLUGIN_PROTOCOL_VERSIONS", "5,6")
            .envs(variables)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let fields = line.trim_end().split('|').map(str::to_owned).collect();
        Self { child, stdout, fields }
    }

    /// Starts the plugin for this client.
    pub fn for_client(certificate: &Certificate) -> Self {
        Self::start([("PLUGIN_CLIENT_CERT", certificate.pem.as_str())])
    }

    pub fn socket(&self) -> &str {
        &self.fields[3]
    }

    fn server_certificate(&self) -> CertificateDer<'static> {
        CertificateDer::from(STANDARD_NO_PAD.decode(&self.fields[5]).unwrap())
    }

    /// The TLS handshake, with this certificate or none.
    pub async fn handshake(&self, client: Option<&Certificate>) -> io::Result<TlsStream<UnixStream>> {
        connect(self.socket().to_owned(), self.server_certificate(), client).await
    }

    /// A gRPC channel, as Terraform opens it.
    pub async fn channel(&self, client: &Certificate) -> Channel {
        let (socket, server) = (self.socket().to_owned(), self.server_certificate());
        let client =
            Arc::new(Certificate { pem: client.pem.clone(), der: client.der.clone(), key: client.key.clone() });
        let connector = service_fn(move |_| {
            let (socket, server, client) = (socket.clone(), server.clone(), Arc::clone(&client));
            async move { connect(socket, server, Some(&client)).await.map(TokioIo::new) }
        });
        Endpoint::from_static("http://localhost").connect_with_connector(connector).await.unwrap()
    }

    /// Waits for the end of the process, which must come by itself.
    pub fn ends(mut self) -> std::process::ExitStatus {
        let (done, ended) = std::sync::mpsc::channel();
        let mut child = self.child;
        let id = child.id();
        std::thread::spawn(move || done.send(child.wait()));
        match ended.recv_timeout(Duration::from_secs(20)) {
            Ok(status) => {
                self.stdout.get_mut();
                status.unwrap()
            }
            Err(_) => panic!("the plugin {id} did not end"),
        }
    }
}

async fn connect(
    socket: String,
    server: CertificateDer<'static>,
    client: Option<&Certificate>,
) -> io::Result<TlsStream<UnixStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(server).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    let mut config = match client {
        Some(client) => {
            let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(client.key.clone()));
            builder.with_client_auth_cert(vec![client.der.clone()], key).unwrap()
        }
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    let stream = UnixStream::connect(socket).await?;
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}
