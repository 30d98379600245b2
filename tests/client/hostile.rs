//! Hostile replies and broken networks: a clear error, within bounded memory and time.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use alicloud::{
    client::{Client, Config, SignatureVersion, Timeouts},
    credentials::{Credentials, StaticKeys, profile::ProfileFile},
    endpoint::{Endpoint, Product, Protocol},
    error::{Certainty, Error, Failure, TransportKind},
    market,
    retry::Deadline,
};
use mock_endpoint::{
    Mock,
    fault::{Fault, Kind},
    ledger::Key,
};
use proptest::prelude::*;
use tokio_util::sync::CancellationToken;

const SECRET: &str = "canary-secret-key";

fn client(endpoint: &str, read: Duration) -> Client {
    impatient(endpoint, Timeouts { connect: Duration::from_secs(2), read })
}

fn impatient(endpoint: &str, timeouts: Timeouts) -> Client {
    let endpoint = Endpoint::parse(endpoint, Protocol::Https).unwrap();
    let keys = Credentials::new("canary-access-key".to_owned(), SECRET.into(), None);
    Client::new(Config {
        region: "cn-hangzhou".to_owned(),
        site: None,
        endpoints: [(Product::Market, endpoint)].into(),
        protocol: Protocol::Https,
        signature: SignatureVersion::V1,
        timeouts,
        user_agent: "test".to_owned(),
        common: Default::default(),
        credentials: Arc::new(StaticKeys::new(keys)),
    })
}

fn deadline(seconds: u64) -> Deadline {
    Deadline::new(Duration::from_secs(seconds), CancellationToken::new())
}

#[tokio::test]
async fn an_endpoint_that_refuses_connections_fails_within_fifteen_seconds() {
    // A port that was free a moment ago: nothing listens there any more.
    let address = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    let client = client(&format!("http://{address}"), Duration::from_secs(2));
    let order = market::NewOrder { client_token: "t".to_owned(), commodity: "{}".to_owned() };
    let begin = Instant::now();
    let failure = market::create_order(&client, &order, &deadline(600)).await.unwrap_err();
    assert!(matches!(failure.error, Error::NotSent(_)), "{failure}");
    assert_eq!(failure.certainty, Certainty::NotDone);
    assert!(failure.attempts > 3, "an endpoint that restarts is waited for: {}", failure.attempts);
    assert!(begin.elapsed() < Duration::from_secs(15), "{:?}", begin.elapsed());
}

#[tokio::test]
async fn after_the_last_moment_nothing_is_sent_however_much_time_is_left() {
    let mock = Mock::start().unwrap();
    let order = market::NewOrder { client_token: "t".to_owned(), commodity: "{}".to_owned() };
    let client = client(&mock.url(), Duration::from_secs(2));
    let over = deadline(60).not_after(chrono::Utc::now() - chrono::TimeDelta::seconds(1));
    let failure = market::create_order(&client, &order, &over).await.unwrap_err();
    assert_eq!((failure.error, failure.certainty), (Error::TooLate, Certainty::NotDone));
    assert_eq!(mock.ledger().connections, 0);

    mock.ledger().keys.insert("canary-access-key".to_owned(), Key::new(SECRET, "1"));
    // An attempt before that moment can have done it, and there is no other one after it.
    mock.fault(Fault::times("CreateOrder", Kind::DropAfter, 99));
    let soon = deadline(60).not_after(chrono::Utc::now() + chrono::TimeDelta::milliseconds(500));
    let begin = Instant::now();
    let failure = market::create_order(&client, &order, &soon).await.unwrap_err();
    assert_eq!(failure.certainty, Certainty::Unknown);
    assert!(begin.elapsed() < Duration::from_secs(30));
}

async fn describe(endpoint: &str, seconds: u64) -> Failure {
    describe_with(client(endpoint, Duration::from_secs(2)), seconds).await
}

async fn describe_with(client: Client, seconds: u64) -> Failure {
    let failure = market::describe_order(&client, "1", &deadline(seconds)).await.unwrap_err();
    let text = failure.to_string();
    for secret in [SECRET, "Signature", "canary-access-key"] {
        assert!(!text.contains(secret), "{text}");
    }
    failure
}

