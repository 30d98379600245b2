//! Sends one HTTP request and classifies its outcome.

use std::{error::Error as StdError, io, sync::Arc, time::Duration};

use reqwest::{
    Method, Url,
    header::{DATE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER},
};
use tokio::sync::OnceCell;

use super::{
    connecting,
    endpoint::is_loopback,
    error::{Error, Transport, TransportKind},
    reply::RawReply,
    signature::Parameters,
};

/// The longest reply that is read, in bytes. Real ones are some kilobytes.
const MAX_BODY: usize = 4 << 20;

/// The longest that a service's wish to wait is followed.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(120);

/// How long connecting and answering may take.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// From the start to an established connection.
    pub connect: Duration,
    /// From the established connection to the end of the reply.
    pub read: Duration,
}

/// The variables by which a proxy is named.
const PROXIES: [&str; 6] = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

/// The pools of connections, each made when it is first needed: that reads the platform's roots, which takes longer than
/// starting the whole plugin.
#[derive(Debug, Clone)]
pub(super) struct Http {
    direct: Arc<OnceCell<reqwest::Client>>,
    /// Through the proxies that the environment names; none where these are never used.
    proxied: Option<Arc<OnceCell<reqwest::Client>>>,
    timeouts: Timeouts,
    user_agent: Arc<str>,
}

/// A request as it goes over the wire, signed.
pub(super) struct Outgoing {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: Parameters,
    pub(super) body: Vec<u8>,
}

impl Http {
    pub(super) fn new(timeouts: Timeouts, user_agent: &str) -> Self {
        let user_agent = user_agent.into();
        Self { direct: Arc::default(), proxied: Some(Arc::default()), timeouts, user_agent }
    }

    fn without_proxy(timeouts: Timeouts) -> Self {
        Self { proxied: None, ..Self::new(timeouts, LOCAL_USER_AGENT) }
    }

    /// The connections that may go through a proxy, if one may lead to this URL: none leads back to this machine, as Go's
    /// programs have it.
    fn proxied(&self, url: &Url) -> Option<&OnceCell<reqwest::Client>> {
        self.proxied.as_deref().filter(|_| !is_loopback(url))
    }

    /// The pool that leads to a URL.
    async fn pool(&self, url: &Url) -> Result<&reqwest::Client, Error> {
        let (cell, builder) = match self.proxied(url) {
            Some(proxied) => (proxied, reqwest::Client::builder()),
            None => (&*self.direct, reqwest::Client::builder().no_proxy()),
        };
        cell.get_or_try_init(async || self.build(builder)).await
    }

    fn build(&self, builder: reqwest::ClientBuilder) -> Result<reqwest::Client, Error> {
        let timeouts = self.timeouts;
        let client = builder
            .user_agent(&*self.user_agent)
            .http1_only()
            // A redirect would carry a signed purchase elsewhere.
            .redirect(reqwest::redirect::Policy::none())
            // Whether a purchase may be sent again is decided where it is known what it is.
            .retry(reqwest::retry::never())
            .connect_timeout(timeouts.connect)
            .connector_layer(connecting::ConnectionNotice)
            // A request that was given another's connection while its own was being made knows no better.
            .timeout(timeouts.connect.saturating_add(timeouts.read))
            .build();
        client.map_err(|error| {
            let cause = causes(&error).last().map(ToString::to_string).unwrap_or_default();
            Error::Configuration(format!(
                "HTTPS cannot be set up on this machine ({cause}): are the certificates of the authorities installed \
                 (ca-certificates, or SSL_CERT_FILE)?"
            ))
        })
    }

    /// Sends a request and waits for its reply, for the read timeout or for `longest`, whichever is over first.
    pub(super) async fn send(&self, outgoing: Outgoing, longest: Duration) -> Result<(RawReply, Option<i64>), Error> {
        let host = host_of(&outgoing.url);
        let time = self.timeouts.read.min(longest.max(SHORTEST));
        let answer = connecting::answered_within(time, self.exchange(outgoing, &host)).await;
        answer.unwrap_or_else(|| {
            let cause = format!("no whole answer within {} milliseconds", time.as_millis());
            Err(Error::Lost(Transport { kind: TransportKind::Timeout, host, cause }))
        })
    }

