//! One request: build, sign, send, classify, and send again where that is safe.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use chrono::{SecondsFormat, Utc};
use reqwest::Method;
use tokio::time::Instant;
use uuid::Uuid;

use super::{
    credentials::{Credentials, NoCredentials, Source},
    endpoint::{Endpoint, Product, Protocol},
    error::{ApiError, ApiErrorKind, Error, Failure},
    pace::Paces,
    regions,
    retry::{Attempts, Deadline, Resend},
    signature::{Parameters, acs3, canonical_query, percent_encode, roa_v1, rpc_v1},
    site::Site,
    transport::{Http, Outgoing},
};
pub use super::{reply::Reply, transport::Timeouts};

/// Which signature requests carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SignatureVersion {
    /// HMAC-SHA1, each style in its own form, as the API documents describe it.
    #[default]
    V1,
    /// ACS3-HMAC-SHA256 for both styles.
    V3,
}

/// What a client is made from.
#[derive(Debug, Clone)]
pub struct Config {
    /// The region, such as `cn-hangzhou`. It decides endpoints, and some operations send it.
    pub region: String,
    /// The site that the account belongs to, where it is known. Else the region decides, and billing finds out.
    pub site: Option<Site>,
    /// Endpoints that are not the region's.
    pub endpoints: BTreeMap<Product, Endpoint>,
    /// How requests travel to the region's endpoints.
    pub protocol: Protocol,
    /// Which signature requests carry.
    pub signature: SignatureVersion,
    /// How long connecting and answering may take.
    pub timeouts: Timeouts,
    /// The header `User-Agent`.
    pub user_agent: String,
    /// Parameters that every request carries, such as `SourceIp`.
    pub common: Parameters,
    /// Where keys come from.
    pub credentials: Arc<dyn Source>,
}

/// A request, before it is signed. It may hold a token, so it cannot be printed.
#[derive(Clone)]
pub struct Request {
    /// The product.
    pub product: Product,
    /// The operation, such as `CreateOrder`.
    pub action: &'static str,
    /// How the operation is addressed.
    pub style: Style,
    /// The parameters in the query.
    pub query: Parameters,
    /// The parameters in the body, as a form; none for a request without them.
    pub form: Parameters,
    /// The JSON body; empty for none, and where there is a form.
    pub body: Vec<u8>,
    /// Whether it is signed. Only the operations that make credentials of something else are not.
    pub signed: bool,
    /// Whether it may be sent again after an attempt that can have done it.
    pub resend: Resend,
}

/// The two ways in which Alibaba Cloud's operations are addressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// By the parameter `Action`, with POST.
    Rpc,
    /// By method and path.
    Roa(&'static str, &'static str),
}

impl Request {
    /// An operation of RPC style that may be sent any number of times.
    pub fn rpc<'a>(product: Product, action: &'static str, query: impl IntoIterator<Item = (&'a str, String)>) -> Self {
        let query = query.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let (form, body) = Default::default();
        Self { product, action, style: Style::Rpc, query, form, body, signed: true, resend: Resend::Always }
    }
}

/// Sends requests. Cheap to clone; clones share connections.
#[derive(Debug, Clone)]
pub struct Client {
    http: Http,
    config: Arc<Config>,
    /// The site that knows the account, once billing has told it.
    billing_site: Arc<OnceLock<Site>>,
    paces: Paces,
}

impl Client {
    /// A client that connects to nothing yet.
    pub fn new(config: Config) -> Self {
        let http = Http::new(config.timeouts, &config.user_agent);
        Self { http, config: Arc::new(config), billing_site: Arc::default(), paces: Paces::default() }
    }

    /// The same client with other credentials. It shares the connections.
    pub fn with_credentials(&self, credentials: Arc<dyn Source>) -> Self {
        let config = Config { credentials, ..(*self.config).clone() };
        Self {
            http: self.http.clone(),
            config: Arc::new(config),
            billing_site: Arc::default(),
            paces: Paces::default(),
        }
    }

