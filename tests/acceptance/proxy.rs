//! Proxies: HTTPS_PROXY, HTTP_PROXY and NO_PROXY, with a proxy on loopback that stands before the mock.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufStream, copy_bidirectional},
    net::{TcpListener, TcpStream},
    runtime::Runtime,
};
use tokio_rustls::TlsAcceptor;

use crate::{altered, market_order::ORDER, terraform::Terraform};

/// A host that only a proxy can lead to.
const HOST: &str = "alicloud.invalid";

/// A proxy that leads to the mock, whatever host is requested, and that is the TLS server of that host itself.
pub struct Proxy {
    pub url: String,
    /// The first line of the first request of every connection.
    requests: Arc<Mutex<Vec<String>>>,
    /// The authority that vouches for [`HOST`], in PEM.
    authority: String,
    _runtime: Runtime,
}

impl Proxy {
    pub fn start(mock: SocketAddr) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (authority, tls) = certificates();
        let log = Arc::clone(&requests);
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(pass_on(stream, mock, tls.clone(), Arc::clone(&log)));
            }
        });
        Self { url, requests, authority, _runtime: runtime }
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

fn certificates() -> (String, TlsAcceptor) {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let body = STANDARD.encode(params.self_signed(&key).unwrap().der());
    let authority = format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n");
    let issuer = Issuer::new(params, key);
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new([HOST.to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der())),
        )
        .unwrap();
    (authority, TlsAcceptor::from(Arc::new(config)))
}

async fn pass_on(stream: TcpStream, mock: SocketAddr, tls: TlsAcceptor, log: Arc<Mutex<Vec<String>>>) {
    let mut client = BufStream::new(stream);
    let mut line = String::new();
    client.read_line(&mut line).await.unwrap();
    log.lock().unwrap().push(line.trim_end().to_owned());
    let mut mock = TcpStream::connect(mock).await.unwrap();
    if line.starts_with("CONNECT ") {
        while client.read_line(&mut line).await.unwrap() > 2 {}
        client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
        client.flush().await.unwrap();
        let Ok(mut client) = tls.accept(client).await else { return };
        let _ = copy_bidirectional(&mut client, &mut mock).await;
    } else {
        mock.write_all(line.as_bytes()).await.unwrap();
        let _ = copy_bidirectional(&mut client, &mut mock).await;
    }
}

/// A configuration whose endpoints are this host, and a proxy that leads to the mock.
fn behind_a_proxy(scheme: &str) -> Option<(Terraform, Proxy)> {
    let mut terraform = Terraform::with(ORDER)?;
    let proxy = Proxy::start(terraform.mock.url().trim_start_matches("http://").parse().unwrap());
    let endpoint = format!("{scheme}://{HOST}");
    terraform.set("MARKET_ENDPOINT", &endpoint).set("STS_ENDPOINT", &endpoint);
    Some((terraform, proxy))
}

#[test]
fn https_goes_through_a_tunnel_and_only_to_who_has_a_certificate_of_the_platforms_roots() {
    let Some((mut terraform, proxy)) = behind_a_proxy("https") else { return };
    terraform.set("HTTPS_PROXY", &proxy.url);
    terraform.apply().fails().says(&["the certificate of", "does not verify"]).never_says(&["may have been placed"]);
    assert_eq!(terraform.mock.ledger().requests.len(), 0);

    terraform.write("authority.pem", &proxy.authority);
    let authority = terraform.path().join("authority.pem");
    terraform.set("SSL_CERT_FILE", authority.to_str().unwrap());
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 1);
    // The proxy sees where to, and nothing that is signed.
    assert!(
        proxy.requests().iter().all(|line| line == &format!("CONNECT {HOST}:443 HTTP/1.1")),
        "{:?}",
        proxy.requests()
    );
}

#[test]
fn a_proxy_that_is_not_there_is_named() {
    let Some((mut terraform, _)) = behind_a_proxy("https") else { return };
    terraform.set("HTTPS_PROXY", "http://127.0.0.1:1").set("MAX_RETRY_TIMEOUT", "1");
    terraform.apply().fails().says(&[HOST, "or the proxy of HTTPS_PROXY", "No order was placed"]);
}

#[test]
fn the_metadata_service_is_called_without_a_proxy() {
    let Some((mut terraform, proxy)) = behind_a_proxy("http") else { return };
    terraform.configure(&format!("provider \"alicloud\" {{\n  ecs_role_name = \"buyer\"\n}}\n{ORDER}"));
    terraform.set("ALICLOUD_ACCESS_KEY", "").set("ALICLOUD_SECRET_KEY", "");
    let service = format!("http://{HOST}");
    let variables = [("METADATA_SERVICE", service.as_str()), ("HTTP_PROXY", &proxy.url)];
    let plugin = altered::plugin(&mut terraform, &variables);
    terraform.apply().fails().says(&["the metadata service of the instance does not answer", "Nothing was bought"]);
    plugin.ends_well();
    assert_eq!(proxy.requests(), [""; 0]);
}

#[test]
fn http_goes_through_a_proxy_of_its_own() {
    let Some((mut terraform, proxy)) = behind_a_proxy("http") else { return };
    terraform.set("HTTP_PROXY", &proxy.url).set("HTTPS_PROXY", "http://127.0.0.1:1");
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 1);
    let prefix = format!("POST http://{HOST}/");
    assert!(proxy.requests().iter().all(|line| line.starts_with(&prefix)), "{:?}", proxy.requests());
}

#[test]
fn no_proxy_is_used_for_an_excepted_host_and_for_this_machine() {
    let Some((mut terraform, proxy)) = behind_a_proxy("http") else { return };
    terraform.set("HTTP_PROXY", &proxy.url).set("NO_PROXY", HOST).set("MAX_RETRY_TIMEOUT", "1");
    terraform.apply().fails().says(&[HOST, "cannot be resolved", "No order was placed"]);

    let mock = terraform.mock.url();
    terraform.set("NO_PROXY", "").set("MARKET_ENDPOINT", &mock).set("STS_ENDPOINT", &mock);
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 1);
    assert_eq!(proxy.requests(), [""; 0]);
}