    async fn exchange(&self, outgoing: Outgoing, host: &str) -> Result<(RawReply, Option<i64>), Error> {
        let Outgoing { method, url, headers, body } = outgoing;
        let headers = header_map(&headers)?;
        let is_proxied = self.proxied(&url).is_some();
        let request = self.pool(&url).await?.request(method, url).headers(headers).body(body);
        let blamed = || if is_proxied { or_its_proxy(host) } else { host.to_owned() };
        let mut response = request.send().await.map_err(|error| classify(&error, &blamed()))?;
        let status = response.status().as_u16();
        let header = |name| response.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let retry_after = header(RETRY_AFTER).and_then(|value| value.trim().parse().ok());
        let retry_after = retry_after.map(Duration::from_secs).map(|time| time.min(MAX_RETRY_AFTER));
        let date = header(DATE).and_then(|date| chrono::DateTime::parse_from_rfc2822(date).ok());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| classify(&error, host))? {
            if body.len() + chunk.len() > MAX_BODY {
                let what = format!("it is longer than {MAX_BODY} bytes");
                return Err(Error::Malformed { status, request_id: None, what });
            }
            body.extend_from_slice(&chunk);
        }
        Ok((RawReply { status, retry_after, body }, date.map(|date| date.timestamp())))
    }
}

/// The least time that an attempt gets, so that the last one before a limit has a chance.
const SHORTEST: Duration = Duration::from_millis(200);

/// How long a service on or near this machine may take.
const LOCAL: Timeouts = Timeouts { connect: Duration::from_secs(2), read: Duration::from_secs(5) };

/// The User-Agent for such a service.
const LOCAL_USER_AGENT: &str = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));

/// Asks services on or near this machine, such as the metadata service. Nothing sent to them is signed.
#[derive(Debug)]
pub(super) struct Local(Http);

impl Local {
    pub(super) fn new() -> Self {
        Self(Http::new(LOCAL, LOCAL_USER_AGENT))
    }

    pub(super) fn without_proxy() -> Self {
        Self(Http::without_proxy(LOCAL))
    }

    /// The status and the body.
    pub(super) async fn send(&self, outgoing: Outgoing) -> Result<(u16, Vec<u8>), Error> {
        let (reply, _) = self.0.send(outgoing, LOCAL.read).await?;
        Ok((reply.status, reply.body))
    }
}

/// Who may be to blame where a proxy may lead to a host: the host, or the proxy, if there is one.
fn or_its_proxy(host: &str) -> String {
    let is_set = |name: &&&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    PROXIES.iter().find(is_set).map_or_else(|| host.to_owned(), |name| format!("{host}, or the proxy of {name},"))
}

fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn header_map(headers: &Parameters) -> Result<HeaderMap, Error> {
    let pairs = headers.iter().map(|(name, value)| {
        let name = HeaderName::try_from(name.as_str()).ok()?;
        HeaderValue::from_str(value).ok().map(|value| (name, value))
    });
    pairs
        .collect::<Option<HeaderMap>>()
        .ok_or_else(|| Error::Configuration("the credentials have characters that no header can carry".to_owned()))
}

/// What is behind an error, the root of it last.
fn causes(error: &reqwest::Error) -> Vec<&(dyn StdError + 'static)> {
    let mut causes: Vec<&(dyn StdError + 'static)> = Vec::new();
    while let Some(cause) = causes.last().map_or(error.source(), |cause| (*cause).source()) {
        causes.push(cause);
    }
    causes
}

/// What an error of the HTTP library means. The URL, which is signed, is never in it.
fn classify(error: &reqwest::Error, host: &str) -> Error {
    let causes = causes(error);
    let tls = causes.iter().find_map(|cause| tls_error(*cause));
    let broken = causes.iter().find_map(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind);
    let messages: Vec<String> = causes.iter().map(ToString::to_string).collect();
    let resolving = messages.iter().any(|cause| cause.contains("dns error") || cause.contains("lookup"));
    let kind = match (tls, error.is_timeout(), error.is_connect()) {
        (Some(rustls::Error::InvalidCertificate(_)), ..) => TransportKind::Certificate,
        (Some(_), ..) => TransportKind::Tls,
        (None, true, true) => TransportKind::ConnectTimeout,
        (None, true, false) => TransportKind::Timeout,
        (None, false, true) if resolving => TransportKind::Dns,
        (None, false, true) if broken == Some(io::ErrorKind::UnexpectedEof) => TransportKind::Tls,
        (None, false, true) => TransportKind::Connect,
        (None, false, false) => TransportKind::Broken,
    };
    let cause = messages.last().cloned().unwrap_or_else(|| "no further details".to_owned());
    let transport = Transport { kind, host: host.to_owned(), cause };
    match () {
        () if error.is_builder() => Error::Configuration(format!("no request can be made for {host}")),
        () if error.is_connect() => Error::NotSent(transport),
        () => Error::Lost(transport),
    }
}

/// The error of the TLS library behind an error, however often it is wrapped.
fn tls_error<'e>(error: &'e (dyn StdError + 'static)) -> Option<&'e rustls::Error> {
    error.downcast_ref().or_else(|| tls_error(error.downcast_ref::<io::Error>()?.get_ref()?))
}