    /// The region, such as `cn-hangzhou`.
    pub fn region(&self) -> &str {
        &self.config.region
    }

    /// The AccessKey id that requests are signed with now.
    ///
    /// # Errors
    /// There are no credentials, or not within the limit.
    pub async fn access_key_id(&self, deadline: &Deadline) -> Result<String, Error> {
        Ok(self.credentials(deadline).await?.access_key_id.clone())
    }

    async fn credentials(&self, deadline: &Deadline) -> Result<Arc<Credentials>, Error> {
        let over = || NoCredentials::new("the credentials did not come within the time limit".to_owned());
        tokio::select! {
            // Keys that are there count, even at the very end of the time.
            biased;
            found = self.config.credentials.credentials() => found.map_err(Error::Credentials),
            () = deadline.over() => Err(if deadline.is_stopped() { Error::Stopped } else { Error::Credentials(over()) }),
        }
    }

    /// Where requests for this product go.
    ///
    /// # Errors
    /// A product that the region does not have.
    pub fn endpoint(&self, product: Product) -> Result<Endpoint, Error> {
        if let Some(endpoint) = self.config.endpoints.get(&product) {
            return Ok(endpoint.clone());
        }
        self.endpoint_of(product, self.site(product))
    }

    /// The site whose endpoint serves this product.
    fn site(&self, product: Product) -> Site {
        let found = self.billing_site.get().copied().filter(|_| product == Product::Billing);
        found.or(self.config.site).unwrap_or_else(|| Site::of_region(&self.config.region))
    }

    fn endpoint_of(&self, product: Product, site: Site) -> Result<Endpoint, Error> {
        let region = &self.config.region;
        let name = product.endpoint_name();
        let host = regions::host(product, region, site).ok_or_else(|| {
            let offered: Vec<_> = regions::with_workspace().collect();
            Error::Configuration(format!(
                "{name} has no endpoint in the region {region:?}. Set region to one of {}, or endpoints {{ {name} }}.",
                offered.join(", ")
            ))
        })?;
        Endpoint::parse(&host, self.config.protocol).map_err(|error| {
            Error::Configuration(format!("the region {region:?} leads to the endpoint {host:?}, which is {error}"))
        })
    }

    /// Sends a request until it is answered, within the limit. `read` makes a type of the reply; one that it refuses
    /// counts as an attempt that brought no answer.
    ///
    /// # Errors
    /// The last attempt's error, with what all attempts together can have done.
    pub async fn call<T>(
        &self,
        request: &Request,
        deadline: &Deadline,
        read: impl Fn(&Reply) -> Result<T, String>,
    ) -> Result<T, Failure> {
        self.call_or(request, deadline, read, |_| None).await
    }

    /// The same, where some errors are answers too: `answer` says which.
    ///
    /// # Errors
    /// As for [`Self::call`].
    pub async fn call_or<T>(
        &self,
        request: &Request,
        deadline: &Deadline,
        read: impl Fn(&Reply) -> Result<T, String>,
        answer: impl Fn(&ApiError) -> Option<T>,
    ) -> Result<T, Failure> {
        let mut attempts = Attempts::new(request.action, request.resend, deadline);
        attempts.begin()?;
        loop {
            let error = match self.once(request, deadline).await {
                Err(error) => match &error {
                    Error::Api(refused) if let Some(answer) = answer(refused) => return Ok(answer),
                    _ => error,
                },
                Ok(reply) => match read(&reply) {
                    Ok(answer) => return Ok(answer),
                    Err(what) => Error::Malformed { status: reply.status, request_id: reply.request_id, what },
                },
            };
            attempts.again_after(error).await?;
        }
    }

    async fn once(&self, request: &Request, deadline: &Deadline) -> Result<Reply, Error> {
        let first = self.send(request, self.endpoint(request.product)?, deadline).await;
        let Some(site) = self.site_to_ask(request.product).filter(|_| is_of_another_site(&first)) else { return first };
        let second = self.send(request, self.endpoint_of(request.product, site)?, deadline).await;
        if is_of_another_site(&second) {
            return first;
        }
        if matches!(second, Ok(_) | Err(Error::Api(_))) {
            // Whoever was first is right: both have asked for the same account.
            self.billing_site.get_or_init(|| site);
        }
        second
    }

