//! One order at a service that is far away: how many round trips an apply waits for.

use std::{
    fs,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use mock_endpoint::Mock;
use rcgen::{CertificateParams, KeyPair};
use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, copy_bidirectional, duplex, split},
    net::{TcpListener, TcpStream},
    runtime::{Builder, Runtime},
    sync::mpsc,
};
use tokio_rustls::TlsAcceptor;

use super::{
    Bench,
    measure::{median, pem},
    target,
    work::{Work, orders},
};
use crate::dist;

/// How long a packet is under way.
const EACH_WAY: Duration = Duration::from_millis(50);

/// How often each is measured.
const TIMES: usize = 5;

/// What a plan and an apply of one order need: TCP, TLS 1.3 and DescribePrice for the plan; TCP, TLS, DescribePrice,
/// CreateOrder, DescribeOrder and DescribeInstance for the apply.
const NEEDED: f64 = 9.0;

pub(super) fn measure(bench: &Bench) -> Result<String, String> {
    let (near, far) = (apply(bench, "near", Duration::ZERO)?, apply(bench, "far", EACH_WAY)?);
    let round_trips = (far - near) / (2.0 * EACH_WAY.as_secs_f64());
    Ok(format!(
        "## Distance\n\nThe time of an apply of one order over TLS at a service {} ms away each way, minus its time at a near \
         service, in round trips. Its own requests and handshakes need {NEEDED}.\n\n| near | far | round \
         trips | target |\n| --- | --- | --- | --- |\n| {near:.2} s | {far:.2} s | {round_trips:.1} | {} |\n\n",
        EACH_WAY.as_millis(),
        target(round_trips, NEEDED + 2.0, "")
    ))
}

/// Seconds for one order.
fn apply(bench: &Bench, name: &str, each_way: Duration) -> Result<f64, String> {
    let mut times = Vec::new();
    for at in 0..TIMES {
        let mock = Mock::start().map_err(|error| error.to_string())?;
        let service = Service::start(address(&mock)?, each_way)?;
        let authority = bench.directory.join(format!("{name}-{at}.pem"));
        fs::write(&authority, &service.certificate).map_err(|error| error.to_string())?;
        let work = Work::new(bench, &format!("{name}-{at}"), &orders(1), &service.url)?
            .with("SSL_CERT_FILE", authority.display().to_string());
        times.push(work.run(dist::NAME, &["apply", "-auto-approve"])?.seconds);
    }
    Ok(median(times))
}

fn address(mock: &Mock) -> Result<SocketAddr, String> {
    mock.url().trim_start_matches("http://").parse().map_err(|_| format!("{} has no address", mock.url()))
}

/// A TLS server before the mock, behind a wire of some length.
struct Service {
    url: String,
    /// What vouches for it, in PEM.
    certificate: String,
    _runtime: Runtime,
}

impl Service {
    fn start(mock: SocketAddr, each_way: Duration) -> Result<Self, String> {
        let failed = |error: std::io::Error| error.to_string();
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().map_err(failed)?;
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).map_err(failed)?;
        let url = format!("https://{}", listener.local_addr().map_err(failed)?);
        let (certificate, tls) = certificate()?;
        runtime.spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(serve(client, mock, tls.clone(), each_way));
            }
        });
        Ok(Self { url, certificate, _runtime: runtime })
    }
}

fn certificate() -> Result<(String, TlsAcceptor), String> {
    let failed = |error: rcgen::Error| error.to_string();
    let key = KeyPair::generate().map_err(failed)?;
    let params = CertificateParams::new(["127.0.0.1".to_owned()]).map_err(failed)?;
    let certificate = params.self_signed(&key).map_err(failed)?;
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der())),
        )
        .map_err(|error| error.to_string())?;
    Ok((pem(certificate.der()), TlsAcceptor::from(Arc::new(config))))
}

async fn serve(client: TcpStream, mock: SocketAddr, tls: TlsAcceptor, each_way: Duration) {
    let _ = client.set_nodelay(true);
    // TCP's own handshake, which loopback does in no time.
    tokio::time::sleep(2 * each_way).await;
    let (near, far) = duplex(1 << 16);
    let (from_client, to_client) = split(client);
    let (from_server, to_server) = split(near);
    tokio::spawn(wire(from_client, to_server, each_way));
    tokio::spawn(wire(from_server, to_client, each_way));
    let Ok(mut server) = tls.accept(far).await else { return };
    let Ok(mut mock) = TcpStream::connect(mock).await else { return };
    let _ = copy_bidirectional(&mut server, &mut mock).await;
}

/// Hands over every byte so much later.
async fn wire(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin + Send + 'static, delay: Duration) {
    let (sender, mut receiver) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
    tokio::spawn(async move {
        while let Some((sent, bytes)) = receiver.recv().await {
            tokio::time::sleep_until((sent + delay).into()).await;
            if to.write_all(&bytes).await.is_err() {
                return;
            }
        }
        let _ = to.shutdown().await;
    });
    let mut buffer = vec![0; 1 << 14];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        if sender.send((Instant::now(), buffer[..length].to_vec())).is_err() {
            return;
        }
    }
}