/// A server that writes what `write` writes to each connection, after the request has begun to come.
fn serve(write: impl Fn(&mut TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            write(&mut stream);
        }
    });
    url
}

/// A server that answers its first request with this status and the first line of the request in these fields, and what
/// that line was.
fn echo(status: u16, fields: &'static [&str]) -> (String, std::sync::mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, echoed) = std::sync::mpsc::channel();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut read = [0; 8192];
        let length = stream.read(&mut read).unwrap();
        let line = String::from_utf8_lossy(&read[..length]).lines().next().unwrap().to_owned();
        sender.send(line.clone()).unwrap();
        let body: serde_json::Map<_, _> =
            fields.iter().map(|field| ((*field).to_owned(), line.clone().into())).collect();
        let body = serde_json::Value::Object(body).to_string();
        write!(stream, "HTTP/1.1 {status} so\r\nContent-Length: {}\r\n\r\n{body}", body.len()).unwrap();
    });
    (url, echoed)
}

#[tokio::test]
async fn what_a_service_echoes_of_a_request_is_cut_from_errors_and_from_successes() {
    for (status, fields) in [(400, &["RequestId", "Code", "Message"][..]), (200, &["RequestId"])] {
        let (url, echoed) = echo(status, fields);
        let answer = market::describe_order(&client(&url, Duration::from_secs(2)), "1", &deadline(5)).await;
        let line = echoed.recv().unwrap();
        let signature = line.split(['&', ' ']).find_map(|part| part.strip_prefix("Signature=")).unwrap();
        assert!(signature.len() > 20);
        let text = answer.map_or_else(|failure| failure.to_string(), |described| format!("{described:?}"));
        let is_cut = !text.contains(signature) && text.matches("Signature=(hidden)").count() == fields.len();
        assert!(is_cut, "{text}");
    }
}

#[tokio::test]
async fn each_trouble_of_the_network_has_its_own_sentence() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let plain = serve(|stream| drop(stream.write_all(b"HTTP/1.1 400 no\r\n\r\n")));
    let silent = serve(|_| thread::sleep(Duration::from_secs(10)));
    let cut = serve(|stream| drop(stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")));
    let https = |url: &str| url.replace("http://", "https://");
    let table = [
        (format!("http://{closed}"), TransportKind::Connect, "no connection to", Certainty::NotDone),
        (
            "http://no-such-host.invalid".to_owned(),
            TransportKind::Dns,
            "the host name of no-such-host.invalid cannot be resolved",
            Certainty::NotDone,
        ),
        (https(&plain), TransportKind::Tls, "the TLS handshake with", Certainty::NotDone),
        (silent, TransportKind::Timeout, "did not answer in time", Certainty::Unknown),
        (cut, TransportKind::Broken, "broke before the whole reply came", Certainty::Unknown),
    ];
    for (endpoint, kind, sentence, certainty) in table {
        let failure = describe(&endpoint, 3).await;
        let (Error::NotSent(transport) | Error::Lost(transport)) = &failure.error else { panic!("{failure}") };
        assert_eq!(transport.kind, kind, "{failure}");
        assert!(failure.to_string().contains(sentence), "{failure}");
        assert_eq!(failure.certainty, certainty, "{failure}");
    }
}

#[tokio::test]
async fn the_time_to_answer_begins_with_the_connection() {
    let silent = serve(|_| thread::sleep(Duration::from_secs(10)));
    let timeouts = Timeouts { connect: Duration::from_millis(300), read: Duration::from_millis(100) };
    // The TLS handshake belongs to connecting, so nothing was sent, however short the time to answer is.
    let failure = describe_with(impatient(&silent.replace("http://", "https://"), timeouts), 1).await;
    assert_eq!(failure.certainty, Certainty::NotDone);
    assert!(failure.to_string().contains("came about in time"), "{failure}");

    let failure = describe_with(impatient(&silent, timeouts), 1).await;
    assert!(failure.to_string().contains("within 100 milliseconds"), "{failure}");
    assert_eq!(failure.certainty, Certainty::Unknown);
}

#[tokio::test]
async fn a_certificate_that_does_not_verify_fails_at_once() {
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let key = rustls::pki_types::PrivatePkcs8KeyDer::from(key.serialize_der());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key.into())
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = acceptor.accept(stream).await;
        }
    });
    let begin = Instant::now();
    let failure = describe(&format!("https://localhost:{port}"), 60).await;
    assert!(begin.elapsed() < Duration::from_secs(5), "it is not tried again");
    let Error::NotSent(transport) = &failure.error else { panic!("{failure}") };
    assert_eq!(transport.kind, TransportKind::Certificate, "{failure}");
    assert_eq!((failure.attempts, failure.certainty), (1, Certainty::NotDone));
}