    /// The site to ask where billing does not know the account: no other than the one that was chosen or has answered.
    fn site_to_ask(&self, product: Product) -> Option<Site> {
        let is_open = product == Product::Billing
            && !self.config.endpoints.contains_key(&product)
            && self.config.site != Some(Site::International)
            && self.billing_site.get().is_none();
        is_open.then(|| self.site(product).other())
    }

    async fn send(&self, request: &Request, endpoint: Endpoint, deadline: &Deadline) -> Result<Reply, Error> {
        let credentials = if request.signed { Some(self.credentials(deadline).await?) } else { None };
        let credentials = credentials.as_deref();
        deadline.wait(self.paces.reserve(request.product).saturating_duration_since(Instant::now())).await;
        let (outgoing, signature) = self.sign(request, &endpoint, credentials);
        // Nothing is sent in the very moment in which Terraform asks to stop, nor by a machine that slept meanwhile.
        if deadline.is_stopped() {
            return Err(Error::Stopped);
        }
        if deadline.is_too_late() {
            return Err(Error::TooLate);
        }
        tracing::debug!(action = request.action, endpoint = %endpoint, "sending");
        let (raw, server_time) = self.http.send(outgoing, deadline.left()).await?;
        let (status, bytes) = (raw.status, raw.body.len());
        let token = credentials.and_then(Credentials::token).unwrap_or_default();
        let secret = credentials.map(Credentials::secret).unwrap_or_default();
        let shown = request.query.get("OIDCToken").map(String::as_str).unwrap_or_default();
        let classified = raw.classify(&[secret, token, shown, &signature]);
        self.paces.record(
            request.product,
            matches!(&classified, Err(Error::Api(error)) if error.kind() == ApiErrorKind::Throttled),
        );
        tracing::debug!(action = request.action, status, bytes, ok = classified.is_ok(), "received");
        let classified = classified.map_err(|error| match error {
            Error::Api(refused) if request.signed && refused.kind() == ApiErrorKind::Keys => {
                let message = format!("{} (credentials from {})", refused.message, self.config.credentials.origin());
                Error::Api(ApiError { message, ..refused })
            }
            error => error,
        });
        classified.map(|(request_id, body)| Reply { status, request_id, body, server_time })
    }

    /// The request as it goes over the wire, and what of it nobody may be shown.
    fn sign(&self, request: &Request, endpoint: &Endpoint, credentials: Option<&Credentials>) -> (Outgoing, String) {
        let (method, path) = match request.style {
            Style::Rpc => ("POST", "/"),
            Style::Roa(method, path) => (method, path),
        };
        let mut query = request.query.clone();
        query.extend(self.config.common.clone());
        let mut headers = Parameters::from([("accept".to_owned(), "application/json".to_owned())]);
        let (body, content_type) = match request.form.is_empty() {
            true => (request.body.clone(), "application/json; charset=utf-8"),
            false => (canonical_query(&request.form).into_bytes(), "application/x-www-form-urlencoded"),
        };
        if !body.is_empty() {
            headers.insert("content-type".to_owned(), content_type.to_owned());
        }
        let mut signature = String::new();
        if let Some(credentials) = credentials {
            let signer = Signer { method, path, credentials, host: endpoint.authority(), request, body: &body };
            signature = match (self.config.signature, request.style) {
                (SignatureVersion::V1, Style::Rpc) => signer.rpc_v1(&mut query),
                (SignatureVersion::V1, Style::Roa(..)) => signer.roa_v1(&query, &mut headers),
                (SignatureVersion::V3, _) => signer.acs3(&query, &mut headers),
            };
        } else {
            let mut add = |name: &str, value: &str| query.insert(name.to_owned(), value.to_owned());
            add("Action", request.action);
            add("Version", request.product.version());
            add("Format", "JSON");
            add("Timestamp", &now());
            add("SignatureNonce", &nonce());
        }
        let outgoing = Outgoing {
            method: if method == "GET" { Method::GET } else { Method::POST },
            url: endpoint.url(path, &canonical_query(&query)),
            headers,
            body,
        };
        (outgoing, signature)
    }
}

/// Whether a site says that the account belongs to the other one.
fn is_of_another_site(answer: &Result<Reply, Error>) -> bool {
    matches!(answer, Err(Error::Api(error)) if error.kind() == ApiErrorKind::Site)
}

/// Adds to one request what its signature needs, and the signature itself, which is returned too.
struct Signer<'a> {
    method: &'a str,
    path: &'a str,
    host: String,
    credentials: &'a Credentials,
    request: &'a Request,
    body: &'a [u8],
}

impl Signer<'_> {
    fn rpc_v1(&self, query: &mut Parameters) -> String {
        let mut add = |name: &str, value: &str| query.insert(name.to_owned(), value.to_owned());
        add("Action", self.request.action);
        add("Version", self.request.product.version());
        add("Format", "JSON");
        add("AccessKeyId", &self.credentials.access_key_id);
        add("SignatureMethod", "HMAC-SHA1");
        add("SignatureVersion", "1.0");
        add("SignatureNonce", &nonce());
        add("Timestamp", &now());
        if let Some(token) = self.credentials.token() {
            add("SecurityToken", token);
        }
        let all = query.iter().chain(&self.request.form).map(|(name, value)| (name.clone(), value.clone())).collect();
        let signature = rpc_v1::signature(self.method, &all, self.credentials.secret());
        query.insert("Signature".to_owned(), signature.clone());
        signature
    }

    fn roa_v1(&self, query: &Parameters, headers: &mut Parameters) -> String {
        let mut add = |name: &str, value: &str| headers.insert(name.to_owned(), value.to_owned());
        add("date", &Utc::now().format("%a, %d %b %Y %H:%M:%S GMT").to_string());
        add("x-acs-action", self.request.action);
        add("x-acs-version", self.request.product.version());
        add("x-acs-signature-method", "HMAC-SHA1");
        add("x-acs-signature-version", "1.0");
        add("x-acs-signature-nonce", &nonce());
        if let Some(token) = self.credentials.token() {
            add("x-acs-security-token", token);
        }
        self.authorize(roa_v1::authorization, self.path, query, headers)
    }

    fn acs3(&self, query: &Parameters, headers: &mut Parameters) -> String {
        let mut add = |name: &str, value: &str| headers.insert(name.to_owned(), value.to_owned());
        add("host", &self.host);
        add("x-acs-action", self.request.action);
        add("x-acs-version", self.request.product.version());
        add("x-acs-date", &now());
        add("x-acs-signature-nonce", &nonce());
        add("x-acs-content-sha256", &acs3::content_sha256(self.body));
        if let Some(token) = self.credentials.token() {
            add("x-acs-security-token", token);
        }
        let path = self.path.split('/').map(percent_encode).collect::<Vec<_>>().join("/");
        self.authorize(acs3::authorization, &path, query, headers)
    }

    fn authorize(
        &self,
        sign: fn(&str, &Parameters, &str, &Parameters, &str, &str) -> String,
        path: &str,
        query: &Parameters,
        headers: &mut Parameters,
    ) -> String {
        let keys = self.credentials;
        let value = sign(self.method, headers, path, query, &keys.access_key_id, keys.secret());
        // Both styles end with the signature, after a sign that is in none of them.
        let signature = value.rsplit([':', '=']).find(|part| !part.is_empty()).unwrap_or_default().to_owned();
        headers.insert("authorization".to_owned(), value);
        signature
    }
}

/// A number used once, so that a request cannot be replayed.
fn nonce() -> String {
    Uuid::new_v4().simple().to_string()
}

/// This moment, as RFC 3339 in whole seconds of UTC.
fn now() -> String {
    Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true)
}