#[tokio::test]
async fn a_body_without_end_or_of_a_gigabyte_is_given_up_early() {
    let endless = serve(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
        while stream.write_all(chunk.as_bytes()).is_ok() {}
    });
    let gigabyte = serve(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n");
        while stream.write_all(&[b' '; 0x10000]).is_ok() {}
    });
    let dripping = serve(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
        while stream.write_all(b" ").is_ok() {
            thread::sleep(Duration::from_millis(100));
        }
    });
    for (endpoint, word) in [(endless, "longer than"), (gigabyte, "longer than"), (dripping, "in time")] {
        let begin = Instant::now();
        let failure = describe(&endpoint, 1).await;
        assert!(begin.elapsed() < Duration::from_secs(8));
        assert!(failure.to_string().contains(word), "{failure}");
        assert_eq!(failure.certainty, Certainty::Unknown);
    }
}

#[tokio::test]
async fn replies_that_are_no_replies_are_refused() {
    let deep = "[".repeat(100_000);
    let table: [(&str, &str); 8] = [
        ("", "it is empty"),
        ("{", "cut short"),
        ("null", "no object"),
        ("[]", "no object"),
        ("<html>", "not JSON"),
        ("{\"a\":1}", "neither an OrderId nor a ProductCode"),
        ("{\"RequestId\":\"r\",\"OrderId\":\"2\",\"ProductCode\":\"x\"}", "another order"),
        (&deep, "not JSON"),
    ];
    for (body, word) in table {
        let mock = Mock::start().unwrap();
        mock.fault(Fault::times("DescribeOrder", Kind::Reply { body: body.to_owned() }, 100));
        let client = crate::credentials::client(&mock);
        let failure = market::describe_order(&client, "1", &deadline(1)).await.unwrap_err();
        assert!(failure.to_string().contains(word), "{body:.20}: {failure}");
    }
    let invalid = serve(|stream| drop(stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n\"\xff\xfe\"")));
    assert!(describe(&invalid, 1).await.to_string().contains("not JSON"));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Mock::start().unwrap();
    let target = format!("HTTP/1.1 307 T\r\nLocation: {}/\r\nContent-Length: 0\r\n\r\n", elsewhere.url());
    let endpoint = serve(move |stream| drop(stream.write_all(target.as_bytes())));
    describe(&endpoint, 1).await;
    assert_eq!(elsewhere.ledger().connections, 0);
}

#[tokio::test]
async fn a_wish_to_wait_is_followed() {
    let mock = Mock::start().unwrap();
    mock.fault(Fault::once("DescribeOrder", Kind::Throttling { retry_after: Some(2) }));
    let begin = Instant::now();
    market::describe_order(&crate::credentials::client(&mock), "1", &deadline(30)).await.unwrap();
    assert!(begin.elapsed() >= Duration::from_secs(2));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_reply_is_read_or_refused(body in prop_oneof![
        ".{0,200}",
        "\\{\"RequestId\":\"r\",\"(OrderId|Components|Quantity|InstanceIds|CreatedOn)\":.{0,60}\\}",
    ]) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mock = Mock::start().unwrap();
            mock.fault(Fault::times("DescribeOrder", Kind::Reply { body }, 100));
            let client = crate::credentials::client(&mock);
            if let Ok(market::Described::Found(order)) = market::describe_order(&client, "1", &deadline(0)).await {
                order.components();
            }
        });
    }

    #[test]
    fn any_credentials_file_is_read_or_refused(text in proptest::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(file) = ProfileFile::parse(&text) {
            let _ = file.profile(None);
        }
    }
}
